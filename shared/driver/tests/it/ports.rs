//! The simulated ports with somebody else at work in between: a rival at the table, a process that
//! dies at its call, a topic that does not answer.

use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;
use understudy_driver::{
    Announcement, Cast, Cloud, Commit, Enter, IncidentItem, Ledger, LedgerError, Looked, Nonce, Performed, PolicyHash,
    Record, Route, Undelivered,
};
use understudy_engine::{
    AlarmArn, Application, Breaker, CreateAnswer, CreateReplica, DbInstanceArn, FenceAnswer, FenceCall, IncidentId,
    LeverAnswer, LeverCall, Look, Policy, Promote, PromoteAnswer, Region, Revision, Sight, State, Vote, VoterName,
};
use understudy_sim::{SimCloud, SimLedger, World};

/// What somebody else does just after a record was loaded, and so before what it led to is committed.
#[derive(Debug, Clone)]
pub(crate) enum Rival {
    Writes,
    Applies(Box<Policy>),
}

pub(crate) struct Table {
    pub(crate) inner: SimLedger,
    pub(crate) rivals: Mutex<VecDeque<Rival>>,
    pub(crate) nonces: Mutex<Vec<String>>,
    /// How often somebody else writes the storm breaker just after it was loaded.
    pub(crate) breaker_rivals: Mutex<u32>,
    /// Whether the storm breaker can be read.
    pub(crate) breaker_is_away: Mutex<bool>,
    /// For how long the process is frozen over the next record that it loads.
    pub(crate) frozen_over_load: Mutex<Duration>,
    pub(crate) loads: Mutex<u32>,
}

impl Table {
    pub(crate) fn new(world: &World) -> Self {
        Self {
            inner: SimLedger::new(world),
            rivals: Mutex::default(),
            nonces: Mutex::default(),
            breaker_rivals: Mutex::default(),
            breaker_is_away: Mutex::default(),
            frozen_over_load: Mutex::default(),
            loads: Mutex::default(),
        }
    }

    pub(crate) fn then(&self, rival: Rival) {
        self.rivals.lock().unwrap().push_back(rival);
    }

    async fn interfere(&self, record: &Record) -> Result<(), LedgerError> {
        let rival = self.rivals.lock().unwrap().pop_front();
        match rival {
            None => {}
            Some(Rival::Applies(policy)) => self.inner.apply(&policy).unwrap(),
            Some(Rival::Writes) => {
                let expected = record.state.revision;
                let next = State { revision: expected.next(), ..record.state.clone() };
                let nonce = Nonce(format!("rival-{}", expected.0));
                let written = self.inner.commit(&next, expected, &record.policy_hash, &nonce).await?;
                assert_eq!(written, Commit::Committed);
            }
        }
        Ok(())
    }
}

impl Ledger for Table {
    async fn load(&self, application: &Application) -> Result<Record, LedgerError> {
        let record = self.inner.load(application).await?;
        *self.loads.lock().unwrap() += 1;
        self.interfere(&record).await?;
        let frozen = std::mem::take(&mut *self.frozen_over_load.lock().unwrap());
        tokio::time::sleep(frozen).await;
        Ok(record)
    }

    async fn commit(
        &self,
        next: &State,
        expected: Revision,
        policy: &PolicyHash,
        nonce: &Nonce,
    ) -> Result<Commit, LedgerError> {
        self.nonces.lock().unwrap().push(nonce.0.clone());
        self.inner.commit(next, expected, policy, nonce).await
    }

    async fn cast(&self, application: &Application, voter: &VoterName, vote: &Vote) -> Result<Cast, LedgerError> {
        self.inner.cast(application, voter, vote).await
    }

    async fn breaker(&self) -> Result<Breaker, LedgerError> {
        if *self.breaker_is_away.lock().unwrap() {
            return Err(LedgerError::Unavailable { detail: "away".to_owned() });
        }
        let breaker = self.inner.breaker().await?;
        let rival = {
            let mut left = self.breaker_rivals.lock().unwrap();
            let writes = *left > 0;
            *left = left.saturating_sub(1);
            writes
        };
        if rival {
            let next = Breaker { revision: breaker.revision.next(), ..breaker.clone() };
            let nonce = Nonce(format!("rival-{}", next.revision));
            assert_eq!(self.inner.commit_breaker(&next, breaker.revision, &nonce).await?, Commit::Committed);
        }
        Ok(breaker)
    }

    async fn commit_breaker(&self, next: &Breaker, expected: Revision, nonce: &Nonce) -> Result<Commit, LedgerError> {
        self.nonces.lock().unwrap().push(nonce.0.clone());
        self.inner.commit_breaker(next, expected, nonce).await
    }

    async fn routes(&self, alarm: &AlarmArn) -> Result<Vec<Route>, LedgerError> {
        self.inner.routes(alarm).await
    }

    async fn probed(&self, region: &Region) -> Result<Vec<Route>, LedgerError> {
        self.inner.probed(region).await
    }

    async fn enter(&self, item: &IncidentItem, now: Timestamp) -> Result<Enter, LedgerError> {
        self.inner.enter(item, now).await
    }

    async fn incident(
        &self,
        application: &Application,
        incident: &IncidentId,
    ) -> Result<Vec<IncidentItem>, LedgerError> {
        self.inner.incident(application, incident).await
    }

    async fn incidents(&self, application: &Application, at_most: usize) -> Result<Vec<IncidentId>, LedgerError> {
        self.inner.incidents(application, at_most).await
    }
}

/// What was durable at the moment of an announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) seq: String,
    pub(crate) entered: bool,
    pub(crate) in_outbox: bool,
}

pub(crate) struct Outside {
    inner: SimCloud,
    table: SimLedger,
    application: Application,
    /// The state that was durable when each promote call left.
    pub(crate) stored_at_calls: Mutex<Vec<State>>,
    /// Whether the process dies at its next promote call, before the call leaves.
    pub(crate) dies_at_call: Mutex<bool>,
    pub(crate) looks: Mutex<u32>,
    /// For how long the process is frozen over the answer of its next look.
    pub(crate) frozen_over_look: Mutex<Duration>,
    /// How many announcements are not taken.
    pub(crate) refused_announcements: Mutex<u32>,
    pub(crate) told: Mutex<Vec<Told>>,
}

impl Outside {
    pub(crate) fn new(world: &World, application: &Application) -> Self {
        Self {
            inner: SimCloud::new(world),
            table: SimLedger::new(world),
            application: application.clone(),
            stored_at_calls: Mutex::default(),
            dies_at_call: Mutex::default(),
            looks: Mutex::default(),
            frozen_over_look: Mutex::default(),
            refused_announcements: Mutex::default(),
            told: Mutex::default(),
        }
    }

    async fn durable(&self, announcement: &Announcement) -> Told {
        let seq = announcement.attributes["seq"].clone();
        let incident: Vec<IncidentItem> = {
            let record = self.table.load(&self.application).await.unwrap();
            let of_outbox = record.state.journal.outbox.first().map(|entry| entry.id.incident.clone());
            let incident = of_outbox.or_else(|| record.state.journal.last.map(|last| last.incident));
            self.table.incident(&self.application, &incident.unwrap()).await.unwrap()
        };
        let record = self.table.load(&self.application).await.unwrap();
        Told {
            entered: incident.iter().any(|item| item.id.seq.0.to_string() == seq),
            in_outbox: record.state.journal.outbox.iter().any(|entry| entry.id.seq.0.to_string() == seq),
            seq,
        }
    }
}

impl Cloud for Outside {
    async fn look(&self, look: &Look) -> Performed<Looked> {
        *self.looks.lock().unwrap() += 1;
        let frozen = std::mem::take(&mut *self.frozen_over_look.lock().unwrap());
        let Performed { at, outcome } = self.inner.look(look).await;
        tokio::time::sleep(frozen).await;
        let frozen = SignedDuration::try_from(frozen).unwrap();
        Performed { at: at.checked_add(frozen).unwrap(), outcome }
    }

    async fn promote(&self, promote: &Promote) -> Performed<PromoteAnswer> {
        let stored = self.table.load(&self.application).await.unwrap().state;
        self.stored_at_calls.lock().unwrap().push(stored);
        let dies = std::mem::take(&mut *self.dies_at_call.lock().unwrap());
        if dies {
            std::future::pending::<()>().await;
        }
        self.inner.promote(promote).await
    }

    async fn fence(&self, call: &FenceCall) -> Performed<FenceAnswer> {
        self.inner.fence(call).await
    }

    async fn create_replica(&self, create: &CreateReplica) -> Performed<CreateAnswer> {
        self.inner.create_replica(create).await
    }

    async fn lever(&self, call: &LeverCall) -> Performed<LeverAnswer> {
        self.inner.lever(call).await
    }

    async fn read_back(&self, replica: &DbInstanceArn) -> Performed<Sight> {
        self.inner.read_back(replica).await
    }

    async fn announce(&self, announcement: &Announcement) -> Result<(), Undelivered> {
        let told = self.durable(announcement).await;
        self.told.lock().unwrap().push(told);
        let refused = {
            let mut left = self.refused_announcements.lock().unwrap();
            let refused = *left > 0;
            *left = left.saturating_sub(1);
            refused
        };
        if refused {
            return Err(Undelivered::TopicMissing { topic: announcement.topic.clone() });
        }
        self.inner.announce(announcement).await
    }
}
