"""Writes what each module takes, makes and puts out into its README, from its own files.

python3 infra/readme.py            # writes
python3 infra/readme.py --check    # says which README is not as its module is
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

MODULES = Path(__file__).resolve().parent / "modules"

BEGIN = "<!-- begin: written by infra/readme.py -->"
END = "<!-- end -->"

BLOCK = re.compile(r'^(variable|output|resource) "([^"]+)"(?: "([^"]+)")? \{$(.*?)^\}$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    kind: str
    name: str
    label: str
    body: str

    def attribute(self, name: str) -> str | None:
        """The expression of an attribute, which ends where its brackets are closed. None where there is none."""
        found = re.search(rf"^  {name} *= (.*)", self.body, re.MULTILINE)
        if found is None:
            return None
        lines = self.body[found.start(1) :].splitlines()
        for count in range(1, len(lines) + 1):
            text = "\n".join(lines[:count])
            if all(text.count(left) == text.count(right) for left, right in ("{}", "[]", "()")):
                return text
        raise ValueError(f"{self.kind} {self.name}: {name} does not end")

    def described(self) -> str:
        text = self.attribute("description")
        if not text:
            raise ValueError(f'{self.kind} {self.name}: has no description. Add one: description = "…"')
        return text.strip('"').replace('\\"', '"').replace("|", "\\|")


def blocks(text: str, kind: str) -> list[Block]:
    found = (Block(found[1], found[2], found[3] or "", found[4]) for found in BLOCK.finditer(text))
    return [block for block in found if block.kind == kind]


def kind_of(expression: str) -> str:
    """A type in a few words: what an object has in it is in variables.tf."""
    return re.sub(r"object\(\{.*\}\)", "object", " ".join(expression.split()))


def inputs(text: str) -> str:
    rows = ["| input | type | default | meaning |", "|---|---|---|---|"]
    for block in blocks(text, "variable"):
        default = block.attribute("default")
        shown = "required" if default is None else "none" if default == "null" else f"`{' '.join(default.split())}`"
        kind = kind_of(block.attribute("type") or "any")
        rows.append(f"| `{block.name}` | `{kind}` | {shown} | {block.described()} |")
    return "\n".join(rows)


def outputs(text: str) -> str:
    rows = [f"| `{block.name}` | {block.described()} |" for block in blocks(text, "output")]
    return "\n".join(["| output | meaning |", "|---|---|", *rows])


def resources(texts: list[str]) -> str:
    made = sorted({block.name for text in texts for block in blocks(text, "resource")})
    return f"It makes: {', '.join(f'`{name}`' for name in made)}."


def written(module: Path) -> str:
    """The part of a README that is written from the module's files."""
    texts = [file.read_text() for file in sorted(module.glob("*.tf"))]
    parts = [
        BEGIN,
        inputs((module / "variables.tf").read_text()),
        outputs((module / "outputs.tf").read_text()),
        resources(texts),
        END,
    ]
    return "\n\n".join(parts)


def renewed(readme: str, part: str) -> str:
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"has no place for it. Add two lines: {BEGIN} and {END}")
    return before + part + after


def stale(root: Path = MODULES) -> list[Path]:
    """Each README that is not as its module is."""
    return [readme for readme, text in wanted(root).items() if readme.read_text() != text]


def wanted(root: Path) -> dict[Path, str]:
    found = {}
    for module in sorted({file.parent for file in root.glob("*/versions.tf")}):
        readme = module / "README.md"
        if not readme.is_file():
            raise ValueError(f"{readme}: is missing. Write it, with two lines: {BEGIN} and {END}")
        try:
            found[readme] = renewed(readme.read_text(), written(module))
        except ValueError as problem:
            raise ValueError(f"{readme}: {problem}") from None
    return found


def main(arguments: list[str]) -> int:
    try:
        if arguments == ["--check"]:
            found = stale()
            for readme in found:
                print(f"{readme}: is not as its module is. Run: python3 infra/readme.py", file=sys.stderr)
            return 1 if found else 0
        for readme, text in wanted(MODULES).items():
            readme.write_text(text)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
