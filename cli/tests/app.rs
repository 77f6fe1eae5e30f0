//! The binary as a shell sees it: what it answers, where it prints it, and with which exit code.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use assert_cmd::Command;
use serde_json::Value;
use sha2::Digest;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const ORDERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/orders.toml");

struct Answer {
    code: i32,
    out: String,
    err: String,
}

fn understudy(arguments: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_understudy")).args(arguments).output().unwrap();
    Answer {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A file of this test's own, by the name that no other test uses.
fn file(name: &str, contents: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, contents).unwrap();
    path
}

fn orders_with(name: &str, old: &str, new: &str) -> PathBuf {
    let orders = fs::read_to_string(ORDERS).unwrap();
    assert!(orders.contains(old));
    file(name, orders.replace(old, new).as_bytes())
}

#[test]
fn a_valid_file_is_told_on_stdout() {
    let Answer { code, out, err } = understudy(&["app", "validate", ORDERS]);
    assert_eq!(out, format!("{ORDERS}: valid (application orders, mode approve, 3 voters, quorum 2)\n"));
    assert_eq!((code, err.as_str()), (0, ""));
}

#[test]
fn errors_go_to_stderr_with_their_line_and_a_count() {
    let path = orders_with("errors.toml", "needed = 2", "needed = 1");
    let path = path.to_str().unwrap();
    let line = 1 + fs::read_to_string(path).unwrap().lines().position(|line| line == "needed = 1").unwrap();
    let Answer { code, out, err } = understudy(&["app", "validate", path]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(
        err,
        format!(
            "error: {path}:{line}: quorum.needed = 1: is not between 2 and 100\n  \
             hint: write 2 to 100, such as needed = 2\n\
             {path}: not valid (1 error)\n"
        )
    );
}

#[test]
fn a_syntax_error_has_its_line_and_column() {
    let path = file("syntax.toml", b"schema = 1\nmode = auto\n");
    let Answer { code, err, .. } = understudy(&["app", "validate", path.to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(err.contains("syntax.toml:2:8: auto is no TOML value\n  hint: put a text in quotes: \"auto\"\n"), "{err}");
}

#[test]
fn a_warning_goes_to_stderr_and_the_file_stays_valid() {
    let path = orders_with("warning.toml", "sustain_seconds = 180", "skew_seconds = 10\nsustain_seconds = 100");
    let Answer { code, out, err } = understudy(&["app", "validate", path.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert!(out.contains("valid (application orders"), "{out}");
    assert!(err.starts_with("warning: ") && err.contains("windows.sustain_seconds = 100: "), "{err}");
}

#[test]
fn the_findings_come_as_json_on_stdout() {
    let path = orders_with("json.toml", "sustain_seconds = 180", "sustain_seconds = 60\ncolour = \"blue\"");
    let Answer { code, out, err } = understudy(&["app", "validate", path.to_str().unwrap(), "--output", "json"]);
    assert_eq!((code, err.as_str()), (1, ""));
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["valid"], false);
    let severities: Vec<&Value> = report["faults"].as_array().unwrap().iter().map(|fault| &fault["severity"]).collect();
    assert_eq!(severities, ["error", "warning", "error"]);
    let first = report["faults"][0].as_object().unwrap();
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    assert_eq!(names, ["field", "line", "mend", "problem", "severity", "value"]);
    assert_eq!((&first["field"], &first["value"]), (&"windows.sustain_seconds".into(), &60.into()));
    let valid = understudy(&["app", "validate", ORDERS, "--output", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&valid.out).unwrap(), serde_json::json!({"valid": true, "faults": []}));
}

#[test]
fn what_cannot_be_read_is_no_answer() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let latin = file("latin.toml", b"schema = 1\napplication = \"caf\xe9\"\n");
    let large = file("large.toml", &[b'#'; 10_000_000]);
    let cases = [
        ("no-such.toml", "no-such.toml cannot be read", "check the path"),
        (folder, "directory", "name the application file in it"),
        (latin.to_str().unwrap(), "line 2 is not UTF-8 text", "save it as UTF-8"),
        (large.to_str().unwrap(), "larger than 400 KB", "at most 400 KB"),
    ];
    for (path, problem, mend) in cases {
        for verb in ["validate", "show"] {
            let Answer { code, out, err } = understudy(&["app", verb, path]);
            assert_eq!((code, out.as_str()), (2, ""), "{path}");
            assert!(err.contains(path) && err.to_lowercase().contains(&problem.to_lowercase()), "{err}");
            assert!(err.contains(mend), "{err}");
        }
    }
}

#[test]
fn the_largest_file_that_fits_is_read() {
    let fill = |bytes| [fs::read(ORDERS).unwrap(), vec![b'\n'; bytes]].concat();
    let room = 400 * 1024 - fill(0).len();
    let code = |name, bytes| understudy(&["app", "validate", file(name, &fill(bytes)).to_str().unwrap()]).code;
    assert_eq!(code("fits.toml", room), 0);
    assert_eq!(code("over.toml", room + 1), 2);
}

#[test]
fn an_empty_file_is_answered_and_not_valid() {
    let path = file("empty.toml", b"");
    let Answer { code, out, err } = understudy(&["app", "validate", path.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.ends_with("not valid (8 errors, 1 warning)\n"), "{err}");
}

#[test]
fn a_policy_is_shown_with_its_defaults_and_is_itself_valid() {
    let Answer { code, out, err } = understudy(&["app", "show", ORDERS]);
    assert_eq!((code, err.as_str()), (0, ""));
    let policy: understudy_engine::Policy = serde_json::from_str(&out).unwrap();
    assert_eq!(policy.windows.cooldown_seconds.0, 3600);
    assert!(policy.is_sound());
}

#[test]
fn items_are_the_record_and_one_route_for_each_voter() {
    let Answer { code, out, .. } = understudy(&["app", "show", ORDERS, "--format", "items"]);
    assert_eq!(code, 0);
    let shown: Value = serde_json::from_str(&out).unwrap();
    let keys: Vec<&Value> = shown["items"].as_array().unwrap().iter().map(|item| &item["pk"]["S"]).collect();
    let alarm = |region, name| format!("source#arn:aws:cloudwatch:{region}:111122223333:alarm:{name}");
    assert_eq!(
        keys,
        [
            &Value::from("app#orders"),
            &Value::from(alarm("us-east-1", "orders-health")),
            &Value::from(alarm("us-west-2", "orders-replica-heartbeat")),
            &Value::from(alarm("us-east-2", "orders-probe")),
        ]
    );
}

#[test]
fn the_document_of_terraform_is_of_this_file_and_holds_the_items_as_they_are_put() {
    let Answer { code, out, err } = understudy(&["app", "show", ORDERS, "--format", "terraform"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let shown: Value = serde_json::from_str(&out).unwrap();
    let digest = sha2::Sha256::digest(fs::read(ORDERS).unwrap());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(shown["source_sha256"], Value::from(digest));
    let items = understudy(&["app", "show", ORDERS, "--format", "items"]).out;
    assert_eq!(shown["items"], serde_json::from_str::<Value>(&items).unwrap()["items"]);
    assert_eq!(shown["account"], "111122223333");
    assert_eq!(shown["regions"]["witness"], "us-east-2");
    assert_eq!(shown["alarms"]["outside-probe"], "arn:aws:cloudwatch:us-east-2:111122223333:alarm:orders-probe");
    assert_eq!(shown["database"]["replica"], "arn:aws:rds:us-west-2:111122223333:db:orders-replica");
    assert_eq!(shown["traffic"]["read_name"], "read.orders.example.com");
    assert_eq!(shown["dependencies"]["secrets"][0], "orders/database");
}

#[test]
fn the_document_of_terraform_tells_probes_from_alarms_and_what_is_not_there_is_null() {
    let old = "source = { alarm = \"arn:aws:cloudwatch:us-east-2:111122223333:alarm:orders-probe\" }";
    let new = "source = { probe = { region = \"us-east-2\", target = { tcp = \"orders.example.com:443\" } } }";
    let path = orders_with("terraform.toml", old, new);
    let text = fs::read_to_string(&path).unwrap();
    let (before, after) = text.split_once("[fence]").unwrap();
    fs::write(&path, format!("{before}{}", after.split_once('\n').unwrap().1.split_once('\n').unwrap().1)).unwrap();
    let Answer { code, out, .. } = understudy(&["app", "show", path.to_str().unwrap(), "--format", "terraform"]);
    assert_eq!(code, 0);
    let shown: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(shown["probes"], serde_json::json!({ "outside-probe": "us-east-2" }));
    assert_eq!(shown["alarms"].as_object().unwrap().len(), 2);
    assert_eq!(shown["fence"], Value::Null);
}

#[test]
fn the_documents_that_the_modules_are_tested_with_are_what_is_printed() {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/modules");
    let tests = ["application/tests", "traffic/tests"].map(|tests| fs::read_dir(modules.join(tests)).unwrap());
    let files = tests.into_iter().flatten().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|end| end == "toml")).collect();
    assert_eq!(files.len(), 5);
    for file in files {
        let Answer { out, .. } = understudy(&["app", "show", file.to_str().unwrap(), "--format", "terraform"]);
        let kept = fs::read_to_string(file.with_extension("json")).unwrap();
        assert_eq!(kept, out, "print the document of {} anew", file.display());
    }
}

#[test]
fn what_is_not_valid_is_no_document_of_terraform() {
    let path = orders_with("no-document.toml", "schema = 1", "schema = 2");
    let Answer { code, out, .. } = understudy(&["app", "show", path.to_str().unwrap(), "--format", "terraform"]);
    assert_eq!((code, out.as_str()), (1, ""));
}

#[test]
fn what_is_not_valid_is_not_shown() {
    let path = orders_with("unshown.toml", "schema = 1", "schema = 2");
    let Answer { code, out, err } = understudy(&["app", "show", path.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("schema = 2: is not 1"), "{err}");
}

#[test]
fn a_reader_that_leaves_early_changes_neither_the_peace_nor_the_answer() {
    let bad = orders_with("pipe.toml", "schema = 1", "schema = 2");
    let bad = bad.to_str().unwrap();
    for (arguments, code) in [(vec!["app", "schema"], 0), (vec!["app", "validate", bad, "--output", "json"], 1)] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_understudy"));
        let mut child = child.args(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_answer() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_understudy"));
    let output = command.args(["app", "schema"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the output cannot be written"));
}

#[test]
fn the_version_is_told() {
    assert_eq!(understudy(&["--version"]).out, format!("understudy {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_was_not_understood_is_no_answer() {
    for arguments in [&["app"][..], &["app", "validate"], &["app", "validate", ORDERS, "--output", "yaml"], &["dance"]]
    {
        let Answer { code, out, err } = understudy(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains("--help"), "{err}");
    }
}

#[cfg(not(feature = "aws"))]
#[test]
fn without_the_sdk_route_53_is_not_asked_and_the_mend_is_told() {
    for verb in ["show", "test"] {
        let Answer { code, out, err } = understudy(&["traffic", verb, ORDERS]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("--features aws"), "{err}");
    }
}

#[test]
fn drills_and_scenarios_are_listed_with_what_goes_wrong_and_what_is_expected() {
    let Answer { code, out, .. } = understudy(&["drill", "list"]);
    assert_eq!(code, 0);
    assert!(out.contains("\n  region-loss           The primary Region is lost, with all in it\n"), "{out}");
    let scenario = out.lines().find(|line| line.trim_start().starts_with("github-2018-10-21")).unwrap();
    assert!(scenario.contains(" nothing ") && scenario.ends_with("a partition of 43 s"), "{scenario}");
}

#[test]
fn what_the_example_shows_in_comments_is_valid_where_it_is_written() {
    let orders = fs::read_to_string(ORDERS).unwrap();
    let written: Vec<&str> = orders.lines().map(|line| line.strip_prefix("#   ").unwrap_or(line)).collect();
    assert!(written.contains(&"[traffic.multi_region_access_point]") && written.contains(&"[probes]"));
    let voters = written.iter().filter(|line| **line == "[[voters]]").count();
    let whole = written.join("\n").replace("[quorum]\nneeded = 2", &format!("[quorum]\nneeded = {}", voters / 2 + 1));
    let path = file("whole.toml", whole.as_bytes());
    let Answer { code, err, .. } = understudy(&["app", "validate", path.to_str().unwrap()]);
    assert_eq!((code, err.as_str()), (0, ""));
}
