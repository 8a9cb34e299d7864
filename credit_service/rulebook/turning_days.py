"""The days on which something about a record can change while nobody does anything: terms end, windows close.

Before it are the rules' conditions and the judged records; after it `outlook` need not try every day. Between two such
days only the weight of a published record changes, and it only falls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta

from credit_service.rulebook.fields import AS_OF, ValueType
from credit_service.rulebook.judge import Judged, add_months
from credit_service.rulebook.nodes import Compare, Field, Number, Span
from credit_service.rulebook.schema import Rulebook

Term = tuple[str, ValueType, int]
"""(name of a date, unit, how many after it)."""
_WINDOWS = ("min_until", "max_until", "active_until")


def list_terms(rulebook: Rulebook) -> frozenset[Term]:
    """Return every term the rules' conditions compare the age of a record with."""
    candidates = rulebook.candidates
    conditions = [
        *(rule.when for rule in rulebook.severity),
        *(rule.when for rule in rulebook.scoring.exclusions),
        *(count.when for count in candidates.counts),
        *(rule.when for rule in candidates.rules),
        *(rule.supports for rule in candidates.rules),
    ]
    # The first or last day among records is a day of one of them.
    behind = {count.name: _name(count.of) for count in candidates.counts if count.of is not None}
    terms = [term for node in _walk(conditions) if isinstance(node, Compare) for term in _terms_of(node)]
    return frozenset((behind.get(name, name), unit, length) for name, unit, length in terms)


def turning_days(rows: Iterable[Judged], terms: Iterable[Term], after: date, until: date) -> list[date]:
    """Return the days after one and up to another, inclusive, on which something may change, in order."""
    days: set[date] = set()
    for row in rows:
        names = row.names()
        for name in _WINDOWS:
            days |= _around(names[name], 1)
        for name, unit, count in terms:
            start = names.get(name)
            if isinstance(start, date) and unit is ValueType.MONTHS:
                # The months from 31 January are complete on 1 March, up to three days after the last of February.
                days |= _around(add_months(start, count), 4)
            elif isinstance(start, date):
                days |= _around(start + timedelta(days=count), 1)
    return sorted(day for day in days if after < day <= until)


def _around(day: object, more: int) -> set[date]:
    """Return a day on which something ends, and the days after it: what ends may end with it or before it."""
    return {day + timedelta(days=later) for later in range(more + 1)} if isinstance(day, date) else set()


def _terms_of(node: Compare) -> Iterator[Term]:
    for span, number in ((node.left, node.right), (node.right, node.left)):
        if isinstance(span, Span) and isinstance(number, Number) and _name(span.end) == AS_OF:
            yield _name(span.start), span.unit, number.value
        if isinstance(span, Field) and span.type is ValueType.DATE and _name(number) == AS_OF:
            yield span.spec.name, ValueType.DAYS, 0


def _name(node: object) -> str:
    return node.spec.name if isinstance(node, Field) else ""


def _walk(node: object) -> Iterator[object]:
    """Yield a node and everything below it, whatever nodes the language has."""
    if isinstance(node, list | tuple):
        for item in node:
            yield from _walk(item)
    elif is_dataclass(node):
        yield node
        for part in fields(node):
            yield from _walk(getattr(node, part.name))
