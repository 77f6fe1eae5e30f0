"""What an owner's Terraform makes is all there is: three alarms, raised by the AWS CLI, fail the application over by
nothing but what was applied, and `destroy` leaves nothing behind.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cloud.cloud import Cloud, Settings
from cloud.courses import Paces
from cloud.stage import Stage, read_policy

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra"))

from check import HOW_TO_GET, SHARED, SKIPS_NOTHING, configuration  # noqa: E402

BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
FUNCTIONS = ("intake", "conductor", "notify", "gate", "runbook")
ALARMS = {"us-east-1": "orders-health", "us-west-2": "orders-heartbeat", "us-east-2": "orders-outside"}
STANDBY = "us-west-2"
PATIENCE_SECONDS = 180


def await_until(what: str, condition: Callable[[], Any]) -> Any:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {PATIENCE_SECONDS} s")


class Owner:
    """A folder of an owner's own, with a copy of nothing: the modules are called where they are."""

    def __init__(self, folder: Path, cloud: Cloud) -> None:
        self.file = folder / "orders.toml"
        self._packages = folder
        self._cloud = cloud
        self._environment = configuration(os.environ, ROOT / "target/infra", [Path(one) for one in SHARED]) | {
            "TF_DATA_DIR": str(ROOT / "target/infra/ground"),
        }
        self._state = folder / "terraform.tfstate"

    def package(self) -> None:
        for name in FUNCTIONS:
            with zipfile.ZipFile(self._packages / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
                package.write(BINARIES / name, "bootstrap")

    def write(self, *replaced: tuple[str, str]) -> dict[str, Any]:
        """Writes the file, has it validated, and keeps what was printed of it beside it."""
        text = (Path(__file__).parent / "orders.toml").read_text()
        for old, new in replaced:
            assert text.count(old) == 1, f"{old} stands in the file {text.count(old)} times"
            text = text.replace(old, new)
        self.file.write_text(text)
        command = [BINARIES / "understudy", "app", "show", self.file, "--format", "terraform"]
        shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        self.file.with_suffix(".json").write_text(shown)
        return json.loads(shown)

    def terraform(self, verb: str, *arguments: str) -> str:
        given = {"endpoint": self._cloud.endpoint, "packages": self._packages, "file": self.file}
        variables = [part for name, value in given.items() for part in ("-var", f"{name}={value}")]
        takes = ["-no-color", *variables] if verb in ("apply", "destroy") else []
        state = [] if verb == "init" else [f"-state={self._state}"]
        command = ["terraform", *verb.split(), *state, *takes, *arguments]
        ran = subprocess.run(
            command, check=False, cwd=Path(__file__).parent, env=self._environment, capture_output=True, text=True
        )
        if ran.returncode:
            raise AssertionError(f"{' '.join(command)}:\n{ran.stdout[-3000:]}\n{ran.stderr[-6000:]}")
        return ran.stdout

    def apply(self, *arguments: str) -> str:
        return self.terraform("apply", "-auto-approve", "-input=false", *arguments)

    def output(self, name: str) -> Any:
        return json.loads(self.terraform("output", "-json"))[name]["value"]


@unittest.skipUnless(
    shutil.which("terraform") or os.environ.get(SKIPS_NOTHING), f"Terraform is not on the PATH: {HOW_TO_GET}"
)
class Ground(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="ground-")
        self.addCleanup(folder.cleanup)
        self.cloud = Cloud(Settings(paces=Paces(promote=3.0)))
        self.addCleanup(self.cloud.close)
        self.owner = Owner(Path(folder.name), self.cloud)
        self.stage = Stage(self.cloud)
        self.dynamodb = self.stage.client("dynamodb", STANDBY)

    def record(self) -> dict[str, Any]:
        key = {"pk": {"S": "app#orders"}, "sk": {"S": "record"}}
        return self.dynamodb.get_item(TableName="understudy", Key=key, ConsistentRead=True)["Item"]

    def phase(self) -> str:
        phase = self.record().get("state", {}).get("M", {}).get("phase", {})
        return phase.get("S") or next(iter(phase.get("M", {"nothing": None})))

    def verdicts(self) -> set[str]:
        return {vote["M"]["verdict"]["S"] for name, vote in self.record().items() if name.startswith("vote#")}

    def control(self, verb: str) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.cloud.endpoint}/_cloud/{verb}", b"{}", method="POST")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def aws(self, region: str, *arguments: str) -> None:
        environment = os.environ | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        command = [Path(sys.executable).parent / "aws", "--region", region, "--endpoint-url", self.cloud.endpoint]
        subprocess.run([*command, *arguments], check=True, env=environment, capture_output=True)

    def set_alarms(self, value: str) -> None:
        for region, name in ALARMS.items():
            reason = ("--state-reason", "by hand")
            self.aws(region, "cloudwatch", "set-alarm-state", "--alarm-name", name, "--state-value", value, *reason)

    def latches(self, gate: str, status: int) -> bool:
        try:
            return urllib.request.urlopen(f"{gate}/latch/orders/us-east-1").status == status
        except urllib.error.HTTPError as refused:
            return refused.code == status

    def raise_the_ground(self) -> None:
        zone = self.stage.client("route53", STANDBY).create_hosted_zone(Name="example.com", CallerReference="1")
        self.zone = zone["HostedZone"]["Id"].removeprefix("/hostedzone/")
        self.owner.package()
        shown = self.owner.write(("ZONE", self.zone))
        policy = json.loads(next(item for item in shown["items"] if item["sk"]["S"] == "record")["policy"]["S"])
        self.stage.create_databases(read_policy(policy))
        self.owner.terraform("init", "-input=false")
        self.owner.apply("-target=module.primary", "-target=module.standby", "-target=module.witness")
        gates = self.owner.output("gates")
        self.known = [("ZONE", self.zone), *((f"https://{region}.example.com", url) for region, url in gates.items())]
        self.owner.write(*self.known)
        # A minute would lie between the two in an account: nothing checks anything here.
        self.owner.apply("-var", "records=false")
        self.owner.apply()

    def test_what_is_applied_fails_over_by_real_alarms_and_is_destroyed(self) -> None:
        self.raise_the_ground()
        adopted = self.control("adopt")
        self.assertEqual((len(adopted["functions"]), adopted["streams"], adopted["schedules"]), (7, 2, 2))
        gates = {arn.split(":")[3]: url for arn, url in adopted["urls"].items() if arn.endswith("-gate")}
        self.runbook = next(url for arn, url in adopted["urls"].items() if arn.endswith("-runbook"))

        self.set_alarms("OK")
        await_until("three Regions say Up", lambda: self.verdicts() == {"up"} and len(self.votes()) == 3)
        self.assertTrue(self.latches(gates["us-east-2"], 404))

        self.set_alarms("ALARM")
        await_until("it is failed over", lambda: self.phase() == "failed_over")
        self.assertEqual(len(self.cloud.log.select("rds", "PromoteReadReplica", None)), 1)
        rds = self.stage.client("rds", STANDBY)
        replica = rds.describe_db_instances(DBInstanceIdentifier="orders-replica")["DBInstances"][0]
        self.assertNotIn("ReadReplicaSourceDBInstanceIdentifier", replica)
        for region in ("us-east-2", "us-west-2"):
            await_until(f"{region} says latched", partial(self.latches, gates[region], 200))
        await_until("people are told", lambda: self.cloud.log.select("sns", "Publish", STANDBY))

        self.ask_the_runbook()
        self.change_the_policy()
        self.raze_the_ground()

    def understudy(self, *arguments: str, user: str | None = "ann") -> tuple[int, str]:
        environment = os.environ | {
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "UNDERSTUDY_APPLICATION": "orders",
            "UNDERSTUDY_RUNBOOK_URL": self.runbook,
        }
        if user:
            environment |= {"AWS_ACCESS_KEY_ID": user, "AWS_SECRET_ACCESS_KEY": "test"}
        ran = subprocess.run(
            [BINARIES / "understudy", *arguments], check=False, env=environment, capture_output=True, text=True
        )
        return ran.returncode, ran.stdout + ran.stderr

    def ask_the_runbook(self) -> None:
        """By the URL as it was applied: whoever signs is in the timeline, and nobody else is let in."""
        self.assertEqual(urllib.error.HTTPError, type(self.unsigned()))
        code, told = self.understudy("incident", "show")
        self.assertEqual(code, 0, told)
        self.assertIn("chain verifies", told)
        incident = next(iter(self.record()["state"]["M"]["phase"]["M"].values()))["M"]["decision"]["M"]["incident"]["S"]
        code, told = self.understudy("incident", "acknowledge", "--incident", incident, "--yes")
        self.assertEqual(code, 0, told)
        await_until("who said so is on record", lambda: "user/ann" in self.understudy("incident", "show")[1])

    def unsigned(self) -> Exception | None:
        try:
            urllib.request.urlopen(urllib.request.Request(self.runbook, b"{}", method="POST"))
        except urllib.error.HTTPError as refused:
            return refused if refused.code == 403 else None
        return None

    def votes(self) -> list[str]:
        return [name for name in self.record() if name.startswith("vote#")]

    def change_the_policy(self) -> None:
        """An apply leaves the record alone and says so; the command that it names changes the policy alone."""
        before = self.record()
        self.owner.write(*self.known, ("lag_max_seconds = 60", "lag_max_seconds = 61"))
        self.assertIn("decides by another policy", self.owner.apply())
        self.assertEqual(self.record()["policy_hash"], before["policy_hash"])
        command = self.owner.output("policy_command").replace("aws ", f"{Path(sys.executable).parent}/aws ", 1)
        environment = os.environ | {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": self.cloud.endpoint,
        }
        subprocess.run(["bash", "-c", command], check=True, env=environment, capture_output=True)
        after = self.record()
        self.assertIn('"lag_max_seconds":61', after["policy"]["S"])
        self.assertEqual(after["state"]["M"]["epoch"], before["state"]["M"]["epoch"])
        self.assertNotIn("decides by another policy", self.owner.apply())

    def raze_the_ground(self) -> None:
        """The record is never destroyed by accident: whoever means it forgets it first, and unprotects the table."""
        self.cloud.remove_wires(None, None)
        with self.assertRaisesRegex(AssertionError, "prevent_destroy"):
            self.owner.terraform("destroy", "-auto-approve", "-input=false")
        self.owner.terraform("state rm", "module.application.aws_dynamodb_table_item.record")
        self.owner.apply("-var", "protected=false", "-target=module.state")
        self.owner.terraform("destroy", "-auto-approve", "-input=false", "-var", "protected=false")
        self.assertEqual(self.owner.terraform("state list").strip(), "")
        for region in ALARMS:
            self.assertEqual(self.stage.client("lambda", region).list_functions()["Functions"], [])
            self.assertEqual(self.stage.client("events", region).list_rules()["Rules"], [])
            self.assertEqual(self.stage.client("cloudwatch", region).describe_alarms()["MetricAlarms"], [])
        self.assertEqual(self.dynamodb.list_tables()["TableNames"], [])
        self.assertEqual(self.stage.client("route53", STANDBY).list_health_checks()["HealthChecks"], [])
        self.assertEqual(self.stage.client("iam", STANDBY).list_roles()["Roles"], [])


if __name__ == "__main__":
    unittest.main()
