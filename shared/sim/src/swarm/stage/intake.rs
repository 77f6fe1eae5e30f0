//! From an alarm's change to a vote: the event, what befalls it on the way, and the function that
//! reads it.

use super::{Stage, Task};
use crate::alarm::{SimAlarm, state_change};
use crate::swarm::draw::Draw;
use crate::swarm::fault::{Fault, Recovery};
use crate::swarm::plan::{Change, DAY, Ms, SECOND, STANDBY, stamp};
use crate::swarm::ports::Ports;
use crate::swarm::trace::{Kind, What};
use crate::swarm::world::{Delivery, Wake, World};
use serde_json::{Value, json};
use understudy_driver::{Receipt, receive};
use understudy_engine::AlarmArn;
use understudy_events::signals;

/// From a change to the function that hears of it.
const DELIVERY: Ms = 800;

/// How often a failed delivery is tried again, and after how long.
const TRIES_MAX: u32 = 2;
const TRIED_AGAIN_AFTER: Ms = 60 * SECOND;

impl Stage {
    /// An alarm comes to its next change.
    pub(super) fn alarm(&self, application: usize, voter: usize) {
        let mut world = self.lock();
        let plan = self.plan.clone();
        let timeline = &plan.applications[application].alarms[voter];
        let reached = timeline.iter().take_while(|change| change.at <= world.now).count();
        let index = reached.saturating_sub(1);
        world.items[application].alarms[voter] = index;
        if let Some(next) = timeline.get(reached) {
            world.schedule(next.at, Wake::Alarm { application, voter });
        }
        let change = timeline[index];
        let named = &plan.applications[application].policy.voters[voter];
        let Some(alarm) = named.source.alarm().cloned() else { return };
        if let Some(fault) = change.by {
            world.counters.fault(fault);
        }
        let place = plan.place(&alarm.region());
        let value = change.value.as_str();
        let (voter_name, suppressed) = (named.name.clone(), change.suppressed);
        world.tell(Some(application), None, What::AlarmChanged { voter: voter_name, value, suppressed });
        if index > 0 && plan.events && !world.is_lost(place) {
            world.emit(Delivery { application, voter, change: index, corrupt: false, tries: 0, sent_at: change.at });
        }
    }

    /// An event arrives at the intake function.
    pub(super) fn event(&mut self, delivery: Delivery) {
        if self.lock().is_lost(STANDBY) {
            return;
        }
        let ports = self.process(Kind::Intake, delivery.application, STANDBY);
        let process = ports.process;
        let event = {
            let mut world = self.lock();
            let timeline = &self.plan.applications[delivery.application].alarms[delivery.voter];
            let (before, after) = (timeline[delivery.change - 1], timeline[delivery.change]);
            world.processes[process].event = Some((after.value.as_str().to_owned(), after.suppressed));
            world.processes[process].again = Some(Wake::Event(delivery));
            if world.now - delivery.sent_at > DAY / 2 {
                world.recovered(Recovery::DayLateEventHarmless);
            }
            let voter = &self.plan.applications[delivery.application].policy.voters[delivery.voter];
            let Some(arn) = voter.source.alarm() else { return };
            let envelope = world.draw.below(4);
            let event = told(arn, before, after, envelope);
            if delivery.corrupt { corrupted(&mut world.draw, event) } else { event }
        };
        let task: Task = Box::pin(read(ports, event));
        self.start(process, task);
    }
}

async fn read(ports: Ports, event: Value) -> Result<(), String> {
    for signal in signals(&event) {
        match signal {
            Err(unusable) => {
                let mut world = ports.lock();
                let application = world.processes[ports.process].application;
                world.recovered(Recovery::BadEventRefused);
                world.tell(Some(application), Some(ports.process), What::BadEvent { code: unusable.code() });
            }
            Ok(signal) => {
                let now = ports.clock();
                let receipts = receive(&ports, signal, now).await.map_err(|error| error.to_string())?;
                let future = receipts.iter().any(|receipt| matches!(receipt, Receipt::FromTheFuture { .. }));
                if future {
                    ports.lock().recovered(Recovery::FutureEventRefused);
                }
            }
        }
    }
    Ok(())
}

impl World {
    /// Sends an event on its way, and lets befall it what may.
    fn emit(&mut self, delivery: Delivery) {
        let application = Some(delivery.application);
        let mut at = self.now + DELIVERY;
        if self.strikes(Fault::EventLost) {
            return self.struck(Fault::EventLost, application, None);
        }
        if self.strikes(Fault::EventDelayed) {
            self.struck(Fault::EventDelayed, application, None);
            at += self.draw.long_tailed(10 * SECOND, DAY);
        }
        if self.strikes(Fault::EventReordered) {
            self.struck(Fault::EventReordered, application, None);
            at += self.draw.span(30, 300) * SECOND;
        }
        let mut copies = 1;
        if self.strikes(Fault::EventDuplicated) {
            self.struck(Fault::EventDuplicated, application, None);
            copies = 2;
        }
        if self.strikes(Fault::EventStorm) {
            self.struck(Fault::EventStorm, application, None);
            copies = 12;
        }
        let corrupt = self.strikes(Fault::EventCorrupted);
        if corrupt {
            self.struck(Fault::EventCorrupted, application, None);
        }
        for copy in 0..copies {
            self.schedule(at + copy * 150, Wake::Event(Delivery { corrupt, ..delivery }));
        }
    }

    /// Lambda tries an asynchronous invocation again.
    pub(super) fn deliver_again(&mut self, process: usize) {
        if let Some(Wake::Event(delivery)) = self.processes[process].again
            && delivery.tries < TRIES_MAX
        {
            let at = self.now + TRIED_AGAIN_AFTER;
            self.schedule(at, Wake::Event(Delivery { tries: delivery.tries + 1, ..delivery }));
        }
    }
}

/// The event, in one of the envelopes that AWS has for it.
fn told(arn: &AlarmArn, before: Change, after: Change, envelope: usize) -> Value {
    let alarm =
        |change: Change| SimAlarm { value: change.value, changed_at: stamp(change.at), reason: "sim".to_owned() };
    let mut event = state_change(arn, &alarm(before), &alarm(after));
    if after.suppressed {
        event["detail"]["state"]["actionsSuppressedBy"] = json!("Alarm");
    }
    match envelope {
        0 => json!({
            "source": "aws.cloudwatch",
            "alarmArn": arn,
            "accountId": arn.account(),
            "region": arn.region(),
            "alarmData": {
                "alarmName": arn.alarm(),
                "state": event["detail"]["state"],
                "previousState": event["detail"]["previousState"],
            },
        }),
        // This envelope cannot say that it is suppressed: an alarm that is does not use it.
        1 if !after.suppressed => {
            let message = json!({
                "AlarmArn": arn,
                "AWSAccountId": arn.account(),
                "NewStateValue": after.value.as_str(),
                "OldStateValue": before.value.as_str(),
                "StateChangeTime": stamp(after.at).to_string(),
                "NewStateReason": "sim",
            });
            json!({"Records": [{"Sns": {"Message": message.to_string()}}]})
        }
        _ => event,
    }
}

/// The event with something broken. Nothing here makes an alarm of what was none.
fn corrupted(draw: &mut Draw, mut event: Value) -> Value {
    let damage = draw.below(9);
    if damage == 0 {
        return json!("not an event");
    }
    if let Some(records) = event.get_mut("Records") {
        *records = if damage.is_multiple_of(2) { json!([]) } else { json!([{"Sns": {"Message": "{\"AlarmArn\":"}}]) };
        return event;
    }
    let data = if event.get("detail").is_some() { "detail" } else { "alarmData" };
    let state = &mut event[data]["state"];
    match damage {
        1 => state["timestamp"] = json!("yesterday"),
        2 => state["timestamp"] = json!("2099-01-01T00:00:00.000+0000"),
        3 => state["value"] = json!(null),
        4 => state["value"] = json!("alarm"),
        5 => event["account"] = json!("999999999999"),
        6 => event["region"] = json!("eu-north-1"),
        7 => event["replay-name"] = json!("archive"),
        _ => event["resources"] = json!(["arn:aws:s3:::bucket"]),
    }
    event
}
