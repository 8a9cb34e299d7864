"""The pages of adoptions: who put which rules in force, whether anybody confirmed them, and what changed, in words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from functional.web.conftest import World
from integration.adoption_world import DECIDER, EVENTS, REVIEWER, TODAY, AdoptionWorld, open_adoption_world

from credit_service.domain.agency import Role
from credit_service.pipeline.adopt import ProposalRequest, propose_rulebook, withdraw_rulebook


@pytest.fixture
def rules(tmp_path: Path) -> AdoptionWorld:
    return open_adoption_world(tmp_path)


@pytest.fixture
def doors(rules: AdoptionWorld, open_doors) -> World:
    return open_doors(rules.service)


def test_the_first_rules_are_marked_as_confirmed_by_nobody(doors):
    page = doors.client(Role.REVIEWER).get("/review/rules/adoptions").text
    assert "建库启用" in page
    assert "未经两人采用" in page
    assert "建库程序" in page
    assert "installer" not in page
    one = doors.client(Role.REVIEWER).get("/review/rules/adoptions/1").text
    assert "建库时启用，未经两人采用" in one
    assert "没有可比的规则库" in one


def test_an_adoption_says_who_when_from_which_day_and_what_changed(rules, doors):
    rules.set_points(-2)
    adopted = rules.adopt(TODAY + timedelta(days=1), EVENTS)
    reviewer = doors.client(Role.REVIEWER)
    page = reviewer.get("/review/rules/adoptions").text
    assert f"/review/rules/adoptions/{adopted.number}" in page
    assert "两人采用" in page
    assert "将生效" in page
    one = reviewer.get(f"/review/rules/adoptions/{adopted.number}").text
    assert adopted.rulebook in one
    assert EVENTS in one
    assert "→ -2分" in one
    assert "待客户确认的条目" in one


def test_what_waits_and_what_was_withdrawn_are_told(rules, doors):
    rules.set_points(-2)
    request = ProposalRequest(REVIEWER, TODAY, "八号文", (EVENTS,))
    proposed = propose_rulebook(rules.service.office, request).adoption
    reviewer = doors.client(Role.REVIEWER)
    assert "等待第二人确认" in reviewer.get(f"/review/rules/adoptions/{proposed.number}").text
    withdraw_rulebook(rules.service.office, proposed.rulebook, DECIDER, "有误")
    page = reviewer.get(f"/review/rules/adoptions/{proposed.number}").text
    assert "有误" in page
    assert "已撤回" in page
    assert "→ -2分" in page


def test_an_adoption_there_is_not_is_refused_in_words(doors):
    answer = doors.client(Role.REVIEWER).get("/review/rules/adoptions/77")
    assert answer.status_code == 422
    assert "没有编号为77的规则库采用记录" in answer.text


def test_the_page_of_impact_leads_there(doors):
    assert 'href="/review/rules/adoptions"' in doors.client(Role.REVIEWER).get("/review/rules/impact").text
