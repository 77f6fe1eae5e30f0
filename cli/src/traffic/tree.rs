//! Names, records and checks, drawn as a tree.

use std::io::{Result, Write};
use understudy_engine::Traffic;
use understudy_readiness::names::{Check, Observes, Record, Zone};

pub(super) fn draw(out: &mut dyn Write, traffic: &Traffic, zone: &Zone) -> Result<()> {
    for name in traffic.names() {
        writeln!(out, "{name}")?;
        let records = zone.records.get(&name.to_string()).map_or(&[][..], Vec::as_slice);
        for (index, record) in records.iter().enumerate() {
            let last = index + 1 == records.len();
            writeln!(out, "{}{}", if last { "└─ " } else { "├─ " }, line_of(record))?;
            if let Some(check) = &record.check {
                branch(out, check, zone, if last { "   " } else { "│  " }, true, 0)?;
            }
        }
    }
    Ok(())
}

fn line_of(record: &Record) -> String {
    let ttl = record.ttl_seconds.map_or("alias".to_owned(), |ttl| format!("TTL {ttl} s"));
    format!("{} {} → {}, {ttl}", record.routing.told(), record.kind, record.leads_to.join(" "))
}

/// Deeper than any check that can be created: a circle ends there.
const DEPTH_MAX: usize = 8;

fn branch(out: &mut dyn Write, id: &str, zone: &Zone, margin: &str, last: bool, depth: usize) -> Result<()> {
    let check = zone.checks.get(id).and_then(Option::as_ref);
    let told = check.map_or("there is no such check".to_owned(), told);
    writeln!(out, "{margin}{}check {id}: {told}", if last { "└─ " } else { "├─ " })?;
    let Some(Check { observes: Observes::Calculated { children, .. }, .. }) = check else { return Ok(()) };
    let margin = format!("{margin}{}", if last { "   " } else { "│  " });
    for (index, child) in children.iter().enumerate().filter(|_| depth < DEPTH_MAX) {
        branch(out, child, zone, &margin, index + 1 == children.len(), depth + 1)?;
    }
    Ok(())
}

fn told(check: &Check) -> String {
    let what = match &check.observes {
        Observes::Endpoint { url, interval_seconds, threshold } => format!("{url}, {interval_seconds} s × {threshold}"),
        Observes::Calculated { children, healthy_min } => format!("healthy with {healthy_min} of {}", children.len()),
        Observes::Other(kind) => format!("of type {kind}"),
    };
    let marks = [(check.inverted, ", inverted"), (check.disabled, ", disabled")];
    let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
    format!("{what}{marks}")
}
