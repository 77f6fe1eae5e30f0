//! Every minute the same: read what there is to ask, ask it, vote. The event says nothing.

use crate::settings;
use jiff::Timestamp;
use lambda_runtime::Context;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use understudy_lambda::{ErrorType, Fault, Shell, count};
use understudy_prober::{Prober, Report};

pub(crate) struct Post {
    shell: Shell,
    /// What stands in the way, where the environment is wrong: said at every invocation, so that it shows.
    prober: Result<Prober, String>,
}

impl Post {
    pub(crate) async fn start() -> Self {
        let shell = Shell::start().await;
        let config = settings::read(shell.cloud().clients().home(), std::env::vars());
        match &config {
            Err(problem) => tracing::error!("{problem}"),
            Ok(config) if config.canaries.is_empty() => {
                tracing::error!("UNDERSTUDY_CANARIES is not set: without a canary this probe never says Down");
            }
            Ok(_) => {}
        }
        Self { shell, prober: config.map(Prober::new) }
    }

    pub(crate) async fn keep(&self, context: &Context) -> Result<Value, Fault> {
        let prober = self.prober.as_ref().map_err(|problem| Fault::new(ErrorType::Misconfigured, problem))?;
        let ledger = Arc::new(self.shell.ledger().await?.clone());
        let gauge = self.shell.gauge();
        let mut report = prober.attend(&ledger, &gauge, left(context, Timestamp::now()), Timestamp::now).await?;
        tell(&report);
        let failed = report.failed.len();
        // What could not be written at all is worth an error; of what is left, the next minute takes care.
        if failed > 0 && usize::try_from(report.votes()).is_ok_and(|votes| failed >= votes) {
            return Err(report.failed.swap_remove(0).into());
        }
        let Report { rounds, up, down, abstain, isolated, left_out, superseded, .. } = report;
        Ok(json!({
            "rounds": rounds, "up": up, "down": down, "abstain": abstain, "isolated": isolated,
            "left_out": left_out, "superseded": superseded, "failed": failed,
        }))
    }
}

fn tell(report: &Report) {
    for error in &report.failed {
        tracing::error!("{error}");
    }
    let seen =
        [("failed", !report.failed.is_empty()), ("isolated", report.isolated > 0), ("left_out", report.left_out > 0)];
    for (result, _) in seen.into_iter().filter(|(_, is_so)| *is_so) {
        count("probe", result);
    }
    count("probe", "kept");
}

/// How long this invocation has.
fn left(context: &Context, now: Timestamp) -> Duration {
    let deadline = i64::try_from(context.deadline).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    deadline.and_then(|deadline| Duration::try_from(deadline.duration_since(now)).ok()).unwrap_or_default()
}
