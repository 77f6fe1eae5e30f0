//! Whether CloudFront follows.

use crate::check::Verdict::Blocks;
use crate::check::{Check, Ground, Judged, Wrongs};
use crate::survey::{Behaviour, Distribution};
use understudy_engine::{Policy, Traffic};

pub(super) const CHECKS: [Check; 1] = [Check {
    name: "distributions-follow",
    wants: "each behaviour of `dependencies.distributions` leads to a name of [traffic], or to an origin group if it only reads",
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

fn follow<'a>(ground: &Ground<'a>) -> Judged<'a> {
    let distributions = &ground.survey.distributions;
    let mut wrongs = Wrongs::default();
    for (id, seen) in distributions {
        let distribution = match seen.known() {
            Ok(distribution) => distribution,
            Err(_) if seen.is_absent() => {
                wrongs.blocks(format!("there is no {id}"));
                continue;
            }
            Err(unseen) => {
                wrongs.cannot_tell(unseen);
                continue;
            }
        };
        if !distribution.is_enabled {
            wrongs.blocks(format!("{id} is disabled"));
        }
        for behaviour in &distribution.behaviours {
            match leads(ground.policy, distribution, behaviour) {
                Leads::On => {}
                Leads::Lost(problem) => wrongs.blocks(format!("{id}, path {}: {problem}", behaviour.path)),
                Leads::Elsewhere(problem) => wrongs.warns(format!("{id}, path {}: {problem}", behaviour.path)),
            }
        }
    }
    let mend = "lead what may write to traffic.write_name, and what only reads to traffic.read_name or an origin group of both Regions";
    wrongs.judged(
        mend,
        if distributions.is_empty() { "the file names none".to_owned() } else { format!("{} do", distributions.len()) },
    )
}

fn leads(policy: &Policy, distribution: &Distribution, behaviour: &Behaviour) -> Leads {
    let Behaviour { target, writes, .. } = behaviour;
    if let Some(members) = distribution.groups.get(target) {
        return if *writes {
            Leads::Lost(format!("the origin group {target} fails no write over"))
        } else if members.len() < 2 {
            Leads::Lost(format!("the origin group {target} has one origin"))
        } else {
            Leads::On
        };
    }
    let Some(domain) = distribution.origins.get(target) else {
        return Leads::Elsewhere(format!("it has no origin {target}"));
    };
    let traffic = policy.traffic.as_ref();
    if traffic.is_some_and(|traffic| traffic.write_name.as_str() == domain) {
        return Leads::On;
    }
    if traffic.and_then(|traffic| traffic.read_name.as_ref()).is_some_and(|name| name.as_str() == domain) {
        return if *writes {
            Leads::Lost(format!("writes go to {domain}, and so to either Region"))
        } else {
            Leads::On
        };
    }
    if traffic.and_then(access_point_domain).is_some_and(|name| name == *domain) {
        return Leads::On;
    }
    if is_in_one_region(policy, domain) {
        return Leads::Lost(format!("{domain} is in one Region"));
    }
    Leads::Elsewhere(format!("{domain} is none of the file's names"))
}

/// The name that the Multi-Region Access Point answers to.
fn access_point_domain(traffic: &Traffic) -> Option<String> {
    let (_, alias) = traffic.multi_region_access_point.as_ref()?.arn.as_str().rsplit_once('/')?;
    Some(format!("{alias}.accesspoint.s3-global.amazonaws.com"))
}

/// Whether it is an endpoint or a bucket of one Region that the file names.
fn is_in_one_region(policy: &Policy, domain: &str) -> bool {
    let mut endpoints = policy.traffic.iter().flat_map(|traffic| traffic.endpoints.values());
    let mut buckets = policy.pairs_of_buckets().flat_map(|pair| pair.values());
    endpoints.any(|name| name.as_str() == domain)
        || buckets.any(|bucket| domain.strip_prefix(bucket.as_str()).is_some_and(|rest| rest.starts_with(".s3")))
}
