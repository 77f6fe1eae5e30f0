//! What holds of every sequence of events, from every moment of every phase. The seed is fixed: a run
//! that fails fails again.

use crate::events::events;
use crate::phases;
use crate::script::{Script, alarm, name, policy, run};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::BTreeMap;
use understudy_engine::{
    Call, Effect, Event, Mode, Phase, Source, State, StepVerdict, Verdict, Vote, VoterName, Votes, Why, step, tally,
};

const VOTERS: [&str; 3] = ["primary", "standby", "witness"];

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(0x5eed), ..ProptestConfig::default() }
}

/// What happens next: time passes, somebody votes, and one of the events comes.
#[derive(Debug, Clone)]
struct Happening {
    seconds: i64,
    voter: usize,
    verdict: Verdict,
    looks: bool,
    event: usize,
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![4 => Just(Verdict::Down), 1 => Just(Verdict::Up), 1 => Just(Verdict::Abstain)]
}

fn happening() -> impl Strategy<Value = Happening> {
    let seconds = prop_oneof![6 => 0..40i64, 1 => 40..4000i64];
    // A tick is the first of the events, and what the engine asks for is the commonest of the others.
    let event = prop_oneof![3 => Just(0usize), 2 => 0..1000usize];
    (seconds, 0..VOTERS.len(), verdict(), any::<bool>(), event)
        .prop_map(|(seconds, voter, verdict, looks, event)| Happening { seconds, voter, verdict, looks, event })
}

/// A moment of a phase, and what happens from there.
fn story() -> impl Strategy<Value = (usize, Vec<Happening>)> {
    (0..phases::all().len(), prop::collection::vec(happening(), 1..40))
}

/// Plays a story; `check` sees the script before and after each event. What holds of every step is
/// checked where the script takes it.
fn play(moment: usize, story: &[Happening], mut check: impl FnMut(&Script, &Event, &StepVerdict, &Script)) {
    let mut script = phases::all()[moment].1.clone();
    for happening in story {
        let second = script.seconds() + happening.seconds;
        script.at(second).vote(VOTERS[happening.voter], happening.verdict);
        if happening.looks {
            script.look(crate::script::candidate());
        }
        let events = events(&script);
        let event = &events[happening.event % events.len()];
        let before = script.clone();
        let verdict = script.send(event).verdict;
        check(&before, event, &verdict, &script);
    }
}

fn is_decided(verdict: &StepVerdict) -> bool {
    [Why::Decided, Why::Approved, Why::Unopposed].iter().any(|why| *verdict == StepVerdict::Advanced(*why))
}

/// A vote whose whole content follows from who says what when, as of one source it does.
fn cast(votes: &mut Votes, (voter, verdict, second): (usize, Verdict, i64)) {
    let voter = VOTERS[voter];
    let observed_at = policy_time(second);
    let since = (second % 3 > 0).then(|| policy_time(second - second % 50));
    let vote = Vote { verdict, observed_at, since, source: Source::Alarm(alarm(voter)), reason: String::new() };
    if votes.get(&name(voter)).is_none_or(|stored| vote.supersedes(stored)) {
        votes.insert(name(voter), vote);
    }
}

fn policy_time(second: i64) -> jiff::Timestamp {
    Script::new(Mode::Auto).time(second)
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn the_order_and_the_duplication_of_votes_never_change_the_tally(
        votes in prop::collection::vec((0..VOTERS.len(), verdict(), 0..200i64), 1..20),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        keys in prop::collection::vec(any::<u32>(), 40),
        now in 0..300i64,
    ) {
        let mut once = Votes::new();
        votes.iter().for_each(|vote| cast(&mut once, *vote));
        let mut shuffled: Vec<_> = votes.clone();
        shuffled.extend(again.iter().map(|index| *index.get(&votes)));
        let mut order: Vec<(u32, usize)> = keys.into_iter().zip(0..shuffled.len()).collect();
        order.sort_unstable();
        let mut otherwise = Votes::new();
        order.iter().for_each(|(_, index)| cast(&mut otherwise, shuffled[*index]));
        let policy = policy(Mode::Auto);
        prop_assert_eq!(
            tally(&policy, &once, policy_time(now)),
            tally(&policy, &otherwise, policy_time(now))
        );
    }

    #[test]
    fn a_voter_has_one_vote_and_what_is_counted_are_the_configured_voters(
        verdicts in prop::collection::vec((0..VOTERS.len(), verdict(), 0..200i64), 0..20),
        strangers in prop::collection::vec("[a-z]{1,8}", 0..5),
    ) {
        let mut votes = Votes::new();
        verdicts.iter().for_each(|vote| cast(&mut votes, *vote));
        let policy = policy(Mode::Auto);
        let expected = tally(&policy, &votes, policy_time(200));
        for stranger in strangers {
            let vote = Vote { verdict: Verdict::Down, observed_at: policy_time(200), since: None,
                source: Source::Alarm(alarm("canary")), reason: String::new() };
            votes.insert(format!("x{stranger}").parse().unwrap(), vote);
        }
        let counted = tally(&policy, &votes, policy_time(200));
        prop_assert_eq!(&counted, &expected);
        prop_assert!(usize::try_from(counted.downs()).unwrap() <= VOTERS.len());
        let heard: Vec<&VoterName> = counted.heard.iter().map(|heard| &heard.voter).collect();
        prop_assert_eq!(heard, policy.voters.iter().map(|voter| &voter.name).collect::<Vec<_>>());
    }

    #[test]
    fn a_step_is_total_numbered_told_and_by_an_edge((moment, story) in story()) {
        let mut revisions = Vec::new();
        play(moment, &story, |before, _, _, after| {
            assert!(after.state.revision >= before.state.revision && after.state.epoch >= before.state.epoch);
            revisions.push(after.state.revision);
        });
        prop_assert!(revisions.is_sorted(), "{revisions:?}");
    }

    #[test]
    fn the_policy_that_decides_is_the_one_that_is_given((moment, story) in story()) {
        play(moment, &story, |before, _, verdict, after| {
            if !is_decided(verdict) {
                return;
            }
            let decision = after.state.phase.decision().unwrap();
            let policy = &before.policy;
            assert_eq!((&decision.writer, &decision.replica), (&policy.database.writer, &policy.database.replica));
            let assessment = decision.assessment.as_ref().unwrap();
            assert_eq!(assessment.tally, tally(policy, &before.votes, before.now), "the votes as they are now");
            assert!(assessment.tally.has_quorum() && assessment.tally.needed == policy.quorum.needed);
            assert_eq!(assessment.tally.alive().count(), 0);
        });
    }

    #[test]
    fn nothing_but_state_policy_votes_and_time_changes_a_step((moment, story) in story()) {
        play(moment, &story, |before, event, _, _| {
            let decide = |state: &State, votes: &Votes| step(state, &before.policy, votes, event, before.now);
            let expected = decide(&before.state, &before.votes);
            assert_eq!(decide(&before.state, &before.votes), expected, "twice the same");
            let mut votes = before.votes.clone();
            let stranger = Vote { verdict: Verdict::Up, observed_at: before.now, since: None,
                source: Source::Alarm(alarm("canary")), reason: String::new() };
            votes.insert(name("stranger"), stranger);
            assert_eq!(decide(&before.state, &votes), expected, "a stranger's vote");
            if matches!(event, Event::Delivered { .. }) {
                return;
            }
            let mut untold = before.state.clone();
            untold.journal.outbox.clear();
            let otherwise = decide(&untold, &before.votes);
            assert_eq!(otherwise.verdict, expected.verdict, "what people have been told by now");
            assert_eq!(otherwise.next.phase, expected.next.phase);
            assert_eq!(otherwise.next.latch, expected.next.latch);
        });
    }

    #[test]
    fn a_promote_call_is_outstanding_only_for_the_run_that_intended_it_in_time((moment, story) in story()) {
        play(moment, &story, |_, _, _, after| {
            for name in ["run-1", "run-2", "run-3"] {
                let Some(Effect::Promote(promote)) = after.outstanding(name) else { continue };
                let Phase::Promoting(phase) = &after.state.phase else { panic!("called in {}", after.phase()) };
                let Call::Intended { caller, not_after } = &phase.call else { panic!("called without an intent") };
                assert_eq!(*caller, run(name));
                assert!(after.now < *not_after && after.state.paused.is_none());
                assert_eq!((promote.epoch, promote.attempt), (after.state.epoch, phase.attempt));
                assert_eq!((&promote.replica, &promote.not_after), (&phase.decision.replica, not_after));
            }
        });
    }

    #[test]
    fn a_promote_call_follows_an_intent_of_its_own((moment, story) in story()) {
        let mut intents: BTreeMap<(u64, u32), u32> = BTreeMap::new();
        play(moment, &story, |before, _, _, after| {
            let intent = |script: &Script| match &script.state.phase {
                Phase::Promoting(phase) if matches!(phase.call, Call::Intended { .. }) => {
                    Some((phase.decision.epoch.0, phase.attempt))
                }
                _ => None,
            };
            if let (None, Some(intent)) = (intent(before), intent(after)) {
                *intents.entry(intent).or_default() += 1;
            }
        });
        prop_assert!(intents.values().all(|times| *times == 1), "{intents:?}");
    }

    #[test]
    fn at_most_one_region_is_latched_and_never_the_writers((moment, story) in story()) {
        play(moment, &story, |_, _, _, after| {
            assert!(after.state.latch.len() <= 1);
            if let Some(writer) = &after.state.writer {
                assert!(!after.state.latch.contains_key(&writer.region()));
            }
        });
    }

    #[test]
    fn what_is_stored_is_what_is_loaded((moment, story) in story()) {
        play(moment, &story, |_, _, _, after| {
            let stored = serde_json::to_string(&after.state).unwrap();
            assert_eq!(serde_json::from_str::<State>(&stored).unwrap(), after.state);
        });
    }
}
