"""Objections on the real stores: marks at once, two persons, what a decision brings, nothing said of anybody."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from integration.objection_world import CLAIM, NAME, PDF, PHONE, ObjectionWorld, open_world, play

from credit_service.domain.listing import ActKind, CaseState, is_effective
from credit_service.domain.month import month_of
from credit_service.domain.objection import (
    Channel,
    ObjectionActKind,
    ObjectionState,
    ObjectionTarget,
    ObjectorKind,
    ObjectorWords,
)
from credit_service.domain.query import Purpose
from credit_service.domain.score import ListKind
from credit_service.errors import (
    ClockReversed,
    EvidenceMissing,
    IllegalTransition,
    ObjectionNotFound,
    ObjectionPending,
    OwnAgencyAlone,
    SamePerson,
    ScopeDenied,
    SubjectNotFound,
)
from credit_service.lookup.bulletins import BULLETIN_JSON, get_bulletin_view, get_release_file, list_releases
from credit_service.lookup.objections import get_objection_view, list_objections, list_running_clocks, to_decision_text
from credit_service.lookup.quality import get_quality_board
from credit_service.lookup.subject import CheckRequest, check_subject, find_public_subject
from credit_service.pipeline.assess import assess
from credit_service.pipeline.batch_life import withdraw_record
from credit_service.pipeline.evidence import HandedIn, read_exhibit
from credit_service.pipeline.receive_objections import add_to_objection, open_with_code, withdraw_objection

K = ObjectionActKind
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("played") / "home"
    play(home)
    return home


@pytest.fixture
def world(played: Path, tmp_path: Path) -> ObjectionWorld:
    shutil.copytree(played, tmp_path / "home")
    return open_world(tmp_path / "home")


@pytest.fixture(scope="module")
def shared(played: Path, tmp_path_factory: pytest.TempPathFactory) -> ObjectionWorld:
    """For tests whose every attempt is refused."""
    home = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(played, home)
    return open_world(home)


def look_up(world: ObjectionWorld, code: str):
    return check_subject(world.room, CheckRequest(code, Purpose.APPROVAL, "示范审〔2026〕1号", "K1", "11X"))


def test_an_objection_is_marked_in_the_same_breath(world):
    case = world.case()
    received = world.receive(case)
    objection = received.objection
    assert objection.state is ObjectionState.RECEIVED
    assert world.stored_case(case.case_id).marked_on == world.today
    listing = next(one for one in look_up(world, case.identifier_code).listings if one.case_id == case.case_id)
    assert (listing.objection.number, listing.objection.since) == (objection.number, world.today)
    public = find_public_subject(world.room, case.identifier_code)
    assert [one.objection.number for one in public.listings if one.case_id == case.case_id] == [objection.number]
    view = get_bulletin_view(world.room, case.bulletin_id)
    marked = {one["case_id"] for one in view.bulletin["black"] if one["objection_since"]}
    assert marked == {case.case_id}
    with world.office.ledger.reading() as uow:
        assert uow.objections.find_marks("record", case.record_ids).keys() == set(case.record_ids)


def test_terms_are_those_of_the_rules(world):
    objection = world.receive(world.case()).objection
    # A Wednesday: one working day for the mark, three for the answer over a weekend.
    assert (objection.mark_due_on - world.today, objection.due_on - world.today) == (DAY, 5 * DAY)
    world.act(objection.number, K.ACCEPT)
    moved = world.act(objection.number, K.FORWARD)
    assert moved.due_on - world.today == 9 * DAY
    assert [(one.duty, one.done_on) for one in get_view(world, objection.number).clocks] == [
        ("mark", world.today),
        ("answer", None),
        ("verify", None),
    ]
    assert [clock.duty for _, clock in list_running_clocks(world.room)] == ["answer", "verify"]
    world.pass_days(10)
    (line,) = list_objections(world.room)
    assert line.overdue == ("处理并答复（已延长一次）", "来源单位核实")


def get_view(world: ObjectionWorld, number: str):
    return get_objection_view(world.room, number, world.people["clerk"], with_words=True)


def test_what_the_objector_says_of_themselves_is_nowhere_in_clear(world):
    received = world.receive(world.case(), exhibits=(PDF,))
    number, code = received.objection.number, received.receipt_code
    add_to_objection(world.office, number, code, "补充：电话13900139000", ())
    view = get_view(world, number)
    assert (view.words.name, view.words.phone, view.words.claim) == (NAME, PHONE, CLAIM)
    assert view.notes[1] == "补充：电话13900139000"
    assert [one.file_name for one in view.exhibits.values()] == ["材料1.pdf"]
    assert all(read_exhibit(world.office, digest) == PDF.content for digest in view.exhibits)
    world.service.office.ledger.close()
    secrets = [
        text.encode() for text in (NAME, PHONE, CLAIM, "13900139000", "王小明身份证", code, code.replace("-", ""))
    ]
    for path in world.office.places.home.rglob("*"):
        if path.is_file() and path.parent.name != "keys":
            content = path.read_bytes()
            assert not [text for text in secrets if text in content], path.name
    assert NAME not in repr(received) + repr(view)
    assert code not in repr(received)


def test_only_number_and_code_together_open_it(shared):
    received = shared.receive(shared.case(ListKind.RED))
    number, code = received.objection.number, received.receipt_code
    assert open_with_code(shared.office, f" {number.lower()} ", code.lower().replace("-", " ")) == number
    said = set()
    for wrong in (
        (number, "0000-0000-0000-0000"),
        ("Y2026-99999", code),
        (number, ""),
        ("'; --", code),
        (number, "é😀"),
    ):
        with pytest.raises(ObjectionNotFound) as refused:
            open_with_code(shared.office, *wrong)
        said.add(str(refused.value))
    assert len(said) == 1


def test_without_the_code_of_its_papers_nobody_objects_by_the_page(shared):
    case, other = shared.case(), shared.case(ListKind.RED)
    said = set()
    for new in (
        shared.new(case, delivery_code=""),
        shared.new(case, delivery_code=shared.new(other).delivery_code),
        shared.new(case, target_id="C000000000000"),
        shared.new(shared.case(state=CaseState.DECLINED)),
    ):
        with pytest.raises(ObjectionNotFound) as refused:
            shared.receive(case, **vars_of(new))
        said.add(str(refused.value))
    assert len(said) == 1
    assert shared.stored_case(case.case_id).marked_on is None


def vars_of(new) -> dict[str, object]:
    return {"target_id": new.target_id, "delivery_code": new.delivery_code}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"words": ObjectorWords("", PHONE, CLAIM)}, "姓名"),
        ({"words": ObjectorWords(NAME, " ", CLAIM)}, "电话"),
        ({"words": ObjectorWords(NAME, "<script>", CLAIM)}, "电话无法识别"),
        ({"words": ObjectorWords(NAME, PHONE, "\u200b\u202e\x00")}, "内容和理由"),
        ({"words": ObjectorWords(NAME, PHONE, "长" * 4001)}, "超过4000字"),
        ({"objector": ObjectorKind.AGENT}, "委托书"),
        ({"objector": ObjectorKind.AGENT, "authority": "委托书1号"}, "委托书"),
        ({"exhibits": (HandedIn("a.exe", b"MZ"),)}, "不是 PDF"),
        ({"exhibits": (HandedIn("a.pdf", b""),)}, "不是 PDF"),
        ({"exhibits": (HandedIn("a.pdf", b"%PDF-" + b"0" * 10 * 1024 * 1024),)}, "超过10MB"),
        ({"exhibits": (PDF,) * 6}, "最多5个"),
    ],
)
def test_an_incomplete_form_is_refused_and_leaves_nothing(shared, changes, refusal):
    case = shared.case()
    with pytest.raises(EvidenceMissing, match=refusal):
        shared.receive(case, **changes)
    assert shared.stored_case(case.case_id).marked_on is None


def test_by_the_page_nobody_is_an_agency_nor_names_a_record(shared):
    for changes in ({"objector": ObjectorKind.AGENCY}, {"target": ObjectionTarget.RECORD}):
        with pytest.raises(ScopeDenied):
            shared.receive(shared.case(), **changes)
    with pytest.raises(ScopeDenied):
        shared.receive(shared.case(), channel=Channel.DESK, actor=shared.people["source-0"])
    with pytest.raises(ClockReversed):
        shared.receive(
            shared.case(), channel=Channel.DESK, actor=shared.people["clerk"], received_on=shared.today + DAY
        )
    with pytest.raises(ObjectionNotFound):
        shared.receive_about_record(shared.case(), target_id="B000000000000-0000001")


def test_a_second_objection_does_not_mark_again_and_the_last_one_clears(world):
    case = world.case()
    first = world.receive(case)
    world.pass_days(1)
    second = world.receive_about_record(case).objection.number
    with world.office.ledger.reading() as uow:
        marks = [act for act in uow.acts.list_for_case(case.case_id) if act.kind is ActKind.MARK_OBJECTION]
    assert [act.document_no for act in marks] == [first.objection.number]
    withdraw_objection(world.office, first.objection.number, first.receipt_code, "不再坚持")
    assert world.stored_case(case.case_id).marked_on is not None
    listing = next(one for one in look_up(world, case.identifier_code).listings if one.case_id == case.case_id)
    assert listing.objection.number == second
    world.decide(second, K.REJECT)
    assert world.stored_case(case.case_id).marked_on is None
    assert world.stored_case(case.case_id).state is CaseState.PUBLISHED
    with pytest.raises(IllegalTransition):
        add_to_objection(world.office, first.objection.number, first.receipt_code, "还有", ())


def test_nothing_new_is_published_while_an_objection_is_pending(world):
    case = world.case(ListKind.BLACK)
    world.receive(case)
    with pytest.raises(ObjectionPending), world.office.ledger.unit_of_work() as uow:
        # The ledger itself keeps the mark as long as the objection is open.
        from credit_service.listing.transitions import apply_act
        from credit_service.pipeline.decide import procedure_terms

        marked = uow.cases.get(case.case_id)
        done = uow.acts.list_for_case(case.case_id)[-1]
        clear = replace(done, kind=ActKind.CLEAR_OBJECTION, document_no="Y2026-00001", reason="擅自消除")
        terms = procedure_terms(world.office.rulebook(world.today), marked)
        uow.cases.save(apply_act(marked, clear, terms, world.office.is_workday()), clear)


def test_two_persons_and_never_the_source_alone(world):
    case = world.case()
    number = world.receive_about_record(case).objection.number
    objection = world.stored(number)
    source = next(
        name
        for name, actor in world.people.items()
        if name.startswith("source-decider") and actor.agency_code in objection.source_agencies
    )
    with pytest.raises(OwnAgencyAlone):
        world.act(number, K.REFUSE, who=source)
    world.act(number, K.ACCEPT, who="clerk2")
    with pytest.raises(ScopeDenied):
        world.act(number, K.UPHOLD, who="clerk")
    # Whoever looked at it in the meantime makes the source's decider lawful: the office has checked.
    moved = world.act(number, K.REJECT, who=source)
    assert moved.state is ObjectionState.REJECTED
    with pytest.raises(IllegalTransition, match="已经办结"):
        world.act(number, K.UPHOLD)


def test_the_source_agency_answers_once_and_only_it(world):
    case = world.case()
    number = world.receive(case).objection.number
    world.act(number, K.ACCEPT)
    with pytest.raises(IllegalTransition, match="不是该单位报送"):
        world.act(number, K.FORWARD, to_agency="11990101TEST99999X")
    objection = world.act(number, K.FORWARD)
    own, foreign = (
        next(
            name
            for name, actor in world.people.items()
            if name.startswith("source-")
            and "decider" not in name
            and (actor.agency_code == objection.forwarded_to) is is_own
        )
        for is_own in (True, False)
    )
    with pytest.raises(ObjectionNotFound):
        world.act(number, K.VERIFY, who=foreign)
    with pytest.raises(IllegalTransition, match="答复期限"):
        world.act(number, K.UPHOLD)
    assert world.act(number, K.REMIND).reminders == 1
    assert world.act(number, K.REMIND).reminders == 2
    with pytest.raises(EvidenceMissing, match="核实结果只能是"):
        world.act(number, K.VERIFY, who=own, verdict="maybe")
    assert world.act(number, K.VERIFY, who=own).verdict == "wrong"
    with pytest.raises(IllegalTransition):
        world.act(number, K.VERIFY, who=own)
    assert world.act(number, K.UPHOLD).state is ObjectionState.UPHELD


def test_an_agency_that_is_late_does_not_stop_the_decision(world):
    number = world.receive(world.case()).objection.number
    world.act(number, K.ACCEPT)
    world.act(number, K.FORWARD)
    world.pass_days(12)
    assert world.act(number, K.REJECT).state is ObjectionState.REJECTED
    assert [one.duty for one in get_view(world, number).clocks if one.is_overdue(world.today)] == ["answer", "verify"]


def test_an_upheld_objection_takes_record_and_listing_away_everywhere(world):
    case = world.case()
    number = world.receive_about_record(case).objection.number
    world.decide(number, K.UPHOLD)
    ended = world.stored_case(case.case_id)
    assert (ended.state, ended.end_kind, ended.marked_on) == (CaseState.ENDED, "revoke", None)
    with world.office.ledger.reading() as uow:
        revoke = uow.acts.list_for_case(case.case_id)[-1]
        assert (revoke.kind, revoke.document_no) == (ActKind.REVOKE, "示信异决〔2026〕1号")
        assert all(one.ended_on is not None for one in uow.measures.list_for_case(case.case_id))
        assert uow.audit.verify().broken_at is None
    with world.office.warehouse.open() as session:
        assert session.list_holding(case.record_ids[0].partition("-")[0], case.record_ids[0]) == []
    assert not [one for one in look_up(world, case.identifier_code).listings if one.case_id == case.case_id]
    assert case.case_id not in {one.case_id for one in assess(world.office, world.today).proposed}
    with pytest.raises(IllegalTransition):
        withdraw_record(world.office, case.record_ids[0], replace(world.people["source-0"], role=admin()), "再撤")


def test_every_act_names_the_adopted_rulebook(world):
    case = world.case()
    received = world.receive_about_record(case)
    number = received.objection.number
    add_to_objection(world.office, number, received.receipt_code, "补充说明", ())
    for kind in (K.ACCEPT, K.UPHOLD):
        world.act(number, kind)
    adopted = world.office.adoption(world.today).rulebook
    with world.office.ledger.reading() as uow:
        assert {one.rulebook for one in uow.objections.list_acts(number)} == {adopted}
        marked = [one for one in uow.acts.list_for_case(case.case_id) if one.kind is ActKind.MARK_OBJECTION]
    assert [one.rulebook for one in marked] == [adopted]


def admin():
    from credit_service.domain.agency import Role

    return Role.ADMINISTRATOR


def test_whoever_was_wrongly_named_is_in_no_byte_of_any_form(world):
    case = world.case()
    release = next(one for one in list_releases(world.room) if case.case_id in one.case_ids)
    before = get_release_file(world.room, release.bulletin_id, "entries.csv")
    assert not before.is_corrected
    assert case.subject_name.encode() in before.path.read_bytes()
    number = world.receive(case, target=ObjectionTarget.ENTRY, bulletin_id=release.bulletin_id).objection.number
    world.decide(number, K.UPHOLD)
    standing = [one for one in map(world.stored_case, release.case_ids) if is_effective(one, world.today)]
    others = {one.subject_name for one in standing if one.subject_kind.value == "organisation"}
    assert case.subject_name not in others
    for file in release.files:
        served = get_release_file(world.room, release.bulletin_id, file.name)
        assert served.is_corrected
        text = readable(file.name, served.content)
        for secret in (case.subject_name, case.identifier_code, case.case_id, case.decision_no):
            assert secret not in text, (file.name, secret)
            assert secret.encode() not in served.content
        if file.name in {"bulletin.pdf", "index.html", "bulletin.json", "bulletin.xlsx", "datapackage.json"}:
            assert "更正说明" in text.replace("\n", ""), file.name
        kept = next(iter(sorted(others)))
        if file.name in {"index.html", "bulletin.json", "entries.csv", "bulletin.xlsx"}:
            assert kept in text, file.name
    view = get_bulletin_view(world.room, release.bulletin_id)
    assert case.subject_name not in json.dumps(view.bulletin, ensure_ascii=False)
    assert view.removed == 1
    # What was released stays as proof of it, untouched and not served.
    assert case.subject_name in (world.office.places.issued / release.bulletin_id / BULLETIN_JSON).read_text("utf-8")


def readable(name: str, content: bytes) -> str:
    """Return all text of a file, the packed parts of a workbook and the pages of a PDF included."""
    if name.endswith(".pdf"):
        return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).replace("\n", "")
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return "".join(book.read(part).decode() for part in book.namelist())
    return content.decode()


def test_a_listing_may_be_kept_and_a_value_corrected(world):
    case = world.case()
    number = world.receive(case).objection.number
    world.act(number, K.ACCEPT)
    for papers in (
        {"remedy": "none", "listing": "keep", "wrong_records": ()},
        {"wrong_records": ("B000000000000-0000001",)},
    ):
        with pytest.raises(IllegalTransition):
            world.act(number, K.UPHOLD, **papers)
    for papers in (
        {"wrong_records": ()},
        {"remedy": "none"},
        {"remedy": "burn"},
        {"document_no": " "},
        {"evidence": ""},
    ):
        with pytest.raises(EvidenceMissing):
            world.act(number, K.UPHOLD, **papers)
    moved = world.act(number, K.UPHOLD, remedy="correct", listing="keep")
    assert moved.correction_due_on - world.today == DAY
    assert world.stored_case(case.case_id).state is CaseState.PUBLISHED
    source = next(
        name
        for name, actor in world.people.items()
        if name.startswith("source-") and actor.agency_code in moved.source_agencies
    )
    batch_id = case.record_ids[0].partition("-")[0]
    assert [one.objection.number for one in list_objections(world.room, (), world.people[source].agency_code)] == [
        number
    ]
    with pytest.raises(IllegalTransition, match="仍然有效"):
        world.act(number, K.CORRECT, who=source, document_no=batch_id)
    with pytest.raises(IllegalTransition, match="不是来源单位"):
        world.act(number, K.CORRECT, who=source, document_no="B000000000000")
    withdraw_record(world.office, case.record_ids[0], world.people[source], "复核有误")
    done = world.act(number, K.CORRECT, who=source, document_no=batch_id)
    assert (done.corrected_on, done.awaits_correction) == (world.today, False)
    with pytest.raises(IllegalTransition):
        world.act(number, K.CORRECT, who=source, document_no=batch_id)


def test_a_candidate_nobody_decided_on_is_declined(world):
    case = world.case(ListKind.WATCH, CaseState.PROPOSED)
    number = world.receive(case, channel=Channel.DESK, actor=world.people["clerk"]).objection.number
    world.decide(number, K.UPHOLD)
    assert world.stored_case(case.case_id).state is CaseState.DECLINED


def test_a_case_proposed_on_a_contested_record_is_marked_from_the_start(world):
    case = world.case(ListKind.WATCH, CaseState.PROPOSED)
    number = world.receive_about_record(case).objection.number
    with world.office.ledger.unit_of_work() as uow:
        from credit_service.pipeline.objection_effects import mark_new_cases

        newer = replace(case, case_id="C0123456789AB", category=3, marked_on=None)
        uow.cases.add(newer, world.office.now())
        mark_new_cases(world.office, uow, [newer])
        uow.commit()
    assert world.stored_case(newer.case_id).marked_on == world.today
    world.decide(number, K.REJECT)
    assert world.stored_case(newer.case_id).marked_on is None


def test_a_decision_says_how_it_may_be_contested(world):
    number = world.receive(world.case()).objection.number
    with pytest.raises(ObjectionNotFound, match="还没有处理决定"):
        to_decision_text(world.stored(number))
    with pytest.raises(EvidenceMissing, match="救济途径"):
        world.decide(number, K.REJECT, redress="")
    world.act(number, K.REJECT)
    told = to_decision_text(world.stored(number))
    assert told.document_no == "示信异决〔2026〕1号"
    assert told.paragraphs[-1] == "救济途径：可以依法申请行政复议或者提起行政诉讼"


def test_a_refused_objection_ends_its_marks(world):
    case = world.case()
    number = world.receive_about_record(case).objection.number
    world.act(number, K.REFUSE)
    assert world.stored(number).state is ObjectionState.NOT_ACCEPTED
    assert world.stored_case(case.case_id).marked_on is None


def test_a_record_found_wrong_counts_as_wrongly_reported(world):
    case = world.case()
    batch_id = case.record_ids[0].partition("-")[0]
    with world.office.ledger.reading() as uow:
        batch = uow.batches.get(batch_id)
    month = month_of(batch.received_at)

    def wrong():
        counts = get_quality_board(world.room, month, batch.agency_code).total
        return counts.contested, counts.recalled, counts.wrong

    contested, recalled, before = wrong()
    number = world.receive_about_record(case).objection.number
    world.act(number, K.ACCEPT)
    assert wrong() == (contested, recalled, before)
    world.act(number, K.UPHOLD)
    # Withdrawn because of the objection: counted once, as found by it.
    assert wrong() == (contested + 1, recalled, before + 1)


def test_the_person_who_entered_it_may_not_decide_though_the_ledger_is_asked_directly(world):
    number = world.receive_about_record(world.case()).objection.number
    clerk = replace(world.people["clerk"], role=decider())
    world.people["double"] = clerk
    with pytest.raises(SamePerson):
        world.act(number, K.REFUSE, who="double")


def decider():
    from credit_service.domain.agency import Role

    return Role.DECIDER


def test_a_subject_of_a_revoked_listing_is_not_found_any_more(world):
    case = world.case()
    number = world.receive(case).objection.number
    world.decide(number, K.UPHOLD)
    try:
        listings = find_public_subject(world.room, case.identifier_code).listings
    except SubjectNotFound:
        listings = ()
    assert case.case_id not in {one.case_id for one in listings}
