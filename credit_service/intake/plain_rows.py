"""Rows of a small form that is no template: feedback on measures, filled in by a clerk or made by a system.

Before it `receive` has stored the bytes; after it a stage judges the rows. It knows the columns by their headers or by
their codes, in any order; nothing here judges a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from credit_service.domain.batch import ReceivedFile
from credit_service.errors import MissingColumns, UnknownTemplate
from credit_service.intake.headers import header_key
from credit_service.intake.parsed import HEADER_SEARCH_ROWS, Layout, Preview
from credit_service.intake.read_batch import open_reader


@dataclass(frozen=True)
class PlainRow:
    """One row that says something.

    ``cells`` has every known column, empty where the file has none. ``fault`` says why a row could not be read.
    """

    row: int
    cells: Mapping[str, str]
    fault: str = ""


def read_plain_rows(received: ReceivedFile, columns: Mapping[str, str], needed: Sequence[str]) -> list[PlainRow]:
    """Return the rows of the first table that has the needed columns.

    Args:
        received: The file.
        columns: Code of each column and its header, in Chinese; either may stand in the file.
        needed: Codes of columns without which it is not this form.

    Raises:
        UnreadableFile: Damaged, empty, encrypted or in an unknown encoding.
        UnknownTemplate: No table has any of the columns.
        MissingColumns: A needed column is absent.
    """
    keys = {header_key(name).key: code for code, header in columns.items() for name in (code, header)}
    reader = open_reader(received)
    best: tuple[int, Layout, dict[int, str]] | None = None
    for preview in reader.previews():
        found = _find_header(preview, keys)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    if best is None:
        message = "没有找到措施反馈表的表头。"
        raise UnknownTemplate(message, remedy=f"请下载反馈表填写；表头应有：{'、'.join(columns.values())}。")
    _, layout, places = best
    missing = [columns[code] for code in needed if code not in places.values()]
    if missing:
        message = f"缺少列：{'、'.join(missing)}。"
        raise MissingColumns(message, remedy="请下载反馈表填写，不要删改表头。")
    rows = []
    for chunk in reader.chunks(layout):
        rows += [PlainRow(one.row, {}, f"{one.reason}，{one.remedy}") for one in chunk.faults]
        spoilt = {cell.row: f"{cell.reason}，{cell.remedy}" for cell in chunk.cells if cell.column in places}
        for values in chunk.frame.iter_rows(named=True):
            cells = dict.fromkeys(columns, "")
            cells |= {code: (values[f"c{place}"] or "").strip() for place, code in places.items()}
            rows.append(PlainRow(values["row"], cells, spoilt.get(values["row"], "")))
    return sorted(rows, key=lambda one: one.row)


def _find_header(preview: Preview, keys: Mapping[str, str]) -> tuple[int, Layout, dict[int, str]] | None:
    found: tuple[int, Layout, dict[int, str]] | None = None
    for line in preview.rows[:HEADER_SEARCH_ROWS]:
        places: dict[int, str] = {}
        for place, cell in enumerate(line.cells):
            code = keys.get(header_key(cell).key)
            if code is not None and code not in places.values():
                places[place] = code
        if places and (found is None or len(places) > found[0]):
            layout = Layout(preview.sheet, preview.delimiter, line.last_row, line.cells)
            found = (len(places), layout, places)
    return found
