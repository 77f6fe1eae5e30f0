//! A drill that waits for people: it is played up to a moment, and from its beginning for everything that they ask, the
//! same to the byte each time. What is kept between two questions is what was said and when.

use super::orders::{Application as Orders, Traffic};
use super::report::timeline;
use super::{BEGINS_AT, Breadth, DrillError, DrillOptions, Happening, QUIET, Script, act_out, alarms, sleep_until};
use crate::stage::Stage;
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;
use understudy_driver::{ConductError, DeskRequest, IncidentItem, Ledger, Run, Told, serve};
use understudy_engine::{Entry, Mode, Person, PhaseName, Policy, RunId};

/// The schema of the file that a session is kept in.
const SESSION_SCHEMA: u32 = 1;

/// How long a session may last.
const LASTS_AT_MOST: i64 = 24 * 3600;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    schema: u32,
    scenario: String,
    mode: Mode,
    /// How far it has been played, in seconds from its beginning.
    seconds: i64,
    said: Vec<Said>,
}

/// What people did, and how many seconds from the beginning.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    at: i64,
    what: What,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum What {
    Ordered { by: Person, request: Map<String, Value> },
    Applied(Box<Policy>),
}

/// How far a session is to be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    Seconds(u32),
    /// Until it is in this phase, and everything is told.
    Phase(PhaseName),
}

/// Where a session stands.
#[derive(Debug, Clone, Serialize)]
pub struct Standing {
    pub at: Timestamp,
    pub seconds_after_fault: i64,
    pub phase: PhaseName,
    /// What happened since it was last played on.
    pub timeline: Vec<Happening>,
}

/// Why a session goes no further.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("the drill's file has schema {found}, and this release reads {SESSION_SCHEMA}: begin a new drill")]
    OtherSchema { found: u32 },
    #[error("there is no drill {name:?}: begin one of those that `understudy drill list` shows")]
    UnknownScenario { name: String },
    #[error("the drill's file cannot be used: {problem}: begin a new drill")]
    Unusable { problem: String },
    #[error("it did not come to {phase} within a day of the drill: name another phase, or go on by --seconds")]
    NeverCame { phase: PhaseName },
    #[error("a drill ends after a day: begin a new one")]
    TooLong,
    #[error(transparent)]
    Asked(#[from] ConductError),
    #[error(transparent)]
    Drill(#[from] DrillError),
}

impl Session {
    #[must_use]
    pub fn begin(script: Script, mode: Mode) -> Self {
        let scenario = script.name().to_owned();
        Self { schema: SESSION_SCHEMA, scenario, mode, seconds: 0, said: Vec::new() }
    }

    /// Who speaks where nobody is named: the drill's own approver.
    ///
    /// # Errors
    /// When the session cannot be used.
    pub fn on_call(&self) -> Result<Person, SessionError> {
        let orders = self.orders()?;
        let approver = orders.policy.approval.as_ref().and_then(|rule| rule.approvers.first().cloned());
        approver.ok_or_else(|| SessionError::Unusable { problem: "nobody approves in it".to_owned() })
    }

    /// Answers a request at the moment that it stands at. An order that is entered is kept.
    ///
    /// # Errors
    /// When the session cannot be used, or the record cannot.
    pub fn ask(&mut self, by: &Person, request: &DeskRequest) -> Result<Told, SessionError> {
        let orders = self.orders()?;
        let told = self.played(&orders, None, async |scene| {
            let mut run = run(self.said.len());
            Ok(serve(&scene.stage.ledger(), &mut run, by, request, scene.world.now()).await?)
        })?;
        if request.execute {
            let Ok(Value::Object(fields)) = request.to_json() else {
                return Err(SessionError::Unusable { problem: "a request that is no object".to_owned() });
            };
            self.keep(What::Ordered { by: by.clone(), request: fields });
        }
        Ok(told)
    }

    /// Puts a changed policy in force.
    pub fn apply(&mut self, policy: &Policy) {
        self.keep(What::Applied(Box::new(policy.clone())));
    }

    /// Plays on.
    ///
    /// # Errors
    /// When the session cannot be used, or does not come to the phase.
    pub fn forward(&mut self, until: Until) -> Result<Standing, SessionError> {
        let orders = self.orders()?;
        let begun = self.seconds;
        if let Until::Seconds(more) = until {
            let seconds = begun + i64::from(more);
            if seconds > LASTS_AT_MOST {
                return Err(SessionError::TooLong);
            }
            self.seconds = seconds;
        }
        let phase = if let Until::Phase(phase) = until { Some(phase) } else { None };
        let (standing, seconds) = self.played(&orders, phase, async |scene| scene.standing(begun).await)?;
        self.seconds = seconds;
        Ok(standing)
    }

    /// The policy in force.
    ///
    /// # Errors
    /// When the session cannot be used.
    pub fn policy(&self) -> Result<Policy, SessionError> {
        let applied = self.said.iter().rev().find_map(|said| match &said.what {
            What::Applied(policy) => Some(policy.as_ref().clone()),
            What::Ordered { .. } => None,
        });
        Ok(match applied {
            Some(policy) => policy,
            None => self.orders()?.policy,
        })
    }

    fn keep(&mut self, what: What) {
        self.said.push(Said { at: self.seconds, what });
    }

    fn script(&self) -> Result<Script, SessionError> {
        if self.schema != SESSION_SCHEMA {
            return Err(SessionError::OtherSchema { found: self.schema });
        }
        let known = Script::ALL.into_iter().find(|script| script.name() == self.scenario);
        known.ok_or_else(|| SessionError::UnknownScenario { name: self.scenario.clone() })
    }

    fn orders(&self) -> Result<Orders, SessionError> {
        let options = DrillOptions { script: self.script()?, mode: self.mode, breadth: Breadth::Two };
        if !(0..=LASTS_AT_MOST).contains(&self.seconds) {
            return Err(SessionError::TooLong);
        }
        Orders::new(&options).map_err(|error| DrillError::Application(error.to_string()).into())
    }

    /// Plays it from its beginning to where it stands, on to a phase if one is named, and then looks.
    fn played<T>(
        &self,
        orders: &Orders,
        phase: Option<PhaseName>,
        look: impl AsyncFnOnce(&Scene<'_>) -> Result<T, SessionError>,
    ) -> Result<T, SessionError> {
        let script = self.script()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.map_err(DrillError::Clock)?.block_on(async {
            let scene = Scene::new(orders)?;
            let acting = async {
                act_out(&scene.world, orders, &scene.traffic, script, scene.fault_at).await;
                pending::<Infallible>().await
            };
            let asking = async {
                self.replay(&scene).await?;
                if let Some(phase) = phase {
                    scene.await_phase(phase).await?;
                }
                look(&scene).await
            };
            tokio::select! {
                biased;
                looked = asking => looked,
                never = acting => match never {},
            }
        })
    }

    async fn replay(&self, scene: &Scene<'_>) -> Result<(), SessionError> {
        for (index, said) in self.said.iter().enumerate() {
            scene.come_to(said.at).await;
            match &said.what {
                What::Ordered { by, request } => {
                    let (request, _) = DeskRequest::of(request.clone())
                        .map_err(|error| SessionError::Unusable { problem: error.to_string() })?;
                    serve(&scene.stage.ledger(), &mut run(index), by, &request, scene.world.now()).await?;
                }
                What::Applied(policy) => {
                    let applied = scene.stage.ledger().apply(policy);
                    applied.map_err(|error| SessionError::Unusable { problem: error.to_string() })?;
                }
            }
        }
        scene.come_to(self.seconds).await;
        Ok(())
    }
}

/// The runs of people have numbers of their own, from the other end.
fn run(index: usize) -> Run {
    Run::new(RunId::from(u128::MAX - index as u128))
}

struct Scene<'a> {
    world: World,
    stage: Stage,
    orders: &'a Orders,
    traffic: Traffic,
    begun_at: Timestamp,
    fault_at: Timestamp,
    _alarms: tokio::task::JoinSet<()>,
}

impl<'a> Scene<'a> {
    fn new(orders: &'a Orders) -> Result<Self, SessionError> {
        let begun_at: Timestamp =
            BEGINS_AT.parse().map_err(|error| DrillError::Application(format!("its beginning: {error}")))?;
        let world = World::new(begun_at);
        orders.set_up(&world).map_err(|error| DrillError::Application(error.to_string()))?;
        let stage = Stage::new(&world, &orders.policy.application);
        let traffic = Traffic::new(begun_at);
        let fault_at = QUIET.after(begun_at);
        let alarms = alarms::watch(&world, &orders.policy, fault_at);
        orders.measure_lag(&world, &traffic, &[]);
        Ok(Self { world, stage, orders, traffic, begun_at, fault_at, _alarms: alarms })
    }

    async fn come_to(&self, seconds: i64) {
        sleep_until(&self.world, self.begun_at + SignedDuration::from_secs(seconds)).await;
    }

    async fn await_phase(&self, phase: PhaseName) -> Result<(), SessionError> {
        loop {
            let state = self.stage.ledger().load(self.stage.application()).await.map_err(DrillError::Ledger)?.state;
            if state.phase.name() == phase && state.journal.outbox.is_empty() {
                return Ok(());
            }
            if self.seconds() >= LASTS_AT_MOST {
                return Err(SessionError::NeverCame { phase });
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Whole seconds since the beginning, the begun one counted.
    fn seconds(&self) -> i64 {
        let elapsed = self.world.now().duration_since(self.begun_at);
        elapsed.as_secs() + i64::from(elapsed.subsec_nanos() > 0)
    }

    async fn standing(&self, since: i64) -> Result<(Standing, i64), SessionError> {
        let record = self.stage.ledger().load(self.stage.application()).await.map_err(DrillError::Ledger)?;
        let begun = (since - i64::from(QUIET.0)) as f64;
        let mut lines = timeline(&self.world, &self.entries(), &[], self.fault_at);
        lines.retain(|line| line.offset_seconds > begun);
        let seconds = self.seconds();
        let standing = Standing {
            at: self.world.now(),
            seconds_after_fault: seconds - i64::from(QUIET.0),
            phase: record.state.phase.name(),
            timeline: lines,
        };
        Ok((standing, seconds))
    }

    fn entries(&self) -> Vec<Entry> {
        let inner = self.world.lock();
        let own = inner.incidents.iter().filter(|((owner, _), _)| *owner == self.orders.policy.application);
        own.filter_map(|(_, (IncidentItem { entry, .. }, _))| serde_json::from_str(entry).ok()).collect()
    }
}

#[cfg(test)]
mod tests;
