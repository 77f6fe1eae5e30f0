"""What a function never asks, made from what it asks: the same of something else, in another Region, of more.

A recording shows only what is needed. That nothing beside it is granted shows in what nobody has any business with.
"""

import re
from collections.abc import Iterable

from .iam import Question

ATTRIBUTES, KEYS, REGION = "dynamodb:Attributes", "dynamodb:LeadingKeys", "aws:RequestedRegion"

# Of another application, of another kind, and of none.
STRANGE_KEYS = (("app#other",), ("incident#other",), ("source#other",), ("other",), ())
STRANGE_REGION = "sa-east-1"
STRANGE_ATTRIBUTE = "vote#other"


def elsewhere(one: Question) -> Iterable[Question]:
    yield from of_other_resources(one)
    region = one.context[REGION][0]
    if one.resources == ("*",) or any(f":{region}:" in resource for resource in one.resources):
        moved = tuple(resource.replace(f":{region}:", f":{STRANGE_REGION}:") for resource in one.resources)
        yield Question(one.action, moved, {**one.context, REGION: (STRANGE_REGION,)})
    for keys in STRANGE_KEYS if KEYS in one.context else ():
        yield Question(one.action, one.resources, {**one.context, KEYS: keys})
    if one.context.get(ATTRIBUTES):
        for attributes in ((*one.context[ATTRIBUTES], STRANGE_ATTRIBUTE), ()):
            yield Question(one.action, one.resources, {**one.context, ATTRIBUTES: attributes})


def of_other_resources(one: Question) -> Iterable[Question]:
    """Each resource exchanged for another of its type. CloudWatch is asked for all or nothing."""
    for index, resource in enumerate(one.resources):
        if resource.startswith("arn:") and not one.action.startswith("cloudwatch:"):
            *place, name = resource.split(":", 5)
            other = ":".join([*place, re.sub(r"^([a-z]+[:/])?.*", r"\1other", name)])
            yield Question(one.action, (*one.resources[:index], other, *one.resources[index + 1 :]), one.context)
