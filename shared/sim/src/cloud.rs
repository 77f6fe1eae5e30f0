//! The cloud in memory: control planes that answer, or are away with their Region.

use crate::alarm::AlarmValue;
use crate::database::SimDatabase;
use crate::world::{PromoteFault, World};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use understudy_driver::{Announcement, Cloud, Looked, Performed, Reading, Undelivered};
use understudy_engine::{
    AlarmArn, CreateAnswer, CreateReplica, DbInstanceArn, FenceAct, FenceAnswer, FenceCall, FenceTrouble, Lag,
    LeverAct, LeverAnswer, LeverCall, LeverTrouble, Look, Promote, PromoteAnswer, Region, Sight, Sighting, Unseen,
    Verdict, VoterName,
};

/// A typical answer of a control plane.
const ANSWER: Duration = Duration::from_millis(120);

/// How long an adapter waits for one that is away.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long it waits for one endpoint of five.
const LEVER_PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub struct SimCloud {
    world: World,
}

impl SimCloud {
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self { world: world.clone() }
    }

    fn sight(&self, replica: &DbInstanceArn, span: Option<(Timestamp, Timestamp)>) -> Sight {
        let now = self.world.now();
        let inner = self.world.lock();
        if inner.dead.contains(&replica.region()) {
            return Sight::Unseen(Unseen::Unreachable);
        }
        let Some(database) = inner.databases.get(replica) else { return Sight::Missing };
        let (status, source) = database.described(now);
        let lags = span.map_or(Vec::new(), |(after, until)| {
            let told: &[Lag] = inner.lags.get(replica).map_or(&[], Vec::as_slice);
            let told = told.iter().filter(|lag| lag.at >= after && lag.at <= until).copied();
            told.chain(database.measured((after, until.min(now)))).collect()
        });
        Sight::Seen(Sighting { status, source, lags })
    }

    fn readings(&self, alarms: &BTreeMap<VoterName, AlarmArn>) -> BTreeMap<VoterName, Reading> {
        let inner = self.world.lock();
        let mut readings = BTreeMap::new();
        for (voter, arn) in alarms {
            let Some(alarm) = inner.alarms.get(arn).filter(|_| !inner.dead.contains(&arn.region())) else { continue };
            let verdict = match alarm.value {
                AlarmValue::Ok => Verdict::Up,
                AlarmValue::Alarm => Verdict::Down,
                AlarmValue::InsufficientData => Verdict::Abstain,
            };
            let reading = Reading { verdict, since: Some(alarm.changed_at), reason: alarm.reason.clone() };
            readings.insert(voter.clone(), reading);
        }
        readings
    }

    fn call(&self, replica: &DbInstanceArn) -> PromoteAnswer {
        let now = self.world.now();
        let mut inner = self.world.lock();
        let fault = inner.promote_faults.pop_front();
        if fault == Some(PromoteFault::CutBefore) {
            return PromoteAnswer::Ambiguous;
        }
        inner.promote_calls.push((now, replica.clone()));
        match fault {
            Some(PromoteFault::Throttled) => return PromoteAnswer::NotArrived,
            Some(PromoteFault::Denied) => return PromoteAnswer::Denied,
            Some(PromoteFault::CutBefore | PromoteFault::CutAfter) | None => {}
        }
        let Some(database) = inner.databases.get_mut(replica) else { return PromoteAnswer::NoSuchInstance };
        if !database.promotable() {
            return PromoteAnswer::Ambiguous;
        }
        database.promoted_at = Some(now);
        if fault == Some(PromoteFault::CutAfter) { PromoteAnswer::Ambiguous } else { PromoteAnswer::Accepted }
    }

    fn act(&self, call: &FenceCall) -> FenceAnswer {
        let now = self.world.now();
        let mut inner = self.world.lock();
        let Some(writer) = inner.databases.get_mut(&call.writer) else { return FenceAnswer::Missing };
        if call.act == FenceAct::Describe {
            return FenceAnswer::Seen(writer.seen(now));
        }
        if now >= call.not_after || !writer.changeable(now) {
            return FenceAnswer::Trouble(FenceTrouble::Unanswered);
        }
        match &call.act {
            FenceAct::Describe => {}
            FenceAct::Isolate { group } => writer.regroup(&BTreeSet::from([group.clone()]), now),
            FenceAct::Restore { groups } => writer.regroup(groups, now),
            FenceAct::Restart => writer.restarted_at = Some(now),
        }
        FenceAnswer::Accepted
    }

    fn pull(&self, call: &LeverCall) -> LeverAnswer {
        let now = self.world.now();
        let mut inner = self.world.lock();
        match call.act {
            LeverAct::Read => inner.levers.read(&call.aim),
            LeverAct::Set if now >= call.not_after => LeverAnswer::Trouble(LeverTrouble::Unreachable),
            LeverAct::Set if std::mem::take(&mut inner.lever_in_use) => LeverAnswer::Trouble(LeverTrouble::Conflicting),
            LeverAct::Set => {
                let answer = inner.levers.set(&call.aim);
                let lost = World::lever_reply_is_lost(&mut inner);
                if lost { LeverAnswer::Trouble(LeverTrouble::Unanswered) } else { answer }
            }
        }
    }

    fn performed<T>(&self, outcome: T) -> Performed<T> {
        Performed { at: self.world.now(), outcome }
    }

    async fn wait_for(&self, regions: &[Region]) {
        let away = regions.iter().any(|region| self.world.is_dead(region));
        tokio::time::sleep(if away { PATIENCE } else { ANSWER }).await;
    }
}

impl Cloud for SimCloud {
    async fn look(&self, look: &Look) -> Performed<Looked> {
        let observed_at = self.world.now();
        let readings = self.readings(&look.alarms);
        let candidate = self.sight(&look.candidate, Some((look.lag_after, look.lag_until)));
        let regions: Vec<_> = look.alarms.values().map(AlarmArn::region).collect();
        self.wait_for(&regions).await;
        self.performed(Looked { observed_at, readings, candidate })
    }

    async fn promote(&self, promote: &Promote) -> Performed<PromoteAnswer> {
        if self.world.now() >= promote.not_after {
            return self.performed(PromoteAnswer::NotArrived);
        }
        let region = promote.replica.region();
        let answer = if self.world.is_dead(&region) { PromoteAnswer::Ambiguous } else { self.call(&promote.replica) };
        if answer == PromoteAnswer::Accepted {
            self.world.tell("rds", "PromoteReadReplica accepted", promote.replica.to_string());
        }
        self.wait_for(&[region]).await;
        self.performed(answer)
    }

    async fn fence(&self, call: &FenceCall) -> Performed<FenceAnswer> {
        let region = call.writer.region();
        self.wait_for(std::slice::from_ref(&region)).await;
        let answer = if self.world.is_dead(&region) {
            match call.act {
                FenceAct::Describe => FenceAnswer::Trouble(FenceTrouble::Unseen(Unseen::Unreachable)),
                FenceAct::Isolate { .. } | FenceAct::Restart | FenceAct::Restore { .. } => {
                    FenceAnswer::Trouble(FenceTrouble::Unanswered)
                }
            }
        } else {
            self.act(call)
        };
        self.performed(answer)
    }

    async fn create_replica(&self, create: &CreateReplica) -> Performed<CreateAnswer> {
        let region = create.replica.region();
        self.wait_for(std::slice::from_ref(&region)).await;
        let now = self.world.now();
        if self.world.is_dead(&region) || now >= create.not_after {
            return self.performed(CreateAnswer::LookAgain);
        }
        let mut inner = self.world.lock();
        let answer = if inner.databases.contains_key(&create.replica) {
            CreateAnswer::LookAgain
        } else if !inner.databases.get(&create.source).is_some_and(|source| source.changeable(now)) {
            CreateAnswer::Refused
        } else {
            let mut database = SimDatabase::created_from(create.source.clone(), now);
            let like = inner.databases.get(&create.like).map(|like| like.groups.clone());
            let known = Some(create.groups.clone()).filter(|groups| !groups.is_empty());
            database.groups = known.or(like).unwrap_or_default();
            inner.databases.insert(create.replica.clone(), database);
            CreateAnswer::Accepted
        };
        drop(inner);
        self.performed(answer)
    }

    async fn lever(&self, call: &LeverCall) -> Performed<LeverAnswer> {
        for region in &call.endpoints {
            let takes = !self.world.is_dead(region) && !self.world.lock().deaf.contains(region);
            tokio::time::sleep(if takes { ANSWER } else { LEVER_PATIENCE }).await;
            if takes {
                return self.performed(self.pull(call));
            }
        }
        self.performed(LeverAnswer::Trouble(LeverTrouble::Unreachable))
    }

    async fn read_back(&self, replica: &DbInstanceArn) -> Performed<Sight> {
        self.wait_for(&[replica.region()]).await;
        self.performed(self.sight(replica, None))
    }

    async fn announce(&self, announcement: &Announcement) -> Result<(), Undelivered> {
        self.wait_for(&[announcement.topic.region()]).await;
        if self.world.is_dead(&announcement.topic.region()) {
            let topic = announcement.topic.clone();
            return Err(Undelivered::Unavailable { topic, detail: "its Region does not answer".to_owned() });
        }
        self.world.lock().messages.push(announcement.clone());
        Ok(())
    }
}
