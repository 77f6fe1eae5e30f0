import unittest
from typing import Any

from moto.route53.models import RecordSet

from .dns import Checks, choose, near


def record(**fields: Any) -> RecordSet:
    return RecordSet({"Name": "orders.example.com.", "Type": "CNAME", "TTL": 60, "ResourceRecords": ["x"], **fields})


PRIMARY = record(SetIdentifier="a", Failover="PRIMARY", HealthCheckId="latch")
SECONDARY = record(SetIdentifier="b", Failover="SECONDARY")
EAST = record(SetIdentifier="c", Region="us-east-1", HealthCheckId="east")
WEST = record(SetIdentifier="d", Region="us-west-2", HealthCheckId="west")


class Answers(unittest.TestCase):
    def setUp(self):
        self.checks = Checks()

    def choose(self, records, place=None):
        return choose(records, place, self.checks.is_healthy)

    def test_a_failover_name_answers_its_primary_while_that_is_healthy(self):
        self.assertIs(self.choose([SECONDARY, PRIMARY]), PRIMARY)
        self.checks.set("latch", healthy=False)
        self.assertIs(self.choose([SECONDARY, PRIMARY]), SECONDARY)
        self.checks.set("latch", healthy=True)
        self.assertIs(self.choose([SECONDARY, PRIMARY]), PRIMARY)

    def test_a_latency_name_answers_the_nearest_that_is_healthy(self):
        self.assertIs(self.choose([WEST, EAST], "us-west-2"), WEST)
        self.checks.set("west", healthy=False)
        self.assertIs(self.choose([WEST, EAST], "us-west-2"), EAST)

    def test_all_unhealthy_is_all_healthy(self):
        for check in ("east", "west"):
            self.checks.set(check, healthy=False)
        self.assertIs(self.choose([EAST, WEST], "us-west-2"), WEST)

    def test_a_place_is_known_by_its_subnet(self):
        self.assertEqual(near("35.160.0.0"), "us-west-2")
        self.assertIsNone(near("192.0.2.1"))
        self.assertIsNone(near("nowhere"))

    def test_a_name_without_records_answers_nothing(self):
        self.assertIsNone(self.choose([]))
