"""What the application needs besides its database, in both Regions: made by whoever owns it, and named in its file."""

from typing import Any

from cloud.stage import Stage

PRIMARY, STANDBY = "us-east-1", "us-west-2"
BUCKETS = {PRIMARY: "orders-files-east", STANDBY: "orders-files-west"}
DATABASES = {PRIMARY: "orders", STANDBY: "orders-replica"}
# Nobody is allowed anything by it: S3 wants to be told of a role.
ROLE = "arn:aws:iam::123456789012:role/orders-replication"


class Dependencies:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.clients: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.distribution = ""

    def create(self) -> list[tuple[str, str]]:
        """What the application file has to have in the place of which word."""
        for region in DATABASES:
            self._admit(region)
        self._stage.client("secretsmanager", PRIMARY).create_secret(
            Name="orders/database", SecretString="not-a-secret", AddReplicaRegions=[{"Region": STANDBY}]
        )
        self._create_buckets()
        self.distribution = self._distribute()
        words = {PRIMARY: "CLIENTS_IN_PRIMARY", STANDBY: "CLIENTS_IN_STANDBY"}
        return [
            ("DISTRIBUTION", self.distribution),
            *((words[region], group) for region, group in self.clients.items()),
        ]

    def _admit(self, region: str) -> None:
        ec2 = self._stage.client("ec2", region)
        vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]

        def group(name: str) -> str:
            return ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]

        self.clients[region], self.groups[region] = group("orders-tasks"), group("orders-database")
        # Wide enough for a database that listens elsewhere, which is another fault.
        rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5439}
        source = {"UserIdGroupPairs": [{"GroupId": self.clients[region]}]}
        ec2.authorize_security_group_ingress(GroupId=self.groups[region], IpPermissions=[rule | source])

    def attach(self) -> None:
        """Once the databases are there."""
        for region, name in DATABASES.items():
            self._stage.client("rds", region).modify_db_instance(
                DBInstanceIdentifier=name, VpcSecurityGroupIds=[self.groups[region]], ApplyImmediately=True
            )

    def _create_buckets(self) -> None:
        for region, name in BUCKETS.items():
            s3 = self._stage.client("s3", region)
            place = {} if region == PRIMARY else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            s3.create_bucket(Bucket=name, **place)
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        for region, other in ((PRIMARY, STANDBY), (STANDBY, PRIMARY)):
            rule = {
                "ID": "everything",
                "Priority": 1,
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "DeleteMarkerReplication": {"Status": "Disabled"},
                "Destination": {"Bucket": f"arn:aws:s3:::{BUCKETS[other]}"},
            }
            self._stage.client("s3", region).put_bucket_replication(
                Bucket=BUCKETS[region], ReplicationConfiguration={"Role": ROLE, "Rules": [rule]}
            )

    def _distribute(self) -> str:
        domains = {"writes": "orders.example.com"} | {
            region: f"{bucket}.s3.{region}.amazonaws.com" for region, bucket in BUCKETS.items()
        }
        cached = {"ViewerProtocolPolicy": "redirect-to-https", "MinTTL": 0}
        cached |= {"ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}
        members = {"Quantity": 2, "Items": [{"OriginId": region} for region in BUCKETS]}
        config: dict[str, Any] = {
            "CallerReference": "orders",
            "Comment": "orders",
            "Enabled": True,
            "Origins": listed([origin(name, domain) for name, domain in domains.items()]),
            "OriginGroups": listed(
                [{"Id": "files", "Members": members, "FailoverCriteria": {"StatusCodes": listed([500, 503])}}]
            ),
            "DefaultCacheBehavior": cached | {"TargetOriginId": "writes", "AllowedMethods": listed(WRITING)},
            "CacheBehaviors": listed([cached | {"PathPattern": "/files/*", "TargetOriginId": "files"}]),
        }
        made = self._stage.client("cloudfront", PRIMARY).create_distribution(DistributionConfig=config)
        return made["Distribution"]["Id"]


WRITING = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]


def listed(items: list[Any]) -> dict[str, Any]:
    return {"Quantity": len(items), "Items": items}


def origin(name: str, domain: str) -> dict[str, Any]:
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    return {"Id": name, "DomainName": domain} | (
        {"S3OriginConfig": {"OriginAccessIdentity": ""}} if ".s3." in domain else {"CustomOriginConfig": custom}
    )
