"""Any valid records, in any form and encoding, come out as they went in; and no text of any kind is ever a crash."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hostile import forms
from hostile.tables import headers, make_uscc, penalties, templates
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.domain.agency import Agency
from credit_service.domain.identifier import PERSON_CHECKS, PERSON_WEIGHTS
from credit_service.domain.template import CellType, Column, Template
from credit_service.errors import SubmissionError
from credit_service.intake.archive import unpack_archive
from credit_service.intake.read_batch import CheckContext, open_batch
from credit_service.intake.receive import receive_file
from credit_service.normalise.build_records import BuildContext, build_records

AGENCY = Agency(make_uscc(1, "11990101"), "测试局", "测试局", "990101", authorities=("*",))
TODAY = date(2026, 11, 2)
CONTEXT = CheckContext(AGENCY, TODAY, frozenset({f"C{n:02d}" for n in range(1, 14)}), ())
OF_THE_PLACE = {"record_id", "row", "sheet", "batch_id", "act_key"}
"""What a record owes to its file and its row, not to its content."""

Cell = tuple[str, Any]
"""As written, and as it must come out."""

SEEN = st.characters(codec="gb18030", exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"])
WORD = st.text(SEEN.filter(lambda letter: letter not in "\ufffd"), min_size=1, max_size=12)
GLUE = st.sampled_from([" ", ",", "，", ";", "；", "|", '"', "'", '""', "\n", "<b>&amp;", "\\", "=", "+1", "@", "、"])
DATE_FORMS: tuple[Callable[[date], str], ...] = (
    lambda day: day.isoformat(),
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: day.strftime("%Y%m%d"),
    lambda day: f" {day.year}.{day.month:02d}.{day.day:02d} ",
)


@dataclass(frozen=True)
class Form:
    """A way to write a table."""

    file_name: str
    write: Callable[[forms.Grid], bytes]
    columns: str = "header"


def _csv(encoding: str, delimiter: str, newline: str = "\r\n", mark: bytes = b"") -> Form:
    return Form("表.csv", lambda grid: mark + forms.to_csv(grid, encoding, delimiter, newline))


FORMS = {
    **{f"csv{d!r}": _csv("utf-8", d) for d in (",", ";", "\t", "，", "|")},
    **{f"gb18030{d!r}": _csv("gb18030", d, "\n") for d in (",", "，", "\t")},
    "csv-mark": _csv("utf-8-sig", ","),
    "utf16le": _csv("utf-16-le", "\t", mark=b"\xff\xfe"),
    "utf16be": _csv("utf-16-be", ",", mark=b"\xfe\xff"),
    "json": Form("表.json", forms.to_json),
    "json-gb18030": Form("表.json", lambda grid: forms.to_json(grid, "gb18030")),
    "jsonl": Form("表.jsonl", forms.to_jsonl),
    "jsonl-codes": Form("表.jsonl", forms.to_jsonl, "code"),
    "csv-codes": Form("表.csv", forms.to_csv, "code"),
    "xlsx": Form("表.xlsx", forms.to_xlsx),
    "xls": Form("表.xls", forms.to_xls),
    "ods": Form("表.ods", lambda grid: forms.to_ods({"数据": forms.to_ods_rows(grid)})),
    "zip-of-csv": Form("表.zip", lambda grid: forms.pack({"九月/表.csv": forms.to_csv(grid, "gb18030")})),
    "zip-of-xlsx": Form("表.zip", lambda grid: forms.pack({"表.xlsx": forms.to_xlsx(grid)})),
}


@st.composite
def texts(draw: st.DrawFn, width: int) -> Cell:
    """Draw running text with everything that separates cells in some form, and blanks around it."""
    parts = draw(st.lists(WORD, min_size=1, max_size=4))
    glued = parts[0] + "".join(draw(GLUE) + part for part in parts[1:])
    kept = glued[:width].strip()
    return draw(st.sampled_from([kept, f" {kept}", f"{kept}\u3000"])), kept


def dates(first: date, last: date) -> st.SearchStrategy[Cell]:
    return st.tuples(st.dates(first, last), st.sampled_from(DATE_FORMS)).map(lambda pair: (pair[1](pair[0]), pair[0]))


def money() -> st.SearchStrategy[Cell]:
    return st.integers(1, 10**11).map(lambda fen: (f"{fen // 10**6}.{fen % 10**6:06d}".rstrip("0").rstrip("."), fen))


def choices(column: Column) -> st.SearchStrategy[Cell]:
    return st.sampled_from(column.choices)


def persons() -> st.SearchStrategy[Cell]:
    born = st.dates(date(1950, 1, 1), date(1999, 12, 31))
    return st.tuples(born, st.integers(0, 999)).map(lambda pair: _person(f"990101{pair[0]:%Y%m%d}{pair[1]:03d}"))


def _person(body: str) -> Cell:
    total = sum(int(digit) * weight for digit, weight in zip(body, PERSON_WEIGHTS, strict=True))
    return (body + PERSON_CHECKS[total % 11],) * 2


def names() -> st.SearchStrategy[Cell]:
    return st.text(SEEN, min_size=2, max_size=8).map(lambda text: (f"测试{text.strip()}有限公司",) * 2)


def fixed(written: str, value: Any = None) -> st.SearchStrategy[Cell]:
    return st.just((written, written if value is None else value))


def empty() -> st.SearchStrategy[Cell]:
    return st.just(("", None))


CODES = st.integers(2, 99_999_999).map(lambda serial: (make_uscc(serial),) * 2)
EARLY, LATE = dates(date(2018, 1, 1), date(2020, 12, 31)), dates(date(2021, 1, 1), date(2026, 10, 31))
ENDS = dates(date(2027, 1, 1), date(2099, 12, 31))
ORGANISATION = {
    "行政相对人名称": names(),
    "行政相对人类别": fixed("法人及非法人组织", "organisation"),
    "行政相对人代码_1(统一社会信用代码)": CODES,
    "行政相对人代码_2(工商注册号)": empty(),
    "行政相对人代码_3(组织机构代码)": empty(),
    "法定代表人": fixed("张测试"),
    "法定代表人身份证号": empty(),
    "证件类型": empty(),
    "证件号码": empty(),
    "有效期自": LATE,
    "有效期至": ENDS,
    "许可决定日期": EARLY,
}
CHOSEN: Mapping[str, Mapping[str, st.SearchStrategy[Cell]]] = {
    "penalty_org": {
        **ORGANISATION,
        "处罚类别": fixed("罚款；没收违法所得", ["fine", "confiscation"]),
        "罚款金额(万元)": money(),
        "没收违法所得、没收非法财物的金额(万元)": money(),
        "处罚决定日期": LATE,
        "处罚有效期": ENDS,
        "公示截止期": ENDS,
    },
    "licence_org": ORGANISATION,
    "licence_person": {
        "行政相对人名称": st.sampled_from(["王测试", "欧阳测试", "李测"]).map(lambda name: (name, name)),
        "证件类型": fixed("身份证", "id_card"),
        "证件号码": persons(),
        "许可决定日期": EARLY,
        "有效期自": LATE,
        "有效期至": ENDS,
    },
    "judgment_default": {
        "姓名或名称": names(),
        "被执行人类别": fixed("法人及非法人组织", "organisation"),
        "身份证号码/组织机构代码": CODES,
        "立案时间": EARLY,
        "发布时间": LATE,
    },
}


def _strategy(template: Template, column: Column) -> st.SearchStrategy[Cell]:
    chosen = CHOSEN[template.template_id].get(column.header)
    if chosen is not None:
        return chosen
    made = {
        CellType.TEXT: texts(column.width or 40),
        CellType.DATE: LATE,
        CellType.ENUM: choices(column) if column.choices else empty(),
        CellType.USCC: fixed(AGENCY.agency_code),
    }[column.type]
    return made if column.required or column.type is CellType.USCC else st.one_of(empty(), made)


@st.composite
def tables(draw: st.DrawFn, template: Template) -> list[dict[str, Cell]]:
    """Draw rows of a template, told apart by the number of their document."""
    number = next(column.header for column in template.columns if column.field == "document_no")
    rows = draw(
        st.lists(
            st.fixed_dictionaries({column.header: _strategy(template, column) for column in template.columns}),
            min_size=1,
            max_size=4,
        )
    )
    return [{**row, number: (f"测字〔2026〕{n}号",) * 2} for n, row in enumerate(rows, start=1)]


def read(content: bytes, file_name: str) -> tuple[pl.DataFrame, pl.DataFrame, Template]:
    """Return accepted rows and findings of a file, received and opened as the service does it."""
    with tempfile.TemporaryDirectory() as directory:
        source, inbox = Path(directory) / "source", Path(directory) / "inbox"
        source.write_bytes(content)
        received = receive_file(source, file_name, inbox)
        if received.kind == "zip":
            (received,) = unpack_archive(received, inbox).files
        reading = open_batch(received, templates(), CONTEXT)
        chunks = list(reading.chunks())
    for chunk in chunks:
        assert chunk.rows == chunk.accepted_rows + chunk.rejected + chunk.blank
    accepted = pl.concat([chunk.accepted for chunk in chunks])
    return accepted, pl.concat([chunk.findings for chunk in chunks]), reading.template


def to_records(accepted: pl.DataFrame, template: Template) -> pl.DataFrame:
    context = BuildContext("B1", AGENCY.agency_code, template, datetime(2026, 11, 2, tzinfo=UTC), b"k" * 32)
    built = build_records(accepted, context)
    return built.records.drop(name for name in built.records.columns if name in OF_THE_PLACE)


@pytest.mark.parametrize("template_id", sorted(CHOSEN))
@settings(max_examples=40)
@given(st.data())
def test_the_same_records_come_out_of_every_form(template_id, data):
    template = next(one for one in templates() if one.template_id == template_id)
    rows = data.draw(tables(template))
    name = data.draw(st.sampled_from(sorted(FORMS)))
    form = FORMS[name]
    columns = {c.header: (c.code or c.header) if form.columns == "code" else c.header for c in template.columns}
    grid = [list(columns.values()), *([row[c.header][0] for c in template.columns] for row in rows)]
    accepted, findings, found = read(form.write(grid), form.file_name)
    assert found.template_id == template_id
    assert findings.filter(pl.col("severity") == "error").is_empty(), findings["message"].to_list()
    assert accepted.height == len(rows)
    for header in template.columns:
        expected = [row[header.header][1] for row in rows]
        assert accepted[header.header].to_list() == expected, header.header
    plain = [list(headers(template_id)), *grid[1:]]
    accepted_plain, _, _ = read(forms.to_csv(plain), "表.csv")
    assert to_records(accepted, template).equals(to_records(accepted_plain, template))


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ANY_FORM = st.sampled_from(
    ["csv','", "csv'，'", "csv'\\t'", "utf16le", "json", "jsonl", "xlsx", "ods", "xls", "zip-of-xlsx"]
)


@settings(max_examples=120)
@given(st.lists(st.lists(ANY_TEXT, min_size=27, max_size=27), min_size=1, max_size=3), ANY_FORM)
def test_any_text_in_any_cell_is_read_or_refused_and_rows_add_up(cells, form):
    header = penalties(0)[0]
    grid = [header, *(row[: len(header)] for row in cells)]
    try:
        accepted, findings, _ = read(_write_anything(form, grid), FORMS[form].file_name)
    except SubmissionError as refusal:
        assert refusal.message
        assert refusal.remedy
        return
    errors = findings.filter(pl.col("severity") == "error").select("row", "sheet")
    assert not set(errors.rows()) & set(accepted.select("row", "sheet").rows())


def _write_anything(form: str, grid: forms.Grid) -> bytes:
    """Write text that the form itself can hold: XML has no control characters, and a cell no `<c`."""
    if form in {"xlsx", "ods", "zip-of-xlsx"}:
        grid = [["".join(c for c in cell if c >= " " and c not in "\ufffe\uffff") for cell in row] for row in grid]
        grid = [[f" {cell}" if cell.startswith("<") else cell for cell in row] for row in grid]
    return FORMS[form].write(grid)


@settings(max_examples=60)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"{", b"[", b"\xff\xfe", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]),
)
def test_any_bytes_are_refused_in_words(content, start):
    with pytest.raises(SubmissionError) as refusal:
        read(start + content, "表")
    assert refusal.value.message
    assert refusal.value.remedy


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.integers(1, 10**11))
@settings(max_examples=25)
def test_dates_and_sums_that_excel_keeps_as_numbers(day, fen):
    rows = penalties(2)
    header = rows[0]
    decided, fine = header.index("处罚有效期"), header.index("罚款金额(万元)")
    serial = (day - date(1899, 12, 30)).days
    rows[2][decided] = f'<c r="{forms.column_letters(decided)}3" s="1"><v>{serial}</v></c>'
    rows[2][fine] = f'<c r="{forms.column_letters(fine)}3"><v>{fen / 10**6!r}</v></c>'
    rows[2][header.index("处罚决定日期")] = (min(day, TODAY) - timedelta(days=1)).isoformat()
    accepted, findings, _ = read(forms.to_xlsx(rows), "表.xlsx")
    assert findings.filter(pl.col("severity") == "error").is_empty(), findings["message"].to_list()
    assert accepted["处罚有效期"].to_list()[1] == day
    assert accepted["罚款金额(万元)"].to_list()[1] == fen
