//! One local cloud: its process, and its control API.

use crate::{binaries, root, venv};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use understudy_driver::application_items;
use understudy_engine::Policy;

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(180);

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// How many of the conductor's last lines a failed test shows.
const LAST_LINES: usize = 12;

pub struct LocalCloud {
    process: Child,
    pub endpoint: String,
    _application: tempfile::NamedTempFile,
}

/// What a test may want otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether the three functions run and are wired.
    pub functions: bool,
    /// How often each event is delivered.
    pub copies: u32,
    pub promote_seconds: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { functions: true, copies: 1, promote_seconds: 3.0 }
    }
}

/// What happens to a call, or to its reply.
#[derive(Debug, Clone)]
pub struct Fault {
    /// `*` stands for every one, also as an action.
    pub service: &'static str,
    pub action: &'static str,
    /// Where; none is everywhere.
    pub region: Option<&'static str>,
    pub body_contains: Option<&'static str>,
    /// How often; none is for ever.
    pub times: Option<u32>,
    pub effect: Value,
}

impl LocalCloud {
    /// Starts a cloud in which the application of the policy is on the stage.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(policy: &Policy, options: Options) -> Self {
        let mut application = tempfile::NamedTempFile::new().expect("a temporary file");
        let items = json!({ "items": application_items(policy).expect("a policy is JSON") });
        write!(application, "{items}").expect("the items are written");
        let mut command = Command::new(venv("python"));
        command
            .current_dir(root())
            .env("PYTHONPATH", "tests")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .args(["-m", "cloud", "--until-stdin-closes", "--tick-seconds", "2", "--shuffle-seed", "7"])
            .args(["--copies", &options.copies.to_string()])
            .args(["--promote-seconds", &options.promote_seconds.to_string()])
            .arg("--application")
            .arg(application.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if options.functions {
            command.arg("--functions").arg(binaries());
        }
        let mut process = command.spawn().expect("the local cloud starts");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("its output is piped");
        BufReader::new(stdout).read_line(&mut line).expect("its output is text");
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the local cloud says {line:?}"));
        let endpoint = ready["endpoint"].as_str().expect("it says where it is").to_owned();
        Self { process, endpoint, _application: application }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/_cloud/{path}", self.endpoint)
    }

    /// # Panics
    /// When the control API does not answer.
    #[must_use]
    pub fn get(&self, path: &str) -> Value {
        let mut answer = ureq::get(self.url(path)).call().unwrap_or_else(|error| panic!("GET {path}: {error}"));
        answer.body_mut().read_json().expect("the control API answers JSON")
    }

    /// # Panics
    /// When the control API does not take it.
    #[expect(clippy::needless_pass_by_value, reason = "callers write the body in place")]
    pub fn post(&self, path: &str, body: Value) -> Value {
        let answer = ureq::post(self.url(path)).send_json(&body);
        let mut answer = answer.unwrap_or_else(|error| panic!("POST {path} {body}: {error}"));
        answer.body_mut().read_json().expect("the control API answers JSON")
    }

    /// A call to DynamoDB without the AWS CLI, for conditions that are looked at again and again.
    ///
    /// # Panics
    /// When it is not answered.
    #[must_use]
    pub fn dynamodb(&self, action: &str, region: &str, request: &Value) -> Value {
        let scope = format!("AWS4-HMAC-SHA256 Credential=test/20260301/{region}/dynamodb/aws4_request");
        let call = ureq::post(&self.endpoint)
            .header("Authorization", format!("{scope}, SignedHeaders=host, Signature=none"))
            .header("X-Amz-Target", format!("DynamoDB_20120810.{action}"))
            .content_type("application/x-amz-json-1.0");
        let mut answer = call.send(request.to_string()).unwrap_or_else(|error| panic!("{action}: {error}"));
        answer.body_mut().read_json().expect("DynamoDB answers JSON")
    }

    /// The requests that came in, by service and action.
    #[must_use]
    pub fn requests(&self, service: &str, action: &str) -> Vec<Value> {
        list(&self.get(&format!("requests?service={service}&action={action}")), "requests")
    }

    /// Every request that came in, of whichever service.
    #[must_use]
    pub fn all_requests(&self) -> Vec<Value> {
        list(&self.get("requests"), "requests")
    }

    /// Those promote calls that reached RDS.
    #[must_use]
    pub fn promote_calls(&self) -> usize {
        self.requests("rds", "PromoteReadReplica").len()
    }

    /// Puts a fault in the way of calls to come, and returns its id.
    ///
    /// # Panics
    /// When the control API does not take it.
    #[must_use]
    pub fn fault(&self, fault: &Fault) -> String {
        let mut body = json!({
            "service": fault.service, "action": fault.action, "times": fault.times, "effect": fault.effect,
        });
        let narrower = [("region", fault.region), ("body_contains", fault.body_contains)];
        for (field, text) in narrower.into_iter().filter_map(|(field, text)| Some((field, text?))) {
            body[field] = text.into();
        }
        self.post("faults", body)["id"].as_str().expect("a fault has an id").to_owned()
    }

    /// Waits until a fault holds a call.
    pub fn await_held(&self, id: &str) {
        await_until("a call is held", || self.get(&format!("faults/{id}"))["holding"].as_u64() > Some(0));
    }

    /// Invokes a function and waits for its answer.
    #[expect(clippy::needless_pass_by_value, reason = "callers write the payload in place")]
    pub fn invoke(&self, function: &str, payload: Value) -> Value {
        self.post("invoke", json!({"function": function, "payload": payload, "kind": "request"}))
    }

    /// The invocations of a function that have ended, with their status.
    #[must_use]
    pub fn invocations(&self, function: &str) -> Vec<Value> {
        list(&self.get(&format!("invocations?function={function}")), "invocations")
    }

    #[must_use]
    pub fn logs(&self, function: &str) -> Vec<String> {
        let lines = list(&self.get(&format!("logs?function={function}")), "lines");
        lines.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect()
    }

    pub fn kill(&self, function: &str) -> Value {
        self.post("kill", json!({ "function": function }))
    }

    /// Stops the wires of a kind.
    ///
    /// # Panics
    /// When the control API does not take it.
    pub fn cut_wires(&self, kind: &str, function: &str) {
        let url = self.url(&format!("wires?kind={kind}&function={function}"));
        ureq::delete(url).call().expect("the wires are cut");
    }
}

impl LocalCloud {
    /// Whatever fails, what the conductor said last tells why more often than the test does.
    fn tell_why(&self) {
        let Ok(mut answer) = ureq::get(self.url("logs?function=conductor")).call() else { return };
        let lines = answer.body_mut().read_json().map(|answer| list(&answer, "lines")).unwrap_or_default();
        for line in lines.iter().rev().take(LAST_LINES).rev().filter_map(Value::as_str) {
            let _ = writeln!(std::io::stderr(), "conductor: {line}");
        }
    }
}

impl Drop for LocalCloud {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.tell_why();
        }
        // Closing its standard input is what ends it, and it ends what it started.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

fn list(value: &Value, field: &str) -> Vec<Value> {
    value[field].as_array().cloned().unwrap_or_default()
}

/// Waits for a condition, and says which one did not come.
///
/// # Panics
/// When it does not come in time.
pub fn await_until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "gave up waiting until {what}");
        #[expect(clippy::disallowed_methods, reason = "the one place where tests wait, and always for a condition")]
        std::thread::sleep(LOOK);
    }
}
