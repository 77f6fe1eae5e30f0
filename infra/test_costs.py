"""The sums in the examples' tables of costs. What a unit costs nobody can tell here: that it adds up, anybody can."""

import re
import unittest
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent / "examples"
CENT = Decimal("0.01")


def lines(page: str) -> tuple[list[tuple[str, Decimal, Decimal, Decimal]], Decimal]:
    """Each line as what, quantity, unit price and month; and the sum that the page says."""
    table = [[cell.strip() for cell in row.split("|")[1:-1]] for row in page.splitlines() if row.startswith("| ")]
    costs = [row for row in table if len(row) == 5 and row[4].endswith(("pricing", "on-demand"))]
    parsed = [
        (what, Decimal(amount.split()[0]), Decimal(unit), Decimal(month)) for what, amount, unit, month, _ in costs
    ]
    said = re.search(r"^\| \*\*sum\*\* \|.*\*\*([0-9.]+)\*\*", page, re.MULTILINE)
    return parsed, Decimal(said[1])


class Costs(unittest.TestCase):
    def test_each_line_is_its_quantity_times_its_price_and_the_sum_is_of_all_lines(self):
        pages = sorted(EXAMPLES.glob("*/README.md"))
        self.assertTrue(pages)
        for page in pages:
            found, said = lines(page.read_text())
            self.assertGreater(len(found), 10)
            for what, quantity, unit, month in found:
                with self.subTest(what):
                    self.assertEqual((quantity * unit).quantize(CENT, ROUND_HALF_UP), month)
            self.assertEqual(sum(month for _, _, _, month in found), said)


if __name__ == "__main__":
    unittest.main()
