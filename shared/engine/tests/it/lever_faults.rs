//! Levers of traffic: every fault that a policy may have in naming them.

use crate::levers::with_levers;
use understudy_engine::{AccessPoint, RoutingControls, Severity};

/// The fields that are refused, each with what contradicts it.
fn errors(change: impl FnOnce(&mut AccessPoint, &mut RoutingControls)) -> Vec<String> {
    let mut policy = with_levers();
    let traffic = policy.traffic.as_mut().unwrap();
    let (point, controls) = (&mut traffic.multi_region_access_point, &mut traffic.routing_controls);
    change(point.as_mut().unwrap(), controls.as_mut().unwrap());
    let faults = policy.faults();
    assert!(faults.iter().all(|fault| !fault.mend.is_empty() && fault.involves.contains(&fault.field)));
    faults.into_iter().filter(|fault| fault.severity == Severity::Error).map(|fault| fault.field).collect()
}

const BUCKETS: &str = "traffic.multi_region_access_point.buckets";
const CONTROLS: &str = "traffic.routing_controls.controls";
const ENDPOINTS: &str = "traffic.routing_controls.endpoints";

#[test]
fn levers_that_name_everything_once_are_sound_together_and_alone() {
    assert_eq!(errors(|_, _| {}), Vec::<String>::new());
    let mut policy = with_levers();
    policy.traffic.as_mut().unwrap().routing_controls = None;
    assert!(policy.is_sound());
    policy.traffic.as_mut().unwrap().multi_region_access_point = None;
    assert!(policy.is_sound());
}

#[test]
fn a_region_without_its_part_of_a_lever_is_refused() {
    let east = "us-east-1".parse().unwrap();
    assert_eq!(errors(|point, _| _ = point.buckets.remove(&east)), [BUCKETS]);
    assert_eq!(errors(|_, controls| _ = controls.controls.remove(&east)), [CONTROLS]);
}

#[test]
fn a_region_that_no_writer_is_in_has_no_part_of_a_lever() {
    let ireland = || "eu-west-1".parse().unwrap();
    let bucket = "orders-ireland".parse().unwrap();
    assert_eq!(errors(|point, _| _ = point.buckets.insert(ireland(), bucket)), [format!("{BUCKETS}.eu-west-1")]);
    let other = "arn:aws:route53-recovery-control::111122223333:controlpanel/aa/routingcontrol/third".parse().unwrap();
    assert_eq!(errors(|_, all| _ = all.controls.insert(ireland(), other)), [format!("{CONTROLS}.eu-west-1")]);
}

#[test]
fn both_regions_cannot_have_the_same_part_of_a_lever() {
    let west = || "us-west-2".parse().unwrap();
    let bucket = "orders-east".parse().unwrap();
    assert_eq!(errors(|point, _| _ = point.buckets.insert(west(), bucket)), [format!("{BUCKETS}.us-west-2")]);
    let same = |controls: &mut RoutingControls| {
        let east = controls.controls[&"us-east-1".parse().unwrap()].clone();
        controls.controls.insert(west(), east);
    };
    assert_eq!(errors(|_, controls| same(controls)), [format!("{CONTROLS}.us-west-2")]);
}

#[test]
fn a_cluster_without_one_of_its_five_endpoints_is_refused() {
    for code in understudy_engine::LEVER_ENDPOINTS {
        assert_eq!(errors(|_, controls| _ = controls.endpoints.remove(&code.parse().unwrap())), [ENDPOINTS], "{code}");
    }
}

#[test]
fn an_endpoint_that_is_not_its_own_is_refused() {
    let elsewhere = |controls: &mut RoutingControls| {
        controls.endpoints.insert("us-east-2".parse().unwrap(), "https://aa.us-east-2.example.com/v1".parse().unwrap());
    };
    assert_eq!(errors(|_, controls| elsewhere(controls)), [format!("{ENDPOINTS}.us-east-2")]);
    for host in ["aa.us-east-1.example.com", "aa-us-west-2.example.com", "us-west-2.example.com"] {
        let wrong = |controls: &mut RoutingControls| {
            controls.endpoints.insert("us-west-2".parse().unwrap(), format!("https://{host}/v1").parse().unwrap());
        };
        assert_eq!(errors(|_, controls| wrong(controls)), [format!("{ENDPOINTS}.us-west-2")], "{host}");
    }
}

#[test]
fn a_lever_of_another_account_is_refused() {
    let other = "arn:aws:s3::444455556666:accesspoint/mfzwi23gnjvgw.mrap".parse().unwrap();
    assert_eq!(errors(|point, _| point.arn = other), ["traffic.multi_region_access_point.arn"]);
    let control = "arn:aws:route53-recovery-control::444455556666:controlpanel/aa/routingcontrol/east".parse().unwrap();
    let east = "us-east-1".parse().unwrap();
    assert_eq!(errors(|_, all| _ = all.controls.insert(east, control)), [format!("{CONTROLS}.us-east-1")]);
}
