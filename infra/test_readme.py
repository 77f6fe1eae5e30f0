"""What the READMEs of the modules are written from."""

import tempfile
import unittest
from pathlib import Path

import readme

VARIABLES = """variable "name" {
  description = "What it is called, by \\"people\\" | machines."
  type        = string
  nullable    = false

  validation {
    condition     = var.name != ""
    error_message = "name: is empty."
  }
}

variable "alarms" {
  description = "By voter."
  type = map(object({
    period = optional(number, 60)
  }))
  default = {}
}

variable "key" {
  description = "A key."
  type        = string
  default     = null
}
"""

OUTPUTS = """output "name" {
  description = "The same."
  value       = { for name in [var.name] : name => name }
}
"""

MAIN = (
    'resource "aws_sns_topic" "this" {\n  name = var.name\n}\n\nresource "aws_sns_topic" "other" {\n  name = "x"\n}\n'
)


class Readme(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.module = self.root / "one"
        self.module.mkdir()
        files = {"variables.tf": VARIABLES, "outputs.tf": OUTPUTS, "main.tf": MAIN, "versions.tf": ""}
        for name, text in files.items():
            (self.module / name).write_text(text)
        self.readme = self.module / "README.md"
        self.readme.write_text(f"# One\n\nBefore.\n\n{readme.BEGIN}\nold\n{readme.END}\n\nAfter.\n")

    def renew(self):
        for path, text in readme.wanted(self.root).items():
            path.write_text(text)
        return self.readme.read_text()

    def test_inputs_have_their_type_default_and_meaning(self):
        text = self.renew()
        self.assertIn('| `name` | `string` | required | What it is called, by "people" \\| machines. |', text)
        self.assertIn("| `alarms` | `map(object)` | `{}` | By voter. |", text)
        self.assertIn("| `key` | `string` | none | A key. |", text)

    def test_outputs_and_what_is_made_are_listed_once(self):
        text = self.renew()
        self.assertIn("| `name` | The same. |", text)
        self.assertIn("It makes: `aws_sns_topic`.", text)

    def test_what_people_wrote_around_it_stays(self):
        text = self.renew()
        self.assertTrue(text.startswith("# One\n\nBefore.\n\n"), text)
        self.assertTrue(text.endswith("\n\nAfter.\n"), text)
        self.assertNotIn("old", text)

    def test_a_readme_is_stale_once_its_module_has_changed(self):
        self.assertEqual(readme.stale(self.root), [self.readme])
        self.renew()
        self.assertEqual(readme.stale(self.root), [])
        (self.module / "outputs.tf").write_text(OUTPUTS.replace("The same", "Another"))
        self.assertEqual(readme.stale(self.root), [self.readme])

    def test_a_readme_without_a_place_is_refused_with_the_mend(self):
        self.readme.write_text("# One\n")
        with self.assertRaisesRegex(ValueError, "README.md: has no place for it. Add two lines"):
            readme.stale(self.root)

    def test_an_input_without_a_meaning_is_refused_by_name(self):
        (self.module / "variables.tf").write_text('variable "name" {\n  type = string\n}\n')
        with self.assertRaisesRegex(ValueError, "variable name: has no description"):
            readme.stale(self.root)

    def test_the_readmes_of_this_repository_are_as_its_modules_are(self):
        self.assertEqual(readme.stale(), [])


if __name__ == "__main__":
    unittest.main()
