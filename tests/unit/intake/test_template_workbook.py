"""The blank workbook: its example row, uploaded unchanged, is accepted; its cells say what a clerk must know."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from credit_service.domain.agency import Agency
from credit_service.intake.sample_example import make_example
from credit_service.intake.sample_words import load_words
from credit_service.intake.template_workbook import DATA_SHEET, HEADER_COLOURS, render_template_workbook
from credit_service.intake.templates import find_template, list_editions, load_templates

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
TEMPLATES = load_templates(REFERENCE / "templates")
WORDS = load_words(REFERENCE)
NAMES = [template.name for template in list_editions(TEMPLATES)]
TODAY = date(2026, 9, 30)
SENDER = Agency("11990101990100093Y", "测试市示范区公安局（测试）", "公安局", "990101")


def get(name):
    found = find_template(TEMPLATES, name)
    assert found is not None
    return found


def render(name: str, agency: Agency | None = SENDER) -> bytes:
    return render_template_workbook(get(name), make_example(get(name), WORDS, TODAY, agency))


def open_sheet(name: str):
    return openpyxl.load_workbook(io.BytesIO(render(name)))


@pytest.mark.parametrize("name", NAMES)
def test_the_workbook_uploaded_unchanged_is_accepted(desk, name):
    own = replace(desk, context=replace(desk.context, agency=SENDER, today=TODAY))
    path = desk.write_bytes(render(name), "blank.xlsx")
    reading = own.open(path)
    outcome = own.read(path)
    assert reading.template.name == name
    assert (outcome.accepted_rows, outcome.rejected) == (1, 0)
    assert outcome.places("error") == outcome.places("warning") == set()


@pytest.mark.parametrize("name", NAMES)
def test_nobody_in_the_example_can_be_real(name):
    example = make_example(get(name), WORDS, TODAY, SENDER)
    names = [example[c.header] for c in get(name).columns if c.field == "subject_name" and example[c.header]]
    assert names
    assert all("测" in cell for cell in names)


def test_the_example_names_the_agency_that_will_send_it():
    example = make_example(get("penalty_org"), WORDS, TODAY, SENDER)
    assert example["处罚机关统一社会信用代码"] == SENDER.agency_code
    assert example["处罚机关"] == example["数据来源单位"] == SENDER.name


def test_the_colour_of_a_header_says_whether_it_must_be_filled():
    sheet = open_sheet("penalty_org")[DATA_SHEET]
    colours = {cell.value: "#" + cell.fill.start_color.rgb[2:] for cell in sheet[1]}
    assert colours["行政相对人名称"] == HEADER_COLOURS["必填"]
    assert colours["罚款金额(万元)"] == HEADER_COLOURS["视情况必填"]
    assert colours["备注"] == HEADER_COLOURS["选填"]


def test_headers_have_notes_with_type_width_unit_condition_and_remedy():
    notes = {cell.value: cell.comment.text for cell in open_sheet("penalty_org")[DATA_SHEET][1]}
    assert all(notes.values())
    assert "最多200个字" in notes["行政相对人名称"]
    assert "单位万元" in notes["罚款金额(万元)"]
    assert "“处罚类别”为“罚款”时必填" in notes["罚款金额(万元)"]
    assert "营业执照" in notes["行政相对人代码_1(统一社会信用代码)"]


def test_choices_are_drop_downs_of_the_code_table():
    book = open_sheet("penalty_org")
    lists = [rule for rule in book[DATA_SHEET].data_validations.dataValidation if rule.type == "list"]
    assert len(lists) == 2
    for rule in lists:
        sheet, _, area = rule.formula1.partition("!")
        cells = [cell.value for (cell,) in book[sheet.strip("'")][area.replace("$", "")]]
        assert all(cells)
        assert [area.min_row for area in rule.sqref.ranges] == [2]


def test_codes_are_text_cells_so_that_no_digit_is_lost():
    sheet = open_sheet("penalty_org")[DATA_SHEET]
    for cell in sheet[1]:
        if "代码" in cell.value or "文号" in cell.value or "证件号码" in cell.value:
            group = next(d for d in sheet.column_dimensions.values() if d.min <= cell.column <= d.max)
            assert group.number_format == "@", cell.value


def test_the_help_sheet_lists_every_column_and_the_source():
    sheet = open_sheet("penalty_org")["填写说明"]
    text = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert {column.header for column in get("penalty_org").columns} <= set(text)
    assert any(line.startswith("依据：") for line in text)
    assert any("示例" in line for line in text)


def test_equal_templates_give_equal_bytes():
    assert render("tax_a") == render("tax_a")
