"""Records in the form row engines and arrays take, and what they share: terms, decay, grouping, laying down.

The set work (which record repeats which, which topic belongs to which category) is done by DuckDB for them and not
counted: their figures flatter them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import chain

import duckdb
from contest import AS_OF, KNOWN_AT

BITS = {"fine": 4, "confiscation": 8, "suspension": 16, "downgrade": 32, "revocation": 64, "restriction": 128}
BITS |= {"closure": 256, "detention": 512, "other": 1024}
MIN_MONTHS = {1: 0, 2: 3, 3: 12}
MAX_MONTHS = {1: 3, 2: 12, 3: 36}
OPEN_MONTHS = {"serious_list": (36, 36), "judgment_default": (24, 60), "wage_arrears": (36, 36)}
OPEN_MONTHS |= {"tax_serious": (36, 36), "tax_a": (24, 24)}
LISTINGS = frozenset({"serious_list", "judgment_default", "wage_arrears", "tax_serious"})
COLUMNS = (
    "subject_id", "kind", "category", "repeated", "penalty_mask", "fine_fen", "confiscated_fen", "honour_level",
    "simple_procedure", "decided_on", "ends_on", "repaired_on", "revoked_on",
)  # fmt: skip
ROWS = """
WITH fact AS (
    SELECT * FROM visible_records
    WHERE visible_at <= $known_at AND (superseded_at IS NULL OR superseded_at > $known_at) AND NOT is_minor
), repeated AS (
    SELECT record_id AS repeated_id FROM (
        SELECT record_id, row_number() OVER (PARTITION BY act_key ORDER BY learned_at DESC, record_id DESC) AS place
        FROM fact WHERE act_key IN (SELECT act_key FROM fact GROUP BY act_key HAVING count(*) > 1)
    ) WHERE place > 1
), topics AS (
    SELECT searched, arg_min(category, no) AS topic_category
    FROM (
        SELECT DISTINCT CASE WHEN kind = 'serious_list' THEN topic || ' ' || fact ELSE topic END AS searched FROM fact
    )
    JOIN word ON contains(searched, word) GROUP BY searched
)
SELECT subject_id, kind, CASE kind WHEN 'judgment_default' THEN $judgment_default WHEN 'wage_arrears' THEN $wage_arrears
        WHEN 'tax_serious' THEN $tax_serious WHEN 'honour' THEN 0 WHEN 'tax_a' THEN 0 WHEN 'licence' THEN 0
        ELSE COALESCE(topic_category, 0) END AS category,
    repeated_id IS NOT NULL AS repeated, penalty_mask, fine_fen, confiscated_fen, honour_level, simple_procedure,
    decided_on, ends_on, repaired_on, revoked_on
FROM fact
LEFT JOIN topics ON topics.searched = CASE WHEN kind = 'serious_list' THEN topic || ' ' || fact ELSE topic END
LEFT JOIN repeated ON repeated_id = record_id
WHERE subject_kind IN ('organisation', 'individual_business') AND kind NOT IN ('sector_grade', 'commitment')
"""
Row = tuple


def fetch_rows(connection: duckdb.DuckDBPyConnection, items: dict[str, int], words: Sequence[Row]) -> list[Row]:
    """Return the records as tuples of `COLUMNS`."""
    connection.execute("CREATE TEMP TABLE word (no INTEGER, word VARCHAR, category INTEGER)")
    connection.executemany("INSERT INTO word VALUES (?, ?, ?)", words)
    known = {
        name: items[slug]
        for name, slug in (
            ("judgment_default", "judgment_default"),
            ("wage_arrears", "wage_arrears"),
            ("tax_serious", "tax_invoice_fraud"),
        )
    }
    return connection.execute(ROWS, {**known, "known_at": KNOWN_AT}).fetchall()


def add_months(day: date, months: int) -> date:
    """Return the day so many months later, at the latest the last of its month."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    last = (31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return date(year, month, min(day.day, last[month - 1]))


def settle(row: Row, severity: int, points: int) -> int | None:
    """Return the points of a record after its terms and decay, or None where it does not count by its terms."""
    kind, decided, ends = row[1], row[9], row[10]
    if kind in {"penalty", "broken_commitment"}:
        until = add_months(decided, MAX_MONTHS[severity])
        if until <= AS_OF:
            return None
        since = add_months(decided, MIN_MONTHS[severity])
        weight = 1_000_000 if since >= AS_OF else (until - AS_OF).days * 1_000_000 // (until - since).days
        return (points * weight + 500_000) // 1_000_000
    if kind in OPEN_MONTHS:
        usual, cap = OPEN_MONTHS[kind]
        ends = min(ends or add_months(decided, usual), add_months(decided, cap))
    return None if ends is not None and ends < AS_OF else points


def group(rows: Sequence[Row], counted: Sequence[int | None]) -> list[tuple[str, int, int, str, int, bool]]:
    """Return the standing of every subject in every category, and as a whole."""
    parts: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0, 0])
    for row, points in zip(rows, counted, strict=True):
        part, kind = parts[row[0], row[2]], row[1]
        part[5] |= kind not in {"honour", "tax_a", "licence"}
        if points is None:
            continue
        part[1 if kind == "honour" else 2 if kind == "tax_a" else 0] += points
        part[3] += 1
        part[4] |= kind in LISTINGS
    wholes: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for (subject, _), part in parts.items():
        whole = wholes[subject]
        for place in range(4):
            whole[place] += part[place]
        whole[4] |= part[4]
    special = (
        _stand(subject, category, 1_000_000 - part[0], part)
        for (subject, category), part in parts.items()
        if category and part[5]
    )
    return [
        *special,
        *(
            _stand(subject, 0, 1_000_000 - part[0] + min(part[1], 200_000) + min(part[2], 50_000), part)
            for subject, part in wholes.items()
        ),
    ]


def _stand(subject: str, category: int, points: int, part: list[int]) -> tuple[str, int, int, str, int, bool]:
    points = min(max(points, 0), 1_200_000)
    grade = (
        "D"
        if part[4]
        else "A"
        if points >= 900_000
        else "B"
        if points >= 750_000
        else "C"
        if points >= 600_000
        else "D"
    )
    return subject, category, points, grade, part[3], bool(part[4])


def lay_down(connection: duckdb.DuckDBPyConnection, standing: Sequence[Row]) -> None:
    """Put the standing into the table ``scored``, a column at a time."""
    connection.execute(
        "CREATE TEMP TABLE scored (subject_id VARCHAR, category INTEGER, points BIGINT, grade VARCHAR,"
        " records BIGINT, veto BOOLEAN)"
    )
    columns = [list(column) for column in zip(*standing, strict=True)]
    kinds = ("VARCHAR", "INTEGER", "BIGINT", "VARCHAR", "BIGINT", "BOOLEAN")
    values = ", ".join(f"unnest(CAST(? AS {kind}[]))" for kind in kinds)
    connection.execute(f"INSERT INTO scored SELECT {values}", columns)


def flatten(parts: Sequence[Sequence[object]]) -> list[object]:
    """Return the items of several lists as one."""
    return list(chain.from_iterable(parts))
