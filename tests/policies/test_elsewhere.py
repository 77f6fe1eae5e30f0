import unittest

from .elsewhere import elsewhere
from .iam import Question

REGION = {"aws:RequestedRegion": ("us-west-2",)}
TABLE = "arn:aws:dynamodb:us-west-2:123456789012:table/understudy"


def made(action, *resources, **context):
    return list(elsewhere(Question(action, resources, REGION | context)))


class Elsewhere(unittest.TestCase):
    def test_each_resource_is_exchanged_by_itself_for_another_of_its_type(self):
        source, target = (f"arn:aws:rds:{region}:123456789012:db:{region}" for region in ("us-east-1", "us-west-2"))
        resources = [one.resources for one in made("rds:CreateDBInstanceReadReplica", target, source)]
        self.assertIn(("arn:aws:rds:us-west-2:123456789012:db:other", source), resources)
        self.assertIn((target, "arn:aws:rds:us-east-1:123456789012:db:other"), resources)
        self.assertEqual(
            made("sns:Publish", "arn:aws:sns:us-west-2:1:pages")[0].resources[0], "arn:aws:sns:us-west-2:1:other"
        )
        point = made("s3:GetMultiRegionAccessPointRoutes", "arn:aws:s3::123456789012:accesspoint/a.mrap")
        self.assertEqual([one.resources[0] for one in point], ["arn:aws:s3::123456789012:accesspoint/other"])

    def test_another_region_is_asked_for_the_same(self):
        alarms = made("cloudwatch:DescribeAlarms", "arn:aws:cloudwatch:us-west-2:123456789012:alarm:*")
        self.assertEqual([one.resources[0].split(":")[3] for one in alarms], ["sa-east-1"])
        lag = made("cloudwatch:GetMetricStatistics", "*")
        self.assertEqual([one.context["aws:RequestedRegion"] for one in lag], [("sa-east-1",)])

    def test_other_keys_and_none_are_asked_for(self):
        keys = "dynamodb:LeadingKeys"
        asked = {one.context[keys] for one in made("dynamodb:GetItem", TABLE, **{keys: ("app#orders",)})}
        self.assertLessEqual({("app#other",), ("incident#other",), ("source#other",), ()}, asked)

    def test_one_attribute_more_and_all_of_them_are_asked_for(self):
        attributes = "dynamodb:Attributes"
        asked = {one.context[attributes] for one in made("dynamodb:GetItem", TABLE, **{attributes: ("state",)})}
        self.assertLessEqual({("state", "vote#other"), ()}, asked)


if __name__ == "__main__":
    unittest.main()
