use super::*;
use crate::Install;
use crate::PostgresFault;
use std::io::Write as _;
use understudy_engine::Severity;

#[tokio::test]
async fn the_drills_own_application_has_no_fault() {
    let install = match Install::find().await {
        Err(PostgresFault::NotInstalled(program)) => {
            assert!(std::env::var_os("UNDERSTUDY_SKIPS_NOTHING").is_none(), "{program} is not installed");
            let _ = writeln!(std::io::stderr(), "SKIPPED: {program} is not installed");
            return;
        }
        found => found.unwrap(),
    };
    let pair = Pair::start(&install, Duration::ZERO).await.unwrap();
    for sustain_seconds in [*Options::SUSTAIN.start(), *Options::SUSTAIN.end()] {
        let orders = Orders::new(&pair, Options { sustain_seconds }).unwrap();
        let faults = orders.policy.faults();
        assert!(faults.iter().all(|fault| fault.severity != Severity::Error), "{faults:#?}");
    }
}
