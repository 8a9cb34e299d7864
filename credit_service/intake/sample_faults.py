"""Planted faults: the mistakes officials make, put into generated rows on purpose, at most one a row.

Before this module come clean rows from `sample_columns`; after it the writers. Which faults fit is read from the
template itself (required columns, code columns, date orders …), so a new template needs nothing here. Each fault is
planted where it breaks its own rule and as few others as possible, and is returned with the rule it must be found by:
what intake says about a generated file can be compared to the last row. Nothing is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from credit_service.domain.identifier import DUMMY_USCC, is_valid_person_id, is_valid_uscc
from credit_service.domain.record import RecordKind
from credit_service.domain.template import CellType, Condition, Template
from credit_service.intake.sample_subjects import PERSON_DIVISION

if TYPE_CHECKING:
    import polars as pl

    from credit_service.intake.sample_draws import Draws

Row = Mapping[str, str | None]
Change = tuple[str, dict[str, str | None]]
"""The faulty column and the cells to overwrite; None is a blank cell."""
Maker = Callable[[Row, int], Change | None]
"""Takes a clean row and a random number; None where the row offers no place for this fault."""

FAR_FUTURE = date(2090, 1, 1)
END_OF_TIME = "2099/12/31"
WIDEST = 512
"""Wider columns are left alone: overfilling them would make the file large, not the test better."""
CODE_RULES = {
    CellType.USCC: "uscc-check-digit",
    CellType.ORG_CODE: "org-code-check-digit",
    CellType.REGISTRATION: "registration-check-digit",
    CellType.PERSON_ID: "person-id-check-digit",
}
BAD_DATES = ("2026年2月30日", "待定", "2026/13/01", "长期")
BAD_AMOUNTS = ("约五万元", "5.00.0", "见决定书")
DISHONEST_KINDS = frozenset({RecordKind.PENALTY, RecordKind.SERIOUS_LIST})
UNCODED_SPARED = frozenset({"enum", "registration-check-digit"})
SEPARATORS = re.compile(r"[;；、，,]")


@dataclass(frozen=True)
class PlantedFault:
    """One fault: which row of the block, which column, and the rule that must find it."""

    index: int
    column: str
    rule: str


class FaultPlanter:
    """Plants faults in blocks of one template's rows."""

    def __init__(self, template: Template, medium: str, forbidden: Sequence[str]) -> None:
        self._template = template
        self._forbidden = forbidden
        self._makers: tuple[tuple[str, Maker], ...] = tuple(self._applicable(medium))

    @property
    def rules(self) -> frozenset[str]:
        """The rules that this template and file format can break."""
        return frozenset(rule for rule, _ in self._makers)

    def plant(
        self, frame: pl.DataFrame, draws: Draws, ratio_millionths: int
    ) -> tuple[pl.DataFrame, tuple[PlantedFault, ...]]:
        """Return the rows with about ``ratio_millionths`` faults in a million rows, and where they are."""
        chosen = draws.chance(ratio_millionths).arg_true().to_list()
        numbers = draws.below(2**31)
        faults: list[PlantedFault] = []
        changes: dict[str, tuple[list[int], list[str | None]]] = {}
        faulty: set[int] = set()
        for index in chosen:
            number: int = numbers[index]
            rule, (column, cells) = self._choose(frame, index, number, faulty)
            faults.append(PlantedFault(index, column, rule))
            faulty.add(index)
            for header, value in cells.items():
                places, values = changes.setdefault(header, ([], []))
                places.append(index)
                values.append(value)
        return _overwrite(frame, changes), tuple(faults)

    def _choose(self, frame: pl.DataFrame, index: int, number: int, faulty: set[int]) -> tuple[str, Change]:
        """Return the first fault, counted from a random one, that this row offers a place for."""
        row = frame.row(index, named=True)
        before = frame.row(index - 1, named=True) if index and index - 1 not in faulty else None
        # Beside the dummy code stand the only marks of such a business: spoiling them would break two rules at once.
        spared = UNCODED_SPARED if DUMMY_USCC in row.values() else frozenset()
        for step in range(len(self._makers)):
            rule, maker = self._makers[(number + step) % len(self._makers)]
            if rule in spared:
                continue
            if rule == "duplicate-in-file":
                change = (self._template.unique_by[0], dict(before)) if before else None
            else:
                change = maker(row, number // 64)
            if change is not None:
                return rule, change
        message = f"模板 {self._template.template_id} 没有可以制造错误的栏目。"
        raise ValueError(message)

    def _applicable(self, medium: str) -> list[tuple[str, Maker]]:
        template = self._template
        makers: list[tuple[str, Maker]] = [
            ("required", self._blank),
            ("width", self._overfill),
        ]
        codes = {kind: self._headers(kind) for kind in CODE_RULES}
        mixed = self._headers(CellType.SUBJECT_CODE)
        makers += [(CODE_RULES[kind], _break_check(headers)) for kind, headers in codes.items() if headers]
        makers += [
            (CODE_RULES[kind], _break_check(mixed, of_person=kind is CellType.PERSON_ID))
            for kind in (CellType.USCC, CellType.PERSON_ID)
            if mixed
        ]
        optional: tuple[tuple[str, bool, Maker], ...] = (
            ("date-format", bool(self._headers(CellType.DATE)), self._spoil_date),
            ("future-date", bool(template.not_future), self._postpone),
            ("date-order", bool(template.date_orders), self._reverse_dates),
            ("enum", bool(self._choices()), self._misname),
            ("amount-format", bool(self._amounts()), self._spell_amount),
            ("required-when", any(c.required_when for c in template.columns), self._forget),
            ("duplicate-in-file", bool(template.unique_by), lambda _row, _number: None),
            ("outside-catalogue", bool(self._topics()), self._stray),
            ("number-cell", medium == "xlsx" and bool(self._headers(CellType.USCC)), self._type_number),
            ("ragged-line", medium == "csv", lambda _row, _number: ("", {})),
        )
        return makers + [(rule, maker) for rule, applies, maker in optional if applies]

    def _headers(self, kind: CellType) -> list[str]:
        return [column.header for column in self._template.columns if column.type is kind]

    def _amounts(self) -> list[str]:
        return self._headers(CellType.MONEY_WAN) + self._headers(CellType.MONEY_YUAN)

    def _topics(self) -> list[str]:
        if self._template.record_kind not in DISHONEST_KINDS:
            return []
        return [c.header for c in self._template.columns if c.field == "topic" and c.type is CellType.TEXT]

    def _choices(self) -> list[str]:
        return self._headers(CellType.ENUM) + self._headers(CellType.ENUM_SET)

    def _blank(self, row: Row, number: int) -> Change | None:
        headers = [
            column.header
            for column in self._template.columns
            if column.required and column.type is CellType.TEXT and column.header not in self._template.unique_by
        ]
        return _at(headers, row, number, None)

    def _spoil_date(self, row: Row, number: int) -> Change | None:
        return _at(self._headers(CellType.DATE), row, number, BAD_DATES[number % len(BAD_DATES)])

    def _overfill(self, row: Row, number: int) -> Change | None:
        cells: dict[str, str | None] = {
            column.header: (row[column.header] or "").ljust(column.width + 1, "测")
            for column in self._template.columns
            if column.type is CellType.TEXT and column.width and column.width <= WIDEST and row[column.header]
        }
        if not cells:
            return None
        header = list(cells)[number % len(cells)]
        return header, {header: cells[header]}

    def _postpone(self, row: Row, number: int) -> Change | None:
        past = self._template.not_future
        followed = {order.earlier for order in self._template.date_orders if order.later in past and row[order.later]}
        change = _at([header for header in past if header not in followed], row, number, self._day_to_come(number))
        if change is None:
            return None
        header, cells = change
        # Whatever has to follow the postponed day follows it, so that the order of dates stays right.
        for order in self._template.date_orders:
            if order.earlier == header and row[order.later]:
                cells[order.later] = END_OF_TIME
        return header, cells

    def _day_to_come(self, number: int) -> str:
        # Far beyond every reader's clock, so that the expected outcome stays right for as long as the file lies about.
        return _slashed(FAR_FUTURE + timedelta(days=number % 300))

    def _reverse_dates(self, row: Row, number: int) -> Change | None:
        firsts = {order.earlier for order in self._template.date_orders}
        pairs = [
            (first, order.later)
            for order in self._template.date_orders
            if order.later not in firsts and row[order.later] and (first := row[order.earlier])
        ]
        if not pairs:
            return None
        first, later = pairs[number % len(pairs)]
        day = date(*map(int, first.split("/"))) - timedelta(days=1 + number % 60)
        return later, {later: _slashed(day)}

    def _misname(self, row: Row, number: int) -> Change | None:
        mixed = [row[header] or "" for header in self._headers(CellType.SUBJECT_CODE)]
        if any(is_valid_uscc(code) and is_valid_person_id(code) for code in mixed):
            return None  # Only the kind beside it tells whose code it is.
        return _at(self._choices(), row, number, "不详")

    def _spell_amount(self, row: Row, number: int) -> Change | None:
        return _at(self._amounts(), row, number, BAD_AMOUNTS[number % len(BAD_AMOUNTS)])

    def _forget(self, row: Row, number: int) -> Change | None:
        headers = [
            column.header
            for column in self._template.columns
            if column.required_when and self._holds(column.required_when, row)
        ]
        return _at(headers, row, number, None)

    def _holds(self, condition: Condition, row: Row) -> bool:
        slugs = dict(self._template.column(condition.column).choices)
        written = SEPARATORS.split(row[condition.column] or "")
        return any(value in condition.values or slugs.get(value) in condition.values for value in written)

    def _stray(self, row: Row, number: int) -> Change | None:
        return _at(self._topics(), row, number, self._forbidden[number % len(self._forbidden)])

    def _type_number(self, row: Row, number: int) -> Change | None:
        # Only a code of digits can have been swallowed by Excel as a number; its last digits are lost then.
        headers = [header for header in self._headers(CellType.USCC) if (row[header] or "").isdigit()]
        return (headers[number % len(headers)], {}) if headers else None


def _break_check(headers: Sequence[str], *, of_person: bool | None = None) -> Maker:
    """Return a maker that writes a wrong check character at the end of a code.

    Args:
        headers: The columns that may be broken.
        of_person: For columns with codes of any subject: break only persons' codes, or only others'.
    """

    def break_check(row: Row, number: int) -> Change | None:
        filled = [
            header
            for header in headers
            if (code := row[header]) not in {None, DUMMY_USCC}
            and (of_person is None or of_person is (code or "").startswith(PERSON_DIVISION))
        ]
        if not filled:
            return None
        header = filled[number % len(filled)]
        code = row[header] or ""
        return header, {header: _with_wrong_check(code)}

    return break_check


def _with_wrong_check(code: str) -> str:
    """Return the code with a last character that is wrong under every standard, where a column takes several."""
    wrong = (code[:-1] + last for last in "012" if last != code[-1])
    return next(other for other in wrong if not (is_valid_uscc(other) or is_valid_person_id(other)))


def _at(headers: Sequence[str], row: Row, number: int, value: str | None) -> Change | None:
    """Return a change of one of the filled cells."""
    filled = [header for header in headers if row[header]]
    if not filled:
        return None
    header = filled[number % len(filled)]
    return header, {header: value}


def _slashed(day: date) -> str:
    return f"{day:%Y/%m/%d}"


def _overwrite(frame: pl.DataFrame, changes: Mapping[str, tuple[list[int], list[str | None]]]) -> pl.DataFrame:
    return frame.with_columns(
        frame[header].clone().scatter(places, values) for header, (places, values) in changes.items()
    )
