"""The levers of traffic, which moto lacks: routing controls of ARC, and routes of S3 Multi-Region Access Points.

Both answer on five endpoints and nowhere else. All are one port here, so that a request is for the endpoint whose
Region it is signed for; one that shall not answer is harmed by a fault for its Region.
"""

import re
import threading
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from .answers import Answer, error_answer, json_answer
from .calls import MRAP_ROUTES, Call

ENDPOINTS = ("us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2")
SERVICES = ("route53-recovery-cluster", "s3control")

STATES = ("On", "Off")
DIALS = (0, 100)


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(frozen=True)
class SafetyRule:
    """An assertion rule: at the least so many of these controls are on."""

    controls: tuple[str, ...]
    at_least: int


@dataclass
class Levers:
    # The dial of each bucket, by access point; each bucket is in one Region.
    routes: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)
    controls: dict[str, str] = field(default_factory=dict)
    rules: list[SafetyRule] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, policy: dict[str, Any]) -> None:
        """The levers that an application file names, open to its primary Region alone."""
        traffic, primary = policy.get("traffic") or {}, policy["regions"]["primary"]
        point, controls = traffic.get("multi_region_access_point"), traffic.get("routing_controls")
        with self._lock:
            if point:
                dials = {(region, bucket): 100 * (region == primary) for region, bucket in point["buckets"].items()}
                self.routes[point["arn"]] = dials
            for region, control in (controls or {}).get("controls", {}).items():
                self.controls[control] = "On" if region == primary else "Off"

    def add_rule(self, rule: SafetyRule) -> None:
        with self._lock:
            self.rules.append(rule)

    def described(self) -> dict[str, Any]:
        with self._lock:
            routes = {arn: {region: dial for (region, _), dial in dials.items()} for arn, dials in self.routes.items()}
            return {"routes": routes, "controls": dict(self.controls)}

    def answer(self, call: Call, path: str) -> Answer:
        if call.region not in ENDPOINTS:
            return error_answer(call, 403, "AccessDeniedException", f"there is no endpoint in {call.region}")
        try:
            with self._lock:
                return self._answer(call, path)
        except Refused as refused:
            return error_answer(call, refused.status, refused.code, str(refused))

    def _answer(self, call: Call, path: str) -> Answer:
        if call.action == "GetRoutingControlState":
            control = self._control(call.parameters.get("RoutingControlArn", ""))
            return json_answer(200, {"RoutingControlArn": control, "RoutingControlState": self.controls[control]})
        if call.action == "UpdateRoutingControlStates":
            self._update(call.parameters)
            return json_answer(200, {})
        if call.action == "GetMultiRegionAccessPointRoutes":
            return xml_answer(self._routes(access_point(path)))
        if call.action == "SubmitMultiRegionAccessPointRoutes":
            self._submit(access_point(path), call.body)
            return xml_answer("<SubmitMultiRegionAccessPointRoutesResult/>")
        raise NotImplementedError(f"{call.service} has no {call.action} here")

    def _control(self, arn: str) -> str:
        if arn not in self.controls:
            raise Refused(404, "ResourceNotFoundException", f"there is no routing control {arn}")
        return arn

    def _update(self, parameters: dict[str, Any]) -> None:
        """All of the entries or none: a rule is held against how the controls would stand after them."""
        entries = parameters.get("UpdateRoutingControlStateEntries") or []
        arns = [entry.get("RoutingControlArn") for entry in entries]
        if not entries or len(set(arns)) < len(arns):
            raise Refused(400, "ValidationException", "each routing control must be named once")
        if any(entry.get("RoutingControlState") not in STATES for entry in entries):
            raise Refused(400, "ValidationException", "a state is On or Off")
        if parameters.get("SafetyRulesToOverride"):
            raise NotImplementedError("nothing overrides a safety rule here")
        after = self.controls | {
            self._control(entry["RoutingControlArn"]): entry["RoutingControlState"] for entry in entries
        }
        for rule in self.rules:
            if sum(after.get(control) == "On" for control in rule.controls) < rule.at_least:
                raise Refused(409, "ConflictException", f"a safety rule needs {rule.at_least} of its controls On")
        self.controls = after

    def _point(self, arn: str) -> dict[tuple[str, str], int]:
        if arn not in self.routes:
            raise Refused(404, "NoSuchMultiRegionAccessPoint", f"there is no access point {arn}")
        return self.routes[arn]

    def _routes(self, arn: str) -> str:
        routes = "".join(
            f"<Route><Bucket>{escape(bucket)}</Bucket><Region>{region}</Region>"
            f"<TrafficDialPercentage>{dial}</TrafficDialPercentage></Route>"
            for (region, bucket), dial in self._point(arn).items()
        )
        result = f"<Mrap>{escape(arn)}</Mrap><Routes>{routes}</Routes>"
        return f"<GetMultiRegionAccessPointRoutesResult>{result}</GetMultiRegionAccessPointRoutesResult>"

    def _submit(self, arn: str, body: bytes) -> None:
        after = dict(self._point(arn))
        for route in ElementTree.fromstring(body).iterfind(".//{*}Route"):
            bucket, region = route.findtext("{*}Bucket"), route.findtext("{*}Region")
            dial = int(route.findtext("{*}TrafficDialPercentage") or -1)
            named = [key for key in after if bucket in (None, key[1]) and region in (None, key[0])]
            if len(named) != 1 or dial not in DIALS:
                raise Refused(400, "InvalidRequest", "a route names one bucket, and its dial is 0 or 100")
            after[named[0]] = dial
        if not any(after.values()):
            raise Refused(400, "InvalidRequest", "at least one route must be active")
        self.routes[arn] = after


def access_point(path: str) -> str:
    found = re.match(MRAP_ROUTES, path)
    return found["arn"] if found else ""


def xml_answer(body: str) -> Answer:
    return Answer(200, [("Content-Type", "application/xml")], body.encode())
