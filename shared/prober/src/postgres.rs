//! One query to a PostgreSQL server, over TLS, in a transaction that can only read.

use crate::connect::Span;
use crate::observation::{Bad, Good, Observation, Stage, Unsure};
use crate::tls;
use rustls::ClientConfig;
use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use tokio_postgres::{Config, SimpleQueryMessage};
use understudy_engine::{PostgresReplica, PostgresServer, Seconds};

/// Whom to ask, and as whom.
pub(crate) struct Access<'a> {
    pub(crate) server: &'a PostgresServer,
    pub(crate) password: &'a str,
    pub(crate) tls: Arc<ClientConfig>,
}

pub(crate) async fn writer(access: Access<'_>, stream: TcpStream, span: Span) -> Result<Observation, Observation> {
    let row = query(access, "SELECT pg_is_in_recovery()", stream, span).await?;
    match row.first().and_then(Option::as_deref) {
        Some("f") => Ok(Observation::Good(Good::TakesWrites)),
        Some("t") => Err(Observation::Bad(Bad::InRecovery)),
        other => Err(not_understood(&format!("{other:?}"))),
    }
}

pub(crate) async fn replica(
    replica: &PostgresReplica,
    access: Access<'_>,
    stream: TcpStream,
    span: Span,
) -> Result<Observation, Observation> {
    // A name has no quotes in it: that is what makes it one.
    let asked = match &replica.heartbeat {
        None => "pg_last_wal_replay_lsn() - '0/0'::pg_lsn".to_owned(),
        Some(beat) => format!(
            "extract(epoch FROM clock_timestamp() - (SELECT max(\"{}\") FROM \"{}\"))",
            beat.column,
            beat.table.as_str().replace('.', "\".\"")
        ),
    };
    let row = query(access, &format!("SELECT pg_is_in_recovery(), {asked}"), stream, span).await?;
    let value = row.get(1).and_then(Option::as_deref);
    match row.first().and_then(Option::as_deref) {
        Some("t") => {}
        Some("f") => return Err(Observation::Unsure(Unsure::NotAReplica)),
        other => return Err(not_understood(&format!("{other:?}"))),
    }
    match &replica.heartbeat {
        Some(beat) => heartbeat(value, beat.max_age_seconds),
        None => {
            let position = value.and_then(|value| value.parse().ok());
            position
                .map(|position| Observation::Replayed { position })
                .ok_or_else(|| not_understood(&format!("{value:?}")))
        }
    }
}

fn heartbeat(age: Option<&str>, max: Seconds) -> Result<Observation, Observation> {
    let age: Option<f64> = age.and_then(|age| age.parse().ok());
    match age {
        // By clocks that differ, a heartbeat may be of the next moment.
        Some(age_seconds) if age_seconds >= -f64::from(max.0) && age_seconds <= f64::from(max.0) => {
            Ok(Observation::Good(Good::Beats { age_seconds }))
        }
        Some(age_seconds) if age_seconds > 0.0 => Err(Observation::Bad(Bad::HeartbeatOld { age_seconds, max })),
        Some(_) | None => Err(Observation::Unsure(Unsure::NoHeartbeat)),
    }
}

/// The one row that a query answers with.
async fn query(
    access: Access<'_>,
    sql: &str,
    stream: TcpStream,
    span: Span,
) -> Result<Vec<Option<String>>, Observation> {
    let mut config = Config::new();
    config.user(access.server.user.as_str()).dbname(access.server.database.as_str()).password(access.password);
    config.application_name("understudy-probe").ssl_mode(SslMode::Require);
    let secure = Secure { config: access.tls, host: access.server.endpoint.host().to_owned() };
    span.bound(Stage::Answering, async {
        let (client, connection) = config.connect_raw(stream, secure).await.map_err(|error| failed(&error))?;
        let asked = async {
            let text = format!("BEGIN READ ONLY; {sql}; COMMIT");
            let messages = client.simple_query(&text).await.map_err(|error| failed(&error))?;
            messages.iter().find_map(cells).ok_or_else(|| not_understood("no row"))
        };
        let driven = async {
            let _ = connection.await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            row = asked => row,
            () = driven => Err(tls::closed()),
        }
    })
    .await?
}

fn cells(message: &SimpleQueryMessage) -> Option<Vec<Option<String>>> {
    let SimpleQueryMessage::Row(row) = message else { return None };
    Some((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect())
}

fn not_understood(problem: &str) -> Observation {
    Observation::Unsure(Unsure::NotUnderstood { problem: problem.to_owned() })
}

/// A server that answers with an error is there. Only by its own word that it does not serve is it not well.
fn failed(error: &tokio_postgres::Error) -> Observation {
    if let Some(answer) = error.as_db_error() {
        let code = answer.code().code().to_owned();
        let stopped = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
        return if stopped.contains(answer.code()) {
            Observation::Bad(Bad::NotServing { code })
        } else {
            Observation::Unsure(Unsure::ServerError { code, message: answer.message().to_owned() })
        };
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return tls::broken(io, Stage::Securing);
        }
        cause = inner.source();
    }
    if error.is_closed() {
        return tls::closed();
    }
    Observation::Unsure(Unsure::NoTls { problem: error.to_string() })
}

/// TLS after PostgreSQL's own request for it, verified as any other.
struct Secure {
    config: Arc<ClientConfig>,
    host: String,
}

impl TlsConnect<TcpStream> for Secure {
    type Stream = Secured;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Secured>> + Send>>;

    fn connect(self, stream: TcpStream) -> Self::Future {
        Box::pin(async move { tls::secured(self.config, &self.host, stream).await.map(Secured) })
    }
}

struct Secured(tokio_rustls::client::TlsStream<TcpStream>);

impl TlsStream for Secured {
    /// The certificate is verified, which is what a channel binding would make up for.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Secured {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
