//! Evidence about the observer, and whose word on the primary Region counts.

use crate::script::{Script, alarm, candidate, name, policy, rules};
use understudy_engine::{
    Blocker, EvidenceClass, HeldReason, Mode, Phase, PhaseName, Rule, Source, StepVerdict, Subject, Verdict, Voter,
    Why, tally,
};

fn voter(voter: &str, class: EvidenceClass, watches: Subject) -> Voter {
    Voter { name: name(voter), class, watches, source: Source::Alarm(alarm(voter)) }
}

/// `mirror` watches the standby Region, and `canary` something outside that is known to be well.
fn watched(mode: Mode) -> Script {
    let mut policy = policy(mode);
    policy.voters.push(voter("mirror", EvidenceClass::DataPath, Subject::Standby));
    policy.voters.push(voter("canary", EvidenceClass::DataPath, Subject::Canary));
    Script::sustained_under(policy)
}

fn held_reason(script: &Script) -> HeldReason {
    let Phase::Held(phase) = &script.state.phase else { panic!("not held, but {}", script.phase()) };
    phase.reason
}

#[test]
fn observers_that_are_well_or_silent_stand_in_nobodys_way() {
    for verdict in [Verdict::Up, Verdict::Abstain] {
        let mut script = watched(Mode::Auto);
        script.vote("mirror", verdict).vote("canary", verdict);
        assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
    }
    assert_eq!(watched(Mode::Auto).tick(), StepVerdict::Advanced(Why::Decided), "never heard of");
}

#[test]
fn both_regions_down_is_held_for_a_person() {
    let mut script = watched(Mode::Auto);
    script.vote("mirror", Verdict::Down);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::ObserverInDoubt));
    assert_eq!(held_reason(&script), HeldReason::Observer);
    let assessment = script.state.journal.outbox.last().unwrap().assessment.clone().unwrap();
    assert_eq!(assessment.blockers, vec![Blocker::StandbyDown { voters: vec![name("mirror")] }]);
}

#[test]
fn our_own_canary_down_is_held_for_a_person() {
    let mut script = watched(Mode::Auto);
    script.vote("canary", Verdict::Down);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::ObserverInDoubt));
    let assessment = script.state.journal.outbox.last().unwrap().assessment.clone().unwrap();
    assert_eq!(assessment.blockers, vec![Blocker::CanaryDown { voters: vec![name("canary")] }]);
}

#[test]
fn an_observer_in_doubt_is_no_hold_while_there_is_no_quorum() {
    let mut script = watched(Mode::Auto);
    script.vote("canary", Verdict::Down).vote("standby", Verdict::Abstain);
    let refused = rules(&script.tick());
    assert!(refused.contains(&Rule::Observer) && refused.contains(&Rule::Quorum), "{refused:?}");
    assert_eq!(script.phase(), PhaseName::Suspected);
}

#[test]
fn an_observer_that_has_gone_stale_is_no_doubt() {
    let mut script = watched(Mode::Auto);
    script.vote_seen_at("canary", Verdict::Down, 89);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn an_observer_that_is_well_again_lets_down_be_weighed_from_the_start() {
    let mut script = watched(Mode::Auto);
    script.vote("canary", Verdict::Down).tick();
    script.at(200).vote("canary", Verdict::Up);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::OnlyTimeBlocks));
    script.hold_down_until(379);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain]);
    script.at(380);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn a_hold_for_the_observer_stays_while_the_observer_is_in_doubt() {
    let mut script = watched(Mode::Auto);
    script.vote("canary", Verdict::Down).tick();
    for second in (200..1000).step_by(30) {
        script.down_at(second).vote("canary", Verdict::Down);
        script.tick();
        assert_eq!(script.phase(), PhaseName::Held);
    }
}

#[test]
fn the_word_of_an_observer_is_neither_a_down_nor_an_up_of_the_primary() {
    let mut script = watched(Mode::Auto);
    script.vote("mirror", Verdict::Down).vote("canary", Verdict::Up);
    let counted = tally(&script.policy, &script.votes, script.now);
    assert_eq!((counted.downs(), counted.electorate()), (2, 3));
    assert_eq!(counted.alive().count(), 0, "that the canary can be reached is no sign of life of the writer");
    assert_eq!(counted.heard.len(), 5, "and it is heard all the same");
    let mut quiet = Script::of(script.policy.clone());
    quiet.vote("mirror", Verdict::Down).vote("canary", Verdict::Down).look(candidate()).tick();
    assert_eq!(quiet.phase(), PhaseName::Watching, "the primary is well");
}

#[test]
fn an_observer_does_not_make_evidence_diverse() {
    let mut policy = policy(Mode::Auto);
    for one in &mut policy.voters {
        one.class = EvidenceClass::DataPath;
    }
    policy.voters.push(voter("canary", EvidenceClass::Infrastructure, Subject::Canary));
    let mut script = Script::sustained_under(policy);
    script.vote("canary", Verdict::Down);
    let told = |script: &Script| script.state.journal.outbox.last().unwrap().assessment.clone().unwrap();
    script.tick();
    assert!(told(&script).blockers.contains(&Blocker::OneEvidenceClass), "{:?}", told(&script).blockers);
}

#[test]
fn every_voter_is_explained_with_its_age_and_why_it_does_not_count() {
    let mut script = watched(Mode::Auto);
    script.vote_seen_at("primary", Verdict::Down, 30).vote_seen_at("mirror", Verdict::Up, 220);
    let counted = tally(&script.policy, &script.votes, script.now);
    let words: Vec<String> = counted.heard.iter().map(|heard| heard.counts.to_string()).collect();
    let expected = [
        "Abstain (Down, but stale)",
        "Down",
        "Down",
        "Abstain (Up, but dated in the future)",
        "Abstain (has not voted)",
    ];
    assert_eq!(words, expected);
    let ages: Vec<Option<i64>> = counted.heard.iter().map(|heard| heard.age_seconds).collect();
    assert_eq!(ages, [Some(150), Some(0), Some(0), Some(-40), None]);
}

#[test]
fn every_blocker_is_named_and_not_only_the_first() {
    let mut script = watched(Mode::Auto);
    script.order("ann", understudy_engine::Order::Pause);
    script.vote("witness", Verdict::Up).vote("mirror", Verdict::Down).vote("canary", Verdict::Down);
    script.state.writer = Some(crate::script::REPLICA.parse().unwrap());
    script.at(290).vote("witness", Verdict::Up).vote("standby", Verdict::Down);
    script.vote("mirror", Verdict::Down).vote("canary", Verdict::Down);
    let refused = rules(&script.tick());
    let expected = [
        Rule::Quorum,
        Rule::Diversity,
        Rule::Diversity,
        Rule::AliveVeto,
        Rule::Candidate,
        Rule::Roles,
        Rule::Observer,
        Rule::Observer,
        Rule::Pause,
    ];
    assert_eq!(refused, expected);
}
