//! What is wrong with a record's health check, and with the checks that it is calculated from.

use super::judge::Faults;
use super::zone::{Check, Observes, Zone};
use std::collections::BTreeSet;
use understudy_engine::{Policy, Region, Traffic};

/// What a fast check is: the time until a failure shows is their product.
const INTERVAL_MAX_SECONDS: i32 = 10;
const THRESHOLD_MAX: i32 = 3;

/// Fewer gates than this, and losing one after a failover leads traffic back.
const GATES_MIN: usize = 2;

/// What a record's check must be calculated from.
pub(super) struct Wanted<'a> {
    guarded: &'a Region,
    /// The URLs that tell of the latch.
    latches: BTreeSet<String>,
    /// The same of the guarded Region's own gate, which must not be asked.
    own: Option<String>,
    /// The endpoint's name, where its health counts too.
    endpoint: Option<String>,
}

impl<'a> Wanted<'a> {
    pub(super) fn latches(policy: &Policy, traffic: &'a Traffic, guarded: &'a Region) -> Self {
        let url = |gate| format!("{gate}/latch/{}/{guarded}", policy.application);
        let latches = traffic.gates_for(guarded).map(|(_, gate)| url(gate)).collect();
        Self { guarded, latches, own: traffic.gates.get(guarded).map(url), endpoint: None }
    }

    pub(super) fn endpoint_and_latches(policy: &Policy, traffic: &'a Traffic, guarded: &'a Region) -> Self {
        let endpoint = traffic.endpoints.get(guarded).map(ToString::to_string);
        Self { endpoint, ..Self::latches(policy, traffic, guarded) }
    }
}

pub(super) fn check_of(at: &str, id: &str, wanted: &Wanted<'_>, zone: &Zone, faults: &mut Faults) {
    let mut leaves = Vec::new();
    let at = format!("{at}, check {id}");
    walk(&at, id, zone, &mut leaves, &mut Vec::new(), faults);
    let (mut asked, mut endpoint) = (BTreeSet::new(), wanted.endpoint.is_none());
    for (at, check, url) in &leaves {
        if wanted.own.as_deref() == Some(*url) {
            let problem = format!("it asks the gate in {}, which is lost together with what it guards", wanted.guarded);
            faults.add(at, problem, "ask a gate in another Region");
        } else if wanted.latches.contains(*url) {
            asked.insert((*url).to_owned());
            if !check.inverted {
                let problem = "a latch is 200 while traffic must stay away, and the check is not inverted";
                faults.add(at, problem, "invert the check");
            }
        } else if wanted.endpoint.as_deref().is_some_and(|name| host(url) == name) {
            endpoint = true;
            if check.inverted {
                faults.add(at, "it takes a well endpoint for unhealthy", "do not invert the check");
            }
        } else {
            let known: Vec<&str> = wanted.latches.iter().map(String::as_str).collect();
            let mend = format!("ask one of {}", known.join(", "));
            faults.add(at, format!("it asks {url}, which the file does not name"), mend);
        }
    }
    for url in wanted.latches.difference(&asked) {
        faults.add(&at, format!("nobody asks {url}"), "add an inverted check of it to the calculated one");
    }
    if asked.len() < GATES_MIN {
        let mend = format!("ask {GATES_MIN} gates outside {}", wanted.guarded);
        faults.add(&at, format!("{} gates are asked: losing the last leads traffic back", asked.len()), mend);
    }
    if !endpoint {
        faults.add(&at, "the endpoint itself is not checked", "add a check of the endpoint to the calculated one");
    }
}

/// Every endpoint check under this one, with its URL.
fn walk<'a>(
    at: &str,
    id: &str,
    zone: &'a Zone,
    leaves: &mut Vec<(String, &'a Check, &'a str)>,
    above: &mut Vec<String>,
    faults: &mut Faults,
) {
    let Some(check) = zone.checks.get(id).and_then(Option::as_ref) else {
        faults.add(at, "there is no such check", "create it, or name another");
        return;
    };
    if check.disabled {
        faults.add(at, "it is disabled, so it says the same whatever happens", "enable it");
    }
    match &check.observes {
        Observes::Endpoint { url, interval_seconds, threshold } => {
            if *interval_seconds > INTERVAL_MAX_SECONDS || *threshold > THRESHOLD_MAX {
                let problem = format!("it needs {interval_seconds} s × {threshold} to notice");
                faults.add(at, problem, format!("make it {INTERVAL_MAX_SECONDS} s × {THRESHOLD_MAX} or faster"));
            }
            leaves.push((at.to_owned(), check, url));
        }
        Observes::Calculated { children, healthy_min } => {
            if check.inverted {
                faults.add(at, "a calculated check of latches is inverted once more", "do not invert it");
            }
            let all = i32::try_from(children.len()).unwrap_or(i32::MAX);
            if *healthy_min != all {
                let problem = format!("it is healthy with {healthy_min} of {all}: a latch alone would not show");
                faults.add(at, problem, format!("set its health threshold to {all}"));
            }
            for child in children.iter().filter(|child| !above.contains(child)).collect::<Vec<_>>() {
                above.push(child.clone());
                walk(&format!("{at} › {child}"), child, zone, leaves, above, faults);
            }
        }
        Observes::Other(kind) => {
            let problem = format!("it is a check of type {kind}, which does not ask a gate");
            faults.add(at, problem, "use HTTPS checks of the gates, and a calculated check of them");
        }
    }
}

/// The host of a URL.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}
