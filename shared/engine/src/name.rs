//! Names: each is its own type, so that a voter can never be taken for a Region, and each is
//! checked once, where it enters. Their texts are shared: a state is copied at every step, and names are
//! most of it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Why a text is not the name it was offered as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {what}: {mend}")]
pub struct NameError {
    pub value: String,
    pub what: &'static str,
    pub mend: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $pattern:literal, $mend:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "schema", schemars(extend("pattern" = $pattern)))]
        pub struct $name(Arc<str>);

        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(value: String) -> Result<Self, NameError> {
                let check: fn(&str) -> bool = $check;
                if check(&value) {
                    Ok(Self(value.into()))
                } else {
                    Err(NameError { value, what: $what, mend: $mend })
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;

            fn from_str(value: &str) -> Result<Self, NameError> {
                Self::try_from(value.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

mod dependencies;
mod levers;
mod probe;

pub use dependencies::{Client, DistributionId, SecretName};
pub use levers::{AccessPointArn, Bucket, ClusterEndpoint, RoutingControlArn};
pub use probe::{BodyText, Certificates, HostPort, HttpUrl, PasswordVariable, PostgresName, PostgresTable};

name!(
    /// The unit that fails over.
    Application,
    "an application name",
    r"^[a-z][a-z0-9-]{0,62}$",
    "use up to 63 lower-case letters, digits and hyphens, starting with a letter",
    slug
);
name!(
    /// One independent source of health evidence, by the name that the policy gives it.
    VoterName,
    "a voter name",
    r"^[a-z][a-z0-9-]{0,62}$",
    "use up to 63 lower-case letters, digits and hyphens, starting with a letter",
    slug
);
name!(
    /// An AWS Region, such as `us-east-1`.
    Region,
    "an AWS Region",
    r"^[a-z]{2}(-[a-z]+)+-[0-9]+$",
    "write the Region's code, such as us-east-1",
    region
);
name!(
    /// A person or role, as the caller's identity names them.
    Person,
    "a person",
    r"^\S{1,256}$",
    "write the identity as the caller shows it, such as arn:aws:iam::111122223333:role/oncall",
    |text| !text.is_empty() && text.chars().count() <= 256 && !text.contains(char::is_whitespace)
);
name!(
    /// The last line of a journal that a person has kept by hand.
    JournalHash,
    "the hash of a journal",
    r"^[0-9a-f]{64}$",
    "write the 64 hexadecimal digits that the journal ends with",
    |text| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
);
name!(
    /// One run of a conductor: from its wake to its return. A retried invocation is another run.
    RunId,
    "a run id",
    r"^[A-Za-z0-9-]{1,64}$",
    "use up to 64 letters, digits and hyphens",
    |text| !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
);
name!(
    /// A CloudWatch alarm.
    AlarmArn,
    "a CloudWatch alarm ARN",
    r"^arn:aws(-[a-z]+)*:cloudwatch:[a-z]{2}(-[a-z]+)+-[0-9]+:[0-9]{12}:alarm:.{1,255}$",
    "copy the alarm's ARN, such as arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-errors",
    |text| is_arn(text, "cloudwatch", "alarm:", |name| name.chars().count() <= 255)
);
name!(
    /// An RDS database instance.
    DbInstanceArn,
    "an RDS instance ARN",
    r"^arn:aws(-[a-z]+)*:rds:[a-z]{2}(-[a-z]+)+-[0-9]+:[0-9]{12}:db:[A-Za-z0-9-]{1,63}$",
    "copy the instance's ARN, such as arn:aws:rds:us-east-1:111122223333:db:orders",
    |text| is_arn(text, "rds", "db:", |name| name.len() <= 63 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
);
name!(
    /// An SNS topic.
    TopicArn,
    "an SNS topic ARN",
    r"^arn:aws(-[a-z]+)*:sns:[a-z]{2}(-[a-z]+)+-[0-9]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$",
    "copy the topic's ARN, such as arn:aws:sns:us-west-2:111122223333:orders-failover",
    |text| is_arn(text, "sns", "", |name| {
        name.len() <= 256 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
);

name!(
    /// An EC2 security group.
    SecurityGroup,
    "a security group id",
    r"^sg-[0-9a-f]{8,17}$",
    "copy the group's id, such as sg-0123456789abcdef0",
    |text| text.strip_prefix("sg-").is_some_and(|id| {
        (8..=17).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
);

name!(
    /// A Route 53 hosted zone.
    HostedZone,
    "a hosted zone id",
    r"^Z[A-Z0-9]{1,31}$",
    "copy the zone's id without /hostedzone/, such as Z0123456789ABCDEFGHIJ",
    |text| text.len() <= 32
        && text.strip_prefix('Z').is_some_and(|id| {
            !id.is_empty() && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
);
name!(
    /// A name in DNS, without the dot at its end.
    DnsName,
    "a DNS name",
    r"^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+$",
    "write it in lower case and without a dot at the end, such as orders.example.com",
    |text| text.len() <= 253 && text.contains('.') && text.split('.').all(label)
);
name!(
    /// Where a gate answers: its URL up to the path.
    GateUrl,
    "the URL of a gate",
    r"^https://[a-z0-9_.-]+$",
    "write https and the host alone, such as https://abcdefgh.lambda-url.us-west-2.on.aws",
    |text| text.strip_prefix("https://").is_some_and(|host| DnsName::try_from(host.to_owned()).is_ok())
);

impl GateUrl {
    /// The host that the URL names.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.strip_prefix("https://").unwrap_or(&self.0)
    }

    /// The Region that a Function URL names; a name of one's own names none.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        let (_, behind) = self.host().split_once(".lambda-url.")?;
        behind.split_once('.').map(|(region, _)| region)
    }
}

impl From<u128> for RunId {
    fn from(number: u128) -> Self {
        Self(format!("{number:032x}").into())
    }
}

fn slug(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn label(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let ends = text.bytes().next().is_some_and(inner) && text.bytes().next_back().is_some_and(inner);
    text.len() <= 63 && ends && text.bytes().all(|b| inner(b) || b == b'-')
}

fn region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [country, places @ .., number] = parts.as_slice() else { return false };
    country.len() == 2
        && country.bytes().all(|b| b.is_ascii_lowercase())
        && !places.is_empty()
        && places.iter().all(|place| !place.is_empty() && place.bytes().all(|b| b.is_ascii_lowercase()))
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
}

fn is_arn(text: &str, service: &str, prefix: &str, named: impl Fn(&str) -> bool) -> bool {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, its_service, its_region, account, rest] = fields.as_slice() else { return false };
    *arn == "arn"
        && (*partition == "aws" || partition.starts_with("aws-"))
        && *its_service == service
        && region(its_region)
        && account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
        && rest.strip_prefix(prefix).is_some_and(|name| !name.is_empty() && named(name))
}

/// The name at the end of an ARN that `is_arn` accepted.
fn resource<'a>(arn: &'a str, prefix: &str) -> &'a str {
    let rest = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    rest.strip_prefix(prefix).unwrap_or(rest)
}

fn arn_field(arn: &str, index: usize) -> &str {
    arn.splitn(6, ':').nth(index).unwrap_or_default()
}

macro_rules! arn_parts {
    ($name:ident, $prefix:literal, $resource:ident) => {
        impl $name {
            #[must_use]
            pub fn region(&self) -> Region {
                Region(arn_field(&self.0, 3).into())
            }

            #[must_use]
            pub fn account(&self) -> &str {
                arn_field(&self.0, 4)
            }

            #[must_use]
            pub fn $resource(&self) -> &str {
                resource(&self.0, $prefix)
            }
        }
    };
}

arn_parts!(AlarmArn, "alarm:", alarm);
arn_parts!(DbInstanceArn, "db:", instance);
arn_parts!(TopicArn, "", topic);

/// Number of the writer role. Bumped once per accepted decision, never reused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Epoch(pub u64);

impl Epoch {
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Number of the state record. Bumped on every commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Revision(pub u64);

impl Revision {
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One failover from first suspicion to close. Derived from when and at which revision it opened:
/// revisions are never reused, so neither is the id, and ids sort by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct IncidentId(Arc<str>);

impl From<String> for IncidentId {
    fn from(id: String) -> Self {
        Self(id.into())
    }
}

impl From<IncidentId> for String {
    fn from(id: IncidentId) -> String {
        id.as_str().to_owned()
    }
}

impl IncidentId {
    #[must_use]
    pub fn opened(at: jiff::Timestamp, revision: Revision) -> Self {
        Self(format!("{}-r{revision}", at.strftime("%Y%m%dT%H%M%SZ")).into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_gives_its_region_account_and_name() {
        let arn: AlarmArn = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders: 5xx".parse().unwrap();
        assert_eq!(arn.region().as_str(), "us-east-1");
        assert_eq!(arn.account(), "111122223333");
        assert_eq!(arn.alarm(), "orders: 5xx");
    }

    #[test]
    fn what_is_not_a_name_is_refused_with_the_mend() {
        for text in ["", "Orders", "1orders", "orders_eu", &"o".repeat(64)] {
            assert!(text.parse::<Application>().is_err(), "{text:?}");
        }
        for text in ["us-east", "US-EAST-1", "us--1", "useast1", "us-east-"] {
            assert!(text.parse::<Region>().is_err(), "{text:?}");
        }
        for text in [
            "arn:aws:cloudwatch:us-east-1:1111:alarm:x",
            "arn:aws:cloudwatch:us-east-1:111122223333:alarm:",
            "arn:aws:rds:us-east-1:111122223333:db:x",
        ] {
            assert!(text.parse::<AlarmArn>().is_err(), "{text:?}");
        }
        let error = "us-east".parse::<Region>().unwrap_err();
        assert_eq!(error.to_string(), r#""us-east" is not an AWS Region: write the Region's code, such as us-east-1"#);
    }

    #[test]
    fn incident_ids_sort_by_time() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
        let first = IncidentId::opened(at("2026-03-01T02:59:59Z"), Revision(9));
        let second = IncidentId::opened(at("2026-03-01T03:00:00Z"), Revision(10));
        assert!(first < second);
        assert_eq!(second.as_str(), "20260301T030000Z-r10");
    }
}
