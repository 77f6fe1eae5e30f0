import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

from .scene import BOOTSTRAP, eventually

PRIMARY_ALARM = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:orders-primary-health"
POLICY = {
    "application": "orders",
    "regions": {"primary": "us-east-1", "standby": "us-west-2", "witness": "us-east-2"},
    "database": {
        "writer": "arn:aws:rds:us-east-1:123456789012:db:orders",
        "replica": "arn:aws:rds:us-west-2:123456789012:db:orders-replica",
    },
    "voters": [
        {"name": "primary-health", "source": {"alarm": PRIMARY_ALARM}},
        {"name": "heartbeat", "source": {"heartbeat": {}}},
    ],
    "notification": {"topic": "arn:aws:sns:us-west-2:123456789012:orders-failover"},
}


class Program(unittest.TestCase):
    def setUp(self):
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        record = {"pk": {"S": "app#orders"}, "sk": {"S": "record"}, "policy": {"S": json.dumps(POLICY)}}
        self.application = self.directory / "items.json"
        self.application.write_text(json.dumps({"items": [record]}))

    def deployables(self):
        for name in ("intake", "conductor", "notify", "gate"):
            binary = self.directory / name
            source = "def handle(event, context):\n    print('pid', os.getpid(), flush=True)\nserve(handle)\n"
            binary.write_text(f"#!{sys.executable} -S\n{BOOTSTRAP}\n{source}")
            binary.chmod(0o755)
        return ["--functions", str(self.directory), "--tick-seconds", "0.2"]

    @contextlib.contextmanager
    def program(self, *arguments):
        command = [sys.executable, "-m", "cloud", "--application", str(self.application), *arguments]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, env=environment, text=True, **pipes) as process:
            try:
                yield process, json.loads(process.stdout.readline())["endpoint"]
            finally:
                process.kill()

    def function_pid(self, endpoint):
        with urllib.request.urlopen(f"{endpoint}/_cloud/logs?function=conductor") as response:
            lines = json.load(response)["lines"]
        return lines and int(lines[0].removeprefix("pid "))

    def check_end(self, end, *arguments):
        with self.program(*self.deployables(), *arguments) as (process, endpoint):
            pid = eventually(lambda: self.function_pid(endpoint))
            end(process)
            self.assertEqual(process.wait(timeout=60), 0)
            self.assertEqual(process.stdout.read(), "")
            self.assertRaises(ProcessLookupError, os.kill, pid, 0)

    def test_the_end_of_stdin_ends_it_and_its_functions(self):
        self.check_end(lambda process: process.stdin.close(), "--until-stdin-closes")

    def test_signals_end_it_and_its_functions(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                self.check_end(lambda process, number=number: process.send_signal(number))

    def test_the_guide_names_the_endpoint_in_each_command(self):
        with self.program("--until-stdin-closes", "--guide") as (process, endpoint):
            process.stdin.close()
            guide = process.stderr.read()
        commands = [line for line in guide.splitlines() if "aws " in line]
        self.assertEqual(len(commands), 4, guide)
        for command in commands:
            self.assertIn(f"aws --endpoint-url {endpoint} ", command)

    def test_an_application_that_cannot_be_read_is_an_error_not_a_traceback(self):
        self.application.write_text('{"items": []}')
        command = [sys.executable, "-m", "cloud", "--application", str(self.application)]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((ended.returncode, ended.stdout), (2, ""))
        self.assertIn("no item has a pk that starts with app#", ended.stderr)
        self.assertNotIn("Traceback", ended.stderr)
