import json
import random
import unittest
from datetime import datetime
from unittest.mock import Mock, patch

from .scene import client, control, deploy, eventually, payloads, post, unique
from .wires import Courier, Delivery

ECHO = "def handle(event, context):\n    return None"


class Alarms(unittest.TestCase):
    def setUp(self):
        self.cloudwatch, self.name = client("cloudwatch", "us-east-2"), unique("alarm")
        self.define()
        self.function = deploy(ECHO)
        self.addCleanup(control, "DELETE", f"wires?function={self.function}")

    def define(self):
        self.cloudwatch.put_metric_alarm(
            AlarmName=self.name,
            AlarmDescription="Checkout",
            Namespace="Orders",
            MetricName="Success",
            Dimensions=[{"Name": "Application", "Value": "orders"}],
            Statistic="Minimum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="LessThanThreshold",
        )

    def wire(self, **options):
        post("wires", kind="alarms", function=self.function, **options)

    def set_state(self, value, **options):
        self.cloudwatch.set_alarm_state(AlarmName=self.name, StateValue=value, StateReason=f"now {value}", **options)

    def describe(self):
        return self.cloudwatch.describe_alarms(AlarmNames=[self.name])["MetricAlarms"][0]

    def events(self, count):
        return eventually(lambda: len(payloads(self.function)) == count and payloads(self.function))

    def test_the_event_is_what_eventbridge_delivers(self):
        self.wire()
        self.set_state("OK")
        self.events(1)
        self.set_state("ALARM", StateReasonData=json.dumps({"version": "1.0"}))
        first, event = self.events(2)
        self.assertEqual(event["detail-type"], "CloudWatch Alarm State Change")
        self.assertEqual((event["source"], event["version"]), ("aws.cloudwatch", "0"))
        self.assertEqual((event["account"], event["region"]), ("123456789012", "us-east-2"))
        self.assertEqual(event["resources"], [f"arn:aws:cloudwatch:us-east-2:123456789012:alarm:{self.name}"])
        detail = event["detail"]
        self.assertEqual(detail["alarmName"], self.name)
        self.assertEqual(detail["state"]["value"], "ALARM")
        self.assertEqual(detail["state"]["reasonData"], '{"version": "1.0"}')
        self.assertRegex(detail["state"]["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$")
        self.assertEqual(detail["previousState"], first["detail"]["state"])
        self.assertEqual(first["detail"]["previousState"]["value"], "INSUFFICIENT_DATA")
        self.assertNotIn("reasonData", first["detail"]["previousState"])
        configuration = detail["configuration"]
        self.assertEqual(configuration["description"], "Checkout")
        expected = {
            "metric": {"namespace": "Orders", "name": "Success", "dimensions": {"Application": "orders"}},
            "period": 60,
            "stat": "Minimum",
        }
        self.assertEqual(configuration["metrics"][0]["metricStat"], expected)

    def test_the_event_and_describe_alarms_agree_on_the_time(self):
        self.wire()
        self.set_state("ALARM")
        told = datetime.fromisoformat(self.events(1)[0]["detail"]["state"]["timestamp"])
        described = self.describe()
        self.assertEqual(described["StateUpdatedTimestamp"], told)
        self.assertEqual(described["StateTransitionedTimestamp"], told)

    def test_setting_the_same_value_again_is_not_a_change(self):
        self.wire()
        self.set_state("ALARM")
        before = self.describe()
        self.set_state("ALARM")
        self.assertEqual(self.describe(), before)
        self.set_state("OK")
        self.assertEqual([event["detail"]["state"]["value"] for event in self.events(2)], ["ALARM", "OK"])

    def test_a_redefined_alarm_keeps_its_state(self):
        self.assertEqual(self.describe()["StateValue"], "INSUFFICIENT_DATA")
        self.set_state("ALARM")
        self.define()
        self.assertEqual(self.describe()["StateValue"], "ALARM")

    def test_each_event_comes_as_often_as_the_wire_says(self):
        self.wire(copies=3, shuffle_seed=7, spread_seconds=0.2)
        for value in ("ALARM", "OK"):
            self.set_state(value)
        delivered = [event["id"] for event in self.events(6)]
        self.assertEqual(sorted(delivered.count(each) for each in set(delivered)), [3, 3])

    def test_any_event_can_be_delivered(self):
        self.wire(copies=2)
        post("alarm-event", event={"detail-type": "nonsense"})
        self.assertEqual(self.events(2), [{"detail-type": "nonsense"}] * 2)


class Delays(unittest.TestCase):
    def test_the_same_seed_shuffles_alike_and_another_does_not(self):
        def delays(seed):
            return Delivery(copies=4, shuffle_seed=seed).delays(random.Random(seed))

        self.assertEqual(delays(1), delays(1))
        self.assertNotEqual(delays(1), delays(2))
        self.assertNotEqual(delays(1), sorted(delays(1)))

    def test_without_a_seed_nothing_is_delayed(self):
        self.assertEqual(Delivery(copies=2).delays(random.Random(1)), [0.0, 0.0])

    def test_a_closed_courier_keeps_back_what_was_still_to_come(self):
        for closed, expected in ((False, ["event"]), (True, [])):
            with self.subTest(closed=closed), patch("threading.Timer") as timer:
                function = Mock(definition=Mock())
                function.definition.name = "intake"
                courier = Courier(function, Delivery(shuffle_seed=1, spread_seconds=0.1), "alarms")
                courier.deliver("event")
                if closed:
                    courier.close()
                _, when_due, arguments = timer.call_args.args
                when_due(*arguments)
                self.assertEqual([call.args[0] for call in function.event.call_args_list], expected)
