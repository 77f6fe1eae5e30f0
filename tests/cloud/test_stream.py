import json
import threading
import time
import unittest

from .scene import client, cloud, deploy, eventually, get, payloads, post, unique

# Fails the record whose n is 3, but only the first time, as the argument says: `named` or `whole`.
FLAKY = """
failed = []
def handle(event, context):
    for record in event["Records"]:
        if record["dynamodb"]["Keys"]["n"] == {"N": "3"} and not failed:
            failed.append(1)
            if HOW == "named":
                return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
            raise ValueError("the whole batch")
    return {"batchItemFailures": []}
"""
ECHO = "def handle(event, context):\n    return None"


def numbers(batch):
    return [int(record["dynamodb"]["Keys"]["n"]["N"]) for record in batch["Records"]]


class Stream(unittest.TestCase):
    def setUp(self):
        self.dynamodb, self.table = client("dynamodb"), unique("table")
        self.dynamodb.create_table(
            TableName=self.table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "n", "AttributeType": "N"}],
            KeySchema=[{"AttributeName": "n", "KeyType": "HASH"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )

    def put(self, *numbers, **attributes):
        for number in numbers:
            self.dynamodb.put_item(TableName=self.table, Item={"n": {"N": str(number)}} | attributes)

    def wire(self, source, **options):
        function = deploy(source)
        post("wires", kind="stream", function=function, region="us-west-2", table=self.table, **options)
        return function

    def test_a_record_has_the_shape_and_the_images_aws_gives(self):
        function = self.wire(ECHO)
        self.put(1, state={"M": {"phase": {"S": "watching"}}})
        for phase in ("suspected", "promoting"):
            self.dynamodb.update_item(
                TableName=self.table,
                Key={"n": {"N": "1"}},
                UpdateExpression="SET #state.phase = :phase",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={":phase": {"S": phase}},
            )
        self.dynamodb.delete_item(TableName=self.table, Key={"n": {"N": "1"}})
        eventually(lambda: sum(len(batch["Records"]) for batch in payloads(function)) == 4)
        records = [record for batch in payloads(function) for record in batch["Records"]]
        self.assertEqual([record["eventName"] for record in records], ["INSERT", "MODIFY", "MODIFY", "REMOVE"])
        images = [record["dynamodb"].get("NewImage", {}).get("state") for record in records]
        phases = [image and image["M"]["phase"]["S"] for image in images]
        self.assertEqual(phases, ["watching", "suspected", "promoting", None])
        self.assertEqual(records[1]["dynamodb"]["OldImage"]["state"], {"M": {"phase": {"S": "watching"}}})
        self.assertNotIn("OldImage", records[0]["dynamodb"])
        first = records[0]
        self.assertEqual((first["eventSource"], first["awsRegion"]), ("aws:dynamodb", "us-west-2"))
        self.assertIn(f":table/{self.table}/stream/", first["eventSourceARN"])
        self.assertIsInstance(first["dynamodb"]["ApproximateCreationDateTime"], int)
        self.assertAlmostEqual(first["dynamodb"]["ApproximateCreationDateTime"], time.time(), delta=60)
        self.assertEqual(first["dynamodb"]["Keys"], {"n": {"N": "1"}})

    def test_a_write_that_changes_nothing_leaves_no_record(self):
        function = self.wire(ECHO)
        self.put(1, 1, 2)
        eventually(lambda: [n for batch in payloads(function) for n in numbers(batch)] == [1, 2])

    def test_batches_are_of_ten_at_most_and_in_order(self):
        self.put(*range(25))
        function = self.wire(ECHO, **{"from": "beginning"})
        eventually(lambda: len(payloads(function)) == 3)
        expected = [list(range(10)), list(range(10, 20)), list(range(20, 25))]
        self.assertEqual([numbers(batch) for batch in payloads(function)], expected)

    def test_a_failed_batch_comes_again_whole(self):
        self.put(1, 2, 3, 4)
        function = self.wire(f"HOW = 'whole'\n{FLAKY}", **{"from": "beginning"})
        eventually(lambda: payloads(function))
        self.assertEqual([numbers(batch) for batch in payloads(function, "error")], [[1, 2, 3, 4]])
        self.assertEqual([numbers(batch) for batch in payloads(function)], [[1, 2, 3, 4]])

    def test_a_named_failure_comes_again_from_that_record(self):
        self.put(1, 2, 3, 4)
        function = self.wire(f"HOW = 'named'\n{FLAKY}", **{"from": "beginning"})
        eventually(lambda: len(payloads(function)) == 2)
        self.assertEqual([numbers(batch) for batch in payloads(function)], [[1, 2, 3, 4], [3, 4]])

    def test_copies_deliver_a_batch_more_than_once(self):
        self.put(1, 2)
        function = self.wire(ECHO, **{"from": "beginning"}, copies=2)
        eventually(lambda: len(payloads(function)) == 2)
        first, second = payloads(function)
        self.assertEqual(first, second)


class Tables(unittest.TestCase):
    def setUp(self):
        self.dynamodb, self.table = client("dynamodb"), unique("table")
        self.dynamodb.create_table(
            TableName=self.table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )

    def test_a_global_table_says_where_it_is_and_how_consistent(self):
        post(
            "tables",
            region="us-west-2",
            name=self.table,
            replicas=["us-east-1", "us-east-2"],
            multi_region_consistency="STRONG",
        )
        described = self.dynamodb.describe_table(TableName=self.table)["Table"]
        self.assertEqual([each["RegionName"] for each in described["Replicas"]], ["us-east-1", "us-east-2"])
        self.assertEqual(described["MultiRegionConsistency"], "STRONG")

    def test_a_call_waits_for_the_one_before_it_but_never_for_a_queue(self):
        item = {"pk": {"S": "b"}}
        writer = threading.Thread(target=self.dynamodb.put_item, kwargs={"TableName": self.table, "Item": item})
        with cloud().moto_lock:
            writer.start()
            client("sqs").list_queues()
            writer.join(0.3)
            self.assertTrue(writer.is_alive())
        writer.join(10)
        self.assertFalse(writer.is_alive())

    def test_of_many_conditional_writes_exactly_one_wins_and_the_losers_see_its_item(self):
        self.dynamodb.put_item(TableName=self.table, Item={"pk": {"S": "a"}, "state": {"M": {"revision": {"N": "1"}}}})
        function = deploy(
            "def handle(event, context):\n"
            "    import http.client\n"
            "    host = os.environ['AWS_ENDPOINT_URL'].removeprefix('http://')\n"
            "    scope = 'Credential=test/20260101/us-west-2/dynamodb/aws4_request, SignedHeaders=host, Signature=0'\n"
            "    connection = http.client.HTTPConnection(host)\n"
            "    connection.request('POST', '/', json.dumps(event), {\n"
            "        'X-Amz-Target': 'DynamoDB_20120810.UpdateItem', 'Content-Type': 'application/x-amz-json-1.0',\n"
            "        'Authorization': 'AWS4-HMAC-SHA256 ' + scope})\n"
            "    response = connection.getresponse()\n"
            "    return [response.status, json.loads(response.read())]",
            concurrency=4,
        )
        update = {
            "TableName": self.table,
            "Key": {"pk": {"S": "a"}},
            "UpdateExpression": "SET #state.revision = :next",
            "ConditionExpression": "#state.revision = :now",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {":now": {"N": "1"}, ":next": {"N": "2"}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        for _ in range(8):
            post("invoke", function=function, kind="event", payload=update)
        eventually(lambda: len(payloads(function)) == 8)
        ended = [invocation["response"] for invocation in get(f"invocations?function={function}")["invocations"]]
        self.assertEqual(sorted(status for status, _ in ended), [200] + [400] * 7)
        refusal = next(body for status, body in ended if status == 400)
        self.assertTrue(refusal["__type"].endswith("ConditionalCheckFailedException"), json.dumps(refusal))
        self.assertEqual(refusal["Item"], {"pk": {"S": "a"}, "state": {"M": {"revision": {"N": "2"}}}})
