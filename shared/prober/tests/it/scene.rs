//! Voters to ask for, and the asks.

use jiff::Timestamp;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::Instant;
use understudy_driver::{Gauge, Route};
use understudy_engine::{Certificates, DbInstanceArn, Lag, Subject, Unseen};
use understudy_prober::{Asker, Duty, Observation};

/// What CloudWatch says, to whoever asks.
pub(crate) struct Told(pub(crate) Result<Option<Lag>, Unseen>);

impl Gauge for Told {
    async fn newest_lag(&self, _replica: &DbInstanceArn, _now: Timestamp) -> Result<Option<Lag>, Unseen> {
        self.0
    }
}

/// A voter with this target, and with a second's patience where it has to run out.
pub(crate) fn duty(target: &Value) -> Duty {
    let probe = json!({"region": "us-west-2", "target": target, "interval_seconds": 10, "timeout_seconds": 5});
    Duty {
        route: Route { application: "orders".parse().unwrap(), voter: "front".parse().unwrap() },
        watches: Subject::Primary,
        probe: serde_json::from_value(probe).unwrap(),
        authorities: None,
        standing: None,
    }
}

pub(crate) fn impatient(target: &Value) -> Duty {
    let mut duty = duty(target);
    duty.probe.timeout_seconds = understudy_engine::Seconds(1);
    duty
}

pub(crate) fn trusting(target: &Value, authorities: &str) -> Duty {
    Duty { authorities: Some(authorities.parse::<Certificates>().unwrap()), ..duty(target) }
}

pub(crate) async fn ask(duty: &Duty) -> Observation {
    ask_by(&Asker::default(), duty).await
}

pub(crate) async fn ask_by(asker: &Asker, duty: &Duty) -> Observation {
    let ends = Instant::now() + Duration::from_secs(60);
    asker.ask(duty, &Told(Ok(None)), Timestamp::UNIX_EPOCH, ends).await
}

/// An address that nobody listens at.
pub(crate) async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    listener.local_addr().unwrap()
}
