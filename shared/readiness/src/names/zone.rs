//! Names, records and health checks as Route 53 holds them.

use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Zone {
    /// Records of the application's names, by name without the dot at the end.
    pub records: BTreeMap<String, Vec<Record>>,
    /// Checks that the records name, and the children of those, by id. None where an id has no check.
    pub checks: BTreeMap<String, Option<Check>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// A, AAAA, CNAME and so on.
    pub kind: String,
    pub routing: Routing,
    /// The names or addresses that it leads to, without the dot at the end.
    pub leads_to: Vec<String>,
    /// None for an alias, which has the TTL of its target.
    pub ttl_seconds: Option<i64>,
    pub check: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routing {
    Simple,
    Primary,
    Secondary,
    Latency(String),
    /// Weighted, geolocation and the like.
    Other(&'static str),
}

impl Routing {
    /// The policy, without what tells its records apart.
    pub fn policy(&self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Primary | Self::Secondary => "failover",
            Self::Latency(_) => "latency",
            Self::Other(name) => name,
        }
    }

    pub fn told(&self) -> String {
        match self {
            Self::Simple | Self::Other(_) => self.policy().to_owned(),
            Self::Primary => "failover PRIMARY".to_owned(),
            Self::Secondary => "failover SECONDARY".to_owned(),
            Self::Latency(region) => format!("latency {region}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub observes: Observes,
    pub inverted: bool,
    pub disabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observes {
    /// An endpoint over HTTP or HTTPS.
    Endpoint {
        url: String,
        interval_seconds: i32,
        threshold: i32,
    },
    Calculated {
        children: Vec<String>,
        healthy_min: i32,
    },
    /// TCP, a CloudWatch alarm, a recovery control.
    Other(String),
}

/// One thing that is wrong, where, and the mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub at: String,
    pub problem: String,
    pub mend: String,
}
