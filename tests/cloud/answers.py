"""Responses as values, and errors in the words of the protocol that asked."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

from . import cbor
from .calls import Call, Protocol

# REST services whose errors are XML; every other one speaks JSON.
REST_XML_SERVICES = {"s3", "s3control", "route53", "cloudfront"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def send(self, start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = [(name, value) for name, value in self.headers if name.lower() != "content-length"]
        headers.append(("Content-Length", str(len(self.body))))
        start_response(f"{self.status} {reason(self.status)}", headers)
        return [self.body]


def reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def json_answer(status: int, value: Any) -> Answer:
    return Answer(status, [("Content-Type", "application/json")], json.dumps(value, default=str).encode())


def ask(app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> Answer:
    """Runs a WSGI application to the end, so that its answer can be looked at, changed or withheld."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        started[:] = [int(status.split(maxsplit=1)[0]), headers]
        return lambda _: None

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return Answer(started[0], started[1], body)


def error_answer(call: Call, status: int, code: str, message: str) -> Answer:
    request_id = ("x-amzn-RequestId", str(uuid4()))
    if call.protocol is Protocol.CBOR:
        return cbor_error(status, code, message, request_id)
    if call.protocol is Protocol.QUERY or call.service in REST_XML_SERVICES:
        headers = [("Content-Type", "text/xml"), request_id]
        return Answer(status, headers, xml_error(status, code, message, request_id[1]))
    headers = [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-ErrorType", code), request_id]
    return Answer(status, headers, json.dumps({"__type": code, "message": message}).encode())


def cbor_error(status: int, code: str, message: str, *headers: tuple[str, str]) -> Answer:
    kind = "Sender" if status < 500 else "Receiver"
    # CloudWatch is query-compatible: SDKs take the error code from this header when it is there.
    query_error = ("x-amzn-query-error", f"{code};{kind}")
    body = cbor.encode({"__type": code, "message": message})
    return Answer(status, [*cbor.HEADERS, query_error, *headers], body)


def xml_error(status: int, code: str, message: str, request_id: str) -> bytes:
    kind = "Sender" if status < 500 else "Receiver"
    return (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{escape(code)}</Code>"
        f"<Message>{escape(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()
