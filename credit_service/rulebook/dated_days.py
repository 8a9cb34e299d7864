"""The days on which a row of some rule file begins or has just ended, before anybody knows what the row means.

Before it lie the versions with their heads read; after it days for `check`, which builds the rulebook of each: between
two such days nothing changes. A day that is none is left to the reader of the row, who refuses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.tables import read_table
from credit_service.rulebook.versions import RuleVersion
from credit_service.rulebook.yaml_text import YamlList, YamlText, YamlTree


def find_dated_days(versions: Iterable[RuleVersion]) -> set[date]:
    """Return the days on which a row of a version begins or has just ended while the version is in force."""
    found: set[date] = set()
    for version in versions:
        for tree in (version.section.tree, *_read_tables(version)):
            days = set(_list_days(tree))
            found |= {day for day in days if version.from_on <= day and (version.to_on is None or day <= version.to_on)}
    return found


def _read_tables(version: RuleVersion) -> list[YamlTree]:
    """Return the rows of every table, read apart from the version, whose readers say which tables there are."""
    found: list[YamlTree] = []
    with FaultLog().catching():
        for path in version.table_paths().values():
            found += [row.tree for row in read_table(path, version.directory, path.name, FaultLog())]
    return found


def _list_days(tree: YamlTree) -> Iterator[date]:
    if isinstance(tree, YamlText):
        return
    if isinstance(tree, YamlList):
        for item in tree.items:
            yield from _list_days(item)
        return
    for key, item in tree.items.items():
        if key in {"from", "to"} and isinstance(item, YamlText):
            yield from _read_day(item, is_last=key == "to")
        elif key != "in_force":
            yield from _list_days(item)


def _read_day(text: YamlText, *, is_last: bool) -> Iterator[date]:
    try:
        day = date.fromisoformat(text.text or "")
    except ValueError:
        return
    if not is_last:
        yield day
    elif day < date.max:
        yield day + timedelta(days=1)
