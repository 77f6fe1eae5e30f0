//! What people ask and order, as a shell sees it, in a drill.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A drill in a file of its own.
struct Drill(PathBuf);

impl Drill {
    fn begin(name: &str, scenario: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desk");
        fs::create_dir_all(&folder).unwrap();
        let drill = Self(folder.join(format!("{name}.json")));
        let (code, _, told) = drill.run(&["drill", "begin", scenario, "--again"]);
        assert_eq!(code, 0, "{told}");
        drill
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_understudy"));
        command.env("UNDERSTUDY_DRILL", &self.0).env("UNDERSTUDY_APPLICATION", "orders");
        let output = command.args(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn forward(&self, phase: &str) {
        let (code, printed, told) = self.run(&["drill", "forward", "--until", phase]);
        assert_eq!(code, 0, "{printed}{told}");
    }

    fn status(&self) -> Value {
        let (code, printed, told) = self.run(&["status", "--output", "json"]);
        assert_eq!(code, 0, "{told}");
        serde_json::from_str::<Value>(&printed).unwrap()["status"].clone()
    }

    fn text(&self, field: &str) -> String {
        self.status().pointer(field).unwrap().as_str().unwrap().to_owned()
    }
}

#[test]
fn a_question_is_answered_once_by_an_approver_with_its_code() {
    let drill = Drill::begin("answered", "region-loss");
    drill.forward("AwaitingApproval");
    let code = drill.text("/question/code");
    let approve = ["failover", "approve", "--code", &code];
    let (exit, printed, _) = drill.run(&approve);
    assert_eq!(exit, 0, "{printed}");
    assert!(printed.contains("nothing was entered: say --yes"), "{printed}");
    assert_eq!(drill.status()["revision"], drill.status()["revision"], "asking changes nothing");

    let (exit, printed, _) = drill.run(&[&approve[..], &["--yes", "--by", "ann"]].concat());
    assert_eq!((exit, printed.contains("none of the approvers")), (1, true), "{printed}");
    let (exit, printed, _) = drill.run(&["failover", "approve", "--code", "0123456789abcdef", "--yes"]);
    assert_eq!((exit, printed.contains(&code)), (1, true), "the code of what is asked now is told: {printed}");
    let (exit, printed, _) = drill.run(&[&approve[..], &["--yes"]].concat());
    assert_eq!((exit, printed.contains("entered")), (0, true), "{printed}");
    let (exit, printed, _) = drill.run(&[&approve[..], &["--yes"]].concat());
    assert_eq!((exit, printed.contains("it was ordered before")), (1, true), "{printed}");

    drill.forward("FailedOver");
    let incident = drill.text("/incident");
    let (exit, printed, _) = drill.run(&["failover", "abort", "--incident", &incident, "--yes"]);
    assert_eq!(exit, 1, "{printed}");
    let (exit, printed, _) = drill.run(&["incident", "show"]);
    assert_eq!((exit, printed.contains("chain verifies")), (0, true), "{printed}");
    let (exit, printed, _) = drill.run(&["incident", "list"]);
    assert_eq!((exit, printed.contains(&incident)), (0, true), "{printed}");
    for more in [&["--incident", &incident][..], &[]] {
        let (exit, printed, _) = drill.run(&[&["incident", "export", "--format", "html"], more].concat());
        assert_eq!((exit, printed.contains(&incident)), (0, true), "{printed}");
    }
    let (exit, _, told) = drill.run(&["incident", "export", "--incident", "20260101T000000Z-r1"]);
    assert_eq!((exit, told.contains("no entry of such an incident")), (2, true), "{told}");
}

#[test]
fn it_is_declined_paused_unpaused_and_aborted_about_the_present_incident_alone() {
    let drill = Drill::begin("stopped", "region-loss");
    let (exit, printed, _) = drill.run(&["pause", "--yes"]);
    assert_eq!(exit, 0, "{printed}");
    let (exit, printed, _) = drill.run(&["pause", "--yes"]);
    assert_eq!((exit, printed.contains("it was ordered before")), (1, true), "{printed}");
    assert!(drill.run(&["status"]).1.contains("paused by"), "{}", drill.run(&["status"]).1);
    drill.run(&["drill", "forward", "--seconds", "900"]);
    assert_ne!(drill.status()["phase"], "FailedOver", "nothing is begun while it is paused");
    assert!(drill.run(&["explain"]).1.contains("paused"));
    assert_eq!(drill.run(&["unpause", "--yes"]).0, 0);
    drill.forward("AwaitingApproval");

    let (exit, printed, _) = drill.run(&["failover", "abort", "--incident", "20260101T000000Z-r1", "--yes"]);
    assert_eq!((exit, printed.contains("another incident")), (1, true), "{printed}");
    let code = drill.text("/question/code");
    assert_eq!(drill.run(&["failover", "decline", "--code", &code, "--yes"]).0, 0);
    assert_eq!(drill.status()["phase"], "Held");
    let (exit, printed, _) = drill.run(&["failover", "approve", "--code", &code, "--yes"]);
    assert_eq!(exit, 1, "a declined question is over: {printed}");
}

#[test]
fn what_cannot_be_asked_is_named_with_the_mend_and_exits_with_two() {
    let drill = Drill::begin("refused", "region-loss");
    for (arguments, said) in [
        (&["status", "--application", "billing"][..], "no application"),
        (&["status", "--application", "no name"], "--application"),
        (&["status", "--watch"], "drill forward"),
        (&["explain", "--at", "5"], "--record"),
        (&["drill", "begin", "region-loss"], "--again"),
        (&["drill", "forward", "--seconds", "0"], "--seconds"),
        (&["drill", "forward", "--until", "Nowhere"], "AwaitingApproval"),
        (&["drill", "forward", "--seconds", "86401"], "--seconds"),
        (&["failback", "start", "--incident", "x", "--replica", "orders", "--yes"], "--replica"),
        (&["app", "apply", "no-such-file.toml", "--yes"], "no-such-file.toml"),
    ] {
        let (exit, printed, told) = drill.run(arguments);
        assert_eq!(exit, 2, "{arguments:?}: {printed}{told}");
        assert!(told.contains(said), "{arguments:?}: {told}");
    }
    for text in ["", "{", "[]", "{\"schema\": 1}"] {
        let bad = drill.0.with_extension("bad");
        fs::write(&bad, text).unwrap();
        let (exit, _, told) = Drill(bad).run(&["status"]);
        assert_eq!((exit, told.contains("hint: begin one")), (2, true), "{text}: {told}");
    }
    let (exit, _, told) = Drill("no-such-drill.json".into()).run(&["status"]);
    assert_eq!((exit, told.contains("no such file")), (2, true), "{told}");
    let mut nowhere = Command::new(env!("CARGO_BIN_EXE_understudy"));
    let nowhere = nowhere.args(["status", "--application", "orders"]).env_remove("UNDERSTUDY_DRILL").output().unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(String::from_utf8(nowhere.stderr).unwrap().contains("UNDERSTUDY_RUNBOOK_URL"));
}

#[test]
fn a_drill_that_does_not_come_to_a_phase_says_so_and_is_not_played() {
    let drill = Drill::begin("never", "partition");
    let before = fs::read_to_string(&drill.0).unwrap();
    let (exit, printed, _) = drill.run(&["drill", "forward", "--until", "Promoting"]);
    assert_eq!((exit, printed.contains("nothing was played")), (1, true), "{printed}");
    assert_eq!(fs::read_to_string(&drill.0).unwrap(), before);
}

#[test]
fn a_changed_application_file_is_put_in_force() {
    let drill = Drill::begin("applied", "region-loss");
    let (_, file, _) = drill.run(&["drill", "application"]);
    let path = drill.0.with_extension("toml");
    fs::write(&path, file.replace("mode = \"approve\"", "mode = \"observe\"")).unwrap();
    let apply = ["app", "apply", path.to_str().unwrap()];
    assert!(drill.run(&apply).1.contains("Nothing was applied"));
    assert_eq!(drill.status()["mode"], "approve");
    assert_eq!(drill.run(&[&apply[..], &["--yes"]].concat()).0, 0);
    assert_eq!(drill.status()["mode"], "observe");
    fs::write(&path, file.replace("application = \"orders\"", "application = \"billing\"")).unwrap();
    let (exit, _, told) = drill.run(&[&apply[..], &["--yes"]].concat());
    assert_eq!((exit, told.contains("the drill is of orders")), (1, true), "{told}");
}
