//! The state of one application: the part of its record that only conductors and operators write.

use crate::journal::Journal;
use crate::lever::{Lever, Pull};
use crate::name::{Application, DbInstanceArn, Epoch, JournalHash, Person, Region, Revision};
use crate::phase::Phase;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The schema that this release writes.
pub const STATE_SCHEMA: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub schema: u32,
    pub application: Application,
    pub revision: Revision,
    pub epoch: Epoch,
    /// The writer since the last failover; before the first one the policy says it.
    pub writer: Option<DbInstanceArn>,
    pub phase: Phase,
    /// When voters and candidate were last read.
    pub looked_at: Option<Timestamp>,
    /// Regions that no traffic may go to.
    pub latch: BTreeMap<Region, Latched>,
    /// How far each further lever of traffic has followed the latch.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levers: BTreeMap<Lever, Pull>,
    pub cooldown: Option<Cooldown>,
    pub paused: Option<Paused>,
    /// When a quorum of Down was lost again, as long as it is remembered.
    pub flaps: Vec<Timestamp>,
    /// The last journals of promotions by hand that were written down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub glass: Vec<JournalHash>,
    pub journal: Journal,
}

/// Why and since when traffic is kept off a Region. Nothing but a person's failback takes it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latched {
    pub since: Timestamp,
    pub epoch: Epoch,
}

/// Until when no second decision is made: until its time is over and a person has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cooldown {
    pub until: Timestamp,
    pub acknowledged_by: Option<Person>,
}

/// A person's word that nothing new is begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    pub by: Person,
    pub since: Timestamp,
}

impl State {
    /// The state of an application that has just been described.
    #[must_use]
    pub fn new(application: Application) -> Self {
        Self {
            schema: STATE_SCHEMA,
            application,
            revision: Revision::default(),
            epoch: Epoch::default(),
            writer: None,
            phase: Phase::Watching,
            looked_at: None,
            latch: BTreeMap::new(),
            levers: BTreeMap::new(),
            cooldown: None,
            paused: None,
            flaps: Vec::new(),
            glass: Vec::new(),
            journal: Journal::default(),
        }
    }
}

impl Cooldown {
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.until || self.acknowledged_by.is_none()
    }
}

impl fmt::Display for Cooldown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.acknowledged_by {
            Some(person) => write!(f, "no second decision before {:.0} (acknowledged by {person})", self.until),
            None => {
                write!(f, "no second decision before {:.0} and before a person has acknowledged the last", self.until)
            }
        }
    }
}
