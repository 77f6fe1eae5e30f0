//! The canary: something outside that is known to be well. While it does not answer, what does not answer beside it says
//! more of the observer than of itself.

use crate::ask::Asker;
use crate::connect::Span;
use crate::judge::Outlook;
use crate::observation::Observation;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use understudy_engine::{HttpTarget, HttpUrl};

/// How long a canary may take. The margin of a round holds it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks all canaries at once. One that is well is enough: that the others are not is then their own affair.
pub(crate) async fn look(asker: &Arc<Asker>, canaries: &[HttpUrl]) -> Outlook {
    if canaries.is_empty() {
        return Outlook::NoCanary;
    }
    let began = Instant::now();
    let span = Span { began, end: began + PATIENCE };
    let mut asks = JoinSet::new();
    for url in canaries.iter().cloned() {
        let asker = Arc::clone(asker);
        let target = HttpTarget { url, statuses: Vec::new(), contains: None };
        asks.spawn(async move { asker.http(&target, None, span).await });
    }
    let mut problem = "nothing was asked".to_owned();
    while let Some(asked) = asks.join_next().await {
        problem = match asked {
            Ok(Ok(Observation::Good(_))) => return Outlook::Clear,
            Ok(Ok(Observation::Bad(bad)) | Err(Observation::Bad(bad))) => bad.to_string(),
            Ok(Ok(Observation::Unsure(unsure)) | Err(Observation::Unsure(unsure))) => unsure.to_string(),
            Ok(Ok(Observation::Replayed { .. }) | Err(Observation::Good(_) | Observation::Replayed { .. })) => continue,
            Err(error) => error.to_string(),
        };
    }
    Outlook::Isolated { problem }
}
