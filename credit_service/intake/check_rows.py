"""Check rows: all rules, all rows, all findings at once; the good rows go on typed, the others with reasons.

Before this module a reader's chunk of text cells and the recognised columns; after it `normalise` takes the accepted
frame and the report all findings. Every received row comes out exactly once: accepted, rejected or blank. A row is
rejected when it has at least one finding of severity error. Rows are never mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from credit_service.domain.subject import SubjectKind
from credit_service.domain.template import CellType, Column
from credit_service.intake.cells import CellTyper, dtype_of, trim_cells
from credit_service.intake.codes import read_subject_codes
from credit_service.intake.duplicates import DuplicateFinder
from credit_service.intake.findings import (
    ERROR,
    FINDING_SCHEMA,
    SHOWN_CHARACTERS,
    WARNING,
    build_message,
    mask_values,
    to_fault_findings,
)
from credit_service.intake.parsed import CellFault, ParsedChunk
from credit_service.intake.recognise import Recognised
from credit_service.intake.rules import CODE_KIND, CheckContext, Rule, build_rules, raw

CITIZEN_CARD: Final = "id_card"
ORGANISATION_CODES: Final = frozenset({"uscc_code", "registration_code", "org_code"})
_FOUND: Final = pl.Schema(
    {
        "index": pl.UInt32(),
        "column": pl.String(),
        "rule": pl.String(),
        "severity": pl.String(),
        "reason": pl.String(),
        "remedy": pl.String(),
    }
)


@dataclass(frozen=True)
class CheckedChunk:
    """Some rows, checked.

    **Shape**: ``accepted`` has ``row`` (Int64), ``sheet`` (String), then one typed column per header of the template;
    ``findings`` has `FINDING_SCHEMA`. ``rows == accepted_rows + rejected + blank``, always.
    """

    accepted: pl.DataFrame
    findings: pl.DataFrame
    rows: int
    accepted_rows: int
    rejected: int
    blank: int


class RowChecker:
    """Checks the chunks of one table, in order."""

    def __init__(self, table: Recognised, context: CheckContext, *, several_sheets: bool) -> None:
        self._table = table
        self._template = table.template
        self._several_sheets = several_sheets
        self._rules = build_rules(table.template, context)
        self._typers = {
            match.column.header: CellTyper(match.column, match.cell_type)
            for match in table.matches
            if match.cell_type is not CellType.SUBJECT_CODE
        }
        required = [h for h in self._template.unique_by if self._template.column(h).required]
        self._duplicates = DuplicateFinder(self._template.unique_by, required)
        self._nameless = [position for position, header, _ in table.extra if not header]

    def share_duplicates(self, other: RowChecker) -> None:
        """Look for duplicates together with another sheet of the same file."""
        self._duplicates = other._duplicates

    def check(self, chunk: ParsedChunk) -> CheckedChunk:
        """Return the chunk's accepted rows and all its findings."""
        cells = trim_cells(chunk.frame)
        is_blank = cells.select(pl.all_horizontal(pl.exclude("row").is_null())).to_series()
        blank = chunk.blank + int(is_blank.sum())
        cells = cells.filter(~is_blank)
        frame, found = self._type(cells, chunk.sheet)
        found += [self._apply_rules(frame), self._find_duplicates(frame, chunk.sheet), self._find_nameless(cells)]
        spoilt = self._spoilt_cells(chunk.cells, frame)
        by_cell = pl.concat([part for part in found if part.height] or [pl.DataFrame(schema=_FOUND)])
        by_cell = pl.concat([by_cell.join(spoilt, on=["index", "column"], how="anti"), spoilt])
        by_cell = by_cell.unique(["index", "column", "rule"], keep="first", maintain_order=True)
        findings = self._to_findings(by_cell, frame)
        lines = to_fault_findings(chunk.faults, chunk.sheet, has_persons=self._has_persons())
        findings = self._finish(pl.concat([findings, lines]))
        wrong = by_cell.filter(pl.col("severity") == ERROR)["index"].unique()
        accepted = frame.select("row", "sheet", *(column.header for column in self._template.columns))
        accepted = accepted.with_row_index("#").filter(~pl.col("#").is_in(wrong.implode())).drop("#")
        return CheckedChunk(
            accepted=accepted,
            findings=findings,
            rows=chunk.rows,
            accepted_rows=accepted.height,
            rejected=wrong.len() + len(chunk.faults),
            blank=blank,
        )

    def _type(self, cells: pl.DataFrame, sheet: str) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
        """Return typed and written columns side by side, and what typing found."""
        columns: dict[str, pl.Series] = {"row": cells["row"]}
        found: list[pl.DataFrame] = []
        places = {match.column.header: match.position for match in self._table.matches}
        for column in self._template.columns:
            header = column.header
            if header not in places:
                columns[raw(header)] = pl.Series(raw(header), [None], dtype=pl.String).new_from_index(0, cells.height)
                columns[header] = pl.Series(header, [None], dtype=dtype_of(column.type)).new_from_index(0, cells.height)
                continue
            written = cells[f"c{places[header]}"]
            columns[raw(header)] = written.alias(raw(header))
            if header in self._typers:
                typed = self._typers[header].type_cells(written)
                columns[header] = typed.values.alias(header)
                found.append(_locate(typed.faults, header))
        frame = pl.DataFrame(list(columns.values())).with_columns(pl.lit(sheet).alias("sheet"))
        for column in self._template.columns:
            if column.type is CellType.SUBJECT_CODE and column.header in places:
                frame, faults = self._type_subject_code(column, frame)
                found.append(_locate(faults, column.header))
        frame, found = self._spare_other_documents(frame, found)
        return frame, found

    def _type_subject_code(self, column: Column, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Type a column of mixed codes, which needs to know what kind of subject the row names."""
        kind = self._kind_column()
        kinds = frame[kind] if kind else pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
        typed, can_be = read_subject_codes(frame[raw(column.header)], kinds)
        frame = frame.with_columns(typed.values.alias(column.header), can_be.alias(CODE_KIND + column.header))
        return frame, typed.faults

    def _spare_other_documents(
        self, frame: pl.DataFrame, found: list[pl.DataFrame]
    ) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
        """Let numbers of passports and permits stand: the citizen number's check is not theirs."""
        number = next((c.header for c in self._template.columns if c.field == "person_id"), None)
        kind = next((c.header for c in self._template.columns if c.field == "person_id_type"), None)
        if number is None or kind is None:
            return frame, found
        is_other = pl.col(kind).is_not_null() & (pl.col(kind) != CITIZEN_CARD)
        others = frame.select(is_other.arg_true().cast(pl.UInt32).alias("index"))
        if others.is_empty():
            return frame, found
        frame = frame.with_columns(pl.when(is_other).then(raw(number)).otherwise(number).alias(number))
        others = others.with_columns(pl.lit(number).alias("column"))
        return frame, [faults.join(others, on=["index", "column"], how="anti") for faults in found]

    def _apply_rules(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Evaluate every rule on the whole frame, then word the reasons for the rows that break one."""
        verdicts = frame.select(
            rule.violated.fill_null(value=False).alias(str(place)) for place, rule in enumerate(self._rules)
        )
        broken = verdicts.select(pl.all().any()).row(0) if frame.height else ()
        parts = [
            _word(rule, frame, verdicts[str(place)].arg_true())
            for place, rule in enumerate(self._rules)
            if frame.height and broken[place]
        ]
        return pl.concat(parts) if parts else pl.DataFrame(schema=_FOUND)

    def _find_duplicates(self, frame: pl.DataFrame, sheet: str) -> pl.DataFrame:
        names = [raw(header) for header in self._template.unique_by]
        keys = frame.select("row", *(pl.col(n).alias(n.removeprefix("raw:")) for n in names))
        repeated = self._duplicates.find(keys, sheet)
        headers = "、".join(f"“{header}”" for header in self._template.unique_by)
        place = pl.format("第{}行", "first_row")
        if self._several_sheets:
            place = pl.format("工作表“{}”第{}行", "first_sheet", "first_row")
        return repeated.select(
            "index",
            column=pl.lit(self._template.unique_by[0] if self._template.unique_by else ""),
            rule=pl.lit("duplicate-in-file"),
            severity=pl.lit(ERROR),
            reason=pl.format(f"与{{}}重复（{headers}都相同）", place),
            remedy=pl.lit("请核对：重复的删除一行，不是重复的改正文号等内容。"),
        ).match_to_schema(_FOUND)

    def _find_nameless(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Say where a row has content under no header: nobody can know what it means, so it is not read."""
        if not self._nameless:
            return pl.DataFrame(schema=_FOUND)
        filled = pl.any_horizontal(pl.col(f"c{position}").is_not_null() for position in self._nameless)
        return cells.select(filled.arg_true().cast(pl.UInt32).alias("index")).select(
            "index",
            column=pl.lit(""),
            rule=pl.lit("cell-without-header"),
            severity=pl.lit(WARNING),
            reason=pl.lit("有内容填在没有表头的列里，这些内容没有读取"),
            remedy=pl.lit("请核对是否错列；需要报送的，请移到有表头的列。"),
        )

    def _spoilt_cells(self, faults: tuple[CellFault, ...], frame: pl.DataFrame) -> pl.DataFrame:
        """Return the reader's cell faults that concern columns of the template."""
        headers = {match.position: match.column.header for match in self._table.matches}
        rows = [
            (fault.row, headers[fault.column], fault.rule, ERROR, fault.reason, fault.remedy)
            for fault in faults
            if fault.column in headers
        ]
        names = ["row", *_FOUND.names()[1:]]
        listed = pl.DataFrame(rows, schema=[(n, pl.Int64 if n == "row" else pl.String) for n in names], orient="row")
        places = frame.select(pl.col("row")).with_row_index("index")
        return listed.join(places, on="row", how="inner").select(_FOUND.names())

    def _to_findings(self, by_cell: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
        """Add row, sheet and the written value, masked where it is personal."""
        parts = []
        for (header,), group in by_cell.group_by("column", maintain_order=True):
            places = group["index"]
            values: list[str] = [""] * len(places)
            column = next((c for c in self._template.columns if c.header == header), None)
            if column is not None:
                values = self._show(column, frame, places)
            shown = pl.Series("value", values, dtype=pl.String)
            parts.append(
                group.with_columns(frame["row"].gather(places), frame["sheet"].gather(places), shown).select(
                    *("reason" if name == "message" else name for name in FINDING_SCHEMA.names())
                )
            )
        names = ["reason" if name == "message" else name for name in FINDING_SCHEMA.names()]
        return (
            pl.concat(parts) if parts else pl.DataFrame(schema=dict(zip(names, FINDING_SCHEMA.dtypes(), strict=True)))
        )

    def _show(self, column: Column, frame: pl.DataFrame, places: pl.Series) -> list[str]:
        written = frame[raw(column.header)].gather(places).to_list()
        if column.personal:
            return mask_values(column, written)
        shown = [_cut(value) for value in written]
        if column.field == "subject_name":
            persons = self._are_persons(frame.select(pl.all().gather(places))) if places.len() else []
            masked = mask_values(column, written)
            return [
                hidden if is_person else open_ for hidden, open_, is_person in zip(masked, shown, persons, strict=True)
            ]
        return shown

    def _are_persons(self, rows: pl.DataFrame) -> list[bool]:
        """Return for each row whether its subject is, or for all one can tell may be, a person."""
        if self._template.subject_kind is not None:
            return [self._template.subject_kind == SubjectKind.PERSON] * rows.height
        kind = self._kind_column()
        code = next((c.header for c in self._template.columns if c.type is CellType.SUBJECT_CODE), None)
        told = pl.col(kind) if kind else pl.lit(None, pl.String)
        if code is not None and CODE_KIND + code in rows.columns:
            told = pl.coalesce(told, CODE_KIND + code)
        codes = [c.header for c in self._template.columns if c.field in ORGANISATION_CODES]
        has_code = pl.any_horizontal(pl.col(header).is_not_null() for header in codes) if codes else pl.lit(value=False)
        told = pl.coalesce(told, pl.when(has_code).then(pl.lit(SubjectKind.ORGANISATION.value)))
        organisations = [SubjectKind.ORGANISATION.value, SubjectKind.INDIVIDUAL_BUSINESS.value]
        is_person = ~told.is_in(organisations).fill_null(value=False)
        return rows.with_columns(is_person.alias("#person"))["#person"].to_list()

    def _finish(self, findings: pl.DataFrame) -> pl.DataFrame:
        worded = findings.with_columns(build_message(self._several_sheets))
        return worded.select(FINDING_SCHEMA.names()).sort("row", maintain_order=True)

    def _kind_column(self) -> str | None:
        return next((c.header for c in self._template.columns if c.field == "subject_kind"), None)

    def _has_persons(self) -> bool:
        return any(column.personal for column in self._template.columns)


def _locate(faults: pl.DataFrame, header: str) -> pl.DataFrame:
    return faults.select(
        "index", pl.lit(header).alias("column"), "rule", pl.lit(ERROR).alias("severity"), "reason", "remedy"
    )


def _word(rule: Rule, frame: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    reason = pl.lit(rule.reason) if isinstance(rule.reason, str) else rule.reason
    names = set(reason.meta.root_names())
    rows = frame.select(pl.col(sorted(names) or ["row"]).gather(places))
    return rows.select(
        places.cast(pl.UInt32).alias("index"),
        column=pl.lit(rule.header),
        rule=pl.lit(rule.rule),
        severity=pl.lit(rule.severity.value),
        reason=reason,
        remedy=pl.lit(rule.remedy),
    )


def _cut(value: str | None) -> str:
    if value is None:
        return ""
    return value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "…"
