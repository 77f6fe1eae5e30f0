"""`ReplicaLag` of every replica that follows: once a minute, in the replica's own Region."""

from collections.abc import Callable
from datetime import timedelta

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow
from moto.rds.models import DBInstance, rds_backends

from . import ACCOUNT

EVERY_SECONDS = 60
LAG_SECONDS = 1


class LagReports:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._reported_at: list[tuple[DBInstance, float]] = []

    def begin(self, replica: DBInstance) -> None:
        """A replica reports for the first time when it is there."""
        report(replica, 0)
        self._reported_at.append((replica, self._clock()))

    def settle(self) -> None:
        """Makes up for the minutes that have gone by without a call."""
        now = self._clock()
        following = [(replica, at) for replica, at in self._reported_at if exists(replica)]
        self._reported_at = [(replica, self._catch_up(replica, at, now)) for replica, at in following]

    def _catch_up(self, replica: DBInstance, reported_at: float, now: float) -> float:
        while reported_at + EVERY_SECONDS <= now:
            reported_at += EVERY_SECONDS
            if follows(replica):
                report(replica, now - reported_at)
        return reported_at


def exists(replica: DBInstance) -> bool:
    return rds_backends[ACCOUNT][replica.region].databases.get(replica.db_instance_identifier) is replica


def follows(replica: DBInstance) -> bool:
    return replica.is_replica and getattr(replica, "replication", "replicating") == "replicating"


def report(replica: DBInstance, seconds_ago: float) -> None:
    datum = {
        "MetricName": "ReplicaLag",
        "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": replica.db_instance_identifier}],
        "Timestamp": utcnow() - timedelta(seconds=seconds_ago),
        "Value": LAG_SECONDS,
        "Unit": "Seconds",
    }
    cloudwatch_backends[ACCOUNT][replica.region].put_metric_data("AWS/RDS", [datum])
