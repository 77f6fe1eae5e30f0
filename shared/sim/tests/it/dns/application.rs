//! The zone of one application: what moves its writes and reads, and what never does.

use super::region;
use std::collections::BTreeSet;
use understudy_engine::{DnsName, Regions, Traffic};
use understudy_sim::dns::{Milliseconds, Observes, Resolver, Target, Watch, Zone, application_zone};

const SECOND: Milliseconds = 1000;

/// A world that stays as it is until it is changed, and everybody who looks at it.
struct World {
    zone: Zone,
    watch: Watch,
    now: Milliseconds,
    latched: BTreeSet<&'static str>,
    gates_away: BTreeSet<&'static str>,
    endpoints_away: BTreeSet<&'static str>,
    write_name: DnsName,
    read_name: DnsName,
}

impl World {
    fn with_gates(gates: &[&str]) -> Self {
        let regions: Regions =
            serde_json::from_value(serde_json::json!({"primary": "us-east-1", "standby": "us-west-2"})).unwrap();
        let url = |gate: &&str| ((*gate).to_owned(), format!("https://gate.{gate}.example.com"));
        let traffic: Traffic = serde_json::from_value(serde_json::json!({
            "hosted_zone": "Z0123456789",
            "write_name": "write.example.com",
            "read_name": "read.example.com",
            "endpoints": {"us-east-1": "east.example.com", "us-west-2": "west.example.com"},
            "gates": gates.iter().map(url).collect::<std::collections::BTreeMap<_, _>>(),
        }))
        .unwrap();
        let zone = application_zone(&regions, &traffic).unwrap();
        let watch = Watch::new(&zone);
        let (write_name, read_name) = (traffic.write_name, traffic.read_name.unwrap());
        let (latched, gates_away, endpoints_away) = Default::default();
        let mut world = Self { zone, watch, now: 0, latched, gates_away, endpoints_away, write_name, read_name };
        world.passes(120);
        world
    }

    fn two_gates() -> Self {
        Self::with_gates(&["us-east-1", "us-east-2", "us-west-2"])
    }

    fn passes(&mut self, seconds: i64) {
        let until = self.now + seconds * SECOND;
        let (latched, gates_away, away) = (&self.latched, &self.gates_away, &self.endpoints_away);
        let seen = |target: &Target, _: usize| match target {
            Target::Endpoint { region } => !away.contains(region.as_str()),
            Target::Latch { gate, guarded } => {
                !gates_away.contains(gate.as_str()) && latched.contains(guarded.as_str())
            }
        };
        self.watch.play(&mut self.zone, (self.now, until), seen, |_, _| {});
        self.now = until;
    }

    fn writes_from(&self, client: &str) -> String {
        self.zone.answer(&self.write_name, &region(client)).unwrap().region.to_string()
    }

    fn writes(&self) -> String {
        self.writes_from("us-east-2")
    }

    fn reads_from(&self, client: &str) -> String {
        self.zone.answer(&self.read_name, &region(client)).unwrap().region.to_string()
    }
}

#[test]
fn a_latch_moves_writes_for_everybody_within_forty_seconds_and_their_caches_within_a_hundred() {
    let mut world = World::two_gates();
    let mut resolver = Resolver::new(region("eu-west-1"), 0);
    let name = world.write_name.clone();
    assert_eq!(world.writes(), "us-east-1");
    let latched_at = world.now;
    resolver.lookup(&world.zone, &name, world.now);
    world.latched.insert("us-east-1");
    world.passes(40);
    for client in ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"] {
        assert_eq!(world.writes_from(client), "us-west-2");
    }
    world.passes(60);
    assert_eq!(world.now - latched_at, 100 * SECOND);
    assert_eq!(resolver.lookup(&world.zone, &name, world.now).unwrap().region.as_str(), "us-west-2");
}

#[test]
fn losing_the_primary_moves_reads_at_once_and_writes_only_with_the_latch() {
    let mut world = World::two_gates();
    assert_eq!(world.reads_from("us-east-2"), "us-east-1");
    world.endpoints_away.insert("us-east-1");
    world.gates_away.insert("us-east-1");
    world.passes(40);
    assert_eq!(world.reads_from("us-east-2"), "us-west-2");
    assert_eq!(world.writes(), "us-east-1", "the database has not been promoted yet");
    world.passes(600);
    assert_eq!(world.writes(), "us-east-1");
}

#[test]
fn losing_the_standby_or_any_gate_before_a_failover_moves_nothing() {
    for away in [&["us-west-2"][..], &["us-east-2"], &["us-west-2", "us-east-2", "us-east-1"]] {
        let mut world = World::two_gates();
        world.gates_away.extend(away);
        world.passes(3600);
        assert_eq!((world.writes(), world.reads_from("us-east-2")), ("us-east-1".into(), "us-east-1".into()));
    }
    let mut world = World::two_gates();
    world.endpoints_away.insert("us-west-2");
    world.passes(3600);
    assert_eq!(world.writes(), "us-east-1");
    assert_eq!(world.reads_from("us-west-2"), "us-east-1");
}

#[test]
fn the_old_regions_return_moves_nothing_back() {
    let mut world = World::two_gates();
    world.endpoints_away.insert("us-east-1");
    world.latched.insert("us-east-1");
    world.passes(300);
    world.endpoints_away.clear();
    world.passes(36_000);
    assert_eq!((world.writes(), world.reads_from("us-east-2")), ("us-west-2".into(), "us-west-2".into()));
}

#[test]
fn one_reachable_gate_keeps_traffic_off_the_old_region() {
    for away in ["us-west-2", "us-east-2"] {
        let mut world = World::two_gates();
        world.latched.insert("us-east-1");
        world.passes(60);
        world.gates_away.extend([away, "us-east-1"]);
        world.passes(3600);
        assert_eq!((world.writes(), world.reads_from("us-east-2")), ("us-west-2".into(), "us-west-2".into()), "{away}");
    }
}

#[test]
fn losing_every_gate_after_a_failover_lets_writes_drift_back() {
    let mut world = World::two_gates();
    world.latched.insert("us-east-1");
    world.passes(60);
    world.gates_away.extend(["us-west-2", "us-east-2"]);
    world.passes(40);
    assert_eq!(world.writes(), "us-east-1", "nobody is left to say that it is latched");
    let mut single = World::with_gates(&["us-west-2"]);
    single.latched.insert("us-east-1");
    single.passes(60);
    single.gates_away.insert("us-west-2");
    single.passes(40);
    assert_eq!(single.writes(), "us-east-1", "with one gate, losing that is enough");
}

#[test]
fn a_failback_swaps_the_latch_and_writes_go_home() {
    let mut world = World::two_gates();
    world.latched.insert("us-east-1");
    world.passes(60);
    world.latched = BTreeSet::from(["us-west-2"]);
    world.passes(40);
    assert_eq!((world.writes(), world.reads_from("us-west-2")), ("us-east-1".into(), "us-east-1".into()));
}

#[test]
fn when_nothing_is_healthy_reads_go_where_they_would_go_if_everything_were() {
    let mut world = World::two_gates();
    world.endpoints_away.extend(["us-east-1", "us-west-2"]);
    world.passes(60);
    assert_eq!(world.reads_from("us-east-1"), "us-east-1");
    assert_eq!(world.reads_from("us-west-2"), "us-west-2");
    assert_eq!(world.writes(), "us-east-1");
}

#[test]
fn checks_are_fast_and_answers_are_kept_for_a_minute() {
    let world = World::two_gates();
    let mut endpoints = 0;
    for (_, check) in world.zone.checks.iter() {
        if let Observes::Endpoint { interval, threshold, .. } = &check.observes {
            endpoints += 1;
            assert_eq!((*interval, *threshold), (10 * SECOND, 3));
        }
    }
    assert_eq!(endpoints, 8, "two latches for writes; and two, beside the endpoint, for the reads of each Region");
    for name in [&world.write_name, &world.read_name] {
        assert_eq!(world.zone.answer(name, &region("us-east-1")).unwrap().ttl_seconds, 60);
    }
}
