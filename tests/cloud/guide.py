"""The commands to try by hand, with nothing left to fill in.

Each names the endpoint: version 1 of the AWS CLI ignores AWS_ENDPOINT_URL for SQS in every Region and for RDS in
us-east-1, and would call the real service.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from .stage import TABLE, Application, split_arn


def guide(endpoint: str, applications: list[Application]) -> str:
    region = applications[0].standby if applications else "us-west-2"
    lines = [
        "The local cloud is ready. In another terminal:",
        "",
        f"  export AWS_ENDPOINT_URL={endpoint} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "
        f"AWS_DEFAULT_REGION={region}",
    ]
    for application in applications:
        lines += application_commands(f"{command_line()} --endpoint-url {endpoint}", application)
    lines += [
        "",
        "Every AWS request so far, and what the functions have written:",
        "",
        f"  curl -s {endpoint}/_cloud/requests",
        f"  curl -s '{endpoint}/_cloud/logs?function=conductor'",
        "",
        "Ctrl-C stops everything.",
    ]
    return "\n".join(lines)


def command_line() -> str:
    """The AWS CLI of the virtual environment we run in, or whichever is on the PATH."""
    beside = Path(sys.prefix, "bin", "aws")
    return os.path.relpath(beside) if beside.exists() else "aws"


def application_commands(aws: str, application: Application) -> Iterator[str]:
    yield from ("", f"Take the primary Region of {application.name} down, one alarm at a time:", "")
    for arn in application.alarms.values():
        region, name = split_arn(arn)
        yield (
            f"  {aws} cloudwatch set-alarm-state --region {region} --alarm-name {name} "
            "--state-value ALARM --state-reason 'trying it out'"
        )
    region, replica = split_arn(application.replica)
    yield from ("", "Watch the replica become a writer:", "")
    yield (
        f'  watch -n 1 "{aws} rds describe-db-instances --region {region} --db-instance-identifier {replica} '
        "--query 'DBInstances[0].[DBInstanceStatus,ReadReplicaSourceDBInstanceIdentifier]' --output text\""
    )
    yield from ("", "Read the incident, and the page that was sent:", "")
    yield (
        f"  {aws} dynamodb query --region {application.standby} --table-name {TABLE} "
        "--key-condition-expression 'pk = :pk' "
        f'--expression-attribute-values \'{{":pk":{{"S":"incident#{application.name}"}}}}\''
    )
    if application.topic:
        region, _ = split_arn(application.topic)
        queue_url = f"$({aws} sqs get-queue-url --region {region} --queue-name {application.name}-pages --output text)"
        yield f'  {aws} sqs receive-message --region {region} --queue-url "{queue_url}"'
