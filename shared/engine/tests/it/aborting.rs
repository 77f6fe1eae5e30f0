//! Abort: the state moves first, and whatever may be in flight is waited for.

use crate::script::{REPLICA, Script, candidate, done, rebooting, seen};
use crate::stages::{EAST_GROUP, OWN_GROUP, groups, isolate, restore, writer};
use understudy_engine::{
    AbortedBecause, Aborting, DbStatus, Event, FenceAct, FenceAnswer, HeldReason, Ignored, IncidentId, Known, Mode,
    Order, Phase, PhaseName, PromoteAnswer, Revision, Sight, Standing, StepVerdict, StuckReason, Unseen, Urgency,
    Verdict, Why,
};

fn aborted(mut script: Script) -> Script {
    assert_eq!(script.say("ann", Order::Abort), StepVerdict::Advanced(Why::AbortOrdered));
    script
}

fn aborting(script: &Script) -> &Aborting {
    let Phase::Aborting(phase) = &script.state.phase else { panic!("not aborting, but {}", script.phase()) };
    phase
}

/// Aborted with a call of unknown fate: settled at 180 + 20 + 60 + 20 s.
fn in_flight() -> Script {
    aborted(Script::promoting(Mode::Auto))
}

#[test]
fn a_suspicion_is_stopped_without_anything_to_wait_for() {
    for mode in [Mode::Auto, Mode::Approve] {
        let mut script = Script::sustained(mode);
        if mode == Mode::Approve {
            script.tick();
        }
        assert_eq!(script.say("ann", Order::Abort), StepVerdict::Advanced(Why::Stopped));
        let Phase::Held(phase) = &script.state.phase else { panic!("not held") };
        assert_eq!(phase.reason, HeldReason::Aborted);
        script.hold_down_until(600).tick();
        assert_eq!(script.phase(), PhaseName::Held, "and only a person sets it going again");
        assert_eq!(script.say("ann", Order::Abort), StepVerdict::Ignored(Ignored::Duplicate));
        assert_eq!(script.say("ann", Order::WeighAgain), StepVerdict::Advanced(Why::WeighedAgain));
    }
}

#[test]
fn the_abort_of_another_incident_stops_nothing() {
    for mut script in [Script::sustained(Mode::Auto), Script::fencing(), Script::promoting(Mode::Auto)] {
        let incident = IncidentId::opened(script.now, Revision(99));
        assert_eq!(script.order("ann", Order::Abort(incident)), StepVerdict::Ignored(Ignored::Stale));
    }
}

#[test]
fn an_aborted_intent_is_called_by_nobody() {
    let script = in_flight();
    assert!(!script.promotes("run-1"), "not even by the run that recorded it");
    assert_eq!(aborting(&script).because, AbortedBecause::Ordered { by: "ann".parse().unwrap() });
    assert_eq!(aborting(&script).call, Some(Known::Unknown));
    assert_eq!(script.state.journal.outbox.last().unwrap().what.urgency(), Urgency::Page);
}

#[test]
fn an_abort_waits_until_a_call_in_flight_would_have_shown() {
    let mut script = in_flight();
    assert_eq!(aborting(&script).until, script.time(180 + 20 + 20 + 60), "sent until 200 s, under way for 20 s more");
    script.at(279).read_back(candidate());
    script.tick();
    assert_eq!(script.phase(), PhaseName::Aborting, "untouched, and a second too early");
    script.at(280).tick();
    assert_eq!(script.phase(), PhaseName::Aborting, "it was last seen untouched before");
    script.read_back(candidate());
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NothingHappened));
    assert_eq!(script.phase(), PhaseName::Held);
    assert_eq!(script.state.cooldown, None, "nothing was done that a second decision would be too close to");
}

#[test]
fn an_abort_reads_back_every_poll_until_it_has_seen_enough() {
    let mut script = in_flight();
    assert!(script.reads_back());
    script.read_back(candidate());
    assert_eq!(script.due(), Some(190));
    script.at(189);
    assert!(!script.reads_back());
    script.at(190);
    assert!(script.reads_back());
}

#[test]
fn the_control_planes_silence_is_no_proof_that_no_call_arrived() {
    let mut script = in_flight();
    script.at(300).read_back(Sight::Unseen(Unseen::Unreachable));
    script.read_back(seen(DbStatus::BackingUp, Some(crate::script::WRITER), None));
    script.tick();
    assert_eq!(script.phase(), PhaseName::Aborting);
}

#[test]
fn a_call_that_had_arrived_leads_forward() {
    let mut answered = in_flight();
    let late = |answer| Event::PromoteAnswered { epoch: answered.state.epoch, attempt: 1, answer };
    let (ambiguous, accepted) = (late(PromoteAnswer::Ambiguous), late(PromoteAnswer::Accepted));
    assert_eq!(answered.send(&ambiguous).verdict, StepVerdict::Ignored(Ignored::Stale));
    assert_eq!(answered.send(&accepted).verdict, StepVerdict::Advanced(Why::CallHadArrived));
    assert_eq!(answered.say("ann", Order::Abort), StepVerdict::Ignored(Ignored::TooLate));

    let mut seen_under_way = in_flight();
    assert_eq!(seen_under_way.read_back(rebooting()), StepVerdict::Advanced(Why::CallHadArrived));
    assert_eq!(seen_under_way.phase(), PhaseName::Promoting);

    let mut seen_done = in_flight();
    assert_eq!(seen_done.read_back(done()), StepVerdict::Advanced(Why::SourceGone));
}

#[test]
fn a_call_that_was_turned_away_is_not_what_changes_the_replica() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::NotArrived);
    let mut script = aborted(script);
    assert_eq!(script.read_back(rebooting()), StepVerdict::Noted);
    assert_eq!(script.phase(), PhaseName::Aborting);
}

#[test]
fn an_accepted_call_and_one_seen_under_way_are_aborted_no_more() {
    for answer in [PromoteAnswer::Accepted, PromoteAnswer::Ambiguous] {
        let mut script = Script::promoting(Mode::Auto);
        script.answer(answer);
        script.read_back(rebooting());
        assert_eq!(script.say("ann", Order::Abort), StepVerdict::Ignored(Ignored::TooLate));
    }
}

#[test]
fn a_call_of_unknown_fate_and_one_that_was_turned_away_can_be_aborted() {
    for answer in [PromoteAnswer::Ambiguous, PromoteAnswer::NotArrived] {
        let mut script = Script::promoting(Mode::Auto);
        script.answer(answer);
        let script = aborted(script);
        assert_eq!(aborting(&script).until, script.time(180 + 20 + 60));
    }
}

#[test]
fn an_abort_gives_the_writer_its_own_groups_back_once_no_call_can_take_them_any_more() {
    let mut script = Script::fencing();
    script.cut_off(EAST_GROUP);
    let mut script = aborted(script);
    assert_eq!(aborting(&script).call, None, "no promote was intended");
    assert_eq!(script.fence_act(), Some(restore()), "at once");
    assert_eq!(script.fence().proven_at(), None, "it is not fenced any more");
    script.fenced_by(restore(), FenceAnswer::Accepted);
    script.at(259);
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    assert!(matches!(script.standing(), Standing::Restoring { .. }), "a late call could take them again");
    script.tick();
    assert_eq!(script.phase(), PhaseName::Aborting);
    script.at(260);
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    assert_eq!(*script.standing(), Standing::Open);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NothingHappened));
}

#[test]
fn a_writer_is_given_nothing_back_while_its_replica_may_have_been_promoted() {
    let mut script = aborted(Script::promoting_fenced());
    assert_eq!(script.fence_act(), None, "both would take writes");
    script.read_back(candidate());
    assert_eq!(script.fence_act(), None, "untouched so far, and the call may still arrive");
    script.now = aborting(&script).until;
    script.read_back(candidate());
    assert_eq!(script.fence_act(), None, "untouched, and how long a call takes to show has no bound");
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::FenceLeft));
    assert_eq!(script.stuck_reason(), StuckReason::CallUnaccounted);
    assert!(script.state.journal.outbox.last().unwrap().why().contains("may still take effect"));
    assert_eq!(script.read_back(done()), StepVerdict::Advanced(Why::SourceGone), "and here it has");
    assert!(matches!(script.standing(), Standing::Isolating { .. }), "cut off again, and not given back");
}

#[test]
fn a_writer_gets_its_groups_back_once_every_call_is_known_not_to_have_arrived() {
    let mut script = Script::promoting_fenced();
    script.answer(PromoteAnswer::NotArrived);
    let mut script = aborted(script);
    assert_eq!(aborting(&script).call, Some(Known::NotArrived));
    assert_eq!(script.fence_act(), None, "not before the replica was seen untouched for long enough");
    script.now = aborting(&script).until;
    script.read_back(candidate());
    assert_eq!(script.fence_act(), Some(restore()));
}

#[test]
fn that_the_last_call_did_not_arrive_says_nothing_of_those_before_it() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Ambiguous);
    let settled = script.seconds() + 60;
    script.down_at(settled).at(settled).read_back(candidate());
    script.tick_as("run-1");
    assert!(script.promotes("run-1"), "called again");
    let answer = PromoteAnswer::NotArrived;
    let epoch = script.state.epoch;
    script.send(&Event::PromoteAnswered { epoch, attempt: 2, answer });
    assert_eq!(aborting(&aborted(script)).call, Some(Known::Unknown));
}

#[test]
fn groups_that_a_late_call_takes_again_are_given_back_again() {
    let mut script = Script::fencing();
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    let mut script = aborted(script);
    script.fenced_by(restore(), FenceAnswer::Accepted);
    assert_eq!(script.fence_act(), None, "looked at again at the next poll");
    script.at(190);
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    script.fenced_by(isolate(EAST_GROUP), FenceAnswer::Accepted);
    script.at(200);
    script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", true));
    assert_eq!(script.fence_act(), Some(restore()));
}

#[test]
fn a_writer_that_does_not_exist_any_more_needs_nothing_back() {
    let mut script = Script::fencing();
    script.cut_off(EAST_GROUP);
    let mut script = aborted(script);
    script.fenced_by(restore(), FenceAnswer::Missing);
    assert!(matches!(script.standing(), Standing::Gone { .. }));
    script.at(260);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NothingHappened));
}

#[test]
fn a_call_that_had_arrived_cuts_the_writer_off_again() {
    let mut script = aborted(Script::promoting_fenced());
    assert!(matches!(script.standing(), Standing::Restoring { .. }));
    assert_eq!(script.read_back(rebooting()), StepVerdict::Advanced(Why::CallHadArrived));
    let restore = groups(&[OWN_GROUP]);
    assert_eq!(*script.standing(), Standing::Isolating { restore, seen_open: false });
}

#[test]
fn a_writer_that_cannot_be_given_back_pages_a_person_with_what_to_do() {
    let mut script = Script::fencing();
    script.cut_off(EAST_GROUP);
    let mut script = aborted(script);
    let deadline = 180 + 20 + 60 + 1800;
    script.at(deadline - 1).tick();
    assert_eq!(script.phase(), PhaseName::Aborting);
    script.at(deadline);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::FenceLeft));
    assert_eq!(script.stuck_reason(), StuckReason::FenceLeft);
    assert!(script.state.journal.outbox.last().unwrap().why().contains("security groups back"));
}

#[test]
fn a_replica_that_cannot_be_read_back_pages_a_person() {
    let mut script = in_flight();
    script.at(280 + 1800).tick();
    assert_eq!(script.stuck_reason(), StuckReason::PromoteOverdue);
}

#[test]
fn a_candidate_that_is_lost_meanwhile_pages_a_person() {
    let taken = seen(DbStatus::Available, Some("arn:aws:rds:us-east-1:111122223333:db:another"), None);
    for (sight, reason) in [(Sight::Missing, StuckReason::CandidateMissing), (taken, StuckReason::CandidateTaken)] {
        let mut script = in_flight();
        assert_eq!(script.read_back(sight), StepVerdict::Advanced(Why::CandidateLost));
        assert_eq!(script.stuck_reason(), reason);
    }
}

#[test]
fn evidence_that_turns_before_any_call_takes_the_decision_back_and_weighs_again() {
    for (primary, witness) in [(Verdict::Abstain, Verdict::Abstain), (Verdict::Down, Verdict::Up)] {
        let mut script = Script::fencing();
        script.vote("primary", primary).vote("witness", witness);
        assert_eq!(script.tick(), StepVerdict::Advanced(Why::EvidenceTurned));
        assert_eq!(aborting(&script).because, AbortedBecause::EvidenceTurned);
        script.at(259).tick();
        assert_eq!(script.phase(), PhaseName::Aborting);
        script.at(260);
        assert_eq!(script.tick(), StepVerdict::Advanced(Why::NothingHappened));
        assert_eq!(script.phase(), PhaseName::Suspected, "nobody has to set it going again");
        assert_eq!(script.state.epoch.0, 1, "the epoch is used up");
        script.down_at(260).tick();
        script.hold_down_until(440);
        assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided), "sustained anew");
        assert_eq!(script.state.epoch.0, 2);
    }
}

#[test]
fn a_report_of_another_epoch_aborts_and_forwards_nothing() {
    let mut script = in_flight();
    let epoch = understudy_engine::Epoch(0);
    let stale = StepVerdict::Ignored(Ignored::Stale);
    assert_eq!(script.send(&Event::ReadBack { epoch, sight: done() }).verdict, stale);
    let answer = PromoteAnswer::Accepted;
    assert_eq!(script.send(&Event::PromoteAnswered { epoch, attempt: 1, answer }).verdict, stale);
}

#[test]
fn an_abort_before_any_intent_reads_nothing_back() {
    let script = aborted(Script::fencing());
    assert!(!script.reads_back());
    assert_eq!(script.due(), Some(260));
    let mut gone = script.clone();
    assert_eq!(gone.read_back(done()), StepVerdict::Ignored(Ignored::Stale), "nothing was asked");
    assert_eq!(script.policy.database.replica.as_str(), REPLICA);
}

#[test]
fn observers_in_doubt_take_back_a_decision_that_has_not_called_yet() {
    let mut script = Script::fencing();
    let canary = serde_json::json!({
        "name": "canary", "class": "data_path", "watches": "canary",
        "source": {"alarm": "arn:aws:cloudwatch:us-east-2:111122223333:alarm:canary"},
    });
    script.policy.voters.push(serde_json::from_value(canary).unwrap());
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue));
    script.vote("canary", Verdict::Down);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::EvidenceTurned));
}
