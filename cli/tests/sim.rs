//! `understudy sim run`: what it prints depends on the seeds alone, and bad input is named.

use assert_cmd::Command;
use std::{env, fs, process};

fn sim(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_understudy"));
    command.args(["sim", "run"]).args(arguments);
    command
}

fn printed(arguments: &[&str]) -> Vec<u8> {
    sim(arguments).assert().success().get_output().stdout.clone()
}

#[test]
fn the_same_seed_prints_the_same_bytes_twice() {
    let arguments = ["--seed", "40", "--seeds", "5", "--trace"];
    let first = printed(&arguments);
    assert!(first.len() > 10_000, "a trace is long");
    assert_eq!(first, printed(&arguments));
    assert_ne!(first, printed(&["--seed", "41", "--seeds", "5", "--trace"]));
}

#[test]
fn what_comes_of_the_seeds_does_not_depend_on_the_threads() {
    let on = |threads: &str| printed(&["--seeds", "30", "--threads", threads]);
    assert_eq!(on("1"), on("3"));
}

#[test]
fn the_seeds_that_were_kept_are_played_again_and_no_others() {
    let file = env::temp_dir().join(format!("understudy-kept-{}.txt", process::id()));
    fs::write(&file, "seed 12: I8 sustained: a story\n\nseed 7: L1: another\nseed 12: L5: of the same\n").unwrap();
    let path = file.to_str().unwrap();
    let said = String::from_utf8(printed(&["--again", path])).unwrap();
    assert!(said.starts_with("2 seeds, 7 to 12; to see one of them: understudy sim run --seed 7 "), "{said}");
    fs::write(&file, "a line without one\n").unwrap();
    let refused = sim(&["--again", path]).assert().code(2);
    let error = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(error.contains("line 1 of") && error.contains("names no seed"), "{error}");
    fs::remove_file(&file).unwrap();
}

#[test]
fn seeds_that_do_not_exist_are_refused_with_the_mend() {
    for arguments in [&["--seeds", "0"][..], &["--seed", "18446744073709551615", "--seeds", "2"]] {
        let refused = sim(arguments).assert().code(2);
        let error = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
        assert!(error.contains("name at least one seed"), "{error}");
    }
    let refused = sim(&["--again", "no-such-file"]).assert().code(2);
    let error = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(error.contains("no-such-file cannot be read"), "{error}");
}
