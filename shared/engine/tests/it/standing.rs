//! Every standing of a writer × every act × every answer: what is claimed, and what is done next.

use crate::script::Script;
use crate::stages::{EAST_GROUP, OWN_GROUP, groups, isolate, restore, writer};
use jiff::Timestamp;
use understudy_engine::{DbStatus, Fence, FenceAct, FenceAnswer, FenceTrouble, Phase, Standing, Unseen};

const STRANGER: &str = "sg-00000000000000009";
const STATUSES: [&str; 5] = ["available", "rebooting", "modifying", "backing-up", "stopped"];

fn standings(now: Timestamp) -> Vec<Standing> {
    let own = || groups(&[OWN_GROUP]);
    let long_ago = understudy_engine::Seconds(60).before(now);
    let mut all = vec![
        Standing::Open,
        Standing::Fenced { restore: own(), at: now },
        Standing::Gone { at: now },
        Standing::Cutting { restore: own(), called_at: None, restarting: false },
    ];
    for flag in [false, true] {
        all.push(Standing::Isolating { restore: own(), seen_open: flag });
        for until in [now, understudy_engine::Seconds(1).after(now)] {
            all.push(Standing::Restoring { restore: own(), seen_closed: flag, until });
        }
        for called_at in [now, long_ago] {
            all.push(Standing::Cutting { restore: own(), called_at: Some(called_at), restarting: flag });
        }
    }
    all
}

fn acts() -> Vec<FenceAct> {
    vec![FenceAct::Describe, isolate(EAST_GROUP), FenceAct::Restart, restore()]
}

fn seen() -> Vec<FenceAnswer> {
    let mut all = Vec::new();
    for ids in [&[EAST_GROUP][..], &[OWN_GROUP], &[EAST_GROUP, OWN_GROUP], &[STRANGER], &[]] {
        for status in STATUSES {
            all.extend([true, false].map(|settled| writer(ids, status, settled)));
        }
    }
    all
}

fn answers() -> Vec<FenceAnswer> {
    let troubles =
        [FenceTrouble::Unanswered, FenceTrouble::Denied, FenceTrouble::Refused, FenceTrouble::Unseen(Unseen::Denied)];
    let mut all = seen();
    all.extend(troubles.map(FenceAnswer::Trouble));
    all.extend([FenceAnswer::Missing, FenceAnswer::Accepted]);
    all
}

/// A script in which the writer stands like this.
fn at(standing: &Standing) -> Script {
    let mut script = Script::fencing();
    let Phase::Fencing(phase) = &mut script.state.phase else { panic!("not fencing") };
    phase.decision.fence = Fence { standing: standing.clone(), tried_at: None, trouble: None };
    script
}

/// Every standing, act and answer, and what it comes to.
fn all(mut check: impl FnMut(&Standing, &FenceAct, &FenceAnswer, &Script)) {
    let now = Script::fencing().now;
    for standing in standings(now) {
        let script = at(&standing);
        for act in acts() {
            for answer in answers() {
                let mut after = script.clone();
                after.fenced_by(act.clone(), answer.clone());
                check(&standing, &act, &answer, &after);
            }
        }
    }
}

fn is_isolated(answer: &FenceAnswer) -> bool {
    matches!(answer, FenceAnswer::Seen(seen) if seen.settled && seen.groups == groups(&[EAST_GROUP]))
}

fn is_available(answer: &FenceAnswer) -> bool {
    matches!(answer, FenceAnswer::Seen(seen) if seen.status == DbStatus::Available)
}

fn is_proven(standing: &Standing) -> bool {
    matches!(standing, Standing::Fenced { .. } | Standing::Gone { .. })
}

#[test]
fn nothing_is_called_fenced_unless_it_was_seen_isolated_after_a_restart_that_was_seen() {
    let mut proofs = 0;
    all(|before, _, answer, after| {
        if matches!(after.standing(), Standing::Fenced { .. }) && !is_proven(before) {
            let restarted = matches!(before, Standing::Cutting { restarting: true, .. });
            assert!(restarted && is_isolated(answer) && is_available(answer), "{before:?} {answer:?}");
            proofs += 1;
        }
    });
    assert!(proofs > 0);
}

#[test]
fn what_is_proven_stays_proven_and_only_what_is_missing_is_gone() {
    all(|before, _, answer, after| {
        if is_proven(before) {
            assert_eq!(after.standing(), before);
        } else {
            let gone = matches!(after.standing(), Standing::Gone { .. });
            assert_eq!(gone, *answer == FenceAnswer::Missing, "{before:?} {answer:?}");
        }
    });
}

#[test]
fn a_restart_is_seen_only_after_it_was_called_and_while_it_is_isolated() {
    all(|before, _, answer, after| {
        let Standing::Cutting { restarting: true, .. } = after.standing() else { return };
        match before {
            Standing::Cutting { restarting: true, .. } => {}
            Standing::Cutting { called_at: Some(_), .. } => {
                assert!(is_isolated(answer), "{answer:?}");
                let FenceAnswer::Seen(seen) = answer else { panic!("{answer:?}") };
                assert_eq!(seen.status, DbStatus::parse("rebooting"));
            }
            other => panic!("{other:?} {answer:?}"),
        }
    });
}

#[test]
fn what_the_writer_gets_back_is_what_it_had_when_it_was_first_seen() {
    all(|before, _, answer, after| {
        let restore = match after.standing() {
            Standing::Isolating { restore, .. }
            | Standing::Cutting { restore, .. }
            | Standing::Fenced { restore, .. }
            | Standing::Restoring { restore, .. } => restore,
            Standing::Open | Standing::Gone { .. } => return,
        };
        if let (Standing::Open, FenceAnswer::Seen(seen)) = (before, answer) {
            assert_eq!(*restore, seen.groups);
        } else {
            assert_eq!(*restore, groups(&[OWN_GROUP]), "{before:?} {answer:?}");
        }
    });
}

#[test]
fn a_call_of_unknown_fate_is_looked_at_before_another_one() {
    all(|before, act, answer, after| {
        let asked = matches!(answer, FenceAnswer::Trouble(_) | FenceAnswer::Accepted) && *act != FenceAct::Describe;
        if !asked || is_proven(before) {
            return;
        }
        let next = after.fence().act(Some(&EAST_GROUP.parse().unwrap()));
        assert!(next.as_ref() != Some(act), "{before:?} {act:?} {answer:?}: {next:?}");
    });
}

#[test]
fn what_was_described_and_not_answered_changes_nothing_that_is_known() {
    all(|before, act, answer, after| {
        if *act == FenceAct::Describe && matches!(answer, FenceAnswer::Trouble(_)) && !is_proven(before) {
            assert_eq!(after.standing(), before);
            assert!(after.fence().trouble.is_some());
        }
    });
}

#[test]
fn a_writer_is_given_back_only_when_its_own_groups_are_in_force_and_no_call_can_take_them() {
    let now = Script::fencing().now;
    all(|before, _, answer, after| {
        if let (Standing::Restoring { until, .. }, Standing::Open) = (before, after.standing()) {
            let FenceAnswer::Seen(seen) = answer else { panic!("{answer:?}") };
            assert!(seen.settled && seen.groups == groups(&[OWN_GROUP]) && now >= *until, "{before:?} {answer:?}");
        }
    });
}

#[test]
fn groups_are_called_for_only_while_they_are_seen_to_be_others() {
    all(|before, _, answer, after| {
        let FenceAnswer::Seen(seen) = answer else { return };
        if is_proven(before) {
            return;
        }
        match after.fence().act(Some(&EAST_GROUP.parse().unwrap())) {
            Some(FenceAct::Isolate { .. }) => assert!(!is_isolated(answer)),
            Some(FenceAct::Restore { groups }) => assert!(seen.settled && seen.groups != groups),
            Some(FenceAct::Restart) => assert!(is_isolated(answer)),
            Some(FenceAct::Describe) | None => {}
        }
    });
}

#[test]
fn a_writer_that_is_not_available_is_isolated_only_when_first_seen() {
    all(|before, _, answer, after| {
        if let (Standing::Isolating { .. }, FenceAnswer::Seen(seen)) = (before, answer) {
            let calls = after.fence().act(Some(&EAST_GROUP.parse().unwrap())) == Some(isolate(EAST_GROUP));
            assert!(!calls || (seen.status == DbStatus::Available && seen.settled), "{answer:?}");
        }
    });
}

#[test]
fn without_a_group_a_writer_is_only_looked_at() {
    for standing in standings(Script::fencing().now) {
        let fence = Fence { standing: standing.clone(), tried_at: None, trouble: None };
        match standing {
            Standing::Fenced { .. } | Standing::Gone { .. } => assert_eq!(fence.act(None), None),
            Standing::Cutting { called_at: None, .. } => assert_eq!(fence.act(None), Some(FenceAct::Restart)),
            Standing::Restoring { seen_closed: true, .. } => assert_eq!(fence.act(None), Some(restore())),
            Standing::Open | Standing::Isolating { .. } | Standing::Cutting { .. } | Standing::Restoring { .. } => {
                assert_eq!(fence.act(None), Some(FenceAct::Describe));
            }
        }
    }
    let mut script = at(&Standing::Open);
    script.policy.fence = None;
    for answer in seen() {
        let mut after = script.clone();
        after.fenced_by(FenceAct::Describe, answer);
        assert_eq!(*after.standing(), Standing::Open);
    }
}

#[test]
fn a_restart_that_is_not_seen_within_the_settle_time_is_called_again() {
    let now = Script::fencing().now;
    let called = |seconds| {
        let called_at = Some(understudy_engine::Seconds(seconds).before(now));
        let mut script = at(&Standing::Cutting { restore: groups(&[OWN_GROUP]), called_at, restarting: false });
        script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", true));
        script.fence().act(None)
    };
    assert_eq!(called(59), Some(FenceAct::Describe));
    assert_eq!(called(60), Some(FenceAct::Restart));
}

#[test]
fn a_restart_is_dated_when_it_was_accepted() {
    let now = Script::fencing().now;
    all(|before, act, answer, after| {
        if *act == FenceAct::Restart && *answer == FenceAnswer::Accepted && !is_proven(before) {
            match (before, after.standing()) {
                (Standing::Cutting { restarting: seen, .. }, Standing::Cutting { called_at, restarting, .. }) => {
                    assert_eq!((*called_at, restarting), (Some(now), seen), "what was seen of an earlier one stands");
                }
                (_, after) => assert!(!matches!(after, Standing::Cutting { .. })),
            }
        }
    });
}
