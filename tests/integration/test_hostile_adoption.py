"""A hostile rule file is never adopted: the rulebook in force stays, and what is said names the file."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hostile_rules.corpus import CASES

from credit_service.errors import RulebookFaulty
from credit_service.lookup.adoptions import list_adoptions
from credit_service.pipeline.adopt import ProposalRequest, propose_rulebook

from .adoption_world import REVIEWER, TODAY, AdoptionWorld, copy_rules, open_adoption_world

TOMORROW = TODAY + timedelta(days=1)
CHOSEN = (
    "tab for indentation",
    "a billion laughs",
    "Python tag",
    "NUL",
    "text turned around",
    "10 MB of brackets",
    "link out of the rules",
    "link to nothing",
    "number: with its unit",
    "day: year 9999",
    "misspelt field",
    "condition: Python",
    "cycle: itself",
    "formula",
    "pattern that never ends",
)
CHOSEN_CASES = [case for case in CASES if case.name in CHOSEN]


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> AdoptionWorld:
    return open_adoption_world(tmp_path_factory.mktemp("hostile_adoption"))


def test_every_chosen_case_is_one():
    assert len(CHOSEN_CASES) == len(CHOSEN)


@pytest.mark.parametrize("case", CHOSEN_CASES, ids=lambda case: case.name)
def test_a_hostile_rule_file_is_never_adopted(world, case, tmp_path):
    office = world.service.office
    before = office.rulebook(TOMORROW).hash
    spoiled = Path(shutil.copytree(copy_rules(tmp_path), world.rules, dirs_exist_ok=True))
    case.spoil(spoiled / case.file)
    request = ProposalRequest(actor=REVIEWER, from_on=TOMORROW, reason="八号文", accepted=())
    try:
        with pytest.raises(RulebookFaulty) as refused:
            propose_rulebook(office, request)
    finally:
        shutil.rmtree(world.rules)
        copy_rules(world.rules.parent)
    folder = case.file.rpartition("/")[0].rpartition("/")[0]
    assert folder in str(refused.value.attributes.get("faults", refused.value.message))
    assert office.rulebook(TOMORROW).hash == before
    assert len(list_adoptions(world.service.reading_room)) == 1
