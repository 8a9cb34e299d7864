from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from credit_service.domain.identifier import (
    DUMMY_USCC,
    age_on,
    birth_date,
    is_valid_org_code,
    is_valid_person_id,
    is_valid_registration,
    is_valid_uscc,
)
from credit_service.domain.template import CellType, Template
from credit_service.intake.generate_sample import BLOCK_ROWS, SampleOrder, generate_rows, write_sample
from credit_service.intake.sample_columns import MAKERS
from credit_service.intake.sample_editions import EXTRAS
from credit_service.intake.sample_words import SampleWords, load_words
from credit_service.intake.templates import list_editions, load_templates

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
WORDS = load_words(REFERENCE)
TEMPLATES = {template.name: template for template in list_editions(load_templates(REFERENCE / "templates"))}
NAMES = sorted(TEMPLATES)
TODAY = date(2026, 9, 30)
SPECIAL_ITEMS = 19


def order(template: str, rows: int = 2_000, seed: int = 7, fault_ratio: float = 0.0) -> SampleOrder:
    return SampleOrder(TEMPLATES[template], rows, seed, fault_ratio, TODAY)


def frame_of(wanted: SampleOrder, medium: str = "csv") -> pl.DataFrame:
    return pl.concat([block.frame for block in generate_rows(wanted, WORDS, medium)])


def codes_of(template: Template, frame: pl.DataFrame, kind: CellType) -> list[str]:
    headers = [column.header for column in template.columns if column.type is kind]
    return [code for header in headers for code in frame[header].drop_nulls()]


@pytest.fixture
def words() -> SampleWords:
    return WORDS


def test_every_template_of_the_installation_has_a_maker():
    assert set(TEMPLATES) == {*MAKERS, *EXTRAS}


@pytest.mark.parametrize("template", NAMES)
def test_clean_rows_fill_every_required_column(template: str):
    frame = frame_of(order(template, 300))
    required = [column.header for column in TEMPLATES[template].columns if column.required]
    assert frame.select(required).null_count().sum_horizontal().item() == 0


@pytest.mark.parametrize("template", NAMES)
def test_clean_rows_meet_their_conditional_requirements(template: str):
    frame = frame_of(order(template, 300))
    for column in TEMPLATES[template].columns:
        for rule, must_be_filled in ((column.required_when, True), (column.forbidden_when, False)):
            if rule is None:
                continue
            slugs = dict(TEMPLATES[template].column(rule.column).choices)
            applies = [
                any(slugs.get(part) in rule.values for part in (written or "").split(";"))
                for written in frame[rule.column]
            ]
            filled = frame[column.header].is_not_null().filter(pl.Series(applies, dtype=pl.Boolean))
            assert filled.all() if must_be_filled else not filled.any(), column.header


@pytest.mark.parametrize("template", NAMES)
def test_clean_rows_fit_widths_choices_and_date_orders(template: str):
    frame = frame_of(order(template, 300))
    for column in TEMPLATES[template].columns:
        values = frame[column.header].drop_nulls()
        if column.width is not None:
            assert all(len(value) <= column.width for value in values), column.header
        if column.type in {CellType.ENUM, CellType.ENUM_SET}:
            assert {part for value in values for part in value.split(";")} <= set(dict(column.choices))
    for pair in TEMPLATES[template].date_orders:
        # Dates are written yyyy/MM/dd, so text compares like dates.
        assert (frame[pair.earlier] <= frame[pair.later]).fill_null(value=True).all()
    for header in TEMPLATES[template].not_future:
        assert (frame[header] <= f"{TODAY:%Y/%m/%d}").fill_null(value=True).all()


@pytest.mark.parametrize("template", NAMES)
def test_clean_rows_never_repeat_what_must_be_unique(template: str):
    frame = frame_of(order(template))
    assert not frame.select(TEMPLATES[template].unique_by).is_duplicated().any()


@pytest.mark.parametrize("template", NAMES)
def test_codes_pass_the_public_check_digits(template: str):
    frame = frame_of(order(template))
    codes = {kind: codes_of(TEMPLATES[template], frame, kind) for kind in CellType}
    assert all(is_valid_uscc(code) for code in codes[CellType.USCC] if code != DUMMY_USCC)
    assert all(is_valid_org_code(code) for code in codes[CellType.ORG_CODE])
    assert all(is_valid_registration(code) for code in codes[CellType.REGISTRATION])
    assert all(is_valid_person_id(code) for code in codes[CellType.PERSON_ID])
    assert all(is_valid_uscc(code) or is_valid_person_id(code) for code in codes[CellType.SUBJECT_CODE])


@pytest.mark.parametrize("template", NAMES)
def test_no_subject_can_be_real(template: str):
    frame = frame_of(order(template))
    organisations = codes_of(TEMPLATES[template], frame, CellType.USCC)
    persons = codes_of(TEMPLATES[template], frame, CellType.PERSON_ID)
    names = next(column.header for column in TEMPLATES[template].columns if column.field == "subject_name")
    assert all(990_101 <= int(code[2:8]) <= 990_199 for code in organisations if code != DUMMY_USCC)
    assert all(code.startswith("999999") for code in persons)
    assert all("测试" in name for name in frame[names].drop_nulls())


def test_generated_persons_are_adults_at_every_date_of_a_row():
    born = [birth_date(code) for code in frame_of(order("penalty_person"))["证件号码"]]
    assert all(day is not None and age_on(day, date(2023, 1, 1)) >= 18 for day in born)


def test_inner_organisation_code_agrees_with_its_own_column():
    frame = frame_of(order("red_org")).drop_nulls("组织机构代码")
    assert frame["统一社会信用代码"].str.slice(8, 9).equals(frame["组织机构代码"])


def test_topics_cover_all_special_items_and_others():
    drawn = set(frame_of(order("penalty_org", 5_000))["违法行为类型"])
    covered = {topic.category for topic in WORDS.topics if topic.topic in drawn}
    assert covered == set(range(SPECIAL_ITEMS + 1))


def test_fines_have_an_amount_inside_the_range_of_their_topic():
    frame = frame_of(order("penalty_org"))
    topics = {topic.topic: topic for topic in WORDS.topics}
    for name, kinds, amount in frame.select("违法行为类型", "处罚类别", "罚款金额(万元)").iter_rows():
        assert ("罚款" in kinds) is (amount is not None)
        if amount is not None:
            assert topics[name].fine_low_yuan <= float(amount) * 10_000 <= topics[name].fine_high_yuan


def test_most_subjects_have_few_records_and_few_have_dozens():
    counts = frame_of(order("penalty_org", 20_000))["行政相对人代码_1(统一社会信用代码)"].value_counts(name="n")["n"]
    assert (counts <= 3).mean() > 0.7
    assert 0.001 < (counts >= 12).mean() < 0.05


def test_subjects_recur_across_templates_of_one_seed():
    honoured = set(frame_of(order("red_org"))["统一社会信用代码"])
    listed = set(frame_of(order("black_org"))["统一社会信用代码"])
    assert len(honoured & listed) > 100


def test_equal_orders_give_equal_rows_and_other_seeds_other_rows():
    first, again = frame_of(order("penalty_org")), frame_of(order("penalty_org"))
    other = frame_of(order("penalty_org", seed=8))
    assert first.equals(again)
    assert not first.equals(other)


def test_rows_of_a_seed_stay_what_they_were():
    """Guards repeatability across machines and versions: these values were generated once and committed."""
    row = frame_of(order("penalty_org", 3, seed=1)).row(0, named=True)
    chosen = ("行政相对人名称", "行政相对人代码_1(统一社会信用代码)", "违法行为类型", "处罚决定日期")
    assert [row[header] for header in chosen] == GOLDEN_ROW


def test_blocks_are_made_only_when_asked_for():
    blocks = generate_rows(order("penalty_org", 90_000_000), WORDS)
    block = next(blocks)
    assert (block.first, block.frame.height) == (0, BLOCK_ROWS)


def test_block_borders_lose_and_repeat_nothing():
    wanted = order("tax_a", 2 * BLOCK_ROWS + 1)
    numbers = frame_of(wanted)["编号"]
    assert numbers.n_unique() == wanted.rows


@pytest.mark.parametrize("medium", ["csv", "xlsx", "jsonl"])
@pytest.mark.parametrize("template", NAMES)
def test_every_faulty_row_differs_from_the_clean_one_only_in_its_fault(template: str, medium: str):
    clean = frame_of(order(template, 400), medium)
    (block,) = generate_rows(order(template, 400, fault_ratio=0.5), WORDS, medium)
    faulty = {fault.index for fault in block.faults}
    assert len(faulty) == len(block.faults) > 100
    kept = [index for index in range(400) if index not in faulty]
    assert block.frame[kept].equals(clean[kept])
    for fault in block.faults:
        in_cells = not clean[fault.index].equals(block.frame[fault.index])
        assert in_cells is (fault.rule not in {"ragged-line", "number-cell"}), fault.rule


def test_every_agreed_fault_is_planted_somewhere():
    planted = {
        fault.rule
        for template in ("penalty_org", "penalty_person", "red_org")
        for medium in ("csv", "xlsx")
        for block in generate_rows(order(template, 3_000, fault_ratio=0.9), WORDS, medium)
        for fault in block.faults
    }
    assert planted == AGREED_RULES


def test_expected_outcomes_close_with_matching_totals(tmp_path: Path, words: SampleWords):
    summary = write_sample(order("penalty_org", 3_000, fault_ratio=0.1), words, tmp_path / "many.csv")
    *faults, last = (json.loads(line) for line in summary.expected_path.read_text("utf-8").splitlines())
    assert last["summary"] == summary.to_dict()
    assert summary.rows == summary.accepted + summary.rejected
    assert len({fault["row"] for fault in faults}) == summary.rejected == sum(summary.by_rule.values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_rows_stand_on_the_lines_the_expected_file_names(tmp_path: Path, words: SampleWords, encoding: str):
    summary = write_sample(order("penalty_org", 500, fault_ratio=0.3), words, tmp_path / "s.csv", encoding)
    with summary.path.open(encoding=encoding, newline="") as stream:
        lines = list(csv.reader(stream))
    assert len(lines) == 501
    ragged = [number for number, line in enumerate(lines, 1) if len(line) != len(lines[0])]
    faults = [json.loads(line) for line in summary.expected_path.read_text("utf-8").splitlines()[:-1]]
    assert ragged == [fault["row"] for fault in faults if fault["rule"] == "ragged-line"]
    blanks = [fault for fault in faults if fault["rule"] in {"required", "required-when"}]
    assert blanks
    assert all(lines[fault["row"] - 1][lines[0].index(fault["column"])] == "" for fault in blanks)


def test_workbook_stores_only_the_named_codes_as_numbers(tmp_path: Path, words: SampleWords):
    summary = write_sample(order("penalty_org", 400, fault_ratio=0.9), words, tmp_path / "s.xlsx")
    faults = [json.loads(line) for line in summary.expected_path.read_text("utf-8").splitlines()[:-1]]
    sheet = openpyxl.load_workbook(summary.path)["数据1"]
    headers = [cell.value for cell in sheet[1]]
    numbers = [
        (cell.row, headers[cell.column - 1])
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if isinstance(cell.value, int | float)
    ]
    assert numbers == [(fault["row"], fault["column"]) for fault in faults if fault["rule"] == "number-cell"]
    assert numbers


def test_json_lines_hold_the_rows_in_order(tmp_path: Path, words: SampleWords):
    summary = write_sample(order("tax_a", 50), words, tmp_path / "s.jsonl")
    rows = [json.loads(line) for line in summary.path.read_text("utf-8").splitlines()]
    assert [row["编号"] for row in rows] == [f"{number:06d}" for number in range(1, 51)]


@pytest.mark.parametrize("name", ["s.csv", "s.xlsx", "s.jsonl"])
def test_equal_orders_give_equal_bytes(tmp_path: Path, words: SampleWords, name: str):
    files = []
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        summary = write_sample(order("red_org", 200, fault_ratio=0.2), words, tmp_path / folder / name)
        files.append((summary.path.read_bytes(), summary.expected_path.read_bytes()))
    assert files[0] == files[1]


def test_unknown_format_is_refused_with_the_choices(tmp_path: Path, words: SampleWords):
    with pytest.raises(ValueError, match="不支持的样例格式"):
        write_sample(order("red_org", 10), words, tmp_path / "s.pdf")


@pytest.mark.parametrize(("rows", "ratio"), [(0, 0.0), (10**8, 0.0), (10, -0.1), (10, 1.5)])
def test_orders_that_cannot_be_filled_are_refused(rows: int, ratio: float):
    with pytest.raises(ValueError, match="须在"):
        next(generate_rows(order("red_org", rows, fault_ratio=ratio), WORDS))


AGREED_RULES = {
    "required",
    "uscc-check-digit",
    "org-code-check-digit",
    "registration-check-digit",
    "person-id-check-digit",
    "date-format",
    "future-date",
    "date-order",
    "enum",
    "amount-format",
    "required-when",
    "width",
    "duplicate-in-file",
    "outside-catalogue",
    "number-cell",
    "ragged-line",
}
GOLDEN_ROW = ["示范区测试晨光0001小吃店", "92990120073687878L", "非法社会组织活动", "2023/11/13"]
