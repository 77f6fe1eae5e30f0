//! What can be ordered as a record stands. Each order is tried on the very step that decides, so that none is offered
//! that would be refused.

use super::{Ask, DeskRequest, Meant, is_taken, meant};
use crate::approval::code_of_question;
use crate::ledger::Record;
use jiff::Timestamp;
use understudy_engine::{DbInstanceArn, Epoch, Event, Held, HeldReason, Person, Phase, Question, step};

/// Something that a person can order now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub ask: Ask,
    /// Whether only an approver may.
    pub by_approver: bool,
    /// What it does, in one line.
    pub does: &'static str,
}

/// Everything that would be taken now, what matters most first.
#[must_use]
pub fn offers(record: &Record, now: Timestamp) -> Vec<Offer> {
    thought_of(record).into_iter().filter_map(|(ask, does)| offered(record, ask, does, now)).collect()
}

fn offered(record: &Record, ask: Ask, does: &'static str, now: Timestamp) -> Option<Offer> {
    let anybody: Person = "anybody".parse().ok()?;
    let request = DeskRequest { application: record.state.application.clone(), ask, execute: false };
    if is_taken_of(record, &request, &anybody, now) {
        return Some(Offer { ask: request.ask, by_approver: false, does });
    }
    let mut approvers = record.policy.approval.iter().flat_map(|rule| &rule.approvers);
    let by_approver = approvers.any(|by| is_taken_of(record, &request, by, now));
    by_approver.then_some(Offer { ask: request.ask, by_approver, does })
}

fn is_taken_of(record: &Record, request: &DeskRequest, by: &Person, now: Timestamp) -> bool {
    match meant(request, record) {
        Meant::Order(order) => {
            let event = Event::Ordered { by: by.clone(), order };
            is_taken(&step(&record.state, &record.policy, &record.votes, &event, now).verdict)
        }
        Meant::Status
        | Meant::Look
        | Meant::Incidents
        | Meant::Incident(_)
        | Meant::Home(..)
        | Meant::Vote(..)
        | Meant::Batch(_)
        | Meant::NoSuchQuestion => false,
    }
}

/// What a person may want in a phase, whether or not it can be had.
fn thought_of(record: &Record) -> Vec<(Ask, &'static str)> {
    let state = &record.state;
    let code = |question: &Question| code_of_question(&state.application, question).0;
    let decline = |question| (Ask::Decline { code: code(question) }, "say no: nothing is promoted");
    let abort = |does| state.phase.incident().map(|incident| (Ask::Abort { incident: incident.clone() }, does));
    let noted = |does| state.phase.incident().map(|incident| (Ask::Acknowledge { incident: incident.clone() }, does));
    let mut asks: Vec<(Ask, &'static str)> = match &state.phase {
        Phase::Watching => Vec::new(),
        Phase::Suspected(_) => {
            let pause = (Ask::Pause {}, "begin nothing new until somebody unpauses");
            abort("hold this incident: nothing is promoted in it").into_iter().chain([pause]).collect()
        }
        Phase::AwaitingApproval(phase) => {
            let yes = Ask::Approve { code: code(&phase.question) };
            vec![(yes, "say yes: it is promoted"), decline(&phase.question)]
        }
        Phase::AwaitingVeto(phase) => vec![decline(&phase.question)],
        Phase::Held(held) => of_held(held),
        Phase::Fencing(_) | Phase::Draining(_) | Phase::Promoting(_) => {
            abort("take it back, as long as no promotion was accepted").into_iter().collect()
        }
        Phase::FailedOver(phase) => {
            let incident = phase.decision.incident.clone();
            let replica = successor(&phase.decision.writer, state.epoch);
            let rebuild = replica.map(|replica| (Ask::Rebuild { incident, replica }, "create a new standby there"));
            noted("take note: it stops reminding you").into_iter().chain(rebuild).collect()
        }
        Phase::Rebuilding(_) => abort("stop waiting for the new replica").into_iter().collect(),
        Phase::Rebuilt(phase) => {
            let home = Ask::SwitchOver { incident: phase.after.decision.incident.clone() };
            let switch = (home, "go home: the new replica becomes the writer, losing nothing");
            let noted = noted("stay here: the application file names the present pair");
            [switch].into_iter().chain(noted).collect()
        }
        Phase::Stuck(_) => noted("give it up, once it is dealt with by hand").into_iter().collect(),
        Phase::Verifying(_) | Phase::Shifting(_) | Phase::Aborting(_) => Vec::new(),
    };
    asks.push((Ask::Unpause {}, "let new things begin again"));
    asks
}

fn of_held(held: &Held) -> Vec<(Ask, &'static str)> {
    let incident = || held.suspicion.incident.clone();
    let again = || (Ask::WeighAgain { incident: incident() }, "have the evidence weighed again, from the start");
    let keep = || (Ask::Abort { incident: incident() }, "hold it until somebody has it weighed again");
    match held.reason {
        HeldReason::PromotedElsewhere => {
            vec![(
                Ask::Adopt { incident: incident(), glass: None },
                "let traffic follow that promotion (with a journal of break-glass: `incident reconcile`)",
            )]
        }
        HeldReason::Vetoed | HeldReason::Aborted => vec![again()],
        HeldReason::Undecided
        | HeldReason::Shadow
        | HeldReason::Flapping
        | HeldReason::Observer
        | HeldReason::Storm => vec![again(), keep()],
    }
}

/// A name for the new replica in the Region that was left: one that no writer has had, because epochs are not reused.
fn successor(left: &DbInstanceArn, epoch: Epoch) -> Option<DbInstanceArn> {
    let (place, name) = left.as_str().rsplit_once(':')?;
    let stem = match name.rsplit_once('-') {
        Some((stem, number)) if !stem.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => stem,
        Some(_) | None => name,
    };
    // RDS takes 63 characters, and a number has up to 20.
    let stem = stem.get(..42).unwrap_or(stem).trim_end_matches('-');
    format!("{place}:{stem}-{}", epoch.0).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_replica_has_a_name_that_rds_takes_and_no_writer_had() {
        let next = |name: &str, epoch| {
            let left = format!("arn:aws:rds:us-east-1:111122223333:db:{name}").parse().unwrap();
            successor(&left, Epoch(epoch)).unwrap().instance().to_owned()
        };
        assert_eq!(next("orders", 1), "orders-1");
        assert_eq!(next("orders-1", 3), "orders-3");
        assert_eq!(next("orders-eu", 2), "orders-eu-2");
        assert!(next(&"a".repeat(63), u64::MAX).len() <= 63);
    }
}
