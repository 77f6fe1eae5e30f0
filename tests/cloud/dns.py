"""Route 53 where moto differs: the ids of zones, and TestDNSAnswer, which it lacks.

moto keeps health checks and asks nobody. Here each is healthy until the control API says otherwise, and what follows
is Route 53's: of the records that the policy prefers the first that is healthy, and where none is, the first of all.
"""

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.route53 import models
from moto.route53.models import RecordSet, route53_backends

from . import ACCOUNT
from .answers import Answer

PATH = "/2013-04-01/testdnsanswer"
XML = [("Content-Type", "text/xml")]

# The first addresses of some Regions' ranges, as AWS publishes them.
NEAR = {
    "3.208.0.0/16": "us-east-1",
    "18.216.0.0/16": "us-east-2",
    "13.52.0.0/16": "us-west-1",
    "35.160.0.0/16": "us-west-2",
    "34.240.0.0/16": "eu-west-1",
}

# Where a place that is not near any of a name's Regions is led.
FAR_ORDER = ("us-east-1", "us-east-2", "us-west-2", "us-west-1", "eu-west-1")


create_zone_id = models.create_route53_zone_id


def install() -> None:
    models.create_route53_zone_id = zone_id


def zone_id(*arguments: Any, **options: Any) -> str:
    """As Route 53 gives them: they begin with Z, which moto leaves to chance."""
    return "Z" + create_zone_id(*arguments, **options)[1:]


class Checks:
    """Which health checks are unhealthy, by id."""

    def __init__(self) -> None:
        self._unhealthy: set[str] = set()

    def set(self, check: str, healthy: bool) -> None:
        if healthy:
            self._unhealthy.discard(check)
        else:
            self._unhealthy.add(check)

    def is_healthy(self, record: RecordSet) -> bool:
        return record.health_check_id not in self._unhealthy


def answer(environ: dict[str, Any], checks: Checks) -> Answer:
    asked = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    zone_id = asked.get("hostedzoneid", "").rsplit("/", 1)[-1]
    zone = route53_backends[ACCOUNT]["aws"].zones.get(zone_id)
    if zone is None:
        return failure(404, "NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}")
    name, kind = asked.get("recordname", "").rstrip(".").lower(), asked.get("recordtype", "A")
    records = [one for one in zone.rrsets if one.name.rstrip(".").lower() == name and one.type == kind]
    chosen = choose(records, near(asked.get("edns0clientsubnetip", "")), checks.is_healthy)
    data = values(chosen) if chosen else []
    code = "NOERROR" if chosen else "NXDOMAIN"
    entries = "".join(f"<RecordDataEntry>{escape(value)}</RecordDataEntry>" for value in data)
    body = (
        '<?xml version="1.0"?><TestDNSAnswerResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">'
        f"<Nameserver>ns-1.example.net</Nameserver><RecordName>{escape(name)}</RecordName>"
        f"<RecordType>{escape(kind)}</RecordType><RecordData>{entries}</RecordData>"
        f"<ResponseCode>{code}</ResponseCode><Protocol>UDP</Protocol></TestDNSAnswerResponse>"
    )
    return Answer(200, XML, body.encode())


def choose(records: list[RecordSet], place: str | None, healthy: Callable[[RecordSet], bool]) -> RecordSet | None:
    """All unhealthy is all healthy, and a failover name answers its primary then."""
    preferred = sorted(records, key=lambda record: rank(record, place))
    return next((record for record in preferred if healthy(record)), preferred[0] if preferred else None)


def rank(record: RecordSet, place: str | None) -> int:
    if record.failover:
        return int(record.failover != "PRIMARY")
    if record.region == place:
        return -1
    return FAR_ORDER.index(record.region) if record.region in FAR_ORDER else len(FAR_ORDER)


def near(address: str) -> str | None:
    try:
        asked = ipaddress.ip_address(address)
    except ValueError:
        return None
    return next((region for subnet, region in NEAR.items() if asked in ipaddress.ip_network(subnet)), None)


def values(record: RecordSet) -> list[str]:
    if record.alias_target:
        return [record.alias_target["DNSName"]]
    return [value if isinstance(value, str) else value["Value"] for value in record.records]


def failure(status: int, code: str, message: str) -> Answer:
    body = (
        '<?xml version="1.0"?><ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">'
        f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        "<RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
    )
    return Answer(status, XML, body.encode())
