//! CloudWatch alarm changes. The shapes differ by envelope, and metric math, composite alarms and
//! alarms that have just been created leave out half of them; the state and its time are always there.

use crate::unusable::Unusable;
use jiff::Timestamp;
use serde_json::Value;
use understudy_engine::{AlarmArn, Source, Verdict, Vote, shortened};

/// One change of one alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmChange {
    pub alarm: AlarmArn,
    pub value: String,
    /// The value before, where the envelope tells it.
    pub previous: Option<String>,
    /// When the alarm changed, by CloudWatch's clock.
    pub at: Timestamp,
    /// What suppresses the alarm's actions, if anything does.
    pub suppressed_by: Option<String>,
    pub reason: String,
}

impl AlarmChange {
    /// The change as a vote: ALARM is Down and OK is Up; whatever else CloudWatch may say abstains,
    /// and so does an alarm that somebody has told to keep quiet.
    #[must_use]
    pub fn vote(&self) -> Vote {
        let verdict = match (&self.suppressed_by, self.value.as_str()) {
            (None, "ALARM") => Verdict::Down,
            (None, "OK") => Verdict::Up,
            (None | Some(_), _) => Verdict::Abstain,
        };
        let changed = self.previous.as_deref() != Some(self.value.as_str());
        Vote {
            verdict,
            observed_at: self.at,
            since: changed.then_some(self.at),
            source: Source::Alarm(self.alarm.clone()),
            reason: shortened(&self.reason),
        }
    }
}

/// EventBridge, "CloudWatch Alarm State Change".
pub(crate) fn from_event_bridge(event: &Value) -> Result<AlarmChange, Unusable> {
    if event.get("detail-type").and_then(Value::as_str) != Some("CloudWatch Alarm State Change") {
        return Err(Unusable::UnknownShape);
    }
    if event.get("replay-name").is_some_and(|name| !name.is_null()) {
        return Err(Unusable::Replayed);
    }
    let resource = event.pointer("/resources/0").and_then(Value::as_str).ok_or(Unusable::Missing("resources[0]"))?;
    let alarm = arn("resources[0]", resource)?;
    agree("account", event.get("account"), alarm.account())?;
    agree("region", event.get("region"), alarm.region().as_str())?;
    agree("detail.alarmName", event.pointer("/detail/alarmName"), alarm.alarm())?;
    let state = event.pointer("/detail/state").ok_or(Unusable::Missing("detail.state"))?;
    let previous = event.pointer("/detail/previousState/value");
    change(alarm, state, previous)
}

/// An alarm's Lambda action.
pub(crate) fn from_action(event: &Value) -> Result<AlarmChange, Unusable> {
    let alarm = arn("alarmArn", text(event, "/alarmArn", "alarmArn")?)?;
    agree("accountId", event.get("accountId"), alarm.account())?;
    agree("region", event.get("region"), alarm.region().as_str())?;
    let state = event.pointer("/alarmData/state").ok_or(Unusable::Missing("alarmData.state"))?;
    let previous = event.pointer("/alarmData/previousState/value");
    change(alarm, state, previous)
}

/// The text of an alarm's SNS action. Its `Region` is a name for people, so the ARN says the Region.
pub(crate) fn from_notification(event: &Value) -> Result<AlarmChange, Unusable> {
    let alarm = arn("AlarmArn", text(event, "/AlarmArn", "AlarmArn")?)?;
    agree("AWSAccountId", event.get("AWSAccountId"), alarm.account())?;
    Ok(AlarmChange {
        value: text(event, "/NewStateValue", "NewStateValue")?.to_owned(),
        previous: event.get("OldStateValue").and_then(Value::as_str).map(str::to_owned),
        at: time("StateChangeTime", text(event, "/StateChangeTime", "StateChangeTime")?)?,
        suppressed_by: None,
        reason: event.get("NewStateReason").and_then(Value::as_str).unwrap_or_default().to_owned(),
        alarm,
    })
}

fn change(alarm: AlarmArn, state: &Value, previous: Option<&Value>) -> Result<AlarmChange, Unusable> {
    Ok(AlarmChange {
        alarm,
        value: text(state, "/value", "state.value")?.to_owned(),
        previous: previous.and_then(Value::as_str).map(str::to_owned),
        at: time("state.timestamp", text(state, "/timestamp", "state.timestamp")?)?,
        suppressed_by: suppressor(state),
        reason: state.get("reason").and_then(Value::as_str).unwrap_or_default().to_owned(),
    })
}

/// Whatever stands there but nothing and null: a value that is not understood must not turn a
/// suppressed alarm into a loud one.
fn suppressor(state: &Value) -> Option<String> {
    match state.get("actionsSuppressedBy") {
        None | Some(Value::Null) => None,
        Some(Value::String(by)) => Some(by.clone()),
        Some(other) => Some(other.to_string()),
    }
}

fn text<'a>(value: &'a Value, pointer: &str, field: &'static str) -> Result<&'a str, Unusable> {
    value.pointer(pointer).and_then(Value::as_str).ok_or(Unusable::Missing(field))
}

fn time(field: &'static str, value: &str) -> Result<Timestamp, Unusable> {
    value.parse().map_err(|_| Unusable::NotATime { field, value: shortened(value) })
}

fn arn(field: &'static str, value: &str) -> Result<AlarmArn, Unusable> {
    value.parse().map_err(|_| Unusable::NotAnAlarm { field, value: shortened(value) })
}

/// Where the envelope says what the ARN says too, both must say the same.
fn agree(field: &'static str, said: Option<&Value>, expected: &str) -> Result<(), Unusable> {
    match said {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(said)) if said == expected => Ok(()),
        Some(said) => Err(Unusable::Contradiction { field, value: shortened(&said.to_string()) }),
    }
}
