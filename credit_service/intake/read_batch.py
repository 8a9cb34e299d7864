"""The facade of intake: a received file becomes checked chunks.

Before this module `receive` has stored the bytes; after it `normalise` takes accepted rows and the report the findings.
Opening finds encoding, template and columns and refuses a file that cannot be read as a whole; reading then never fails
because of a row. The file is opened anew for each reading, so that a batch can be read again years later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from credit_service.domain.batch import ReceivedFile
from credit_service.domain.template import CellType, Template
from credit_service.errors import UnreadableFile
from credit_service.intake.check_rows import CheckedChunk, RowChecker
from credit_service.intake.findings import FINDING_SCHEMA, NOTE, WARNING, build_message, no_findings
from credit_service.intake.headers import header_key
from credit_service.intake.parse_csv import CsvReader
from credit_service.intake.parse_json import JsonReader
from credit_service.intake.parse_xlsx import WorkbookReader
from credit_service.intake.parsed import ParsedChunk, Preview, Reader, chunk_schema
from credit_service.intake.recognise import (
    Recognised,
    check_catalogue,
    check_conditional_columns,
    is_misspelt,
    recognise_tables,
)
from credit_service.intake.report_stamp import find_reported_batch
from credit_service.intake.rules import CheckContext

__all__ = ["FINDING_SCHEMA", "BatchReading", "CheckContext", "CheckedChunk", "open_batch", "open_reader"]


class BatchReading:
    """An opened file whose rows can be read, once or again."""

    def __init__(
        self, reader: Reader, tables: tuple[Recognised, ...], previews: Sequence[Preview], context: CheckContext
    ) -> None:
        self._reader = reader
        self._tables = tables
        self._context = context
        self._skipped = tuple(
            preview.sheet for preview in previews if preview.sheet not in {table.layout.sheet for table in tables}
        )
        self.template: Template = tables[0].template
        self.sheets: tuple[str, ...] = tuple(table.layout.sheet for table in tables)
        self.report_of: str | None = find_reported_batch(previews)
        """The batch whose report the clerk mended and sent back, where the workbook says so."""
        self.estimated_rows: int = reader.estimated_rows

    def chunks(self) -> Iterator[CheckedChunk]:
        """Yield all rows, checked, in file order; findings about the header come with the first chunk.

        **Shape**: over all chunks, rows received = accepted + rejected + blank.
        """
        several = len(self._tables) > 1
        notes = [self._note_header(table) for table in self._tables] + [self._note_skipped()]
        pending = pl.concat(notes)
        first: RowChecker | None = None
        rows = 0
        for table in self._tables:
            checker = RowChecker(table, self._context, several_sheets=several)
            if first is None:
                first = checker
            else:
                checker.share_duplicates(first)
            for parsed in self._reader.chunks(table.layout):
                chunk = checker.check(parsed)
                rows += chunk.rows - chunk.blank
                yield _with_findings(chunk, pl.concat([pending, _to_notes(parsed)]))
                pending = no_findings()
        if not rows or pending.height:
            yield self._last_chunk(pending, is_empty=not rows)

    def _last_chunk(self, pending: pl.DataFrame, *, is_empty: bool) -> CheckedChunk:
        """Return a chunk without rows that carries what is left to say."""
        table = self._tables[0]
        if is_empty:
            row = (table.layout.header_row, table.layout.sheet, "", "", "no-rows", WARNING)
            told = _notes(
                [(*row, "表头下面没有任何数据行", "如属空报可不处理；否则请检查数据是否在别的工作表或文件中。")]
            )
            pending = pl.concat([pending, told])
        checker = RowChecker(table, self._context, several_sheets=False)
        frame = pl.DataFrame(schema=chunk_schema(len(table.layout.header)))
        return _with_findings(checker.check(ParsedChunk(table.layout.sheet, frame)), pending)

    def _note_header(self, table: Recognised) -> pl.DataFrame:
        row, sheet = table.layout.header_row, table.layout.sheet
        notes = []
        for _, header, near in table.extra:
            if header:
                asked = f"是否即“{near}”？如是，请改成这个列名后重新报送。" if near else "不需要报送的可不处理。"
                notes.append((row, sheet, header, "", "extra-column", NOTE, "模板中没有这一列，内容没有读取", asked))
        for match in table.matches:
            key = header_key(match.header)
            is_code = key.key == header_key(match.column.code).key
            unit = key.unit
            if match.cell_type.is_money and not unit and not is_code:
                read_as, other = ("万元", "元") if match.cell_type is CellType.MONEY_WAN else ("元", "万元")
                reason = f"表头没有写明单位，已按{read_as}读取"
                remedy = f"请核对；如果是{other}，请在列名后注明“({other})”后重新报送。"
                notes.append((row, sheet, match.header, "", "unit-assumed", WARNING, reason, remedy))
            elif match.cell_type is not match.column.type:
                reason = f"表头写明单位是“{unit}”，已按{unit}读取"
                notes.append((row, sheet, match.header, "", "unit-differs", NOTE, reason, "请核对金额与单位。"))
            if is_misspelt(match):
                reason = f"列名与模板略有不同，已按“{match.column.header}”读取"
                remedy = "如果是同一列可不处理；不是的，请改正列名后重新报送。"
                notes.append((row, sheet, match.header, "", "header-misspelt", NOTE, reason, remedy))
        return _notes(notes)

    def _note_skipped(self) -> pl.DataFrame:
        reason, remedy = "没有找到已知模板的表头，这张工作表没有读取", "说明、代码表等可不处理；是数据的请补上表头。"
        return _notes(
            [(1, sheet, "", "", "sheet-skipped", NOTE, f"工作表“{sheet}”{reason}", remedy) for sheet in self._skipped]
        )


def open_batch(received: ReceivedFile, templates: Sequence[Template], context: CheckContext) -> BatchReading:
    """Open a received file and recognise its template.

    Raises:
        UnreadableFile: Damaged, empty, encrypted, in an unknown encoding, or with two columns of one name.
        UnknownTemplate: The headers fit no template.
        MissingColumns: The template is clear, but required columns are absent.
        OutsideCatalogue: The catalogue does not list this kind, or a column may not be collected.
    """
    reader = open_reader(received)
    previews = reader.previews()
    tables = recognise_tables(previews, templates)
    for table in tables:
        check_catalogue(table, context.catalogue, (*context.forbidden, *context.forbidden_columns))
        check_conditional_columns(table)
    return BatchReading(reader, tables, previews, context)


def open_reader(received: ReceivedFile) -> Reader:
    """Return the reader for a file's kind.

    Raises:
        UnreadableFile: The file is damaged, or its kind is unknown.
    """
    path = Path(received.path)
    if received.kind == "csv":
        return CsvReader(path)
    if received.kind in {"xlsx", "xls", "ods"}:
        return WorkbookReader(path)
    if received.kind in {"json", "jsonl"}:
        return JsonReader(path, received.kind)
    message = f"不支持“{received.kind}”类文件。"
    raise UnreadableFile(message, remedy="请另存为XLSX或CSV后再报送。")


def _notes(rows: Sequence[tuple[int, str, str, str, str, str, str, str]]) -> pl.DataFrame:
    names = ["reason" if name == "message" else name for name in FINDING_SCHEMA.names()]
    frame = pl.DataFrame(list(rows), schema=dict(zip(names, FINDING_SCHEMA.dtypes(), strict=True)), orient="row")
    return frame.with_columns(build_message(several_sheets=False)).select(FINDING_SCHEMA.names())


def _to_notes(parsed: ParsedChunk) -> pl.DataFrame:
    """Return what the reader has to say of the table as findings."""
    return _notes(
        [(note.row, parsed.sheet, "", "", note.rule, NOTE, note.reason, note.remedy) for note in parsed.notes]
    )


def _with_findings(chunk: CheckedChunk, more: pl.DataFrame) -> CheckedChunk:
    if more.is_empty():
        return chunk
    return CheckedChunk(
        accepted=chunk.accepted,
        findings=pl.concat([more, chunk.findings]),
        rows=chunk.rows,
        accepted_rows=chunk.accepted_rows,
        rejected=chunk.rejected,
        blank=chunk.blank,
    )
