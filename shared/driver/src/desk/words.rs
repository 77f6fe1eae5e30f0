//! What a request came to, in words that say what to do now.

use super::{DeskRequest, IncidentTold, Outcome, Status, Told, outcome, told};
use crate::breaker::Release;
use crate::incident::{IncidentItem, verify};
use crate::ledger::Record;
use jiff::Timestamp;
use understudy_engine::{Ignored, IncidentId, StepVerdict};

pub(super) fn of_status(status: &Status) -> (String, Option<String>) {
    let Status { phase, mode, writer, .. } = status;
    let incident = status.incident.as_ref().map(|incident| format!(", incident {incident}")).unwrap_or_default();
    let paused = status.paused_by.as_ref().map(|by| format!(", paused by {by}")).unwrap_or_default();
    let says = format!("{phase} in mode {mode}{incident}{paused}; writes go to {writer}");
    let hint = match (&status.question, &status.needs) {
        (Some(asked), _) => {
            Some(format!("asked: {}? Answer with approve or decline and code {}", asked.asks, asked.code))
        }
        (None, needs) => needs.clone(),
    };
    (says, hint)
}

pub(super) fn of_incidents(request: &DeskRequest, record: &Record, incidents: Vec<IncidentId>, now: Timestamp) -> Told {
    let says = match incidents.len() {
        0 => "no incident is in the record yet".to_owned(),
        count => format!("{count} in the record, newest first"),
    };
    let status = Status::of(record, now);
    Told { incidents: Some(incidents), ..told(request, status, Outcome::Shown, says) }
}

pub(super) fn of_incident(request: &DeskRequest, record: Record, items: Vec<IncidentItem>, now: Timestamp) -> Told {
    let status = Status::of(&record, now);
    if items.is_empty() {
        let hint = Some("see which there are with incidents; what was just written is entered in a moment".to_owned());
        let says = "the record has no entry of such an incident".to_owned();
        return Told { hint, ..told(request, status, Outcome::Refused, says) };
    }
    let chain = match verify(&items) {
        Ok(_) => "its hash chain verifies".to_owned(),
        Err(error) => format!("its hash chain is broken: {error}"),
    };
    let says = format!("{} entries, {chain}", items.len());
    let incident = Some(IncidentTold { items, policy: record.policy });
    Told { incident, ..told(request, status, Outcome::Shown, says) }
}

pub(super) fn no_such_question(request: &DeskRequest, record: &Record, now: Timestamp) -> Told {
    let status = Status::of(record, now);
    let hint = match &status.question {
        Some(asked) => format!("what is asked now has code {}: read it before you answer", asked.code),
        None => "nothing is asked now: see what it waits for with status".to_owned(),
    };
    let says = "no question has this code: it was answered, has expired, or was asked anew".to_owned();
    Told { hint: Some(hint), ..told(request, status, Outcome::Refused, says) }
}

pub(super) fn of_verdict(request: &DeskRequest, record: &Record, verdict: &StepVerdict, now: Timestamp) -> Told {
    let status = Status::of(record, now);
    let (says, hint) = match verdict {
        StepVerdict::Advanced(why) => (why.sentence().to_owned(), None),
        StepVerdict::Noted if request.ask.tells_of_glass() => (
            format!("the journal goes into the record, and nothing is adopted in phase {}", status.phase),
            Some("where it comes to hold for that promotion, order the same again: then it is adopted".to_owned()),
        ),
        StepVerdict::Noted => (format!("{} is in order", request.ask.name()), None),
        StepVerdict::Ignored(why) => (of_ignored(*why).0.to_owned(), Some(of_ignored(*why).1.to_owned())),
        StepVerdict::Refused(blockers) => {
            let blockers = blockers.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            (format!("refused: {blockers}"), Some("mend what is named, and order it again".to_owned()))
        }
        StepVerdict::Anomaly(anomaly) => {
            (format!("the record shows what cannot be: {anomaly:?}"), Some("see explain, and look at RDS".to_owned()))
        }
    };
    let outcome = outcome(request, verdict);
    let hint = match outcome {
        Outcome::Would => Some("nothing was entered: send it again with \"execute\": true".to_owned()),
        Outcome::Entered | Outcome::Refused | Outcome::Shown => hint,
    };
    Told { hint, ..told(request, status, outcome, says) }
}

/// What an order that does nothing means, and what to do.
fn of_ignored(why: Ignored) -> (&'static str, &'static str) {
    match why {
        Ignored::Stale => {
            ("it is about another incident, epoch or question than the present one", "see status for what stands now")
        }
        Ignored::Duplicate => ("it was ordered before", "nothing is left to do"),
        Ignored::NotAsked => ("nothing waits for it in this phase", "see status for what is waited for"),
        Ignored::NotAnApprover => {
            ("you are none of the approvers", "have one of [approval] approvers of the application file do it")
        }
        Ignored::Expired => ("the question has expired, and is asked anew", "see status for the new code"),
        Ignored::TooLate => (
            "the promotion was accepted or seen: from there the way is forward only",
            "wait until it is failed over, and send it home then",
        ),
        Ignored::SplitRisk => (
            "the old writer is not proven to take no writes",
            "cut it off, or wait until it is: split risk is in the incident",
        ),
        Ignored::CannotFence => (
            "the policy names no security group to cut the present writer off with",
            "name one in [fence] of the application file",
        ),
        Ignored::UnusableName => (
            "the name is, or was, that of a writer, or is not in the old Region",
            "choose another name in the Region that was left",
        ),
        Ignored::PolicyDiffers => (
            "the policy does not name the present writer and its replica",
            "swap the roles in the application file first",
        ),
        Ignored::AllQuiet | Ignored::NotDue | Ignored::AnotherRunCalls => ("there is nothing to do", "see status"),
    }
}

pub(super) fn of_release(request: &DeskRequest, record: &Record, release: Option<&Release>, now: Timestamp) -> Told {
    let status = Status::of(record, now);
    let (says, hint) = match release {
        None => (
            "the batch that waits at the storm breaker would go on in the order of its priorities".to_owned(),
            Some(
                "nothing was entered, and the code was not looked at: send it again with \"execute\": true".to_owned(),
            ),
        ),
        Some(Release::Released { batch }) => {
            let names = batch.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            (format!("released: {names}"), None)
        }
        Some(Release::Stale) => (
            "no batch has this code: it was released, or has changed".to_owned(),
            Some("see status of one that waits for the code of the batch as it is now".to_owned()),
        ),
        Some(Release::NotAnApprover { of }) => {
            let names = of.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            (format!("you are no approver of {names}"), Some("have an approver of all of them release it".to_owned()))
        }
    };
    let outcome = release.map_or(Outcome::Would, Outcome::from);
    Told { hint, ..told(request, status, outcome, says) }
}
