"""Is there exactly one row of points for every record that can occur, on every day a rule version is in force?

Before it lies a scoring rule as it was read; faults go to the log. Rows with dates are tried on each day on which one
begins or has just ended, because between those days nothing changes: so gaps and overlaps are all found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from credit_service.domain.record import Severity
from credit_service.errors import RuleOverlap, RuleSyntax
from credit_service.rulebook.arithmetic import Clock
from credit_service.rulebook.dated_rows import holds_on, list_changes, scoring_on
from credit_service.rulebook.faults import FaultLog, RuleFault, to_place
from credit_service.rulebook.fields import HONOUR_LEVELS
from credit_service.rulebook.rule_types import Entered, Event, KindRule, Role, Scoring
from credit_service.rulebook.versions import RuleVersion


@dataclass(frozen=True)
class Cell:
    """What the points of a record depend on."""

    kind: str
    severity: str | None
    """None where the record is not adverse."""
    honour_level: str
    category: str = ""
    """Slug of its item; empty: none."""
    decided_on: date | None = None
    """Day of the act, where that day chooses among dated rows."""


def find_events(events: Iterable[Event], cell: Cell) -> list[Event]:
    """Return the events that fit a record; a right table has exactly one for every record that can occur.

    A row for the record's own item goes before the rows for every item.
    """
    severities = {"*", cell.severity or ""}
    levels = {"*", "" if cell.severity else cell.honour_level}
    fitting = [
        event
        for event in events
        if event.kind == cell.kind
        and event.severity in severities
        and event.honour_level in levels
        and (cell.decided_on is None or holds_on(event.entry, cell.decided_on))
    ]
    own = [event for event in fitting if event.category and event.category == cell.category]
    return own or [event for event in fitting if not event.category]


def list_days(version: RuleVersion, rows: Iterable[Entered]) -> list[date]:
    """Return the first day of a version and the days in it on which one of its rows begins or has just ended."""
    last = version.to_on or date.max
    return [version.from_on, *(day for day in list_changes(rows) if version.from_on < day <= last)]


def check_rows(scoring: Scoring, version: RuleVersion, log: FaultLog) -> None:
    """Check every row with dates: nothing twice on one day, nothing missing on another."""
    groups = (scoring.grades, scoring.caps, scoring.category_caps, scoring.kinds, scoring.events)
    for day in list_days(version, [row for group in groups for row in group]):
        at = scoring_on(scoring, day)
        since = "" if day == version.from_on else f"（自{day}起）"
        check_events(at, log, since)
        for now, ever in (
            (at.kinds, scoring.kinds),
            (at.caps, scoring.caps),
            (at.category_caps, scoring.category_caps),
            (at.grades, scoring.grades),
        ):
            _check_once(now, ever, since, log)


def check_events(scoring: Scoring, log: FaultLog, since: str = "") -> None:
    """Check that every record that can occur has exactly one line of points, with the sign of its role."""
    for cell in _list_cells(scoring):
        found = find_events(scoring.events, cell)
        if len(found) != 1:
            message = f"“{cell.kind}”在{_name(cell)}{since}一格有{len(found)}行分值，应当恰好一行"
            # What is too much is said at the second row; what is missing, at the kind it is missing for.
            kind = next(rule for rule in scoring.kinds if rule.kind == cell.kind)
            place = found[1].entry if found else kind.entry
            code = RuleOverlap.code if found else RuleSyntax.code
            after = () if found else (to_place(kind.entry.file),)
            log.add(RuleFault(place.file, place.line, code, message, "请核对events表。", after=after))
    _check_signs(scoring, log)


def _list_cells(scoring: Scoring) -> Iterator[Cell]:
    categories = sorted({"", *(event.category for event in scoring.events)})
    by_act = scoring.events_by is Clock.DECIDED_ON
    acts: list[date | None] = [date.min, *list_changes(scoring.events)] if by_act else [None]
    for rule in scoring.kinds:
        for severity, level in _occurrences(rule):
            for category, act in product(categories, acts):
                yield Cell(rule.kind, severity, level, category, act)


def _check_signs(scoring: Scoring, log: FaultLog) -> None:
    roles = {rule.kind: rule.role for rule in scoring.kinds}
    for event in scoring.events:
        role, entry = roles.get(event.kind, Role.NEUTRAL), event.entry
        if (role is Role.ADVERSE and event.points > 0) or (role is Role.HONOUR and event.points < 0):
            message = f"“{entry.rule_id}”的正负号与种类不符：失信只减分，荣誉只加分"
            log.add(RuleFault(entry.file, entry.line, RuleSyntax.code, message))
        if event.category and role is not Role.ADVERSE:
            message = f"“{entry.rule_id}”写明了专项治理事项，但“{event.kind}”不是失信记录，不归入事项"
            log.add(RuleFault(entry.file, entry.line, RuleSyntax.code, message, "请删除category。"))


def _check_once(now: Sequence[Entered], ever: Sequence[Entered], since: str, log: FaultLog) -> None:
    counts = Counter(_key(row) for row in now)
    for key in {_key(row) for row in ever}:
        if counts[key] != 1:
            message = f"“{key}”应当恰好有一行，现有{counts[key]}行{since}"
            code = RuleOverlap.code if counts[key] else RuleSyntax.code
            place = [row.entry for row in (now if counts[key] else ever) if _key(row) == key][-1]
            after = () if counts[key] else (to_place(place.file),)
            log.add(RuleFault(place.file, place.line, code, message, "请使各行的from、to首尾相接。", after=after))


def _key(row: Entered) -> Hashable:
    """Return what only one row may be about: a kind, a group of honours, an item, a grade."""
    for name in ("kind", "group", "category", "grade"):
        if hasattr(row, name):
            return getattr(row, name) or "各事项"
    raise TypeError(type(row))


def _name(cell: Cell) -> str:
    item = f"、{cell.category}" if cell.category else ""
    act = cell.decided_on
    day = "" if act is None else "（最早的行为）" if act == date.min else f"（{act}起的行为）"
    return f"{cell.severity or cell.honour_level}{item}{day}"


def _occurrences(rule: KindRule) -> list[tuple[str | None, str]]:
    if rule.role is Role.ADVERSE:
        return [(severity, "") for severity in Severity]
    return [(None, level) for level in HONOUR_LEVELS] if rule.role is Role.HONOUR else []
