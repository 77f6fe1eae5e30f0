"""Databases as RDS changes them; moto answers at once, refuses nothing, and leaves a promoted replica a replica.

A promotion, a restart, new security groups and a new replica all take their time, and what is asked of a database in
the middle of one is refused with `InvalidDBInstanceState`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends
from moto.rds.exceptions import DBInstanceAlreadyExists, DBInstanceNotFoundError
from moto.rds.models import DBInstance, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

from . import ACCOUNT
from .courses import CREATION, PROMOTION, REBOOT, Course, Paces, Regrouping, Stations
from .lag import LagReports


class InvalidDBInstanceState(ServiceException):
    # The wire code has no "Fault" suffix, though the shape in the API model has.
    code = "InvalidDBInstanceState"


@dataclass(frozen=True)
class Changes:
    """What a person, or fate, does to a database outside of the API. None leaves a thing as it is."""

    status: str | None = None
    promote_seconds: float | None = None
    replication: str | None = None
    source: str | None = None
    standalone: bool = False


class Databases:
    """All changes under way, in every Region."""

    def __init__(self, paces: Paces, clock: Callable[[], float] = time.monotonic) -> None:
        self._paces = paces
        self._clock = clock
        self._under_way: list[Course] = []
        self._lags = LagReports(clock)

    def promote(self, backend: RDSBackend, parameters: Any) -> DBInstance:
        database = get_database(backend, parameters["db_instance_identifier"])
        if not database.is_replica:
            raise InvalidDBInstanceState(f"DB Instance {database.db_instance_identifier} is not a read replica.")
        self._refuse_unless_idle(database)
        retention = parameters.get("backup_retention_period")
        if retention is not None:
            database.backup_retention_period = retention
        seconds = getattr(database, "promote_seconds", self._paces.promote)
        self._begin(database, PROMOTION, seconds, self.detach)
        return database

    def reboot(self, backend: RDSBackend, identifier: str) -> DBInstance:
        database = get_database(backend, identifier)
        self._refuse_unless_idle(database)
        self._begin(database, REBOOT, self._paces.reboot, lambda _: None)
        return database

    def regroup(self, backend: RDSBackend, identifier: str, groups: list[str]) -> None:
        database = get_database(backend, identifier)
        self._refuse_unless_idle(database)
        if database.vpc_security_group_ids == groups:
            # Asked twice for the same is asked once: the change under way goes on.
            return
        shown = self._shown_groups(database)
        before = [group for group, status in shown.items() if status != "adding"]
        database.regrouping = Regrouping(before, groups, self._clock(), self._paces.regroup)

    def memberships(self, database: DBInstance) -> list[dict[str, str]]:
        shown = self._shown_groups(database)
        return [{"VpcSecurityGroupId": group, "Status": status} for group, status in shown.items()]

    def _shown_groups(self, database: DBInstance) -> dict[str, str]:
        regrouping = getattr(database, "regrouping", None)
        if regrouping:
            return regrouping.memberships(self._clock())
        return dict.fromkeys(database.vpc_security_group_ids, "active")

    def create_replica(self, backend: RDSBackend, parameters: Any, create: Callable[..., DBInstance]) -> DBInstance:
        if parameters["db_instance_identifier"] in backend.databases:
            raise DBInstanceAlreadyExists
        source = backend.find_db_from_id(parameters["source_db_instance_identifier"])
        self._refuse_unless_idle(source)
        if not source.backup_retention_period:
            raise InvalidDBInstanceState("Automated backups are not enabled for this database instance.")
        groups = parameters.get("vpc_security_group_ids") or [default_group(backend)]
        replica = create(backend, parameters)
        # moto makes it by copying the source, with groups that are of another Region and changes of another's.
        replica.vpc_security_group_ids, replica.regrouping = groups, None
        self._begin(replica, CREATION, self._paces.create, self._lags.begin)
        return replica

    def _refuse_unless_idle(self, database: DBInstance) -> None:
        identifier = database.db_instance_identifier
        if database.status != "available":
            raise InvalidDBInstanceState(f"DB Instance {identifier} is not in the available state: {database.status}.")
        if any(course.database is database for course in self._under_way):
            raise InvalidDBInstanceState(f"DB Instance {identifier} is about to change.")

    def _begin(
        self, database: DBInstance, stations: Stations, seconds: float, finish: Callable[[DBInstance], None]
    ) -> None:
        course = Course(database, stations, self._clock(), seconds, finish)
        self._under_way.append(course)
        database.status = course.status(self._clock()) or "available"

    def settle(self) -> None:
        """Shows in moto's fields what the time since each acceptance amounts to."""
        now = self._clock()
        for course in list(self._under_way):
            status = course.status(now)
            if status is None:
                self._finish(course)
            course.database.status = status or "available"
        self._lags.settle()

    def finish_all(self) -> None:
        """Ends whatever is under way at once."""
        for course in list(self._under_way):
            self._finish(course)
            course.database.status = "available"

    def _finish(self, course: Course) -> None:
        self._under_way.remove(course)
        course.finish(course.database)

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
        self._under_way = [course for course in self._under_way if course.database is not database]
        source = find_source(database)
        if source:
            source.remove_replica(database)
        database.source_db_instance_identifier = None
        database.is_replica = False


def get_database(backend: RDSBackend, identifier: str) -> DBInstance:
    database = backend.databases.get(identifier)
    if database is None:
        raise DBInstanceNotFoundError(identifier)
    return database


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


def default_group(backend: RDSBackend) -> str:
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    return ec2.get_default_security_group(ec2.default_vpc.id).id


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


def install(databases: Databases) -> None:
    create_replica, modify = RDSBackend.create_db_instance_read_replica, RDSBackend.modify_db_instance

    # Functions and not the methods themselves: a method in a class is not bound to the backend it is called on.
    def promote_read_replica(backend: RDSBackend, parameters: Any) -> DBInstance:
        return databases.promote(backend, parameters)

    def reboot_db_instance(backend: RDSBackend, identifier: str) -> DBInstance:
        return databases.reboot(backend, identifier)

    def create_db_instance_read_replica(backend: RDSBackend, parameters: Any) -> DBInstance:
        return databases.create_replica(backend, parameters, create_replica)

    def settled_backend(response: RDSResponse) -> RDSBackend:
        databases.settle()
        return rds_backends[response.current_account][response.region]

    def modify_db_instance(backend: RDSBackend, identifier: str, parameters: Any) -> DBInstance:
        groups = parameters.get("vpc_security_group_ids")
        if groups:
            databases.regroup(backend, identifier, list(groups))
        return modify(backend, identifier, parameters)

    RDSResponse.backend = property(settled_backend)
    RDSBackend.promote_read_replica = promote_read_replica
    RDSBackend.reboot_db_instance = reboot_db_instance
    RDSBackend.modify_db_instance = modify_db_instance
    RDSBackend.create_db_instance_read_replica = create_db_instance_read_replica
    DBInstance.remove_replica = remove_replica
    DBInstance.status_infos = property(status_infos)
    DBInstance.vpc_security_group_membership_list = property(databases.memberships)
