//! One round: everything is asked at once, within bounds, and then judged together.

use crate::ask::Asker;
use crate::canary;
use crate::duty::Duty;
use crate::judge::Outlook;
use crate::observation::{Observation, Unsure};
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use understudy_driver::Gauge;
use understudy_engine::HttpUrl;

/// How many targets are asked at once. Those of a lost Region take their whole time, all of them: a thousand that hang
/// for five seconds are done in ten. A function has 1,024 descriptors, and the rest is for votes and names.
pub(crate) const ASKS_MAX: usize = 512;

/// What all rounds of a probe share.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) asker: Arc<Asker>,
    pub(crate) turns: Arc<Semaphore>,
    pub(crate) canaries: Vec<HttpUrl>,
}

/// Asks every target, and the canary before and after. A target whose turn does not come in time was not asked.
pub(crate) async fn observe<G: Gauge + Send + 'static>(
    desk: &Desk,
    gauge: &Arc<G>,
    duties: Vec<Arc<Duty>>,
    now: Timestamp,
    ends: Instant,
) -> (Vec<(Arc<Duty>, Observation)>, Outlook) {
    let mut asks = JoinSet::new();
    for duty in duties {
        let (asker, gauge, turns) = (Arc::clone(&desk.asker), Arc::clone(gauge), Arc::clone(&desk.turns));
        asks.spawn(async move {
            let observation = match timeout_at(ends, turns.acquire_owned()).await {
                Ok(_turn) => asker.ask(&duty, &*gauge, now, ends).await,
                Err(_) => Observation::Unsure(Unsure::NoTurn),
            };
            (duty, observation)
        });
    }
    let collected = async {
        let mut observed = Vec::new();
        while let Some(asked) = asks.join_next().await {
            match asked {
                Ok(pair) => observed.push(pair),
                Err(error) => tracing::error!("an ask was lost: {error}"),
            }
        }
        observed
    };
    let (before, observed) = tokio::join!(canary::look(&desk.asker, &desk.canaries), collected);
    let any_bad = observed.iter().any(|(_, observation)| matches!(observation, Observation::Bad(_)));
    // Both looks have to be clear: an observer that was isolated for a part of a round was isolated in it. Where
    // nothing is bad there is nothing to doubt.
    let again = any_bad && before == Outlook::Clear;
    let outlook = if again { canary::look(&desk.asker, &desk.canaries).await } else { before };
    (observed, outlook)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::Duration;
    use tokio::net::TcpListener;
    use understudy_driver::Route;
    use understudy_engine::{DbInstanceArn, HttpTarget, Interval, Lag, Probe, Seconds, Subject, Target, Unseen};

    struct Silent;

    impl Gauge for Silent {
        async fn newest_lag(&self, _replica: &DbInstanceArn, _now: Timestamp) -> Result<Option<Lag>, Unseen> {
            Ok(None)
        }
    }

    #[tokio::test]
    async fn a_target_whose_turn_does_not_come_in_the_round_was_not_asked() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url: HttpUrl = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let duty = |voter: &str| {
            Arc::new(Duty {
                route: Route { application: "orders".parse().unwrap(), voter: voter.parse().unwrap() },
                watches: Subject::Primary,
                probe: Probe {
                    region: "us-west-2".parse().unwrap(),
                    target: Target::Http(HttpTarget { url: url.clone(), statuses: Vec::new(), contains: None }),
                    interval_seconds: Interval::Ten,
                    timeout_seconds: Seconds(5),
                    down_after: 2,
                },
                authorities: None,
                standing: None,
            })
        };
        let asker = Arc::new(Asker::default());
        let desk = Desk { asker, turns: Arc::new(Semaphore::new(1)), canaries: Vec::new() };
        let ends = Instant::now() + Duration::from_millis(300);
        let duties = vec![duty("first"), duty("second"), duty("third")];
        let (mut observed, _) = observe(&desk, &Arc::new(Silent), duties, Timestamp::UNIX_EPOCH, ends).await;
        observed.sort_by(|(one, _), (other, _)| one.route.cmp(&other.route));
        let observed: Vec<_> = observed.into_iter().map(|(_, observation)| observation).collect();
        let unsure = [Unsure::DeadlineNear, Unsure::NoTurn, Unsure::NoTurn].map(Observation::Unsure);
        assert_eq!(observed, unsure);
    }
}
