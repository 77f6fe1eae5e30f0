//! The whole phase × event matrix: every move it makes is an edge of the table, and every edge of the
//! table is made.

use crate::events::events;
use crate::phases;
use crate::script::Script;
use std::collections::BTreeSet;
use understudy_engine::{ChainHash, EDGES, Event, Mode, PhaseName, Seq, StepVerdict, Verdict, What, Why};

/// What else can be different when an event comes: the votes, and how late it is.
fn circumstances(script: &Script) -> Vec<Script> {
    let mut all = vec![script.clone()];
    for verdict in [Verdict::Down, Verdict::Up] {
        for later in [0, 900, 30_000] {
            let mut script = script.clone();
            let second = script.seconds() + later;
            script.at(second);
            for voter in ["standby", "witness"] {
                script.vote(voter, verdict);
            }
            all.push(script);
        }
    }
    all
}

/// Every moment, circumstance and event, and the script after it.
fn all(mut check: impl FnMut(&str, &Script, &StepVerdict, &Script)) {
    for (moment, script) in phases::all() {
        for circumstance in circumstances(script) {
            for event in events(&circumstance) {
                let mut after = circumstance.clone();
                let verdict = after.send(&event).verdict;
                check(moment, &circumstance, &verdict, &after);
            }
        }
    }
}

#[test]
fn every_move_is_an_edge_and_every_edge_is_made() {
    let mut made = BTreeSet::new();
    all(|_, before, verdict, after| {
        if let StepVerdict::Advanced(why) = verdict {
            made.insert((before.phase(), after.phase(), *why));
        }
    });
    let edges: BTreeSet<_> = EDGES.iter().map(|edge| (edge.from, edge.to, edge.why)).collect();
    assert_eq!(made.difference(&edges).collect::<Vec<_>>(), Vec::<&(PhaseName, PhaseName, Why)>::new(), "no edge");
    assert_eq!(edges.difference(&made).collect::<Vec<_>>(), Vec::<&(PhaseName, PhaseName, Why)>::new(), "never made");
    assert_eq!(edges.len(), EDGES.len(), "each edge stands once");
}

#[test]
fn every_phase_has_a_moment() {
    let reached: BTreeSet<PhaseName> = phases::all().iter().map(|(_, script)| script.phase()).collect();
    assert_eq!(reached, PhaseName::ALL.into());
}

#[test]
fn every_event_in_every_phase_is_answered_and_every_entry_says_why() {
    all(|moment, before, _, after| {
        let known = before.state.journal.outbox.len();
        for entry in after.state.journal.outbox.iter().skip(known) {
            assert!(!entry.why().is_empty(), "{moment}: {:?}", entry.what);
            assert!(!entry.what.to_string().is_empty());
            if let What::Refused = entry.what {
                assert!(entry.assessment.is_some());
            }
        }
    });
}

#[test]
fn what_is_ignored_or_refused_at_once_leaves_no_trace_in_an_acting_phase() {
    all(|moment, before, verdict, after| {
        let ignored = matches!(verdict, StepVerdict::Ignored(_));
        if ignored && before.state.phase.decision().is_some() {
            assert_eq!(before.state, after.state, "{moment}: {verdict:?}");
        }
    });
}

#[test]
fn the_latch_moves_only_where_a_promotion_is_verified_and_to_one_region() {
    all(|moment, before, verdict, after| {
        if before.state.latch != after.state.latch {
            assert_eq!(*verdict, StepVerdict::Advanced(Why::Writable), "{moment}");
            assert_eq!(after.state.latch.len(), 1, "never both closed, and never both open");
            let decision = after.state.phase.decision().unwrap();
            assert!(after.state.latch.contains_key(&decision.writer.region()));
            assert_eq!(after.state.writer.as_ref(), Some(&decision.replica));
        }
    });
}

#[test]
fn an_epoch_is_opened_only_by_a_decision_an_adoption_or_a_switchover() {
    all(|moment, before, verdict, after| {
        if before.state.epoch != after.state.epoch {
            assert_eq!(after.state.epoch, before.state.epoch.next());
            let opens = [Why::Decided, Why::Approved, Why::Unopposed, Why::Adopted, Why::SwitchoverOrdered];
            assert!(opens.iter().any(|why| *verdict == StepVerdict::Advanced(*why)), "{moment}: {verdict:?}");
            let cooldown = after.state.cooldown.as_ref().unwrap();
            assert_eq!(cooldown.acknowledged_by, None, "each decision starts the cooldown");
        }
    });
}

#[test]
fn nothing_stands_in_the_way_of_a_decision() {
    all(|moment, _, verdict, after| {
        if [Why::Decided, Why::Approved, Why::Unopposed].iter().any(|why| *verdict == StepVerdict::Advanced(*why)) {
            let assessment = after.state.phase.decision().unwrap().assessment.as_ref().unwrap();
            assert_eq!(assessment.blockers, vec![], "{moment}");
            assert!(after.state.paused.is_none());
        }
    });
}

#[test]
fn what_is_at_rest_is_due_later_and_never_at_once() {
    let mut spinning = BTreeSet::new();
    all(|moment, before, verdict, after| {
        let unchanged = before.state == after.state && !matches!(verdict, StepVerdict::Refused(_));
        if unchanged {
            return;
        }
        let mut rested = after.clone();
        for _ in 0..4 {
            rested.tick_as("run-7");
        }
        let before = rested.state.revision;
        rested.tick_as("run-7");
        if rested.state.revision != before || rested.outstanding("run-7").is_some() {
            return;
        }
        if let Some(due) = rested.state.next_due(&rested.policy, rested.now)
            && due <= rested.now
        {
            let paused = rested.state.paused.is_some();
            spinning.insert((rested.phase(), paused, moment.to_owned()));
        }
    });
    assert_eq!(spinning, BTreeSet::new(), "a conductor that attends would spin");
}

#[test]
fn a_delivered_entry_leaves_the_outbox_once() {
    let mut script = Script::promoting(Mode::Auto);
    let count = script.state.journal.outbox.len();
    let delivered = Event::Delivered { incident: script.incident(), through: Seq(2), head: ChainHash("h".to_owned()) };
    assert_eq!(script.send(&delivered).verdict, StepVerdict::Noted);
    assert_eq!(script.state.journal.outbox.len(), count - 2);
    assert_ne!(script.send(&delivered).verdict, StepVerdict::Noted);
}
