"""The ledger's own law of repair: whoever writes SQL past the program is refused, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from credit_service.domain.listing import ActKind, Case, CaseState, Exhibit
from credit_service.domain.repair import (
    Applicant,
    ConsumerNotice,
    Paper,
    RecordRepair,
    Repair,
    RepairAct,
    RepairActKind,
    RepairChannel,
    RepairExhibit,
    RepairState,
    RepairTarget,
)
from credit_service.errors import DecisionError, IllegalTransition, LedgerConflict, RepairBarred, RepairNotFound
from credit_service.listing.repairs import RepairTerms, apply_repair_act
from credit_service.registry.repairs import NewRepair
from credit_service.registry.unit_of_work import Ledger

if TYPE_CHECKING:
    from integration.registry.conftest import Desk

DAY = date(2027, 10, 8)
K, S = RepairActKind, RepairState
DIGEST = "0" * 64
PAPERS = (RepairExhibit(Paper.COMMITMENT, DIGEST), RepairExhibit(Paper.DUTY_PROOF, DIGEST))
WHO = Applicant("王小明", "13800000000", "已履行")
CODE = "11990101TEST00000X"


def act(kind: RepairActKind, actor: str, on: date = DAY, **changes: object) -> RepairAct:
    plain = RepairAct(
        kind,
        actor,
        on,
        datetime.combine(on, time(4), UTC),
        document_no="修1号" if kind in {K.GRANT, K.REFUSE} else "",
        reason="理由",
        finding="属实",
        ground="conditions" if kind is K.REFUSE else "",
        agency_code=CODE,
        to_agency=CODE if kind is K.FORWARD else "",
        rulebook="ab" * 32,
    )
    return replace(plain, **changes)


def application(case: Case, number: int, on: date = DAY, **changes: object) -> Repair:
    plain = Repair(
        repair_id=f"XF{number}",
        target_kind=RepairTarget.CASE,
        target_id=case.case_id,
        case_id=case.case_id,
        record_ids=case.record_ids,
        subject_id=case.subject_id,
        subject_name=case.subject_name,
        fact=case.fact,
        severity=case.severity,
        rule="samr_serious",
        needs=("commitment", "duty_proof"),
        opens_on=case.min_until_on,
        authority_code=CODE,
        authority_name="市场监管局（测试）",
        channel=RepairChannel.PUBLIC,
        applied_on=on,
        applied_at=datetime.combine(on, time(2), UTC),
    )
    return replace(plain, **changes)


def add(ledger: Ledger, repair: Repair, exhibits: tuple[RepairExhibit, ...] = PAPERS) -> Repair:
    first = act(K.APPLY, "applicant", repair.applied_on, agency_code="", exhibits=exhibits)
    with ledger.unit_of_work() as uow:
        uow.exhibits.add(Exhibit(DIGEST, "证明.pdf", 9, "applicant", repair.applied_at))
        uow.repairs.add(NewRepair(repair, first, WHO, DIGEST))
        uow.commit()
    return repair


def move(ledger: Ledger, repair: Repair, done: RepairAct) -> Repair:
    moved = apply_repair_act(repair, done, frozenset(Paper), RepairTerms(3))
    with ledger.unit_of_work() as uow:
        uow.repairs.save(moved, done)
        uow.commit()
    return moved


def check(ledger: Ledger, repair: Repair) -> Repair:
    for kind in (K.FORWARD, K.ACCEPT, K.CHECK):
        repair = move(ledger, repair, act(kind, "reviewer"))
    return repair


def grant(desk: Desk, case: Case, repair: Repair) -> Repair:
    """Grant as the pipeline does: case, application, mark and notice in one transaction."""
    ended, ending = desk.move(case, ActKind.REPAIR, on=DAY, actor_id="decider", document_no="修1号")
    done = act(K.GRANT, "decider")
    granted = apply_repair_act(repair, done, frozenset(Paper), RepairTerms(3))
    at = datetime.combine(DAY, time(5), UTC)
    with desk.ledger.unit_of_work() as uow:
        uow.cases.save(ended, ending)
        uow.repairs.save(granted, done)
        uow.record_repairs.add([RecordRepair(one, repair.repair_id, DAY, "修1号", at) for one in repair.record_ids])
        uow.notices.add([ConsumerNotice("N1", repair.repair_id, CODE, ("look_up",), DAY, done.at, None)])
        uow.commit()
    return granted


@pytest.fixture
def case(desk: Desk) -> Case:
    with desk.ledger.unit_of_work() as uow:
        uow.agencies.add(desk.agency())
        uow.commit()
    return desk.walk(desk.case(), CaseState.PUBLISHED)


def test_a_repair_is_kept_and_read_back_as_it_was(desk: Desk, case: Case):
    repair = grant(desk, case, check(desk.ledger, add(desk.ledger, application(case, 1))))
    with desk.ledger.reading() as uow:
        assert uow.repairs.get("XF1") == repair
        assert [one.kind for one in uow.repairs.list_acts("XF1")] == [K.APPLY, K.FORWARD, K.ACCEPT, K.CHECK, K.GRANT]
        assert uow.repairs.list_acts("XF1")[0].exhibits == PAPERS
        assert uow.repairs.get_applicant("XF1") == WHO
        assert uow.repairs.find_by_receipt("XF1", DIGEST) == repair
        assert uow.repairs.find_by_receipt("XF1", "1" * 64) is None
        assert [one.sha256 for _, _, one in uow.repairs.list_exhibits("XF1")] == [DIGEST, DIGEST]
        assert set(uow.record_repairs.list_marked(case.record_ids)) == set(case.record_ids)
        assert uow.cases.get(case.case_id).end_kind == "repair"
        with pytest.raises(RepairNotFound):
            uow.repairs.get("XF9")


ATTEMPTS = (
    "UPDATE repair SET state = 'granted', version = version + 1",
    "UPDATE repair SET opens_on = NULL, version = version + 1",
    "UPDATE repair SET needs = 'duty_proof', version = version + 1",
    "UPDATE repair SET checked_by = 'somebody', version = version + 1",
    "UPDATE repair SET barred_until_on = '2030-01-01'",
    "DELETE FROM repair_exhibit",
    "DELETE FROM repair",
    "UPDATE repair_act SET actor_id = 'somebody'",
    "DELETE FROM repair_act",
    "UPDATE repair_applicant SET receipt_hash = '1111111111111111111111111111111111111111111111111111111111111111'",
    "INSERT INTO record_repair (record_id, repair_id, from_on, decision_no, repaired_at) "
    "VALUES ('B1-0000001', 'XF1', '2027-10-08', '修1号', '2027-10-08 04:00:00+00:00')",
    "INSERT INTO consumer_notice (notice_id, repair_id, agency_code, grounds, issued_on, issued_at) "
    "VALUES ('N1', 'XF1', '11990101TEST00000X', 'look_up', '2027-10-08', '2027-10-08 04:00:00+00:00')",
    "INSERT INTO repair_act (repair_id, seq, kind, actor_id, done_on, recorded_at, document_no, reason, finding, "
    "ground, agency_code, for_id, to_agency, rulebook) SELECT repair_id, 4, 'grant', 'reviewer', '2027-10-08', "
    "'2027-10-08 04:00:00+00:00', '修1号', '理由', '', '', agency_code, '', '', rulebook FROM repair_act WHERE seq = 3",
)


@pytest.mark.parametrize("statement", ATTEMPTS, ids=lambda text: " ".join(text.split()[:5]))
def test_sql_past_the_program_is_refused(desk: Desk, case: Case, statement: str):
    check(desk.ledger, add(desk.ledger, application(case, 1)))
    before = desk.dump()
    with pytest.raises(sa.exc.DBAPIError):
        desk.run_raw(statement)
    assert desk.dump() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_repair SET from_on = '2020-01-01'",
        "DELETE FROM record_repair",
        "DELETE FROM consumer_notice",
        "UPDATE consumer_notice SET agency_code = 'x', receipt_by = 'k', receipt_at = '2027-10-09 04:00:00+00:00'",
        "UPDATE repair SET state = 'checked', closed_on = NULL, version = version + 1",
    ],
)
def test_what_was_granted_stays(desk: Desk, case: Case, statement: str):
    grant(desk, case, check(desk.ledger, add(desk.ledger, application(case, 1))))
    before = desk.dump()
    with pytest.raises(sa.exc.DBAPIError):
        desk.run_raw(statement)
    assert desk.dump() == before


def test_a_receipt_is_given_once(desk: Desk, case: Case):
    grant(desk, case, check(desk.ledger, add(desk.ledger, application(case, 1))))
    at = datetime.combine(DAY, time(6), UTC)
    with desk.ledger.unit_of_work() as uow:
        uow.notices.confirm("N1", "K1", at)
        uow.commit()
    with desk.ledger.unit_of_work() as uow, pytest.raises(IllegalTransition):
        uow.notices.confirm("N1", "K2", at)


def test_a_case_is_repaired_by_a_checked_application_only_and_the_application_with_its_case(desk: Desk, case: Case):
    with pytest.raises(IllegalTransition, match="修复申请"):
        desk.save(case, ActKind.REPAIR, on=DAY, actor_id="decider", document_no="修1号")
    repair = add(desk.ledger, application(case, 1))
    with pytest.raises(IllegalTransition):
        desk.save(case, ActKind.REPAIR, on=DAY, actor_id="decider", document_no="修1号")
    checked = check(desk.ledger, repair)
    with pytest.raises(IllegalTransition, match="移出"):
        move(desk.ledger, checked, act(K.GRANT, "decider"))
    with pytest.raises(IllegalTransition):
        desk.save(case, ActKind.REPAIR, on=DAY, actor_id="reviewer", document_no="修1号")


def test_nothing_is_accepted_or_granted_before_the_minimum_term(desk: Desk, case: Case):
    assert case.min_until_on is not None
    early = case.min_until_on - timedelta(days=1)
    repair = move(desk.ledger, add(desk.ledger, application(case, 1, early)), act(K.FORWARD, "reviewer", early))
    lenient = replace(repair, opens_on=None)
    done = act(K.ACCEPT, "reviewer", early)
    moved = replace(apply_repair_act(lenient, done, frozenset(Paper), RepairTerms(3)), opens_on=repair.opens_on)
    with desk.ledger.unit_of_work() as uow, pytest.raises(DecisionError):
        uow.repairs.save(moved, done)
    on_time = act(K.ACCEPT, "reviewer", case.min_until_on)
    assert move(desk.ledger, repair, on_time).state is S.ACCEPTED
    with pytest.raises(IllegalTransition):
        add(desk.ledger, application(case, 2, opens_on=early))


def test_papers_and_the_competent_authority_are_held_by_the_ledger_too(desk: Desk, case: Case):
    repair = add(desk.ledger, application(case, 1), PAPERS[1:])
    repair = move(desk.ledger, repair, act(K.FORWARD, "reviewer"))
    with pytest.raises(DecisionError):
        move(desk.ledger, repair, act(K.ACCEPT, "reviewer"))
    with_letter = act(K.ACCEPT, "reviewer", exhibits=PAPERS[:1])
    foreign = replace(with_letter, agency_code="11B")
    moved = apply_repair_act(repair, with_letter, frozenset(Paper), RepairTerms(3))
    with desk.ledger.unit_of_work() as uow, pytest.raises(DecisionError):
        uow.repairs.save(moved, foreign)
    assert move(desk.ledger, repair, with_letter).state is S.ACCEPTED


def test_the_barred_do_not_apply_on_the_last_day_and_do_the_day_after(desk: Desk, case: Case):
    other = desk.walk(desk.case(9, subject_id=case.subject_id, category=5), CaseState.PUBLISHED)
    checked = check(desk.ledger, add(desk.ledger, application(case, 1)))
    done = act(K.REFUSE, "decider", ground="false_material")
    refused = apply_repair_act(checked, done, frozenset(Paper), RepairTerms(1))
    with desk.ledger.unit_of_work() as uow:
        uow.repairs.save(refused, done)
        uow.commit()
    last = refused.barred_until_on
    assert last == date(2028, 10, 8)
    with pytest.raises(RepairBarred):
        add(desk.ledger, application(other, 2, last))
    assert add(desk.ledger, application(other, 2, last + timedelta(days=1))).repair_id == "XF2"


def test_the_red_list_and_what_is_not_served_are_not_repaired(desk: Desk, case: Case):
    red = desk.walk(desk.red(7), CaseState.PUBLISHED)
    with pytest.raises(IllegalTransition):
        add(desk.ledger, application(red, 2, opens_on=None))
    fresh = desk.walk(desk.case(8), CaseState.NOTICED)
    with pytest.raises(IllegalTransition):
        add(desk.ledger, application(fresh, 3))


def test_of_two_at_once_one_wins(desk: Desk, case: Case):
    repair = add(desk.ledger, application(case, 1))
    move(desk.ledger, repair, act(K.FORWARD, "reviewer"))
    with pytest.raises(LedgerConflict):
        move(desk.ledger, repair, act(K.WITHDRAW, "reviewer"))
