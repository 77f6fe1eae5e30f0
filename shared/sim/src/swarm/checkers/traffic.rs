//! I17 and I18 as clients meet them: where Route 53 sends writes, by what the gates could see of the latch. The
//! model of Route 53 is played over the trace afterwards; the run knew nothing of it.

use super::{Findings, Invariant, Trace};
use crate::dns::{Milliseconds, Target, Watch, Zone, application_zone};
use crate::swarm::database::Database;
use crate::swarm::fault::{Fault, Recovery};
use crate::swarm::plan::{Ms, Plan, SECOND};
use crate::swarm::trace::What;
use std::collections::{BTreeMap, BTreeSet};
use understudy_engine::{DbInstanceArn, Policy, Region, State, Traffic};

/// Longer than checkers and a gate's memory take to tell of a latch.
const TELLS_WITHIN: Ms = 45 * SECOND;

/// From when on the checks have made up their minds before the world begins.
const BEFORE: Milliseconds = -600 * SECOND;

/// What the record says from some time on.
#[derive(Debug, Clone)]
struct Posted {
    at: Ms,
    latched: BTreeSet<Region>,
    writer: DbInstanceArn,
}

/// What each gate knows; none where it cannot be asked, or has seen nothing.
type Known = BTreeMap<Region, Option<Knowledge>>;

#[derive(Debug, Clone)]
struct Knowledge {
    latched: BTreeSet<Region>,
    /// When it saw the table last; none while it does.
    last_seen: Option<Ms>,
}

impl Knowledge {
    /// Whether it has seen what was written then.
    fn includes(&self, written: Ms) -> bool {
        self.last_seen.is_none_or(|seen| seen >= written)
    }
}

pub(super) fn check(application: usize, trace: &Trace<'_>, findings: &mut Findings) {
    let policy = &trace.plan.applications[application].policy;
    let Some(traffic) = &policy.traffic else { return };
    let Ok(mut zone) = application_zone(&policy.regions, traffic) else { return };
    let posted = posted(trace, policy);
    let databases = trace.facts.iter().rev().find_map(|fact| {
        let What::Databases(databases) = &fact.what else { return None };
        Some(databases)
    });
    let Some(databases) = databases else { return };
    let end = trace.facts.last().map_or(0, |fact| fact.at);
    let moments = moments(trace.plan, application, &posted, end);
    let watch = Watch::new(&zone);
    watch.play(&mut zone, (BEFORE, 0), |_, _| false, |_, _| {});
    let mut gates = Gates { known: traffic.gates.keys().map(|gate| (gate.clone(), None)).collect() };
    let mut answers = vec![(0, answer(&zone, traffic, policy))];
    let mut seen: Vec<(Ms, Known)> = Vec::new();
    for (index, from) in moments.iter().enumerate() {
        let until = moments.get(index + 1).copied().unwrap_or(end);
        let latched = &posted[at(&posted, *from)].latched;
        gates.come_to(trace.plan, application, *from, latched);
        seen.push((*from, gates.known.clone()));
        let says = |target: &Target, _: usize| match target {
            Target::Latch { gate, guarded } => gates.says(gate, guarded),
            Target::Endpoint { .. } => true,
        };
        watch.play(&mut zone, (*from, until), says, |zone, at| answers.push((at, answer(zone, traffic, policy))));
    }
    answers.dedup_by(|next, before| next.1 == before.1);
    let ground =
        Ground { policy, posted: &posted, seen: &seen, gates: traffic.gates.keys().cloned().collect(), databases };
    for (at, region) in answers.iter().skip(1) {
        judge(*at, region, &ground, findings);
    }
    lingering(&answers, end, &ground, findings);
    at_the_end(trace, &answers, &posted, findings);
}

fn answer(zone: &Zone, traffic: &Traffic, policy: &Policy) -> Region {
    // The write name has no latency records: it answers everybody the same.
    zone.answer(&traffic.write_name, &policy.regions.primary).map_or(policy.regions.primary.clone(), |one| one.region)
}

struct Ground<'a> {
    policy: &'a Policy,
    posted: &'a [Posted],
    seen: &'a [(Ms, Known)],
    gates: Vec<Region>,
    databases: &'a BTreeMap<DbInstanceArn, Database>,
}

/// Whether writes may begin to go to this Region now.
fn judge(now: Ms, region: &Region, ground: &Ground<'_>, findings: &mut Findings) {
    let posted = &ground.posted[at(ground.posted, now)];
    if *region == posted.writer.region() {
        // As it was when the record named it: what people have made of it since is no doing of ours, and one that
        // they have made anew under its name has no past.
        let being = ground.databases.get(&posted.writer).and_then(|database| database.being(posted.at));
        findings.check(Invariant::I18, being.is_none_or(|being| being.stands_alone(posted.at)), || {
            format!("at {now} ms writes go to {region}, whose database was a replica when the latch was set")
        });
        let home = *region == ground.policy.regions.primary;
        findings.reached.push(if home { Recovery::WritesCameHome } else { Recovery::WritesMoved });
        return;
    }
    misled(now, region, ground, findings);
}

/// Writes go where the writer is not. They may drift back to the primary Region only where no gate outside has known
/// of the move all the while; and be kept from it only where one still knows of nothing newer than an old latch.
fn misled(now: Ms, region: &Region, ground: &Ground<'_>, findings: &mut Findings) {
    let posted = &ground.posted[at(ground.posted, now)];
    if posted.at > 0 && now < posted.at + TELLS_WITHIN {
        return;
    }
    let primary = &ground.policy.regions.primary;
    let last = ground.seen.iter().rposition(|(at, _)| *at <= now - TELLS_WITHIN).unwrap_or(0);
    let during: Vec<&Known> = ground.seen[last..].iter().take_while(|(at, _)| *at <= now).map(|(_, one)| one).collect();
    let knows = |known: &Known, gate: &Region| known[gate].as_ref().map(|one| one.includes(posted.at));
    let mut outside = ground.gates.iter().filter(|gate| *gate != primary);
    let drifts = region == primary;
    let excused = if drifts {
        !outside.any(|gate| during.iter().all(|known| knows(known, gate) == Some(true)))
    } else {
        outside.any(|gate| during.iter().any(|known| knows(known, gate) == Some(false)))
    };
    if excused && drifts {
        findings.reached.push(Recovery::WritesDrifted);
    }
    let invariant = if drifts { Invariant::I17 } else { Invariant::I18 };
    findings.check(invariant, excused, || {
        format!("at {now} ms writes go to {region}, and the writer is {}", posted.writer)
    });
}

/// Some time after the writer has moved, writes have moved too.
fn lingering(answers: &[(Ms, Region)], end: Ms, ground: &Ground<'_>, findings: &mut Findings) {
    for (index, one) in ground.posted.iter().enumerate().skip(1) {
        let by = one.at + TELLS_WITHIN;
        let next = ground.posted.get(index + 1).map_or(end, |next| next.at);
        let answered = answers.iter().rfind(|(at, _)| *at <= by);
        let Some((_, region)) = answered.filter(|(_, region)| by < next && *region != one.writer.region()) else {
            continue;
        };
        misled(by, region, ground, findings);
    }
}

/// Once nothing goes wrong any more, writes are where the writer is.
fn at_the_end(trace: &Trace<'_>, answers: &[(Ms, Region)], posted: &[Posted], findings: &mut Findings) {
    let (Some((_, region)), Some(last)) = (answers.last(), posted.last()) else { return };
    let end = trace.facts.last().map_or(0, |fact| fact.at);
    if end - last.at.max(trace.plan.heals_at) < 2 * TELLS_WITHIN || trace.plan.lost_for_good.is_some() {
        return;
    }
    findings.check(Invariant::L1, *region == last.writer.region(), || {
        format!("writes end at {region}, and the writer is {}", last.writer)
    });
}

fn posted(trace: &Trace<'_>, policy: &Policy) -> Vec<Posted> {
    let of = |at: Ms, state: &State| Posted {
        at,
        latched: state.latch.keys().cloned().collect(),
        writer: state.writer.clone().unwrap_or_else(|| policy.database.writer.clone()),
    };
    let mut posted = vec![Posted { at: 0, latched: BTreeSet::new(), writer: policy.database.writer.clone() }];
    for (_, fact, commit) in trace.commits() {
        let next = of(fact.at, &commit.new);
        if posted.last().is_none_or(|last| (&last.latched, &last.writer) != (&next.latched, &next.writer)) {
            posted.push(next);
        }
    }
    posted
}

/// The last that was posted by then. The first is of the beginning.
fn at(posted: &[Posted], now: Ms) -> usize {
    posted.iter().rposition(|one| one.at <= now).unwrap_or(0)
}

/// What a gate depends on.
const FELT: [Fault; 5] =
    [Fault::GateLost, Fault::RegionLost, Fault::PartitionFull, Fault::ReplicaIsolated, Fault::TableUnavailable];

/// When anything changes of what the gates can see.
fn moments(plan: &Plan, application: usize, posted: &[Posted], end: Ms) -> Vec<Ms> {
    let felt = plan.weather.iter().filter(|one| FELT.contains(&one.fault) && one.strikes(application));
    let edges = felt.flat_map(|one| [one.from, one.until]).filter(|at| (0..end).contains(at));
    let mut moments: Vec<Ms> = edges.chain(posted.iter().map(|one| one.at)).chain([0]).collect();
    moments.sort_unstable();
    moments.dedup();
    moments
}

/// The gates, each with what it knows.
struct Gates {
    known: Known,
}

impl Gates {
    fn come_to(&mut self, plan: &Plan, application: usize, now: Ms, latched: &BTreeSet<Region>) {
        for (gate, known) in &mut self.known {
            let place = plan.place(gate);
            let on = |fault: Fault| {
                plan.weather.iter().any(|one| {
                    let here = one.region == place || fault == Fault::TableUnavailable;
                    one.fault == fault && here && one.is_on(now) && one.strikes(application)
                })
            };
            if on(Fault::GateLost) || on(Fault::RegionLost) || on(Fault::PartitionFull) {
                // Whoever comes back has forgotten what it knew.
                *known = None;
            } else if !on(Fault::ReplicaIsolated) && !on(Fault::TableUnavailable) {
                *known = Some(Knowledge { latched: latched.clone(), last_seen: None });
            } else if let Some(one) = known {
                one.last_seen.get_or_insert(now - 1);
            }
        }
    }

    fn says(&self, gate: &Region, guarded: &Region) -> bool {
        self.known.get(gate).and_then(Option::as_ref).is_some_and(|one| one.latched.contains(guarded))
    }
}
