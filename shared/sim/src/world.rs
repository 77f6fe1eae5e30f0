//! The world: everything that exists outside the functions, and the log of what happened in it.

use crate::alarm::{AlarmValue, SimAlarm, state_change};
use crate::clock::Clock;
use crate::database::SimDatabase;
use crate::levers::{SafetyRule, SimLevers};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;
use understudy_driver::{Announcement, IncidentItem, Route};
use understudy_engine::{AlarmArn, Application, DbInstanceArn, Lag, Lever, Policy, Region, Source, VoterName};

/// What happens to the next promote call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromoteFault {
    /// The connection is cut before anything is carried out.
    CutBefore,
    /// It is carried out, and the reply is lost.
    CutAfter,
    Throttled,
    Denied,
}

/// A handle to the one world; clones are the same world.
#[derive(Debug, Clone)]
pub struct World {
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub(crate) table: BTreeMap<Application, Item>,
    /// The storm breaker's item: its text, and the nonce of the last write.
    pub(crate) breaker: Option<(String, String)>,
    pub(crate) routes: BTreeMap<Source, BTreeSet<Route>>,
    pub(crate) incidents: BTreeMap<(Application, String), (IncidentItem, Timestamp)>,
    pub(crate) databases: BTreeMap<DbInstanceArn, SimDatabase>,
    pub(crate) alarms: BTreeMap<AlarmArn, SimAlarm>,
    pub(crate) lags: BTreeMap<DbInstanceArn, Vec<Lag>>,
    pub(crate) dead: BTreeSet<Region>,
    /// Regions whose endpoint fails its health check, although it serves.
    pub(crate) sick: BTreeSet<Region>,
    /// Regions whose gate does not answer.
    pub(crate) lost_gates: BTreeSet<Region>,
    pub(crate) levers: SimLevers,
    /// Whether somebody else is changing a lever when it is set the next time.
    pub(crate) lever_in_use: bool,
    /// Regions whose endpoint of a lever does not answer, although the Region lives.
    pub(crate) deaf: BTreeSet<Region>,
    /// Whether no function is run: what wakes them waits.
    pub(crate) functions_down: bool,
    pub(crate) promote_faults: VecDeque<PromoteFault>,
    /// Every promote call that reached RDS, in order.
    pub(crate) promote_calls: Vec<(Timestamp, DbInstanceArn)>,
    pub(crate) messages: Vec<Announcement>,
    pub(crate) happenings: Vec<(Timestamp, &'static str, String, String)>,
    /// Every item as each write left it, oldest first. None where nobody asked to keep them.
    pub(crate) history: Option<Vec<(Timestamp, Application, Item)>>,
    streams: Vec<mpsc::UnboundedSender<Value>>,
    bus: Option<mpsc::UnboundedSender<Value>>,
    changes: u64,
    lost_replies: BTreeSet<&'static str>,
}

/// An application's item, every attribute as the text that is stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    pub(crate) policy: String,
    pub(crate) policy_hash: String,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) votes: BTreeMap<VoterName, String>,
}

impl World {
    #[must_use]
    pub fn new(begun_at: Timestamp) -> Self {
        Self { clock: Clock::starting_at(begun_at), inner: Arc::default() }
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a line of what happened.
    pub(crate) fn tell(&self, who: &'static str, what: impl Into<String>, why: impl Into<String>) {
        let now = self.now();
        self.lock().happenings.push((now, who, what.into(), why.into()));
    }

    pub fn add_database(&self, arn: DbInstanceArn, database: SimDatabase) {
        self.lock().databases.insert(arn, database);
    }

    /// The levers that a policy names, open to its primary Region alone.
    pub fn add_levers(&self, policy: &Policy) {
        self.lock().levers.add(policy);
    }

    pub fn add_safety_rule(&self, rule: SafetyRule) {
        self.lock().levers.rules.push(rule);
    }

    /// The endpoint that levers have in this Region does not answer any more.
    pub fn deafen_endpoint(&self, region: &Region) {
        self.lock().deaf.insert(region.clone());
    }

    /// Loses the reply to the next call that sets a lever, after it was carried out.
    pub fn lose_next_lever_reply(&self) {
        self.lock().lost_replies.insert("lever");
    }

    /// The next call that sets a lever comes while somebody else is changing it.
    pub fn conflict_next_lever_call(&self) {
        self.lock().lever_in_use = true;
    }

    /// The Regions that a policy's lever lets traffic into.
    #[must_use]
    pub fn open_regions(&self, policy: &Policy, lever: Lever) -> BTreeSet<Region> {
        self.lock().levers.open(policy, lever)
    }

    /// Keeps every record as each write leaves it, from now on.
    pub fn keep_history(&self) {
        self.lock().history.get_or_insert_default();
    }

    /// Replaces the measurements of a replica's lag.
    pub fn set_lags(&self, replica: &DbInstanceArn, lags: Vec<Lag>) {
        self.lock().lags.insert(replica.clone(), lags);
    }

    pub fn fail_next_promote(&self, fault: PromoteFault) {
        self.lock().promote_faults.push_back(fault);
    }

    /// Loses the reply to the next commit, after it was carried out.
    pub fn lose_next_commit_reply(&self) {
        self.lock().lost_replies.insert("commit");
    }

    pub(crate) fn reply_is_lost(inner: &mut Inner) -> bool {
        inner.lost_replies.remove("commit")
    }

    pub(crate) fn lever_reply_is_lost(inner: &mut Inner) -> bool {
        inner.lost_replies.remove("lever")
    }

    /// How many promote calls reached RDS.
    #[must_use]
    pub fn promote_calls(&self) -> usize {
        self.lock().promote_calls.len()
    }

    /// The messages that were published, oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Announcement> {
        self.lock().messages.clone()
    }

    /// Nothing in a dead Region answers, and nothing comes out of it.
    pub fn kill_region(&self, region: &Region) {
        self.lock().dead.insert(region.clone());
    }

    /// It answers again, as it was.
    pub(crate) fn revive_region(&self, region: &Region) {
        self.lock().dead.remove(region);
    }

    pub(crate) fn is_sick(&self, region: &Region) -> bool {
        self.lock().sick.contains(region)
    }

    pub(crate) fn alarm_value(&self, arn: &AlarmArn) -> Option<AlarmValue> {
        self.lock().alarms.get(arn).map(|alarm| alarm.value)
    }

    pub(crate) fn is_dead(&self, region: &Region) -> bool {
        self.lock().dead.contains(region)
    }

    /// Changes an alarm. Its Region's event bus tells, if the Region lives and the value is another.
    pub fn set_alarm(&self, arn: &AlarmArn, value: AlarmValue, reason: &str) {
        let after = SimAlarm { value, changed_at: self.now(), reason: reason.to_owned() };
        if let Some(event) = self.change_alarm(arn, after)
            && !self.is_dead(&arn.region())
        {
            self.send_event(event);
        }
    }

    /// Changes an alarm without a word. The event that would tell of it, if the value is another.
    pub(crate) fn change_alarm(&self, arn: &AlarmArn, after: SimAlarm) -> Option<Value> {
        let before = self.lock().alarms.insert(arn.clone(), after.clone());
        let before = before.filter(|before| before.value != after.value)?;
        Some(state_change(arn, &before, &after))
    }

    /// Delivers an event to whoever listens.
    pub(crate) fn send_event(&self, event: Value) {
        if let Some(bus) = &self.lock().bus {
            // A bus without a listener drops its events, as EventBridge does without a rule.
            let _ = bus.send(event);
        }
    }

    /// Every alarm change from now on.
    pub(crate) fn bus(&self) -> mpsc::UnboundedReceiver<Value> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.lock().bus = Some(sender);
        receiver
    }

    /// Every change of a record from now on, as the table's stream tells it.
    pub(crate) fn stream(&self) -> mpsc::UnboundedReceiver<Value> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.lock().streams.push(sender);
        receiver
    }
}

impl Inner {
    /// Tells the stream's readers of a change. Only key and number are told: nobody may read an image.
    pub(crate) fn changed(&mut self, application: &Application, now: Timestamp) {
        if let (Some(history), Some(item)) = (&mut self.history, self.table.get(application)) {
            history.push((now, application.clone(), item.clone()));
        }
        self.changes += 1;
        let record = serde_json::json!({
            "eventSource": "aws:dynamodb",
            "eventName": "MODIFY",
            "dynamodb": {
                "Keys": {"pk": {"S": format!("app#{application}")}, "sk": {"S": "record"}},
                "SequenceNumber": self.changes.to_string(),
            },
        });
        self.streams.retain(|stream| stream.send(record.clone()).is_ok());
    }
}
