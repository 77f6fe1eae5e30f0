"""Runs a document of SSM Automation as far as ours goes: parameters by their patterns, two kinds of step, and outputs
of one in the inputs of the next. And a step of a Region switch plan: its payload, with what Region switch adds.
"""

import json
import re
from collections.abc import Callable
from typing import Any

Invoke = Callable[[str, dict[str, Any]], dict[str, Any]]

PLAN = "arn:aws:arc-region-switch::123456789012:plan/orders:a1b2c3"


class Refused(Exception):
    """SSM would not begin the run."""


class Failed(Exception):
    """A step failed, and with it the run."""


def run_document(content: dict[str, Any], given: dict[str, str], executed_by: str, invoke: Invoke) -> Any:
    known = {"automation:EXECUTION_ID": "4f7ca192-7e9a-40fe-9192-5cb15fa8b1e1"} | chosen(content["parameters"], given)
    for step in content["mainSteps"]:
        inputs = filled(step["inputs"], known)
        if step["action"] == "aws:executeAwsApi":
            assert inputs["AutomationExecutionId"] == known["automation:EXECUTION_ID"]
            answer = {"AutomationExecution": {"ExecutedBy": executed_by}}
            for output in step["outputs"]:
                known[f"{step['name']}.{output['Name']}"] = selected(answer, output["Selector"])
        else:
            assert step["action"] == "aws:invokeLambdaFunction"
            assert all(isinstance(value, str) for value in inputs["InputPayload"].values()), "a StringMap"
            known[f"{step['name']}.Payload"] = invoked(invoke, inputs["FunctionName"], inputs["InputPayload"])
    return known[content["outputs"][0]]


def run_step(step: dict[str, Any], invoke: Invoke) -> Any:
    """The payload is merged with what tells where it is from."""
    function = step["executionBlockConfiguration"]["customActionLambdaConfig"]["lambdas"][0]
    added = {"InvokedBy": "arc", "PlanArn": PLAN, "ExecutionId": "us-west-2/0a1b", "StepName": step["name"]}
    return invoked(invoke, function["arn"], added | json.loads(function["payload"]))


def invoked(invoke: Invoke, function: str, payload: dict[str, Any]) -> Any:
    ended = invoke(function, payload)
    if ended["error"]:
        raise Failed(ended["error"]["errorMessage"])
    return ended["payload"]


def chosen(parameters: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
    if unknown := given.keys() - parameters.keys():
        raise Refused(f"no parameter of the document: {unknown}")
    values = {}
    for name, parameter in parameters.items():
        value = given.get(name, parameter.get("default"))
        if value is None:
            raise Refused(f"{name} is missing")
        if value not in parameter.get("allowedValues", [value]):
            raise Refused(f"{name} may not be {value}")
        if not re.fullmatch(parameter.get("allowedPattern", ".*"), value):
            raise Refused(f"{name} does not match")
        values[name] = value
    return values


def filled(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: filled(part, known) for name, part in value.items()}
    return re.sub(r"{{ *([^{} ]+) *}}", lambda found: known[found[1]], value) if isinstance(value, str) else value


def selected(answer: Any, selector: str) -> Any:
    for name in selector.removeprefix("$.").split("."):
        answer = answer[name]
    return answer
