//! Files that contradict themselves.

use super::{check, orders};
use crate::app::examine::schema::EXAMPLE;

#[test]
fn what_contradicts_itself_is_an_error() {
    check(
        &orders(&[("standby = \"us-west-2\"", "standby = \"us-east-1\""), ("needed = 1", "needed = 3")]),
        &[
            "regions.standby = \"us-east-1\": the standby Region is the primary Region; \
             name the Region that holds the replica",
            "database.replica = \"arn:aws:rds:us-west-2:111122223333:db:orders-replica\": \
             the replica is not in the standby Region; \
             name the replica's own Region as regions.standby, or the right instance here",
            "approval.needed = 3: only 2 approvers are named, so it can never be approved; \
             lower needed, or name more approvers",
        ],
    );
}

#[test]
fn a_default_that_contradicts_what_is_written_is_said_to_be_one() {
    check(
        &orders(&[("sustain_seconds = 180", "sustain_seconds = 1200")]),
        &["windows.undecided_seconds = 900 by default: a person would be called before Down can be sustained; \
           write more than windows.sustain_seconds (1200)"],
    );
}

#[test]
fn a_warning_refuses_nothing() {
    check(
        &orders(&[("sustain_seconds = 180", "skew_seconds = 10\nsustain_seconds = 100")]),
        &["warning windows.sustain_seconds = 100: a Multi-AZ failover inside the Region takes 60 to 120 s \
           and would be mistaken for the loss of the Region; write 180 unless the writer is not Multi-AZ"],
    );
}

#[test]
fn a_file_without_a_fence_is_warned_of_split_risk() {
    let (before, rest) = EXAMPLE.split_once("[fence]\n").unwrap();
    let (_, after) = rest.split_once('\n').unwrap();
    check(
        &format!("{before}{after}"),
        &[
            "warning fence (nothing): an old writer is never cut off, so every failover leaves split risk until a person \
           has cut it off by hand; add [fence] with a security group without rules for each of the two Regions",
        ],
    );
}

#[test]
fn what_is_wrong_with_a_fence_is_named_at_its_region() {
    check(
        &orders(&[("us-west-2 = \"sg-0fedcba9876543210\"", "us-east-2 = \"sg-0fedcba9876543210\"")]),
        &[
            "warning fence.security_groups (none for us-west-2): the writer cannot be cut off there, \
             so no switchover home can be had; add a security group without rules in us-west-2",
            "fence.security_groups.us-east-2 = \"sg-0fedcba9876543210\": no writer is ever in this Region; \
             name the primary and the standby Region, or remove it",
        ],
    );
    check(
        &orders(&[(
            "us-west-2 = \"sg-0fedcba9876543210\"",
            "us-west-2 = \"closed\", Oregon = \"sg-0fedcba9876543210\"",
        )]),
        &[
            "fence.security_groups.us-west-2 = \"closed\": is not a security group id; \
             copy the group's id, such as sg-0123456789abcdef0",
            "fence.security_groups.Oregon = \"sg-0fedcba9876543210\": is not an AWS Region; \
             write the Region's code, such as us-east-1",
        ],
    );
    check(
        &orders(&[("us-west-2 = \"sg-0fedcba9876543210\"", "us-west-2 = 7")]),
        &["fence.security_groups.us-west-2 = 7: is a whole number, and must be a text in quotes; \
           write us-west-2 = \"sg-0123456789abcdef0\""],
    );
}

#[test]
fn what_is_wrong_with_the_storm_breaker_and_the_veto_window_is_named() {
    check(
        &orders(&[
            ("[fence]\n", "[storm]\nregion_voters = [\"primary-health\", \"somebody\"]\npriority = 10001\n\n[fence]\n"),
            ("sustain_seconds = 180", "veto_seconds = 300\nsustain_seconds = 180"),
        ]),
        &[
            "warning windows.veto_seconds = 300: only mode auto has a veto window, and the mode is approve; \
             remove it, or use mode auto",
            "storm.region_voters[1] = \"somebody\": there is no voter of this name; \
             name a voter that watches the primary Region, or remove it",
            "storm.priority = 10001: is not between 0 and 10000; write 0 to 10000, such as priority = 100",
        ],
    );
}

/// The example with its last voter as a probe with these fields.
fn probed(fields: &str) -> String {
    let alarm = "source = { alarm = \"arn:aws:cloudwatch:us-east-2:111122223333:alarm:orders-probe\" }";
    orders(&[(alarm, &format!("[voters.source.probe]\nregion = \"us-east-2\"\n{fields}"))])
}

#[test]
fn what_is_wrong_with_a_probe_is_named_at_its_field() {
    let health = "target = { http = { url = \"https://orders.example.com/health\" } }";
    check(&probed(health), &[]);
    check(
        &probed(&format!("{health}\ninterval_seconds = 10\ntimeout_seconds = 9\ndown_after = 10")),
        &[
            "voters[2].source.probe.interval_seconds = 10: what it last said would be stale before 10 rounds are bad; \
             probe more often, lower down_after, or write more than 100 in windows.vote_max_age_seconds",
            "voters[2].source.probe.timeout_seconds = 9: a round would not end before the next begins: the canary and \
             the votes take time after the last answer; write at most interval_seconds - 3 (7)",
        ],
    );
    check(
        &probed(&format!("{health}\ninterval_seconds = 15")),
        &["voters[2].source.probe.interval_seconds = 15: is not one of 10, 20, 30, 60; \
           write one of them, such as interval_seconds = 20"],
    );
    check(
        &probed("target = { http = { url = \"orders.example.com/health\", status = [200] } }"),
        &[
            "voters[2].source.probe.target.http.url = \"orders.example.com/health\": is not the URL of an HTTP endpoint; \
             write scheme, host and path, such as https://orders.example.com/health",
            "voters[2].source.probe.target.http.status: is not a field of \
             voters[2].source.probe.target.http; did you mean statuses?",
        ],
    );
}

#[test]
fn a_probe_is_never_given_the_functions_own_credentials() {
    let server = "endpoint = \"orders.example.com:5432\"\ndatabase = \"orders\"\nuser = \"watcher\"";
    check(
        &probed(&format!(
            "[voters.source.probe.target.postgres_writer]\n{server}\npassword_variable = \"AWS_SECRET_ACCESS_KEY\""
        )),
        &["voters[2].source.probe.target.postgres_writer.password_variable = \"AWS_SECRET_ACCESS_KEY\": \
           is not a variable for a password; start it with UNDERSTUDY_PROBE_, such as UNDERSTUDY_PROBE_ORDERS"],
    );
}

#[test]
fn an_observer_is_not_counted_among_the_voters_of_the_primary_region() {
    let text = orders(&[("name = \"outside-probe\"\n", "name = \"outside-probe\"\nwatches = \"canary\"\n")]);
    let three = text.replace("needed = 2", "needed = 3");
    check(
        &three,
        &[
            "quorum.needed = 3: only 2 voters watch the primary Region, so the quorum can never be reached; \
             lower the quorum, or add voters",
            "voters (2 voters): no voter of the primary Region is outside both the primary and the standby Region, \
             and a decision needs one; add a voter in a third Region",
        ],
    );
}
