//! Levers of traffic: they follow the latch, hold nothing up, and count as moved only once they were read.

use crate::script::{REPLICA, Script, done, with_fence};
use crate::stages::{EAST_GROUP, REBUILT, WEST_GROUP, lag_of_now, replayed_until};
use understudy_engine::{
    Aim, CameTo, Effect, Event, Lever, LeverAct, LeverAnswer, LeverCall, LeverTrouble, Mode, Order, PhaseName, Policy,
    PromoteAnswer, Pulled, Region, Seconds, State, StepVerdict, Urgency, What,
};

pub(crate) const MOVED: LeverAnswer = LeverAnswer::Seen { on: true, off: false };
pub(crate) const UNMOVED: LeverAnswer = LeverAnswer::Seen { on: false, off: true };

/// The policy with both levers.
pub(crate) fn with_levers() -> Policy {
    let control =
        |id: &str| format!("arn:aws:route53-recovery-control::111122223333:controlpanel/aa/routingcontrol/{id}");
    let endpoints = understudy_engine::LEVER_ENDPOINTS.map(|code| (code, format!("https://aa.{code}.example.com/v1")));
    let traffic = serde_json::from_value(serde_json::json!({
        "hosted_zone": "Z0123456789",
        "write_name": "orders.example.com",
        "endpoints": {"us-east-1": "east.example.com", "us-west-2": "west.example.com"},
        "gates": {"us-east-2": "https://b.example.com", "us-west-2": "https://c.example.com"},
        "multi_region_access_point": {
            "arn": "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap",
            "buckets": {"us-east-1": "orders-east", "us-west-2": "orders-west"},
        },
        "routing_controls": {
            "endpoints": endpoints.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            "controls": {"us-east-1": control("east"), "us-west-2": control("west")},
        },
    }));
    Policy { traffic: Some(traffic.unwrap()), ..with_fence(Mode::Auto) }
}

/// Decided, the writer cut off, and the intent to promote recorded.
fn promoting() -> Script {
    let mut script = Script::sustained_under(with_levers());
    script.tick();
    script.cut_off(EAST_GROUP).tick();
    assert_eq!(script.phase(), PhaseName::Promoting);
    script
}

/// The promotion is verified at 180 s.
pub(crate) fn shifting() -> Script {
    let mut script = promoting();
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    script.read_back(done());
    assert_eq!(script.phase(), PhaseName::Shifting);
    script
}

pub(crate) fn after_shifting(mut script: Script) -> Script {
    let second = script.seconds() + 100;
    script.at(second).tick();
    script.tick();
    assert_eq!(script.phase(), PhaseName::FailedOver);
    script
}

/// Rebuilt, and a switchover home verified: the writer is in the east again.
fn home_again(script: Script) -> Script {
    let mut script = script.rebuilt();
    script.say("ann", Order::SwitchOver);
    script.cut_off(WEST_GROUP).tick();
    let second = script.seconds() + 60;
    script.at(second);
    script.look_at(REBUILT, replayed_until(&lag_of_now(&script, 0)));
    script.tick();
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    script.read_back(done());
    assert_eq!(script.phase(), PhaseName::Shifting);
    script
}

fn call(script: &Script) -> Option<LeverCall> {
    match script.outstanding("run-9") {
        Some(Effect::Lever(call)) => Some(call),
        _ => None,
    }
}

pub(crate) fn wanted(script: &Script) -> Option<(Lever, LeverAct)> {
    call(script).map(|call| (call.lever, call.act))
}

/// Moments of the phases in which levers follow, for everything that holds of every sequence of events.
pub(crate) fn moments() -> Vec<(&'static str, Script)> {
    let mut called = shifting();
    called.lever(MultiRegionAccessPoint, Set, LeverAnswer::Trouble(LeverTrouble::Unanswered));
    called.lever(RoutingControls, Set, LeverAnswer::Trouble(LeverTrouble::SafetyRule));
    let failed_over = after_shifting(called.clone());
    vec![
        ("levers wanted", shifting()),
        ("levers called", called),
        ("levers left", failed_over.clone()),
        ("levers left, rebuilding", failed_over.clone().rebuilding()),
        ("levers left, rebuilt", failed_over.rebuilt()),
        ("levers moved", after_shifting(shifting().pulled())),
    ]
}

impl Script {
    pub(crate) fn lever(&mut self, lever: Lever, act: LeverAct, answer: LeverAnswer) -> StepVerdict {
        let epoch = self.state.levers[&lever].epoch;
        self.send(&Event::LeverAnswered { epoch, lever, act, answer }).verdict
    }

    /// Both levers are set, and seen to be.
    pub(crate) fn pulled(mut self) -> Self {
        for lever in Lever::ALL {
            self.lever(lever, LeverAct::Set, LeverAnswer::Accepted);
            self.lever(lever, LeverAct::Read, MOVED);
        }
        self
    }
}

pub(crate) fn told(state: &State) -> Vec<(Lever, CameTo)> {
    let news = state.journal.outbox.iter().filter_map(|entry| match &entry.what {
        What::Lever(news) => Some((news.lever, news.came_to)),
        _ => None,
    });
    news.collect()
}

fn region(code: &str) -> Region {
    code.parse().unwrap()
}

use Lever::{MultiRegionAccessPoint, RoutingControls};
use LeverAct::{Read, Set};

#[test]
fn no_lever_is_pulled_before_the_promotion_is_verified() {
    let mut script = promoting();
    assert!(script.state.levers.is_empty());
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    assert_eq!(script.phase(), PhaseName::Verifying);
    assert_eq!(wanted(&script), None);
    assert!(script.state.levers.is_empty());
}

#[test]
fn the_commit_that_sets_the_latch_is_the_intent_for_every_lever() {
    let script = shifting();
    let call = call(&script).unwrap();
    assert_eq!((call.lever, call.act), (MultiRegionAccessPoint, Set));
    let bucket = |code: &str, name: &str| (region(code), name.parse().unwrap());
    let Aim::Routes { on, off, .. } = call.aim else { panic!("another lever") };
    assert_eq!((on, off), (bucket("us-west-2", "orders-west"), bucket("us-east-1", "orders-east")));
    assert_eq!(call.not_after, script.time(script.seconds() + 20));
    assert_eq!(script.state.levers.len(), 2);
    assert!(script.state.levers.values().all(|pull| pull.epoch == script.state.epoch && pull.moved_at().is_none()));
}

#[test]
fn a_call_leaves_soon_or_never_however_long_a_promote_call_may_wait() {
    let mut script = shifting();
    script.policy.windows.call_seconds = Seconds(300);
    assert_eq!(call(&script).unwrap().not_after, script.time(script.seconds() + 30));
}

#[test]
fn an_application_without_levers_has_none_in_its_record() {
    let mut script = Script::promoting_fenced();
    script.answer(PromoteAnswer::Accepted);
    script.read_back(done());
    script.read_back(done());
    assert_eq!(script.phase(), PhaseName::Shifting);
    assert!(!serde_json::to_string(&script.state).unwrap().contains("levers"));
}

#[test]
fn a_lever_counts_as_moved_only_once_it_was_read() {
    let mut script = shifting();
    script.lever(MultiRegionAccessPoint, Set, LeverAnswer::Accepted);
    assert_eq!(script.state.levers[&MultiRegionAccessPoint].moved_at(), None);
    assert_eq!(told(&script.state), vec![]);
    assert_eq!(wanted(&script), Some((RoutingControls, Set)), "the other one does not wait for the first");
    script.lever(RoutingControls, Set, LeverAnswer::Accepted);
    assert_eq!(wanted(&script), None, "what was called has its time to show");
    script.at(190);
    assert_eq!(wanted(&script), Some((MultiRegionAccessPoint, Read)));
    let both = LeverAnswer::Seen { on: true, off: true };
    script.lever(MultiRegionAccessPoint, Read, both);
    assert_eq!(
        script.state.levers[&MultiRegionAccessPoint].moved_at(),
        None,
        "the Region that is left still has traffic"
    );
    script.at(200).lever(MultiRegionAccessPoint, Read, MOVED);
    assert_eq!(script.state.levers[&MultiRegionAccessPoint].moved_at(), Some(script.now));
    assert_eq!(told(&script.state), vec![(MultiRegionAccessPoint, CameTo::Moved)]);
}

#[test]
fn a_call_of_unknown_fate_is_read_back_and_called_again_only_if_nothing_came_of_it() {
    let mut script = shifting();
    let unanswered = LeverAnswer::Trouble(LeverTrouble::Unanswered);
    script.lever(MultiRegionAccessPoint, Set, unanswered);
    script.lever(RoutingControls, Set, LeverAnswer::Accepted);
    script.lever(RoutingControls, Read, MOVED);
    for second in [190, 200, 239] {
        script.at(second);
        assert_eq!(wanted(&script), Some((MultiRegionAccessPoint, Read)), "at {second}");
        script.lever(MultiRegionAccessPoint, Read, UNMOVED);
    }
    script.at(240).lever(MultiRegionAccessPoint, Read, UNMOVED);
    assert_eq!(wanted(&script), Some((MultiRegionAccessPoint, Set)), "after settle_seconds it had no effect");
    script.lever(MultiRegionAccessPoint, Set, LeverAnswer::Accepted);
    script.at(359).lever(MultiRegionAccessPoint, Read, UNMOVED);
    assert_eq!(wanted(&script), None, "routes that were accepted may take two minutes");
    script.at(360).lever(MultiRegionAccessPoint, Read, UNMOVED);
    assert_eq!(wanted(&script), Some((MultiRegionAccessPoint, Set)));
}

#[test]
fn a_call_that_did_not_arrive_is_made_again_after_a_pause_at_another_endpoint() {
    let mut script = shifting();
    script.lever(RoutingControls, Set, LeverAnswer::Accepted);
    script.lever(RoutingControls, Read, MOVED);
    let first = call(&script).unwrap().endpoints;
    script.lever(MultiRegionAccessPoint, Set, LeverAnswer::Trouble(LeverTrouble::Unreachable));
    assert_ne!(wanted(&script), Some((MultiRegionAccessPoint, Set)), "not at once");
    script.at(190);
    let second = call(&script).unwrap();
    assert_eq!((second.lever, second.act), (MultiRegionAccessPoint, Set));
    assert_ne!(second.endpoints[0], first[0]);
    assert_eq!(first.last(), Some(&region("us-east-1")), "the Region that is left is asked last");
    assert_eq!(second.endpoints.last(), Some(&region("us-east-1")));
    let codes = |regions: &[Region]| regions.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(codes(&first).len(), 5);
    assert_eq!(codes(&first), codes(&second.endpoints));
}

#[test]
fn levers_hold_no_failover_up_and_what_has_not_moved_is_paged() {
    let mut script = shifting();
    for lever in Lever::ALL {
        script.lever(lever, Set, LeverAnswer::Trouble(LeverTrouble::Unreachable));
    }
    let mut script = after_shifting(script);
    assert_eq!(script.phase(), PhaseName::FailedOver);
    assert_eq!(told(&script.state), vec![]);
    assert_eq!(script.at(339).tick(), StepVerdict::Ignored(understudy_engine::Ignored::NotDue));
    assert_eq!(script.at(340).tick(), StepVerdict::Noted);
    let trouble = Some(LeverTrouble::Unreachable);
    let left = |lever| (lever, CameTo::Left { trouble });
    assert_eq!(told(&script.state), [left(RoutingControls)]);
    assert_eq!(script.at(399).tick(), StepVerdict::Ignored(understudy_engine::Ignored::NotDue));
    assert_eq!(script.at(400).tick(), StepVerdict::Noted);
    assert_eq!(told(&script.state), [left(RoutingControls), left(MultiRegionAccessPoint)], "S3 may take two minutes");
    assert!(script.state.journal.outbox.iter().any(|entry| entry.what.urgency() == Urgency::Page));
    assert!(wanted(&script).is_some_and(|(_, act)| act == Set), "and tried on");
    script.lever(MultiRegionAccessPoint, Set, LeverAnswer::Accepted);
    script.at(430).lever(MultiRegionAccessPoint, Read, MOVED);
    assert_eq!(told(&script.state).last(), Some(&(MultiRegionAccessPoint, CameTo::Moved)));
}

#[test]
fn a_lever_that_has_not_moved_is_told_again_until_somebody_has_taken_note() {
    let mut script = after_shifting(shifting());
    script.at(400).tick();
    let before = told(&script.state).len();
    script.at(400 + 1799).tick();
    assert_eq!(told(&script.state).len(), before);
    script.at(400 + 1800).tick();
    assert_eq!(told(&script.state).len(), before + 2);
    script.say("ann", Order::Acknowledge);
    script.at(400 + 5400).tick();
    assert_eq!(told(&script.state).len(), before + 2);
    assert!(wanted(&script).is_some(), "noted is not mended");
}

#[test]
fn a_safety_rule_that_refuses_is_told_at_once_and_never_overridden() {
    let mut script = shifting();
    script.lever(RoutingControls, Set, LeverAnswer::Trouble(LeverTrouble::SafetyRule));
    assert_eq!(script.tick(), StepVerdict::Noted);
    let trouble = Some(LeverTrouble::SafetyRule);
    assert_eq!(told(&script.state), vec![(RoutingControls, CameTo::Left { trouble })]);
    let entry = script.state.journal.outbox.last().unwrap();
    assert_eq!(entry.what.urgency(), Urgency::Page);
    assert!(entry.why().contains("safety rule"), "{}", entry.why());
    script.lever(MultiRegionAccessPoint, Set, LeverAnswer::Accepted);
    script.lever(MultiRegionAccessPoint, Read, MOVED);
    script.at(209);
    assert_eq!(wanted(&script), None);
    script.at(210);
    assert_eq!(wanted(&script), Some((RoutingControls, Set)), "people may have changed the rule");
    let script = after_shifting(script);
    assert_eq!(script.phase(), PhaseName::FailedOver);
}

#[test]
fn a_pause_lets_levers_only_be_read() {
    let mut script = shifting();
    script.order("ann", Order::Pause);
    assert_eq!(wanted(&script), Some((MultiRegionAccessPoint, Read)));
    script.lever(MultiRegionAccessPoint, Read, UNMOVED);
    script.lever(RoutingControls, Read, UNMOVED);
    assert_eq!(wanted(&script), None);
    script.order("ann", Order::Unpause);
    assert_eq!(wanted(&script), Some((MultiRegionAccessPoint, Set)));
}

#[test]
fn a_switchover_home_moves_the_levers_home() {
    let script = home_again(after_shifting(shifting().pulled()));
    let call = call(&script).unwrap();
    let Aim::Routes { on, off, .. } = call.aim else { panic!("another lever") };
    assert_eq!((on.0, off.0), (region("us-east-1"), region("us-west-2")));
    assert_eq!(call.epoch, script.state.epoch);
    assert_eq!(call.endpoints.last(), Some(&region("us-west-2")));
}

#[test]
fn nothing_pulls_a_lever_while_a_writer_is_being_left() {
    let mut script = after_shifting(shifting()).rebuilt();
    assert!(wanted(&script).is_some());
    script.say("ann", Order::SwitchOver);
    assert_eq!(script.phase(), PhaseName::Fencing);
    assert_eq!(wanted(&script), None);
    script.say("ann", Order::Abort);
    assert_eq!(wanted(&script), None);
}

#[test]
fn an_answer_to_an_earlier_move_says_nothing_of_this_one() {
    let script = after_shifting(shifting().pulled());
    let earlier = script.state.epoch;
    let mut script = home_again(script);
    let event = Event::LeverAnswered { epoch: earlier, lever: RoutingControls, act: Read, answer: MOVED };
    assert_eq!(script.send(&event).verdict, StepVerdict::Ignored(understudy_engine::Ignored::Stale));
    assert_eq!(script.state.levers[&RoutingControls].standing, Pulled::Wanted);
}

#[test]
fn a_reading_of_before_the_last_act_is_stale() {
    let mut script = shifting();
    script.at(200).lever(MultiRegionAccessPoint, Set, LeverAnswer::Accepted);
    let verdict = script.at(195).lever(MultiRegionAccessPoint, Read, MOVED);
    assert_eq!(verdict, StepVerdict::Ignored(understudy_engine::Ignored::Stale));
}

#[test]
fn the_answer_to_a_call_that_is_due_counts_though_somebody_with_a_clock_ahead_has_read_the_lever() {
    let mut script = shifting();
    script.at(200).lever(MultiRegionAccessPoint, Read, UNMOVED);
    script.at(195).lever(MultiRegionAccessPoint, Set, LeverAnswer::Accepted);
    assert_eq!(
        script.state.levers[&MultiRegionAccessPoint].standing,
        Pulled::Called { at: script.now, accepted: true }
    );
}

#[test]
fn home_again_with_a_lever_that_never_moved_leaves_it_to_people_and_says_so() {
    let mut script = after_shifting(shifting()).rebuilt();
    script.lever(MultiRegionAccessPoint, Set, LeverAnswer::Accepted);
    script.lever(MultiRegionAccessPoint, Read, MOVED);
    script.policy.regions.primary = region("us-west-2");
    script.policy.regions.standby = region("us-east-1");
    script.policy.database.writer = REPLICA.parse().unwrap();
    script.policy.database.replica = REBUILT.parse().unwrap();
    script.say("ann", Order::Acknowledge);
    assert_eq!(script.phase(), PhaseName::Watching);
    let said = told(&script.state);
    assert_eq!(said.last(), Some(&(RoutingControls, CameTo::GivenUp)));
    script.at(9000).vote("witness", understudy_engine::Verdict::Down).tick();
    assert_eq!(script.phase(), PhaseName::Suspected, "nor does it stand in the way of what comes next");
    script.at(9900).tick();
    assert_eq!((wanted(&script), told(&script.state)), (None, said), "that was the last word");
}

#[test]
fn what_is_due_for_a_lever_wakes_the_conductor() {
    let mut script = after_shifting(shifting().pulled());
    assert_eq!(script.due(), None, "fenced and moved: nothing is due");
    script = shifting();
    for lever in Lever::ALL {
        script.lever(lever, Set, LeverAnswer::Accepted);
    }
    assert_eq!(script.due(), Some(190), "to be read back");
    script.policy.windows.poll_seconds = Seconds(900);
    assert_eq!(script.due(), Some(280), "clients have followed");
    let mut script = after_shifting(script);
    assert_eq!(script.due(), Some(340), "people are to be told of the controls");
    script.at(340).tick();
    assert_eq!(script.due(), Some(210), "once people know, it is read every look_seconds");
}
