"""What a paper must say, and when it is due."""

from dataclasses import replace

import pytest

from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.paper import CASE_KINDS, PaperKind, PaperPart
from credit_service.domain.score import ListKind
from credit_service.errors import IllegalTransition, PaperIncomplete
from credit_service.listing.paper_gates import ACT_OF_PAPER, REQUIRED, check_due, check_parts, is_due
from credit_service.listing.steps import find_steps

LAW = {PaperPart.BASIS, PaperPart.FACTS, PaperPart.REASONS, PaperPart.MEASURES, PaperPart.REMOVAL, PaperPart.REMEDY}


@pytest.mark.parametrize("kind", [PaperKind.NOTICE, PaperKind.ANNOUNCEMENT, PaperKind.DECISION])
def test_who_is_to_be_listed_is_told_everything(kind):
    assert REQUIRED[kind] >= LAW


def test_every_kind_but_the_form_names_the_remedy():
    assert {kind for kind in PaperKind if PaperPart.REMEDY not in REQUIRED[kind]} == {PaperKind.RECEIPT}


@pytest.mark.parametrize(("kind", "part"), [(kind, part) for kind in PaperKind for part in sorted(REQUIRED[kind])])
def test_each_part_a_paper_lacks_is_named(kind, part):
    texts = dict.fromkeys(PaperPart, "有")
    check_parts(kind, texts)
    with pytest.raises(PaperIncomplete, match=part.label.replace("（", "[（]").replace("）", "[）]")) as caught:
        check_parts(kind, texts | {part: " 　"})
    assert caught.value.attributes["missing"] == [part.value]


def test_a_blank_name_in_the_opening_is_named():
    with pytest.raises(PaperIncomplete, match=r"\$notice_no"):
        check_parts(PaperKind.DECISION, dict.fromkeys(PaperPart, "有"), ["notice_no"])


@pytest.mark.parametrize("list_kind", list(ListKind))
@pytest.mark.parametrize("state", list(CaseState))
def test_a_paper_is_due_exactly_when_its_act_is(world, list_kind, state):
    case = replace(world.propose(), state=state, list_kind=list_kind)
    acts = {step.kind for step in find_steps(state, list_kind)}
    red = list_kind is ListKind.RED
    for kind in CASE_KINDS:
        act = ACT_OF_PAPER.get(kind)
        if act is not None and kind not in {PaperKind.NOTICE, PaperKind.ANNOUNCEMENT}:
            assert is_due(case, kind) is (act in acts)
    in_review = state in {CaseState.PROPOSED, CaseState.UNDER_REVIEW}
    assert is_due(case, PaperKind.NOTICE) is (not red and in_review)
    assert is_due(case, PaperKind.ANNOUNCEMENT) is (red and in_review)
    assert is_due(case, PaperKind.REMOVAL) is (state is CaseState.ENDED)
    listed = ActKind.REVOKE in acts
    assert is_due(case, PaperKind.REPAIR_GUIDE) is (not red and (listed or ActKind.DECIDE in acts))
    assert is_due(case, PaperKind.REPAIR_ACCEPTED) is (not red and listed)


def test_what_is_not_due_is_refused_with_what_is(world):
    case = world.propose()
    with pytest.raises(IllegalTransition) as caught:
        check_due(case, PaperKind.DECISION)
    assert "事先告知书" in caught.value.remedy
