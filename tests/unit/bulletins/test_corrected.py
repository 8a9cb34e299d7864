from __future__ import annotations

import json
import runpy
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from credit_service.bulletins import corrected
from credit_service.bulletins.corrected import leave_out, render_corrected, to_bulletin
from credit_service.bulletins.render_json import render_json
from credit_service.domain.bulletin import LeftEntry
from credit_service.errors import RedactionIncomplete

world = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("world.py"))))
CASES = [world.make_case(1), world.make_case(2), world.make_red(3), world.make_debtor(4)]
LEFT = LeftEntry("C9", "black", "示范旧案有限公司（测试）", "repair", date(2026, 8, 3))


@pytest.fixture
def issue():
    return replace(world.make_bulletin(CASES), left=(LEFT,))


def test_an_issue_is_read_back_as_it_was_written(issue):
    read = to_bulletin(json.loads(render_json(issue)))
    # Who was withheld is known to nobody but the ledger.
    assert replace(read, withheld=()) == replace(issue, withheld=())
    assert len(read.withheld) == len(issue.withheld)
    assert render_json(read) == render_json(issue)


@pytest.mark.parametrize("document", [{}, {"bulletin_id": "2026Q3"}, {"bulletin_id": 1, "title": None, "period": []}])
def test_what_is_no_issue_is_refused(document):
    with pytest.raises(ValueError, match="不是公告文件"):
        to_bulletin(document)


def test_who_left_is_left_out_with_the_measures_only_they_had(issue):
    gone = issue.black[0]
    less = leave_out(issue, {gone.case_id}, {"C9"})
    assert [entry.case_id for entry in less.black] == [entry.case_id for entry in issue.black[1:]]
    assert (less.red, less.left) == (issue.red, ())
    assert "2条条目" in less.correction
    assert gone.name not in less.correction
    used = {name for entry in (*less.red, *less.black) for name in entry.measures}
    assert {name for _, name, _, _ in less.measures} <= used
    assert leave_out(issue, set()).correction == ""


def test_every_form_is_searched_for_who_was_left_out(issue, monkeypatch):
    gone = issue.black[0]
    released = render_json(issue)
    forms = {"entry.atom": b"<entry/>", "entries.csv": f"\ufeff{gone.name}".encode()}
    monkeypatch.setattr(corrected, "render_all", lambda *_: forms)
    with pytest.raises(RedactionIncomplete) as refused:
        render_corrected(released, frozenset({gone.case_id}), frozenset(), world.TEMPLATES)
    assert gone.name not in str(refused.value)
