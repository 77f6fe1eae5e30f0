//! The calls to AWS that an effect is.

use super::PlannedCall;
use std::collections::BTreeMap;
use understudy_engine::{
    Aim, CreateReplica, DbInstanceArn, Effect, FenceAct, FenceCall, LeverAct, LeverCall, Look, Policy, Region,
    SecurityGroup,
};

pub(super) fn of(effect: &Effect, policy: &Policy) -> Vec<PlannedCall> {
    match effect {
        Effect::Look(look) => looked(look),
        Effect::Admit(_) => {
            let region = policy.regions.standby.clone();
            vec![changing("dynamodb", "UpdateItem", region, "the storm breaker's item", "one more promotion this hour")]
        }
        Effect::Fence(call) => vec![fenced(call)],
        Effect::Promote(call) => vec![changing("rds", "PromoteReadReplica", call.replica.region(), &call.replica, "")],
        Effect::ReadBack { replica, .. } => vec![described(replica)],
        Effect::Create(create) => created(create),
        Effect::Lever(call) => pulled(call),
    }
}

fn looked(look: &Look) -> Vec<PlannedCall> {
    let mut voters: BTreeMap<Region, usize> = BTreeMap::new();
    for alarm in look.alarms.values() {
        *voters.entry(alarm.region()).or_default() += 1;
    }
    let alarms = voters.into_iter().map(|(region, count)| {
        let alarms = if count == 1 { "1 alarm".to_owned() } else { format!("{count} alarms") };
        reading("cloudwatch", "DescribeAlarms", region, &alarms)
    });
    let region = look.candidate.region();
    let lag = reading("cloudwatch", "GetMetricStatistics", region, &format!("ReplicaLag of {}", look.candidate));
    alarms.chain([described(&look.candidate), lag]).collect()
}

fn fenced(call: &FenceCall) -> PlannedCall {
    let region = call.writer.region();
    match &call.act {
        FenceAct::Describe => described(&call.writer),
        FenceAct::Isolate { group } => {
            changing("rds", "ModifyDBInstance", region, &call.writer, &format!("security groups: {group} alone"))
        }
        FenceAct::Restart => {
            changing("rds", "RebootDBInstance", region, &call.writer, "ends the connections that stand")
        }
        FenceAct::Restore { groups } => {
            let groups = groups.iter().map(SecurityGroup::as_str).collect::<Vec<_>>().join(", ");
            changing("rds", "ModifyDBInstance", region, &call.writer, &format!("security groups: its own, {groups}"))
        }
    }
}

fn created(create: &CreateReplica) -> Vec<PlannedCall> {
    let detail = format!("a replica of {}, made like {}", create.source, create.like);
    let region = create.replica.region();
    vec![described(&create.like), changing("rds", "CreateDBInstanceReadReplica", region, &create.replica, &detail)]
}

fn pulled(call: &LeverCall) -> Vec<PlannedCall> {
    let Some(region) = call.endpoints.first().cloned() else { return Vec::new() };
    let call = match (&call.aim, call.act) {
        (Aim::Routes { point, .. }, LeverAct::Read) => {
            reading("s3", "GetMultiRegionAccessPointRoutes", region, &point.to_string())
        }
        (Aim::Routes { point, on, off }, LeverAct::Set) => {
            let detail = format!("{} of {} to 100, {} of {} to 0", on.1, on.0, off.1, off.0);
            changing("s3", "SubmitMultiRegionAccessPointRoutes", region, point, &detail)
        }
        (Aim::Controls { on, .. }, LeverAct::Read) => {
            reading("route53-recovery-cluster", "GetRoutingControlState", region, &on.to_string())
        }
        (Aim::Controls { on, off, .. }, LeverAct::Set) => {
            let detail = format!("on; in the same call {off} off");
            changing("route53-recovery-cluster", "UpdateRoutingControlStates", region, on, &detail)
        }
    };
    vec![call]
}

fn described(instance: &DbInstanceArn) -> PlannedCall {
    reading("rds", "DescribeDBInstances", instance.region(), &instance.to_string())
}

fn reading(service: &str, operation: &str, region: Region, resource: &str) -> PlannedCall {
    let (service, operation, resource) = (service.to_owned(), operation.to_owned(), resource.to_owned());
    PlannedCall { service, operation, region, resource, detail: String::new(), changes: false }
}

fn changing(
    service: &str,
    operation: &str,
    region: Region,
    resource: &(impl ToString + ?Sized),
    detail: &str,
) -> PlannedCall {
    let (detail, changes) = (detail.to_owned(), true);
    PlannedCall { detail, changes, ..reading(service, operation, region, &resource.to_string()) }
}
