"""Whatever a file holds, every row comes out once; what is valid comes out as it went in."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.domain.agency import Agency
from credit_service.domain.batch import ReceivedFile
from credit_service.domain.identifier import uscc_check
from credit_service.domain.template import CellType
from credit_service.intake import decode
from credit_service.intake.cells import read_date
from credit_service.intake.money import read_money
from credit_service.intake.parse_csv import CsvReader
from credit_service.intake.parsed import Layout
from credit_service.intake.read_batch import CheckContext, open_batch
from credit_service.intake.templates import load_templates

TEMPLATES = load_templates(Path(__file__).parents[2] / "data" / "reference" / "templates")
CONTEXT = CheckContext(
    Agency("X", "测试局", "测试局", "990101"), date(2026, 11, 2), frozenset({f"C{n:02d}" for n in range(1, 14)}), ()
)
HEADERS = [column.header for column in next(t for t in TEMPLATES if t.template_id == "tax_a").columns]
BODY = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17).filter(lambda body: body != "0" * 17)
PRINTABLE = st.characters(codec="gb18030", exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"])
NAME = st.text(PRINTABLE, min_size=1, max_size=20).filter(lambda text: "\ufffd" not in text)
TAXPAYERS = st.lists(
    st.tuples(BODY.map(lambda body: body + uscc_check(body)), NAME, st.integers(2014, 2099)),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[0],
)
MESSY = st.text('abc,"\n\r甲\x00 ，;\t', max_size=120)


def receive(directory: str, content: bytes, kind: str) -> ReceivedFile:
    path = Path(directory) / "file"
    path.write_bytes(content)
    return ReceivedFile(sha256(content).hexdigest(), len(content), kind, "f", str(path))


def write_rows(rows: list[list[str]], form: str) -> tuple[bytes, str]:
    if form == "xlsx":
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(
            buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        ) as book:
            sheet = book.add_worksheet()
            for index, cells in enumerate([HEADERS, *rows]):
                for position, cell in enumerate(cells):
                    sheet.write_string(index, position, cell)
        return buffer.getvalue(), "xlsx"
    if form == "jsonl":
        return "\n".join(json.dumps(dict(zip(HEADERS, row, strict=True))) for row in rows).encode(), "jsonl"
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADERS, *rows])
    return text.getvalue().encode(form), "csv"


@settings(max_examples=25)
@given(TAXPAYERS, st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "xlsx", "jsonl"]))
def test_valid_rows_come_out_as_they_went_in(taxpayers, form):
    rows = [[str(n), code, name, "A", str(year), "测试市税务局"] for n, (code, name, year) in enumerate(taxpayers)]
    content, kind = write_rows(rows, form)
    with tempfile.TemporaryDirectory() as directory:
        chunks = list(open_batch(receive(directory, content, kind), TEMPLATES, CONTEXT).chunks())
    accepted = pl.concat([chunk.accepted for chunk in chunks])
    assert pl.concat([chunk.findings for chunk in chunks]).is_empty()
    assert accepted.select("纳税人识别号", "纳税人名称", "评价年度").rows() == taxpayers


@settings(max_examples=120)
@given(MESSY, st.sampled_from([5, 16, 1 << 20]), st.sampled_from([",", ";", "，"]))
def test_every_line_of_any_text_comes_out_once(text, block_bytes, delimiter):
    lines = ("h1,h2,h3\n" + text).replace(",", delimiter)
    before = decode.BLOCK_BYTES
    decode.BLOCK_BYTES = block_bytes
    try:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "file"
            path.write_bytes(lines.encode())
            chunks = list(CsvReader(path).chunks(Layout("", delimiter, 1, ("h1", "h2", "h3"))))
    finally:
        decode.BLOCK_BYTES = before
    seen = [row for chunk in chunks for row in [*chunk.frame["row"], *(fault.row for fault in chunk.faults)]]
    assert len(seen) == len(set(seen))
    kept = "".join(
        "".join(cell or "" for cell in row[1:]) for chunk in chunks for row in chunk.frame.iter_rows()
    ) + "".join(fault.text for chunk in chunks for fault in chunk.faults)
    for character in "abc甲\x00":
        assert kept.count(character) == text.count(character)


@settings(max_examples=25)
@given(st.lists(st.lists(NAME | st.just(""), min_size=5, max_size=7), max_size=6))
def test_received_is_accepted_plus_rejected_plus_blank(rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADERS, *rows])
    with tempfile.TemporaryDirectory() as directory:
        chunks = list(open_batch(receive(directory, text.getvalue().encode(), "csv"), TEMPLATES, CONTEXT).chunks())
    assert sum(chunk.rows for chunk in chunks) == len(rows)
    for chunk in chunks:
        assert chunk.rows == chunk.accepted_rows + chunk.rejected + chunk.blank
        errors = chunk.findings.filter(pl.col("severity") == "error")
        assert errors["row"].n_unique() == chunk.rejected
        assert not set(errors["row"]) & set(chunk.accepted["row"])


@given(st.dates(date(1949, 1, 1), date(2199, 12, 31)))
def test_all_spellings_of_a_day_are_the_same_day(day):
    y, m, d = day.year, day.month, day.day
    serial = (day - date(1899, 12, 30)).days
    spellings = [f"{y}-{m:02}-{d:02}", f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}{m:02}{d:02}", f"{y}年{m}月{d}日"]
    spellings += [str(serial)] if 20_000 <= serial < 80_000 else []
    assert {read_date(spelling).value for spelling in spellings} == {day}


@given(st.integers(0, 10**14))
def test_money_is_exact_to_the_fen(fen):
    wan = f"{fen // 10**6}.{fen % 10**6:06d}"
    yuan = f"{fen // 100:,}.{fen % 100:02d}"
    assert read_money(pl.Series([wan]), CellType.MONEY_WAN).values.to_list() == [fen]
    assert read_money(pl.Series([yuan]), CellType.MONEY_YUAN).values.to_list() == [fen]
