"""One function process and the Lambda Runtime API that only it can reach.

The protocol does not say who calls, and `AWS_LAMBDA_RUNTIME_API` has no path: each process gets a port of its own.
"""

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from . import ACCOUNT
from .answers import Answer, json_answer
from .calls import read_body
from .server import Server

API = "/2018-06-01/runtime"

# Lambda allows 10 s; a debug binary on a busy machine may want more, and nothing waits this long unless it hangs.
INIT_SECONDS = 30.0


@dataclass(frozen=True)
class Definition:
    name: str
    command: list[str]
    region: str
    environment: dict[str, str] = field(default_factory=dict)
    timeout_seconds: float = 60.0
    concurrency: int = 4
    retry_seconds: float = 1.0

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{self.name}"


@dataclass(frozen=True)
class Outcome:
    status: str
    payload: Any = None
    error: dict[str, Any] | None = None


class Sandbox:
    def __init__(self, definition: Definition, endpoint: str, write_line: Callable[[str], None]) -> None:
        self._definition = definition
        self._write_line = write_line
        self._inbox: queue.SimpleQueue[tuple[str, Any] | None] = queue.SimpleQueue()
        self._reports: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._request_id: str | None = None
        self._killed = False
        self._api = Server(self._serve)
        try:
            self._process = start_process(definition, self._api.address, endpoint)
        except OSError:
            self._api.close()
            raise
        self._reader = threading.Thread(target=self._read_output, daemon=True)
        self._reader.start()
        self._reaper = threading.Thread(target=self._reap, daemon=True)
        self._reaper.start()

    @property
    def alive(self) -> bool:
        """A process that has been killed takes a moment to be gone, and must not be given work in that moment."""
        return not self._killed and self._process.poll() is None

    def kill(self) -> bool:
        """True if there was something to kill. The group goes, so that nothing the function started stays behind."""
        if not self.alive:
            return False
        self._killed = True
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def join(self) -> None:
        self._reaper.join(timeout=5)

    def run(self, payload: Any) -> Outcome:
        """One invocation from beginning to end. The process must be idle."""
        self._request_id = str(uuid4())
        self._inbox.put((self._request_id, payload))
        outcome = self._await(INIT_SECONDS, "did not finish its initialisation")
        initialised = outcome.status == "taken"
        if initialised:
            outcome = self._await(self._definition.timeout_seconds, "timed out")
        self._request_id = None
        if outcome.status == "timed_out" or not initialised:
            self.kill()
        return outcome

    def _await(self, seconds: float, complaint: str) -> Outcome:
        try:
            kind, value = self._reports.get(timeout=seconds)
        except queue.Empty:
            message = f"{self._request_id} Task {complaint} after {seconds:.2f} seconds"
            return Outcome("timed_out", error={"errorType": "Sandbox.Timedout", "errorMessage": message})
        if kind == "exit":
            message = f"RequestId: {self._request_id} Error: Runtime exited with error: {exit_reason(value)}"
            return Outcome("crashed", error={"errorType": "Runtime.ExitError", "errorMessage": message})
        return Outcome("error", error=value) if kind == "error" else Outcome(kind, value)

    def _read_output(self) -> None:
        with self._process.stdout as lines:
            for line in lines:
                self._write_line(line.rstrip("\n"))

    def _reap(self) -> None:
        code = self._process.wait()
        # Last words come before the news of the death.
        self._reader.join(timeout=1)
        self._reports.put(("exit", code))
        self._inbox.put(None)
        self._api.close()

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == f"{API}/invocation/next":
            return self._next().send(start_response)
        return self._report(path, read_body(environ)).send(start_response)

    def _next(self) -> Answer:
        item = self._inbox.get()
        if item is None:
            raise ConnectionAbortedError
        request_id, payload = item
        self._reports.put(("taken", None))
        deadline_ms = int((time.time() + self._definition.timeout_seconds) * 1000)
        headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", request_id),
            ("Lambda-Runtime-Deadline-Ms", str(deadline_ms)),
            ("Lambda-Runtime-Invoked-Function-Arn", self._definition.arn),
            ("Lambda-Runtime-Trace-Id", f"Root=1-{int(time.time()):08x}-{uuid4().hex[:24]};Sampled=0"),
        ]
        return Answer(200, headers, json.dumps(payload).encode())

    def _report(self, path: str, body: bytes) -> Answer:
        if path == f"{API}/init/error":
            self._reports.put(("error", parse(body)))
            return json_answer(202, {"status": "OK"})
        endings = {
            f"{API}/invocation/{self._request_id}/response": "ok",
            f"{API}/invocation/{self._request_id}/error": "error",
        }
        if path not in endings:
            # As the real one does for an invocation that is not, or no longer, this process's to answer.
            return json_answer(400, {"errorType": "InvalidRequestID", "errorMessage": f"Unexpected call of {path}"})
        self._reports.put((endings[path], parse(body)))
        return json_answer(202, {"status": "OK"})


def parse(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")


def exit_reason(code: int) -> str:
    return f"signal: {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def start_process(definition: Definition, runtime_api: str, endpoint: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        definition.command,
        env=process_environment(definition, runtime_api, endpoint),
        cwd=tempfile.gettempdir(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
        errors="replace",
    )


def process_environment(definition: Definition, runtime_api: str, endpoint: str) -> dict[str, str]:
    """Nothing is inherited but the search path: no credential or proxy of the machine can leak into a function."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": tempfile.gettempdir(),
        "TZ": ":UTC",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": definition.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{definition.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d', time.gmtime())}/[$LATEST]{uuid4().hex}",
        "AWS_REGION": definition.region,
        "AWS_DEFAULT_REGION": definition.region,
        # Nobody checks a signature here, and so the log tells who called.
        "AWS_ACCESS_KEY_ID": definition.name,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        # What is asked by HTTPS ends at a proxy that is not there, and never at AWS.
        "HTTPS_PROXY": "http://127.0.0.1:9",
    } | definition.environment
