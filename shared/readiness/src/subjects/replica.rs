//! Whether the replica may be promoted now, and would be reached then.

use crate::check::Verdict::{Blocks, Warns};
use crate::check::{Check, Ground, Judged, blocks, ok, warns};
use crate::survey::{Database, Replication};
use std::collections::BTreeSet;
use understudy_engine::Region;

/// Hours of a day that may have no measurement: CloudWatch is a little behind, and a replica is restarted at times.
const HOURS_MIN: usize = 22;

pub(super) const CHECKS: [Check; 10] = [
    Check {
        name: "writer-there",
        wants: "`database.writer` exists",
        why: "everything else is held against it, and a replica of nothing cannot be told",
        at_worst: Blocks,
        judge: writer_there,
    },
    Check {
        name: "replica-there",
        wants: "`database.replica` exists",
        why: "without it there is nothing to promote",
        at_worst: Blocks,
        judge: replica_there,
    },
    Check {
        name: "replica-of-writer",
        wants: "the replica's source is `database.writer`",
        why: "only a replica of this very writer is ever promoted",
        at_worst: Blocks,
        judge: replica_of_writer,
    },
    Check {
        name: "replica-available",
        wants: "its status is available",
        why: "RDS refuses to promote it in any other, and so does the engine",
        at_worst: Blocks,
        judge: replica_available,
    },
    Check {
        name: "replica-replicating",
        wants: "RDS says that it replicates",
        why: "what it does not receive is lost with the writer",
        at_worst: Blocks,
        judge: replica_replicating,
    },
    Check {
        name: "lag-now",
        wants: "`ReplicaLag` was measured in the last 5 minutes, and is within `lag_max_seconds`",
        why: "an automatic promotion is refused above the limit, and where the lag is not known",
        at_worst: Blocks,
        judge: lag_now,
    },
    Check {
        name: "lag-over-a-day",
        wants: "it was within `lag_max_seconds` in each hour of the last day, and 22 of them were measured",
        why: "an outage does not choose the hour in which the replica keeps up",
        at_worst: Warns,
        judge: lag_over_a_day,
    },
    Check {
        name: "replica-unfenced",
        wants: "the replica is not in the fence's security group",
        why: "that group admits nobody: promoted, it could not be reached",
        at_worst: Blocks,
        judge: replica_unfenced,
    },
    Check {
        name: "fence-named",
        wants: "`[fence]` names a security group for both Regions",
        why: "a writer that is not cut off goes on taking writes, which is split risk until a person has seen to it",
        at_worst: Warns,
        judge: fence_named,
    },
    Check {
        name: "replica-settled",
        wants: "no change of the replica waits to be applied",
        why: "a promotion restarts it, and what waits is applied then, in the middle of an outage",
        at_worst: Warns,
        judge: replica_settled,
    },
];

fn writer_there<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let writer = &ground.policy.database.writer;
    if ground.survey.writer.is_absent() {
        return blocks(format!("there is no {writer}"), "correct database.writer in the application file");
    }
    let seen = ground.survey.writer.known()?;
    ok(format!("{} {}, {}", seen.engine, seen.engine_version, seen.status))
}

fn replica_there<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let replica = &ground.policy.database.replica;
    if ground.survey.replica.is_absent() {
        let mend = "create a cross-Region read replica of the writer, or correct database.replica";
        return blocks(format!("there is no {replica}"), mend);
    }
    let seen = ground.survey.replica.known()?;
    ok(format!("{} {}", seen.engine, seen.engine_version))
}

fn replica_of_writer<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let writer = ground.policy.database.writer.as_str();
    let mend = "create a cross-Region read replica of the writer, and name it in database.replica";
    match ground.survey.replica.known()?.source.as_deref() {
        Some(source) if source == writer => ok(format!("it replicates from {writer}")),
        Some(source) => blocks(format!("it replicates from {source}"), mend),
        None => blocks("it stands alone: it replicates from nobody", mend),
    }
}

fn replica_available<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let status = &ground.survey.replica.known()?.status;
    match status.as_str() {
        "available" => ok("available"),
        "backing-up" => blocks(status, "wait for the backup, and keep its window apart from busy hours"),
        _ => blocks(status, "see the instance's events in RDS, and bring it back to available"),
    }
}

fn replica_replicating<'a>(ground: &Ground<'a>) -> Judged<'a> {
    match &ground.survey.replica.known()?.replication {
        Some(Replication { status, normal: true }) => ok(status),
        Some(Replication { status, normal: false }) => {
            blocks(status, "see the instance's status and log in RDS; a terminated one has to be made anew")
        }
        None => blocks("RDS says nothing of its replication", "see whether it is a read replica at all"),
    }
}

fn lag_now<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let limit = ground.policy.database.lag_max_seconds;
    match ground.survey.lag.known()? {
        None => blocks(
            "no lag was measured in the last 5 minutes, or it is -1: it does not replicate",
            "see whether the replica receives, and whether anything is written",
        ),
        Some(lag) if lag.seconds > limit => blocks(
            format!("{} at {:.0}, and {limit} is allowed", lag.seconds, lag.at),
            "give the replica the writer's class and storage, or spread the writes that it falls behind at",
        ),
        Some(lag) => ok(format!("{} at {:.0}, and {limit} is allowed", lag.seconds, lag.at)),
    }
}

fn lag_over_a_day<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let limit = ground.policy.database.lag_max_seconds;
    let day = ground.survey.lag_of_a_day.known()?;
    let worst = day.iter().max_by_key(|lag| lag.seconds);
    match worst {
        Some(lag) if lag.seconds > limit => warns(
            format!("{} in the hour of {:.0}, and {limit} is allowed", lag.seconds, lag.at),
            "see what was written then; raise lag_max_seconds only if losing as much is accepted",
        ),
        Some(lag) if day.len() >= HOURS_MIN => ok(format!("at most {} in {} hours", lag.seconds, day.len())),
        Some(_) | None => warns(
            format!("{} hours of the last 24 have a measurement", day.len()),
            "look at ReplicaLag of the replica: where it is -1 or missing, it did not replicate",
        ),
    }
}

fn replica_unfenced<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let groups = &ground.survey.replica.known()?.security_groups;
    match ground.policy.fence_group(&ground.policy.regions.standby) {
        Some(fence) if groups.contains(fence.as_str()) => {
            blocks(format!("it is in {fence}"), "give it back the security groups that admit the application")
        }
        Some(_) | None => ok(format!("it is in {}", listed(groups))),
    }
}

fn fence_named<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let regions = &ground.policy.regions;
    let without: Vec<&str> = [&regions.primary, &regions.standby]
        .into_iter()
        .filter(|region| ground.policy.fence_group(region).is_none())
        .map(Region::as_str)
        .collect();
    if without.is_empty() {
        return ok("both Regions have one");
    }
    let mend = "add a security group without rules for each of the two Regions to [fence]";
    warns(format!("none for {}", without.join(" and ")), mend)
}

fn replica_settled<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let Database { pending, parameter_groups, .. } = ground.survey.replica.known()?;
    let unapplied = parameter_groups.iter().filter(|group| group.applied != "in-sync");
    let waiting = unapplied.map(|group| format!("parameter group {} is {}", group.name, group.applied));
    let waiting: Vec<String> = pending.iter().cloned().chain(waiting).collect();
    if waiting.is_empty() {
        return ok("nothing waits");
    }
    warns(waiting.join(", "), "apply it now, while the writer is well: restart the replica, or modify it immediately")
}

fn listed(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "no security group".to_owned();
    }
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
