"""What wakes a function: an alarm's change of state, a schedule, a stream. Each keeps AWS's promises and no more."""

import random
import threading
from dataclasses import dataclass
from typing import Any

from .functions import Function


@dataclass(frozen=True)
class Delivery:
    """At least once means sometimes twice; no order means sometimes the wrong one."""

    copies: int = 1
    shuffle_seed: int | None = None
    spread_seconds: float = 2.0

    def delays(self, chance: random.Random) -> list[float]:
        """How long after an event each of its copies comes."""
        if self.shuffle_seed is None:
            return [0.0] * self.copies
        return [chance.uniform(0, self.spread_seconds) for _ in range(self.copies)]


class Courier:
    """Hands events over asynchronously, `copies` times, each after its own seeded delay when there is a seed."""

    def __init__(self, function: Function, delivery: Delivery, lane: str) -> None:
        self._function = function
        self._delivery = delivery
        self._random = random.Random(f"{delivery.shuffle_seed}/{lane}/{function.definition.name}")
        self._lock = threading.Lock()
        self._closed = False

    def deliver(self, event: Any) -> None:
        with self._lock:
            delays = self._delivery.delays(self._random)
        for delay in delays:
            if delay:
                self._deliver_later(event, delay)
            else:
                self._function.event(event)

    def _deliver_later(self, event: Any, delay: float) -> None:
        timer = threading.Timer(delay, self._hand_over, [event])
        timer.daemon = True
        timer.start()

    def _hand_over(self, event: Any) -> None:
        if not self._closed:
            self._function.event(event)

    def close(self) -> None:
        """What is still to come stays undelivered."""
        self._closed = True


class AlarmWire:
    kind = "alarms"

    def __init__(self, function: Function, delivery: Delivery) -> None:
        self.function = function
        self._courier = Courier(function, delivery, self.kind)

    def offer(self, event: dict[str, Any]) -> None:
        self._courier.deliver(event)

    def close(self) -> None:
        self._courier.close()


class ScheduleWire:
    kind = "schedule"

    def __init__(self, function: Function, delivery: Delivery, every_seconds: float, payload: Any) -> None:
        self.function = function
        self._courier = Courier(function, delivery, self.kind)
        self._every_seconds = every_seconds
        self._payload = payload
        self._closed = threading.Event()
        threading.Thread(target=self._tick, daemon=True).start()

    def _tick(self) -> None:
        while not self._closed.is_set():
            self._courier.deliver(self._payload)
            self._closed.wait(self._every_seconds)

    def close(self) -> None:
        self._closed.set()
        self._courier.close()
