"""Faults to findings: where, why, what to do; with personal values masked before they leave intake.

Before this module `check_rows` knows which cells are wrong; after it the report, the warehouse and the clerk read the
same frame. It decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from credit_service.domain.batch import Finding, FindingSeverity
from credit_service.domain.identifier import mask_person_id
from credit_service.domain.subject import mask_person_name
from credit_service.domain.template import CellType, Column
from credit_service.intake.parsed import LineFault

FINDING_SCHEMA: Final = pl.Schema(
    {
        "row": pl.Int64(),
        "sheet": pl.String(),
        "column": pl.String(),
        "value": pl.String(),
        "rule": pl.String(),
        "severity": pl.String(),
        "message": pl.String(),
        "remedy": pl.String(),
    }
)
ERROR: Final = FindingSeverity.ERROR.value
WARNING: Final = FindingSeverity.WARNING.value
NOTE: Final = FindingSeverity.NOTE.value
SHOWN_CHARACTERS: Final = 120
_NUMBER: Final = re.compile(r"\d{14,17}[\dXx]")
_NAME: Final = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,10}·[\u3400-\u9fff·]{1,20}")
_CELL_ENDS: Final = re.compile(r"([,;\t，|\"\n:{}]+)")


def no_findings() -> pl.DataFrame:
    """Return an empty frame of findings."""
    return pl.DataFrame(schema=FINDING_SCHEMA)


def to_findings(frame: pl.DataFrame) -> tuple[Finding, ...]:
    """Return the rows of a findings frame as domain objects."""
    return tuple(
        Finding(**{**row, "severity": FindingSeverity(row["severity"])})
        for row in frame.select(FINDING_SCHEMA.names()).iter_rows(named=True)
    )


def finding_frame(findings: Iterable[Finding]) -> pl.DataFrame:
    """Return domain objects as a findings frame."""
    rows = [finding.to_dict() for finding in findings]
    return pl.DataFrame(rows, schema=FINDING_SCHEMA) if rows else no_findings()


def build_message(several_sheets: bool) -> pl.Expr:  # noqa: FBT001 - one flag, named at every call.
    """Return the sentence a clerk reads, from the columns ``sheet``, ``row``, ``column`` and ``reason``."""
    place = pl.format("第{}行", "row")
    if several_sheets:
        place = pl.format("工作表“{}”第{}行", "sheet", "row")
    column = pl.when(pl.col("column") == "").then(pl.lit("")).otherwise(pl.format("“{}”", "column"))
    return pl.format("{}{}：{}。", place, column, "reason").alias("message")


def mask_values(column: Column, values: Sequence[str | None]) -> list[str]:
    """Return personal values as they may be shown: numbers by their ends, names by their surname."""
    is_number = column.type in {CellType.PERSON_ID, CellType.SUBJECT_CODE}
    mask = mask_person_id if is_number else mask_person_name
    return [mask(value) if value else "" for value in values]


def to_fault_findings(faults: Iterable[LineFault], sheet: str, *, has_persons: bool) -> pl.DataFrame:
    """Return unreadable rows as findings whose value is the original text.

    **Shape**: like `FINDING_SCHEMA`, with ``reason`` in place of ``message``.
    """
    rows = [
        (
            fault.row,
            sheet,
            "",
            _show_line(fault.text, has_persons=has_persons),
            fault.rule,
            ERROR,
            fault.reason,
            fault.remedy,
        )
        for fault in faults
    ]
    names = [name if name != "message" else "reason" for name in FINDING_SCHEMA.names()]
    return pl.DataFrame(rows, schema=dict(zip(names, FINDING_SCHEMA.dtypes(), strict=True)), orient="row")


def _show_line(text: str, *, has_persons: bool) -> str:
    """Return an original line for a report: whatever may be a person's number or name in it is masked.

    A line that cannot be split into cells does not say which cell is the name, so every short run of Chinese characters
    that fills a cell is masked where the template has personal columns.
    """
    shown = _NUMBER.sub(lambda found: mask_person_id(found[0]), text[: SHOWN_CHARACTERS * 2])
    if has_persons:
        parts = _CELL_ENDS.split(shown)
        shown = "".join(mask_person_name(part) if _NAME.fullmatch(part.strip()) else part for part in parts)
    return shown if len(shown) <= SHOWN_CHARACTERS else shown[:SHOWN_CHARACTERS] + "…"
