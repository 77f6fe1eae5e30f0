//! The ground of an account, as it answers now.

use crate::args::{ReadinessCheck, ReadinessLast};
use crate::failure::Failure;
use aws_config::{BehaviorVersion, Region as SdkRegion};
use jiff::Timestamp;
use understudy_aws::{Clients, DynamoLedger};
use understudy_engine::Policy;
use understudy_readiness::{Look, Readiness};
use understudy_survey::Place;

pub(super) fn judged(policy: &Policy, args: &ReadinessCheck) -> Result<Readiness, Failure> {
    let place = Place {
        table: args.table.name.clone(),
        table_region: args.table.region(policy).clone(),
        functions: args.functions.clone(),
        gates: args.gates.clone(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let survey = runtime.block_on(async {
        let home = SdkRegion::new(place.table_region.as_str().to_owned());
        let config = aws_config::defaults(BehaviorVersion::latest()).region(home).load().await;
        understudy_survey::survey(&config, policy, &place, Timestamp::now()).await
    });
    Ok(Readiness::of(policy, &survey, Timestamp::now()))
}

/// The look that the schedule has kept, and the time now.
pub(super) fn kept(policy: &Policy, args: &ReadinessLast) -> Result<(Readiness, Timestamp), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let kept = runtime.block_on(async {
        let ledger =
            DynamoLedger::open_in(&Clients::from_env().await, &args.table.name, Some(args.table.region(policy))).await;
        let ledger = ledger.map_err(|error| unread(&error))?;
        ledger.kept(&policy.application).await.map_err(|error| unread(&error))
    })?;
    let kept = kept.ok_or_else(|| Failure {
        problem: format!("nobody has looked at {} yet", policy.application),
        mend: "deploy the function `readiness` and its schedule, or ask now: `readiness check`".to_owned(),
    })?;
    let look: Look = serde_json::from_str(&kept.text).map_err(|error| Failure {
        problem: format!("the look of {} cannot be read: {error}", kept.at),
        mend: "use the release that is deployed, or ask now: `readiness check`".to_owned(),
    })?;
    Ok((look.readiness, Timestamp::now()))
}

fn unread(error: &impl std::fmt::Display) -> Failure {
    Failure { problem: error.to_string(), mend: "see --table, --table-region and the credentials".to_owned() }
}
