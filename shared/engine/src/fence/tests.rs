//! How far a writer is cut off, act by act.

use super::*;

const SETTLE: Seconds = Seconds(60);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn closed() -> SecurityGroup {
    "sg-0fedcba9876543210".parse().unwrap()
}

fn after(fence: &Fence, act: &FenceAct, answer: &FenceAnswer, second: i64) -> Fence {
    fence.after(act, answer, Some(&closed()), SETTLE, at(second))
}

fn seen(status: &str) -> FenceAnswer {
    let groups = BTreeSet::from([closed()]);
    FenceAnswer::Seen(WriterSeen { status: DbStatus::parse(status), groups, settled: true })
}

/// Isolated, and about to be restarted.
fn isolated() -> Fence {
    let restore = BTreeSet::from(["sg-0123456789abcdef0".parse().unwrap()]);
    let standing = Standing::Cutting { restore, called_at: None, restarting: false };
    Fence { standing, tried_at: Some(at(0)), trouble: None }
}

#[test]
fn a_restart_that_was_turned_away_is_looked_at_and_called_again_only_when_it_has_not_come() {
    for trouble in [FenceTrouble::Denied, FenceTrouble::Refused, FenceTrouble::Unanswered] {
        let fence = after(&isolated(), &FenceAct::Restart, &FenceAnswer::Trouble(trouble), 1);
        assert_eq!(fence.act(Some(&closed())), Some(FenceAct::Describe), "{trouble:?}");
        let fence = after(&fence, &FenceAct::Describe, &seen("available"), 30);
        assert_eq!(fence.act(Some(&closed())), Some(FenceAct::Describe), "it may still come");
        let fence = after(&fence, &FenceAct::Describe, &seen("available"), 61);
        assert_eq!(fence.act(Some(&closed())), Some(FenceAct::Restart));
    }
}

#[test]
fn that_a_call_was_denied_stays_known_until_one_is_accepted() {
    let denied = FenceAnswer::Trouble(FenceTrouble::Denied);
    let fence = after(&isolated(), &FenceAct::Restart, &denied, 1);
    let fence = after(&fence, &FenceAct::Describe, &seen("available"), 70);
    assert_eq!(fence.trouble, Some(FenceTrouble::Denied));
    let unseen = FenceAnswer::Trouble(FenceTrouble::Unseen(Unseen::Unreachable));
    let fence = after(&fence, &FenceAct::Describe, &unseen, 80);
    assert_eq!(fence.trouble, Some(FenceTrouble::Denied), "a look that saw nothing says less");
    let fence = after(&fence, &FenceAct::Restart, &FenceAnswer::Accepted, 90);
    assert_eq!(fence.trouble, None);
}

#[test]
fn a_second_call_takes_nothing_back_of_what_was_seen_of_the_first() {
    for late in [FenceAnswer::Trouble(FenceTrouble::Unanswered), FenceAnswer::Accepted] {
        let fence = after(&isolated(), &FenceAct::Restart, &FenceAnswer::Accepted, 1);
        let fence = after(&fence, &FenceAct::Describe, &seen("rebooting"), 4);
        let fence = after(&fence, &FenceAct::Restart, &late, 5);
        let fence = after(&fence, &FenceAct::Describe, &seen("available"), 6);
        assert_eq!(fence.proven_at(), Some(at(6)), "{late:?}");
    }
}

#[test]
fn a_change_that_is_no_restart_does_not_prove_the_fence() {
    let fence = after(&isolated(), &FenceAct::Restart, &FenceAnswer::Accepted, 1);
    let fence = after(&fence, &FenceAct::Describe, &seen("modifying"), 2);
    let fence = after(&fence, &FenceAct::Describe, &seen("available"), 3);
    assert_eq!(fence.proven_at(), None);
    let fence = after(&fence, &FenceAct::Describe, &seen("rebooting"), 4);
    let fence = after(&fence, &FenceAct::Describe, &seen("available"), 5);
    assert_eq!(fence.proven_at(), Some(at(5)));
}

#[test]
fn a_restart_that_was_called_is_looked_for_as_often_as_a_promotion_is() {
    let cutting = |called_at| Fence {
        standing: Standing::Cutting { restore: BTreeSet::new(), called_at, restarting: false },
        ..Fence::open()
    };
    let (look, poll) = (Seconds(300), Seconds(10));
    assert_eq!(cutting(Some(Timestamp::MIN)).looked_at_every(look, poll), poll);
    assert_eq!(cutting(None).looked_at_every(look, poll), look);
    assert_eq!(Fence::open().looked_at_every(look, poll), look, "a Region that is away is not hammered");
}
