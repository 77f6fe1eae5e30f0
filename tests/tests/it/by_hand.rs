//! The way out and home again by the command line alone: signed requests to the runbook's Function URL, and the AWS CLI
//! for what happens to the world.

use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use understudy_engine::{FenceRule, Policy, Seconds};
use understudy_tests::{Options, Story, await_until, away_from_aws, binaries, policy, root};

const ANN: &str = "arn:aws:iam::123456789012:user/ann";
const HOME: &str = "arn:aws:rds:us-east-1:123456789012:db:orders-home";

/// People are asked, and both writers can be cut off.
fn asked() -> Policy {
    let mut policy = serde_json::to_value(policy()).unwrap();
    policy["mode"] = "approve".into();
    policy["approval"] = json!({"needed": 1, "approvers": [ANN]});
    let mut policy: Policy = serde_json::from_value(policy).unwrap();
    policy.windows.fence_seconds = Seconds(90);
    let groups = [(&policy.regions.primary, "sg-0fedcba9876543210"), (&policy.regions.standby, "sg-0fedcba9876543211")];
    let security_groups: BTreeMap<_, _> =
        groups.into_iter().map(|(region, group)| (region.clone(), group.parse().unwrap())).collect();
    policy.fence = Some(FenceRule { security_groups });
    assert!(policy.is_sound(), "{:?}", policy.faults());
    policy
}

/// A shell at which people type, and what came of it.
struct Shell {
    story: Story,
    url: String,
    transcript: RefCell<String>,
}

impl Shell {
    fn open() -> Self {
        let story = Story::of(&asked(), Options::default());
        story.cloud.post(
            "functions",
            json!({
                "name": "runbook", "command": [binaries().join("runbook")], "region": "us-west-2",
                "environment": {"UNDERSTUDY_TABLE": "understudy"},
            }),
        );
        let opened = story.cloud.post("urls", json!({"function": "runbook", "auth_type": "AWS_IAM"}));
        Self { url: opened["url"].as_str().unwrap().to_owned(), story, transcript: RefCell::default() }
    }

    fn command(&self, user: &str) -> Command {
        let mut command = Command::new(binaries().join("understudy"));
        away_from_aws(&mut command).env("AWS_ACCESS_KEY_ID", user).env("UNDERSTUDY_APPLICATION", "orders");
        command.env("UNDERSTUDY_RUNBOOK_URL", &self.url).env("AWS_ENDPOINT_URL", &self.story.cloud.endpoint);
        command
    }

    fn quietly(&self, user: &str, words: &[&str]) -> (i32, String) {
        let output = self.command(user).args(words).output().unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert!(
            !text.contains("--features aws"),
            "build it first: cargo build --workspace --features understudy-cli/aws"
        );
        (output.status.code().unwrap(), text)
    }

    /// Types a command, and keeps it with its answer.
    fn types(&self, user: &str, words: &[&str], code: i32) -> String {
        let (ended, text) = self.quietly(user, words);
        let line = format!("{user}$ understudy {}\n{text}[exit {ended}]\n\n", words.join(" "));
        self.transcript.borrow_mut().push_str(&line);
        assert_eq!(ended, code, "{line}");
        text
    }

    fn status(&self) -> Value {
        let (code, text) = self.quietly("ann", &["status", "--output", "json"]);
        assert_eq!(code, 0, "{text}");
        serde_json::from_str::<Value>(&text).unwrap()["status"].clone()
    }

    fn await_phase(&self, phase: &str) {
        await_until(&format!("status says {phase}"), || self.status()["phase"] == phase);
    }

    fn incident(&self) -> String {
        self.status()["incident"].as_str().unwrap().to_owned()
    }

    /// Orders again what the record does not let be done yet.
    fn orders(&self, words: &[&str]) {
        await_until(&format!("{words:?} is entered"), || self.quietly("ann", words).0 == 0);
        self.transcript.borrow_mut().push_str(&format!("ann$ understudy {}\n[exit 0]\n\n", words.join(" ")));
    }
}

#[test]
fn out_and_home_again_by_the_command_line_alone() {
    let shell = Shell::open();
    shell.types("ann", &["status"], 0);
    shell.story.raise_all();
    shell.await_phase("AwaitingApproval");
    shell.types("ann", &["explain"], 1);
    let code = || shell.status()["question"]["code"].as_str().unwrap_or("none").to_owned();
    let refused = shell.types("bob", &["failover", "approve", "--code", &code(), "--yes"], 1);
    assert!(refused.contains("none of the approvers"), "{refused}");
    let plan = shell.types("ann", &["failover", "approve", "--code", &code()], 0);
    assert!(plan.contains("calls rds PromoteReadReplica in us-west-2"), "{plan}");
    assert_eq!(shell.story.cloud.promote_calls(), 0, "a dry run calls nothing");
    // Asked anew meanwhile, it has another code.
    await_until("the answer is taken", || {
        shell.quietly("ann", &["failover", "approve", "--code", &code(), "--yes"]).0 == 0
    });
    shell.await_phase("FailedOver");
    assert_eq!(shell.story.cloud.promote_calls(), 1);
    shell.story.await_told();

    let incident = shell.incident();
    let shown = shell.types("ann", &["incident", "show", "--incident", &incident], 0);
    assert!(shown.contains("chain verifies") && shown.contains(ANN), "who approved is on record: {shown}");
    let late = shell.types("ann", &["failover", "abort", "--incident", &incident, "--yes"], 1);
    assert!(late.contains("refused"), "{late}");
    let plan = shell.types("ann", &["failback", "plan", "--incident", &incident, "--replica", HOME], 0);
    assert!(plan.contains("CreateDBInstanceReadReplica"), "{plan}");
    shell.orders(&["failback", "start", "--incident", &incident, "--replica", HOME, "--yes"]);
    shell.await_phase("Rebuilt");
    shell.orders(&["switchover", "start", "--incident", &incident, "--yes"]);
    await_until("the new replica is the writer", || shell.status()["writer"] == HOME);
    shell.await_phase("FailedOver");
    assert_eq!(shell.story.cloud.promote_calls(), 2);
    shell.types("ann", &["incident", "acknowledge", "--incident", &shell.incident(), "--yes"], 0);
    shell.types("ann", &["incident", "list"], 0);
    fs::write(root().join("target/by-hand.txt"), shell.transcript.take()).unwrap();
}

#[test]
fn whoever_is_not_let_in_or_not_heard_is_told_what_to_do_and_changes_nothing() {
    let shell = Shell::open();
    let before = shell.story.record();
    let (code, text) = {
        let mut unsigned = shell.command("ann");
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            unsigned.env_remove(name);
        }
        let output = unsigned.args(["pause", "--yes"]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!((code, text.contains("no AWS credentials")), (Some(2), true), "{text}");
    let wrong = shell.types("ann", &["status", "--application", "billing"], 2);
    assert!(wrong.contains("there is no application") && wrong.contains("hint: correct"), "{wrong}");
    let unverified = shell.story.cloud.post("urls", json!({"function": "runbook"}));
    let open = shell.types("ann", &["pause", "--yes", "--url", unverified["url"].as_str().unwrap()], 2);
    assert!(open.contains("403") && open.contains("InvokeFunctionUrl"), "{open}");
    let nobody = shell.types("ann", &["pause", "--yes", "--url", "http://127.0.0.1:9"], 2);
    assert!(nobody.contains("see `status` before you order again"), "{nobody}");
    assert_eq!(shell.story.record(), before);
}
