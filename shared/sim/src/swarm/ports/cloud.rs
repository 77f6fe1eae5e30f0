//! RDS, CloudWatch and SNS: control planes that answer late, wrongly, twice or not at all.

use super::{Leg, PATIENCE, Ports, has_come};
use crate::alarm::AlarmValue;
use crate::swarm::database::{Database, Promotion};
use crate::swarm::fault::{Fault, Recovery};
use crate::swarm::plan::{Ms, SECOND, own_group, stamp, unstamp};
use crate::swarm::trace::{How, PromoteCall, SeenBack, What};
use crate::swarm::world::{Reach, World};
use std::collections::{BTreeMap, BTreeSet};
use understudy_driver::{Announcement, Cloud, Looked, Performed, Reading, Undelivered};
use understudy_engine::{
    CreateAnswer, CreateReplica, DbInstanceArn, DbStatus, FenceAct, FenceAnswer, FenceCall, FenceTrouble, LeverAct,
    LeverAnswer, LeverCall, Look, Promote, PromoteAnswer, Region, Sight, Sighting, Unseen, Verdict, VoterName,
};

/// One leg to a control plane.
const LEG: Ms = 60;

/// How long a call may be under way before it arrives.
const IN_FLIGHT_MAX: Ms = 8 * SECOND;

/// How old a stale answer may be.
const STALE_MAX: Ms = 20 * SECOND;

impl Ports {
    /// Whose world it is.
    fn application(&self) -> usize {
        self.lock().processes[self.process].application
    }

    fn control_plane(&self, region: &Region) -> Reach {
        let world = self.lock();
        world.control_plane(world.processes[self.process].place, region)
    }

    /// The time that a Describe is answered for.
    fn answered_for(&self) -> Ms {
        let mut world = self.lock();
        let stale =
            if world.strike(Fault::StaleDescribe, self.process) { world.draw.span(SECOND, STALE_MAX) } else { 0 };
        world.now - stale
    }

    /// What Describe shows of a replica, and the time that it is true of.
    fn sight(&self, replica: &DbInstanceArn) -> (Sight, Ms) {
        let at = self.answered_for();
        if self.control_plane(&replica.region()) != Reach::There {
            return (Sight::Unseen(Unseen::Unreachable), at);
        }
        let application = self.application();
        let mut world = self.lock();
        if world.is_on(Fault::DescribeFailed, application) {
            world.struck(Fault::DescribeFailed, Some(application), Some(self.process));
            let why = world.draw.one_of([Unseen::Throttled, Unseen::Unreadable, Unseen::Denied]);
            return (Sight::Unseen(why), at);
        }
        let Some(being) = world.items[application].databases.get(replica).and_then(|one| one.being(at)) else {
            return (Sight::Missing, at);
        };
        let look = being.look(at);
        let backing_up = look.status == DbStatus::Available && world.is_on(Fault::BackingUp, application);
        let status = if backing_up { DbStatus::BackingUp } else { look.status };
        (Sight::Seen(Sighting { status, source: look.source, lags: Vec::new() }), at)
    }

    fn readings(&self, look: &Look) -> BTreeMap<VoterName, Reading> {
        let application = self.application();
        let mut readings = BTreeMap::new();
        for (voter, alarm) in &look.alarms {
            if self.control_plane(&alarm.region()) != Reach::There {
                continue;
            }
            let world = self.lock();
            let Some(index) = voter.as_str().strip_prefix('v').and_then(|text| text.parse::<usize>().ok()) else {
                continue;
            };
            let item = &world.items[application];
            let timeline = world.plan.applications[application].alarms.get(index);
            let Some(change) = timeline.and_then(|all| all.get(*item.alarms.get(index)?)) else { continue };
            let verdict = match (change.suppressed, change.value) {
                (false, AlarmValue::Ok) => Verdict::Up,
                (false, AlarmValue::Alarm) => Verdict::Down,
                (true, _) | (false, AlarmValue::InsufficientData) => Verdict::Abstain,
            };
            let since = Some(stamp(change.at));
            readings.insert(voter.clone(), Reading { verdict, since, reason: "read".to_owned() });
        }
        readings
    }

    /// Whether a call leaves in time, gets there, and its reply comes back.
    async fn sent(&self, region: &Region, cuts: [Fault; 2]) -> (bool, bool) {
        let (lost, silent, flight) = {
            let mut world = self.lock();
            let lost = world.strike(cuts[0], self.process);
            let silent = world.strike(cuts[1], self.process);
            (lost, silent, world.draw.long_tailed(50, IN_FLIGHT_MAX))
        };
        self.pause(Some(flight)).await;
        match self.control_plane(region) {
            Reach::Nowhere => (false, false),
            Reach::There => (!lost, !lost && !silent),
            Reach::ThereOnly => (!lost, false),
        }
    }

    /// The way back, with patience where nothing comes.
    async fn replied(&self, replies: bool) {
        if !replies {
            self.pause(Some(PATIENCE)).await;
        }
        self.leg(Leg::Back, LEG).await;
    }
}

impl Cloud for Ports {
    async fn look(&self, look: &Look) -> Performed<Looked> {
        self.leg(Leg::There, LEG).await;
        let observed_at = {
            let world = self.lock();
            world.clock(self.process)
        };
        let readings = self.readings(look);
        let (mut sight, _) = self.sight(&look.candidate);
        {
            let mut world = self.lock();
            let application = world.processes[self.process].application;
            if let Sight::Seen(seen) = &mut sight {
                // What is asked for by a clock that is off is answered by the clock of the metrics.
                let span = (unstamp(look.lag_after), unstamp(look.lag_until));
                seen.lags = world.lags(application, &look.candidate, span);
                if world.is_on(Fault::LagUnknown, application) {
                    world.struck(Fault::LagUnknown, Some(application), Some(self.process));
                }
            }
            let writer = world.items[application].policy.database.writer.clone();
            let (seen, fit, lag) = match &sight {
                Sight::Seen(one) => {
                    let fit = one.status == DbStatus::Available && one.source.as_ref() == Some(&writer);
                    (true, fit, one.lags.iter().map(|lag| lag.seconds.0).min())
                }
                Sight::Missing => (true, false, None),
                Sight::Unseen(_) => (false, false, None),
            };
            let what = What::Looked { instance: look.candidate.clone(), seen, fit, lag };
            world.tell(Some(application), Some(self.process), what);
        }
        self.leg(Leg::Back, LEG).await;
        Performed { at: self.seen(How::Looked), outcome: Looked { observed_at, readings, candidate: sight } }
    }

    async fn promote(&self, promote: &Promote) -> Performed<PromoteAnswer> {
        self.leg(Leg::There, LEG).await;
        let late = has_come(&self.lock(), self.process, promote.not_after);
        if late {
            return Performed { at: self.performed(How::Promoted), outcome: PromoteAnswer::NotArrived };
        }
        let clock = {
            let world = self.lock();
            world.clock(self.process)
        };
        let (arrived, replies) =
            self.sent(&promote.replica.region(), [Fault::PromoteCutBefore, Fault::PromoteCutAfter]).await;
        let answer = self.lock().promote(self.process, promote, clock, arrived, replies);
        self.replied(replies).await;
        Performed { at: self.performed(How::Promoted), outcome: answer }
    }

    async fn fence(&self, call: &FenceCall) -> Performed<FenceAnswer> {
        self.leg(Leg::There, LEG).await;
        let region = call.writer.region();
        let late = has_come(&self.lock(), self.process, call.not_after);
        let outcome = if call.act == FenceAct::Describe {
            let at = self.answered_for();
            if self.control_plane(&region) == Reach::There {
                self.lock().describe_writer(self.process, &call.writer, at)
            } else {
                self.pause(Some(PATIENCE)).await;
                FenceAnswer::Trouble(FenceTrouble::Unseen(Unseen::Unreachable))
            }
        } else if late {
            FenceAnswer::Trouble(FenceTrouble::Unanswered)
        } else {
            let (arrived, replies) = self.sent(&region, [Fault::FenceCutBefore, Fault::FenceCutAfter]).await;
            let answer = self.lock().act(self.process, call, arrived);
            self.replied(replies).await;
            if replies { answer } else { FenceAnswer::Trouble(FenceTrouble::Unanswered) }
        };
        self.leg(Leg::Back, LEG).await;
        let describes = call.act == FenceAct::Describe;
        let at = if describes { self.seen(How::Fenced) } else { self.performed(How::Fenced) };
        Performed { at, outcome }
    }

    async fn create_replica(&self, create: &CreateReplica) -> Performed<CreateAnswer> {
        self.leg(Leg::There, LEG).await;
        let late = has_come(&self.lock(), self.process, create.not_after);
        if late {
            return Performed { at: self.performed(How::Created), outcome: CreateAnswer::LookAgain };
        }
        let (arrived, replies) = self.sent(&create.replica.region(), [Fault::CreateCut, Fault::CreateCut]).await;
        let answer = self.lock().create(self.process, create, arrived);
        self.replied(replies).await;
        let outcome = if replies { answer } else { CreateAnswer::LookAgain };
        Performed { at: self.performed(How::Created), outcome }
    }

    async fn lever(&self, call: &LeverCall) -> Performed<LeverAnswer> {
        let outcome = self.pull(call).await;
        let at = if call.act == LeverAct::Read { self.seen(How::Pulled) } else { self.performed(How::Pulled) };
        Performed { at, outcome }
    }

    async fn read_back(&self, replica: &DbInstanceArn) -> Performed<Sight> {
        self.leg(Leg::There, LEG).await;
        let (sight, at) = self.sight(replica);
        {
            let mut world = self.lock();
            let process = &world.processes[self.process];
            let application = process.application;
            let being = world.items[application].databases.get(replica).and_then(|one| one.being(at));
            let look = being.map(|being| being.look(at));
            let alone = look.is_some_and(|look| look.source.is_none() && look.status == DbStatus::Available);
            let seen = SeenBack { sight: sight.clone(), alone };
            world.tell(Some(application), Some(self.process), What::SeenBack(Box::new(seen)));
        }
        self.leg(Leg::Back, LEG).await;
        Performed { at: self.seen(How::ReadBack), outcome: sight }
    }

    async fn announce(&self, announcement: &Announcement) -> Result<(), Undelivered> {
        self.leg(Leg::There, LEG).await;
        let taken = self.lock().publish(self.process, announcement);
        self.leg(Leg::Back, LEG).await;
        if taken {
            Ok(())
        } else {
            Err(Undelivered::Unavailable { topic: announcement.topic.clone(), detail: "it does not answer".to_owned() })
        }
    }
}

impl World {
    fn promote(
        &mut self,
        process: usize,
        promote: &Promote,
        clock: jiff::Timestamp,
        arrived: bool,
        replies: bool,
    ) -> PromoteAnswer {
        let now = self.now;
        let one = &self.processes[process];
        let (application, run) = (one.application, one.run.clone());
        let denied = arrived && self.is_on(Fault::PromoteDenied, application);
        let throttled = arrived && !denied && self.strike(Fault::PromoteThrottled, process);
        let item = &self.items[application];
        let being = item.databases.get(&promote.replica).and_then(|one| one.being(now));
        let missing = being.is_none();
        let source = being.and_then(|being| being.source.clone());
        let fit = being.is_some_and(|being| being.promotable(now)) && !self.is_on(Fault::BackingUp, application);
        let accepted = arrived && !denied && !throttled && fit;
        let writer_isolated = source.and_then(|writer| {
            let group = item.policy.fence_group(&writer.region())?;
            let being = item.databases.get(&writer)?.being(now)?;
            Some(being.is_isolated(group, now))
        });
        if accepted {
            self.recovered(Recovery::PromotedOnce);
            self.accept(application, &promote.replica, true);
        }
        let answer = if !replies {
            PromoteAnswer::Ambiguous
        } else if denied {
            self.struck(Fault::PromoteDenied, Some(application), Some(process));
            PromoteAnswer::Denied
        } else if throttled {
            PromoteAnswer::NotArrived
        } else if missing {
            PromoteAnswer::NoSuchInstance
        } else if accepted {
            PromoteAnswer::Accepted
        } else {
            PromoteAnswer::Ambiguous
        };
        let call = PromoteCall {
            run,
            epoch: promote.epoch,
            attempt: promote.attempt,
            clock,
            arrived,
            accepted,
            writer_isolated: writer_isolated.unwrap_or(true),
            ambiguous: answer == PromoteAnswer::Ambiguous,
        };
        self.tell(Some(application), Some(process), What::PromoteCall(Box::new(call)));
        answer
    }

    /// Begins the promotion of a replica.
    pub(in crate::swarm) fn accept(&mut self, application: usize, replica: &DbInstanceArn, ours: bool) {
        let now = self.now;
        let slow = self.is_on(Fault::RdsSlow, application);
        if slow {
            self.struck(Fault::RdsSlow, Some(application), None);
        }
        let promotion = Promotion::new(now, self.plan.applications[application].life, if slow { 12 } else { 1 }, ours);
        if let Some(database) = self.items[application].databases.get_mut(replica) {
            database.change(now, |being| being.promotion = Some(promotion));
        }
    }

    fn describe_writer(&mut self, process: usize, writer: &DbInstanceArn, at: Ms) -> FenceAnswer {
        let application = self.processes[process].application;
        if self.is_on(Fault::DescribeFailed, application) {
            return FenceAnswer::Trouble(FenceTrouble::Unseen(Unseen::Throttled));
        }
        let item = &self.items[application];
        let group = item.policy.fence_group(&writer.region()).cloned();
        let Some(being) = item.databases.get(writer).and_then(|one| one.being(at)) else {
            self.tell(Some(application), Some(process), What::FenceSeen { cut_off: true });
            return FenceAnswer::Missing;
        };
        let (seen, cut_off) = (being.seen(at), group.is_some_and(|group| being.is_cut_off(&group, at)));
        self.tell(Some(application), Some(process), What::FenceSeen { cut_off });
        FenceAnswer::Seen(seen)
    }

    fn act(&mut self, process: usize, call: &FenceCall, arrived: bool) -> FenceAnswer {
        let (now, application) = (self.now, self.processes[process].application);
        let denied = arrived && self.is_on(Fault::FenceDenied, application);
        let ours = |database: &Database| database.being(now).is_some_and(|one| one.promotion.is_some_and(|it| it.ours));
        let follows =
            |database: &Database| database.being(now).is_some_and(|one| one.source.as_ref() == Some(&call.writer));
        let databases = &self.items[application].databases;
        let promoted_by_us = databases.values().any(|database| follows(database) && ours(database));
        let what =
            What::FenceCall { epoch: call.epoch, act: call.act.clone(), arrived: arrived && !denied, promoted_by_us };
        self.tell(Some(application), Some(process), what);
        if denied {
            self.struck(Fault::FenceDenied, Some(application), Some(process));
            return FenceAnswer::Trouble(FenceTrouble::Denied);
        }
        let Some(database) = self.items[application].databases.get_mut(&call.writer) else {
            return FenceAnswer::Missing;
        };
        if arrived {
            database.change(now, |being| match &call.act {
                FenceAct::Describe => {}
                FenceAct::Restart => being.restarted_at = now,
                FenceAct::Isolate { group } => being.regroup(&BTreeSet::from([group.clone()]), now),
                FenceAct::Restore { groups } => being.regroup(groups, now),
            });
        }
        FenceAnswer::Accepted
    }

    fn create(&mut self, process: usize, create: &CreateReplica, arrived: bool) -> CreateAnswer {
        let (now, application) = (self.now, self.processes[process].application);
        let ready_at = now + self.draw.span(30, 300) * SECOND;
        let databases = &mut self.items[application].databases;
        let exists = databases.get(&create.replica).is_some_and(|one| one.being(now).is_some());
        let accepted = arrived && !exists;
        if accepted {
            let database = Database::new(Some(create.source.clone()), own_group(), now, ready_at);
            databases.insert(create.replica.clone(), database);
        }
        self.tell(Some(application), Some(process), What::CreateCall { accepted });
        if accepted { CreateAnswer::Accepted } else { CreateAnswer::LookAgain }
    }

    fn publish(&mut self, process: usize, announcement: &Announcement) -> bool {
        let (place, application) = (self.processes[process].place, self.processes[process].application);
        let to = self.plan.place(&announcement.topic.region());
        if self.is_on(Fault::PublishFailed, application) {
            self.struck(Fault::PublishFailed, Some(application), Some(process));
            return false;
        }
        let told = self.reach(place, to) != Reach::Nowhere;
        let attribute = |name: &str| announcement.attributes.get(name).cloned().unwrap_or_default();
        if told
            && let (Ok(seq), Ok(incident)) =
                (attribute("seq").parse(), serde_json::from_value(attribute("incident").into()))
        {
            let page = attribute("urgency") == "page";
            self.tell(
                Some(application),
                Some(process),
                What::Published { incident, seq: understudy_engine::Seq(seq), page },
            );
        }
        self.reach(place, to) == Reach::There
    }
}
