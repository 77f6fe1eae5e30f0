//! Reports that are kept in the repository. `UPDATE=1 cargo test -p understudy-report golden` writes them anew.

use crate::timelines::Recorded;
use std::path::Path;
use understudy_engine::Mode;
use understudy_report::{Format, export};
use understudy_sim::Script;

fn check(name: &str, recorded: &Recorded) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let report = export(&recorded.items, &recorded.policy, Format::Markdown).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &report).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    for (number, (kept, written)) in kept.lines().zip(report.lines()).enumerate() {
        assert_eq!(kept, written, "{name}, line {}", number + 1);
    }
    assert_eq!(kept.lines().count(), report.lines().count(), "{name}");
}

#[test]
fn a_clean_failover_reads_as_kept() {
    check("fenced-in-time.md", &Recorded::fenced_in_time());
}

#[test]
fn a_failover_with_a_split_risk_that_was_resolved_reads_as_kept() {
    check("old-primary-returns.md", &Recorded::of_drill(Script::OldPrimaryReturns, Mode::Approve));
}

#[test]
fn a_failover_and_the_switchover_home_read_as_kept() {
    check("home-again.md", &Recorded::of_scenario("home-again")[0]);
}
