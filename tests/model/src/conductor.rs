//! A conductor: how far it is between waking and having nothing to do. A crash is possible between any
//! two of its moves, and takes everything but the record.

use crate::bounds::{Tick, begin, tick};
use crate::cloud::Seen;
use crate::record::Record;
use understudy_engine::{Admission, Effect, Epoch, Event, Ground, IncidentId, Policy, PromoteAnswer};

/// Where one conductor is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Conductor {
    /// About to load the record: asleep, awake, or between two steps of one run.
    Ready,
    /// Loaded and stepped. Nothing of it is durable.
    Offers { report: Option<Report>, stepped_at: Tick, offer: Offer },
    /// It is durable, and this is to be done.
    Performs(Duty),
    /// It is done, and what came of it is known here only.
    Reports(Report),
}

/// What is offered to the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Offer {
    /// Whether the record is still the one that was loaded. Revisions are never used again, so this is
    /// all that a compare-and-swap can tell.
    pub(crate) fresh: bool,
    /// None once nothing can come of it: what a stale writer offers is never looked at.
    pub(crate) next: Option<Record>,
    /// What the votes were at the load, as the model counts them.
    pub(crate) evidence: Evidence,
}

/// Whether the raw votes allow an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Evidence {
    pub(crate) quorum: bool,
    pub(crate) vetoed: bool,
}

impl Evidence {
    /// Of an offer that intends nothing.
    pub(crate) const NEUTRAL: Self = Self { quorum: true, vetoed: false };
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Duty {
    Look,
    /// Ask the storm breaker, about this incident or about one that is over.
    Admit {
        former: bool,
    },
    Promote {
        epoch: u64,
        attempt: u32,
        not_after: Tick,
    },
    ReadBack {
        epoch: u64,
    },
}

/// What came of it. `at` is when, however late it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Report {
    Looked {
        at: Tick,
        seen: Seen,
    },
    /// When is of no account: a turn is good for far longer than the model goes.
    Admitted {
        former: bool,
    },
    Answered {
        at: Tick,
        epoch: u64,
        attempt: u32,
        answer: Answer,
    },
    ReadBack {
        at: Tick,
        epoch: u64,
        seen: Seen,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    Accepted,
    Ambiguous,
    NotArrived,
    Denied,
}

impl Duty {
    /// The duty that an effect is; none where the model leaves it out.
    pub(crate) fn of(effect: &Effect) -> Option<Self> {
        match effect {
            Effect::Look(_) => Some(Self::Look),
            Effect::Admit(_) => Some(Self::Admit { former: false }),
            Effect::Promote(promote) => Some(Self::Promote {
                epoch: promote.epoch.0,
                attempt: promote.attempt,
                not_after: tick(promote.not_after),
            }),
            Effect::ReadBack { epoch, .. } => Some(Self::ReadBack { epoch: epoch.0 }),
            Effect::Fence(_) | Effect::Create(_) | Effect::Lever(_) => None,
        }
    }
}

impl Report {
    /// The time that it is stepped with.
    pub(crate) fn at(self) -> Option<Tick> {
        match self {
            Self::Looked { at, .. } | Self::Answered { at, .. } | Self::ReadBack { at, .. } => Some(at),
            Self::Admitted { .. } => None,
        }
    }

    /// Whether loading, stepping and committing it is one move. It reads no vote, and its time is its own:
    /// one who is overtaken in between comes back and steps the same event on what is there by then.
    pub(crate) fn is_one_move(self) -> bool {
        match self {
            Self::Looked { .. } => false,
            Self::Admitted { .. } | Self::Answered { .. } | Self::ReadBack { .. } => true,
        }
    }

    pub(crate) fn event(self, policy: &Policy, incident: &IncidentId) -> Event {
        match self {
            Self::Looked { seen, .. } => {
                Event::Looked { instance: policy.database.replica.clone(), candidate: seen.sight(policy) }
            }
            Self::Admitted { former, .. } => {
                let incident = if former { Record::former_incident() } else { incident.clone() };
                Event::AdmissionAnswered {
                    incident,
                    answer: Admission::Admitted { ground: Ground::BelowLimit, at: begin() },
                }
            }
            Self::Answered { epoch, attempt, answer, .. } => {
                let answer = match answer {
                    Answer::Accepted => PromoteAnswer::Accepted,
                    Answer::Ambiguous => PromoteAnswer::Ambiguous,
                    Answer::NotArrived => PromoteAnswer::NotArrived,
                    Answer::Denied => PromoteAnswer::Denied,
                };
                Event::PromoteAnswered { epoch: Epoch(epoch), attempt, answer }
            }
            Self::ReadBack { epoch, seen, .. } => Event::ReadBack { epoch: Epoch(epoch), sight: seen.sight(policy) },
        }
    }
}

impl Conductor {
    /// The record has become another one: whatever was stepped from it is stale. The stored one
    /// keeps its number, so that all others count one less.
    pub(crate) fn outrun(&mut self, keeps_offer: bool) {
        if let Self::Offers { stepped_at, offer, .. } = self {
            offer.fresh = false;
            if let Some(next) = offer.next.as_mut().filter(|_| keeps_offer) {
                next.revision = next.revision.saturating_sub(1);
            } else {
                *stepped_at = 0;
                *offer = Offer { fresh: false, next: None, evidence: Evidence::NEUTRAL };
            }
        }
    }

    /// Another incident has been opened: an answer about the last one is about the last one.
    pub(crate) fn date(&mut self) {
        match self {
            Self::Performs(Duty::Admit { former })
            | Self::Reports(Report::Admitted { former, .. })
            | Self::Offers { report: Some(Report::Admitted { former, .. }), .. } => *former = true,
            Self::Ready | Self::Offers { .. } | Self::Performs(_) | Self::Reports(_) => {}
        }
    }
}
