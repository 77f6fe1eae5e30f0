//! Bugs that the model can be told to have, each in what surrounds the engine. A property that none of
//! them can break would say nothing.

use crate::cloud::{Replica, Seen};
use jiff::Timestamp;
use understudy_engine::{Event, Latched, Phase, Policy, PromoteAnswer, State, Votes, step, tally};

/// One bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The ledger takes a write of whoever comes, whatever it was made from.
    NoCompareAndSwap,
    /// A conductor calls on what it has stepped to, before it is durable.
    CallsBeforeTheCommit,
    /// A conductor calls again where no reply came, before it reads back.
    CallsAgainUnread,
    /// A call leaves however late it has become.
    IgnoresNotAfter,
    /// The conductor dates every vote at the time at which it loads it.
    DatesVotesAnew,
    /// An accepted call counts as a promotion that was seen.
    BelievesTheReply,
    /// The latch is set as soon as the replica names no source.
    LatchesUnverified,
    /// The latch is taken away once nobody says Down.
    OpensOnRecovery,
}

impl Bug {
    /// What the bug makes of a step.
    pub(crate) fn spoil(self, mut next: State, policy: &Policy, votes: &Votes, event: &Event, now: Timestamp) -> State {
        match self {
            Self::NoCompareAndSwap
            | Self::CallsBeforeTheCommit
            | Self::CallsAgainUnread
            | Self::IgnoresNotAfter
            | Self::DatesVotesAnew => next,
            Self::BelievesTheReply => {
                let Event::PromoteAnswered { epoch, answer: PromoteAnswer::Accepted, .. } = event else { return next };
                let sight = Seen::As(Replica::Writable).sight(policy);
                step(&next, policy, votes, &Event::ReadBack { epoch: *epoch, sight }, now).next
            }
            Self::LatchesUnverified => {
                if let Phase::Verifying(verifying) = &next.phase {
                    let latched = Latched { since: now, epoch: next.epoch };
                    next.latch.insert(verifying.decision.writer.region(), latched);
                }
                next
            }
            Self::OpensOnRecovery => {
                if tally(policy, votes, now).downs() == 0 {
                    next.latch.clear();
                }
                next
            }
        }
    }
}
