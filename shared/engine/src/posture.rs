//! What the record says to whoever is about to send traffic: who takes writes, and which Regions none may go to.

use crate::name::{Application, DbInstanceArn, Epoch, Region, Revision};
use crate::phase::Phase;
use crate::policy::Policy;
use crate::state::State;
use std::collections::BTreeSet;

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

impl Posture {
    #[must_use]
    pub fn of(state: &State, policy: Option<&Policy>) -> Self {
        Self {
            application: state.application.clone(),
            revision: state.revision,
            epoch: state.epoch,
            writer: writer(state, policy).map(DbInstanceArn::region),
            latched: state.latch.keys().cloned().collect(),
            regions: policy.map(|policy| regions(state, policy)),
        }
    }

    /// Whether the application has this Region, as far as is known.
    #[must_use]
    pub fn has(&self, region: &Region) -> bool {
        self.regions.as_ref().is_none_or(|regions| regions.contains(region))
    }
}

fn regions(state: &State, policy: &Policy) -> BTreeSet<Region> {
    let endpoints = policy.traffic.iter().flat_map(|traffic| traffic.endpoints.keys());
    let roles = [&policy.regions.primary, &policy.regions.standby];
    roles.into_iter().chain(endpoints).chain(state.latch.keys()).cloned().collect()
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
