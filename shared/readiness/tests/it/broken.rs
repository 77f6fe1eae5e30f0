//! A sound survey passes, and each way to break it fails one check.

use crate::ground::{blind, now, policy, survey, unseen};
use crate::rows::ROWS;
use std::collections::BTreeSet;
use understudy_driver::StoredPolicy;
use understudy_engine::{Policy, Seconds, Verdict as Said};
use understudy_readiness::{Answer, Readiness, Seen, Survey, Verdict, Why, check, checks};

/// What is not ok, by name.
pub(crate) fn not_ok(policy: &Policy, survey: &Survey) -> Vec<(&'static str, Verdict)> {
    let findings = check(policy, survey, now());
    let failed = findings.into_iter().filter(|finding| finding.verdict != Verdict::Ok);
    failed
        .map(|finding| {
            assert!(finding.mend.is_some_and(|mend| !mend.is_empty()), "{}: no mend", finding.name);
            let check = checks().find(|check| check.name == finding.name).unwrap();
            (check.name, finding.verdict)
        })
        .collect()
}

#[test]
fn a_sound_survey_passes_every_check() {
    let policy = policy();
    assert_eq!(not_ok(&policy, &survey(&policy)), []);
    let readiness = Readiness::of(&policy, &survey(&policy), now());
    assert_eq!(readiness.answer, Answer::Ready);
    assert!(readiness.findings.len() >= 25);
}

#[test]
fn each_way_to_break_it_fails_exactly_its_own_check_and_mended_passes() {
    for (name, verdict, broken) in ROWS.iter().copied().flatten() {
        let (mut policy, whole) = (policy(), survey(&policy()));
        let mut survey = whole.clone();
        broken(&mut policy, &mut survey);
        follow(&policy, &mut survey);
        let is_absent = [survey.writer.is_absent(), survey.replica.is_absent(), survey.record.is_absent()];
        let mut failed = not_ok(&policy, &survey);
        if *name == "topic-subscribed" || is_absent.contains(&true) {
            // Of what is not there, nothing else can be told.
            failed.retain(|(_, verdict)| *verdict != Verdict::CannotTell);
        }
        assert_eq!(failed, [(*name, *verdict)]);
        let expected = if *verdict == Verdict::Blocks { Answer::NotReady } else { Answer::Ready };
        assert_eq!(Readiness::of(&policy, &survey, now()).answer, expected, "{name}");
        assert_eq!(not_ok(&crate::ground::policy(), &whole), [], "{name}, mended");
    }
}

/// A record that decides by the changed file, where it was the file that was changed.
pub(crate) fn follow(policy: &Policy, survey: &mut Survey) {
    if *policy != crate::ground::policy()
        && let Seen::Known(record) = &mut survey.record
    {
        record.policy_hash = StoredPolicy::new(policy).unwrap().hash;
    }
}

#[test]
fn every_check_fails_somewhere_and_as_badly_as_it_says() {
    let rows: BTreeSet<(&str, Verdict)> =
        ROWS.iter().copied().flatten().map(|(name, verdict, _)| (*name, *verdict)).collect();
    for check in checks() {
        assert!(rows.contains(&(check.name, check.at_worst)), "{} never {}", check.name, check.at_worst);
        let worse = (check.name, Verdict::Blocks);
        assert!(check.at_worst == Verdict::Blocks || !rows.contains(&worse), "{}", check.name);
    }
}

/// What is read in the file alone.
const OF_THE_FILE: [&str; 5] = ["fence-named", "evidence-diverse", "mode-acts", "traffic-named", "dependencies-named"];

#[test]
fn what_could_not_be_told_is_never_ok() {
    let policy = policy();
    for why in [Why::Denied, Why::Unreachable, Why::NotAsked] {
        let survey = blind(&policy, why);
        let told: Vec<_> = check(&policy, &survey, now())
            .into_iter()
            .filter(|finding| finding.verdict == Verdict::Ok)
            .map(|finding| finding.name)
            .collect();
        assert_eq!(told, OF_THE_FILE, "{why:?}");
    }
    assert_eq!(Readiness::of(&policy, &blind(&policy, Why::Unreachable), now()).answer, Answer::CannotTell);
}

type Blinded = fn(&mut Survey, Why);

/// Each part of a survey, and how nobody can tell it.
const PARTS: [(&str, Blinded); 22] = [
    ("writer", |survey, why| survey.writer = unseen(why)),
    ("replica", |survey, why| survey.replica = unseen(why)),
    ("parameters", |survey, why| survey.replica_settings.parameters = unseen(why)),
    ("options", |survey, why| survey.writer_settings.options = unseen(why)),
    ("lag", |survey, why| survey.lag = unseen(why)),
    ("lag of a day", |survey, why| survey.lag_of_a_day = unseen(why)),
    ("backups", |survey, why| survey.replica_backups = unseen(why)),
    ("quota of instances", |survey, why| survey.quotas.values_mut().next().unwrap().instances = unseen(why)),
    ("quota of storage", |survey, why| survey.quotas.values_mut().last().unwrap().storage_gib = unseen(why)),
    ("an alarm", |survey, why| *survey.alarms.values_mut().next().unwrap() = unseen(why)),
    ("own alarms", |survey, why| *survey.own_alarms.values_mut().next().unwrap() = unseen(why)),
    ("topic", |survey, why| survey.topic = unseen(why)),
    ("table", |survey, why| survey.table = unseen(why)),
    ("record", |survey, why| survey.record = unseen(why)),
    ("names", |survey, why| survey.names = unseen(why)),
    ("every latch", |survey, why| survey.latches.values_mut().for_each(|seen| *seen = unseen(why))),
    ("what the standby admits", |survey, why| *survey.admits.values_mut().last().unwrap() = unseen(why)),
    ("a secret", |survey, why| *survey.secrets.values_mut().next().unwrap() = unseen(why)),
    ("its copy", |survey, why| *survey.secrets.values_mut().last().unwrap() = unseen(why)),
    ("a bucket", |survey, why| *survey.buckets.values_mut().next().unwrap() = unseen(why)),
    ("a distribution", |survey, why| *survey.distributions.values_mut().next().unwrap() = unseen(why)),
    ("a function", |survey, why| *survey.functions.values_mut().next().unwrap() = unseen(why)),
];

#[test]
fn no_part_that_could_not_be_told_passes_for_well() {
    let policy = policy();
    for why in [Why::Denied, Why::Unreachable, Why::Absent, Why::Refused, Why::NotAsked] {
        for (part, blinded) in PARTS {
            let mut survey = survey(&policy);
            blinded(&mut survey, why);
            assert!(!not_ok(&policy, &survey).is_empty(), "{part} {why:?}");
        }
    }
}

#[test]
fn gates_of_which_none_is_heard_agree_with_nobody() {
    let policy = policy();
    let mut survey = survey(&policy);
    survey.latches.values_mut().for_each(|seen| *seen = unseen(Why::Refused));
    assert!(not_ok(&policy, &survey).contains(&("gates-agree", Verdict::CannotTell)));
}

/// One is stale, one was never heard: either alone would leave enough.
#[test]
fn voters_that_are_lost_for_different_reasons_are_lost_together() {
    let policy = policy();
    let mut survey = survey(&policy);
    let Seen::Known(record) = &mut survey.record else { panic!("the record is there") };
    record.votes.remove(&"primary-health".parse().unwrap());
    let outside = record.votes.get_mut(&"outside-probe".parse().unwrap()).unwrap();
    outside.observed_at = Seconds(600).before(now());
    assert_eq!(
        not_ok(&policy, &survey),
        [
            ("voters-heard", Verdict::Warns),
            ("voters-fresh", Verdict::Warns),
            ("quorum-without-primary", Verdict::Blocks),
        ],
    );
}

/// Of what is needed one is in another Region, and the quorum would lack whoever is outside both.
#[test]
fn the_one_voter_outside_both_regions_is_not_made_up_for_by_others() {
    let policy = policy();
    let mut survey = survey(&policy);
    let Seen::Known(record) = &mut survey.record else { panic!("the record is there") };
    record.votes.get_mut(&"outside-probe".parse().unwrap()).unwrap().verdict = Said::Abstain;
    assert_eq!(not_ok(&policy, &survey), [("voters-up", Verdict::Warns), ("quorum-without-primary", Verdict::Blocks)],);
}

#[test]
fn one_region_that_is_not_heard_hides_nothing_of_the_others() {
    let policy = policy();
    let mut survey = survey(&policy);
    let unheard = crate::ground::unseen(Why::Unreachable);
    *survey.dead_letters.values_mut().next().unwrap() = unheard;
    assert_eq!(not_ok(&policy, &survey), [("dead-letters-empty", Verdict::CannotTell)]);
    *survey.dead_letters.values_mut().last().unwrap() = Seen::Known(3);
    assert_eq!(
        not_ok(&policy, &survey),
        [("dead-letters-empty", Verdict::Warns)],
        "what is known to be wrong goes first"
    );
}

#[test]
fn names_are_unique_and_in_kebab_case() {
    let names: Vec<&str> = checks().map(|check| check.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for name in names {
        let fits = |one: char| one.is_ascii_lowercase() || one == '-';
        assert!(name.chars().all(fits) && !name.starts_with('-') && name.len() <= 24, "{name}");
    }
}
