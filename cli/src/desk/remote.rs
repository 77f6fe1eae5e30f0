//! The runbook of an account, by its Function URL: one signed request, never repeated by itself.

use crate::failure::Failure;
use aws_config::BehaviorVersion;
use aws_config::meta::region::RegionProviderChain;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::Value;
use std::time::{Duration, SystemTime};
use understudy_driver::{DeskRequest, Told};

const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

/// Longer than the runbook may run, so that a late answer is still heard.
const ANSWER_PATIENCE: Duration = Duration::from_secs(35);

pub(super) fn ask(url: &str, request: &DeskRequest) -> Result<Told, Failure> {
    let url = checked(url)?;
    let body = request.to_json()?.to_string();
    let signed = signature(url, &body)?;
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(CONNECT_PATIENCE))
        .timeout_global(Some(ANSWER_PATIENCE));
    // A proxy of the environment is for what is far away.
    let config = if url.starts_with("http://") { config.proxy(None) } else { config };
    let agent = ureq::Agent::new_with_config(config.build());
    let mut post = agent.post(url).header("content-type", "application/json");
    for (name, value) in &signed {
        post = post.header(name, value);
    }
    let mut answer = post.send(body.as_str()).map_err(|error| unheard(&error, request))?;
    let status = answer.status().as_u16();
    let text = answer.body_mut().read_to_string().map_err(|error| unheard(&error, request))?;
    read(status, &text)
}

/// A URL with nothing behind its host: what is signed is what is sent.
fn checked(url: &str) -> Result<&str, Failure> {
    let url = url.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://127.0.0.1:").map(|_| "127.0.0.1"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', ' ']) => Ok(url),
        Some(_) | None => Err(Failure {
            problem: format!("{url:?} is no Function URL"),
            mend: "name it as Terraform shows it: https://ID.lambda-url.REGION.on.aws".to_owned(),
        }),
    }
}

/// The Region that the URL's host names; none for a local one.
fn region(url: &str) -> Option<String> {
    let (_, behind) = url.split_once(".lambda-url.")?;
    behind.split_once('.').map(|(region, _)| region.to_owned())
}

fn signature(url: &str, body: &str) -> Result<Vec<(String, String)>, Failure> {
    let (credentials, region) = credentials(region(url))?;
    let identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&region)
        .name("lambda")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| unsigned(&error))?;
    let headers = std::iter::once(("content-type", "application/json"));
    let address = format!("{url}/");
    let request = SignableRequest::new("POST", &address, headers, SignableBody::Bytes(body.as_bytes()))
        .map_err(|error| unsigned(&error))?;
    let (instructions, _) = sign(request, &params.into()).map_err(|error| unsigned(&error))?.into_parts();
    Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// By the standard chain: environment, profile, single sign-on, container, instance.
fn credentials(region: Option<String>) -> Result<(Credentials, String), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let chain = RegionProviderChain::first_try(region.map(aws_config::Region::new))
            .or_default_provider()
            .or_else(aws_config::Region::new("us-east-1"));
        let config = aws_config::defaults(BehaviorVersion::latest()).region(chain).load().await;
        let region = config.region().map_or("us-east-1".to_owned(), ToString::to_string);
        let mend = "sign in, as with `aws sso login`, or name a profile with AWS_PROFILE";
        let failure = |problem: String| Failure { problem, mend: mend.to_owned() };
        let provider = config.credentials_provider().ok_or_else(|| failure("there are no AWS credentials".into()))?;
        let found = provider.provide_credentials().await;
        Ok((found.map_err(|error| failure(format!("there are no AWS credentials: {}", chained(&error))))?, region))
    })
}

fn read(status: u16, text: &str) -> Result<Told, Failure> {
    let body: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    if status == 200 || status == 409 {
        return serde_json::from_value(body).map_err(|error| Failure {
            problem: format!("the answer is not what this release reads: {error}"),
            mend: "use the command line of the release that is deployed; see `status` for what was entered".to_owned(),
        });
    }
    let said = body.get("error").or_else(|| body.get("Message")).and_then(Value::as_str).unwrap_or("nothing");
    let mend = match status {
        403 => {
            "allow your role lambda:InvokeFunctionUrl and lambda:InvokeFunction on the runbook, in both its own policy and yours"
        }
        404 => "correct --application or the URL: this table has no such application",
        400 | 405 | 413 => "use the command line of the release that is deployed",
        429 | 502..=504 => "nothing is known of it: see `status`, and order again what is not entered",
        _ => "read the runbook's log; see `status` for what was entered",
    };
    Err(Failure { problem: format!("the runbook answered {status}: {said}"), mend: mend.to_owned() })
}

fn unheard(error: &ureq::Error, request: &DeskRequest) -> Failure {
    let mend = if request.execute {
        "nothing is known of it: see `status` before you order again"
    } else {
        "check the URL and the network; the runbook of another Region may answer"
    };
    Failure { problem: format!("the runbook was not heard: {error}"), mend: mend.to_owned() }
}

fn unsigned(error: &dyn std::error::Error) -> Failure {
    Failure {
        problem: format!("the request cannot be signed: {}", chained(error)),
        mend: "check the URL and the credentials".to_owned(),
    }
}

/// An error with those that caused it.
fn chained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_one_of_a_function_and_names_its_region() {
        let url = checked("https://abc.lambda-url.us-west-2.on.aws/").unwrap();
        assert_eq!((url, region(url).as_deref()), ("https://abc.lambda-url.us-west-2.on.aws", Some("us-west-2")));
        let local = checked("http://127.0.0.1:4510").unwrap();
        assert_eq!(region(local), None);
        for url in ["", "http://example.com", "https://", "https://a.on.aws/path", "https://a b", "ftp://a"] {
            assert!(checked(url).is_err(), "{url}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_what_to_do() {
        for (status, text, mend) in [
            (403, r#"{"Message":"Forbidden"}"#, "InvokeFunctionUrl"),
            (404, r#"{"error":"there is no application"}"#, "--application"),
            (503, r#"{"error":"the table is not available"}"#, "see `status`"),
            (502, "Internal Server Error", "see `status`"),
            (200, "{}", "the release that is deployed"),
        ] {
            let failure = read(status, text).unwrap_err();
            assert!(failure.mend.contains(mend), "{status}: {failure}");
        }
    }
}
