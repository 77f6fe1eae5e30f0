"""What can be told of the checks of the modules without Terraform."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check


class Providers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "shared/plugins" / check.REGISTRY / "hashicorp/aws").mkdir(parents=True)

    def configured(self, given):
        return check.configuration(given, self.folder / "out", [self.folder / "shared", self.folder / "nowhere"])

    def test_a_provider_of_the_machine_is_used_before_the_registrys(self):
        config = Path(self.configured({"PATH": "/bin"})["TF_CLI_CONFIG_FILE"]).read_text()
        self.assertIn(f'path    = "{self.folder}/shared/plugins"', config)
        self.assertIn('exclude = ["registry.terraform.io/hashicorp/aws"]', config)

    def test_a_configuration_of_the_users_own_is_left_alone(self):
        own = self.folder / "own.rc"
        own.write_text("")
        self.assertEqual(self.configured({"TF_CLI_CONFIG_FILE": str(own)})["TF_CLI_CONFIG_FILE"], str(own))

    def test_a_configuration_that_is_not_there_stops_nothing(self):
        gone = str(self.folder / "gone.rc")
        self.assertNotEqual(self.configured({"TF_CLI_CONFIG_FILE": gone})["TF_CLI_CONFIG_FILE"], gone)
        without = check.configuration({"TF_CLI_CONFIG_FILE": gone}, self.folder, [])
        self.assertNotIn("TF_CLI_CONFIG_FILE", without)


class Modules(unittest.TestCase):
    def test_every_module_has_tests(self):
        self.assertTrue(check.modules())
        for module in check.modules():
            with self.subTest(module.name):
                self.assertTrue(list((module / "tests").glob("*.tftest.hcl")))

    def test_examples_are_checked_after_the_modules(self):
        kinds = [module.parent.name for module in check.modules()]
        self.assertIn("examples", kinds)
        self.assertEqual(kinds, sorted(kinds, reverse=True))

    def test_a_module_inside_of_an_example_without_a_test_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            example = Path(folder)
            for name in ("tested", "forgotten"):
                (example / "modules" / name).mkdir(parents=True)
                (example / "modules" / name / "main.tf").touch()
            (example / "tests").mkdir()
            (example / "tests/a.tftest.hcl").write_text('module {\n  source = "./modules/tested"\n}\n')
            self.assertEqual(check.untested(example), ["forgotten"])

    def test_a_module_that_is_handed_providers_of_several_regions_is_validated_by_its_tests(self):
        self.assertEqual([module.name for module in check.modules() if check.handed_over(module)], ["application"])
        self.assertTrue(
            all(("validate" in check.steps(module)) != check.handed_over(module) for module in check.modules())
        )

    def test_only_a_run_in_which_something_passed_and_nothing_failed_counts(self):
        self.assertEqual(check.counted("Success! 14 passed, 0 failed."), 14)
        self.assertIsNone(check.counted("Failure! 13 passed, 1 failed."))
        self.assertIsNone(check.counted(""))

    def test_without_terraform_it_says_how_to_get_it_and_fails_only_where_nothing_may_be_skipped(self):
        for variables, code in (({}, 0), ({check.SKIPS_NOTHING: "1"}, 1)):
            command = [sys.executable, check.__file__]
            environment = {"PATH": "/nowhere", **variables}
            ran = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
            self.assertEqual(ran.returncode, code)
            self.assertRegex(ran.stderr, "SKIPPED: Terraform is not on the PATH: install Terraform")


if __name__ == "__main__":
    unittest.main()
