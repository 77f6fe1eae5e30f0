import unittest

from botocore.exceptions import ClientError

from .scene import client, unique


class Account(unittest.TestCase):
    def test_a_quota_of_databases_is_used_by_each(self):
        rds = client("rds", "us-east-1")

        def used():
            quotas = rds.describe_account_attributes()["AccountQuotas"]
            return {quota["AccountQuotaName"]: quota["Used"] for quota in quotas}

        before = used()
        rds.create_db_instance(
            DBInstanceIdentifier=unique("orders"),
            DBInstanceClass="db.t4g.medium",
            Engine="postgres",
            AllocatedStorage=20,
        )
        after = used()
        self.assertEqual(after["DBInstances"] - before["DBInstances"], 1)
        self.assertEqual(after["AllocatedStorage"] - before["AllocatedStorage"], 20)

    def test_default_option_groups_are_there_and_others_are_not(self):
        rds = client("rds", "us-east-1")
        groups = rds.describe_option_groups(OptionGroupName="default:postgres-16")["OptionGroupsList"]
        self.assertEqual([(group["EngineName"], group["Options"]) for group in groups], [("postgres", [])])
        with self.assertRaises(ClientError) as caught:
            rds.describe_option_groups(OptionGroupName="of-nobody")
        self.assertEqual(caught.exception.response["Error"]["Code"], "OptionGroupNotFoundFault")

    def test_a_subscription_by_mail_waits_and_one_of_a_queue_is_confirmed(self):
        sns, sqs = client("sns", "us-west-2"), client("sqs", "us-west-2")
        topic = sns.create_topic(Name=unique("pages"))["TopicArn"]

        def counts():
            attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
            return attributes["SubscriptionsConfirmed"], attributes["SubscriptionsPending"]

        self.assertEqual(counts(), ("0", "0"))
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="oncall@example.com")
        self.assertEqual(counts(), ("0", "1"))
        queue = sqs.create_queue(QueueName=unique("pages"))["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        self.assertEqual(counts(), ("1", "1"))


if __name__ == "__main__":
    unittest.main()
