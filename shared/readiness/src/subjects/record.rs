//! The application's record: what decides now, and what keeps it from deciding.

use crate::check::Verdict::Blocks;
use crate::check::{Check, Ground, Judged, blocks, ok, warns};
use understudy_driver::StoredPolicy;
use understudy_engine::{Mode, PhaseName, Region, flapping};

pub(super) const CHECKS: [Check; 9] = [
    Check {
        name: "record-there",
        wants: "the table has a record of the application",
        why: "what is not in the table does not fail over",
        at_worst: Blocks,
        judge: there,
    },
    Check {
        name: "policy-equal",
        wants: "the record decides by this very file",
        why: "what was checked here would not be what decides",
        at_worst: Blocks,
        judge: policy_equal,
    },
    Check {
        name: "mode-acts",
        wants: "the mode is approve or auto",
        why: "in mode observe nothing is ever done",
        at_worst: Blocks,
        judge: mode,
    },
    Check {
        name: "unpaused",
        wants: "nobody has paused it",
        why: "a pause begins nothing new",
        at_worst: Blocks,
        judge: unpaused,
    },
    Check {
        name: "cooldown-over",
        wants: "no cooldown holds",
        why: "until it is over and acknowledged, no second decision is made",
        at_worst: Blocks,
        judge: cooldown,
    },
    Check {
        name: "phase-watching",
        wants: "the phase is Watching",
        why: "anything else is the middle of an incident, or a failover that has not gone home: there is no standby",
        at_worst: Blocks,
        judge: phase,
    },
    Check {
        name: "writer-as-filed",
        wants: "the record has no other writer than `database.writer`",
        why: "roles have changed with the last failover, and nothing is decided by a file of the time before",
        at_worst: Blocks,
        judge: writer,
    },
    Check {
        name: "flaps-few",
        wants: "fewer than `quorum.flaps_max` quorums were lost in `windows.flap_seconds`",
        why: "a quorum that comes and goes too often decides nothing until it has been quiet",
        at_worst: Blocks,
        judge: flaps,
    },
    Check {
        name: "latch-open",
        wants: "the writer's Region is not latched, and no other one where the file names a `read_name`",
        why: "no traffic goes to a latched Region: writes would go where no writer is, and reads are not spread",
        at_worst: Blocks,
        judge: latch,
    },
];

fn there<'a>(ground: &Ground<'a>) -> Judged<'a> {
    if ground.survey.record.is_absent() {
        let seen = format!("there is no record of {}", ground.policy.application);
        return blocks(seen, "apply module application, or correct --table");
    }
    ok(format!("revision {}", ground.survey.record.known()?.state.revision))
}

fn policy_equal<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let stored = &ground.survey.record.known()?.policy_hash;
    // A policy that was read can be written.
    let own = StoredPolicy::new(ground.policy).ok().map(|policy| policy.hash);
    if own.as_ref() == Some(stored) {
        return ok(format!("its policy's hash is {stored}"));
    }
    let seen = format!("its policy's hash is {stored}, this file's {}", own.map(|hash| hash.0).unwrap_or_default());
    blocks(seen, "check the file that is in force, or run what output policy_command of module application says")
}

fn mode<'a>(ground: &Ground<'a>) -> Judged<'a> {
    match ground.policy.mode {
        mode @ Mode::Observe => {
            blocks(mode.to_string(), "write mode approve or auto once you trust what it would have done")
        }
        mode @ (Mode::Approve | Mode::Auto) => ok(mode.to_string()),
    }
}

fn unpaused<'a>(ground: &Ground<'a>) -> Judged<'a> {
    match &ground.survey.record.known()?.state.paused {
        None => ok("not paused"),
        Some(paused) => blocks(
            format!("paused by {} since {:.0}", paused.by, paused.since),
            format!("understudy unpause --application {} --yes", ground.policy.application),
        ),
    }
}

fn cooldown<'a>(ground: &Ground<'a>) -> Judged<'a> {
    match &ground.survey.record.known()?.state.cooldown {
        Some(cooldown) if cooldown.holds(ground.now) => {
            blocks(cooldown.to_string(), "acknowledge the incident, and wait until its time is over")
        }
        Some(_) | None => ok("none holds"),
    }
}

fn phase<'a>(ground: &Ground<'a>) -> Judged<'a> {
    match ground.survey.record.known()?.state.phase.name() {
        PhaseName::Watching => ok("Watching"),
        phase @ (PhaseName::FailedOver | PhaseName::Rebuilding | PhaseName::Rebuilt) => {
            blocks(phase.to_string(), "go home: see `understudy failback plan`")
        }
        phase @ (PhaseName::Suspected
        | PhaseName::AwaitingApproval
        | PhaseName::AwaitingVeto
        | PhaseName::Held
        | PhaseName::Fencing
        | PhaseName::Draining
        | PhaseName::Promoting
        | PhaseName::Verifying
        | PhaseName::Shifting
        | PhaseName::Aborting
        | PhaseName::Stuck) => blocks(phase.to_string(), "see `understudy status`: an incident is open"),
    }
}

fn writer<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let filed = &ground.policy.database.writer;
    match &ground.survey.record.known()?.state.writer {
        Some(writer) if writer != filed => {
            let mend = "go home, or write the roles into the file as they are now: see docs/runbooks/failback.md";
            blocks(format!("the writer is {writer} since the last failover"), mend)
        }
        Some(_) | None => ok(filed.to_string()),
    }
}

fn flaps<'a>(ground: &Ground<'a>) -> Judged<'a> {
    match flapping(&ground.survey.record.known()?.state, ground.policy, ground.now) {
        Some(blocker) => blocks(blocker.to_string(), "see `understudy explain`, and why voters change their minds"),
        None => ok("none too many"),
    }
}

fn latch<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let state = &ground.survey.record.known()?.state;
    let latched: Vec<&str> = state.latch.keys().map(Region::as_str).collect();
    let seen = format!("{} latched", latched.join(", "));
    if latched.is_empty() {
        return ok("open everywhere");
    }
    if state.latch.contains_key(&ground.policy.database.writer.region()) {
        return blocks(seen, "go home by a switchover: nothing else opens a latch");
    }
    let reads = ground.policy.traffic.as_ref().is_some_and(|traffic| traffic.read_name.is_some());
    if reads {
        return warns(seen, "nothing to be done: reads go there again with the next failover or switchover to it");
    }
    ok(format!("{seen}, which the writer is not in: the next failover opens it"))
}
