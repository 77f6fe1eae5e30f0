//! Wrong engines and wrong drivers, each wrong in one way, to show that the simulator finds them. Only
//! the feature `planted` compiles them, and only [`plant`] sets one going.

mod after;
mod before;

use jiff::Timestamp;
use std::cell::{Cell, RefCell};
use understudy_engine::{Effect, Event, Policy, RunId, State, Step, Votes};

/// One way to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bug {
    /// A majority of the voters that answered is taken for a quorum.
    CountResponders,
    /// A voter that says nothing counts as Down.
    MissingIsDown,
    /// A vote of any age counts.
    ForgetFreshness,
    /// A vote that is dated in the future counts.
    TrustTheFuture,
    /// A voter that can still reach the writer forbids nothing.
    DropAliveVeto,
    /// One class of evidence is enough.
    DropDiversity,
    /// Down needs to hold for a second only.
    DropSustain,
    /// A second decision is made within the cooldown.
    IgnoreCooldown,
    /// Whatever the replication lag, the replica is promoted.
    IgnoreLag,
    /// Nobody minds that the standby or our own canary looks down.
    IgnoreObserver,
    /// Whoever is told to wait at the storm breaker goes all the same.
    IgnoreBreaker,
    /// Whoever lost the race to commit acts as if it had won.
    AcceptStaleRevision,
    /// Whoever finds an intent acts on it, not only the run that recorded it.
    ForgetWhoIntended,
    /// A promote call without a reply is made again.
    RetryOnTimeout,
    /// A promote call may leave however late it is.
    CallHoweverLate,
    /// The old Region is latched as soon as the promote is intended.
    LatchBeforeVerified,
    /// The latch opens when the old Region answers again.
    LatchOpensOnRecovery,
    /// The Region of the new writer is latched as well.
    LatchBothRegions,
    /// Approvals of one question count for the next.
    ReuseApproval,
    /// A pause changes nothing.
    IgnorePause,
    /// A fence counts as proven once it was asked for.
    ClaimFenced,
    /// Nobody is told of a split risk.
    HideSplitRisk,
    /// Some moves have no entry.
    MoveSilently,
    /// Decisions are made by the policy that was first seen.
    DecideByOldPolicy,
    /// A decision does not get a new epoch.
    ReuseEpoch,
    /// An abort does not wait for what is in flight.
    AbortAtOnce,
    /// Entries are marked as told, and nobody is told.
    TellNobody,
}

impl Bug {
    pub const ALL: [Self; 27] = [
        Self::CountResponders,
        Self::MissingIsDown,
        Self::ForgetFreshness,
        Self::TrustTheFuture,
        Self::DropAliveVeto,
        Self::DropDiversity,
        Self::DropSustain,
        Self::IgnoreCooldown,
        Self::IgnoreLag,
        Self::IgnoreObserver,
        Self::IgnoreBreaker,
        Self::AcceptStaleRevision,
        Self::ForgetWhoIntended,
        Self::RetryOnTimeout,
        Self::CallHoweverLate,
        Self::LatchBeforeVerified,
        Self::LatchOpensOnRecovery,
        Self::LatchBothRegions,
        Self::ReuseApproval,
        Self::IgnorePause,
        Self::ClaimFenced,
        Self::HideSplitRisk,
        Self::MoveSilently,
        Self::DecideByOldPolicy,
        Self::ReuseEpoch,
        Self::AbortAtOnce,
        Self::TellNobody,
    ];
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    /// The first policy that was seen for each application.
    static OLD_POLICIES: RefCell<Vec<Policy>> = const { RefCell::new(Vec::new()) };
}

/// Makes everything on this thread wrong in this way, or right again. A new world begins.
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
    OLD_POLICIES.with_borrow_mut(Vec::clear);
}

pub(crate) fn is_planted(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

pub(crate) fn step(state: &State, policy: &Policy, votes: &Votes, event: &Event, now: Timestamp) -> Step {
    let Some(bug) = PLANTED.get() else { return understudy_engine::step(state, policy, votes, event, now) };
    let given = before::given(bug, state, policy, votes, event, now);
    let stepped = understudy_engine::step(&given.state, &given.policy, &given.votes, &given.event, now);
    after::made(bug, state, votes, stepped, now)
}

pub(crate) fn outstanding(state: &State, policy: &Policy, run: &RunId, now: Timestamp) -> Option<Effect> {
    match PLANTED.get() {
        None => state.outstanding(policy, run, now),
        Some(bug) => after::wanted(bug, state, policy, run, now),
    }
}

/// The policy of the first time that this application was seen.
fn first_seen(policy: &Policy) -> Policy {
    OLD_POLICIES.with_borrow_mut(|seen| {
        if let Some(first) = seen.iter().find(|first| first.application == policy.application) {
            return first.clone();
        }
        seen.push(policy.clone());
        policy.clone()
    })
}
