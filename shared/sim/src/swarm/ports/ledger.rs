//! The table: a compare-and-swap that has already happened when its reply is lost.

use super::{Leg, PATIENCE, Ports};
use crate::swarm::fault::{Fault, Recovery};
use crate::swarm::plan::Ms;
use crate::swarm::trace::{BreakerCommit, Cast as Casting, Commit as Committed, How, Kind, What};
use crate::swarm::world::{Owed, Wake, World};
use jiff::Timestamp;
use std::sync::Arc;
use understudy_driver::{
    Cast, Commit, Enter, IncidentItem, Ledger, LedgerError, Nonce, PolicyHash, Record, Route, StoredPolicy,
};
use understudy_engine::{
    AlarmArn, Application, Breaker, IncidentId, Policy, Region, Revision, Source, State, Vote, VoterName, Votes,
};

/// A round trip to the table, one leg of it.
const LEG: Ms = 4;

/// How long the stream takes to tell of a change.
const STREAM_DELAY: Ms = 400;

fn unavailable(detail: &str) -> LedgerError {
    LedgerError::Unavailable { detail: detail.to_owned() }
}

impl Ports {
    /// The way to the table.
    async fn to_table(&self, writes: bool) -> Result<(), LedgerError> {
        self.leg(Leg::There, LEG).await;
        let trouble = {
            let mut world = self.lock();
            let process = &world.processes[self.process];
            let (place, application) = (process.place, process.application);
            if !world.has_table(place, application) {
                Some("it does not answer here")
            } else if writes && world.is_on(Fault::TableReadOnly, application) {
                Some("it takes no writes")
            } else if world.strike(Fault::TableThrottled, self.process) {
                Some("it throttles")
            } else {
                None
            }
        };
        let Some(trouble) = trouble else { return Ok(()) };
        self.pause(Some(PATIENCE / 5)).await;
        Err(unavailable(trouble))
    }

    /// The way back, on which a reply may be lost. An adapter tries again, and finds its own write.
    async fn reply<T>(
        &self,
        fault: Fault,
        outcome: T,
        again: impl FnOnce(&mut World) -> Option<T>,
    ) -> Result<T, LedgerError> {
        let lost = {
            let mut world = self.lock();
            let lost = world.strike(fault, self.process);
            lost.then(|| world.draw.chance(500))
        };
        self.leg(Leg::Back, LEG).await;
        match lost {
            None => Ok(outcome),
            Some(false) => Err(unavailable("no reply came")),
            Some(true) => again(&mut self.lock()).ok_or_else(|| unavailable("no reply came")),
        }
    }

    fn index(&self, application: &Application) -> Result<usize, LedgerError> {
        let world = self.lock();
        let found = world.items.iter().position(|item| item.policy.application == *application);
        found.ok_or_else(|| LedgerError::UnknownApplication { application: application.to_string() })
    }

    fn read(&self, index: usize) -> Result<Record, LedgerError> {
        let mut world = self.lock();
        let item = &world.items[index];
        let (state, policy, votes) = (item.state.clone(), item.policy.clone(), item.votes.clone());
        let policy_hash = item.hash.clone();
        let process = &mut world.processes[self.process];
        process.loaded = Some((state.clone(), policy.clone(), votes.clone()));
        process.read_since_load = false;
        let text = world.plan.text;
        if text > 0 && world.draw.chance(text) {
            world.recovered(Recovery::TextRoundTrip);
            drop(world);
            return through_text(&state, &policy, &votes, policy_hash);
        }
        drop(world);
        Ok(Record { state: (*state).clone(), policy: (*policy).clone(), policy_hash, votes: (*votes).clone() })
    }

    fn write(&self, index: usize, next: &State, expected: Revision, policy: &PolicyHash, nonce: &Nonce) -> Commit {
        let mut world = self.lock();
        if world.strike(Fault::WriteConflict, self.process) {
            return Commit::Conflict;
        }
        let item = &mut world.items[index];
        if item.state.revision != expected || item.hash != *policy {
            world.recovered(Recovery::SteppedAgain);
            return Commit::Conflict;
        }
        let (old, new) = (item.state.clone(), Arc::new(next.clone()));
        item.state = new.clone();
        item.nonce = Some(nonce.0.clone());
        let stored = item.policy.clone();
        let process = &world.processes[self.process];
        let (loaded_policy, votes) = process
            .loaded
            .clone()
            .map_or_else(|| (stored.clone(), Arc::default()), |(_, policy, votes)| (policy, votes));
        let how = match process.kind {
            Kind::Person => How::Ordered,
            Kind::Notify => How::Delivered,
            Kind::Conductor | Kind::Intake if process.read_since_load => How::Tick,
            Kind::Conductor | Kind::Intake => process.how,
        };
        let commit = Committed {
            how,
            order: process.order.clone(),
            by: process.by.clone(),
            clock: process.clock,
            old,
            new,
            policy: loaded_policy,
            votes,
            stored,
        };
        world.counters.commits += 1;
        world.tell(Some(index), Some(self.process), What::Commit(Box::new(commit)));
        owe(&mut world, index);
        Commit::Committed
    }

    fn write_vote(&self, index: usize, voter: &VoterName, vote: &Vote) -> Cast {
        let mut world = self.lock();
        let before = world.items[index].votes.get(voter).cloned();
        let counted = before.as_ref().is_none_or(|stored| vote.supersedes(stored));
        if counted {
            Arc::make_mut(&mut world.items[index].votes).insert(voter.clone(), vote.clone());
            owe(&mut world, index);
        } else {
            world.recovered(Recovery::VoteSuperseded);
        }
        let event = world.processes[self.process].event.clone();
        let cast = Casting { voter: voter.clone(), vote: vote.clone(), before, counted, event };
        world.tell(Some(index), Some(self.process), What::Cast(Box::new(cast)));
        if counted { Cast::Counted } else { Cast::Superseded }
    }

    fn write_breaker(&self, next: &Breaker, expected: Revision, nonce: &Nonce) -> Commit {
        let mut world = self.lock();
        if world.strike(Fault::WriteConflict, self.process) || world.breaker.0.revision != expected {
            return Commit::Conflict;
        }
        let process = &world.processes[self.process];
        let (clock, weighed_at, application) = (process.clock, process.weighed_at, process.application);
        let loaded = process.loaded.clone();
        let asked = process.kind == Kind::Conductor;
        let (old, new) = (world.breaker.0.clone(), Arc::new(next.clone()));
        world.breaker = (new.clone(), Some(nonce.0.clone()));
        let (policy, votes) = loaded.map_or((None, None), |(_, policy, votes)| (Some(policy), Some(votes)));
        let commit = BreakerCommit { clock, weighed_at, old, new, asked: asked.then_some(application), votes, policy };
        world.tell(Some(application), Some(self.process), What::Breaker(Box::new(commit)));
        Commit::Committed
    }
}

/// The stream owes its readers a wake.
fn owe(world: &mut World, index: usize) {
    if !world.plan.streams || world.asleep {
        return;
    }
    for reader in [0, 1] {
        match world.items[index].owed[reader] {
            Owed::Nothing => {
                world.items[index].owed[reader] = Owed::Scheduled;
                let at = world.now + STREAM_DELAY;
                world.schedule(at, if reader == 0 { Wake::Stream(index) } else { Wake::Notice(index) });
            }
            Owed::Running => world.items[index].owed[reader] = Owed::RunningAndMore,
            Owed::Scheduled | Owed::RunningAndMore => {}
        }
    }
}

/// What a record is after it was written as text and read again.
fn through_text(state: &State, policy: &Policy, votes: &Votes, hash: PolicyHash) -> Result<Record, LedgerError> {
    let refused = |error: serde_json::Error| LedgerError::Refused { detail: error.to_string() };
    let text = |value: Result<String, serde_json::Error>| value.map_err(refused);
    let state = serde_json::from_str(&text(serde_json::to_string(state))?).map_err(refused)?;
    let votes = serde_json::from_str(&text(serde_json::to_string(votes))?).map_err(refused)?;
    let stored = StoredPolicy { text: text(serde_json::to_string(policy))?, hash };
    let policy = stored.read().map_err(|fault| LedgerError::Refused { detail: fault.to_string() })?;
    Ok(Record { state, policy, policy_hash: stored.hash, votes })
}

impl Ports {
    async fn routed(&self, is_meant: impl Fn(&Source) -> bool + Sync) -> Result<Vec<Route>, LedgerError> {
        self.to_table(false).await?;
        let routes = {
            let world = self.lock();
            let voters = world.items.iter().flat_map(|item| {
                let application = &item.policy.application;
                let named = item.policy.voters.iter().filter(|voter| is_meant(&voter.source));
                named.map(|voter| Route { application: application.clone(), voter: voter.name.clone() })
            });
            voters.collect()
        };
        self.leg(Leg::Back, LEG).await;
        Ok(routes)
    }
}

impl Ledger for Ports {
    async fn load(&self, application: &Application) -> Result<Record, LedgerError> {
        self.to_table(false).await?;
        let record = self.read(self.index(application)?)?;
        self.leg(Leg::Back, LEG).await;
        Ok(record)
    }

    async fn commit(
        &self,
        next: &State,
        expected: Revision,
        policy: &PolicyHash,
        nonce: &Nonce,
    ) -> Result<Commit, LedgerError> {
        self.to_table(true).await?;
        let index = self.index(&next.application)?;
        let outcome = self.write(index, next, expected, policy, nonce);
        let own = |world: &mut World| {
            let own = world.items[index].nonce.as_ref() == Some(&nonce.0);
            if own {
                world.recovered(Recovery::OwnWriteRecognised);
            }
            Some(if own { Commit::Committed } else { Commit::Conflict })
        };
        self.reply(Fault::CommitReplyLost, outcome, own).await
    }

    async fn cast(&self, application: &Application, voter: &VoterName, vote: &Vote) -> Result<Cast, LedgerError> {
        self.to_table(true).await?;
        let outcome = self.write_vote(self.index(application)?, voter, vote);
        // The second try finds the first one's vote, which it does not supersede.
        self.reply(Fault::CastReplyLost, outcome, |_| Some(Cast::Superseded)).await
    }

    async fn breaker(&self) -> Result<Breaker, LedgerError> {
        self.to_table(false).await?;
        let breaker = {
            let mut world = self.lock();
            world.processes[self.process].how = How::Admitted;
            (*world.breaker.0).clone()
        };
        self.leg(Leg::Back, LEG).await;
        Ok(breaker)
    }

    async fn commit_breaker(&self, next: &Breaker, expected: Revision, nonce: &Nonce) -> Result<Commit, LedgerError> {
        self.to_table(true).await?;
        let outcome = self.write_breaker(next, expected, nonce);
        let own = |world: &mut World| {
            let own = world.breaker.1.as_ref() == Some(&nonce.0);
            Some(if own { Commit::Committed } else { Commit::Conflict })
        };
        self.reply(Fault::BreakerReplyLost, outcome, own).await
    }

    async fn routes(&self, alarm: &AlarmArn) -> Result<Vec<Route>, LedgerError> {
        self.routed(|source| source.alarm() == Some(alarm)).await
    }

    async fn probed(&self, region: &Region) -> Result<Vec<Route>, LedgerError> {
        self.routed(|source| source.probe().is_some_and(|probe| probe.region == *region)).await
    }

    async fn enter(&self, item: &IncidentItem, now: Timestamp) -> Result<Enter, LedgerError> {
        self.to_table(true).await?;
        let index = self.index(&item.application)?;
        let outcome = self.lock().enter(self.process, index, item, now);
        self.reply(Fault::EnterReplyLost, outcome, |world| Some(world.enter(self.process, index, item, now))).await
    }

    async fn incident(&self, _: &Application, _: &IncidentId) -> Result<Vec<IncidentItem>, LedgerError> {
        Err(unavailable("nobody asks for it here"))
    }

    async fn incidents(&self, _: &Application, _: usize) -> Result<Vec<IncidentId>, LedgerError> {
        Err(unavailable("nobody asks for them here"))
    }
}

impl World {
    fn enter(&mut self, process: usize, index: usize, item: &IncidentItem, now: Timestamp) -> Enter {
        let key = (index, item.sort_key());
        let linked = self.is_linked(index, item);
        let outcome = match self.incidents.get(&key) {
            Some((stored, since)) if stored == item => Enter::StoodAlready { since: *since },
            Some((stored, _)) => Enter::Forked { hash: stored.hash.clone() },
            None => Enter::Entered,
        };
        let again = outcome != Enter::Entered;
        if !again {
            self.incidents.insert(key, (item.clone(), now));
        }
        let (incident, seq) = (item.id.incident.clone(), item.id.seq);
        self.tell(Some(index), Some(process), What::Entered { incident, seq, linked, again });
        outcome
    }

    /// Whether an item carries the hash of the one before it.
    fn is_linked(&self, index: usize, item: &IncidentItem) -> bool {
        let prefix = IncidentItem::sort_prefix(&item.id.incident);
        let before = self.incidents.range((index, prefix.clone())..(index, item.sort_key())).next_back();
        match before {
            Some((_, (before, _))) => before.hash == item.previous && before.id.seq.0 + 1 == item.id.seq.0,
            None => item.id.seq.0 == 1 && item.previous == understudy_driver::genesis(),
        }
    }
}
