//! The rules of the house, as far as a test can tell them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use understudy_tests::root;

/// Longer than this, and a file has two subjects.
const LINES_MAX: usize = 400;
const MAIN_LINES_MAX: usize = 40;

/// Rooms named after nothing.
const NAMELESS: [&str; 9] = ["common", "utils", "util", "helpers", "types", "models", "errors", "misc", "mod"];

/// Who may know whom, among our own crates. Whoever is missing here is new: give it its place.
const LAYERS: [(&str, &[&str]); 22] = [
    ("shared/engine", &[]),
    ("shared/events", &["engine"]),
    ("shared/driver", &["engine", "events"]),
    ("shared/aws", &["driver", "engine"]),
    ("shared/sim", &["driver", "engine", "events"]),
    ("shared/report", &["driver", "engine"]),
    ("shared/readiness", &["driver", "engine"]),
    ("shared/prober", &["driver", "engine"]),
    ("shared/loopback", &["driver", "engine", "sim"]),
    ("shared/postgres", &["driver", "engine", "prober", "sim"]),
    ("shared/lambda", &["aws", "driver", "engine"]),
    ("shared/survey", &["aws", "driver", "engine", "readiness"]),
    ("functions/intake", &["driver", "engine", "events", "lambda"]),
    ("functions/conductor", &["driver", "engine", "events", "lambda"]),
    ("functions/notify", &["driver", "engine", "events", "lambda"]),
    ("functions/runbook", &["driver", "engine", "lambda"]),
    ("functions/readiness", &["driver", "engine", "events", "lambda", "readiness", "survey"]),
    ("functions/probe", &["engine", "lambda", "prober"]),
    ("functions/gate", &["aws", "driver", "engine"]),
    ("cli", &["driver", "engine", "loopback", "postgres", "readiness", "report", "sim", "survey"]),
    ("tests", &["driver", "engine"]),
    ("tests/model", &["engine"]),
];

/// Who knows the SDK. What decides and acts links the first alone.
const ADAPTERS: [&str; 2] = ["shared/aws", "shared/survey"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            sources(&path, found);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

fn rust_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["shared", "functions", "cli", "tests"] {
        sources(&root().join(folder), &mut found);
    }
    assert!(found.len() > 60, "the files are looked for in the wrong place");
    found
}

/// The names in a table of a manifest, without those that are optional.
fn dependencies(package: &str, table: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap();
    let lines = manifest.lines().skip_while(|line| *line != table).skip(1).take_while(|line| !line.starts_with('['));
    let lines = lines.filter(|line| line.contains('=') && !line.contains("optional = true"));
    lines.map(|line| line.split(['.', ' ', '=']).next().unwrap().to_owned()).collect()
}

#[test]
fn dependencies_point_one_way() {
    for (package, allowed) in LAYERS {
        let ours = dependencies(package, "[dependencies]");
        let ours: BTreeSet<String> =
            ours.iter().filter_map(|name| Some(name.strip_prefix("understudy-")?.to_owned())).collect();
        let unknown: Vec<_> = ours.iter().filter(|name| !allowed.contains(&name.as_str())).collect();
        assert!(unknown.is_empty(), "{package} may not know {unknown:?}");
    }
    let listed: BTreeSet<PathBuf> = LAYERS.iter().map(|(package, _)| root().join(package).join("Cargo.toml")).collect();
    for folder in ["shared", "functions"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let manifest = entry.unwrap().path().join("Cargo.toml");
            assert!(listed.contains(&manifest), "{} has no place in LAYERS", manifest.display());
        }
    }
}

#[test]
fn the_engine_depends_on_nothing_that_could_make_it_impure() {
    let engine: Vec<String> = dependencies("shared/engine", "[dependencies]").into_iter().collect();
    assert_eq!(engine, ["jiff", "serde", "thiserror"]);
}

#[test]
fn only_the_adapters_know_the_sdk_so_a_drill_compiles_without_it() {
    for (package, _) in LAYERS {
        let sdk = dependencies(package, "[dependencies]").into_iter().any(|name| name.starts_with("aws-"));
        assert_eq!(sdk, ADAPTERS.contains(&package), "{package}");
    }
}

#[test]
fn files_are_short_and_named_after_something() {
    for path in rust_files() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let max = if name == "main" && path.parent().unwrap().ends_with("src") { MAIN_LINES_MAX } else { LINES_MAX };
        assert!(lines <= max, "{} has {lines} lines, and {max} are allowed", path.display());
        assert!(!NAMELESS.contains(&name), "{} is named after nothing", path.display());
    }
}

#[test]
fn the_machine_answers_every_phase_and_event_by_name() {
    let engine = root().join("shared/engine/src");
    let mut files = vec![engine.join("step.rs"), engine.join("effect.rs"), engine.join("phase.rs")];
    sources(&engine.join("step"), &mut files);
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let wildcard = text.lines().find(|line| line.trim_start().starts_with("_ =>"));
        assert_eq!(wildcard, None, "{}: name what falls through", path.display());
    }
}

#[test]
fn links_of_the_docs_lead_somewhere() {
    let mut pages = vec!["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "infra/README.md", "tests/cloud/README.md"];
    pages.push("infra/examples/two-region-postgres/README.md");
    pages.extend(["docs/concepts/probe.md", "docs/concepts/traffic.md", "docs/reference/dns-model.md"]);
    pages.extend(["docs/concepts/phases.md", "docs/reference/application-file.md", "docs/reference/rules.md"]);
    pages.extend(["docs/reference/incident-report.md", "docs/reference/readiness.md", "docs/reference/story.md"]);
    for page in pages {
        let text = fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if !link.starts_with("http") {
                let target = root().join(page).parent().unwrap().join(link.split('#').next().unwrap());
                assert!(target.exists(), "{page} links to {link}, which is not there");
            }
        }
    }
}
