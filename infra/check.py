"""Checks each Terraform module and example: README, format, types, tests with mocked providers, and what checkov knows.

    make infra      # all of it; where Terraform is missing it says so and how to get it

Nothing is created anywhere, and no account is asked. A provider that is installed on the machine is used before the
registry's.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import readme

ROOT = Path(__file__).resolve().parents[1]
INFRA = ROOT / "infra"
OUT = ROOT / "target/infra"

# Where packages and administrators put providers, beside those places that Terraform itself looks into.
SHARED = ("/opt", "/srv", "/usr/local/share", "/usr/share")
REGISTRY = "registry.terraform.io"

# What is skipped elsewhere for want of a tool is a failure where this is set.
SKIPS_NOTHING = "UNDERSTUDY_SKIPS_NOTHING"

HOW_TO_GET = "install Terraform 1.11 or later (https://developer.hashicorp.com/terraform/install), and put it on PATH"


@dataclass(frozen=True)
class Ran:
    code: int
    said: str


def modules(root: Path = INFRA) -> list[Path]:
    """Modules, then examples. What is inside of an example is checked with it: it is no use by itself."""
    return [file.parent for kind in ("modules", "examples") for file in sorted(root.glob(f"{kind}/*/versions.tf"))]


def untested(module: Path) -> list[str]:
    """Modules inside of an example that none of its tests is about."""
    said = "".join(test.read_text() for test in sorted((module / "tests").glob("*.tftest.hcl")))
    inner = sorted({file.parent.name for file in module.glob("modules/*/*.tf")})
    return [name for name in inner if f'"./modules/{name}"' not in said]


def steps(module: Path) -> dict[str, list[str]]:
    every = {
        "format": ["fmt", "-check", "-diff", "-recursive"],
        "init": ["init", "-backend=false", "-input=false", "-no-color"],
        # Tests are validated where they run: here a module inside of an example would be taken for a root.
        "validate": ["validate", "-no-tests", "-no-color"],
        "test": ["test", "-no-color"],
    }
    if handed_over(module):
        del every["validate"]
    return every


def mirrors(folders: Iterable[Path]) -> list[Path]:
    """Folders that are laid out as a filesystem mirror: <host>/<namespace>/<provider>."""
    found = [one for folder in folders for one in (folder, *(folder.iterdir() if folder.is_dir() else ()))]
    return [one for one in found if (one / REGISTRY / "hashicorp/aws").is_dir()]


def configuration(given: Mapping[str, str], out: Path, folders: Iterable[Path]) -> dict[str, str]:
    """The environment of Terraform. A configuration of the user's own is left alone; one that is not there is none."""
    named = given.get("TF_CLI_CONFIG_FILE")
    own = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "AWS_EC2_METADATA_DISABLED": "true"}
    found = [] if named and Path(named).is_file() else mirrors(folders)
    if found:
        out.mkdir(parents=True, exist_ok=True)
        config = out / "terraform.rc"
        config.write_text(installation(found))
        own["TF_CLI_CONFIG_FILE"] = str(config)
    kept = {name: value for name, value in given.items() if name != "TF_CLI_CONFIG_FILE" or not found}
    if not found and named and not Path(named).is_file():
        kept.pop("TF_CLI_CONFIG_FILE", None)
    return {**kept, **own}


def installation(found: list[Path]) -> str:
    """What is in a mirror is not asked for anywhere else: Terraform would ask, and fail where nobody answers."""
    blocks, held = [], set()
    for mirror in found:
        own = {f"{REGISTRY}/{one.parent.name}/{one.name}" for one in (mirror / REGISTRY).glob("*/*")} - held
        held |= own
        blocks.append(f"  filesystem_mirror {{\n    path    = {quoted(mirror)}\n    include = {listed(own)}\n  }}\n")
    blocks.append(f"  direct {{\n    exclude = {listed(held)}\n  }}\n")
    return f"provider_installation {{\n{''.join(blocks)}}}\n"


def quoted(text: object) -> str:
    return f'"{text}"'


def listed(names: Iterable[str]) -> str:
    return f"[{', '.join(quoted(name) for name in sorted(names))}]"


def run(command: list[str], folder: Path, environment: Mapping[str, str]) -> Ran:
    ran = subprocess.run(command, check=False, cwd=folder, env=environment, capture_output=True, text=True)
    return Ran(ran.returncode, ran.stdout + ran.stderr)


def counted(said: str) -> int | None:
    """How many tests passed, as Terraform says. None where it says nothing of the kind."""
    found = re.search(r"Success! (\d+) passed, 0 failed", said)
    return int(found[1]) if found else None


def handed_over(module: Path) -> bool:
    """Whether callers hand it providers. `validate` refuses such a module alone, and its tests validate it."""
    return "configuration_aliases" in (module / "versions.tf").read_text()


def check(module: Path, environment: Mapping[str, str]) -> str | None:
    """What is wrong with a module. None where nothing is."""
    own = {**environment, "TF_DATA_DIR": str(OUT / module.name)}
    passed: int | None = None
    for name, arguments in steps(module).items():
        ran = run(["terraform", *arguments], module, own)
        if ran.code:
            return f"{name}: {ran.said.strip()}"
        passed = counted(ran.said) if name == "test" else passed
    if not passed:
        return "test: nothing was tested"
    if missing := untested(module):
        return f"test: no test is about its own {', '.join(missing)}"
    print(f"{module.name:<20} valid, {passed} tests passed", flush=True)
    return None


def main() -> int:
    strict = bool(os.environ.get(SKIPS_NOTHING))
    if code := readme.main(["--check"]):
        return code
    if shutil.which("terraform") is None:
        print(f"SKIPPED: Terraform is not on the PATH: {HOW_TO_GET}", file=sys.stderr)
        return 1 if strict else 0
    environment = configuration(os.environ, OUT, [Path(folder) for folder in SHARED])
    problems = {module.name: check(module, environment) for module in modules()}
    wrong = {name: problem for name, problem in problems.items() if problem}
    for name, problem in wrong.items():
        print(f"{name}: {problem}", file=sys.stderr)
    checkov = ["checkov", "--directory", "infra", "--framework", "terraform", "--quiet", "--compact", "--skip-download"]
    ran = run(checkov, ROOT, os.environ)
    print(ran.said.strip())
    return 1 if wrong or ran.code or not problems else 0


if __name__ == "__main__":
    sys.exit(main())
