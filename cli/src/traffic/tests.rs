//! What is drawn of a zone, and where answers may lead.

use super::table::{self, Asked};
use super::tree;
use std::collections::BTreeMap;
use understudy_engine::{DnsName, Policy, Region};
use understudy_readiness::names::{Check, Observes, Record, Routing, Zone};

fn policy() -> Policy {
    let text = include_str!("../../examples/orders.toml");
    toml::from_str(text).unwrap()
}

#[test]
fn checks_that_contain_each_other_are_drawn_to_an_end() {
    let policy = policy();
    let traffic = policy.traffic.as_ref().unwrap();
    let record = Record {
        kind: "CNAME".to_owned(),
        routing: Routing::Primary,
        leads_to: vec!["east.orders.example.com".to_owned()],
        ttl_seconds: Some(60),
        check: Some("write".to_owned()),
    };
    let observes = Observes::Calculated { children: vec!["write".to_owned()], healthy_min: 1 };
    let mut zone = Zone::default();
    zone.records.insert(traffic.write_name.to_string(), vec![record]);
    zone.checks.insert("write".to_owned(), Some(Check { observes, inverted: false, disabled: false }));
    let mut drawn = Vec::new();
    tree::draw(&mut drawn, traffic, &zone).unwrap();
    let lines = String::from_utf8(drawn).unwrap().lines().filter(|line| line.contains("check write")).count();
    assert!((2..20).contains(&lines), "{lines}");
}

#[test]
fn writes_may_go_to_the_writer_alone_and_reads_to_any_endpoint() {
    let policy = policy();
    let traffic = policy.traffic.as_ref().unwrap();
    let region = |name: &str| -> Region { name.parse().unwrap() };
    let addresses = [("us-east-1", "192.0.2.1"), ("us-west-2", "192.0.2.2")];
    let endpoints: BTreeMap<Region, Vec<String>> =
        addresses.iter().map(|(name, address)| (region(name), vec![(*address).to_owned()])).collect();
    let asked = |name: &DnsName, answer: &str| Asked {
        place: "sa-east-1",
        name: name.clone(),
        answered: vec![answer.to_owned()],
        resolved: vec!["192.0.2.2".to_owned()],
        endpoints: endpoints.clone(),
    };
    let read = traffic.read_name.as_ref().unwrap();
    for (name, answer, writer, led, right) in [
        (&traffic.write_name, "192.0.2.1", "us-east-1", Some("us-east-1"), true),
        (&traffic.write_name, "east.orders.example.com", "us-east-1", Some("us-east-1"), true),
        (&traffic.write_name, "192.0.2.2", "us-east-1", Some("us-west-2"), false),
        (&traffic.write_name, "192.0.2.2", "us-west-2", Some("us-west-2"), true),
        (&traffic.write_name, "198.51.100.7", "us-east-1", None, false),
        (read, "192.0.2.2", "us-east-1", Some("us-west-2"), true),
        (read, "198.51.100.7", "us-east-1", None, false),
    ] {
        let row = table::judge(&asked(name, answer), traffic, &region(writer));
        assert_eq!((row.route53, row.right), (led.map(region), right), "{name} {answer}");
        assert_eq!(row.resolver, Some(region("us-west-2")));
    }
}
