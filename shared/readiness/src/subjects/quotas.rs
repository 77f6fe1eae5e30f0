//! Room in the account for what a failover leaves to be made: a new replica, the way home.

use crate::check::Verdict::Warns;
use crate::check::{Check, Ground, Judged, ok, warns, wrong_with};
use crate::seen::Seen;
use crate::survey::{Quota, Quotas};
use understudy_engine::Region;

pub(super) const CHECKS: [Check; 2] = [
    Check {
        name: "quota-instances",
        wants: "each of the two Regions has room for one more database instance",
        why: "a new replica is made where there is room, and a quota is not raised in a minute during an outage",
        at_worst: Warns,
        judge: instances,
    },
    Check {
        name: "quota-storage",
        wants: "and for as much storage as the writer has",
        why: "the new replica needs it beside what is there",
        at_worst: Warns,
        judge: storage,
    },
];

fn instances<'a>(ground: &Ground<'a>) -> Judged<'a> {
    room(ground, |quotas| &quotas.instances, 1, "database instances")
}

fn storage<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let gib = u64::from(ground.survey.writer.known()?.storage.gib);
    room(ground, |quotas| &quotas.storage_gib, gib, "GiB of storage")
}

fn room<'a>(ground: &Ground<'a>, of: fn(&Quotas) -> &Seen<Quota>, more: u64, what: &str) -> Judged<'a> {
    let quotas: Vec<(&Region, &Seen<Quota>)> =
        ground.survey.quotas.iter().map(|(region, quotas)| (region, of(quotas))).collect();
    if let Some(unseen) = quotas.iter().find_map(|(_, seen)| seen.known().err().filter(|_| seen.is_absent())) {
        return Err(unseen);
    }
    let full = wrong_with(quotas.iter().copied(), |quota| {
        let Quota { used, max } = quota;
        (used.saturating_add(more) > *max).then(|| format!("{used} of {max} {what} are used, and {more} are needed"))
    })?;
    if full.is_empty() {
        let told = quotas.iter().filter_map(|(region, seen)| Some((region, seen.known().ok()?)));
        let told: Vec<String> =
            told.map(|(region, quota)| format!("{region} {} of {}", quota.used, quota.max)).collect();
        return ok(told.join(", "));
    }
    warns(full.join("; "), "have the quota raised, or delete what nobody uses")
}
