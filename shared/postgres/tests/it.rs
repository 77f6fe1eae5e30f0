//! Two servers that are really there: skipped aloud where PostgreSQL is not installed.

use std::io::Write as _;
use std::time::Duration;
use understudy_engine::PhaseName;
use understudy_postgres::{Install, Load, Options, Pair, PostgresFault, Side, play, rows};

const DELAY: Duration = Duration::from_millis(300);

#[expect(clippy::unwrap_used, reason = "a test's own, outside of a test's function")]
async fn pair() -> Option<Pair> {
    match Install::find().await {
        Err(PostgresFault::NotInstalled(program)) => {
            assert!(std::env::var_os("UNDERSTUDY_SKIPS_NOTHING").is_none(), "{program} is not installed");
            let _ = writeln!(std::io::stderr(), "SKIPPED: {program} is not installed");
            None
        }
        found => Some(Pair::start(&found.unwrap(), DELAY).await.unwrap()),
    }
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waited = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited).await.unwrap_or_else(|_| panic!("never: {what}"));
}

fn acknowledged(load: &Load) -> Vec<i64> {
    load.written().iter().filter(|row| row.acknowledged_at.is_some()).map(|row| row.n).collect()
}

#[tokio::test]
async fn what_was_acknowledged_and_had_not_arrived_when_the_primary_was_killed_is_lost_and_nothing_else() {
    let Some(mut pair) = pair().await else { return };
    let load = Load::start(pair.server(Side::Primary).config());
    until("a hundred rows are written", async || acknowledged(&load).len() >= 100).await;
    pair.lose_primary().await.unwrap();
    let acknowledged = acknowledged(&load);

    let standby = pair.server(Side::Standby);
    let streams = "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'";
    let client = standby.connect().await.unwrap();
    until("whatever was under way has arrived or is lost", async || {
        client.query_one(streams, &[]).await.unwrap().get::<_, i64>(0) == 0
    })
    .await;
    let promoted = standby.connect().await.unwrap().query_one("SELECT pg_promote()", &[]).await.unwrap();
    assert!(promoted.get::<_, bool>(0));
    let survived = rows(&standby.config()).await.unwrap();
    let lost = acknowledged.iter().filter(|n| !survived.contains(n)).count();
    assert!(lost > 0, "300 ms of rows were under way");
    assert!(
        survived.iter().copied().eq(1..=survived.len() as i64),
        "the standby has a beginning of them, without a gap"
    );

    pair.exhume_primary().await.unwrap();
    let had = rows(&pair.server(Side::Primary).config()).await.unwrap();
    assert!(acknowledged.iter().all(|n| had.contains(n)), "what it had acknowledged it had");
}

#[tokio::test]
async fn a_load_that_is_led_elsewhere_writes_there_and_uses_no_number_twice() {
    let Some(mut pair) = pair().await else { return };
    let load = Load::start(pair.server(Side::Primary).config());
    until("rows are written", async || acknowledged(&load).len() >= 10).await;
    pair.lose_primary().await.unwrap();
    let before = acknowledged(&load).len();
    until("a row fails", async || load.written().iter().any(|row| row.acknowledged_at.is_none())).await;
    let standby = pair.server(Side::Standby);
    standby.connect().await.unwrap().query_one("SELECT pg_promote()", &[]).await.unwrap();
    load.lead_to(standby.config());
    until("rows are acknowledged again", async || acknowledged(&load).len() > before + 10).await;
    let mut numbers: Vec<i64> = load.written().iter().map(|row| row.n).collect();
    let all = numbers.len();
    numbers.dedup();
    assert_eq!(numbers.len(), all);
}

#[tokio::test]
async fn a_load_that_is_led_elsewhere_leaves_a_server_that_still_answers() {
    let Some(pair) = pair().await else { return };
    let load = Load::start(pair.server(Side::Primary).config());
    until("rows are written", async || acknowledged(&load).len() >= 10).await;
    let standby = pair.server(Side::Standby);
    standby.connect().await.unwrap().query_one("SELECT pg_promote()", &[]).await.unwrap();
    load.lead_to(standby.config());
    let led_at = load.written().len() as i64;
    until("rows are in the other one", async || rows(&standby.config()).await.unwrap().iter().any(|n| *n > led_at + 5))
        .await;
}

#[tokio::test]
async fn servers_end_with_whoever_started_them() {
    let Some(pair) = pair().await else { return };
    let addresses = [Side::Primary, Side::Standby].map(|side| pair.server(side).address());
    drop(pair);
    for address in addresses {
        until("nobody listens", async || tokio::net::TcpStream::connect(address).await.is_err()).await;
    }
}

#[test]
fn a_killed_primary_is_failed_over_once_and_every_row_is_accounted_for() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if runtime.block_on(pair()).is_none() {
        return;
    }
    let mut told = Vec::new();
    let options = Options { sustain_seconds: *Options::SUSTAIN.start() };
    let account = play(options, &mut |seconds, what| told.push((seconds, what.to_owned()))).unwrap();
    assert!(account.as_expected, "{account:#?}");
    assert_eq!(account.ended, PhaseName::FailedOver);
    assert!(account.rows.lost > 0, "rows were under way when the primary was killed: {:?}", account.rows);
    assert!(account.rows.agree(), "{:?}", account.rows);
    assert!((0.2..5.0).contains(&account.rows.rpo_seconds), "a standby 0.8 s behind: {:?}", account.rows);
    let seconds = account.seconds;
    let (down, promoted) = (seconds.to_down.unwrap(), seconds.to_promote.unwrap());
    assert!(promoted - down >= 50.0, "Down is sustained before anything is promoted: {seconds:?}");
    assert!(seconds.to_first_write.unwrap() > promoted, "{seconds:?}");
    assert!(told.iter().any(|(_, what)| what == "Promoting"), "{told:?}");
}
