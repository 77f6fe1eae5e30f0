"""Takes each rule of rules.toml away, one at a time, and sees that the named test fails.

    python3 tests/rules/check.py              # all of them, in a copy of the workspace
    python3 tests/rules/check.py --only 7     # those of one rule
    python3 tests/rules/check.py --write      # writes docs/reference/rules.md, and runs nothing
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULES = Path(__file__).with_name("rules.toml")
PAGE = ROOT / "docs/reference/rules.md"

# What the tests of the engine, the driver and the events need, and no SDK.
MEMBERS = ["shared/engine", "shared/events", "shared/driver", "shared/sim"]

HEAD = """# Each rule and the tests that guard it

A test that cannot fail is a defect. Below, each rule of deciding is taken away in the smallest ways that break it, one
at a time, and the named test fails; others may fail with it. This page is written from
[rules.toml](../../tests/rules/rules.toml), and `python3 tests/rules/check.py` takes them all away, one after the other.
What no rule names is hunted by mutation: see [mutants.md](mutants.md).
"""


@dataclass(frozen=True)
class Test:
    """A test by its name in the table: `module::name`, or `target:module::name`."""

    package: str
    target: str
    path: str

    @classmethod
    def of(cls, file: str, name: str) -> "Test":
        target, path = name.split(":", 1) if re.match(r"^\w+:[^:]", name) else ("it", name)
        return cls(f"understudy-{Path(file).parts[1]}", target, path)

    def command(self) -> tuple[str, ...]:
        target = ["--lib"] if self.target == "lib" else ["--test", self.target]
        return ("test", "--quiet", "--package", self.package, *target)

    def source(self, file: str) -> Path:
        """The file that holds the test."""
        crate = ROOT / Path(*Path(file).parts[:2])
        module = self.path.split("::")[0]
        if self.target == "lib":
            own = crate / "src" / module / "tests.rs"
            return own if own.exists() else crate / "src" / f"{module}.rs"
        named = crate / "tests" / f"{self.target}.rs"
        return named if named.exists() else crate / "tests" / self.target / f"{module}.rs"


@dataclass(frozen=True)
class Removal:
    """One way to take a rule away."""

    rule: int
    without: str
    file: str
    old: str
    new: str
    name: str

    @property
    def test(self) -> Test:
        return Test.of(self.file, self.name)

    def fault(self) -> str | None:
        """Why the removal can not be made, or its test not be run."""
        count = (ROOT / self.file).read_text().count(self.old)
        if count != 1:
            return f"its text stands in {self.file} {count} times"
        source = self.test.source(self.file)
        function = self.test.path.split("::")[-1]
        if not source.exists() or f"fn {function}(" not in source.read_text():
            return f"there is no test {self.name}"
        return None


def rules() -> list[dict]:
    return tomllib.loads(RULES.read_text())["rule"]


def removals() -> list[Removal]:
    return [
        Removal(rule["number"], one["without"], one["file"], one["old"], one["new"], one["test"])
        for rule in rules()
        for one in rule["removal"]
    ]


def page() -> str:
    lines = [HEAD]
    for rule in rules():
        lines.append(f"## {rule['number']}. {rule['says']}\n")
        lines.append("| without it | in | fails |\n|---|---|---|")
        for one in rule["removal"]:
            file = Path(one["file"])
            shown = "/".join(file.parts[1:2] + file.parts[3:])
            lines.append(f"| {one['without']} | `{shown}` | `{one['test']}` |")
        lines.append("")
    return "\n".join(lines)


class Workshop:
    """A copy of the workspace, reduced to what the tests need."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ["Cargo.lock", "clippy.toml", "rustfmt.toml"]:
            shutil.copy(ROOT / name, folder / name)
        manifest = (ROOT / "Cargo.toml").read_text()
        members = ", ".join(f'"{member}"' for member in MEMBERS)
        (folder / "Cargo.toml").write_text(re.sub(r"members = \[[^\]]*\]", f"members = [{members}]", manifest))
        for member in MEMBERS:
            shutil.copytree(ROOT / member, folder / member, ignore=shutil.ignore_patterns("target"))
        for data in ["tests/fixtures", "scenarios"]:
            shutil.copytree(ROOT / data, folder / data)

    def cargo(self, arguments: list[str]) -> subprocess.CompletedProcess:
        # A target folder of another copy would hold tests that look for their files there.
        environment = os.environ | {"CARGO_TARGET_DIR": str(self.folder / "target"), "CARGO_PROFILE_DEV_DEBUG": "0", "RUSTFLAGS": "-Awarnings"}
        return subprocess.run(
            ["cargo", *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=1800
        )

    def passes(self, command: tuple[str, ...], tests: list[str]) -> bool | None:
        """Whether the tests of one command pass; None where nothing could be built."""
        built = self.cargo([*command, "--no-run"])
        if built.returncode != 0:
            print(built.stderr[-2000:], file=sys.stderr)
            return None
        ran = self.cargo([*command, "--", "--exact", *tests])
        counts = re.search(r"(\d+) passed; (\d+) failed", ran.stdout)
        if not counts or sum(map(int, counts.groups())) != len(tests):
            raise RuntimeError(f"{tests} did not all run:\n{ran.stdout}{ran.stderr}")
        return ran.returncode == 0

    def without(self, removal: Removal) -> bool | None:
        path = self.folder / removal.file
        text = path.read_text()
        try:
            path.write_text(text.replace(removal.old, removal.new))
            return self.passes(removal.test.command(), [removal.test.path])
        finally:
            path.write_text(text)


def check(chosen: list[Removal]) -> int:
    wrong = [(removal, fault) for removal in chosen if (fault := removal.fault())]
    for removal, fault in wrong:
        print(f"rule {removal.rule}: {removal.without}: {fault}")
    if wrong:
        return 1
    failed = 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rules-") as folder:
        workshop = Workshop(Path(folder))
        together: dict[tuple[str, ...], set[str]] = {}
        for test in (removal.test for removal in chosen):
            together.setdefault(test.command(), set()).add(test.path)
        for command, tests in together.items():
            if not workshop.passes(command, sorted(tests)):
                print(f"cargo {' '.join(command)} does not pass while every rule stands")
                return 1
        print(f"{len(chosen)} removals: every named test passes while every rule stands")
        for removal in chosen:
            passes = workshop.without(removal)
            verdict = {None: "DOES NOT BUILD", True: "NOT NOTICED", False: "noticed"}[passes]
            failed += passes is not False
            print(f"rule {removal.rule}: {verdict}: {removal.without} ({removal.name})", flush=True)
    print(f"{len(chosen) - failed} of {len(chosen)} noticed in {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=int, metavar="RULE", help="take away only what belongs to this rule")
    parser.add_argument("--write", action="store_true", help="write docs/reference/rules.md and stop")
    arguments = parser.parse_args()
    if arguments.write:
        PAGE.write_text(page())
        return 0
    return check([one for one in removals() if arguments.only in (None, one.rule)])


if __name__ == "__main__":
    sys.exit(main())
