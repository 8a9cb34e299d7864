"""The hand-written SQL: ``python peers/by_hand.py WAREHOUSE``."""

from __future__ import annotations

import csv
from pathlib import Path

from contest import AS_OF, KNOWN_AT, compete, open_warehouse

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"
HERE = Path(__file__).parent


def read_items() -> dict[str, int]:
    """Return the number of each item of the edition in use."""
    with (RULES / "governance/items_2018/1/items.csv").open(encoding="utf-8", newline="") as lines:
        return {row["slug"]: int(row["number"]) for row in csv.DictReader(lines)}


def read_words(items: dict[str, int]) -> list[tuple[int, str, int]]:
    """Return (order, word, number of the item) of every keyword."""
    with (RULES / "categories/classification/2026.1/keywords.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return [(place, row["keyword"], items.get(row["category"], 0)) for place, row in enumerate(rows)]


def main() -> None:
    """Lay down the words, score, and say so."""
    items = read_items()
    words = read_words(items)
    connection = open_warehouse()
    connection.execute("CREATE TEMP TABLE word (no INTEGER, word VARCHAR, category INTEGER)")
    connection.executemany("INSERT INTO word VALUES (?, ?, ?)", words)
    known = {
        "as_of": AS_OF,
        "known_at": KNOWN_AT,
        "judgment_default": items["judgment_default"],
        "wage_arrears": items["wage_arrears"],
        "tax_serious": items["tax_invoice_fraud"],
    }
    sql = (HERE / "by_hand.sql").read_text(encoding="utf-8")
    compete("DuckDB by hand", connection, lambda: connection.execute(sql, known), "scored")


if __name__ == "__main__":
    main()
