"""What an owner's Terraform makes is all there is. Whatever may be wrong with it, `readiness check` says so; three
alarms, raised by the AWS CLI, fail the application over by nothing but what was applied; by the command line alone it
goes home again; and `destroy` leaves nothing behind.
"""

import json
import os
import re
import shutil
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cloud import ACCOUNT
from cloud.cloud import Cloud, Settings
from cloud.courses import Paces
from cloud.stage import Stage, read_policy
from moto.rds.models import rds_backends
from policies.questions import named

from .automation import Failed, Refused, run_document, run_step
from .breakages import Gate, breakages, serving
from .dependencies import Dependencies
from .owner import HOW_TO_GET, ROOT, SKIPS_NOTHING, Owner

ALARMS = {"us-east-1": "orders-health", "us-west-2": "orders-heartbeat", "us-east-2": "orders-outside"}
STANDBY = "us-west-2"
HOME = "arn:aws:rds:us-east-1:123456789012:db:orders-home"
AWAY = "arn:aws:rds:us-west-2:123456789012:db:orders-replica-2"
PATIENCE_SECONDS = 180


def await_until(what: str, condition: Callable[[], Any]) -> Any:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {PATIENCE_SECONDS} s")


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
        self.gates: dict[str, str] = {}

    def test_what_is_applied_is_ready_fails_over_goes_home_and_is_destroyed(self) -> None:
        self.raise_the_ground()
        self.break_everything_once()
        self.get_ready()
        self.look_by_schedule()
        self.automate()
        self.fail_over()
        self.go_home()
        (ROOT / "target/story.txt").write_text("\n".join(self.owner.transcript))
        self.raze_the_ground()

    def raise_the_ground(self) -> None:
        zone = self.stage.client("route53", STANDBY).create_hosted_zone(Name="example.com", CallerReference="1")
        self.zone = zone["HostedZone"]["Id"].removeprefix("/hostedzone/")
        self.owner.package()
        needs = Dependencies(self.stage)
        made = [("ZONE", self.zone), *needs.create()]
        shown = self.owner.write(*made)
        policy = json.loads(next(item for item in shown["items"] if item["sk"]["S"] == "record")["policy"]["S"])
        self.stage.create_databases(read_policy(policy))
        self.age_the_databases()
        needs.attach()
        self.owner.terraform("init", "-input=false")
        self.owner.apply("-target=module.primary", "-target=module.standby", "-target=module.witness")
        gates = self.owner.output("gates")
        self.known = [*made, *((f"https://{region}.example.com", url) for region, url in gates.items())]
        self.owner.write(*self.known)
        # A minute would lie between the two in an account: nothing checks anything here.
        self.owner.apply("-var", "records=false")
        self.owner.apply()

    def age_the_databases(self) -> None:
        """As they are after a day: protected, backed up at different hours, and measured each hour."""
        for region, name, window in (
            ("us-east-1", "orders", "03:00-03:30"),
            (STANDBY, "orders-replica", "09:00-09:30"),
        ):
            database = rds_backends[ACCOUNT][region].databases[name]
            database.deletion_protection, database.preferred_backup_window = True, window
        rds_backends[ACCOUNT][STANDBY].create_auto_snapshot("orders-replica", "rds:orders-replica-of-last-night")
        dimension = [{"Name": "DBInstanceIdentifier", "Value": "orders-replica"}]
        hours = [
            {"MetricName": "ReplicaLag", "Dimensions": dimension, "Timestamp": time.time() - 3600 * hour, "Value": 1}
            for hour in range(1, 24)
        ]
        self.stage.client("cloudwatch", STANDBY).put_metric_data(Namespace="AWS/RDS", MetricData=hours)

    def findings(self) -> dict[str, str]:
        """What the check finds that is not ok, and can be told."""
        found = {one["name"]: one["verdict"] for one in self.owner.asks(*self.readiness())["findings"]}
        return {name: verdict for name, verdict in found.items() if verdict not in ("ok", "cannot_tell")}

    def untold(self) -> set[str]:
        findings = self.owner.asks(*self.readiness())["findings"]
        return {one["name"] for one in findings if one["verdict"] == "cannot_tell"}

    def readiness(self) -> list[str]:
        gates = [part for region, url in self.gates.items() for part in ("--gate", f"{region}={url}")]
        return ["readiness", "check", str(self.owner.file), *gates]

    def break_everything_once(self) -> None:
        """Each is wrong in one way, and the one check says so: before anything runs that would act on it."""
        with serving(Gate) as url:
            self.gates = dict.fromkeys(ALARMS, url)
            self.subscribe()
            whole = self.findings()
            self.assertEqual(whole, {"voters-heard": "warns", "quorum-without-primary": "blocks"})
            unseen, ways = self.untold(), 0
            for check, verdict, broken in breakages(self.zone, self.gates):
                with self.subTest(check), broken():
                    found = self.findings()
                    wrong = {name: found[name] for name in found if found[name] != whole.get(name)}
                    self.assertEqual(wrong, {check: verdict})
                ways += 1
            self.cloud.log.clear()
            self.assertEqual(self.findings(), whole)
            self.assertEqual(self.untold(), unseen)
            self.assertIn(f"wrong in {ways} ways", (ROOT / "docs/reference/readiness.md").read_text())
            self.assertEqual(self.asked_for(), self.granted())

    def asked_for(self, caller: str = "") -> set[str]:
        """What the check, or whoever is named, has asked AWS, in the words of IAM."""
        entries = [one for one in self.cloud.log.select(None, None, None) if one["caller"].startswith(caller)]
        return {f"{one['service']}:{named(one['service'], one['action'], one['parameters'])[0]}" for one in entries}

    def granted(self) -> set[str]:
        """What the page says that it needs."""
        page = (ROOT / "docs/reference/readiness.md").read_text()
        return set(re.findall(r"^\| `([a-z0-9]+:[A-Za-z]+)` \|", page, re.MULTILINE))

    def published(self, caller: str) -> bool:
        return any(entry["caller"].startswith(caller) for entry in self.cloud.log.select("sns", "Publish", STANDBY))

    def subscribe(self) -> None:
        arn = f"arn:aws:sqs:{STANDBY}:{ACCOUNT}:oncall"
        self.stage.client("sqs", STANDBY).create_queue(QueueName="oncall")
        topic = f"arn:aws:sns:{STANDBY}:{ACCOUNT}:orders-failover"
        self.stage.client("sns", STANDBY).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def get_ready(self) -> None:
        code, told = self.owner.types(*self.readiness())
        self.assertEqual(code, 1, told)
        adopted = self.control("adopt")
        self.assertEqual((len(adopted["functions"]), adopted["streams"], adopted["schedules"]), (8, 2, 3))
        self.gates = {arn.split(":")[3]: url for arn, url in adopted["urls"].items() if arn.endswith("-gate")}
        self.owner.runbook = next(url for arn, url in adopted["urls"].items() if arn.endswith("-runbook"))
        self.set_alarms("OK")
        await_until("three Regions say Up", lambda: self.verdicts() == {"up"} and len(self.votes()) == 3)
        self.assertTrue(self.latches("us-east-2", 404))
        code, told = self.owner.types(*self.readiness())
        self.assertEqual(code, 0, told)
        self.owner.types("pause", "--yes")
        self.assertEqual(self.findings(), {"unpaused": "blocks"})
        self.owner.types("unpause", "--yes")
        self.set_alarms("INSUFFICIENT_DATA", "us-east-2")
        await_until("a voter abstains", lambda: "abstain" in self.verdicts())
        self.assertEqual(self.findings(), {"voters-up": "warns", "quorum-without-primary": "blocks"})
        self.set_alarms("OK")
        await_until("three Regions say Up", lambda: self.verdicts() == {"up"})

    def look_by_schedule(self) -> None:
        """Woken by its schedule while nobody had voted, and once more now. The file's gates are nowhere from here."""
        key = {"pk": {"S": "readiness#orders"}, "sk": {"S": "newest"}}
        look = partial(self.dynamodb.get_item, TableName="understudy", Key=key, ConsistentRead=True)
        first = json.loads(await_until("the first look is kept", lambda: look().get("Item"))["look"]["S"])
        self.assertEqual(first["readiness"]["answer"], "not_ready")
        self.cloud.log.clear()
        name = "understudy-readiness"
        ended = self.invoke(f"arn:aws:lambda:{STANDBY}:{ACCOUNT}:function:{name}", {"application": "orders"})
        self.assertEqual(ended, {"payload": {"answer": "cannot_tell", "told": True}, "error": None})
        self.assertEqual(self.asked_for(name), self.granted() | {"dynamodb:PutItem", "sns:Publish"})
        code, told = self.owner.types("readiness", "last", str(self.owner.file))
        self.assertEqual(code, 2, told)
        found = self.owner.asks("readiness", "last", str(self.owner.file))["findings"]
        wrong = {one["name"]: one["verdict"] for one in found if one["verdict"] != "ok"}
        self.assertEqual(wrong, {"gates-answer": "cannot_tell", "gates-agree": "cannot_tell"})

    def automate(self) -> None:
        """The document as it was applied, run by who is nobody to the runbook."""
        user = f"arn:aws:iam::{ACCOUNT}:user/ann"
        document = self.stage.client("ssm", STANDBY).get_document(Name=self.owner.output("document"))

        def run(**given: str) -> dict[str, Any]:
            return run_document(json.loads(document["Content"]), {"Application": "orders"} | given, user, self.invoke)

        self.assertEqual(run()["status"]["phase"], "Watching")
        self.assertEqual(run(Action="pause")["outcome"], "would")
        self.assertEqual(run(Action="pause", Execute="true")["outcome"], "entered")
        self.assertEqual(self.owner.status()["paused_by"], f"unverified:{user}")
        with self.assertRaisesRegex(Failed, "ordered before"):
            run(Action="pause", Execute="true")
        self.assertEqual(run(Action="unpause", Execute="true")["outcome"], "entered")
        with self.assertRaisesRegex(Failed, "the phase is Watching, and FailedOver is waited for"):
            run(Expect="FailedOver")
        for wrong in ({"Application": "billing"}, {"Code": '0", "execute": "true'}, {"Execute": "yes"}):
            with self.assertRaises(Refused):
                run(**wrong)
        page = (ROOT / "docs/reference/automation.md").read_text()
        [self.step] = json.loads(page.split("```json\n")[1].split("```")[0])

    def invoke(self, arn: str, payload: dict[str, Any]) -> dict[str, Any]:
        *_, region, _, _, name = arn.split(":")
        function = self.cloud.functions.get(f"{name}.{region}")
        ended = function.request(payload)
        return {"payload": ended.response, "error": ended.error}

    def people_say_down(self) -> None:
        """By the step of a Region switch plan: each time one vote more, until it need not wait any longer."""
        for _ in range(2):
            with self.assertRaisesRegex(Failed, "FailedOver is waited for"):
                run_step(self.step, self.invoke)
            self.assertRegex(self.owner.understudy("explain")[1], r"people +operator +primary .* Down")

    def fail_over(self) -> None:
        self.set_alarms("ALARM")
        self.await_phase("AwaitingApproval")
        self.people_say_down()
        self.assertEqual(self.owner.types("explain")[0], 1)
        code, told = self.owner.types("failover", "approve", "--code", self.code())
        self.assertEqual(code, 0, told)
        self.assertEqual(self.promotions(), 0, "a dry run calls nothing")
        await_until(
            "the answer is taken",
            lambda: self.owner.understudy("failover", "approve", "--code", self.code(), "--yes")[0] == 0,
        )
        self.owner.transcript.append("$ understudy failover approve --code … --yes\n[exit 0]\n")
        self.await_phase("FailedOver")
        self.assertEqual(self.promotions(), 1)
        self.assertEqual(run_step(self.step, self.invoke)["outcome"], "entered")
        rds = self.stage.client("rds", STANDBY)
        replica = rds.describe_db_instances(DBInstanceIdentifier="orders-replica")["DBInstances"][0]
        self.assertNotIn("ReadReplicaSourceDBInstanceIdentifier", replica)
        for region in ("us-east-2", STANDBY):
            await_until(f"{region} says latched", partial(self.latches, region, 200))
        await_until("people are told", partial(self.published, "understudy-notify"))
        self.owner.types("status")
        self.assertEqual(self.findings().get("phase-watching"), "blocks")
        self.read_the_incident()

    def read_the_incident(self) -> None:
        self.assertIsInstance(self.unsigned(), urllib.error.HTTPError)
        code, told = self.owner.types("incident", "show")
        self.assertEqual(code, 0, told)
        self.assertIn("chain verifies", told)
        self.assertIn("user/ann", told)
        page = self.owner.file.with_suffix(".html")
        code, told = self.owner.types("incident", "export", "--format", "html", "--out", str(page))
        self.assertEqual(code, 0, told)
        self.assertIn("promote", page.read_text())

    def go_home(self) -> None:
        """The lost Region is back: the old writer is cut off, and a new replica of the new writer is made there."""
        self.set_alarms("OK")
        await_until("split risk is resolved", lambda: not self.owner.status().get("split_risk"))
        incident = self.owner.status()["incident"]
        code, told = self.owner.types("failback", "plan", "--incident", incident, "--replica", HOME)
        self.assertEqual(code, 0, told)
        self.order("failback", "start", "--replica", HOME)
        self.await_phase("Rebuilt")
        self.order("switchover", "start")
        await_until("the writer is at home", lambda: self.owner.status()["writer"] == HOME)
        self.await_phase("FailedOver")
        self.order("failback", "start", "--replica", AWAY)
        self.await_phase("Rebuilt")
        self.change_the_file()
        self.order("incident", "acknowledge")
        self.await_phase("Watching")
        await_until("the cooldown is over", lambda: "cooldown-over" not in self.findings())
        code, told = self.owner.types(*self.readiness())
        self.assertEqual(code, 0, told)
        self.assertEqual(self.promotions(), 2)

    def change_the_file(self) -> None:
        """An apply leaves the record alone and says so; the command that it names changes the policy alone."""
        before = self.record()
        pair = [(':db:orders"', ':db:orders-home"'), (':db:orders-replica"', ':db:orders-replica-2"')]
        self.owner.write(*self.known, *pair)
        self.assertIn("decides by another policy", self.owner.apply())
        self.assertEqual(self.record()["policy_hash"], before["policy_hash"])
        self.owner.aws_shell(self.owner.output("policy_command"))
        after = self.record()
        self.assertIn("orders-home", after["policy"]["S"])
        self.assertEqual(after["state"]["M"]["epoch"], before["state"]["M"]["epoch"])
        self.assertNotIn("decides by another policy", self.owner.apply())

    def order(self, *words: str) -> None:
        """Orders again what the record does not let be done yet."""

        def command() -> list[str]:
            return [*words, "--incident", self.owner.status()["incident"], "--yes"]

        await_until(f"{words} is entered", lambda: self.owner.understudy(*command())[0] == 0)
        self.owner.transcript.append(f"$ understudy {' '.join(words)} --incident … --yes\n[exit 0]\n")

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

    def record(self) -> dict[str, Any]:
        key = {"pk": {"S": "app#orders"}, "sk": {"S": "record"}}
        return self.dynamodb.get_item(TableName="understudy", Key=key, ConsistentRead=True)["Item"]

    def votes(self) -> list[str]:
        return [name for name in self.record() if name.startswith("vote#")]

    def verdicts(self) -> set[str]:
        alarms = [name for name in self.votes() if name != "vote#people"]
        record = self.record()
        return {record[name]["M"]["verdict"]["S"] for name in alarms}

    def await_phase(self, phase: str) -> None:
        await_until(f"status says {phase}", lambda: self.owner.status()["phase"] == phase)

    def code(self) -> str:
        """Of the question that is asked now: one that is asked anew has another."""
        return (self.owner.status().get("question") or {}).get("code", "none")

    def promotions(self) -> int:
        return len(self.cloud.log.select("rds", "PromoteReadReplica", None))

    def set_alarms(self, value: str, *regions: str) -> None:
        for region in regions or ALARMS:
            change = ("--alarm-name", ALARMS[region], "--state-value", value, "--state-reason", "by hand")
            self.owner.aws(region, "cloudwatch", "set-alarm-state", *change)

    def control(self, verb: str) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.cloud.endpoint}/_cloud/{verb}", b"{}", method="POST")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def latches(self, gate: str, status: int) -> bool:
        try:
            return urllib.request.urlopen(f"{self.gates[gate]}/latch/orders/us-east-1").status == status
        except urllib.error.HTTPError as refused:
            return refused.code == status

    def unsigned(self) -> Exception | None:
        try:
            urllib.request.urlopen(urllib.request.Request(self.owner.runbook, b"{}", method="POST"))
        except urllib.error.HTTPError as refused:
            return refused if refused.code == 403 else None
        return None


if __name__ == "__main__":
    unittest.main()
