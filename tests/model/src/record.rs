//! The record: an engine state without what grows for ever and without what only a report reads.

use crate::bounds::{GONE, begin, run};
use crate::fingerprint::fingerprint;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use understudy_engine::{
    Call, Decision, Held, HeldReason, IncidentId, Journal, Phase, Revision, RunId, State, Suspicion,
};

/// One state of the record, shared by all worlds that it is in.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    state: Arc<State>,
    /// Of the whole state: computed once, and compared and hashed in its place.
    digest: u64,
    /// Its revision, counted from the one that is stored.
    pub(crate) revision: u64,
}

/// The number of the stored record, whichever it is. A revision is never used again, so that only the
/// order of those that somebody still knows matters.
pub(crate) const STORED: Revision = Revision(1);

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        (self.digest, self.revision) == (other.digest, other.revision)
    }
}

impl Eq for Record {}

impl Hash for Record {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.digest, self.revision).hash(hasher);
    }
}

impl Record {
    pub(crate) fn new(state: State) -> Self {
        let revision = state.revision.0;
        let state = plain(state);
        let bytes = serde_json::to_vec(&state).expect("a state is written as JSON");
        Self { digest: fingerprint(&bytes), state: Arc::new(state), revision }
    }

    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }

    /// The same record under another number.
    pub(crate) fn numbered(self, revision: u64) -> Self {
        Self { revision, ..self }
    }

    /// Whether the two differ in nothing that a step reads.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The incident of the record; one that is over where there is none.
    pub(crate) fn incident(&self) -> IncidentId {
        self.state.phase.incident().map_or_else(Self::former_incident, Clone::clone)
    }

    pub(crate) fn former_incident() -> IncidentId {
        IncidentId::opened(begin(), Revision(0))
    }

    /// Whether it is held on a person's word.
    pub(crate) fn is_stopped(&self) -> bool {
        matches!(&self.state.phase, Phase::Held(Held { reason: HeldReason::Aborted | HeldReason::Vetoed, .. }))
    }

    /// The run that may call, where one may.
    pub(crate) fn caller(&self) -> Option<&RunId> {
        match &self.state.phase {
            Phase::Promoting(promoting) => match &promoting.call {
                Call::Intended { caller, .. } => Some(caller),
                Call::ReadBack(_) => None,
            },
            Phase::Watching
            | Phase::Suspected(_)
            | Phase::AwaitingApproval(_)
            | Phase::AwaitingVeto(_)
            | Phase::Held(_)
            | Phase::Fencing(_)
            | Phase::Draining(_)
            | Phase::Verifying(_)
            | Phase::Shifting(_)
            | Phase::FailedOver(_)
            | Phase::Rebuilding(_)
            | Phase::Rebuilt(_)
            | Phase::Aborting(_)
            | Phase::Stuck(_) => None,
        }
    }

    /// The same record after the run that could have called has ended. A run's id is never used again,
    /// so that one name is enough for all that are gone.
    pub(crate) fn without(&self, ended: &str) -> Option<Self> {
        self.renamed(ended, GONE)
    }

    /// The same record with another name for the run that may call, where that is this one.
    pub(crate) fn renamed(&self, old: &str, new: &str) -> Option<Self> {
        self.caller().filter(|caller| caller.as_str() == old)?;
        let mut state = State::clone(&self.state);
        if let Phase::Promoting(promoting) = &mut state.phase
            && let Call::Intended { caller, .. } = &mut promoting.call
        {
            *caller = run(new);
        }
        Some(Self::new(state).numbered(self.revision))
    }
}

/// What is left of a state once it is stored: journal and flaps are emptied, revision and incident get
/// the names that every stored record has, and times that no step compares are set to the beginning.
fn plain(mut state: State) -> State {
    state.revision = STORED;
    state.journal = Journal::default();
    state.flaps.clear();
    for latched in state.latch.values_mut() {
        latched.since = begin();
    }
    match &mut state.phase {
        Phase::Watching => {}
        Phase::Suspected(phase) => doubt(&mut phase.suspicion),
        Phase::AwaitingApproval(phase) => doubt(&mut phase.suspicion),
        Phase::AwaitingVeto(phase) => doubt(&mut phase.suspicion),
        Phase::Held(phase) => {
            doubt(&mut phase.suspicion);
            (phase.since, phase.told_at) = (begin(), begin());
        }
        Phase::Fencing(phase) => decided(&mut phase.decision),
        Phase::Draining(phase) => decided(&mut phase.decision),
        Phase::Promoting(phase) => decided(&mut phase.decision),
        Phase::Verifying(phase) => decided(&mut phase.decision),
        Phase::Shifting(phase) => {
            decided(&mut phase.decision);
            phase.verified_at = begin();
        }
        Phase::FailedOver(phase) => {
            decided(&mut phase.decision);
            (phase.verified_at, phase.since, phase.told_at) = (begin(), begin(), begin());
        }
        Phase::Rebuilding(phase) => decided(&mut phase.after.decision),
        Phase::Rebuilt(phase) => decided(&mut phase.after.decision),
        Phase::Aborting(phase) => decided(&mut phase.decision),
        Phase::Stuck(phase) => {
            decided(&mut phase.decision);
            (phase.since, phase.told_at) = (begin(), begin());
        }
    }
    state
}

fn doubt(suspicion: &mut Suspicion) {
    suspicion.incident = present();
    suspicion.opened_at = begin();
    // It bounds the span in which the lag is looked for, and the model's lag is always the same.
    suspicion.quorum_since = suspicion.quorum_since.map(|_| begin());
    suspicion.told.clear();
}

fn decided(decision: &mut Decision) {
    decision.incident = present();
    (decision.suspected_at, decision.decided_at) = (begin(), begin());
    decision.assessment = None;
}

fn present() -> IncidentId {
    IncidentId::opened(begin(), STORED)
}
