import unittest
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from .courses import REBOOT, Regrouping, status_after
from .lag import LagReports
from .rds import find_database
from .scene import client, cloud, eventually, get, post, unique

OWN, CLOSED = "sg-0123456789abcdef0", "sg-0fedcba9876543210"


class Database(unittest.TestCase):
    def setUp(self):
        self.rds, self.identifier = client("rds", "us-east-1"), unique("orders")
        created = self.rds.create_db_instance(
            DBInstanceIdentifier=self.identifier,
            DBInstanceClass="db.t4g.medium",
            Engine="postgres",
            AllocatedStorage=20,
            BackupRetentionPeriod=1,
            VpcSecurityGroupIds=[OWN],
        )
        self.arn = created["DBInstance"]["DBInstanceArn"]

    def describe(self):
        return self.rds.describe_db_instances(DBInstanceIdentifier=self.identifier)["DBInstances"][0]

    def status(self):
        return self.describe()["DBInstanceStatus"]

    def groups(self):
        memberships = self.describe()["VpcSecurityGroups"]
        return {membership["VpcSecurityGroupId"]: membership["Status"] for membership in memberships}

    def regroup(self, *groups):
        self.rds.modify_db_instance(
            DBInstanceIdentifier=self.identifier, VpcSecurityGroupIds=list(groups), ApplyImmediately=True
        )

    def reboot(self):
        return self.rds.reboot_db_instance(DBInstanceIdentifier=self.identifier)["DBInstance"]["DBInstanceStatus"]

    def refusal(self, call, *arguments, **parameters):
        with self.assertRaises(ClientError) as caught:
            call(*arguments, **parameters)
        response = caught.exception.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]

    def logged(self, action):
        requests = get(f"requests?service=rds&action={action}")["requests"]
        return [
            request["parameters"]
            for request in requests
            if request["parameters"]["DBInstanceIdentifier"] == self.identifier
        ]


class SecurityGroups(Database):
    def test_the_course_of_new_groups_depends_on_the_time_alone(self):
        course = Regrouping(["a", "b"], ["b", "c"], begun_at=100, total_seconds=10)
        self.assertEqual(course.memberships(101), {"a": "active", "b": "active"})
        self.assertEqual(course.memberships(102), {"a": "removing", "b": "active", "c": "adding"})
        self.assertEqual(course.memberships(110), {"b": "active", "c": "active"})

    def test_new_groups_are_in_force_after_a_while_and_the_database_stays_available(self):
        self.assertEqual(self.groups(), {OWN: "active"})
        self.regroup(CLOSED)
        eventually(lambda: self.groups() == {OWN: "removing", CLOSED: "adding"})
        self.assertEqual(self.status(), "available")
        eventually(lambda: self.groups() == {CLOSED: "active"})
        [logged] = self.logged("ModifyDBInstance")
        self.assertEqual(logged["VpcSecurityGroupIds.VpcSecurityGroupId.1"], CLOSED)

    def test_groups_that_were_never_in_force_are_forgotten_when_others_follow(self):
        self.regroup(CLOSED)
        self.regroup(OWN)
        eventually(lambda: self.groups() == {OWN: "active"})

    def test_asking_again_for_the_groups_that_come_already_delays_nothing(self):
        self.regroup(CLOSED)
        eventually(lambda: self.groups() == {OWN: "removing", CLOSED: "adding"})
        self.regroup(CLOSED)
        self.assertNotEqual(self.groups(), {OWN: "active"})
        eventually(lambda: self.groups() == {CLOSED: "active"})

    def test_another_modification_leaves_the_groups_alone(self):
        self.rds.modify_db_instance(DBInstanceIdentifier=self.identifier, BackupRetentionPeriod=3)
        self.assertEqual(self.groups(), {OWN: "active"})

    def test_a_database_that_is_not_available_or_not_there_is_refused(self):
        post("databases", region="us-east-1", id=self.identifier, status="backing-up")
        self.assertEqual(self.refusal(self.regroup, CLOSED), (400, "InvalidDBInstanceState"))
        self.identifier = "nobody"
        self.assertEqual(self.refusal(self.regroup, CLOSED), (404, "DBInstanceNotFound"))


class Restart(Database):
    def test_the_course_of_a_restart_depends_on_the_time_alone(self):
        course = [status_after(elapsed, 100, REBOOT) for elapsed in (0, 14, 15, 99, 100)]
        self.assertEqual(course, ["available", "available", "rebooting", "rebooting", None])

    def test_a_restart_begins_after_its_call_and_ends_available(self):
        seen = [self.reboot()]
        eventually(lambda: seen.append(self.status()) or seen[-2:] == ["rebooting", "available"])
        self.assertEqual(list(dict.fromkeys(seen)), ["available", "rebooting"])
        self.assertEqual(len(self.logged("RebootDBInstance")), 1)

    def test_a_second_restart_and_new_groups_are_refused_in_the_middle_of_one(self):
        self.reboot()
        self.assertEqual(self.refusal(self.reboot), (400, "InvalidDBInstanceState"))
        eventually(lambda: self.status() == "rebooting")
        self.assertEqual(self.refusal(self.reboot), (400, "InvalidDBInstanceState"))
        self.assertEqual(self.refusal(self.regroup, CLOSED), (400, "InvalidDBInstanceState"))

    def test_a_database_that_is_not_there_cannot_be_restarted(self):
        self.identifier = "nobody"
        self.assertEqual(self.refusal(self.reboot), (404, "DBInstanceNotFound"))


class NewReplica(Database):
    def setUp(self):
        super().setUp()
        self.source, self.writers = self.arn, self.rds
        self.rds, self.identifier = client("rds", "us-west-2"), unique("orders-replica")

    def create(self, source=None):
        return self.rds.create_db_instance_read_replica(
            DBInstanceIdentifier=self.identifier, SourceDBInstanceIdentifier=source or self.source
        )["DBInstance"]

    def lag(self):
        """The greatest lag, and how often any was measured."""
        now = datetime.now(UTC)
        answer = client("cloudwatch").get_metric_statistics(
            Namespace="AWS/RDS",
            MetricName="ReplicaLag",
            Dimensions=[{"Name": "DBInstanceIdentifier", "Value": self.identifier}],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(seconds=1),
            Period=60,
            Statistics=["Maximum", "SampleCount"],
        )
        points = answer["Datapoints"]
        return max((point["Maximum"] for point in points), default=None), sum(point["SampleCount"] for point in points)

    def test_a_new_replica_is_created_in_its_region_and_then_follows(self):
        created = self.create()
        self.assertEqual(created["DBInstanceStatus"], "creating")
        self.assertEqual(created["ReadReplicaSourceDBInstanceIdentifier"], self.source)
        self.assertEqual(self.lag(), (None, 0))
        eventually(lambda: self.status() == "available")
        self.assertEqual(self.describe()["ReadReplicaSourceDBInstanceIdentifier"], self.source)
        self.assertEqual(self.lag(), (1, 1))
        self.assertNotIn(OWN, self.groups(), "a group of another Region")
        self.assertEqual(len(self.logged("CreateDBInstanceReadReplica")), 1)

    def test_a_name_that_is_taken_is_refused_and_its_database_stays(self):
        self.create()
        self.assertEqual(self.refusal(self.create), (400, "DBInstanceAlreadyExists"))
        self.assertEqual(self.describe()["ReadReplicaSourceDBInstanceIdentifier"], self.source)
        eventually(lambda: self.status() == "available")

    def test_a_source_that_is_not_there_not_available_or_not_backed_up_is_refused(self):
        nowhere = f"{self.source}-nowhere"
        self.assertEqual(self.refusal(self.create, nowhere), (404, "DBInstanceNotFound"))
        post("databases", region="us-east-1", id=self.source.rpartition(":")[2], status="backing-up")
        self.assertEqual(self.refusal(self.create), (400, "InvalidDBInstanceState"))
        post("databases", region="us-east-1", id=self.source.rpartition(":")[2], status="available")
        self.writers.modify_db_instance(DBInstanceIdentifier=self.source.rpartition(":")[2], BackupRetentionPeriod=0)
        self.assertEqual(self.refusal(self.create), (400, "InvalidDBInstanceState"))

    def test_a_replica_reports_its_lag_once_a_minute_for_as_long_as_it_follows(self):
        self.create()
        eventually(lambda: self.status() == "available")
        replica = find_database("us-west-2", self.identifier)
        now = [0.0]
        with cloud().moto_lock:
            reports = LagReports(lambda: now[0])
            reports.begin(replica)
            now[0] = 130
            reports.settle()
        self.assertEqual(self.lag(), (1, 4), "two on becoming available, and two a minute apart")
        post("databases", region="us-west-2", id=self.identifier, replication="terminated")
        now[0] = 190
        with cloud().moto_lock:
            reports.settle()
        self.assertEqual(self.lag(), (1, 4))
