"""``credit vet`` and ``credit vetting`` from outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from integration.vetting_world import AGENCY, NAME_OF_TEST, OTHER_AGENCY, code, open_world
from typer.testing import CliRunner

from credit_service.cli.app import app
from credit_service.errors import AwardUnknown, VettingNotFound

ROWS = "".join(f"{NAME_OF_TEST},{code(number)},文明单位\n" for number in (1, 2))
LIST = f"被推荐对象名称,统一社会信用代码,推荐荣誉\n{ROWS}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vet")
    world = open_world(folder)
    world.record(f"uscc:{code(1)}", "judgment_default")
    world.record(f"uscc:{code(2)}", "honour", topic="文明单位", honour_level="city")
    (folder / "名单.csv").write_text(LIST, encoding="utf-8")
    return folder


def _run(home: Path, *arguments: object):
    return CliRunner().invoke(app, [*map(str, arguments)], env={"CREDIT_HOME": str(home / "live")})


def test_a_list_is_vetted_and_shown_again(home: Path):
    xlsx, pdf = home / "结果.xlsx", home / "结果.pdf"
    common = ("--agency", AGENCY, "--as-of", "2026-09-30", "--purpose", "示文明办〔2026〕12号")
    done = _run(home, "vet", home / "名单.csv", "--award", "文明单位", *common, "--xlsx", xlsx, "--pdf", pdf, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["counts"]["passed"], told["counts"]["failed"]) == (1, 1)
    assert told["purpose"] == "示文明办〔2026〕12号"
    assert xlsx.read_bytes().startswith(b"PK")
    assert pdf.read_bytes().startswith(b"%PDF")
    again = _run(home, "vetting", told["vetting_id"], "--agency", AGENCY, "--json")
    assert again.stdout == done.stdout
    shown = _run(home, "vetting", told["vetting_id"], "--agency", AGENCY)
    assert "失信被执行人" in shown.stdout
    foreign = _run(home, "vetting", told["vetting_id"], "--agency", OTHER_AGENCY)
    assert isinstance(foreign.exception, VettingNotFound)


def test_standing_honours_are_vetted_without_a_file(home: Path):
    done = _run(home, "vet", "--standing-honours", "--agency", AGENCY, "--as-of", "2026-09-30", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["award"], told["counts"]["received"], told["file_sha256"]) == ("standing_honours", 1, "")
    assert told["lines"][0]["award"] == "civilised_unit"


def test_what_is_missing_is_said(home: Path):
    assert _run(home, "vet", "--agency", AGENCY).exit_code == 2
    assert _run(home, "vet", home / "名单.csv", "--agency", AGENCY).exit_code == 2
    unknown = _run(home, "vet", home / "名单.csv", "--award", "没有", "--agency", AGENCY)
    assert isinstance(unknown.exception, AwardUnknown)
