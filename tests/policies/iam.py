"""Answers whether policy documents allow a request, as IAM does for the part of its language that is used here.

What it does not know it refuses to judge: an operator, an element or a condition key that were passed over would turn
into rights that nobody has looked at.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

ELEMENTS = {"Sid", "Effect", "Action", "Resource", "Condition"}


class Unknown(Exception):
    """Something in a document, or about a request, that cannot be judged."""


@dataclass(frozen=True)
class Question:
    """One request, as IAM is asked about it. All of its resources have to be allowed."""

    action: str
    resources: tuple[str, ...]
    # By condition key. Empty: the request does not have the key. Left out: nobody knows.
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def allowed(documents: Iterable[Mapping[str, Any]], question: Question) -> bool:
    """An explicit Deny wins, and what nothing allows is denied."""
    if not question.resources:
        raise Unknown(f"{question.action} names no resource")
    statements = [statement for document in documents for statement in read(document)]
    return all(allowed_on(statements, question, resource) for resource in question.resources)


def allowed_on(statements: list[Mapping[str, Any]], question: Question, resource: str) -> bool:
    effects = {statement["Effect"] for statement in statements if applies(statement, question, resource)}
    return effects == {"Allow"}


def read(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements of a document, after a look at whether every element is known."""
    if document.get("Version") != "2012-10-17" or document.keys() - {"Version", "Id", "Statement"}:
        raise Unknown(f"a document with {sorted(document)}, version {document.get('Version')}")
    statements = listed(document["Statement"])
    for statement in statements:
        strange = statement.keys() - ELEMENTS
        if (
            strange
            or statement.get("Effect") not in ("Allow", "Deny")
            or not {"Action", "Resource"} <= statement.keys()
        ):
            raise Unknown(f"statement {statement.get('Sid', '')!r} with {sorted(strange or statement)}")
    return statements


def applies(statement: Mapping[str, Any], question: Question, resource: str) -> bool:
    named = any(like(pattern.lower(), question.action.lower()) for pattern in listed(statement["Action"]))
    on = any(like(pattern, resource) for pattern in listed(statement["Resource"]))
    return (
        named
        and on
        and all(
            holds(operator, values(question, key), listed(wanted))
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def values(question: Question, key: str) -> tuple[str, ...]:
    known = {name.lower(): found for name, found in question.context.items()}
    if key.lower() not in known:
        raise Unknown(f"nobody knows what {key} is in {question.action}")
    return known[key.lower()]


def holds(operator: str, found: tuple[str, ...], wanted: list[str]) -> bool:
    quantifier, _, plain = operator.rpartition(":")
    if plain == "Null" and not quantifier:
        return all((not found) == truth(want) for want in wanted)
    if plain not in OPERATORS or quantifier not in ("", "ForAllValues", "ForAnyValue"):
        raise Unknown(f"operator {operator}")
    met = [any(OPERATORS[plain](want, value) for want in wanted) for value in found]
    if quantifier == "ForAllValues":
        # True of no value at all, which is why a Null stands beside it.
        return all(met)
    if quantifier == "ForAnyValue":
        return any(met)
    if len(found) > 1:
        raise Unknown(f"{operator} on {len(found)} values, which wants ForAllValues or ForAnyValue")
    return met == [True]


def truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise Unknown(f"{text!r} is neither true nor false")
    return text == "true"


def like(pattern: str, text: str) -> bool:
    """`*` is any number of characters, `?` is one, and nothing else is special."""
    if "${" in pattern:
        raise Unknown(f"a variable in {pattern}")
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def arn_like(pattern: str, text: str) -> bool:
    """As `like`, but in each of the six parts by itself: a star does not reach over a colon."""
    wanted, found = pattern.split(":", 5), text.split(":", 5)
    return len(wanted) == len(found) == 6 and all(like(one, other) for one, other in zip(wanted, found, strict=True))


OPERATORS = {
    "StringEquals": lambda want, value: want == value,
    "StringLike": like,
    "ArnLike": arn_like,
    "Bool": lambda want, value: truth(want) == truth(value),
}


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
