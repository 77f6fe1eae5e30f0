//! What has happened, as nobody in the model knows it. Only the properties read it.

use crate::conductor::Evidence;
use crate::record::Record;
use understudy_engine::{Call, HeldReason, Phase, State};

/// Facts of the past that a single world does not show any more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Facts {
    /// The newest intent that has ever been durable, as epoch and attempt.
    pub(crate) intended: (u64, u32),
    /// How many calls the replica has taken, by epoch.
    pub(crate) taken: Vec<u8>,
    /// A call left without an intent of its own being durable.
    pub(crate) unintended: bool,
    /// An intent became durable on less than a fresh quorum.
    pub(crate) unfounded: bool,
    /// An intent became durable against a fresh Up of who can see.
    pub(crate) overruled: bool,
    /// A record took the place of one that was as new or newer, or of one of a later epoch.
    pub(crate) regressed: bool,
    /// A step between intent and done was left out.
    pub(crate) skipped: bool,
    /// A Region that was latched is not any more.
    pub(crate) reopened: bool,
}

/// How far a promotion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Before,
    Elsewhere,
    Intent(u32),
    ReadBack(u32),
    Verifying,
    Shifting,
    Done,
    Aborting,
    Stuck,
}

impl Facts {
    /// Notes that the replica took a call.
    pub(crate) fn take(&mut self, epoch: u64) {
        let index = usize::try_from(epoch).unwrap_or(usize::MAX);
        if self.taken.len() <= index {
            self.taken.resize(index + 1, 0);
        }
        self.taken[index] = self.taken[index].saturating_add(1);
    }

    /// Notes that a call left.
    pub(crate) fn call(&mut self, epoch: u64, attempt: u32) {
        self.unintended |= self.intended < (epoch, attempt);
    }

    /// Notes that one record has become durable in the place of another.
    pub(crate) fn commit(&mut self, before: &Record, after: &Record, evidence: Evidence) {
        self.regressed |= after.revision <= before.revision;
        let (before, after) = (before.state(), after.state());
        self.regressed |= after.epoch < before.epoch;
        self.reopened |= before.latch.keys().any(|region| !after.latch.contains_key(region));
        let (from, to) = (stage(before), stage(after));
        self.skipped |= from != to && !follows(from, to);
        if let Stage::Intent(attempt) = to
            && (after.epoch.0, attempt) > self.intended
        {
            self.intended = (after.epoch.0, attempt);
            self.unfounded |= !evidence.quorum;
            self.overruled |= evidence.vetoed;
        }
    }
}

fn stage(state: &State) -> Stage {
    match &state.phase {
        Phase::Held(held) if held.reason == HeldReason::PromotedElsewhere => Stage::Elsewhere,
        Phase::Watching
        | Phase::Suspected(_)
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingVeto(_)
        | Phase::Held(_)
        | Phase::Fencing(_)
        | Phase::Draining(_) => Stage::Before,
        Phase::Promoting(promoting) => match promoting.call {
            Call::Intended { .. } => Stage::Intent(promoting.attempt),
            Call::ReadBack(_) => Stage::ReadBack(promoting.attempt),
        },
        Phase::Verifying(_) => Stage::Verifying,
        Phase::Shifting(_) => Stage::Shifting,
        Phase::FailedOver(_) | Phase::Rebuilding(_) | Phase::Rebuilt(_) => Stage::Done,
        Phase::Aborting(_) => Stage::Aborting,
        Phase::Stuck(_) => Stage::Stuck,
    }
}

/// Intent, call, read back, done; and the ways out for people, each of which reads back as well.
fn follows(from: Stage, to: Stage) -> bool {
    match (from, to) {
        (Stage::Intent(before), Stage::ReadBack(after)) => before == after,
        (Stage::ReadBack(before), Stage::Intent(after)) => before + 1 == after,
        (Stage::Before, Stage::Intent(attempt)) => attempt == 1,
        (Stage::Before, Stage::Elsewhere | Stage::Aborting)
        | (Stage::Elsewhere, Stage::Before | Stage::Verifying)
        | (Stage::Intent(_), Stage::Aborting | Stage::Stuck)
        | (Stage::ReadBack(_), Stage::Verifying | Stage::Aborting | Stage::Stuck)
        | (Stage::Aborting, Stage::Before | Stage::ReadBack(1) | Stage::Verifying | Stage::Stuck)
        | (Stage::Stuck, Stage::Before | Stage::Verifying)
        | (Stage::Verifying, Stage::Shifting | Stage::Stuck)
        | (Stage::Shifting, Stage::Done) => true,
        (
            Stage::Before
            | Stage::Elsewhere
            | Stage::Intent(_)
            | Stage::ReadBack(_)
            | Stage::Verifying
            | Stage::Shifting
            | Stage::Done
            | Stage::Aborting
            | Stage::Stuck,
            _,
        ) => false,
    }
}
