"""The law of objections in the tables: what SQL of another program cannot do, on either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.objection import (
    Channel,
    Objection,
    ObjectionAct,
    ObjectionActKind,
    ObjectionTarget,
    ObjectorKind,
    ObjectorWords,
)
from credit_service.domain.subject import SubjectKind
from credit_service.errors import CreditServiceError, IllegalTransition, KeyMissing, ObjectionNotFound

OBJECTION_TABLES = ("objection", "objection_act", "objection_mark", "objector", "objection_note")
WORDS = ObjectorWords("王小明", "13800138000", "不对")


def make(case, number: str = "Y2026-00001", **changes: object) -> Objection:
    plain = Objection(
        number=number,
        target=ObjectionTarget.CASE,
        record_id=None,
        case_id=case.case_id,
        bulletin_id=None,
        subject_id=case.subject_id,
        subject_kind=SubjectKind.ORGANISATION,
        objector=ObjectorKind.SUBJECT,
        channel=Channel.DESK,
        objecting_agency="",
        authority="",
        record_ids=case.record_ids,
        case_ids=(case.case_id,),
        source_agencies=("11990101TEST00000X",),
        received_on=date(2026, 11, 2),
        received_by="clerk",
        marked_on=date(2026, 11, 2),
        mark_due_on=date(2026, 11, 3),
        due_on=date(2026, 11, 5),
    )
    return replace(plain, **changes)


def act_of(
    objection: Objection, desk, kind: ObjectionActKind = ObjectionActKind.RECEIVE, **changes: object
) -> ObjectionAct:
    on = objection.received_on
    plain = ObjectionAct(kind, objection.received_by, on, desk.now(), reason="理由", due_on=objection.due_on)
    return replace(plain, rulebook="ab" * 32, **changes)


def store(desk, case, **changes: object) -> Objection:
    """Write an objection as the pipeline does: with its act, its marks and the mark of the case."""
    objection = make(case, **changes)
    with desk.ledger.unit_of_work() as uow:
        uow.objections.add(objection, act_of(objection, desk), "c" * 64, WORDS)
        uow.commit()
    desk.today = objection.marked_on
    moved, act = desk.move(case, ActKind.MARK_OBJECTION)
    act = replace(act, on=objection.marked_on, at=desk.now())
    with desk.ledger.unit_of_work() as uow:
        uow.cases.save(replace(moved, marked_on=objection.marked_on), act)
        uow.commit()
    return objection


@pytest.fixture
def objected(desk):
    case = desk.walk(desk.case(), CaseState.DECISION_SERVED)
    with desk.ledger.unit_of_work() as uow:
        uow.agencies.add(desk.agency())
        uow.commit()
    return store(desk, case)


def refuse(desk, *statements: str, law: str, **parameters: object) -> None:
    with pytest.raises(sa.exc.DBAPIError, match=law):
        desk.run_raw(*statements, **parameters)


@pytest.mark.parametrize(
    "changes",
    [
        "state = 'upheld'",
        "state = 'withdrawn', withdrawn_on = '2026-11-03'",
        "due_on = '2036-01-01'",
        "received_by = 'somebody'",
        "record_ids = '[]'",
        "code_hash = 'dddd'",
        "version = 1",
        "version = 1, decided_by = 'decider'",
    ],
)
def test_nothing_moves_without_its_act(desk, objected, changes):
    refuse(desk, f"UPDATE objection SET {changes}", law="objection")


@pytest.mark.parametrize("table", OBJECTION_TABLES)
def test_nothing_is_ever_deleted_or_rewritten(desk, objected, table):
    refuse(desk, f"DELETE FROM {table}", law=f"{table}_never_deleted")
    if table != "objection":
        refuse(desk, f"UPDATE {table} SET number = 'Y2026-00009'", law=f"{table}_never_changed")


def test_a_mark_is_not_cleared_under_an_open_objection(desk, objected):
    refuse(
        desk,
        "INSERT INTO act SELECT case_id, version + 1, 'clear_objection', 'clerk', '2026-11-02', "
        "CURRENT_TIMESTAMP, 'Y', '理由', '', '', '', '', '" + "ab" * 32 + "' FROM listing_case",
        "UPDATE listing_case SET marked_on = NULL, version = version + 1",
        law="case_mark_under_objection",
    )


def test_a_case_is_not_marked_without_an_objection(desk):
    case = desk.walk(desk.case(), CaseState.DECISION_SERVED)
    with pytest.raises(IllegalTransition, match="没有未办结的异议"):
        desk.save(case, ActKind.MARK_OBJECTION)


def test_an_objection_whose_case_is_not_marked_goes_no_further(desk):
    case = desk.walk(desk.case(), CaseState.DECISION_SERVED)
    objection = make(case)
    with desk.ledger.unit_of_work() as uow:
        uow.objections.add(objection, act_of(objection, desk), "c" * 64, WORDS)
        uow.commit()
    refuse(desk, act_sql("accept", 1, "clerk2"), law="objection_is_marked")


def act_sql(kind: str, seq: int, actor: str, agency: str = "OFFICE", on: str = "2026-11-02") -> str:
    return (
        "INSERT INTO objection_act (number, seq, kind, actor_id, done_on, recorded_at, document_no, reason, evidence, "
        "verdict, remedy, listing, wrong_records, redress, to_agency, due_on, agency_code, for_id, rulebook) VALUES "
        f"('Y2026-00001', {seq}, '{kind}', '{actor}', '{on}', CURRENT_TIMESTAMP, '号1', '理由', '复核', '', 'none', "
        f"'revoke', '[]', '复议', '', NULL, '{agency}', '', '{'ab' * 32}')"
    )


@pytest.mark.parametrize(
    ("sql", "law"),
    [
        (act_sql("refuse", 1, "clerk"), "objection_by_second_person"),
        (act_sql("refuse", 1, "other", agency="11990101TEST00000X"), "objection_not_by_party_alone"),
        (act_sql("accept", 2, "clerk"), "objection_act_follows"),
        (act_sql("accept", 1, "clerk", on="2026-11-01"), "objection_act_follows"),
        (act_sql("receive", 1, "clerk"), "objection_act_follows"),
        (act_sql("accept", 1, "clerk").replace("ab" * 32, "ab"), "rulebook"),
    ],
)
def test_acts_keep_the_law_too(desk, objected, sql, law):
    refuse(desk, sql, law=law)


def test_a_program_that_knows_our_tables_still_walks_the_arrows(desk, objected):
    desk.run_raw(
        act_sql("accept", 1, "clerk2"),
        "UPDATE objection SET state = 'accepted', version = 1, accepted_on = '2026-11-02', accepted_by = 'clerk2'",
    )
    refuse(
        desk,
        act_sql("uphold", 2, "decider"),
        "UPDATE objection SET state = 'upheld', version = 2, decided_on = '2026-11-02', decided_by = 'another', "
        "decision_no = '号1', decision_reason = '理由', decision_check = '复核', remedy = 'none', listing = 'revoke', "
        "redress = '复议'",
        law="objection_moves_by_act",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"objector": ObjectorKind.AGENT},
        {"objector": ObjectorKind.AGENCY},
        {"case_id": None},
        {"due_on": date(2026, 11, 1)},
        {"marked_on": date(2026, 11, 1)},
        {"received_by": " "},
        {"accepted_on": date(2026, 11, 2)},
        {"bulletin_id": "2026Q3", "target": ObjectionTarget.ENTRY},
    ],
)
def test_an_objection_that_is_none_is_not_stored(desk, changes):
    case = desk.walk(desk.case(), CaseState.DECISION_SERVED)
    with pytest.raises(CreditServiceError):
        store(desk, case, **changes)
    with desk.ledger.reading() as uow:
        assert uow.objections.find("Y2026-00001") is None


def test_a_closed_case_is_not_objected_to(desk):
    case = desk.walk(desk.case(), CaseState.PUBLISHED)
    ended = desk.save(case, ActKind.REVOKE)
    objection = make(ended)
    with pytest.raises(IllegalTransition, match="没有可以提出异议"), desk.ledger.unit_of_work() as uow:
        uow.objections.add(objection, act_of(objection, desk), "c" * 64, WORDS)


def test_words_are_read_back_with_the_key_only_and_from_their_place(desk, objected, ledger):
    with ledger.reading() as uow:
        assert uow.objections.read_words(objected.number) == WORDS
        assert uow.objections.next_number(2026) == "Y2026-00002"
        assert uow.objections.next_number(2027) == "Y2027-00001"
        with pytest.raises(ObjectionNotFound):
            uow.objections.read_words("Y2026-99999")
        uow.objections._vault = None
        with pytest.raises(KeyMissing):
            uow.objections.read_words(objected.number)
    assert not [row for rows in desk.dump().values() for row in rows if "王小明" in row or "13800138000" in row]
