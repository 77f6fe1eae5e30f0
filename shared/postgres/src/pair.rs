//! The two databases: one is written to, one follows, and either may be lost.

use crate::fault::PostgresFault;
use crate::identity::Identity;
use crate::install::Install;
use crate::relay::Relay;
use crate::server::{Server, connect};
use std::time::Duration;
use tempfile::TempDir;
use tokio_postgres::Config;

/// What the rows of a drill are written into.
const TABLE: &str = "CREATE TABLE written (n BIGINT PRIMARY KEY, at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp())";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Primary,
    Standby,
}

#[derive(Debug)]
pub struct Pair {
    primary: Server,
    standby: Server,
    _relay: Relay,
    password: String,
    authority: String,
    // Dropped last: the servers write into it.
    _folder: TempDir,
}

impl Pair {
    /// Starts both, the standby `delay` behind, and waits until it follows.
    ///
    /// # Errors
    /// When either does not come up.
    pub async fn start(install: &Install, delay: Duration) -> Result<Self, PostgresFault> {
        let folder = TempDir::with_prefix("understudy-postgres-")?;
        install.own(folder.path())?;
        let password = uuid::Uuid::new_v4().to_string();
        let identity = Identity::create(install, folder.path())?;
        let mut primary = Server::create(install, &folder.path().join("primary"), &password, &identity).await?;
        primary.start().await?;
        primary.connect().await?.batch_execute(TABLE).await?;
        let relay = Relay::start(primary.address(), delay).await?;
        let standby = folder.path().join("standby");
        let mut standby = Server::follow(install, &standby, &password, &identity, relay.address()).await?;
        standby.start().await?;
        let pair = Self { primary, standby, _relay: relay, password, authority: identity.authority, _folder: folder };
        pair.until_followed().await?;
        Ok(pair)
    }

    /// Until the standby has what the primary has now.
    async fn until_followed(&self) -> Result<(), PostgresFault> {
        let primary = self.primary.connect().await?;
        let here: String = primary.query_one("SELECT pg_current_wal_lsn()::text", &[]).await?.get(0);
        let standby = self.standby.connect().await?;
        let reached = "SELECT coalesce(pg_last_wal_replay_lsn() >= $1::text::pg_lsn, false)";
        while !standby.query_one(reached, &[&here]).await?.get::<_, bool>(0) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    #[must_use]
    pub fn server(&self, side: Side) -> &Server {
        match side {
            Side::Primary => &self.primary,
            Side::Standby => &self.standby,
        }
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// Who vouches for both servers, in PEM.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The primary's Region is lost: its processes are killed, and so is what was under way to the standby.
    ///
    /// # Errors
    /// When the processes cannot be waited for.
    pub async fn lose_primary(&mut self) -> Result<(), PostgresFault> {
        self.primary.kill().await
    }

    /// What the lost primary had, for whoever looks into it afterwards. Nobody follows it any more.
    ///
    /// # Errors
    /// When it does not come up again.
    pub async fn exhume_primary(&mut self) -> Result<(), PostgresFault> {
        if self.primary.is_running() { Ok(()) } else { self.primary.start().await }
    }
}

/// The numbers of the rows that a database has.
///
/// # Errors
/// When it cannot be asked.
pub async fn rows(config: &Config) -> Result<Vec<i64>, PostgresFault> {
    let client = connect(config).await?;
    let rows = client.query("SELECT n FROM written ORDER BY n", &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
