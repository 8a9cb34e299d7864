"""The SQL compiled from each scoring version is the reviewed text beside the rule; `make golden` rewrites it.

One text for every engine; one that changes by itself (with SQLGlot, or with a template) is a change to be reviewed.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from credit_service.rulebook.compile_sql import compile_scoring
from credit_service.rulebook.compiler import TARGETS
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.versions import find_versions

RULES = Path(__file__).parents[2] / "rules"
VERSIONS = [version for version in find_versions(RULES, FaultLog()) if version.kind == "scoring"]
NEWEST = max(version.from_on for version in find_versions(RULES, FaultLog()))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.version)
def test_compiled_sql_is_the_reviewed_text(version, target):
    """The text depends on conditions, not on tables: it is compiled on the last day the version is in force."""
    last: date = version.to_on or max(version.from_on, NEWEST)
    compiled = TARGETS[target](compile_scoring(load_rulebook(RULES, last)))
    golden = version.directory / f"{target}.sql"
    if os.environ.get("CREDIT_WRITE_GOLDEN"):
        golden.write_text(compiled, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == compiled


@pytest.mark.parametrize("target", TARGETS)
def test_no_word_of_a_rule_file_is_in_the_sql(target):
    """Keywords, names and ids reach the database as bound values only."""
    compiled = TARGETS[target](compile_scoring(load_rulebook(RULES, NEWEST)))
    assert not [character for character in compiled if character > "\u007f"]
