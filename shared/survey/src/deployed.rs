//! Understudy's own functions and queues, where the file wants them.

use crate::account::{Account, Asked};
use aws_sdk_sqs::types::QueueAttributeName;
use std::collections::{BTreeMap, BTreeSet};
use tokio::task::JoinSet;
use understudy_engine::{EvidenceClass, Mode, Policy, Region};
use understudy_readiness::{FunctionAt, Seen};

/// What decides, in the standby Region.
const DECIDES: [&str; 3] = ["intake", "conductor", "notify"];

/// Where which function has to be.
fn wanted(policy: &Policy) -> BTreeSet<(Region, &'static str)> {
    let asks = policy.mode == Mode::Approve || policy.voters.iter().any(|voter| voter.class == EvidenceClass::Operator);
    let standby = DECIDES.into_iter().chain(asks.then_some("runbook"));
    let standby = standby.map(|name| (policy.regions.standby.clone(), name));
    let gates = policy.traffic.iter().flat_map(|traffic| traffic.gates.keys().map(|region| (region.clone(), "gate")));
    let probing = policy.voters.iter().filter(|voter| voter.source.probe().is_some());
    let probes = probing.map(|voter| (voter.source.region(), "probe"));
    standby.chain(gates).chain(probes).collect()
}

/// Where anything of Understudy's has to be.
pub(crate) fn regions(policy: &Policy) -> BTreeSet<Region> {
    wanted(policy).into_iter().map(|(region, _)| region).collect()
}

pub(crate) async fn functions(
    account: &Account,
    policy: &Policy,
    prefix: &str,
) -> BTreeMap<FunctionAt, Seen<Option<u32>>> {
    let mut reads = JoinSet::new();
    for (region, function) in wanted(policy) {
        let (client, name) = (account.lambda(&region), format!("{prefix}-{function}"));
        reads.spawn(async move {
            let asked = Asked { action: "lambda:GetFunctionConcurrency", region: region.as_str() };
            let seen = match client.get_function_concurrency().function_name(&name).send().await {
                Err(error) => asked.failed(&error),
                Ok(answer) => {
                    Seen::Known(answer.reserved_concurrent_executions().and_then(|count| u32::try_from(count).ok()))
                }
            };
            (FunctionAt { region, name }, seen)
        });
    }
    reads.join_all().await.into_iter().collect()
}

pub(crate) async fn dead_letters(
    account: &Account,
    regions: &BTreeSet<Region>,
    prefix: &str,
) -> BTreeMap<Region, Seen<u64>> {
    let mut reads = JoinSet::new();
    for region in regions {
        let (client, region, name) = (account.sqs(region), region.clone(), format!("{prefix}-dead-letters"));
        reads.spawn(async move { (region.clone(), waiting(&client, &region, &name).await) });
    }
    reads.join_all().await.into_iter().collect()
}

async fn waiting(client: &aws_sdk_sqs::Client, region: &Region, name: &str) -> Seen<u64> {
    let asked = Asked { action: "sqs:GetQueueUrl", region: region.as_str() };
    let url = match client.get_queue_url().queue_name(name).send().await {
        Err(error) => return asked.failed(&error),
        Ok(answer) => answer.queue_url.unwrap_or_default(),
    };
    let asked = Asked { action: "sqs:GetQueueAttributes", region: region.as_str() };
    let count = QueueAttributeName::ApproximateNumberOfMessages;
    match client.get_queue_attributes().queue_url(url).attribute_names(count.clone()).send().await {
        Err(error) => asked.failed(&error),
        Ok(answer) => {
            let count = answer.attributes().and_then(|all| all.get(&count)?.parse().ok());
            count.map_or_else(|| asked.absent(), Seen::Known)
        }
    }
}
