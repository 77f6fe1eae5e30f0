//! The ledger in memory. It stores texts, compares revisions, policies and nonces, and can lose a reply.

use crate::world::{Inner, Item, World};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;
use understudy_driver::{
    Cast, Commit, Enter, Glance, IncidentItem, Ledger, LedgerError, Nonce, PolicyHash, Record, RecordFault, Route,
    StoredPolicy,
};
use understudy_engine::{
    AlarmArn, Application, BREAKER_SCHEMA, Breaker, Glimpse, IncidentId, Policy, Posture, Region, Revision,
    STATE_SCHEMA, Source, State, Vote, VoterName, Votes,
};

/// A typical round trip to DynamoDB within a Region.
const ROUND_TRIP: Duration = Duration::from_millis(5);

#[derive(Debug, Clone)]
pub struct SimLedger {
    world: World,
}

impl SimLedger {
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self { world: world.clone() }
    }

    /// Puts an application into the table: its record, and a route from each of its sources.
    ///
    /// # Errors
    /// When the policy cannot be written as JSON.
    pub fn apply(&self, policy: &Policy) -> Result<(), serde_json::Error> {
        let stored = StoredPolicy::new(policy)?;
        let mut inner = self.world.lock();
        let item = inner.table.entry(policy.application.clone()).or_default();
        item.policy = stored.text;
        item.policy_hash = stored.hash.0;
        for voter in &policy.voters {
            let route = Route { application: policy.application.clone(), voter: voter.name.clone() };
            inner.routes.entry(voter.source.clone()).or_default().insert(route);
        }
        Ok(())
    }

    fn routed(&self, is_meant: impl Fn(&Source) -> bool) -> Vec<Route> {
        let inner = self.world.lock();
        let meant = inner.routes.iter().filter(|(source, _)| is_meant(source));
        meant.flat_map(|(_, routes)| routes.iter().cloned()).collect()
    }

    /// The record as each write since [`World::keep_history`] left it, oldest first.
    ///
    /// # Errors
    /// When what was written then cannot be used.
    pub fn history(&self, application: &Application) -> Result<Vec<(Timestamp, Record)>, LedgerError> {
        let inner = self.world.lock();
        let written = inner.history.iter().flatten().filter(|(_, of, _)| of == application);
        let records = written.map(|(at, _, item)| {
            let read = record(application, item);
            read.map(|record| (*at, record))
                .map_err(|fault| LedgerError::UnusableRecord { application: application.to_string(), fault })
        });
        records.collect()
    }

    /// The state as it stands, without a round trip.
    pub(crate) fn state(&self, application: &Application) -> Result<State, LedgerError> {
        let inner = self.world.lock();
        let item = inner.table.get(application).ok_or_else(|| unknown(application))?;
        state(application, item)
            .map_err(|fault| LedgerError::UnusableRecord { application: application.to_string(), fault })
    }

    /// Overwrites a stored attribute with whatever is given: `policy`, `state` or `vote#<voter>`.
    pub fn tamper(&self, application: &Application, attribute: &str, text: &str) {
        let mut inner = self.world.lock();
        let item = inner.table.entry(application.clone()).or_default();
        match attribute.strip_prefix("vote#") {
            Some(voter) => {
                if let Ok(voter) = voter.parse() {
                    item.votes.insert(voter, text.to_owned());
                }
            }
            None if attribute == "policy" => text.clone_into(&mut item.policy),
            None => item.state = Some(text.to_owned()),
        }
    }

    /// Overwrites the storm breaker with whatever is given.
    pub fn tamper_breaker(&self, text: &str) {
        self.world.lock().breaker = Some((text.to_owned(), "by hand".to_owned()));
    }
}

impl Ledger for SimLedger {
    async fn load(&self, application: &Application) -> Result<Record, LedgerError> {
        tokio::time::sleep(ROUND_TRIP).await;
        let item = self.world.lock().table.get(application).cloned().ok_or_else(|| unknown(application))?;
        record(application, &item)
            .map_err(|fault| LedgerError::UnusableRecord { application: application.to_string(), fault })
    }

    async fn commit(
        &self,
        next: &State,
        expected: Revision,
        policy: &PolicyHash,
        nonce: &Nonce,
    ) -> Result<Commit, LedgerError> {
        tokio::time::sleep(ROUND_TRIP).await;
        let lost = World::reply_is_lost(&mut self.world.lock());
        let first = write_state(&mut self.world.lock(), self.world.now(), next, expected, policy, nonce)?;
        if !lost {
            return Ok(first);
        }
        // What an SDK does after a lost reply: the same request once more.
        tokio::time::sleep(ROUND_TRIP).await;
        write_state(&mut self.world.lock(), self.world.now(), next, expected, policy, nonce)
    }

    async fn cast(&self, application: &Application, voter: &VoterName, vote: &Vote) -> Result<Cast, LedgerError> {
        tokio::time::sleep(ROUND_TRIP).await;
        let mut inner = self.world.lock();
        let item = inner.table.get_mut(application).ok_or_else(|| unknown(application))?;
        // As in the real table, a condition on something that is no vote is not met.
        let supersedes = |text: &String| serde_json::from_str(text).is_ok_and(|stored| vote.supersedes(&stored));
        if !item.votes.get(voter).is_none_or(supersedes) {
            return Ok(Cast::Superseded);
        }
        let text = serde_json::to_string(vote).map_err(refused)?;
        item.votes.insert(voter.clone(), text);
        inner.changed(application, self.world.now());
        Ok(Cast::Counted)
    }

    async fn breaker(&self) -> Result<Breaker, LedgerError> {
        tokio::time::sleep(ROUND_TRIP).await;
        match &self.world.lock().breaker {
            None => Ok(Breaker::default()),
            Some((text, _)) => read_breaker(text).map_err(|fault| LedgerError::UnusableBreaker { fault }),
        }
    }

    async fn commit_breaker(&self, next: &Breaker, expected: Revision, nonce: &Nonce) -> Result<Commit, LedgerError> {
        tokio::time::sleep(ROUND_TRIP).await;
        let lost = World::reply_is_lost(&mut self.world.lock());
        let first = write_breaker(&mut self.world.lock(), next, expected, nonce)?;
        if !lost {
            return Ok(first);
        }
        tokio::time::sleep(ROUND_TRIP).await;
        write_breaker(&mut self.world.lock(), next, expected, nonce)
    }

    async fn routes(&self, alarm: &AlarmArn) -> Result<Vec<Route>, LedgerError> {
        tokio::time::sleep(ROUND_TRIP).await;
        Ok(self.routed(|source| source.alarm() == Some(alarm)))
    }

    async fn probed(&self, region: &Region) -> Result<Vec<Route>, LedgerError> {
        tokio::time::sleep(ROUND_TRIP).await;
        Ok(self.routed(|source| source.probe().is_some_and(|probe| probe.region == *region)))
    }

    async fn enter(&self, item: &IncidentItem, now: Timestamp) -> Result<Enter, LedgerError> {
        tokio::time::sleep(ROUND_TRIP).await;
        let key = (item.application.clone(), item.sort_key());
        let mut inner = self.world.lock();
        match inner.incidents.get(&key) {
            Some((stored, since)) if stored == item => Ok(Enter::StoodAlready { since: *since }),
            Some((stored, _)) => Ok(Enter::Forked { hash: stored.hash.clone() }),
            None => {
                inner.incidents.insert(key, (item.clone(), now));
                Ok(Enter::Entered)
            }
        }
    }

    async fn incident(
        &self,
        application: &Application,
        incident: &IncidentId,
    ) -> Result<Vec<IncidentItem>, LedgerError> {
        tokio::time::sleep(ROUND_TRIP).await;
        let prefix = IncidentItem::sort_prefix(incident);
        let inner = self.world.lock();
        let of_incident = inner.incidents.range((application.clone(), prefix.clone())..);
        let items = of_incident.take_while(|((owner, key), _)| owner == application && key.starts_with(&prefix));
        Ok(items.map(|(_, (item, _))| item.clone()).collect())
    }

    async fn incidents(&self, application: &Application, at_most: usize) -> Result<Vec<IncidentId>, LedgerError> {
        tokio::time::sleep(ROUND_TRIP).await;
        let inner = self.world.lock();
        let own = inner.incidents.iter().filter(|((owner, _), _)| owner == application);
        let mut found: Vec<IncidentId> = own.map(|(_, (item, _))| item.id.incident.clone()).collect();
        found.dedup();
        Ok(found.into_iter().rev().take(at_most).collect())
    }
}

impl Glance for SimLedger {
    async fn glance(&self, application: &Application) -> Result<Posture, LedgerError> {
        tokio::time::sleep(ROUND_TRIP).await;
        let item = self.world.lock().table.get(application).cloned().ok_or_else(|| unknown(application))?;
        let policy = stored_policy(&item).read().ok();
        let glimpse = item.state.as_deref().and_then(|text| serde_json::from_str::<Glimpse>(text).ok());
        Posture::read(state(application, &item), glimpse, policy.as_ref())
            .map_err(|fault| LedgerError::UnusableRecord { application: application.to_string(), fault })
    }
}

fn write_breaker(inner: &mut Inner, next: &Breaker, expected: Revision, nonce: &Nonce) -> Result<Commit, LedgerError> {
    // What cannot be read is nothing that anybody could have gone on from.
    let stored = inner.breaker.as_ref().map(|(text, _)| read_breaker(text).map(|breaker| breaker.revision));
    if stored.unwrap_or(Ok(Revision::default())).ok() != Some(expected) {
        let own = inner.breaker.as_ref().is_some_and(|(_, last)| *last == nonce.0);
        return Ok(if own { Commit::Committed } else { Commit::Conflict });
    }
    inner.breaker = Some((serde_json::to_string(next).map_err(refused)?, nonce.0.clone()));
    Ok(Commit::Committed)
}

fn read_breaker(text: &str) -> Result<Breaker, RecordFault> {
    let breaker: Breaker = serde_json::from_str(text).map_err(|error| unreadable("breaker", &error))?;
    if breaker.schema != BREAKER_SCHEMA {
        return Err(RecordFault::OtherSchema { found: breaker.schema, supported: BREAKER_SCHEMA });
    }
    Ok(breaker)
}

fn write_state(
    inner: &mut Inner,
    now: Timestamp,
    next: &State,
    expected: Revision,
    policy: &PolicyHash,
    nonce: &Nonce,
) -> Result<Commit, LedgerError> {
    let item = inner.table.get_mut(&next.application).ok_or_else(|| unknown(&next.application))?;
    let stored = item.state.as_deref().map(serde_json::from_str::<State>).transpose().map_err(refused)?;
    let revision = stored.map_or(Revision::default(), |state| state.revision);
    if revision != expected || item.policy_hash != policy.0 {
        let own = item.nonce.as_ref() == Some(&nonce.0);
        return Ok(if own { Commit::Committed } else { Commit::Conflict });
    }
    item.state = Some(serde_json::to_string(next).map_err(refused)?);
    item.nonce = Some(nonce.0.clone());
    inner.changed(&next.application, now);
    Ok(Commit::Committed)
}

fn stored_policy(item: &Item) -> StoredPolicy {
    StoredPolicy { text: item.policy.clone(), hash: PolicyHash(item.policy_hash.clone()) }
}

fn state(application: &Application, item: &Item) -> Result<State, RecordFault> {
    let state: State = match &item.state {
        None => State::new(application.clone()),
        Some(text) => serde_json::from_str(text).map_err(|error| unreadable("state", &error))?,
    };
    if state.schema != STATE_SCHEMA {
        return Err(RecordFault::OtherSchema { found: state.schema, supported: STATE_SCHEMA });
    }
    Ok(state)
}

fn record(application: &Application, item: &Item) -> Result<Record, RecordFault> {
    let stored = stored_policy(item);
    let policy = stored.read()?;
    let state = state(application, item)?;
    let votes: BTreeMap<VoterName, Vote> = item
        .votes
        .iter()
        .map(|(voter, text)| {
            let vote = serde_json::from_str(text).map_err(|error| unreadable(&format!("vote#{voter}"), &error))?;
            Ok((voter.clone(), vote))
        })
        .collect::<Result<Votes, RecordFault>>()?;
    Ok(Record { state, policy, policy_hash: stored.hash, votes })
}

fn unknown(application: &Application) -> LedgerError {
    LedgerError::UnknownApplication { application: application.to_string() }
}

fn unreadable(attribute: &str, error: &serde_json::Error) -> RecordFault {
    RecordFault::Unreadable { attribute: attribute.to_owned(), problem: error.to_string() }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn refused(error: serde_json::Error) -> LedgerError {
    LedgerError::Refused { detail: error.to_string() }
}
