//! What a Region's probe has to do: the voters that it speaks for, as the table has them now.

use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use understudy_driver::{Ledger, LedgerError, Record, Route};
use understudy_engine::{Application, Certificates, Probe, Region, Subject, Vote};

/// How many records are read at once.
const READS_MAX: usize = 16;

/// One voter that the probe speaks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Duty {
    pub route: Route,
    pub watches: Subject,
    pub probe: Probe,
    pub authorities: Option<Certificates>,
    /// Its last vote, as the record has it.
    pub standing: Option<Vote>,
}

/// What is to be done, and whose record could not be read.
#[derive(Debug, Default)]
pub struct Roster {
    pub duties: Vec<Duty>,
    pub unread: Vec<LedgerError>,
}

/// Reads what there is to do. The policy decides, and not the item that leads to it: an item that no policy bears out
/// is passed over.
///
/// # Errors
/// When the table does not say for whom the Region speaks. One record that cannot be read stops no other.
pub async fn roster<L: Ledger + Send + 'static>(ledger: &Arc<L>, region: &Region) -> Result<Roster, LedgerError> {
    let mut voters: BTreeMap<Application, Vec<Route>> = BTreeMap::new();
    for route in ledger.probed(region).await? {
        voters.entry(route.application.clone()).or_default().push(route);
    }
    let turns = Arc::new(Semaphore::new(READS_MAX));
    let mut reads = JoinSet::new();
    for application in voters.keys().cloned() {
        let (ledger, turns) = (Arc::clone(ledger), Arc::clone(&turns));
        reads.spawn(async move {
            let _turn = turns.acquire_owned().await;
            let record = ledger.load(&application).await;
            (application, record)
        });
    }
    let mut roster = Roster::default();
    while let Some(read) = reads.join_next().await {
        match read {
            Ok((application, Ok(record))) => {
                let routes = voters.remove(&application).unwrap_or_default();
                roster.duties.extend(routes.into_iter().filter_map(|route| duty(route, &record, region)));
            }
            Ok((_, Err(error))) => roster.unread.push(error),
            Err(error) => roster.unread.push(LedgerError::Unavailable { detail: error.to_string() }),
        }
    }
    roster.duties.sort_by(|one, other| one.route.cmp(&other.route));
    Ok(roster)
}

fn duty(route: Route, record: &Record, region: &Region) -> Option<Duty> {
    let voter = record.policy.voter(&route.voter)?;
    let probe = voter.source.probe().filter(|probe| probe.region == *region)?.clone();
    Some(Duty {
        watches: voter.watches,
        probe,
        authorities: record.policy.probes.as_ref().map(|probes| probes.authorities.clone()),
        standing: record.votes.get(&route.voter).cloned(),
        route,
    })
}
