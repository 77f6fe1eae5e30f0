"""A DynamoDB stream wired to a function, as a Lambda event source mapping does it.

Records come in order, in batches of at most ten, one batch at a time; a batch that fails comes again until it succeeds,
from the first record the function names if it names any.
"""

import calendar
import threading
from typing import Any

from moto.dynamodb.models.table import StreamShard, Table

from . import ground, tables
from .functions import Function, Invocation
from .wires import Delivery

BATCH_SIZE = 10
FIRST_BACKOFF_SECONDS = 0.1
LAST_BACKOFF_SECONDS = 2.0


class StreamWire:
    kind = "stream"

    def __init__(
        self,
        function: Function,
        delivery: Delivery,
        table: Table,
        from_beginning: bool,
        patterns: list[dict[str, Any]],
    ) -> None:
        self.function = function
        self._copies = delivery.copies
        self._patterns = patterns
        self._shard: StreamShard = table.stream_shard
        self._arn = f"{table.table_arn}/stream/{table.latest_stream_label}"
        self._position = 0 if from_beginning else len(self._shard.items)
        self._closed = threading.Event()
        threading.Thread(target=self._follow, daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        with tables.appended:
            tables.appended.notify_all()

    def _follow(self) -> None:
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            tables.wait_for_records(self._shard, self._position, self._closed.is_set)
            if self._closed.is_set():
                return
            records = self._next_batch()
            done = self._pass_on(records)
            self._position += done
            if done == len(records):
                backoff = FIRST_BACKOFF_SECONDS
                continue
            self._closed.wait(backoff)
            backoff = min(backoff * 2, LAST_BACKOFF_SECONDS)

    def _pass_on(self, batch: list[dict[str, Any]]) -> int:
        """How many records of the batch need not come again. What the filters stop is done with."""
        wanted = [index for index, record in enumerate(batch) if ground.matches(self._patterns, record)]
        if not wanted:
            return len(batch)
        done = min(self._deliver([batch[index] for index in wanted]) for _ in range(self._copies))
        return len(batch) if done == len(wanted) else wanted[done]

    def _next_batch(self) -> list[dict[str, Any]]:
        with tables.appended:
            items = self._shard.items[self._position : self._position + BATCH_SIZE]
            return [as_event_record(item.record, self._arn) for item in items]

    def _deliver(self, records: list[dict[str, Any]]) -> int:
        return processed(self.function.request({"Records": records}), records)


def as_event_record(record: dict[str, Any], stream_arn: str) -> dict[str, Any]:
    # moto's times are UTC without saying so.
    created = calendar.timegm(record["dynamodb"]["ApproximateCreationDateTime"].utctimetuple())
    change = tables.plain(record["dynamodb"]) | {"ApproximateCreationDateTime": created}
    return record | {"eventVersion": "1.1", "eventSourceARN": stream_arn, "dynamodb": change}


def processed(invocation: Invocation, records: list[dict[str, Any]]) -> int:
    """How many records from the front of the batch need not come again."""
    if invocation.status != "ok":
        return 0
    response = invocation.response
    failures = response.get("batchItemFailures") if isinstance(response, dict) else None
    if not failures:
        return len(records)
    positions = {record["dynamodb"]["SequenceNumber"]: index for index, record in enumerate(records)}
    try:
        return min(positions[failure["itemIdentifier"]] for failure in failures)
    except (KeyError, TypeError):
        # Lambda takes an identifier it cannot place for the failure of the whole batch.
        return 0
