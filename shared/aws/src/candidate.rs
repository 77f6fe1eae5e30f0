//! Describing the replica, and its lag.

use crate::classify::Failure;
use crate::clients::Clients;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Datapoint, Dimension, Statistic};
use aws_sdk_rds::types::DbInstance;
use jiff::Timestamp;
use understudy_engine::{DbInstanceArn, DbStatus, Lag, Look, Seconds, Sight, Sighting, Unseen};

/// The grain of `ReplicaLag`.
const PERIOD_SECONDS: i32 = 60;

/// How old a measurement may be that is asked for as the newest: CloudWatch is a minute or two behind.
const NEWEST_MAX_AGE: Seconds = Seconds(300);

pub(crate) async fn see(clients: &Clients, look: &Look) -> Sight {
    let (sight, measured) = tokio::join!(describe(clients, &look.candidate), lags(clients, look));
    match (sight, measured) {
        (Sight::Seen(sighting), Ok(lags)) => Sight::Seen(Sighting { lags, ..sighting }),
        // A lag that could not be asked for is not a replica without one.
        (Sight::Seen(_), Err(why)) => Sight::Unseen(why),
        (sight @ (Sight::Missing | Sight::Unseen(_)), _) => sight,
    }
}

/// The replica as Describe shows it, without its lag.
pub(crate) async fn describe(clients: &Clients, replica: &DbInstanceArn) -> Sight {
    let client = clients.rds(&replica.region());
    let answer = match client.describe_db_instances().db_instance_identifier(replica.instance()).send().await {
        Ok(answer) => answer,
        Err(error) => {
            if error.as_service_error().is_some_and(|error| error.is_db_instance_not_found_fault()) {
                return Sight::Missing;
            }
            return Sight::Unseen(unseen(&Failure::of(&error)));
        }
    };
    match answer.db_instances() {
        [] => Sight::Missing,
        [instance, ..] => sighting(instance, replica).map_or(Sight::Unseen(Unseen::Unreadable), Sight::Seen),
    }
}

pub(crate) fn unseen(failure: &Failure) -> Unseen {
    match failure {
        Failure::Throttled => Unseen::Throttled,
        Failure::Denied { .. } => Unseen::Denied,
        Failure::Answered { .. } => Unseen::Unreadable,
        Failure::Ambiguous { .. } => Unseen::Unreachable,
    }
}

fn sighting(instance: &DbInstance, replica: &DbInstanceArn) -> Option<Sighting> {
    let status = DbStatus::parse(instance.db_instance_status()?);
    let source = match instance.read_replica_source_db_instance_identifier().filter(|source| !source.is_empty()) {
        None => None,
        Some(source) => Some(source_arn(source, replica)?),
    };
    Some(Sighting { status, source, lags: Vec::new() })
}

/// A source in another Region is named by its ARN, and one in the same Region by its identifier.
fn source_arn(source: &str, replica: &DbInstanceArn) -> Option<DbInstanceArn> {
    if source.starts_with("arn:") {
        return source.parse().ok();
    }
    let prefix = replica.as_str().strip_suffix(replica.instance())?;
    format!("{prefix}{source}").parse().ok()
}

/// The measurements of the span, oldest first. −1 is how RDS says that it does not replicate: it is no
/// measurement, and neither is silence.
async fn lags(clients: &Clients, look: &Look) -> Result<Vec<Lag>, Unseen> {
    let points = datapoints(clients, &look.candidate, look.lag_after, look.lag_until).await?;
    let mut lags: Vec<Lag> = points.iter().filter_map(lag_of).collect();
    lags.sort_by_key(|lag| lag.at);
    Ok(lags)
}

/// The newest measurement, unless what is newest is no measurement.
pub(crate) async fn newest_lag(
    clients: &Clients,
    replica: &DbInstanceArn,
    now: Timestamp,
) -> Result<Option<Lag>, Unseen> {
    let points = datapoints(clients, replica, NEWEST_MAX_AGE.before(now), now).await?;
    let newest = points.iter().max_by_key(|point| point.timestamp().map(DateTime::as_nanos));
    Ok(newest.and_then(lag_of))
}

async fn datapoints(
    clients: &Clients,
    replica: &DbInstanceArn,
    after: Timestamp,
    until: Timestamp,
) -> Result<Vec<Datapoint>, Unseen> {
    let client = clients.cloudwatch(&replica.region());
    let instance = Dimension::builder().name("DBInstanceIdentifier").value(replica.instance()).build();
    let answer = client
        .get_metric_statistics()
        .namespace("AWS/RDS")
        .metric_name("ReplicaLag")
        .dimensions(instance)
        .period(PERIOD_SECONDS)
        .statistics(Statistic::Maximum)
        .start_time(DateTime::from_secs(after.as_second()))
        .end_time(DateTime::from_secs(until.as_second().saturating_add(1)))
        .send()
        .await;
    let answer = answer.map_err(|error| {
        tracing::warn!(error = %aws_sdk_cloudwatch::error::DisplayErrorContext(&error), "the lag could not be read");
        unseen(&Failure::of(&error))
    })?;
    Ok(answer.datapoints.unwrap_or_default())
}

/// What a datapoint of `ReplicaLag` measures; none where it measures nothing.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be within the range just above"
)]
pub fn lag_of(datapoint: &Datapoint) -> Option<Lag> {
    let seconds = datapoint.maximum().filter(|lag| *lag >= 0.0 && *lag < f64::from(u32::MAX))?;
    let at = Timestamp::from_nanosecond(datapoint.timestamp()?.as_nanos()).ok()?;
    Some(Lag { seconds: Seconds(seconds.ceil() as u32), at })
}
