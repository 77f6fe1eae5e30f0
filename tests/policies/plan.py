"""The policy documents of a deployment, as Terraform plans them."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from check import SHARED, configuration

HERE = Path(__file__).resolve().parent


def planned(endpoint: str, document: Path, replica: str, keep: Path) -> dict[str, list[dict[str, Any]]]:
    """By caller: its documents. Of the cloud only STS is asked, for the account."""
    plan = keep.resolve() / "plan"
    variables = {
        "endpoint": endpoint,
        "file": str(HERE / "application.toml"),
        "document": str(document.resolve()),
        "replica": replica,
    }
    given = [f"-var={name}={value}" for name, value in variables.items()]
    environment = {**surroundings(keep), "TF_DATA_DIR": str(keep.resolve() / "terraform")}
    terraform(environment, "init", "-backend=false", "-input=false", "-no-color")
    terraform(environment, "plan", "-input=false", "-no-color", "-lock=false", f"-out={plan}", *given)
    shown = json.loads(terraform(environment, "show", "-json", str(plan)))
    policies = shown["planned_values"]["outputs"]["policies"]["value"]
    return {caller: [json.loads(text) for text in texts] for caller, texts in policies.items()}


def terraform(environment: Mapping[str, str], *arguments: str) -> str:
    command = ["terraform", *arguments]
    return subprocess.run(command, check=True, cwd=HERE, env=environment, capture_output=True, text=True).stdout


def surroundings(keep: Path) -> dict[str, str]:
    """Terraform's, with a provider of the machine where there is one, and with nothing that leads to an account."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return configuration(given, keep.resolve(), [Path(folder) for folder in SHARED])
