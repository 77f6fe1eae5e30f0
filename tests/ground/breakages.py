"""Ways in which the ground may be wrong, each with the check that has to say so. Each is mended when it is left."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple

from cloud import ACCOUNT, account
from moto.awslambda.models import lambda_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.dynamodb.models import dynamodb_backends
from moto.rds.models import rds_backends
from moto.route53.models import route53_backends
from moto.sns.models import Subscription, sns_backends
from moto.sqs.models import sqs_backends

PRIMARY, STANDBY, WITNESS = "us-east-1", "us-west-2", "us-east-2"

Broken = Callable[[], AbstractContextManager[Any]]


class Breakage(NamedTuple):
    check: str
    verdict: str
    broken: Broken
    # What else says so, since it is of the same thing.
    besides: frozenset[str] = frozenset()


@contextlib.contextmanager
def changed(found: Any, **values: Any) -> Iterator[None]:
    before = {name: getattr(found, name) for name in values}
    for name, value in values.items():
        setattr(found, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(found, name, value)


@contextlib.contextmanager
def hidden(mapping: Any, *keys: str) -> Iterator[None]:
    taken = {key: mapping.pop(key) for key in keys}
    try:
        yield
    finally:
        mapping.update(taken)


@contextlib.contextmanager
def entered(mapping: Any, **values: Any) -> Iterator[None]:
    before = dict(mapping)
    mapping.update(values)
    try:
        yield
    finally:
        mapping.clear()
        mapping.update(before)


@contextlib.contextmanager
def without_measurements(region: str, keep: Callable[[Any], bool]) -> Iterator[None]:
    backend = cloudwatch_backends[ACCOUNT][region]
    before = backend.metric_data
    backend.metric_data = [datum for datum in before if datum.name != "ReplicaLag" or keep(datum)]
    try:
        yield
    finally:
        backend.metric_data = before + [datum for datum in backend.metric_data if datum not in before]


@contextlib.contextmanager
def lagging(region: str, seconds: float) -> Iterator[None]:
    measured = [datum for datum in cloudwatch_backends[ACCOUNT][region].metric_data if datum.name == "ReplicaLag"]
    with contextlib.ExitStack() as stack:
        for datum in measured:
            stack.enter_context(changed(datum, value=seconds))
        yield


@contextlib.contextmanager
def letter(region: str) -> Iterator[None]:
    queue = sqs_backends[ACCOUNT][region].get_queue("understudy-dead-letters")
    sqs_backends[ACCOUNT][region].send_message("understudy-dead-letters", "a vote that was given up")
    try:
        yield
    finally:
        queue._messages.clear()


@contextlib.contextmanager
def subscribed_by_mail(topic: Any) -> Iterator[None]:
    waiting = Subscription(ACCOUNT, topic, "oncall@example.com", "email")
    with entered(topic.sns_backend.subscriptions, **{waiting.arn: waiting}):
        yield


class Liar(BaseHTTPRequestHandler):
    """A gate that says that everything is latched."""

    def do_GET(self) -> None:
        body = b'{"latched": true}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def lying(gates: dict[str, str], region: str) -> Iterator[None]:
    server = HTTPServer(("127.0.0.1", 0), Liar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with entered(gates, **{region: f"http://127.0.0.1:{server.server_port}"}):
            yield
    finally:
        server.shutdown()
        server.server_close()


def of_databases() -> Iterator[Breakage]:
    primary, standby = rds_backends[ACCOUNT][PRIMARY], rds_backends[ACCOUNT][STANDBY]
    writer, replica = primary.databases["orders"], standby.databases["orders-replica"]
    told_of = {
        "kms-key-in-region": ("blocks", writer, {"storage_encrypted": True}),
        "replica-of-writer": ("blocks", replica, {"source_db_instance_identifier": other_arn(writer)}),
        "replica-replicating": ("blocks", replica, {"replication": "stopped"}),
        "class-parity": ("warns", writer, {"db_instance_class": "db.r6g.xlarge"}),
        "storage-parity": ("warns", replica, {"storage_type": "standard"}),
        "engine-parity": ("warns", writer, {"engine_version": "16.9"}),
        "login-parity": ("blocks", replica, {"port": 5433}),
        "multi-az-parity": ("warns", writer, {"multi_az": True}),
        "deletion-protection": ("warns", writer, {"deletion_protection": False}),
        "backups-on": ("warns", replica, {"backup_retention_period": 0}),
        "backup-windows-apart": ("warns", replica, {"preferred_backup_window": writer.preferred_backup_window}),
        "replica-settled": ("warns", replica, {"pending_modified_values": {"DBInstanceClass": "db.r6g.large"}}),
        "replica-unfenced": ("blocks", replica, {"vpc_security_group_ids": ["sg-0fedcba9876543211"]}),
    }
    for check, (verdict, database, values) in told_of.items():
        yield Breakage(check, verdict, lambda database=database, values=values: changed(database, **values))
    snapshots = [name for name in standby.database_snapshots if "orders-replica" in name]
    yield Breakage("backup-done", "warns", lambda: hidden(standby.database_snapshots, *snapshots))
    of_writer = frozenset(check for check in told_of if database_is_compared(check))
    yield Breakage("writer-there", "blocks", lambda: hidden(primary.databases, "orders"), of_writer)
    yield Breakage("replica-there", "blocks", lambda: hidden(standby.databases, "orders-replica"), of_writer)
    yield Breakage("quota-instances", "warns", lambda: entered(account.QUOTAS, DBInstances=1))
    yield Breakage("quota-storage", "warns", lambda: entered(account.QUOTAS, AllocatedStorage=25))
    yield Breakage("lag-now", "blocks", lambda: without_measurements(STANDBY, is_old), frozenset())
    yield Breakage("lag-over-a-day", "warns", lambda: without_measurements(STANDBY, lambda datum: not is_old(datum)))


def database_is_compared(check: str) -> bool:
    return not check.startswith("quota")


def other_arn(database: Any) -> str:
    return database.db_instance_arn + "-of-another"


def is_old(datum: Any) -> bool:
    import datetime

    at = datum.timestamp.replace(tzinfo=datetime.UTC)
    return datetime.datetime.now(datetime.UTC) - at > datetime.timedelta(minutes=30)
