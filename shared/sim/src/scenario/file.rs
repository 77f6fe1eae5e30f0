//! A scenario file, as it is written.

mod expect;
mod listed;

pub(crate) use expect::Expect;
pub use expect::{Answer, FenceWord};
pub(crate) use listed::OneOrMany;

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use understudy_engine::Mode;

/// The whole file. Whatever may be left out has a default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) title: String,
    #[serde(default, alias = "citation")]
    pub(crate) source: String,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) mode: Option<Mode>,
    /// Overrides of the default application, or the path of an application file.
    pub(crate) policy: Option<Value>,
    /// A whole application file, embedded.
    pub(crate) application: Option<Value>,
    pub(crate) runs_seconds: Option<u32>,
    #[serde(default, alias = "timeline")]
    pub(crate) voters: BTreeMap<String, OneOrMany<VoterSpell>>,
    #[serde(default)]
    pub(crate) replication: OneOrMany<ReplicationSpell>,
    #[serde(default)]
    pub(crate) control_plane: OneOrMany<ControlSpell>,
    #[serde(default)]
    pub(crate) table: OneOrMany<TableSpell>,
    #[serde(default)]
    pub(crate) functions: OneOrMany<FunctionsSpell>,
    #[serde(default)]
    pub(crate) candidate: OneOrMany<DatabaseSpell>,
    #[serde(default)]
    pub(crate) writer: OneOrMany<DatabaseSpell>,
    #[serde(default)]
    pub(crate) fencing: OneOrMany<FencingSpell>,
    #[serde(default)]
    pub(crate) promote: PromoteWords,
    #[serde(default)]
    pub(crate) operator: OneOrMany<OperatorWords>,
    #[serde(default)]
    pub(crate) storm: StormWords,
    pub(crate) expect: Expect,
}

/// From when on something is so, and until when. All spells of one thing have these two.
macro_rules! spell {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            #[serde(default)]
            pub(crate) at: i64,
            pub(crate) until: Option<i64>,
            $($(#[$field_doc])* pub(crate) $field: $kind,)*
        }

        impl Timed for $name {
            fn span(&self) -> (i64, Option<i64>) {
                (self.at, self.until)
            }
        }
    };
}

pub(crate) trait Timed {
    fn span(&self) -> (i64, Option<i64>);
}

spell!(
    /// What one voter says.
    VoterSpell {
        verdict: Option<VerdictWord>,
        #[serde(default)]
        delay_seconds: u32,
        flap: Option<Flap>,
        #[serde(default)]
        silent: bool,
        #[serde(default)]
        event_lost: bool,
        #[serde(default)]
        skew_seconds: i64,
        #[serde(default)]
        reason: String,
    }
);

spell!(ReplicationSpell {
    state: ReplicationWord,
    lag_seconds: Option<i64>,
});

spell!(ControlSpell {
    #[serde(default = "primary")]
    region: String,
    state: ControlWord,
    takes_seconds: Option<u32>,
});

spell!(TableSpell {
    region: Option<String>,
    state: TableWord,
});

spell!(FunctionsSpell { state: FunctionsWord });

spell!(DatabaseSpell { state: DatabaseWord });

spell!(FencingSpell { state: FencingWord });

fn primary() -> String {
    "primary".to_owned()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum VerdictWord {
    #[serde(alias = "Up", alias = "U", alias = "OK")]
    Up,
    #[serde(alias = "Down", alias = "D", alias = "ALARM")]
    Down,
    #[serde(alias = "Missing", alias = "M", alias = "abstain", alias = "INSUFFICIENT_DATA")]
    Missing,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Flap {
    pub(crate) period_seconds: u32,
    #[serde(default = "half")]
    pub(crate) duty: f64,
}

fn half() -> f64 {
    0.5
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ReplicationWord {
    #[serde(alias = "advancing")]
    Following,
    #[serde(alias = "stalled", alias = "stalls")]
    Frozen,
    Broken,
    Promoted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ControlWord {
    Up,
    Down,
    Slow,
    Throttled,
    Lost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TableWord {
    Up,
    #[serde(alias = "missing", alias = "unavailable")]
    Down,
    #[serde(alias = "read_only", alias = "readonly")]
    ReadOnly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FunctionsWord {
    Up,
    Down,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DatabaseWord {
    Available,
    BackingUp,
    Modifying,
    Rebooting,
    Upgrading,
    Maintenance,
    Stopped,
    StorageFull,
    Failed,
    #[serde(alias = "deleted")]
    Missing,
    OtherSource,
    Promoted,
}

impl DatabaseWord {
    /// The status that RDS shows; none where it is about something else.
    pub(crate) fn status(self) -> Option<&'static str> {
        match self {
            Self::Available => Some("available"),
            Self::BackingUp => Some("backing-up"),
            Self::Modifying => Some("modifying"),
            Self::Rebooting => Some("rebooting"),
            Self::Upgrading => Some("upgrading"),
            Self::Maintenance => Some("maintenance"),
            Self::Stopped => Some("stopped"),
            Self::StorageFull => Some("storage-full"),
            Self::Failed => Some("failed"),
            Self::Missing | Self::OtherSource | Self::Promoted => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FencingWord {
    Possible,
    Impossible,
    Denied,
    Refused,
}

/// How RDS answers the promote calls, and how long a promotion takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PromoteWords {
    pub(crate) answers: OneOrMany<PromoteWord>,
    pub(crate) takes_seconds: u32,
    pub(crate) finishes: bool,
}

impl Default for PromoteWords {
    fn default() -> Self {
        Self { answers: OneOrMany::default(), takes_seconds: 300, finishes: true }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PromoteWord {
    Accepted,
    Ambiguous,
    Lost,
    Throttled,
    Denied,
    Invalid,
}

/// Something that a person does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperatorWords {
    pub(crate) at: Option<i64>,
    pub(crate) on: Option<String>,
    pub(crate) after_seconds: Option<u32>,
    pub(crate) action: OperatorWord,
    pub(crate) by: Option<String>,
    pub(crate) application: Option<String>,
    pub(crate) replica: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OperatorWord {
    Approve,
    Veto,
    Abort,
    Pause,
    Unpause,
    Acknowledge,
    #[serde(alias = "weigh_again")]
    WeighAgain,
    Adopt,
    #[serde(alias = "release-batch")]
    Release,
    Rebuild,
    #[serde(alias = "switchover", alias = "switch_over")]
    SwitchOver,
}

/// Several applications with the same fate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StormWords {
    pub(crate) applications: u32,
    pub(crate) priorities: Vec<u32>,
    pub(crate) stagger_seconds: u32,
}

impl Default for StormWords {
    fn default() -> Self {
        Self { applications: 1, priorities: Vec::new(), stagger_seconds: 0 }
    }
}
