//! The console blocks of the docs, run as they stand: each page by one shell, in a folder of its own. What a page shows of
//! an answer has to be in it, in that order; a command that ends with another code than 0 shows a line `[exit N]`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");

/// Pages outside docs/runbooks that have such blocks.
const PAGES: [&str; 1] = ["reference/command-line.md"];

/// A command, and what the page shows of its answer.
struct Shown {
    command: String,
    answer: Vec<String>,
}

fn shown(page: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    for block in page.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for line in block.lines() {
            match (line.strip_prefix("$ "), found.last_mut()) {
                (Some(command), _) => found.push(Shown { command: command.to_owned(), answer: Vec::new() }),
                (None, Some(last)) if last.command.ends_with('\\') => {
                    last.command.truncate(last.command.len() - 1);
                    last.command.push_str(line.trim_start_matches('>'));
                }
                (None, Some(last)) => last.answer.push(line.trim().to_owned()),
                (None, None) => panic!("a block begins with an answer: {line}"),
            }
        }
    }
    found
}

/// What each command printed, with its exit code as the last line.
fn run(name: &str, shown: &[Shown]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("console").join(name);
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    let script: String = shown.iter().map(|one| format!("{}\necho \"[exit $?]\"; echo @@\n", one.command)).collect();
    let programs = Path::new(env!("CARGO_BIN_EXE_understudy")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(programs.to_path_buf()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(format!("exec 2>&1\n{script}")).current_dir(&folder).env("PATH", path.unwrap());
    let ended = shell.env_remove("UNDERSTUDY_DRILL").env_remove("UNDERSTUDY_APPLICATION").output().unwrap();
    let printed = String::from_utf8(ended.stdout).unwrap();
    let answers: Vec<String> = printed.split("@@\n").map(str::to_owned).collect();
    assert_eq!(answers.len(), shown.len() + 1, "{name}: {printed}");
    answers
}

fn compare(name: &str, page: &str) -> usize {
    let shown = shown(page);
    for (one, printed) in shown.iter().zip(run(name, &shown)) {
        let code = printed.lines().last().unwrap();
        let wanted = one.answer.iter().find(|line| line.starts_with("[exit ")).map_or("[exit 0]", String::as_str);
        assert_eq!(code, wanted, "{name}: $ {}\n{printed}", one.command);
        let mut lines = printed.lines().map(str::trim);
        for line in one.answer.iter().filter(|line| !line.is_empty() && *line != "..." && !line.starts_with("[exit ")) {
            assert!(lines.any(|printed| printed == line), "{name}: $ {}\n{line:?} is not in\n{printed}", one.command);
        }
    }
    shown.len()
}

#[test]
fn every_command_of_the_docs_answers_as_its_page_shows() {
    let runbooks = Path::new(DOCS).join("runbooks");
    let mut pages: Vec<PathBuf> = PAGES.iter().map(|page| Path::new(DOCS).join(page)).collect();
    if runbooks.exists() {
        pages.extend(fs::read_dir(runbooks).unwrap().map(|entry| entry.unwrap().path()));
    }
    pages.sort();
    for page in pages {
        let name = page.file_stem().unwrap().to_str().unwrap();
        let commands = compare(name, &fs::read_to_string(&page).unwrap());
        assert!(commands > 0 || name == "README", "{name} has no commands");
    }
}

#[test]
fn a_page_that_shows_what_is_not_so_is_found_out() {
    let page = |answer: &str| format!("```console\n$ understudy --version\n{answer}\n```\n");
    let fails = |text: String| std::panic::catch_unwind(|| compare("wrong", &text)).is_err();
    assert!(fails(page("understudy 99.0.0")));
    assert!(fails(page("[exit 1]")));
    assert_eq!(compare("right", &page(&format!("understudy {}", env!("CARGO_PKG_VERSION")))), 1);
}
