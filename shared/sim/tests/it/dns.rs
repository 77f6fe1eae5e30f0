//! Route 53, as documented: what its checkers conclude, what it answers, what resolvers keep.

mod application;

use std::collections::{BTreeMap, BTreeSet};
use understudy_engine::{DnsName, Region};
use understudy_sim::dns::{
    Because, CHECKERS, Check, CheckId, Checks, Failover, Milliseconds, Observes, Record, Resolver, Routing, Target,
    Value, Watch, Zone, ZoneFault,
};

fn name(text: &str) -> DnsName {
    text.parse().unwrap()
}

fn region(text: &str) -> Region {
    text.parse().unwrap()
}

fn endpoint(in_region: &str) -> Check {
    let target = Target::Endpoint { region: region(in_region) };
    let observes = Observes::Endpoint { target, interval: 10_000, threshold: 3 };
    Check { observes, inverted: false, disabled: false }
}

fn calculated(children: &[CheckId], healthy_min: usize) -> Check {
    let observes = Observes::Calculated { children: children.iter().copied().collect(), healthy_min };
    Check { observes, inverted: false, disabled: false }
}

fn leads_to(in_region: &str) -> Value {
    Value::Endpoint { region: region(in_region), ttl_seconds: 60 }
}

fn record(routing: Routing, in_region: &str, check: Option<CheckId>) -> Record {
    Record { routing, value: leads_to(in_region), check }
}

fn failover(check: Option<CheckId>, other: Option<CheckId>) -> Vec<Record> {
    vec![
        record(Routing::Failover(Failover::Primary), "us-east-1", check),
        record(Routing::Failover(Failover::Secondary), "us-west-2", other),
    ]
}

fn latency(places: &[(&str, Option<CheckId>)]) -> Vec<Record> {
    places.iter().map(|(place, check)| record(Routing::Latency(region(place)), place, *check)).collect()
}

fn zone(records: Vec<Record>, checks: Vec<Check>) -> Zone {
    Zone::new(BTreeMap::from([(name("orders.example.com"), records)]), Checks::new(checks)).unwrap()
}

/// Each of so many checkers gives this answer, three times.
fn observed(checks: &mut Checks, id: CheckId, healthy_checkers: usize) {
    for _ in 0..3 {
        for checker in 0..CHECKERS.len() {
            checks.observe(id, checker, checker < healthy_checkers);
        }
    }
}

fn answered(zone: &Zone, client: &str) -> (String, Because) {
    let answer = zone.answer(&name("orders.example.com"), &region(client)).unwrap();
    (answer.region.to_string(), answer.because)
}

fn is(place: &str, because: Because) -> (String, Because) {
    (place.to_owned(), because)
}

#[test]
fn an_endpoint_is_healthy_while_more_than_eighteen_percent_of_the_checkers_say_so() {
    let mut checks = Checks::new(vec![endpoint("us-east-1")]);
    observed(&mut checks, 0, 2);
    assert!(checks.is_healthy(0), "two of eight are 25 %");
    observed(&mut checks, 0, 1);
    assert!(!checks.is_healthy(0), "one of eight is 12.5 %");
}

#[test]
fn a_checker_changes_its_mind_after_as_many_answers_in_a_row_as_the_threshold() {
    let mut checks = Checks::new(vec![endpoint("us-east-1")]);
    observed(&mut checks, 0, 8);
    let mut all = |healthy| {
        (0..CHECKERS.len()).for_each(|checker| checks.observe(0, checker, healthy));
        checks.is_healthy(0)
    };
    assert!(all(false) && all(false), "two in a row are not three");
    assert!(all(true) && all(false) && all(false), "and one in between starts anew");
    assert!(!all(false));
    assert!(!all(true) && !all(true) && all(true), "the way back is as long");
}

#[test]
fn a_fresh_check_is_healthy_and_a_fresh_inverted_one_unhealthy() {
    let inverted = Check { inverted: true, ..endpoint("us-east-1") };
    let mut checks = Checks::new(vec![endpoint("us-east-1"), inverted]);
    assert_eq!(checks.statuses(), [true, false]);
    for checker in 0..CHECKERS.len() - 1 {
        (0..3).for_each(|_| checks.observe(1, checker, false));
    }
    assert_eq!(checks.statuses(), [true, false], "one checker has not made up its mind");
    (0..3).for_each(|_| checks.observe(1, CHECKERS.len() - 1, false));
    assert_eq!(checks.statuses(), [true, true]);
}

#[test]
fn a_disabled_check_is_healthy_and_a_disabled_inverted_one_unhealthy() {
    let disabled = Check { disabled: true, ..endpoint("us-east-1") };
    let inverted = Check { inverted: true, ..disabled.clone() };
    let mut checks = Checks::new(vec![disabled, inverted]);
    observed(&mut checks, 0, 0);
    observed(&mut checks, 1, 0);
    assert_eq!(checks.statuses(), [true, false]);
}

#[test]
fn a_calculated_check_counts_its_healthy_children_also_through_another_one() {
    let all = vec![endpoint("us-east-1"), endpoint("us-west-2"), calculated(&[0, 1], 2), calculated(&[0, 1], 1)];
    let nested = Check { inverted: true, ..calculated(&[2, 3], 2) };
    let mut checks = Checks::new([all, vec![nested]].concat());
    assert_eq!(checks.statuses(), [true, true, true, true, false]);
    observed(&mut checks, 0, 0);
    assert_eq!(checks.statuses(), [false, true, false, true, true]);
    observed(&mut checks, 1, 0);
    assert_eq!(checks.statuses(), [false, false, false, false, true]);
}

#[test]
fn failover_answers_the_primary_then_the_secondary_and_the_primary_when_neither_is_healthy() {
    let mut zone = zone(failover(Some(0), Some(1)), vec![endpoint("us-east-1"), endpoint("us-west-2")]);
    assert_eq!(answered(&zone, "eu-west-1"), is("us-east-1", Because::Preferred));
    observed(&mut zone.checks, 0, 0);
    assert_eq!(answered(&zone, "eu-west-1"), is("us-west-2", Because::NextHealthy));
    observed(&mut zone.checks, 1, 0);
    assert_eq!(answered(&zone, "eu-west-1"), is("us-east-1", Because::AllUnhealthy));
}

#[test]
fn the_order_in_which_records_are_written_decides_nothing() {
    let written: Vec<Record> = failover(None, None).into_iter().rev().collect();
    assert_eq!(answered(&zone(written, vec![]), "us-west-2"), is("us-east-1", Because::Preferred));
}

#[test]
fn a_record_without_a_check_is_always_healthy() {
    let mut zone = zone(failover(Some(0), None), vec![endpoint("us-east-1")]);
    observed(&mut zone.checks, 0, 0);
    assert_eq!(answered(&zone, "us-east-1"), is("us-west-2", Because::NextHealthy));
}

#[test]
fn latency_answers_the_nearest_healthy_region_and_the_nearest_of_all_when_none_is() {
    let places = ["us-east-1", "us-west-2", "eu-west-1"];
    let own = latency(&[(places[0], Some(0)), (places[1], Some(1)), (places[2], Some(2))]);
    let mut zone = zone(own, places.map(endpoint).to_vec());
    assert_eq!(answered(&zone, "eu-central-1"), is("eu-west-1", Because::Preferred));
    assert_eq!(answered(&zone, "us-west-2"), is("us-west-2", Because::Preferred));
    observed(&mut zone.checks, 2, 0);
    assert_eq!(answered(&zone, "eu-central-1"), is("us-east-1", Because::NextHealthy));
    observed(&mut zone.checks, 0, 0);
    observed(&mut zone.checks, 1, 0);
    assert_eq!(answered(&zone, "eu-central-1"), is("eu-west-1", Because::AllUnhealthy));
}

#[test]
fn an_alias_that_evaluates_its_target_is_as_healthy_as_that_and_another_is_always_healthy() {
    let target = name("east.example.com");
    let alias = |evaluates| Record {
        routing: Routing::Failover(Failover::Primary),
        value: Value::Alias { name: target.clone(), evaluates },
        check: None,
    };
    for (evaluates, place) in [(true, "us-west-2"), (false, "us-east-1")] {
        let own = vec![alias(evaluates), record(Routing::Failover(Failover::Secondary), "us-west-2", None)];
        let behind = vec![record(Routing::Simple, "us-east-1", Some(0))];
        let records = BTreeMap::from([(name("orders.example.com"), own), (target.clone(), behind)]);
        let mut zone = Zone::new(records, Checks::new(vec![endpoint("us-east-1")])).unwrap();
        assert_eq!(answered(&zone, "us-east-1").0, "us-east-1");
        observed(&mut zone.checks, 0, 0);
        assert_eq!(answered(&zone, "us-east-1").0, place);
    }
}

#[test]
fn an_alias_is_as_healthy_as_the_best_record_behind_it_and_says_why_that_one_answers() {
    let target = name("east.example.com");
    let alias =
        Record { routing: Routing::Simple, value: Value::Alias { name: target.clone(), evaluates: true }, check: None };
    let checks = Checks::new(vec![endpoint("us-east-1"), endpoint("us-west-2")]);
    let records = BTreeMap::from([(name("orders.example.com"), vec![alias]), (target, failover(Some(0), Some(1)))]);
    let mut zone = Zone::new(records, checks).unwrap();
    observed(&mut zone.checks, 0, 0);
    assert_eq!(answered(&zone, "us-east-1"), is("us-west-2", Because::NextHealthy));
    observed(&mut zone.checks, 1, 0);
    assert_eq!(answered(&zone, "us-east-1"), is("us-east-1", Because::AllUnhealthy));
}

#[test]
fn a_check_that_does_not_exist_is_healthy_as_a_record_without_one_is() {
    assert!(Checks::new(vec![]).is_healthy(0));
}

#[test]
fn checkers_look_one_after_the_other_and_not_all_at_once() {
    let watch = Watch::new(&zone(failover(Some(0), None), vec![endpoint("us-east-1")]));
    let phases: BTreeSet<Milliseconds> = watch.rounds().map(|(_, round)| round.phase).collect();
    assert_eq!(phases.len(), CHECKERS.len());
    assert!(phases.iter().all(|phase| (0..10_000).contains(phase)), "{phases:?}");
}

#[test]
fn a_resolver_keeps_an_answer_for_its_ttl_and_some_keep_it_longer() {
    let mut zone = zone(failover(Some(0), None), vec![endpoint("us-east-1")]);
    let mut usual = Resolver::new(region("us-east-2"), 0);
    let mut stubborn = Resolver::new(region("us-east-2"), 300_000);
    let mut told = |zone: &Zone, now: Milliseconds| {
        let ask = |resolver: &mut Resolver| resolver.lookup(zone, &name("orders.example.com"), now).unwrap().region;
        (ask(&mut usual).to_string(), ask(&mut stubborn).to_string())
    };
    let both = |usual: &str, stubborn: &str| (usual.to_owned(), stubborn.to_owned());
    assert_eq!(told(&zone, 0), both("us-east-1", "us-east-1"));
    observed(&mut zone.checks, 0, 0);
    assert_eq!(told(&zone, 59_999), both("us-east-1", "us-east-1"));
    assert_eq!(told(&zone, 60_000), both("us-west-2", "us-east-1"));
    assert_eq!(told(&zone, 299_999), both("us-west-2", "us-east-1"));
    assert_eq!(told(&zone, 300_000), both("us-west-2", "us-west-2"));
}

#[test]
fn a_lost_endpoint_is_noticed_after_as_many_intervals_as_the_threshold_and_no_sooner() {
    for (interval, threshold) in [(10_000, 3), (30_000, 3), (10_000, 1), (30_000, 10)] {
        let target = Target::Endpoint { region: region("us-east-1") };
        let check = Check { observes: Observes::Endpoint { target, interval, threshold }, ..endpoint("us-east-1") };
        let mut zone = zone(failover(Some(0), None), vec![check]);
        let watch = Watch::new(&zone);
        watch.play(&mut zone, (-1_000_000, 0), |_, _| true, |_, at| panic!("it was healthy and is, at {at}"));
        let mut noticed = Vec::new();
        watch.play(&mut zone, (0, 1_000_000), |_, _| false, |_, at| noticed.push(at));
        let (least, most) = (interval * (Milliseconds::from(threshold) - 1), interval * Milliseconds::from(threshold));
        assert!(noticed.len() == 1 && (least..=most).contains(&noticed[0]), "{interval} × {threshold}: {noticed:?}");
    }
}

#[test]
fn what_is_skipped_because_nothing_changes_is_exactly_what_would_have_been() {
    let places = ["us-east-1", "us-west-2"];
    let fresh = || zone(latency(&[(places[0], Some(0)), (places[1], Some(1))]), places.map(endpoint).to_vec());
    let watch = Watch::new(&fresh());
    let answers = |at: Milliseconds, target: &Target, checker: usize| {
        let Target::Endpoint { region } = target else { return true };
        region.as_str() != "us-east-1" || !(70_000..190_000).contains(&at) || checker < 1
    };
    let (mut whole, mut pieces) = (fresh(), fresh());
    let mut seen: [Vec<Milliseconds>; 2] = Default::default();
    for (from, until) in [(0, 70_000), (70_000, 190_000), (190_000, 400_000)] {
        watch.play(&mut whole, (from, until), |t, c| answers(from, t, c), |_, at| seen[0].push(at));
        for from in (from..until).step_by(1000) {
            watch.play(&mut pieces, (from, from + 1000), |t, c| answers(from, t, c), |_, at| seen[1].push(at));
        }
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].len(), 2, "down and up");
    assert_eq!(whole, pieces);
}

#[test]
fn a_zone_that_contradicts_itself_is_refused() {
    let orders = name("orders.example.com");
    let of = |records: Vec<Record>, checks: Vec<Check>| {
        Zone::new(BTreeMap::from([(orders.clone(), records)]), Checks::new(checks)).unwrap_err()
    };
    let east = |routing| record(routing, "us-east-1", None);
    let primary = || east(Routing::Failover(Failover::Primary));
    let secondary = || east(Routing::Failover(Failover::Secondary));
    let near = || east(Routing::Latency(region("us-east-1")));
    let several = ZoneFault::SeveralPolicies { name: orders.clone() };
    assert_eq!(of(vec![primary(), near()], vec![]), several);
    assert_eq!(of(vec![east(Routing::Simple), near()], vec![]), several);
    let primaries = |found| ZoneFault::NotOnePrimary { name: orders.clone(), found };
    assert_eq!(of(vec![primary(), primary()], vec![]), primaries(2));
    assert_eq!(of(vec![secondary()], vec![]), primaries(0));
    let doubled = ZoneFault::Doubled { name: orders.clone() };
    assert_eq!(of(vec![near(), near()], vec![]), doubled);
    assert_eq!(of(vec![east(Routing::Simple), east(Routing::Simple)], vec![]), doubled);
    assert_eq!(of(vec![primary(), secondary(), secondary()], vec![]), doubled);
    let checked = |check| record(Routing::Simple, "us-east-1", Some(check));
    let missing = |check| ZoneFault::NoSuchCheck { name: orders.clone(), check };
    assert_eq!(of(vec![checked(1)], vec![endpoint("us-east-1")]), missing(1));
    assert_eq!(of(vec![checked(0)], vec![calculated(&[1], 1), calculated(&[0], 1)]), missing(0));
    let alias = |target: &DnsName| Record {
        value: Value::Alias { name: target.clone(), evaluates: true },
        ..east(Routing::Simple)
    };
    let dead = |target: &DnsName| ZoneFault::DeadAlias { name: orders.clone(), target: target.clone() };
    assert_eq!(of(vec![alias(&orders)], vec![]), dead(&orders));
    let nowhere = name("nowhere.example.com");
    assert_eq!(of(vec![alias(&nowhere)], vec![]), dead(&nowhere));
}

#[test]
fn the_regions_of_a_name_are_those_that_it_can_lead_to() {
    let zone = zone(failover(None, None), vec![]);
    let regions: BTreeSet<Region> = ["us-east-1", "us-west-2"].map(region).into();
    assert_eq!(zone.regions(&name("orders.example.com")), regions);
    assert_eq!(zone.answer(&name("other.example.com"), &region("us-east-1")), None);
}
