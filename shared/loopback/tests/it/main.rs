//! Drills over real sockets, asked from outside as another terminal would.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ask;

use ask::{Answer, dns, dns_over_tcp, http, is_silent};
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;
use std::collections::BTreeSet;
use understudy_engine::{Mode, Region};
use understudy_loopback::{Addresses, Happened, PLACES, Speed, Stand, place_of, places, play};
use understudy_sim::{Breadth, DrillOptions, Rehearsal, Script};

const WRITE: &str = "write.orders.example.com.";
const FAST: u32 = Speed::FASTEST;

/// Plays a drill, and calls `look` whenever something changed that shows from outside.
fn drill(script: Script, breadth: Breadth, mut look: impl FnMut(&Addresses, &str)) -> Stand {
    let rehearsal = Rehearsal::new(DrillOptions { script, mode: Mode::Auto, breadth }).unwrap();
    let mut listening = None;
    play(&rehearsal, Speed::new(FAST).unwrap(), &mut |happened| match happened {
        Happened::Listening(addresses) => listening = Some(addresses),
        Happened::Changed { what, .. } => look(listening.as_ref().unwrap(), &what),
    })
    .unwrap()
}

fn region(name: &str) -> Region {
    name.parse().unwrap()
}

fn leads_to(addresses: &Addresses, answer: &Answer) -> Region {
    let [address] = answer.addresses[..] else { panic!("{answer:?}") };
    let led = addresses.endpoints.iter().find(|(_, endpoint)| endpoint.ip() == address);
    led.unwrap().0.clone()
}

#[test]
fn a_lost_region_takes_no_writes_until_the_other_one_does_and_anybody_can_watch() {
    let mut checked = BTreeSet::new();
    let stand = drill(Script::RegionLoss, Breadth::Two, |addresses, what| {
        let now = leads_to(addresses, &dns(addresses.dns, WRITE, RecordType::A, None));
        let gate = addresses.gates[&region("us-east-2")];
        if what == "Region us-east-1 is lost" {
            assert_eq!(now, region("us-east-1"), "DNS does not outrun the database");
            let (status, body) = http(addresses.endpoints[&region("us-west-2")], "POST", "/write");
            assert_eq!(status, 503, "{body}");
            assert_eq!(http(gate, "GET", "/latch/orders/us-east-1").0, 404);
            let lost = region("us-east-1");
            assert!(is_silent(addresses.endpoints[&lost], "/health"), "a lost Region is a black hole");
            assert!(is_silent(addresses.gates[&lost], "/latch/orders/us-east-1"), "its gate too");
            answers_as_an_authority(addresses);
        } else if what == "writes from us-east-1 lead to us-west-2" {
            assert_eq!(now, region("us-west-2"));
            let (status, body) = http(addresses.endpoints[&now], "POST", "/write");
            assert_eq!(status, 200, "{body}");
            assert_eq!(http(gate, "GET", "/latch/orders/us-east-1").0, 200);
            let told = dns_over_tcp(addresses.dns, WRITE, RecordType::TXT);
            assert_eq!(told.texts, ["region=us-west-2", "because=NextHealthy"]);
        } else {
            return;
        }
        checked.insert(what.to_owned());
    });
    assert_eq!(checked.len(), 2, "{checked:?}");
    assert!(stand.report.as_expected, "{:?}", stand.report.ended);
    assert_eq!(stand.seen.len(), 8, "four clients, each reading and writing");
    for seen in &stand.seen {
        assert_eq!(seen.stray, 0, "{seen:?}");
        assert!(seen.regions.contains_key(&region("us-west-2")), "{seen:?}");
        assert!(seen.failed > 0 && seen.failed < seen.asked, "{seen:?}");
    }
}

fn answers_as_an_authority(addresses: &Addresses) {
    let missing = dns(addresses.dns, "nowhere.orders.example.com.", RecordType::A, None);
    assert_eq!((missing.code, missing.authorities), (ResponseCode::NXDomain, 1));
    let other_kind = dns(addresses.dns, WRITE, RecordType::AAAA, None);
    assert_eq!((other_kind.code, other_kind.authorities, other_kind.addresses.len()), (ResponseCode::NoError, 1, 0));
    let elsewhere = dns(addresses.dns, "example.org.", RecordType::A, None);
    assert_eq!(elsewhere.code, ResponseCode::Refused);
    let read = "read.orders.example.com.";
    for near in ["us-east-1", "us-west-2"] {
        let answer = dns(addresses.dns, read, RecordType::A, place_of(&region(near)));
        assert_eq!(leads_to(addresses, &answer), region(near), "each is led to what is near");
        assert_eq!(answer.scope, Some(24), "and told for whom that holds");
        assert_eq!(answer.ttl, Some(60 / FAST));
    }
    let endpoint = dns(addresses.dns, "us-west-2.orders.example.com.", RecordType::A, None);
    assert_eq!(leads_to(addresses, &endpoint), region("us-west-2"));
}

#[test]
fn losing_the_standby_moves_no_write() {
    let stand = drill(Script::StandbyLoss, Breadth::Five, |addresses, _| {
        let now = dns(addresses.dns, WRITE, RecordType::A, None);
        assert_eq!(leads_to(addresses, &now), region("us-east-1"));
    });
    assert!(stand.report.as_expected, "{:?}", stand.report.ended);
    for seen in stand.seen.iter().filter(|seen| seen.what == "writes") {
        assert_eq!(seen.regions.keys().collect::<Vec<_>>(), [&region("us-east-1")], "{seen:?}");
    }
}

#[test]
fn a_speed_that_no_checker_could_keep_up_with_is_refused() {
    assert!(Speed::new(0).is_none());
    assert!(Speed::new(FAST + 1).is_none());
    assert!(Speed::new(1).is_some());
}

#[test]
fn the_places_of_the_docs_are_those_of_the_code() {
    let page = include_str!("../../../../docs/reference/traffic-commands.md");
    let rows = page.lines().skip_while(|line| *line != "| place | subnet |").skip(2);
    let told: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
    let known = PLACES.map(|place| format!("| {} | {}/24 |", place.region, place.address()));
    assert_eq!(told, known);
}

#[test]
fn every_place_has_a_subnet_of_its_own() {
    for place in PLACES {
        assert_eq!(places(place.address()).collect::<Vec<_>>(), [place]);
        assert_eq!(place_of(&region(place.region)), Some(place));
    }
    assert_eq!(places([192, 0, 2, 1].into()).next(), None);
}
