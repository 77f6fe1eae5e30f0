//! An alarm, and the event that EventBridge makes of its changes.

use jiff::Timestamp;
use serde_json::{Value, json};
use understudy_engine::AlarmArn;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmValue {
    Ok,
    Alarm,
    InsufficientData,
}

impl AlarmValue {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct SimAlarm {
    pub(crate) value: AlarmValue,
    pub(crate) changed_at: Timestamp,
    pub(crate) reason: String,
}

/// "CloudWatch Alarm State Change", in the shape that AWS documents.
pub(crate) fn state_change(arn: &AlarmArn, before: &SimAlarm, after: &SimAlarm) -> Value {
    let state = |alarm: &SimAlarm| {
        json!({
            "value": alarm.value.as_str(),
            "reason": alarm.reason,
            "timestamp": alarm.changed_at.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string(),
        })
    };
    json!({
        "version": "0",
        "id": format!("{}-{}", arn.alarm(), after.changed_at.as_second()),
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": arn.account(),
        "time": after.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": arn.region(),
        "resources": [arn],
        "detail": {
            "alarmName": arn.alarm(),
            "state": state(after),
            "previousState": state(before),
            "configuration": {
                "metrics": [{
                    "id": "m1",
                    "metricStat": {
                        "metric": {"namespace": "Orders", "name": "Health", "dimensions": {}},
                        "period": 60,
                        "stat": "Minimum"
                    },
                    "returnData": true
                }]
            }
        }
    })
}
