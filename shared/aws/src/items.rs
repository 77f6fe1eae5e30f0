//! Items of the table, and back. What cannot be read is named, never taken for empty.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use understudy_driver::{IncidentItem, PolicyHash, Record, RecordFault, Route, StoredPolicy};
use understudy_engine::{
    Application, BREAKER_SCHEMA, Breaker, Glimpse, Posture, STATE_SCHEMA, State, Verdict, Vote, VoterName, Votes,
};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// The sort key of an application's record, and of the storm breaker's.
pub(crate) const RECORD: &str = "record";

pub(crate) const VOTE_PREFIX: &str = "vote#";

pub(crate) fn record_key(application: &Application) -> (AttributeValue, AttributeValue) {
    (AttributeValue::S(format!("app#{application}")), AttributeValue::S(RECORD.to_owned()))
}

/// The attributes of a record that a gate reads.
pub(crate) const GLANCED: [&str; 3] = ["state", "policy", "policy_hash"];

pub(crate) fn record(application: &Application, mut item: Item) -> Result<Record, RecordFault> {
    let stored = stored_policy(&item)?;
    let policy = stored.read()?;
    let state = state(application, &mut item)?;
    Ok(Record { state, policy, policy_hash: stored.hash, votes: votes(item)? })
}

pub(crate) fn posture(application: &Application, mut item: Item) -> Result<Posture, RecordFault> {
    let policy = stored_policy(&item).and_then(|stored| stored.read()).ok();
    let glimpse = item.get("state").and_then(|value| read::<Glimpse>("state", value.clone()).ok());
    Posture::read(state(application, &mut item), glimpse, policy.as_ref())
}

fn stored_policy(item: &Item) -> Result<StoredPolicy, RecordFault> {
    Ok(StoredPolicy { text: text(item, "policy")?, hash: PolicyHash(text(item, "policy_hash")?) })
}

fn state(application: &Application, item: &mut Item) -> Result<State, RecordFault> {
    let state = match item.remove("state") {
        None => State::new(application.clone()),
        Some(value) => read::<State>("state", value)?,
    };
    if state.schema != STATE_SCHEMA {
        return Err(RecordFault::OtherSchema { found: state.schema, supported: STATE_SCHEMA });
    }
    Ok(state)
}

/// The one item that all applications of the table share.
pub(crate) fn breaker_key() -> (AttributeValue, AttributeValue) {
    (AttributeValue::S("breaker".to_owned()), AttributeValue::S(RECORD.to_owned()))
}

pub(crate) fn breaker(mut item: Item) -> Result<Breaker, RecordFault> {
    let value = item.remove("breaker").ok_or_else(|| unreadable("breaker", "it is missing"))?;
    let breaker: Breaker = read("breaker", value)?;
    if breaker.schema != BREAKER_SCHEMA {
        return Err(RecordFault::OtherSchema { found: breaker.schema, supported: BREAKER_SCHEMA });
    }
    Ok(breaker)
}

fn votes(item: Item) -> Result<Votes, RecordFault> {
    let mut votes = Votes::new();
    for (attribute, value) in item {
        let Some(name) = attribute.strip_prefix(VOTE_PREFIX) else { continue };
        let name: VoterName = name.parse().map_err(|error: understudy_engine::NameError| RecordFault::Unreadable {
            attribute: attribute.clone(),
            problem: error.to_string(),
        })?;
        votes.insert(name, read(&attribute, value)?);
    }
    Ok(votes)
}

fn read<T: DeserializeOwned>(attribute: &str, value: AttributeValue) -> Result<T, RecordFault> {
    serde_dynamo::aws_sdk_dynamodb_1::from_attribute_value(value)
        .map_err(|error| RecordFault::Unreadable { attribute: attribute.to_owned(), problem: error.to_string() })
}

pub(crate) fn text(item: &Item, attribute: &str) -> Result<String, RecordFault> {
    match item.get(attribute) {
        Some(AttributeValue::S(text)) => Ok(text.clone()),
        Some(_) => Err(unreadable(attribute, "it is not text")),
        None => Err(unreadable(attribute, "it is missing")),
    }
}

fn unreadable(attribute: &str, problem: &str) -> RecordFault {
    RecordFault::Unreadable { attribute: attribute.to_owned(), problem: problem.to_owned() }
}

/// A vote, with the two numbers that its condition compares: times as text do not sort.
pub(crate) fn vote(vote: &Vote) -> Result<AttributeValue, serde_dynamo::Error> {
    let mut attribute: AttributeValue = serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(vote)?;
    if let AttributeValue::M(fields) = &mut attribute {
        fields.insert("observed_at_ns".to_owned(), observed_at_ns(vote));
        fields.insert("rashness".to_owned(), rashness(vote));
    }
    Ok(attribute)
}

pub(crate) fn observed_at_ns(vote: &Vote) -> AttributeValue {
    AttributeValue::N(vote.observed_at.as_nanosecond().to_string())
}

/// Of two votes observed at one instant, the less rash one stands.
pub(crate) fn rashness(vote: &Vote) -> AttributeValue {
    let rashness = match vote.verdict {
        Verdict::Up => 0,
        Verdict::Abstain => 1,
        Verdict::Down => 2,
    };
    AttributeValue::N(rashness.to_string())
}

pub(crate) fn route(item: &Item) -> Result<Route, RecordFault> {
    let name = |error: understudy_engine::NameError, attribute| unreadable(attribute, &error.to_string());
    Ok(Route {
        application: text(item, "application")?.parse().map_err(|error| name(error, "application"))?,
        voter: text(item, "voter")?.parse().map_err(|error| name(error, "voter"))?,
    })
}

pub(crate) fn incident_partition(application: &Application) -> AttributeValue {
    AttributeValue::S(format!("incident#{application}"))
}

pub(crate) fn incident(item: &IncidentItem, now: Timestamp) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    HashMap::from([
        ("pk".to_owned(), incident_partition(&item.application)),
        ("sk".to_owned(), AttributeValue::S(item.sort_key())),
        ("incident".to_owned(), text(item.id.incident.as_str())),
        ("seq".to_owned(), AttributeValue::N(item.id.seq.0.to_string())),
        ("entered_at".to_owned(), text(&now.to_string())),
        ("entry".to_owned(), text(&item.entry)),
        ("previous".to_owned(), text(&item.previous.0)),
        ("hash".to_owned(), text(&item.hash.0)),
    ])
}

/// When an incident's item was entered: beside the chain, because it is the claim to announce.
pub(crate) fn entered_at(item: &Item) -> Result<Timestamp, RecordFault> {
    text(item, "entered_at")?.parse().map_err(|_| unreadable("entered_at", "it is not a time"))
}

pub(crate) fn read_incident(application: &Application, mut item: Item) -> Result<IncidentItem, RecordFault> {
    let mut take = |attribute: &str| item.remove(attribute).ok_or_else(|| unreadable(attribute, "it is missing"));
    let (incident, seq) = (take("incident")?, take("seq")?);
    let (entry, previous, hash) = (take("entry")?, take("previous")?, take("hash")?);
    Ok(IncidentItem {
        application: application.clone(),
        id: understudy_engine::EntryId { incident: read("incident", incident)?, seq: read("seq", seq)? },
        entry: read("entry", entry)?,
        previous: read("previous", previous)?,
        hash: read("hash", hash)?,
    })
}
