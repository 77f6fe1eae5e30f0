//! The stage: plays a story from its first alarm to its end, one invocation after the other, with
//! whatever the director lets go wrong.

use super::director::Director;
use super::invocation::Invocation;
use super::ports::{DAY, Ports, Word};
use super::story::{Eyes, PRIMARY, Story};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use understudy_driver::{Ledger, Run};
use understudy_engine::{AlarmArn, RunId, Seconds};
use understudy_events::AlarmChange;
use understudy_sim::{AlarmValue, SimLedger, World};

const BEGINS_AT: &str = "2026-03-01T03:00:00Z";

/// Between two rounds at the least, and at the most: while alarms are still to come, and afterwards.
const ROUND_MIN: Seconds = Seconds(2);
const ALARM_EVERY: Seconds = Seconds(60);
const ROUND_MAX: Seconds = Seconds(400);

pub(super) struct Stage<'a> {
    pub(super) story: &'a Story,
    pub(super) world: World,
    pub(super) director: Director,
    alarms: VecDeque<AlarmArn>,
    runs: u128,
    frozen: bool,
    tasks: JoinSet<()>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(story: &'a Story, director: Director) -> Self {
        let world = World::new(BEGINS_AT.parse().unwrap());
        story.set_up(&world);
        for arn in story.policies.iter().flat_map(|policy| &policy.voters).filter_map(|voter| voter.source.alarm()) {
            world.set_alarm(arn, AlarmValue::Ok, "");
        }
        if story.primary_dies {
            world.kill_region(&PRIMARY.parse().unwrap());
        }
        let alarms = story.alarms().into();
        Self { story, world, director, alarms, runs: 0, frozen: false, tasks: JoinSet::new() }
    }

    /// Plays on until this is so and everything is told; false where it is not by then.
    pub(super) async fn until(&mut self, so: fn(&Eyes) -> bool, gives_up: Timestamp) -> bool {
        while self.world.now() < gives_up {
            let eyes = self.eyes().await;
            let told = eyes.records.values().all(|record| record.state.journal.outbox.is_empty());
            if told && so(&eyes) {
                return true;
            }
            self.round().await;
        }
        false
    }

    pub(super) async fn until_the_end(&mut self, gives_up: Timestamp) -> bool {
        self.until(self.story.ends, gives_up).await
    }

    pub(super) fn is_frozen(&self) -> bool {
        self.frozen
    }

    pub(super) async fn rounds(&mut self, rounds: u32) {
        for _ in 0..rounds {
            self.round().await;
        }
    }

    /// Waits until a frozen invocation has woken up.
    pub(super) async fn thaw(&mut self) {
        tokio::time::sleep(DAY).await;
        self.rounds(4).await;
    }

    /// Alarms, people, and then everybody who is woken by the schedule.
    async fn round(&mut self) {
        if let Some(alarm) = self.alarms.pop_front() {
            self.raise(alarm).await;
        }
        for said in (self.story.people)(&self.eyes().await) {
            self.invoke(said).await;
        }
        for policy in &self.story.policies {
            self.invoke(Invocation::Attend(policy.application.clone())).await;
            self.invoke(Invocation::Deliver(policy.application.clone())).await;
        }
        let now = self.world.now();
        let due = self.eyes().await.records.into_values().filter_map(|r| r.state.next_due(&r.policy, now)).min();
        let max = if self.alarms.is_empty() { ROUND_MAX } else { ALARM_EVERY };
        let next = due.unwrap_or(Timestamp::MAX).clamp(ROUND_MIN.after(now), max.after(now));
        let wait = next.duration_since(self.world.now()).max(SignedDuration::ZERO);
        tokio::time::sleep(wait.unsigned_abs()).await;
    }

    /// An alarm goes off: EventBridge wakes intake, and its vote wakes the conductor.
    async fn raise(&mut self, alarm: AlarmArn) {
        self.world.set_alarm(&alarm, AlarmValue::Alarm, "");
        let change = AlarmChange {
            alarm,
            value: "ALARM".to_owned(),
            previous: Some("OK".to_owned()),
            at: self.world.now(),
            suppressed_by: None,
            reason: String::new(),
        };
        self.invoke(Invocation::Receive(change)).await;
        for policy in &self.story.policies {
            self.invoke(Invocation::Turn(policy.application.clone())).await;
        }
    }

    pub(super) async fn eyes(&self) -> Eyes {
        let ledger = SimLedger::new(&self.world);
        let mut records = BTreeMap::new();
        for policy in &self.story.policies {
            records.insert(policy.application.clone(), ledger.load(&policy.application).await.unwrap());
        }
        Eyes { records, breaker: ledger.breaker().await.unwrap() }
    }

    /// Runs an invocation until it ends, dies or freezes.
    async fn invoke(&mut self, invocation: Invocation) {
        let (stage, mut words) = mpsc::unbounded_channel();
        self.spawn(&invocation, stage);
        while let Some(word) = words.recv().await {
            match word {
                Word::Ended | Word::Killed => return,
                Word::Frozen => {
                    self.frozen = true;
                    return;
                }
                Word::Again(ended) => {
                    let (stage, mut words) = mpsc::unbounded_channel();
                    self.spawn(&invocation, stage);
                    self.tasks.spawn(async move {
                        while words.recv().await.is_some_and(|word| !matches!(word, Word::Ended)) {}
                        let _ = ended.send(());
                    });
                }
            }
        }
    }

    /// A retried invocation is another run.
    fn spawn(&mut self, invocation: &Invocation, stage: mpsc::UnboundedSender<Word>) {
        self.runs += 1;
        let run = RunId::from(self.runs);
        let ports = Ports {
            world: self.world.clone(),
            director: self.director.clone(),
            invocation: invocation.clone(),
            run: run.clone(),
            loses_promote_replies: self.story.loses_promote_replies,
            stage: stage.clone(),
        };
        let performed = invocation.clone().perform(ports, Run::new(run));
        self.tasks.spawn(async move {
            performed.await;
            let _ = stage.send(Word::Ended);
        });
    }
}

/// Longer than any story takes with one fault in it.
pub(super) fn gives_up(world: &World) -> Timestamp {
    world.now().checked_add(SignedDuration::from_hours(3)).unwrap()
}
