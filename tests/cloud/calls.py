"""What a request asks for, whichever AWS protocol it is written in."""

import gzip
import io
import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl

from . import cbor

# The credential scope names CloudWatch by its endpoint; people and SDKs do not.
SERVICE_BY_SIGNING_NAME = {"monitoring": "cloudwatch"}


# S3 Control signs as S3 does, so only the path tells them apart.
MRAP_ROUTES = r"/v20180820/mrap/instances/(?P<arn>.+)/routes$"
S3_BUCKET = r"/(?P<bucket>[^/]+)/?$"
# What of a bucket is asked for is the name of a parameter.
S3_ACTIONS = {"versioning": "GetBucketVersioning", "replication": "GetBucketReplication"}
MRAP_ACTIONS = {"GET": "GetMultiRegionAccessPointRoutes", "PATCH": "SubmitMultiRegionAccessPointRoutes"}


class Protocol(Enum):
    QUERY = "query"
    JSON = "json"
    CBOR = "rpc-v2-cbor"
    REST = "rest"


@dataclass(frozen=True)
class Call:
    protocol: Protocol
    service: str
    action: str
    region: str
    parameters: dict[str, Any]
    body: bytes
    # The access key of the credentials: nothing else says who calls.
    caller: str


def service_name(name: str) -> str:
    return SERVICE_BY_SIGNING_NAME.get(name, name)


def identify(environ: dict[str, Any]) -> Call:
    """Reads the call and leaves `environ` as if nobody had."""
    body = read_body(environ)
    caller, signing_name, region = credential(environ.get("HTTP_AUTHORIZATION", ""))
    protocol, service, action, parameters = parse(environ, signing_name, body)
    return Call(protocol, service or service_name(signing_name), action, region, parameters, body, caller)


def read_body(environ: dict[str, Any]) -> bytes:
    if environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read()
    else:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ.get("HTTP_CONTENT_ENCODING") == "gzip":
        body = gzip.decompress(body)
        del environ["HTTP_CONTENT_ENCODING"]
    replace_body(environ, body)
    return body


def replace_body(environ: dict[str, Any], body: bytes) -> None:
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


def credential(authorization: str) -> tuple[str, str, str]:
    """`AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …` -> key, service, region."""
    _, _, scope = authorization.partition("Credential=")
    parts = scope.partition(",")[0].split("/")
    return (parts[0], parts[3], parts[2]) if len(parts) >= 5 else ("", "", "")


def parse(environ: dict[str, Any], signing_name: str, body: bytes) -> tuple[Protocol, str, str, dict[str, Any]]:
    path = environ.get("PATH_INFO", "/")
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    content_type = environ.get("CONTENT_TYPE", "")
    if cbor.is_cbor(environ):
        return Protocol.CBOR, "", path.rsplit("/", 1)[-1], cbor.decode(body)
    if target:
        # DynamoDB and its streams sign with one name, so only the target tells them apart.
        service = "dynamodbstreams" if target.startswith("DynamoDBStreams") else ""
        return Protocol.JSON, service, target.rsplit(".", 1)[-1], parse_json(body)
    form = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    if content_type.startswith("application/x-www-form-urlencoded"):
        form |= dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    if "Action" in form:
        return Protocol.QUERY, "", form["Action"], form
    method = environ.get("REQUEST_METHOD", "GET")
    routes = re.match(MRAP_ROUTES, path)
    if routes and method in MRAP_ACTIONS:
        return Protocol.REST, "s3control", MRAP_ACTIONS[method], {"Mrap": routes["arn"]}
    bucket = re.match(S3_BUCKET, path)
    asked = S3_ACTIONS.keys() & form.keys()
    if signing_name == "s3" and method == "GET" and bucket and asked:
        return Protocol.REST, "", S3_ACTIONS[asked.pop()], {"Bucket": bucket["bucket"]}
    return Protocol.REST, "", f"{method} {path}", parse_json(body)


def parse_json(body: bytes) -> dict[str, Any]:
    """The log is a witness, not a validator: what moto will refuse is still recorded."""
    try:
        parsed = json.loads(body) if body else {}
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
