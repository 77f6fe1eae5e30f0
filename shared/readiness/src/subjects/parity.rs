//! Whether the replica, promoted, is the database that the application knows.

use crate::check::Verdict::{Blocks, Warns};
use crate::check::{Check, Ground, Judged, blocks, ok, warns};
use crate::survey::Storage;
use std::collections::BTreeSet;

pub(super) const CHECKS: [Check; 9] = [
    Check {
        name: "class-parity",
        wants: "writer and replica have one instance class",
        why: "the replica has to carry all of the writer's load",
        at_worst: Warns,
        judge: class,
    },
    Check {
        name: "storage-parity",
        wants: "the replica's storage is of the writer's type, and as large and fast",
        why: "storage that is full or slow stops the promoted database under the load that it was promoted for",
        at_worst: Warns,
        judge: storage,
    },
    Check {
        name: "engine-parity",
        wants: "one engine, in one version",
        why: "what the application was tested with is what it should meet; another engine is another database",
        at_worst: Blocks,
        judge: engine,
    },
    Check {
        name: "parameter-parity",
        wants: "their parameter groups set the same parameters",
        why: "groups stay as they are at a promotion, so limits and settings differ when it matters",
        at_worst: Warns,
        judge: parameters,
    },
    Check {
        name: "option-parity",
        wants: "their option groups have the same options",
        why: "a feature that the application uses may be missing where it is sent",
        at_worst: Warns,
        judge: options,
    },
    Check {
        name: "login-parity",
        wants: "one port, and logins by IAM on both or on neither",
        why: "the application connects as it does to the writer",
        at_worst: Blocks,
        judge: login,
    },
    Check {
        name: "multi-az-parity",
        wants: "the replica is Multi-AZ where the writer is",
        why: "promoted, it is alone: the loss of one zone would be the next outage, and making it Multi-AZ takes time",
        at_worst: Warns,
        judge: multi_az,
    },
    Check {
        name: "kms-key-in-region",
        wants: "it is encrypted where the writer is, with a key of its own Region",
        why: "a key in a lost Region opens nothing",
        at_worst: Blocks,
        judge: kms_key,
    },
    Check {
        name: "deletion-protection",
        wants: "writer and replica are protected from deletion",
        why: "whoever deletes the writer ends replication for good, and whoever deletes the replica leaves nothing to promote",
        at_worst: Warns,
        judge: deletion_protection,
    },
];

fn class<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let (writer, replica) = (ground.survey.writer.known()?, ground.survey.replica.known()?);
    if writer.class == replica.class {
        return ok(&writer.class);
    }
    let seen = format!("the writer is {}, the replica {}", writer.class, replica.class);
    warns(seen, format!("make the replica {}", writer.class))
}

fn storage<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let (writer, replica) = (ground.survey.writer.known()?, ground.survey.replica.known()?);
    let (of, has) = (&writer.storage, &replica.storage);
    let is_less = |one: Option<u32>, other: Option<u32>| one.unwrap_or_default() < other.unwrap_or_default();
    let reach = |storage: &Storage| storage.gib_max.unwrap_or(storage.gib).max(storage.gib);
    let less = has.kind != of.kind
        || has.gib < of.gib
        || reach(has) < reach(of)
        || is_less(has.iops, of.iops)
        || is_less(has.throughput, of.throughput);
    if !less {
        return ok(told(has));
    }
    let seen = format!("the writer has {}, the replica {}", told(of), told(has));
    warns(seen, "give the replica the writer's storage: type, size, autoscaling, IOPS and throughput")
}

fn told(storage: &Storage) -> String {
    let Storage { kind, gib, gib_max, iops, throughput } = storage;
    let grows = gib_max.map(|max| format!(" up to {max}")).unwrap_or_default();
    let iops = iops.map(|iops| format!(", {iops} IOPS")).unwrap_or_default();
    let throughput = throughput.map(|throughput| format!(", {throughput} MiB/s")).unwrap_or_default();
    format!("{kind} {gib} GiB{grows}{iops}{throughput}")
}

fn engine<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let (writer, replica) = (ground.survey.writer.known()?, ground.survey.replica.known()?);
    let (of, has) = ((&writer.engine, &writer.engine_version), (&replica.engine, &replica.engine_version));
    let seen = format!("the writer is {} {}, the replica {} {}", of.0, of.1, has.0, has.1);
    if of.0 != has.0 {
        return blocks(seen, "correct the ARNs in [database]: these two are not one database");
    }
    if of.1 != has.1 {
        return warns(seen, "bring both to one version, the replica first");
    }
    ok(format!("{} {}", has.0, has.1))
}

fn parameters<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let writer = ground.survey.writer_settings.parameters.known()?;
    let replica = ground.survey.replica_settings.parameters.known()?;
    let names: BTreeSet<&String> = writer.keys().chain(replica.keys()).collect();
    let value = |of: Option<&String>| of.map_or("unset", String::as_str).to_owned();
    let differ: Vec<String> = names
        .into_iter()
        .filter(|name| writer.get(*name) != replica.get(*name))
        .map(|name| format!("{name}: {}, {}", value(writer.get(name)), value(replica.get(name))))
        .collect();
    if differ.is_empty() {
        return ok(format!("{} set alike", writer.len()));
    }
    warns(format!("writer's and replica's {}", differ.join("; ")), "set the same in both groups, or leave both alone")
}

fn options<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let writer = ground.survey.writer_settings.options.known()?;
    let replica = ground.survey.replica_settings.options.known()?;
    let differ: Vec<&str> = writer.symmetric_difference(replica).map(String::as_str).collect();
    if differ.is_empty() {
        return ok(format!("{} in both", writer.len()));
    }
    warns(format!("only one of them has {}", differ.join(", ")), "give both option groups the same options")
}

fn login<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let (writer, replica) = (ground.survey.writer.known()?, ground.survey.replica.known()?);
    if writer.port != replica.port {
        let port = |port: Option<u32>| port.map_or("none".to_owned(), |port| port.to_string());
        let seen = format!("the writer's port is {}, the replica's {}", port(writer.port), port(replica.port));
        return blocks(seen, "give the replica the writer's port");
    }
    if writer.iam_login != replica.iam_login {
        let only = if writer.iam_login { "the writer" } else { "the replica" };
        return blocks(format!("only {only} takes logins by IAM"), "allow them on both, or on neither");
    }
    let port = replica.port.map_or("no port is told".to_owned(), |port| format!("port {port}"));
    ok(format!("{port}, {} IAM logins", if replica.iam_login { "with" } else { "without" }))
}

fn multi_az<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let (writer, replica) = (ground.survey.writer.known()?, ground.survey.replica.known()?);
    if writer.multi_az && !replica.multi_az {
        return warns("the writer is, the replica is not", "make the replica Multi-AZ");
    }
    ok(if replica.multi_az { "the replica is" } else { "neither is" })
}

fn kms_key<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let (writer, replica) = (ground.survey.writer.known()?, ground.survey.replica.known()?);
    if writer.encrypted && !replica.encrypted {
        return blocks(
            "the writer is encrypted, the replica is not",
            "make the replica anew, with a key of its Region",
        );
    }
    if !replica.encrypted {
        return ok("neither is encrypted");
    }
    let standby = ground.policy.regions.standby.as_str();
    match replica.kms_key.as_deref() {
        Some(key) if key.split(':').nth(3) == Some(standby) => ok(key),
        Some(key) => blocks(format!("its key is {key}"), format!("make the replica anew, with a key of {standby}")),
        None => blocks("its key is not told", "see the instance in RDS: it may have lost its key"),
    }
}

fn deletion_protection<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let (writer, replica) = (ground.survey.writer.known()?, ground.survey.replica.known()?);
    let open: Vec<&str> = [("the writer", writer), ("the replica", replica)]
        .into_iter()
        .filter(|(_, database)| !database.deletion_protection)
        .map(|(name, _)| name)
        .collect();
    if open.is_empty() {
        return ok("both are");
    }
    warns(format!("{} can be deleted by one call", open.join(" and ")), "turn deletion protection on")
}
