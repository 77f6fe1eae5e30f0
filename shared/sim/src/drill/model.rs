//! Route 53 in a drill without sockets: the model of it, in virtual time, and clients that ask it.

use super::clients::{Client, Diary, EVERY_MILLISECONDS, Seen};
use super::ground::{Ground, Outcome, Use};
use crate::dns::{Answer, Milliseconds, Resolver, Target, Watch, Zone, ZoneFault, application_zone};
use jiff::Timestamp;
use std::collections::BTreeMap;
use understudy_engine::{DnsName, Policy, Region};

pub(super) struct Model {
    zone: Zone,
    watch: Watch,
    names: BTreeMap<Use, DnsName>,
    resolvers: Vec<Resolver>,
    clients: Vec<Client>,
    begun_at: Timestamp,
    played_until: Milliseconds,
    asked_at: Milliseconds,
    diary: Diary,
    /// What the names answered last, for each client.
    answered: BTreeMap<(Use, Region), Region>,
    pub(super) moves: Vec<Move>,
}

/// A name that began to lead elsewhere, for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) at: Timestamp,
    pub(super) name: DnsName,
    /// Where those are who are led there.
    pub(super) near: Region,
    pub(super) to: Region,
}

impl Model {
    /// None where the application names no traffic.
    pub(super) fn new(policy: &Policy, clients: Vec<Client>, now: Timestamp) -> Result<Option<Self>, ZoneFault> {
        let Some(traffic) = &policy.traffic else { return Ok(None) };
        let mut zone = application_zone(&policy.regions, traffic)?;
        let watch = Watch::new(&zone);
        watch.settle(&mut zone);
        let mut names = BTreeMap::from([(Use::Write, traffic.write_name.clone())]);
        names.extend(traffic.read_name.clone().map(|name| (Use::Read, name)));
        let resolvers = clients.iter().map(|one| Resolver::new(one.near.clone(), one.keeps_at_least)).collect();
        Ok(Some(Self {
            zone,
            watch,
            names,
            resolvers,
            clients,
            begun_at: now,
            played_until: 0,
            asked_at: 0,
            diary: Diary::default(),
            answered: BTreeMap::new(),
            moves: Vec::new(),
        }))
    }

    /// Plays until the moment of this ground, as if it had been so since the last one.
    pub(super) fn come_to(&mut self, ground: &Ground) {
        let now = self.offset(ground.now);
        let answers = |target: &Target, _: usize| match target {
            Target::Endpoint { region } => ground.healthy.contains(region),
            Target::Latch { gate, guarded } => ground.gates.contains(gate) && ground.latched.contains(guarded),
        };
        self.watch.play(&mut self.zone, (self.played_until, now), answers, |_, _| {});
        self.played_until = now;
        self.notice(ground);
        while self.asked_at < now {
            self.asked_at += EVERY_MILLISECONDS;
            self.ask(ground);
        }
    }

    fn ask(&mut self, ground: &Ground) {
        for (number, resolver) in self.resolvers.iter_mut().enumerate() {
            for (what, name) in &self.names {
                let answer = resolver.lookup(&self.zone, name, self.asked_at);
                let region = answer.map(|Answer { region, .. }| region);
                let outcome = region.as_ref().map_or(Outcome::NoAnswer, |region| ground.serves(region, *what));
                self.diary.enter(number, *what, self.asked_at, region.as_ref(), outcome);
            }
        }
    }

    fn notice(&mut self, ground: &Ground) {
        for client in &self.clients {
            for (what, name) in &self.names {
                let Some(answer) = self.zone.answer(name, &client.near) else { continue };
                let before = self.answered.insert((*what, client.near.clone()), answer.region.clone());
                if before.is_some_and(|before| before != answer.region) {
                    let (name, near) = (name.clone(), client.near.clone());
                    self.moves.push(Move { at: ground.now, name, near, to: answer.region });
                }
            }
        }
    }

    /// Where writes are led at the end, and what everybody saw.
    pub(super) fn end(&self) -> (Option<Region>, Vec<Seen>) {
        let name = &self.names[&Use::Write];
        let anybody = self.clients.first().map(|client| &client.near);
        let writes_at = anybody.and_then(|near| self.zone.answer(name, near)).map(|answer| answer.region);
        (writes_at, self.diary.sum(&self.clients, self.played_until))
    }

    fn offset(&self, now: Timestamp) -> Milliseconds {
        i64::try_from(now.duration_since(self.begun_at).as_millis()).unwrap_or(Milliseconds::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::orders::Application;
    use crate::drill::{Breadth, DrillOptions, Script};
    use crate::world::World;
    use jiff::SignedDuration;
    use understudy_engine::Mode;

    /// Where writes are led once the primary Region was latched for two minutes with these gates.
    fn led_by(gates: &[&str]) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let _inside = runtime.enter();
        let options = DrillOptions { script: Script::GateLoss, mode: Mode::Auto, breadth: Breadth::Two };
        let orders = Application::new(&options).unwrap();
        let world = World::new("2026-03-01T03:00:00Z".parse().unwrap());
        orders.set_up(&world).unwrap();
        let mut ground = Ground::of(&world, &orders).unwrap();
        let mut model = Model::new(&orders.policy, orders.clients(), world.now()).unwrap().unwrap();
        ground.latched.insert(orders.policy.regions.primary.clone());
        ground.gates = gates.iter().map(|gate| gate.parse().unwrap()).collect();
        ground.now += SignedDuration::from_secs(120);
        model.come_to(&ground);
        model.end().0.unwrap().to_string()
    }

    #[test]
    fn any_gate_outside_a_latched_region_keeps_writes_off_it_and_without_one_they_drift_back() {
        assert_eq!(led_by(&["us-east-1", "us-east-2", "us-west-2"]), "us-west-2");
        assert_eq!(led_by(&["us-east-2"]), "us-west-2");
        assert_eq!(led_by(&["us-east-1"]), "us-east-1", "its own gate is not asked");
        assert_eq!(led_by(&[]), "us-east-1");
    }
}
