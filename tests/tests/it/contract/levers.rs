//! What a cloud promises of the levers of traffic: five endpoints that are asked in turn, and a call that says how a
//! lever is to stand.

use super::ledger_worlds::clients;
use crate::levers::with_levers;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeSet;
use understudy_aws::{AwsCloud, Clients};
use understudy_driver::Cloud;
use understudy_engine::{
    Aim, Epoch, LEVER_ENDPOINTS, Lever, LeverAct, LeverAnswer, LeverCall, LeverTrouble, Policy, Region,
};
use understudy_sim::{SafetyRule, SimCloud, World};
use understudy_tests::{Fault, LocalCloud, Options, policy};

trait LeverWorld {
    fn cloud(&self) -> &impl Cloud;
    fn now(&self) -> Timestamp;
    /// The endpoints of these Regions do not answer any more.
    async fn deafen(&self, regions: &[&str]);
    /// The reply to the next call that sets a lever is lost, after it was carried out.
    async fn lose_next_reply(&self);
    /// The next call that sets a lever comes while somebody else is changing it.
    async fn conflict_next_call(&self, lever: Lever);
    /// The one control, and no other, is to stay on.
    async fn keep_on(&self, control: &str);
    fn open(&self, lever: Lever) -> BTreeSet<Region>;
}

struct Simulated {
    world: World,
    cloud: SimCloud,
    policy: Policy,
}

impl Simulated {
    fn new() -> Self {
        let (world, policy) = (World::new("2026-03-01T03:00:00Z".parse().unwrap()), with_levers(policy()));
        world.add_levers(&policy);
        Self { cloud: SimCloud::new(&world), world, policy }
    }
}

impl LeverWorld for Simulated {
    fn cloud(&self) -> &impl Cloud {
        &self.cloud
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    async fn deafen(&self, regions: &[&str]) {
        regions.iter().for_each(|region| self.world.deafen_endpoint(&region.parse().unwrap()));
    }

    async fn lose_next_reply(&self) {
        self.world.lose_next_lever_reply();
    }

    async fn conflict_next_call(&self, _lever: Lever) {
        self.world.conflict_next_lever_call();
    }

    async fn keep_on(&self, control: &str) {
        self.world.add_safety_rule(SafetyRule { controls: [control.parse().unwrap()].into(), at_least: 1 });
    }

    fn open(&self, lever: Lever) -> BTreeSet<Region> {
        self.world.open_regions(&self.policy, lever)
    }
}

struct Real {
    local: LocalCloud,
    cloud: AwsCloud,
}

impl Real {
    async fn new() -> Self {
        let options = Options { functions: false, ..Options::default() };
        let local = LocalCloud::start(&with_levers(policy()), options);
        Self { cloud: AwsCloud::new(clients(&local).await), local }
    }

    fn fault(&self, service: &'static str, action: &'static str, region: Option<&'static str>, effect: &str) {
        let (times, effect) = match effect {
            "lost" => (Some(1), json!({"kind": "cut", "when": "after"})),
            "ConflictException" | "OperationAborted" => {
                let message = "another request is changing it: try again";
                (Some(1), json!({"kind": "error", "status": 409, "code": effect, "message": message}))
            }
            code => (None, json!({"kind": "error", "status": 503, "code": code, "message": "ask another one"})),
        };
        let _ = self.local.fault(&Fault { service, action, region, body_contains: None, times, effect });
    }
}

impl LeverWorld for Real {
    fn cloud(&self) -> &impl Cloud {
        &self.cloud
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn deafen(&self, regions: &[&str]) {
        for code in LEVER_ENDPOINTS.into_iter().filter(|code| regions.contains(code)) {
            self.fault("route53-recovery-cluster", "*", Some(code), "EndpointTemporarilyUnavailableException");
            self.fault("s3control", "*", Some(code), "ServiceUnavailable");
        }
    }

    async fn lose_next_reply(&self) {
        self.fault("route53-recovery-cluster", "UpdateRoutingControlStates", None, "lost");
        self.fault("s3control", "SubmitMultiRegionAccessPointRoutes", None, "lost");
    }

    async fn conflict_next_call(&self, lever: Lever) {
        match lever {
            Lever::RoutingControls => {
                self.fault("route53-recovery-cluster", "UpdateRoutingControlStates", None, "ConflictException");
            }
            Lever::MultiRegionAccessPoint => {
                self.fault("s3control", "SubmitMultiRegionAccessPointRoutes", None, "OperationAborted");
            }
        }
    }

    async fn keep_on(&self, control: &str) {
        self.local.post("safety-rules", json!({"controls": [control], "at_least": 1}));
    }

    fn open(&self, lever: Lever) -> BTreeSet<Region> {
        crate::levers::open(&self.local, &with_levers(policy()), lever)
    }
}

fn region(code: &str) -> Region {
    code.parse().unwrap()
}

fn only(code: &str) -> BTreeSet<Region> {
    BTreeSet::from([region(code)])
}

fn call(world: &impl LeverWorld, lever: Lever, act: LeverAct) -> LeverCall {
    let aim = with_levers(policy()).aim(lever, &region("us-west-2"), &region("us-east-1")).unwrap();
    let not_after = world.now().checked_add(SignedDuration::from_secs(20)).unwrap();
    let endpoints = LEVER_ENDPOINTS.map(region).to_vec();
    LeverCall { epoch: Epoch(1), lever, act, aim, endpoints, not_after }
}

async fn ask(world: &impl LeverWorld, lever: Lever, act: LeverAct) -> LeverAnswer {
    world.cloud().lever(&call(world, lever, act)).await.outcome
}

const UNMOVED: LeverAnswer = LeverAnswer::Seen { on: false, off: true };
const MOVED: LeverAnswer = LeverAnswer::Seen { on: true, off: false };

fn trouble(trouble: LeverTrouble) -> LeverAnswer {
    LeverAnswer::Trouble(trouble)
}

async fn a_lever_is_set_as_a_whole_read_as_it_stands_and_set_again_in_vain(world: &impl LeverWorld) {
    for lever in Lever::ALL {
        assert_eq!(ask(world, lever, LeverAct::Read).await, UNMOVED, "{lever}");
        for _ in 0..2 {
            assert_eq!(ask(world, lever, LeverAct::Set).await, LeverAnswer::Accepted, "{lever}");
            assert_eq!(ask(world, lever, LeverAct::Read).await, MOVED, "{lever}");
            assert_eq!(world.open(lever), only("us-west-2"), "{lever}");
        }
    }
}

async fn a_call_whose_reply_is_lost_is_of_unknown_fate(world: &impl LeverWorld) {
    world.lose_next_reply().await;
    assert_eq!(ask(world, Lever::RoutingControls, LeverAct::Set).await, trouble(LeverTrouble::Unanswered));
    assert_eq!(ask(world, Lever::RoutingControls, LeverAct::Read).await, MOVED);
}

async fn whoever_does_not_answer_is_passed_over(world: &impl LeverWorld) {
    world.deafen(&["us-east-1", "us-west-2"]).await;
    for lever in Lever::ALL {
        assert_eq!(ask(world, lever, LeverAct::Read).await, UNMOVED, "{lever}");
    }
    assert_eq!(ask(world, Lever::RoutingControls, LeverAct::Set).await, LeverAnswer::Accepted);
    assert_eq!(world.open(Lever::RoutingControls), only("us-west-2"));
}

async fn where_no_endpoint_answers_nothing_is_changed(world: &impl LeverWorld) {
    world.deafen(&LEVER_ENDPOINTS).await;
    for lever in Lever::ALL {
        assert_eq!(ask(world, lever, LeverAct::Read).await, trouble(LeverTrouble::Unreachable), "{lever}");
        assert_ne!(ask(world, lever, LeverAct::Set).await, LeverAnswer::Accepted, "{lever}");
        assert_eq!(world.open(lever), only("us-east-1"), "{lever}");
    }
}

async fn a_safety_rule_refuses_the_whole_call(world: &impl LeverWorld) {
    let Aim::Controls { off, .. } = call(world, Lever::RoutingControls, LeverAct::Set).aim else {
        panic!("no controls")
    };
    world.keep_on(off.as_str()).await;
    assert_eq!(ask(world, Lever::RoutingControls, LeverAct::Set).await, trouble(LeverTrouble::SafetyRule));
    assert_eq!(world.open(Lever::RoutingControls), only("us-east-1"), "not the one half of it either");
}

async fn whoever_comes_while_another_request_is_carried_out_is_told_to_try_again(world: &impl LeverWorld) {
    for lever in Lever::ALL {
        world.conflict_next_call(lever).await;
        assert_eq!(ask(world, lever, LeverAct::Set).await, trouble(LeverTrouble::Conflicting), "{lever}");
        assert_eq!(ask(world, lever, LeverAct::Read).await, UNMOVED, "{lever}");
        assert_eq!(ask(world, lever, LeverAct::Set).await, LeverAnswer::Accepted, "{lever}");
    }
}

async fn what_does_not_exist_is_missing(world: &impl LeverWorld) {
    let mut calls = Lever::ALL.map(|lever| call(world, lever, LeverAct::Set));
    for call in &mut calls {
        match &mut call.aim {
            Aim::Routes { point, .. } => *point = "arn:aws:s3::123456789012:accesspoint/nobody.mrap".parse().unwrap(),
            Aim::Controls { on, .. } => *on = format!("{on}x").parse().unwrap(),
        }
        for act in [LeverAct::Read, LeverAct::Set] {
            let answer = world.cloud().lever(&LeverCall { act, ..call.clone() }).await.outcome;
            assert_eq!(answer, trouble(LeverTrouble::Missing), "{} {act:?}", call.lever);
        }
    }
}

async fn nothing_leaves_too_late(world: &impl LeverWorld) {
    for lever in Lever::ALL {
        let late = LeverCall { not_after: world.now(), ..call(world, lever, LeverAct::Set) };
        assert_eq!(world.cloud().lever(&late).await.outcome, trouble(LeverTrouble::Unreachable), "{lever}");
        assert_eq!(world.open(lever), only("us-east-1"), "{lever}");
    }
}

macro_rules! promises {
    ($($promise:ident),+ $(,)?) => {
        mod simulated {
            $(#[test]
            fn $promise() {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
                runtime.unwrap().block_on(super::$promise(&super::Simulated::new()));
            })+
        }

        mod real {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(&super::Real::new().await).await;
            })+
        }
    };
}

promises! {
    a_lever_is_set_as_a_whole_read_as_it_stands_and_set_again_in_vain,
    a_call_whose_reply_is_lost_is_of_unknown_fate,
    whoever_does_not_answer_is_passed_over,
    where_no_endpoint_answers_nothing_is_changed,
    a_safety_rule_refuses_the_whole_call,
    whoever_comes_while_another_request_is_carried_out_is_told_to_try_again,
    what_does_not_exist_is_missing,
    nothing_leaves_too_late,
}

/// By the endpoints that the policy pins.
async fn set_by(endpoint: &str) -> LeverAnswer {
    let credentials = aws_sdk_dynamodb::config::Credentials::new("test", "test", None, None, "tests");
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).region("us-west-2");
    let cloud = AwsCloud::new(Clients::new(&config.credentials_provider(credentials).load().await));
    let mut set = call(&Simulated::new(), Lever::RoutingControls, LeverAct::Set);
    set.not_after = Timestamp::now().checked_add(SignedDuration::from_secs(20)).unwrap();
    let Aim::Controls { endpoints, .. } = &mut set.aim else { panic!("no controls") };
    endpoints.values_mut().for_each(|pinned| *pinned = endpoint.parse().unwrap());
    cloud.lever(&set).await.outcome
}

/// Nobody listens, or the name does not resolve: nothing can have arrived.
#[tokio::test]
async fn an_endpoint_that_no_connection_leads_to_has_certainly_taken_nothing() {
    let unreachable = trouble(LeverTrouble::Unreachable);
    assert_eq!(set_by("https://127.0.0.1").await, unreachable);
    assert_eq!(set_by("https://nobody.invalid/v1").await, unreachable);
}
