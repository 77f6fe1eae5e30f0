//! Playing a scenario: its world is set up, its script runs, and what came of it is read back.

use super::operator;
use super::ports::{WeatheredCloud, WeatheredLedger};
use super::replay::{Ended, Replay};
use super::script;
use super::weather::Weather;
use super::{QUIET_SECONDS, Scenario};
use crate::alarm::AlarmValue;
use crate::drill::{BEGINS_AT, DrillError};
use crate::ledger::SimLedger;
use crate::stage::Stage;
use crate::world::World;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::task::JoinSet;
use understudy_driver::Ledger;
use understudy_engine::{Application, Entry, Policy};

/// Plays a scenario in virtual time.
///
/// # Errors
/// When the simulated world cannot be set up or read.
pub fn replay(name: &str, scenario: &Scenario) -> Result<Replay, DrillError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(play(name, Arc::new(scenario.clone())))
}

async fn play(name: &str, scenario: Arc<Scenario>) -> Result<Replay, DrillError> {
    let begins_at: Timestamp = BEGINS_AT.parse().map_err(|error| DrillError::Application(format!("{error}")))?;
    let world = World::new(begins_at);
    let weather = Weather::new(&world, &scenario);
    for policy in &scenario.policies {
        set_up(&weather, policy).map_err(|error| DrillError::Application(error.to_string()))?;
    }
    let (ledger, cloud) = (WeatheredLedger::new(&weather), WeatheredCloud::new(&weather));
    let names: Vec<Application> = scenario.policies.iter().map(|policy| policy.application.clone()).collect();
    let Some((first, others)) = names.split_first() else {
        return Err(DrillError::Application("the scenario has no application".to_owned()));
    };
    let stage = Stage::between(&world, &ledger, &cloud, first, others);
    let script = script(&weather);
    weather.sleep_until(scenario.runs_seconds).await;
    drop(script);
    let ended = read_back(&world, &names).await?;
    Ok(Replay::new(name, &weather, &ended, stage.failures()))
}

fn set_up(weather: &Weather, policy: &Policy) -> Result<(), serde_json::Error> {
    let world = &weather.world;
    SimLedger::new(world).apply(policy)?;
    world.add_database(policy.database.writer.clone(), script::writer());
    world.add_database(policy.database.replica.clone(), script::replica(weather, policy));
    world.add_levers(policy);
    for (_, arn) in script::alarms(policy) {
        world.set_alarm(arn, AlarmValue::Ok, "Threshold not crossed");
    }
    Ok(())
}

/// Everything that the scenario makes happen, each thing in its own time.
fn script(weather: &Weather) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let scenario = &weather.scenario;
    for (policy, number) in scenario.policies.iter().zip(0..) {
        for (voter, arn) in script::alarms(policy) {
            if let Some(spells) = scenario.voters.get(voter) {
                let shift = scenario.stagger_seconds * number;
                tasks.spawn(script::voter(weather.clone(), arn.clone(), spells.clone(), shift));
            }
        }
        tasks.spawn(script::database(weather.clone(), policy.clone(), true));
        tasks.spawn(script::database(weather.clone(), policy.clone(), false));
        tasks.spawn(script::replication(weather.clone(), policy.clone()));
    }
    tasks.spawn(script::announcements(weather.clone()));
    tasks.spawn(script::functions(weather.clone()));
    for (number, act) in scenario.acts.iter().enumerate() {
        tasks.spawn(operator::play(weather.clone(), act.clone(), number));
    }
    debug_assert!(weather.offset() <= -(QUIET_SECONDS as f64) + 1.0);
    tasks
}

/// What stands in the records at the end, whatever the weather.
async fn read_back(world: &World, applications: &[Application]) -> Result<Vec<Ended>, DrillError> {
    let ledger = SimLedger::new(world);
    let mut ended = Vec::new();
    for application in applications {
        let record = ledger.load(application).await?;
        let items: Vec<_> = {
            let inner = world.lock();
            let own = inner.incidents.iter().filter(|((owner, _), _)| owner == application);
            own.map(|(_, (item, _))| item.clone()).collect()
        };
        let delivered = items.iter().filter_map(|item| serde_json::from_str(&item.entry).ok());
        let mut entries: Vec<Entry> = delivered.collect();
        let waiting = record.state.journal.outbox.iter();
        entries.extend(waiting.filter(|entry| items.iter().all(|item| item.id != entry.id)).cloned());
        ended.push(Ended { record, entries, items });
    }
    Ok(ended)
}
