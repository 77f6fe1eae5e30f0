"""Promotion of a read replica as RDS does it; moto answers at once and leaves the replica a replica.

The call returns long before it takes effect, the status passes through several values, and the replica names its source
until the very end. Where a promotion stands depends only on the time since it was accepted: there is no thread, each
RDS call first brings moto's fields up to date.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.rds.exceptions import DBInstanceNotFoundError
from moto.rds.models import DBInstance, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

from . import ACCOUNT

# Up to which share of the whole time each status is shown.
COURSE = [(0.15, "available"), (0.40, "modifying"), (0.60, "rebooting"), (1.0, "backing-up")]


class InvalidDBInstanceState(ServiceException):
    # The wire code has no "Fault" suffix, though the shape in the API model has.
    code = "InvalidDBInstanceState"


def status_after(elapsed_seconds: float, total_seconds: float) -> str | None:
    """The status of a promotion under way; None once it is over."""
    for share, status in COURSE:
        if elapsed_seconds < share * total_seconds:
            return status
    return None


@dataclass
class Promotion:
    database: DBInstance
    accepted_at: float
    total_seconds: float


@dataclass(frozen=True)
class Changes:
    """What a person, or fate, does to a database outside of the API. None leaves a thing as it is."""

    status: str | None = None
    promote_seconds: float | None = None
    replication: str | None = None
    source: str | None = None
    standalone: bool = False


class Promotions:
    """All promotions under way, in every Region."""

    def __init__(self, default_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._default_seconds = default_seconds
        self._clock = clock
        self._under_way: list[Promotion] = []

    def accept(self, backend: RDSBackend, parameters: Any) -> DBInstance:
        identifier = parameters["db_instance_identifier"]
        database = backend.databases.get(identifier)
        if database is None:
            raise DBInstanceNotFoundError(identifier)
        self._refuse_unless_promotable(database)
        retention = parameters.get("backup_retention_period")
        if retention is not None:
            database.backup_retention_period = retention
        seconds = getattr(database, "promote_seconds", self._default_seconds)
        self._under_way.append(Promotion(database, self._clock(), seconds))
        return database

    def _refuse_unless_promotable(self, database: DBInstance) -> None:
        identifier = database.db_instance_identifier
        if not database.is_replica:
            raise InvalidDBInstanceState(f"DB Instance {identifier} is not a read replica.")
        if database.status != "available":
            raise InvalidDBInstanceState(f"DB Instance {identifier} is not in the available state: {database.status}.")
        if any(promotion.database is database for promotion in self._under_way):
            raise InvalidDBInstanceState(f"DB Instance {identifier} is already being promoted.")

    def settle(self) -> None:
        """Shows in moto's fields what the time since each acceptance amounts to."""
        for promotion in list(self._under_way):
            status = status_after(self._clock() - promotion.accepted_at, promotion.total_seconds)
            if status is None:
                self.detach(promotion.database)
            promotion.database.status = status or "available"

    def change(self, database: DBInstance, changes: Changes) -> None:
        self.settle()
        if changes.promote_seconds is not None:
            database.promote_seconds = changes.promote_seconds
        if changes.replication is not None:
            database.replication = changes.replication
        if changes.standalone or changes.source is not None:
            self.detach(database)
        if changes.source is not None:
            attach(database, changes.source)
        if changes.status is not None:
            database.status = changes.status

    def detach(self, database: DBInstance) -> None:
        """Makes a database standalone, by a promotion or by somebody else's hand."""
        self._under_way = [promotion for promotion in self._under_way if promotion.database is not database]
        source = find_source(database)
        if source:
            source.remove_replica(database)
        database.source_db_instance_identifier = None
        database.is_replica = False


def find_database(region: str, identifier: str) -> DBInstance | None:
    backends = rds_backends[ACCOUNT]
    return backends[region].databases.get(identifier) if region in backends else None


def find_source(database: DBInstance) -> DBInstance | None:
    """A source in another Region is named by ARN, one in the same Region by its identifier."""
    identifier = database.source_db_instance_identifier
    if identifier is None:
        return None
    match identifier.split(":"):
        case [_, _, _, region, _, _, name]:
            return find_database(region, name)
        case _:
            return find_database(database.region, identifier)


def attach(database: DBInstance, source_identifier: str) -> None:
    database.source_db_instance_identifier = source_identifier
    database.is_replica = True
    source = find_source(database)
    if source:
        source.add_replica(database)


def status_infos(database: DBInstance) -> list[dict[str, Any]] | None:
    if not database.is_replica:
        return None
    status = getattr(database, "replication", "replicating")
    info = {"StatusType": "read replication", "Normal": status == "replicating", "Status": status}
    return [info] if info["Normal"] else [info | {"Message": f"Replication is {status}."}]


def remove_replica(source: DBInstance, replica: DBInstance) -> None:
    """A source lists its replicas in other Regions by ARN; moto looks for the plain identifier alone."""
    names = (replica.db_instance_identifier, replica.db_instance_arn)
    source.replicas = [name for name in source.replicas if name not in names]


def install(promotions: Promotions) -> None:
    def settled_backend(response: RDSResponse) -> RDSBackend:
        promotions.settle()
        return rds_backends[response.current_account][response.region]

    def promote_read_replica(backend: RDSBackend, parameters: Any) -> DBInstance:
        return promotions.accept(backend, parameters)

    RDSResponse.backend = property(settled_backend)
    RDSBackend.promote_read_replica = promote_read_replica
    DBInstance.remove_replica = remove_replica
    DBInstance.status_infos = property(status_infos)
