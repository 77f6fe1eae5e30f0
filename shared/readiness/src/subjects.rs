//! The checks, by subject.

mod alarms;
mod backups;
mod buckets;
mod dependencies;
mod distributions;
mod functions;
mod notification;
mod parity;
mod quotas;
mod record;
mod replica;
mod table;
mod traffic;
mod voters;

use crate::check::Check;

pub(crate) const ALL: [&[Check]; 14] = [
    &replica::CHECKS,
    &parity::CHECKS,
    &backups::CHECKS,
    &quotas::CHECKS,
    &voters::CHECKS,
    &alarms::CHECKS,
    &table::CHECKS,
    &record::CHECKS,
    &notification::CHECKS,
    &traffic::CHECKS,
    &dependencies::CHECKS,
    &buckets::CHECKS,
    &distributions::CHECKS,
    &functions::CHECKS,
];
