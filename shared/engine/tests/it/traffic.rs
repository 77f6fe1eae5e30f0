//! The names that clients use: what a policy may say of them, and every fault that it may have.

use crate::script::{policy, with_fence};
use understudy_engine::{DnsName, Fault, GateUrl, HostedZone, Mode, Policy, Region, Severity, Traffic};

fn traffic() -> Traffic {
    serde_json::from_value(serde_json::json!({
        "hosted_zone": "Z0123456789ABCDEFGHIJ",
        "write_name": "orders.example.com",
        "read_name": "read.orders.example.com",
        "endpoints": {"us-east-1": "east.orders.example.com", "us-west-2": "west.orders.example.com"},
        "gates": {
            "us-east-1": "https://a.lambda-url.us-east-1.on.aws",
            "us-east-2": "https://b.lambda-url.us-east-2.on.aws",
            "us-west-2": "https://c.lambda-url.us-west-2.on.aws",
        },
    }))
    .unwrap()
}

fn region(code: &str) -> Region {
    code.parse().unwrap()
}

fn faults(change: impl FnOnce(&mut Traffic)) -> Vec<(Severity, String)> {
    let mut traffic = traffic();
    change(&mut traffic);
    let policy = Policy { traffic: Some(traffic), ..with_fence(Mode::Auto) };
    let found: Vec<Fault> = policy.faults();
    assert!(found.iter().all(|fault| !fault.mend.is_empty() && fault.involves.contains(&fault.field)));
    found.into_iter().map(|fault| (fault.severity, fault.field)).collect()
}

fn error(field: &str) -> Vec<(Severity, String)> {
    vec![(Severity::Error, field.to_owned())]
}

fn warning(field: &str) -> Vec<(Severity, String)> {
    vec![(Severity::Warning, field.to_owned())]
}

#[test]
fn names_with_two_gates_outside_the_primary_region_have_no_fault() {
    assert_eq!(faults(|_| {}), vec![]);
    assert_eq!(faults(|traffic| traffic.read_name = None), vec![]);
}

#[test]
fn a_name_that_contradicts_another_is_refused() {
    assert_eq!(faults(|traffic| traffic.read_name = Some(traffic.write_name.clone())), error("traffic.read_name"));
    let itself = |traffic: &mut Traffic| {
        traffic.endpoints.insert(region("us-west-2"), traffic.write_name.clone());
    };
    assert_eq!(faults(itself), error("traffic.endpoints.us-west-2"));
    let through_reads = |traffic: &mut Traffic| {
        traffic.endpoints.insert(region("us-west-2"), traffic.read_name.clone().unwrap());
    };
    assert_eq!(faults(through_reads), error("traffic.endpoints.us-west-2"));
}

#[test]
fn both_regions_need_an_endpoint() {
    for code in ["us-east-1", "us-west-2"] {
        assert_eq!(faults(|traffic| drop(traffic.endpoints.remove(&region(code)))), error("traffic.endpoints"));
    }
}

#[test]
fn the_primary_regions_latch_is_served_from_outside_and_from_two_places() {
    let keep = |kept: &'static [&'static str]| {
        faults(move |traffic| traffic.gates.retain(|region, _| kept.contains(&region.as_str())))
    };
    assert_eq!(keep(&["us-east-1"]), error("traffic.gates"), "it would be lost with what it guards");
    assert_eq!(keep(&["us-east-1", "us-west-2"]), warning("traffic.gates"));
    assert_eq!(keep(&["us-east-1", "us-east-2"]), warning("traffic.gates"));
    assert_eq!(keep(&["us-west-2", "us-east-2"]), vec![], "the witness speaks for the way home");
    assert_eq!(keep(&["us-west-2"]), [warning("traffic.gates"), warning("traffic.gates")].concat());
}

#[test]
fn a_gate_stands_under_the_region_that_its_url_names() {
    let swapped = |traffic: &mut Traffic| {
        let url = "https://c.lambda-url.us-west-1.on.aws".parse().unwrap();
        traffic.gates.insert(region("us-west-2"), url);
    };
    assert_eq!(faults(swapped), error("traffic.gates.us-west-2"));
    let own = |traffic: &mut Traffic| {
        traffic.gates.insert(region("us-west-2"), "https://gate.example.com".parse().unwrap());
    };
    assert_eq!(faults(own), vec![], "a name of one's own says nothing of it");
}

#[test]
fn a_gate_speaks_for_every_region_but_its_own() {
    let traffic = traffic();
    let speak = |guarded| traffic.gates_for(&region(guarded)).map(|(gate, _)| gate.as_str()).collect::<Vec<_>>();
    assert_eq!(speak("us-east-1"), ["us-east-2", "us-west-2"]);
    assert_eq!(speak("us-west-2"), ["us-east-1", "us-east-2"]);
    assert_eq!(speak("eu-west-1"), ["us-east-1", "us-east-2", "us-west-2"]);
    assert_eq!(traffic.gates[&region("us-west-2")].host(), "c.lambda-url.us-west-2.on.aws");
}

#[test]
fn a_policy_without_traffic_is_as_it_was() {
    let stored = serde_json::to_value(policy(Mode::Auto)).unwrap();
    assert!(stored.get("traffic").is_none());
}

#[test]
fn what_is_no_zone_no_name_and_no_gate_is_refused_with_the_mend() {
    for text in ["", "Z", "z0123", "/hostedzone/Z0123", "Z0-1"] {
        assert!(text.parse::<HostedZone>().is_err(), "{text:?}");
    }
    let long = format!("{}.com", "a".repeat(64));
    for text in ["", "com", "orders.example.com.", "Orders.example.com", "-a.com", "a-.com", "a..com", &long, "ö.com"]
    {
        assert!(text.parse::<DnsName>().is_err(), "{text:?}");
    }
    for text in ["orders.example.com", "_a.example.com", "a-b.c1.example", "1.com"] {
        assert!(text.parse::<DnsName>().is_ok(), "{text:?}");
    }
    for text in ["http://a.example.com", "https://a.example.com/", "https://a.example.com:443", "https://localhost"] {
        assert!(text.parse::<GateUrl>().is_err(), "{text:?}");
    }
}
