//! The timeline: what is written with what, how long it waits, and what is never left out.

use crate::script::{Script, candidate, seen};
use understudy_engine::{
    ChainHash, DbStatus, Entry, Event, Mode, Needs, OUTBOX_MAX, Order, PhaseName, PromoteAnswer, Seq, StepVerdict,
    StuckReason, Urgency, Verdict, What, Why,
};

fn whats(script: &Script) -> Vec<What> {
    script.state.journal.outbox.iter().map(|entry| entry.what.clone()).collect()
}

fn last(script: &Script) -> &Entry {
    script.state.journal.outbox.last().unwrap()
}

fn delivered(script: &mut Script, through: u32) -> StepVerdict {
    let incident = script.state.journal.last.clone().unwrap().incident;
    script.send(&Event::Delivered { incident, through: Seq(through), head: ChainHash("h".to_owned()) }).verdict
}

/// A suspicion whose outbox is full of refusals that nobody could be told about.
fn crowded(mode: Mode) -> Script {
    let mut script = Script::new(mode);
    script.policy.quorum.flaps_max = 20;
    script.vote("witness", Verdict::Down).tick();
    while script.state.journal.outbox.len() < OUTBOX_MAX {
        let quorum = if script.state.journal.outbox.len().is_multiple_of(2) { Verdict::Abstain } else { Verdict::Down };
        script.look(candidate()).vote("standby", quorum).tick();
    }
    script
}

#[test]
fn each_move_writes_its_entry_with_the_evidence_it_was_made_on() {
    let mut script = Script::sustained(Mode::Auto);
    script.tick();
    let entry = last(&script);
    let decided = What::Moved { from: PhaseName::Suspected, to: PhaseName::Fencing, why: Why::Decided, needs: None };
    assert_eq!(entry.what, decided);
    assert!(entry.assessment.is_some());
    assert_eq!(entry.assessment, script.state.phase.decision().unwrap().assessment);
    assert_eq!(entry.revision, script.state.revision);
    assert_eq!(entry.epoch, script.state.epoch);
}

#[test]
fn a_question_asked_again_is_an_entry_of_its_own() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    script.hold_down_until(1080);
    let before = script.state.journal.outbox.len();
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::AskedAgain));
    assert_eq!(script.state.journal.outbox.len(), before + 1);
    assert_eq!(last(&script).what.urgency(), Urgency::Page, "silence wakes somebody once more");
}

#[test]
fn every_call_its_answer_and_its_silence_are_entries() {
    let mut script = Script::promoting(Mode::Auto);
    script.at(200).tick_as("run-2");
    assert_eq!(last(&script).what, What::Unheard { attempt: 1 });
    script.untouched_at(260);
    script.tick_as("run-2");
    assert_eq!(last(&script).what, What::CalledAgain { attempt: 2 });
    script.answer(PromoteAnswer::Ambiguous);
    assert_eq!(last(&script).what, What::Answered { attempt: 2, answer: PromoteAnswer::Ambiguous });

    let mut denied = Script::promoting(Mode::Auto);
    denied.answer(PromoteAnswer::Denied);
    let what = whats(&denied);
    let [.., answered, stuck] = what.as_slice() else { panic!("no entries") };
    assert_eq!(*answered, What::Answered { attempt: 1, answer: PromoteAnswer::Denied });
    assert!(matches!(stuck, What::Moved { needs: Some(Needs::Stuck(StuckReason::PromoteDenied)), .. }));
    assert_eq!(stuck.urgency(), Urgency::Page);
}

#[test]
fn an_approval_is_an_entry_in_its_authors_name() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    script.yes("ann");
    assert_eq!(last(&script).what, What::Approved { so_far: 1, needed: 2 });
    assert_eq!(last(&script).who.to_string(), "ann");
}

#[test]
fn entries_are_numbered_without_a_gap_and_each_incident_from_one() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    script.read_back(seen(DbStatus::Available, None, None));
    let seqs: Vec<u32> = script.state.journal.outbox.iter().map(|entry| entry.id.seq.0).collect();
    assert_eq!(seqs, (1..=u32::try_from(seqs.len()).unwrap()).collect::<Vec<_>>());

    let mut second = Script::new(Mode::Auto);
    second.vote("witness", Verdict::Down).tick();
    second.at(20).vote("witness", Verdict::Up).tick();
    second.at(40).vote("witness", Verdict::Down).tick();
    let seqs: Vec<u32> = second.state.journal.outbox.iter().map(|entry| entry.id.seq.0).collect();
    assert_eq!(seqs, [1, 2, 1]);
}

#[test]
fn a_full_outbox_only_counts_doubts_and_says_how_many() {
    let mut script = crowded(Mode::Auto);
    assert_eq!(script.state.journal.outbox.len(), OUTBOX_MAX);
    for quorum in [Verdict::Down, Verdict::Abstain, Verdict::Down] {
        script.vote("standby", quorum).tick();
    }
    assert_eq!(script.state.journal.outbox.len(), OUTBOX_MAX);
    let withheld = script.state.journal.withheld;
    assert!(withheld >= 2, "{withheld}");
    let through = script.state.journal.outbox.last().unwrap().id.seq.0;
    delivered(&mut script, through);
    script.vote("standby", Verdict::Abstain).tick();
    assert_eq!(last(&script).withheld, withheld);
    assert_eq!(last(&script).id.seq.0, through + 1, "what was only counted has no number");
    assert_eq!(script.state.journal.withheld, 0);
}

#[test]
fn a_full_outbox_withholds_no_entry_of_a_decision() {
    let mut script = crowded(Mode::Auto);
    script.hold_down_until(180).tick();
    assert!(matches!(last(&script).what, What::Moved { to: PhaseName::Fencing, .. }));
    script.tick();
    assert!(matches!(last(&script).what, What::Moved { to: PhaseName::Promoting, .. }));
    script.answer(PromoteAnswer::Ambiguous);
    assert!(matches!(last(&script).what, What::Answered { .. }));
    script.untouched_at(260);
    script.tick();
    assert!(matches!(last(&script).what, What::CalledAgain { .. }));
    script.at(300).tick();
    assert!(matches!(last(&script).what, What::Unheard { .. }));
    let mut stuck = script.clone();
    stuck.at(1980).tick();
    assert!(matches!(last(&stuck).what, What::Moved { to: PhaseName::Stuck, .. }));
    for to in [PhaseName::Verifying, PhaseName::Shifting] {
        script.read_back(seen(DbStatus::Available, None, None));
        assert!(matches!(last(&script).what, What::Moved { to: told, .. } if told == to), "{to}");
    }
    script.at(400).tick();
    assert!(matches!(last(&script).what, What::Moved { to: PhaseName::FailedOver, .. }));
}

#[test]
fn a_full_outbox_withholds_no_approval() {
    let mut script = Script::sustained(Mode::Approve);
    script.tick();
    let entry = last(&script).clone();
    script.state.journal.outbox.resize(OUTBOX_MAX, entry);
    script.yes("ann");
    assert!(matches!(last(&script).what, What::Approved { .. }));
}

#[test]
fn what_is_delivered_goes_with_all_before_it_and_nothing_after_it() {
    let mut script = Script::promoting(Mode::Auto);
    script.answer(PromoteAnswer::Accepted);
    let total = u32::try_from(script.state.journal.outbox.len()).unwrap();
    assert!(total > 3);
    assert_eq!(delivered(&mut script, 2), StepVerdict::Noted);
    let left: Vec<u32> = script.state.journal.outbox.iter().map(|entry| entry.id.seq.0).collect();
    assert_eq!(left, (3..=total).collect::<Vec<_>>());
    let remembered = script.state.journal.delivered.clone().unwrap();
    assert_eq!((remembered.entry.seq, remembered.hash), (Seq(2), ChainHash("h".to_owned())));
    assert_ne!(delivered(&mut script, 1), StepVerdict::Noted, "late, and never back");
    assert_eq!(script.state.journal.delivered.clone().unwrap().entry.seq, Seq(2));
}

#[test]
fn the_delivery_of_another_incident_removes_nothing() {
    let mut script = Script::new(Mode::Auto);
    script.vote("witness", Verdict::Down).tick();
    let incident = understudy_engine::IncidentId::opened(script.now, understudy_engine::Revision(99));
    let other = Event::Delivered { incident, through: Seq(1), head: ChainHash("h".to_owned()) };
    assert_ne!(script.send(&other).verdict, StepVerdict::Noted);
    assert_eq!(script.state.journal.outbox.len(), 1);
}

#[test]
fn a_move_out_of_what_was_decided_is_told_however_full_the_outbox_is() {
    let mut script = Script::promoting(Mode::Auto);
    script.read_back(candidate());
    script.at(script.seconds() + 1800).tick();
    assert_eq!(script.phase(), PhaseName::Stuck);
    while script.state.journal.outbox.len() < 2 * OUTBOX_MAX {
        let next = script.seconds() + 1800;
        script.at(next).tick();
    }
    assert_eq!(script.say("ann", Order::Acknowledge), StepVerdict::Advanced(Why::GivenUp));
    let given_up = What::Moved { from: PhaseName::Stuck, to: PhaseName::Watching, why: Why::GivenUp, needs: None };
    assert_eq!(last(&script).what, given_up);
}
