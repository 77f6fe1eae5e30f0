//! A zone as it should be, broken in one way at a time.

use crate::ground::policy;
use understudy_readiness::names::{self, Check, Observes, Record, Routing, Zone};

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
fn checks(zone: &mut Zone, name: &str, region: &str, own: Option<&str>) {
    let mut children = Vec::new();
    for (gate, url) in GATES.iter().filter(|(gate, _)| *gate != region) {
        let id = format!("{name}-latch-{gate}");
        zone.checks.insert(id.clone(), Some(endpoint(&format!("{url}/latch/orders/{region}"), true)));
        children.push(id);
    }
    if let Some(host) = own {
        let id = format!("{name}-endpoint");
        zone.checks.insert(id.clone(), Some(endpoint(&format!("https://{host}/health"), false)));
        children.push(id);
    }
    let healthy_min = i32::try_from(children.len()).unwrap();
    let observes = Observes::Calculated { children, healthy_min };
    zone.checks.insert(name.to_owned(), Some(Check { observes, inverted: false, disabled: false }));
}

fn sound() -> Zone {
    let mut zone = Zone::default();
    checks(&mut zone, "write", "us-east-1", None);
    checks(&mut zone, "east", "us-east-1", Some("east.orders.example.com"));
    checks(&mut zone, "west", "us-west-2", Some("west.orders.example.com"));
    let write = vec![
        record(Routing::Primary, "east.orders.example.com", Some("write")),
        record(Routing::Secondary, "west.orders.example.com", None),
    ];
    let read = vec![
        record(Routing::Latency("us-east-1".to_owned()), "east.orders.example.com", Some("east")),
        record(Routing::Latency("us-west-2".to_owned()), "west.orders.example.com", Some("west")),
    ];
    zone.records.extend([(WRITE.to_owned(), write), (READ.to_owned(), read)]);
    zone
}

fn faults(zone: &Zone) -> Vec<String> {
    let policy = policy();
    let found = names::faults(&policy, policy.traffic.as_ref().unwrap(), zone);
    assert!(found.iter().all(|fault| !fault.mend.is_empty()), "{found:?}");
    found.into_iter().map(|fault| format!("{}: {}", fault.at, fault.problem)).collect()
}

fn records<'a>(zone: &'a mut Zone, name: &str) -> &'a mut Vec<Record> {
    zone.records.get_mut(name).unwrap()
}

fn check<'a>(zone: &'a mut Zone, id: &str) -> &'a mut Check {
    zone.checks.get_mut(id).unwrap().as_mut().unwrap()
}

#[test]
fn a_zone_as_the_file_wants_it_has_no_fault() {
    assert_eq!(faults(&sound()), Vec::<String>::new());
}

#[test]
fn an_alias_may_name_a_load_balancer_as_the_console_does_and_addresses_are_not_judged() {
    let mut zone = sound();
    let alias = &mut records(&mut zone, WRITE)[0];
    (alias.kind, alias.ttl_seconds) = ("A".to_owned(), None);
    alias.leads_to = vec!["dualstack.east.orders.example.com".to_owned()];
    let address = &mut records(&mut zone, READ)[0];
    (address.kind, address.leads_to) = ("A".to_owned(), vec!["192.0.2.1".to_owned()]);
    assert_eq!(faults(&zone), Vec::<String>::new());
    records(&mut zone, WRITE)[0].leads_to = vec!["dualstack.west.orders.example.com".to_owned()];
    assert_eq!(faults(&zone).len(), 1);
}

type Break = fn(&mut Zone);

/// Each way to break it, and what is said of it.
const BROKEN: [(&str, Break); 27] = [
    ("orders.example.com: the zone has no record", |zone| drop(zone.records.remove(WRITE))),
    ("orders.example.com: it has records of several routing policies", |zone| {
        records(zone, WRITE).push(record(Routing::Latency("us-east-1".to_owned()), "east.orders.example.com", None));
    }),
    ("read.orders.example.com: its records are weighted", |zone| {
        for one in records(zone, READ) {
            one.routing = Routing::Other("weighted");
        }
    }),
    ("orders.example.com: its records are simple, not failover", |zone| {
        records(zone, WRITE).truncate(1);
        records(zone, WRITE)[0].routing = Routing::Simple;
    }),
    ("orders.example.com PRIMARY, check write › write-latch-us-east-2: it is a check of type CLOUDWATCH", |zone| {
        check(zone, "write-latch-us-east-2").observes = Observes::Other("CLOUDWATCH_METRIC".to_owned());
    }),
    ("orders.example.com: it has no PRIMARY record", |zone| drop(records(zone, WRITE).remove(0))),
    ("orders.example.com: it has no SECONDARY record", |zone| drop(records(zone, WRITE).pop())),
    ("read.orders.example.com: it has no record for us-west-2", |zone| drop(records(zone, READ).pop())),
    ("read.orders.example.com eu-west-1: the file names no endpoint", |zone| {
        records(zone, READ).push(record(Routing::Latency("eu-west-1".to_owned()), "eu.orders.example.com", None));
    }),
    ("orders.example.com PRIMARY: it leads to west.orders.example.com", |zone| {
        records(zone, WRITE)[0].leads_to = vec!["west.orders.example.com".to_owned()];
    }),
    ("orders.example.com SECONDARY: its TTL is 61 s", |zone| records(zone, WRITE)[1].ttl_seconds = Some(61)),
    ("read.orders.example.com us-east-1: it leads to west.orders.example.com", |zone| {
        records(zone, READ)[0].leads_to = vec!["west.orders.example.com".to_owned()];
    }),
    ("read.orders.example.com us-west-2: its TTL is 300 s", |zone| records(zone, READ)[1].ttl_seconds = Some(300)),
    ("orders.example.com PRIMARY: it has no health check", |zone| records(zone, WRITE)[0].check = None),
    ("orders.example.com SECONDARY: it has a health check", |zone| {
        records(zone, WRITE)[1].check = Some("west".to_owned());
    }),
    ("read.orders.example.com us-east-1: it has no health check", |zone| records(zone, READ)[0].check = None),
    ("orders.example.com PRIMARY, check write › write-latch-us-east-2: there is no such check", |zone| {
        zone.checks.insert("write-latch-us-east-2".to_owned(), None);
    }),
    ("orders.example.com PRIMARY, check write › write-latch-us-west-2: it needs 30 s × 3", |zone| {
        if let Observes::Endpoint { interval_seconds, .. } = &mut check(zone, "write-latch-us-west-2").observes {
            *interval_seconds = 30;
        }
    }),
    ("orders.example.com PRIMARY, check write › write-latch-us-west-2: it needs 10 s × 4", |zone| {
        if let Observes::Endpoint { threshold, .. } = &mut check(zone, "write-latch-us-west-2").observes {
            *threshold = 4;
        }
    }),
    ("orders.example.com PRIMARY, check write: a calculated check of latches is inverted once more", |zone| {
        check(zone, "write").inverted = true;
    }),
    ("orders.example.com PRIMARY, check write: it is disabled", |zone| check(zone, "write").disabled = true),
    ("orders.example.com PRIMARY, check write › write-latch-us-west-2: a latch is 200", |zone| {
        check(zone, "write-latch-us-west-2").inverted = false;
    }),
    ("read.orders.example.com us-east-1, check east › east-endpoint: it takes a well endpoint", |zone| {
        check(zone, "east-endpoint").inverted = true;
    }),
    ("orders.example.com PRIMARY, check write › write-latch-us-west-2: it asks the gate in us-east-1", |zone| {
        *check(zone, "write-latch-us-west-2") = endpoint(&format!("{}/latch/orders/us-east-1", GATES[0].1), true);
    }),
    (
        "orders.example.com PRIMARY, check write › write-latch-us-west-2: it asks https://elsewhere.example.com",
        |zone| {
            *check(zone, "write-latch-us-west-2") =
                endpoint("https://elsewhere.example.com/latch/orders/us-east-1", true);
        },
    ),
    ("orders.example.com PRIMARY, check write: it is healthy with 1 of 2", |zone| {
        if let Observes::Calculated { healthy_min, .. } = &mut check(zone, "write").observes {
            *healthy_min = 1;
        }
    }),
    ("read.orders.example.com us-west-2, check west: the endpoint itself is not checked", |zone| {
        if let Observes::Calculated { children, healthy_min } = &mut check(zone, "west").observes {
            children.retain(|child| child != "west-endpoint");
            *healthy_min = 2;
        }
    }),
];

#[test]
fn each_fault_is_named_where_it_is() {
    for (said, broken) in BROKEN {
        let mut zone = sound();
        broken(&mut zone);
        let found = faults(&zone);
        assert!(found.iter().any(|fault| fault.starts_with(said)), "{said}\n{found:#?}");
    }
}

#[test]
fn one_gate_that_is_left_out_is_missed_and_the_other_is_too_few() {
    let mut zone = sound();
    if let Observes::Calculated { children, healthy_min } = &mut check(&mut zone, "write").observes {
        children.truncate(1);
        *healthy_min = 1;
    }
    let found = faults(&zone);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].ends_with("nobody asks https://cccccccc.lambda-url.us-west-2.on.aws/latch/orders/us-east-1"));
    assert!(found[1].ends_with("1 gates are asked: losing the last leads traffic back"), "{found:#?}");
}

#[test]
fn a_gate_that_two_checks_ask_is_one_gate() {
    let mut zone = sound();
    let twice = format!("{}/latch/orders/us-east-1", GATES[1].1);
    *check(&mut zone, "write-latch-us-west-2") = endpoint(&twice, true);
    let found = faults(&zone);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].ends_with("nobody asks https://cccccccc.lambda-url.us-west-2.on.aws/latch/orders/us-east-1"));
    assert!(found[1].ends_with("1 gates are asked: losing the last leads traffic back"), "{found:#?}");
}

#[test]
fn checks_that_contain_each_other_are_walked_once() {
    let mut zone = sound();
    if let Observes::Calculated { children, .. } = &mut check(&mut zone, "write").observes {
        children.push("write".to_owned());
    }
    assert!(!faults(&zone).is_empty());
}
