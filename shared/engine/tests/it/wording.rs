//! The words that people read at night: what stands in the way, and what could not be done.

use crate::script::{REPLICA, Script, WRITER, candidate, seen};
use understudy_engine::{
    Blocker, Cooldown, DbStatus, FenceTrouble, Ineligible, Mode, Seconds, Sight, StepVerdict, Unseen, Verdict, What,
    Why,
};

fn blockers(script: &mut Script) -> String {
    let StepVerdict::Refused(blockers) = script.tick() else { panic!("it is not refused") };
    blockers.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[test]
fn everybody_who_vetoes_is_named() {
    let mut one = Script::sustained(Mode::Auto);
    one.vote("primary", Verdict::Down).vote("witness", Verdict::Up);
    assert!(blockers(&mut one).contains("alive veto: witness can still reach it"));
    let mut two = Script::sustained(Mode::Auto);
    two.vote("primary", Verdict::Down).vote("standby", Verdict::Up).vote("witness", Verdict::Up);
    assert!(blockers(&mut two).contains("alive veto: standby, witness can still reach it"));
}

#[test]
fn everything_that_is_wrong_with_a_candidate_is_said() {
    let said = |sight: Sight| {
        let mut script = Script::sustained(Mode::Auto);
        script.look(sight);
        blockers(&mut script)
    };
    let another = "arn:aws:rds:us-east-1:111122223333:db:another";
    for (sight, words) in [
        (
            seen(DbStatus::BackingUp, Some(WRITER), Some(1)),
            "candidate: it is backing up, and RDS refuses to promote it then",
        ),
        (seen(DbStatus::parse("stopped"), Some(WRITER), Some(1)), "candidate: its status is stopped, not available"),
        (
            seen(DbStatus::parse("modifying"), Some(WRITER), Some(61)),
            "modifying, not available, its replication lag at last contact was 61 s",
        ),
        (seen(DbStatus::Available, Some(another), Some(1)), another),
        (seen(DbStatus::Available, Some(WRITER), None), "candidate: its replication lag at last contact is not known"),
    ] {
        let said = said(sight);
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn every_status_of_rds_is_what_rds_calls_it() {
    for (text, status) in [
        ("available", DbStatus::Available),
        ("backing-up", DbStatus::BackingUp),
        ("rebooting", DbStatus::Changing("rebooting".to_owned())),
        ("storage-full", DbStatus::Other("storage-full".to_owned())),
    ] {
        assert_eq!((DbStatus::parse(text), status.to_string().as_str()), (status, text));
    }
}

#[test]
fn what_could_not_be_seen_or_done_says_why() {
    let unseen =
        [Unseen::Unreachable, Unseen::Throttled, Unseen::Denied, Unseen::Unreadable].map(|why| why.to_string());
    let troubles = [FenceTrouble::Unanswered, FenceTrouble::Denied, FenceTrouble::Refused].map(|why| why.to_string());
    assert!(unseen[0].contains("did not answer") && unseen[1].contains("throttled"), "{unseen:?}");
    assert!(unseen[2].contains("not allowed") && unseen[3].contains("could not be read"), "{unseen:?}");
    assert!(troubles[0].contains("whether the call arrived") && troubles[2].contains("refused"), "{troubles:?}");
    assert!(troubles[1].contains("rds:ModifyDBInstance"), "{troubles:?}");
    assert_eq!(FenceTrouble::Unseen(Unseen::Denied).to_string(), unseen[2]);
    let missing = Blocker::CandidateIneligible { reasons: vec![Ineligible::Missing] };
    assert!(missing.to_string().starts_with("candidate: ") && missing.to_string().len() > 20, "{missing}");
}

#[test]
fn a_decision_that_is_taken_back_says_what_has_turned_and_nothing_else() {
    for (voter, verdict, words) in [
        ("witness", Verdict::Abstain, "quorum: 1 of 3 configured voters say Down, 2 are needed"),
        ("primary", Verdict::Up, "alive veto: primary can still reach it"),
    ] {
        let mut script = Script::fencing();
        script.policy.voters[0].class = understudy_engine::EvidenceClass::DataPath;
        script.vote(voter, verdict);
        assert_eq!(script.tick(), StepVerdict::Advanced(Why::EvidenceTurned));
        let entry = script.state.journal.outbox.last().unwrap();
        assert!(matches!(entry.what, What::Moved { .. }));
        assert_eq!(entry.blockers(), words);
    }
}

#[test]
fn nothing_is_looked_at_again_before_a_call_is_read_back() {
    let mut script = Script::promoting(Mode::Auto);
    let second = script.seconds();
    script.answer(understudy_engine::PromoteAnswer::Ambiguous);
    script.read_back(candidate());
    script.at(second + 59);
    assert!(!script.looks() && script.reads_back(), "the evidence is read again when the call may be repeated");
    assert_eq!((script.policy.windows.look_seconds, script.policy.database.replica.as_str()), (Seconds(30), REPLICA));
}

#[test]
fn a_question_a_cooldown_and_a_phase_are_told_in_words() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    assert_eq!(script.phase().to_string(), "AwaitingApproval");
    let question = script.state.phase.question().unwrap();
    assert_eq!(question.action.to_string(), format!("promote {REPLICA} in place of {WRITER}"));
    let mut cooldown = Cooldown { until: script.time(3600), acknowledged_by: None };
    assert_eq!(
        cooldown.to_string(),
        "no second decision before 2026-03-01T04:00:00Z and before a person has acknowledged the last"
    );
    cooldown.acknowledged_by = Some("ann".parse().unwrap());
    assert_eq!(cooldown.to_string(), "no second decision before 2026-03-01T04:00:00Z (acknowledged by ann)");
}
