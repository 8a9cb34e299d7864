"""zen-engine, one call for many records: ``python peers/zen_peer.py WAREHOUSE``, with a Python that has zen-engine."""

from __future__ import annotations

import itertools
import json

import zen
from contest import AS_OF, compete, open_warehouse
from row_contest import read_rows
from rows import BITS, Row, flatten, group, lay_down, settle

BATCH = 5_000
SEVERITY = (
    ("kind in ['serious_list', 'judgment_default', 'wage_arrears', 'tax_serious']", 3),
    ("kind == 'penalty' and (revocation or restriction or downgrade)", 3),
    ("kind == 'penalty' and (closure or detention)", 3),
    ("kind == 'penalty' and not simple and fine_fen >= 100000000", 3),
    ("kind == 'abnormal_operation'", 2),
    ("kind == 'broken_commitment'", 2),
    ("kind == 'penalty' and simple", 1),
    (
        "kind == 'penalty' and fine_fen == 0 and confiscated_fen == 0"
        " and not (fine or confiscation or suspension or other)",
        1,
    ),
    ("true", 2),
)
POINTS = (
    ("kind == 'penalty' and severity == 1", 10_000),
    ("kind == 'penalty' and severity == 2", 50_000),
    ("kind == 'penalty' and severity == 3", 150_000),
    ("kind == 'broken_commitment' and severity == 1", 20_000),
    ("kind == 'broken_commitment' and severity == 2", 60_000),
    ("kind == 'broken_commitment' and severity == 3", 120_000),
    ("kind == 'abnormal_operation'", 80_000),
    ("kind == 'tax_a'", 50_000),
    ("kind == 'honour' and level == 'national'", 50_000),
    ("kind == 'honour' and level == 'provincial'", 30_000),
    ("kind == 'honour' and level == 'city'", 20_000),
    ("kind == 'honour' and level == 'county'", 10_000),
    ("true", 0),
)
EXCLUDED = (
    ("repeated", 1),
    ("kind == 'licence'", 1),
    ("decided > as_of", 1),
    ("revoked != null and revoked <= as_of", 1),
    ("repaired != null and repaired <= as_of", 1),
    ("true", 0),
)


def to_table(name: str, field: str, rules: tuple[tuple[str, int], ...]) -> dict[str, object]:
    """Return a decision table whose first fitting rule counts."""
    return {
        "id": name,
        "name": name,
        "type": "decisionTableNode",
        "content": {
            "hitPolicy": "first",
            "passThrough": True,
            "inputs": [{"id": "when", "name": "when"}],
            "outputs": [{"id": "gives", "name": "gives", "field": field}],
            "rules": [
                {"_id": f"{name}{place}", "when": condition, "gives": str(value)}
                for place, (condition, value) in enumerate(rules)
            ],
        },
    }


def build_decision() -> str:
    """Return the three tables one after the other."""
    names = ["in", "severity", "points", "excluded", "out"]
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        to_table("severity", "severity", SEVERITY),
        to_table("points", "points", POINTS),
        to_table("excluded", "excluded", EXCLUDED),
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}
        for source, target in itertools.pairwise(names)
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def to_context(row: Row) -> dict[str, object]:
    """Return a record as the engine takes it; days as numbers."""
    return {
        "kind": row[1],
        "repeated": row[3],
        **{name: bool(row[4] & bit) for name, bit in BITS.items()},
        "fine_fen": row[5],
        "confiscated_fen": row[6],
        "level": row[7],
        "simple": row[8],
        "decided": row[9].toordinal(),
        "repaired": row[11] and row[11].toordinal(),
        "revoked": row[12] and row[12].toordinal(),
        "as_of": AS_OF.toordinal(),
    }


def main() -> None:
    """Score, and say so."""
    connection = open_warehouse()
    rows = read_rows(connection)
    engine = zen.ZenEngine({"loader": lambda _key: build_decision()})
    standing: list[Row] = []

    def work() -> None:
        told = flatten(
            [
                engine.evaluate_batch(
                    [{"key": "rules", "context": to_context(row)} for row in rows[start : start + BATCH]]
                )
                for start in range(0, len(rows), BATCH)
            ]
        )
        results = [one["data"]["result"] for one in told]
        counted = [
            None if result["excluded"] else settle(row, int(result["severity"]), int(result["points"]))
            for row, result in zip(rows, results, strict=True)
        ]
        standing.extend(group(rows, counted))

    def all_of_it() -> None:
        work()
        lay_down(connection, standing)

    compete("zen-engine, batches", connection, all_of_it, "scored")


if __name__ == "__main__":
    main()
