"""Builds each function for Lambda, and zips it so that the same source gives the same bytes.

make package                     # target/package/<architecture>/<function>.zip, and SHA256SUMS
make package ARCH=x86_64
make package-again               # builds a second time from nothing, and compares every byte
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "target/package"

# The glibc that Amazon Linux 2023 has, and with it provided.al2023.
GLIBC = "2.34"
TRIPLES = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}

# The earliest moment that a zip can hold.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


class Unbuilt(Exception):
    """What is missing, and how to get it."""


@dataclass(frozen=True)
class Function:
    package: str
    binary: str


def functions(root: Path = ROOT) -> list[Function]:
    manifests = sorted((root / "functions").glob("*/Cargo.toml"))
    parsed = [tomllib.loads(manifest.read_text()) for manifest in manifests]
    return [Function(one["package"]["name"], binary["name"]) for one in parsed for binary in one["bin"]]


def is_installed(architecture: str) -> bool:
    """Whether the standard library of an architecture is there, or can be had."""
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], cwd=ROOT, capture_output=True, text=True, check=True)
    if (Path(sysroot.stdout.strip()) / "lib/rustlib" / TRIPLES[architecture] / "lib").is_dir():
        return True
    if shutil.which("rustup") is None:
        return False
    return subprocess.run(["rustup", "target", "add", TRIPLES[architecture]], check=False, cwd=ROOT).returncode == 0


def environment(target: Path, given: Mapping[str, str]) -> dict[str, str]:
    """No path of this machine gets into a binary, and none of its clocks."""
    cargo_home = given.get("CARGO_HOME", str(Path.home() / ".cargo"))
    # The last that fits is taken, and the target folder is inside of the root.
    places = {str(ROOT): "/understudy", cargo_home: "/cargo", str(target): "/target"}
    remapped = [f"--remap-path-prefix={place}={name}" for place, name in places.items()]
    mapped = " ".join(f"-ffile-prefix-map={place}={name}" for place, name in places.items())
    own = {
        "CARGO_TARGET_DIR": str(target),
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(remapped),
        "CFLAGS": mapped,
        "SOURCE_DATE_EPOCH": "0",
        # Collected at the first TLS connection otherwise, which is a tenth of a second of every cold start.
        "AWS_LC_SYS_NO_JITTER_ENTROPY": "1",
    }
    return {**given, **own}


def build(architecture: str, target: Path) -> dict[str, Path]:
    """The bootstrap of each function, by its name."""
    if shutil.which("cargo-lambda") is None:
        raise Unbuilt("cargo-lambda is not on the PATH: run `make package`, which installs it with its zig")
    if not is_installed(architecture):
        other = next(one for one in TRIPLES if one != architecture)
        raise Unbuilt(
            f"the standard library of {TRIPLES[architecture]} is neither installed nor to be had from rustup: run "
            f'`make package ARCH={other}`, and set architecture = "{other}" in the modules'
        )
    packages = [part for one in functions() for part in ("--package", one.package)]
    triple = f"{TRIPLES[architecture]}.{GLIBC}"
    command = ["cargo", "lambda", "build", "--release", "--locked", "--target", triple, *packages]
    if subprocess.run(command, check=False, cwd=ROOT, env=environment(target, os.environ)).returncode:
        raise Unbuilt("the build failed: what it says above is why")
    return {one.binary: target / "lambda" / one.binary / "bootstrap" for one in functions()}


def pack(bootstrap: bytes, zipped: Path) -> None:
    """One file named `bootstrap`, which anybody may run, without a date."""
    entry = zipfile.ZipInfo("bootstrap", ZIP_EPOCH)
    entry.create_system = 3
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    zipped.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr(entry, bootstrap, compresslevel=9)


def package(architecture: str, target: Path, out: Path) -> dict[str, str]:
    """Writes the zips and their sums; the sum of each, by the function's name."""
    sums = {}
    print(f"{'function':<12} {'bootstrap':>12} {'zip':>12}  sha256")
    for name, bootstrap in sorted(build(architecture, target).items()):
        binary, zipped = bootstrap.read_bytes(), out / f"{name}.zip"
        pack(binary, zipped)
        sums[name] = hashlib.sha256(zipped.read_bytes()).hexdigest()
        print(f"{name:<12} {len(binary):>12,} {zipped.stat().st_size:>12,}  {sums[name]}")
    (out / "SHA256SUMS").write_text("".join(f"{digest}  {name}.zip\n" for name, digest in sums.items()))
    return sums


def differing(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--architecture", choices=sorted(TRIPLES), default="arm64")
    parser.add_argument("--again", action="store_true", help="build a second time from nothing, and compare")
    arguments = parser.parse_args()
    out = OUT / arguments.architecture
    try:
        sums = package(arguments.architecture, OUT / "build", out)
        print(f"in {out.relative_to(ROOT)}")
        if not arguments.again:
            return 0
        second = OUT / "build-again"
        shutil.rmtree(second, ignore_errors=True)
        differ = differing(sums, package(arguments.architecture, second, OUT / "again"))
    except Unbuilt as problem:
        print(f"nothing was packaged: {problem}", file=sys.stderr)
        return 2
    print(f"differ: {', '.join(differ)}" if differ else "a second build gave the same bytes")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
