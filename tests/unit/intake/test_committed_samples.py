"""The committed samples are what their builder makes, and hold nothing that could be real."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from credit_service.domain.identifier import is_valid_person_id, is_valid_uscc
from credit_service.intake.sample_words import load_words

REPOSITORY = Path(__file__).parents[3]
SAMPLES = REPOSITORY / "data" / "samples"
TEXT_ENDINGS = {".csv", ".jsonl", ".json"}
LIMIT_BYTES = 600 * 1024
CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("samples")
    subprocess.run([sys.executable, str(SAMPLES / "builder"), str(target)], check=True, cwd=REPOSITORY)
    return target


def sample_files(folder: Path) -> dict[str, Path]:
    return {
        str(path.relative_to(folder)): path
        for path in folder.rglob("*")
        if path.is_file() and "builder" not in path.parts and path.name != "README.md"
    }


def cells_of(path: Path) -> list[str]:
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    content = path.read_bytes()
    try:
        return [content.decode("utf-8-sig")]
    except UnicodeDecodeError:
        return [content.decode("gb18030")]


def manifest() -> list[dict[str, str]]:
    with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_builder_makes_the_committed_set_of_files(rebuilt: Path):
    assert sample_files(rebuilt).keys() == sample_files(SAMPLES).keys()


def test_text_files_are_byte_for_byte_what_the_builder_makes(rebuilt: Path):
    committed, made = sample_files(SAMPLES), sample_files(rebuilt)
    differing = [
        name
        for name, path in committed.items()
        if path.suffix in TEXT_ENDINGS and path.read_bytes() != made[name].read_bytes()
    ]
    assert differing == []


def test_workbooks_hold_the_cells_the_builder_makes(rebuilt: Path):
    made = sample_files(rebuilt)
    readable = {
        name: path for name, path in sample_files(SAMPLES).items() if path.suffix == ".xlsx" and "扫描件" not in name
    }
    assert [name for name, path in readable.items() if cells_of(path) != cells_of(made[name])] == []


def test_all_samples_together_stay_small():
    assert sum(path.stat().st_size for path in sample_files(SAMPLES).values()) < LIMIT_BYTES


def test_every_good_file_is_in_the_manifest_and_its_counts_add_up():
    rows = manifest()
    assert {row["file"] for row in rows} == {name for name in sample_files(SAMPLES) if name.startswith("good/")}
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
    for row in rows:
        assert int(row["rows"]) == int(row["accepted"]) + int(row["rejected"])
        assert len({fault["row"] for fault in expected[row["file"]]}) == int(row["rejected"])


def test_every_sender_is_an_agency_that_may_send_the_template():
    agencies = {agency.agency_code: agency for agency in load_words(REPOSITORY / "data" / "reference").agencies}
    for row in manifest():
        allowed = agencies[row["agency_code"]].templates
        assert not allowed or row["template"] in allowed


def test_every_bad_file_has_an_expected_outcome():
    expected = json.loads((SAMPLES / "bad" / "expected.json").read_text("utf-8"))
    assert set(expected) == {
        name for name in sample_files(SAMPLES) if name.startswith("bad/") and not name.endswith("expected.json")
    }


def test_no_code_in_the_good_samples_belongs_to_a_real_division():
    foreign = [
        code
        for row in manifest()
        for text in cells_of(SAMPLES / row["file"])
        for code in CODE.findall(text)
        if not (code[2:6] == "9901" or code.startswith(("999999", "0" * 17)))
    ]
    assert foreign == []


def test_only_the_codes_declared_faulty_fail_their_check_digit():
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
    for row in manifest():
        wrong = {
            code
            for text in cells_of(SAMPLES / row["file"])
            for code in CODE.findall(text)
            if not (is_valid_uscc(code) or is_valid_person_id(code) or code.startswith("0" * 17))
        }
        declared = [fault for fault in expected[row["file"]] if fault["rule"] in CHECKED_RULES]
        assert len(wrong) == len(declared), row["file"]


def test_every_agency_has_a_valid_invented_code():
    for agency in load_words(REPOSITORY / "data" / "reference").agencies:
        assert is_valid_uscc(agency.agency_code)
        assert agency.agency_code.startswith("11990101")
        assert agency.name.endswith("（测试）")


CHECKED_RULES = {"uscc-check-digit", "person-id-check-digit"}
