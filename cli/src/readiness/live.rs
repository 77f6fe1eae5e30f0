//! The ground of an account: what AWS, Route 53 and the gates answer now.

use super::gates;
use crate::args::ReadinessCheck;
use crate::failure::Failure;
use aws_config::{BehaviorVersion, Region as SdkRegion};
use jiff::Timestamp;
use understudy_engine::Policy;
use understudy_readiness::{NameFault, Readiness, Seen, Survey, Unseen, Why};
use understudy_survey::Place;

pub(super) fn judged(policy: &Policy, args: &ReadinessCheck) -> Result<Readiness, Failure> {
    let place = Place {
        table: args.table.clone(),
        table_region: args.table_region.clone().unwrap_or_else(|| policy.regions.standby.clone()),
        functions: args.functions.clone(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seen = runtime.block_on(async {
        let home = SdkRegion::new(place.table_region.as_str().to_owned());
        let config = aws_config::defaults(BehaviorVersion::latest()).region(home).load().await;
        understudy_survey::survey(&config, policy, &place, Timestamp::now()).await
    });
    let now = Timestamp::now();
    let latches =
        policy.traffic.as_ref().map(|traffic| gates::latches(policy, traffic, &args.gates)).unwrap_or_default();
    let survey = Survey { names: names(policy), latches, ..seen };
    Ok(Readiness::of(policy, &survey, now))
}

fn names(policy: &Policy) -> Seen<Vec<NameFault>> {
    let Some(traffic) = &policy.traffic else { return Seen::Known(Vec::new()) };
    match crate::traffic::faults(policy, traffic) {
        Ok(faults) => {
            let faults = faults.into_iter().map(|fault| NameFault { at: fault.at, problem: fault.problem });
            Seen::Known(faults.collect())
        }
        Err(failure) => {
            let asked = "route53:ListResourceRecordSets and route53:GetHealthCheck".to_owned();
            Seen::Unseen(Unseen { why: Why::Refused, asked, detail: failure.problem })
        }
    }
}
