//! The real AWS CLI against a local cloud.

use crate::{LocalCloud, venv};
use serde_json::Value;
use std::process::Command;

/// Runs `aws` with the words given and returns what it prints.
///
/// # Panics
/// When the command fails.
#[must_use]
pub fn aws(cloud: &LocalCloud, region: &str, words: &str) -> Value {
    let mut command = Command::new(venv("aws"));
    // The CLI overlooks AWS_ENDPOINT_URL for SQS, and for RDS in us-east-1.
    let options = ["--region", region, "--output", "json", "--endpoint-url", &cloud.endpoint];
    let output = away_from_aws(command.args(words.split_whitespace()).args(options)).output();
    let output = output.expect("the AWS CLI runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "aws {words}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
}

/// Gives a command credentials that open nothing. Were an endpoint ever overlooked, its call would end at a proxy that is
/// not there, and not at AWS.
pub fn away_from_aws(command: &mut Command) -> &mut Command {
    command
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_EC2_METADATA_DISABLED", "true")
}
