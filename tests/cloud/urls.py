"""Function URLs: a port for a function, and each HTTP request on it one synchronous invocation."""

import base64
import json
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from . import ACCOUNT
from .answers import Answer, json_answer
from .calls import credential, read_body
from .functions import Function
from .server import Server

MAX_BODY_BYTES = 6 * 1024 * 1024


AUTH_TYPES = ("NONE", "AWS_IAM")


class FunctionUrl:
    def __init__(self, function: Function, auth_type: str) -> None:
        self._function = function
        self._auth_type = auth_type
        self._server = Server(self._serve)
        self.url = f"http://{self._server.address}"

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = read_body(environ)
        if len(body) > MAX_BODY_BYTES:
            return json_answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"Message": None}).send(start_response)
        event = request_event(environ, body)
        if self._auth_type == "AWS_IAM":
            authorizer = signer(environ)
            if authorizer is None:
                return json_answer(HTTPStatus.FORBIDDEN, {"Message": "Forbidden"}).send(start_response)
            event["requestContext"]["authorizer"] = {"iam": authorizer}
        ended = self._function.request(event)
        answer = answer_of(ended.response) if ended.status == "ok" else bad_gateway()
        return answer.send(start_response)

    def close(self) -> None:
        self._server.close()


def signer(environ: dict[str, Any]) -> dict[str, Any] | None:
    """Who signed, by the access key alone: a key is a user of that name, and the signature itself is believed."""
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    key, service, _ = credential(authorization)
    if not key or service != "lambda" or "Signature=" not in authorization or "HTTP_X_AMZ_DATE" not in environ:
        return None
    return {
        "accessKey": key,
        "accountId": ACCOUNT,
        "callerId": key,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": f"arn:aws:iam::{ACCOUNT}:user/{key}",
        "userId": key,
    }


def request_event(environ: dict[str, Any], body: bytes) -> dict[str, Any]:
    """Payload format 2.0. The path is as it was sent: nothing is decoded."""
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI") or environ["PATH_INFO"]
    path, _, query = raw.partition("?")
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "http": {
                "method": environ["REQUEST_METHOD"],
                "path": path,
                "protocol": environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
                "sourceIp": environ.get("REMOTE_ADDR", "127.0.0.1"),
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        "isBase64Encoded": False,
    }
    if body:
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return event


def answer_of(payload: Any) -> Answer:
    """A function that does not say which status is taken to have answered a body."""
    if not isinstance(payload, dict) or "statusCode" not in payload:
        return Answer(200, [("Content-Type", "application/json")], json.dumps(payload).encode())
    body = payload.get("body") or ""
    content = base64.b64decode(body) if payload.get("isBase64Encoded") else body.encode()
    headers = [(name, str(value)) for name, value in (payload.get("headers") or {}).items()]
    return Answer(int(payload["statusCode"]), headers, content)


def bad_gateway() -> Answer:
    return Answer(502, [("Content-Type", "application/json")], b"Internal Server Error")
