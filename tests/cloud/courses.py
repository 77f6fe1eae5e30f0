"""What changes by itself once RDS has accepted a call.

Where a change stands depends only on the time since then: there is no thread, each RDS call first brings moto's fields
up to date.
"""

from collections.abc import Callable
from dataclasses import dataclass

from moto.rds.models import DBInstance

# Up to which share of the whole time each status is shown. A call returns before the first change shows.
Stations = list[tuple[float, str]]

PROMOTION: Stations = [(0.15, "available"), (0.40, "modifying"), (0.60, "rebooting"), (1.0, "backing-up")]
REBOOT: Stations = [(0.15, "available"), (1.0, "rebooting")]
CREATION: Stations = [(1.0, "creating")]

# New security groups are "asynchronously applied as soon as possible": for a while nothing shows at all.
REGROUPING_SHOWS = 0.2


@dataclass(frozen=True)
class Paces:
    """How long each change takes, in seconds."""

    promote: float = 6.0
    regroup: float = 1.0
    reboot: float = 3.0
    create: float = 3.0


@dataclass
class Course:
    database: DBInstance
    stations: Stations
    begun_at: float
    total_seconds: float
    finish: Callable[[DBInstance], None]

    def status(self, now: float) -> str | None:
        return status_after(now - self.begun_at, self.total_seconds, self.stations)


def status_after(elapsed_seconds: float, total_seconds: float, stations: Stations) -> str | None:
    """The status of a change under way; None once it is over."""
    for share, status in stations:
        if elapsed_seconds < share * total_seconds:
            return status
    return None


@dataclass(frozen=True)
class Regrouping:
    """Security groups being replaced. The status of the database stays as it is meanwhile."""

    before: list[str]
    after: list[str]
    begun_at: float
    total_seconds: float

    def memberships(self, now: float) -> dict[str, str]:
        """The status of each group that is shown."""
        elapsed = now - self.begun_at
        if elapsed >= self.total_seconds:
            return dict.fromkeys(self.after, "active")
        if elapsed < REGROUPING_SHOWS * self.total_seconds:
            return dict.fromkeys(self.before, "active")
        leaving = {group: "active" if group in self.after else "removing" for group in self.before}
        return leaving | {group: "adding" for group in self.after if group not in self.before}
