import unittest

from .iam import Unknown
from .questions import question

RDS = "arn:aws:rds:us-east-1:123456789012"
KEY = {"pk": {"S": "app#orders"}, "sk": {"S": "record"}}


def asked(service, action, **parameters):
    request = {"caller": "conductor", "service": service, "action": action, "region": "us-east-1"}
    return question(request | {"parameters": parameters}, "123456789012")


class Paths(unittest.TestCase):
    def test_a_call_without_a_name_is_known_by_its_path(self):
        for service, path, action, resource in (
            (
                "lambda",
                "GET /2019-09-30/functions/understudy-gate/concurrency",
                "lambda:GetFunctionConcurrency",
                "arn:aws:lambda:us-east-1:123456789012:function:understudy-gate",
            ),
            (
                "route53",
                "GET /2013-04-01/hostedzone/Z01/rrset",
                "route53:ListResourceRecordSets",
                "arn:aws:route53:::hostedzone/Z01",
            ),
            (
                "route53",
                "GET /2013-04-01/healthcheck/ab-1",
                "route53:GetHealthCheck",
                "arn:aws:route53:::healthcheck/ab-1",
            ),
            (
                "cloudfront",
                "GET /2020-05-31/distribution/E1A2/config",
                "cloudfront:GetDistributionConfig",
                "arn:aws:cloudfront::123456789012:distribution/E1A2",
            ),
        ):
            one = asked(service, path)
            self.assertEqual((one.action, one.resources), (action, (resource,)))
        with self.assertRaises(Unknown):
            asked("route53", "POST /2013-04-01/hostedzone/Z01/rrset")

    def test_iam_has_its_own_word_for_a_buckets_replication_and_an_end_of_its_own_for_a_secret(self):
        one = asked("s3", "GetBucketReplication", Bucket="files")
        self.assertEqual((one.action, one.resources), ("s3:GetReplicationConfiguration", ("arn:aws:s3:::files",)))
        bare, secret = asked("secretsmanager", "DescribeSecret", SecretId="orders/database").resources
        self.assertTrue(secret.startswith(f"{bare}-"))
        self.assertRegex(
            secret, "^arn:aws:secretsmanager:us-east-1:123456789012:secret:orders/database-[A-Za-z0-9]{6}$"
        )

    def test_a_queue_is_named_by_name_or_by_its_url(self):
        by_name = asked("sqs", "GetQueueUrl", QueueName="letters")
        by_url = asked("sqs", "GetQueueAttributes", QueueUrl="https://sqs.us-east-1.amazonaws.com/123456789012/letters")
        self.assertEqual(by_name.resources, ("arn:aws:sqs:us-east-1:123456789012:letters",))
        self.assertEqual(by_url.resources, by_name.resources)


class Tables(unittest.TestCase):
    def test_an_item_has_its_partition_key_and_a_read_its_attributes(self):
        names = {"#state": "state", "#policy": "policy"}
        one = asked(
            "dynamodb",
            "GetItem",
            TableName="understudy",
            Key=KEY,
            ProjectionExpression="#state.latch, #policy",
            ExpressionAttributeNames=names,
        )
        self.assertEqual(one.resources, ("arn:aws:dynamodb:us-east-1:123456789012:table/understudy",))
        self.assertEqual(one.context["dynamodb:LeadingKeys"], ("app#orders",))
        self.assertEqual(one.context["dynamodb:Attributes"], ("pk", "policy", "sk", "state"))
        self.assertEqual(one.context["aws:RequestedRegion"], ("us-east-1",))

    def test_a_read_of_a_whole_item_names_no_attributes(self):
        whole = asked("dynamodb", "GetItem", TableName="understudy", Key=KEY)
        self.assertEqual(whole.context["dynamodb:Attributes"], ())

    def test_what_a_write_touches_is_not_known_and_so_not_judged(self):
        for action, item in (("PutItem", {"Item": KEY}), ("UpdateItem", {"Key": KEY})):
            self.assertNotIn("dynamodb:Attributes", asked("dynamodb", action, TableName="understudy", **item).context)

    def test_a_query_is_of_the_partition_in_its_condition(self):
        def query(condition, **more):
            values = {":pk": {"S": "source#a"}, ":prefix": {"S": "b"}}
            given = {"TableName": "t", "KeyConditionExpression": condition, "ExpressionAttributeValues": values}
            return asked("dynamodb", "Query", **(given | more))

        one = query("pk = :pk AND begins_with(sk, :prefix)")
        self.assertEqual(one.context["dynamodb:LeadingKeys"], ("source#a",))
        for strange in ({"condition": "#key = :pk"}, {"condition": "pk = :pk", "IndexName": "other"}):
            with self.subTest(strange), self.assertRaises(Unknown):
                query(**strange)


class Databases(unittest.TestCase):
    def test_a_list_of_databases_asks_for_all_of_them(self):
        self.assertEqual(asked("rds", "DescribeDBInstances").resources, (f"{RDS}:db:*",))
        one = asked("rds", "DescribeDBInstances", DBInstanceIdentifier="orders")
        self.assertEqual(one.resources, (f"{RDS}:db:orders",))

    def test_a_new_replica_asks_for_its_name_its_source_and_its_groups(self):
        source = "arn:aws:rds:us-west-2:123456789012:db:orders-replica"
        given = {"DBInstanceIdentifier": "orders-again", "SourceDBInstanceIdentifier": source}
        one = asked("rds", "CreateDBInstanceReadReplica", **given, DBSubnetGroupName="orders")
        self.assertEqual(one.resources[:2], (f"{RDS}:db:orders-again", source))
        self.assertIn(f"{RDS}:subgrp:orders", one.resources)
        self.assertEqual([name.split(":")[5] for name in one.resources[2:]], ["pg", "og", "subgrp"])

    def test_a_group_that_a_change_names_is_asked_for(self):
        change = asked("rds", "ModifyDBInstance", DBInstanceIdentifier="orders", DBParameterGroupName="mine")
        self.assertEqual(change.resources, (f"{RDS}:db:orders", f"{RDS}:pg:mine"))


class Others(unittest.TestCase):
    def test_alarms_that_are_named_are_asked_for_beside_all(self):
        alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm"
        one = asked("cloudwatch", "DescribeAlarms", AlarmNames=["probe"])
        self.assertEqual(one.resources, (f"{alarm}:*", f"{alarm}:probe"))

    def test_levers_are_asked_for_one_by_one(self):
        entries = [{"RoutingControlArn": name} for name in ("east", "west")]
        update = asked(
            "route53-recovery-cluster", "UpdateRoutingControlStates", UpdateRoutingControlStateEntries=entries
        )
        self.assertEqual(update.resources, ("east", "west"))
        routes = asked("s3control", "GetMultiRegionAccessPointRoutes", Mrap="point")
        self.assertEqual((routes.action, routes.resources), ("s3:GetMultiRegionAccessPointRoutes", ("point",)))

    def test_what_has_no_place_here_is_an_error(self):
        for service, action, parameters in (
            ("dynamodb", "Scan", {"TableName": "t"}),
            ("rds", "DeleteDBInstance", {}),
            ("dynamodb", "GetItem", {"TableName": "t", "Key": {"sk": {"S": "x"}}}),
        ):
            with self.subTest(action), self.assertRaises(Unknown):
                asked(service, action, **parameters)


if __name__ == "__main__":
    unittest.main()
