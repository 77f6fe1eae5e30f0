"""Holds recorded requests against the policy documents of whoever made them, and of everybody else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .elsewhere import elsewhere
from .excuses import EXCUSES, Excuses
from .iam import Question, allowed, listed, read
from .questions import question

Documents = Mapping[str, list[Mapping[str, Any]]]
Asked = Mapping[str, list[Question]]

# Who is no function: the test, and the AWS CLI that it runs.
PERSON = "test"


@dataclass(frozen=True)
class Verdict:
    problems: list[str]
    allowed: int
    denied: int


def judge(
    requests: Iterable[Mapping[str, Any]], documents: Documents, account: str, excuses: Excuses = EXCUSES
) -> Verdict:
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
    denied = dict(denied_calls(asked, documents, excuses))
    problems |= set(unneeded_patterns(asked, documents, excuses))
    problems |= {problem for problem in (own | denied).values() if problem}
    problems |= set(unused(asked, documents, excuses))
    return Verdict(sorted(problems), len(own), len(denied))


def own_calls(caller: str, own: list[Question], documents: list[Mapping[str, Any]]) -> Iterable[tuple[str, str | None]]:
    if not own:
        yield f"{caller} called", f"{caller} called nothing, so that its policy has not been tried"
    for one in own:
        told = f"{caller} {described(one)}"
        yield told, None if allowed(documents, one) else f"{told}: it does so, and is denied it"


def denied_calls(asked: Asked, documents: Documents, excuses: Excuses) -> Iterable[tuple[str, str | None]]:
    """What others ask and a function never does, nor anything that includes it, has to be denied to it. So has what
    is made from its own calls and nobody ever asks.
    """
    for caller, policy in documents.items():
        for whose, one in strange_calls(caller, asked, excuses):
            if any(includes(mine, one) for mine in asked[caller]):
                continue
            told = f"{caller} {described(one)}"
            yield told, f"{told}: {whose}, it never does, and is allowed it" if allowed(policy, one) else None


def strange_calls(caller: str, asked: Asked, excuses: Excuses) -> Iterable[tuple[str, Question]]:
    for other, questions in asked.items():
        if other != caller:
            yield from ((f"{other} does so", one) for one in questions)
    for one in asked[caller]:
        strange = (other for other in elsewhere(one) if not is_alike(one, other, excuses))
        yield from (("nobody does so", other) for other in strange)


def is_alike(one: Question, other: Question, excuses: Excuses) -> bool:
    """Whether it is granted by a pattern, with a reason: another resource of its kind, in the same place."""
    return one.action in excuses.patterns and one.context == other.context


def unneeded_patterns(asked: Asked, documents: Documents, excuses: Excuses) -> Iterable[str]:
    needed = {
        one.action
        for caller, questions in asked.items()
        for one in questions
        for other in elsewhere(one)
        if is_alike(one, other, excuses) and allowed(documents[caller], other)
    }
    for action in excuses.patterns.keys() - needed:
        yield f"{action}: a pattern is excused, and none is granted"


def includes(mine: Question, other: Question) -> bool:
    """Whether who may ask the one has the other with it: the same, and reading no more attributes than that."""
    if mine.action != other.action or not set(other.resources) <= set(mine.resources):
        return False
    attributes = "dynamodb:Attributes"
    plain = [{key: found for key, found in one.context.items() if key != attributes} for one in (mine, other)]
    own, others = mine.context.get(attributes, ()), other.context.get(attributes, ())
    return plain[0] == plain[1] and (not own or (bool(others) and set(others) <= set(own)))


def unused(asked: Asked, documents: Documents, excuses: Excuses) -> Iterable[str]:
    """Rights that nobody was seen to need, statement by statement, and excuses that excuse nothing."""
    idle: set[str | tuple[str, str]] = set()
    for caller, statement in grants(documents):
        for action in listed(statement["Action"]):
            if not uses(asked[caller], statement | {"Action": action}):
                idle.add(action)
                if action not in excuses.actions:
                    yield f"{caller} {action}: granted by {statement.get('Sid', '')!r}, and never used"
        if set(listed(statement["Action"])) <= excuses.actions.keys():
            continue
        for resource in listed(statement["Resource"]):
            if not uses(asked[caller], statement | {"Resource": resource}):
                reserved = (statement.get("Sid", ""), resource.split(":", 5)[-1])
                idle.add(reserved)
                if reserved not in excuses.resources:
                    yield f"{caller} {resource}: granted by {reserved[0]!r}, and never used"
    for excuse in {*excuses.actions, *excuses.resources} - idle:
        yield f"{excuse}: is excused from being used, and needs no excuse"


def uses(asked: list[Question], statement: Mapping[str, Any]) -> bool:
    """Whether a call is allowed by the statement, on one of its resources at the least: others may serve the rest."""
    alone = [{"Version": "2012-10-17", "Statement": [statement]}]
    alike = [Question(one.action, (resource,), one.context) for one in asked for resource in one.resources]
    return any(allowed(alone, one) for one in alike)


def grants(documents: Documents) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for caller, policy in documents.items():
        for statement in (one for document in policy for one in read(document)):
            if statement["Effect"] == "Allow":
                yield caller, statement


def described(one: Question) -> str:
    where = {key: found for key, found in sorted(one.context.items()) if found}
    details = ", ".join(f"{key.partition(':')[2]} {' '.join(found)}" for key, found in where.items())
    return f"{one.action} on {' and '.join(one.resources)} ({details})"
