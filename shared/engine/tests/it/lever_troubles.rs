//! Levers that do not move as they should: what people are told, and what is tried on.

use crate::levers::{MOVED, UNMOVED, after_shifting, shifting, told, wanted, with_levers};
use crate::script::{REPLICA, Script, done, seen};
use crate::stages::{EAST_GROUP, REBUILT, WEST_GROUP, lag_of_now, replayed_until};
use understudy_engine::Lever::{MultiRegionAccessPoint, RoutingControls};
use understudy_engine::LeverAct::{Read, Set};
use understudy_engine::{
    CameTo, DbStatus, Effect, Ignored, LeverAnswer, LeverTrouble, Order, PhaseName, PromoteAnswer, Pulled, StepVerdict,
};

#[test]
fn what_time_does_not_mend_is_told_though_people_know_that_the_lever_has_not_moved() {
    let mut script = after_shifting(shifting());
    let left = |trouble| (RoutingControls, CameTo::Left { trouble: Some(trouble) });
    script.lever(RoutingControls, Set, LeverAnswer::Trouble(LeverTrouble::Throttled));
    script.at(400).tick();
    assert_eq!(told(&script.state).last(), Some(&left(LeverTrouble::Throttled)));
    script.say("ann", Order::Acknowledge);
    let before = told(&script.state).len();
    for (trouble, count) in [
        (LeverTrouble::Unanswered, 0),
        (LeverTrouble::Denied, 1),
        (LeverTrouble::Throttled, 1),
        (LeverTrouble::Denied, 1),
        (LeverTrouble::SafetyRule, 2),
    ] {
        script.state.levers.get_mut(&RoutingControls).unwrap().standing = Pulled::Wanted;
        script.lever(RoutingControls, Set, LeverAnswer::Trouble(trouble));
        script.tick();
        assert_eq!(told(&script.state).len(), before + count, "{trouble:?}");
    }
    assert_eq!(told(&script.state)[before..], [left(LeverTrouble::Denied), left(LeverTrouble::SafetyRule)]);
}

#[test]
fn a_lever_that_somebody_else_is_changing_is_read_back_and_not_paged() {
    let mut script = shifting();
    script.lever(RoutingControls, Set, LeverAnswer::Trouble(LeverTrouble::Conflicting));
    assert_eq!(script.state.levers[&RoutingControls].standing, Pulled::Called { at: script.now, accepted: false });
    script.tick();
    assert_eq!(told(&script.state), vec![]);
    script.at(190).lever(RoutingControls, Read, MOVED);
    assert_eq!(told(&script.state), vec![(RoutingControls, CameTo::Moved)]);
}

#[test]
fn a_lever_that_may_be_set_and_not_read_is_told() {
    let mut script = shifting();
    script.lever(RoutingControls, Set, LeverAnswer::Accepted);
    script.at(190).lever(RoutingControls, Read, LeverAnswer::Trouble(LeverTrouble::Denied));
    script.tick();
    let trouble = Some(LeverTrouble::Denied);
    assert_eq!(told(&script.state), [(RoutingControls, CameTo::Left { trouble })]);
}

#[test]
fn that_a_call_failed_is_no_news_once_somebody_else_has_called() {
    let mut script = shifting();
    script.lever(RoutingControls, Set, LeverAnswer::Accepted);
    let before = script.state.levers[&RoutingControls].clone();
    let verdict = script.lever(RoutingControls, Set, LeverAnswer::Trouble(LeverTrouble::SafetyRule));
    assert_eq!(verdict, StepVerdict::Ignored(Ignored::Stale));
    assert_eq!(script.state.levers[&RoutingControls], before);
    script.at(183).lever(RoutingControls, Set, LeverAnswer::Accepted);
    assert_eq!(
        script.state.levers[&RoutingControls].standing,
        Pulled::Called { at: script.now, accepted: true },
        "a second call counts"
    );
}

#[test]
fn a_lever_that_the_policy_names_after_the_latch_follows_it_too() {
    let mut script = shifting();
    let traffic = script.policy.traffic.clone();
    script.policy.traffic.as_mut().unwrap().routing_controls = None;
    script.state.levers.remove(&RoutingControls);
    script.lever(MultiRegionAccessPoint, Set, LeverAnswer::Accepted);
    script.lever(MultiRegionAccessPoint, Read, MOVED);
    let mut script = after_shifting(script);
    assert_eq!((script.due(), wanted(&script)), (None, None));
    script.policy.traffic = traffic;
    assert!(script.due().is_some_and(|due| due <= script.seconds()), "the conductor is not left asleep");
    script.at(5000).tick();
    let pull = &script.state.levers[&RoutingControls];
    assert_eq!((pull.epoch, pull.since, &pull.on), (script.state.epoch, script.now, &"us-west-2".parse().unwrap()));
    assert_eq!(wanted(&script), Some((RoutingControls, Set)));
    assert!(script.state.levers[&MultiRegionAccessPoint].moved_at().is_some(), "the other one stays as it is");
    assert_eq!(script.tick(), StepVerdict::Ignored(Ignored::NotDue));
}

#[test]
fn a_lever_that_is_named_otherwise_after_it_moved_is_pulled_anew() {
    let mut script = after_shifting(shifting().pulled());
    assert_eq!(script.due(), None);
    let point = script.policy.traffic.as_mut().unwrap().multi_region_access_point.as_mut().unwrap();
    point.arn = "arn:aws:s3::111122223333:accesspoint/another.mrap".parse().unwrap();
    script.at(5000).tick();
    assert_eq!(wanted(&script), Some((MultiRegionAccessPoint, Set)));
    assert!(script.state.levers[&RoutingControls].moved_at().is_some());
    let endpoints = &mut script.policy.traffic.as_mut().unwrap().routing_controls.as_mut().unwrap().endpoints;
    endpoints.insert("us-east-1".parse().unwrap(), "https://bb.us-east-1.example.com/v1".parse().unwrap());
    script.tick();
    assert!(script.state.levers[&RoutingControls].moved_at().is_some(), "how it is reached is not what it is");
}

#[test]
fn a_pause_begins_no_lever_that_is_named_late() {
    let mut script = after_shifting(shifting().pulled());
    script.state.levers.remove(&RoutingControls);
    script.order("ann", Order::Pause);
    script.tick();
    assert!(!script.state.levers.contains_key(&RoutingControls));
    script.order("ann", Order::Unpause);
    script.tick();
    assert!(script.state.levers.contains_key(&RoutingControls));
}

#[test]
fn an_incident_that_is_closed_before_a_lever_was_begun_says_so() {
    let mut script = after_shifting(shifting().pulled()).rebuilt();
    script.state.levers.remove(&RoutingControls);
    script.policy.database.writer = REPLICA.parse().unwrap();
    script.policy.database.replica = REBUILT.parse().unwrap();
    script.say("ann", Order::Acknowledge);
    assert_eq!(script.phase(), PhaseName::Watching);
    assert_eq!(told(&script.state).last(), Some(&(RoutingControls, CameTo::GivenUp)));
}

#[test]
fn the_lever_that_waits_longest_has_its_turn_first() {
    let mut script = shifting();
    for (second, lever) in [(190, MultiRegionAccessPoint), (200, RoutingControls), (210, MultiRegionAccessPoint)] {
        script.at(second);
        assert_eq!(wanted(&script), Some((lever, Set)), "{second}");
        script.lever(lever, Set, LeverAnswer::Trouble(LeverTrouble::Unreachable));
        script.at(second + 60);
        let other = if lever == RoutingControls { MultiRegionAccessPoint } else { RoutingControls };
        assert_eq!(wanted(&script), Some((other, Set)), "{second}: both are due");
        script.at(second);
    }
}

#[test]
fn what_was_mended_and_refuses_again_is_told_again_and_so_is_a_lever_that_moves_all_the_same_not() {
    let mut script = after_shifting(shifting());
    let refuse = |script: &mut Script| {
        script.state.levers.get_mut(&RoutingControls).unwrap().standing = Pulled::Wanted;
        script.lever(RoutingControls, Set, LeverAnswer::Trouble(LeverTrouble::Denied));
        script.tick();
    };
    refuse(&mut script);
    script.say("ann", Order::Acknowledge);
    let denied = (RoutingControls, CameTo::Left { trouble: Some(LeverTrouble::Denied) });
    assert_eq!(told(&script.state), [denied]);
    script.at(300).lever(RoutingControls, Set, LeverAnswer::Accepted);
    script.at(400).lever(RoutingControls, Read, UNMOVED);
    script.tick();
    let unmoved = (RoutingControls, CameTo::Left { trouble: None });
    let of_controls = |script: &Script| told(&script.state).into_iter().filter(|told| told.0 == RoutingControls);
    assert!(of_controls(&script).eq([denied, unmoved]), "mended, and it does not move: nobody has heard of that yet");
    for second in [430, 500, 600] {
        script.at(second).lever(RoutingControls, Set, LeverAnswer::Accepted);
        script.at(second + 65).lever(RoutingControls, Read, UNMOVED);
        script.tick();
    }
    assert_eq!(of_controls(&script).count(), 2, "once, and somebody has taken note");
    refuse(&mut script);
    assert_eq!(told(&script.state).last(), Some(&denied));
}

#[test]
fn a_lever_of_a_region_that_it_has_no_part_for_is_not_waited_for() {
    let mut script = after_shifting(shifting().pulled());
    script.state.levers.remove(&RoutingControls);
    let controls = script.policy.traffic.as_mut().unwrap().routing_controls.as_mut().unwrap();
    controls.controls.remove(&"us-east-1".parse().unwrap());
    assert_eq!(script.due(), None);
    assert_eq!(script.at(5000).tick(), StepVerdict::Ignored(Ignored::NotDue));
}

#[test]
fn a_stuck_switchover_that_is_given_up_says_which_lever_never_moved_and_pulls_none_on() {
    let mut script = after_shifting(shifting()).rebuilt();
    script.lever(MultiRegionAccessPoint, Set, LeverAnswer::Accepted);
    script.lever(MultiRegionAccessPoint, Read, MOVED);
    script.say("ann", Order::SwitchOver);
    script.cut_off(WEST_GROUP).tick();
    let second = script.seconds() + 60;
    script.at(second);
    script.look_at(REBUILT, replayed_until(&lag_of_now(&script, 0)));
    script.tick();
    script.answer(PromoteAnswer::Accepted);
    script.at(second + 1800).tick();
    assert_eq!(script.phase(), PhaseName::Stuck);
    script.say("ann", Order::Acknowledge);
    assert_eq!(script.phase(), PhaseName::Watching);
    assert!(told(&script.state).contains(&(RoutingControls, CameTo::GivenUp)), "{:?}", told(&script.state));
    assert!(!told(&script.state).contains(&(MultiRegionAccessPoint, CameTo::GivenUp)));
    assert!(script.state.levers.is_empty());
}

#[test]
fn the_old_writer_is_cut_off_before_levers_are_pulled() {
    let mut script = Script::sustained_under(with_levers());
    script.tick();
    script.at(200).tick();
    assert_eq!(script.phase(), PhaseName::Promoting, "the fence had its time");
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    script.read_back(done());
    assert_eq!(script.phase(), PhaseName::Shifting);
    assert!(matches!(script.outstanding("run-9"), Some(Effect::Fence(_))), "{:?}", script.outstanding("run-9"));
    let mut script = after_shifting(script);
    assert!(matches!(script.outstanding("run-9"), Some(Effect::Fence(_))));
    let mut rebuilding = script.clone().rebuilding();
    rebuilding.look_at(REBUILT, seen(DbStatus::parse("creating"), Some(REPLICA), None));
    for script in [rebuilding, script.clone().rebuilt()] {
        assert!(matches!(script.outstanding("run-9"), Some(Effect::Fence(_))), "{}", script.phase());
    }
    script.cut_off(EAST_GROUP);
    assert_eq!(wanted(&script), Some((MultiRegionAccessPoint, Set)));
}

#[test]
fn a_lever_that_the_policy_no_longer_names_is_left_alone() {
    let mut script = after_shifting(shifting());
    script.policy.traffic = None;
    script.at(2000).tick();
    assert_eq!((wanted(&script), told(&script.state)), (None, vec![]));
    let mut script = script.rebuilt();
    script.policy.regions.primary = "us-west-2".parse().unwrap();
    script.policy.regions.standby = "us-east-1".parse().unwrap();
    script.policy.database.writer = REPLICA.parse().unwrap();
    script.policy.database.replica = REBUILT.parse().unwrap();
    script.say("ann", Order::Acknowledge);
    assert_eq!((script.phase(), told(&script.state)), (PhaseName::Watching, vec![]));
    assert!(script.state.levers.is_empty());
}
