//! Asks AWS what readiness is judged by. Every call reads, each is bounded, and all Regions are asked at once: a Region
//! that does not answer costs seconds, and leaves what it was asked for unseen.

mod account;
mod databases;
mod dependencies;
mod deployed;
mod gates;
mod lag;
mod names;
mod settings;
mod table;
mod watched;

use crate::account::Account;
use crate::databases::Found;
use aws_config::SdkConfig;
use jiff::Timestamp;
use std::collections::BTreeMap;
use understudy_engine::{Policy, Region};
use understudy_readiness::{Admits, Seen, Settings, Survey};

pub use names::Route53;

/// Where an application's parts are, beyond what its file says.
#[derive(Debug, Clone)]
pub struct Place {
    /// Name of the table.
    pub table: String,
    /// Region of the table.
    pub table_region: Region,
    /// What the names of functions, queues and alarms begin with, without the dash.
    pub functions: String,
    /// Gates that are asked at another URL than the file's.
    pub gates: Vec<(Region, String)>,
}

/// Everything that readiness is judged by.
pub async fn survey(config: &SdkConfig, policy: &Policy, place: &Place, now: Timestamp) -> Survey {
    let account = Account::new(config);
    let replica = &policy.database.replica;
    let traffic = async {
        let Some(traffic) = &policy.traffic else { return (Seen::Known(Vec::new()), BTreeMap::new()) };
        let route53 = Route53::new(config);
        let (zone, latches) = tokio::join!(route53.zone(traffic), gates::latches(policy, traffic, place));
        (zone.map(|zone| understudy_readiness::names::faults(policy, traffic, &zone)), latches)
    };
    let needs = async {
        tokio::join!(
            dependencies::secrets(&account, policy),
            dependencies::buckets(&account, policy),
            dependencies::distributions(&account, policy),
        )
    };
    let regions = deployed::regions(policy);
    let (databases, backups, quotas, lag, day, alarms, own, topic, table, functions, dead_letters, traffic, needs) = tokio::join!(
        pair(&account, policy),
        databases::finished_backups(&account, replica),
        databases::quotas(&account, policy),
        lag::now(&account, replica, now),
        lag::of_a_day(&account, replica, now),
        watched::alarms(&account, policy),
        watched::own(&account, &regions, &place.functions),
        watched::topic(&account, policy),
        table::describe(&account, place),
        deployed::functions(&account, policy, &place.functions),
        deployed::dead_letters(&account, &regions, &place.functions),
        traffic,
        needs,
    );
    let (names, latches) = traffic;
    let (writer, replica, writer_settings, replica_settings, admits) = databases;
    let (secrets, buckets, distributions) = needs;
    // The last thing seen: what is judged by its age should not grow old while a Region does not answer.
    let record = table::record(config, policy, place).await;
    Survey {
        writer: writer.map(|found| found.database),
        replica: replica.map(|found| found.database),
        writer_settings,
        replica_settings,
        lag,
        lag_of_a_day: day,
        replica_backups: backups,
        quotas,
        alarms,
        own_alarms: own,
        topic,
        table,
        record,
        names,
        latches,
        admits,
        secrets,
        buckets,
        distributions,
        functions,
        dead_letters,
    }
}

/// Writer and replica, what their groups set, and what these admit.
async fn pair(
    account: &Account,
    policy: &Policy,
) -> (Seen<Found>, Seen<Found>, Settings, Settings, BTreeMap<Region, Seen<Vec<Admits>>>) {
    let (writer, replica) = tokio::join!(
        databases::find(account, &policy.database.writer),
        databases::find(account, &policy.database.replica),
    );
    let (of_writer, of_replica, to_writer, to_replica) = tokio::join!(
        settings::read(account, &writer),
        settings::read(account, &replica),
        dependencies::admits(account, &writer),
        dependencies::admits(account, &replica),
    );
    let (primary, standby) = (policy.regions.primary.clone(), policy.regions.standby.clone());
    (writer, replica, of_writer, of_replica, BTreeMap::from([(primary, to_writer), (standby, to_replica)]))
}
