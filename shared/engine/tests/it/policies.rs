//! Policies that contradict themselves are refused, with every fault named.

use crate::script::policy;
use understudy_engine::{Mode, Policy, Seconds, Severity, Subject};

fn fields(change: impl FnOnce(&mut Policy)) -> Vec<String> {
    let mut policy = policy(Mode::Auto);
    change(&mut policy);
    let faults = policy.faults();
    assert!(faults.iter().all(|fault| !fault.mend.is_empty() && fault.involves.contains(&fault.field)));
    let errors = faults.into_iter().filter(|fault| fault.severity == Severity::Error);
    errors.map(|fault| fault.field).collect()
}

#[test]
fn a_sound_policy_has_no_fault() {
    assert_eq!(policy(Mode::Auto).faults(), vec![]);
}

#[test]
fn each_contradiction_is_named_at_its_field() {
    let name = |text: &str| text.parse().unwrap();
    assert_eq!(fields(|policy| policy.schema = 2), ["schema"]);
    assert_eq!(fields(|policy| policy.quorum.needed = 4), ["quorum.needed"]);
    assert_eq!(fields(|policy| policy.windows.sustain_seconds = Seconds(60)), ["windows.sustain_seconds"]);
    assert_eq!(fields(|policy| policy.windows.look_seconds = Seconds(90)), ["windows.look_seconds"]);
    assert_eq!(fields(|policy| policy.windows.undecided_seconds = Seconds(180)), ["windows.undecided_seconds"]);
    assert_eq!(fields(|policy| policy.regions.witness = Some("us-west-2".parse().unwrap())), ["regions.witness"]);
    assert_eq!(
        fields(|policy| policy.notification.topic = "arn:aws:sns:us-east-1:111122223333:t".parse().unwrap()),
        ["notification.topic"]
    );
    assert_eq!(
        fields(|policy| policy.database.replica = "arn:aws:rds:us-west-2:123456789012:db:r".parse().unwrap()),
        ["database.replica"]
    );
    assert_eq!(fields(|policy| policy.voters[1].name = policy.voters[0].name.clone()), ["voters[1].name"]);
    assert_eq!(fields(|policy| policy.approval.as_mut().unwrap().needed = 4), ["approval.needed"]);
    assert_eq!(
        fields(|policy| policy.approval.as_mut().unwrap().approvers = vec![name("ann"), name("ann"), name("ben")]),
        ["approval.approvers"]
    );
    assert_eq!(
        fields(|policy| {
            policy.mode = Mode::Approve;
            policy.approval = None;
        }),
        ["approval"]
    );
}

#[test]
fn a_voter_that_watches_something_else_than_the_primary_makes_no_quorum_and_no_diversity() {
    let watches_the_standby = |policy: &mut Policy| policy.voters[2].watches = Subject::Standby;
    assert_eq!(
        fields(|policy| {
            watches_the_standby(policy);
            policy.quorum.needed = 3;
        })
        .into_iter()
        .filter(|field| field == "quorum.needed")
        .count(),
        1,
        "three are configured, and two of them watch the primary Region"
    );
    assert!(fields(watches_the_standby).contains(&"mode".to_owned()), "the two are in two Regions");
}

#[test]
fn a_zero_is_refused_in_every_window_that_waits_for_something() {
    let zero = |change: fn(&mut Policy)| fields(change);
    assert_eq!(zero(|policy| policy.windows.flap_seconds = Seconds(0)), ["windows.flap_seconds"]);
    assert_eq!(zero(|policy| policy.windows.remind_seconds = Seconds(0)), ["windows.remind_seconds"]);
    assert_eq!(zero(|policy| policy.windows.rebuild_seconds = Seconds(0)), ["windows.rebuild_seconds"]);
    assert_eq!(zero(|policy| policy.windows.drain_seconds = Seconds(0)), ["windows.drain_seconds"]);
    assert_eq!(zero(|policy| policy.quorum.flaps_max = 0), ["quorum.flaps_max"]);
    assert_eq!(zero(|policy| policy.storm.promotes_per_hour = 0), ["storm.promotes_per_hour"]);
}

#[test]
fn a_region_voter_that_is_not_configured_is_named() {
    let stranger = |policy: &mut Policy| policy.storm.region_voters = vec!["nobody".parse().unwrap()];
    assert_eq!(fields(stranger), ["storm.region_voters[0]"]);
}

#[test]
fn auto_needs_voters_in_three_regions_and_a_decision_somebody_outside() {
    let two_regions = |policy: &mut Policy| {
        policy.voters[2].source =
            understudy_engine::Source::Alarm("arn:aws:cloudwatch:us-west-2:111122223333:alarm:other".parse().unwrap());
    };
    assert_eq!(fields(two_regions), ["mode", "voters"]);
}

#[test]
fn voters_of_one_class_and_voters_of_one_source_are_refused() {
    let one_class = |policy: &mut Policy| {
        for voter in &mut policy.voters {
            voter.class = understudy_engine::EvidenceClass::DataPath;
        }
    };
    assert_eq!(fields(one_class), ["voters"]);
    let one_source = |policy: &mut Policy| {
        policy.mode = Mode::Approve;
        policy.voters[1].source = policy.voters[0].source.clone();
    };
    assert_eq!(fields(one_source), ["voters[1].source"]);
}

#[test]
fn several_contradictions_are_named_at_once() {
    let broken = fields(|policy| {
        policy.regions.standby = policy.regions.primary.clone();
        policy.quorum.needed = 9;
        policy.windows.sustain_seconds = Seconds(10);
    });
    assert_eq!(broken, ["regions.standby", "database.replica", "quorum.needed", "windows.sustain_seconds"]);
}

#[test]
fn a_short_sustain_window_and_a_small_quorum_are_warnings() {
    let mut policy = policy(Mode::Auto);
    policy.windows.skew_seconds = Seconds(10);
    policy.windows.sustain_seconds = Seconds(100);
    let faults = policy.faults();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].severity, Severity::Warning);
    assert!(policy.is_sound());
}

#[test]
fn a_number_out_of_its_range_decides_nothing() {
    assert_eq!(fields(|policy| policy.quorum.needed = 1), ["quorum.needed"]);
    assert_eq!(fields(|policy| policy.windows.poll_seconds = Seconds(0)), ["windows.poll_seconds"]);
    assert_eq!(fields(|policy| policy.windows.skew_seconds = Seconds(301))[0], "windows.skew_seconds");
    assert_eq!(fields(|policy| policy.database.lag_max_seconds = Seconds(0)), ["database.lag_max_seconds"]);
    assert_eq!(fields(|policy| policy.approval.as_mut().unwrap().needed = 0), ["approval.needed"]);
}

#[test]
fn a_voter_that_could_never_be_read_again_is_refused() {
    let elsewhere = |policy: &mut Policy| {
        let alarm = "arn:aws:cloudwatch:us-east-2:123456789012:alarm:witness".parse().unwrap();
        policy.voters[2].source = understudy_engine::Source::Alarm(alarm);
    };
    assert_eq!(fields(elsewhere), ["voters[2].source"]);
}

#[test]
fn a_vote_dated_ahead_by_the_skew_does_not_sustain_itself() {
    assert_eq!(fields(|policy| policy.windows.sustain_seconds = Seconds(119)), ["windows.sustain_seconds"]);
    assert_eq!(fields(|policy| policy.windows.sustain_seconds = Seconds(120)), Vec::<String>::new());
}
