//! Wrong engines and wrong drivers, each wrong in one way, to show that the simulator finds them. Only
//! the feature `planted` compiles them, and only [`plant`] sets one going.

mod after;
mod before;
mod levers;

use jiff::Timestamp;
use std::cell::{Cell, RefCell};
use understudy_engine::{Call, Effect, Event, Phase, Policy, Promoting, RunId, State, Step, Votes};

/// One way to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bug {
    CountResponders,
    MissingIsDown,
    ForgetFreshness,
    TrustTheFuture,
    DropAliveVeto,
    DropDiversity,
    DropSustain,
    IgnoreCooldown,
    IgnoreLag,
    IgnoreObserver,
    IgnoreBreaker,
    AcceptStaleRevision,
    ForgetIntent,
    ForgetWhoIntended,
    RetryOnTimeout,
    CallHoweverLate,
    LatchBeforeVerified,
    LatchOpensOnRecovery,
    LatchBothRegions,
    ReuseApproval,
    IgnorePause,
    ClaimFenced,
    HideSplitRisk,
    MoveSilently,
    DecideByOldPolicy,
    ReuseEpoch,
    AbortAtOnce,
    TellNobody,
    NeverLatch,
    ForgetStop,
    TrustOldSight,
    ForgetReminder,
    LeverBeforeVerified,
    LeverGoesHome,
    LeverClosesBoth,
    LeverUnread,
    HideLever,
    HushRefusal,
    TrustOldRecord,
}

impl Bug {
    pub const ALL: [Self; 39] = [
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
        Self::ForgetIntent,
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
        Self::NeverLatch,
        Self::ForgetStop,
        Self::TrustOldSight,
        Self::ForgetReminder,
        Self::LeverBeforeVerified,
        Self::LeverGoesHome,
        Self::LeverClosesBoth,
        Self::LeverUnread,
        Self::HideLever,
        Self::HushRefusal,
        Self::TrustOldRecord,
    ];

    /// The invariant that forbids it, by its id: the one that has to notice, whatever else does.
    #[must_use]
    pub fn breaks(self) -> &'static str {
        match self {
            Self::AcceptStaleRevision | Self::ForgetIntent | Self::ForgetWhoIntended | Self::CallHoweverLate => "I1",
            Self::CountResponders => "I2",
            Self::ForgetFreshness | Self::TrustTheFuture => "I3",
            Self::MissingIsDown => "I5",
            Self::DropDiversity => "I6",
            Self::DropAliveVeto => "I7",
            Self::DropSustain => "I8",
            Self::IgnoreCooldown => "I9",
            Self::IgnoreLag | Self::TrustOldSight => "I10",
            Self::IgnoreObserver => "I11",
            Self::IgnoreBreaker => "I12",
            Self::ReuseEpoch => "I13",
            Self::LeverUnread | Self::TrustOldRecord => "I14",
            Self::RetryOnTimeout | Self::AbortAtOnce => "I15",
            Self::ClaimFenced | Self::HideSplitRisk => "I16",
            Self::LatchOpensOnRecovery | Self::LeverGoesHome => "I17",
            Self::LatchBeforeVerified | Self::NeverLatch | Self::LeverBeforeVerified => "I18",
            Self::LatchBothRegions | Self::LeverClosesBoth => "I19",
            Self::IgnorePause => "I20",
            Self::DecideByOldPolicy => "I22",
            Self::MoveSilently => "I23",
            Self::ReuseApproval | Self::ForgetStop => "I24",
            Self::TellNobody => "I25",
            Self::ForgetReminder | Self::HideLever | Self::HushRefusal => "L3",
        }
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::CountResponders => "a majority of the voters that answered is taken for a quorum",
            Self::MissingIsDown => "a voter that says nothing counts as Down",
            Self::ForgetFreshness => "a vote of any age counts",
            Self::TrustTheFuture => "a vote that is dated in the future counts",
            Self::DropAliveVeto => "a voter that can still reach the writer forbids nothing",
            Self::DropDiversity => "one class of evidence is enough",
            Self::DropSustain => "down needs to hold for a second only",
            Self::IgnoreCooldown => "a second decision is made within the cooldown",
            Self::IgnoreLag => "whatever the replication lag, the replica is promoted",
            Self::IgnoreObserver => "nobody minds that the standby or our own canary looks down",
            Self::IgnoreBreaker => "whoever is told to wait at the storm breaker goes all the same",
            Self::AcceptStaleRevision => "whoever lost the race to commit acts as if it had won",
            Self::ForgetIntent => "the promote call is made on an intent that nobody wrote down",
            Self::ForgetWhoIntended => "whoever finds an intent acts on it, not only the run that recorded it",
            Self::RetryOnTimeout => "a promote call without a reply is made again",
            Self::CallHoweverLate => "a promote call may leave however late it is",
            Self::LatchBeforeVerified => "the old Region is latched as soon as the promote is intended",
            Self::LatchOpensOnRecovery => "the latch opens when the old Region answers again",
            Self::LatchBothRegions => "the Region of the new writer is latched as well",
            Self::ReuseApproval => "approvals of one question count for the next",
            Self::IgnorePause => "a pause changes nothing",
            Self::ClaimFenced => "a fence counts as proven once it was asked for",
            Self::HideSplitRisk => "nobody is told of a split risk",
            Self::MoveSilently => "some moves have no entry",
            Self::DecideByOldPolicy => "decisions are made by the policy that was first seen",
            Self::ReuseEpoch => "a decision does not get a new epoch",
            Self::AbortAtOnce => "an abort does not wait for what is in flight",
            Self::TellNobody => "entries are marked as told, and nobody is told",
            Self::NeverLatch => "traffic is not kept off the old Region",
            Self::ForgetStop => "a veto or an abort holds like any doubt",
            Self::TrustOldSight => "whatever replica was looked at is taken for the one that the policy names",
            Self::ForgetReminder => "whoever is waited for is told once",
            Self::LeverBeforeVerified => "levers are set as soon as the replica names no source",
            Self::LeverGoesHome => "levers are set back when the old Region answers again",
            Self::LeverClosesBoth => "a lever closes the old Region without opening the new one",
            Self::LeverUnread => "a lever counts as moved once the call was accepted",
            Self::HideLever => "nobody is told of a lever that does not move",
            Self::HushRefusal => "what refuses a lever is not told once people know that it has not moved",
            Self::TrustOldRecord => "whoever was frozen over a record acts on it",
        }
    }
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
    let stepped = levers::made(bug, votes, stepped, now);
    after::made(bug, state, votes, stepped, now)
}

pub(crate) fn outstanding(state: &State, policy: &Policy, run: &RunId, now: Timestamp) -> Option<Effect> {
    match PLANTED.get() {
        None => state.outstanding(policy, run, now),
        Some(bug) => levers::wanted(bug, state, policy, now).or_else(|| after::wanted(bug, state, policy, run, now)),
    }
}

/// Whether this step is acted on and never written.
pub(crate) fn is_forgotten(before: &State, next: &State) -> bool {
    let intends =
        |state: &State| matches!(&state.phase, Phase::Promoting(Promoting { call: Call::Intended { .. }, .. }));
    is_planted(Bug::ForgetIntent) && intends(next) && !intends(before)
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
