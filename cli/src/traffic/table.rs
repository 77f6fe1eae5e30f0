//! What Route 53 and a resolver answer, beside what they should.

use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{Result, Write};
use understudy_engine::{DnsName, Region, Traffic};

/// What was asked for one place and one name, and what came back.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) place: &'static str,
    pub(super) name: DnsName,
    /// What Route 53 says it answers there: names, or addresses.
    pub(super) answered: Vec<String>,
    /// What the resolver answers here and now.
    pub(super) resolved: Vec<String>,
    /// The addresses of each Region's endpoint, as the resolver knows them.
    pub(super) endpoints: BTreeMap<Region, Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    pub(super) place: &'static str,
    pub(super) name: DnsName,
    /// The Region that Route 53 leads to; none where the answer is no endpoint of the file.
    pub(super) route53: Option<Region>,
    pub(super) resolver: Option<Region>,
    /// Where it may lead.
    pub(super) allowed: Vec<Region>,
    pub(super) right: bool,
}

/// Writes may go to the writer's Region only, reads to any endpoint of the file.
pub(super) fn judge(asked: &Asked, traffic: &Traffic, writer: &Region) -> Row {
    let allowed: Vec<Region> = if asked.name == traffic.write_name {
        vec![writer.clone()]
    } else {
        traffic.endpoints.keys().cloned().collect()
    };
    let route53 = region_of(&asked.answered, asked, traffic);
    let resolver = region_of(&asked.resolved, asked, traffic);
    let right = route53.as_ref().is_some_and(|region| allowed.contains(region));
    Row { place: asked.place, name: asked.name.clone(), route53, resolver, allowed, right }
}

fn region_of(answer: &[String], asked: &Asked, traffic: &Traffic) -> Option<Region> {
    let named = |region: &Region, endpoint: &DnsName| {
        let addresses = asked.endpoints.get(region).map_or(&[][..], Vec::as_slice);
        answer.iter().any(|one| *one == endpoint.to_string() || addresses.contains(one))
    };
    traffic.endpoints.iter().find(|(region, endpoint)| named(region, endpoint)).map(|(region, _)| region.clone())
}

pub(super) fn write(out: &mut dyn Write, rows: &[Row]) -> Result<()> {
    let width = rows.iter().map(|row| row.name.to_string().len()).max().unwrap_or_default();
    writeln!(out, "{:<15} {:<width$}  {:<15} {:<15} may lead to", "place", "name", "Route 53 says", "resolver says")?;
    for row in rows {
        let told = |region: &Option<Region>| region.as_ref().map_or("-".to_owned(), ToString::to_string);
        let allowed: Vec<String> = row.allowed.iter().map(ToString::to_string).collect();
        let mark = if row.right { "" } else { "  WRONG" };
        let (name, route53, resolver) = (row.name.to_string(), told(&row.route53), told(&row.resolver));
        writeln!(out, "{:<15} {name:<width$}  {route53:<15} {resolver:<15} {}{mark}", row.place, allowed.join(", "))?;
    }
    Ok(())
}
