//! The two ports under the scenario's weather. What works goes on to the simulated cloud as it is.

use super::file::{FencingWord, PromoteWord, TableWord};
use super::weather::{Plane, Weather};
use crate::cloud::SimCloud;
use crate::ledger::SimLedger;
use jiff::Timestamp;
use std::time::Duration;
use understudy_driver::{
    Announcement, Cast, Cloud, Commit, Enter, IncidentItem, Ledger, LedgerError, Looked, Nonce, Performed, PolicyHash,
    Record, Route, Undelivered,
};
use understudy_engine::{
    AlarmArn, Application, Breaker, CreateAnswer, CreateReplica, DbInstanceArn, FenceAct, FenceAnswer, FenceCall,
    FenceTrouble, IncidentId, LeverAnswer, LeverCall, Look, Promote, PromoteAnswer, Region, Revision, Sight, State,
    Unseen, Vote, VoterName,
};

/// How long an adapter waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub(super) struct WeatheredLedger {
    inner: SimLedger,
    weather: Weather,
}

impl WeatheredLedger {
    pub(super) fn new(weather: &Weather) -> Self {
        Self { inner: SimLedger::new(&weather.world), weather: weather.clone() }
    }

    async fn reads(&self) -> Result<(), LedgerError> {
        match self.weather.table() {
            TableWord::Up | TableWord::ReadOnly => Ok(()),
            TableWord::Down => {
                tokio::time::sleep(PATIENCE).await;
                Err(LedgerError::Unavailable { detail: "it does not answer".to_owned() })
            }
        }
    }

    async fn writes(&self) -> Result<(), LedgerError> {
        self.reads().await?;
        match self.weather.table() {
            TableWord::Up => Ok(()),
            TableWord::ReadOnly | TableWord::Down => {
                Err(LedgerError::Unavailable { detail: "it takes no writes".to_owned() })
            }
        }
    }
}

impl Ledger for WeatheredLedger {
    async fn load(&self, application: &Application) -> Result<Record, LedgerError> {
        self.reads().await?;
        self.inner.load(application).await
    }

    async fn commit(
        &self,
        next: &State,
        expected: Revision,
        policy: &PolicyHash,
        nonce: &Nonce,
    ) -> Result<Commit, LedgerError> {
        self.writes().await?;
        let commit = self.inner.commit(next, expected, policy, nonce).await?;
        if commit == Commit::Committed {
            self.weather.committed(next);
        }
        Ok(commit)
    }

    async fn cast(&self, application: &Application, voter: &VoterName, vote: &Vote) -> Result<Cast, LedgerError> {
        self.writes().await?;
        self.inner.cast(application, voter, vote).await
    }

    async fn breaker(&self) -> Result<Breaker, LedgerError> {
        self.reads().await?;
        self.inner.breaker().await
    }

    async fn commit_breaker(&self, next: &Breaker, expected: Revision, nonce: &Nonce) -> Result<Commit, LedgerError> {
        self.writes().await?;
        self.inner.commit_breaker(next, expected, nonce).await
    }

    async fn routes(&self, alarm: &AlarmArn) -> Result<Vec<Route>, LedgerError> {
        self.reads().await?;
        self.inner.routes(alarm).await
    }

    async fn probed(&self, region: &Region) -> Result<Vec<Route>, LedgerError> {
        self.reads().await?;
        self.inner.probed(region).await
    }

    async fn enter(&self, item: &IncidentItem, now: Timestamp) -> Result<Enter, LedgerError> {
        self.writes().await?;
        self.inner.enter(item, now).await
    }

    async fn incident(
        &self,
        application: &Application,
        incident: &IncidentId,
    ) -> Result<Vec<IncidentItem>, LedgerError> {
        self.reads().await?;
        self.inner.incident(application, incident).await
    }

    async fn incidents(&self, application: &Application, at_most: usize) -> Result<Vec<IncidentId>, LedgerError> {
        self.reads().await?;
        self.inner.incidents(application, at_most).await
    }
}

#[derive(Debug, Clone)]
pub(super) struct WeatheredCloud {
    inner: SimCloud,
    weather: Weather,
}

impl WeatheredCloud {
    pub(super) fn new(weather: &Weather) -> Self {
        Self { inner: SimCloud::new(&weather.world), weather: weather.clone() }
    }

    fn performed<T>(&self, outcome: T) -> Performed<T> {
        Performed { at: self.weather.world.now(), outcome }
    }

    /// Waits as a caller does, and tells why nothing was seen.
    async fn wait(&self, plane: Plane) -> Option<Unseen> {
        match plane {
            Plane::Answers { after } if after <= PATIENCE => {
                tokio::time::sleep(after).await;
                None
            }
            Plane::Answers { .. } | Plane::Silent => {
                tokio::time::sleep(PATIENCE).await;
                Some(Unseen::Unreachable)
            }
            Plane::Throttles => Some(Unseen::Throttled),
        }
    }

    async fn called(&self, promote: &Promote, word: PromoteWord) -> PromoteAnswer {
        let carried_out = match word {
            PromoteWord::Accepted | PromoteWord::Ambiguous => self.inner.promote(promote).await.outcome,
            PromoteWord::Lost => PromoteAnswer::Ambiguous,
            PromoteWord::Throttled => PromoteAnswer::NotArrived,
            PromoteWord::Denied => PromoteAnswer::Denied,
            PromoteWord::Invalid => PromoteAnswer::Invalid,
        };
        self.weather.promote_called(&promote.replica, carried_out == PromoteAnswer::Accepted);
        match word {
            PromoteWord::Ambiguous | PromoteWord::Lost => {
                tokio::time::sleep(PATIENCE).await;
                PromoteAnswer::Ambiguous
            }
            PromoteWord::Accepted | PromoteWord::Throttled | PromoteWord::Denied | PromoteWord::Invalid => carried_out,
        }
    }

    fn told(&self, what: &str, why: &Promote) {
        self.weather.world.tell("rds", what, why.replica.to_string());
    }
}

impl Cloud for WeatheredCloud {
    async fn look(&self, look: &Look) -> Performed<Looked> {
        let mut readable = look.clone();
        readable.alarms.retain(|_, alarm| self.weather.is_readable(alarm));
        let plane = self.weather.plane(&look.candidate.region());
        let Performed { outcome: mut looked, .. } = self.inner.look(&readable).await;
        if let Sight::Seen(sighting) = &mut looked.candidate {
            sighting.lags = self.weather.lags(&look.candidate, (look.lag_after, look.lag_until));
        }
        if let Some(unseen) = self.wait(plane).await {
            looked.candidate = Sight::Unseen(unseen);
        }
        let regions: Vec<Region> = look.alarms.values().map(understudy_engine::AlarmArn::region).collect();
        if regions.iter().any(|region| self.weather.plane(region) == Plane::Silent) {
            tokio::time::sleep(PATIENCE).await;
        }
        self.performed(looked)
    }

    async fn promote(&self, promote: &Promote) -> Performed<PromoteAnswer> {
        if self.weather.world.now() >= promote.not_after {
            return self.performed(PromoteAnswer::NotArrived);
        }
        let plane = self.weather.plane(&promote.replica.region());
        let answer = match plane {
            Plane::Silent => {
                self.weather.promote_called(&promote.replica, false);
                self.told("PromoteReadReplica is not answered", promote);
                PromoteAnswer::Ambiguous
            }
            Plane::Throttles => {
                self.weather.promote_called(&promote.replica, false);
                self.told("PromoteReadReplica is throttled", promote);
                PromoteAnswer::NotArrived
            }
            Plane::Answers { .. } => {
                let word = self.weather.next_answer(&promote.replica);
                if word != PromoteWord::Accepted {
                    self.told(&format!("PromoteReadReplica: {}", format!("{word:?}").to_lowercase()), promote);
                }
                self.called(promote, word).await
            }
        };
        match self.wait(plane).await {
            Some(Unseen::Unreachable) => self.performed(PromoteAnswer::Ambiguous),
            Some(Unseen::Throttled | Unseen::Denied | Unseen::Unreadable) | None => self.performed(answer),
        }
    }

    async fn fence(&self, call: &FenceCall) -> Performed<FenceAnswer> {
        let plane = self.weather.plane(&call.writer.region());
        let describes = call.act == FenceAct::Describe;
        let trouble = match (plane, self.weather.fencing()) {
            (Plane::Throttles, _) if describes => Some(FenceTrouble::Unseen(Unseen::Throttled)),
            (Plane::Silent, _) | (_, FencingWord::Impossible) if describes => {
                Some(FenceTrouble::Unseen(Unseen::Unreachable))
            }
            (Plane::Silent | Plane::Throttles, _) | (_, FencingWord::Impossible) => Some(FenceTrouble::Unanswered),
            (Plane::Answers { .. }, FencingWord::Denied) if !describes => Some(FenceTrouble::Denied),
            (Plane::Answers { .. }, FencingWord::Refused) if !describes => Some(FenceTrouble::Refused),
            (Plane::Answers { .. }, FencingWord::Possible | FencingWord::Denied | FencingWord::Refused) => None,
        };
        let answer = match trouble {
            Some(trouble) => FenceAnswer::Trouble(trouble),
            None => self.inner.fence(call).await.outcome,
        };
        match self.wait(plane).await {
            Some(unseen) if describes => self.performed(FenceAnswer::Trouble(FenceTrouble::Unseen(unseen))),
            Some(_) => self.performed(FenceAnswer::Trouble(FenceTrouble::Unanswered)),
            None => self.performed(answer),
        }
    }

    async fn create_replica(&self, create: &CreateReplica) -> Performed<CreateAnswer> {
        let plane = self.weather.plane(&create.replica.region());
        let answer = match plane {
            Plane::Answers { .. } => self.inner.create_replica(create).await.outcome,
            Plane::Throttles | Plane::Silent => CreateAnswer::LookAgain,
        };
        match self.wait(plane).await {
            Some(_) => self.performed(CreateAnswer::LookAgain),
            None => self.performed(answer),
        }
    }

    async fn lever(&self, call: &LeverCall) -> Performed<LeverAnswer> {
        let lost = call.endpoints.iter().filter(|region| self.weather.is_lost(region)).count();
        let endpoints = call.endpoints.iter().filter(|region| !self.weather.is_lost(region)).cloned().collect();
        tokio::time::sleep(PATIENCE.min(Duration::from_secs(lost as u64))).await;
        self.inner.lever(&LeverCall { endpoints, ..call.clone() }).await
    }

    async fn read_back(&self, replica: &DbInstanceArn) -> Performed<Sight> {
        let plane = self.weather.plane(&replica.region());
        let seen = self.inner.read_back(replica).await.outcome;
        match self.wait(plane).await {
            Some(unseen) => self.performed(Sight::Unseen(unseen)),
            None => self.performed(seen),
        }
    }

    async fn announce(&self, announcement: &Announcement) -> Result<(), Undelivered> {
        let topic = announcement.topic.clone();
        if self.weather.is_lost(&topic.region()) {
            tokio::time::sleep(PATIENCE).await;
            return Err(Undelivered::Unavailable { topic, detail: "its Region does not answer".to_owned() });
        }
        self.inner.announce(announcement).await?;
        let page = announcement.attributes.get("urgency").is_some_and(|urgency| urgency == "page");
        if let Some(application) = announcement.attributes.get("application").filter(|_| page)
            && let Ok(application) = application.parse()
        {
            self.weather.paged(application, &announcement.subject);
        }
        Ok(())
    }
}
