//! Levers of traffic, by their five regional data-plane endpoints: one attempt at each, until one takes the request.

mod controls;
mod routes;

use crate::classify::Failure;
use crate::clients::Clients;
use aws_sdk_s3control::config::http::HttpResponse;
use aws_sdk_s3control::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use jiff::Timestamp;
use std::error::Error;
use understudy_engine::{Aim, LeverAct, LeverAnswer, LeverCall, LeverTrouble, Region};

/// What became of a request at one endpoint.
enum Asked {
    Answered(LeverAnswer),
    /// It certainly did not arrive, or only read: the next one is asked.
    InVain,
}

pub(crate) async fn pull(clients: &Clients, call: &LeverCall) -> LeverAnswer {
    let mut refusal = None;
    for region in &call.endpoints {
        if call.act == LeverAct::Set && Timestamp::now() >= call.not_after {
            break;
        }
        match (ask(clients, region, call).await, call.act) {
            (Asked::InVain, _) => {}
            // One endpoint may refuse a reading that another one answers.
            (Asked::Answered(LeverAnswer::Trouble(trouble)), LeverAct::Read) => {
                refusal.get_or_insert(trouble);
            }
            (Asked::Answered(answer), _) => return answer,
        }
    }
    LeverAnswer::Trouble(refusal.unwrap_or(LeverTrouble::Unreachable))
}

async fn ask(clients: &Clients, region: &Region, call: &LeverCall) -> Asked {
    match (&call.aim, call.act) {
        (Aim::Routes { point, on, off }, LeverAct::Read) => routes::read(clients, region, point, on, off).await,
        (Aim::Routes { point, on, off }, LeverAct::Set) => routes::set(clients, region, point, on, off).await,
        (Aim::Controls { endpoints, on, off }, act) => {
            let Some(endpoint) = endpoints.get(region) else { return Asked::InVain };
            let client = clients.cluster(region, endpoint);
            match act {
                LeverAct::Read => controls::read(&client, on, off).await,
                LeverAct::Set => controls::set(&client, on, off).await,
            }
        }
    }
}

/// What a request that only reads came to: wherever it may be answered better, the next endpoint is asked.
fn unread<E>(error: &SdkError<E, HttpResponse>, missing: bool) -> Asked
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    tracing::warn!(error = %DisplayErrorContext(error), "a lever could not be read");
    if missing {
        return Asked::Answered(LeverAnswer::Trouble(LeverTrouble::Missing));
    }
    match Failure::of(error) {
        Failure::Denied { .. } => Asked::Answered(LeverAnswer::Trouble(LeverTrouble::Denied)),
        Failure::Answered { .. } if is_conflict(error) => Asked::InVain,
        Failure::Answered { .. } => Asked::Answered(LeverAnswer::Trouble(LeverTrouble::Refused)),
        Failure::Throttled | Failure::Ambiguous { .. } => Asked::InVain,
    }
}

/// What a request that was to change something came to.
fn unset<E>(error: &SdkError<E, HttpResponse>, missing: bool) -> Asked
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    tracing::warn!(error = %DisplayErrorContext(error), "a lever could not be set");
    if never_left(error) {
        return Asked::InVain;
    }
    let trouble = match Failure::of(error) {
        Failure::Throttled => LeverTrouble::Throttled,
        Failure::Denied { .. } => LeverTrouble::Denied,
        Failure::Answered { .. } if is_conflict(error) => LeverTrouble::Conflicting,
        Failure::Answered { .. } if missing => LeverTrouble::Missing,
        Failure::Answered { .. } => LeverTrouble::Refused,
        Failure::Ambiguous { .. } => LeverTrouble::Unanswered,
    };
    Asked::Answered(LeverAnswer::Trouble(trouble))
}

/// Whether it came while another request for the same lever was being carried out.
fn is_conflict<E>(error: &SdkError<E, HttpResponse>) -> bool {
    error.raw_response().is_some_and(|response| response.status().as_u16() == 409)
}

/// Whether no connection came about: no address, nobody there, no TLS. Only the time to connect is bounded below the
/// operation, so that a timeout of the connector is one of connecting.
fn never_left<E>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => true,
        SdkError::DispatchFailure(failure) => {
            failure.is_timeout() || failure.as_connector_error().is_some_and(|error| is_of_connecting(error))
        }
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) | SdkError::ServiceError(_) => false,
        _ => false,
    }
}

fn is_of_connecting(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(|error| error.is_connect()) {
            return true;
        }
        cause = error.source();
    }
    false
}
