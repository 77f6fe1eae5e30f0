//! A report says only what is in the record, however little of it there is.

use crate::timelines::ALL;
use proptest::prelude::*;
use std::collections::BTreeSet;
use understudy_driver::IncidentItem;
use understudy_engine::{Entry, PhaseName, What};
use understudy_report::{Format, Report, SplitStanding, export};

/// The phases that the items' own entries tell of, read apart from the report.
fn happened(items: &[IncidentItem]) -> BTreeSet<PhaseName> {
    let entries = items.iter().map(|item| serde_json::from_str::<Entry>(&item.entry).unwrap());
    entries.filter_map(|entry| if let What::Moved { to, .. } = entry.what { Some(to) } else { None }).collect()
}

fn claims_no_more_than(report: &Report, happened: &BTreeSet<PhaseName>) -> Result<(), TestCaseError> {
    let claimed: BTreeSet<PhaseName> = report.phases.iter().map(|span| span.phase).collect();
    prop_assert_eq!(&claimed, happened);
    for decision in &report.decisions {
        let promoted = happened.contains(&PhaseName::Verifying);
        prop_assert!(promoted || decision.promoted_at.is_none());
        prop_assert!(promoted || decision.rpo.is_none(), "a loss without a promotion");
        prop_assert!(promoted || decision.split_risk.standing == SplitStanding::NothingPromoted);
        prop_assert!(happened.contains(&PhaseName::Shifting) || decision.rto.promotion_seconds.is_none());
        prop_assert!(happened.contains(&PhaseName::FailedOver) || decision.rto.measured_seconds.is_none());
        prop_assert!(decision.rto.detection.seconds.is_none(), "no entry tells when a fault began");
        let rto = &decision.rto;
        if let [Some(decision), Some(promotion), Some(traffic), Some(measured)] =
            [rto.decision_seconds, rto.promotion_seconds, rto.traffic_seconds, rto.measured_seconds]
        {
            prop_assert!((decision + promotion + traffic - measured).abs() < 0.01, "{:?}", rto);
        }
    }
    Ok(())
}

/// The phases in the table of the Markdown report.
fn told_in_the_table(markdown: &str) -> BTreeSet<PhaseName> {
    let table = markdown.split("## Phases\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let cells = table.lines().skip(3).filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    cells.map(|cell| *PhaseName::ALL.iter().find(|phase| phase.as_str() == cell).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_prefix_of_a_timeline_is_told_and_claims_no_phase_that_did_not_happen(
        which in any::<prop::sample::Index>(),
        length in any::<prop::sample::Index>(),
    ) {
        let recorded = which.get(&ALL);
        let prefix = &recorded.items[..=length.index(recorded.items.len())];
        let report = Report::new(prefix, &recorded.policy).unwrap();
        prop_assert!(report.chain.verifies, "{}", report.chain.says);
        claims_no_more_than(&report, &happened(prefix))?;
        let markdown = export(prefix, &recorded.policy, Format::Markdown).unwrap();
        prop_assert_eq!(told_in_the_table(&markdown), happened(prefix));
        let html = export(prefix, &recorded.policy, Format::Html).unwrap();
        prop_assert_eq!(html.matches("<rect class=\"phase").count(), 2 * report.phases.len(), "a narrow and a wide one");
        let json: serde_json::Value = serde_json::from_str(&export(prefix, &recorded.policy, Format::Json).unwrap()).unwrap();
        prop_assert_eq!(json["phases"].as_array().map(Vec::len), Some(report.phases.len()));
    }

    #[test]
    fn a_timeline_with_entries_missing_is_told_and_its_chain_is_broken(
        which in any::<prop::sample::Index>(),
        gone in any::<prop::sample::Index>(),
    ) {
        let recorded = which.get(&ALL);
        prop_assume!(recorded.items.len() > 1);
        let gone = gone.index(recorded.items.len() - 1);
        let mut items = recorded.items.clone();
        items.remove(gone);
        let report = Report::new(&items, &recorded.policy).unwrap();
        prop_assert_eq!(report.chain.broken_at.map(|seq| seq.0 as usize), Some(gone + 1));
        claims_no_more_than(&report, &happened(&items))?;
        prop_assert!(!export(&items, &recorded.policy, Format::Html).unwrap().is_empty());
    }
}

#[test]
fn there_are_timelines_of_every_phase_to_take_prefixes_of() {
    let all: BTreeSet<PhaseName> = ALL.iter().flat_map(|recorded| happened(&recorded.items)).collect();
    let missing: Vec<_> = PhaseName::ALL.iter().filter(|phase| !all.contains(phase)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
