//! Drills: a script of what happens to the world, and a report of what came of it.

mod alarms;
mod clients;
mod ground;
mod model;
mod moment;
mod orders;
mod report;
mod script;
mod session;

pub use clients::{Client, Diary, EVERY_MILLISECONDS, Seen};
pub use ground::{Ground, Outcome, Use};
pub use moment::{Moment, explain_drill};
pub use orders::Breadth;
pub use report::{DrillReport, Happening, Loss, TrafficSeen};
pub use script::Script;
pub use session::{Session, SessionError, Standing, Until};

use crate::alarm::AlarmValue;
use crate::dns::ZoneFault;
use crate::ledger::SimLedger;
use crate::stage::Stage;
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use model::Model;
use orders::{Application as Orders, Traffic};
use script::Act;
use std::time::Duration;
use understudy_driver::{Ledger, LedgerError, Run, command};
use understudy_engine::{Event, Mode, Order, Phase, Policy, Question, Region, RunId, Seconds, State};

/// When every drill begins: a fixed time, so that two runs print the same.
pub(crate) const BEGINS_AT: &str = "2026-03-01T03:00:00Z";

/// How long the world is well before it is not.
const QUIET: Seconds = Seconds(300);

/// How long it goes on when everything has come to its end: for whoever keeps an answer.
const TAIL: Duration = Duration::from_secs(300);

/// After how long a drill without an end is called one.
const GIVES_UP: Seconds = Seconds(2 * 3600);

/// How often whoever looks on is shown the world.
const GLIMPSE: Duration = Duration::from_millis(250);

#[derive(Debug, Clone, Copy)]
pub struct DrillOptions {
    pub script: Script,
    pub mode: Mode,
    pub breadth: Breadth,
}

#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    #[error("the simulated clock did not start: {0}")]
    Clock(#[from] std::io::Error),
    #[error("the drill's own application is wrong: {0}")]
    Application(String),
    #[error("the drill's own names are wrong: {0}")]
    Zone(#[from] ZoneFault),
    #[error("the simulated table failed: {0}")]
    Ledger(#[from] LedgerError),
    #[error("the drill has no such moment: {0}")]
    NoSuchMoment(String),
}

/// A drill that can be played: a world of its own, in virtual time.
#[derive(Debug)]
pub struct Rehearsal {
    options: DrillOptions,
    orders: Orders,
}

impl Rehearsal {
    /// # Errors
    /// When the drill's own application is wrong.
    pub fn new(options: DrillOptions) -> Result<Self, DrillError> {
        let orders = Orders::new(&options).map_err(|error| DrillError::Application(error.to_string()))?;
        Ok(Self { options, orders })
    }

    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.orders.policy
    }

    /// Who reads and writes in it.
    #[must_use]
    pub fn clients(&self) -> Vec<Client> {
        self.orders.clients()
    }

    /// Plays it to its end, and shows the world to `onlooker` four times a second: whoever wants it slower waits there.
    ///
    /// # Errors
    /// When the simulated world cannot be set up or read.
    pub fn play(&self, onlooker: &mut dyn FnMut(&Ground, &SimLedger)) -> Result<DrillReport, DrillError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        runtime.block_on(async { report::write(play(self.options, &self.orders, onlooker).await?).await })
    }
}

/// A drill that has come to its end.
struct Played<'a> {
    options: DrillOptions,
    orders: &'a Orders,
    world: World,
    stage: Stage,
    traffic: Traffic,
    model: Option<Model>,
    fault_at: Timestamp,
    state: State,
}

async fn play<'a>(
    options: DrillOptions,
    orders: &'a Orders,
    onlooker: &mut dyn FnMut(&Ground, &SimLedger),
) -> Result<Played<'a>, DrillError> {
    let begins_at: Timestamp = BEGINS_AT.parse().map_err(|error| DrillError::Application(format!("{error}")))?;
    let world = World::new(begins_at);
    world.keep_history();
    orders.set_up(&world).map_err(|error| DrillError::Application(error.to_string()))?;
    let stage = Stage::new(&world, &orders.policy.application);
    let traffic = Traffic::new(world.now());
    let fault_at = QUIET.after(world.now());
    let mut model = Model::new(&orders.policy, orders.clients(), world.now())?;
    let state = tokio::select! {
        biased;
        state = story(&world, &stage, orders, &traffic, options.script, fault_at) => state?,
        failed = look_on(&world, orders, model.as_mut(), onlooker) => return Err(failed),
    };
    Ok(Played { options, orders, world, stage, traffic, model, fault_at, state })
}

/// Until the world can be looked at no more.
async fn look_on(
    world: &World,
    orders: &Orders,
    mut model: Option<&mut Model>,
    onlooker: &mut dyn FnMut(&Ground, &SimLedger),
) -> DrillError {
    let ledger = SimLedger::new(world);
    loop {
        match Ground::of(world, orders) {
            Ok(ground) => {
                if let Some(model) = model.as_deref_mut() {
                    model.come_to(&ground);
                }
                onlooker(&ground, &ledger);
            }
            Err(error) => return error.into(),
        }
        tokio::time::sleep(GLIMPSE).await;
    }
}

async fn story(
    world: &World,
    stage: &Stage,
    orders: &Orders,
    traffic: &Traffic,
    script: Script,
    fault_at: Timestamp,
) -> Result<State, DrillError> {
    let _alarms = alarms::watch(world, &orders.policy, fault_at);
    orders.measure_lag(world, traffic, &[]);
    let acting = act_out(world, orders, traffic, script, fault_at);
    let settling = until_settled(world, stage, orders, script, fault_at);
    let ((), state) = tokio::join!(acting, settling);
    state?;
    tokio::time::sleep(TAIL).await;
    Ok(stage.ledger().load(stage.application()).await?.state)
}

/// Everything that the script makes happen, each thing in its own time.
async fn act_out(world: &World, orders: &Orders, traffic: &Traffic, script: Script, fault_at: Timestamp) {
    let mut acts = script.acts();
    acts.sort_by_key(|(at, _)| *at);
    let mut away = Vec::new();
    for (offset, act) in acts {
        sleep_until(world, fault_at + SignedDuration::from_secs(offset)).await;
        perform(act, world, &orders.policy);
        if away_since(&mut away, act, world.now()) {
            orders.measure_lag(world, traffic, &away);
        }
    }
}

/// Whether the primary Region went or came.
fn away_since(away: &mut Vec<(Timestamp, Timestamp)>, act: Act, now: Timestamp) -> bool {
    match act {
        Act::Lose(script::Place::Primary) => away.push((now, Timestamp::MAX)),
        Act::Return(script::Place::Primary) => {
            if let Some((_, until)) = away.last_mut() {
                *until = now;
            }
        }
        Act::Lose(_) | Act::Return(_) | Act::LoseGate(_) | Act::ReturnGate(_) | Act::Sicken | Act::Mend => {
            return false;
        }
    }
    true
}

fn perform(act: Act, world: &World, policy: &Policy) {
    let of = |place: script::Place| place.of(&policy.regions);
    let (what, why) = match act {
        Act::Lose(place) => {
            let Some(region) = of(place) else { return };
            world.kill_region(&region);
            (format!("{region} is lost"), "its database, control plane and alarms fall silent")
        }
        Act::Return(place) => {
            let Some(region) = of(place) else { return };
            world.revive_region(&region);
            (format!("{region} is back"), "everything in it answers as it did before")
        }
        Act::LoseGate(place) => {
            let Some(region) = of(place) else { return };
            world.lock().lost_gates.insert(region.clone());
            (format!("the gate in {region} is lost"), "it answers nobody")
        }
        Act::ReturnGate(place) => {
            let Some(region) = of(place) else { return };
            world.lock().lost_gates.remove(&region);
            (format!("the gate in {region} is back"), "it answers again")
        }
        Act::Sicken => {
            let all: Vec<Region> =
                policy.traffic.iter().flat_map(|traffic| traffic.endpoints.keys().cloned()).collect();
            world.lock().sick.extend(all);
            ("every endpoint fails its health check".to_owned(), "and serves, as when what they all depend on is slow")
        }
        Act::Mend => {
            world.lock().sick.clear();
            ("every endpoint passes its health check again".to_owned(), "what they all depend on is well")
        }
    };
    world.tell("world", what, why);
}

async fn sleep_until(world: &World, at: Timestamp) {
    let wait = at.duration_since(world.now()).max(SignedDuration::ZERO);
    tokio::time::sleep(wait.unsigned_abs()).await;
}

/// Waits for the end of the story: failed over, or held, or the script's own, with everything told.
async fn until_settled(
    world: &World,
    stage: &Stage,
    orders: &Orders,
    script: Script,
    fault_at: Timestamp,
) -> Result<(), DrillError> {
    let expected = script.expected(orders.policy.mode).ended;
    let (at_least, gives_up) = (script.lasts().after(fault_at), GIVES_UP.after(fault_at));
    loop {
        let record = stage.ledger().load(stage.application()).await?;
        let told = record.state.journal.outbox.is_empty();
        let now = world.now();
        if now >= at_least && now > fault_at && told && record.state.phase.name() == expected || now >= gives_up {
            return Ok(());
        }
        if let Phase::AwaitingApproval(asked) = &record.state.phase
            && told
        {
            approve(world, &orders.policy, &asked.question).await?;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
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
        for arn in self.policy.voters.iter().filter_map(|voter| voter.source.alarm()) {
            world.set_alarm(arn, AlarmValue::Ok, "Threshold not crossed");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use understudy_engine::PhaseName;

    fn drill(script: Script, mode: Mode, breadth: Breadth) -> DrillReport {
        let rehearsal = Rehearsal::new(DrillOptions { script, mode, breadth }).unwrap();
        let report = rehearsal.play(&mut |_, _| {}).unwrap();
        for line in &report.timeline {
            println!("{:>8.1}  {:<10} {}: {}", line.offset_seconds, line.who, line.what, line.why);
        }
        println!("{:?} {:?} {:#?}", report.times, report.loss, report.traffic);
        assert_eq!(report.failures, Vec::<String>::new());
        report
    }

    #[test]
    fn a_lost_region_is_failed_over_once_and_recorded() {
        let report = drill(Script::RegionLoss, Mode::Auto, Breadth::Two);
        assert_eq!(report.ended, PhaseName::FailedOver);
        assert_eq!(report.promote_calls, 1);
        assert!(report.chain_verifies);
        assert_eq!(report.messages, report.incident.len(), "each entry is told once");
    }

    #[test]
    fn mode_approve_waits_for_a_person_and_mode_observe_does_nothing() {
        let approved = drill(Script::RegionLoss, Mode::Approve, Breadth::Two);
        assert_eq!(approved.ended, PhaseName::FailedOver);
        assert_eq!(approved.decision.unwrap().approved_by.len(), 1);

        let observed = drill(Script::RegionLoss, Mode::Observe, Breadth::Two);
        assert_eq!(observed.ended, PhaseName::Held);
        assert_eq!(observed.promote_calls, 0);
    }

    #[test]
    fn every_drill_ends_as_it_should_with_two_regions_and_with_five() {
        for script in Script::ALL {
            for breadth in [Breadth::Two, Breadth::Five] {
                let report = drill(script, Mode::Auto, breadth);
                assert!(report.as_expected, "{} {breadth:?}: {:?}", script.name(), report.ended);
                let stray: u64 = report.traffic.clients.iter().map(|seen| seen.stray).sum();
                assert_eq!(stray, 0, "{}: nothing is written to a database that was left", script.name());
            }
        }
    }

    /// The most failures that a client had whose resolver keeps to the TTL.
    fn failed(report: &DrillReport, what: &str) -> u64 {
        let usual = report.traffic.clients.iter().filter(|seen| seen.what == what && !seen.client.contains("keeps"));
        usual.map(|seen| seen.failed).max().unwrap()
    }

    #[test]
    fn what_clients_miss_is_the_time_that_their_region_is_lost_and_not_moved_from() {
        let failed = |script| {
            let report = drill(script, Mode::Auto, Breadth::Two);
            (failed(&report, "writes"), failed(&report, "reads"))
        };
        assert_eq!(failed(Script::Partition), (43, 43));
        assert_eq!(failed(Script::StandbyLoss).0, 0);
        assert_eq!(failed(Script::EverythingUnhealthy), (0, 0));
        let lost = failed(Script::RegionLoss);
        assert!((641..800).contains(&lost.0), "decided and promoted after 641 s, and then DNS: {lost:?}");
        assert!(lost.1 <= 120, "reads shift at once: {lost:?}");
    }

    #[test]
    fn an_old_primary_that_comes_back_is_cut_off() {
        let report = drill(Script::OldPrimaryReturns, Mode::Auto, Breadth::Two);
        let fenced = report.timeline.iter().find(|line| line.what == "the old writer is fenced").unwrap();
        assert!(fenced.offset_seconds > 1200.0, "{}", fenced.offset_seconds);
        let returned = report.timeline.iter().find(|line| line.what == "us-east-1 is back").unwrap();
        assert!((returned.offset_seconds - 1200.0).abs() < 1.0);
    }

    #[test]
    fn the_same_drill_tells_the_same_story_twice() {
        let story = || serde_json::to_string(&drill(Script::GateLoss, Mode::Auto, Breadth::Two)).unwrap();
        assert_eq!(story(), story());
    }
}
