"""What intake says about every committed and generated sample is exactly what the sample was made to provoke."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from credit_service.domain.agency import Agency
from credit_service.errors import SubmissionError
from credit_service.intake.generate_sample import SampleOrder, write_sample
from credit_service.intake.read_batch import CheckContext, open_batch
from credit_service.intake.receive import receive_file
from credit_service.intake.sample_words import load_words
from credit_service.intake.templates import find_template, list_editions, load_templates

DATA = Path(__file__).parents[3] / "data"
SAMPLES = DATA / "samples"
WORDS = load_words(DATA / "reference")
TEMPLATES = load_templates(DATA / "reference" / "templates")
TODAY = date(2026, 9, 30)
CATALOGUE = frozenset(f"C{number:02d}" for number in range(1, 14))
FORBIDDEN = (
    ("闯红灯|不文明养犬|物业费|垃圾分类|信访|拆迁", "未经立法不得纳入信用记录", "测试依据"),
    ("宗教信仰", "禁止采集", "测试依据"),
)
GOOD = list(csv.DictReader((SAMPLES / "manifest.csv").read_text("utf-8").splitlines()))
GOOD_FAULTS = json.loads((SAMPLES / "expected.json").read_text("utf-8"))
BAD = json.loads((SAMPLES / "bad" / "expected.json").read_text("utf-8"))
REFUSED = sorted(name for name, outcome in BAD.items() if "error" in outcome)
READABLE = sorted(name for name, outcome in BAD.items() if "error" not in outcome)
Fault = tuple[int, str, str]


def read(path: Path, inbox: Path, agency_code: str) -> tuple[str, tuple[int, int, int, int], set[Fault]]:
    """Return the template, the counts (rows, accepted, rejected, blank) and all errors of a file."""
    agency = next(agency for agency in WORDS.agencies if agency.agency_code == agency_code)
    sender = Agency(agency.agency_code, agency.name, agency.short_name, "990101", agency.templates, agency.authorities)
    reading = open_batch(
        receive_file(path, path.name, inbox), TEMPLATES, CheckContext(sender, TODAY, CATALOGUE, FORBIDDEN)
    )
    chunks = list(reading.chunks())
    findings = pl.concat([chunk.findings for chunk in chunks]).filter(pl.col("severity") == "error")
    counts = (
        sum(chunk.rows for chunk in chunks),
        sum(chunk.accepted_rows for chunk in chunks),
        sum(chunk.rejected for chunk in chunks),
        sum(chunk.blank for chunk in chunks),
    )
    return reading.template.name, counts, set(findings.select("row", "column", "rule").iter_rows())


def faults_of(listed: list[dict[str, object]]) -> set[Fault]:
    return {(fault["row"], fault["column"], fault["rule"]) for fault in listed}  # type: ignore[misc]


@pytest.mark.parametrize("entry", GOOD, ids=lambda entry: entry["file"])
def test_good_files_are_read_as_the_manifest_says(entry: dict[str, str], tmp_path: Path):
    template, counts, faults = read(SAMPLES / entry["file"], tmp_path, entry["agency_code"])
    assert template == entry["template"]
    assert counts == (int(entry["rows"]), int(entry["accepted"]), int(entry["rejected"]), 0)
    assert faults == faults_of(GOOD_FAULTS[entry["file"]])


@pytest.mark.parametrize("name", READABLE)
def test_bad_rows_are_found_and_take_no_good_row_with_them(name: str, tmp_path: Path):
    outcome = BAD[name]
    _, counts, faults = read(SAMPLES / name, tmp_path, outcome["agency_code"])
    assert counts == (outcome["rows"], outcome["accepted"], outcome["rejected"], 0)
    assert faults == faults_of(outcome["findings"])


@pytest.mark.parametrize("name", REFUSED)
def test_hopeless_files_are_refused_with_a_remedy(name: str, tmp_path: Path):
    with pytest.raises(SubmissionError) as refusal:
        read(SAMPLES / name, tmp_path, BAD[name]["agency_code"])
    assert refusal.value.code == BAD[name]["error"]
    assert refusal.value.remedy


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
@pytest.mark.parametrize("template", [template.name for template in list_editions(TEMPLATES)])
def test_generated_faults_are_found_to_the_last_row(template: str, ending: str, tmp_path: Path):
    wanted = find_template(TEMPLATES, template)
    summary = write_sample(SampleOrder(wanted, 600, 11, 0.4, TODAY), WORDS, tmp_path / f"sample{ending}")
    expected = [json.loads(line) for line in summary.expected_path.read_text("utf-8").splitlines()[:-1]]
    found, counts, faults = read(summary.path, tmp_path / "inbox", WORDS.agency("发展改革局").agency_code)
    assert found == template
    assert counts == (summary.rows, summary.accepted, summary.rejected, 0)
    assert faults == faults_of(expected)
