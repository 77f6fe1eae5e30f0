//! Whether clients would follow: names, health checks, and the gates that they ask.

use crate::check::Verdict::{Blocks, Warns};
use crate::check::{Check, Ground, Judged, blocks, ok, warns, wrong_with};
use crate::names::Fault;
use crate::seen::Why;
use crate::survey::Latch;

pub(super) const CHECKS: [Check; 4] = [
    Check {
        name: "traffic-named",
        wants: "the file has a `[traffic]`",
        why: "without it nothing moves clients: a person has to",
        at_worst: Warns,
        judge: named,
    },
    Check {
        name: "names-as-designed",
        wants: "names, records and health checks in Route 53 are as `understudy traffic show` wants them",
        why: "clients follow by these alone, and nothing edits them during a failover",
        at_worst: Blocks,
        judge: names,
    },
    Check {
        name: "gates-answer",
        wants: "each gate tells the latch of each other Region that may have the writer",
        why: "Route 53's checkers ask the gates, and a gate that does not answer moves nobody",
        at_worst: Blocks,
        judge: gates,
    },
    Check {
        name: "gates-agree",
        wants: "they tell what stands in the record",
        why: "a gate that reads another table, or an old answer, leads clients elsewhere",
        at_worst: Warns,
        judge: agree,
    },
];

fn named<'a>(ground: &Ground<'a>) -> Judged<'a> {
    match &ground.policy.traffic {
        Some(traffic) => ok(format!("{} and {} gates", traffic.write_name, traffic.gates.len())),
        None => warns("it has none", "add the table [traffic]: its names, endpoints and gates"),
    }
}

fn names<'a>(ground: &Ground<'a>) -> Judged<'a> {
    if ground.policy.traffic.is_none() {
        return ok("the file names no traffic");
    }
    let faults = ground.survey.names.known()?;
    match faults.as_slice() {
        [] => ok("no faults"),
        [Fault { at, problem, mend }, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!("; and {} more", rest.len()) };
            blocks(format!("{at}: {problem}{more}"), format!("{mend}; `understudy traffic show` has a mend for each"))
        }
    }
}

fn gates<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let latches = &ground.survey.latches;
    let mend = "see the gate's log and its Function URL, and correct traffic.gates";
    let silent: Vec<_> = latches.iter().filter_map(|(latch, seen)| Some((latch, seen.known().err()?))).collect();
    let Some((_, first)) = silent.first() else {
        return ok(format!("{} answers", latches.len()));
    };
    // Where nobody at all is reached, it may be this machine's network.
    let reached = silent.len() < latches.len() || silent.iter().any(|(_, unseen)| unseen.why != Why::Unreachable);
    if !reached {
        return Err(first);
    }
    let told: Vec<String> = silent.iter().map(|(latch, unseen)| format!("{latch}: {unseen}")).collect();
    let primary = &ground.policy.regions.primary;
    let tells = |latch: &Latch| latch.guarded == *primary && !silent.iter().any(|(other, _)| *other == latch);
    if latches.keys().any(tells) { warns(told.join("; "), mend) } else { blocks(told.join("; "), mend) }
}

fn agree<'a>(ground: &Ground<'a>) -> Judged<'a> {
    if ground.policy.traffic.is_none() {
        return ok("the file names no traffic");
    }
    let latched = &ground.survey.record.known()?.state.latch;
    let latches = &ground.survey.latches;
    if let Some(unheard) = latches.values().find_map(|seen| seen.known().err())
        && latches.values().all(|seen| seen.known().is_err())
    {
        return Err(unheard);
    }
    let told = latches.iter().filter(|(_, seen)| seen.known().is_ok()).map(|(latch, seen)| {
        let stands = latched.contains_key(&latch.guarded);
        (latch, stands, seen)
    });
    let mut wrong = Vec::new();
    for (latch, stands, seen) in told {
        wrong.extend(wrong_with([(latch, seen)], |told| {
            (*told != stands).then(|| format!("latched is {told}, and the record says {stands}"))
        })?);
    }
    if wrong.is_empty() {
        return ok("as the record has it");
    }
    warns(wrong.join("; "), "see UNDERSTUDY_TABLE and UNDERSTUDY_TABLE_REGION of the gate, and ask once more")
}
