"""Whoever owns the application: a folder of their own, Terraform, the AWS CLI and Understudy's command line."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from cloud.cloud import Cloud

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra"))

from check import HOW_TO_GET, SHARED, SKIPS_NOTHING, configuration  # noqa: E402

BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
__all__ = ["HOW_TO_GET", "ROOT", "SKIPS_NOTHING", "Owner"]

FUNCTIONS = ("intake", "conductor", "notify", "gate", "runbook", "readiness")


class Owner:
    """A folder with a copy of nothing: the modules are called where they are."""

    def __init__(self, folder: Path, cloud: Cloud) -> None:
        self.file = folder / "orders.toml"
        self._packages = folder
        self._cloud = cloud
        self._environment = configuration(os.environ, ROOT / "target/infra", [Path(one) for one in SHARED]) | {
            "TF_DATA_DIR": str(ROOT / "target/infra/ground"),
        }
        self._state = folder / "terraform.tfstate"
        self.runbook = ""
        self.transcript: list[str] = []

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

    def aws(self, region: str, *arguments: str) -> None:
        command = [Path(sys.executable).parent / "aws", "--region", region, "--endpoint-url", self._cloud.endpoint]
        environment = os.environ | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        subprocess.run([*command, *arguments], check=True, env=environment, capture_output=True)

    def aws_shell(self, command: str) -> None:
        """A command of the AWS CLI as an output of Terraform prints it."""
        environment = os.environ | {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": self._cloud.endpoint,
        }
        found = command.replace("aws ", f"{Path(sys.executable).parent}/aws ", 1)
        subprocess.run(["bash", "-c", found], check=True, env=environment, capture_output=True)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self._cloud.endpoint,
            "AWS_ACCESS_KEY_ID": "ann",
            "AWS_SECRET_ACCESS_KEY": "test",
            "UNDERSTUDY_APPLICATION": "orders",
            "UNDERSTUDY_RUNBOOK_URL": self.runbook,
        }
        return subprocess.run(
            [BINARIES / "understudy", *arguments], check=False, env=environment, capture_output=True, text=True
        )

    def understudy(self, *arguments: str) -> tuple[int, str]:
        ran = self._run(*arguments)
        return ran.returncode, ran.stdout + ran.stderr

    def asks(self, *arguments: str) -> dict[str, Any]:
        """For programs: what is meant for people goes elsewhere."""
        ran = self._run(*arguments, "--output", "json")
        assert ran.stdout, ran.stderr
        return json.loads(ran.stdout)

    def types(self, *arguments: str) -> tuple[int, str]:
        """The same, kept with its answer for whoever wants to read the story."""
        code, told = self.understudy(*arguments)
        words = " ".join(arguments).replace(str(self.file.parent) + "/", "")
        self.transcript.append(f"$ understudy {words}\n{told.replace(str(self.file.parent) + '/', '')}[exit {code}]\n")
        return code, told

    def status(self) -> dict[str, Any]:
        return self.asks("status")["status"]
