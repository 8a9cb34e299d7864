"""Workbooks that attack their reader, or hold what a table cannot: XML bombs, macros, links, far cells, odd parts."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from hostile.case import Case, fixed
from hostile.forms import (
    MAIN,
    PACKAGE,
    RELS,
    pack,
    to_biff,
    to_compound,
    to_ods,
    to_ods_rows,
    to_record,
    to_row_xml,
    to_sheet_xml,
    to_workbook_parts,
    to_xls,
    to_xlsx,
)
from hostile.tables import penalties, taxpayers

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "哈哈哈哈哈哈哈哈">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://example.invalid/x.dtd"> %p;]>'
DOCTYPE = '<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd">'


def cases() -> Iterator[Case]:
    yield from _xml_attacks()
    yield from _extra_parts()
    yield from _broken_parts()
    yield from _far_cells()
    yield from _odd_cells()
    yield from _hidden()
    yield from _ods()
    yield from _xls()


def _parts(first: int, count: int = 3) -> dict[str, bytes | str]:
    return to_workbook_parts({"数据": to_sheet_xml(taxpayers(count, first))})


def _book(name: str, parts: Mapping[str, bytes | str], file_name: str = "报送.xlsx") -> Case:
    return Case(f"xlsx/{name}", lambda: pack(parts), file_name)


def _xml_attacks() -> Iterator[Case]:
    for label, head in (("laughs", LAUGHS), ("outside", OUTSIDE), ("parameter", PARAMETER), ("doctype", DOCTYPE)):
        for part in (
            "xl/workbook.xml",
            "xl/worksheets/sheet1.xml",
            "xl/styles.xml",
            "xl/sharedStrings.xml",
            "[Content_Types].xml",
        ):
            parts = _parts(200)
            body = str(parts.get(part, f'<sst xmlns="{MAIN}"><si><t>&j;</t></si></sst>'))
            yield _book(f"xml-{label}-in-{part.rsplit('/', 1)[-1]}", {**parts, part: head + body})
    parts = _parts(210)
    sheet = str(parts["xl/worksheets/sheet1.xml"])
    yield _book(
        "xml-entity-without-declaration", {**parts, "xl/worksheets/sheet1.xml": sheet.replace("第211公司", "&evil;")}
    )
    yield _book(
        "xml-in-utf16",
        {
            **parts,
            "xl/worksheets/sheet1.xml": '<?xml version="1.0" encoding="UTF-16"?>'.encode("utf-16")
            + sheet.encode("utf-16-le"),
        },
    )
    yield _book(
        "xml-in-gbk",
        {**parts, "xl/worksheets/sheet1.xml": ('<?xml version="1.0" encoding="GBK"?>' + sheet).encode("gbk")},
    )
    yield _book(
        "xml-bad-utf8",
        {**parts, "xl/worksheets/sheet1.xml": sheet.encode().replace("第211公司".encode(), b"\xff\xfe\xfa")},
    )
    yield _book("xml-nul", {**parts, "xl/worksheets/sheet1.xml": sheet.replace("第211公司", "第\x00公司")})
    yield _book(
        "xml-deep", {**parts, "xl/worksheets/sheet1.xml": sheet.replace("<sheetData>", "<x>" * 100_000 + "<sheetData>")}
    )
    yield _book(
        "xml-million-attributes",
        {
            **parts,
            "xl/worksheets/sheet1.xml": sheet.replace(
                "<sheetData>", "<x " + " ".join(f'a{n}="1"' for n in range(50_000)) + "/><sheetData>"
            ),
        },
    )
    yield _book(
        "xml-long-comment",
        {
            **parts,
            "xl/worksheets/sheet1.xml": sheet.replace("<sheetData>", "<!--" + "x" * 2_000_000 + "--><sheetData>"),
        },
    )


def _extra_parts() -> Iterator[Case]:
    link = f'<externalLink xmlns="{MAIN}" xmlns:r="{RELS}"><externalBook r:id="rId1"/></externalLink>'
    dde = f'<externalLink xmlns="{MAIN}"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    target = (
        f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELS}/externalLinkPath"'
        ' Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
    )
    yield _book("macros", {**_parts(220), "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"macro" * 100}, "报送.xlsm")
    yield _book(
        "external-link",
        {
            **_parts(221),
            "xl/externalLinks/externalLink1.xml": link,
            "xl/externalLinks/_rels/externalLink1.xml.rels": target,
        },
    )
    yield _book("dde-link", {**_parts(222), "xl/externalLinks/externalLink1.xml": dde})
    yield _book(
        "connections",
        {
            **_parts(223),
            "xl/connections.xml": f'<connections xmlns="{MAIN}"><connection id="1" name="x"/></connections>',
        },
    )
    yield _book("embedded-program", {**_parts(224), "xl/embeddings/oleObject1.bin": b"MZ" + bytes(500)})
    yield _book("activex", {**_parts(225), "xl/activeX/activeX1.xml": "<ax/>"})
    yield _book("picture", {**_parts(226), "xl/media/image1.png": b"\x89PNG" + bytes(2_000)})
    yield _book("path-in-a-part-name", {**_parts(227), "../../../../etc/cron.d/x": b"* * * * * root id"})
    yield _book(
        "two-workbooks-in-one",
        {**_parts(228), "content.xml": b"<x/>", "mimetype": b"application/vnd.oasis.opendocument.spreadsheet"},
    )
    yield _book("word-inside", {**_parts(229), "word/document.xml": b"<w/>"})
    many = to_workbook_parts({f"表{n}": to_sheet_xml(taxpayers(1, 230 + n)) for n in range(60)})
    yield _book("sixty-sheets", many)
    yield _book("no-sheets", {**_parts(290), "xl/workbook.xml": f'<workbook xmlns="{MAIN}"><sheets/></workbook>'})
    yield _book(
        "two-kinds-of-table", to_workbook_parts({"一": to_sheet_xml(taxpayers(1)), "二": to_sheet_xml(penalties(1))})
    )
    yield _book(
        "sheets-of-one-name",
        {
            **_parts(291),
            "xl/workbook.xml": str(_parts(291)["xl/workbook.xml"]).replace(
                "</sheets>", '<sheet name="数据" sheetId="2" r:id="rId1"/></sheets>'
            ),
        },
    )
    yield _book("sheet-name-of-controls", to_workbook_parts({"a\u202eb": to_sheet_xml(taxpayers(3, 292))}))
    yield _book("sheet-name-of-a-kilobyte", to_workbook_parts({"表" * 1_000: to_sheet_xml(taxpayers(3, 293))}))


def _broken_parts() -> Iterator[Case]:
    for part in (
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "[Content_Types].xml",
    ):
        name = part.rsplit("/", 1)[-1]
        parts = _parts(300)
        yield _book(f"without-{name}", {key: content for key, content in parts.items() if key != part})
        yield _book(f"half-of-{name}", {**parts, part: str(parts[part])[: len(parts[part]) // 2]})
        yield _book(f"zeros-for-{name}", {**parts, part: bytes(500)})
        yield _book(f"nothing-for-{name}", {**parts, part: b""})
    parts = _parts(310)
    yield _book(
        "sheet-target-outside",
        {
            **parts,
            "xl/_rels/workbook.xml.rels": str(parts["xl/_rels/workbook.xml.rels"]).replace(
                "worksheets/sheet1.xml", "../../../../etc/passwd"
            ),
        },
    )
    yield _book(
        "sheet-target-is-the-workbook",
        {
            **parts,
            "xl/_rels/workbook.xml.rels": str(parts["xl/_rels/workbook.xml.rels"]).replace(
                "worksheets/sheet1.xml", "workbook.xml"
            ),
        },
    )
    yield _book(
        "sheet-target-absolute",
        {
            **_parts(311),
            "xl/_rels/workbook.xml.rels": str(parts["xl/_rels/workbook.xml.rels"]).replace(
                "worksheets/", "/xl/worksheets/"
            ),
        },
    )


def _sheet(name: str, first: int, old: str, new: str) -> Case:
    parts = _parts(first)
    sheet = str(parts["xl/worksheets/sheet1.xml"])
    assert old in sheet
    return _book(name, {**parts, "xl/worksheets/sheet1.xml": sheet.replace(old, new, 1)})


def _far_cells() -> Iterator[Case]:
    cell = '<c r="{}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    end = "</row></sheetData>"
    yield _sheet("far-right", 400, end, cell.format("XFD4"))
    yield _sheet("far-right-single-quotes", 401, end, "<c r='XFD4'><v>1</v></c></row></sheetData>")
    yield _sheet("far-right-number", 402, end, '<c r="XFD4"><v>1</v></c></row></sheetData>')
    yield _sheet("far-right-format-only", 403, end, '<c r="XFD4" s="1"/></row></sheetData>')
    yield _sheet("far-down", 404, "</sheetData>", to_row_xml(1_048_576, ["x"]) + "</sheetData>")
    yield _sheet(
        "far-down-format-only", 405, "</sheetData>", '<row r="1048576" ht="3"><c r="A1048576" s="1"/></row></sheetData>'
    )
    yield _sheet(
        "far-down-and-right",
        406,
        "</sheetData>",
        "<row r=\"1048576\"><c  r = 'XFD1048576'><v>1</v></c></row></sheetData>",
    )
    yield _sheet(
        "beyond-the-sheet", 407, "</sheetData>", '<row r="99999999"><c r="A99999999"><v>1</v></c></row></sheetData>'
    )
    yield _sheet(
        "beyond-all-numbers",
        408,
        "</sheetData>",
        '<row r="99999999999999"><c r="ZZZZZZ99999999999999"><v>1</v></c></row></sheetData>',
    )
    blank = "".join(f'<row r="{n}"/>' for n in range(5, 1_048_577))
    yield _sheet("million-empty-rows", 409, "</sheetData>", blank + "</sheetData>")
    yield _sheet(
        "merged-everything",
        410,
        "</sheetData>",
        '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
    )
    merges = "".join(f'<mergeCell ref="A{n}:B{n + 1}"/>' for n in range(2, 40_000, 2))
    yield _sheet("merged-ten-thousand", 411, "</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>")
    yield _sheet(
        "merged-backwards", 412, "</sheetData>", '</sheetData><mergeCells><mergeCell ref="B9:A1"/></mergeCells>'
    )
    yield _sheet("merged-nonsense", 413, "</sheetData>", '</sheetData><mergeCells><mergeCell ref="::"/></mergeCells>')
    yield _sheet("many-columns", 414, "</sheetData>", to_row_xml(5, ["x"] * 250) + "</sheetData>")
    yield Case("xlsx/shared-string-repeated", _repeated_string, "报送.xlsx")


def _repeated_string() -> bytes:
    """Return a workbook in which one string of 30,000 characters stands in 150,000 cells: 13 GB when spelt out."""
    parts = _parts(415)
    links = str(parts["xl/_rels/workbook.xml.rels"])
    parts["xl/_rels/workbook.xml.rels"] = links.replace(
        "</Relationships>",
        f'<Relationship Id="rIdT" Type="{RELS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}"><si><t>{"字" * 30_000}</t></si></sst>'
    rows = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{c}{n}" t="s"><v>0</v></c>' for c in "ABCDEF") + "</row>"
        for n in range(5, 25_005)
    )
    sheet = str(parts["xl/worksheets/sheet1.xml"])
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", rows + "</sheetData>")
    return pack(parts)


def _odd_cells() -> Iterator[Case]:
    for label, cell in {
        "shared-string-missing": '<c r="B3" t="s"><v>7</v></c>',
        "shared-string-negative": '<c r="B3" t="s"><v>-7</v></c>',
        "unknown-type": '<c r="B3" t="zz"><v>x</v></c>',
        "number-nan": '<c r="B3"><v>NaN</v></c>',
        "number-1e400": '<c r="B3"><v>1e400</v></c>',
        "number-not-one": '<c r="B3"><v>abc</v></c>',
        "number-code": '<c r="B3"><v>919901010000001234</v></c>',
        "error": '<c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        "error-with-prefixless-quotes": "<c r='B3' t='e'><v>#N/A</v></c>",
        "formula-without-value": '<c r="B3"><f>1+1</f></c>',
        "formula-text": '<c r="B3" t="str"><f>"x"</f><v>x</v></c>',
        "formula-external": '<c r="B3" t="str"><f>[1]Sheet1!A1</f><v>x</v></c>',
        "boolean": '<c r="B3" t="b"><v>1</v></c>',
        "boolean-7": '<c r="B3" t="b"><v>7</v></c>',
        "date-iso": '<c r="B3" t="d"><v>2026-09-01</v></c>',
        "date-serial-0": '<c r="B3" s="1"><v>0</v></c>',
        "date-serial-60": '<c r="B3" s="1"><v>60</v></c>',
        "date-serial-negative": '<c r="B3" s="1"><v>-5</v></c>',
        "date-serial-9999": '<c r="B3" s="1"><v>2958465</v></c>',
        "date-serial-beyond": '<c r="B3" s="1"><v>99999999</v></c>',
        "date-serial-infinite": '<c r="B3" s="1"><v>1e300</v></c>',
        "style-missing": '<c r="B3" s="999999"><v>1</v></c>',
        "huge-text": '<c r="B3" t="inlineStr"><is><t>' + "字" * 300_000 + "</t></is></c>",
        "cdata": '<c r="B3" t="inlineStr"><is><t><![CDATA[<x>]]></t></is></c>',
        "escaped-control": '<c r="B3" t="inlineStr"><is><t>甲_x0000_乙_x001B_</t></is></c>',
        "escaped-surrogate": '<c r="B3" t="inlineStr"><is><t>甲_xD800_乙</t></is></c>',
        "numeric-entity": '<c r="B3" t="inlineStr"><is><t>甲&#0;&#xD800;&#x110000;</t></is></c>',
        "place-repeated": '<c r="A3"><v>1</v></c><c r="B3" t="inlineStr"><is><t>x</t></is></c>',
        "place-nonsense": '<c r="3B"><v>1</v></c>',
        "place-missing": "<c><v>1</v></c>",
    }.items():
        grid: list[list[str]] = taxpayers(3, 500)
        grid[2][1] = cell
        yield Case(f"xlsx/cell-{label}", lambda grid=grid: to_xlsx(grid), "报送.xlsx")
    yield _sheet("row-repeated", 510, "</sheetData>", to_row_xml(2, ["x"]) + "</sheetData>")
    yield _sheet("rows-backwards", 511, '<row r="4">', '<row r="1">')
    yield _sheet("row-zero", 512, '<row r="2">', '<row r="0">')
    yield _sheet("row-without-number", 513, '<row r="3">', "<row>")
    yield _sheet("sheet-unfinished", 514, "</sheetData></worksheet>", "")


def _hidden() -> Iterator[Case]:
    yield _sheet("hidden-row", 600, '<row r="3">', '<row r="3" hidden="1">')
    yield _sheet(
        "hidden-faulty-row",
        601,
        "</sheetData>",
        '<row r="5" hidden="true"><c r="B5" t="inlineStr"><is><t>x</t></is></c></row></sheetData>',
    )
    yield _sheet("hidden-column", 602, "<sheetData>", '<cols><col min="2" max="3" hidden="1"/></cols><sheetData>')
    yield _sheet(
        "hidden-columns-all", 603, "<sheetData>", '<cols><col min="1" max="99999999" hidden="1"/></cols><sheetData>'
    )
    sheets = {"数据": to_sheet_xml(taxpayers(2, 604)), "藏": to_sheet_xml(taxpayers(2, 606))}
    for state in ("hidden", "veryHidden"):
        yield _book(f"sheet-{state}", to_workbook_parts(sheets, {"藏": state}))


def _ods() -> Iterator[Case]:
    def made(first: int, change: str = "", **tables: str) -> bytes:
        return to_ods({"数据": to_ods_rows(taxpayers(3, first)) + change, **tables})

    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    far = '<table:table-row><table:table-cell table:number-columns-repeated="16000"/>' + cell + "</table:table-row>"
    rows = '<table:table-row table:number-rows-repeated="{}">{}</table:table-row>'
    failed = '<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
    for label, change in {
        "rows-repeated-empty": rows.format(1_048_570, "<table:table-cell/>"),
        "rows-repeated-full": rows.format(100_000, cell),
        "rows-repeated-trillion": rows.format(10**12, cell),
        "columns-repeated-full": "<table:table-row>"
        + cell.replace("office:", 'table:number-columns-repeated="16384" office:', 1)
        + "</table:table-row>",
        "both-repeated": '<table:table-row table:number-rows-repeated="1048570">'
        + cell.replace("office:", 'table:number-columns-repeated="16384" office:', 1)
        + "</table:table-row>",
        "repeated-negative": f'<table:table-row table:number-rows-repeated="-5">{cell}</table:table-row>',
        "repeated-nonsense": f'<table:table-row table:number-rows-repeated="x">{cell}</table:table-row>',
        "far-right": far,
        "covered": "<table:table-row>" + cell * 2 + "<table:covered-table-cell/>" + cell * 3 + "</table:table-row>",
        "filtered-row": f'<table:table-row table:visibility="filter">{cell * 2}</table:table-row>',
        "error-value": f"<table:table-row>{failed}</table:table-cell></table:table-row>",
        "entity": f"<table:table-row>{cell.replace('x', '&evil;')}</table:table-row>",
        "unclosed": "<table:table-row>" + cell,
    }.items():
        yield fixed(f"ods/{label}", made(700, change), "报送.ods")
    yield fixed("ods/plain", made(710), "报送.ods")
    yield fixed("ods/second-table", made(711, 二=to_ods_rows(taxpayers(2, 715))), "报送.ods")
    for label, head in (("laughs", LAUGHS), ("outside", OUTSIDE)):
        content = f"{head}<office:document-content/>"
        yield fixed(
            f"ods/xml-{label}",
            pack({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}),
            "报送.ods",
        )
    yield fixed(
        "ods/without-content", pack({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "报送.ods"
    )
    yield fixed(
        "ods/text-document",
        pack({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}),
        "报送.ods",
    )


def _xls() -> Iterator[Case]:
    grid = taxpayers(3, 800)
    hidden = to_record(0x208, struct.pack("<6H2H", 2, 0, 6, 255, 0, 0, 0x20, 0))
    error = to_record(0x205, struct.pack("<3H2B", 2, 2, 0, 7, 1))
    formula = struct.pack("<3H8sHIH", 2, 2, 0, b"\x02\x00\x2a\x00\x00\x00\xff\xff", 0, 0, 0)
    number = to_record(0x203, struct.pack("<3Hd", 2, 1, 0, 9.19901010000001e17))
    yield fixed("xls/plain", to_xls(grid), "报送.xls")
    yield fixed("xls/hidden-row", to_xls(grid, hidden), "报送.xls")
    yield fixed("xls/error", to_xls(grid, error), "报送.xls")
    yield fixed("xls/formula-error", to_xls(grid, to_record(0x06, formula)), "报送.xls")
    yield fixed("xls/number-code", to_xls(grid, number), "报送.xls")
    yield fixed("xls/far-cell", to_xls(grid, to_record(0x203, struct.pack("<3Hd", 65_535, 255, 0, 1.0))), "报送.xls")
    yield fixed("xls/short-record", to_xls(grid, to_record(0x203, b"\x01")), "报送.xls")
    yield fixed("xls/endless-record", to_xls(grid, struct.pack("<2H", 0x203, 0xFFFF)), "报送.xls")
    yield fixed("xls/unknown-record", to_xls(grid, to_record(0x7777, b"x" * 100)), "报送.xls")
    yield fixed(
        "xls/sheet-beyond-the-end",
        to_compound(to_biff(grid).replace(b"\x85\x00", b"\x85\x00", 1)[:60] + bytes(4_200)),
        "报送.xls",
    )
    yield fixed("xls/no-workbook", to_compound(bytes(5_000), "Other"), "报送.xls")
    yield fixed("xls/word", to_compound(bytes(5_000), "WordDocument"), "报送.doc")
    yield fixed("xls/encrypted", to_compound(bytes(5_000), "EncryptedPackage"), "报送.xlsx")
    whole = to_xls(grid)
    loop = bytearray(whole)
    at = len(whole) - 512
    loop[at : at + 4] = struct.pack("<I", 0)
    yield fixed("xls/chain-bites-its-tail", bytes(loop), "报送.xls")
    yield fixed("xls/sector-size-zero", whole[:30] + b"\x00\x00" + whole[32:], "报送.xls")
    yield fixed("xls/sector-size-huge", whole[:30] + b"\xff\xff" + whole[32:], "报送.xls")
    yield fixed("xls/directory-nowhere", whole[:48] + b"\xf0\xff\xff\x7f" + whole[52:], "报送.xls")
    yield fixed("xls/header-only", whole[:512], "报送.xls")
    yield fixed("xls/zeros-behind-the-header", whole[:512] + bytes(5_000), "报送.xls")
