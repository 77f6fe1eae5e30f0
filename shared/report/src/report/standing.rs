//! What became of an incident, in one sentence.

use super::decided::{Decided, Kind};
use super::phases::Span;
use super::split::SplitStanding;
use understudy_engine::PhaseName;

pub(super) fn headline(phases: &[Span], decisions: &[Decided]) -> String {
    let Some(Span { phase, why, .. }) = phases.last() else {
        return "No readable entry tells of a move between phases.".to_owned();
    };
    let Some(last) = decisions.iter().rev().find(|decision| decision.verified_at.is_some()) else {
        return format!("{phase}: {why}.");
    };
    let verb = match last.kind {
        Kind::Failover => "Failed over",
        Kind::Adoption => "A promotion that somebody else made was adopted: failed over",
        Kind::Switchover => "Switched over",
    };
    let route = last.from.as_ref().zip(last.to.as_ref()).map(|(from, to)| {
        let (from, to) = (&from.region, &to.region);
        format!(" from {from} to {to}")
    });
    let risk = match last.split_risk.standing {
        SplitStanding::Open => " Split risk is open: nothing has shown that the old writer takes no writes.",
        SplitStanding::Resolved => " Split risk is resolved: the old writer was proven fenced afterwards.",
        SplitStanding::Never => " The old writer was proven fenced before the promotion.",
        SplitStanding::NothingPromoted => "",
    };
    format!("{verb}{}; {}.{risk}", route.unwrap_or_default(), stands(*phase))
}

fn stands(standing: PhaseName) -> &'static str {
    match standing {
        PhaseName::Shifting => "clients are following",
        PhaseName::FailedOver => "there is no standby until one is rebuilt",
        PhaseName::Rebuilding => "a new replica is being created",
        PhaseName::Rebuilt => "there is a standby again",
        PhaseName::Watching => "the incident is closed",
        PhaseName::Suspected
        | PhaseName::AwaitingApproval
        | PhaseName::AwaitingVeto
        | PhaseName::Held
        | PhaseName::Fencing
        | PhaseName::Draining
        | PhaseName::Promoting
        | PhaseName::Verifying => "a further move is under way",
        PhaseName::Aborting => "a further move is being taken back",
        PhaseName::Stuck => "a further move is stuck, and a person is needed",
    }
}
