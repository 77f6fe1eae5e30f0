import unittest

from botocore.exceptions import ClientError

from .courses import PROMOTION, status_after
from .scene import PACES, client, eventually, post, unique


class Promotion(unittest.TestCase):
    def setUp(self):
        self.writers, self.replicas = client("rds", "us-east-1"), client("rds", "us-west-2")
        self.writer, self.replica = unique("orders"), unique("orders-replica")
        self.arn = self.writers.create_db_instance(
            DBInstanceIdentifier=self.writer, DBInstanceClass="db.t4g.medium", Engine="postgres", AllocatedStorage=20
        )["DBInstance"]["DBInstanceArn"]
        self.replicas.create_db_instance_read_replica(
            DBInstanceIdentifier=self.replica, SourceDBInstanceIdentifier=self.arn, SourceRegion="us-east-1"
        )
        eventually(lambda: self.describe()["DBInstanceStatus"] == "available")

    def describe(self):
        return self.replicas.describe_db_instances(DBInstanceIdentifier=self.replica)["DBInstances"][0]

    def replicas_of_the_writer(self):
        described = self.writers.describe_db_instances(DBInstanceIdentifier=self.writer)["DBInstances"][0]
        return described["ReadReplicaDBInstanceIdentifiers"]

    def promote(self, **parameters):
        return self.replicas.promote_read_replica(DBInstanceIdentifier=self.replica, **parameters)

    def refusal(self, rds, identifier):
        with self.assertRaises(ClientError) as caught:
            rds.promote_read_replica(DBInstanceIdentifier=identifier)
        response = caught.exception.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]

    def test_a_cross_region_replica_names_its_source_by_arn_and_replicates(self):
        described = self.describe()
        self.assertEqual(described["ReadReplicaSourceDBInstanceIdentifier"], self.arn)
        self.assertEqual(described["DBInstanceStatus"], "available")
        expected = [{"StatusType": "read replication", "Normal": True, "Status": "replicating"}]
        self.assertEqual(described["StatusInfos"], expected)
        self.assertEqual(self.replicas_of_the_writer(), [described["DBInstanceArn"]])

    def test_the_course_of_a_promotion_depends_on_the_time_alone(self):
        course = [status_after(elapsed, 100, PROMOTION) for elapsed in (0, 14, 15, 39, 40, 59, 60, 99, 100)]
        available, modifying, rebooting = ["available"] * 2, ["modifying"] * 2, ["rebooting"] * 2
        self.assertEqual(course, [*available, *modifying, *rebooting, "backing-up", "backing-up", None])
        self.assertIsNone(status_after(0, 0, PROMOTION))

    def test_a_promotion_clears_the_source_only_at_the_end(self):
        accepted = self.promote(BackupRetentionPeriod=7)["DBInstance"]
        self.assertEqual(accepted["DBInstanceStatus"], "available")
        self.assertEqual(accepted["ReadReplicaSourceDBInstanceIdentifier"], self.arn)
        seen = [accepted]

        def finished():
            seen.append(self.describe())
            return not seen[-1].get("ReadReplicaSourceDBInstanceIdentifier")

        eventually(finished, PACES.promote * 10)
        statuses = [described["DBInstanceStatus"] for described in seen]
        self.assertEqual(list(dict.fromkeys(statuses)), ["available", "modifying", "rebooting", "backing-up"])
        self.assertEqual(statuses[-1], "available")
        self.assertEqual(seen[-1]["BackupRetentionPeriod"], 7)
        self.assertNotIn("StatusInfos", seen[-1])
        self.assertEqual(self.replicas_of_the_writer(), [])
        self.assertEqual(self.refusal(self.replicas, self.replica), (400, "InvalidDBInstanceState"))

    def test_a_second_promotion_is_refused_while_the_status_is_still_available(self):
        post("databases", region="us-west-2", id=self.replica, promote_seconds=3600)
        self.promote()
        self.assertEqual(self.describe()["DBInstanceStatus"], "available")
        self.assertEqual(self.refusal(self.replicas, self.replica), (400, "InvalidDBInstanceState"))

    def test_a_writer_and_an_unknown_database_are_refused(self):
        self.assertEqual(self.refusal(self.writers, self.writer), (400, "InvalidDBInstanceState"))
        self.assertEqual(self.refusal(self.replicas, "nobody"), (404, "DBInstanceNotFound"))

    def test_a_replica_that_is_backing_up_is_refused(self):
        post("databases", region="us-west-2", id=self.replica, status="backing-up")
        self.assertEqual(self.refusal(self.replicas, self.replica), (400, "InvalidDBInstanceState"))

    def test_broken_replication_shows_and_a_hand_can_make_a_replica_standalone(self):
        post("databases", region="us-west-2", id=self.replica, replication="terminated")
        info = self.describe()["StatusInfos"][0]
        self.assertEqual((info["Normal"], info["Status"]), (False, "terminated"))
        post("databases", region="us-west-2", id=self.replica, source=None)
        self.assertNotIn("ReadReplicaSourceDBInstanceIdentifier", self.describe())
        self.assertEqual(self.replicas_of_the_writer(), [])

    def test_a_cross_region_replica_can_be_deleted(self):
        self.replicas.delete_db_instance(DBInstanceIdentifier=self.replica, SkipFinalSnapshot=True)
        self.assertEqual(self.replicas_of_the_writer(), [])
