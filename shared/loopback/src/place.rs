//! Where clients are: a subnet of each place, for EDNS client subnet, and the Region that it is near.

use std::net::Ipv4Addr;
use understudy_engine::Region;

/// A place that clients ask from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The Region that it is near, which is also its name.
    pub region: &'static str,
    /// A subnet of 24 bits there.
    pub subnet: [u8; 3],
}

/// A subnet near each Region: one that AWS publishes as its own for EC2 in that Region (`ip-ranges.json`), so whoever
/// looks it up finds it there.
pub const PLACES: [Place; 10] = [
    Place { region: "us-east-1", subnet: [3, 208, 0] },
    Place { region: "us-east-2", subnet: [18, 216, 0] },
    Place { region: "us-west-1", subnet: [13, 52, 0] },
    Place { region: "us-west-2", subnet: [35, 160, 0] },
    Place { region: "eu-west-1", subnet: [34, 240, 0] },
    Place { region: "eu-central-1", subnet: [3, 120, 0] },
    Place { region: "ap-northeast-1", subnet: [13, 112, 0] },
    Place { region: "ap-southeast-2", subnet: [13, 54, 0] },
    Place { region: "ap-south-1", subnet: [13, 232, 0] },
    Place { region: "sa-east-1", subnet: [18, 228, 0] },
];

/// The place of a Region, if it is listed.
#[must_use]
pub fn place_of(region: &Region) -> Option<Place> {
    PLACES.into_iter().find(|place| place.region == region.as_str())
}

/// The places that an address belongs to: one, or none.
pub fn places(address: Ipv4Addr) -> impl Iterator<Item = Place> {
    PLACES.into_iter().filter(move |place| address.octets().starts_with(&place.subnet))
}

impl Place {
    #[must_use]
    pub fn address(self) -> Ipv4Addr {
        let [a, b, c] = self.subnet;
        Ipv4Addr::new(a, b, c, 0)
    }
}
