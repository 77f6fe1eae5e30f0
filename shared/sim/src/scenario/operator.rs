//! What people do in a scenario, through the same commands as anywhere else.

use super::file::OperatorWord;
use super::moment::{Act, Moment};
use super::ports::WeatheredLedger;
use super::weather::Weather;
use std::time::Duration;
use understudy_driver::{ConductError, Ledger, Release, Run, code_of_batch, command, release};
use understudy_engine::{Application, Event, IncidentId, Order, RunId, State, StepVerdict};

/// How often people look whether it is their turn, and try again where the table does not answer.
const GLANCE: Duration = Duration::from_millis(250);
const TRIES_AGAIN: Duration = Duration::from_secs(30);

/// Runs of people are numbered from here, apart from those of the functions.
const RUNS_FROM: u128 = 1 << 64;

/// Waits for the moment, and does it once.
pub(super) async fn play(weather: Weather, act: Act, number: usize) {
    let ledger = WeatheredLedger::new(&weather);
    wait(&weather, &act).await;
    let mut run = Run::new(RunId::from(RUNS_FROM + number as u128));
    loop {
        match perform(&weather, &ledger, &act, &mut run).await {
            Ok(outcome) => {
                let who = act.by.as_str().rsplit('/').next().unwrap_or_default().to_owned();
                let what = format!("{who} orders: {}", word(act.word));
                weather.world.tell("person", what, format!("{}: {outcome}", act.application));
                return;
            }
            Err(_) => tokio::time::sleep(TRIES_AGAIN).await,
        }
    }
}

async fn wait(weather: &Weather, act: &Act) {
    match &act.moment {
        Moment::At(offset) => weather.sleep_until(*offset).await,
        Moment::After { phases, seconds } => loop {
            let moves = weather.log().moves;
            let whose = |application: &Application| act.anywhere || *application == act.application;
            if moves.iter().any(|one| whose(&one.application) && phases.contains(&one.phase)) {
                tokio::time::sleep(Duration::from_secs(u64::from(*seconds))).await;
                return;
            }
            tokio::time::sleep(GLANCE).await;
        },
    }
}

fn word(word: OperatorWord) -> &'static str {
    match word {
        OperatorWord::Approve => "approve",
        OperatorWord::Veto => "veto",
        OperatorWord::Abort => "abort",
        OperatorWord::Pause => "pause",
        OperatorWord::Unpause => "unpause",
        OperatorWord::Acknowledge => "acknowledge",
        OperatorWord::WeighAgain => "weigh again",
        OperatorWord::Adopt => "adopt",
        OperatorWord::Release => "release the batch",
        OperatorWord::Rebuild => "rebuild",
        OperatorWord::SwitchOver => "switch over",
    }
}

async fn perform(
    weather: &Weather,
    ledger: &WeatheredLedger,
    act: &Act,
    run: &mut Run,
) -> Result<String, ConductError> {
    if act.word == OperatorWord::Release {
        let code = code_of_batch(&ledger.breaker().await?.batch());
        let released = release(ledger, run, &act.by, &code, weather.world.now()).await?;
        return Ok(match released {
            Release::Released { batch } => format!("{} applications may go on", batch.len()),
            Release::Stale => "nothing waits, or others do by now".to_owned(),
            Release::NotAnApprover { .. } => "not an approver of all of them".to_owned(),
        });
    }
    let state = ledger.load(&act.application).await?.state;
    let Some(order) = order(act, &state) else { return Ok("there is nothing that this could be about".to_owned()) };
    let event = Event::Ordered { by: act.by.clone(), order };
    let verdict = command(ledger, &act.application, run, &event, weather.world.now()).await?;
    Ok(outcome(&verdict))
}

/// The order about what there is now.
fn order(act: &Act, state: &State) -> Option<Order> {
    let question = || state.phase.question().cloned();
    let incident = || -> Option<IncidentId> { state.phase.incident().cloned() };
    match act.word {
        OperatorWord::Approve => question().map(Order::Approve),
        OperatorWord::Veto => question().map(Order::Veto),
        OperatorWord::Abort => incident().map(Order::Abort),
        OperatorWord::Acknowledge => incident().map(Order::Acknowledge),
        OperatorWord::WeighAgain => incident().map(Order::WeighAgain),
        OperatorWord::Adopt => incident().map(Order::adopt),
        OperatorWord::SwitchOver => incident().map(Order::SwitchOver),
        OperatorWord::Rebuild => Some(Order::Rebuild { incident: incident()?, replica: act.replica.clone()? }),
        OperatorWord::Pause => Some(Order::Pause),
        OperatorWord::Unpause => Some(Order::Unpause),
        OperatorWord::Release => None,
    }
}

fn outcome(verdict: &StepVerdict) -> String {
    match verdict {
        StepVerdict::Advanced(why) => why.sentence().to_owned(),
        StepVerdict::Noted => "noted".to_owned(),
        StepVerdict::Ignored(why) => format!("ignored ({why:?})"),
        StepVerdict::Refused(blockers) => {
            let blockers: Vec<String> = blockers.iter().map(ToString::to_string).collect();
            format!("refused: {}", blockers.join("; "))
        }
        StepVerdict::Anomaly(anomaly) => format!("cannot be ({anomaly:?})"),
    }
}
