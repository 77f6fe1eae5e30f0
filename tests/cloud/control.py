"""The control API under `/_cloud/`: what a test asks of the cloud that no AWS API offers."""

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from . import rds, tables
from .answers import json_answer
from .calls import read_body
from .faults import Fault, build_fault
from .fields import BadRequest, Fields, NotFound
from .functions import Function
from .ground import Unfit
from .levers import SafetyRule
from .runtime import Definition
from .urls import AUTH_TYPES
from .wires import Delivery

if TYPE_CHECKING:
    from .cloud import Cloud

ROUTES = Map(
    [
        Rule("/_cloud/requests", methods=["GET"], endpoint="list_requests"),
        Rule("/_cloud/faults", methods=["POST"], endpoint="add_fault"),
        Rule("/_cloud/faults/<fault_id>", methods=["GET"], endpoint="show_fault"),
        Rule("/_cloud/faults/<fault_id>", methods=["DELETE"], endpoint="delete_fault"),
        Rule("/_cloud/faults/<fault_id>/release", methods=["POST"], endpoint="release_fault"),
        Rule("/_cloud/functions", methods=["POST"], endpoint="deploy_function"),
        Rule("/_cloud/wires", methods=["POST"], endpoint="add_wire"),
        Rule("/_cloud/wires", methods=["DELETE"], endpoint="delete_wires"),
        Rule("/_cloud/urls", methods=["POST"], endpoint="open_url"),
        Rule("/_cloud/adopt", methods=["POST"], endpoint="adopt"),
        Rule("/_cloud/invoke", methods=["POST"], endpoint="invoke"),
        Rule("/_cloud/alarm-event", methods=["POST"], endpoint="offer_alarm_event"),
        Rule("/_cloud/invocations", methods=["GET"], endpoint="list_invocations"),
        Rule("/_cloud/logs", methods=["GET"], endpoint="list_lines"),
        Rule("/_cloud/kill", methods=["POST"], endpoint="kill"),
        Rule("/_cloud/databases", methods=["POST"], endpoint="change_database"),
        Rule("/_cloud/levers", methods=["GET"], endpoint="list_levers"),
        Rule("/_cloud/levers", methods=["POST"], endpoint="add_levers"),
        Rule("/_cloud/safety-rules", methods=["POST"], endpoint="add_safety_rule"),
        Rule("/_cloud/checks", methods=["POST"], endpoint="change_check"),
        Rule("/_cloud/tables", methods=["POST"], endpoint="make_table_global"),
    ]
)

WIRE_KINDS = ("alarms", "stream", "schedule")
INVOKE_KINDS = ("request", "event")
CHECK_STATUSES = ("healthy", "unhealthy")
RELEASE_MODES = ("continue", "cut")


class Control:
    def __init__(self, cloud: "Cloud") -> None:
        self._cloud = cloud

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        urls = ROUTES.bind_to_environ(environ)
        try:
            endpoint, arguments = urls.match()
            fields = Fields(read_fields(environ))
            value = getattr(self, endpoint)(fields, **arguments)
        except (BadRequest, NotFound) as refusal:
            status = 404 if isinstance(refusal, NotFound) else 400
            return json_answer(status, {"error": str(refusal)}).send(start_response)
        except HTTPException as refusal:
            return json_answer(refusal.code or 404, {"error": refusal.description}).send(start_response)
        return json_answer(200, value).send(start_response)

    def list_requests(self, fields: Fields) -> dict[str, Any]:
        wanted = [fields.text(name, None) for name in ("service", "action", "region")]
        return {"requests": self._cloud.log.select(*wanted)}

    def add_fault(self, fields: Fields) -> dict[str, Any]:
        return {"id": self._cloud.faults.add(build_fault(fields))}

    def show_fault(self, _: Fields, fault_id: str) -> dict[str, Any]:
        fault = self._fault(fault_id)
        return {"hits": fault.hits, "holding": fault.holding}

    def delete_fault(self, _: Fields, fault_id: str) -> dict[str, Any]:
        self._cloud.faults.withdraw(self._fault(fault_id))
        return {}

    def release_fault(self, fields: Fields, fault_id: str) -> dict[str, Any]:
        mode = fields.choice("mode", RELEASE_MODES)
        self._cloud.faults.withdraw(self._fault(fault_id), mode)
        return {}

    def deploy_function(self, fields: Fields) -> dict[str, Any]:
        command = fields.texts("command")
        if not command:
            raise BadRequest("command must not be empty")
        self._cloud.functions.deploy(
            Definition(
                name=fields.text("name"),
                command=command,
                region=fields.text("region"),
                environment=fields.text_map("environment", {}),
                timeout_seconds=fields.number("timeout_seconds", Definition.timeout_seconds),
                concurrency=fields.count("concurrency", Definition.concurrency),
                retry_seconds=fields.number("retry_seconds", Definition.retry_seconds),
            )
        )
        return {}

    def add_wire(self, fields: Fields) -> dict[str, Any]:
        kind = fields.choice("kind", WIRE_KINDS)
        function = self._function(fields)
        delivery = self._delivery(fields)
        if kind == "alarms":
            self._cloud.wire_alarms(function, delivery)
        elif kind == "stream":
            table = self._table(fields.text("region"), fields.text("table"))
            if table.stream_shard is None:
                raise BadRequest(f"table {table.name} has no stream")
            self._cloud.wire_stream(function, delivery, table, fields.body.get("from") == "beginning")
        else:
            every_seconds = fields.number("every_seconds")
            if not every_seconds:
                raise BadRequest("every_seconds must be above zero")
            self._cloud.wire_schedule(function, delivery, every_seconds, fields.body.get("payload"))
        return {}

    def delete_wires(self, fields: Fields) -> dict[str, Any]:
        kind = fields.choice("kind", WIRE_KINDS, None)
        return {"removed": self._cloud.remove_wires(kind, fields.text("function", None))}

    def open_url(self, fields: Fields) -> dict[str, Any]:
        auth_type = fields.choice("auth_type", AUTH_TYPES, "NONE")
        return {"url": self._cloud.open_url(self._function(fields), auth_type)}

    def adopt(self, _: Fields) -> dict[str, Any]:
        try:
            return self._cloud.ground.adopt()
        except Unfit as unfit:
            raise BadRequest(str(unfit)) from unfit

    def invoke(self, fields: Fields) -> dict[str, Any]:
        kind = fields.choice("kind", INVOKE_KINDS, "request")
        function, payload = self._function(fields), fields.body.get("payload")
        if kind == "event":
            function.event(payload)
            return {}
        ended = function.request(payload)
        return {"status": ended.status, "payload": ended.response, "error": ended.error}

    def offer_alarm_event(self, fields: Fields) -> dict[str, Any]:
        if "event" not in fields.body:
            raise BadRequest("event is missing")
        # Any JSON goes: what a function makes of a malformed event is what such a test is about.
        self._cloud.offer_alarm_event(fields.body["event"])
        return {}

    def list_invocations(self, fields: Fields) -> dict[str, Any]:
        name = fields.text("function", None)
        functions = [self._function(fields)] if name else self._cloud.functions.all()
        invocations = [invocation for function in functions for invocation in function.invocations()]
        return {"invocations": sorted(invocations, key=lambda invocation: invocation["at"])}

    def list_lines(self, fields: Fields) -> dict[str, Any]:
        return {"lines": self._function(fields).lines()}

    def kill(self, fields: Fields) -> dict[str, Any]:
        return {"killed": self._function(fields).kill()}

    def change_database(self, fields: Fields) -> dict[str, Any]:
        region, identifier = fields.text("region"), fields.text("id")
        changes = rds.Changes(
            status=fields.text("status", None),
            promote_seconds=fields.number("promote_seconds", None),
            replication=fields.text("replication", None),
            source=fields.text("source", None),
            standalone="source" in fields.body and fields.body["source"] is None,
        )
        with self._cloud.moto_lock:
            database = rds.find_database(region, identifier)
            if database is None:
                raise NotFound(f"there is no database {identifier} in {region}")
            self._cloud.databases.change(database, changes)
        return {}

    def list_levers(self, _: Fields) -> dict[str, Any]:
        return self._cloud.levers.described()

    def add_levers(self, fields: Fields) -> dict[str, Any]:
        fields.mapping("regions")
        self._cloud.levers.add(fields.body)
        return {}

    def add_safety_rule(self, fields: Fields) -> dict[str, Any]:
        rule = SafetyRule(tuple(fields.texts("controls")), fields.count("at_least"))
        self._cloud.levers.add_rule(rule)
        return {}

    def change_check(self, fields: Fields) -> dict[str, Any]:
        self._cloud.checks.set(fields.text("id"), fields.choice("status", CHECK_STATUSES) == "healthy")
        return {}

    def make_table_global(self, fields: Fields) -> dict[str, Any]:
        replicas = fields.texts("replicas")
        consistency = fields.choice("multi_region_consistency", tables.MULTI_REGION_CONSISTENCIES)
        with self._cloud.moto_lock:
            tables.make_global(self._table(fields.text("region"), fields.text("name")), replicas, consistency)
        return {}

    def _fault(self, fault_id: str) -> Fault:
        fault = self._cloud.faults.get(fault_id)
        if fault is None:
            raise NotFound(f"there is no fault {fault_id}")
        return fault

    def _function(self, fields: Fields) -> Function:
        name = fields.text("function")
        function = self._cloud.functions.get(name)
        if function is None:
            raise NotFound(f"there is no function {name}")
        return function

    def _table(self, region: str, name: str) -> Any:
        table = tables.find_table(region, name)
        if table is None:
            raise NotFound(f"there is no table {name} in {region}")
        return table

    def _delivery(self, fields: Fields) -> Delivery:
        default = self._cloud.delivery
        return Delivery(
            copies=fields.count("copies", default.copies),
            shuffle_seed=fields.whole("shuffle_seed", default.shuffle_seed),
            spread_seconds=fields.number("spread_seconds", default.spread_seconds),
        )


def read_fields(environ: dict[str, Any]) -> dict[str, Any]:
    """A POST has a JSON object; a GET or DELETE names its fields in the query."""
    if environ["REQUEST_METHOD"] != "POST":
        return query_fields(environ)
    try:
        body = json.loads(read_body(environ), parse_constant=refuse_constant)
    except (ValueError, RecursionError) as malformed:
        raise BadRequest(f"the body is not JSON: {malformed}") from None
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def query_fields(environ: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in Request(environ).args.items() if value}
