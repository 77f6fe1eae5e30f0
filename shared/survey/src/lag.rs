//! `ReplicaLag` of the replica, now and over a day.

use crate::account::{Account, Asked};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Datapoint, Dimension, Statistic};
use jiff::Timestamp;
use understudy_aws::lag_of;
use understudy_engine::{DbInstanceArn, Lag, Seconds};
use understudy_readiness::Seen;

const MINUTE: i32 = 60;
const HOUR: i32 = 3600;

/// CloudWatch is a minute or two behind.
const NOW: Seconds = Seconds(300);
const DAY: Seconds = Seconds(86_400);

/// The newest measurement, unless what is newest says that nothing replicates.
pub(crate) async fn now(account: &Account, replica: &DbInstanceArn, now: Timestamp) -> Seen<Option<Lag>> {
    measured(account, replica, NOW.before(now), now, MINUTE).await.map(|points| {
        let newest = points.iter().max_by_key(|point| point.timestamp().map(DateTime::as_nanos));
        newest.and_then(lag_of)
    })
}

pub(crate) async fn of_a_day(account: &Account, replica: &DbInstanceArn, now: Timestamp) -> Seen<Vec<Lag>> {
    measured(account, replica, DAY.before(now), now, HOUR).await.map(|points| {
        let mut hours: Vec<Lag> = points.iter().filter_map(lag_of).collect();
        hours.sort_by_key(|lag| lag.at);
        hours
    })
}

async fn measured(
    account: &Account,
    replica: &DbInstanceArn,
    after: Timestamp,
    until: Timestamp,
    period: i32,
) -> Seen<Vec<Datapoint>> {
    let region = replica.region();
    let asked = Asked { action: "cloudwatch:GetMetricStatistics", region: region.as_str() };
    let instance = Dimension::builder().name("DBInstanceIdentifier").value(replica.instance()).build();
    let request = account.cloudwatch(&region).get_metric_statistics().namespace("AWS/RDS").metric_name("ReplicaLag");
    let request = request.dimensions(instance).period(period).statistics(Statistic::Maximum);
    let request = request.start_time(DateTime::from_secs(after.as_second()));
    match request.end_time(DateTime::from_secs(until.as_second().saturating_add(1))).send().await {
        Err(error) => asked.failed(&error),
        Ok(answer) => Seen::Known(answer.datapoints.unwrap_or_default()),
    }
}
