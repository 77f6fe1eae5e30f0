//! The table that holds the record: where it is, and whether its conditions hold.

use crate::check::Verdict::{Blocks, Warns};
use crate::check::{Check, Ground, Judged, blocks, ok, warns};

pub(super) const CHECKS: [Check; 3] = [
    Check {
        name: "table-consistent",
        wants: "the table is strongly consistent over Regions, or in the standby Region alone",
        why: "in an eventually consistent one two Regions can both win, and one in the primary Region is lost with it",
        at_worst: Blocks,
        judge: consistent,
    },
    Check {
        name: "table-streams",
        wants: "it streams new and old images",
        why: "without it every step waits for the next minute",
        at_worst: Warns,
        judge: streams,
    },
    Check {
        name: "table-protected",
        wants: "it is protected from deletion",
        why: "the latch is in it: without the record, traffic goes back to a stale database",
        at_worst: Warns,
        judge: protected,
    },
];

fn consistent<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let table = ground.survey.table.known()?;
    let standby = &ground.policy.regions.standby;
    let global = !table.replicas.is_empty();
    if global && !table.strongly_consistent {
        let seen = format!("eventually consistent, with copies in {}", table.replicas.join(", "));
        return blocks(seen, "use a strongly consistent global table, or one in the standby Region alone");
    }
    if global {
        return ok(format!("strongly consistent, with copies in {}", table.replicas.join(", ")));
    }
    if table.region == *standby {
        return ok(format!("in {standby} alone"));
    }
    blocks(format!("in {} alone", table.region), format!("move it to {standby}: infra/README.md says how"))
}

fn streams<'a>(ground: &Ground<'a>) -> Judged<'a> {
    if ground.survey.table.known()?.streams {
        return ok("new and old images");
    }
    warns("it has no stream of both", "enable its stream with NEW_AND_OLD_IMAGES")
}

fn protected<'a>(ground: &Ground<'a>) -> Judged<'a> {
    if ground.survey.table.known()?.deletion_protection {
        return ok("protected");
    }
    warns("it can be deleted by one call", "turn its deletion protection on")
}
