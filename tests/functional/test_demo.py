"""The main job end to end, as `make demo` plays it."""

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from credit_service.domain.identifier import is_valid_person_id

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples"
pytestmark = pytest.mark.xdist_group("demo")


def manifest() -> list[dict[str, str]]:
    with (SAMPLES / "manifest.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_sample_is_read_with_exactly_the_rows_refused_that_are_faulty(demo):
    told = {row["file"]: (row["rows"], row["accepted"], row["rejected"]) for row in demo.outcome["files"]}
    expected = {
        Path(row["file"]).name: (int(row["rows"]), int(row["accepted"]), int(row["rejected"])) for row in manifest()
    }
    assert told == expected
    assert sum(rejected for _, _, rejected in expected.values()) > 20


def test_all_three_lists_have_candidates_and_people_decided_both_ways(demo):
    candidates = demo.outcome["assessment"]["candidates"]
    assert candidates["red"] >= 6
    assert candidates["black"] >= 3
    assert candidates["watch"] >= 3
    lists = {row["list"]: row for row in demo.outcome["lists"]}
    assert sum(row["listed"] for row in lists.values()) >= 9
    assert sum(row["declined"] for row in lists.values()) == 1


def test_the_attempt_to_skip_the_notice_was_refused_with_its_reason(demo):
    assert "告知" in demo.outcome["refusal"]


def test_the_issue_has_every_form_and_each_matches_its_hash(demo):
    import hashlib

    bulletin = demo.outcome["bulletin"]
    folder = Path(bulletin["path"])
    names = {file["name"] for file in bulletin["files"]}
    assert names >= {"index.html", "bulletin.pdf", "bulletin.xlsx", "entries.csv", "bulletin.json", "datapackage.json"}
    for file in bulletin["files"]:
        assert hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest() == file["sha256"]


def test_no_person_is_named_anywhere_public_but_those_who_consented(demo):
    """Names and numbers of every person in the samples against every byte that leaves the house."""
    persons = sample_persons()
    assert len(persons) > 30
    folder = Path(demo.outcome["bulletin"]["path"])
    text = "\n".join(_text_of(path) for path in sorted(folder.iterdir()))
    snapshot = b"".join(path.read_bytes() for path in sorted((demo.home.path / "snapshots").glob("*.duckdb")))
    named, consented = set(), {name for name, _, may_be_named in persons if may_be_named}
    assert {name for name, _, _ in persons} - consented, "somebody did not consent"
    for name, number, _ in persons:
        assert number not in text
        assert number.encode() not in snapshot
        assert name.encode() not in snapshot
        if name in text:
            # A namesake of somebody who consented cannot be told apart by the name alone.
            assert name in consented
            named.add(name)
    assert named, "somebody consented and is honoured by name"


def test_the_audit_trail_is_whole_and_the_warehouse_agrees_with_the_ledger(demo):
    audit = demo.home.run("audit", "--json").json()
    assert audit["intact"] is True
    assert audit["standing"]["cases"] > 90
    assert (audit["standing"]["unknown"], audit["standing"]["differing"]) == ([], [])
    reconciled = demo.home.run("rebuild", "--reconcile", "--json").json()
    assert reconciled["restored"] == []
    assert reconciled["dropped"] == []


def test_the_demo_plays_again_on_its_own_home_but_never_over_live_state(fresh_home):
    # A home of live state that the demo did not make, and nothing else.
    shutil.rmtree(fresh_home.path)
    fresh_home.path.mkdir(parents=True)
    (fresh_home.path / "ledger.sqlite").write_bytes(b"somebody's real ledger")
    refused = fresh_home.run("demo", "--json")
    assert refused.code == 70
    assert refused.json()["error"]["code"] == "home_occupied"
    assert (fresh_home.path / "ledger.sqlite").read_bytes() == b"somebody's real ledger"


def sample_persons() -> list[tuple[str, str, bool]]:
    """Return (name, number, consented and honoured) of every person in the good samples."""
    found = []
    for row in manifest():
        if row["template"] not in {"star_person", "penalty_person", "judgment_default", "licence_person"}:
            continue
        for cells in _rows(SAMPLES / row["file"]):
            number = next((cell for cell in cells if is_valid_person_id(cell)), None)
            names = [cell for cell in cells if "测试" in cell and 2 <= len(cell) <= 6]
            if number and names:
                found.append((names[0], number, row["template"] == "star_person" and "是" in cells))
    return found


def _rows(path: Path) -> list[list[str]]:
    if path.suffix == ".xlsx":
        from openpyxl import load_workbook

        sheet = load_workbook(path, read_only=False).active
        return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding))))
        except UnicodeDecodeError:
            continue
    raise AssertionError(path)


def _text_of(path: Path) -> str:
    if path.suffix == ".pdf":
        return "".join(page.extract_text() for page in PdfReader(path).pages)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "".join(book.read(name).decode("utf-8") for name in book.namelist() if name.endswith(".xml"))
    if path.suffix == ".json":
        return json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
    return path.read_text(encoding="utf-8-sig")
