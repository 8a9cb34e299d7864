"""``credit rules compile``: the text that is kept beside the rules, and all an engine needs, as one object."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from credit_service.__main__ import app
from credit_service.errors import RuleNotCompiled
from credit_service.lookup import compiled_rules
from credit_service.lookup.compiled_rules import Engine, compile_rules
from credit_service.rulebook.render_spark import KEPT

RULES = Path(__file__).parents[3] / "rules"


@pytest.mark.parametrize("engine", Engine)
def test_the_command_prints_the_text_and_json_has_all_of_it(engine):
    asked = ["rules", "compile", "--target", engine.value, "--as-of", "2026-09-30"]
    text = CliRunner().invoke(app, asked).stdout
    assert text == compile_rules(RULES, date(2026, 9, 30), engine).sql
    told = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    assert told["target"] == engine.value
    assert all(step["sql"] in text for step in told["steps"])
    names = {parameter for step in (*told["steps"], *told["explain"]) for parameter in step["parameters"]}
    assert names == {"as_of", "known_at", "run_id", "subject_id"}
    types = {column["type"] for table in told["tables"] for column in table["columns"]}
    assert ("STRING" in types) is (engine is Engine.SPARK)
    assert all(len(row) == len(table["columns"]) for table in told["tables"] for row in table["rows"])


def test_what_an_engine_has_no_words_for_is_said(monkeypatch):
    from sqlglot import exp

    monkeypatch.delitem(KEPT, exp.Contains)
    with pytest.raises(RuleNotCompiled, match="Contains"):
        compiled_rules.compile_rules(RULES, date(2026, 9, 30), Engine.SPARK)
