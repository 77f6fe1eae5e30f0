//! What happened, and what Understudy did about it or refused, in plain words.

use crate::ledger::Record;
use understudy_engine::{CameTo, Entry, HeldReason, Needs, Phase, PhaseName, What};

/// What happened, in one sentence.
pub(super) fn happened(record: &Record, entry: &Entry) -> String {
    match &entry.what {
        What::Moved { why, .. } => why.sentence().to_owned(),
        What::Refused => "a promotion was weighed and refused".to_owned(),
        What::SplitRisk { .. } if is_repeated(record, entry) => {
            "told again: the old writer may still take writes beside the new one".to_owned()
        }
        What::SplitRisk { .. } => "the old writer may still take writes beside the new one".to_owned(),
        What::Reminded { phase, .. } => format!("told again: it is still {phase}, and waits for a person"),
        What::Answered { .. }
        | What::Unheard { .. }
        | What::CalledAgain { .. }
        | What::Approved { .. }
        | What::Isolating { .. }
        | What::Lever(_)
        | What::Fenced
        | What::LeftCutOff { .. }
        | What::Acknowledged
        | What::BrokeGlass(_)
        | What::CreateAnswered { .. }
        | What::Paused
        | What::Unpaused => entry.what.to_string(),
    }
}

/// Whether people were told the same before, and nothing has changed since.
pub(super) fn is_repeated(record: &Record, entry: &Entry) -> bool {
    match &entry.what {
        What::Reminded { .. } => true,
        What::Moved { from, to, .. } => from == to && *to == PhaseName::AwaitingApproval,
        What::SplitRisk { .. } => {
            if let Phase::FailedOver(phase) = &record.state.phase {
                entry.at > phase.since
            } else {
                false
            }
        }
        What::Refused
        | What::Answered { .. }
        | What::Unheard { .. }
        | What::CalledAgain { .. }
        | What::Approved { .. }
        | What::Isolating { .. }
        | What::Lever(_)
        | What::Fenced
        | What::LeftCutOff { .. }
        | What::Acknowledged
        | What::BrokeGlass(_)
        | What::CreateAnswered { .. }
        | What::Paused
        | What::Unpaused => false,
    }
}

/// What Understudy did about it, or did not do.
pub(super) fn did(entry: &Entry) -> &'static str {
    match &entry.what {
        What::Moved { to, needs, .. } => of_phase(*to, needs.as_ref()),
        What::Reminded { phase, needs } => of_phase(*phase, needs.as_ref()),
        What::Refused => "It has promoted nothing, and goes on weighing.",
        What::Answered { .. } => "It reads back what has come of the call, and calls nothing else meanwhile.",
        What::Unheard { .. } => "It calls nothing, and reads back whether that call has arrived.",
        What::CalledAgain { .. } => "It calls once more under the same epoch, so that nothing is promoted twice.",
        What::Approved { .. } => "It has written the approval down, and promotes once there are enough.",
        What::Isolating { .. } => "It replaces the old writer's security groups by the one that admits nobody.",
        What::SplitRisk { .. } => "It goes on trying to cut the old writer off, and keeps traffic off its Region.",
        What::Lever(news) => match news.came_to {
            CameTo::Moved => "It has read the lever back, and leaves it so.",
            CameTo::Left { .. } => "It goes on trying: the failover does not wait for it.",
            CameTo::GivenUp => "It leaves the lever as it is: set it by hand.",
        },
        What::Fenced => "It leaves the old writer cut off: there is no split risk any more.",
        What::LeftCutOff { .. } => "It leaves the old writer cut off, and does nothing more to it.",
        What::BrokeGlass(_) => "It has written that down, and looks at the promoted database before anything else.",
        What::Acknowledged => "It has written that down, and keeps the latch as it is.",
        What::CreateAnswered { .. } => "It looks whether the new replica comes up.",
        What::Paused => "It begins nothing new, and only reads back what is in flight.",
        What::Unpaused => "It weighs and acts again as its mode allows.",
    }
}

fn of_phase(phase: PhaseName, needs: Option<&Needs>) -> &'static str {
    match phase {
        PhaseName::Watching => "Nothing is under way any more, and it goes on watching.",
        PhaseName::Suspected => "It has done nothing, and holds the evidence against every rule.",
        PhaseName::AwaitingApproval => "It has promoted nothing, and waits for the answer.",
        PhaseName::AwaitingVeto => "It has promoted nothing yet, and does so when the veto window is over.",
        PhaseName::Held => match needs {
            Some(Needs::Held(HeldReason::PromotedElsewhere)) => {
                "It has moved no traffic: that promotion was not its own."
            }
            Some(Needs::Held(_) | Needs::Answer(_) | Needs::Stuck(_)) | None => {
                "It has promoted nothing, and nothing irreversible was done."
            }
        },
        PhaseName::Fencing => "It has decided, and cuts the old writer off as far as it can be reached in time.",
        PhaseName::Draining => "It has cut the old writer off, and waits until the replica has everything.",
        PhaseName::Promoting => "It calls for the promotion, and reads back what comes of it.",
        PhaseName::Verifying => "It looks whether the promoted database is available, and moves no traffic before.",
        PhaseName::Shifting => "It has latched traffic off the old Region, and waits for clients to follow.",
        PhaseName::FailedOver => "The roles are swapped and traffic is latched. There is no standby.",
        PhaseName::Rebuilding => "It creates a new replica of the present writer.",
        PhaseName::Rebuilt => "There is a standby again. It goes nowhere without a person's word.",
        PhaseName::Aborting => {
            "It calls nothing any more, waits out what may be in flight, and opens the old writer again."
        }
        PhaseName::Stuck => "It calls nothing any more, and looks whether the promotion was done after all.",
    }
}
