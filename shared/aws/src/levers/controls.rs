//! Routing controls: one is turned on and the other off in one request, which the cluster carries out as a whole or
//! not at all, so that a safety rule sees the two together. None is ever overridden.

use super::{Asked, unread, unset};
use aws_sdk_route53recoverycluster::Client;
use aws_sdk_route53recoverycluster::error::ProvideErrorMetadata;
use aws_sdk_route53recoverycluster::operation::update_routing_control_states::UpdateRoutingControlStatesError;
use aws_sdk_route53recoverycluster::types::{RoutingControlState, UpdateRoutingControlStateEntry};
use understudy_engine::{LeverAnswer, LeverTrouble, RoutingControlArn};

pub(super) async fn read(client: &Client, on: &RoutingControlArn, off: &RoutingControlArn) -> Asked {
    // Both at once: five endpoints that hang leave no time for one after the other.
    let (on, off) = tokio::join!(is_on(client, on), is_on(client, off));
    match (on, off) {
        (Ok(on), Ok(off)) => Asked::Answered(LeverAnswer::Seen { on, off }),
        (Err(asked), _) | (Ok(_), Err(asked)) => asked,
    }
}

async fn is_on(client: &Client, control: &RoutingControlArn) -> Result<bool, Asked> {
    match client.get_routing_control_state().routing_control_arn(control.as_str()).send().await {
        Ok(answer) => Ok(*answer.routing_control_state() == RoutingControlState::On),
        Err(error) => {
            let missing = error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception());
            Err(unread(&error, missing))
        }
    }
}

pub(super) async fn set(client: &Client, on: &RoutingControlArn, off: &RoutingControlArn) -> Asked {
    let states = [(on, RoutingControlState::On), (off, RoutingControlState::Off)];
    let entries: Result<Vec<_>, _> = states
        .into_iter()
        .map(|(control, state)| {
            let entry = UpdateRoutingControlStateEntry::builder().routing_control_arn(control.as_str());
            entry.routing_control_state(state).build()
        })
        .collect();
    let Ok(entries) = entries else { return Asked::Answered(LeverAnswer::Trouble(LeverTrouble::Refused)) };
    let call = client.update_routing_control_states().set_update_routing_control_state_entries(Some(entries));
    let Err(error) = call.send().await else { return Asked::Answered(LeverAnswer::Accepted) };
    match error.as_service_error() {
        Some(UpdateRoutingControlStatesError::EndpointTemporarilyUnavailableException(_)) => {
            tracing::warn!("a cluster endpoint is unavailable and names another one to be asked");
            Asked::InVain
        }
        Some(refused) if is_safety_rule(refused) => {
            tracing::warn!(error = %refused, "a safety rule forbids the routing controls to be set");
            Asked::Answered(LeverAnswer::Trouble(LeverTrouble::SafetyRule))
        }
        Some(UpdateRoutingControlStatesError::ConflictException(_)) => {
            tracing::warn!("the routing controls are being changed by somebody else");
            Asked::Answered(LeverAnswer::Trouble(LeverTrouble::Conflicting))
        }
        missing => unset(&error, missing.is_some_and(|error| error.is_resource_not_found_exception())),
    }
}

/// The model has no error of its own for a safety rule, so it shows in the message alone. A conflict without one is two
/// requests at a time.
fn is_safety_rule(error: &UpdateRoutingControlStatesError) -> bool {
    error.message().is_some_and(|message| message.to_ascii_lowercase().contains(" rule"))
}
