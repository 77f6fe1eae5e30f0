import unittest

from .iam import Question, Unknown, allowed

TABLE = "arn:aws:dynamodb:us-west-2:123456789012:table/understudy"
KEYS = "dynamodb:LeadingKeys"


def policy(**elements):
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE} | elements
    return {"Version": "2012-10-17", "Statement": [statement]}


def ask(*documents, action="dynamodb:GetItem", resources=(TABLE,), **context):
    return allowed(documents, Question(action, resources, {"dynamodb:LeadingKeys": (), **context}))


def keyed(*keys, operator="ForAllValues:StringLike", wanted=("app#orders",), **more):
    condition = {operator: {KEYS: list(wanted)}, **more}
    return ask(policy(Condition=condition), **{KEYS: keys})


class Statements(unittest.TestCase):
    def test_what_nothing_allows_is_denied(self):
        self.assertTrue(ask(policy()))
        self.assertFalse(ask())
        self.assertFalse(ask(policy(), action="dynamodb:PutItem"))
        self.assertFalse(ask(policy(), resources=(f"{TABLE}-other",)))

    def test_an_explicit_deny_wins_in_whichever_document_it_is(self):
        self.assertFalse(ask(policy(), policy(Effect="Deny", Action="dynamodb:*")))
        self.assertTrue(ask(policy(), policy(Effect="Deny", Action="dynamodb:PutItem")))

    def test_every_resource_of_a_request_has_to_be_allowed(self):
        both = (TABLE, f"{TABLE}-other")
        self.assertFalse(ask(policy(), resources=both))
        self.assertTrue(ask(policy(), policy(Resource=both[1]), resources=both))

    def test_an_action_is_in_any_case_and_a_resource_is_not(self):
        self.assertTrue(ask(policy(Action="DynamoDB:getitem")))
        self.assertFalse(ask(policy(Resource=TABLE.upper())))

    def test_a_star_is_any_characters_a_question_mark_one_and_a_dot_is_a_dot(self):
        self.assertTrue(ask(policy(Resource="arn:aws:dynamodb:*:table/under?tudy")))
        self.assertFalse(ask(policy(Resource=f"{TABLE}?")))
        self.assertFalse(ask(policy(Resource=TABLE.replace("-west", ".west"))))


class Conditions(unittest.TestCase):
    def test_for_all_values_is_true_of_no_value_at_all(self):
        self.assertTrue(keyed())

    def test_a_null_beside_it_asks_for_a_value(self):
        asked = {"Null": {KEYS: "false"}}
        self.assertFalse(keyed(**asked))
        self.assertTrue(keyed("app#orders", **asked))
        self.assertFalse(keyed("app#orders", Null={KEYS: "true"}))

    def test_for_all_values_wants_each_and_for_any_value_one(self):
        mixed = ("app#orders", "breaker")
        self.assertFalse(keyed(*mixed))
        self.assertTrue(keyed(*mixed, operator="ForAnyValue:StringLike"))
        self.assertFalse(keyed(operator="ForAnyValue:StringLike"))

    def test_equal_is_not_like(self):
        self.assertTrue(keyed("app#orders", wanted=["app#*"]))
        self.assertFalse(keyed("app#orders", operator="ForAllValues:StringEquals", wanted=["app#*"]))

    def test_without_a_quantifier_a_key_that_is_not_there_fails(self):
        self.assertFalse(keyed(operator="StringEquals"))
        self.assertTrue(keyed("app#orders", operator="StringEquals"))

    def test_all_operators_and_keys_have_to_hold(self):
        region = "aws:RequestedRegion"
        document = policy(Condition={"StringEquals": {KEYS: "app#orders", region: ["us-east-1", "us-west-2"]}})
        self.assertTrue(ask(document, **{KEYS: ("app#orders",), region: ("us-west-2",)}))
        self.assertFalse(ask(document, **{KEYS: ("app#orders",), region: ("us-east-2",)}))

    def test_a_star_in_an_arn_does_not_reach_over_a_colon(self):
        def source(pattern):
            condition = {"ArnLike": {"aws:SourceArn": pattern}}
            return ask(
                policy(Condition=condition), **{"aws:SourceArn": ("arn:aws:events:us-west-2:123456789012:rule/a",)}
            )

        self.assertTrue(source("arn:aws:events:*:123456789012:rule/*"))
        self.assertFalse(source("arn:aws:*:rule/*"))

    def test_a_truth_is_compared_as_one(self):
        def secure(found):
            return ask(
                policy(Condition={"Bool": {"aws:SecureTransport": "false"}}), **{"aws:SecureTransport": (found,)}
            )

        self.assertTrue(secure("false"))
        self.assertFalse(secure("true"))


class Refusals(unittest.TestCase):
    def assert_unknown(self, document, **context):
        with self.assertRaises(Unknown):
            ask(document, **context)

    def test_what_is_not_known_is_not_judged(self):
        for name, elements in {
            "an operator": {"Condition": {"StringNotEquals": {KEYS: "x"}}},
            "IfExists": {"Condition": {"StringEqualsIfExists": {KEYS: "x"}}},
            "a quantified Null": {"Condition": {"ForAllValues:Null": {KEYS: "true"}}},
            "a condition key": {"Condition": {"StringEquals": {"kms:ViaService": "x"}}},
            "an element": {"NotAction": "dynamodb:PutItem"},
            "a principal": {"Principal": "*"},
            "an effect": {"Effect": "allow"},
            "a variable": {"Resource": "arn:aws:dynamodb:*:*:table/${aws:username}"},
            "a truth": {"Condition": {"Null": {KEYS: "no"}}},
        }.items():
            with self.subTest(name):
                self.assert_unknown(policy(**elements))

    def test_several_values_without_a_quantifier_are_not_judged(self):
        self.assert_unknown(policy(Condition={"StringEquals": {KEYS: "a"}}), **{KEYS: ("a", "b")})

    def test_nor_is_another_version_or_a_request_for_nothing(self):
        self.assert_unknown(policy() | {"Version": "2008-10-17"})
        with self.assertRaises(Unknown):
            ask(policy(), resources=())


if __name__ == "__main__":
    unittest.main()
