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
    // Where nothing is bad there is nothing to doubt.
    let outlook = if any_bad { before.and(canary::look(&desk.asker, &desk.canaries).await) } else { before };
    (observed, outlook)
}
