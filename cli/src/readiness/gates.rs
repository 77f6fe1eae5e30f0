//! What each gate says of the Regions that it guards, asked as Route 53's checkers ask.

use serde_json::Value;
use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;
use understudy_engine::{GateUrl, Policy, Region, Traffic};
use understudy_readiness::{Latch, Seen, Unseen, Why};

/// A health checker waits as long for the first byte, once it is connected.
const PATIENCE: Duration = Duration::from_secs(6);

/// Of both Regions that may have the writer, all gates at once.
pub(super) fn latches(
    policy: &Policy,
    traffic: &Traffic,
    elsewhere: &[(Region, String)],
) -> BTreeMap<Latch, Seen<bool>> {
    let url_of = |gate: &Region, url: &GateUrl| {
        let other = elsewhere.iter().find(|(region, _)| region == gate);
        other.map_or_else(|| url.to_string(), |(_, url)| url.clone())
    };
    let guarded = [&policy.regions.primary, &policy.regions.standby];
    thread::scope(|scope| {
        let asked = guarded.into_iter().flat_map(|guarded| {
            traffic.gates_for(guarded).map(move |(gate, url)| {
                let latch = Latch { guarded: guarded.clone(), gate: gate.clone() };
                let url = url_of(gate, url);
                (latch, scope.spawn(move || ask(policy, guarded, &url)))
            })
        });
        // All are asked before the first is waited for.
        let asked: Vec<_> = asked.collect();
        let unheard = |_| unseen(Why::Unreachable, "a gate", "the thread that asked has ended");
        asked.into_iter().map(|(latch, answer)| (latch, answer.join().unwrap_or_else(unheard))).collect()
    })
}

fn ask(policy: &Policy, guarded: &Region, gate: &str) -> Seen<bool> {
    let url = format!("{gate}/latch/{}/{guarded}", policy.application);
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
    let config = if url.starts_with("http://") { config.proxy(None) } else { config };
    let agent = ureq::Agent::new_with_config(config.build());
    let mut answer = match agent.get(&url).call() {
        Ok(answer) => answer,
        Err(error) => return unseen(Why::Unreachable, &url, &error.to_string()),
    };
    let status = answer.status().as_u16();
    let text = answer.body_mut().read_to_string().unwrap_or_default();
    let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    match (body.get("latched").and_then(Value::as_bool), status) {
        (Some(latched), 200 | 404) => Seen::Known(latched),
        (Some(_) | None, _) => {
            let said = body.get("error").and_then(Value::as_str).unwrap_or("nothing that a gate says");
            unseen(Why::Refused, &url, &format!("it answered {status}: {said}"))
        }
    }
}

fn unseen(why: Why, asked: &str, detail: &str) -> Seen<bool> {
    Seen::Unseen(Unseen { why, asked: asked.to_owned(), detail: detail.to_owned() })
}
