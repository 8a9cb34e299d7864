"""``credit rules impact`` from outside, on the records of the demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from integration.impact_world import make_draft

if TYPE_CHECKING:
    from tests.functional.conftest import PlayedDemo

DAY = "2026-09-30"


def test_a_draft_is_compared_told_and_saved_and_nothing_else_changes(demo: PlayedDemo, tmp_path: Path):
    draft, html, xlsx = make_draft(tmp_path, "fines", "only_d"), tmp_path / "impact.html", tmp_path / "impact.xlsx"
    question = ("rules", "impact", "--draft", draft, "--as-of", DAY, "--examples", 2)
    told = demo.home.run(*question, "--json", "--html", html, "--xlsx", xlsx)
    assert told.code == 0, told.stdout + told.stderr
    answer = told.json()
    assert answer["lists"]["watch"]["leaving"] > 0
    assert answer["lists"]["watch"]["entering"] == 0
    assert 0 < len(answer["examples"]) <= 6
    assert answer["by"]["sector"]["note"].startswith("行业未知")
    assert html.read_text(encoding="utf-8").count("<svg") > 5
    assert ZipFile(xlsx).testzip() is None
    # Nothing of it stays, so the same question has the same answer, and the rules beside themselves change nothing.
    assert {**demo.home.run(*question, "--json").json(), "known_at": ""} == {
        **answer, "known_at": "", "html": None, "pdf": None, "xlsx": None,
    }  # fmt: skip


def test_people_see_sentences_tables_and_examples(demo: PlayedDemo, tmp_path: Path):
    shown = demo.home.run("rules", "impact", "--draft", make_draft(tmp_path, "fines", "only_d"), "--as-of", DAY)
    assert shown.code == 0, shown.stderr
    for words in ("各名单（建议列入的家数）", "按专项治理事项", "得分和等级", "移出 重点关注名单", "→"):
        assert words in shown.stdout


def test_a_faulty_draft_is_refused_with_all_its_faults(demo: PlayedDemo, tmp_path: Path):
    draft = make_draft(tmp_path)
    path = next(draft.glob("severity/*/*/rule.yaml"))
    path.write_text(path.read_text(encoding="utf-8").replace("kind = penalty", "kidn = penalty"), encoding="utf-8")
    refused = demo.home.run("rules", "impact", "--draft", draft, "--json")
    assert refused.code == 20
    faults = refused.json()["error"]["faults"]
    assert len(faults) > 1
    assert all(fault["file"].startswith("rules/severity/") and fault["line"] > 1 for fault in faults)
    assert "草案中的错误" in demo.home.run("rules", "impact", "--draft", draft).stdout


def test_a_directory_that_is_not_there_is_wrong_usage(demo: PlayedDemo, tmp_path: Path):
    assert demo.home.run("rules", "impact", "--draft", tmp_path / "none").code == 2
