//! Who watches, and who would be told: voters' alarms, alarms on Understudy itself, and the topic.

use crate::account::{Account, Asked};
use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm, MetricAlarm, StateValue};
use std::collections::{BTreeMap, BTreeSet};
use tokio::task::JoinSet;
use understudy_engine::{AlarmArn, Policy, Region, VoterName};
use understudy_readiness::{Alarm, OwnAlarm, Seen, Topic};

/// How CloudWatch treats missing data where an alarm does not say.
const MISSING: &str = "missing";

pub(crate) async fn alarms(account: &Account, policy: &Policy) -> BTreeMap<VoterName, Seen<Alarm>> {
    let mut reads = JoinSet::new();
    for voter in &policy.voters {
        if let Some(alarm) = voter.source.alarm() {
            let (client, name, alarm) = (account.cloudwatch(&alarm.region()), voter.name.clone(), alarm.clone());
            reads.spawn(async move { (name, alarm_of(&client, &alarm).await) });
        }
    }
    reads.join_all().await.into_iter().collect()
}

async fn alarm_of(client: &aws_sdk_cloudwatch::Client, arn: &AlarmArn) -> Seen<Alarm> {
    let region = arn.region();
    let asked = Asked { action: "cloudwatch:DescribeAlarms", region: region.as_str() };
    let request = client.describe_alarms().alarm_names(arn.alarm());
    let answer = match request.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm).send().await {
        Err(error) => return asked.failed(&error),
        Ok(answer) => answer,
    };
    let metric = answer.metric_alarms().first().map(|alarm| Alarm {
        missing_data: Some(alarm.treat_missing_data().unwrap_or(MISSING).to_owned()),
        actions_enabled: alarm.actions_enabled().unwrap_or_default(),
    });
    let composite = answer
        .composite_alarms()
        .first()
        .map(|alarm| Alarm { missing_data: None, actions_enabled: alarm.actions_enabled().unwrap_or_default() });
    metric.or(composite).map_or_else(|| asked.absent(), Seen::Known)
}

/// Alarms whose names begin as Understudy's do.
pub(crate) async fn own(
    account: &Account,
    regions: &BTreeSet<Region>,
    functions: &str,
) -> BTreeMap<Region, Seen<Vec<OwnAlarm>>> {
    let mut reads = JoinSet::new();
    for region in regions {
        let (client, region, prefix) = (account.cloudwatch(region), region.clone(), format!("{functions}-"));
        reads.spawn(async move {
            let request = client.describe_alarms().alarm_name_prefix(prefix);
            let request = request.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
            let asked = Asked { action: "cloudwatch:DescribeAlarms", region: region.as_str() };
            let found = match request.into_paginator().send().try_collect().await {
                Err(error) => asked.failed(&error),
                Ok(pages) => Seen::Known(
                    pages
                        .iter()
                        .flat_map(|page| {
                            let metric = page.metric_alarms().iter().map(of_metric);
                            metric.chain(page.composite_alarms().iter().map(of_composite))
                        })
                        .collect(),
                ),
            };
            (region, found)
        });
    }
    reads.join_all().await.into_iter().collect()
}

fn of_metric(alarm: &MetricAlarm) -> OwnAlarm {
    OwnAlarm {
        name: alarm.alarm_name().unwrap_or_default().to_owned(),
        actions_enabled: alarm.actions_enabled().unwrap_or_default(),
        actions: alarm.alarm_actions().len(),
        is_raised: alarm.state_value() == Some(&StateValue::Alarm),
    }
}

fn of_composite(alarm: &CompositeAlarm) -> OwnAlarm {
    OwnAlarm {
        name: alarm.alarm_name().unwrap_or_default().to_owned(),
        actions_enabled: alarm.actions_enabled().unwrap_or_default(),
        actions: alarm.alarm_actions().len(),
        is_raised: alarm.state_value() == Some(&StateValue::Alarm),
    }
}

pub(crate) async fn topic(account: &Account, policy: &Policy) -> Seen<Topic> {
    let arn = &policy.notification.topic;
    let region = arn.region();
    let asked = Asked { action: "sns:GetTopicAttributes", region: region.as_str() };
    let answer = account.sns(&region).get_topic_attributes().topic_arn(arn.as_str()).send().await;
    match answer {
        Err(error) => asked.failed(&error),
        Ok(answer) => {
            let count = |name: &str| answer.attributes()?.get(name)?.parse().ok();
            match (count("SubscriptionsConfirmed"), count("SubscriptionsPending")) {
                (Some(confirmed), Some(pending)) => Seen::Known(Topic { confirmed, pending }),
                (None, _) | (_, None) => asked.absent(),
            }
        }
    }
}
