//! Reading alarms again, each in its own Region, all Regions at once.

use crate::clients::Clients;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{AlarmType, StateValue};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tokio::task::JoinSet;
use understudy_driver::Reading;
use understudy_engine::{AlarmArn, Region, Verdict, VoterName, shortened};

/// How many alarms one DescribeAlarms takes.
const PAGE: usize = 100;

/// What each alarm says. One that cannot be read, for whatever reason, is left out.
pub(crate) async fn read(clients: &Clients, alarms: &BTreeMap<VoterName, AlarmArn>) -> BTreeMap<VoterName, Reading> {
    let mut by_region: BTreeMap<Region, Vec<AlarmArn>> = BTreeMap::new();
    for arn in alarms.values() {
        by_region.entry(arn.region()).or_default().push(arn.clone());
    }
    let mut pending = JoinSet::new();
    for (region, arns) in by_region {
        for page in arns.chunks(PAGE) {
            pending.spawn(describe(clients.cloudwatch(&region), page.to_vec()));
        }
    }
    let mut said: BTreeMap<String, Reading> = BTreeMap::new();
    while let Some(described) = pending.join_next().await {
        said.extend(described.unwrap_or_default());
    }
    let reading = |(voter, arn): (&VoterName, &AlarmArn)| Some((voter.clone(), said.get(arn.as_str())?.clone()));
    alarms.iter().filter_map(reading).collect()
}

async fn describe(client: Client, arns: Vec<AlarmArn>) -> Vec<(String, Reading)> {
    let names = arns.iter().map(|arn| arn.alarm().to_owned()).collect();
    let request = client.describe_alarms().set_alarm_names(Some(names)).max_records(100);
    let request = request.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(error = %aws_sdk_cloudwatch::error::DisplayErrorContext(&error), "alarms could not be read");
            return Vec::new();
        }
    };
    let metric = answer.metric_alarms().iter().filter_map(|alarm| {
        // What CloudWatch itself could not evaluate is no evidence, whatever value still stands there.
        let unsure = alarm.evaluation_state().is_some();
        let reading = reading(alarm.state_value(), unsure, alarm.state_transitioned_timestamp(), alarm.state_reason());
        Some((alarm.alarm_arn()?.to_owned(), reading))
    });
    let composite = answer.composite_alarms().iter().filter_map(|alarm| {
        let suppressed = alarm.actions_suppressed_by().is_some();
        let reading =
            reading(alarm.state_value(), suppressed, alarm.state_transitioned_timestamp(), alarm.state_reason());
        Some((alarm.alarm_arn()?.to_owned(), reading))
    });
    metric.chain(composite).collect()
}

fn reading(
    value: Option<&StateValue>,
    unsure: bool,
    since: Option<&aws_sdk_cloudwatch::primitives::DateTime>,
    reason: Option<&str>,
) -> Reading {
    let verdict = match value {
        Some(StateValue::Alarm) if !unsure => Verdict::Down,
        Some(StateValue::Ok) if !unsure => Verdict::Up,
        // The SDK's enum is open: whatever else CloudWatch may say abstains.
        _ => Verdict::Abstain,
    };
    let since = since.and_then(|at| Timestamp::from_nanosecond(at.as_nanos()).ok());
    Reading { verdict, since, reason: shortened(reason.unwrap_or_default()) }
}
