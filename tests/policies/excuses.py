"""What is granted, and never seen to be used in the local cloud, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LOGS = "Lambda writes a function's logs with its role, and the local cloud reads its output"
STREAM = "Lambda reads the stream with the function's role, and the local cloud hands it over"
GROUPS = "which groups an instance has is known once it is seen, and changes with the engine's version"


@dataclass(frozen=True)
class Excuses:
    # By action.
    actions: Mapping[str, str] = field(default_factory=dict)
    # By the statement's Sid, and the resource after its account.
    resources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    # By action: why others of the same kind, in the same Region, are granted with what is asked for.
    patterns: Mapping[str, str] = field(default_factory=dict)


EXCUSES = Excuses(
    actions={
        "logs:CreateLogStream": LOGS,
        "logs:PutLogEvents": LOGS,
        "sqs:SendMessage": "Lambda sends what failed with the function's role, and the local cloud keeps it to itself",
        "dynamodb:DescribeStream": STREAM,
        "dynamodb:GetRecords": STREAM,
        "dynamodb:GetShardIterator": STREAM,
        "route53:GetHealthCheck": "the story's names are in no zone; those of tests/ground are, and it asks there",
        "dynamodb:ListStreams": "Lambda asks before it makes a mapping, and the local cloud wires without asking",
    },
    resources={
        ("Backups", "snapshot:*"): "the call names the instance, and RDS may ask for its backups as well",
        ("Fence", "db:orders-again"): "it leads when the story ends, and only a further failover would cut it off",
        (
            "Rebuild",
            "subgrp:orders",
        ): "a replica gets the old writer's subnet group, and the local cloud's writer has none",
    },
    patterns={
        "rds:DescribeDBParameters": GROUPS,
        "rds:DescribeOptionGroups": GROUPS,
    },
)
