"""Smithy RPC v2 CBOR in front of moto, which knows only the query and JSON protocols.

The Rust SDK and botocore send CloudWatch calls as CBOR to `/service/<target>/operation/<name>`. The same model also has
a JSON form, so a call is rewritten as JSON for moto, and its answer is written back as CBOR by the shapes of the model.
"""

import base64
import io
import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import botocore.session
import cbor2
from botocore.model import OperationModel, Shape

PROTOCOL = "rpc-v2-cbor"
HEADERS = [("Content-Type", "application/cbor"), ("smithy-protocol", PROTOCOL)]
EPOCH_TAG = 1


def is_cbor(environ: dict[str, Any]) -> bool:
    return environ.get("HTTP_SMITHY_PROTOCOL") == PROTOCOL and environ.get("PATH_INFO", "").startswith("/service/")


def encode(value: Any) -> bytes:
    return cbor2.dumps(value)


def decode(body: bytes) -> dict[str, Any]:
    try:
        value = cbor2.loads(body) if body else {}
    except cbor2.CBORDecodeError:
        return {}
    return plain(value) if isinstance(value, dict) else {}


def plain(value: Any) -> Any:
    """What JSON can say: a time is epoch seconds, bytes are base64."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def as_json_request(environ: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """`/service/<target>/operation/<name>` becomes `X-Amz-Target: <target>.<name>`."""
    _, _, target, _, operation = environ["PATH_INFO"].split("/")
    body = json.dumps(parameters).encode()
    rewritten = {key: value for key, value in environ.items() if key not in ("HTTP_SMITHY_PROTOCOL", "HTTP_ACCEPT")}
    return rewritten | {
        "PATH_INFO": "/",
        "REQUEST_URI": "/",
        "RAW_URI": "/",
        "CONTENT_TYPE": "application/x-amz-json-1.0",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_AMZ_TARGET": f"{target}.{operation}",
        "wsgi.input": io.BytesIO(body),
    }


def from_json_output(service: str, operation: str, body: bytes) -> bytes:
    """The body of a success; an operation without output has none."""
    shape = operation_model(service, operation).output_shape
    if shape is None:
        return b""
    return encode(typed(json.loads(body or b"{}"), shape))


@cache
def operation_model(service: str, operation: str) -> OperationModel:
    return botocore.session.get_session().get_service_model(service).operation_model(operation)


def typed(value: Any, shape: Shape) -> Any:
    """CBOR tells apart what JSON writes alike: times, bytes, whole and floating numbers."""
    match shape.type_name:
        case "structure":
            return {name: typed(value[name], member) for name, member in shape.members.items() if name in value}
        case "list":
            return [typed(item, shape.member) for item in value]
        case "map":
            return {key: typed(item, shape.value) for key, item in value.items()}
        case scalar:
            return SCALARS.get(scalar, lambda unchanged: unchanged)(value)


SCALARS: dict[str, Callable[[Any], Any]] = {
    "timestamp": lambda seconds: cbor2.CBORTag(EPOCH_TAG, float(seconds)),
    "blob": base64.b64decode,
    "float": float,
    "double": float,
}
