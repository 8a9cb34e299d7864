"""Credit repair on real stores: what a granted one stops, what a crash must not do, who wins, what is kept of whom."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from integration.repair_world import (
    CIVIL,
    CLERK,
    COURT,
    DECIDER,
    JUDGE,
    PAPERS,
    PDF,
    REFORM,
    REVIEWER,
    SECOND_REVIEWER,
    WHO,
    World,
    at,
    open_world,
)
from typer.testing import CliRunner

from credit_service.bootstrap import build_service
from credit_service.cli.app import app
from credit_service.domain.agency import Actor
from credit_service.domain.listing import Act, ActKind, Case, CaseState, is_effective
from credit_service.domain.query import Purpose
from credit_service.domain.repair import Applicant, Paper, RepairActKind, RepairChannel, RepairState, RepairTarget
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import (
    EvidenceMissing,
    IllegalTransition,
    LedgerConflict,
    NotCompetent,
    RepairBarred,
    RepairNotFound,
    SamePerson,
    ScopeDenied,
    SubjectNotFound,
)
from credit_service.listing.terms import ProcedureTerms
from credit_service.listing.transitions import apply_act
from credit_service.lookup.query import run_sql
from credit_service.lookup.repairs import get_repair_view, guide_repair, list_notices, list_repairs, view_for_applicant
from credit_service.lookup.subject import CheckRequest, check_subject
from credit_service.pipeline import repair_grant
from credit_service.pipeline.assess import assess
from credit_service.pipeline.consent import withdraw_consent
from credit_service.pipeline.decide import ActRequest, perform_act
from credit_service.pipeline.notices import confirm_notice
from credit_service.pipeline.rebuild import mend_warehouse, rebuild
from credit_service.pipeline.repair_papers import HandedPaper
from credit_service.pipeline.repairs import Application, apply_for_repair, get_by_receipt, withdraw_repair
from credit_service.settings import Settings

K = RepairActKind


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> World:
    return open_world(tmp_path_factory.mktemp("repairs") / "live")


@pytest.fixture
def world(first: World, tmp_path: Path) -> World:
    """Return a world of the test's own: checking the rules once more for each would cost minutes."""
    shutil.copytree(first.office.places.home, tmp_path / "live")
    return replace(first, service=build_service(Settings(home=tmp_path / "live"), at(first.today)))


def facts_of(world: World, record_id: str) -> list[tuple[object, ...]]:
    with world.office.warehouse.open() as session:
        return session.run_query(
            "SELECT repaired_on FROM current_records WHERE record_id = $record_id", {"record_id": record_id}
        ).rows()


def test_a_granted_repair_stops_everything_at_once(world: World):
    case = world.cases[0]
    code = case.identifier_code or ""
    asked = CheckRequest(code, Purpose.APPROVAL, "办1号", "K1", REFORM)
    assert check_subject(world.service.reading_room, asked).listings
    receipt = world.apply(case)
    repair = world.grant(receipt.repair)
    assert repair.state is RepairState.GRANTED
    assert not is_effective(world.case(case.case_id), world.today)
    assert check_subject(world.service.reading_room, asked).listings == ()
    with world.office.ledger.reading() as uow:
        assert all(one.ended_on == world.today for one in uow.measures.list_for_case(case.case_id))
        assert uow.audit.verify().broken_at is None
    assert facts_of(world, case.record_ids[0]) == [(world.today,)]
    told = run_sql(
        world.service.reading_room, f"SELECT record_id FROM records_public WHERE record_id = '{case.record_ids[0]}'"
    )
    assert told.rows == []
    told = run_sql(world.service.reading_room, f"SELECT case_id FROM listings WHERE case_id = '{case.case_id}'")
    assert told.rows == []
    reform = [
        one for one in list_notices(world.service.reading_room, REFORM) if one.notice.repair_id == repair.repair_id
    ]
    assert [one.notice.grounds for one in reform] == [("look_up", "measure")]


def test_the_next_assessment_reckons_with_it_and_earlier_ones_stay_as_they_were(world: World):
    case = world.cases[0]
    with world.office.ledger.reading() as uow:
        earlier = uow.runs.list_all()[-1]
    repair = world.grant(world.apply(case).repair)
    assert get_repair_view(world.service.reading_room, repair.repair_id).scored_at is None
    assess(world.office, world.today)
    view = get_repair_view(world.service.reading_room, repair.repair_id)
    assert view.scored_at is not None
    assert view.scored_at > earlier.known_at
    with world.office.warehouse.open() as session:
        runs = session.run_query(
            "SELECT run_id, count(*) AS n FROM reasons WHERE record_id = $record_id AND veto GROUP BY run_id",
            {"record_id": case.record_ids[0]},
        )
    assert [run_id for run_id, _ in runs.rows()] == [earlier.run_id]
    outcome = rebuild(world.office)
    assert outcome.differing == ()
    assert len(outcome.repeated) == 2
    assert facts_of(world, case.record_ids[0]) == [(world.today,)]


def test_a_crash_in_the_middle_of_granting_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch):
    case = world.cases[0]
    repair = world.check(world.apply(case).repair)

    class Crash(RuntimeError):
        pass

    def crash(*_: object, **__: object) -> None:
        raise Crash

    for point in ("_find_consumers", "_instant", "find_due", "procedure_terms"):
        with monkeypatch.context() as patch:
            patch.setattr(repair_grant, point, crash)
            with pytest.raises(Crash):
                world.act(repair, K.GRANT, JUDGE)
        assert world.repair(repair.repair_id) == repair
        assert world.case(case.case_id) == case
        with world.office.ledger.reading() as uow:
            assert uow.record_repairs.list_all() == []
            assert uow.notices.list_for_repair(repair.repair_id) == []
            assert all(one.ended_on is None for one in uow.measures.list_for_case(case.case_id))
    assert world.act(repair, K.GRANT, JUDGE).state is RepairState.GRANTED


def test_a_crash_before_the_warehouse_is_told_is_mended_at_the_next_start(world: World, monkeypatch):
    case = world.cases[0]
    repair = world.check(world.apply(case).repair)
    with monkeypatch.context() as patch:
        patch.setattr("credit_service.pipeline.repairs.share_repairs", lambda _: None)
        world.act(repair, K.GRANT, JUDGE)
    assert facts_of(world, case.record_ids[0]) == [(None,)]
    mend_warehouse(world.office)
    assert facts_of(world, case.record_ids[0]) == [(world.today,)]
    told = run_sql(
        world.service.reading_room, f"SELECT record_id FROM records_public WHERE record_id = '{case.record_ids[0]}'"
    )
    assert told.rows == []


def test_of_two_deciders_at_once_one_wins(world: World):
    repair = world.check(world.apply(world.cases[0]).repair)
    opinion = (HandedPaper(Paper.AUTHORITY_PAPER, PDF + b"9"),)
    stale = world.repair(repair.repair_id)
    assert world.act(repair, K.GRANT, JUDGE).state is RepairState.GRANTED
    with pytest.raises(IllegalTransition):
        world.act(repair, K.REFUSE, DECIDER, papers=opinion)
    with world.office.ledger.unit_of_work() as uow, pytest.raises(LedgerConflict):
        done = uow.repairs.list_acts(repair.repair_id)[-1]
        uow.repairs.save(replace(stale, state=RepairState.REFUSED, version=stale.version + 1), done)


def test_of_two_deciders_in_the_same_moment_one_wins(world: World):
    repair = world.check(world.apply(world.cases[0]).repair)
    opinion = (HandedPaper(Paper.AUTHORITY_PAPER, PDF + b"9"),)
    starting = Barrier(2)

    def decide(kind: RepairActKind, actor: Actor) -> RepairState | None:
        starting.wait()
        try:
            return world.act(repair, kind, actor, papers=opinion).state
        except (IllegalTransition, LedgerConflict):
            return None

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(decide, (K.GRANT, K.REFUSE), (JUDGE, DECIDER)))
    (state,) = [one for one in found if one is not None]
    assert world.repair(repair.repair_id).state is state
    with world.office.ledger.reading() as uow:
        acts = uow.repairs.list_acts(repair.repair_id)
        assert len([act for act in acts if act.kind in {K.GRANT, K.REFUSE}]) == 1
        assert bool(uow.notices.list_for_repair(repair.repair_id)) is (state is RepairState.GRANTED)


def test_who_recognised_repairs(world: World):
    repair = world.act(world.apply(world.cases[0]).repair, K.FORWARD, REVIEWER)
    with pytest.raises(NotCompetent):
        world.act(repair, K.ACCEPT, SECOND_REVIEWER)
    opinion = (HandedPaper(Paper.AUTHORITY_PAPER, PDF + b"9"),)
    repair = world.act(repair, K.ACCEPT, SECOND_REVIEWER, papers=opinion)
    repair = world.act(repair, K.CHECK, SECOND_REVIEWER, papers=opinion)
    with pytest.raises(ScopeDenied):
        world.act(repair, K.GRANT, SECOND_REVIEWER)
    assert world.act(repair, K.GRANT, JUDGE).state is RepairState.GRANTED


def test_false_material_bars_to_the_last_day_and_not_a_day_longer(world: World):
    case = world.cases[0]
    repair = world.check(world.apply(case).repair)
    refused = world.act(repair, K.REFUSE, JUDGE, ground="false_material", reason="缴款凭证系伪造")
    last = date(2029, 9, 30)
    assert refused.barred_until_on == last
    assert world.case(case.case_id) == case
    for day in (world.today, case.max_until_on or last):
        with pytest.raises(RepairBarred, match="2029-09-30"):
            world.on(day).apply_for(case.decision_no or "", case.identifier_code or "")
    with world.office.ledger.reading() as uow:
        assert uow.repairs.find_bar([case.subject_id], last) == last
        assert uow.repairs.find_bar([case.subject_id], last + timedelta(days=1)) is None


def test_the_applicant_sees_reasons_bar_and_remedies_with_the_code_and_nothing_without(world: World):
    receipt = world.apply(world.cases[0])
    repair = world.check(receipt.repair)
    world.act(repair, K.REFUSE, JUDGE, ground="false_material", reason="凭证系伪造")
    spelled = f" {receipt.code[:4]}-{receipt.code[4:8]} {receipt.code[8:].lower()} "
    found = get_by_receipt(world.office, repair.repair_id.lower(), spelled)
    view = view_for_applicant(world.service.reading_room, found)
    assert found.decision_reason == "凭证系伪造"
    assert found.barred_until_on is not None
    assert "行政复议" in view.remedies
    for wrong in ("", "AAAABBBBCCCC", receipt.code[:-1]):
        with pytest.raises(RepairNotFound):
            get_by_receipt(world.office, repair.repair_id, wrong)
    other = world.apply(world.cases[1])
    with pytest.raises(RepairNotFound):
        get_by_receipt(world.office, other.repair.repair_id, receipt.code)


def test_an_applicant_withdraws_until_it_was_checked(world: World):
    receipt = world.apply(world.cases[0])
    with pytest.raises(RepairNotFound):
        withdraw_repair(world.office, receipt.repair.repair_id, "falsch")
    assert withdraw_repair(world.office, receipt.repair.repair_id, receipt.code).state is RepairState.WITHDRAWN
    again = world.apply(world.cases[0])
    world.check(again.repair)
    with pytest.raises(IllegalTransition):
        withdraw_repair(world.office, again.repair.repair_id, again.code)


def test_one_application_at_a_time_about_the_same(world: World):
    world.apply(world.cases[0])
    with pytest.raises(IllegalTransition, match="正在办理"):
        world.apply(world.cases[0])


def test_a_listing_is_repaired_in_no_other_way(world: World):
    with pytest.raises(ScopeDenied):
        perform_act(
            world.office,
            ActRequest(world.cases[0].case_id, ActKind.REPAIR, DECIDER, None, "修1号", "已履行", "凭证"),
        )


def test_a_number_and_a_code_that_do_not_belong_together_find_nothing(world: World):
    first, second = world.cases
    answers = set()
    for number, code in (
        (first.case_id, second.identifier_code),
        ("C000000000000", first.identifier_code),
        ("", first.identifier_code),
    ):
        with pytest.raises(SubjectNotFound) as refusal:
            world.apply_for(number, code or "")
        answers.add(refusal.value.message)
    assert len(answers) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90\x00", b"<html><script>alert(1)</script>", b"PK\x03\x04", b"%PDF-" + b"0" * (10 * 1024 * 1024)],
    ids=["empty", "program", "page", "zip", "huge"],
)
def test_hostile_files_are_refused_and_leave_nothing(world: World, content: bytes):
    before = {path for path in world.office.places.evidence.rglob("*") if path.is_file()}
    with pytest.raises(EvidenceMissing):
        world.apply(world.cases[0], (PAPERS[0], HandedPaper(Paper.COMMITMENT, content)))
    assert {path for path in world.office.places.evidence.rglob("*") if path.is_file()} == before
    with world.office.ledger.reading() as uow:
        assert uow.repairs.list_open() == []


@pytest.mark.parametrize(
    "who",
    [Applicant("", "138"), Applicant("王", " "), Applicant("王" * 101, "138"), Applicant("王", "138", "长" * 2001)],
    ids=["nameless", "unreachable", "long name", "long statement"],
)
def test_what_an_applicant_writes_is_bounded(world: World, who: Applicant):
    case = world.cases[0]
    with pytest.raises(EvidenceMissing):
        apply_for_repair(
            world.office, Application(case.case_id, case.identifier_code or "", who, RepairChannel.PUBLIC, PAPERS)
        )


def test_too_many_files_and_no_proof_are_refused(world: World):
    with pytest.raises(EvidenceMissing, match="最多"):
        world.apply(world.cases[0], PAPERS * 5)
    with pytest.raises(EvidenceMissing, match="履行义务"):
        world.apply(world.cases[0], (PAPERS[1],))


def test_who_applied_lies_nowhere_in_clear(world: World):
    receipt = world.apply(world.cases[0])
    view = get_repair_view(world.service.reading_room, receipt.repair.repair_id)
    assert view.applicant == WHO
    world.office.ledger.close()
    for path in world.office.places.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for text in (WHO.name, WHO.contact, WHO.statement, receipt.code):
                assert text.encode() not in content, path.name
    assert WHO.name not in repr(view)


def test_a_record_is_repaired_by_itself(world: World):
    with world.office.warehouse.open() as session:
        rows = session.run_query(
            "SELECT record_id, identifier_code, document_no FROM current_records WHERE kind = 'penalty'"
            " AND subject_kind = 'organisation' AND identifier_code IS NOT NULL AND decided_on < DATE '2026-08-01'"
            " ORDER BY record_id"
        ).rows()
    for record_id, code, document_no in rows:
        try:
            receipt = world.apply_for(document_no or record_id, code)
        except IllegalTransition:
            continue
        repair = receipt.repair
        assert repair.target_kind is RepairTarget.RECORD
        later = world if repair.opens_on is None or repair.opens_on <= world.today else world.on(repair.opens_on)
        if later is not world:
            forwarded = world.act(repair, K.FORWARD, REVIEWER)
            early = world.on(repair.opens_on - timedelta(days=1))  # type: ignore[operator]
            with pytest.raises(IllegalTransition):
                early.act(forwarded, K.ACCEPT, CLERK)
            repair = later.act(later.act(forwarded, K.ACCEPT, CLERK), K.CHECK, CLERK)
            granted = later.act(repair, K.GRANT, JUDGE)
        else:
            granted = later.grant(repair)
        assert granted.state is RepairState.GRANTED
        assert facts_of(later, granted.target_id) == [(later.today,)]
        with pytest.raises(IllegalTransition):
            later.apply_for(document_no or record_id, code)
        return
    pytest.fail("no penalty of the samples can be repaired")


def test_a_reorganisation_suspends_and_is_resumed_or_turned_into_repair(world: World):
    case = world.cases[0]
    paper = {"document_no": "（2026）测9901破1号", "reason": "法院批准重整计划"}
    suspend = ActRequest(case.case_id, ActKind.SUSPEND, DECIDER, ground="reorganisation", **paper)
    suspended = perform_act(world.office, suspend)
    assert not is_effective(suspended, world.today)
    resumed = perform_act(world.office, ActRequest(case.case_id, ActKind.RESUME, DECIDER, **paper))
    assert is_effective(resumed, world.today)
    perform_act(world.office, suspend)
    repair = world.grant(world.apply(case).repair)
    assert repair.state is RepairState.GRANTED
    assert world.case(case.case_id).state is CaseState.ENDED


def test_receipts_are_given_once_and_the_late_are_listed(world: World):
    repair = world.grant(world.apply(world.cases[0]).repair)
    own = list_notices(world.service.reading_room, CIVIL, only_open=True)
    assert [one.notice.repair_id for one in own] == [repair.repair_id]
    due = own[0].notice.due_on
    assert due == date(2026, 10, 8)
    late = world.on(due + timedelta(days=1))
    assert list_notices(world.on(due).service.reading_room, CIVIL)[0].overdue is False
    assert list_notices(late.service.reading_room, CIVIL)[0].overdue is True
    confirm_notice(late.office, own[0].notice.notice_id, CIVIL, "clerk")
    assert list_notices(late.service.reading_room, CIVIL, only_open=True) == []
    assert not list_notices(late.service.reading_room, CIVIL)[0].overdue


def test_queue_and_guide_say_what_the_rules_say(world: World):
    receipt = world.apply(world.cases[0])
    (line,) = list_repairs(world.service.reading_room)
    assert (line.repair.repair_id, line.clock.due_on if line.clock else None) == (
        receipt.repair.repair_id,
        date(2026, 10, 8),
    )
    assert list_repairs(world.service.reading_room, agency_code=COURT) == []
    guide = guide_repair(world.service.reading_room)
    assert "愿意承担" in guide.commitment
    assert ("修复办理结果", 10, "个工作日") in guide.terms
    assert all(act.source and act.papers for act in guide.acts)


def test_who_checked_does_not_decide(world: World):
    repair = world.check(world.apply(world.cases[0]).repair)
    with world.office.ledger.unit_of_work() as uow, pytest.raises(SamePerson):
        done = uow.repairs.list_acts(repair.repair_id)[-1]
        granting = replace(done, kind=K.GRANT, document_no="修1号", reason="同一人", exhibits=())
        moved = replace(
            repair,
            state=RepairState.GRANTED,
            closed_on=done.on,
            decided_by=done.actor_id,
            decision_no="修1号",
            decision_reason="同一人",
            version=repair.version + 1,
        )
        uow.repairs.save(moved, granting)


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch):
    """Return what runs a command on the world and reads its JSON."""
    monkeypatch.setenv("CREDIT_PASSWORD", "correct-horse-9")
    monkeypatch.setattr("credit_service.cli.repair_commands.build_service", lambda: world.service)

    def answer(*arguments: str) -> dict[str, object]:
        done = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        found: dict[str, object] = json.loads(done.stdout)
        return found

    return answer


def test_commands_carry_an_application_as_the_desk_does(world: World, run, tmp_path: Path):
    case = world.cases[0]
    proof, letter = tmp_path / "proof.pdf", tmp_path / "letter.pdf"
    proof.write_bytes(PDF)
    letter.write_bytes(PDF + b"1")
    who = ("--name", "王小明", "--contact", "13800000000", "--by", "reviewer")
    papers = ("--duty-proof", str(proof), "--commitment", str(letter))
    applied = run("repairs", "apply", case.case_id, case.identifier_code or "", *who, *papers)
    number = str(applied["repair_id"])
    assert len(str(applied["receipt_code"])) == 12
    assert run("repairs", "forward", number, "--to", COURT, "--by", "reviewer")["state"] == "forwarded"
    assert run("repairs", "accept", number, "--by", "court-clerk")["state"] == "accepted"
    assert run("repairs", "extend", number, "--reason", "情况复杂", "--by", "court-clerk")["state"] == "accepted"
    assert run("repairs", "check", number, "--finding", "属实", "--by", "court-clerk")["state"] == "checked"
    granted = run("repairs", "grant", number, "--document-no", "修1号", "--reason", "已履行", "--by", "judge")
    assert granted["state"] == "granted"
    shown = run("repairs", "show", number)
    assert [act["act"] for act in shown["acts"]] == ["apply", "forward", "accept", "extend", "check", "grant"]
    assert "王小明" not in json.dumps(shown, ensure_ascii=False)
    assert [one["repair_id"] for one in run("repairs", "list", "--state", "granted")["repairs"]] == [number]
    assert run("repairs", "overdue")["notices"] == []


def test_commands_refuse_and_withdraw(world: World, run):
    first = world.apply(world.cases[0]).repair.repair_id
    second = world.apply(world.cases[1]).repair.repair_id
    for number in (first, second):
        run("repairs", "forward", number, "--to", COURT, "--by", "reviewer")
    assert run("repairs", "refuse", first, "--reason", "缺材料", "--by", "court-clerk")["state"] == "not_accepted"
    assert run("repairs", "withdraw", second, "--reason", "本人书面要求", "--by", "reviewer")["state"] == "withdrawn"
    again = world.apply(world.cases[0]).repair.repair_id
    run("repairs", "forward", again, "--to", COURT, "--by", "reviewer")
    run("repairs", "accept", again, "--by", "court-clerk")
    run("repairs", "check", again, "--finding", "不实", "--by", "court-clerk")
    words = ("--document-no", "修2号", "--reason", "伪造", "--ground", "false_material", "--by", "judge")
    rejected = run("repairs", "reject", again, *words)
    assert rejected["state"] == "refused"
    assert rejected["barred_until_on"]


def test_a_person_takes_the_consent_back_and_is_off_the_list_at_once(world: World):
    terms = ProcedureTerms(5, 7, None, None, may_publish=True, publication_basis="本人书面同意")
    case = Case(
        case_id="C0000000RED1",
        subject_id="psn:" + "0" * 32,
        subject_kind=SubjectKind.PERSON,
        subject_name="张*",
        identifier_code=None,
        list_kind=ListKind.RED,
        list_type="moral_model",
        list_basis="国发〔2016〕33号",
        category=0,
        authority_code="",
        authority_name="文明办（测试）",
        state=CaseState.PROPOSED,
        rule="proposals.red",
        rulebook="ab" * 32,
        run_id="A1",
        record_ids=("B9-0000001",),
        fact="道德模范",
        severity=None,
        proposed_on=date(2026, 7, 1),
        adult_on=date(1990, 1, 1),
        consent_no="同意1号",
    )
    way = (ActKind.DRAFT_NOTICE, ActKind.SERVE_NOTICE, ActKind.HEAR, ActKind.DECIDE, ActKind.SERVE_DECISION)
    standing = case
    with world.office.ledger.unit_of_work() as uow:
        uow.cases.add(case, world.office.now())
        for number, kind in enumerate(way):
            actor = "decider" if kind is ActKind.DECIDE else "reviewer"
            on = date(2026, 7, 1) + timedelta(days=15 * number)
            done = Act(kind, actor, on, world.office.now(), "号1", "理由", "凭证", rulebook="ab" * 32)
            standing = apply_act(standing, done, terms, lambda day: day.weekday() < 5)
            uow.cases.save(standing, done)
        uow.commit()
    assert is_effective(standing, world.today)
    with pytest.raises(EvidenceMissing):
        withdraw_consent(world.office, case.case_id, DECIDER, " ")
    ended = withdraw_consent(world.office, case.case_id, DECIDER, "本人来信1号")
    assert (ended.state, ended.end_kind) == (CaseState.ENDED, "revoke")
    assert not is_effective(ended, world.today)
    with pytest.raises(IllegalTransition):
        withdraw_consent(world.office, world.cases[0].case_id, DECIDER, "来信2号")
