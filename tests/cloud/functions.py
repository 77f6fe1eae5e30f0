"""Lambda functions: which process runs an invocation, how long it may take, and when it is tried again."""

import json
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from .runtime import Definition, Outcome, Sandbox

# Lambda tries an asynchronous invocation three times in all.
ASYNC_ATTEMPTS = 3
KEPT_LINES = 50_000


@dataclass
class Invocation:
    id: str
    function: str
    at: float
    payload: Any
    status: str = "queued"
    response: Any = None
    error: dict[str, Any] | None = None

    def end(self, outcome: Outcome) -> None:
        self.response = outcome.payload
        self.error = outcome.error
        self.status = outcome.status


class Function:
    def __init__(self, definition: Definition, endpoint: str) -> None:
        self.definition = definition
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(definition.concurrency)
        self._sandboxes: list[Sandbox] = []
        self._idle: list[Sandbox] = []
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._invocations: list[Invocation] = []
        self._closed = threading.Event()

    def request(self, payload: Any) -> Invocation:
        """A synchronous invocation: one attempt, and the caller waits."""
        invocation = Invocation(str(uuid4()), self.definition.name, time.time(), payload)
        with self._lock:
            self._invocations.append(invocation)
        with self._slots:
            invocation.status = "running"
            invocation.end(self._run(payload))
        return invocation

    def event(self, payload: Any) -> None:
        """An asynchronous invocation: the caller goes on, and a failure is tried again."""
        threading.Thread(target=self._attempt, args=(payload,), daemon=True).start()

    def _attempt(self, payload: Any) -> None:
        for attempt in range(ASYNC_ATTEMPTS):
            if attempt and self._closed.wait(self.definition.retry_seconds):
                return
            if self.request(payload).status == "ok":
                return

    def _run(self, payload: Any) -> Outcome:
        try:
            # A payload is fixed when it is sent, and must be JSON.
            payload = json.loads(json.dumps(payload))
            sandbox = self._acquire()
        except (OSError, TypeError, RuntimeError) as failure:
            error = {"errorType": "Runtime.InvalidEntrypoint", "errorMessage": str(failure)}
            return Outcome("crashed", error=error)
        outcome = sandbox.run(payload)
        with self._lock:
            if sandbox.alive:
                self._idle.append(sandbox)
        return outcome

    def _acquire(self) -> Sandbox:
        with self._lock:
            if self._closed.is_set():
                raise RuntimeError("the cloud is closing")
            self._sandboxes = [sandbox for sandbox in self._sandboxes if sandbox.alive]
            while self._idle:
                sandbox = self._idle.pop()
                if sandbox.alive:
                    return sandbox
            sandbox = Sandbox(self.definition, self._endpoint, self._lines.append)
            self._sandboxes.append(sandbox)
            return sandbox

    def invocations(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(vars(invocation)) for invocation in self._invocations]

    def lines(self) -> list[str]:
        return list(self._lines.copy())

    def redeploy(self, definition: Definition) -> None:
        """The function keeps its name, its wires and its record; the processes of the old definition are killed."""
        with self._lock:
            self.definition = definition
            self._slots = threading.Semaphore(definition.concurrency)
        self.kill()

    def kill(self) -> int:
        with self._lock:
            sandboxes = list(self._sandboxes)
        killed = sum(sandbox.kill() for sandbox in sandboxes)
        for sandbox in sandboxes:
            sandbox.join()
        return killed

    def close(self) -> None:
        with self._lock:
            self._closed.set()
        self.kill()


class Functions:
    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._by_name: dict[str, Function] = {}
        self._lock = threading.Lock()

    def deploy(self, definition: Definition) -> None:
        with self._lock:
            function = self._by_name.get(definition.name)
            if function is None:
                self._by_name[definition.name] = Function(definition, self._endpoint)
        if function:
            function.redeploy(definition)

    def get(self, name: str) -> Function | None:
        with self._lock:
            return self._by_name.get(name)

    def all(self) -> list[Function]:
        with self._lock:
            return list(self._by_name.values())

    def close(self) -> None:
        for function in self.all():
            function.close()
