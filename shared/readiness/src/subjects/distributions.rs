//! Whether CloudFront follows.

use crate::check::Verdict::Blocks;
use crate::check::{Check, Ground, Judged, Wrongs};
use crate::survey::{Behaviour, Distribution};
use std::collections::BTreeSet;
use understudy_engine::{Policy, Region, Traffic};

pub(super) const CHECKS: [Check; 1] = [Check {
    name: "distributions-follow",
    wants: "each behaviour of `dependencies.distributions` leads to a name of [traffic], or to an origin group of both Regions if it only reads",
    why: "what leads to one Region is lost with it, and an origin group fails over GET, HEAD and OPTIONS alone",
    at_worst: Blocks,
    judge: follow,
}];

/// Whether what a behaviour leads to outlives a Region.
enum Leads {
    On,
    Lost(String),
    /// Somewhere that the file does not name.
    Elsewhere(String),
}

/// Where an origin is.
enum Place<'a> {
    /// Behind a name that follows the writer, with writes too.
    Follows,
    /// Behind a name of both Regions, which is no place for writes.
    Reads,
    In(&'a Region),
    Unknown,
}

fn follow<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let mut wrongs = Wrongs::default();
    let ids = ground.policy.dependencies.iter().flat_map(|dependencies| &dependencies.distributions);
    let mut count = 0;
    for id in ids {
        count += 1;
        let Some(seen) = ground.survey.distributions.get(id) else {
            wrongs.blocks(format!("{id} was not looked for"));
            continue;
        };
        match seen.known() {
            Ok(distribution) => judge(ground.policy, id.as_str(), distribution, &mut wrongs),
            Err(_) if seen.is_absent() => wrongs.blocks(format!("there is no {id}")),
            Err(unseen) => wrongs.cannot_tell(unseen),
        }
    }
    let mend = "lead what may write to traffic.write_name, and what only reads to traffic.read_name or an origin group of both Regions";
    wrongs.judged(mend, if count == 0 { "the file names none".to_owned() } else { format!("followed by {count}") })
}

fn judge(policy: &Policy, id: &str, distribution: &Distribution, wrongs: &mut Wrongs<'_>) {
    if !distribution.is_enabled {
        wrongs.blocks(format!("{id} is disabled"));
    }
    for behaviour in &distribution.behaviours {
        match leads(policy, distribution, behaviour) {
            Leads::On => {}
            Leads::Lost(problem) => wrongs.blocks(format!("{id}, path {}: {problem}", behaviour.path)),
            Leads::Elsewhere(problem) => wrongs.warns(format!("{id}, path {}: {problem}", behaviour.path)),
        }
    }
}

fn leads(policy: &Policy, distribution: &Distribution, behaviour: &Behaviour) -> Leads {
    let Behaviour { target, writes, .. } = behaviour;
    if let Some(members) = distribution.groups.get(target) {
        // CloudFront refuses it where the behaviour is made.
        if *writes {
            return Leads::Lost(format!("the origin group {target} fails no write over"));
        }
        return leads_to_group(policy, distribution, target, members);
    }
    match place(policy, distribution, target) {
        Place::Follows => Leads::On,
        Place::Reads if *writes => Leads::Lost(format!("writes go to {target}, and so to either Region")),
        Place::Reads => Leads::On,
        Place::In(region) => Leads::Lost(format!("{target} is in {region} alone")),
        Place::Unknown => Leads::Elsewhere(format!("{target} is none of the file's names")),
    }
}

fn leads_to_group(policy: &Policy, distribution: &Distribution, group: &str, members: &[String]) -> Leads {
    let mut regions = BTreeSet::new();
    for member in members {
        match place(policy, distribution, member) {
            Place::Follows | Place::Reads => return Leads::On,
            Place::In(region) => _ = regions.insert(region),
            Place::Unknown => return Leads::Elsewhere(format!("{member} of {group} is none of the file's names")),
        }
    }
    match regions.first() {
        Some(region) if regions.len() < 2 => Leads::Lost(format!("all origins of {group} are in {region}")),
        Some(_) => Leads::On,
        None => Leads::Elsewhere(format!("{group} has no origins")),
    }
}

fn place<'a>(policy: &'a Policy, distribution: &Distribution, id: &str) -> Place<'a> {
    let Some(origin) = distribution.origins.get(id) else { return Place::Unknown };
    // Its domain is what it is asked for, and not where it is.
    if origin.is_private {
        return Place::Unknown;
    }
    let domain = &origin.domain;
    let traffic = policy.traffic.as_ref();
    if traffic.is_some_and(|traffic| traffic.write_name.as_str() == domain) {
        return Place::Follows;
    }
    let reads = traffic.and_then(|traffic| traffic.read_name.as_ref()).is_some_and(|name| name.as_str() == domain);
    if reads {
        return Place::Reads;
    }
    if traffic.and_then(access_point_domain).is_some_and(|name| name == *domain) {
        return Place::Follows;
    }
    region_of(policy, domain).map_or(Place::Unknown, Place::In)
}

/// The name that the Multi-Region Access Point answers to.
fn access_point_domain(traffic: &Traffic) -> Option<String> {
    let (_, alias) = traffic.multi_region_access_point.as_ref()?.arn.as_str().rsplit_once('/')?;
    Some(format!("{alias}.accesspoint.s3-global.amazonaws.com"))
}

/// The Region of an endpoint or a bucket of the file, or that a name of AWS's has in it.
fn region_of<'a>(policy: &'a Policy, domain: &str) -> Option<&'a Region> {
    let endpoints = policy.traffic.iter().flat_map(|traffic| &traffic.endpoints);
    let mut endpoints = endpoints.filter(|(_, name)| name.as_str() == domain);
    let is_bucket = |bucket: &str| domain.strip_prefix(bucket).is_some_and(|rest| rest.starts_with(".s3"));
    let mut buckets = policy.pairs_of_buckets().flatten().filter(|(_, bucket)| is_bucket(bucket.as_str()));
    let regions = &policy.regions;
    let mut named = [Some(&regions.primary), Some(&regions.standby), regions.witness.as_ref()].into_iter().flatten();
    let named = named.find(|region| domain.split('.').any(|label| label == region.as_str()));
    endpoints.next().map(|(region, _)| region).or_else(|| buckets.next().map(|(region, _)| region)).or(named)
}
