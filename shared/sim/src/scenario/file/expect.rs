//! What a scenario expects.

use super::listed::OneOrMany;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize as Derived, Serialize};
use std::fmt;
use understudy_engine::Rule;

/// What the engine came to, the most far-reaching last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Derived)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Nobody was called, asked or promoted.
    Nothing,
    /// A person was called, and nothing was promoted.
    Hold,
    /// A person was asked, and nothing was promoted without a yes.
    Ask,
    /// A promote call of ours was carried out.
    Promote,
}

#[derive(Debug, Clone, Derived)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    pub(crate) answer: OneOrMany<Answer>,
    pub(crate) within_seconds: Option<i64>,
    pub(crate) not_before_seconds: Option<i64>,
    pub(crate) latched: Option<OneOrMany<String>>,
    pub(crate) stays_latched: Option<bool>,
    pub(crate) fence: Option<FenceWord>,
    pub(crate) split_risk: Option<bool>,
    pub(crate) promote_calls: Option<Count>,
    pub(crate) pages: Option<Count>,
    pub(crate) page_within_seconds: Option<i64>,
    pub(crate) promoted: Option<Count>,
    pub(crate) held: Option<Count>,
    #[serde(default)]
    pub(crate) blocked_by: OneOrMany<Rule>,
    pub(crate) ends_in: Option<OneOrMany<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Derived)]
#[serde(rename_all = "kebab-case")]
pub enum FenceWord {
    /// Nothing was promoted, so nothing is to be fenced.
    None,
    /// The old writer was seen to take no writes.
    Proven,
    /// Promoted, and nothing has shown that the old writer takes no writes.
    #[serde(alias = "unproven")]
    SplitRisk,
}

/// A number, or its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) min: u64,
    pub(crate) max: u64,
}

#[derive(Derived)]
#[serde(deny_unknown_fields)]
struct Bounds {
    #[serde(default)]
    min: u64,
    max: Option<u64>,
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or { min = …, max = … }")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Count, E> {
                Ok(Count { min: number, max: number })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Count, A::Error> {
                let bounds = Bounds::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Count { min: bounds.min, max: bounds.max.unwrap_or(u64::MAX) })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Count {
    pub(crate) fn holds(self, number: usize) -> bool {
        u64::try_from(number).is_ok_and(|number| (self.min..=self.max).contains(&number))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (min, max) if min == max => write!(f, "{min}"),
            (min, u64::MAX) => write!(f, "at least {min}"),
            (0, max) => write!(f, "at most {max}"),
            (min, max) => write!(f, "{min} to {max}"),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Nothing => "nothing",
            Self::Hold => "hold",
            Self::Ask => "ask",
            Self::Promote => "promote",
        })
    }
}

impl fmt::Display for FenceWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Proven => "proven",
            Self::SplitRisk => "split-risk",
        })
    }
}
