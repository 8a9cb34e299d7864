"""The examples of a comparison: organisations by name, with what each side makes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from credit_service.domain.score import ListKind
from credit_service.lookup.impact_names import Names, name_kind, name_severity, name_subject_kind
from credit_service.lookup.impact_types import LISTS, Example, RecordChange, ScorePair
from credit_service.warehouse.impact import ComparisonFrames

Row = Mapping[str, Any]
_ORDER = tuple(kind.value for kind in LISTS)


def read_examples(frames: ComparisonFrames, names: Names) -> tuple[Example, ...]:
    """Return the examples: black, watch, red; who enters before who leaves."""
    scores = _by_subject(frames.example_scores.iter_rows(named=True))
    records = _by_subject(frames.example_records.iter_rows(named=True))
    rows = sorted(
        frames.examples.iter_rows(named=True),
        key=lambda row: (_ORDER.index(row["list_kind"]), not row["enters"], row["place"]),
    )
    return tuple(_to_example(row, scores[row["subject_id"]], records[row["subject_id"]], names) for row in rows)


def _by_subject(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["subject_id"]].append(row)
    return found


def _to_example(row: Row, scores: list[Row], records: list[Row], names: Names) -> Example:
    rule = row["rule_after"] if row["enters"] else row["rule_before"]
    asked_before, asked_after = names.conditions(rule)
    return Example(
        list_kind=ListKind(row["list_kind"]),
        enters=row["enters"],
        subject_id=row["subject_id"],
        name=row["subject_name"] or "",
        kind=name_subject_kind(row["subject_kind"]),
        list_type=names.list_type(row["list_type"]),
        category=names.category(row["category"]),
        rule=names.note(rule),
        asked_before=asked_before,
        asked_after=asked_after,
        # The whole, the item it is proposed in, and every item whose points move.
        scores=tuple(
            _to_pair(score, names)
            for score in scores
            if score["category"] in {0, row["category"]} or score["points_before"] != score["points_after"]
        ),
        records=tuple(_to_change(record, names) for record in records),
        differing=records[0]["differing"] if records else 0,
    )


def _to_pair(score: Row, names: Names) -> ScorePair:
    return ScorePair(
        category=score["category"],
        name=names.category(score["category"]),
        points_before=score["points_before"],
        points_after=score["points_after"],
        grade_before=score["grade_before"],
        grade_after=score["grade_after"],
    )


def _to_change(record: Row, names: Names) -> RecordChange:
    return RecordChange(
        record_id=record["record_id"],
        batch_id=record["batch_id"],
        row=record["row"],
        kind=name_kind(record["kind"]),
        decided_on=record["decided_on"],
        category_before=names.category(record["category_before"]),
        category_after=names.category(record["category_after"]),
        severity_before=name_severity(record["severity_before"]),
        severity_after=name_severity(record["severity_after"]),
        points_before=record["points_before"],
        points_after=record["points_after"],
        rule_before=names.note(record["rule_before"]),
        rule_after=names.note(record["rule_after"]),
    )
