//! The script: what happens to the world at its offsets.

use super::QUIET_SECONDS;
use super::file::{DatabaseSpell, DatabaseWord, FunctionsWord, ReplicationWord, VerdictWord, VoterSpell};
use super::spells::{self, sorted};
use super::weather::Weather;
use crate::alarm::{AlarmValue, SimAlarm};
use crate::database::SimDatabase;
use jiff::SignedDuration;
use std::time::Duration;
use understudy_engine::{AlarmArn, DbInstanceArn, DbStatus, Policy};

/// One change of what a voter says.
#[derive(Debug, Clone)]
struct Change {
    at: i64,
    verdict: VerdictWord,
    delay_seconds: u32,
    silent: bool,
    event_lost: bool,
    skew_seconds: i64,
    reason: String,
}

/// Everything that a voter's spells come to, in order.
fn changes(own: &[VoterSpell], runs_seconds: i64) -> Vec<Change> {
    let mut changes = Vec::new();
    for (index, spell) in own.iter().enumerate() {
        let end = spells::end(own, index);
        let verdict = spell.verdict.unwrap_or(match spell.flap {
            Some(_) => VerdictWord::Down,
            None => VerdictWord::Missing,
        });
        let change = |at: i64, verdict: VerdictWord, silent: bool| Change {
            at,
            verdict,
            delay_seconds: spell.delay_seconds,
            silent,
            event_lost: spell.event_lost,
            skew_seconds: spell.skew_seconds,
            reason: spell.reason.clone(),
        };
        match &spell.flap {
            None => changes.push(change(spell.at, verdict, spell.silent)),
            Some(flap) => {
                let period = i64::from(flap.period_seconds);
                let on = ((period as f64) * flap.duty).round().clamp(1.0, (period - 1) as f64) as i64;
                let until = end.unwrap_or(runs_seconds).min(runs_seconds);
                let step = usize::try_from(period).unwrap_or(1);
                for start in (spell.at..until).step_by(step) {
                    changes.push(change(start, verdict, false));
                    if start + on < until {
                        changes.push(change(start + on, VerdictWord::Up, false));
                    }
                }
            }
        }
        // Where no other spell takes over, everything is well again.
        if let Some(until) = spell.until.filter(|until| end == Some(*until))
            && own.get(index + 1).is_none_or(|next| next.at > until)
        {
            changes.push(change(until, VerdictWord::Up, false));
        }
    }
    changes
}

/// Plays one voter of one application, `shift` seconds later than the file says.
pub(super) async fn voter(weather: Weather, arn: AlarmArn, spells: Vec<VoterSpell>, shift: i64) {
    for change in changes(&spells, weather.scenario.runs_seconds) {
        weather.sleep_until(change.at + shift).await;
        say(&weather, &arn, &change);
    }
}

fn say(weather: &Weather, arn: &AlarmArn, change: &Change) {
    let world = &weather.world;
    let value = match change.verdict {
        VerdictWord::Up => AlarmValue::Ok,
        VerdictWord::Down => AlarmValue::Alarm,
        VerdictWord::Missing => AlarmValue::InsufficientData,
    };
    let reason = match (&change.reason, change.verdict) {
        (reason, _) if !reason.is_empty() => reason.clone(),
        (_, VerdictWord::Up) => "Threshold not crossed".to_owned(),
        (_, VerdictWord::Down) => "Threshold Crossed: 2 of 2 datapoints were below the threshold".to_owned(),
        (_, VerdictWord::Missing) => "Insufficient Data: no datapoints were received".to_owned(),
    };
    let now = world.now();
    let changed_at = now.checked_add(SignedDuration::from_secs(change.skew_seconds)).unwrap_or(now);
    weather.set_silent(arn, change.silent);
    let heard = !change.silent && !change.event_lost && !weather.is_lost(&arn.region());
    let told = world.change_alarm(arn, SimAlarm { value, changed_at, reason });
    let how = match (change.delay_seconds, heard) {
        (_, false) => "nobody hears of it by an event".to_owned(),
        (0, true) => format!("seen from {}", arn.region()),
        (delay, true) => format!("seen from {}; the event arrives {delay} s late", arn.region()),
    };
    if change.silent {
        world.tell("voter", format!("{} falls silent", arn.alarm()), "no event of it, and nothing to read");
    } else {
        world.tell("voter", format!("{} is {}", arn.alarm(), value.as_str()), how);
    }
    if let Some(event) = told.filter(|_| heard) {
        let (world, delay) = (world.clone(), Duration::from_secs(u64::from(change.delay_seconds)));
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            world.send_event(event);
        });
    }
}

/// Plays what happens to the databases of one application by other hands than ours.
pub(super) async fn database(weather: Weather, policy: Policy, is_candidate: bool) {
    let scenario = weather.scenario.clone();
    let own = if is_candidate { &scenario.candidate } else { &scenario.writer };
    let arn = if is_candidate { &policy.database.replica } else { &policy.database.writer };
    for (at, word) in turns(own) {
        weather.sleep_until(at).await;
        turn(&weather, arn, &policy, word);
    }
}

fn turns(own: &[DatabaseSpell]) -> Vec<(i64, DatabaseWord)> {
    let mut turns = Vec::new();
    for (index, spell) in sorted(own).iter().enumerate() {
        turns.push((spell.at, spell.state));
        if let Some(until) = spell.until.filter(|until| own.get(index + 1).is_none_or(|next| next.at > *until)) {
            turns.push((until, DatabaseWord::Available));
        }
    }
    turns
}

fn turn(weather: &Weather, arn: &DbInstanceArn, policy: &Policy, word: DatabaseWord) {
    let world = &weather.world;
    let now = world.now();
    let mut inner = world.lock();
    match word {
        DatabaseWord::Missing => {
            inner.databases.remove(arn);
        }
        DatabaseWord::Promoted => {
            if let Some(database) = inner.databases.get_mut(arn).filter(|database| database.promotable()) {
                database.promoted_at = Some(now);
            }
        }
        DatabaseWord::OtherSource => {
            let elsewhere = format!("{}-elsewhere", policy.database.writer);
            if let (Some(database), Ok(elsewhere)) = (inner.databases.get_mut(arn), elsewhere.parse()) {
                database.source = Some(elsewhere);
            }
        }
        DatabaseWord::Available
        | DatabaseWord::BackingUp
        | DatabaseWord::Modifying
        | DatabaseWord::Rebooting
        | DatabaseWord::Upgrading
        | DatabaseWord::Maintenance
        | DatabaseWord::Stopped
        | DatabaseWord::StorageFull
        | DatabaseWord::Failed => {
            let is_writer = *arn == policy.database.writer;
            let fresh = || if is_writer { writer() } else { replica(weather, policy) };
            let database = inner.databases.entry(arn.clone()).or_insert_with(fresh);
            if let Some(status) = word.status() {
                database.status = DbStatus::parse(status);
            }
            if !is_writer && database.promoted_at.is_none() {
                database.source = Some(policy.database.writer.clone());
            }
        }
    }
    drop(inner);
    let what = format!("{} is {}", arn.as_str().rsplit(':').next().unwrap_or_default(), words(word));
    world.tell("rds", what, format!("in {}", arn.region()));
}

fn words(word: DatabaseWord) -> &'static str {
    match word {
        DatabaseWord::Missing => "deleted",
        DatabaseWord::OtherSource => "a replica of another writer",
        DatabaseWord::Promoted => "being promoted by somebody else",
        DatabaseWord::Available
        | DatabaseWord::BackingUp
        | DatabaseWord::Modifying
        | DatabaseWord::Rebooting
        | DatabaseWord::Upgrading
        | DatabaseWord::Maintenance
        | DatabaseWord::Stopped
        | DatabaseWord::StorageFull
        | DatabaseWord::Failed => word.status().unwrap_or_default(),
    }
}

/// A promotion by other hands that the replication tells of.
pub(super) async fn replication(weather: Weather, policy: Policy) {
    for spell in weather.scenario.replication.clone() {
        weather.sleep_until(spell.at).await;
        match spell.state {
            ReplicationWord::Promoted => {
                turn(&weather, &policy.database.replica, &policy, DatabaseWord::Promoted);
            }
            ReplicationWord::Following | ReplicationWord::Frozen | ReplicationWord::Broken => {
                let what = format!("replication is {}", format!("{:?}", spell.state).to_lowercase());
                let lag = spell.lag_seconds.map_or(String::new(), |lag| format!("lag {lag} s"));
                weather.world.tell("rds", what, lag);
            }
        }
    }
}

pub(super) fn writer() -> SimDatabase {
    let mut writer = SimDatabase::writer();
    writer.groups.extend("sg-00000000000000a01".parse());
    writer
}

pub(super) fn replica(weather: &Weather, policy: &Policy) -> SimDatabase {
    let mut replica = SimDatabase::replica_of(policy.database.writer.clone(), weather.life());
    replica.groups.extend("sg-00000000000000a02".parse());
    replica
}

/// Tells of the spells that are no object's doing.
pub(super) async fn announcements(weather: Weather) {
    let scenario = weather.scenario.clone();
    let mut lines: Vec<(i64, String, String)> = Vec::new();
    let mut tell = |span: (i64, Option<i64>), what: String, well: String| {
        lines.push((span.0, what, String::new()));
        if let Some(until) = span.1 {
            lines.push((until, well, String::new()));
        }
    };
    for (region, spells) in &scenario.control_plane {
        for spell in spells {
            let what = format!("control plane of {region} is {}", format!("{:?}", spell.state).to_lowercase());
            tell((spell.at, spell.until), what, format!("control plane of {region} is up"));
        }
    }
    for spell in &scenario.table {
        let state = format!("{:?}", spell.state).to_lowercase();
        let place = if spell.region == "all" { "everywhere".to_owned() } else { format!("in {}", spell.region) };
        tell((spell.at, spell.until), format!("the table is {state}, {place}"), format!("the table is up, {place}"));
    }
    for spell in &scenario.functions {
        let state = format!("{:?}", spell.state).to_lowercase();
        tell((spell.at, spell.until), format!("our functions are {state}"), "our functions are up".to_owned());
    }
    for spell in &scenario.fencing {
        let state = format!("{:?}", spell.state).to_lowercase();
        tell((spell.at, spell.until), format!("fencing is {state}"), "fencing is possible".to_owned());
    }
    lines.sort_by_key(|(at, ..)| *at);
    for (at, what, why) in lines.into_iter().filter(|(at, ..)| *at > -QUIET_SECONDS) {
        weather.sleep_until(at).await;
        weather.world.tell("world", what, why);
    }
}

/// Stops our functions, and lets them run again.
pub(super) async fn functions(weather: Weather) {
    let spells = weather.scenario.functions.clone();
    for (index, spell) in spells.iter().enumerate() {
        weather.sleep_until(spell.at).await;
        weather.world.lock().functions_down = spell.state == FunctionsWord::Down;
        if let Some(until) = spells::end(&spells, index) {
            weather.sleep_until(until).await;
            weather.world.lock().functions_down = false;
        }
    }
}

/// The alarm of each voter.
pub(super) fn alarms(policy: &Policy) -> impl Iterator<Item = (&understudy_engine::VoterName, &AlarmArn)> {
    policy.voters.iter().filter_map(|voter| Some((&voter.name, voter.source.alarm()?)))
}
