//! What is explained: every voter, every rule, and the answer that the step itself gives.

use crate::script::{Script, candidate, run};
use understudy_engine::{
    Counts, Event, Explained, Explanation, Mode, NotCounted, PhaseName, Rule, StepVerdict, Turn, Verdict, Why, explain,
    step,
};

fn explained(script: &Script) -> Explanation {
    explain(&script.state, &script.policy, &script.votes, script.now)
}

fn rules(explanation: &Explanation) -> Vec<Rule> {
    explanation.evidence.as_ref().unwrap().rules().into_iter().collect()
}

#[test]
fn in_quiet_times_it_says_why_nothing_is_done() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Up).vote("witness", Verdict::Up);
    let explanation = explained(&script);
    assert_eq!((explanation.phase, explanation.answer), (PhaseName::Watching, Explained::WouldNotAct));
    assert!(explanation.because.starts_with("nobody says Down"), "{}", explanation.because);
    assert_eq!(rules(&explanation), [Rule::Quorum, Rule::AliveVeto, Rule::Diversity, Rule::Candidate]);
}

#[test]
fn every_configured_voter_is_listed_with_its_words_and_why_it_counts() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down);
    script.votes.values_mut().for_each(|vote| vote.reason = "2 of 2 datapoints".to_owned());
    script.vote_seen_at("witness", Verdict::Down, -600);
    let evidence = explained(&script).evidence.unwrap();
    let heard: Vec<_> = evidence.tally.heard.iter().map(|one| (one.voter.as_str(), one.counts)).collect();
    let stale = Counts::Not(NotCounted::Stale { verdict: Verdict::Down });
    let expected =
        [("primary", Counts::Not(NotCounted::NeverVoted)), ("standby", Counts::As(Verdict::Down)), ("witness", stale)];
    assert_eq!(heard, expected);
    assert_eq!(evidence.tally.heard[1].reason, "2 of 2 datapoints");
}

#[test]
fn an_assessment_tells_how_far_everything_has_come() {
    let mut script = Script::sustained(Mode::Auto);
    let evidence = explained(&script).evidence.unwrap();
    let sustained = evidence.sustained.unwrap();
    assert_eq!(sustained.until.duration_since(sustained.since).as_secs(), 180);
    assert_eq!(evidence.candidate.unwrap().sight, candidate());
    assert!(matches!(evidence.turn, Some(Turn::NotWanted | Turn::Wanted { .. } | Turn::Admitted { .. })));
    assert_eq!(evidence.approvals, None);

    script = Script::sustained(Mode::Approve);
    script.tick();
    script.yes("ann");
    let evidence = explained(&script).evidence.unwrap();
    let approvals = evidence.approvals.unwrap();
    assert_eq!((approvals.by.len(), approvals.needed), (1, 2));
    assert_eq!(evidence.turn, None, "nobody asks the storm breaker when people are asked");
}

#[test]
fn the_answer_is_that_of_the_step_itself() {
    for mode in [Mode::Observe, Mode::Approve, Mode::Auto] {
        let script = Script::sustained(mode);
        let answer = explained(&script).answer;
        let mut state = script.state.clone();
        for _ in 0..4 {
            state = step(&state, &script.policy, &script.votes, &Event::Tick { run: run("run-1") }, script.now).next;
        }
        let acts = state.phase.decision().is_some();
        assert_eq!(answer == Explained::WouldAct, acts, "{mode}: {}", state.phase.name());
    }
}

#[test]
fn enough_approvals_would_act_and_too_few_would_not() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    script.yes("ann");
    assert_eq!(explained(&script).answer, Explained::WouldNotAct);
    script.yes("ben");
    let explanation = explained(&script);
    assert_eq!((explanation.answer, explanation.because.as_str()), (Explained::WouldAct, Why::Approved.sentence()));
}

#[test]
fn from_the_decision_on_the_evidence_is_that_of_the_decision() {
    let script = Script::promoting(Mode::Auto);
    let explanation = explained(&script);
    let decision = script.state.phase.decision().unwrap();
    assert_eq!(explanation.answer, Explained::Acts);
    assert_eq!((explanation.evidence, explanation.weighed_at), (decision.assessment.clone(), decision.decided_at));
}

#[test]
fn a_hold_by_a_person_carries_the_evidence_that_it_stopped() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    assert_eq!(script.no("cy"), StepVerdict::Advanced(Why::Vetoed));
    let held = script.state.journal.outbox.last().unwrap();
    assert_eq!(held.assessment.as_ref().unwrap().tally.downs(), 2);
    let explanation = explained(&script);
    assert_eq!(explanation.answer, Explained::WouldNotAct);
    assert!(explanation.because.contains("held for a person"), "{}", explanation.because);
}
