//! Whether there is anybody to decide: Understudy's own functions.

use crate::check::Verdict::{Blocks, Warns};
use crate::check::{Check, Ground, Judged, blocks, missing, ok, warns, wrong_with};

pub(super) const CHECKS: [Check; 4] = [
    Check {
        name: "functions-there",
        wants: "intake, conductor and notify in the standby Region, runbook where people are asked, gates and probes where \
                the file wants them",
        why: "nobody else decides, tells or answers health checkers",
        at_worst: Blocks,
        judge: there,
    },
    Check {
        name: "concurrency-open",
        wants: "none of them has a reserved concurrency of 0",
        why: "that stops a function",
        at_worst: Blocks,
        judge: open,
    },
    Check {
        name: "concurrency-reserved",
        wants: "each has concurrency reserved for it",
        why: "in an outage everything in the account retries at once, and takes what nobody has reserved",
        at_worst: Warns,
        judge: reserved,
    },
    Check {
        name: "dead-letters-empty",
        wants: "each Region's dead-letter queue exists, and is empty",
        why: "what is in it was given up: a vote, a step or a page",
        at_worst: Warns,
        judge: dead_letters,
    },
];

fn there<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let missing = missing(&ground.survey.functions)?;
    if missing.is_empty() {
        return ok(format!("{} are there", ground.survey.functions.len()));
    }
    let mend = "apply module region there, or name what its names begin with by --functions";
    blocks(format!("there is no {}", missing.join(", ")), mend)
}

fn open<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let stopped = wrong_with(&ground.survey.functions, |reserved| (*reserved == Some(0)).then(|| "0".to_owned()))?;
    if stopped.is_empty() {
        return ok("none is stopped");
    }
    blocks(stopped.join(", "), "apply module region again: it reserves what each needs")
}

fn reserved<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let none = wrong_with(&ground.survey.functions, |reserved| reserved.is_none().then(|| "none".to_owned()))?;
    if none.is_empty() {
        return ok("each has its own");
    }
    warns(none.join(", "), "apply module region again: it reserves what each needs")
}

fn dead_letters<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let missing = missing(&ground.survey.dead_letters);
    let waiting = wrong_with(&ground.survey.dead_letters, |count| (*count > 0).then(|| format!("{count} messages")));
    match (waiting, missing) {
        (Ok(waiting), _) if !waiting.is_empty() => {
            warns(waiting.join(", "), "read the messages, see the function's log of that time, and empty the queue")
        }
        (_, Ok(missing)) if !missing.is_empty() => {
            let mend = "apply module region there, or name what its names begin with by --functions";
            warns(format!("there is no queue in {}", missing.join(", ")), mend)
        }
        (Err(unseen), _) | (_, Err(unseen)) => Err(unseen),
        (Ok(_), Ok(_)) => ok("empty"),
    }
}
