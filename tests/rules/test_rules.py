"""What can be told of rules.toml without building anything."""

import unittest

import check


class Rules(unittest.TestCase):
    def test_every_rule_of_the_design_is_taken_away_in_some_way(self):
        self.assertEqual([rule["number"] for rule in check.rules()], list(range(1, 18)))
        self.assertTrue(all(rule["removal"] for rule in check.rules()))

    def test_each_text_stands_once_and_each_named_test_exists(self):
        for removal in check.removals():
            with self.subTest(removal.without):
                self.assertIsNone(removal.fault())

    def test_no_two_removals_are_the_same(self):
        changes = [(removal.file, removal.old, removal.new) for removal in check.removals()]
        self.assertEqual(len(changes), len(set(changes)))

    def test_the_page_is_written_from_the_table(self):
        self.assertEqual(check.PAGE.read_text(), check.page(), "run: python3 tests/rules/check.py --write")


if __name__ == "__main__":
    unittest.main()
