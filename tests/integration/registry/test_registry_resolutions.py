"""Judgements in the ledger: what is lawful is remembered, what is not is refused by the database itself."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.resolution import Judgement, Verdict
from credit_service.domain.subject import SubjectLink
from credit_service.errors import ClockReversed, IdentifiersContradict, IllegalTransition, SubjectNotFound

COMPANY = "uscc:91350100M000100Y43"
OTHER = "uscc:91110000600037341L"
INSIDE = "org:M000100Y4"
ORG = "org:13127000X"
REG = "reg:110105194912310"
REG_2 = "reg:110105194912329"
NOBODY = "none:1f0e"
NOBODY_2 = "none:2a9c"
PERSON = "psn:00000000000000000000000000000001"

RAW = (
    "INSERT INTO subject_judgement (from_subject_id, verdict, to_subject_id, reason, evidence, judged_by, judged_at) "
    "VALUES (:one, :verdict, :other, '理由', '', 'reviewer', :at)"
)


def judgement(desk, one: str, verdict: Verdict, other: str | None, minutes: int = 0) -> Judgement:
    at = desk.now() + timedelta(minutes=minutes)
    return Judgement(one, verdict, other, "同一法定代表人", "reviewer", at, evidence="名称完全相同")


def judge(desk, one: str, verdict: Verdict, other: str | None, minutes: int = 0) -> Judgement:
    with desk.ledger.unit_of_work() as uow:
        kept = uow.resolutions.add(judgement(desk, one, verdict, other, minutes))
        uow.commit()
    return kept


def undo(desk, number: int, minutes: int = 0) -> Judgement:
    with desk.ledger.unit_of_work() as uow:
        ended = uow.resolutions.undo(number, "decider", desk.now() + timedelta(minutes=minutes), "认错了")
        uow.commit()
    return ended


def refused_raw(desk, one: str, verdict: str, other: str | None) -> None:
    """Hold that another program's SQL cannot do it either."""
    before = desk.dump()
    at: datetime | str = desk.now() + timedelta(days=1)
    if desk.url.startswith("sqlite"):
        at = at.strftime("%Y-%m-%d %H:%M:%S.%f")
    with pytest.raises(sa.exc.IntegrityError):
        desk.run_raw(RAW, one=one, verdict=verdict, other=other, at=at)
    assert desk.dump() == before


def test_a_judgement_is_remembered_with_its_number(desk):
    kept = judge(desk, NOBODY, Verdict.SAME, COMPANY)
    with desk.ledger.reading() as uow:
        assert uow.resolutions.get(kept.number) == kept
        assert uow.resolutions.find_end(NOBODY) == COMPANY
        assert uow.resolutions.find_end(COMPANY) == COMPANY
        assert uow.resolutions.list_members(COMPANY) == [NOBODY]
        assert uow.resolutions.list_about(COMPANY) == [kept]
        assert uow.resolutions.list_links() == [SubjectLink(NOBODY, COMPANY, kept.judged_at)]


def test_undoing_ends_it_and_leaves_it_readable(desk):
    kept = judge(desk, NOBODY, Verdict.SAME, COMPANY)
    ended = undo(desk, kept.number, 5)
    with desk.ledger.reading() as uow:
        assert uow.resolutions.find_end(NOBODY) == NOBODY
        assert uow.resolutions.list_running() == []
        assert uow.resolutions.list_newest(9) == [ended]
        assert uow.resolutions.list_links() == [SubjectLink(NOBODY, COMPANY, kept.judged_at, ended.undone_at)]
    assert (ended.reason, ended.evidence, ended.undo_reason) == (kept.reason, kept.evidence, "认错了")
    again = judge(desk, NOBODY, Verdict.SAME, OTHER, 6)
    assert again.number > kept.number


@pytest.mark.parametrize(
    ("one", "other"),
    [(NOBODY, ORG), (NOBODY, REG), (NOBODY, COMPANY), (ORG, REG), (INSIDE, COMPANY), (REG, COMPANY)],
)
def test_the_weaker_is_linked_to_the_stronger(desk, one, other):
    assert judge(desk, one, Verdict.SAME, other).is_running


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (COMPANY, OTHER),
        (COMPANY, REG),
        (REG, REG_2),
        (REG, ORG),
        (ORG, NOBODY),
        (ORG, COMPANY),
        (NOBODY, NOBODY_2),
        (NOBODY, PERSON),
        (PERSON, COMPANY),
        (NOBODY, "uscc:91350100M000100Y4"),
        (NOBODY, "company:91350100M000100Y43"),
        (NOBODY, None),
        (NOBODY, NOBODY),
        ("none:", COMPANY),
    ],
)
def test_what_contradicts_or_is_weaker_is_never_linked(desk, one, other):
    refused_raw(desk, one, "same", other)


def test_the_refusal_says_which_law(desk):
    with pytest.raises(IdentifiersContradict, match="绝不归并"):
        judge(desk, COMPANY, Verdict.SAME, OTHER)
    with pytest.raises(IdentifiersContradict, match="第9至17位"):
        judge(desk, ORG, Verdict.SAME, COMPANY)


@pytest.mark.parametrize(
    ("one", "verdict", "other"), [(ORG, "own", None), (NOBODY, "own", COMPANY), (NOBODY, "maybe", COMPANY)]
)
def test_a_verdict_says_what_it_means(desk, one, verdict, other):
    refused_raw(desk, one, verdict, other)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((NOBODY, "same", COMPANY), (NOBODY, "same", OTHER)),
        ((NOBODY, "same", COMPANY), (NOBODY, "own", None)),
        ((NOBODY, "own", None), (NOBODY, "same", COMPANY)),
        # One step only: no chains, no second end.
        ((NOBODY, "same", REG), (REG, "same", COMPANY)),
        ((REG, "same", COMPANY), (NOBODY, "same", REG)),
        # Two registration numbers would meet in one unified code.
        ((REG, "same", COMPANY), (REG_2, "same", COMPANY)),
        ((ORG, "same", REG), (INSIDE, "same", REG)),
        # The register of namesakes.
        ((NOBODY, "not_same", COMPANY), (NOBODY, "same", COMPANY)),
        ((COMPANY, "not_same", NOBODY), (NOBODY, "same", COMPANY)),
        ((NOBODY, "same", COMPANY), (NOBODY, "not_same", COMPANY)),
        ((NOBODY, "same", COMPANY), (COMPANY, "not_same", NOBODY)),
        ((NOBODY, "not_same", COMPANY), (COMPANY, "not_same", NOBODY)),
    ],
)
def test_a_judgement_that_contradicts_a_running_one_is_refused_until_it_is_undone(desk, first, second):
    one, verdict, other = first
    kept = judge(desk, one, Verdict(verdict), other)
    refused_raw(desk, *second)
    undo(desk, kept.number, 1)
    one, verdict, other = second
    assert judge(desk, one, Verdict(verdict), other, 2).is_running


def test_namesakes_do_not_meet_at_a_third(desk):
    judge(desk, NOBODY, Verdict.NOT_SAME, NOBODY_2)
    judge(desk, NOBODY, Verdict.SAME, COMPANY, 1)
    with pytest.raises(IllegalTransition, match="同名不同主体"):
        judge(desk, NOBODY_2, Verdict.SAME, COMPANY, 2)
    assert judge(desk, NOBODY_2, Verdict.SAME, OTHER, 3).is_running


def test_those_who_met_are_no_namesakes(desk):
    judge(desk, NOBODY, Verdict.SAME, COMPANY)
    judge(desk, NOBODY_2, Verdict.SAME, COMPANY, 1)
    refused_raw(desk, NOBODY, "not_same", NOBODY_2)


def test_the_register_holds_for_both_and_may_hold_two_companies(desk):
    judge(desk, COMPANY, Verdict.NOT_SAME, OTHER)
    judge(desk, NOBODY, Verdict.NOT_SAME, COMPANY, 1)
    with desk.ledger.reading() as uow:
        found = uow.resolutions.list_namesakes([COMPANY, OTHER, NOBODY_2])
    assert found == {COMPANY: {OTHER, NOBODY}, OTHER: {COMPANY}}


def test_time_goes_on(desk):
    kept = judge(desk, NOBODY, Verdict.SAME, COMPANY, 10)
    with pytest.raises(ClockReversed):
        judge(desk, NOBODY_2, Verdict.SAME, COMPANY, 9)
    with pytest.raises(ClockReversed):
        undo(desk, kept.number, 9)
    undo(desk, kept.number, 20)
    with pytest.raises(ClockReversed):
        judge(desk, NOBODY, Verdict.SAME, COMPANY, 15)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE subject_judgement SET to_subject_id = 'uscc:91110000600037341L'",
        "UPDATE subject_judgement SET verdict = 'not_same'",
        "UPDATE subject_judgement SET reason = '另一理由'",
        "UPDATE subject_judgement SET undone_by = 'x'",
        "DELETE FROM subject_judgement",
    ],
)
def test_a_judgement_is_never_altered_or_deleted(desk, statement):
    judge(desk, NOBODY, Verdict.SAME, COMPANY)
    before = desk.dump()
    with pytest.raises(sa.exc.IntegrityError):
        desk.run_raw(statement)
    assert desk.dump() == before


def test_an_undoing_is_final(desk):
    kept = undo(desk, judge(desk, NOBODY, Verdict.SAME, COMPANY).number, 1)
    with pytest.raises(IllegalTransition):
        undo(desk, kept.number, 2)
    with pytest.raises(sa.exc.IntegrityError):
        desk.run_raw("UPDATE subject_judgement SET undone_at = NULL, undone_by = NULL, undo_reason = NULL")


def test_unknown_number_is_not_found(desk):
    with pytest.raises(SubjectNotFound):
        undo(desk, 77)


@pytest.mark.postgresql
def test_the_table_is_not_emptied(desk):
    if desk.url.startswith("sqlite"):
        with pytest.raises(sa.exc.OperationalError):
            desk.run_raw("TRUNCATE subject_judgement")
        return
    judge(desk, NOBODY, Verdict.SAME, COMPANY)
    with pytest.raises(sa.exc.IntegrityError):
        desk.run_raw("TRUNCATE subject_judgement")


def on_list(desk, subject_id: str, kind: str):
    make = desk.red if kind == "red" else desk.case
    return desk.walk(make(subject_id=subject_id, identifier_code=None), CaseState.DECISION_SERVED)


@pytest.mark.parametrize(("first", "second"), [("red", "black"), ("black", "red")])
def test_a_link_never_makes_one_subject_red_and_black(desk, first, second):
    on_list(desk, NOBODY, first)
    on_list(desk, COMPANY, second)
    with pytest.raises(IllegalTransition, match="同时在"):
        judge(desk, NOBODY, Verdict.SAME, COMPANY)
    assert judge(desk, NOBODY, Verdict.SAME, OTHER).is_running


def test_a_link_never_makes_its_members_red_and_black(desk):
    on_list(desk, NOBODY, "red")
    on_list(desk, NOBODY_2, "black")
    judge(desk, NOBODY, Verdict.SAME, COMPANY)
    with pytest.raises(IllegalTransition, match="同时在"):
        judge(desk, NOBODY_2, Verdict.SAME, COMPANY)


@pytest.mark.parametrize("listed", [NOBODY, COMPANY, NOBODY_2])
def test_a_linked_subject_is_not_decided_against_the_other_list(desk, listed):
    judge(desk, NOBODY, Verdict.SAME, COMPANY)
    judge(desk, NOBODY_2, Verdict.SAME, COMPANY)
    on_list(desk, listed, "red")
    other = next(one for one in (COMPANY, NOBODY) if one != listed)
    case = desk.walk(desk.case(subject_id=other, identifier_code=None), CaseState.HEARD)
    with pytest.raises(IllegalTransition, match="归并为同一主体"):
        desk.save(case, ActKind.DECIDE)
    on_list(desk, OTHER, "black")
