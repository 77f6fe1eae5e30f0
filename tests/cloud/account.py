"""What an account has without asking for it: quotas and default option groups of RDS, and SNS's count of who listens.

moto knows neither, and counts no subscription.
"""

from moto.core.responses import ActionResult
from moto.rds.exceptions import OptionGroupNotFoundFaultError
from moto.rds.models import OptionGroup, RDSBackend
from moto.rds.responses import RDSResponse
from moto.sns.models import Topic

QUOTAS = {"DBInstances": 40, "AllocatedStorage": 100_000}

# Whoever is written to has to say that they want it; queues and functions of the account have nothing to confirm.
CONFIRMED_BY_A_PERSON = ("email", "email-json", "http", "https")

describe_option_groups = RDSBackend.describe_option_groups


def install() -> None:
    RDSResponse.describe_account_attributes = describe_account_attributes
    RDSBackend.describe_option_groups = with_default_groups
    Topic.subscriptions_confimed = property(lambda topic: count(topic, pending=False), ignore)
    Topic.subscriptions_pending = property(lambda topic: count(topic, pending=True), ignore)


def describe_account_attributes(response: RDSResponse) -> ActionResult:
    used = usage(response.backend)
    return ActionResult(
        {
            "AccountQuotas": [
                {"AccountQuotaName": name, "Used": used[name], "Max": most} for name, most in QUOTAS.items()
            ]
        }
    )


def usage(backend: RDSBackend) -> dict[str, int]:
    databases = list(backend.databases.values())
    return {
        "DBInstances": len(databases),
        "AllocatedStorage": sum(int(database.allocated_storage or 0) for database in databases),
    }


def with_default_groups(backend: RDSBackend, wanted: dict[str, str | None]) -> list[OptionGroup]:
    try:
        return describe_option_groups(backend, wanted)
    except OptionGroupNotFoundFaultError:
        name = wanted["option_group_name"] or ""
        engine, _, version = name.removeprefix("default:").partition("-")
        if not name.startswith("default:") or not version:
            raise
        return [OptionGroup(backend, name, engine, version.replace("-", "."), "Default option group")]


def count(topic: Topic, pending: bool) -> int:
    of_topic = [one for one in topic.sns_backend.subscriptions.values() if one.topic is topic]
    waiting = [one for one in of_topic if one.protocol in CONFIRMED_BY_A_PERSON and not one.confirmed]
    return len(waiting) if pending else len(of_topic) - len(waiting)


def ignore(topic: Topic, _: int) -> None:
    """moto sets its own count to zero when it makes a topic."""
