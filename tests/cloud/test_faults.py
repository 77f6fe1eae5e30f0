import threading
import time
import unittest

import cbor2
import urllib3
from botocore.exceptions import ClientError, ConnectionClosedError

from .cbor import from_json_output
from .scene import client, cloud, control, eventually, get, post, unique


class Faults(unittest.TestCase):
    def setUp(self):
        self.sqs = client("sqs")
        self.queue = unique("queue")

    def fault(self, kind, **options):
        fields = {name: options.pop(name) for name in ("service", "action", "region", "times") if name in options}
        description = {"service": "sqs", "action": "CreateQueue", "body_contains": self.queue} | fields
        fault_id = post("faults", **description, effect={"kind": kind, **options})["id"]
        self.addCleanup(control, "DELETE", f"faults/{fault_id}")
        return fault_id

    def create(self):
        return self.sqs.create_queue(QueueName=self.queue)

    def exists(self):
        return bool(self.sqs.list_queues(QueueNamePrefix=self.queue).get("QueueUrls"))

    def logged(self):
        requests = get("requests?service=sqs&action=CreateQueue")["requests"]
        return [request for request in requests if request["parameters"].get("QueueName") == self.queue]

    def test_cut_before_leaves_the_call_undone(self):
        self.fault("cut", when="before", times=1)
        with self.assertRaises(ConnectionClosedError):
            self.create()
        self.assertFalse(self.exists())
        self.create()
        self.assertEqual([(entry["status"], entry["fault"]) for entry in self.logged()], [(None, "cut"), (200, None)])

    def test_a_star_stands_for_every_service_and_action(self):
        self.fault("cut", service="*", action="*", region="us-west-2", when="before", times=1)
        with self.assertRaises(ConnectionClosedError):
            self.create()
        self.create()

    def test_cut_after_does_the_call_and_says_nothing(self):
        self.fault("cut", when="after", times=1)
        with self.assertRaises(ConnectionClosedError):
            self.create()
        self.assertTrue(self.exists())
        self.assertIsNone(self.logged()[0]["status"])

    def check_hold(self, when, done_while_held, mode):
        fault_id, outcome = self.fault("hold", when=when), []

        def call():
            try:
                outcome.append(self.create()["ResponseMetadata"]["HTTPStatusCode"])
            except ConnectionClosedError:
                outcome.append("cut")

        caller = threading.Thread(target=call)
        caller.start()
        eventually(lambda: get(f"faults/{fault_id}")["holding"] == 1)
        self.assertEqual(self.exists(), done_while_held)
        post(f"faults/{fault_id}/release", mode=mode)
        caller.join(10)
        self.assertEqual(get(f"faults/{fault_id}"), {"hits": 1, "holding": 0})
        return outcome

    def test_hold_before_then_continue_does_the_call(self):
        self.assertEqual(self.check_hold("before", False, "continue"), [200])
        self.assertTrue(self.exists())

    def test_hold_before_then_cut_leaves_it_undone(self):
        self.assertEqual(self.check_hold("before", False, "cut"), ["cut"])
        self.assertFalse(self.exists())

    def test_hold_after_then_cut_has_done_it(self):
        self.assertEqual(self.check_hold("after", True, "cut"), ["cut"])

    def test_delay_delays(self):
        self.fault("delay", seconds=0.3)
        began = time.monotonic()
        self.create()
        self.assertGreaterEqual(time.monotonic() - began, 0.3)

    def test_a_deleted_fault_no_longer_acts(self):
        fault_id = self.fault("cut", when="before")
        control("DELETE", f"faults/{fault_id}")
        self.create()
        self.assertEqual(get(f"faults/{fault_id}")["hits"], 0)

    def test_a_fault_of_one_region_spares_another(self):
        self.fault("cut", when="before", region="us-east-1")
        self.create()


class Errors(unittest.TestCase):
    def denied(self, service, action, call):
        effect = {"kind": "error", "status": 403, "code": "AccessDeniedException", "message": "no <way>"}
        post("faults", service=service, action=action, times=1, effect=effect)
        with self.assertRaises(ClientError) as caught:
            call()
        error = caught.exception.response
        self.assertEqual(error["ResponseMetadata"]["HTTPStatusCode"], 403)
        self.assertEqual(error["Error"]["Code"], "AccessDeniedException")
        self.assertEqual(error["Error"]["Message"], "no <way>")

    def test_an_error_speaks_query_json_and_cbor(self):
        self.denied("rds", "DescribeDBInstances", client("rds").describe_db_instances)
        self.denied("dynamodb", "ListTables", client("dynamodb").list_tables)
        self.denied("monitoring", "DescribeAlarms", client("cloudwatch").describe_alarms)

    def test_a_call_moto_lacks_is_not_a_server_error_to_retry(self):
        with self.assertRaises(ClientError) as caught:
            client("rds").describe_db_recommendations()
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 501)


class Cbor(unittest.TestCase):
    """As aws-sdk-cloudwatch for Rust sends it; botocore speaks it too, but through its own parser."""

    def call(self, operation, parameters):
        scope = "Credential=test/20260101/eu-west-1/monitoring/aws4_request, SignedHeaders=host, Signature=0"
        response = urllib3.request(
            "POST",
            f"{cloud().endpoint}/service/GraniteServiceVersion20100801/operation/{operation}",
            body=cbor2.dumps(parameters),
            headers={
                "content-type": "application/cbor",
                "accept": "application/cbor",
                "smithy-protocol": "rpc-v2-cbor",
                "x-amzn-query-mode": "true",
                "authorization": f"AWS4-HMAC-SHA256 {scope}",
            },
        )
        self.assertEqual(response.headers["smithy-protocol"], "rpc-v2-cbor")
        return response

    def test_numbers_and_times_keep_their_types(self):
        dimensions = [{"Name": "DBInstanceIdentifier", "Value": unique("replica")}]
        now = int(time.time()) // 60 * 60
        datum = {"MetricName": "ReplicaLag", "Dimensions": dimensions, "Value": 1, "Timestamp": cbor2.CBORTag(1, now)}
        put = self.call("PutMetricData", {"Namespace": "AWS/RDS", "MetricData": [datum]})
        self.assertEqual((put.status, put.data), (200, b""))
        query = {
            "Namespace": "AWS/RDS",
            "MetricName": "ReplicaLag",
            "Dimensions": dimensions,
            "StartTime": cbor2.CBORTag(1, now - 60),
            "EndTime": cbor2.CBORTag(1, now + 60.5),
            "Period": 60,
            "Statistics": ["Maximum"],
        }
        datapoint = cbor2.loads(self.call("GetMetricStatistics", query).data)["Datapoints"][0]
        self.assertEqual(datapoint["Maximum"], 1)
        self.assertEqual(datapoint["Timestamp"].timestamp(), now)

    def test_a_whole_number_is_a_float_where_the_model_says_so(self):
        output = b'{"Datapoints": [{"Maximum": 1, "Timestamp": 60}]}'
        datapoint = cbor2.loads(from_json_output("cloudwatch", "GetMetricStatistics", output))["Datapoints"][0]
        self.assertIsInstance(datapoint["Maximum"], float)

    def test_an_error_names_its_code(self):
        refused = self.call("SetAlarmState", {"AlarmName": "nobody", "StateValue": "OK", "StateReason": "-"})
        self.assertEqual(refused.headers["x-amzn-query-error"], "ResourceNotFound;Sender")
        self.assertEqual(refused.status, 404)
        self.assertEqual(cbor2.loads(refused.data)["__type"], "ResourceNotFound")
