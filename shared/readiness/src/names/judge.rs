//! What is wrong with the names of an application, held against its file: read only, and the same for whoever read them.

use super::checks::{Wanted, check_of};
use super::zone::{Fault, Record, Routing, Zone};
use std::collections::BTreeSet;
use understudy_engine::{DnsName, Policy, Region, Traffic};

/// How long a resolver may keep an answer: longer, and writes linger at a Region that was left.
const TTL_MAX_SECONDS: i64 = 60;

/// Faults, as they are found.
#[derive(Debug, Default)]
pub(super) struct Faults(pub(super) Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, at: &str, problem: impl Into<String>, mend: impl Into<String>) {
        self.0.push(Fault { at: at.to_owned(), problem: problem.into(), mend: mend.into() });
    }
}

/// Every fault of the names of an application.
#[must_use]
pub fn faults(policy: &Policy, traffic: &Traffic, zone: &Zone) -> Vec<Fault> {
    let mut faults = Faults::default();
    write_name(policy, traffic, zone, &mut faults);
    if let Some(name) = &traffic.read_name {
        read_name(policy, traffic, name, zone, &mut faults);
    }
    faults.0
}

/// The records of a name, if all are of the policy that it needs.
fn records<'a>(name: &DnsName, wanted: &str, zone: &'a Zone, faults: &mut Faults) -> &'a [Record] {
    let own = zone.records.get(&name.to_string()).map_or(&[][..], Vec::as_slice);
    let at = name.to_string();
    if own.is_empty() {
        faults.add(&at, "the zone has no record of this name", format!("create its {wanted} records"));
        return own;
    }
    let policies: BTreeSet<&str> = own.iter().map(|record| record.routing.policy()).collect();
    if policies.len() > 1 {
        let used: Vec<&str> = policies.into_iter().collect();
        let mend = format!("keep its {wanted} records, and give the others a name of their own");
        faults.add(&at, format!("it has records of several routing policies: {}", used.join(", ")), mend);
    } else if !policies.contains(wanted) {
        let used = policies.first().copied().unwrap_or_default();
        faults.add(&at, format!("its records are {used}, not {wanted}"), format!("replace them by {wanted} records"));
    }
    own
}

fn write_name(policy: &Policy, traffic: &Traffic, zone: &Zone, faults: &mut Faults) {
    let name = &traffic.write_name;
    let own = records(name, "failover", zone, faults);
    let regions = &policy.regions;
    for (routing, region, word) in
        [(Routing::Primary, &regions.primary, "PRIMARY"), (Routing::Secondary, &regions.standby, "SECONDARY")]
    {
        let mut found = own.iter().filter(|record| record.routing == routing).peekable();
        if found.peek().is_none() && !own.is_empty() {
            faults.add(
                &name.to_string(),
                format!("it has no {word} record"),
                format!("create one that leads to {region}"),
            );
        }
        for record in found {
            let at = format!("{name} {word}");
            leads(record, &at, region, traffic, faults);
            match (word, &record.check) {
                ("PRIMARY", None) => {
                    let mend = "name the calculated check of the latches of its Region";
                    faults.add(&at, "it has no health check, so writes never leave it", mend);
                }
                ("PRIMARY", Some(check)) => {
                    let wanted = Wanted::latches(policy, traffic, region);
                    check_of(&at, check, &wanted, zone, faults);
                }
                (_, Some(_)) => {
                    let problem =
                        "it has a health check: failing, it would lead writes back to the Region that was left";
                    faults.add(&at, problem, "remove the check from this record");
                }
                (_, None) => {}
            }
        }
    }
}

fn read_name(policy: &Policy, traffic: &Traffic, name: &DnsName, zone: &Zone, faults: &mut Faults) {
    let own = records(name, "latency", zone, faults);
    for region in traffic.endpoints.keys() {
        let of = Routing::Latency(region.to_string());
        if !own.is_empty() && !own.iter().any(|record| record.routing == of) {
            let mend = format!("create a latency record for {region}, or take its endpoint out of the file");
            faults.add(&name.to_string(), format!("it has no record for {region}"), mend);
        }
    }
    for record in own {
        let Routing::Latency(region) = &record.routing else { continue };
        let at = format!("{name} {region}");
        let known = Region::try_from(region.clone()).ok().filter(|region| traffic.endpoints.contains_key(region));
        let Some(region) = known else {
            let mend = "remove the record, or name the Region's endpoint in the file";
            faults.add(&at, "the file names no endpoint in this Region", mend);
            continue;
        };
        leads(record, &at, &region, traffic, faults);
        match &record.check {
            None => {
                let mend = "name a calculated check of the endpoint and of the latches of its Region";
                faults.add(&at, "it has no health check, so reads never leave it", mend);
            }
            Some(check) => {
                let wanted = Wanted::endpoint_and_latches(policy, traffic, &region);
                check_of(&at, check, &wanted, zone, faults);
            }
        }
    }
}

/// Where a record leads, and for how long that is kept.
fn leads(record: &Record, at: &str, region: &Region, traffic: &Traffic, faults: &mut Faults) {
    let Some(endpoint) = traffic.endpoints.get(region).map(ToString::to_string) else { return };
    let names = record.kind == "CNAME" || record.ttl_seconds.is_none();
    // The console writes an alias of a load balancer with this label before its name.
    let same = |target: &str| target.strip_prefix("dualstack.").unwrap_or(target) == endpoint;
    for target in record.leads_to.iter().filter(|target| names && !same(target)) {
        let mend = format!("lead it to {endpoint}, or correct traffic.endpoints.{region}");
        faults.add(at, format!("it leads to {target}, and the file names {endpoint}"), mend);
    }
    if let Some(ttl) = record.ttl_seconds.filter(|ttl| *ttl > TTL_MAX_SECONDS) {
        faults.add(at, format!("its TTL is {ttl} s"), format!("set it to {TTL_MAX_SECONDS} s or less"));
    }
}
