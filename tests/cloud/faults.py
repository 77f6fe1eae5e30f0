"""What can go wrong with a call, and for which calls it does."""

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any

from .calls import Call, service_name
from .fields import BadRequest, Fields

KINDS = ("cut", "hold", "error", "delay")
MOMENTS = ("before", "after")

# Stands for every service, or every action.
ANY = "*"


@dataclass
class Fault:
    service: str
    action: str
    effect: dict[str, Any]
    region: str | None = None
    body_contains: str | None = None
    times: int | None = None
    hits: int = 0
    holding: int = 0
    withdrawn: bool = False
    released: threading.Event = field(default_factory=threading.Event)
    release_mode: str = "continue"

    def wants(self, call: Call) -> bool:
        if self.withdrawn or (self.times is not None and self.hits >= self.times):
            return False
        return (
            self.service in (ANY, call.service)
            and self.action in (ANY, call.action)
            and self.region in (None, call.region)
            and (self.body_contains is None or self.body_contains.encode() in call.body)
        )

    @property
    def kind(self) -> str:
        return self.effect["kind"]

    def strikes(self, kind: str, when: str) -> bool:
        return self.kind == kind and self.effect["when"] == when


def build_fault(fields: Fields) -> Fault:
    return Fault(
        service=service_name(fields.text("service")),
        action=fields.text("action"),
        effect=build_effect(Fields(fields.mapping("effect"))),
        region=fields.text("region", None),
        body_contains=fields.text("body_contains", None),
        times=fields.count("times", None),
    )


def build_effect(fields: Fields) -> dict[str, Any]:
    kind = fields.choice("kind", KINDS)
    if kind == "delay":
        return {"kind": kind, "seconds": fields.number("seconds")}
    if kind == "error":
        status = fields.count("status")
        if not 400 <= status <= 599:
            raise BadRequest("status must be from 400 to 599")
        return {"kind": kind, "status": status, "code": fields.text("code"), "message": fields.text("message", "")}
    return {"kind": kind, "when": fields.choice("when", MOMENTS)}


class Faults:
    """The faults in force. A fault that is spent or withdrawn can still be asked for its hits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, Fault] = {}
        self._ids = itertools.count(1)

    def add(self, fault: Fault) -> str:
        with self._lock:
            fault_id = f"fault-{next(self._ids)}"
            self._faults[fault_id] = fault
        return fault_id

    def get(self, fault_id: str) -> Fault | None:
        with self._lock:
            return self._faults.get(fault_id)

    def claim(self, call: Call) -> Fault | None:
        with self._lock:
            fault = next((fault for fault in self._faults.values() if fault.wants(call)), None)
            if fault:
                fault.hits += 1
            return fault

    def hold(self, fault: Fault) -> str:
        """Blocks until the fault is released, and says how."""
        with self._lock:
            fault.holding += 1
        fault.released.wait()
        with self._lock:
            fault.holding -= 1
        return fault.release_mode

    def withdraw(self, fault: Fault, mode: str = "continue") -> None:
        with self._lock:
            fault.withdrawn = True
            fault.release_mode = mode
        fault.released.set()

    def close(self) -> None:
        with self._lock:
            faults = list(self._faults.values())
        for fault in faults:
            self.withdraw(fault, "cut")
