"""What a clerk and a second person do with batches from the command line."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest

from tests.integration.batch_desk import HEADERS, OFFICE, Honour

WORD = "correct horse 1"
WRONG = [Honour(n, day="去年" if n % 4 else "2026-08-01") for n in range(1, 41)]


@pytest.fixture
def home(fresh_home):
    for name in ("zhang", "li"):
        made = fresh_home.run(
            "account",
            "add",
            name,
            "--agency",
            OFFICE,
            "--role",
            "submitter",
            "--json",
            password=WORD,
        )
        assert made.code == 0, made.stdout + made.stderr
    return fresh_home


def write(path: Path, honours: list[Honour]) -> Path:
    with path.open("w", encoding="gb18030", newline="") as target:
        csv.writer(target).writerows([HEADERS, *(honour.cells() for honour in honours)])
    return path


def test_a_held_batch_is_released_by_another_and_then_taken_back(home, tmp_path):
    path = write(tmp_path / "honours.csv", WRONG)
    held = home.run("ingest", path, "--agency", OFFICE, "--by", "zhang", "--json").json()
    assert (held["status"], [one["rule"] for one in held["unusual"]]) == ("checked", ["rejected-share"])
    word = {"password": WORD}
    own = home.run("batch", "release", held["batch_id"], "--by", "zhang", "--reason", "核对无误", "--json", **word)
    assert (own.code, own.json()["error"]["code"]) == (30, "same_person")
    released = home.run("batch", "release", held["batch_id"], "--by", "li", "--reason", "核对无误", "--json", **word)
    assert released.json()["status"] == "stored"
    shown = home.run("batch", "show", held["batch_id"], "--json").json()
    assert (shown["effects"]["new"], len(shown["findings"])) == (10, 30)
    record = f"{held['batch_id']}-{5:07d}"
    one = home.run("batch", "withdraw-record", record, "--by", "zhang", "--reason", "报错", "--json", **word).json()
    assert (one["record_id"], one["records"]) == (record, 1)
    whole = home.run(
        "batch", "withdraw", held["batch_id"], "--by", "zhang", "--reason", "报错", "--json", **word
    ).json()
    assert (whole["status"], whole["records"]) == ("withdrawn", 9)
    people = home.run("batch", "show", held["batch_id"]).stdout
    assert "已撤回" in people
    assert "撤回 整批：报错" in people


def test_a_dry_run_stores_nothing_and_says_what_would_be(home, tmp_path):
    path = write(tmp_path / "honours.csv", [Honour(1), Honour(2, day="去年")])
    told = home.run("ingest", path, "--agency", OFFICE, "--dry-run", "--json").json()
    assert (told["dry_run"], told["rows"], told["accepted"], told["rejected"]) == (True, 2, 1, 1)
    assert told["effects"] == {"new": 1, "replaced": 0, "unchanged": 0}
    assert [one["list_kind"] for one in told["candidates"]] == ["red"]
    assert home.run("batches", "--json").json() == {"batches": []}
    assert "没有入库" in home.run("ingest", path, "--agency", OFFICE, "--dry-run").stdout


def test_the_mended_report_goes_back_in_and_an_archive_goes_in_whole(home, tmp_path):
    first = home.run(
        "ingest", write(tmp_path / "a.csv", [Honour(1), Honour(2, day="去年")]), "--agency", OFFICE, "--json"
    ).json()
    report = tmp_path / "改好.xlsx"
    assert home.run("batch", "report", first["batch_id"], report, "--json").json()["file"] == str(report)
    again = home.run("ingest", report, "--agency", OFFICE, "--json").json()
    assert (again["corrects"], again["effects"]["unchanged"]) == (first["batch_id"], 1)
    packed = tmp_path / "九月.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(write(tmp_path / "b.csv", [Honour(3)]), "b.csv")
        archive.write(write(tmp_path / "c.csv", [Honour(4)]), "c.csv")
        archive.writestr("d.pdf", b"%PDF-1.7")
    answer = home.run("ingest", packed, "--agency", OFFICE, "--json")
    assert answer.code == 10
    told = json.loads(answer.stdout)["batches"]
    assert [one.get("status") or one["error"]["code"] for one in told] == ["stored", "stored", "unreadable_file"]


def test_one_command_takes_a_file_in_and_writes_its_report(home, tmp_path):
    report = tmp_path / "report.xlsx"
    path = write(tmp_path / "wrong.csv", [Honour(1), Honour(2, day="去年")])
    told = home.run("ingest", path, "--agency", OFFICE, "--report", report, "--json").json()
    assert told["report"] == str(report)
    again = tmp_path / "again.xlsx"
    home.run("batch", "report", told["batch_id"], again)
    assert find_sheets(report) == find_sheets(again) != {}
    refused = home.run("ingest", path, "--agency", OFFICE, "--report", report, "--dry-run")
    assert refused.code == 2


def find_sheets(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")}
