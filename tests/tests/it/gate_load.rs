//! The gate under load, with its table away in the middle: a measurement, made by hand (`make gate-load`).

use crate::gate::table_away;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use understudy_tests::{Options, Story, await_until, binaries};

/// In all, and for how long.
const REQUESTS_PER_SECOND: u32 = 200;
const SECONDS: u32 = 60;

/// Clients at once; each waits for its answer.
const CLIENTS: u32 = 10;

/// Between these the table does not answer.
const AWAY: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(40));

/// What is asked in turn, with what may be answered while the table answers.
const ASKED: [(&str, &str, u16); 4] = [
    ("GET", "/latch/orders/us-east-1", 200),
    ("HEAD", "/latch/orders/us-east-1", 200),
    ("GET", "/latch/orders/us-west-2", 404),
    ("GET", "/writer/orders", 200),
];

#[derive(Debug, Default)]
struct Seen {
    took: Vec<Duration>,
    statuses: BTreeMap<(String, u16), u32>,
    wrong: Vec<String>,
    late: u32,
}

#[test]
#[ignore = "a measurement of a minute, which wants the machine to itself"]
fn two_hundred_requests_a_second_are_answered_right_while_the_table_comes_and_goes() {
    let story = Story::begin(Options::default());
    let opened = story.cloud.post("urls", json!({"function": "gate"}));
    let url = opened["url"].as_str().unwrap().to_owned();
    story.raise_all();
    story.await_phase("failed_over");
    await_until("the gate says latched", || ask(&agent(), "GET", &format!("{url}/latch/orders/us-east-1")).0 == 200);
    let (away, begun) = (AtomicBool::new(false), Instant::now());
    let seen = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (url, away) = (&url, &away);
                scope.spawn(move || steadily(client, url, begun, away))
            })
            .collect();
        await_until("the table goes away", || begun.elapsed() >= AWAY.0);
        away.store(true, Ordering::SeqCst);
        let fault = story.cloud.fault(&table_away());
        await_until("the table comes back", || begun.elapsed() >= AWAY.1);
        story.cloud.post(&format!("faults/{fault}/release"), json!({"mode": "continue"}));
        let seen: Vec<Seen> = clients.into_iter().map(|client| client.join().unwrap()).collect();
        seen
    });
    report(&seen, begun.elapsed());
    let wrong: Vec<&String> = seen.iter().flat_map(|one| &one.wrong).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn agent() -> ureq::Agent {
    ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build())
}

fn ask(agent: &ureq::Agent, method: &str, url: &str) -> (u16, Value) {
    let answer = if method == "HEAD" { agent.head(url).call() } else { agent.get(url).call() };
    let Ok(mut answer) = answer else { return (0, Value::Null) };
    (answer.status().as_u16(), answer.body_mut().read_json().unwrap_or(Value::Null))
}

/// One client's share of the requests, each at its own time. `away` is set before the table goes, and never unset:
/// what was asked just before it is back may be answered just after.
fn steadily(client: u32, url: &str, begun: Instant, away: &AtomicBool) -> Seen {
    let (agent, mut seen) = (agent(), Seen::default());
    let each = Duration::from_secs(1) * CLIENTS / REQUESTS_PER_SECOND;
    for number in 0..SECONDS * REQUESTS_PER_SECOND / CLIENTS {
        let at = each * number + each * client / CLIENTS;
        let wait = at.saturating_sub(begun.elapsed());
        seen.late += u32::from(wait.is_zero());
        #[expect(clippy::disallowed_methods, reason = "a load keeps its own time")]
        std::thread::sleep(wait);
        let (method, path, right) = ASKED[((number + client) % 4) as usize];
        let asked = Instant::now();
        let (status, body) = ask(&agent, method, &format!("{url}{path}"));
        seen.took.push(asked.elapsed());
        *seen.statuses.entry((format!("{method} {path}"), status)).or_default() += 1;
        // Who takes writes is not answered from memory: without the table that is not known.
        let unknown = path == "/writer/orders" && status == 503 && away.load(Ordering::SeqCst);
        let named = path != "/writer/orders" || status != 200 || body == json!({"region": "us-west-2", "epoch": 1});
        if !(unknown || status == right && named) {
            seen.wrong.push(format!("{method} {path}: {status} {body}"));
        }
    }
    seen
}

fn report(seen: &[Seen], lasted: Duration) {
    let mut took: Vec<Duration> = seen.iter().flat_map(|one| one.took.iter().copied()).collect();
    took.sort_unstable();
    let part = |percent: usize| took[(took.len() - 1) * percent / 100];
    let mut statuses: BTreeMap<_, u32> = BTreeMap::new();
    for (asked, count) in seen.iter().flat_map(|one| &one.statuses) {
        *statuses.entry(asked).or_default() += count;
    }
    let late: u32 = seen.iter().map(|one| one.late).sum();
    let mut out = std::io::stderr().lock();
    writeln!(out, "{} requests in {:.1} s, {late} sent late", took.len(), lasted.as_secs_f64()).unwrap();
    writeln!(out, "took: median {:?}, 99 % {:?}, at most {:?}", part(50), part(99), part(100)).unwrap();
    for ((asked, status), count) in statuses {
        writeln!(out, "  {asked}: {status}, {count} times").unwrap();
    }
    for (process, most) in memory() {
        writeln!(out, "process {process}: at most {most} of memory").unwrap();
    }
}

/// The most memory that each process of the gate has had. Empty where there is no `/proc`.
fn memory() -> BTreeMap<String, String> {
    let gate = binaries().join("gate");
    let mut most = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let runs = fs::read_link(entry.path().join("exe")).is_ok_and(|program| same(&program, &gate));
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).filter(|_| runs);
        most.extend(peak.map(|peak| (entry.file_name().to_string_lossy().into_owned(), peak.trim().to_owned())));
    }
    most
}

fn same(program: &Path, gate: &Path) -> bool {
    gate.canonicalize().is_ok_and(|gate| gate == program)
}
