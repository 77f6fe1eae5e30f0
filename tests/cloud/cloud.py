"""The whole: one port, the functions behind it, and the wires that wake them."""

import os
import threading
from dataclasses import dataclass, field
from typing import Any

from moto.dynamodb.models.table import Table
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from . import account, alarms, buckets, dns, permissions, rds, tables
from .control import Control
from .courses import Paces
from .faults import Faults
from .functions import Function, Functions
from .gateway import Gateway, Lacking
from .ground import Ground
from .levers import Levers
from .request_log import RequestLog
from .server import Server
from .stream import StreamWire
from .urls import FunctionUrl
from .wires import AlarmWire, Delivery, ScheduleWire

Wire = AlarmWire | ScheduleWire | StreamWire


@dataclass(frozen=True)
class Settings:
    port: int = 0
    paces: Paces = field(default_factory=Paces)
    delivery: Delivery = field(default_factory=Delivery)


class Cloud:
    """There is one in a process: moto keeps its state in module globals."""

    def __init__(self, settings: Settings) -> None:
        isolate()
        self.delivery = settings.delivery
        self.log = RequestLog()
        self.faults = Faults()
        self.moto_lock = threading.RLock()
        self.checks = dns.Checks()
        self.databases = rds.Databases(settings.paces)
        self.levers = Levers()
        self._wires: list[Wire] = []
        self._urls: list[FunctionUrl] = []
        self._wires_lock = threading.Lock()
        rds.install(self.databases)
        account.install()
        buckets.install()
        alarms.install(self.offer_alarm_event)
        dns.install()
        permissions.install()
        tables.install()
        moto = DomainDispatcherApplication(create_backend_app)
        lacking = Lacking(self.checks, self.levers)
        gateway = Gateway(moto, Control(self), self.log, self.faults, self.moto_lock, lacking)
        self._server = Server(gateway, settings.port)
        self.endpoint = f"http://{self._server.address}"
        self.functions = Functions(self.endpoint)
        self.ground = Ground(self)

    def wire_alarms(self, function: Function, delivery: Delivery) -> None:
        self._add_wire(AlarmWire(function, delivery))

    def wire_schedule(self, function: Function, delivery: Delivery, every_seconds: float, payload: Any) -> None:
        self._add_wire(ScheduleWire(function, delivery, every_seconds, payload))

    def wire_stream(
        self,
        function: Function,
        delivery: Delivery,
        table: Table,
        from_beginning: bool = False,
        patterns: list[dict[str, Any]] | None = None,
    ) -> None:
        self._add_wire(StreamWire(function, delivery, table, from_beginning, patterns or []))

    def _add_wire(self, wire: Wire) -> None:
        with self._wires_lock:
            self._wires.append(wire)

    def remove_wires(self, kind: str | None, function: str | None) -> int:
        def removed(wire: Wire) -> bool:
            return kind in (None, wire.kind) and function in (None, wire.function.definition.name)

        with self._wires_lock:
            gone = [wire for wire in self._wires if removed(wire)]
            self._wires = [wire for wire in self._wires if wire not in gone]
        for wire in gone:
            wire.close()
        return len(gone)

    def open_url(self, function: Function, auth_type: str) -> str:
        opened = FunctionUrl(function, auth_type)
        with self._wires_lock:
            self._urls.append(opened)
        return opened.url

    def offer_alarm_event(self, event: dict[str, Any]) -> None:
        with self._wires_lock:
            wires = [wire for wire in self._wires if isinstance(wire, AlarmWire)]
        for wire in wires:
            wire.offer(event)
        self.ground.offer(event)

    def close(self) -> None:
        self.remove_wires(None, None)
        for opened in self._urls:
            opened.close()
        self.faults.close()
        self.functions.close()
        self.ground.close()
        self._server.close()


def isolate() -> None:
    """No setting of the machine may lead a call of this process, or of an AWS CLI it helps, to a real account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
