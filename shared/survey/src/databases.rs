//! Database instances, their backups, and the room that an account has for more.

use crate::account::{Account, Asked};
use aws_sdk_rds::types::{AccountQuota, DbInstance, PendingModifiedValues};
use std::collections::BTreeMap;
use understudy_engine::{DbInstanceArn, Policy, Region};
use understudy_readiness::{Database, ParameterGroup, Quota, Quotas, Replication, Seen, Storage};

/// An instance, with what its groups are read by.
pub(crate) struct Found {
    pub(crate) database: Database,
    pub(crate) region: Region,
    pub(crate) option_groups: Vec<String>,
}

pub(crate) async fn find(account: &Account, arn: &DbInstanceArn) -> Seen<Found> {
    let region = arn.region();
    let asked = Asked { action: "rds:DescribeDBInstances", region: region.as_str() };
    let answer = account.rds(&region).describe_db_instances().db_instance_identifier(arn.instance()).send().await;
    match answer {
        Err(error) => asked.failed(&error),
        Ok(answer) => answer.db_instances().first().map_or_else(
            || asked.absent(),
            |instance| {
                let groups = instance.option_group_memberships().iter();
                let option_groups = groups.filter_map(|group| Some(group.option_group_name()?.to_owned())).collect();
                Seen::Known(Found { database: database(instance), region: region.clone(), option_groups })
            },
        ),
    }
}

fn database(instance: &DbInstance) -> Database {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let status = instance.status_infos().iter().find(|info| info.status_type() == Some("read replication"));
    let groups = instance.vpc_security_groups().iter().filter_map(|group| group.vpc_security_group_id());
    let parameter_groups = instance.db_parameter_groups().iter().map(|group| ParameterGroup {
        name: text(group.db_parameter_group_name()),
        applied: text(group.parameter_apply_status()),
    });
    Database {
        status: text(instance.db_instance_status()),
        source: filled(instance.read_replica_source_db_instance_identifier()),
        replication: status
            .map(|info| Replication { status: text(info.status()), normal: info.normal().unwrap_or_default() }),
        class: text(instance.db_instance_class()),
        engine: text(instance.engine()),
        engine_version: text(instance.engine_version()),
        multi_az: instance.multi_az().unwrap_or_default(),
        storage: storage(instance),
        encrypted: instance.storage_encrypted().unwrap_or_default(),
        kms_key: filled(instance.kms_key_id()),
        deletion_protection: instance.deletion_protection().unwrap_or_default(),
        backup_retention_days: natural(instance.backup_retention_period()).unwrap_or_default(),
        backup_window: filled(instance.preferred_backup_window()),
        security_groups: groups.map(str::to_owned).collect(),
        port: natural(instance.endpoint().and_then(aws_sdk_rds::types::Endpoint::port)),
        iam_login: instance.iam_database_authentication_enabled().unwrap_or_default(),
        parameter_groups: parameter_groups.collect(),
        pending: instance.pending_modified_values().map(pending).unwrap_or_default(),
    }
}

fn storage(instance: &DbInstance) -> Storage {
    Storage {
        kind: instance.storage_type().unwrap_or_default().to_owned(),
        gib: natural(instance.allocated_storage()).unwrap_or_default(),
        gib_max: natural(instance.max_allocated_storage()),
        iops: natural(instance.iops()),
        throughput: natural(instance.storage_throughput()),
    }
}

fn natural(number: Option<i32>) -> Option<u32> {
    number.and_then(|number| u32::try_from(number).ok())
}

/// What waits, by the names that RDS gives it.
fn pending(values: &PendingModifiedValues) -> Vec<String> {
    let told = [
        ("DBInstanceClass", values.db_instance_class().map(str::to_owned)),
        ("AllocatedStorage", values.allocated_storage().map(|value| value.to_string())),
        ("Port", values.port().map(|value| value.to_string())),
        ("BackupRetentionPeriod", values.backup_retention_period().map(|value| value.to_string())),
        ("MultiAZ", values.multi_az().map(|value| value.to_string())),
        ("EngineVersion", values.engine_version().map(str::to_owned)),
        ("Iops", values.iops().map(|value| value.to_string())),
        ("StorageThroughput", values.storage_throughput().map(|value| value.to_string())),
        ("DBInstanceIdentifier", values.db_instance_identifier().map(str::to_owned)),
        ("StorageType", values.storage_type().map(str::to_owned)),
        ("CACertificateIdentifier", values.ca_certificate_identifier().map(str::to_owned)),
        ("DBSubnetGroupName", values.db_subnet_group_name().map(str::to_owned)),
        // Never the value of this one.
        ("MasterUserPassword", values.master_user_password().map(|_| "changed".to_owned())),
    ];
    told.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", value?))).collect()
}

/// How many finished automated backups an instance has.
pub(crate) async fn finished_backups(account: &Account, arn: &DbInstanceArn) -> Seen<usize> {
    let region = arn.region();
    let asked = Asked { action: "rds:DescribeDBSnapshots", region: region.as_str() };
    let request = account.rds(&region).describe_db_snapshots().db_instance_identifier(arn.instance());
    let pages = request.snapshot_type("automated").into_paginator().items().send().try_collect().await;
    match pages {
        Err(error) => asked.failed(&error),
        Ok(all) => Seen::Known(all.iter().filter(|snapshot| snapshot.status() == Some("available")).count()),
    }
}

/// Of the two Regions that a database may be made in.
pub(crate) async fn quotas(account: &Account, policy: &Policy) -> BTreeMap<Region, Quotas> {
    let (primary, standby) = (&policy.regions.primary, &policy.regions.standby);
    let (of_primary, of_standby) = tokio::join!(quotas_in(account, primary), quotas_in(account, standby));
    BTreeMap::from([(primary.clone(), of_primary), (standby.clone(), of_standby)])
}

async fn quotas_in(account: &Account, region: &Region) -> Quotas {
    let asked = Asked { action: "rds:DescribeAccountAttributes", region: region.as_str() };
    let answer = account.rds(region).describe_account_attributes().send().await;
    let told = |name: &str| match &answer {
        Err(error) => asked.failed(error),
        Ok(answer) => quota(answer.account_quotas(), name).map_or_else(|| asked.absent(), Seen::Known),
    };
    Quotas { instances: told("DBInstances"), storage_gib: told("AllocatedStorage") }
}

fn quota(all: &[AccountQuota], name: &str) -> Option<Quota> {
    let quota = all.iter().find(|quota| quota.account_quota_name() == Some(name))?;
    Some(Quota { used: u64::try_from(quota.used()?).ok()?, max: u64::try_from(quota.max()?).ok()? })
}
