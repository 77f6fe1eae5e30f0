//! Policies that contradict themselves are refused, with every fault named.

use crate::script::{alarm, name, with_fence};
use understudy_engine::{ApprovalRule, EvidenceClass, Fault, Mode, Policy, Seconds, Severity, Source, Subject, Voter};

fn faults(change: impl FnOnce(&mut Policy)) -> Vec<Fault> {
    let mut policy = with_fence(Mode::Auto);
    change(&mut policy);
    let faults = policy.faults();
    assert!(faults.iter().all(|fault| !fault.mend.is_empty() && fault.involves.contains(&fault.field)));
    let errors = faults.iter().any(|fault| fault.severity == Severity::Error);
    assert_eq!(policy.is_sound(), !errors, "a warning refuses nothing, and an error always");
    faults
}

fn fields(change: impl FnOnce(&mut Policy)) -> Vec<String> {
    let errors = faults(change).into_iter().filter(|fault| fault.severity == Severity::Error);
    errors.map(|fault| fault.field).collect()
}

fn warnings(change: impl FnOnce(&mut Policy)) -> Vec<String> {
    let warnings = faults(change).into_iter().filter(|fault| fault.severity == Severity::Warning);
    warnings.map(|fault| fault.field).collect()
}

/// A voter that watches something else than the primary Region.
fn watcher(voter: &str, watches: Subject) -> Voter {
    Voter { name: name(voter), class: EvidenceClass::DataPath, watches, source: Source::Alarm(alarm(voter)) }
}

#[test]
fn a_sound_policy_has_no_fault() {
    for mode in [Mode::Auto, Mode::Approve, Mode::Observe] {
        assert_eq!(with_fence(mode).faults(), vec![]);
    }
}

/// A person's word, given at the runbook in this Region.
fn word(region: &str) -> Voter {
    let source = Source::Operator(region.parse().unwrap());
    Voter { name: name("on-call"), class: EvidenceClass::Operator, watches: Subject::Primary, source }
}

#[test]
fn a_persons_word_is_of_its_own_class_is_given_in_the_standby_region_and_by_approvers() {
    let approvers = |policy: &mut Policy| {
        let approvers = vec!["ann".parse().unwrap()];
        policy.approval = Some(ApprovalRule { needed: 1, approvers, expires_seconds: Seconds(900) });
    };
    let with = |change: fn(&mut Policy)| {
        fields(|policy| {
            approvers(policy);
            policy.voters.push(word(policy.regions.standby.as_str()));
            change(policy);
        })
    };
    let none: Vec<String> = Vec::new();
    let last = |policy: &Policy| policy.voters.len() - 1;
    assert_eq!(with(|_| {}), none);
    let at = |field: &str| vec![format!("voters[{}].{field}", last(&with_fence(Mode::Auto)) + 1)];
    assert_eq!(with(|policy| policy.voters.last_mut().unwrap().class = EvidenceClass::DataPath), at("class"));
    assert_eq!(
        with(|policy| *policy.voters.last_mut().unwrap() = word(policy.regions.primary.as_str())),
        at("source.operator")
    );
    assert_eq!(with(|policy| policy.approval = None), at("source.operator"));
    let second = format!("voters[{}].source", last(&with_fence(Mode::Auto)) + 2);
    let twice = with(|policy| {
        let voter = Voter { name: name("on-call-2"), ..word(policy.regions.standby.as_str()) };
        policy.voters.push(voter);
    });
    assert_eq!(twice, [second], "one person has one vote, under whichever name");
}

#[test]
fn a_person_is_in_no_region_that_anything_is_observed_from() {
    let errors = fields(|policy| {
        let standby = policy.regions.standby.clone();
        let approvers = vec!["ann".parse().unwrap()];
        policy.approval = Some(ApprovalRule { needed: 1, approvers, expires_seconds: Seconds(900) });
        policy.voters.retain(|voter| voter.source.region() != standby);
        policy.voters.push(word(standby.as_str()));
        policy.quorum.needed = 2;
    });
    assert!(errors.contains(&"mode".to_owned()), "auto needs three Regions without it: {errors:?}");
}

#[test]
fn each_contradiction_is_named_at_its_field() {
    let person = |text: &str| text.parse().unwrap();
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
        fields(|policy| policy.approval.as_mut().unwrap().approvers = vec![person("ann"), person("ann"), person("ben")]),
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
fn auto_needs_voters_in_three_regions_and_a_decision_somebody_outside() {
    let two_regions = |policy: &mut Policy| {
        policy.voters[2].source =
            Source::Alarm("arn:aws:cloudwatch:us-west-2:111122223333:alarm:other".parse().unwrap());
    };
    assert_eq!(fields(two_regions), ["mode", "voters"]);
}

#[test]
fn voters_that_all_see_with_the_eyes_of_one_region_are_refused_in_every_mode() {
    for mode in [Mode::Observe, Mode::Approve, Mode::Auto] {
        let one_region = |policy: &mut Policy| {
            policy.mode = mode;
            for (index, voter) in policy.voters.iter_mut().enumerate() {
                let arn = format!("arn:aws:cloudwatch:us-east-2:111122223333:alarm:witness-{index}");
                voter.source = Source::Alarm(arn.parse().unwrap());
            }
        };
        assert!(fields(one_region).contains(&"voters".to_owned()), "{mode}");
    }
}

#[test]
fn in_auto_the_breaker_is_asked_more_often_than_it_forgets() {
    let slow = |mode| {
        move |policy: &mut Policy| {
            policy.mode = mode;
            policy.windows.look_seconds = Seconds(180);
            policy.windows.vote_max_age_seconds = Seconds(300);
            policy.windows.sustain_seconds = Seconds(400);
            policy.windows.undecided_seconds = Seconds(900);
        }
    };
    assert_eq!(fields(slow(Mode::Auto)), ["windows.look_seconds"]);
    assert_eq!(fields(slow(Mode::Observe)), Vec::<String>::new());
}

#[test]
fn voters_of_one_class_and_voters_of_one_source_are_refused() {
    let one_class = |policy: &mut Policy| {
        for voter in &mut policy.voters {
            voter.class = EvidenceClass::DataPath;
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
    let expected = ["regions.standby", "database.replica", "quorum.needed", "windows.sustain_seconds"];
    assert_eq!(broken, expected);
}

#[test]
fn a_short_sustain_window_a_small_quorum_and_a_short_settle_time_are_warnings() {
    let short = |policy: &mut Policy| {
        policy.windows.skew_seconds = Seconds(10);
        policy.windows.sustain_seconds = Seconds(119);
    };
    assert_eq!(warnings(short), ["windows.sustain_seconds"]);
    let enough = |policy: &mut Policy| policy.windows.sustain_seconds = Seconds(120);
    assert_eq!(warnings(enough), Vec::<String>::new());
    let fourth = |policy: &mut Policy| policy.voters.push(watcher("fourth", Subject::Primary));
    assert_eq!(warnings(fourth), ["quorum.needed"], "2 of 4");
    let settle = |seconds| warnings(|policy: &mut Policy| policy.windows.settle_seconds = Seconds(seconds));
    assert_eq!(settle(39), ["windows.settle_seconds"]);
    assert_eq!(settle(40), Vec::<String>::new());
}

#[test]
fn observers_are_no_electorate() {
    let observed = |watches: Subject| {
        move |policy: &mut Policy| {
            policy.voters[2].watches = watches;
            policy.voters.push(watcher("mirror", Subject::Primary));
            policy.voters.push(watcher("canary", Subject::Canary));
        }
    };
    assert_eq!(faults(observed(Subject::Standby)), vec![], "three of the five watch the primary Region");
    let quorum = |policy: &mut Policy| {
        policy.voters.push(watcher("canary", Subject::Canary));
        policy.quorum.needed = 4;
    };
    assert_eq!(fields(quorum), ["quorum.needed"], "four voters, and three that count");
    let outside = |policy: &mut Policy| policy.voters[2].watches = Subject::Standby;
    assert_eq!(fields(outside), ["mode", "voters"], "the only one outside says nothing of the primary Region");
    let classes = |policy: &mut Policy| {
        for voter in &mut policy.voters {
            voter.class = EvidenceClass::DataPath;
        }
        let class = EvidenceClass::Infrastructure;
        policy.voters.push(Voter { class, ..watcher("canary", Subject::Canary) });
    };
    assert_eq!(fields(classes), ["voters"]);
}

#[test]
fn region_voters_are_voters_of_the_primary_region_and_each_named_once() {
    let region_voters = |names: &'static [&'static str]| {
        fields(move |policy| {
            policy.voters.push(watcher("mirror", Subject::Standby));
            policy.voters.push(watcher("canary", Subject::Canary));
            policy.storm.region_voters = names.iter().map(|voter| name(voter)).collect();
        })
    };
    assert_eq!(region_voters(&["primary", "witness"]), Vec::<String>::new());
    assert_eq!(region_voters(&["primary", "stranger"]), ["storm.region_voters[1]"]);
    assert_eq!(region_voters(&["mirror", "canary"]), ["storm.region_voters[0]", "storm.region_voters[1]"]);
    assert_eq!(region_voters(&["primary", "primary"]), ["storm.region_voters[1]"]);
}

#[test]
fn one_security_group_does_not_stand_for_two_regions() {
    let same = |policy: &mut Policy| {
        let groups = &mut policy.fence.as_mut().unwrap().security_groups;
        let first = groups.values().next().unwrap().clone();
        groups.values_mut().for_each(|group| *group = first.clone());
    };
    assert_eq!(fields(same), ["fence.security_groups.us-west-2"]);
}

#[test]
fn a_fence_where_no_writer_ever_is_is_refused() {
    let elsewhere = |policy: &mut Policy| {
        let groups = &mut policy.fence.as_mut().unwrap().security_groups;
        groups.insert("us-east-2".parse().unwrap(), "sg-0123456789abcdef0".parse().unwrap());
    };
    assert_eq!(fields(elsewhere), ["fence.security_groups.us-east-2"]);
}

#[test]
fn a_writer_that_cannot_be_cut_off_is_a_warning() {
    assert_eq!(warnings(|policy| policy.fence = None), ["fence"]);
    let without = |region: &'static str| {
        warnings(move |policy: &mut Policy| {
            policy.fence.as_mut().unwrap().security_groups.remove(&region.parse().unwrap());
        })
    };
    assert_eq!(without("us-east-1"), ["fence.security_groups"]);
    assert_eq!(without("us-west-2"), ["fence.security_groups"]);
    let untried = |policy: &mut Policy| policy.windows.fence_seconds = Seconds(0);
    assert_eq!(warnings(untried), ["windows.fence_seconds"]);
    let nothing_to_try = |policy: &mut Policy| {
        policy.fence = None;
        policy.windows.fence_seconds = Seconds(0);
    };
    assert_eq!(warnings(nothing_to_try), ["fence"]);
}

#[test]
fn a_veto_window_belongs_to_mode_auto_and_ends_while_the_storm_breakers_word_is_good() {
    let veto = |mode, seconds| {
        move |policy: &mut Policy| {
            policy.mode = mode;
            policy.windows.veto_seconds = Seconds(seconds);
        }
    };
    assert_eq!(warnings(veto(Mode::Approve, 300)), ["windows.veto_seconds"]);
    assert_eq!(warnings(veto(Mode::Observe, 300)), ["windows.veto_seconds"]);
    assert_eq!(faults(veto(Mode::Auto, 2999)), vec![]);
    assert_eq!(fields(veto(Mode::Auto, 3000)), ["windows.veto_seconds"]);
    assert_eq!(fields(veto(Mode::Approve, 3000)), Vec::<String>::new());
}

#[test]
fn too_many_voters_for_one_record_are_refused() {
    let voters = |count: usize| {
        fields(move |policy| {
            for index in policy.voters.len()..count {
                let name = format!("voter-{index}");
                policy.voters.push(watcher(&name, Subject::Standby));
            }
        })
    };
    assert_eq!(voters(24), Vec::<String>::new());
    assert_eq!(voters(25), ["voters"]);
}

#[test]
fn the_regions_of_the_pair_are_those_of_the_file() {
    let writer = "arn:aws:rds:us-east-2:111122223333:db:orders";
    assert_eq!(fields(|policy| policy.database.writer = writer.parse().unwrap()), ["database.writer"]);
    let replica = "arn:aws:rds:us-east-2:111122223333:db:orders-replica";
    assert_eq!(fields(|policy| policy.database.replica = replica.parse().unwrap()), ["database.replica"]);
    assert_eq!(fields(|policy| policy.regions.witness = None), Vec::<String>::new(), "a witness is optional");
    assert_eq!(fields(|policy| policy.regions.witness = Some("us-east-1".parse().unwrap())), ["regions.witness"]);
}

#[test]
fn as_many_approvals_as_approvers_can_be_had() {
    assert_eq!(fields(|policy| policy.approval.as_mut().unwrap().needed = 3), Vec::<String>::new());
    let unneeded = |policy: &mut Policy| policy.approval = None;
    assert_eq!(fields(unneeded), Vec::<String>::new(), "mode auto asks nobody");
}

/// Each number of the policy, as a path in its JSON, and its range.
const RANGES: [(&str, u32, u32); 26] = [
    ("database.lag_max_seconds", 1, 86_400),
    ("quorum.needed", 2, 100),
    ("quorum.flaps_max", 1, 20),
    ("windows.sustain_seconds", 1, 86_400),
    ("windows.vote_max_age_seconds", 1, 3600),
    ("windows.skew_seconds", 0, 300),
    ("windows.patrol_seconds", 1, 3600),
    ("windows.look_seconds", 1, 3600),
    ("windows.undecided_seconds", 1, 86_400),
    ("windows.call_seconds", 1, 300),
    ("windows.settle_seconds", 1, 3600),
    ("windows.poll_seconds", 1, 3600),
    ("windows.promote_seconds", 1, 86_400),
    ("windows.verify_seconds", 1, 86_400),
    ("windows.shift_seconds", 0, 86_400),
    ("windows.veto_seconds", 0, 86_400),
    ("windows.fence_seconds", 0, 600),
    ("windows.flap_seconds", 1, 86_400),
    ("windows.remind_seconds", 60, 86_400),
    ("windows.rebuild_seconds", 60, 604_800),
    ("windows.drain_seconds", 1, 86_400),
    ("windows.cooldown_seconds", 1, 604_800),
    ("approval.needed", 1, 100),
    ("approval.expires_seconds", 60, 86_400),
    ("storm.promotes_per_hour", 1, 1000),
    ("storm.priority", 0, 10_000),
];

#[test]
fn a_number_out_of_its_range_decides_nothing() {
    let out_of_range = |path: &str, value: u32| {
        let mut policy = serde_json::to_value(with_fence(Mode::Auto)).unwrap();
        let (table, field) = path.split_once('.').unwrap();
        policy[table][field] = value.into();
        let policy: Policy = serde_json::from_value(policy).unwrap();
        let faults = policy.faults();
        let named = |fault: &&Fault| fault.field == path && fault.problem == "the number is out of its range";
        let found: Vec<Fault> = faults.iter().filter(named).cloned().collect();
        assert!(found.iter().all(|fault| fault.severity == Severity::Error));
        !found.is_empty()
    };
    for (path, min, max) in RANGES {
        assert!(!out_of_range(path, min) && !out_of_range(path, max), "{path}");
        assert!(out_of_range(path, max + 1), "{path}");
        assert!(min == 0 || out_of_range(path, min - 1), "{path}");
    }
    let policy = serde_json::to_value(with_fence(Mode::Auto)).unwrap();
    let tables = ["database", "quorum", "windows", "approval", "storm"];
    let numbers = tables.iter().flat_map(|table| policy[table].as_object().unwrap().values());
    assert_eq!(numbers.filter(|value| value.is_number()).count(), RANGES.len(), "each number has its range");
}

#[test]
fn a_voter_that_could_never_be_read_again_is_refused() {
    let elsewhere = |policy: &mut Policy| {
        let alarm = "arn:aws:cloudwatch:us-east-2:123456789012:alarm:witness".parse().unwrap();
        policy.voters[2].source = Source::Alarm(alarm);
    };
    assert_eq!(fields(elsewhere), ["voters[2].source"]);
}

#[test]
fn a_vote_dated_ahead_by_the_skew_does_not_sustain_itself() {
    assert_eq!(fields(|policy| policy.windows.sustain_seconds = Seconds(119)), ["windows.sustain_seconds"]);
    assert_eq!(fields(|policy| policy.windows.sustain_seconds = Seconds(120)), Vec::<String>::new());
}
