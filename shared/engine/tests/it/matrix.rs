//! The whole phase × event matrix: every move it makes is an edge of the table, and every edge of the
//! table is made.

use crate::script::{Script, candidate, run, seen};
use std::collections::BTreeSet;
use understudy_engine::{
    ChainHash, DbStatus, EDGES, Event, Mode, PhaseName, PromoteAnswer, Seq, Sight, StepVerdict, Unseen, Verdict, What,
    Why,
};

/// A script in each phase.
fn phases() -> Vec<Script> {
    let mut suspected = Script::new(Mode::Auto);
    suspected.vote("witness", Verdict::Down).tick();
    let mut asked = Script::sustained(Mode::Approve);
    asked.tick();
    let mut shadowed = Script::sustained(Mode::Observe);
    shadowed.tick();
    let mut held = Script::new(Mode::Auto);
    held.vote("witness", Verdict::Down).tick();
    held.at(900).vote("witness", Verdict::Down).tick();
    let mut releasable = held.clone();
    releasable.at(910).vote("standby", Verdict::Down).vote("witness", Verdict::Down).look(candidate());
    let mut approved = asked.clone();
    for event in [2, 3].map(|index| events(&asked)[index].clone()) {
        approved.send(&event);
    }
    let mut unanswered = asked.clone();
    unanswered.hold_down_until(1080);
    let promoting = Script::promoting(Mode::Auto);
    let mut reading_back = promoting.clone();
    reading_back.answer(PromoteAnswer::Ambiguous);
    let mut untouched = reading_back.clone();
    untouched.untouched_at(300);
    let mut verifying = reading_back.clone();
    verifying.read_back(seen(DbStatus::Available, None, None));
    let mut shifting = verifying.clone();
    shifting.read_back(seen(DbStatus::Available, None, None));
    let mut failed_over = shifting.clone();
    failed_over.at(400).tick();
    let mut stuck = promoting.clone();
    stuck.answer(PromoteAnswer::Denied);
    vec![
        Script::new(Mode::Auto),
        suspected,
        Script::sustained(Mode::Auto),
        Script::sustained(Mode::Approve),
        Script::sustained(Mode::Observe),
        asked,
        approved,
        unanswered,
        shadowed,
        held,
        releasable,
        promoting,
        reading_back,
        untouched,
        verifying,
        shifting,
        failed_over,
        stuck,
    ]
}

/// Every event, as it would be meant for the script's present state.
fn events(script: &Script) -> Vec<Event> {
    let incident = script.state.phase.incident().cloned();
    let incident = incident.unwrap_or_else(|| understudy_engine::IncidentId::opened(script.now, script.state.revision));
    let epoch = script.state.epoch;
    let approve =
        |by: &str| Event::Approve { by: by.parse().unwrap(), incident: incident.clone(), epoch: epoch.next() };
    let mut events = vec![
        Event::Tick { run: run("run-1") },
        Event::Tick { run: run("run-2") },
        approve("ann"),
        approve("ben"),
        Event::Acknowledge { by: "ann".parse().unwrap(), incident: incident.clone() },
        Event::Delivered { incident, through: Seq(1), head: ChainHash("h".to_owned()) },
    ];
    let sights = [
        candidate(),
        seen(DbStatus::parse("rebooting"), Some(crate::script::WRITER), None),
        seen(DbStatus::BackingUp, None, None),
        seen(DbStatus::Available, None, None),
        Sight::Missing,
        Sight::Unseen(Unseen::Unreachable),
    ];
    for sight in sights {
        events.push(Event::Looked { candidate: sight.clone() });
        events.push(Event::ReadBack { epoch, sight });
    }
    for answer in [
        PromoteAnswer::Accepted,
        PromoteAnswer::NotArrived,
        PromoteAnswer::Ambiguous,
        PromoteAnswer::Denied,
        PromoteAnswer::Invalid,
        PromoteAnswer::NoSuchInstance,
    ] {
        events.push(Event::PromoteAnswered { epoch, attempt: 1, answer });
    }
    events
}

/// What else can be different when an event comes: the votes, and how late it is.
fn circumstances(script: &Script) -> Vec<Script> {
    let mut all = Vec::new();
    for verdict in [Verdict::Down, Verdict::Up, Verdict::Abstain] {
        for later in [0, 30, 900, 2000] {
            let mut script = script.clone();
            let second = script.seconds() + later;
            script.at(second);
            for voter in ["standby", "witness"] {
                script.vote(voter, verdict);
            }
            all.push(script);
        }
    }
    all.push(script.clone());
    all
}

#[test]
fn every_move_is_an_edge_and_every_edge_is_made() {
    let mut made = BTreeSet::new();
    for script in phases() {
        for circumstance in circumstances(&script) {
            for event in events(&circumstance) {
                let mut after = circumstance.clone();
                if let StepVerdict::Advanced(why) = after.send(&event).verdict {
                    made.insert((circumstance.phase(), after.phase(), why));
                }
            }
        }
    }
    let edges: BTreeSet<_> = EDGES.iter().map(|edge| (edge.from, edge.to, edge.why)).collect();
    assert_eq!(made.difference(&edges).collect::<Vec<_>>(), Vec::<&(PhaseName, PhaseName, Why)>::new(), "no edge");
    assert_eq!(edges.difference(&made).collect::<Vec<_>>(), Vec::<&(PhaseName, PhaseName, Why)>::new(), "never made");
    assert_eq!(edges.len(), EDGES.len(), "each edge stands once");
}

#[test]
fn every_event_in_every_phase_is_answered_and_every_entry_says_why() {
    for script in phases() {
        for circumstance in circumstances(&script) {
            for event in events(&circumstance) {
                let mut after = circumstance.clone();
                after.send(&event);
                for entry in &after.state.journal.outbox {
                    assert!(!entry.why().is_empty(), "{:?}", entry.what);
                    if let What::Refused = entry.what {
                        assert!(entry.assessment.is_some());
                    }
                }
            }
        }
    }
}

#[test]
fn a_delivered_entry_leaves_the_outbox_once() {
    let mut script = Script::promoting(Mode::Auto);
    let count = script.state.journal.outbox.len();
    let incident = script.state.phase.incident().unwrap().clone();
    let delivered = Event::Delivered { incident, through: Seq(2), head: ChainHash("h".to_owned()) };
    assert_eq!(script.send(&delivered).verdict, StepVerdict::Noted);
    assert_eq!(script.state.journal.outbox.len(), count - 2);
    assert_ne!(script.send(&delivered).verdict, StepVerdict::Noted);
}
