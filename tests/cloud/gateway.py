"""The one port: each request is recorded, perhaps harmed, and answered by moto or by the control API."""

import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from . import cbor, dns
from .answers import Answer, ask, cbor_error, error_answer
from .calls import Call, Protocol, identify, parse_json
from .faults import Fault, Faults
from .levers import SERVICES, Levers
from .request_log import RequestLog

CONTROL_PREFIX = "/_cloud"

WsgiApp = Callable[..., Iterable[bytes]]


@dataclass(frozen=True)
class Lacking:
    """What moto lacks altogether."""

    checks: dns.Checks
    levers: Levers


class Severed(ConnectionAbortedError):
    """The connection ends without an answer. werkzeug drops such a request in silence."""


class Gateway:
    def __init__(
        self,
        moto: WsgiApp,
        control: WsgiApp,
        log: RequestLog,
        faults: Faults,
        moto_lock: threading.RLock,
        lacking: Lacking,
    ) -> None:
        self._moto = moto
        self._control = control
        self._log = log
        self._faults = faults
        self._moto_lock = moto_lock
        self._checks = lacking.checks
        self._levers = lacking.levers

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if path == CONTROL_PREFIX or path.startswith(f"{CONTROL_PREFIX}/"):
            return self._control(environ, start_response)
        call = identify(environ)
        entry = self._log.open(call)
        try:
            answer = self._answer(call, environ, entry)
        except Severed:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise
        entry["status"] = answer.status
        return answer.send(start_response)

    def _answer(self, call: Call, environ: dict[str, Any], entry: dict[str, Any]) -> Answer:
        fault = self._faults.claim(call)
        if fault is None:
            return self._execute(call, environ)
        entry["fault"] = fault.kind
        if fault.kind == "error":
            effect = fault.effect
            return error_answer(call, effect["status"], effect["code"], effect["message"])
        if fault.kind == "delay":
            # Waiting on the release lets a withdrawn fault let go of what it delays.
            fault.released.wait(fault.effect["seconds"])
        self._strike(fault, "before")
        answer = self._execute(call, environ)
        self._strike(fault, "after")
        return answer

    def _strike(self, fault: Fault, when: str) -> None:
        if fault.strikes("cut", when):
            raise Severed
        if fault.strikes("hold", when) and self._faults.hold(fault) == "cut":
            raise Severed

    def _execute(self, call: Call, environ: dict[str, Any]) -> Answer:
        # moto has no locks of its own: two conditional writes at once could both pass. SQS is left out because its
        # long poll would keep everybody else waiting.
        with nullcontext() if call.service == "sqs" else self._moto_lock:
            try:
                if call.service in SERVICES:
                    return self._levers.answer(call, environ.get("PATH_INFO", "/"))
                return self._ask_moto(call, environ)
            except NotImplementedError as missing:
                # 501 and not 500: SDKs retry a 500 with backoff, and this will not get better.
                return error_answer(call, 501, "NotImplemented", str(missing))
            except Exception as failure:
                traceback.print_exc(file=sys.stderr)
                return error_answer(call, 500, "InternalFailure", repr(failure))

    def _ask_moto(self, call: Call, environ: dict[str, Any]) -> Answer:
        if environ.get("PATH_INFO") == dns.PATH:
            return dns.answer(environ, self._checks)
        if call.protocol is not Protocol.CBOR:
            return ask(self._moto, environ)
        answer = ask(self._moto, cbor.as_json_request(environ, call.parameters))
        if answer.status >= 400:
            error = parse_json(answer.body)
            code = str(error.get("__type", "InternalFailure")).rsplit("#", 1)[-1]
            return cbor_error(answer.status, code, str(error.get("message") or error.get("Message") or ""))
        return Answer(answer.status, cbor.HEADERS, cbor.from_json_output(call.service, call.action, answer.body))
