"""What the desk says of ways out of a list, end to end: warehouse, both engines, page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from credit_service.domain.agency import Role
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.lookup.cases import list_cases
from credit_service.lookup.outlook import find_outlook

if TYPE_CHECKING:
    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


def test_a_listed_subject_is_shown_acts_with_day_rule_and_source(world: World):
    room = world.service.reading_room
    case = next(c for c in list_cases(room, ListKind.BLACK) if c.subject_kind is SubjectKind.ORGANISATION)
    goal = next(goal for goal in find_outlook(room, case.subject_id).goals if goal.list_kind is ListKind.BLACK)
    step = next(step for option in goal.options for step in option.steps)
    page = world.client(Role.REVIEWER).get(f"/review/cases/{case.case_id}/outlook")
    assert page.status_code == 200
    for told in (step.label, step.rule, step.source, step.text, "不需要办理，期满自动"):
        assert told in page.text
    assert (
        f"/review/cases/{case.case_id}/outlook" in world.client(Role.REVIEWER).get(f"/review/cases/{case.case_id}").text
    )


def test_a_person_is_told_of_acts_but_of_no_points(world: World):
    room = world.service.reading_room
    case = next(c for c in list_cases(room) if c.subject_kind is SubjectKind.PERSON)
    assert not find_outlook(room, case.subject_id).near_misses
    page = world.client(Role.REVIEWER).get(f"/review/cases/{case.case_id}/outlook").text
    assert "自然人不评分" in page


def test_only_the_desk_may_ask(world: World):
    case = list_cases(world.service.reading_room)[0]
    assert world.client(Role.SUBMITTER).get(f"/review/cases/{case.case_id}/outlook").status_code in {403, 404}
