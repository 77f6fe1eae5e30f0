//! What forbids a promotion. Each test is the one that fails when its rule is taken away.

use crate::script::{Script, WRITER, candidate, name, rules, seen};
use understudy_engine::{
    Blocker, Cooldown, Counts, DbStatus, Ineligible, Mode, NotCounted, Order, PhaseName, Rule, Seconds, Sight, Source,
    StepVerdict, Unseen, Verdict, Why, tally,
};

#[test]
fn a_sustained_quorum_with_a_fit_candidate_is_promoted() {
    let mut script = Script::sustained(Mode::Auto);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
    assert_eq!(script.phase(), PhaseName::Fencing);
    assert_eq!(script.state.epoch.0, 1);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::FenceTimeOver), "nothing to fence with, nothing to wait for");
    assert!(script.promotes("run-1"));
}

#[test]
fn the_quorum_is_of_all_configured_voters_not_of_those_that_answered() {
    let mut script = Script::new(Mode::Auto);
    script.vote("witness", Verdict::Down).look(candidate());
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::SaidDown));
    for second in (30..=300).step_by(30) {
        script.at(second).vote("witness", Verdict::Down).look(candidate());
        assert!(rules(&script.tick()).contains(&Rule::Quorum), "one of three, the only one that speaks");
    }
}

#[test]
fn missing_and_abstaining_voters_are_not_down() {
    let mut script = Script::new(Mode::Auto);
    script.vote("witness", Verdict::Down).vote("standby", Verdict::Abstain).tick();
    script.at(200).vote("witness", Verdict::Down).vote("standby", Verdict::Abstain).look(candidate());
    let StepVerdict::Refused(blockers) = script.tick() else { panic!("promoted on one Down") };
    assert!(blockers.contains(&Blocker::NoQuorum { down: 1, needed: 2, configured: 3 }));
}

#[test]
fn a_stale_vote_does_not_count() {
    let mut script = Script::new(Mode::Auto);
    script.at(100).vote("witness", Verdict::Down).vote_seen_at("standby", Verdict::Down, 9);
    let stale = Counts::Not(NotCounted::Stale { verdict: Verdict::Down });
    let counts = |script: &Script| tally(&script.policy, &script.votes, script.now).heard[1].counts;
    assert_eq!(counts(&script), stale);
    script.vote_seen_at("standby", Verdict::Down, 10);
    assert_eq!(counts(&script), Counts::As(Verdict::Down), "as old as may be");
}

#[test]
fn a_vote_from_the_future_does_not_count() {
    let mut script = Script::new(Mode::Auto);
    script.vote_seen_at("standby", Verdict::Down, 31);
    let counts = |script: &Script| tally(&script.policy, &script.votes, script.now).heard[1].counts;
    assert_eq!(counts(&script), Counts::Not(NotCounted::FromTheFuture { verdict: Verdict::Down }));
    script.vote_seen_at("standby", Verdict::Down, 30);
    assert_eq!(counts(&script), Counts::As(Verdict::Down), "within the skew allowance");
}

#[test]
fn a_vote_from_a_source_that_is_not_the_voters_does_not_count() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down);
    let forged = "arn:aws:cloudwatch:us-west-2:111122223333:alarm:another".parse().unwrap();
    script.votes.get_mut(&name("standby")).unwrap().source = Source::Alarm(forged);
    let tally = tally(&script.policy, &script.votes, script.now);
    assert_eq!(tally.heard[1].counts, Counts::Not(NotCounted::OtherSource));
}

#[test]
fn a_vote_of_a_voter_that_is_not_configured_is_nobodys() {
    let mut script = Script::new(Mode::Auto);
    script.vote("stranger", Verdict::Down);
    assert_eq!(tally(&script.policy, &script.votes, script.now).downs(), 0);
}

#[test]
fn a_fresh_up_of_the_data_path_forbids_it() {
    let mut script = Script::sustained(Mode::Auto);
    script.vote("primary", Verdict::Down).vote("witness", Verdict::Up);
    let StepVerdict::Refused(blockers) = script.tick() else { panic!("promoted against an Up") };
    assert!(blockers.contains(&Blocker::Alive { voters: vec![name("witness")] }));
}

#[test]
fn a_fresh_up_of_the_replication_forbids_it() {
    let mut script = Script::sustained(Mode::Auto);
    script.vote("primary", Verdict::Down).vote("standby", Verdict::Up);
    assert!(rules(&script.tick()).contains(&Rule::AliveVeto));
}

#[test]
fn an_up_of_the_infrastructure_is_no_veto() {
    let mut script = Script::sustained(Mode::Auto);
    script.vote("primary", Verdict::Up);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn an_up_that_has_gone_stale_is_no_veto() {
    let mut script = Script::sustained(Mode::Auto);
    script.policy.voters[0].class = understudy_engine::EvidenceClass::DataPath;
    script.vote_seen_at("primary", Verdict::Up, 90);
    assert!(rules(&script.tick()).contains(&Rule::AliveVeto), "as old as may be");
    script.vote_seen_at("primary", Verdict::Up, 89);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain], "a veto no more, but the window was broken");
}

#[test]
fn down_must_hold_for_the_sustain_window() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick();
    script.hold_down_until(179);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain]);
    script.at(180);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn a_gap_in_the_quorum_starts_the_window_again() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick();
    script.hold_down_until(150).vote("standby", Verdict::Abstain).tick();
    script.at(151).vote("standby", Verdict::Down).tick();
    script.hold_down_until(330);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain], "179 s after the gap");
    script.at(331);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn a_gap_that_only_the_source_saw_starts_the_window_again() {
    let mut script = Script::sustained(Mode::Auto);
    let changed = script.now.checked_sub(jiff::SignedDuration::from_secs(20)).unwrap();
    script.votes.get_mut(&name("standby")).unwrap().since = Some(changed);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain]);
}

#[test]
fn a_source_whose_clock_is_ahead_does_not_move_the_beginning_on_with_every_step() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down);
    let ahead = Some(script.time(20));
    script.votes.values_mut().for_each(|vote| vote.since = ahead);
    script.tick();
    script.at(1).tick();
    script.at(2).tick();
    let settled = script.state.revision;
    script.at(3).tick();
    assert_eq!(script.state.revision, settled, "the record comes to rest");
}

#[test]
fn having_it_weighed_again_begins_no_window_without_a_quorum() {
    let mut script = Script::sustained(Mode::Observe);
    script.tick();
    assert_eq!(script.phase(), PhaseName::Held);
    script.at(200).vote("standby", Verdict::Abstain).say("ann", Order::WeighAgain);
    script.policy.mode = Mode::Auto;
    script.down_at(240).tick();
    script.hold_down_until(385);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain], "the quorum formed at 240 s, not at 200 s");
}

#[test]
fn a_stretch_in_which_nobody_looked_starts_the_window_again() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick();
    script.at(200).vote("standby", Verdict::Down).vote("witness", Verdict::Down).look(candidate());
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain]);
}

#[test]
fn a_tick_without_a_look_confirms_nothing() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down).tick();
    script.at(60).tick();
    script.at(100).vote("standby", Verdict::Down).vote("witness", Verdict::Down).look(candidate()).tick();
    script.hold_down_until(279);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain], "nobody had looked for 100 s");
    script.at(280);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn a_voter_that_joins_the_quorum_late_starts_nothing_again() {
    let mut script = Script::sustained(Mode::Auto);
    let changed = script.now.checked_sub(jiff::SignedDuration::from_secs(20)).unwrap();
    script.vote("primary", Verdict::Down);
    script.votes.get_mut(&name("primary")).unwrap().since = Some(changed);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided), "two others have said Down all along");
}

#[test]
fn a_source_that_dates_itself_ahead_does_not_hold_the_window_up_for_good() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down);
    let ahead = script.now.checked_add(jiff::SignedDuration::from_secs(3600)).unwrap();
    script.votes.get_mut(&name("standby")).unwrap().since = Some(ahead);
    script.tick();
    script.at(10).look(candidate()).tick();
    script.hold_down_until(189);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain]);
    script.at(190);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn two_evidence_classes_must_say_down() {
    let mut script = Script::sustained(Mode::Auto);
    for voter in &mut script.policy.voters {
        voter.class = understudy_engine::EvidenceClass::DataPath;
    }
    assert_eq!(rules(&script.tick()), vec![Rule::Diversity]);
}

#[test]
fn somebody_outside_primary_and_standby_must_say_down() {
    let mut script = Script::sustained(Mode::Auto);
    script.vote("primary", Verdict::Down).vote("witness", Verdict::Abstain);
    let StepVerdict::Refused(blockers) = script.tick() else { panic!("promoted on the word of the two Regions") };
    assert_eq!(blockers, vec![Blocker::NobodyOutside]);
}

#[test]
fn a_candidate_that_was_not_seen_lately_is_none() {
    let mut script = Script::new(Mode::Auto);
    script.vote("standby", Verdict::Down).vote("witness", Verdict::Down);
    script.tick();
    assert!(rules(&script.tick()).contains(&Rule::Candidate));
    script.look(candidate());
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain]);
    script.at(90).vote("standby", Verdict::Down).vote("witness", Verdict::Down);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain], "seen as long ago as may be");
    script.at(91).vote("standby", Verdict::Down).vote("witness", Verdict::Down);
    assert!(rules(&script.tick()).contains(&Rule::Candidate), "seen 91 s ago");
}

#[test]
fn an_unfit_candidate_is_refused_with_every_reason() {
    let other = "arn:aws:rds:us-east-1:111122223333:db:another";
    let cases: Vec<(Sight, Vec<Ineligible>)> = vec![
        (Sight::Missing, vec![Ineligible::Missing]),
        (seen(DbStatus::Available, None, Some(1)), vec![Ineligible::NotAReplica]),
        (
            seen(DbStatus::Available, Some(other), Some(1)),
            vec![Ineligible::ReplicaOfAnother { source: other.parse().unwrap() }],
        ),
        (seen(DbStatus::BackingUp, Some(WRITER), Some(1)), vec![Ineligible::BackingUp]),
        (
            seen(DbStatus::parse("storage-full"), Some(WRITER), None),
            vec![Ineligible::NotAvailable { status: DbStatus::parse("storage-full") }, Ineligible::LagUnknown],
        ),
        (
            seen(DbStatus::parse("modifying"), Some(WRITER), Some(1)),
            vec![Ineligible::NotAvailable { status: DbStatus::parse("modifying") }],
        ),
        (seen(DbStatus::Available, Some(WRITER), None), vec![Ineligible::LagUnknown]),
        (
            seen(DbStatus::Available, Some(WRITER), Some(61)),
            vec![Ineligible::LagAboveLimit { lag: Seconds(61), limit: Seconds(60) }],
        ),
    ];
    for (sight, reasons) in cases {
        assert_eq!(sight.ineligible(&crate::script::policy(Mode::Auto).database), reasons);
        if reasons == [Ineligible::NotAReplica] {
            continue; // Then somebody else has promoted it, which is a hold of its own.
        }
        let mut script = Script::sustained(Mode::Auto);
        script.look(sight);
        assert_eq!(script.tick(), StepVerdict::Refused(vec![Blocker::CandidateIneligible { reasons }]));
    }
    let mut script = Script::sustained(Mode::Auto);
    script.look(seen(DbStatus::Available, Some(WRITER), Some(60)));
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided), "a lag at the limit is within it");
}

#[test]
fn no_second_decision_is_made_before_the_cooldown_is_over_and_acknowledged() {
    let mut script = Script::sustained(Mode::Auto);
    let before = script.now.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap();
    let by = Some("ann".parse().unwrap());
    script.state.cooldown = Some(Cooldown { until: script.now.max(before), acknowledged_by: None });
    assert_eq!(rules(&script.tick()), vec![Rule::Cooldown], "over, and not acknowledged");
    let later = script.now.checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
    script.state.cooldown = Some(Cooldown { until: later, acknowledged_by: by.clone() });
    assert_eq!(rules(&script.tick()), vec![Rule::Cooldown], "acknowledged, and not over");
    script.state.cooldown = Some(Cooldown { until: script.now, acknowledged_by: by });
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn a_policy_of_before_the_last_failover_decides_nothing() {
    let mut script = Script::sustained(Mode::Auto);
    script.state.writer = Some(crate::script::REPLICA.parse().unwrap());
    assert_eq!(rules(&script.tick()), vec![Rule::Roles]);
}

#[test]
fn a_false_alarm_returns_to_watching_by_itself() {
    let mut script = Script::new(Mode::Auto);
    script.vote("witness", Verdict::Down).tick();
    assert_eq!(script.phase(), PhaseName::Suspected);
    script.at(20).vote("witness", Verdict::Up);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::NobodySaysDown));
    assert_eq!(script.phase(), PhaseName::Watching);
}

#[test]
fn a_refusal_is_told_when_its_rules_change_and_not_at_every_tick() {
    let mut script = Script::new(Mode::Auto);
    script.vote("witness", Verdict::Down).tick();
    script.look(candidate()).tick();
    let told = script.state.journal.outbox.len();
    for second in 1..20 {
        script.at(second).tick();
    }
    assert_eq!(script.state.journal.outbox.len(), told, "the same rules refused");
    script.vote("standby", Verdict::Down).tick();
    assert_eq!(script.state.journal.outbox.len(), told + 1, "other rules refuse now");
}

#[test]
fn what_can_be_neither_decided_nor_dismissed_calls_a_person() {
    let mut script = Script::new(Mode::Auto);
    script.vote("witness", Verdict::Down).tick();
    script.at(899).vote("witness", Verdict::Down).tick();
    assert_eq!(script.phase(), PhaseName::Suspected);
    script.at(900);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Undecided));
    assert_eq!(script.phase(), PhaseName::Held);
}

#[test]
fn a_hold_ends_when_only_time_stands_in_the_way() {
    let mut script = Script::new(Mode::Auto);
    script.vote("witness", Verdict::Down).tick();
    script.at(900).vote("witness", Verdict::Down).tick();
    script.at(910).vote("standby", Verdict::Down).look(candidate());
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::OnlyTimeBlocks));
    script.hold_down_until(1089);
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain], "the window starts again");
    script.at(1090);
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided));
}

#[test]
fn a_hold_stays_while_anything_but_time_stands_in_the_way() {
    let mut script = Script::new(Mode::Auto);
    script.vote("witness", Verdict::Down).tick();
    script.at(900).vote("witness", Verdict::Down).look(candidate()).tick();
    assert_eq!(script.phase(), PhaseName::Held);
    assert_eq!(rules(&script.tick())[0], Rule::Quorum);
    assert_eq!(script.phase(), PhaseName::Held);
}

#[test]
fn a_hold_that_ends_has_its_whole_window_before_it_again() {
    let mut script = Script::new(Mode::Auto);
    for second in (0..=900).step_by(30) {
        script.at(second).vote("standby", Verdict::Down).vote("witness", Verdict::Down);
        script.look(seen(DbStatus::BackingUp, Some(WRITER), Some(1))).tick();
    }
    assert_eq!(script.phase(), PhaseName::Held, "sustained all along, without a fit candidate");
    script.at(910).look(candidate());
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::OnlyTimeBlocks));
    assert_eq!(rules(&script.tick()), vec![Rule::Sustain]);
}

#[test]
fn what_the_opening_of_a_suspicion_told_is_not_told_again() {
    let mut script = Script::new(Mode::Auto);
    script.vote("witness", Verdict::Down).tick();
    assert!(rules(&script.tick()).contains(&Rule::Quorum));
    assert_eq!(script.state.journal.outbox.len(), 1);
}

#[test]
fn a_look_that_fails_undoes_nothing_that_was_seen_until_that_is_too_old() {
    let mut script = Script::sustained(Mode::Auto);
    script.look(Sight::Unseen(Unseen::Throttled));
    assert_eq!(script.tick(), StepVerdict::Advanced(Why::Decided), "seen a moment ago");

    let mut blind = Script::sustained(Mode::Auto);
    for second in [210, 240, 270, 271] {
        blind.at(second).vote("standby", Verdict::Down).vote("witness", Verdict::Down);
        blind.look(Sight::Unseen(Unseen::Denied));
    }
    let reasons = vec![Ineligible::Unseen(Unseen::Denied)];
    assert_eq!(blind.tick(), StepVerdict::Refused(vec![Blocker::CandidateIneligible { reasons }]), "91 s ago");
}
