"""DynamoDB streams and global tables where moto differs from AWS."""

import json
import threading
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.models.utilities import dynamo_json_dump

from . import ACCOUNT

MULTI_REGION_CONSISTENCIES = ("EVENTUAL", "STRONG")

describe_table = Table.describe
append_record = StreamShard.add

# Told of each new record in any table, so that a stream reader need not poll.
appended = threading.Condition()


def install() -> None:
    Table.describe = describe
    StreamShard.add = add


def add(shard: StreamShard, old: Item | None, new: Item | None) -> None:
    if old is not None and new is not None and plain(old.to_json()) == plain(new.to_json()):
        # A write that changes nothing leaves no record.
        return
    with appended:
        # moto would run a mapping's function itself, in a container: here a wire does it.
        shard.table.lambda_event_source_mappings.clear()
        append_record(shard, old, new)
        shard.items[-1].record["awsRegion"] = shard.table.region_name
        appended.notify_all()


def plain(value: Any) -> Any:
    """moto's attribute values as the JSON that DynamoDB speaks."""
    return json.loads(dynamo_json_dump(value))


def describe(table: Table, base_key: str = "TableDescription") -> dict[str, Any]:
    described = describe_table(table, base_key)
    described[base_key].update(getattr(table, "global_description", {}))
    return described


def find_table(region: str, name: str) -> Table | None:
    backends = dynamodb_backends[ACCOUNT]
    return backends[region].tables.get(name) if region in backends else None


def make_global(table: Table, replicas: list[str], consistency: str) -> None:
    table.global_description = {
        "GlobalTableVersion": "2019.11.21",
        "Replicas": [{"RegionName": region, "ReplicaStatus": "ACTIVE"} for region in replicas],
        "MultiRegionConsistency": consistency,
    }


def wait_for_records(shard: StreamShard, position: int, stopped: Callable[[], bool]) -> None:
    with appended:
        appended.wait_for(lambda: stopped() or len(shard.items) > position)
