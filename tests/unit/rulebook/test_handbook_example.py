"""The example in the handbook for authors of rules is a rule: it loads, it fits its schema, and it differs in words."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import jsonschema_rs
from unit.rulebook.yaml_core import read_core

from credit_service.rulebook.check import check_rules
from credit_service.rulebook.choose_rulebook import choose_rulebook
from credit_service.rulebook.diff import compare_rulebooks
from credit_service.rulebook.file_schema import build_schemas

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "rule-files.md").read_text(encoding="utf-8")
RULE, TABLE = re.findall(r"```(?:yaml|csv)\n((?:# yaml|id,).*?)```", TEXT, re.DOTALL)[:2]
DAY = date(2027, 1, 1)


def test_the_example_is_a_rule(tmp_path):
    rules = Path(shutil.copytree(ROOT / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("cases*")))
    version = rules / "publicity/terms/order99"
    version.mkdir()
    (version / "rule.yaml").write_text(RULE, encoding="utf-8")
    (version / "bounds.csv").write_text(TABLE, encoding="utf-8")
    report = check_rules(rules, as_of=date(2027, 5, 28))
    assert report.faults == ()
    assert [entry.rule_id for entry in report.untranslatable] == ["publicity.harm"]
    assert [law.file for law in report.due_laws] == ["rules/publicity/terms/order99/rule.yaml"]
    before, after = (choose_rulebook(rules, f"publicity/terms/order{number}", DAY) for number in (36, 99))
    changes = compare_rulebooks(before, after)
    assert "publicity.harm" in {change.rule_id for change in changes}


def test_the_example_fits_its_schema():
    validator = jsonschema_rs.validator_for(build_schemas(ROOT / "rules")["publicity.rule.json"])
    assert list(validator.iter_errors(read_core(RULE))) == []
