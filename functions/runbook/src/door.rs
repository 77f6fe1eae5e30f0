//! The doors: a Function URL, behind which AWS has checked who asks; a direct invocation, which tells nothing of its
//! caller; and the one of automations, which hear nothing but whether an invocation has failed.

mod automation;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};
use understudy_driver::{Caller, DeskRequest, RequestError};

pub(crate) use automation::Automated;

/// What came in, and by which door.
#[derive(Debug, PartialEq)]
pub(crate) enum Knock {
    Url(Result<(DeskRequest, Caller), Refusal>),
    Direct(Result<(DeskRequest, Caller), Refusal>),
    Automation(Result<Automated, Refusal>),
}

/// Why nobody is let in.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) error: String,
}

/// What of a Function URL's event, payload format 2.0, is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlEvent {
    request_context: RequestContext,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
struct RequestContext {
    http: Http,
    authorizer: Option<Authorizer>,
}

#[derive(Deserialize)]
struct Http {
    method: String,
}

#[derive(Deserialize)]
struct Authorizer {
    iam: Option<Iam>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Iam {
    user_arn: String,
}

pub(crate) fn open(payload: Value) -> Knock {
    if payload.get("requestContext").is_some() {
        return Knock::Url(by_url(payload));
    }
    let Value::Object(fields) = payload else {
        let problem = "it is something else".to_owned();
        return Knock::Direct(Err(RequestError::NoObject { problem }.into()));
    };
    if automation::knocks(&fields) {
        Knock::Automation(automation::read(fields))
    } else {
        Knock::Direct(directly(fields))
    }
}

fn by_url(payload: Value) -> Result<(DeskRequest, Caller), Refusal> {
    let event = UrlEvent::deserialize(payload)
        .map_err(|error| refusal(400, format!("no request of a Function URL: {error}")))?;
    let iam = event.request_context.authorizer.and_then(|authorizer| authorizer.iam);
    let Some(iam) = iam else {
        let error = "nobody has checked who asks: give the Function URL the auth type AWS_IAM, and sign the request";
        return Err(refusal(403, error.to_owned()));
    };
    let person = iam.user_arn.parse().map_err(|error| refusal(403, format!("the caller's ARN: {error}")))?;
    if event.request_context.http.method != "POST" {
        return Err(refusal(405, "send a request by POST, as a JSON object".to_owned()));
    }
    let body = event.body.unwrap_or_default();
    let body = if event.is_base64_encoded { decoded(&body)? } else { body };
    let (request, _by) = DeskRequest::read(&body)?;
    Ok((request, Caller::Verified(person)))
}

fn decoded(body: &str) -> Result<String, Refusal> {
    let bytes = BASE64_STANDARD.decode(body).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    bytes.ok_or_else(|| refusal(400, "the body is no text: send a JSON object in UTF-8".to_owned()))
}

fn directly(fields: Map<String, Value>) -> Result<(DeskRequest, Caller), Refusal> {
    let (request, by) = DeskRequest::of(fields)?;
    match by {
        Some(person) => Ok((request, Caller::Unverified(person))),
        None => Err(refusal(
            400,
            "by: it is missing: an invocation does not tell who makes it, so say who you are".to_owned(),
        )),
    }
}

fn refusal(status: u16, error: String) -> Refusal {
    Refusal { status, error }
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        let status = if let RequestError::TooLong { .. } = error { 413 } else { 400 };
        refusal(status, error.to_string())
    }
}

#[cfg(test)]
mod tests;
