//! How a world ends: everything heals, people act sensibly, and what should come of it is known.

use super::Stage;
use crate::swarm::fault::{Fault, Recovery};
use crate::swarm::plan::{Ms, PRIMARY, Plan, SECOND, WITNESS};
use crate::swarm::trace::{Expected, Settled, What};
use crate::swarm::world::{Item, Wake, World};
use understudy_engine::{EvidenceClass, Mode, Phase, Policy, Subject};

/// The least time that the world is watched after it has healed; longer where clocks were five minutes off.
const WATCHED_MIN: Ms = 60 * SECOND;
const WATCHED_MIN_SKEWED: Ms = 400 * SECOND;

/// The most time where nothing in particular is expected.
const WATCHED_MAX: Ms = 400 * SECOND;

fn watched_min(plan: &Plan) -> Ms {
    if plan.rate(Fault::ClockSkewed) > 0 { WATCHED_MIN_SKEWED } else { WATCHED_MIN }
}

impl Stage {
    /// Whether every application has come to what is expected of it, or has had its time.
    pub(super) fn has_settled(&self) -> bool {
        let mut world = self.lock();
        if !world.healed || world.now < self.plan.heals_at + watched_min(&self.plan) {
            return false;
        }
        let settled = (0..world.items.len()).all(|application| world.has_settled(application));
        if settled {
            world.say_settled();
        }
        settled
    }

    /// Whoever was frozen and whatever was held up comes now, long after everything was over. Then the
    /// schedules run once more, and the same must still be true.
    pub(super) fn latecomers(&mut self) {
        if !self.lock().has_latecomers() {
            return;
        }
        self.lock().asleep = true;
        while self.lock().has_latecomers() {
            let Some(next) = self.lock().next() else { break };
            self.happens(next);
        }
        {
            let mut world = self.lock();
            world.asleep = false;
            let now = world.now;
            for application in 0..world.items.len() {
                world.schedule(now + SECOND, Wake::Tick(application));
                world.schedule(now + 2 * SECOND, Wake::People(application));
            }
        }
        let woken_at = self.lock().now;
        loop {
            let Some(next) = self.lock().next() else { return };
            self.happens(next);
            let mut world = self.lock();
            if !matches!(next, Wake::People(_)) || world.now < woken_at + watched_min(&self.plan) {
                continue;
            }
            let bound = (0..world.items.len()).map(|application| world.bound(application)).max().unwrap_or(0);
            let settled = (0..world.items.len()).all(|application| world.is_as_expected(application));
            if settled || world.now >= woken_at + bound {
                world.say_settled();
                return;
            }
        }
    }
}

/// Whether the policy still names the writer of before the last failover, and nothing stands decided: then
/// nothing is, until a person corrects the file.
fn is_misnamed(item: &Item) -> bool {
    let writer = item.state.writer.as_ref();
    item.state.phase.decision().is_none() && writer.is_some_and(|writer| *writer != item.policy.database.writer)
}

impl World {
    fn has_settled(&self, application: usize) -> bool {
        let since = self.now - self.plan.heals_at;
        let bound = if self.expected(application) == Expected::Nothing { WATCHED_MAX } else { self.bound(application) };
        since >= bound || (self.is_as_expected(application) && self.expected(application) != Expected::Nothing)
    }

    /// Whether the application is where it should be, and people have been told all of it.
    fn is_as_expected(&self, application: usize) -> bool {
        let item = &self.items[application];
        let there = match self.expected(application) {
            Expected::FailedOver => {
                matches!(item.state.phase, Phase::FailedOver(_) | Phase::Rebuilding(_) | Phase::Rebuilt(_))
            }
            Expected::Watching => matches!(item.state.phase, Phase::Watching),
            Expected::Nothing => true,
        };
        there && item.state.journal.outbox.is_empty()
    }

    /// The time by which it must have happened: each window that may have to be waited for, by clocks
    /// that were five minutes off, and the schedule in between.
    fn bound(&self, application: usize) -> Ms {
        let windows = &self.items[application].policy.windows;
        let spans = [
            windows.sustain_seconds.0 * 3,
            windows.undecided_seconds.0 * 2,
            windows.veto_seconds.0,
            windows.fence_seconds.0,
            windows.flap_seconds.0,
            windows.cooldown_seconds.0,
            windows.promote_seconds.0 * 2,
            windows.verify_seconds.0 * 2,
            windows.shift_seconds.0,
            windows.remind_seconds.0,
            windows.rebuild_seconds.0,
            windows.drain_seconds.0,
            windows.settle_seconds.0 * 4,
        ];
        let expiry = self.items[application].policy.approval.as_ref().map_or(0, |rule| rule.expires_seconds.0);
        let seconds: u32 = spans.iter().sum::<u32>() + expiry * 2;
        (i64::from(seconds) + 3600) * SECOND
    }

    /// What must come of it, as far as anything must.
    pub(in crate::swarm) fn expected(&self, application: usize) -> Expected {
        let item = &self.items[application];
        let policy = &item.policy;
        let begun = item.state.epoch.0 > 0 || item.state.writer.is_some();
        if self.plan.lost_for_good.is_some() {
            let possible = policy.mode != Mode::Observe
                && self.is_decidable(policy)
                && !is_misnamed(item)
                && !self.goes_to_what_is_lost(item)
                && self.plan.place(&policy.database.writer.region()) == PRIMARY
                && item.state.writer.as_ref().is_none_or(|writer| {
                    *writer == policy.database.writer || self.plan.place(&writer.region()) != PRIMARY
                })
                && self.has_candidate(item)
                && !item.state.latch.contains_key(&policy.regions.standby);
            return if possible { Expected::FailedOver } else { Expected::Nothing };
        }
        let untouched =
            !begun && item.databases.values().all(|one| one.being(self.now).is_some_and(|it| it.promotion.is_none()));
        if untouched { Expected::Watching } else { Expected::Nothing }
    }

    /// Whether a switchover was on its way to the Region that is lost by now: people have to see to it.
    fn goes_to_what_is_lost(&self, item: &Item) -> bool {
        item.state.phase.decision().is_some_and(|decision| self.plan.place(&decision.replica.region()) == PRIMARY)
    }

    /// Whether the voters outside the lost Region suffice.
    fn is_decidable(&self, policy: &Policy) -> bool {
        let seeing = policy
            .voters
            .iter()
            .filter(|voter| voter.watches == Subject::Primary && self.plan.place(&voter.source.region()) != PRIMARY);
        let seeing: Vec<_> = seeing.collect();
        let classes = |class: EvidenceClass| seeing.iter().any(|voter| voter.class == class);
        let diverse = [EvidenceClass::DataPath, EvidenceClass::Replication, EvidenceClass::Infrastructure];
        let outside = seeing.iter().any(|voter| self.plan.place(&voter.source.region()) == WITNESS);
        u32::try_from(seeing.len()).unwrap_or(0) >= policy.quorum.needed
            && diverse.into_iter().filter(|class| classes(*class)).count() >= 2
            && outside
    }

    fn has_candidate(&self, item: &Item) -> bool {
        let replica = item.databases.get(&item.policy.database.replica).and_then(|one| one.being(self.now));
        replica.is_some_and(|being| {
            being.source.as_ref() == Some(&item.policy.database.writer) || being.promotion.is_some()
        })
    }

    fn say_settled(&mut self) {
        for application in 0..self.items.len() {
            let expected = self.expected(application);
            let item = &self.items[application];
            let state = item.state.clone();
            let story = match &state.phase {
                Phase::Held(held) => format!("held: {:?}", held.reason),
                Phase::Stuck(stuck) => format!("stuck: {:?}", stuck.reason),
                phase @ (Phase::Watching
                | Phase::Suspected(_)
                | Phase::AwaitingApproval(_)
                | Phase::AwaitingVeto(_)
                | Phase::Fencing(_)
                | Phase::Draining(_)
                | Phase::Promoting(_)
                | Phase::Verifying(_)
                | Phase::Shifting(_)
                | Phase::FailedOver(_)
                | Phase::Rebuilding(_)
                | Phase::Rebuilt(_)
                | Phase::Aborting(_)) => format!("{}, mode {}", phase.name(), item.policy.mode),
            };
            if self.is_as_expected(application) {
                match expected {
                    Expected::FailedOver => self.recovered(Recovery::RegionLossEnded),
                    Expected::Watching => self.recovered(Recovery::FalseAlarmEnded),
                    Expected::Nothing => {}
                }
                if !self.plan.events && !self.plan.streams && expected != Expected::Nothing {
                    self.recovered(Recovery::PolledOnly);
                }
            }
            self.tell(Some(application), None, What::Settled(Box::new(Settled { state, expected, story })));
        }
        let all = (0..self.items.len()).all(|application| self.expected(application) == Expected::FailedOver);
        if self.items.len() > 1 && all {
            self.counters.fault(Fault::StormHit);
            self.recovered(Recovery::StormDrained);
        }
    }
}
