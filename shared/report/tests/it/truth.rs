//! Reports against what the simulated world knows.

use crate::timelines::{Recorded, drill};
use understudy_engine::{Entry, Mode, PhaseName, Seconds, Seq, What, Who, Why};
use understudy_report::{How, Kind, NamedBy, Report, SplitStanding};
use understudy_sim::Script;

fn report(recorded: &Recorded) -> Report {
    Report::new(&recorded.items, &recorded.policy).unwrap()
}

fn scenario(name: &str) -> Report {
    report(&Recorded::of_scenario(name)[0])
}

#[test]
fn the_recovery_time_is_the_drills_own_and_the_bounds_hold() {
    for mode in [Mode::Auto, Mode::Approve] {
        let drill = drill(Script::RegionLoss, mode);
        let report = Report::new(&drill.incident, &drill.policy).unwrap();
        let (times, decision) = (drill.times.unwrap(), &report.decisions[0]);
        let near = |told: Option<f64>, measured: f64| (told.unwrap() - measured).abs() <= 0.051;
        assert!(near(decision.rto.decision_seconds, times.decision_seconds), "{times:?} {:?}", decision.rto);
        assert!(near(decision.rto.promotion_seconds, times.promotion_seconds));
        assert!(near(decision.rto.traffic_seconds, times.traffic_seconds));
        assert!(decision.rto.detection.at_most_seconds.unwrap() >= times.detection_seconds);
        assert!(decision.rto.at_most_seconds.unwrap() >= times.rto_seconds);
        let rpo = decision.rpo.as_ref().unwrap();
        assert_eq!(rpo.how, How::Bound);
        assert!(f64::from(rpo.seconds.unwrap().0) >= drill.loss.rpo_seconds);
    }
}

#[test]
fn sides_are_told_as_the_evidence_named_them_whatever_the_policy_says_by_now() {
    let mut recorded = Recorded::of_drill(Script::RegionLoss, Mode::Auto);
    let (writer, replica) = (recorded.policy.database.writer.clone(), recorded.policy.database.replica.clone());
    recorded.policy.database.writer = replica.clone();
    recorded.policy.database.replica = "arn:aws:rds:us-east-1:111122223333:db:orders-rebuilt".parse().unwrap();
    let report = report(&recorded);
    let decision = &report.decisions[0];
    assert_eq!(decision.from.as_ref().unwrap().instance, Some(writer));
    assert_eq!(decision.to.as_ref().unwrap().instance, Some(replica));
    assert_eq!(decision.named_by, Some(NamedBy::Evidence));
    assert!(!report.terraform.iter().any(|change| change.when.starts_with("to stay")), "the policy is changed already");
}

#[test]
fn approvals_are_those_of_the_last_question() {
    let recorded = Recorded::fenced_in_time();
    let approved = |recorded: &Recorded| -> Vec<String> {
        report(recorded).decisions[0]
            .approved_by
            .iter()
            .map(|who| who.as_str().rsplit('/').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(approved(&recorded), ["oncall", "lead"]);

    // Asked again in between: the first yes was to another question.
    let asked_again = recorded.rewritten(|entries| {
        let first_yes = entries.iter().position(|entry| matches!(entry.what, What::Approved { .. })).unwrap();
        let mut again = entries[first_yes].clone();
        let (from, to) = (PhaseName::AwaitingApproval, PhaseName::AwaitingApproval);
        again.who = Who::Conductor;
        again.what = What::Moved { from, to, why: Why::AskedAgain, needs: None };
        entries.insert(first_yes + 1, again);
    });
    assert_eq!(approved(&asked_again), ["lead"]);
}

#[test]
fn split_risk_lasts_from_the_promotion_until_the_fence_is_proven() {
    let risk = report(&Recorded::of_drill(Script::OldPrimaryReturns, Mode::Auto)).decisions[0].split_risk.clone();
    assert_eq!(risk.standing, SplitStanding::Resolved);
    assert!(risk.since < Some(risk.told_at[0]) && Some(risk.told_at[0]) < risk.fenced_at);
    assert_eq!(risk.trouble.as_deref(), Some("its control plane did not answer"));

    let open = report(&Recorded::of_drill(Script::RegionLoss, Mode::Auto)).decisions[0].split_risk.clone();
    assert_eq!((open.standing, open.fenced_at), (SplitStanding::Open, None));

    let clean = report(&Recorded::fenced_in_time()).decisions[0].split_risk.clone();
    assert_eq!((clean.standing, clean.since), (SplitStanding::Never, None));
    assert!(clean.fenced_at.is_some());
}

#[test]
fn a_switchover_home_is_a_decision_of_its_own_and_lost_nothing() {
    let report = scenario("home-again");
    let [out, home] = report.decisions.as_slice() else { panic!("{:?}", report.decisions) };
    assert_eq!((out.kind, home.kind), (Kind::Failover, Kind::Switchover));
    assert_eq!(home.from, out.to);
    assert_eq!(home.to.as_ref().unwrap().region, out.from.as_ref().unwrap().region);
    assert_eq!(home.to.as_ref().unwrap().instance, None, "no entry names what was rebuilt");
    let rpo = home.rpo.as_ref().unwrap();
    assert_eq!((rpo.how, rpo.seconds), (How::Nothing, Some(Seconds(0))));
    assert!(home.rto.detection.at_most_seconds.is_none() && home.rto.measured_seconds.is_some());
    assert!(report.headline.starts_with("Switched over from us-west-2 to us-east-1"), "{}", report.headline);
}

#[test]
fn a_switchover_that_was_taken_back_changes_no_sides() {
    let home = &Recorded::of_scenario("home-again")[0];
    let twice = home.rewritten(|entries| {
        let order = |entry: &Entry| matches!(entry.what, What::Moved { why: Why::SwitchoverOrdered, .. });
        let ordered = entries.iter().position(order).unwrap();
        let moved = |from, to, why| What::Moved { from, to, why, needs: None };
        let mut taken_back = entries[ordered].clone();
        taken_back.what = moved(PhaseName::Fencing, PhaseName::Aborting, Why::AbortOrdered);
        let mut over = entries[ordered].clone();
        over.what = moved(PhaseName::Aborting, PhaseName::Rebuilt, Why::NothingHappened);
        let again = entries[ordered].clone();
        entries.splice(ordered + 1..=ordered, [taken_back, over, again]);
    });
    let (once, twice) = (report(home), report(&twice));
    assert_eq!(twice.decisions.len(), 3);
    assert_eq!(twice.decisions[2].from, once.decisions[1].from);
    assert_eq!(twice.decisions[2].to, once.decisions[1].to);
    assert!(twice.decisions[1].verified_at.is_none() && twice.decisions[1].rpo.is_none());
    assert_eq!(twice.headline, once.headline);
}

#[test]
fn what_was_not_promoted_has_no_loss_no_recovery_and_nothing_to_change() {
    for name in ["veto-used", "lag-above-limit", "aborted-in-time"] {
        let report = scenario(name);
        assert!(report.decisions.iter().all(|decision| decision.rpo.is_none()), "{name}");
        assert!(report.terraform.is_empty() || report.standing == Some(PhaseName::Aborting), "{name}");
        assert!(!report.refused.is_empty(), "{name}");
    }
    let lag = scenario("lag-above-limit");
    assert!(lag.refused.iter().flat_map(|refused| &refused.why).any(|why| why.contains("replication lag")));
}

#[test]
fn a_promotion_by_somebody_else_is_not_told_as_ours() {
    let report = scenario("promoted-by-somebody-else");
    let ours = report.aws_calls.iter().any(|call| call.call == "rds:PromoteReadReplica");
    assert!(!ours, "{:?}", report.aws_calls);
    for adopted in report.decisions.iter().filter(|decision| decision.kind == Kind::Adoption) {
        assert_eq!(adopted.rpo.as_ref().map(|rpo| rpo.how), Some(How::Unknown));
        assert_eq!(adopted.rto.promotion_seconds, None);
    }
}

#[test]
fn what_is_to_be_changed_follows_how_far_the_way_home_has_come() {
    let home = &Recorded::of_scenario("home-again")[0];
    let until = |phase| {
        let came = |entry: &Entry| matches!(entry.what, What::Moved { to, .. } if to == phase);
        let cut = home.rewritten(|entries| {
            let last = entries.iter().position(came).unwrap();
            entries.truncate(last + 1);
        });
        report(&cut).terraform.iter().map(|change| change.when).collect::<Vec<_>>()
    };
    let (apply, rebuild) = ("before the next apply", "before a replica is rebuilt");
    let (switch, stay) = ("before the switchover home", "to stay, instead of switching home");
    assert_eq!(until(PhaseName::Suspected), Vec::<&str>::new());
    assert_eq!(until(PhaseName::Shifting), ["now"]);
    assert_eq!(until(PhaseName::FailedOver), [apply, apply, rebuild, switch, stay]);
    assert_eq!(until(PhaseName::Rebuilt), [apply, apply, switch, stay]);
    assert_eq!(until(PhaseName::Draining), ["now"]);
}

#[test]
fn a_stuck_failover_says_to_apply_nothing() {
    let report = scenario("promotion-never-ends");
    assert_eq!(report.terraform[0].what, "Apply nothing.");
}

#[test]
fn json_holds_every_number_that_the_chart_draws() {
    let recorded = Recorded::of_drill(Script::OldPrimaryReturns, Mode::Approve);
    let text = understudy_report::export(&recorded.items, &recorded.policy, understudy_report::Format::Json).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let report = report(&recorded);
    assert_eq!(json["schema"], 1);
    assert_eq!(json["lag"].as_array().unwrap().len(), report.lag.len());
    assert_eq!(json["readings"].as_array().unwrap().len(), report.readings.len());
    assert_eq!(json["aws_calls"].as_array().unwrap().len(), 5);
    assert_eq!(json["timeline"].as_array().unwrap().len(), recorded.items.len());
    assert_eq!(json["decisions"][0]["rto"]["detection"]["seconds"], serde_json::Value::Null);
    assert_eq!(report.timeline.last().unwrap().seq, Seq(15));
}

#[test]
fn the_headline_of_what_was_not_gone_through_with_is_the_last_moves_own_sentence() {
    let headline = |name| scenario(name).headline;
    assert_eq!(headline("lying-voter"), "Watching: no voter says Down any more, and nothing was done.");
    assert_eq!(headline("promotion-never-ends"), "Stuck: it took longer than its deadline: a person is needed.");
    let elsewhere = headline("promoted-by-somebody-else");
    assert!(!elsewhere.contains("nothing was promoted"), "{elsewhere}");
}
