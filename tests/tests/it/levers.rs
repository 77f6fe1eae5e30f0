//! A whole failover that two further levers of traffic follow, with most of their endpoints harmed.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use understudy_engine::{CameTo, LEVER_ENDPOINTS, Lever, Policy, Region, What};
use understudy_tests::{Fault, LocalCloud, Options, Story, await_until, policy};

/// The same policy with both levers.
pub(crate) fn with_levers(policy: Policy) -> Policy {
    let control =
        |id: &str| format!("arn:aws:route53-recovery-control::123456789012:controlpanel/aa/routingcontrol/{id}");
    let endpoints: BTreeMap<&str, String> =
        LEVER_ENDPOINTS.map(|code| (code, format!("https://aa.{code}.example.com/v1"))).into();
    let traffic = json!({
        "hosted_zone": "Z0123456789",
        "write_name": "orders.example.com",
        "endpoints": {"us-east-1": "east.example.com", "us-west-2": "west.example.com"},
        "gates": {"us-east-2": "https://b.example.com", "us-west-2": "https://c.example.com"},
        "multi_region_access_point": {
            "arn": "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap",
            "buckets": {"us-east-1": "orders-east", "us-west-2": "orders-west"},
        },
        "routing_controls": {
            "endpoints": endpoints,
            "controls": {"us-east-1": control("east"), "us-west-2": control("west")},
        },
    });
    Policy { traffic: Some(serde_json::from_value(traffic).unwrap()), ..policy }
}

/// The Regions that a lever lets traffic into.
pub(crate) fn open(cloud: &LocalCloud, policy: &Policy, lever: Lever) -> BTreeSet<Region> {
    let stands = cloud.get("levers");
    let traffic = policy.traffic.as_ref().unwrap();
    let is_open = |region: &Region| match lever {
        Lever::MultiRegionAccessPoint => {
            let point = traffic.multi_region_access_point.as_ref().unwrap();
            stands["routes"][point.arn.as_str()][region.as_str()] == 100
        }
        Lever::RoutingControls => {
            let controls = &traffic.routing_controls.as_ref().unwrap().controls;
            stands["controls"][controls[region].as_str()] == "On"
        }
    };
    [&policy.regions.primary, &policy.regions.standby].into_iter().filter(|region| is_open(region)).cloned().collect()
}

fn fault(cloud: &LocalCloud, service: &'static str, region: &'static str, effect: Value) {
    let (action, times) = ("*", None);
    let _ = cloud.fault(&Fault { service, action, region: Some(region), body_contains: None, times, effect });
}

fn came_to(story: &Story) -> BTreeSet<(Lever, bool)> {
    let told = story.entries().into_iter().filter_map(|entry| {
        let What::Lever(news) = entry.what else { return None };
        Some((news.lever, news.came_to == CameTo::Moved))
    });
    told.collect()
}

#[test]
fn a_failover_pulls_both_levers_by_the_endpoints_that_are_left() {
    let policy = with_levers(policy());
    let story = Story::of(&policy, Options::default());
    for service in ["route53-recovery-cluster", "s3control"] {
        // They take a request and answer nothing: each ends a try, and the next begins at another one.
        for region in ["us-west-2", "ap-northeast-1", "us-east-1"] {
            fault(&story.cloud, service, region, json!({"kind": "hold", "when": "before"}));
        }
    }
    let unavailable = json!({"kind": "error", "status": 503, "code": "EndpointTemporarilyUnavailableException"});
    fault(&story.cloud, "route53-recovery-cluster", "eu-west-1", unavailable);
    let standby = BTreeSet::from([policy.regions.standby.clone()]);
    story.raise_all();
    story.await_phase("failed_over");
    await_until("both levers are known to have moved", || {
        let told = came_to(&story);
        Lever::ALL.iter().all(|lever| told.contains(&(*lever, true)))
    });
    for lever in Lever::ALL {
        assert_eq!(open(&story.cloud, &policy, lever), standby, "{lever}");
    }
    assert_eq!(story.cloud.promote_calls(), 1);

    let requests = story.cloud.all_requests();
    let of = |service: &str| requests.iter().filter(|one| one["service"] == service).collect::<Vec<_>>();
    for (service, reads, sets) in [
        ("route53-recovery-cluster", "GetRoutingControlState", "UpdateRoutingControlStates"),
        ("s3control", "GetMultiRegionAccessPointRoutes", "SubmitMultiRegionAccessPointRoutes"),
    ] {
        let asked = of(service);
        assert_eq!(asked[0]["region"], "us-west-2", "{service}: an endpoint outside of the old Region is asked first");
        assert!(asked.iter().any(|one| one["action"] == reads && one["status"] == 200), "{service} is read back");
        let set = asked.iter().filter(|one| one["action"] == sets).map(|one| &one["region"]).collect::<Vec<_>>();
        let taken = asked.iter().find(|one| one["action"] == sets && one["status"] == 200);
        let taken = taken.map(|one| &one["region"]).unwrap();
        assert!(*taken == "eu-west-1" || *taken == "ap-southeast-2", "{service}: {set:?}");
        assert!(set.iter().take_while(|region| **region != taken).count() >= 1, "{service}: {set:?}");
        assert!(!set.iter().take_while(|region| **region != taken).any(|region| *region == "us-east-1"), "{set:?}");
    }
    let overrides =
        of("route53-recovery-cluster").iter().any(|one| !one["parameters"]["SafetyRulesToOverride"].is_null());
    assert!(!overrides, "no safety rule is ever overridden");
}

#[test]
fn a_safety_rule_that_refuses_is_paged_and_holds_no_failover_up() {
    let policy = with_levers(policy());
    let story = Story::of(&policy, Options::default());
    let controls = &policy.traffic.as_ref().unwrap().routing_controls.as_ref().unwrap().controls;
    let east = controls[&policy.regions.primary].as_str();
    story.cloud.post("safety-rules", json!({"controls": [east], "at_least": 1}));
    story.raise_all();
    story.await_phase("failed_over");
    await_until("people are told of the lever", || came_to(&story).contains(&(Lever::RoutingControls, false)));
    story.await_told();
    let page = |message: &Value| message["Body"].as_str().is_some_and(|body| body.contains("a safety rule forbids it"));
    assert!(story.messages().iter().any(page), "the page says why");
    let primary = BTreeSet::from([policy.regions.primary.clone()]);
    assert_eq!(open(&story.cloud, &policy, Lever::RoutingControls), primary);
    await_until("the other lever has moved all the same", || {
        came_to(&story).contains(&(Lever::MultiRegionAccessPoint, true))
    });
}
