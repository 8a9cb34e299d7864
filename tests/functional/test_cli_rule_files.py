"""``credit rules schema``, ``diff`` and ``check`` from outside, on a copy of the rules."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from credit_service.__main__ import app

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = Path(shutil.copytree(RULES, tmp_path / "rules", ignore=shutil.ignore_patterns("cases*", "*.sql")))
    monkeypatch.setenv("CREDIT_RULES", str(copy))
    monkeypatch.setenv("CREDIT_HOME", str(tmp_path / "live"))
    return copy


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["rules", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_schema_is_printed_by_the_name_of_its_kind(rules):
    schema = json.loads(run("schema", "publicity"))
    jsonschema_rs.meta.validate(schema)
    assert schema == json.loads(run("schema", "publicity.rule"))
    assert schema["properties"]["terms"]["items"]["properties"]["severity"]["enum"] == ["general", "minor", "serious"]


def test_every_schema_is_written_with_the_settings_of_the_editor(rules, tmp_path):
    answer = json.loads(run("schema", "--write", str(tmp_path / "out"), "--json"))
    assert {Path(file).name for file in answer["files"]} == {
        *(f"{schema['name']}.json" for schema in answer["schemas"]),
        "vscode-settings.json",
    }
    assert all(json.loads(Path(file).read_text(encoding="utf-8")) for file in answer["files"])


def test_a_kind_there_is_not_is_refused_with_the_nearest(rules):
    result = CliRunner().invoke(app, ["rules", "schema", "scorin.rule"])
    assert "scoring.rule" in str(result.exception)


def test_two_days_differ_in_words(rules):
    said = run("diff", "2026-03-31", "2026-04-01")
    assert "修改 publicity.general" in said
    assert "最长期限：36个月 → 12个月" in said
    found = json.loads(run("diff", "2026-03-31", "2026-04-01", "--json"))
    assert found["before"]["as_of"] == "2026-03-31"
    assert "建库启用" in found["before"]["source"]
    assert found["before"]["adoption"] == found["after"]["adoption"]
    change = next(one for one in found["changes"] if one["rule_id"] == "publicity.general")
    assert {"name": "最长期限", "before": "36个月", "after": "12个月"} in change["values"]


def test_a_day_is_answered_from_what_was_adopted_and_not_from_the_directory(rules):
    assert "没有不同" in run("diff", "2026-09-30", str(rules), "--as-of", "2026-09-30")
    spoil(rules / "scoring/points/2026.1/events.csv", "penalty,general,,-5", "penalty,general,,-6.5")
    said = run("diff", "2026-09-30", str(rules), "--as-of", "2026-09-30")
    assert "读自留存的副本" in said
    assert "读自规则目录，不论是否已经采用" in said
    assert "分值：-5分 → -6.5分" in said
    assert "没有不同" in run("diff", "2026-09-30", "2026-10-01")


def test_a_day_before_the_first_rules_is_refused_with_the_first(rules):
    result = CliRunner().invoke(app, ["rules", "diff", "2020-01-01", "2026-09-30"])
    assert "2020-01-01还没有规则：规则自2025-06-22起施行" in str(result.exception)


def test_follow_ons_stand_apart_from_the_slip_they_come_from(rules):
    spoil(rules / "candidates/proposals/2026.1/rule.yaml", "supports: is_listing AND", "supports: is_lsting AND")
    result = CliRunner().invoke(app, ["rules", "check"])
    assert result.exit_code == 20
    assert "1 处问题（另有4处随之而来）" in result.stdout
    assert "随上列问题而来，改正后再看" in result.stdout


def test_a_draft_differs_from_the_rules_in_words(rules, tmp_path):
    draft = Path(shutil.copytree(rules, tmp_path / "draft" / "rules"))
    assert "没有不同" in run("diff", str(rules), str(draft), "--as-of", "2026-09-30")
    spoil(draft / "scoring/points/2026.1/events.csv", "penalty,general,,-5", "penalty,general,,-6.5")
    said = run("diff", str(rules), str(draft), "--as-of", "2026-09-30")
    assert "分值：-5分 → -6.5分" in said
    assert "共 1 处不同" in said


def test_the_check_lists_what_cannot_be_expressed_and_laws_that_are_due(rules):
    spoil(
        rules / "publicity/terms/order36/rule.yaml",
        "    article: 公示期限\n",
        "    article: 公示期限\n    check_again_on: 2026-01-02\n",
    )
    spoil(
        rules / "publicity/terms/order36/rule.yaml",
        "terms:\n",
        "untranslatable:\n"
        "  - {id: publicity.harm, text: 可以不予公示, why: 须由人判断, law: L1, status: unconfirmed}\nterms:\n",
    )
    said = run("check")
    assert "不能表达" in said
    assert "应再核对" in said
    report = json.loads(run("check", "--json"))
    assert [item["rule"] for item in report["untranslatable"]] == ["publicity.harm"]
    assert [item["due_on"] for item in report["due_laws"]] == ["2026-01-02"]
