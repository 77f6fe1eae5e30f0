//! What a Region's probe asks by itself, and how often.

use crate::name::{
    BodyText, Certificates, DbInstanceArn, HostPort, HttpUrl, PasswordVariable, PostgresName, PostgresTable, Region,
};
use crate::time::Seconds;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What one Region's probe asks, round after round: a good round is Up, several bad ones in a row are Down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Probe {
    /// The Region whose probe asks.
    pub region: Region,
    /// What it asks.
    pub target: Target,
    /// How often it asks.
    #[serde(default)]
    pub interval_seconds: Interval,
    /// How long an answer may take: at the least 3 s less than the interval.
    #[serde(default = "five")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 30)))]
    pub timeout_seconds: Seconds,
    /// How many rounds in a row must be bad before it says Down.
    #[serde(default = "two")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10)))]
    pub down_after: u32,
}

fn five() -> Seconds {
    Seconds(5)
}

fn two() -> u32 {
    2
}

/// How often a probe asks: a whole number of times a minute, because a minute is what wakes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "u32", inline, extend("enum" = [10, 20, 30, 60])))]
pub enum Interval {
    Ten,
    #[default]
    Twenty,
    Thirty,
    Sixty,
}

impl Interval {
    #[must_use]
    pub fn seconds(self) -> Seconds {
        Seconds(match self {
            Self::Ten => 10,
            Self::Twenty => 20,
            Self::Thirty => 30,
            Self::Sixty => 60,
        })
    }
}

/// Why a number of seconds is no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} s is no interval: write 10, 20, 30 or 60")]
pub struct NoInterval(pub u32);

impl TryFrom<u32> for Interval {
    type Error = NoInterval;

    fn try_from(seconds: u32) -> Result<Self, NoInterval> {
        match seconds {
            10 => Ok(Self::Ten),
            20 => Ok(Self::Twenty),
            30 => Ok(Self::Thirty),
            60 => Ok(Self::Sixty),
            other => Err(NoInterval(other)),
        }
    }
}

impl From<Interval> for u32 {
    fn from(interval: Interval) -> Self {
        interval.seconds().0
    }
}

/// What a probe asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Target {
    /// One answer over HTTP.
    Http(HttpTarget),
    /// A TCP connection.
    Tcp(HostPort),
    /// A PostgreSQL server that has to take writes.
    PostgresWriter(PostgresServer),
    /// A PostgreSQL server that has to follow another one.
    PostgresReplica(PostgresReplica),
    /// What CloudWatch says of a replica's lag.
    ReplicaLag(LagTarget),
}

/// One answer over HTTP. A redirect is never followed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HttpTarget {
    /// What is asked for.
    pub url: HttpUrl,
    /// Statuses that are good. Without any, 200 to 299 are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(range(min = 100, max = 599))))]
    pub statuses: Vec<u16>,
    /// What the first 5,120 bytes of the body have to contain. Without it the body is not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<BodyText>,
}

/// A PostgreSQL server, and who asks it. The connection is always TLS, and the certificate verified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PostgresServer {
    /// Where it listens.
    pub endpoint: HostPort,
    /// The database to connect to.
    pub database: PostgresName,
    /// Who connects: a user that may read, and nothing else.
    pub user: PostgresName,
    /// The variable of the probe's environment that holds the password.
    pub password_variable: PasswordVariable,
}

/// A PostgreSQL server that has to follow another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PostgresReplica {
    /// Where it is, and who asks.
    pub server: PostgresServer,
    /// The row that shows that it follows. Without it only a replay position that moves does, and it never says Down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<Heartbeat>,
}

/// A row that the writer keeps touching.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Heartbeat {
    /// The table, of which the newest row counts.
    pub table: PostgresTable,
    /// Its column of type timestamptz.
    pub column: PostgresName,
    /// How old the newest row may be.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3600)))]
    pub max_age_seconds: Seconds,
}

/// The metric ReplicaLag, in the replica's Region. −1 and silence are no evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LagTarget {
    /// ARN of the replica.
    pub replica: DbInstanceArn,
    /// The most lag that is good.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 86400)))]
    pub max_seconds: Seconds,
}

/// What all probes of the application share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Probes {
    /// Certificates of authorities that are trusted besides the public ones, in PEM: RDS needs its Region's bundle.
    pub authorities: Certificates,
}

impl Target {
    /// The least that two probes of one thing have in common.
    #[must_use]
    pub fn is_same_thing(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Http(one), Self::Http(other)) => one.url == other.url,
            (Self::PostgresReplica(one), Self::PostgresReplica(other)) => one.server == other.server,
            (Self::ReplicaLag(one), Self::ReplicaLag(other)) => one.replica == other.replica,
            (one, other) => one == other,
        }
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.target, self.region)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(http) => http.url.fmt(f),
            Self::Tcp(endpoint) => write!(f, "tcp {endpoint}"),
            Self::PostgresWriter(server) => write!(f, "postgres_writer {}", server.endpoint),
            Self::PostgresReplica(replica) => write!(f, "postgres_replica {}", replica.server.endpoint),
            Self::ReplicaLag(lag) => write!(f, "replica_lag {}", lag.replica),
        }
    }
}
