//! Intent → Call → ReadBack → Done: one accepted promotion an epoch, whatever gets lost.

use crate::script::{REPLICA, Script, WRITER, candidate, done, rebooting, seen};
use understudy_engine::{
    AbortedBecause, Anomaly, Call, DbStatus, Effect, Event, Ignored, IncidentId, Known, Mode, Order, Phase, PhaseName,
    PromoteAnswer, PromotedBy, Revision, Seconds, Sight, StepVerdict, StuckReason, Unseen, Verdict, Why,
};

fn untouched() -> Sight {
    candidate()
}

#[test]
fn only_the_run_that_recorded_the_intent_may_call() {
    let script = Script::promoting(Mode::Auto);
    assert!(script.promotes("run-1"));
    assert!(!script.promotes("run-2"));
}

#[test]
fn the_call_may_not_leave_after_its_time() {
    let mut script = Script::promoting(Mode::Auto);
    let Some(Effect::Promote(promote)) = script.outstanding("run-1") else { panic!("no promote") };
    script.at(200);
    assert_eq!(promote.not_after, script.now);
    assert!(!script.promotes("run-1"), "frozen for 20 s");
}

#[test]
fn another_run_waits_out_the_call_and_then_reads_back_before_anything_else() {
    let mut script = Script::promoting(Mode::Auto);
    assert_eq!(script.tick_as("run-2"), StepVerdict::Ignored(Ignored::AnotherRunCalls));
    assert_eq!(script.outstanding("run-2"), None);
    script.at(200);
    assert_eq!(script.tick_as("run-2"), StepVerdict::Noted);
    assert!(matches!(script.outstanding("run-2"), Some(Effect::ReadBack { .. })));
}

#[test]
fn an_untouched_replica_is_called_again_only_after_the_call_has_had_time_to_show() {
    let mut script = Script::promoting(Mode::Auto);
    script.at(200).tick_as("run-2");
    script.read_back(untouched());
    script.tick_as("run-2");
    assert!(!script.promotes("run-2"), "as soon as it is read back");
    script.untouched_at(259);
    script.tick_as("run-2");
    assert!(!script.promotes("run-2"), "59 s after the call could last have left");
    script.untouched_at(260);
    assert_eq!(script.tick_as("run-2"), StepVerdict::Noted);
    assert!(script.promotes("run-2"));
    assert_eq!(script.state.epoch.0, 1, "under the same epoch");
}

#[test]
fn an_ambiguous_answer_is_read_back_and_never_called_again_while_it_shows() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Ambiguous);
    script.at(190).read_back(rebooting());
    for second in [300, 600, 1200] {
        script.untouched_at(second);
        script.tick();
        assert!(!script.promotes("run-1"), "it was seen under way");
    }
}

#[test]
fn an_ambiguous_call_is_called_again_only_after_it_has_had_time_to_show() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Ambiguous);
    for second in [180, 239] {
        script.untouched_at(second);
        script.tick();
        assert!(!script.promotes("run-1"), "at {second} s");
    }
    script.untouched_at(240);
    script.tick();
    assert!(script.promotes("run-1"));
}

#[test]
fn a_replica_that_is_backing_up_is_not_an_untouched_one() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Ambiguous);
    script.at(600).read_back(seen(DbStatus::BackingUp, Some(WRITER), None));
    script.tick();
    assert!(!script.promotes("run-1"), "the backup may be the end of a promotion");
}

#[test]
fn an_accepted_call_is_never_repeated_however_long_the_replica_looks_untouched() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    for second in [200, 400, 800, 1600] {
        script.untouched_at(second);
        script.tick();
        assert!(!script.promotes("run-1"));
    }
}

#[test]
fn a_call_that_was_turned_away_is_repeated_ever_more_slowly_and_then_given_up() {
    let mut script = Script::sustained(Mode::Auto);
    script.policy.windows.promote_seconds = Seconds(86_400);
    script.tick();
    script.tick();
    let mut turned_away = 180;
    for (attempt, pause) in (1..12).zip([20, 40, 80, 160].into_iter().chain(std::iter::repeat(320))) {
        script.answer(PromoteAnswer::NotArrived);
        script.untouched_at(turned_away + pause - 1);
        script.tick();
        assert!(!script.promotes("run-1"), "attempt {attempt}");
        turned_away += pause;
        script.untouched_at(turned_away);
        script.tick();
        if script.phase() == PhaseName::Stuck {
            break;
        }
        assert!(script.promotes("run-1"), "attempt {attempt}");
    }
    script.answer(PromoteAnswer::NotArrived);
    script.untouched_at(turned_away + 320);
    script.tick();
    let Phase::Stuck(phase) = &script.state.phase else { panic!("calls for ever") };
    assert_eq!(phase.reason, StuckReason::CallsExhausted);
}

#[test]
fn a_call_that_never_arrived_is_not_made_on_evidence_that_has_turned() {
    let untouched_and = |primary: Verdict, witness: Verdict| {
        let mut script = Script::promoting(Mode::Auto);
        script.at(200).tick_as("run-2");
        script.at(260).vote("standby", Verdict::Down).vote("primary", primary).vote("witness", witness);
        script.read_back(untouched());
        assert_eq!(script.tick_as("run-2"), StepVerdict::Ignored(Ignored::NotDue), "nobody has looked again");
        assert!(matches!(script.outstanding("run-2"), Some(Effect::Look(_))));
        script.look(candidate()).tick_as("run-2");
        script
    };
    assert!(untouched_and(Verdict::Abstain, Verdict::Down).promotes("run-2"));
    let (vetoed, no_quorum) = ((Verdict::Down, Verdict::Up), (Verdict::Abstain, Verdict::Abstain));
    for (primary, witness) in [vetoed, no_quorum] {
        let script = untouched_and(primary, witness);
        assert!(!script.promotes("run-2"));
        let Phase::Aborting(phase) = &script.state.phase else { panic!("not aborting, but {}", script.phase()) };
        assert_eq!(phase.because, AbortedBecause::EvidenceTurned);
    }
}

#[test]
fn the_control_planes_silence_is_not_an_untouched_replica() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Ambiguous);
    script.at(600).read_back(Sight::Unseen(Unseen::Unreachable));
    script.tick();
    assert!(!script.promotes("run-1"));
}

#[test]
fn available_alone_proves_nothing() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    script.read_back(untouched());
    assert_eq!(script.phase(), PhaseName::Promoting);
    script.read_back(seen(DbStatus::BackingUp, None, None));
    assert_eq!(script.phase(), PhaseName::Verifying);
    script.read_back(seen(DbStatus::BackingUp, None, None));
    assert_eq!(script.phase(), PhaseName::Verifying, "no source, and not available");
}

#[test]
fn traffic_is_latched_only_once_the_promotion_is_verified() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    assert!(script.state.latch.is_empty());
    assert_eq!(script.read_back(done()), StepVerdict::Advanced(Why::SourceGone));
    assert!(script.state.latch.is_empty());
    assert_eq!(script.read_back(done()), StepVerdict::Advanced(Why::Writable));
    let latched: Vec<&str> = script.state.latch.keys().map(understudy_engine::Region::as_str).collect();
    assert_eq!(latched, ["us-east-1"]);
}

#[test]
fn the_roles_swap_with_the_latch_and_the_failover_ends_when_clients_have_followed() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    assert_eq!(script.state.writer, None, "not verified yet");
    script.read_back(done());
    assert_eq!(script.state.writer.as_ref().unwrap().as_str(), REPLICA);
    script.at(279).tick();
    assert_eq!(script.phase(), PhaseName::Shifting, "clients have had 99 s");
    script.at(280).tick();
    assert_eq!(script.phase(), PhaseName::FailedOver);
}

#[test]
fn an_acknowledged_failover_stays_exposed_and_latched() {
    let mut script = Script::split();
    assert_eq!(script.say("ann", Order::Acknowledge), StepVerdict::Noted);
    assert_eq!(script.phase(), PhaseName::FailedOver, "noted is not mended");
    assert!(!script.state.latch.is_empty());
    let cooldown = script.state.cooldown.as_ref().unwrap();
    assert_eq!(cooldown.acknowledged_by.as_ref().unwrap().as_str(), "ann");
    assert_eq!(script.say("ben", Order::Acknowledge), StepVerdict::Ignored(Ignored::Duplicate));
}

#[test]
fn the_acknowledgement_of_another_incident_closes_nothing() {
    let mut script = Script::split();
    let incident = IncidentId::opened(script.now, Revision(99));
    assert_eq!(script.order("ann", Order::Acknowledge(incident)), StepVerdict::Ignored(Ignored::Stale));
}

#[test]
fn a_decision_starts_the_cooldown() {
    let script = Script::promoting(Mode::Auto);
    let cooldown = script.state.cooldown.as_ref().unwrap();
    assert_eq!(cooldown.until.duration_since(script.now).as_secs(), 3600);
    assert_eq!(cooldown.acknowledged_by, None);
}

#[test]
fn a_promotion_without_an_accepted_call_is_not_claimed_as_ours() {
    let promoted_by = |answer: PromoteAnswer| {
        let mut script = Script::promoting(Mode::Auto);
        script.answer(answer);
        script.read_back(done());
        let Phase::Verifying(phase) = script.state.phase else { panic!("not verifying") };
        phase.promoted_by
    };
    assert_eq!(promoted_by(PromoteAnswer::Accepted), PromotedBy::Us);
    assert_eq!(promoted_by(PromoteAnswer::Ambiguous), PromotedBy::Unproven);
}

#[test]
fn an_accepted_call_stays_ours_while_it_is_under_way() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    script.read_back(rebooting());
    script.read_back(done());
    let Phase::Verifying(phase) = script.state.phase else { panic!("not verifying") };
    assert_eq!(phase.promoted_by, PromotedBy::Us);
}

#[test]
fn what_cannot_succeed_is_stuck_and_says_what_to_do() {
    let stuck = |step: fn(&mut Script) -> StepVerdict| {
        let mut script = Script::promoting(Mode::Auto);
        step(&mut script);
        let Phase::Stuck(phase) = &script.state.phase else { panic!("not stuck, but {}", script.phase()) };
        phase.reason
    };
    let taken = "arn:aws:rds:us-east-1:111122223333:db:another";
    assert_eq!(stuck(|script| script.answer(PromoteAnswer::Denied)), StuckReason::PromoteDenied);
    assert_eq!(stuck(|script| script.answer(PromoteAnswer::Invalid)), StuckReason::PromoteInvalid);
    assert_eq!(stuck(|script| script.answer(PromoteAnswer::NoSuchInstance)), StuckReason::CandidateMissing);
    assert_eq!(stuck(|script| script.at(1980).tick()), StuckReason::PromoteOverdue);
    let lost = |sight: Sight| {
        let mut script = Script::promoting(Mode::Auto);
        script.answer(PromoteAnswer::Accepted);
        script.read_back(sight);
        let Phase::Stuck(phase) = script.state.phase else { panic!("not stuck") };
        phase.reason
    };
    assert_eq!(lost(Sight::Missing), StuckReason::CandidateMissing);
    assert_eq!(lost(seen(DbStatus::Available, Some(taken), None)), StuckReason::CandidateTaken);
}

#[test]
fn a_stuck_promotion_that_ends_after_all_goes_on() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    script.at(1980).tick();
    assert_eq!(script.phase(), PhaseName::Stuck);
    assert!(matches!(script.outstanding("run-9"), Some(Effect::ReadBack { .. })), "it goes on looking");
    assert_eq!(script.read_back(seen(DbStatus::BackingUp, None, None)), StepVerdict::Noted);
    assert_eq!(script.read_back(untouched()), StepVerdict::Noted, "available alone proves nothing here either");
    assert_eq!(script.read_back(done()), StepVerdict::Advanced(Why::SourceGone));
}

#[test]
fn a_report_of_an_earlier_epoch_or_attempt_is_ignored() {
    let mut script = Script::promoting(Mode::Auto);
    script.at(200).tick_as("run-2");
    script.untouched_at(260);
    script.tick_as("run-2");
    let late = Event::PromoteAnswered { epoch: script.state.epoch, attempt: 1, answer: PromoteAnswer::Denied };
    assert_eq!(script.send(&late).verdict, StepVerdict::Ignored(Ignored::Stale));
    let other = Event::ReadBack { epoch: understudy_engine::Epoch(0), sight: done() };
    assert_eq!(script.send(&other).verdict, StepVerdict::Ignored(Ignored::Stale));
}

#[test]
fn a_report_of_another_epoch_is_ignored_in_every_phase_that_reads_back() {
    let epoch = understudy_engine::Epoch(0);
    let stale = StepVerdict::Ignored(Ignored::Stale);
    let mut script = Script::promoting(Mode::Auto);
    let answer = Event::PromoteAnswered { epoch, attempt: 1, answer: PromoteAnswer::Accepted };
    assert_eq!(script.send(&answer).verdict, stale);
    script.answer(PromoteAnswer::Accepted);
    let report = Event::ReadBack { epoch, sight: done() };
    assert_eq!(script.send(&report).verdict, stale, "promoting");
    let mut stuck = script.clone();
    stuck.at(1980).tick();
    assert_eq!(stuck.phase(), PhaseName::Stuck);
    assert_eq!(stuck.send(&report).verdict, stale, "stuck");
    script.read_back(done());
    assert_eq!(script.phase(), PhaseName::Verifying);
    assert_eq!(script.send(&report).verdict, stale, "verifying");
}

#[test]
fn a_second_answer_does_not_overrule_the_first() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    assert_eq!(script.answer(PromoteAnswer::Denied), StepVerdict::Ignored(Ignored::Duplicate));
    assert_eq!(script.phase(), PhaseName::Promoting);
}

#[test]
fn a_late_accepted_answers_what_was_unknown() {
    let mut script = Script::promoting(Mode::Auto);
    script.at(200).tick_as("run-2");
    script.answer(PromoteAnswer::Accepted);
    let Call::ReadBack(read_back) = script.call() else { panic!("not reading back") };
    assert_eq!(read_back.known, Known::Accepted);
}

#[test]
fn a_source_that_comes_back_is_an_anomaly_and_moves_nothing() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    assert_eq!(script.read_back(untouched()), StepVerdict::Anomaly(Anomaly::SourceCameBack));
    assert_eq!(script.phase(), PhaseName::Verifying);
}

#[test]
fn votes_do_not_turn_back_what_was_promoted() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    for voter in ["primary", "standby", "witness"] {
        script.vote(voter, Verdict::Up);
    }
    script.tick();
    assert_eq!(script.phase(), PhaseName::Promoting);
}

#[test]
fn a_policy_that_changes_meanwhile_does_not_change_what_is_failed_over() {
    let mut script = Script::promoting(Mode::Auto);
    script.policy.database.writer = "arn:aws:rds:eu-west-1:111122223333:db:another".parse().unwrap();
    script.policy.regions.primary = "eu-west-1".parse().unwrap();
    script.answer(PromoteAnswer::Accepted);
    script.read_back(untouched());
    assert_eq!(script.phase(), PhaseName::Promoting);
    script.read_back(done());
    script.read_back(done());
    let latched: Vec<&str> = script.state.latch.keys().map(understudy_engine::Region::as_str).collect();
    assert_eq!(latched, ["us-east-1"]);
}
