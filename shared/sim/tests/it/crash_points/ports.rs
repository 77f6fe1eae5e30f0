//! The simulated ports with the director at every call.

use super::director::Director;
use super::invocation::Invocation;
use super::port::{Fault, Port, port_of, port_of_act, port_of_lever};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use understudy_driver::{
    Announcement, Cast, Cloud, Commit, Enter, IncidentItem, Ledger, LedgerError, Looked, Nonce, Performed, PolicyHash,
    Record, Route, Undelivered,
};
use understudy_engine::{
    AlarmArn, Application, Breaker, CreateAnswer, CreateReplica, DbInstanceArn, FenceAct, FenceAnswer, FenceCall,
    FenceTrouble, IncidentId, LeverAnswer, LeverCall, LeverTrouble, Look, PhaseName, Promote, PromoteAnswer, Region,
    Revision, RunId, Sight, State, Unseen, Vote, VoterName,
};
use understudy_sim::{SimCloud, SimLedger, World};

/// What a lost reply of the table is told as.
pub(super) const LOST: &str = "the reply was lost";

/// How long a frozen process stands still.
pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);

/// How far a second run of the same invocation gets before the first one goes on.
const OVERTAKES: Duration = Duration::from_secs(4);

/// What the stage has to know of a running invocation.
#[derive(Debug)]
pub(super) enum Word {
    Ended,
    Killed,
    Frozen,
    /// Run the same invocation a second time, and tell when it has ended.
    Again(oneshot::Sender<()>),
}

/// The two ports of one invocation.
#[derive(Clone)]
pub(super) struct Ports {
    pub(super) world: World,
    pub(super) director: Director,
    pub(super) invocation: Invocation,
    pub(super) run: RunId,
    /// Whether no reply to a promote call ever arrives, as part of the story.
    pub(super) loses_promote_replies: bool,
    pub(super) stage: mpsc::UnboundedSender<Word>,
}

impl Ports {
    fn ledger(&self) -> SimLedger {
        SimLedger::new(&self.world)
    }

    fn cloud(&self) -> SimCloud {
        SimCloud::new(&self.world)
    }

    pub(super) async fn sleep(&self, time: Duration) {
        self.pass(Port::Sleep, tokio::time::sleep(time), |()| ()).await;
    }

    /// Makes a call as far as the director lets it. `lost` is what the driver hears when nobody knows.
    async fn pass<T>(&self, port: Port, call: impl Future<Output = T>, lost: impl FnOnce(T) -> T) -> T {
        match self.director.cue(&self.invocation, port) {
            None => call.await,
            Some(Fault::KilledBefore) => self.die().await,
            Some(Fault::KilledAfter) => {
                call.await;
                self.die().await
            }
            Some(Fault::ReplyLost) => lost(call.await),
            Some(Fault::Repeated) => {
                let (ended, end) = oneshot::channel();
                let _ = self.stage.send(Word::Again(ended));
                let _ = tokio::time::timeout(OVERTAKES, end).await;
                call.await
            }
            Some(Fault::Frozen) => {
                let _ = self.stage.send(Word::Frozen);
                tokio::time::sleep(DAY).await;
                call.await
            }
        }
    }

    async fn die<T>(&self) -> T {
        let _ = self.stage.send(Word::Killed);
        pending().await
    }

    async fn table<T>(&self, port: Port, call: impl Future<Output = Result<T, LedgerError>>) -> Result<T, LedgerError> {
        self.pass(port, call, |_| Err(LedgerError::Unavailable { detail: LOST.to_owned() })).await
    }

    /// Commit before act: nothing is done that the durable state does not demand of this very run.
    async fn check(&self, port: Port) {
        let (Invocation::Turn(application) | Invocation::Attend(application)) = &self.invocation else {
            let may = matches!(self.invocation, Invocation::Release(..)) && port == Port::ReadBreaker;
            if !may {
                self.director.harm(format!("{} called {}", self.invocation.name(), port.name()));
            }
            return;
        };
        let Record { state, policy, .. } = self.ledger().load(application).await.unwrap();
        let demanded = state.outstanding(&policy, &self.run, self.world.now());
        if self.director.is_undisturbed() && demanded.as_ref().map(port_of) != Some(port) {
            self.director.harm(format!("{} was called where {demanded:?} was demanded", port.name()));
        }
    }

    /// A promotion that is accepted counts, and only one that is still wanted may be.
    async fn accepted(&self, promote: &Promote) {
        let (Invocation::Turn(application) | Invocation::Attend(application)) = &self.invocation else { return };
        let phase = self.ledger().load(application).await.unwrap().state.phase;
        let wanted = matches!(phase.name(), PhaseName::Promoting | PhaseName::Aborting)
            && phase.decision().is_some_and(|decision| decision.epoch == promote.epoch);
        if !wanted {
            let epoch = promote.epoch.0;
            self.director.harm(format!("a promotion of epoch {epoch} was accepted in {}", phase.name()));
        }
        *self.director.notes().accepted.entry((application.clone(), promote.epoch)).or_default() += 1;
    }
}

impl Ledger for Ports {
    async fn load(&self, application: &Application) -> Result<Record, LedgerError> {
        self.table(Port::Load, self.ledger().load(application)).await
    }

    async fn commit(
        &self,
        next: &State,
        expected: Revision,
        policy: &PolicyHash,
        nonce: &Nonce,
    ) -> Result<Commit, LedgerError> {
        self.table(Port::Commit, self.ledger().commit(next, expected, policy, nonce)).await
    }

    async fn cast(&self, application: &Application, voter: &VoterName, vote: &Vote) -> Result<Cast, LedgerError> {
        self.table(Port::Cast, self.ledger().cast(application, voter, vote)).await
    }

    async fn breaker(&self) -> Result<Breaker, LedgerError> {
        self.check(Port::ReadBreaker).await;
        self.table(Port::ReadBreaker, self.ledger().breaker()).await
    }

    async fn commit_breaker(&self, next: &Breaker, expected: Revision, nonce: &Nonce) -> Result<Commit, LedgerError> {
        self.table(Port::CommitBreaker, self.ledger().commit_breaker(next, expected, nonce)).await
    }

    async fn routes(&self, alarm: &AlarmArn) -> Result<Vec<Route>, LedgerError> {
        self.table(Port::Routes, self.ledger().routes(alarm)).await
    }

    async fn probed(&self, region: &Region) -> Result<Vec<Route>, LedgerError> {
        self.table(Port::Routes, self.ledger().probed(region)).await
    }

    async fn enter(&self, item: &IncidentItem, now: Timestamp) -> Result<Enter, LedgerError> {
        let incident = (item.application.clone(), item.id.incident.clone());
        self.director.notes().incidents.insert(incident);
        self.table(Port::Enter, self.ledger().enter(item, now)).await
    }

    async fn incident(
        &self,
        application: &Application,
        incident: &IncidentId,
    ) -> Result<Vec<IncidentItem>, LedgerError> {
        self.table(Port::Incident, self.ledger().incident(application, incident)).await
    }

    async fn incidents(&self, application: &Application, at_most: usize) -> Result<Vec<IncidentId>, LedgerError> {
        self.table(Port::Incident, self.ledger().incidents(application, at_most)).await
    }
}

impl Cloud for Ports {
    async fn look(&self, look: &Look) -> Performed<Looked> {
        self.check(Port::Look).await;
        let blind = |performed: Performed<Looked>| {
            let candidate = Sight::Unseen(Unseen::Unreachable);
            let outcome = Looked { readings: BTreeMap::new(), candidate, ..performed.outcome };
            Performed { outcome, ..performed }
        };
        self.pass(Port::Look, self.cloud().look(look), blind).await
    }

    async fn promote(&self, promote: &Promote) -> Performed<PromoteAnswer> {
        self.check(Port::Promote).await;
        let unknown = |performed| Performed { outcome: PromoteAnswer::Ambiguous, ..performed };
        let call = async {
            let performed = self.cloud().promote(promote).await;
            if performed.outcome == PromoteAnswer::Accepted {
                self.accepted(promote).await;
            }
            if self.loses_promote_replies { unknown(performed) } else { performed }
        };
        self.pass(Port::Promote, call, unknown).await
    }

    async fn fence(&self, call: &FenceCall) -> Performed<FenceAnswer> {
        let port = port_of_act(&call.act);
        self.check(port).await;
        let trouble = match &call.act {
            FenceAct::Describe => FenceTrouble::Unseen(Unseen::Unreachable),
            FenceAct::Isolate { .. } | FenceAct::Restart | FenceAct::Restore { .. } => FenceTrouble::Unanswered,
        };
        let unknown = |performed| Performed { outcome: FenceAnswer::Trouble(trouble), ..performed };
        self.pass(port, self.cloud().fence(call), unknown).await
    }

    async fn create_replica(&self, create: &CreateReplica) -> Performed<CreateAnswer> {
        self.check(Port::CreateReplica).await;
        let unknown = |performed| Performed { outcome: CreateAnswer::LookAgain, ..performed };
        self.pass(Port::CreateReplica, self.cloud().create_replica(create), unknown).await
    }

    async fn lever(&self, call: &LeverCall) -> Performed<LeverAnswer> {
        let port = port_of_lever(call.act);
        self.check(port).await;
        let unknown = |performed| Performed { outcome: LeverAnswer::Trouble(LeverTrouble::Unanswered), ..performed };
        self.pass(port, self.cloud().lever(call), unknown).await
    }

    async fn read_back(&self, replica: &DbInstanceArn) -> Performed<Sight> {
        self.check(Port::ReadBack).await;
        let unknown = |performed| Performed { outcome: Sight::Unseen(Unseen::Unreachable), ..performed };
        self.pass(Port::ReadBack, self.cloud().read_back(replica), unknown).await
    }

    async fn announce(&self, announcement: &Announcement) -> Result<(), Undelivered> {
        let lost = |_| Err(Undelivered::Unavailable { topic: announcement.topic.clone(), detail: LOST.to_owned() });
        self.pass(Port::Announce, self.cloud().announce(announcement), lost).await
    }
}
