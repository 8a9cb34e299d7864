"""Columns of text to typed columns: dates, money, choices, codes; what does not fit is told, never guessed.

Before this module `read_batch` has put the cells under the template's headers; after it `check_rows` compares typed
values. Full-width digits and letters are read as their half-width forms (NFKC) in everything but running text, which
stays as written, trimmed. Nothing else is mended: a month without a day, a two-digit year, a sum with more decimals
than a fen are faults with a remedy.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import polars as pl

from credit_service.domain.template import CellType, Column
from credit_service.intake.codes import read_codes
from credit_service.intake.money import read_money
from credit_service.intake.typed import Typed, Verdict, no_faults, to_halfwidth

MAX_REMEMBERED: Final = 200_000
EARLIEST_YEAR: Final = 1949
LATEST_YEAR: Final = 2199
_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of Excel's calendar from March 1900 on."""
_SERIAL: Final = range(20_000, 80_000)
_YMD: Final = re.compile(
    r"(\d{4})(?:\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?)"
    r"(?:[ T]+(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)?",
    re.ASCII,
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_REFUSED_FORMS: Final = (
    (re.compile(r"\d{4}[-/.年]\d{1,2}月?", re.ASCII), "只有年月，没有日"),
    (re.compile(r"\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?", re.ASCII), "的年份只有两位，可能有几种读法"),
    (re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}", re.ASCII), "的年份写在最后，月和日可能读反"),
)
_MONTH: Final = re.compile(r"([12]\d{3})(?:\s*[-/.年]\s*(\d{1,2})\s*月?|(\d{2}))", re.ASCII)
_QUARTER: Final = re.compile(
    r"([12]\d{3})\s*[-年]?\s*(?:第\s*([1-4一二三四])\s*季度?|([1-4一二三四])\s*季度?|[Qq]([1-4]))", re.ASCII
)
_QUARTERS: Final = "1234一二三四"
_SHORT_MONTH: Final = re.compile(r"(?:19|20)\d{3}", re.ASCII)
_YEAR: Final = re.compile(r"([12]\d{3})\s*年?度?", re.ASCII)
_SEPARATORS: Final = re.compile(r"[;；、，,|\n]+")
_DATE_REMEDY: Final = "请改成“2026-09-01”或“2026/9/1”这样的年月日。"
_PERIOD_REMEDY: Final = "请改成“2026-09-01”、“2026年9月”、“2026年第3季度”或“2026年”这样的日期或期间。"

_KINDS: Final = {
    CellType.DATE: pl.Date(),
    CellType.PERIOD: pl.Date(),
    CellType.ENUM: pl.String(),
    CellType.ENUM_SET: pl.List(pl.String()),
    CellType.BOOLEAN: pl.Boolean(),
    CellType.YEAR: pl.Int64(),
    CellType.INTEGER: pl.Int64(),
    CellType.MONEY_WAN: pl.Int64(),
    CellType.MONEY_YUAN: pl.Int64(),
}


def dtype_of(cell_type: CellType) -> pl.DataType:
    """Return the Polars type of a typed column."""
    return _KINDS.get(cell_type, pl.String())


def trim_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Return all columns but ``row`` without white space at the ends of cells, full-width blanks included.

    Where nothing is left the cell is null. Zero-width characters are no white space: they stay, and are faults. Nearly
    all columns are trimmed already; finding that out costs half of trimming them.
    """
    cells = pl.exclude("row").str
    is_untrimmed = (cells.strip_chars().str.len_bytes() != cells.len_bytes()) | (cells.len_bytes() == 0)
    untrimmed = frame.select(is_untrimmed.any())
    return frame.with_columns(_trim(pl.col(name)) for name in untrimmed.columns if untrimmed[name].item())


def _trim(column: pl.Expr) -> pl.Expr:
    trimmed = column.str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


class CellTyper:
    """Types one column, chunk after chunk; each different spelling is read once and remembered."""

    def __init__(self, column: Column, cell_type: CellType) -> None:
        self._column = column
        self._type = cell_type
        self._memory: dict[str, Verdict] = {}
        self._read = self._reader()

    def type_cells(self, cells: pl.Series) -> Typed:
        """Return the typed column and its faults.

        **Shape**: ``values`` has one value per cell, null where blank or faulty; ``faults`` is sparse.
        """
        if self._type is CellType.TEXT:
            return Typed(cells, no_faults())
        if self._type in {CellType.MONEY_WAN, CellType.MONEY_YUAN}:
            return read_money(cells, self._type)
        if self._read is None:
            return read_codes(cells, self._type)
        return self._by_distinct(cells, self._read)

    def _by_distinct(self, cells: pl.Series, read: Callable[[str], Verdict]) -> Typed:
        distinct = cells.drop_nulls().unique().alias("cell")
        if len(self._memory) > MAX_REMEMBERED:
            self._memory.clear()
        verdicts = [self._verdict(cell, read) for cell in distinct]
        table = distinct.to_frame().with_columns(
            pl.Series("value", [verdict.value for verdict in verdicts], dtype=dtype_of(self._type)),
            pl.Series("rule", [verdict.rule for verdict in verdicts], dtype=pl.String),
            pl.Series("reason", [verdict.reason for verdict in verdicts], dtype=pl.String),
            pl.Series("remedy", [verdict.remedy for verdict in verdicts], dtype=pl.String),
        )
        joined = cells.alias("cell").to_frame().join(table, on="cell", how="left", maintain_order="left")
        faults = no_faults()
        if any(verdict.rule for verdict in verdicts):
            faults = joined.with_row_index("index").filter(pl.col("rule").is_not_null())
            faults = faults.select("index", "rule", "reason", "remedy")
        return Typed(joined["value"], faults)

    def _verdict(self, cell: str, read: Callable[[str], Verdict]) -> Verdict:
        known = self._memory.get(cell)
        if known is None:
            known = self._memory[cell] = read(to_halfwidth(cell))
        return known

    def _reader(self) -> Callable[[str], Verdict] | None:
        if self._type is CellType.DATE:
            return read_date
        if self._type is CellType.PERIOD:
            return read_period
        if self._type in {CellType.YEAR, CellType.INTEGER}:
            return self._read_whole
        if self._type in {CellType.ENUM, CellType.BOOLEAN, CellType.ENUM_SET}:
            self._slugs = {_choice_key(written): slug for written, slug in self._column.choices}
            return {
                CellType.ENUM: self._read_choice,
                CellType.BOOLEAN: self._read_boolean,
                CellType.ENUM_SET: self._read_choices,
            }[self._type]
        return None

    def _read_choice(self, cell: str) -> Verdict:
        slug = self._slugs.get(_choice_key(cell))
        return Verdict(slug) if slug is not None else self._unknown_choice(cell)

    def _read_boolean(self, cell: str) -> Verdict:
        verdict = self._read_choice(cell)
        return verdict if verdict.rule else Verdict(verdict.value == "true")

    def _read_choices(self, cell: str) -> Verdict:
        whole = self._slugs.get(_choice_key(cell))
        if whole is not None:
            return Verdict([whole])
        parts = [part for part in _SEPARATORS.split(cell) if part.strip()]
        unknown = next((part for part in parts if _choice_key(part) not in self._slugs), None)
        if unknown is not None or not parts:
            return self._unknown_choice(unknown or cell)
        return Verdict(list(dict.fromkeys(self._slugs[_choice_key(part)] for part in parts)))

    def _unknown_choice(self, cell: str) -> Verdict:
        first: dict[str, str] = {}
        for written, slug in self._column.choices:
            first.setdefault(slug, written)
        allowed = "、".join(first.values())
        several = "；多项之间用分号隔开" if self._type is CellType.ENUM_SET else ""
        return Verdict(None, "enum", f"“{cell[:30]}”不在可填的内容之中", f"请从以下内容中选填：{allowed}{several}。")

    def _read_whole(self, cell: str) -> Verdict:
        digits = cell.removesuffix("年" if self._type is CellType.YEAR else "人").strip()
        name = "四位年份" if self._type is CellType.YEAR else "整数"
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
            return Verdict(None, "number-format", f"“{cell[:30]}”不是{name}", f"请填{name}，不带其他文字。")
        number = int(digits)
        low, high = self._column.minimum, self._column.maximum
        if (low is not None and number < low) or (high is not None and number > high):
            return Verdict(None, "number-range", f"{number}超出范围", f"应在{low}至{high}之间，请核对。")
        return Verdict(number)


def read_date(cell: str) -> Verdict:
    """Return the date of a cell (half-width): 2026-09-01, 2026/9/1, 2026.9.1, 20260901, 2026年9月1日, an Excel serial.

    A time of day behind the date is allowed and not kept. A month alone, a two-digit year, and day-first forms are
    faults, because each could be read in more than one way.
    """
    found = _YMD.fullmatch(cell)
    if found is not None:
        year, month, day = (int(part) for part in found.groups() if part is not None)
        return _date_of(cell, year, month, day)
    found = _COMPACT.fullmatch(cell)
    if found is not None:
        return _date_of(cell, *(int(part) for part in found.groups()))
    serial = cell.removesuffix(".0")
    if len(serial) == 5 and serial.isascii() and serial.isdigit() and int(serial) in _SERIAL:
        return Verdict(_EPOCH + timedelta(days=int(serial)))
    reason = next((why for form, why in _REFUSED_FORMS if form.fullmatch(cell)), "不是日期")
    return Verdict(None, "date-format", f"“{cell[:30]}”{reason}", _DATE_REMEDY)


def read_period(cell: str) -> Verdict:
    """Return the last day of a day, a month (2026年9月, 202609), a quarter (2026年第3季度) or a year (2026年度)."""
    found = _MONTH.fullmatch(cell)
    if found is not None and 1 <= (month := int(found[2] or found[3])) <= 12:
        return _date_of(cell, int(found[1]), month, monthrange(int(found[1]), month)[1])
    found = _QUARTER.fullmatch(cell)
    if found is not None:
        month = 3 * (_QUARTERS.index(found[2] or found[3] or found[4]) % 4 + 1)
        return _date_of(cell, int(found[1]), month, monthrange(int(found[1]), month)[1])
    found = _YEAR.fullmatch(cell)
    if found is not None:
        return _date_of(cell, int(found[1]), 12, 31)
    if _SHORT_MONTH.fullmatch(cell) is not None:
        return Verdict(None, "date-format", f"“{cell}”可能是缺了0的年月，也可能是日期的序号", _PERIOD_REMEDY)
    verdict = read_date(cell)
    return replace(verdict, remedy=_PERIOD_REMEDY) if verdict.rule else verdict


def _date_of(cell: str, year: int, month: int, day: int) -> Verdict:
    try:
        value = date(year, month, day)
    except ValueError:
        return Verdict(None, "date-format", f"“{cell[:30]}”不是日历上有的日期", _DATE_REMEDY)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        reason = f"“{cell[:30]}”的年份不在{EARLIEST_YEAR}至{LATEST_YEAR}之间"
        return Verdict(None, "date-format", reason, "请核对年份；没有期限的请填2099/12/31。")
    return Verdict(value)


def _choice_key(written: str) -> str:
    return re.sub(r"\s+", "", to_halfwidth(written)).upper()
