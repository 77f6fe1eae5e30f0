"""What can be told of packaging without building for ten minutes."""

import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

import package


class Zips(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_the_same_binary_gives_the_same_bytes_whenever_and_wherever_it_is_zipped(self):
        for name, moment in (("first.zip", 0), ("second.zip", 2_000_000_000)):
            with mock.patch("time.time", return_value=moment):
                package.pack(b"\x7fELF and so on", self.folder / name)
        self.assertEqual((self.folder / "first.zip").read_bytes(), (self.folder / "second.zip").read_bytes())

    def test_a_zip_holds_a_bootstrap_that_anybody_may_run(self):
        package.pack(b"#!/bin/sh\necho here\n", self.folder / "one.zip")
        with zipfile.ZipFile(self.folder / "one.zip") as archive:
            (entry,) = archive.infolist()
        self.assertEqual((entry.filename, entry.external_attr >> 16), ("bootstrap", 0o100755))

    def test_builds_that_differ_are_named(self):
        self.assertEqual(package.differing({"gate": "a", "intake": "b"}, {"gate": "a", "intake": "b"}), [])
        self.assertEqual(
            package.differing({"gate": "a", "intake": "b"}, {"gate": "c", "probe": "d"}), ["gate", "intake", "probe"]
        )


class Builds(unittest.TestCase):
    def test_every_function_of_the_workspace_is_packaged(self):
        folders = {folder.parent.name for folder in (package.ROOT / "functions").glob("*/Cargo.toml")}
        self.assertEqual({one.binary for one in package.functions()}, folders)

    def test_no_path_of_the_machine_is_left_unnamed(self):
        made = package.environment(Path("/somewhere/target"), {"CARGO_HOME": "/home/ada/.cargo", "PATH": "/bin"})
        for place in ("/somewhere/target=/target", "/home/ada/.cargo=/cargo", f"{package.ROOT}=/understudy"):
            self.assertIn(f"--remap-path-prefix={place}", made["CARGO_ENCODED_RUSTFLAGS"].split("\x1f"))
            self.assertIn(f"-ffile-prefix-map={place}", made["CFLAGS"].split())
        self.assertTrue(made["CARGO_ENCODED_RUSTFLAGS"].endswith("=/target"), "the last that fits is taken")
        self.assertEqual(made["PATH"], "/bin")

    def test_an_architecture_that_cannot_be_had_says_which_one_can(self):
        with (
            mock.patch("package.is_installed", return_value=False),
            mock.patch("shutil.which", return_value="/bin/it"),
            self.assertRaisesRegex(package.Unbuilt, "aarch64-unknown-linux-gnu.*ARCH=x86_64"),
        ):
            package.build("arm64", Path("/somewhere/target"))

    def test_without_the_tool_nothing_is_packaged_and_the_exit_code_is_2(self):
        ran = subprocess.run(
            [sys.executable, package.__file__],
            check=False,
            env={"PATH": "/nowhere"},
            capture_output=True,
            text=True,
        )
        self.assertEqual(ran.returncode, 2)
        self.assertIn("cargo-lambda is not on the PATH", ran.stderr)


if __name__ == "__main__":
    unittest.main()
