//! Drills: a script of what happens to the world, and a report of what came of it.

mod moment;
mod orders;
mod report;

pub use moment::{Moment, explain_region_loss};
pub use report::{DrillReport, Happening, Loss};

use crate::alarm::AlarmValue;
use crate::ledger::SimLedger;
use crate::stage::Stage;
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use orders::{Application as Orders, Traffic};
use std::time::Duration;
use understudy_driver::{Ledger, LedgerError, Run, command};
use understudy_engine::{AlarmArn, Event, Mode, Order, Phase, Policy, Question, RunId, Seconds, Source, State};

/// When every drill begins: a fixed time, so that two runs print the same.
pub(crate) const BEGINS_AT: &str = "2026-03-01T03:00:00Z";

/// How long the world is well before it is not.
const QUIET: Duration = Duration::from_secs(300);

/// After how long a drill without an end is called one.
const GIVES_UP: Duration = Duration::from_secs(2 * 3600);

#[derive(Debug, Clone)]
pub struct DrillOptions {
    pub mode: Mode,
}

#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    #[error("the simulated clock did not start: {0}")]
    Clock(#[from] std::io::Error),
    #[error("the drill's own application is wrong: {0}")]
    Application(String),
    #[error("the simulated table failed: {0}")]
    Ledger(#[from] LedgerError),
    #[error("the drill has no such moment: {0}")]
    NoSuchMoment(String),
}

/// The primary Region dies: its database, its control plane and its alarms all fall silent at once.
///
/// # Errors
/// When the simulated world cannot be set up or read.
pub fn region_loss(options: &DrillOptions) -> Result<DrillReport, DrillError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(play_region_loss(options))
}

async fn play_region_loss(options: &DrillOptions) -> Result<DrillReport, DrillError> {
    let Played { world, stage, orders, traffic, fault_at, state } = play(options).await?;
    report::write(&world, &stage, &orders, &traffic, fault_at, state).await
}

/// A drill that has come to its end.
struct Played {
    world: World,
    stage: Stage,
    orders: Orders,
    traffic: Traffic,
    fault_at: Timestamp,
    state: State,
}

async fn play(options: &DrillOptions) -> Result<Played, DrillError> {
    let begins_at: Timestamp = BEGINS_AT.parse().map_err(|error| DrillError::Application(format!("{error}")))?;
    let world = World::new(begins_at);
    world.keep_history();
    let orders = Orders::new(options.mode).map_err(|error| DrillError::Application(error.to_string()))?;
    orders.set_up(&world).map_err(|error| DrillError::Application(error.to_string()))?;
    let stage = Stage::new(&world, &orders.policy.application);
    let traffic = Traffic::new(world.now());
    orders.measure_lag(&world, &traffic, None);

    tokio::time::sleep(QUIET).await;
    let fault_at = world.now();
    world.kill_region(&orders.policy.regions.primary);
    world.tell("world", "us-east-1 is lost", "its database, control plane and alarms fall silent");
    orders.measure_lag(&world, &traffic, Some(fault_at));
    let alarms = tokio::spawn(raise_alarms(world.clone(), orders.policy.clone(), fault_at));

    let state = until_settled(&world, &stage, &orders.policy, fault_at).await?;
    alarms.abort();
    Ok(Played { world, stage, orders, traffic, fault_at, state })
}

/// Each alarm notices at the end of its second bad minute, and each has its own minute.
async fn raise_alarms(world: World, policy: Policy, fault_at: Timestamp) {
    for (index, voter) in policy.voters.iter().enumerate() {
        let Source::Alarm(arn) = &voter.source;
        if arn.region() == policy.regions.primary {
            continue;
        }
        let offset = Seconds(95 + 9 * u32::try_from(index).unwrap_or(0));
        sleep_until(&world, offset.after(fault_at)).await;
        raise(&world, arn);
    }
}

fn raise(world: &World, arn: &AlarmArn) {
    world.tell("cloudwatch", format!("{} is in ALARM", arn.alarm()), format!("seen from {}", arn.region()));
    world.set_alarm(arn, AlarmValue::Alarm, "Threshold Crossed: 2 of 2 datapoints were below the threshold");
}

async fn sleep_until(world: &World, at: Timestamp) {
    let wait = at.duration_since(world.now()).max(SignedDuration::ZERO);
    tokio::time::sleep(wait.unsigned_abs()).await;
}

/// Waits for the end of the story: failed over, or held, with everything told.
async fn until_settled(
    world: &World,
    stage: &Stage,
    policy: &Policy,
    fault_at: Timestamp,
) -> Result<State, DrillError> {
    let gives_up = fault_at.checked_add(SignedDuration::try_from(GIVES_UP).unwrap_or_default());
    let gives_up = gives_up.unwrap_or(Timestamp::MAX);
    loop {
        let record = stage.ledger().load(stage.application()).await?;
        let told = record.state.journal.outbox.is_empty();
        if told && ended(&record.state.phase) {
            return Ok(record.state);
        }
        if let Phase::AwaitingApproval(asked) = &record.state.phase
            && told
        {
            approve(world, policy, &asked.question).await?;
        }
        if world.now() >= gives_up {
            return Ok(record.state);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn ended(phase: &Phase) -> bool {
    matches!(phase, Phase::FailedOver(_) | Phase::Held(_))
}

/// The people of the drill take a minute each to find their telephones.
const REACTION: Seconds = Seconds(60);

async fn approve(world: &World, policy: &Policy, question: &Question) -> Result<(), DrillError> {
    let Some(rule) = &policy.approval else { return Ok(()) };
    let mut waited = question.asked_at;
    for person in rule.approvers.iter().take(usize::try_from(rule.needed).unwrap_or(usize::MAX)) {
        waited = REACTION.after(waited);
        if world.now() < waited {
            return Ok(());
        }
        let yes = Event::Ordered { by: person.clone(), order: Order::Approve(question.clone()) };
        let mut run = Run::new(RunId::from(u128::from(world.now().as_second().unsigned_abs())));
        let entered = command(&SimLedger::new(world), &policy.application, &mut run, &yes, world.now()).await;
        entered.map_err(|error| DrillError::Application(error.to_string()))?;
    }
    Ok(())
}

impl Orders {
    fn set_up(&self, world: &World) -> Result<(), serde_json::Error> {
        SimLedger::new(world).apply(&self.policy)?;
        self.add_databases(world);
        for voter in &self.policy.voters {
            let Source::Alarm(arn) = &voter.source;
            world.set_alarm(arn, AlarmValue::Ok, "Threshold not crossed");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use understudy_engine::PhaseName;

    fn drill(mode: Mode) -> DrillReport {
        region_loss(&DrillOptions { mode }).unwrap()
    }

    #[test]
    fn a_lost_region_is_failed_over_once_and_recorded() {
        let report = drill(Mode::Auto);
        for line in &report.timeline {
            println!("{:>8.1}  {:<10} {}: {}", line.offset_seconds, line.who, line.what, line.why);
        }
        println!("{:?} {:?}", report.times, report.loss);
        assert_eq!(report.ended, PhaseName::FailedOver, "{:?}", report.failures);
        assert_eq!(report.promote_calls, 1);
        assert!(report.chain_verifies);
        assert_eq!(report.messages, report.incident.len(), "each entry is told once");
        assert_eq!(report.failures, Vec::<String>::new());
    }

    #[test]
    fn mode_approve_waits_for_a_person_and_mode_observe_does_nothing() {
        let approved = drill(Mode::Approve);
        assert_eq!(approved.ended, PhaseName::FailedOver);
        assert_eq!(approved.decision.unwrap().approved_by.len(), 1);

        let observed = drill(Mode::Observe);
        assert_eq!(observed.ended, PhaseName::Held);
        assert_eq!(observed.promote_calls, 0);
    }

    #[test]
    fn the_same_drill_tells_the_same_story_twice() {
        let story = || serde_json::to_string(&drill(Mode::Auto)).unwrap();
        assert_eq!(story(), story());
    }
}
