//! What must hold at the end of a story, whatever went wrong in it.

use super::stage::Stage;
use super::story::{Ending, PRIMARY, STANDBY};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use understudy_driver::{Announcement, Cloud, IncidentItem, Ledger, Record, verify};
use understudy_engine::{Application, DbInstanceArn, Entry, Epoch, FenceAct, FenceAnswer, FenceCall, SecurityGroup};
use understudy_sim::{SimCloud, SimLedger};

/// Everything that is wrong.
pub(super) async fn findings(stage: &Stage<'_>) -> Vec<String> {
    let mut wrong = stage.director.notes().harm.clone();
    let eyes = stage.eyes().await;
    for (application, record) in &eyes.records {
        let mut nearest: Option<Vec<String>> = None;
        for ending in &stage.story.endings {
            let departs = departures(stage, application, record, ending).await;
            if nearest.as_ref().is_none_or(|nearest| departs.len() < nearest.len()) {
                nearest = Some(departs);
            }
        }
        wrong.extend(nearest.unwrap_or_default());
        wrong.extend(untold(record));
    }
    let incidents = stage.director.notes().incidents.clone();
    for (application, incident) in incidents {
        let items = SimLedger::new(&stage.world).incident(&application, &incident).await.unwrap();
        wrong.extend(verify(&items).err().map(|broken| format!("{application}, {incident}: {broken}")));
        wrong.extend(unannounced(stage, &items));
        wrong.extend(out_of_order(&items));
    }
    wrong
}

async fn departures(stage: &Stage<'_>, application: &Application, record: &Record, ending: &Ending) -> Vec<String> {
    let mut departs = Vec::new();
    let state = &record.state;
    if state.phase.name() != ending.phase {
        departs.push(format!("{application} ended {}, not {}", state.phase.name(), ending.phase));
    }
    let accepted = stage.director.notes().accepted.clone();
    let accepted: Vec<u32> = accepted.into_iter().filter(|((of, _), _)| of == application).map(|(_, n)| n).collect();
    if accepted != vec![1; ending.promotions] {
        departs.push(format!("{application}: {accepted:?} promotions were accepted, and not {}", ending.promotions));
    }
    let latched: Vec<&str> = state.latch.keys().map(understudy_engine::Region::as_str).collect();
    if latched != ending.latched {
        departs.push(format!("{application}: {latched:?} latched, not {:?}", ending.latched));
    }
    for (database, group) in &ending.groups {
        let region = if database.ends_with("-replica") { STANDBY } else { PRIMARY };
        let arn = format!("arn:aws:rds:{region}:111122223333:db:{database}").parse().unwrap();
        let groups = groups(stage, arn).await;
        if groups != BTreeSet::from([group.parse().unwrap()]) {
            departs.push(format!("{database} has {groups:?}, not {group}"));
        }
    }
    departs.extend(super::levers::departures(&stage.world, record));
    departs
}

async fn groups(stage: &Stage<'_>, writer: DbInstanceArn) -> BTreeSet<SecurityGroup> {
    let not_after = stage.world.now();
    let call = FenceCall { epoch: Epoch(0), writer, act: FenceAct::Describe, not_after };
    match SimCloud::new(&stage.world).fence(&call).await.outcome {
        FenceAnswer::Seen(seen) => seen.groups,
        answer => panic!("{answer:?}"),
    }
}

/// Nothing waits to be told, nothing was left out, and what was written last was told last.
fn untold(record: &Record) -> Vec<String> {
    let journal = &record.state.journal;
    let last_told = journal.delivered.as_ref().map(|delivered| &delivered.entry);
    let mut wrong = Vec::new();
    if !journal.outbox.is_empty() || journal.withheld > 0 || last_told != journal.last.as_ref() {
        wrong.push(format!("{} entries wait, and {} were withheld", journal.outbox.len(), journal.withheld));
    }
    wrong
}

fn unannounced(stage: &Stage<'_>, items: &[IncidentItem]) -> Vec<String> {
    let messages = stage.world.messages();
    let is_about = |message: &Announcement, item: &IncidentItem| {
        let says = |attribute: &str, value: &str| message.attributes.get(attribute).is_some_and(|said| said == value);
        says("application", item.application.as_str())
            && says("incident", item.id.incident.as_str())
            && says("seq", &item.id.seq.0.to_string())
    };
    let lost = items.iter().filter(|item| !messages.iter().any(|message| is_about(message, item)));
    lost.map(|item| format!("entry {} was never announced", item.id.seq.0)).collect()
}

/// A timeline goes forward.
fn out_of_order(items: &[IncidentItem]) -> Vec<String> {
    let entries = entries(items);
    let backward = entries.windows(2).filter(|pair| pair[1].at < pair[0].at || pair[1].revision < pair[0].revision);
    backward.map(|pair| format!("entry {} is dated before the one before it", pair[1].id.seq.0)).collect()
}

/// What happened, a line for each entry of each incident.
pub(super) async fn timeline(stage: &Stage<'_>) -> String {
    let mut lines = String::new();
    let incidents = stage.director.notes().incidents.clone();
    for (application, incident) in incidents {
        for entry in entries(&SimLedger::new(&stage.world).incident(&application, &incident).await.unwrap()) {
            let Entry { at, who, what, .. } = &entry;
            writeln!(lines, "{application} {at:.0} {who}: {what}: {}", entry.why()).unwrap();
        }
    }
    lines
}

fn entries(items: &[IncidentItem]) -> Vec<Entry> {
    items.iter().map(|item| serde_json::from_str(&item.entry).unwrap()).collect()
}
