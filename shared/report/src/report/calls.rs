//! The AWS calls that entries tell of. Looks are not entries, so they are not here, unless one showed something.

use jiff::Timestamp;
use serde::Serialize;
use understudy_engine::{CameTo, Entry, Lever, PhaseName, Seq, What};

/// A call, and what the entry says of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AwsCall {
    pub seq: Seq,
    pub at: Timestamp,
    pub call: &'static str,
    pub told: String,
}

const PROMOTE: &str = "rds:PromoteReadReplica";
const DESCRIBE: &str = "rds:DescribeDBInstances";

pub(super) fn of(entry: &Entry) -> Option<AwsCall> {
    let call = call(&entry.what)?;
    let told = match &entry.what {
        What::Moved { .. } | What::Answered { .. } | What::Isolating { .. } | What::CreateAnswered { .. } => {
            entry.why()
        }
        What::Refused
        | What::Unheard { .. }
        | What::CalledAgain { .. }
        | What::Approved { .. }
        | What::SplitRisk { .. }
        | What::Lever(_)
        | What::Fenced
        | What::LeftCutOff { .. }
        | What::Acknowledged
        | What::BrokeGlass(_)
        | What::Reminded { .. }
        | What::Paused
        | What::Unpaused => format!("{}: {}", entry.what, entry.why()),
    };
    Some(AwsCall { seq: entry.id.seq, at: entry.at, call, told })
}

fn call(what: &What) -> Option<&'static str> {
    match what {
        What::Answered { .. } | What::Unheard { .. } | What::CalledAgain { .. } => Some(PROMOTE),
        What::Isolating { .. } => Some("rds:ModifyDBInstance"),
        What::CreateAnswered { .. } => Some("rds:CreateDBInstanceReadReplica"),
        What::Fenced => Some(DESCRIBE),
        What::Moved { to, .. } => match to {
            PhaseName::Verifying | PhaseName::Shifting | PhaseName::Rebuilt => Some(DESCRIBE),
            PhaseName::Watching
            | PhaseName::Suspected
            | PhaseName::AwaitingApproval
            | PhaseName::AwaitingVeto
            | PhaseName::Held
            | PhaseName::Fencing
            | PhaseName::Draining
            | PhaseName::Promoting
            | PhaseName::FailedOver
            | PhaseName::Rebuilding
            | PhaseName::Aborting
            | PhaseName::Stuck => None,
        },
        What::Lever(news) => match (news.came_to, news.lever) {
            (CameTo::Moved, Lever::MultiRegionAccessPoint) => Some("s3:GetMultiRegionAccessPointRoutes"),
            (CameTo::Moved, Lever::RoutingControls) => Some("route53-recovery-cluster:GetRoutingControlState"),
            (CameTo::Left { .. } | CameTo::GivenUp, _) => None,
        },
        What::Refused
        | What::Approved { .. }
        | What::SplitRisk { .. }
        | What::LeftCutOff { .. }
        | What::Acknowledged
        | What::BrokeGlass(_)
        | What::Reminded { .. }
        | What::Paused
        | What::Unpaused => None,
    }
}
