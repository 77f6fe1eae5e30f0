"""What IAM would be asked about a recorded request: the action, the resources, and what conditions can look at.

A request that is not known here is an error. By the Service Authorization Reference, resource for resource.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from .iam import Question, Unknown

PREFIXES = {"dynamodb": "dynamodb", "rds": "rds", "cloudwatch": "cloudwatch", "sns": "sns", "s3control": "s3"}
PREFIXES["route53-recovery-cluster"] = "route53-recovery-cluster"
PREFIXES |= {"lambda": "lambda", "sqs": "sqs", "route53": "route53"}
PREFIXES |= {name: name for name in ("ec2", "secretsmanager", "s3", "cloudfront")}

# Calls that IAM knows by another name than the API.
OTHERWISE = {("s3", "GetBucketReplication"): "GetReplicationConfiguration"}

# Calls that have a path and no name: by service, what they are called.
PATHS = {
    "lambda": {"GetFunctionConcurrency": r"GET /[0-9-]+/functions/(?P<FunctionName>[^/]+)/concurrency"},
    "route53": {
        "ListResourceRecordSets": r"GET /[0-9-]+/hostedzone/(?P<HostedZoneId>[^/]+)/rrset",
        "GetHealthCheck": r"GET /[0-9-]+/healthcheck/(?P<HealthCheckId>[^/]+)",
    },
    "cloudfront": {"GetDistributionConfig": r"GET /[0-9-]+/distribution/(?P<Id>[^/]+)/config"},
}

Request = Mapping[str, Any]
Parameters = Mapping[str, Any]
Asked = tuple[tuple[str, ...], dict[str, tuple[str, ...]]]


def question(request: Request, account: str) -> Question:
    service = request["service"]
    action, parameters = named(service, request["action"], request["parameters"])
    ask = KNOWN.get((service, action))
    if ask is None:
        raise Unknown(f"{request.get('caller')} called {service} {action}, which has no place among the questions")
    region = request["region"]
    try:
        resources, context = ask(parameters, f"{region}:{account}")
    except KeyError as missing:
        raise Unknown(f"{service} {action} without {missing}") from missing
    return Question(f"{PREFIXES[service]}:{action}", resources, {"aws:RequestedRegion": (region,)} | context)


def named(service: str, action: str, parameters: Parameters) -> tuple[str, Parameters]:
    for name, path in PATHS.get(service, {}).items():
        if found := re.fullmatch(path, action):
            return name, found.groupdict()
    return OTHERWISE.get((service, action), action), parameters


def table(parameters: Parameters, place: str) -> Asked:
    name = parameters["TableName"]
    return (name if name.startswith("arn:") else f"arn:aws:dynamodb:{place}:table/{name}",), {}


def read_item(parameters: Parameters, place: str) -> Asked:
    """The item's partition key, and the attributes where the request names those it reads."""
    resources, context = written_item(parameters, place)
    return resources, context | {"dynamodb:Attributes": projected(parameters, parameters["Key"])}


def written_item(parameters: Parameters, place: str) -> Asked:
    """The partition key alone: a policy that looks at the attributes of a write has to be judged by more than this."""
    key = parameters.get("Key") or parameters["Item"]
    resources, _ = table(parameters, place)
    return resources, {"dynamodb:LeadingKeys": (key["pk"]["S"],)}


def of_partition(parameters: Parameters, place: str) -> Asked:
    if parameters.get("IndexName") or parameters.get("KeyConditions"):
        raise Unknown("a Query with an index, or in the old form")
    found = re.search(r"(?<![\w#])pk = (:\w+)", parameters["KeyConditionExpression"])
    if not found:
        raise Unknown(f"a Query without a partition key: {parameters['KeyConditionExpression']}")
    resources, _ = table(parameters, place)
    key = parameters["ExpressionAttributeValues"][found[1]]["S"]
    return resources, {"dynamodb:LeadingKeys": (key,), "dynamodb:Attributes": projected(parameters, {"pk": key})}


def projected(parameters: Parameters, key: Mapping[str, Any]) -> tuple[str, ...]:
    """Top-level attributes that a read asks for, and the key's. None where it asks for all of the item."""
    expression = parameters.get("ProjectionExpression")
    if not expression:
        return ()
    names = parameters.get("ExpressionAttributeNames", {})
    tops = (re.split(r"[.\[]", path.strip())[0] for path in expression.split(","))
    return tuple(sorted({names[top] if top.startswith("#") else top for top in tops} | ({"pk", "sk"} & key.keys())))


def database(parameters: Parameters, place: str) -> Asked:
    # Without a name it is a list of all, and asked about all.
    return (rds("db", parameters.get("DBInstanceIdentifier") or "*", place),), {}


def changed_database(parameters: Parameters, place: str) -> Asked:
    return (rds("db", parameters["DBInstanceIdentifier"], place), *groups(parameters, place)), {}


def new_replica(parameters: Parameters, place: str) -> Asked:
    """The new name, what it is made of, and the groups it gets: RDS takes default ones where none are named."""
    own = {"DBParameterGroupName": "default.postgres16", "OptionGroupName": "default:postgres-16"}
    source = parameters["SourceDBInstanceIdentifier"]
    source = source if source.startswith("arn:") else rds("db", source, place)
    target = rds("db", parameters["DBInstanceIdentifier"], place)
    return (target, source, *groups(own | dict(parameters), place)), {}


def groups(parameters: Parameters, place: str) -> list[str]:
    kinds = {"DBParameterGroupName": "pg", "OptionGroupName": "og", "DBSubnetGroupName": "subgrp"}
    return [rds(kind, parameters[name], place) for name, kind in kinds.items() if parameters.get(name)]


def rds(kind: str, name: str, place: str) -> str:
    return name if name.startswith("arn:") else f"arn:aws:rds:{place}:{kind}:{name}"


def alarms(parameters: Parameters, place: str) -> Asked:
    """Composite alarms are shown only to who may describe all, so that this is always asked as well."""
    names = ["*", *(parameters.get("AlarmNames") or [])]
    return tuple(f"arn:aws:cloudwatch:{place}:alarm:{name}" for name in names), {}


def group_of(kind: str, name: str) -> Callable[[Parameters, str], Asked]:
    return lambda parameters, place: ((rds(kind, parameters[name], place),), {})


def function(parameters: Parameters, place: str) -> Asked:
    return (f"arn:aws:lambda:{place}:function:{parameters['FunctionName']}",), {}


def queue(parameters: Parameters, place: str) -> Asked:
    name = parameters.get("QueueName") or parameters["QueueUrl"].rsplit("/", 1)[-1]
    return (f"arn:aws:sqs:{place}:{name}",), {}


def route53(kind: str, name: str) -> Callable[[Parameters, str], Asked]:
    return lambda parameters, _place: ((f"arn:aws:route53:::{kind}/{parameters[name]}",), {})


def secret(parameters: Parameters, place: str) -> Asked:
    """By name: the end of its ARN is Secrets Manager's own, and one that is not there has none."""
    name = f"arn:aws:secretsmanager:{place}:secret:{parameters['SecretId']}"
    return (name, f"{name}-a1B2c3"), {}


def bucket(parameters: Parameters, _place: str) -> Asked:
    return (f"arn:aws:s3:::{parameters['Bucket']}",), {}


def distribution(parameters: Parameters, place: str) -> Asked:
    return (f"arn:aws:cloudfront::{place.partition(':')[2]}:distribution/{parameters['Id']}",), {}


def everything(_parameters: Parameters, _place: str) -> Asked:
    return ("*",), {}


def topic(parameters: Parameters, _place: str) -> Asked:
    return (parameters["TopicArn"],), {}


def access_point(parameters: Parameters, _place: str) -> Asked:
    return (parameters["Mrap"],), {}


def control(parameters: Parameters, _place: str) -> Asked:
    return (parameters["RoutingControlArn"],), {}


def controls(parameters: Parameters, _place: str) -> Asked:
    return tuple(entry["RoutingControlArn"] for entry in parameters["UpdateRoutingControlStateEntries"]), {}


KNOWN: dict[tuple[str, str], Callable[[Parameters, str], Asked]] = {
    ("dynamodb", "DescribeTable"): table,
    ("dynamodb", "GetItem"): read_item,
    ("dynamodb", "UpdateItem"): written_item,
    ("dynamodb", "PutItem"): written_item,
    ("dynamodb", "Query"): of_partition,
    ("rds", "DescribeDBInstances"): database,
    ("rds", "PromoteReadReplica"): database,
    ("rds", "RebootDBInstance"): database,
    ("rds", "ModifyDBInstance"): changed_database,
    ("rds", "CreateDBInstanceReadReplica"): new_replica,
    ("rds", "DescribeDBSnapshots"): database,
    ("rds", "DescribeDBParameters"): group_of("pg", "DBParameterGroupName"),
    ("rds", "DescribeOptionGroups"): group_of("og", "OptionGroupName"),
    ("rds", "DescribeAccountAttributes"): everything,
    ("lambda", "GetFunctionConcurrency"): function,
    ("sqs", "GetQueueUrl"): queue,
    ("sqs", "GetQueueAttributes"): queue,
    ("route53", "ListResourceRecordSets"): route53("hostedzone", "HostedZoneId"),
    ("route53", "GetHealthCheck"): route53("healthcheck", "HealthCheckId"),
    ("cloudwatch", "DescribeAlarms"): alarms,
    ("cloudwatch", "GetMetricStatistics"): everything,
    ("ec2", "DescribeSecurityGroups"): everything,
    ("secretsmanager", "DescribeSecret"): secret,
    ("s3", "GetBucketVersioning"): bucket,
    ("s3", "GetReplicationConfiguration"): bucket,
    ("cloudfront", "GetDistributionConfig"): distribution,
    ("sns", "Publish"): topic,
    ("sns", "GetTopicAttributes"): topic,
    ("s3control", "GetMultiRegionAccessPointRoutes"): access_point,
    ("s3control", "SubmitMultiRegionAccessPointRoutes"): access_point,
    ("route53-recovery-cluster", "GetRoutingControlState"): control,
    ("route53-recovery-cluster", "UpdateRoutingControlStates"): controls,
}
