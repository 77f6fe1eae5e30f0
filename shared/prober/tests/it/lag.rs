//! What CloudWatch says of a replica's lag.

use crate::scene::{Told, duty};
use jiff::Timestamp;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;
use understudy_engine::{Lag, Seconds, Unseen};
use understudy_prober::{Asker, Bad, Good, Observation, Unsure};

async fn asked(told: Result<Option<Lag>, Unseen>) -> Observation {
    let replica = "arn:aws:rds:us-west-2:111122223333:db:orders-replica";
    let duty = duty(&json!({"replica_lag": {"replica": replica, "max_seconds": 60}}));
    let ends = Instant::now() + Duration::from_secs(5);
    Asker::default().ask(&duty, &Told(told), Timestamp::UNIX_EPOCH, ends).await
}

fn lag(seconds: u32) -> Result<Option<Lag>, Unseen> {
    Ok(Some(Lag { seconds: Seconds(seconds), at: Timestamp::UNIX_EPOCH }))
}

#[tokio::test]
async fn a_lag_within_the_limit_is_good_and_one_above_it_is_bad() {
    assert_eq!(asked(lag(60)).await, Observation::Good(Good::Follows { lag: Seconds(60) }));
    let bad = Bad::Lags { lag: Seconds(61), max: Seconds(60) };
    assert_eq!(asked(lag(61)).await, Observation::Bad(bad));
}

#[tokio::test]
async fn no_measurement_and_no_answer_are_unknown() {
    assert_eq!(asked(Ok(None)).await, Observation::Unsure(Unsure::NoMeasurement));
    for unseen in [Unseen::Unreachable, Unseen::Throttled, Unseen::Denied, Unseen::Unreadable] {
        let observation = asked(Err(unseen)).await;
        assert!(matches!(observation, Observation::Unsure(Unsure::MetricUnread { .. })), "{observation:?}");
    }
}
