//! One ask: from a voter's target to an observation, within its time.

use crate::connect::{Resolver, Span};
use crate::duty::Duty;
use crate::http;
use crate::observation::{Bad, Good, Observation, Stage, Unsure};
use crate::postgres::{self, Access};
use crate::tls::{self, Trust};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use understudy_driver::Gauge;
use understudy_engine::{Certificates, HostPort, HttpTarget, LagTarget, PostgresServer, Target, Unseen};

/// The passwords that the function was given, by variable. None is ever shown.
#[derive(Default)]
pub struct Passwords(pub BTreeMap<String, String>);

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What all asks share.
#[derive(Debug, Default)]
pub struct Asker {
    passwords: Passwords,
    resolver: Resolver,
    trust: Trust,
}

impl Asker {
    #[must_use]
    pub fn new(passwords: Passwords) -> Self {
        Self { passwords, ..Self::default() }
    }

    /// Asks once. A target that has not had all of its own time when the round ends was not waited for long enough.
    pub async fn ask(&self, duty: &Duty, gauge: &impl Gauge, now: Timestamp, round_ends: Instant) -> Observation {
        let began = Instant::now();
        let own = began + Duration::from_secs(u64::from(duty.probe.timeout_seconds.0));
        let span = Span { began, end: own.min(round_ends) };
        let observation = self.observe(duty, gauge, now, span).await.unwrap_or_else(|observation| observation);
        // A target that was given less than its own time has shown nothing by not using it.
        let cut_short = round_ends < own && matches!(observation, Observation::Bad(Bad::TimedOut { .. }));
        if cut_short { Observation::Unsure(Unsure::DeadlineNear) } else { observation }
    }

    async fn observe(
        &self,
        duty: &Duty,
        gauge: &impl Gauge,
        now: Timestamp,
        span: Span,
    ) -> Result<Observation, Observation> {
        let authorities = duty.authorities.as_ref();
        match &duty.probe.target {
            Target::Http(target) => self.http(target, authorities, span).await,
            Target::Tcp(endpoint) => {
                self.connect(endpoint, span).await?;
                Ok(Observation::Good(Good::Connected))
            }
            Target::PostgresWriter(server) => {
                let access = self.access(server, authorities)?;
                let stream = self.connect(&server.endpoint, span).await?;
                postgres::writer(access, stream, span).await
            }
            Target::PostgresReplica(replica) => {
                let access = self.access(&replica.server, authorities)?;
                let stream = self.connect(&replica.server.endpoint, span).await?;
                postgres::replica(replica, access, stream, span).await
            }
            Target::ReplicaLag(target) => lag(target, gauge, now, span).await,
        }
    }

    pub(crate) async fn http(
        &self,
        target: &HttpTarget,
        authorities: Option<&Certificates>,
        span: Span,
    ) -> Result<Observation, Observation> {
        let (host, port) = (target.url.host(), target.url.port());
        if !target.url.is_tls() {
            let stream = self.resolver.connect(host, port, span).await?;
            return http::ask(target, stream, span).await;
        }
        let config = self.trust.config(authorities)?;
        let stream = self.resolver.connect(host, port, span).await?;
        let secured = span.bound(Stage::Securing, tls::secured(config, host, stream)).await?;
        let stream = secured.map_err(|error| tls::broken(&error, Stage::Securing))?;
        http::ask(target, stream, span).await
    }

    async fn connect(&self, endpoint: &HostPort, span: Span) -> Result<TcpStream, Observation> {
        self.resolver.connect(endpoint.host(), endpoint.port(), span).await
    }

    fn access<'a>(
        &'a self,
        server: &'a PostgresServer,
        authorities: Option<&Certificates>,
    ) -> Result<Access<'a>, Observation> {
        let variable = server.password_variable.as_str();
        let password = self.passwords.0.get(variable);
        let password =
            password.ok_or_else(|| Observation::Unsure(Unsure::NoPassword { variable: variable.to_owned() }))?;
        Ok(Access { server, password, tls: self.trust.config(authorities)? })
    }
}

/// CloudWatch is not the target: that it does not answer says nothing of the replica.
async fn lag(target: &LagTarget, gauge: &impl Gauge, now: Timestamp, span: Span) -> Result<Observation, Observation> {
    let unread = |problem: &str| Observation::Unsure(Unsure::MetricUnread { problem: problem.to_owned() });
    let read = timeout_at(span.end, gauge.newest_lag(&target.replica, now)).await;
    let lag = match read {
        Err(_) => return Err(unread("CloudWatch did not answer in time")),
        Ok(Err(Unseen::Unreachable)) => return Err(unread("CloudWatch did not answer")),
        Ok(Err(Unseen::Throttled)) => return Err(unread("CloudWatch asked for fewer calls")),
        Ok(Err(Unseen::Denied)) => return Err(unread("the probe may not read it")),
        Ok(Err(Unseen::Unreadable)) => return Err(unread("CloudWatch refused the question")),
        Ok(Ok(None)) => return Err(Observation::Unsure(Unsure::NoMeasurement)),
        Ok(Ok(Some(lag))) => lag.seconds,
    };
    Ok(if lag <= target.max_seconds {
        Observation::Good(Good::Follows { lag })
    } else {
        Observation::Bad(Bad::Lags { lag, max: target.max_seconds })
    })
}
