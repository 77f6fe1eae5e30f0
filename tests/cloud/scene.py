"""What the tests of this package share: one cloud for all of them, and a way to wait for what must become true."""

import atexit
import json
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import boto3
from botocore.config import Config

from .cloud import Cloud, Settings
from .courses import Paces

T = TypeVar("T")

# Short, and yet long enough that a busy machine sees each station.
PACES = Paces(promote=0.8, regroup=2, reboot=2, create=1)


@cache
def cloud() -> Cloud:
    """Shared because moto's state is: names taken from `unique` keep the tests apart."""
    started = Cloud(Settings(paces=PACES))
    atexit.register(started.close)
    return started


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid4().hex[:8]}"


def client(service: str, region: str = "us-west-2", **config: Any) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=cloud().endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}, **config),
    )


def control(method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{cloud().endpoint}/_cloud/{path}", data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def post(path: str, **body: Any) -> dict[str, Any]:
    status, answer = control("POST", path, body)
    if status != 200:
        raise AssertionError(f"POST {path} answered {status}: {answer}")
    return answer


def get(path: str) -> dict[str, Any]:
    return control("GET", path)[1]


def eventually(probe: Callable[[], T], seconds: float = 10) -> T:
    """The first truthy value of `probe`."""
    deadline = time.monotonic() + seconds
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"still {value!r} after {seconds} s")
        time.sleep(0.02)


# A bootstrap as Lambda runs it, in the fewest lines: `handle(event)` is what a test writes.
BOOTSTRAP = """
import json, os, sys, time, urllib.request
base = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
def post(path, value):
    urllib.request.urlopen(urllib.request.Request(base + path, json.dumps(value).encode())).read()
def serve(handle):
    while True:
        with urllib.request.urlopen(base + "/invocation/next") as response:
            request_id, event = response.headers["Lambda-Runtime-Aws-Request-Id"], json.load(response)
            context = dict(response.headers)
        try:
            result = handle(event, context)
        except Exception as failure:
            error = {"errorType": type(failure).__name__, "errorMessage": str(failure)}
            post(f"/invocation/{request_id}/error", error)
        else:
            post(f"/invocation/{request_id}/response", result)
"""


def deploy(source: str, **definition: Any) -> str:
    """Deploys a function whose `handle(event, context)` is given as Python source, and returns its name."""
    name = unique("function")
    script = Path(tempfile.mkdtemp(prefix="cloud-")) / "bootstrap.py"
    script.write_text(f"{BOOTSTRAP}\n{source}\nserve(handle)\n")
    definition = {"region": "us-west-2", "retry_seconds": 0.05} | definition
    post("functions", name=name, command=[sys.executable, "-S", str(script)], **definition)
    return name


def payloads(function: str, status: str = "ok") -> list[Any]:
    """What the function has been given, of the invocations that ended so."""
    invocations = get(f"invocations?function={function}")["invocations"]
    return [invocation["payload"] for invocation in invocations if invocation["status"] == status]
