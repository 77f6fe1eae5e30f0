//! What each gate says of the Regions that it guards, asked as Route 53's checkers ask.

use crate::Place;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::task::JoinSet;
use understudy_engine::{Policy, Traffic};
use understudy_readiness::{Latch, Seen, Unseen, Why};

/// A health checker waits as long for the first byte, once it is connected.
const PATIENCE: Duration = Duration::from_secs(6);

/// Of both Regions that may have the writer, all gates at once.
pub(crate) async fn latches(policy: &Policy, traffic: &Traffic, place: &Place) -> BTreeMap<Latch, Seen<bool>> {
    let mut asked = JoinSet::new();
    let mut heard = BTreeMap::new();
    for guarded in [&policy.regions.primary, &policy.regions.standby] {
        for (gate, url) in traffic.gates_for(guarded) {
            let elsewhere = place.gates.iter().find(|(region, _)| region == gate);
            let url = elsewhere.map_or_else(|| url.to_string(), |(_, url)| url.clone());
            let url = format!("{url}/latch/{}/{guarded}", policy.application);
            let latch = Latch { guarded: guarded.clone(), gate: gate.clone() };
            // Whoever cannot be waited for has not answered.
            heard.insert(latch.clone(), unseen(Why::Unreachable, &url, "whoever asked has ended"));
            asked.spawn_blocking(move || (latch, ask(&url)));
        }
    }
    while let Some(answer) = asked.join_next().await {
        heard.extend(answer.ok());
    }
    heard
}

fn ask(url: &str) -> Seen<bool> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
    let config = if url.starts_with("http://") { config.proxy(None) } else { config };
    let agent = ureq::Agent::new_with_config(config.build());
    let mut answer = match agent.get(url).call() {
        Ok(answer) => answer,
        Err(error) => return unseen(Why::Unreachable, url, &error.to_string()),
    };
    let status = answer.status().as_u16();
    let from_memory = answer.headers().get("understudy-source").is_some_and(|source| source == "last-known");
    let text = match answer.body_mut().read_to_string() {
        Ok(text) => text,
        Err(error) => return unseen(Why::Unreachable, url, &error.to_string()),
    };
    let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    match (body.get("latched").and_then(Value::as_bool), status) {
        (Some(_), 200 | 404) if from_memory => {
            unseen(Why::Refused, url, "it answers what it has seen last, and cannot read the table")
        }
        (Some(latched), 200 | 404) => Seen::Known(latched),
        (Some(_) | None, _) => {
            let said = body.get("error").and_then(Value::as_str).unwrap_or("nothing that a gate says");
            unseen(Why::Refused, url, &format!("it answered {status}: {said}"))
        }
    }
}

fn unseen(why: Why, asked: &str, detail: &str) -> Seen<bool> {
    Seen::Unseen(Unseen { why, asked: asked.to_owned(), detail: detail.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    /// What is made of one answer of a gate on loopback.
    fn heard(answer: &'static str) -> Seen<bool> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/latch/orders/us-east-1", listener.local_addr().unwrap());
        let gate = std::thread::spawn(move || {
            let (mut asks, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            assert!(asks.read(&mut request).unwrap() > 0);
            asks.write_all(answer.as_bytes()).unwrap();
        });
        let seen = ask(&url);
        gate.join().unwrap();
        seen
    }

    fn why(seen: Seen<bool>) -> Why {
        match seen {
            Seen::Unseen(unseen) => unseen.why,
            Seen::Known(latched) => panic!("it is taken to say {latched}"),
        }
    }

    const OPEN: &str =
        "HTTP/1.1 404 Not Found\r\nunderstudy-source: table\r\ncontent-length: 17\r\n\r\n{\"latched\":false}";
    const REMEMBERED: &str =
        "HTTP/1.1 404 Not Found\r\nunderstudy-source: last-known\r\ncontent-length: 17\r\n\r\n{\"latched\":false}";
    const CUT: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 170\r\n\r\n{\"latched\":false}";
    const BROKEN: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 17\r\n\r\n{\"latched\":false}";

    #[test]
    fn what_a_gate_remembers_is_not_what_it_reads() {
        assert_eq!(heard(OPEN), Seen::Known(false));
        assert_eq!(why(heard(REMEMBERED)), Why::Refused);
    }

    #[test]
    fn an_answer_that_was_cut_off_is_none_and_one_of_trouble_is_no_latch() {
        assert_eq!(why(heard(CUT)), Why::Unreachable);
        assert_eq!(why(heard(BROKEN)), Why::Refused);
    }
}
