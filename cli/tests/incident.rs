//! Reports of incidents as a shell gets them, and the page that documents them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/incident-report.md");

fn understudy(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_understudy")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The report of a drill, in a folder of its own.
fn drill(name: &str) -> PathBuf {
    let folder = folder(name);
    understudy(&["drill", "run", "region-loss", "--out", folder.to_str().unwrap()]);
    fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
}

fn export(items: &Path, more: &[&str]) -> (i32, String, String) {
    understudy(&[&["incident", "export", "--items", items.to_str().unwrap()], more].concat())
}

#[test]
fn a_drill_is_exported_in_each_format_to_stdout_and_to_a_file() {
    let items = drill("export-formats");
    for (format, begins) in [("markdown", "# Incident "), ("json", "{\n  \"schema\": 1,"), ("html", "<!DOCTYPE html>")]
    {
        let (code, printed, _) = export(&items, &["--format", format]);
        assert_eq!(code, 0);
        assert!(printed.starts_with(begins), "{printed}");
        let file = folder("export-files").join(format);
        let (code, nothing, _) = export(&items, &["--format", format, "--out", file.to_str().unwrap()]);
        assert_eq!((code, nothing.as_str()), (0, ""));
        assert_eq!(fs::read_to_string(file).unwrap().trim_end(), printed.trim_end());
    }
}

#[test]
fn items_alone_want_a_policy_which_may_be_an_application_file() {
    let report: Value = serde_json::from_str(&fs::read_to_string(drill("export-alone")).unwrap()).unwrap();
    let folder = folder("export-alone-items");
    let (items, policy) = (folder.join("items.json"), folder.join("policy.json"));
    fs::write(&items, report["incident"].to_string()).unwrap();
    fs::write(&policy, report["policy"].to_string()).unwrap();

    let (code, _, errors) = export(&items, &[]);
    assert_eq!(code, 2);
    assert!(errors.contains("holds no policy") && errors.contains("hint: name the application file"), "{errors}");

    let (code, printed, _) = export(&items, &["--policy", policy.to_str().unwrap()]);
    assert_eq!(code, 0, "{printed}");
    let orders = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/orders.toml");
    assert_eq!(export(&items, &["--policy", orders]).0, 0);

    let desk = folder.join("desk.json");
    fs::write(&desk, serde_json::json!({"items": report["incident"], "policy": report["policy"]}).to_string()).unwrap();
    assert_eq!(export(&desk, &[]).1, printed);
}

#[test]
fn a_changed_record_is_written_all_the_same_and_the_exit_code_says_no() {
    let file = drill("export-changed");
    let mut changed: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let entry = changed["incident"][2]["entry"].as_str().unwrap().replacen("\"epoch\":0", "\"epoch\":1", 1);
    changed["incident"][2]["entry"] = Value::from(entry);
    fs::write(&file, changed.to_string()).unwrap();
    let (code, printed, _) = export(&file, &[]);
    assert_eq!(code, 1);
    assert!(printed.contains("entry 3 was changed after it was written"), "{printed}");
}

#[test]
fn what_is_no_record_is_refused_with_the_mend() {
    let folder = folder("export-bad");
    let file = folder.join("bad.json");
    for (text, problem) in
        [("{", "is no JSON"), ("{\"items\": 7}", "holds no items"), ("{\"items\": []}", "holds no policy")]
    {
        fs::write(&file, text).unwrap();
        let (code, _, errors) = export(&file, &[]);
        assert_eq!(code, 2);
        assert!(errors.contains(problem) && errors.contains("hint: "), "{errors}");
    }
    assert_eq!(export(&folder.join("missing.json"), &[]).0, 2);
    assert_eq!(export(&drill("export-nowhere"), &["--out", folder.to_str().unwrap()]).0, 2);
}

/// The page shortens the name of the file that the drill before wrote.
#[test]
fn what_the_page_shows_runs_as_it_stands() {
    let (page, folder) = (fs::read_to_string(PAGE).unwrap(), folder("export-page"));
    let shown: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("    understudy ")).collect();
    assert_eq!(shown.len(), 2);
    for line in shown {
        let mut words: Vec<String> = line.split_whitespace().map(ToOwned::to_owned).collect();
        for word in words.iter_mut().filter(|word| word.contains('…')) {
            let written = fs::read_dir(folder.join("drill-report")).unwrap().next().unwrap().unwrap().path();
            *word = written.to_str().unwrap().to_owned();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_understudy"));
        command.args(&words).current_dir(&folder).assert().success();
    }
    assert!(fs::read_to_string(folder.join("report.html")).unwrap().contains("Split risk is resolved"));
}

#[test]
fn the_page_documents_every_field() {
    let page = fs::read_to_string(PAGE).unwrap();
    let (_, printed, _) = export(&drill("export-fields"), &["--format", "json"]);
    let report: Value = serde_json::from_str(&printed).unwrap();
    let decision = &report["decisions"][0];
    let (rto, split) = (&decision["rto"], &decision["split_risk"]);
    let of_lists = ["phases", "refused", "aws_calls", "readings", "lag", "terraform", "timeline"];
    let objects =
        [&report, &report["chain"], &report["entries"], decision, rto, &rto["detection"], &decision["rpo"], split];
    for object in objects.into_iter().chain(of_lists.iter().map(|list| &report[list][0])) {
        for field in object.as_object().unwrap().keys() {
            let told = [
                format!("`{field}`"),
                format!("`{field}."),
                format!("`{field}[]`"),
                format!(".{field}`"),
                format!(".{field}[]`"),
            ];
            assert!(
                told.iter().any(|told| page.contains(told)),
                "docs/reference/incident-report.md does not tell of {field}"
            );
        }
    }
}
