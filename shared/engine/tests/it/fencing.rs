//! Fencing before the promotion: bounded in time, and never claimed without proof.

use crate::script::{REPLICA, Script, WRITER, candidate, with_fence};
use crate::stages::{EAST_GROUP, OWN_GROUP, groups, isolate, writer};
use understudy_engine::{
    Effect, Event, FenceAct, FenceAnswer, FenceTrouble, Ignored, Mode, PhaseName, Seconds, Standing, StepVerdict,
    Unseen, Urgency, Verdict, What, Why,
};

#[test]
fn a_decision_tries_to_cut_the_writer_off_before_anything_that_cannot_be_taken_back() {
    let script = Script::fencing();
    assert!(!script.promotes("run-1"));
    let Some(Effect::Fence(call)) = script.outstanding("run-1") else { panic!("nothing is tried") };
    assert_eq!((call.epoch, call.writer.as_str(), &call.act), (script.state.epoch, WRITER, &FenceAct::Describe));
    assert_eq!(call.not_after, script.time(200));
}

#[test]
fn a_writer_that_is_cut_off_is_promoted_at_once() {
    let mut script = Script::fencing();
    script.cut_off(EAST_GROUP);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::WriterCutOff));
    assert_eq!(script.phase(), PhaseName::Promoting);
}

#[test]
fn fencing_holds_a_failover_up_for_its_time_and_no_longer() {
    let mut script = Script::fencing();
    script.at(199);
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue));
    script.at(200);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::FenceTimeOver));
    assert_eq!(script.fence().proven_at(), None);
}

#[test]
fn the_end_of_the_fence_time_is_due_by_itself() {
    let mut script = Script::fencing();
    script.at(195);
    script.fenced_by(FenceAct::Describe, FenceAnswer::Trouble(FenceTrouble::Unseen(Unseen::Unreachable)));
    assert_eq!(script.due(), Some(200), "before the next poll at 205 s");
}

#[test]
fn without_a_group_there_is_nothing_to_wait_for_and_nothing_is_called() {
    let mut script = Script::sustained(Mode::Auto);
    script.tick();
    assert_eq!(script.outstanding("run-1"), None);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::FenceTimeOver));
}

#[test]
fn the_group_is_the_one_of_the_writers_own_region() {
    let mut policy = with_fence(Mode::Auto);
    policy.fence.as_mut().unwrap().security_groups.remove(&"us-east-1".parse().unwrap());
    let mut script = Script::sustained_under(policy);
    script.tick();
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::FenceTimeOver));
}

#[test]
fn while_fencing_the_evidence_is_looked_at_again() {
    let mut script = Script::fencing();
    script.policy.windows.fence_seconds = Seconds(600);
    script.at(209);
    assert!(!script.looks());
    script.at(210);
    assert!(script.looks());
    script.down_at(210);
    assert!(!script.looks());
    assert_eq!(script.state.looked_at, Some(script.now));
}

#[test]
fn the_writers_own_groups_are_entered_before_they_are_replaced() {
    let mut script = Script::fencing();
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    let entry = script.state.journal.outbox.last().unwrap();
    assert_eq!(entry.what, What::Isolating { restore: groups(&[OWN_GROUP]) });
    assert!(entry.why().contains(OWN_GROUP), "and how to undo it");
    assert_eq!(script.fence_act(), Some(isolate(EAST_GROUP)));
}

#[test]
fn a_call_is_not_made_again_because_a_clock_ahead_of_ours_had_looked() {
    let mut script = Script::fencing();
    script.policy.windows.fence_seconds = Seconds(600);
    let clock = script.seconds();
    let calls = |script: &mut Script, ahead: FenceAnswer, act: FenceAct| {
        script.at(clock + 300).fenced_by(FenceAct::Describe, ahead);
        script.at(clock + 1);
        assert_eq!(script.fence_act(), Some(act.clone()));
        assert_eq!(script.fenced_by(act, FenceAnswer::Accepted), StepVerdict::Noted);
        assert_eq!(script.fence_act(), None, "what was called is looked for at the next poll");
    };
    calls(&mut script, writer(&[OWN_GROUP], "available", true), isolate(EAST_GROUP));
    calls(&mut script, writer(&[EAST_GROUP], "available", true), FenceAct::Restart);
}

#[test]
fn each_act_is_made_only_after_what_it_needs_was_seen() {
    let mut script = Script::fencing();
    assert_eq!(script.fence_act(), Some(FenceAct::Describe));
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    assert_eq!(script.fence_act(), Some(isolate(EAST_GROUP)));
    script.fenced_by(isolate(EAST_GROUP), FenceAnswer::Accepted);
    assert_eq!(script.fence_act(), None, "looked at again at the next poll");
    script.at(190);
    assert_eq!(script.fence_act(), Some(FenceAct::Describe));
    script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", false));
    assert_eq!(script.fence().proven_at(), None, "not in force yet");
    script.at(200);
    script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", true));
    assert_eq!(script.fence_act(), Some(FenceAct::Restart));
    script.fenced_by(FenceAct::Restart, FenceAnswer::Accepted);
    script.at(210).down_at(210);
    script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "rebooting", true));
    assert_eq!(script.fence().proven_at(), None, "connections that stood may stand still");
    script.at(220);
    script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", true));
    assert_eq!(script.fence().proven_at(), Some(script.now));
    let entry = script.state.journal.outbox.last().unwrap();
    assert_eq!((&entry.what, entry.what.urgency()), (&What::Fenced, Urgency::Notice));
    assert_eq!(script.fence_act(), None);
}

#[test]
fn a_restart_that_was_never_seen_is_called_again() {
    let mut script = Script::fencing();
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    script.fenced_by(isolate(EAST_GROUP), FenceAnswer::Accepted);
    script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", true));
    script.fenced_by(FenceAct::Restart, FenceAnswer::Accepted);
    for second in [190, 239] {
        script.at(second);
        script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", true));
        assert_ne!(script.fence_act(), Some(FenceAct::Restart), "{second} s: it may begin yet");
    }
    script.down_at(240);
    script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", true));
    assert_eq!(script.fence_act(), Some(FenceAct::Restart));
    assert_eq!(script.fence().proven_at(), None);
}

#[test]
fn another_change_of_the_writer_is_no_restart() {
    for status in ["modifying", "upgrading"] {
        let mut script = Script::fencing();
        script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
        script.fenced_by(isolate(EAST_GROUP), FenceAnswer::Accepted);
        script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", true));
        script.fenced_by(FenceAct::Restart, FenceAnswer::Accepted);
        script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], status, true));
        script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", true));
        assert_eq!(script.fence().proven_at(), None, "{status}: the connections that stood may stand still");
    }
}

#[test]
fn a_writer_that_is_opened_again_by_hand_is_isolated_again() {
    let mut script = Script::fencing();
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    script.fenced_by(isolate(EAST_GROUP), FenceAnswer::Accepted);
    script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", true));
    script.fenced_by(FenceAct::Restart, FenceAnswer::Accepted);
    script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP, "sg-00000000000000009"], "rebooting", true));
    assert_eq!(script.fence_act(), Some(isolate(EAST_GROUP)));
    let Standing::Isolating { restore, .. } = script.standing() else { panic!("not isolating") };
    assert_eq!(*restore, groups(&[OWN_GROUP]), "what it gets back is what it had");
}

#[test]
fn a_writer_that_is_gone_takes_no_writes() {
    let mut script = Script::fencing();
    script.fenced_by(FenceAct::Describe, FenceAnswer::Missing);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::WriterCutOff));
}

#[test]
fn a_trouble_is_remembered_and_said() {
    let troubles = [
        FenceTrouble::Unseen(Unseen::Unreachable),
        FenceTrouble::Unanswered,
        FenceTrouble::Denied,
        FenceTrouble::Refused,
    ];
    for trouble in troubles {
        let mut script = Script::fencing();
        script.fenced_by(FenceAct::Describe, FenceAnswer::Trouble(trouble));
        assert_eq!(script.fence().trouble, Some(trouble));
        script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
        let turned_away = matches!(trouble, FenceTrouble::Denied | FenceTrouble::Refused);
        let still = turned_away.then_some(trouble);
        assert_eq!(script.fence().trouble, still, "a look alone does not make a call welcome");
        script.fenced_by(isolate(EAST_GROUP), FenceAnswer::Accepted);
        assert_eq!(script.fence().trouble, None, "it is over");
    }
}

#[test]
fn an_answer_of_another_epoch_or_older_than_the_last_changes_nothing() {
    let mut script = Script::fencing();
    let describe = |epoch| Event::FenceAnswered { epoch, act: FenceAct::Describe, answer: FenceAnswer::Missing };
    let stale = StepVerdict::Ignored(Ignored::Stale);
    assert_eq!(script.send(&describe(understudy_engine::Epoch(0))).verdict, stale);
    script.at(190);
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    script.at(185);
    assert_eq!(script.fenced_by(FenceAct::Describe, FenceAnswer::Missing), stale, "seen before what was seen last");
    script.at(190);
    assert_eq!(script.fenced_by(FenceAct::Describe, FenceAnswer::Missing), StepVerdict::Noted);
    assert_eq!(script.fenced_by(FenceAct::Describe, FenceAnswer::Missing), stale, "proven already");
}

#[test]
fn an_answer_is_nobodys_where_nothing_was_decided() {
    let mut script = Script::sustained(Mode::Auto);
    assert_eq!(script.fenced_by(FenceAct::Describe, FenceAnswer::Missing), StepVerdict::Ignored(Ignored::Stale));
}

#[test]
fn a_fence_that_is_not_proven_in_time_goes_on_after_the_promotion() {
    let mut script = Script::fencing();
    script.fenced_by(FenceAct::Describe, writer(&[OWN_GROUP], "available", true));
    script.fenced_by(isolate(EAST_GROUP), FenceAnswer::Accepted);
    script.at(200).tick();
    assert_eq!(script.phase(), PhaseName::Promoting);
    let mut script = script.failed_over();
    assert_eq!(script.fence_act(), Some(FenceAct::Describe));
    script.fenced_by(FenceAct::Describe, writer(&[EAST_GROUP], "available", true));
    assert_eq!(script.fence_act(), Some(FenceAct::Restart));
}

#[test]
fn the_replicas_health_is_none_of_the_fences_business() {
    let mut script = Script::fencing();
    script.look_at(REPLICA, candidate());
    assert_eq!(*script.standing(), Standing::Open);
    script.vote("primary", Verdict::Up).tick();
    assert_eq!(script.phase(), PhaseName::Fencing, "an Up of the infrastructure turns no evidence");
}
