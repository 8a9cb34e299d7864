"""Small writers of every form a table comes in, plain enough to be bent; they write parts or bytes."""

from __future__ import annotations

import csv
import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

Grid = Sequence[Sequence[str]]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
ODS_MIME = b"application/vnd.oasis.opendocument.spreadsheet"


def to_csv(grid: Grid, encoding: str = "utf-8", delimiter: str = ",", newline: str = "\r\n") -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator=newline).writerows(grid)
    return buffer.getvalue().encode(encoding)


def to_objects(grid: Grid) -> list[dict[str, str]]:
    return [dict(zip(grid[0], row, strict=False)) for row in grid[1:]]


def to_json(grid: Grid, encoding: str = "utf-8") -> bytes:
    return json.dumps(to_objects(grid), ensure_ascii=False).encode(encoding)


def to_jsonl(grid: Grid, encoding: str = "utf-8") -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in to_objects(grid)).encode(encoding)


def pack(parts: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def column_letters(position: int) -> str:
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def to_row_xml(number: int, cells: Sequence[str]) -> str:
    """Return a row of inline strings; a cell that begins with ``<c`` is taken as it is."""
    made = []
    for position, cell in enumerate(cells):
        if cell.startswith("<c"):
            made.append(cell)
        elif cell:
            text = escape(cell).replace("\r", "_x000D_")
            place = f"{column_letters(position)}{number}"
            made.append(f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')
    return f'<row r="{number}">{"".join(made)}</row>'


def to_sheet_xml(grid: Grid, before: str = "", after: str = "") -> str:
    rows = "".join(to_row_xml(number, cells) for number, cells in enumerate(grid, start=1))
    return f'<worksheet xmlns="{MAIN}" xmlns:r="{RELS}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def to_workbook_parts(sheets: Mapping[str, str], states: Mapping[str, str] | None = None) -> dict[str, bytes | str]:
    """Return the parts of a workbook of some sheets, given by their XML."""
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" state="{(states or {}).get(name, "visible")}" r:id="rId{at}"/>'
        for at, name in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{RELS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    styles = f'<Relationship Id="rIdS" Type="{RELS}/styles" Target="styles.xml"/>'
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELS}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}{styles}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
        "</styleSheet>",
        **{f"xl/worksheets/sheet{at}.xml": xml for at, xml in enumerate(sheets.values(), start=1)},
    }


def to_xlsx(grid: Grid, before: str = "", after: str = "") -> bytes:
    return pack(to_workbook_parts({"数据": to_sheet_xml(grid, before, after)}))


def to_ods_rows(grid: Grid) -> str:
    rows = []
    for cells in grid:
        made = []
        for cell in cells:
            if cell.startswith("<table:"):
                made.append(cell)
            elif cell:
                lines = "".join(f"<text:p>{_ods_text(line)}</text:p>" for line in cell.split("\n"))
                made.append(f'<table:table-cell office:value-type="string">{lines}</table:table-cell>')
            else:
                made.append("<table:table-cell/>")
        rows.append(f"<table:table-row>{''.join(made)}</table:table-row>")
    return "".join(rows)


def _ods_text(line: str) -> str:
    """Return a line with its runs of blanks as ODS writes them: a reader may take plain ones together."""
    escaped = escape(line).replace("\t", "<text:tab/>")
    return escaped.replace("  ", '<text:s text:c="2"/>')


def to_ods(tables: Mapping[str, str]) -> bytes:
    """Return an ODS of tables given by the XML of their rows."""
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    listed = "".join(f"<table:table table:name={quoteattr(name)}>{rows}</table:table>" for name, rows in tables.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{space}office:1.0"'
        f' xmlns:table="{space}table:1.0" xmlns:text="{space}text:1.0" office:version="1.2">'
        f"<office:body><office:spreadsheet>{listed}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{space}manifest:1.0"><manifest:file-entry manifest:full-path="/"'
        f' manifest:media-type="{ODS_MIME.decode()}"/></manifest:manifest>'
    )
    return pack({"mimetype": ODS_MIME, "META-INF/manifest.xml": manifest, "content.xml": content})


def to_xls(grid: Grid, extra: bytes = b"") -> bytes:
    """Return an Excel 97–2003 workbook of one sheet; ``extra`` are further records of the sheet."""
    return to_compound(to_biff(grid, extra))


def to_record(kind: int, body: bytes) -> bytes:
    return struct.pack("<2H", kind, len(body)) + body


def to_biff(grid: Grid, extra: bytes = b"") -> bytes:
    bof = "<4H2I"
    name = "数据".encode("utf-16-le")
    head = to_record(0x809, struct.pack(bof, 0x600, 5, 0x0DBB, 0x07CC, 0, 6)) + to_record(0x42, b"\xb0\x04")
    bound = to_record(0x85, struct.pack("<I4B", 0, 0, 0, 2, 1) + name)
    globals_ = len(head) + len(bound) + 4
    bound = to_record(0x85, struct.pack("<I4B", globals_, 0, 0, 2, 1) + name)
    cells = []
    for row, line in enumerate(grid):
        for column, cell in enumerate(line):
            if cell:
                text = cell.encode("utf-16-le")
                cells.append(to_record(0x204, struct.pack("<4HB", row, column, 0, len(text) // 2, 1) + text))
    sheet = to_record(0x809, struct.pack(bof, 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6))
    return head + bound + to_record(0x0A, b"") + sheet + b"".join(cells) + extra + to_record(0x0A, b"")


def to_compound(stream: bytes, name: str = "Workbook") -> bytes:
    """Return a compound file whose only stream this is."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    tables = 1
    while tables * 128 < sectors + 1 + tables:
        tables += 1
    if tables > 109:
        message = "too large for this writer"
        raise ValueError(message)
    end, free, table_mark = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    directory = sectors
    table = [*range(1, sectors), end, end, *([table_mark] * tables)]
    table += [free] * (tables * 128 - len(table))
    places = [*range(directory + 1, directory + 1 + tables), *([free] * (109 - tables))]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x2I", 0x3E, 3, 0xFFFE, 9, 6, 0, tables)
    header += struct.pack("<6I", directory, 0, 4096, end, 0, end) + struct.pack("<I", 0)
    header = header[:72] + struct.pack("<I", 0) + struct.pack("<109I", *places)
    entries = _entry("Root Entry", 5, end, 0, child=1) + _entry(name, 2, 0, len(stream)) + _entry("", 0, 0, 0) * 2
    body = stream.ljust(sectors * 512, b"\0") + entries + struct.pack(f"<{tables * 128}I", *table)
    return header + body


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    none = 0xFFFFFFFF
    return text.ljust(64, b"\0") + struct.pack("<H2B3I36x2I4x", length, kind, 1, none, none, child, start, size)
