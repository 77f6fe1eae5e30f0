"""Sets the demo application up, from the items the project's own CLI writes."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from . import tables
from .cloud import Cloud
from .runtime import Definition

TABLE = "understudy"
WIRED = ("intake", "conductor", "notify")
FUNCTIONS = (*WIRED, "gate")

# A conductor stays awake until this long before its timeout. With the tick added, the next tick takes over from it.
CONDUCTOR_RESERVE_SECONDS = 15


@dataclass(frozen=True)
class Application:
    name: str
    standby: str
    writer: str
    replica: str
    alarms: dict[str, str]
    topic: str | None


def load_items(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text())["items"]


def policies(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    records = [item for item in items if item["pk"]["S"].startswith("app#")]
    if not records:
        raise ValueError("no item has a pk that starts with app#")
    return [json.loads(record["policy"]["S"]) for record in records]


def applications(items: list[dict[str, Any]]) -> list[Application]:
    return [read_policy(policy) for policy in policies(items)]


def read_policy(policy: dict[str, Any]) -> Application:
    return Application(
        name=policy["application"],
        standby=policy["regions"]["standby"],
        writer=policy["database"]["writer"],
        replica=policy["database"]["replica"],
        alarms={voter["name"]: voter["source"]["alarm"] for voter in policy["voters"] if "alarm" in voter["source"]},
        topic=policy.get("notification", {}).get("topic"),
    )


class Stage:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")

    def client(self, service: str, region: str) -> Any:
        return self._session.client(service, region_name=region, endpoint_url=self._cloud.endpoint)

    def set_up(self, items: list[dict[str, Any]], functions: Path | None, tick_seconds: float) -> list[Application]:
        staged = applications(items)
        for policy in policies(items):
            self._cloud.levers.add(policy)
        standby = staged[0].standby
        self._create_table(standby, items)
        for application in staged:
            self.create_databases(application)
            self._create_alarms(application)
            self._create_pages(application)
        if functions:
            self._deploy(standby, functions, tick_seconds)
            self._connect(staged, tick_seconds)
        # What a test reads in the log is what the functions and the test itself do.
        self._cloud.log.clear()
        return staged

    def _create_table(self, region: str, items: list[dict[str, Any]]) -> None:
        dynamodb = self.client("dynamodb", region)
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        for item in items:
            dynamodb.put_item(TableName=TABLE, Item=item)

    def create_databases(self, application: Application) -> None:
        writer_region, writer = split_arn(application.writer)
        self.client("rds", writer_region).create_db_instance(
            DBInstanceIdentifier=writer,
            DBInstanceClass="db.t4g.medium",
            Engine="postgres",
            EngineVersion="16.4",
            AllocatedStorage=20,
            MasterUsername="understudy",
            MasterUserPassword="not-a-secret",
            BackupRetentionPeriod=1,
        )
        replica_region, replica = split_arn(application.replica)
        rds = self.client("rds", replica_region)
        rds.create_db_instance_read_replica(
            DBInstanceIdentifier=replica, SourceDBInstanceIdentifier=application.writer, SourceRegion=writer_region
        )
        with self._cloud.moto_lock:
            self._cloud.databases.finish_all()
        rds.modify_db_instance(DBInstanceIdentifier=replica, BackupRetentionPeriod=1)
        self._report_lag(replica_region, replica)

    def _report_lag(self, region: str, replica: str) -> None:
        now = datetime.now(UTC)
        self.client("cloudwatch", region).put_metric_data(
            Namespace="AWS/RDS",
            MetricData=[
                {
                    "MetricName": "ReplicaLag",
                    "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": replica}],
                    "Timestamp": now - timedelta(minutes=minutes),
                    "Value": 1,
                    "Unit": "Seconds",
                }
                for minutes in range(11)
            ],
        )

    def _create_alarms(self, application: Application) -> None:
        for voter, arn in application.alarms.items():
            region, name = split_arn(arn)
            cloudwatch = self.client("cloudwatch", region)
            cloudwatch.put_metric_alarm(
                AlarmName=name,
                AlarmDescription=f"Voter {voter} of {application.name}",
                Namespace="Understudy/Demo",
                MetricName=voter,
                Dimensions=[{"Name": "Application", "Value": application.name}],
                Statistic="Minimum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="LessThanThreshold",
            )
            cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="The application is healthy")

    def _create_pages(self, application: Application) -> None:
        if application.topic is None:
            return
        region, topic = split_arn(application.topic)
        sns, sqs = self.client("sns", region), self.client("sqs", region)
        topic_arn = sns.create_topic(Name=topic)["TopicArn"]
        queue_url = sqs.create_queue(QueueName=f"{application.name}-pages")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]
        sns.subscribe(
            TopicArn=topic_arn,
            Protocol="sqs",
            Endpoint=attributes["QueueArn"],
            Attributes={"RawMessageDelivery": "true"},
        )

    def _deploy(self, region: str, directory: Path, tick_seconds: float) -> None:
        for name in FUNCTIONS:
            binary = directory / name
            if not binary.is_file():
                raise ValueError(f"there is no function binary {binary}")
            self._cloud.functions.deploy(
                Definition(
                    name=name,
                    command=[str(binary.resolve())],
                    region=region,
                    environment={"UNDERSTUDY_TABLE": TABLE},
                    timeout_seconds=tick_seconds + CONDUCTOR_RESERVE_SECONDS,
                )
            )

    def _connect(self, staged: list[Application], tick_seconds: float) -> None:
        cloud, delivery = self._cloud, self._cloud.delivery
        intake, conductor, notify = (cloud.functions.get(name) for name in WIRED)
        table = tables.find_table(staged[0].standby, TABLE)
        cloud.wire_alarms(intake, delivery)
        for function in (conductor, notify):
            cloud.wire_stream(function, delivery, table)
            for application in staged:
                cloud.wire_schedule(function, delivery, tick_seconds, {"application": application.name})


def split_arn(arn: str) -> tuple[str, str]:
    """The Region and the name. An SNS topic has no resource type before its name."""
    parts = arn.split(":")
    return parts[3], parts[-1]
