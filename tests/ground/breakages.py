"""Ways in which the ground may be wrong, each with the check that has to say so. Each is mended when it is left."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from cloud import ACCOUNT, account
from moto.awslambda.models import lambda_backends
from moto.cloudfront.models import cloudfront_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.rds.models import OptionGroup, rds_backends
from moto.route53.models import route53_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import Subscription, sns_backends
from moto.sqs.models import sqs_backends

PRIMARY, STANDBY, WITNESS = "us-east-1", "us-west-2", "us-east-2"

Broken = Callable[[], AbstractContextManager[Any]]


class Breakage(NamedTuple):
    check: str
    verdict: str
    broken: Broken


@contextlib.contextmanager
def changed(found: Any, **values: Any) -> Iterator[None]:
    """Attributes that moto keeps; some are there only once they have been set."""
    before = {name: getattr(found, name) for name in values if hasattr(found, name)}
    for name, value in values.items():
        setattr(found, name, value)
    try:
        yield
    finally:
        for name in values:
            if name in before:
                setattr(found, name, before[name])
            else:
                delattr(found, name)


@contextlib.contextmanager
def hidden(mapping: Any, *keys: Any) -> Iterator[None]:
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
def without_measurements(keep: Callable[[Any], bool]) -> Iterator[None]:
    backend = cloudwatch_backends[ACCOUNT][STANDBY]
    before = backend.metric_data
    backend.metric_data = [datum for datum in before if datum.name != "ReplicaLag" or keep(datum)]
    try:
        yield
    finally:
        backend.metric_data = before + [datum for datum in backend.metric_data if datum not in before]


@contextlib.contextmanager
def parameter_set() -> Iterator[None]:
    """Of the replica's default group: in an account somebody would have given it one of its own."""
    backend = rds_backends[ACCOUNT][STANDBY]
    group = backend.databases["orders-replica"].db_parameter_groups()[0]
    with entered(group.parameters, work_mem={"ParameterName": "work_mem", "ParameterValue": "65536"}):
        yield


@contextlib.contextmanager
def option_added() -> Iterator[None]:
    backend = rds_backends[ACCOUNT][STANDBY]
    name = backend.databases["orders-replica"].option_group_name
    group = OptionGroup(backend, name, "postgres", "16")
    group._options["PGAUDIT"] = {}
    with entered(backend.option_groups, **{name: group}):
        yield


@contextlib.contextmanager
def without_secrets(secrets: Any) -> Iterator[None]:
    """All at once: moto's own mapping finds a copy by its name, and does not give it up by any."""
    before = dict(secrets.items())
    secrets.clear()
    try:
        yield
    finally:
        secrets.update(before)


@contextlib.contextmanager
def without_subscriptions(topic: Any) -> Iterator[None]:
    all_of_them = topic.sns_backend.subscriptions
    with hidden(all_of_them, *[name for name, one in all_of_them.items() if one.topic is topic]):
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


class Gate(BaseHTTPRequestHandler):
    """Says the same of every Region."""

    latched = b"false"

    def do_GET(self) -> None:
        body = b'{"latched": ' + self.latched + b"}"
        self.send_response(200 if self.latched == b"true" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Liar(Gate):
    latched = b"true"


@contextlib.contextmanager
def serving(handler: type[Gate]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def lying(gates: dict[str, str], region: str) -> Iterator[None]:
    with serving(Liar) as url, entered(gates, **{region: url}):
        yield


def breakages(zone: str, gates: dict[str, str]) -> Iterator[Breakage]:
    yield from of_databases()
    yield from of_what_watches()
    yield from of_what_decides()
    yield from of_traffic(zone, gates)
    yield from of_dependencies()


def of_databases() -> Iterator[Breakage]:
    primary, standby = rds_backends[ACCOUNT][PRIMARY], rds_backends[ACCOUNT][STANDBY]
    writer, replica = primary.databases["orders"], standby.databases["orders-replica"]
    fenced = {"vpc_security_group_ids": [*replica.vpc_security_group_ids, "sg-0fedcba9876543211"], "regrouping": None}
    for check, verdict, database, values in (
        ("replica-of-writer", "blocks", replica, {"source_db_instance_identifier": f"{writer.arn}-of-another"}),
        ("replica-available", "blocks", replica, {"status": "backing-up"}),
        ("replica-replicating", "blocks", replica, {"replication": "stopped"}),
        (
            "replica-unfenced",
            "blocks",
            replica,
            fenced,
        ),
        ("replica-settled", "warns", replica, {"pending_modified_values": {"DBInstanceClass": "db.r6g.large"}}),
        ("class-parity", "warns", writer, {"db_instance_class": "db.r6g.xlarge"}),
        ("storage-parity", "warns", replica, {"storage_type": "standard"}),
        ("engine-parity", "warns", writer, {"engine_version": "16.9"}),
        ("login-parity", "blocks", replica, {"port": 5433}),
        ("multi-az-parity", "warns", writer, {"multi_az": True}),
        ("kms-key-in-region", "blocks", writer, {"storage_encrypted": True}),
        ("deletion-protection", "warns", writer, {"deletion_protection": False}),
        ("backups-on", "warns", replica, {"backup_retention_period": 0}),
        ("backup-windows-apart", "warns", replica, {"preferred_backup_window": writer.preferred_backup_window}),
    ):
        yield Breakage(check, verdict, partial(changed, database, **values))
    yield Breakage("writer-there", "blocks", partial(hidden, primary.databases, "orders"))
    yield Breakage("replica-there", "blocks", partial(hidden, standby.databases, "orders-replica"))
    snapshots = [name for name in standby.database_snapshots if "orders-replica" in name]
    yield Breakage("backup-done", "warns", partial(hidden, standby.database_snapshots, *snapshots))
    yield Breakage("parameter-parity", "warns", parameter_set)
    yield Breakage("option-parity", "warns", option_added)
    yield Breakage("quota-instances", "warns", partial(entered, account.QUOTAS, DBInstances=1))
    yield Breakage("quota-storage", "warns", partial(entered, account.QUOTAS, AllocatedStorage=25))
    yield Breakage("lag-now", "blocks", partial(without_measurements, is_old))
    yield Breakage("lag-over-a-day", "warns", partial(without_measurements, lambda datum: not is_old(datum)))


def of_what_watches() -> Iterator[Breakage]:
    alarms, own = cloudwatch_backends[ACCOUNT][WITNESS].alarms, cloudwatch_backends[ACCOUNT][STANDBY].alarms
    voter = alarms["orders-outside"]
    yield Breakage("alarms-there", "blocks", partial(hidden, alarms, "orders-outside"))
    yield Breakage("alarms-missing-data", "blocks", partial(changed, voter, treat_missing_data="breaching"))
    yield Breakage("alarms-actions", "warns", partial(changed, voter, actions_enabled=False))
    understudys = [name for name in alarms if name.startswith("understudy-")]
    yield Breakage("own-alarms-there", "warns", partial(hidden, alarms, *understudys))
    beat = own["understudy-conductor-heartbeat"]
    yield Breakage("own-alarms-actions", "warns", partial(changed, beat, alarm_actions=[]))
    yield Breakage("own-alarms-quiet", "warns", partial(changed, beat, state_value="ALARM"))
    topic = sns_backends[ACCOUNT][STANDBY].topics[f"arn:aws:sns:{STANDBY}:{ACCOUNT}:orders-failover"]
    yield Breakage("topic-subscribed", "blocks", partial(without_subscriptions, topic))
    yield Breakage("topic-confirmed", "warns", partial(subscribed_by_mail, topic))


def of_what_decides() -> Iterator[Breakage]:
    table = dynamodb_backends[ACCOUNT][STANDBY].tables["understudy"]
    eventual = {"Replicas": [{"RegionName": PRIMARY}], "MultiRegionConsistency": "EVENTUAL"}
    yield Breakage("table-consistent", "blocks", partial(described, table, eventual))
    yield Breakage("table-streams", "warns", partial(described, table, {"StreamSpecification": KEYS_ALONE}))
    yield Breakage("table-protected", "warns", partial(changed, table, deletion_protection_enabled=False))
    record = next(key for key in table.items if key.value == "app#orders")
    yield Breakage("record-there", "blocks", partial(hidden, table.items, record))
    functions = lambda_backends[ACCOUNT][STANDBY]._lambdas._functions
    notify = functions["understudy-notify"]["latest"]
    yield Breakage("functions-there", "blocks", partial(hidden, functions, "understudy-notify"))
    yield Breakage("concurrency-open", "blocks", partial(changed, notify, reserved_concurrency=0))
    yield Breakage("concurrency-reserved", "warns", partial(changed, notify, reserved_concurrency=None))
    yield Breakage("dead-letters-empty", "warns", partial(letter, WITNESS))


def of_traffic(zone: str, gates: dict[str, str]) -> Iterator[Breakage]:
    backend = route53_backends[ACCOUNT]["aws"]
    records = [one for one in backend.zones[zone].rrsets if one.name.startswith("orders.")]
    yield Breakage("names-as-designed", "blocks", partial(changed, records[0], ttl="300", alias_target=None))
    yield Breakage("gates-answer", "warns", partial(entered, gates, **{WITNESS: "http://127.0.0.1:9"}))
    yield Breakage("gates-agree", "warns", partial(lying, gates, WITNESS))


def of_dependencies() -> Iterator[Breakage]:
    groups = [one for of_vpc in ec2_backends[ACCOUNT][STANDBY].groups.values() for one in of_vpc.values()]
    group = next(one for one in groups if one.name == "orders-database")
    yield Breakage("clients-admitted", "blocks", partial(changed, group, ingress_rules=[]))
    secrets = secretsmanager_backends[ACCOUNT][STANDBY].secrets
    yield Breakage("secrets-replicated", "blocks", partial(without_secrets, secrets))
    bucket = s3_backends[ACCOUNT]["aws"].buckets["orders-files-east"]
    yield Breakage("buckets-versioned", "blocks", partial(changed, bucket, versioning_status="Suspended"))
    yield Breakage("buckets-replicated", "blocks", partial(changed, bucket, replication=None))
    [distribution] = cloudfront_backends[ACCOUNT]["aws"].distributions.values()
    default = distribution.distribution_config.DefaultCacheBehavior
    yield Breakage("distributions-follow", "blocks", partial(changed, default, target_origin_id=PRIMARY))


KEYS_ALONE = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}


@contextlib.contextmanager
def described(table: Any, values: dict[str, Any]) -> Iterator[None]:
    table.global_description = values
    try:
        yield
    finally:
        del table.global_description


def is_old(datum: Any) -> bool:
    at = datum.timestamp.replace(tzinfo=UTC) if datum.timestamp.tzinfo is None else datum.timestamp
    return datetime.now(UTC) - at > timedelta(minutes=30)
