use super::*;
use crate::observation::{Bad, Good};
use jiff::SignedDuration;
use understudy_engine::{Interval, Probe, Target};

fn duty() -> Duty {
    Duty {
        route: Route { application: "orders".parse().unwrap(), voter: "front".parse().unwrap() },
        watches: Subject::Primary,
        probe: Probe {
            region: "us-east-2".parse().unwrap(),
            target: Target::Tcp("orders.example.com:443".parse().unwrap()),
            interval_seconds: Interval::Twenty,
            timeout_seconds: Seconds(5),
            down_after: 2,
        },
        authorities: None,
        standing: None,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_secs(second)).unwrap()
}

fn good() -> Observation {
    Observation::Good(Good::Connected)
}

fn bad() -> Observation {
    Observation::Bad(Bad::Refused)
}

fn unsure() -> Observation {
    Observation::Unsure(Unsure::NoTurn)
}

fn isolated() -> Outlook {
    Outlook::Isolated { problem: "refused the connection".to_owned() }
}

/// The rounds of one voter, each with its second, and what was said after each.
fn said(duty: &Duty, rounds: &[(i64, Observation, Outlook)]) -> Vec<Verdict> {
    go_on(duty, None, rounds).into_iter().map(|vote| vote.verdict).collect()
}

fn go_on(duty: &Duty, before: Option<Streak>, rounds: &[(i64, Observation, Outlook)]) -> Vec<Vote> {
    let mut streak = before;
    let mut votes = Vec::new();
    for (second, observation, outlook) in rounds {
        let (next, vote) = Streak::judge(streak.as_ref(), duty, observation, outlook, at(*second));
        streak = Some(next);
        votes.push(vote);
    }
    votes
}

use Outlook::Clear;
use Verdict::{Abstain, Down, Up};

#[test]
fn one_good_round_is_up() {
    assert_eq!(said(&duty(), &[(0, good(), Clear)]), [Up]);
    assert_eq!(said(&duty(), &[(0, bad(), Clear), (20, bad(), Clear), (40, good(), Clear)]), [Abstain, Down, Up]);
}

#[test]
fn as_many_bad_rounds_in_a_row_as_the_policy_says_are_down() {
    let three = Duty { probe: Probe { down_after: 3, ..duty().probe }, ..duty() };
    let rounds: Vec<_> = (0..4).map(|round| (round * 20, bad(), Clear)).collect();
    assert_eq!(said(&three, &rounds), [Abstain, Abstain, Down, Down]);
    assert_eq!(said(&Duty { probe: Probe { down_after: 1, ..duty().probe }, ..duty() }, &rounds[..1]), [Down]);
}

#[test]
fn a_bad_round_that_is_not_yet_down_says_how_many_there_were() {
    let votes = go_on(&duty(), None, &[(0, bad(), Clear)]);
    assert_eq!(votes[0].reason, "refused the connection; bad round 1 of 2");
}

#[test]
fn a_good_round_in_between_begins_the_count_anew() {
    let rounds = [(0, bad(), Clear), (20, good(), Clear), (40, bad(), Clear)];
    assert_eq!(said(&duty(), &rounds), [Abstain, Up, Abstain]);
}

#[test]
fn what_the_observer_cannot_tell_is_an_abstention_and_begins_the_count_anew() {
    let rounds =
        [(0, bad(), Clear), (20, unsure(), Clear), (40, bad(), Clear), (60, bad(), Clear), (80, unsure(), Clear)];
    assert_eq!(said(&duty(), &rounds), [Abstain, Abstain, Abstain, Down, Abstain]);
}

#[test]
fn a_process_that_has_just_begun_knows_of_no_bad_round_before() {
    assert_eq!(said(&duty(), &[(0, bad(), Clear)]), [Abstain], "unknown is not Down");
}

#[test]
fn a_gap_of_more_than_two_minutes_begins_the_count_anew() {
    assert_eq!(said(&duty(), &[(0, bad(), Clear), (120, bad(), Clear)]), [Abstain, Down]);
    assert_eq!(said(&duty(), &[(0, bad(), Clear), (121, bad(), Clear)]), [Abstain, Abstain]);
    assert_eq!(
        said(&duty(), &[(20, bad(), Clear), (20, bad(), Clear)]),
        [Abstain, Abstain],
        "nor does a clock that stands"
    );
}

#[test]
fn nothing_bad_is_believed_while_the_canary_is_not_well() {
    let rounds = [(0, bad(), isolated()), (20, bad(), isolated()), (40, bad(), Clear), (60, bad(), Clear)];
    assert_eq!(said(&duty(), &rounds), [Abstain, Abstain, Abstain, Down], "nor counted afterwards");
    let votes = go_on(&duty(), None, &rounds[..1]);
    assert!(votes[0].reason.starts_with("the probe is isolated, its canary too is not well"), "{}", votes[0].reason);
}

#[test]
fn without_a_canary_nothing_is_ever_down() {
    let rounds: Vec<_> = (0..5).map(|round| (round * 20, bad(), Outlook::NoCanary)).collect();
    assert_eq!(said(&duty(), &rounds), [Abstain; 5]);
}

#[test]
fn what_could_be_reached_is_up_also_while_the_canary_is_not() {
    assert_eq!(said(&duty(), &[(0, good(), isolated())]), [Up]);
}

#[test]
fn who_watches_the_canary_says_down_also_in_an_isolated_round() {
    let canary = Duty { watches: Subject::Canary, ..duty() };
    assert_eq!(said(&canary, &[(0, bad(), isolated()), (20, bad(), isolated())]), [Abstain, Down]);
    let standby = Duty { watches: Subject::Standby, ..duty() };
    assert_eq!(said(&standby, &[(0, bad(), isolated()), (20, bad(), isolated())]), [Abstain, Abstain]);
}

#[test]
fn a_down_in_the_record_is_gone_on_with_and_an_abstention_is_not() {
    let source = Source::Probe(duty().probe);
    let standing =
        |verdict, source| Vote { verdict, observed_at: at(0), since: Some(at(-60)), source, reason: String::new() };
    let after =
        |vote: Vote, second| go_on(&duty(), Some(Streak::of_standing(&duty(), &vote)), &[(second, bad(), Clear)]);
    let votes = after(standing(Down, source.clone()), 60);
    assert_eq!((votes[0].verdict, votes[0].since), (Down, Some(at(-60))));
    assert_eq!(after(standing(Abstain, source.clone()), 60)[0].verdict, Abstain);
    assert_eq!(after(standing(Down, source), 121)[0].verdict, Abstain, "of too long ago");
    let other = Probe { target: Target::Tcp("elsewhere.example.com:443".parse().unwrap()), ..duty().probe };
    assert_eq!(after(standing(Down, Source::Probe(other)), 60)[0].verdict, Abstain, "of another target");
}

#[test]
fn the_later_of_memory_and_record_is_gone_on_with() {
    let streak = |second| Streak::judge(None, &duty(), &bad(), &Clear, at(second)).0;
    let (early, late) = (streak(0), streak(20));
    assert_eq!(latest(Some(&early), Some(&late)), Some(&late));
    assert_eq!(latest(Some(&late), Some(&early)), Some(&late));
    assert_eq!(latest(None, Some(&early)), Some(&early));
    assert_eq!(latest(None, None), None);
}

#[test]
fn a_vote_says_since_when_the_same_was_said() {
    let rounds = [(0, bad(), Clear), (20, bad(), Clear), (40, bad(), Clear), (60, good(), Clear)];
    let since: Vec<_> = go_on(&duty(), None, &rounds).into_iter().map(|vote| vote.since).collect();
    assert_eq!(since, [Some(at(0)), Some(at(20)), Some(at(20)), Some(at(60))]);
}

#[test]
fn a_replay_position_that_moves_is_up_and_one_that_stands_is_unknown() {
    let replayed = |position| Observation::Replayed { position };
    let rounds =
        [(0, replayed(10), Clear), (20, replayed(11), Clear), (40, replayed(11), Clear), (60, replayed(9), Clear)];
    assert_eq!(said(&duty(), &rounds), [Abstain, Up, Abstain, Abstain]);
    let broken = [(0, replayed(10), Clear), (20, unsure(), Clear), (40, replayed(11), Clear)];
    assert_eq!(said(&duty(), &broken), [Abstain, Abstain, Abstain], "after an unknown round nothing is known before");
}

#[test]
fn a_vote_is_of_the_round_s_end_and_of_its_source_and_its_reason_is_short() {
    let long = Observation::Unsure(Unsure::NoName { problem: "x".repeat(500) });
    let votes = go_on(&duty(), None, &[(7, long, Clear)]);
    assert_eq!((votes[0].observed_at, &votes[0].source), (at(7), &Source::Probe(duty().probe)));
    assert!(votes[0].reason.chars().count() <= understudy_engine::REASON_CHARACTERS_MAX + 1);
}
