//! Where the table is, for commands that ask it by themselves.

use clap::Args;
use understudy_engine::{Policy, Region};

#[derive(Debug, Args)]
pub(crate) struct TableAt {
    /// Name of the table.
    #[arg(long = "table", value_name = "NAME", default_value = "understudy")]
    pub(crate) name: String,
    /// Region of the table, if not the standby Region.
    #[arg(long = "table-region", value_name = "REGION")]
    region: Option<Region>,
}

#[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "asked for by `live` alone"))]
impl TableAt {
    pub(crate) fn region<'a>(&'a self, policy: &'a Policy) -> &'a Region {
        self.region.as_ref().unwrap_or(&policy.regions.standby)
    }
}
