//! The desk: what people ask and order, by whichever way they come. One request, one answer. An order is entered only
//! where the request says so; otherwise the answer is what it would come to.

mod command_line;
mod offers;
mod request;
mod voting;
mod words;

pub use command_line::export_line;
pub use offers::{Offer, offers};
pub use request::{Ask, Caller, DeskRequest, RequestError};

use crate::approval::{ApprovalCode, code_of_batch, code_of_question, question_of_code};
use crate::breaker::{Release, release};
use crate::conduct::{ConductError, Run, command};
use crate::incident::IncidentItem;
use crate::ledger::{Ledger, Record};
use crate::plan::{Plan, plan, plan_home};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use understudy_engine::{
    Application, DbInstanceArn, Epoch, Event, Explanation, IncidentId, Mode, Order, Person, PhaseName, Policy,
    Question, Region, Revision, StepVerdict, Suspicion, Turn, Verdict, VoterName, explain, step,
};

/// The schema of an answer.
pub const DESK_SCHEMA: u32 = 1;

/// How many incidents a list has at most.
const INCIDENTS_MAX: usize = 20;

/// What a request came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    pub schema: u32,
    pub application: Application,
    pub action: String,
    pub outcome: Outcome,
    /// In one sentence.
    pub says: String,
    /// What to do about it; none where nothing is to be done.
    pub hint: Option<String>,
    /// As it stood when the request was looked at, or after the order was entered.
    pub status: Status,
    /// Who waits at the storm breaker, where this application does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storm: Option<Batch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// The newest incidents, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incidents: Option<Vec<IncidentId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentTold>,
    /// What an order would lead to, call by call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

/// An incident as it stands in the record, and the policy that is in force now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentTold {
    pub items: Vec<IncidentItem>,
    pub policy: Policy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing was ordered.
    Shown,
    /// It would be entered as it stands now.
    Would,
    /// It is in the record.
    Entered,
    /// It changes nothing, or may not be done.
    Refused,
}

/// Where an application stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    pub phase: PhaseName,
    pub mode: Mode,
    pub revision: Revision,
    pub epoch: Epoch,
    pub incident: Option<IncidentId>,
    /// The database that takes writes, as the record has it.
    pub writer: DbInstanceArn,
    /// Regions that no traffic may go to.
    pub latched: BTreeSet<Region>,
    pub paused_by: Option<Person>,
    /// Promoted, and the old writer not proven to take no writes.
    pub split_risk: bool,
    /// What is waited for, in words.
    pub needs: Option<String>,
    pub question: Option<Asked>,
    /// When something is due without anybody's doing.
    pub next_due: Option<Timestamp>,
}

/// A question that people are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub asks: String,
    /// What an answer has to give back.
    pub code: String,
}

/// Those that wait at the storm breaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub waiting: BTreeMap<Application, IncidentId>,
    /// What `release` has to give back.
    pub code: String,
}

/// Answers one request.
///
/// # Errors
/// When the ledger does not answer.
pub async fn serve(
    ledger: &impl Ledger,
    run: &mut Run,
    by: &Person,
    request: &DeskRequest,
    now: Timestamp,
) -> Result<Told, ConductError> {
    let record = ledger.load(&request.application).await?;
    let order = match meant(request, &record) {
        Meant::Look => {
            let explanation = explain(&record.state, &record.policy, &record.votes, now);
            return Ok(Told { explanation: Some(explanation), ..shown(request, &record, now) });
        }
        Meant::Status => return Ok(with_storm(ledger, &record, shown(request, &record, now)).await),
        Meant::Incidents => {
            let incidents = ledger.incidents(&request.application, INCIDENTS_MAX).await?;
            return Ok(words::of_incidents(request, &record, incidents, now));
        }
        Meant::Incident(incident) => {
            let items = ledger.incident(&request.application, incident).await?;
            return Ok(words::of_incident(request, record, items, now));
        }
        Meant::Home(incident, replica) => {
            let order = Order::Rebuild { incident: incident.clone(), replica: replica.clone() };
            let first = Event::Ordered { by: by.clone(), order };
            let verdict = step(&record.state, &record.policy, &record.votes, &first, now).verdict;
            let told = words::of_verdict(request, &record, &verdict, now);
            let plan = is_taken(&verdict).then(|| plan_home(&record, by, incident, replica, now));
            return Ok(Told { plan, ..told });
        }
        Meant::Vote(voter, verdict) => return voting::vote(ledger, by, request, &record, (voter, verdict), now).await,
        Meant::Batch(code) => return released(ledger, run, by, request, code, now).await,
        Meant::NoSuchQuestion => return Ok(words::no_such_question(request, &record, now)),
        Meant::Order(order) => order,
    };
    let event = Event::Ordered { by: by.clone(), order };
    if !request.execute {
        let verdict = step(&record.state, &record.policy, &record.votes, &event, now).verdict;
        let plan = is_taken(&verdict).then(|| plan(&record, &event, now));
        return Ok(Told { plan, ..words::of_verdict(request, &record, &verdict, now) });
    }
    let verdict = command(ledger, &request.application, run, &event, now).await?;
    let after = ledger.load(&request.application).await?;
    Ok(words::of_verdict(request, &after, &verdict, now))
}

/// What a request comes to, as the record stands.
enum Meant<'a> {
    Status,
    Look,
    Incidents,
    Incident(&'a IncidentId),
    Home(&'a IncidentId, &'a DbInstanceArn),
    Vote(&'a VoterName, Verdict),
    Batch(&'a str),
    NoSuchQuestion,
    Order(Order),
}

fn meant<'a>(request: &'a DeskRequest, record: &Record) -> Meant<'a> {
    let answer = |code: &str, order: fn(Question) -> Order| {
        let asked = question_of_code(&record.state, &ApprovalCode(code.to_owned()));
        asked.cloned().map_or(Meant::NoSuchQuestion, |question| Meant::Order(order(question)))
    };
    match &request.ask {
        Ask::Status {} => Meant::Status,
        Ask::Explain {} => Meant::Look,
        Ask::Incidents {} => Meant::Incidents,
        Ask::Incident { incident } => Meant::Incident(incident),
        Ask::FailbackPlan { incident, replica } => Meant::Home(incident, replica),
        Ask::Vote { voter, verdict } => Meant::Vote(voter, *verdict),
        Ask::Release { code } => Meant::Batch(code),
        Ask::Approve { code } => answer(code, Order::Approve),
        Ask::Decline { code } => answer(code, Order::Veto),
        Ask::Abort { incident } => Meant::Order(Order::Abort(incident.clone())),
        Ask::Acknowledge { incident } => Meant::Order(Order::Acknowledge(incident.clone())),
        Ask::WeighAgain { incident } => Meant::Order(Order::WeighAgain(incident.clone())),
        Ask::Adopt { incident, glass } => {
            Meant::Order(Order::Adopt { incident: incident.clone(), glass: glass.clone() })
        }
        Ask::Rebuild { incident, replica } => {
            Meant::Order(Order::Rebuild { incident: incident.clone(), replica: replica.clone() })
        }
        Ask::SwitchOver { incident } => Meant::Order(Order::SwitchOver(incident.clone())),
        Ask::Pause {} => Meant::Order(Order::Pause),
        Ask::Unpause {} => Meant::Order(Order::Unpause),
    }
}

async fn released(
    ledger: &impl Ledger,
    run: &mut Run,
    by: &Person,
    request: &DeskRequest,
    code: &str,
    now: Timestamp,
) -> Result<Told, ConductError> {
    let release =
        if request.execute { Some(release(ledger, run, by, &ApprovalCode(code.to_owned()), now).await?) } else { None };
    let record = ledger.load(&request.application).await?;
    Ok(words::of_release(request, &record, release.as_ref(), now))
}

/// Where it waits for a turn, with whom, and what lets them all go on. A breaker that cannot be read hides no status.
async fn with_storm(ledger: &impl Ledger, record: &Record, told: Told) -> Told {
    let waits = |suspicion: &Suspicion| matches!(suspicion.turn, Turn::Wanted { waits: true, .. });
    if !record.state.phase.suspicion().is_some_and(waits) {
        return told;
    }
    let application = &record.state.application;
    match ledger.breaker().await.map(|breaker| breaker.batch()) {
        Ok(waiting) if waiting.contains_key(application) => {
            let code = code_of_batch(&waiting).0;
            let line = Ask::Release { code: code.clone() }.command_line(application);
            let hint = format!("{} wait at the storm breaker; to let them all go on: {line}", waiting.len());
            Told { hint: Some(hint), storm: Some(Batch { waiting, code }), ..told }
        }
        Ok(_) => told,
        Err(error) => Told { hint: Some(format!("the storm breaker cannot be read: {error}")), ..told },
    }
}

fn shown(request: &DeskRequest, record: &Record, now: Timestamp) -> Told {
    let status = Status::of(record, now);
    let (says, hint) = words::of_status(&status);
    Told { hint, ..told(request, status, Outcome::Shown, says) }
}

fn told(request: &DeskRequest, status: Status, outcome: Outcome, says: String) -> Told {
    Told {
        schema: DESK_SCHEMA,
        application: request.application.clone(),
        action: request.ask.name().to_owned(),
        outcome,
        says,
        hint: None,
        status,
        storm: None,
        explanation: None,
        incidents: None,
        incident: None,
        plan: None,
    }
}

impl Status {
    #[must_use]
    pub fn of(record: &Record, now: Timestamp) -> Self {
        let Record { state, policy, .. } = record;
        let question = state.phase.question().map(|question| Asked {
            asks: question.action.to_string(),
            code: code_of_question(&state.application, question).0,
        });
        Self {
            phase: state.phase.name(),
            mode: policy.mode,
            revision: state.revision,
            epoch: state.epoch,
            incident: state.phase.incident().cloned(),
            writer: state.writer.clone().unwrap_or_else(|| policy.database.writer.clone()),
            latched: state.latch.keys().cloned().collect(),
            paused_by: state.paused.as_ref().map(|paused| paused.by.clone()),
            split_risk: state.phase.decision().is_some_and(|decision| {
                state.writer.as_ref() == Some(&decision.replica) && decision.fence.proven_at().is_none()
            }),
            needs: state.phase.needs().map(|needs| needs.to_string()),
            question,
            // What was due before is due now.
            next_due: state.next_due(policy, now).map(|due| due.max(now)),
        }
    }
}

impl From<&Release> for Outcome {
    fn from(release: &Release) -> Self {
        match release {
            Release::Released { .. } => Self::Entered,
            Release::Stale | Release::NotAnApprover { .. } => Self::Refused,
        }
    }
}

/// Whether a verdict left something in the record, or would.
fn is_taken(verdict: &StepVerdict) -> bool {
    match verdict {
        StepVerdict::Advanced(_) | StepVerdict::Noted => true,
        StepVerdict::Ignored(_) | StepVerdict::Refused(_) | StepVerdict::Anomaly(_) => false,
    }
}

fn outcome(request: &DeskRequest, verdict: &StepVerdict) -> Outcome {
    match (is_taken(verdict), request.execute && request.ask.may_enter()) {
        (true, true) => Outcome::Entered,
        (true, false) => Outcome::Would,
        (false, _) => Outcome::Refused,
    }
}
