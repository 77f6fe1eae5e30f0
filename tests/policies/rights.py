"""Holds recorded requests against the policy documents of whoever made them, and of everybody else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .elsewhere import elsewhere
from .iam import Question, allowed, listed, read
from .questions import question

Documents = Mapping[str, list[Mapping[str, Any]]]
Asked = Mapping[str, list[Question]]

# Who is no function: the test, and the AWS CLI that it runs.
PERSON = "test"

# Granted, and never seen here: by action, why not.
EXCUSED = {
    "logs:CreateLogStream": "Lambda writes a function's logs with its role, and the local cloud reads its output",
    "logs:PutLogEvents": "Lambda writes a function's logs with its role, and the local cloud reads its output",
    "sqs:SendMessage": "Lambda sends what failed with the function's role, and the local cloud keeps it to itself",
    "dynamodb:DescribeStream": "Lambda reads the stream with the function's role, and the local cloud hands it over",
    "dynamodb:GetRecords": "Lambda reads the stream with the function's role, and the local cloud hands it over",
    "dynamodb:GetShardIterator": "Lambda reads the stream with the function's role, and the local cloud hands it over",
    "dynamodb:ListStreams": "Lambda asks before it makes a mapping, and the local cloud wires without asking",
}


@dataclass(frozen=True)
class Verdict:
    problems: list[str]
    allowed: int
    denied: int


def judge(requests: Iterable[Mapping[str, Any]], documents: Documents, account: str) -> Verdict:
    asked: dict[str, list[Question]] = {caller: [] for caller in documents}
    problems: set[str] = set()
    for request in requests:
        caller = request["caller"]
        if caller == PERSON:
            continue
        if caller not in asked:
            problems.add(f"{caller or 'nobody'} called {request['service']} {request['action']}, and has no policy")
            continue
        one = question(request, account)
        if one not in asked[caller]:
            asked[caller].append(one)
    own = {told: said for caller in asked for told, said in own_calls(caller, asked[caller], documents[caller])}
    denied = dict(denied_calls(asked, documents))
    problems |= {problem for problem in (own | denied).values() if problem}
    problems |= set(unused(asked, documents))
    return Verdict(sorted(problems), len(own), len(denied))


def own_calls(caller: str, own: list[Question], documents: list[Mapping[str, Any]]) -> Iterable[tuple[str, str | None]]:
    if not own:
        yield f"{caller} called", f"{caller} called nothing, so that its policy has not been tried"
    for one in own:
        told = f"{caller} {described(one)}"
        yield told, None if allowed(documents, one) else f"{told}: it does so, and is denied it"


def denied_calls(asked: Asked, documents: Documents) -> Iterable[tuple[str, str | None]]:
    """What others ask and a function never does, nor anything that includes it, has to be denied to it. So has what
    is made from its own calls and nobody ever asks.
    """
    for caller, policy in documents.items():
        for whose, one in strange_calls(caller, asked):
            if any(includes(mine, one) for mine in asked[caller]):
                continue
            told = f"{caller} {described(one)}"
            yield told, f"{told}: {whose}, it never does, and is allowed it" if allowed(policy, one) else None


def strange_calls(caller: str, asked: Asked) -> Iterable[tuple[str, Question]]:
    for other, questions in asked.items():
        if other != caller:
            yield from ((f"{other} does so", one) for one in questions)
    for one in asked[caller]:
        yield from (("nobody does so", strange) for strange in elsewhere(one))


def includes(mine: Question, other: Question) -> bool:
    """Whether who may ask the one has the other with it: the same, and reading no more attributes than that."""
    if mine.action != other.action or not set(other.resources) <= set(mine.resources):
        return False
    attributes = "dynamodb:Attributes"
    plain = [{key: found for key, found in one.context.items() if key != attributes} for one in (mine, other)]
    own, others = mine.context.get(attributes, ()), other.context.get(attributes, ())
    return plain[0] == plain[1] and (not own or (bool(others) and set(others) <= set(own)))


def unused(asked: Asked, documents: Documents) -> Iterable[str]:
    """Rights that nobody was seen to need, statement by statement, and excuses that excuse nothing."""
    granted, seen = set(), {one.action for questions in asked.values() for one in questions}
    for caller, statement in grants(documents):
        alone = [{"Version": "2012-10-17", "Statement": [statement]}]
        for action in listed(statement["Action"]):
            granted.add(action)
            used = any(one.action == action and partly(alone, one) for one in asked[caller])
            if not used and action not in EXCUSED:
                yield f"{caller} {action}: granted by {statement.get('Sid', '')!r}, and never used"
    for action in EXCUSED:
        if action in seen or action not in granted:
            yield f"{action}: is excused from being used, and needs no excuse"


def grants(documents: Documents) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for caller, policy in documents.items():
        for statement in (one for document in policy for one in read(document)):
            if statement["Effect"] == "Allow":
                yield caller, statement


def partly(documents: list[Mapping[str, Any]], one: Question) -> bool:
    """Whether one resource is allowed at the least: a statement may serve some, and another the rest."""
    return any(allowed(documents, Question(one.action, (resource,), one.context)) for resource in one.resources)


def described(one: Question) -> str:
    where = {key: found for key, found in sorted(one.context.items()) if found}
    details = ", ".join(f"{key.partition(':')[2]} {' '.join(found)}" for key, found in where.items())
    return f"{one.action} on {' and '.join(one.resources)} ({details})"
