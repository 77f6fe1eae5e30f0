//! Deciding: made once, with a new epoch.

use super::Step;
use super::draft::Draft;
use crate::assessment::Assessment;
use crate::edge::Why;
use crate::fence::Fence;
use crate::journal::Who;
use crate::name::{Epoch, Person};
use crate::order::BrokenGlass;
use crate::phase::{Decision, Fencing, Kind, Phase, PromotedBy, Rebuilt, Verifying};
use crate::state::Cooldown;
use crate::suspicion::Suspicion;

/// The decision. Promoting is not intended yet: the old writer is cut off first, if it can be.
pub(super) fn decide(
    mut draft: Draft<'_>,
    suspicion: Suspicion,
    assessment: Assessment,
    approved_by: Vec<Person>,
    why: Why,
) -> Step {
    let decision = Decision {
        approved_by,
        lag: suspicion.candidate.as_ref().and_then(|seen| seen.sight.lag()),
        assessment: Some(assessment.clone()),
        ..new_failover(&mut draft, &suspicion)
    };
    let incident = decision.incident.clone();
    let fence = draft.policy.fence_group(&decision.writer.region());
    let deadline = fence.map_or(draft.now, |_| draft.policy.windows.fence_seconds.after(draft.now));
    let phase = Phase::Fencing(Fencing { decision, deadline });
    draft.advance(phase, why, Who::Conductor, &incident, Some(assessment))
}

/// A person goes on from a promotion that somebody else made. What that one wrote down comes before it.
pub(super) fn adopt(mut draft: Draft<'_>, suspicion: &Suspicion, by: &Person, glass: Option<&BrokenGlass>) -> Step {
    let decision = Decision { approved_by: vec![by.clone()], ..new_failover(&mut draft, suspicion) };
    let incident = decision.incident.clone();
    if let Some(glass) = glass {
        draft.note_glass(by, &incident, glass);
    }
    let phase = Phase::Verifying(Verifying {
        decision,
        promoted_by: PromotedBy::SomebodyElse,
        deadline: draft.policy.windows.verify_seconds.after(draft.now),
        polled_at: None,
    });
    draft.advance(phase, Why::Adopted, Who::Person(by.clone()), &incident, None)
}

/// A person sends the writer to the replica that was rebuilt. Cutting the present writer off is not
/// optional here: without it something could be lost.
pub(super) fn switch_over(mut draft: Draft<'_>, phase: &Rebuilt, by: &Person) -> Step {
    let last = &phase.after.decision;
    let mut from = phase.clone();
    // One step back is enough to return to; a chain of them would outgrow the record.
    from.after.decision.kind = Kind::Failover;
    let epoch = open_epoch(&mut draft);
    let decision = Decision {
        kind: Kind::Switchover { from: Box::new(from) },
        incident: last.incident.clone(),
        epoch,
        writer: last.replica.clone(),
        replica: phase.replica.clone(),
        suspected_at: draft.now,
        decided_at: draft.now,
        lag: None,
        approved_by: vec![by.clone()],
        assessment: None,
        fence: Fence::open(),
    };
    let incident = decision.incident.clone();
    let deadline = draft.policy.windows.drain_seconds.after(draft.now);
    let phase = Phase::Fencing(Fencing { decision, deadline });
    draft.advance(phase, Why::SwitchoverOrdered, Who::Person(by.clone()), &incident, None)
}

fn new_failover(draft: &mut Draft<'_>, suspicion: &Suspicion) -> Decision {
    let epoch = open_epoch(draft);
    Decision {
        kind: Kind::Failover,
        incident: suspicion.incident.clone(),
        epoch,
        writer: draft.policy.database.writer.clone(),
        replica: draft.policy.database.replica.clone(),
        suspected_at: suspicion.opened_at,
        decided_at: draft.now,
        lag: None,
        approved_by: Vec::new(),
        assessment: None,
        fence: Fence::open(),
    }
}

/// A new epoch, and the cooldown that goes with it.
fn open_epoch(draft: &mut Draft<'_>) -> Epoch {
    draft.next.epoch = draft.before.epoch.next();
    let until = draft.policy.windows.cooldown_seconds.after(draft.now);
    draft.next.cooldown = Some(Cooldown { until, acknowledged_by: None });
    draft.next.epoch
}
