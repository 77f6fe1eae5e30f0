//! The journal: timeline entries, written in the same commit as what they tell, and kept in the
//! state until they are delivered.

use crate::assessment::Assessment;
use crate::edge;
use crate::event::{ChainHash, CreateAnswer, PromoteAnswer};
use crate::fence::FenceTrouble;
use crate::lever::{CameTo, LeverNews};
use crate::name::{Epoch, IncidentId, Person, Revision, SecurityGroup};
use crate::order::{BrokenGlass, Question};
use crate::phase::{HeldReason, PhaseName, StuckReason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// How many entries wait for delivery before the lesser ones are only counted. A record has 400 KB, an
/// entry takes up to 500 bytes a voter, and a decision must never fail because nobody could be told about
/// the doubts before it.
pub const OUTBOX_MAX: usize = 20;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// Entries that are not delivered yet, oldest first.
    pub outbox: Vec<Entry>,
    /// The last entry written.
    pub last: Option<EntryId>,
    /// The last entry delivered, and its hash.
    pub delivered: Option<Delivered>,
    /// Lesser entries that were only counted since the last entry.
    pub withheld: u32,
}

/// How many wait before lesser pages are only counted too, and not only doubts.
const PAGES_MAX: usize = 4 * OUTBOX_MAX;

/// Number of an entry within its incident, from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seq(pub u32);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryId {
    pub incident: IncidentId,
    pub seq: Seq,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    pub entry: EntryId,
    pub hash: ChainHash,
}

/// One line of an incident's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub id: EntryId,
    pub at: Timestamp,
    pub revision: Revision,
    pub epoch: Epoch,
    pub who: Who,
    pub what: What,
    /// The evidence, where the entry is about a decision to act or not to act.
    pub assessment: Option<Assessment>,
    /// Lesser entries that were only counted just before this one.
    pub withheld: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    Conductor,
    Person(Person),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Moved {
        from: PhaseName,
        to: PhaseName,
        why: edge::Why,
        needs: Option<Needs>,
    },
    /// A promotion was refused, by the blockers of the assessment.
    Refused,
    Answered {
        attempt: u32,
        answer: PromoteAnswer,
    },
    /// The run that was to call left no word.
    Unheard {
        attempt: u32,
    },
    CalledAgain {
        attempt: u32,
    },
    Approved {
        so_far: u32,
        needed: u32,
    },
    /// The old writer's own security groups, before they are replaced.
    Isolating {
        restore: BTreeSet<SecurityGroup>,
    },
    /// Promoted, and the old writer not proven to take no writes.
    SplitRisk {
        trouble: Option<FenceTrouble>,
    },
    Lever(LeverNews),
    /// The old writer is proven to take no writes.
    Fenced,
    /// Nothing more is done by itself, and the old writer is left cut off; these groups open it again.
    LeftCutOff {
        restore: BTreeSet<SecurityGroup>,
    },
    Acknowledged,
    /// A person has promoted by hand, and kept a journal of it.
    BrokeGlass(BrokenGlass),
    CreateAnswered {
        answer: CreateAnswer,
    },
    /// It still waits for a person.
    Reminded {
        phase: PhaseName,
        needs: Option<Needs>,
    },
    Paused,
    Unpaused,
}

/// What is needed of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    Answer(Question),
    Held(HeldReason),
    Stuck(StuckReason),
}

/// Whether somebody should get up for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    Notice,
    Page,
}

impl Urgency {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Page => "page",
        }
    }
}

impl Journal {
    /// Adds an entry, unless the outbox is full and the entry is a lesser one.
    pub(crate) fn write(&mut self, incident: &IncidentId, entry: impl FnOnce(EntryId, u32) -> Entry) {
        let seq = match &self.last {
            Some(last) if last.incident == *incident => Seq(last.seq.0.saturating_add(1)),
            Some(_) | None => Seq(1),
        };
        let id = EntryId { incident: incident.clone(), seq };
        let mut entry = entry(id.clone(), self.withheld);
        if self.outbox.len() >= OUTBOX_MAX && !entry.what.is_told_at_any_length() {
            if entry.what.urgency() == Urgency::Notice || self.outbox.len() >= PAGES_MAX {
                self.withheld = self.withheld.saturating_add(1);
                return;
            }
            // A page must go out however many wait before it; its evidence is what takes the room.
            entry.assessment = None;
        }
        self.withheld = 0;
        self.last = Some(id);
        self.outbox.push(entry);
    }

    /// Takes delivered entries out. Entries are delivered in order, so those before go with them.
    pub(crate) fn delivered(&mut self, delivered: Delivered) -> bool {
        let Some(index) = self.outbox.iter().position(|entry| entry.id == delivered.entry) else {
            return false;
        };
        self.outbox.drain(..=index);
        self.delivered = Some(delivered);
        true
    }
}

impl What {
    /// Whether the entry is written however full the outbox is: a decision has been made, and each
    /// further entry is one of the few that lead out of it.
    fn is_told_at_any_length(&self) -> bool {
        match self {
            Self::Moved { from, to, .. } => is_acted_in(*from) || is_acted_in(*to),
            Self::Answered { .. }
            | Self::Unheard { .. }
            | Self::CalledAgain { .. }
            | Self::Approved { .. }
            | Self::Isolating { .. }
            | Self::SplitRisk { .. }
            | Self::Lever(_)
            | Self::Fenced
            | Self::LeftCutOff { .. }
            | Self::Acknowledged
            | Self::BrokeGlass(_) => true,
            Self::Refused | Self::CreateAnswered { .. } | Self::Reminded { .. } | Self::Paused | Self::Unpaused => {
                false
            }
        }
    }

    #[must_use]
    pub fn urgency(&self) -> Urgency {
        match self {
            Self::Moved { to, .. } => match to {
                PhaseName::AwaitingApproval
                | PhaseName::AwaitingVeto
                | PhaseName::Fencing
                | PhaseName::FailedOver
                | PhaseName::Held
                | PhaseName::Aborting
                | PhaseName::Stuck => Urgency::Page,
                PhaseName::Watching
                | PhaseName::Suspected
                | PhaseName::Draining
                | PhaseName::Promoting
                | PhaseName::Verifying
                | PhaseName::Shifting
                | PhaseName::Rebuilding
                | PhaseName::Rebuilt => Urgency::Notice,
            },
            Self::SplitRisk { .. }
            | Self::Lever(LeverNews { came_to: CameTo::Left { .. } | CameTo::GivenUp, .. })
            | Self::LeftCutOff { .. }
            | Self::Reminded { .. }
            | Self::Paused => Urgency::Page,
            Self::Refused
            | Self::Answered { .. }
            | Self::Unheard { .. }
            | Self::CalledAgain { .. }
            | Self::Approved { .. }
            | Self::Isolating { .. }
            | Self::Lever(LeverNews { came_to: CameTo::Moved, .. })
            | Self::Fenced
            | Self::Acknowledged
            | Self::BrokeGlass(_)
            | Self::CreateAnswered { .. }
            | Self::Unpaused => Urgency::Notice,
        }
    }

    /// What is needed of a person.
    #[must_use]
    pub fn needs(&self) -> Option<&Needs> {
        match self {
            Self::Moved { needs, .. } | Self::Reminded { needs, .. } => needs.as_ref(),
            Self::Refused
            | Self::Answered { .. }
            | Self::Unheard { .. }
            | Self::CalledAgain { .. }
            | Self::Approved { .. }
            | Self::Isolating { .. }
            | Self::SplitRisk { .. }
            | Self::Lever(_)
            | Self::Fenced
            | Self::LeftCutOff { .. }
            | Self::Acknowledged
            | Self::BrokeGlass(_)
            | Self::CreateAnswered { .. }
            | Self::Paused
            | Self::Unpaused => None,
        }
    }
}

/// Whether something has been decided, and is being carried out or stands.
fn is_acted_in(phase: PhaseName) -> bool {
    match phase {
        PhaseName::Fencing
        | PhaseName::Draining
        | PhaseName::Promoting
        | PhaseName::Verifying
        | PhaseName::Shifting
        | PhaseName::FailedOver
        | PhaseName::Rebuilding
        | PhaseName::Rebuilt
        | PhaseName::Aborting
        | PhaseName::Stuck => true,
        PhaseName::Watching
        | PhaseName::Suspected
        | PhaseName::AwaitingApproval
        | PhaseName::AwaitingVeto
        | PhaseName::Held => false,
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conductor => f.pad("conductor"),
            Self::Person(person) => f.pad(person.as_str()),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moved { from, to, .. } => write!(f, "{from} → {to}"),
            Self::Refused => f.write_str("refused to promote"),
            Self::Answered { attempt, .. } => write!(f, "promote call {attempt} answered"),
            Self::Unheard { attempt } => write!(f, "promote call {attempt} unheard of"),
            Self::CalledAgain { attempt } => write!(f, "promote call {attempt} follows"),
            Self::Approved { so_far, needed } => write!(f, "approved, {so_far} of {needed}"),
            Self::Isolating { .. } => f.write_str("the old writer is being cut off"),
            Self::SplitRisk { .. } => f.write_str("split risk"),
            Self::Lever(news) => news.fmt(f),
            Self::Fenced => f.write_str("the old writer is fenced"),
            Self::LeftCutOff { .. } => f.write_str("the old writer is left cut off"),
            Self::Acknowledged => f.write_str("acknowledged"),
            Self::BrokeGlass(_) => f.write_str("promoted by hand"),
            Self::CreateAnswered { .. } => f.write_str("create call answered"),
            Self::Reminded { phase, .. } => write!(f, "still {phase}"),
            Self::Paused => f.write_str("paused"),
            Self::Unpaused => f.write_str("unpaused"),
        }
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(question) => write!(f, "the question is whether to {}", question.action),
            Self::Held(reason) => f.write_str(reason.mend()),
            Self::Stuck(reason) => reason.fmt(f),
        }
    }
}

fn listed(groups: &BTreeSet<SecurityGroup>) -> String {
    groups.iter().map(SecurityGroup::as_str).collect::<Vec<_>>().join(", ")
}

impl Entry {
    /// Why it happened, in one sentence and the blockers.
    #[must_use]
    pub fn why(&self) -> String {
        match &self.what {
            What::Moved { why, needs, .. } => match needs {
                Some(needs) => format!("{} ({needs})", why.sentence()),
                None => why.sentence().to_owned(),
            },
            What::Refused => self.blockers(),
            What::Answered { answer, .. } => answer.to_string(),
            What::Unheard { .. } => {
                "the run that was to call left no word: reading back before anything else".to_owned()
            }
            What::CalledAgain { .. } => {
                "the replica is untouched long after the last call could have arrived; same epoch".to_owned()
            }
            What::Approved { .. } => "an approver said yes".to_owned(),
            What::Isolating { restore } => format!("to undo it, give it back {}", listed(restore)),
            What::LeftCutOff { restore } => format!(
                "it may be the only intact copy: once it is certain that its replica takes no writes, it is opened again by giving it back {}",
                listed(restore)
            ),
            What::SplitRisk { trouble } => match trouble {
                Some(trouble) => format!("nothing has shown that the old writer takes no writes: {trouble}"),
                None => "nothing has shown that the old writer takes no writes: cut it off by hand".to_owned(),
            },
            What::Lever(news) => news.why(),
            What::Fenced => "it was seen cut off after a restart, or does not exist any more".to_owned(),
            What::Acknowledged => "a person has taken note of the failover".to_owned(),
            What::BrokeGlass(BrokenGlass { by, called_at, journal }) => {
                format!(
                    "{by} called for it at {called_at:.0}, while the table was away; the journal of it ends with {journal}"
                )
            }
            What::CreateAnswered { answer } => answer.to_string(),
            What::Reminded { needs: Some(needs), .. } => format!("it waits for a person ({needs})"),
            What::Reminded { needs: None, .. } => "it waits for a person".to_owned(),
            What::Paused => {
                "a person paused it: nothing new is begun, and what is in flight is only read back".to_owned()
            }
            What::Unpaused => "a person took the pause away".to_owned(),
        }
    }

    /// Every rule that stands in the way, or nothing.
    #[must_use]
    pub fn blockers(&self) -> String {
        let blockers = self.assessment.iter().flat_map(|assessment| &assessment.blockers);
        blockers.map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}
