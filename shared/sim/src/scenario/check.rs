//! What contradicts itself in a scenario, and names that mean nothing in it.

use super::application::{self, LETTERS};
use super::faults::Faults;
use super::file::{Answer, ControlWord, DatabaseWord, File, OneOrMany, OperatorWord, Timed, VerdictWord, VoterSpell};
use super::moment::{phase, phase_words};
use super::spells::{Control, TableHere, sorted};
use super::{AFTERWARDS_SECONDS, QUIET_SECONDS, Scenario};
use std::collections::BTreeMap;
use std::time::Duration;
use understudy_engine::{EvidenceClass, Policy, Region, VoterName};

/// The longest scenario.
const RUNS_MAX_SECONDS: i64 = 14 * 86_400;

/// How long a call to a slow control plane takes, if the file does not say.
const SLOW_SECONDS: u32 = 4;

/// A spell's span, and the field that it stands in.
type Span = (String, i64, Option<i64>);

/// The fields of the entries of a list, or the one of the only entry.
fn entries<'e, T>(field: &'e str, spells: &'e OneOrMany<T>) -> impl Iterator<Item = (String, &'e T)> {
    let name = move |index| if spells.is_list { format!("{field}[{index}]") } else { field.to_owned() };
    spells.iter().enumerate().map(move |(index, spell)| (name(index), spell))
}

/// Every spell of the file, by the field that it stands in.
fn all_spells(file: &File) -> Vec<(String, Vec<Span>)> {
    fn spans<T: Timed>(field: &str, spells: &OneOrMany<T>) -> (String, Vec<Span>) {
        let spans = entries(field, spells).map(|(name, spell)| (name, spell.span().0, spell.span().1));
        (field.to_owned(), spans.collect())
    }
    let mut all: Vec<_> = file.voters.iter().map(|(name, spells)| spans(&format!("voters.{name}"), spells)).collect();
    all.extend([
        spans("replication", &file.replication),
        spans("functions", &file.functions),
        spans("candidate", &file.candidate),
        spans("writer", &file.writer),
        spans("fencing", &file.fencing),
        spans("control_plane", &file.control_plane),
        spans("table", &file.table),
    ]);
    all
}

/// What is wrong with the spells by themselves, whatever application they are about.
pub(super) fn shape(file: &File, faults: &mut Faults) {
    for (list, spans) in all_spells(file) {
        for (field, at, until) in &spans {
            if *at < -QUIET_SECONDS {
                let mend = format!("write at least -{QUIET_SECONDS}: everything is well until then");
                faults.add(&format!("{field}.at"), at, "is before the beginning", &mend);
            }
            if let Some(until) = until.filter(|until| until <= at) {
                faults.add(
                    &format!("{field}.until"),
                    until,
                    &format!("is not after at = {at}"),
                    "write a later offset",
                );
            }
        }
        // Spells of several Regions may lie beside each other.
        if list != "control_plane" && list != "table" {
            overlaps(&list, spans.into_iter().map(|(_, at, until)| (at, until)).collect(), faults);
        }
    }
    for (name, spells) in &file.voters {
        for (field, spell) in entries(&format!("voters.{name}"), spells) {
            voter_spell(&field, spell, faults);
        }
    }
    let promote = &file.promote;
    if promote.takes_seconds == 0 || promote.takes_seconds > 86_400 {
        faults.add("promote.takes_seconds", promote.takes_seconds, "is out of its range", "write 1 to 86400");
    }
}

fn overlaps(field: &str, mut spans: Vec<(i64, Option<i64>)>, faults: &mut Faults) {
    spans.sort_unstable();
    for pair in spans.windows(2) {
        let [(at, until), (next, _)] = pair else { continue };
        if at == next {
            faults.add(&format!("{field}.at"), at, "is written twice", "keep one entry for each offset");
        } else if let Some(until) = until.filter(|until| until > next) {
            let problem = format!("is after the next entry begins, at {next}");
            faults.add(&format!("{field}.until"), until, &problem, "end the one before the other begins");
        }
    }
}

fn voter_spell(field: &str, spell: &VoterSpell, faults: &mut Faults) {
    if spell.verdict.is_none() && !spell.silent && spell.flap.is_none() {
        let mend = "write verdict = \"up\", \"down\" or \"missing\"";
        faults.add(&format!("{field}.verdict"), "nothing", "is missing", mend);
    }
    if let Some(flap) = &spell.flap {
        if flap.period_seconds < 2 {
            faults.add(&format!("{field}.flap.period_seconds"), flap.period_seconds, "is too short", "write 2 or more");
        }
        if flap.duty.is_nan() || flap.duty <= 0.0 || flap.duty >= 1.0 {
            let mend = "write the share of a period that it says so, such as 0.5";
            faults.add(&format!("{field}.flap.duty"), flap.duty, "is not between 0 and 1", mend);
        }
        if spell.silent {
            faults.add(&format!("{field}.silent"), true, "and flap: nobody hears it flap", "keep one of the two");
        }
        if spell.verdict == Some(VerdictWord::Up) {
            let mend = "write down or missing: in between it says up";
            faults.add(&format!("{field}.verdict"), "up", "flaps between up and up", mend);
        }
    }
}

/// What each voter says. A voter of the replication that is not named says what the replication does.
pub(super) fn voters(file: &File, policy: &Policy, faults: &mut Faults) -> BTreeMap<VoterName, Vec<VoterSpell>> {
    let mut voters: BTreeMap<VoterName, Vec<VoterSpell>> = BTreeMap::new();
    let mut keys: BTreeMap<VoterName, usize> = BTreeMap::new();
    for (key, spells) in &file.voters {
        match application::voters(policy, key) {
            Ok(names) => {
                for name in names {
                    *keys.entry(name.clone()).or_default() += 1;
                    voters.entry(name).or_default().extend(spells.iter().cloned());
                }
            }
            Err(word) => {
                let names: Vec<&str> = policy.voters.iter().map(|voter| voter.name.as_str()).collect();
                let letters = LETTERS.map(|(letter, _)| letter).join(", ");
                let mend = format!("write one of {}; {letters} stand for the default ones", names.join(", "));
                faults.add(&format!("voters.{key}"), word, "is no voter of the application", &mend);
            }
        }
    }
    for (name, spells) in &mut voters {
        *spells = sorted(spells);
        // What one key says by itself was looked at already.
        if keys.get(name).is_some_and(|keys| *keys > 1) {
            overlaps(&format!("voters.{name}"), spells.iter().map(Timed::span).collect(), faults);
        }
    }
    for voter in policy.electorate().filter(|voter| voter.class == EvidenceClass::Replication) {
        voters.entry(voter.name.clone()).or_insert_with(|| heartbeat(file));
    }
    voters
}

fn heartbeat(file: &File) -> Vec<VoterSpell> {
    use super::file::ReplicationWord::{Broken, Following, Frozen, Promoted};
    let spell = |at, until, verdict| VoterSpell {
        at,
        until,
        verdict: Some(verdict),
        delay_seconds: 0,
        flap: None,
        silent: false,
        event_lost: false,
        skew_seconds: 0,
        reason: String::new(),
    };
    let says = |state| match state {
        Following => VerdictWord::Up,
        Frozen | Broken => VerdictWord::Down,
        Promoted => VerdictWord::Missing,
    };
    sorted(&file.replication).iter().map(|own| spell(own.at, own.until, says(own.state))).collect()
}

fn region(policy: &Policy, field: &str, word: &str, faults: &mut Faults) -> Option<Region> {
    let regions = &policy.regions;
    let found = match word {
        "primary" => Some(regions.primary.clone()),
        "standby" => Some(regions.standby.clone()),
        "witness" => regions.witness.clone(),
        other => other.parse().ok().filter(|region| {
            let named = [Some(&regions.primary), Some(&regions.standby), regions.witness.as_ref()];
            named.contains(&Some(region)) || policy.voters.iter().any(|voter| voter.source.region() == *region)
        }),
    };
    if found.is_none() {
        let mend = "write primary, standby, witness or the name of one of its Regions";
        faults.add(field, word, "is no Region of the application", mend);
    }
    found
}

pub(super) fn control_plane(file: &File, policy: &Policy, faults: &mut Faults) -> BTreeMap<Region, Vec<Control>> {
    let mut planes: BTreeMap<Region, Vec<Control>> = BTreeMap::new();
    for (field, spell) in entries("control_plane", &file.control_plane) {
        let Some(region) = region(policy, &format!("{field}.region"), &spell.region, faults) else { continue };
        if let Some(takes) = spell.takes_seconds.filter(|_| spell.state != ControlWord::Slow) {
            let mend = "write state = \"slow\", or leave it out";
            faults.add(&format!("{field}.takes_seconds"), takes, "says nothing unless the state is slow", mend);
        }
        let takes = Duration::from_secs(u64::from(spell.takes_seconds.unwrap_or(SLOW_SECONDS)));
        let control = Control { at: spell.at, until: spell.until, state: spell.state, takes };
        planes.entry(region).or_default().push(control);
    }
    for (region, spells) in &mut planes {
        *spells = sorted(spells);
        overlaps(&format!("control_plane of {region}"), spells.iter().map(Timed::span).collect(), faults);
    }
    planes
}

/// The functions are in the standby Region, so only there the table is felt.
pub(super) fn table(file: &File, policy: &Policy, faults: &mut Faults) -> Vec<TableHere> {
    let mut spells = Vec::new();
    for (field, spell) in entries("table", &file.table) {
        let word = spell.region.as_deref().unwrap_or("all");
        let is_felt = word == "all" || {
            region(policy, &format!("{field}.region"), word, faults)
                .is_some_and(|region| region == policy.regions.standby)
        };
        let region = word.to_owned();
        spells.push(TableHere { at: spell.at, until: spell.until, state: spell.state, region, is_felt });
    }
    let felt = spells.iter().filter(|spell| spell.is_felt).map(Timed::span).collect();
    overlaps("table of the standby Region", felt, faults);
    sorted(&spells)
}

/// How long the scenario is played.
pub(super) fn runs(file: &File, faults: &mut Faults) -> i64 {
    let spans = all_spells(file).into_iter().flat_map(|(_, spans)| spans);
    let spells = spans.flat_map(|(_, at, until)| [Some(at), until]).flatten();
    let late = file.voters.values().flat_map(|spells| spells.iter());
    let late = late.map(|spell| spell.until.unwrap_or(spell.at).saturating_add(i64::from(spell.delay_seconds)));
    let orders = file.operator.iter();
    let orders = orders.map(|act| act.at.unwrap_or(0).saturating_add(i64::from(act.after_seconds.unwrap_or(0))));
    let expect = &file.expect;
    let bounds = [expect.within_seconds, expect.not_before_seconds, expect.page_within_seconds].into_iter().flatten();
    let last = spells.chain(late).chain(orders).chain(bounds).max().unwrap_or(0).max(0);
    let spells = all_spells(file).into_iter().flat_map(|(_, spans)| spans).map(|(_, at, _)| at);
    let begins = spells.chain(file.operator.iter().filter_map(|act| act.at)).max().unwrap_or(0);
    match file.runs_seconds.map(i64::from) {
        None if last > RUNS_MAX_SECONDS => {
            let mend = format!("write offsets of at most {RUNS_MAX_SECONDS}");
            faults.add("at", last, "is later than any scenario is played", &mend);
            last
        }
        None => last + AFTERWARDS_SECONDS + rebuilding(file),
        Some(runs) if runs > RUNS_MAX_SECONDS || runs == 0 => {
            let mend = format!("write 1 to {RUNS_MAX_SECONDS}");
            faults.add("runs_seconds", runs, "is out of its range", &mend);
            runs
        }
        Some(runs) if runs <= begins => {
            let mend = format!("write more than {begins}, or leave it out");
            faults.add("runs_seconds", runs, &format!("ends before what happens at {begins}"), &mend);
            runs
        }
        Some(runs) => runs,
    }
}

/// A new replica takes its time.
fn rebuilding(file: &File) -> i64 {
    let rebuilds = |word| matches!(word, OperatorWord::Rebuild | OperatorWord::SwitchOver);
    if file.operator.iter().any(|act| rebuilds(act.action)) { 2 * AFTERWARDS_SECONDS } else { 0 }
}

pub(super) fn expectations(scenario: &Scenario, faults: &mut Faults) {
    let expect = &scenario.expect;
    if expect.answer.is_empty() {
        faults.add("expect.answer", "[]", "names no answer", "write promote, hold, ask or nothing");
    }
    if let (Some(within), Some(not_before)) = (expect.within_seconds, expect.not_before_seconds)
        && within < not_before
    {
        let problem = format!("is before not_before_seconds = {not_before}");
        faults.add("expect.within_seconds", within, &problem, "write a later bound, or an earlier one there");
    }
    for (field, count) in [
        ("promote_calls", expect.promote_calls),
        ("pages", expect.pages),
        ("promoted", expect.promoted),
        ("held", expect.held),
    ] {
        if let Some(count) = count.filter(|count| count.min > count.max) {
            let value = format!("{{ min = {}, max = {} }}", count.min, count.max);
            faults.add(&format!("expect.{field}"), value, "has a least above its most", "swap the two");
        }
    }
    for word in expect.ends_in.iter().flat_map(|words| words.iter()).filter(|word| phase(word).is_none()) {
        faults.add("expect.ends_in", word, "is no phase", &format!("write one of {}", phase_words()));
    }
    if let Some(policy) = scenario.policies.first() {
        for word in expect.latched.iter().flat_map(|words| words.iter()) {
            region(policy, "expect.latched", word, faults);
        }
        never_a_candidate(scenario, policy, faults);
    }
}

/// A promotion of something that never follows the writer is no right answer.
fn never_a_candidate(scenario: &Scenario, policy: &Policy, faults: &mut Faults) {
    let [only] = scenario.candidate.as_slice() else { return };
    let stranger = match only.state {
        DatabaseWord::OtherSource => "is a replica of another writer",
        DatabaseWord::Missing => "does not exist",
        DatabaseWord::Available
        | DatabaseWord::BackingUp
        | DatabaseWord::Modifying
        | DatabaseWord::Rebooting
        | DatabaseWord::Upgrading
        | DatabaseWord::Maintenance
        | DatabaseWord::Stopped
        | DatabaseWord::StorageFull
        | DatabaseWord::Failed
        | DatabaseWord::Promoted => return,
    };
    let always = only.at <= 0 && only.until.is_none();
    if always && scenario.expect.answer.iter().all(|answer| *answer == Answer::Promote) {
        let problem = format!("{stranger} all the time, and promote is expected");
        let mend = "expect hold, or name a replica of the writer";
        faults.add("candidate[0].state", &policy.database.replica, &problem, mend);
    }
}

/// The Regions that are expected to be latched, or none where nothing is expected.
pub(super) fn latched(policy: &Policy, words: &OneOrMany<String>) -> Vec<Region> {
    let mut ignored = Faults::default();
    words.iter().filter_map(|word| region(policy, "expect.latched", word, &mut ignored)).collect()
}
