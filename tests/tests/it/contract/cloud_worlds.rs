//! The two clouds that the cloud's contract is held against.

use super::ledger_worlds::clients;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricDatum, StateValue, Statistic};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;
use understudy_aws::AwsCloud;
use understudy_driver::Cloud;
use understudy_engine::{AlarmArn, DbInstanceArn, DbStatus, Lag, Seconds, SecurityGroup, Sight};
use understudy_sim::{AlarmValue, Life, PromoteFault, SimCloud, SimDatabase, World};
use understudy_tests::{Fault, LocalCloud, Options, policy};

pub(super) trait CloudWorld {
    fn cloud(&self) -> &impl Cloud;
    fn now(&self) -> Timestamp;
    fn promote_calls(&self) -> usize;
    /// Calls of those that cut a writer off or make a replica which reached RDS; none where nobody counts.
    fn changing_calls(&self) -> Option<usize>;
    /// Longer than anything takes.
    fn patience(&self) -> SignedDuration;
    /// A database that stands alone, with these security groups.
    async fn add_database(&self, arn: &DbInstanceArn, groups: &BTreeSet<SecurityGroup>);
    /// A replica of the policy's writer, in us-west-2, whose promotion takes four seconds.
    async fn add_replica(&self, name: &str);
    async fn set_backing_up(&self, name: &str);
    async fn measure_lag(&self, name: &str, measured: &[(Timestamp, f64)]);
    /// Alarms of us-east-2.
    async fn set_alarms(&self, alarms: &[(&str, AlarmValue)]);
    async fn fail_next_promote(&self, fault: PromoteFault);
    /// From here on no alarm of us-east-2 can be read.
    async fn silence_alarms(&self);
}

pub(super) struct SimulatedCloud {
    world: World,
    cloud: SimCloud,
}

impl SimulatedCloud {
    pub(super) fn new() -> Self {
        let world = World::new("2026-03-01T03:00:00Z".parse().unwrap());
        Self { cloud: SimCloud::new(&world), world }
    }
}

fn replica(name: &str) -> DbInstanceArn {
    format!("arn:aws:rds:us-west-2:123456789012:db:{name}").parse().unwrap()
}

impl CloudWorld for SimulatedCloud {
    fn cloud(&self) -> &impl Cloud {
        &self.cloud
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    fn promote_calls(&self) -> usize {
        self.world.promote_calls()
    }

    fn changing_calls(&self) -> Option<usize> {
        None
    }

    fn patience(&self) -> SignedDuration {
        SignedDuration::from_hours(2)
    }

    async fn add_database(&self, arn: &DbInstanceArn, groups: &BTreeSet<SecurityGroup>) {
        let mut database = SimDatabase::writer();
        database.groups.clone_from(groups);
        self.world.add_database(arn.clone(), database);
    }

    async fn add_replica(&self, name: &str) {
        let database = SimDatabase::replica_of(policy().database.writer, Life::lasting(4));
        self.world.add_database(replica(name), database);
    }

    async fn set_backing_up(&self, name: &str) {
        let mut database = SimDatabase::replica_of(policy().database.writer, Life::lasting(4));
        database.status = DbStatus::BackingUp;
        self.world.add_database(replica(name), database);
    }

    async fn measure_lag(&self, name: &str, measured: &[(Timestamp, f64)]) {
        let lags = measured.iter().filter(|(_, seconds)| *seconds >= 0.0);
        let lags = lags.map(|&(at, seconds)| Lag { seconds: Seconds(seconds as u32), at }).collect();
        self.world.set_lags(&replica(name), lags);
    }

    async fn set_alarms(&self, alarms: &[(&str, AlarmValue)]) {
        for (name, value) in alarms {
            let arn: AlarmArn = format!("arn:aws:cloudwatch:us-east-2:123456789012:alarm:{name}").parse().unwrap();
            self.world.set_alarm(&arn, *value, "drill");
        }
    }

    async fn fail_next_promote(&self, fault: PromoteFault) {
        self.world.fail_next_promote(fault);
    }

    async fn silence_alarms(&self) {
        self.world.kill_region(&"us-east-2".parse().unwrap());
    }
}

pub(super) struct RealCloud {
    local: LocalCloud,
    cloud: AwsCloud,
    cloudwatch: aws_sdk_cloudwatch::Client,
    standby_cloudwatch: aws_sdk_cloudwatch::Client,
    rds: aws_sdk_rds::Client,
    primary_rds: aws_sdk_rds::Client,
}

impl RealCloud {
    pub(super) async fn new() -> Self {
        let local = LocalCloud::start(&policy(), Options { functions: false, copies: 1, promote_seconds: 4.0 });
        let cloud = AwsCloud::new(clients(&local).await);
        let config = |region: &'static str| {
            let credentials = aws_sdk_dynamodb::config::Credentials::new("test", "test", None, None, "tests");
            aws_config::defaults(aws_config::BehaviorVersion::latest())
                .endpoint_url(&local.endpoint)
                .region(region)
                .credentials_provider(credentials)
        };
        let (standby, witness) = (config("us-west-2").load().await, config("us-east-2").load().await);
        let primary = config("us-east-1").load().await;
        Self {
            cloudwatch: aws_sdk_cloudwatch::Client::new(&witness),
            standby_cloudwatch: aws_sdk_cloudwatch::Client::new(&standby),
            rds: aws_sdk_rds::Client::new(&standby),
            primary_rds: aws_sdk_rds::Client::new(&primary),
            cloud,
            local,
        }
    }

    pub(super) fn local(&self) -> &LocalCloud {
        &self.local
    }

    fn rds_of(&self, arn: &DbInstanceArn) -> &aws_sdk_rds::Client {
        if arn.region().as_str() == "us-east-1" { &self.primary_rds } else { &self.rds }
    }
}

impl CloudWorld for RealCloud {
    fn cloud(&self) -> &impl Cloud {
        &self.cloud
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn promote_calls(&self) -> usize {
        self.local.promote_calls()
    }

    fn changing_calls(&self) -> Option<usize> {
        let changing = ["ModifyDBInstance", "RebootDBInstance", "CreateDBInstanceReadReplica"];
        Some(changing.iter().map(|action| self.local.requests("rds", action).len()).sum())
    }

    fn patience(&self) -> SignedDuration {
        SignedDuration::from_secs(60)
    }

    async fn add_database(&self, arn: &DbInstanceArn, groups: &BTreeSet<SecurityGroup>) {
        let create = self.rds_of(arn).create_db_instance().db_instance_identifier(arn.instance());
        let create = create.engine("postgres").db_instance_class("db.t4g.medium").allocated_storage(20);
        let groups = groups.iter().map(|group| group.as_str().to_owned()).collect();
        create.backup_retention_period(1).set_vpc_security_group_ids(Some(groups)).send().await.unwrap();
    }

    async fn add_replica(&self, name: &str) {
        let writer = policy().database.writer;
        let create = self.rds.create_db_instance_read_replica().db_instance_identifier(name);
        create.source_db_instance_identifier(writer.as_str()).send().await.unwrap();
        let arn = replica(name);
        let available = DbStatus::Available;
        while !matches!(self.cloud.read_back(&arn).await.outcome, Sight::Seen(seen) if seen.status == available) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn set_backing_up(&self, name: &str) {
        self.local.post("databases", json!({"region": "us-west-2", "id": name, "status": "backing-up"}));
    }

    async fn measure_lag(&self, name: &str, measured: &[(Timestamp, f64)]) {
        let dimension = Dimension::builder().name("DBInstanceIdentifier").value(name).build();
        for (at, seconds) in measured {
            let datum = MetricDatum::builder()
                .metric_name("ReplicaLag")
                .dimensions(dimension.clone())
                .timestamp(DateTime::from_secs(at.as_second()))
                .value(*seconds)
                .build();
            let put = self.standby_cloudwatch.put_metric_data().namespace("AWS/RDS").metric_data(datum);
            put.send().await.unwrap();
        }
    }

    async fn set_alarms(&self, alarms: &[(&str, AlarmValue)]) {
        for (name, value) in alarms {
            let put = self.cloudwatch.put_metric_alarm().alarm_name(*name).namespace("Tests").metric_name("m");
            let put = put.statistic(Statistic::Minimum).period(60).evaluation_periods(1).threshold(1.0);
            put.comparison_operator(ComparisonOperator::LessThanThreshold).send().await.unwrap();
            let set = self.cloudwatch.set_alarm_state().alarm_name(*name).state_value(StateValue::from(value.as_str()));
            set.state_reason("drill").send().await.unwrap();
        }
    }

    async fn fail_next_promote(&self, fault: PromoteFault) {
        let error = |code: &str| json!({"kind": "error", "status": 400, "code": code, "message": "drill"});
        let effect = match fault {
            PromoteFault::CutBefore => json!({"kind": "cut", "when": "before"}),
            PromoteFault::CutAfter => json!({"kind": "cut", "when": "after"}),
            PromoteFault::Throttled => error("Throttling"),
            PromoteFault::Denied => error("AccessDenied"),
        };
        let fault = Fault {
            service: "rds",
            action: "PromoteReadReplica",
            region: None,
            body_contains: None,
            times: Some(1),
            effect,
        };
        let _ = self.local.fault(&fault);
    }

    async fn silence_alarms(&self) {
        let effect = json!({"kind": "hold", "when": "before"});
        let fault = Fault {
            service: "monitoring",
            action: "DescribeAlarms",
            region: None,
            body_contains: None,
            times: None,
            effect,
        };
        let _ = self.local.fault(&fault);
    }
}
