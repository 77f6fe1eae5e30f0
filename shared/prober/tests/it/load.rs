//! A thousand targets in one round: a measurement, made by hand (`make probe-load`).

use crate::scene::Told;
use crate::server::{Does, Server, answer_of};
use crate::tls::Authority;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use understudy_engine::Policy;
use understudy_prober::{Config, Passwords, Prober, Report};
use understudy_sim::{SimLedger, World};

/// As many voters as an application may have besides three alarms, and as many applications as make a thousand.
const VOTERS: usize = 20;
const APPLICATIONS: usize = 50;

const SECONDS_MAX: f64 = 10.0;

/// The bound where every one of them hangs for five seconds, and 512 are asked at a time.
const LOST_SECONDS_MAX: f64 = 12.0;
const MEGABYTES_MAX: u64 = 128;

fn policy(number: usize, authorities: &str, targets: impl Iterator<Item = Value>) -> Policy {
    let alarm = |region: &str, class: &str| {
        let arn = format!("arn:aws:cloudwatch:{region}:111122223333:alarm:{region}-{number}");
        json!({"name": region, "class": class, "source": {"alarm": arn}})
    };
    let mut voters =
        vec![alarm("us-east-1", "infrastructure"), alarm("us-west-2", "replication"), alarm("us-east-2", "data_path")];
    for (index, target) in targets.enumerate() {
        let probe = json!({"region": "us-west-2", "target": target, "interval_seconds": 20});
        voters.push(json!({"name": format!("probe-{index}"), "class": "data_path", "source": {"probe": probe}}));
    }
    let policy = json!({
        "schema": 1, "application": format!("application-{number}"), "mode": "observe",
        "regions": {"primary": "us-east-1", "standby": "us-west-2", "witness": "us-east-2"},
        "database": {"writer": "arn:aws:rds:us-east-1:111122223333:db:orders",
            "replica": "arn:aws:rds:us-west-2:111122223333:db:orders-replica", "lag_max_seconds": 60},
        "quorum": {"needed": 12}, "voters": voters, "probes": {"authorities": authorities},
        "notification": {"topic": "arn:aws:sns:us-west-2:111122223333:orders"},
    });
    serde_json::from_value(policy).unwrap()
}

/// The servers are in this process too, so that the figures are above those of a probe alone.
struct Field {
    plain: Server,
    secure: Server,
    hanging: Server,
    canary: Server,
    authorities: String,
}

impl Field {
    async fn set_up() -> Self {
        let authority = Authority::new();
        let well = || answer_of("200 OK", "database: ok");
        Self {
            plain: Server::start(well()).await,
            secure: Server::with(well(), Some(authority.sign("127.0.0.1").acceptor())).await,
            hanging: Server::start(Does::Hangs).await,
            canary: Server::start(well()).await,
            authorities: authority.pem(),
        }
    }

    /// Half of them HTTP, three tenths HTTPS, the rest TCP; and as many as asked for take the connection and say nothing.
    fn target(&self, number: usize, hanging: usize) -> Value {
        let http = |scheme: &str, server: &Server| {
            let url = format!("{scheme}://{}/{number}", server.address);
            json!({"http": {"url": url, "contains": "database: ok"}})
        };
        match number % 10 {
            _ if number < hanging => http("http", &self.hanging),
            0..5 => http("http", &self.plain),
            5..8 => http("https", &self.secure),
            _ => json!({"tcp": format!("127.0.0.1:{}", self.plain.address.port())}),
        }
    }
}

async fn round(field: &Field, hanging: usize) -> (Report, f64) {
    let ledger = Arc::new(SimLedger::new(&World::new(Timestamp::now())));
    for number in 0..APPLICATIONS {
        let mut tcp = false;
        let targets = (0..VOTERS).map(|index| number * VOTERS + index).map(|number| {
            let target = field.target(number, hanging);
            // An application asks one thing once.
            let again = target.get("tcp").is_some() && std::mem::replace(&mut tcp, true);
            if again { json!({"http": {"url": format!("http://{}/{number}", field.plain.address)}}) } else { target }
        });
        ledger.apply(&policy(number, &field.authorities, targets)).unwrap();
    }
    let canaries = vec![format!("http://{}/", field.canary.address).parse().unwrap()];
    let prober =
        Prober::new(Config { region: "us-west-2".parse().unwrap(), canaries, passwords: Passwords::default() });
    let begun = Instant::now();
    let told = Arc::new(Told(Ok(None)));
    let report = prober.attend(&ledger, &told, Duration::from_secs(19), Timestamp::now).await.unwrap();
    (report, begun.elapsed().as_secs_f64())
}

/// The most memory that this process has had, in megabytes. None where there is no `/proc`.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

#[tokio::test]
#[ignore = "a measurement, which wants the machine to itself"]
async fn a_thousand_targets_are_asked_within_ten_seconds_and_a_hundred_and_twenty_eight_megabytes() {
    let field = Field::set_up().await;
    let mut asked = 0;
    let mut out = std::io::stderr();
    for (hanging, seconds_max) in [(0, SECONDS_MAX), (100, SECONDS_MAX), (1000, LOST_SECONDS_MAX)] {
        let (report, seconds) = round(&field, hanging).await;
        let peak = peak();
        writeln!(
            out,
            "1000 targets, {hanging} of them hanging: {seconds:.2} s, at most {} MB in this process with its servers; \
             rounds {}, up {}, abstain {}, failed {}",
            peak.map_or_else(|| "?".to_owned(), |peak| peak.to_string()),
            report.rounds,
            report.up,
            report.abstain,
            report.failed.len(),
        )
        .unwrap();
        assert_eq!((report.rounds, report.failed.len()), (1, 0));
        assert_eq!((report.up as usize, report.abstain as usize), (1000 - hanging, hanging), "{report:?}");
        assert!(seconds < seconds_max, "it took {seconds:.2} s");
        asked += hanging;
        assert_eq!(field.hanging.connections(), asked, "each had its turn");
        assert!(peak.is_none_or(|peak| peak < MEGABYTES_MAX), "{peak:?} MB");
    }
}
