"""Runs what was deployed through AWS's own APIs: functions from their zips, woken only by the mappings, schedules,
rules and URLs that stand in moto, and only where their permissions and roles allow it.

A stage wires functions by hand; here nothing is wired that whoever deployed them has not asked for.
"""

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.events.models import EventPattern, Rule, events_backends
from moto.iam.models import iam_backends
from moto.scheduler.models import scheduler_backends
from policies.iam import Question, allowed

from . import ACCOUNT, tables
from .functions import Function
from .runtime import Definition

if TYPE_CHECKING:
    from .cloud import Cloud

SECONDS = {"minute": 60, "minutes": 60, "hour": 3600, "hours": 3600}


class Unfit(Exception):
    """Something was deployed that would not work, or that is not emulated here."""


class Ground:
    def __init__(self, cloud: "Cloud") -> None:
        self._cloud = cloud
        self._folder = tempfile.TemporaryDirectory(prefix="cloud-ground-")
        self._functions: dict[str, Function] = {}

    def adopt(self) -> dict[str, Any]:
        """Everything that is deployed now, once. What is changed later is changed for nobody."""
        with self._cloud.moto_lock:
            deployed = [one for backend in lambda_backends[ACCOUNT].values() for one in backend.list_functions()]
            for one in deployed:
                self._functions[one.function_arn] = self._deploy(one)
            return {
                "functions": sorted(self._functions),
                "streams": self._wire_streams(),
                "schedules": self._wire_schedules(),
                "urls": {one.function_arn: self._open(one) for one in deployed if one.url_config},
            }

    def _deploy(self, deployed: LambdaFunction) -> Function:
        # A name is one function in each Region, and an access key has no slash.
        name = f"{deployed.function_name}.{deployed.region}"
        folder = Path(self._folder.name) / name
        with zipfile.ZipFile(io.BytesIO(deployed.code_bytes)) as package:
            package.extractall(folder)
        bootstrap = folder / deployed.handler
        bootstrap.chmod(0o755)
        self._cloud.functions.deploy(
            Definition(
                name=name,
                command=[str(bootstrap)],
                region=deployed.region,
                environment=deployed.environment_vars | {"AWS_LAMBDA_FUNCTION_NAME": deployed.function_name},
                timeout_seconds=float(deployed.timeout),
                concurrency=int(deployed.reserved_concurrency or Definition.concurrency),
            )
        )
        return self._cloud.functions.get(name)

    def _wire_streams(self) -> int:
        mappings = [
            one for backend in lambda_backends[ACCOUNT].values() for one in backend._event_source_mappings.values()
        ]
        for one in mappings:
            region, name = one.event_source_arn.split(":")[3], one.event_source_arn.split("/")[1]
            table = tables.find_table(region, name)
            if table is None or f"{table.table_arn}/stream/{table.latest_stream_label}" != one.event_source_arn:
                raise Unfit(f"nothing streams as {one.event_source_arn}")
            patterns = [json.loads(each["Pattern"]) for each in (one.filter_criteria or {}).get("Filters", [])]
            self._cloud.wire_stream(self._function(one.function_arn), self._cloud.delivery, table, patterns=patterns)
        return len(mappings)

    def _wire_schedules(self) -> int:
        groups = [
            group for backend in scheduler_backends[ACCOUNT].values() for group in backend.schedule_groups.values()
        ]
        schedules = [one for group in groups for one in group.schedules.values() if one.state == "ENABLED"]
        for one in schedules:
            target, role = one.target["Arn"], one.target["RoleArn"]
            if not allows(role, "lambda:InvokeFunction", target):
                raise Unfit(f"schedule {one.name}: {role} may not invoke {target}")
            payload = json.loads(one.target["Input"])
            self._cloud.wire_schedule(
                self._function(target), self._cloud.delivery, seconds(one.schedule_expression), payload
            )
        return len(schedules)

    def _open(self, deployed: LambdaFunction) -> str:
        return self._cloud.open_url(self._functions[deployed.function_arn], deployed.url_config.config["AuthType"])

    def _function(self, arn: str) -> Function:
        if arn not in self._functions:
            raise Unfit(f"there is no function {arn}")
        return self._functions[arn]

    def offer(self, event: dict[str, Any]) -> None:
        """An event on the default bus of its Region. One without a Region, which only a test makes, is on none."""
        region = event.get("region")
        for function in self._led_to(event, region, {region}) if region else []:
            function.event(event)

    def _led_to(self, event: dict[str, Any], region: str, seen: set[str]) -> list[Function]:
        functions = []
        for rule in events_backends[ACCOUNT][region].event_buses["default"].rules.values():
            if rule.state == "ENABLED" and rule.event_pattern.matches_event(event):
                for target in rule.targets:
                    functions += self._behind(rule, target, event, seen)
        return functions

    def _behind(self, rule: Rule, target: dict[str, Any], event: dict[str, Any], seen: set[str]) -> list[Function]:
        arn = target["Arn"]
        service, region = arn.split(":")[2], arn.split(":")[3]
        if service == "lambda":
            # Whoever has taken a function away has taken it away here too.
            known = arn in self._functions and may_wake(arn, rule.arn)
            return [self._functions[arn]] if known else []
        # A rule on the bus of another Region sees the event as it was sent, and sends it on to no third one.
        if service == "events" and len(seen) == 1 and region not in seen:
            role = target.get("RoleArn")
            return (
                self._led_to(event, region, seen | {region}) if role and allows(role, "events:PutEvents", arn) else []
            )
        return []

    def close(self) -> None:
        self._folder.cleanup()


def seconds(expression: str) -> float:
    """Of `rate(1 minute)` and its like."""
    count, _, unit = expression.removeprefix("rate(").removesuffix(")").partition(" ")
    if unit not in SECONDS:
        raise Unfit(f"{expression} is no rate in minutes or hours, and no other schedule is emulated here")
    return float(count) * SECONDS[unit]


def allows(role_arn: str, action: str, resource: str) -> bool:
    role = next((one for one in iam_backends[ACCOUNT]["aws"].roles.values() if one.arn == role_arn), None)
    documents = [json.loads(text) for text in role.policies.values()] if role else []
    return allowed(documents, Question(action, (resource,)))


def may_wake(function_arn: str, rule_arn: str) -> bool:
    """Whether the function's own policy lets this rule of EventBridge invoke it."""
    backend = lambda_backends[ACCOUNT][function_arn.split(":")[3]]
    wanted = {"ArnLike": {"AWS:SourceArn": rule_arn}, "StringEquals": {"AWS:SourceAccount": ACCOUNT}}
    return any(
        one["Action"] == "lambda:InvokeFunction"
        and one["Principal"] == {"Service": "events.amazonaws.com"}
        and one.get("Condition") == wanted
        for one in backend.get_function(function_arn).policy.statements
    )


def matches(patterns: list[dict[str, Any]], record: dict[str, Any]) -> bool:
    """Whether a mapping's filters let a record through. Without any they let through all."""
    return not patterns or any(EventPattern(None, pattern).matches_event(record) for pattern in patterns)
