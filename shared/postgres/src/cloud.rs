//! The driver's port to the cloud, with real databases behind it: what is promoted is promoted by `pg_promote`, and what
//! is read back is what PostgreSQL says of itself. Everything else is the simulated cloud's.

use crate::server::connect;
use jiff::Timestamp;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tokio_postgres::Config;
use understudy_driver::{Announcement, Cloud, Looked, Performed, Undelivered};
use understudy_engine::{
    CreateAnswer, CreateReplica, DbInstanceArn, DbStatus, FenceAnswer, FenceCall, LeverAnswer, LeverCall, Look,
    Promote, PromoteAnswer, Sight, Sighting, Unseen,
};
use understudy_sim::{SimCloud, World};

/// How long a database may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub(crate) struct PostgresCloud {
    world: World,
    inner: SimCloud,
    writer: DbInstanceArn,
    replica: DbInstanceArn,
    standby: Config,
    promoted_at: Arc<OnceLock<Instant>>,
}

impl PostgresCloud {
    pub(crate) fn new(world: &World, writer: &DbInstanceArn, replica: &DbInstanceArn, standby: Config) -> Self {
        let (writer, replica) = (writer.clone(), replica.clone());
        let (world, inner) = (world.clone(), SimCloud::new(world));
        Self { world, inner, writer, replica, standby, promoted_at: Arc::default() }
    }

    /// When a promotion was accepted.
    pub(crate) fn promoted_at(&self) -> Option<Instant> {
        self.promoted_at.get().copied()
    }

    /// A standby in recovery follows the writer, and one that is not stands alone. What the simulated cloud adds is what
    /// was measured of its lag.
    async fn sight(&self, simulated: Sight) -> Sight {
        let Sight::Seen(Sighting { lags, .. }) = simulated else { return simulated };
        let asked = async {
            let client = connect(&self.standby).await.ok()?;
            Some(client.query_one("SELECT pg_is_in_recovery()", &[]).await.ok()?.get::<_, bool>(0))
        };
        match timeout(PATIENCE, asked).await.ok().flatten() {
            Some(follows) => {
                let source = follows.then(|| self.writer.clone());
                Sight::Seen(Sighting { status: DbStatus::Available, source, lags })
            }
            None => Sight::Unseen(Unseen::Unreachable),
        }
    }

    async fn call(&self) -> PromoteAnswer {
        // Where no connection comes about, nothing can have arrived.
        let Ok(Ok(client)) = timeout(PATIENCE, connect(&self.standby)).await else { return PromoteAnswer::NotArrived };
        match timeout(PATIENCE, client.query_one("SELECT pg_promote(wait => false)", &[])).await {
            Ok(Ok(row)) if row.get::<_, bool>(0) => {
                self.promoted_at.get_or_init(Instant::now);
                PromoteAnswer::Accepted
            }
            Ok(Ok(_) | Err(_)) | Err(_) => PromoteAnswer::Ambiguous,
        }
    }
}

impl Cloud for PostgresCloud {
    async fn look(&self, look: &Look) -> Performed<Looked> {
        let Performed { outcome: looked, .. } = self.inner.look(look).await;
        let Looked { observed_at, readings, candidate } = looked;
        let candidate = if look.candidate == self.replica { self.sight(candidate).await } else { candidate };
        Performed { at: self.world.now(), outcome: Looked { observed_at, readings, candidate } }
    }

    async fn promote(&self, promote: &Promote) -> Performed<PromoteAnswer> {
        let now: Timestamp = self.world.now();
        let answer = if now >= promote.not_after {
            PromoteAnswer::NotArrived
        } else if promote.replica == self.replica {
            self.call().await
        } else {
            PromoteAnswer::NoSuchInstance
        };
        Performed { at: self.world.now(), outcome: answer }
    }

    async fn read_back(&self, replica: &DbInstanceArn) -> Performed<Sight> {
        let Performed { outcome: simulated, .. } = self.inner.read_back(replica).await;
        let sight = if *replica == self.replica { self.sight(simulated).await } else { simulated };
        Performed { at: self.world.now(), outcome: sight }
    }

    async fn fence(&self, call: &FenceCall) -> Performed<FenceAnswer> {
        self.inner.fence(call).await
    }

    async fn create_replica(&self, create: &CreateReplica) -> Performed<CreateAnswer> {
        self.inner.create_replica(create).await
    }

    async fn lever(&self, call: &LeverCall) -> Performed<LeverAnswer> {
        self.inner.lever(call).await
    }

    async fn announce(&self, announcement: &Announcement) -> Result<(), Undelivered> {
        self.inner.announce(announcement).await
    }
}
