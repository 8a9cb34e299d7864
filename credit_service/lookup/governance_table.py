"""The governance table: its columns, the same on paper, page and screen, and the documented JSON object.

Before it `governance` has counted and judged; after it `governance_workbook`, the command and the page show it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from credit_service.bulletins.render_csv import defuse_cell
from credit_service.domain.governance import LIST_ORDER, GovernanceCounts
from credit_service.domain.score import ListKind
from credit_service.lookup.governance import GovernanceBoard
from credit_service.lookup.governance_lines import GovernanceLine, PeriodGovernance
from credit_service.lookup.governance_words import LIST_NAMES, NO_FEEDBACK, explain_changes, say_index
from credit_service.rulebook.governance_index import IndexValue, PartReason

Value = int | None


@dataclass(frozen=True)
class Column:
    """One column of numbers; None is a number nobody keeps."""

    key: str
    heading: str
    value: Callable[[GovernanceCounts], Value]


def _list_columns() -> tuple[Column, ...]:
    found: list[Column] = []
    for kind in LIST_ORDER:
        found.append(Column(f"{kind.value}_in", f"{LIST_NAMES[kind]}列入", _entered(kind)))
        found.append(Column(f"{kind.value}_out", f"{LIST_NAMES[kind]}移出", _left(kind)))
    return tuple(found)


def _entered(kind: ListKind) -> Callable[[GovernanceCounts], Value]:
    return lambda counts: counts.entered(kind)


def _left(kind: ListKind) -> Callable[[GovernanceCounts], Value]:
    return lambda counts: counts.left(kind)


COLUMNS: tuple[Column, ...] = (
    Column("opening", "期初存量", lambda c: c.opening),
    Column("new", "新增", lambda c: c.new),
    Column("late_learned", "补报", lambda c: c.late_learned),
    Column("mended", "已整改", lambda c: c.mended),
    Column("repaired", "已修复", lambda c: c.repaired),
    Column("removed", "已撤销", lambda c: c.removed),
    Column("expired", "期满", lambda c: c.expired),
    Column("closing", "期末存量", lambda c: c.closing),
    Column("overdue", "逾期", lambda c: c.overdue),
    Column("repeated", "复发", lambda c: c.repeated),
    Column("subjects", "在管主体", lambda c: c.subjects),
    Column("persons", "其中自然人", lambda c: c.persons),
    *_list_columns(),
    Column("owed", "措施应采取", lambda c: c.owed),
    Column("fed_back", "措施已反馈", lambda c: c.fed_back),
)


def list_headings(board: GovernanceBoard) -> tuple[str, ...]:
    """Return the headings of the names of a line."""
    by = board.selection.by
    return tuple(by.label.split("、")) if len(by.dimensions) > 1 else (by.label,)


def write_csv(board: GovernanceBoard) -> bytes:
    """Return the table as CSV with a byte order mark, one row per line and one for the whole."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = list_headings(board)
    writer.writerow(("期别", "截至", *names, "治理指数", *(column.heading for column in COLUMNS)))
    for line in (*board.lines, board.whole):
        cells = (_to_text(column.value(line.counts)) for column in COLUMNS)
        labels = [defuse_cell(name) for name in line.names] + [""] * (len(names) - len(line.names))
        known_on = board.known_at.isoformat(timespec="minutes")
        writer.writerow((board.period.code, known_on, *labels, say_index(line.now.index), *cells))
    return text.getvalue().encode("utf-8-sig")


def _to_text(value: Value) -> str:
    return NO_FEEDBACK if value is None else str(value)


def to_json(board: GovernanceBoard) -> dict[str, object]:
    """Return the documented JSON object of ``credit governance``; indexes and points in 10⁻⁴."""
    selection = board.selection
    return {
        "period": board.period.code,
        "known_at": board.known_at.isoformat(),
        "open": board.is_open,
        "rulebook": board.rulebook,
        "by": selection.by.value,
        "category": selection.category,
        "district": selection.district,
        "agency": selection.agency,
        "total": _to_line(board.whole),
        "lines": [_to_line(line) for line in board.lines],
    }


def _to_line(line: GovernanceLine) -> dict[str, object]:
    return {
        "key": list(line.key),
        "name": line.name,
        **_to_period(line.now),
        "reasons": [_to_reason(reason) for reason in line.now.index.reasons],
        "trend": [{"period": one.period.code, **_to_period(one)} for one in line.trend],
        "changes": [
            {
                "period": change.after.period.code,
                "points": change.points,
                "moves": [{"part": move.part.entry.rule_id, "points": move.points} for move in change.moves],
                "text": change.text,
            }
            for change in explain_changes(line)
        ],
    }


def _to_period(one: PeriodGovernance) -> dict[str, object]:
    return {
        "index": one.index.points,
        "refused_by": _to_refusal(one.index),
        **{column.key: column.value(one.counts) for column in COLUMNS},
    }


def _to_refusal(index: IndexValue) -> str | None:
    return None if index.refusal is None else index.refusal.rule_id


def _to_reason(reason: PartReason) -> dict[str, object]:
    source = reason.part.entry.source
    return {
        "rule": reason.part.entry.rule_id,
        "name": reason.part.name,
        "numerator": reason.numerator,
        "denominator": reason.denominator,
        "ratio": reason.ratio,
        "points": reason.points,
        "weight": reason.part.weight,
        "weight_in_use": reason.weight_in_use,
        "contribution": reason.contribution,
        "source": f"{source.title}{source.clause}",
        "file": source.file,
        "status": reason.part.entry.status,
    }
