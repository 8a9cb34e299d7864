"""One issue of the red and black bulletin: what goes in, and what is known of a released one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from credit_service.errors import PeriodUnknown


@dataclass(frozen=True)
class Period:
    """A calendar quarter (``2026Q3``), half-year (``2026H1``), month (``2026-09``) or year (``2026``)."""

    code: str
    from_on: date
    until_on: date
    """Inclusive."""

    @property
    def label(self) -> str:
        """Chinese name: 2026年第三季度."""
        year, rest = self.code[:4], self.code[4:]
        if rest.startswith("Q"):
            return f"{year}年第{'一二三四'[int(rest[1]) - 1]}季度"
        if rest.startswith("H"):
            return f"{year}年{'上下'[int(rest[1]) - 1]}半年"
        if rest.startswith("-"):
            return f"{year}年{int(rest[1:])}月"
        return f"{year}年"


_PERIOD = re.compile(r"(?P<year>\d{4})(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|-(?P<month>0[1-9]|1[0-2]))?")


def parse_period(code: str) -> Period:
    """Return the period a code names.

    Raises:
        PeriodUnknown: The code is none of ``YYYYQn``, ``YYYYHn``, ``YYYY-MM``, ``YYYY``.
    """
    match = _PERIOD.fullmatch(code)
    if match is None:
        message = f"期次“{code}”无法识别。"
        raise PeriodUnknown(message, remedy="请写 2026Q3（季度）、2026H2（半年）、2026-09（月）或 2026（年）。")
    year = int(match["year"])
    index, length = next(
        ((int(match[name]), months) for name, months in (("quarter", 3), ("half", 6), ("month", 1)) if match[name]),
        (1, 12),
    )
    first = (index - 1) * length + 1
    next_month = year * 12 + first - 1 + length
    end_on = date(next_month // 12, next_month % 12 + 1, 1) - timedelta(days=1)
    return Period(code, date(year, first, 1), end_on)


@dataclass(frozen=True)
class BulletinEntry:
    """One line of a bulletin, already reduced to what may be shown.

    ``case_id`` ties it to its case; ``name`` and ``identifier_code`` are what the law lets the public see.
    """

    case_id: str
    list_kind: str
    list_type_name: str
    name: str
    identifier_code: str
    category_name: str
    fact: str
    basis: str
    document_no: str
    authority_name: str
    decided_on: date
    until_on: date | None
    measures: tuple[str, ...] = ()
    subject_kind: str = "organisation"
    """A `SubjectKind` value; a person's entry never has an ``identifier_code``."""


@dataclass(frozen=True)
class WithheldEntry:
    """What a bulletin counts but does not show, and why."""

    case_id: str
    list_kind: str
    reason: str


@dataclass(frozen=True)
class LeftEntry:
    """A subject that left a list in the period: name only, never the facts."""

    case_id: str
    list_kind: str
    name: str
    end_kind: str
    ended_on: date


@dataclass(frozen=True)
class CategoryCount:
    """One line of the overview: counts of a category in the period."""

    number: int
    name: str
    records: int
    subjects: int


@dataclass(frozen=True)
class Bulletin:
    """One issue, complete and lawful to show."""

    bulletin_id: str
    title: str
    period: Period
    serial: int
    issuer: str
    cut_off_on: date
    issued_at: datetime
    red: tuple[BulletinEntry, ...]
    black: tuple[BulletinEntry, ...]
    left: tuple[LeftEntry, ...]
    withheld: tuple[WithheldEntry, ...]
    counts: tuple[CategoryCount, ...]
    batches: int
    records: int
    rulebook: str
    objection_channel: str
    public_url: str
    measures: tuple[tuple[str, str, str, str], ...] = ()
    """(list kind, name, content, basis) of each measure that follows from the entries."""
    correction: str = ""
    """Of an issue rendered anew without entries that left: what was changed; empty as released."""


@dataclass(frozen=True)
class ReleasedFile:
    """One file of a released bulletin."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Release:
    """A released bulletin as the ledger and its manifest know it."""

    bulletin_id: str
    period: str
    serial: int
    title: str
    issued_at: datetime
    case_ids: tuple[str, ...]
    files: tuple[ReleasedFile, ...]
    manifest_sha256: str
