"""Every AWS request in order of arrival, including those that never get an answer."""

import threading
import time
from typing import Any

from .calls import Call, service_name


class RequestLog:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[dict[str, Any]] = []
        self._next_seq = 1

    def open(self, call: Call) -> dict[str, Any]:
        with self._lock:
            entry = {
                "seq": self._next_seq,
                "at": time.time(),
                "caller": call.caller,
                "service": call.service,
                "action": call.action,
                "region": call.region,
                "parameters": call.parameters,
                "status": None,
                "fault": None,
            }
            self._next_seq += 1
            self._entries.append(entry)
        return entry

    def select(self, service: str | None, action: str | None, region: str | None) -> list[dict[str, Any]]:
        wanted = {"service": service and service_name(service), "action": action, "region": region}
        with self._lock:
            return [
                dict(entry)
                for entry in self._entries
                if all(value is None or entry[key] == value for key, value in wanted.items())
            ]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
