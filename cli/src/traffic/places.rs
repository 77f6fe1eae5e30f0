//! Places that clients ask from: those of the drills.

use crate::failure::Failure;
use understudy_loopback::PLACES;
pub(super) use understudy_loopback::Place;

/// The named places, or all of them.
pub(super) fn chosen(names: &[String]) -> Result<Vec<Place>, Failure> {
    if names.is_empty() {
        return Ok(PLACES.to_vec());
    }
    let found = names.iter().map(|name| {
        PLACES.into_iter().find(|place| place.region == name).ok_or_else(|| Failure {
            problem: format!("--place {name}: there is no such place"),
            mend: format!("name one of {}", PLACES.map(|place| place.region).join(", ")),
        })
    });
    found.collect()
}
