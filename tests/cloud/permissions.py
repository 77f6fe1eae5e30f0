"""A function's own policy, where moto is more lenient than Lambda."""

from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.policy import Policy

add_statement = Policy.add_statement


class StatementExists(LambdaClientError):
    code = 409

    def __init__(self, sid: str) -> None:
        super().__init__("ResourceConflictException", f"The statement id ({sid}) provided already exists.")


def install() -> None:
    Policy.add_statement = add


def add(policy: Policy, raw: str, qualifier: str | None = None) -> tuple[Any, str]:
    before = {statement["Sid"] for statement in policy.statements}
    statement, revision = add_statement(policy, raw, qualifier)
    if statement["Sid"] in before:
        policy.statements.remove(statement)
        raise StatementExists(statement["Sid"])
    return statement, revision
