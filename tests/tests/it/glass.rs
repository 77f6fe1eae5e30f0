//! The glass, broken at a shell while the table is away: one call, a journal, and the record told afterwards.

use serde_json::json;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use understudy_tests::{Fault, Options, Story, await_until, away_from_aws, binaries, root};

fn understudy(story: &Story, words: &[&str], typed: &str) -> (i32, String) {
    let mut command = Command::new(binaries().join("understudy"));
    away_from_aws(&mut command).env("AWS_ENDPOINT_URL", &story.cloud.endpoint).args(words);
    let mut shell = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Whoever refuses reads nothing.
    drop(shell.stdin.take().unwrap().write_all(typed.as_bytes()));
    let Output { status, stdout, stderr } = shell.wait_with_output().unwrap();
    (status.code().unwrap(), [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat())
}

struct Glass {
    story: Story,
    folder: tempfile::TempDir,
}

impl Glass {
    fn new() -> Self {
        Self { story: Story::begin(Options::default()), folder: tempfile::tempdir().unwrap() }
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    fn shatter(&self, typed: &str) -> (i32, String) {
        self.shatter_of("understudy", typed)
    }

    fn shatter_of(&self, table: &str, typed: &str) -> (i32, String) {
        let (file, journal) = (root().join("tests/fixtures/orders.toml"), self.journal());
        let [file, journal] = [&file, &journal].map(|path| path.to_str().unwrap());
        let words = ["failover", "break-glass", file, "--by", "ann", "--journal", journal, "--table", table];
        understudy(&self.story, &words, typed)
    }

    fn lose_the_table(&self) -> String {
        self.table_answers(503, "ServiceUnavailable")
    }

    fn table_answers(&self, status: u16, code: &str) -> String {
        self.story.cloud.fault(&Fault {
            service: "dynamodb",
            action: "*",
            region: None,
            body_contains: None,
            times: None,
            effect: json!({"kind": "error", "status": status, "code": code, "message": "in its words"}),
        })
    }

    fn mend(&self, fault: &str) {
        self.story.cloud.post(&format!("faults/{fault}/release"), json!({"mode": "continue"}));
    }
}

fn deeds(journal: &Path) -> Vec<String> {
    let text = fs::read_to_string(journal).unwrap();
    let deed = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["deed"]["what"].clone();
    text.lines().map(|line| deed(line).as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_glass_stays_whole_while_the_table_answers_or_nobody_types_the_region() {
    let glass = Glass::new();
    let (code, told) = glass.shatter("us-west-2\n");
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("refused: the table answers, and the record is Watching"), "{told}");
    let (code, told) = glass.shatter_of("another", "us-west-2\n");
    assert_eq!((code, told.contains("nobody can tell whether the table is away")), (2, true), "{told}");
    for (status, code) in [(400, "AccessDeniedException"), (400, "ThrottlingException"), (400, "ValidationException")] {
        let fault = glass.table_answers(status, code);
        let (exit, told) = glass.shatter("us-west-2\n");
        assert_eq!((exit, told.contains("nobody can tell whether the table is away")), (2, true), "{code}: {told}");
        glass.mend(&fault);
    }
    let _away = glass.lose_the_table();
    for typed in ["", "\n", "us-east-1\n", "yes\n"] {
        let (code, told) = glass.shatter(typed);
        assert_eq!(code, 1, "{typed:?}: {told}");
        assert!(
            told.contains("rds PromoteReadReplica in us-west-2, once") && told.contains("nothing was done"),
            "{told}"
        );
    }
    assert_eq!(glass.story.cloud.promote_calls(), 0);
    assert!(!glass.journal().exists(), "a journal is of something that was done");
}

#[test]
fn what_was_done_while_the_table_was_away_is_entered_once_it_is_back() {
    let glass = Glass::new();
    let fault = glass.lose_the_table();
    let (code, told) = glass.shatter("us-west-2\n");
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("is promoted") && told.contains("incident reconcile"), "{told}");
    assert_eq!(glass.story.cloud.promote_calls(), 1);
    let done = deeds(&glass.journal());
    assert_eq!(
        (&done[..3], done.last().unwrap().as_str()),
        (&["confirmed", "calling", "answered"].map(str::to_owned)[..], "promoted")
    );
    let (code, again) = glass.shatter("us-west-2\n");
    assert_eq!(code, 1, "{again}");
    assert!(again.contains("stands alone"), "{again}");

    glass.mend(&fault);
    glass.story.await_phase("held");
    glass.story.cloud.post(
        "functions",
        json!({
            "name": "runbook", "command": [binaries().join("runbook")], "region": "us-west-2",
            "environment": {"UNDERSTUDY_TABLE": "understudy"},
        }),
    );
    let opened = glass.story.cloud.post("urls", json!({"function": "runbook", "auth_type": "AWS_IAM"}));
    let url = opened["url"].as_str().unwrap().to_owned();
    let at = ["--application", "orders", "--url", &url];
    let status = || {
        let (_, text) = understudy(&glass.story, &[&["status", "--output", "json"][..], &at].concat(), "");
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["status"].clone()
    };
    let incident = status()["incident"].as_str().unwrap().to_owned();
    let journal = glass.journal();
    let reconcile = ["incident", "reconcile", "--incident", &incident, "--journal", journal.to_str().unwrap(), "--yes"];
    let (code, told) = understudy(&glass.story, &[&reconcile[..], &at].concat(), "");
    assert_eq!(code, 0, "{told}");
    await_until("traffic has followed", || status()["phase"] == "FailedOver");
    let (code, shown) =
        understudy(&glass.story, &[&["incident", "show", "--incident", &incident][..], &at].concat(), "");
    let text = fs::read_to_string(&journal).unwrap();
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("promoted by hand") && shown.contains(last["hash"].as_str().unwrap()), "{shown}");
    assert!(shown.contains("ann called for it at"), "{shown}");
    assert_eq!(glass.story.cloud.promote_calls(), 1, "nothing was promoted again");
    let (code, again) = understudy(&glass.story, &[&reconcile[..], &at].concat(), "");
    assert_eq!((code, again.contains("ordered before")), (1, true), "{again}");
}

#[test]
fn a_call_that_was_denied_is_in_the_journal_and_never_in_the_record() {
    let glass = Glass::new();
    let _away = glass.lose_the_table();
    let _denied = glass.story.cloud.fault(&Fault {
        service: "rds",
        action: "PromoteReadReplica",
        region: None,
        body_contains: None,
        times: None,
        effect: json!({"kind": "error", "status": 403, "code": "AccessDenied", "message": "in its words"}),
    });
    let (code, told) = glass.shatter("us-west-2\n");
    assert_eq!(code, 1, "{told}");
    assert_eq!(deeds(&glass.journal()), ["confirmed", "calling", "answered"]);
    let journal = glass.journal();
    let words = ["incident", "reconcile", "--incident", "20260301T120000Z-r1", "--journal", journal.to_str().unwrap()];
    let at = ["--application", "orders", "--url", "http://127.0.0.1:9"];
    let (code, told) = understudy(&glass.story, &[&words[..], &at].concat(), "");
    assert_eq!((code, told.contains("the call was refused, and promoted nothing")), (2, true), "{told}");
}

#[test]
fn a_region_that_the_file_does_not_name_is_not_taken_for_a_silent_one() {
    let glass = Glass::new();
    let file = root().join("tests/fixtures/orders.toml");
    let (file, journal) = (file.to_str().unwrap(), glass.journal());
    let words = ["failover", "break-glass", file, "--by", "ann", "--journal", journal.to_str().unwrap()];
    let words = [&words[..], &["--table-region", "eu-west-9"]].concat();
    let (code, told) = understudy(&glass.story, &words, "us-west-2\n");
    assert_eq!((code, told.contains("--table-region eu-west-9: it is no Region of")), (2, true), "{told}");
    assert_eq!(glass.story.cloud.promote_calls(), 0);
}
