//! What becomes of items that are not what was written.

use crate::timelines::Recorded;
use understudy_engine::Mode;
use understudy_report::{Format, Report, export};
use understudy_sim::Script;

fn lost() -> Recorded {
    Recorded::of_drill(Script::RegionLoss, Mode::Auto)
}

fn told_as_broken(recorded: &Recorded, problem: &str) {
    for format in [Format::Markdown, Format::Json, Format::Html] {
        let report = export(&recorded.items, &recorded.policy, format).unwrap();
        assert!(report.contains("The hash chain is broken"), "{format:?}");
        assert!(report.contains(problem), "{format:?}: {problem}");
        assert!(!report.contains("hash chain verifies"), "{format:?}");
    }
}

#[test]
fn a_changed_item_is_told_as_a_broken_chain_in_all_three_formats() {
    let mut changed = lost();
    changed.items[2].entry = changed.items[2].entry.replacen("\"epoch\":0", "\"epoch\":1", 1);
    told_as_broken(&changed, "entry 3 was changed after it was written");
}

#[test]
fn an_entry_that_cannot_be_read_is_named_and_nothing_of_it_is_told() {
    let mut changed = lost();
    changed.items[1].entry = "{".to_owned();
    told_as_broken(&changed, "entry 2 was changed");
    let report = Report::new(&changed.items, &changed.policy).unwrap();
    assert_eq!(report.entries.unreadable.iter().map(|seq| seq.0).collect::<Vec<_>>(), [2]);
    assert!(report.timeline.iter().all(|line| line.seq.0 != 2));
    let page = export(&changed.items, &changed.policy, Format::Html).unwrap();
    assert!(page.contains("Entries that this release cannot read, and of which nothing is here: 2."));
}

#[test]
fn an_entry_of_another_incident_under_this_ones_name_is_told_as_a_broken_chain() {
    let mut relabelled = lost();
    for item in &mut relabelled.items {
        item.id.incident = "20200101T000000Z-r1".to_owned().into();
    }
    told_as_broken(&relabelled, "entry 1 was written for another incident");
}

#[test]
fn what_is_no_incident_of_the_policy_is_refused_with_the_field_and_the_mend() {
    let mut recorded = lost();
    let refused = |items: &[_], policy: &_| export(items, policy, Format::Json).unwrap_err().to_string();
    assert!(refused(&[], &recorded.policy).starts_with("items: there are none: export"));
    let mut two = recorded.items.clone();
    two[3].id.incident = "20200101T000000Z-r1".to_owned().into();
    assert!(refused(&two, &recorded.policy).contains("two incidents: export one incident at a time"));
    recorded.policy.application = "billing".parse().unwrap();
    assert!(
        refused(&recorded.items, &recorded.policy).starts_with("policy: it is of billing, and the items are of orders")
    );
}
