//! Who votes: enough of them, each once, and of more than one kind.

use super::Faults;
use crate::name::Region;
use crate::policy::{EvidenceClass, Policy, Source, Subject, VOTERS_MAX, Voter};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(policy: &Policy, faults: &mut Faults) {
    quorum(policy, faults);
    if policy.voters.len() > VOTERS_MAX {
        let mend = format!("keep the best {VOTERS_MAX}");
        faults.error(&["voters"], policy.voters.len(), "there are too many voters for one record", &mend);
    }
    identity(policy, faults);
    operators(policy, faults);
    diversity(policy, faults);
}

/// A person's word is what it is, given where the runbook is: it stands for no other class, and for no Region outside.
fn operators(policy: &Policy, faults: &mut Faults) {
    for (index, voter) in policy.voters.iter().enumerate() {
        let Source::Operator(region) = &voter.source else { continue };
        let path = |field: &str| format!("voters[{index}].{field}");
        if voter.class != EvidenceClass::Operator {
            let involves = [&path("class")[..], &path("source.operator")];
            faults.error(&involves, voter.class, "a person's word is evidence of its own class", "write operator");
        }
        if *region != policy.regions.standby {
            let involves = [&path("source.operator")[..], "regions.standby"];
            let problem = "a person's word is given at the runbook in the standby Region";
            faults.error(&involves, region, problem, "name the standby Region");
        }
        if policy.approval.is_none() {
            let involves = [&path("source.operator")[..], "approval"];
            let problem = "nobody may give it: only an approver may";
            faults.error(&involves, region, problem, "name the approvers in [approval]");
        }
    }
}

fn quorum(policy: &Policy, faults: &mut Faults) {
    let electorate = u32::try_from(policy.electorate().count()).unwrap_or(u32::MAX);
    let needed = policy.quorum.needed;
    let involves = ["quorum.needed", "voters"];
    if needed > electorate {
        faults.error(
            &involves,
            needed,
            &format!("only {electorate} voters watch the primary Region, so the quorum can never be reached"),
            "lower the quorum, or add voters",
        );
    } else if u64::from(needed) * 2 <= u64::from(electorate) {
        faults.warning(
            &involves,
            needed,
            &format!("{needed} of {electorate} voters is no majority"),
            &format!("write at least {}", electorate / 2 + 1),
        );
    }
}

fn identity(policy: &Policy, faults: &mut Faults) {
    let mut names = BTreeMap::new();
    for (index, voter) in policy.voters.iter().enumerate() {
        let name_path = format!("voters[{index}].name");
        if let Some(first) = names.insert(&voter.name, index) {
            let problem = format!("voters[{first}] has this name too");
            let other = format!("voters[{first}].name");
            faults.error(&[&name_path, &other], &voter.name, &problem, "give each voter a name of its own");
        }
        let source_path = format!("voters[{index}].source");
        if let Some(arn) = voter.source.alarm()
            && arn.account() != policy.database.writer.account()
        {
            faults.error(
                &[&source_path, "database.writer"],
                arn,
                "the alarm is in another account than the writer, where it can not be read again",
                "name an alarm of the writer's account; one there can watch a metric of another account",
            );
        }
        if let Some(first) = policy.voters[..index].iter().rposition(|one| is_one_source(&one.source, &voter.source)) {
            let problem = format!("voters[{first}] has this source too: one source has one vote");
            let other = format!("voters[{first}].source");
            faults.error(&[&source_path, &other], &voter.source, &problem, "remove one of the two voters");
        }
    }
}

/// Whether two voters would say the same whatever happens: one Region that asks one thing twice, however often, has
/// one view of it.
fn is_one_source(one: &Source, other: &Source) -> bool {
    match (one, other) {
        (Source::Probe(one), Source::Probe(other)) => {
            one.region == other.region && one.target.is_same_thing(&other.target)
        }
        (one, other) => one == other,
    }
}

/// The Regions that the primary Region is observed from. Where a person sits nobody knows.
pub(super) fn observed_from(policy: &Policy) -> BTreeSet<Region> {
    let observers = policy.electorate().filter(|voter| !matches!(voter.source, Source::Operator(_)));
    observers.map(|voter| voter.source.region()).collect()
}

/// Only those that watch the primary Region make a decision, so only they can make it diverse.
fn diversity(policy: &Policy, faults: &mut Faults) {
    let classes: BTreeSet<EvidenceClass> = policy.electorate().map(|voter| voter.class).collect();
    if classes.len() < 2 {
        let value = classes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        faults.error(
            &["voters"],
            value,
            "all voters of the primary Region have one evidence class, and a decision needs two",
            "add a voter of another class",
        );
    }
    let regions = observed_from(policy);
    if let [region] = Vec::from_iter(&regions).as_slice() {
        faults.error(
            &["voters"],
            region,
            "every voter of the primary Region is in this Region, which cannot be told from its own network",
            "add a voter in another Region",
        );
    }
    let outside = |voter: &Voter| {
        let region = voter.source.region();
        region != policy.regions.primary && region != policy.regions.standby
    };
    if !policy.electorate().any(outside) {
        faults.error(
            &["voters", "regions.primary", "regions.standby"],
            format!("{} voters", policy.electorate().count()),
            "no voter of the primary Region is outside both the primary and the standby Region, and a decision needs one",
            "add a voter in a third Region",
        );
    }
}

pub(super) fn check_storm(policy: &Policy, faults: &mut Faults) {
    let mut named = BTreeSet::new();
    for (index, name) in policy.storm.region_voters.iter().enumerate() {
        let path = format!("storm.region_voters[{index}]");
        let mend = "name a voter that watches the primary Region, or remove it";
        match policy.voter(name).map(|voter| voter.watches) {
            None => faults.error(&[&path, "voters"], name, "there is no voter of this name", mend),
            Some(Subject::Primary) => {}
            Some(watches @ (Subject::Standby | Subject::Canary)) => {
                let problem = format!("this voter watches the {watches}, and says nothing of the primary Region");
                faults.error(&[&path, "voters"], name, &problem, mend);
            }
        }
        if !named.insert(name) {
            faults.error(&[&path], name, "the voter is named twice", "name each voter once");
        }
    }
}
