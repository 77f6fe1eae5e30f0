//! The alarms of the drills: each judges the last minute at a second of its own, and changes after two that agree.

use crate::alarm::AlarmValue;
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::task::JoinSet;
use understudy_engine::{AlarmArn, EvidenceClass, Policy, Region};

const MINUTE: i64 = 60;

/// When the alarms judge: the first at this second after the fault, modulo a minute, and each next a little later.
const FIRST: i64 = 95;
const APART: i64 = 9;

/// More of a minute than this, in seconds, and the minute was bad.
const TOLERATED: i64 = 30;

/// Watches until it is dropped.
pub(super) fn watch(world: &World, policy: &Policy, fault_at: Timestamp) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for (index, voter) in policy.voters.iter().enumerate() {
        let Some(arn) = voter.source.alarm() else { continue };
        let phase = FIRST + APART * i64::try_from(index).unwrap_or(0);
        let alarm = Alarm {
            world: world.clone(),
            arn: arn.clone(),
            watched: policy.regions.primary.clone(),
            // Replication runs beside the health checks.
            asks_for_health: voter.class != EvidenceClass::Replication,
            sees_from: fault_at + SignedDuration::from_secs(phase),
        };
        tasks.spawn(alarm.judge());
    }
    tasks
}

struct Alarm {
    world: World,
    arn: AlarmArn,
    watched: Region,
    asks_for_health: bool,
    /// One of the moments at which it judges.
    sees_from: Timestamp,
}

impl Alarm {
    async fn judge(self) {
        let now = self.world.now();
        let first = (0..).map(|minute| self.sees_from - SignedDuration::from_mins(minute)).take_while(|at| *at >= now);
        let wait = first.last().unwrap_or(self.sees_from).duration_since(now).max(SignedDuration::ZERO);
        tokio::time::sleep(wait.unsigned_abs()).await;
        let mut last_was_bad = false;
        loop {
            let bad = self.minute().await;
            if !self.world.is_dead(&self.arn.region()) {
                self.conclude(bad && last_was_bad);
            }
            last_was_bad = bad;
        }
    }

    /// Whether the next minute is a bad one.
    async fn minute(&self) -> bool {
        let mut bad = 0;
        for _ in 0..MINUTE {
            tokio::time::sleep(Duration::from_secs(1)).await;
            bad += i64::from(!self.sees());
        }
        bad > TOLERATED
    }

    fn sees(&self) -> bool {
        let sick = self.asks_for_health && self.world.is_sick(&self.watched);
        !self.world.is_dead(&self.watched) && !sick
    }

    fn conclude(&self, bad: bool) {
        let value = if bad { AlarmValue::Alarm } else { AlarmValue::Ok };
        if self.world.alarm_value(&self.arn) == Some(value) {
            return;
        }
        let (state, reason) = if bad {
            ("in ALARM", "Threshold Crossed: 2 of 2 datapoints were below the threshold")
        } else {
            ("OK", "Threshold not crossed")
        };
        let said = format!("{} is {state}", self.arn.alarm());
        self.world.tell("cloudwatch", said, format!("seen from {}", self.arn.region()));
        self.world.set_alarm(&self.arn, value, reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::orders::Application;
    use crate::drill::{Breadth, DrillOptions, Script};
    use understudy_engine::Mode;

    /// The alarms that are in ALARM after the primary Region was lost for so many seconds, and so many more.
    async fn in_alarm(lost_for: u64, then: u64) -> Vec<String> {
        let options = DrillOptions { script: Script::RegionLoss, mode: Mode::Auto, breadth: Breadth::Two };
        let orders = Application::new(&options).unwrap();
        let world = World::new("2026-03-01T03:00:00Z".parse().unwrap());
        orders.set_up(&world).unwrap();
        let _watching = watch(&world, &orders.policy, world.now());
        // The first minutes that the alarms judge begin within the first one.
        tokio::time::sleep(Duration::from_secs(300)).await;
        world.kill_region(&orders.policy.regions.primary);
        tokio::time::sleep(Duration::from_secs(lost_for)).await;
        world.revive_region(&orders.policy.regions.primary);
        tokio::time::sleep(Duration::from_secs(then)).await;
        let alarms = orders.policy.voters.iter().filter_map(|voter| {
            let arn = voter.source.alarm()?;
            (world.alarm_value(arn) == Some(AlarmValue::Alarm)).then(|| voter.name.to_string())
        });
        alarms.collect()
    }

    #[tokio::test(start_paused = true)]
    async fn one_bad_minute_is_no_alarm() {
        for lost_for in [31, 43, 60] {
            for then in (0..120).step_by(10) {
                assert_eq!(in_alarm(lost_for, then).await, Vec::<String>::new(), "{lost_for} s, {then} s later");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn two_bad_minutes_are_an_alarm_wherever_a_region_is_left_to_see_them() {
        let seen = ["outside-checks", "replica-heartbeat", "standby-probe", "witness-probe"];
        let mut told = in_alarm(180, 0).await;
        told.sort_unstable();
        assert_eq!(told, seen, "the alarm of the lost Region says nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn an_alarm_ends_when_the_region_is_back() {
        assert_eq!(in_alarm(180, 180).await, Vec::<String>::new());
    }
}
