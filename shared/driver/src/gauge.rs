//! What a probe reads of the cloud by itself, beside what it asks over its own sockets.

use jiff::Timestamp;
use std::future::Future;
use understudy_engine::{DbInstanceArn, Lag, Unseen};

/// The replication lag, as the replica's own Region has it.
pub trait Gauge: Sync {
    /// The newest measurement up to `now`. None where there is none of the last minutes, or where the newest says that
    /// nothing is replicated: an older one must not speak for it.
    fn newest_lag(
        &self,
        replica: &DbInstanceArn,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Lag>, Unseen>> + Send;
}
