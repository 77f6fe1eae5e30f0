//! What the record says to whoever is about to send traffic: who takes writes, and which Regions none may go to.

use crate::name::{Application, DbInstanceArn, Epoch, Region, Revision};
use crate::phase::Phase;
use crate::policy::Policy;
use crate::state::State;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posture {
    pub application: Application,
    pub revision: Revision,
    /// The fencing token: it rises with every decision, whether or not the decision is carried out.
    pub epoch: Epoch,
    /// The Region whose database takes writes; none while a decision is being carried out, because the old
    /// writer is being left then and the new one is not verified.
    pub writer: Option<Region>,
    /// Regions that no traffic may go to.
    pub latched: BTreeSet<Region>,
    /// Every Region that the application has; none where its policy cannot be read, which closes no latch.
    pub regions: Option<BTreeSet<Region>>,
}

/// The part of a state that is understood whichever release wrote the rest of it: a gate that is not deployed yet, or no
/// more, must not take a Region for open.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Glimpse {
    application: Application,
    revision: Revision,
    epoch: Epoch,
    #[serde(deserialize_with = "regions_alone")]
    latch: BTreeSet<Region>,
}

fn regions_alone<'de, D: serde::Deserializer<'de>>(latch: D) -> Result<BTreeSet<Region>, D::Error> {
    BTreeMap::<Region, IgnoredAny>::deserialize(latch).map(|latch| latch.into_keys().collect())
}

impl Posture {
    /// Of a state as it was read, or of the part of it that could be.
    ///
    /// # Errors
    /// The reading's own, where that part could not be read either.
    pub fn read<E>(state: Result<State, E>, glimpse: Option<Glimpse>, policy: Option<&Policy>) -> Result<Self, E> {
        match (state, glimpse) {
            (Ok(state), _) => Ok(Self::of(&state, policy)),
            (Err(_), Some(glimpse)) => Ok(Self::glimpsed(glimpse, policy)),
            (Err(error), None) => Err(error),
        }
    }

    /// Of a state that cannot be read whole. Who takes writes depends on the phase, and is not said.
    fn glimpsed(glimpse: Glimpse, policy: Option<&Policy>) -> Self {
        let Glimpse { application, revision, epoch, latch } = glimpse;
        let known = policy.map(|policy| regions(&latch, policy));
        Self { application, revision, epoch, writer: None, latched: latch, regions: known }
    }

    #[must_use]
    pub fn of(state: &State, policy: Option<&Policy>) -> Self {
        let latched: BTreeSet<Region> = state.latch.keys().cloned().collect();
        Self {
            application: state.application.clone(),
            revision: state.revision,
            epoch: state.epoch,
            writer: writer(state, policy).map(DbInstanceArn::region),
            regions: policy.map(|policy| regions(&latched, policy)),
            latched,
        }
    }

    /// Whether the application has this Region, as far as is known.
    #[must_use]
    pub fn has(&self, region: &Region) -> bool {
        self.regions.as_ref().is_none_or(|regions| regions.contains(region))
    }
}

fn regions(latched: &BTreeSet<Region>, policy: &Policy) -> BTreeSet<Region> {
    let endpoints = policy.traffic.iter().flat_map(|traffic| traffic.endpoints.keys());
    let roles = [&policy.regions.primary, &policy.regions.standby];
    roles.into_iter().chain(endpoints).chain(latched).cloned().collect()
}

fn writer<'a>(state: &'a State, policy: Option<&'a Policy>) -> Option<&'a DbInstanceArn> {
    match &state.phase {
        Phase::Watching
        | Phase::Suspected(_)
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingVeto(_)
        | Phase::Held(_)
        | Phase::Shifting(_)
        | Phase::FailedOver(_)
        | Phase::Rebuilding(_)
        | Phase::Rebuilt(_) => state.writer.as_ref().or(policy.map(|policy| &policy.database.writer)),
        Phase::Draining(_)
        | Phase::Fencing(_)
        | Phase::Promoting(_)
        | Phase::Verifying(_)
        | Phase::Aborting(_)
        | Phase::Stuck(_) => None,
    }
}
