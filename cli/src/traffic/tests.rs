//! A zone as it should be, broken in one way at a time.

use super::judge::judge;
use super::seen::{Check, Observes, Record, Routing, Seen};
use super::table::{self, Asked};
use std::collections::BTreeMap;
use understudy_engine::{DnsName, Policy, Region};

fn policy() -> Policy {
    let text = include_str!("../../examples/orders.toml");
    toml::from_str(text).unwrap()
}

const GATES: [(&str, &str); 3] = [
    ("us-east-1", "https://aaaaaaaa.lambda-url.us-east-1.on.aws"),
    ("us-east-2", "https://bbbbbbbb.lambda-url.us-east-2.on.aws"),
    ("us-west-2", "https://cccccccc.lambda-url.us-west-2.on.aws"),
];

const WRITE: &str = "orders.example.com";
const READ: &str = "read.orders.example.com";

fn endpoint(url: &str, inverted: bool) -> Check {
    let observes = Observes::Endpoint { url: url.to_owned(), interval_seconds: 10, threshold: 3 };
    Check { observes, inverted, disabled: false }
}

fn record(routing: Routing, leads_to: &str, check: Option<&str>) -> Record {
    let check = check.map(str::to_owned);
    Record { kind: "CNAME".to_owned(), routing, leads_to: vec![leads_to.to_owned()], ttl_seconds: Some(60), check }
}

/// Checks of the latches of a Region, and of its endpoint where reads depend on it: `<name>` is calculated from them.
fn checks(seen: &mut Seen, name: &str, region: &str, own: Option<&str>) {
    let mut children = Vec::new();
    for (gate, url) in GATES.iter().filter(|(gate, _)| *gate != region) {
        let id = format!("{name}-latch-{gate}");
        seen.checks.insert(id.clone(), Some(endpoint(&format!("{url}/latch/orders/{region}"), true)));
        children.push(id);
    }
    if let Some(host) = own {
        let id = format!("{name}-endpoint");
        seen.checks.insert(id.clone(), Some(endpoint(&format!("https://{host}/health"), false)));
        children.push(id);
    }
    let healthy_min = i32::try_from(children.len()).unwrap();
    let observes = Observes::Calculated { children, healthy_min };
    seen.checks.insert(name.to_owned(), Some(Check { observes, inverted: false, disabled: false }));
}

fn sound() -> Seen {
    let mut seen = Seen::default();
    checks(&mut seen, "write", "us-east-1", None);
    checks(&mut seen, "east", "us-east-1", Some("east.orders.example.com"));
    checks(&mut seen, "west", "us-west-2", Some("west.orders.example.com"));
    let write = vec![
        record(Routing::Primary, "east.orders.example.com", Some("write")),
        record(Routing::Secondary, "west.orders.example.com", None),
    ];
    let read = vec![
        record(Routing::Latency("us-east-1".to_owned()), "east.orders.example.com", Some("east")),
        record(Routing::Latency("us-west-2".to_owned()), "west.orders.example.com", Some("west")),
    ];
    seen.records.extend([(WRITE.to_owned(), write), (READ.to_owned(), read)]);
    seen
}

fn faults(seen: &Seen) -> Vec<String> {
    let policy = policy();
    let found = judge(&policy, policy.traffic.as_ref().unwrap(), seen);
    assert!(found.iter().all(|fault| !fault.mend.is_empty()), "{found:?}");
    found.into_iter().map(|fault| format!("{}: {}", fault.at, fault.problem)).collect()
}

fn records<'a>(seen: &'a mut Seen, name: &str) -> &'a mut Vec<Record> {
    seen.records.get_mut(name).unwrap()
}

fn check<'a>(seen: &'a mut Seen, id: &str) -> &'a mut Check {
    seen.checks.get_mut(id).unwrap().as_mut().unwrap()
}

#[test]
fn a_zone_as_the_file_wants_it_has_no_fault() {
    assert_eq!(faults(&sound()), Vec::<String>::new());
}

#[test]
fn an_alias_may_name_a_load_balancer_as_the_console_does_and_addresses_are_not_judged() {
    let mut seen = sound();
    let alias = &mut records(&mut seen, WRITE)[0];
    (alias.kind, alias.ttl_seconds) = ("A".to_owned(), None);
    alias.leads_to = vec!["dualstack.east.orders.example.com".to_owned()];
    let address = &mut records(&mut seen, READ)[0];
    (address.kind, address.leads_to) = ("A".to_owned(), vec!["192.0.2.1".to_owned()]);
    assert_eq!(faults(&seen), Vec::<String>::new());
    records(&mut seen, WRITE)[0].leads_to = vec!["dualstack.west.orders.example.com".to_owned()];
    assert_eq!(faults(&seen).len(), 1);
}

type Break = fn(&mut Seen);

/// Each way to break it, and what is said of it.
const BROKEN: [(&str, Break); 27] = [
    ("orders.example.com: the zone has no record", |seen| drop(seen.records.remove(WRITE))),
    ("orders.example.com: it has records of several routing policies", |seen| {
        records(seen, WRITE).push(record(Routing::Latency("us-east-1".to_owned()), "east.orders.example.com", None));
    }),
    ("read.orders.example.com: its records are weighted", |seen| {
        for one in records(seen, READ) {
            one.routing = Routing::Other("weighted");
        }
    }),
    ("orders.example.com: its records are simple, not failover", |seen| {
        records(seen, WRITE).truncate(1);
        records(seen, WRITE)[0].routing = Routing::Simple;
    }),
    ("orders.example.com PRIMARY, check write › write-latch-us-east-2: it is a check of type CLOUDWATCH", |seen| {
        check(seen, "write-latch-us-east-2").observes = Observes::Other("CLOUDWATCH_METRIC".to_owned());
    }),
    ("orders.example.com: it has no PRIMARY record", |seen| drop(records(seen, WRITE).remove(0))),
    ("orders.example.com: it has no SECONDARY record", |seen| drop(records(seen, WRITE).pop())),
    ("read.orders.example.com: it has no record for us-west-2", |seen| drop(records(seen, READ).pop())),
    ("read.orders.example.com eu-west-1: the file names no endpoint", |seen| {
        records(seen, READ).push(record(Routing::Latency("eu-west-1".to_owned()), "eu.orders.example.com", None));
    }),
    ("orders.example.com PRIMARY: it leads to west.orders.example.com", |seen| {
        records(seen, WRITE)[0].leads_to = vec!["west.orders.example.com".to_owned()];
    }),
    ("orders.example.com SECONDARY: its TTL is 61 s", |seen| records(seen, WRITE)[1].ttl_seconds = Some(61)),
    ("read.orders.example.com us-east-1: it leads to west.orders.example.com", |seen| {
        records(seen, READ)[0].leads_to = vec!["west.orders.example.com".to_owned()];
    }),
    ("read.orders.example.com us-west-2: its TTL is 300 s", |seen| records(seen, READ)[1].ttl_seconds = Some(300)),
    ("orders.example.com PRIMARY: it has no health check", |seen| records(seen, WRITE)[0].check = None),
    ("orders.example.com SECONDARY: it has a health check", |seen| {
        records(seen, WRITE)[1].check = Some("west".to_owned());
    }),
    ("read.orders.example.com us-east-1: it has no health check", |seen| records(seen, READ)[0].check = None),
    ("orders.example.com PRIMARY, check write › write-latch-us-east-2: there is no such check", |seen| {
        seen.checks.insert("write-latch-us-east-2".to_owned(), None);
    }),
    ("orders.example.com PRIMARY, check write › write-latch-us-west-2: it needs 30 s × 3", |seen| {
        if let Observes::Endpoint { interval_seconds, .. } = &mut check(seen, "write-latch-us-west-2").observes {
            *interval_seconds = 30;
        }
    }),
    ("orders.example.com PRIMARY, check write › write-latch-us-west-2: it needs 10 s × 4", |seen| {
        if let Observes::Endpoint { threshold, .. } = &mut check(seen, "write-latch-us-west-2").observes {
            *threshold = 4;
        }
    }),
    ("orders.example.com PRIMARY, check write: a calculated check of latches is inverted once more", |seen| {
        check(seen, "write").inverted = true;
    }),
    ("orders.example.com PRIMARY, check write: it is disabled", |seen| check(seen, "write").disabled = true),
    ("orders.example.com PRIMARY, check write › write-latch-us-west-2: a latch is 200", |seen| {
        check(seen, "write-latch-us-west-2").inverted = false;
    }),
    ("read.orders.example.com us-east-1, check east › east-endpoint: it takes a well endpoint", |seen| {
        check(seen, "east-endpoint").inverted = true;
    }),
    ("orders.example.com PRIMARY, check write › write-latch-us-west-2: it asks the gate in us-east-1", |seen| {
        *check(seen, "write-latch-us-west-2") = endpoint(&format!("{}/latch/orders/us-east-1", GATES[0].1), true);
    }),
    (
        "orders.example.com PRIMARY, check write › write-latch-us-west-2: it asks https://elsewhere.example.com",
        |seen| {
            *check(seen, "write-latch-us-west-2") =
                endpoint("https://elsewhere.example.com/latch/orders/us-east-1", true);
        },
    ),
    ("orders.example.com PRIMARY, check write: it is healthy with 1 of 2", |seen| {
        if let Observes::Calculated { healthy_min, .. } = &mut check(seen, "write").observes {
            *healthy_min = 1;
        }
    }),
    ("read.orders.example.com us-west-2, check west: the endpoint itself is not checked", |seen| {
        if let Observes::Calculated { children, healthy_min } = &mut check(seen, "west").observes {
            children.retain(|child| child != "west-endpoint");
            *healthy_min = 2;
        }
    }),
];

#[test]
fn each_fault_is_named_where_it_is() {
    for (said, broken) in BROKEN {
        let mut seen = sound();
        broken(&mut seen);
        let found = faults(&seen);
        assert!(found.iter().any(|fault| fault.starts_with(said)), "{said}\n{found:#?}");
    }
}

#[test]
fn one_gate_that_is_left_out_is_missed_and_the_other_is_too_few() {
    let mut seen = sound();
    if let Observes::Calculated { children, healthy_min } = &mut check(&mut seen, "write").observes {
        children.truncate(1);
        *healthy_min = 1;
    }
    let found = faults(&seen);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].ends_with("nobody asks https://cccccccc.lambda-url.us-west-2.on.aws/latch/orders/us-east-1"));
    assert!(found[1].ends_with("1 gates are asked: losing the last leads traffic back"), "{found:#?}");
}

#[test]
fn a_gate_that_two_checks_ask_is_one_gate() {
    let mut seen = sound();
    let twice = format!("{}/latch/orders/us-east-1", GATES[1].1);
    *check(&mut seen, "write-latch-us-west-2") = endpoint(&twice, true);
    let found = faults(&seen);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].ends_with("nobody asks https://cccccccc.lambda-url.us-west-2.on.aws/latch/orders/us-east-1"));
    assert!(found[1].ends_with("1 gates are asked: losing the last leads traffic back"), "{found:#?}");
}

#[test]
fn checks_that_contain_each_other_are_walked_once_and_drawn_to_an_end() {
    let mut seen = sound();
    if let Observes::Calculated { children, .. } = &mut check(&mut seen, "write").observes {
        children.push("write".to_owned());
    }
    assert!(!faults(&seen).is_empty());
    let mut drawn = Vec::new();
    super::tree::draw(&mut drawn, policy().traffic.as_ref().unwrap(), &seen).unwrap();
    assert!(drawn.len() < 100_000);
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
