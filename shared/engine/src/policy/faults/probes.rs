//! Probes that could not tell, or not in time.

use super::Faults;
use crate::policy::{Interval, Policy, Probe, Target};

/// What a round takes beside its asks.
const ROUND_MARGIN_SECONDS: u32 = 3;

pub(super) fn check(policy: &Policy, faults: &mut Faults) {
    for (index, voter) in policy.voters.iter().enumerate() {
        if let Some(probe) = voter.source.probe() {
            let path = format!("voters[{index}].source.probe");
            ranges(&path, probe, faults);
            rounds(&path, probe, policy, faults);
            target(&format!("{path}.target"), probe, policy, faults);
        }
    }
}

fn ranges(path: &str, probe: &Probe, faults: &mut Faults) {
    let target = format!("{path}.target");
    let mut numbers = vec![
        (format!("{path}.timeout_seconds"), probe.timeout_seconds.0, 1, 30),
        (format!("{path}.down_after"), probe.down_after, 1, 10),
    ];
    match &probe.target {
        Target::Http(http) => {
            for (index, status) in http.statuses.iter().enumerate() {
                numbers.push((format!("{target}.http.statuses[{index}]"), u32::from(*status), 100, 599));
            }
        }
        Target::PostgresReplica(replica) => {
            if let Some(beat) = &replica.heartbeat {
                let path = format!("{target}.postgres_replica.heartbeat.max_age_seconds");
                numbers.push((path, beat.max_age_seconds.0, 1, 3600));
            }
        }
        Target::ReplicaLag(lag) => {
            numbers.push((format!("{target}.replica_lag.max_seconds"), lag.max_seconds.0, 1, 86_400));
        }
        Target::Tcp(_) | Target::PostgresWriter(_) => {}
    }
    for (field, value, min, max) in numbers {
        if value < min || value > max {
            faults.error(&[&field], value, "the number is out of its range", &format!("write {min} to {max}"));
        }
    }
}

/// Each round ends before the next begins, and several of them within the age to which votes count.
fn rounds(path: &str, probe: &Probe, policy: &Policy, faults: &mut Faults) {
    let (timeout, interval) = (format!("{path}.timeout_seconds"), format!("{path}.interval_seconds"));
    let every = probe.interval_seconds.seconds();
    let longest = every.0.saturating_sub(ROUND_MARGIN_SECONDS);
    if probe.timeout_seconds.0 > longest {
        faults.error(
            &[&timeout, &interval],
            probe.timeout_seconds.0,
            "a round would not end before the next begins: the canary and the votes take time after the last answer",
            &format!("write at most interval_seconds - {ROUND_MARGIN_SECONDS} ({longest})"),
        );
    }
    let max_age = policy.windows.vote_max_age_seconds.0;
    let needed = every.0.saturating_mul(probe.down_after);
    if max_age <= needed {
        faults.error(
            &[&interval, &format!("{path}.down_after"), "windows.vote_max_age_seconds"],
            every.0,
            &format!("what it last said would be stale before {} rounds are bad", probe.down_after),
            &format!("probe more often, lower down_after, or write more than {needed} in windows.vote_max_age_seconds"),
        );
    }
}

fn target(path: &str, probe: &Probe, policy: &Policy, faults: &mut Faults) {
    match &probe.target {
        Target::PostgresReplica(replica) if replica.heartbeat.is_none() => faults.warning(
            &[&format!("{path}.postgres_replica.heartbeat"), &format!("{path}.postgres_replica")],
            "nothing",
            "a replay position that stands still may be that of an idle writer, so this voter never says Down",
            "name a heartbeat row that the writer keeps touching",
        ),
        Target::ReplicaLag(lag) => {
            let field = format!("{path}.replica_lag.replica");
            if lag.replica.account() != policy.database.writer.account() {
                faults.error(
                    &[&field, "database.writer"],
                    &lag.replica,
                    "the replica is in another account than the writer",
                    "name a replica in the writer's account",
                );
            }
            if probe.interval_seconds != Interval::Sixty {
                faults.warning(
                    &[&path.replace(".target", ".interval_seconds"), &field],
                    probe.interval_seconds.seconds().0,
                    "the metric has one value a minute, and several rounds would count the same one",
                    "write 60",
                );
            }
        }
        Target::Http(_) | Target::Tcp(_) | Target::PostgresWriter(_) | Target::PostgresReplica(_) => {}
    }
}
