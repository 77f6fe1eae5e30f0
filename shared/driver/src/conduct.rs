//! The conductor: whoever wakes it, it does the same thing until nothing is due.

use crate::breaker::admit;
use crate::cloud::{Cloud, Performed, Reading};
use crate::ledger::{Commit, Ledger, LedgerError, Nonce, Record};
#[cfg(feature = "planted")]
use crate::planted::{outstanding, step};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;
use understudy_engine::{
    Application, Effect, Event, FenceAct, LeverAct, LeverCall, RunId, Source, Step, StepVerdict, Vote, VoterName,
};
#[cfg(not(feature = "planted"))]
use understudy_engine::{Policy, State, step};

/// How often one event is stepped again after somebody else wrote first.
const CONFLICTS_MAX: u32 = 20;

/// How many steps one turn takes at the most. A failover needs about ten: more is a circle.
const STEPS_MAX: u32 = 60;

/// The longest that reading something takes: adapters give up before. Whoever took longer was frozen
/// over the answer, and must not take it for news.
const READING_MAX: SignedDuration = SignedDuration::from_secs(15);

/// The shortest sleep.
const SLEEP_MIN: Duration = Duration::from_millis(100);

/// One run: from a wake to the return. A retried invocation must be another run, because only the
/// run that recorded an intent may act on it.
#[derive(Debug)]
pub struct Run {
    id: RunId,
    writes: u64,
}

impl Run {
    #[must_use]
    pub fn new(id: RunId) -> Self {
        Self { id, writes: 0 }
    }

    pub(crate) fn nonce(&mut self) -> Nonce {
        self.writes += 1;
        Nonce(format!("{}-{}", self.id, self.writes))
    }
}

/// What a turn did, and when the next one is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Every verdict but "nothing to do", in order.
    pub verdicts: Vec<StepVerdict>,
    pub next_due: Option<Timestamp>,
}

/// Why a turn ended early. What was committed stands, and the next wake goes on from there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConductError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the record of {application} was written by somebody else {CONFLICTS_MAX} times in a row")]
    Contended { application: Application },
    #[error("{application} took {STEPS_MAX} steps without coming to rest")]
    Restless { application: Application },
}

/// Steps, commits and performs until nothing is due. The clock is read after each load: a process that
/// was frozen must not judge fresh votes by the time at which it fell asleep.
///
/// # Errors
/// When the ledger does not answer, or the record does not come to rest.
pub async fn turn(
    ledger: &impl Ledger,
    cloud: &impl Cloud,
    application: &Application,
    run: &mut Run,
    clock: &(impl Fn() -> Timestamp + Send + Sync),
) -> Result<Turn, ConductError> {
    let mut verdicts = Vec::new();
    for _ in 0..STEPS_MAX {
        let tick = Event::Tick { run: run.id.clone() };
        let (record, stepped, now) = commit(ledger, application, run, &tick, clock).await?;
        let moved = stepped.next.revision != record.state.revision;
        keep(&mut verdicts, stepped.verdict);
        if let Some(effect) = outstanding(&stepped.next, &record.policy, &run.id, now) {
            let (at, event) = perform(ledger, cloud, run, &record, effect, clock).await?;
            // What was seen is as old as the look, however late it is written.
            let (_, stepped, _) = commit(ledger, application, run, &event, &|| at).await?;
            keep(&mut verdicts, stepped.verdict);
        } else if !moved {
            return Ok(Turn { verdicts, next_due: stepped.next.next_due(&record.policy, now) });
        }
    }
    Err(ConductError::Restless { application: application.clone() })
}

/// Takes turns until nothing more is due before `until`, sleeping in between.
///
/// # Errors
/// As [`turn`].
pub async fn attend<F: Future<Output = ()> + Send>(
    ledger: &impl Ledger,
    cloud: &impl Cloud,
    application: &Application,
    run: &mut Run,
    clock: impl Fn() -> Timestamp + Send + Sync,
    until: Timestamp,
    sleep: impl Fn(Duration) -> F + Send + Sync,
) -> Result<Vec<StepVerdict>, ConductError> {
    let mut verdicts = Vec::new();
    loop {
        let taken = turn(ledger, cloud, application, run, &clock).await?;
        verdicts.extend(taken.verdicts);
        match taken.next_due.filter(|due| *due < until) {
            Some(due) => sleep(wait(due, clock())).await,
            None => return Ok(verdicts),
        }
    }
}

/// How long to sleep to a time, and never so short that waiting becomes spinning.
fn wait(due: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(now)).unwrap_or_default().max(SLEEP_MIN)
}

/// Enters a person's word.
///
/// # Errors
/// When the ledger does not answer.
pub async fn command(
    ledger: &impl Ledger,
    application: &Application,
    run: &mut Run,
    event: &Event,
    now: Timestamp,
) -> Result<StepVerdict, ConductError> {
    commit(ledger, application, run, event, &|| now).await.map(|(_, stepped, _)| stepped.verdict)
}

/// Loads, steps and commits; reloads and steps again where somebody else wrote first, or where the record is old by the
/// time that it is here.
pub(crate) async fn commit(
    ledger: &impl Ledger,
    application: &Application,
    run: &mut Run,
    event: &Event,
    clock: &(impl Fn() -> Timestamp + Send + Sync),
) -> Result<(Record, Step, Timestamp), ConductError> {
    for _ in 0..CONFLICTS_MAX {
        let asked_at = clock();
        let record = ledger.load(application).await?;
        let now = clock();
        let is_old = now.duration_since(asked_at) > READING_MAX;
        #[cfg(feature = "planted")]
        let is_old = is_old && !crate::planted::is_planted(crate::planted::Bug::TrustOldRecord);
        // It may say what nobody wants any more, and nothing is called on the word of such a record.
        if is_old {
            continue;
        }
        let stepped = step(&record.state, &record.policy, &record.votes, event, now);
        if stepped.next.revision == record.state.revision {
            return Ok((record, stepped, now));
        }
        #[cfg(feature = "planted")]
        if crate::planted::is_forgotten(&record.state, &stepped.next) {
            return Ok((record, stepped, now));
        }
        let nonce = run.nonce();
        match ledger.commit(&stepped.next, record.state.revision, &record.policy_hash, &nonce).await? {
            Commit::Committed => return Ok((record, stepped, now)),
            #[cfg(feature = "planted")]
            Commit::Conflict if crate::planted::is_planted(crate::planted::Bug::AcceptStaleRevision) => {
                return Ok((record, stepped, now));
            }
            Commit::Conflict => {}
        }
    }
    Err(ConductError::Contended { application: application.clone() })
}

#[cfg(not(feature = "planted"))]
fn outstanding(state: &State, policy: &Policy, run: &RunId, now: Timestamp) -> Option<Effect> {
    state.outstanding(policy, run, now)
}

/// Performs one effect and makes an event of its outcome.
async fn perform(
    ledger: &impl Ledger,
    cloud: &impl Cloud,
    run: &mut Run,
    record: &Record,
    effect: Effect,
    clock: &(impl Fn() -> Timestamp + Send + Sync),
) -> Result<(Timestamp, Event), ConductError> {
    let asked_at = clock();
    let seen_at = |at: Timestamp| if at.duration_since(asked_at) > READING_MAX { asked_at } else { at };
    Ok(match effect {
        Effect::Look(look) => {
            let Performed { at, outcome } = cloud.look(&look).await;
            cast_readings(ledger, record, outcome.observed_at, outcome.readings).await?;
            (seen_at(at), Event::Looked { instance: look.candidate, candidate: outcome.candidate })
        }
        Effect::Admit(ask) => {
            let answer = admit(ledger, run, &ask, clock).await;
            (clock(), Event::AdmissionAnswered { incident: ask.incident, answer })
        }
        Effect::Fence(call) => {
            let Performed { at, outcome } = cloud.fence(&call).await;
            let at = if call.act == FenceAct::Describe { seen_at(at) } else { at };
            (at, Event::FenceAnswered { epoch: call.epoch, act: call.act, answer: outcome })
        }
        Effect::Promote(promote) => {
            let Performed { at, outcome } = cloud.promote(&promote).await;
            (at, Event::PromoteAnswered { epoch: promote.epoch, attempt: promote.attempt, answer: outcome })
        }
        Effect::ReadBack { epoch, replica } => {
            let Performed { at, outcome } = cloud.read_back(&replica).await;
            (seen_at(at), Event::ReadBack { epoch, sight: outcome })
        }
        Effect::Create(create) => {
            let Performed { at, outcome } = cloud.create_replica(&create).await;
            (at, Event::CreateAnswered { epoch: create.epoch, answer: outcome })
        }
        Effect::Lever(call) => {
            let Performed { at, outcome } = cloud.lever(&call).await;
            let LeverCall { epoch, lever, act, .. } = call;
            let at = if act == LeverAct::Read { seen_at(at) } else { at };
            (at, Event::LeverAnswered { epoch, lever, act, answer: outcome })
        }
    })
}

/// A reading is a vote like any other: written if it is newer, weighed at the next tick.
async fn cast_readings(
    ledger: &impl Ledger,
    record: &Record,
    observed_at: Timestamp,
    readings: BTreeMap<VoterName, Reading>,
) -> Result<(), ConductError> {
    for (voter, reading) in readings {
        let Some(source) = source(record, &voter) else { continue };
        let Reading { verdict, since, reason } = reading;
        let vote = Vote { verdict, observed_at, since, source, reason };
        ledger.cast(&record.policy.application, &voter, &vote).await?;
    }
    Ok(())
}

fn source(record: &Record, voter: &VoterName) -> Option<Source> {
    record.policy.voter(voter).map(|voter| voter.source.clone())
}

fn keep(verdicts: &mut Vec<StepVerdict>, verdict: StepVerdict) {
    match verdict {
        StepVerdict::Ignored(_) => {}
        StepVerdict::Advanced(_) | StepVerdict::Noted | StepVerdict::Refused(_) | StepVerdict::Anomaly(_) => {
            verdicts.push(verdict);
        }
    }
}
