import unittest

from .excuses import Excuses
from .rights import judge

ACCOUNT = "123456789012"
TABLE = f"arn:aws:dynamodb:us-west-2:{ACCOUNT}:table/understudy"
KEYS = {"Null": {"dynamodb:LeadingKeys": "false"}}


def document(*statements):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement} for statement in statements]}


def reading(*keys, attributes=()):
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)}, **KEYS}
    if attributes:
        condition["ForAllValues:StringEquals"] = {"dynamodb:Attributes": list(attributes)}
        condition["Null"] = {"dynamodb:LeadingKeys": "false", "dynamodb:Attributes": "false"}
    return {"Sid": "Records", "Action": "dynamodb:GetItem", "Resource": TABLE, "Condition": condition}


TELL = {"Sid": "Tell", "Action": "sns:Publish", "Resource": f"arn:aws:sns:us-west-2:{ACCOUNT}:pages"}
LAMBDAS = {"Sid": "Lambdas", "Action": "logs:PutLogEvents", "Resource": "*"}
EXCUSES = Excuses({"logs:PutLogEvents": "Lambda does it"})


def get(caller, key="app#orders", projection=None):
    parameters = {"TableName": "understudy", "Key": {"pk": {"S": key}, "sk": {"S": "record"}}}
    parameters |= {"ProjectionExpression": projection} if projection else {}
    return request(caller, "dynamodb", "GetItem", parameters)


def publish(caller):
    return request(caller, "sns", "Publish", {"TopicArn": TELL["Resource"]})


def request(caller, service, action, parameters):
    return {"caller": caller, "service": service, "action": action, "region": "us-west-2", "parameters": parameters}


REQUESTS = [
    get("conductor"),
    get("conductor", "breaker"),
    get("notify"),
    publish("notify"),
    get("gate", projection="state"),
]
GLANCE = reading("app#orders", attributes=["pk", "sk", "state"])


class Judging(unittest.TestCase):
    def documents(self, **changed):
        right = {
            "conductor": [document(reading("app#orders", "breaker"))],
            "notify": [document(reading("app#orders"), LAMBDAS), document(TELL)],
            "gate": [document(GLANCE)],
        }
        return right | changed

    def assert_told(self, pattern, requests=REQUESTS, **changed):
        problems = judge(requests, self.documents(**changed), ACCOUNT, EXCUSES).problems
        self.assertTrue(any(pattern in problem for problem in problems), problems)

    def test_what_fits_is_told_with_how_much_was_held_against_it(self):
        verdict = judge(REQUESTS, self.documents(), ACCOUNT, EXCUSES)
        self.assertEqual(verdict.problems, [])
        self.assertEqual(verdict.allowed, 5)
        # What others do: to the conductor one, to notify one, to the gate three. The rest is what nobody does.
        self.assertGreater(verdict.denied, 5)

    def test_a_policy_that_is_wider_than_the_calls_is_told(self):
        both, wide = reading("app#orders", "breaker"), reading("app#*", "breaker")
        for statement in (both | {"Resource": "*"}, both | {"Condition": {}}, wide):
            self.assert_told("nobody does so, it never does, and is allowed it", conductor=[document(statement)])
        more = reading("app#orders", attributes=["pk", "sk", "state", "vote#other"])
        self.assert_told("nobody does so, it never does, and is allowed it", gate=[document(more)])

    def test_a_statement_that_is_missing_is_a_call_that_is_denied(self):
        self.assert_told("breaker", conductor=[document(reading("app#orders"))])
        self.assert_told("it does so, and is denied it", notify=[document(reading("app#orders"), LAMBDAS)])

    def test_a_right_of_somebody_else_is_told_also_where_it_hides_in_a_pattern(self):
        self.assert_told("notify does so, it never does, and is allowed it", gate=[document(GLANCE, TELL)])
        everything = [document(reading("*"), LAMBDAS), document(TELL)]
        self.assert_told("conductor does so, it never does, and is allowed it", notify=everything)

    def test_who_reads_some_attributes_may_not_read_the_whole(self):
        self.assert_told("gate dynamodb:GetItem", gate=[document(reading("app#orders"))])

    def test_a_right_that_nobody_needs_is_told_and_so_is_an_excuse_for_nothing(self):
        more = {"Sid": "More", "Action": "sns:CreateTopic", "Resource": "*"}
        self.assert_told(
            "conductor sns:CreateTopic: granted by 'More', and never used",
            conductor=[document(reading("app#orders", "breaker"), more)],
        )
        topics = TELL | {"Resource": [TELL["Resource"], f"{TELL['Resource']}-more"]}
        self.assert_told(
            "pages-more: granted by 'Tell', and never used", notify=[document(reading("app#orders"), topics)]
        )
        self.assert_told("needs no excuse", notify=[document(reading("app#orders")), document(TELL)])

    def test_a_pattern_is_wide_unless_it_is_excused_and_even_then_only_where_it_is_asked(self):
        group = "arn:aws:rds:{}:123456789012:pg:*"
        asks = request("conductor", "rds", "DescribeDBParameters", {"DBParameterGroupName": "orders"})
        excused = Excuses(EXCUSES.actions, patterns={"rds:DescribeDBParameters": "no name is known beforehand"})

        def problems(excuses, *regions):
            groups = {"Sid": "Groups", "Action": "rds:DescribeDBParameters"}
            groups["Resource"] = [group.format(region) for region in regions]
            documents = self.documents(conductor=[document(reading("app#orders", "breaker"), groups)])
            return judge([*REQUESTS, asks], documents, ACCOUNT, excuses).problems

        [wide] = problems(EXCUSES, "us-west-2")
        self.assertIn("pg:other", wide)
        self.assertEqual(problems(excused, "us-west-2"), [])
        self.assertTrue(any("sa-east-1" in problem for problem in problems(excused, "us-west-2", "*")))
        [needless] = judge(REQUESTS, self.documents(), ACCOUNT, excused).problems
        self.assertIn("a pattern is excused, and none is granted", needless)

    def test_who_called_nothing_has_not_been_tried_and_who_has_no_policy_is_told(self):
        self.assert_told("gate called nothing", requests=REQUESTS[:-1])
        self.assert_told("stranger called sns Publish, and has no policy", requests=[*REQUESTS, publish("stranger")])
        self.assertEqual(judge([*REQUESTS, publish("test")], self.documents(), ACCOUNT, EXCUSES).problems, [])


if __name__ == "__main__":
    unittest.main()
