"""What is granted, and never seen to be used in the local cloud, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LOGS = "Lambda writes a function's logs with its role, and the local cloud reads its output"
STREAM = "Lambda reads the stream with the function's role, and the local cloud hands it over"


@dataclass(frozen=True)
class Excuses:
    # By action.
    actions: Mapping[str, str] = field(default_factory=dict)
    # By the statement's Sid, and the resource after its account.
    resources: Mapping[tuple[str, str], str] = field(default_factory=dict)


EXCUSES = Excuses(
    actions={
        "logs:CreateLogStream": LOGS,
        "logs:PutLogEvents": LOGS,
        "sqs:SendMessage": "Lambda sends what failed with the function's role, and the local cloud keeps it to itself",
        "dynamodb:DescribeStream": STREAM,
        "dynamodb:GetRecords": STREAM,
        "dynamodb:GetShardIterator": STREAM,
        "dynamodb:ListStreams": "Lambda asks before it makes a mapping, and the local cloud wires without asking",
    },
    resources={
        ("Fence", "db:orders-again"): "it leads when the story ends, and only a further failover would cut it off",
        (
            "Rebuild",
            "subgrp:orders",
        ): "a replica gets the old writer's subnet group, and the local cloud's writer has none",
    },
)
