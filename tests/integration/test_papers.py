"""Papers on real stores: what they must say, their numbers, their bytes, who may read them."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import docx
import pytest
from integration.paper_world import (
    AUDITOR,
    DAY,
    DECIDER,
    PERSON_NAME,
    PERSON_NUMBER,
    REASON,
    REVIEWER,
    ROOT,
    PaperWorld,
    open_world,
)

from credit_service.bulletins.papers.wording import load_paper_wording
from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.paper import PaperForm, PaperKind, PaperPart, PaperState
from credit_service.domain.score import ListKind
from credit_service.errors import (
    EvidenceMissing,
    IllegalTransition,
    LedgerConflict,
    MinorProtected,
    PaperAltered,
    PaperIncomplete,
    SamePerson,
    ScopeDenied,
    TemplateFault,
)
from credit_service.listing.paper_gates import REQUIRED
from credit_service.pipeline import papers as chapter
from credit_service.pipeline.decide import ActRequest, perform_act
from credit_service.pipeline.paper_facts import PaperDetails, gather_case_facts, to_addressee
from credit_service.pipeline.paper_matters import issue_objection_paper, issue_repair_paper
from credit_service.pipeline.papers import (
    compose_checked,
    draft_paper,
    issue_paper,
    issue_receipt,
    read_paper,
    void_paper,
)
from credit_service.rulebook.load import load_rulebook

RULEBOOK = load_rulebook(ROOT / "rules", DAY)
LIST_TYPES = [known.id for known in RULEBOOK.list_types]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> PaperWorld:
    return open_world(tmp_path_factory.mktemp("papers") / "home")


def first_kind(list_type: str) -> PaperKind:
    red = RULEBOOK.list_type(list_type).list_kind is ListKind.RED
    return PaperKind.ANNOUNCEMENT if red else PaperKind.NOTICE


def compose(world: PaperWorld, case, kind: PaperKind):
    office = world.at(DAY)
    addressee = to_addressee(office, case, kind, may_see_name=True)
    facts = gather_case_facts(office, case, kind, addressee, PaperDetails(REASON))
    return compose_checked(load_paper_wording(office.places.publication_templates), facts, None)


def text_of(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)


@pytest.mark.parametrize("is_person", [False, True], ids=["organisation", "person"])
@pytest.mark.parametrize("list_type", LIST_TYPES)
def test_every_list_type_is_told_everything_the_law_asks(world, list_type, is_person):
    case = world.person(list_type) if is_person else world.case(list_type)
    decided = replace(
        case,
        state=CaseState.HEARD,
        notice_no="示市监告〔2026〕1号",
        noticed_on=DAY,
        notice_served_on=DAY,
        statement_until_on=DAY,
        hearing_note="期内没有提出",
    )
    for kind, told in ((first_kind(list_type), case), (PaperKind.DECISION, decided)):
        parts = compose(world, told, kind).part_texts()
        for part in REQUIRED[kind]:
            assert len(parts[part].strip("。；：")) > 3, part
        basis = RULEBOOK.list_type(list_type)
        assert basis.legal_basis.rstrip("。") in parts[PaperPart.BASIS]
        for measure in RULEBOOK.list_measures(list_type):
            assert measure.name in parts[PaperPart.MEASURES]
            assert measure.basis in parts[PaperPart.MEASURES]
        assert basis.early_exit in parts[PaperPart.REMOVAL]
        assert str(basis.term_months) in parts[PaperPart.TERM] or "年" in parts[PaperPart.TERM]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"list_basis": " "}, PaperPart.BASIS),
        ({"rule": "candidate.nobody"}, PaperPart.REASONS),
        ({"record_ids": ()}, PaperPart.FACTS),
    ],
)
def test_a_paper_lacking_a_part_is_refused_and_takes_no_number(world, changes, part):
    with pytest.raises(PaperIncomplete) as caught:
        compose(world, world.case(**changes), PaperKind.NOTICE)
    assert part.value in caught.value.attributes["missing"]


@pytest.mark.parametrize(
    ("field", "value", "part"),
    [("measures", (), PaperPart.MEASURES), ("early_exit", "", PaperPart.REMOVAL)],
)
def test_a_list_type_that_says_too_little_can_list_nobody(world, monkeypatch, field, value, part):
    whole = world.office.rulebook(DAY)
    less = replace(whole.list_type("samr_serious"), **{field: value})
    types = tuple(less if known.id == less.id else known for known in whole.list_types)
    monkeypatch.setattr(type(world.office), "rulebook", lambda *_: replace(whole, list_types=types))
    with pytest.raises(PaperIncomplete) as caught:
        compose(world, world.case(), PaperKind.NOTICE)
    assert caught.value.attributes["missing"] == [part.value]


@pytest.mark.parametrize("key", ["review_apply_days", "lawsuit_months", "statement_workdays"])
def test_rules_without_a_remedy_or_a_period_let_no_paper_out(world, monkeypatch, key):
    whole = world.office.rulebook(DAY)
    less = replace(whole, terms=tuple(term for term in whole.terms if term.key != key))
    monkeypatch.setattr(type(world.office), "rulebook", lambda *_: less)
    with pytest.raises(PaperIncomplete, match=key):
        compose(world, world.case(), PaperKind.NOTICE)


def test_records_that_are_gone_carry_no_notice(world):
    with pytest.raises(PaperIncomplete, match="1条"):
        compose(world, world.case(record_ids=("B-not-there",)), PaperKind.NOTICE)


def test_an_agency_without_letterhead_writes_nothing(world):
    with pytest.raises(PaperIncomplete, match="机关代字"):
        compose(world, world.case(authority_code="11990101TEST00000X"), PaperKind.NOTICE)


def test_an_agency_without_code_is_found_by_its_name(world):
    assert "市场监督管理局" in compose(world, world.case(authority_code=""), PaperKind.NOTICE).issuer


def test_the_whole_way_bears_the_numbers_of_its_papers(world):
    case, office = world.walk(world.add(world.case()), CaseState.ENDED)
    with office.ledger.reading() as uow:
        made = {paper.kind: paper for paper in uow.papers.list_for_case(case.case_id)}
    assert case.notice_no == made[PaperKind.NOTICE].document_no
    assert case.decision_no == made[PaperKind.DECISION].document_no
    assert made[PaperKind.DECISION].issued_on == case.decided_on
    assert made[PaperKind.REVOCATION].document_no.startswith("示市监撤〔2026〕")
    _, content = read_paper(office, made[PaperKind.DECISION].paper_id, PaperForm.DOCX, REVIEWER)
    text = text_of(content)
    until = case.max_until_on
    assert f"至{until.year}年{until.month}月{until.day}日止" in text
    assert case.notice_no in text
    removal = issue_paper(office, case.case_id, PaperKind.REMOVAL, REVIEWER)
    assert removal.state is PaperState.ISSUED


def test_an_act_takes_neither_another_number_nor_another_day(world):
    case = world.add(world.case())
    office = world.at(DAY)
    paper = issue_paper(office, case.case_id, PaperKind.NOTICE, REVIEWER)
    for office_then, number in ((office, "示信告〔2026〕99号"), (world.at(DAY + timedelta(days=1)), "")):
        with pytest.raises(EvidenceMissing):
            perform_act(office_then, ActRequest(case.case_id, ActKind.DRAFT_NOTICE, REVIEWER, document_no=number))
    void_paper(office, paper.paper_id, REVIEWER, "日期有误")
    with pytest.raises(EvidenceMissing, match="已作废"):
        perform_act(office, ActRequest(case.case_id, ActKind.DRAFT_NOTICE, REVIEWER, document_no=paper.document_no))
    # Papers made elsewhere still come in with what is written on them.
    moved = perform_act(office, ActRequest(case.case_id, ActKind.DRAFT_NOTICE, REVIEWER, document_no="旧告〔2026〕7号"))
    assert moved.notice_no == "旧告〔2026〕7号"


def test_voided_numbers_never_come_back_and_taken_ones_stay(world):
    case, office = world.add(world.case()), world.at(DAY)
    first = issue_paper(office, case.case_id, PaperKind.NOTICE, REVIEWER)
    with pytest.raises(IllegalTransition):
        issue_paper(office, case.case_id, PaperKind.NOTICE, REVIEWER)
    with pytest.raises(EvidenceMissing):
        void_paper(office, first.paper_id, REVIEWER, " ")
    void_paper(office, first.paper_id, REVIEWER, "单位名称有误")
    with pytest.raises(IllegalTransition):
        void_paper(office, first.paper_id, REVIEWER, "再次")
    second = issue_paper(office, case.case_id, PaperKind.NOTICE, REVIEWER)
    assert second.number.serial > first.number.serial
    perform_act(office, ActRequest(case.case_id, ActKind.DRAFT_NOTICE, REVIEWER))
    with pytest.raises(IllegalTransition, match="已用于办理"):
        void_paper(office, second.paper_id, REVIEWER, "太迟")


def series(world: PaperWorld, kind: PaperKind) -> list[int]:
    with world.office.ledger.reading() as uow:
        made = uow.papers.list_all(10_000)
    mine = [paper.number for paper in made if paper.kind is kind]
    return sorted(number.serial for number in mine if number.agency_code == "11990101990100034U")


def test_many_hands_at_once_leave_no_gap_and_no_double(world):
    cases = [world.add(world.case()) for _ in range(6)]
    faults: list[Exception] = []

    def issue(case_id: str) -> None:
        try:
            issue_paper(world.at(DAY), case_id, PaperKind.NOTICE, REVIEWER)
        except Exception as fault:  # noqa: BLE001 - told below, in the test's own thread.
            faults.append(fault)

    threads = [threading.Thread(target=issue, args=(case.case_id,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    serials = series(world, PaperKind.NOTICE)
    assert serials == list(range(1, len(serials) + 1))


def test_a_paper_that_fails_while_it_is_set_spends_no_number(world, monkeypatch):
    case, before = world.add(world.case()), series(world, PaperKind.NOTICE)

    def fail(*_: object) -> bytes:
        message = "模板坏了"
        raise TemplateFault(message)

    monkeypatch.setattr(chapter, "render_paper_pdf", fail)
    with pytest.raises(TemplateFault):
        issue_paper(world.at(DAY), case.case_id, PaperKind.NOTICE, REVIEWER)
    assert series(world, PaperKind.NOTICE) == before


def test_a_disk_that_fails_after_the_number_was_taken_voids_it_with_the_reason(world, monkeypatch):
    case = world.add(world.case())

    def fail(*_: object, **__: object) -> str:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(chapter.PaperFiles, "keep", fail)
        with pytest.raises(OSError):
            issue_paper(world.at(DAY), case.case_id, PaperKind.NOTICE, REVIEWER)
    with world.office.ledger.reading() as uow:
        (voided,) = uow.papers.list_for_case(case.case_id)
    assert voided.state is PaperState.VOIDED
    assert "OSError" in voided.void_reason
    with pytest.raises(IllegalTransition, match="没有出具"):
        read_paper(world.at(DAY), voided.paper_id, PaperForm.PDF, REVIEWER)
    again = issue_paper(world.at(DAY), case.case_id, PaperKind.NOTICE, REVIEWER)
    assert again.number.serial == voided.number.serial + 1


def test_a_case_that_moves_meanwhile_gets_no_paper(world, monkeypatch):
    case, office = world.add(world.case()), world.at(DAY)
    keep = chapter.PaperFiles.keep

    def move(*arguments: object, **options: object) -> str:
        if not moved:
            moved.append(perform_act(office, ActRequest(case.case_id, ActKind.DECLINE, DECIDER, reason="事实不成立")))
        return keep(*arguments, **options)

    moved: list[object] = []
    monkeypatch.setattr(chapter.PaperFiles, "keep", move)
    with pytest.raises(LedgerConflict):
        issue_paper(office, case.case_id, PaperKind.NOTICE, REVIEWER)


@pytest.fixture
def issued(world) -> Iterator[tuple[PaperWorld, object]]:
    case = world.add(world.case())
    yield world, issue_paper(world.at(DAY), case.case_id, PaperKind.NOTICE, REVIEWER)


def test_what_was_issued_comes_back_byte_for_byte_and_the_reading_is_audited(issued):
    world, paper = issued
    office = world.at(DAY)
    first = [read_paper(office, paper.paper_id, form, AUDITOR)[1] for form in PaperForm]
    assert first == [read_paper(office, paper.paper_id, form, AUDITOR)[1] for form in PaperForm]
    assert first[0][:2] == b"PK"
    assert first[1][:5] == b"%PDF-"
    with office.ledger.reading() as uow:
        assert uow.audit.verify().broken_at is None


@pytest.mark.parametrize("damage", ["altered", "missing"])
def test_altered_bytes_are_never_handed_out(issued, damage):
    world, paper = issued
    path = world.office.places.papers / paper.pdf_sha256[:2] / paper.pdf_sha256
    path.chmod(0o600)
    if damage == "altered":
        path.write_bytes(path.read_bytes().replace(b"%PDF", b"%PDE", 1))
    else:
        path.unlink()
    with pytest.raises(PaperAltered):
        read_paper(world.at(DAY), paper.paper_id, PaperForm.PDF, REVIEWER)
    assert read_paper(world.at(DAY), paper.paper_id, PaperForm.DOCX, REVIEWER)[1]


def test_a_persons_paper_names_the_person_to_those_who_handle_it_and_lies_encrypted(world):
    case, office = world.add(world.person()), world.at(DAY)
    paper = issue_paper(office, case.case_id, PaperKind.NOTICE, REVIEWER)
    _, content = read_paper(office, paper.paper_id, PaperForm.DOCX, DECIDER)
    text = text_of(content)
    assert PERSON_NAME in text
    assert PERSON_NUMBER not in text
    assert "110**************X" in text
    with pytest.raises(ScopeDenied):
        read_paper(office, paper.paper_id, PaperForm.DOCX, AUDITOR)
    draft = draft_paper(office, case.case_id, PaperKind.NOTICE, AUDITOR)
    assert PERSON_NAME not in "".join(block.text for block in draft.blocks) + draft.addressee
    for path in office.places.papers.glob("*/*"):
        stored = path.read_bytes()
        for shown in (PERSON_NAME, PERSON_NUMBER):
            assert shown.encode() not in stored
        if path.name == paper.docx_sha256:
            assert not zipfile.is_zipfile(io.BytesIO(stored))
            assert stored != content
            assert path.stat().st_mode & 0o077 == 0


def test_files_of_persons_cannot_change_places(world):
    """Somebody who can write to the disk and the ledger's hash still cannot pass one person's paper for another's."""
    office = world.at(DAY)
    one, other = (
        issue_paper(office, world.add(world.person(kind, category=9)).case_id, PaperKind.NOTICE, REVIEWER)
        for kind in ("wage_arrears", "tax_serious")
    )
    files = chapter.PaperFiles(office.places.papers, office.keys)
    with pytest.raises(PaperAltered, match="不属于"):
        files.read(other.pdf_sha256, f"paper\n{one.paper_id}\npdf", other.key_id)


def test_an_announcement_shows_the_public_a_name_but_never_a_number(world):
    text = compose(world, world.person("moral_model"), PaperKind.ANNOUNCEMENT)
    shown = "".join(block.text for block in text.blocks) + text.addressee
    assert PERSON_NAME in shown
    assert "***" not in shown
    masked = compose(world, world.person("moral_model", consent_no=""), PaperKind.ANNOUNCEMENT)
    assert PERSON_NAME not in "".join(block.text for block in masked.blocks)


def test_a_minor_and_the_same_person_twice_get_no_paper(world):
    minor = world.add(world.person("procurement_serious", adult_on=None))
    with pytest.raises(MinorProtected):
        issue_paper(world.at(DAY), minor.case_id, PaperKind.NOTICE, REVIEWER)
    case, office = world.walk(world.add(world.case()), CaseState.HEARD)
    drafter = replace(DECIDER, actor_id=REVIEWER.actor_id)
    with pytest.raises(SamePerson):
        issue_paper(office, case.case_id, PaperKind.DECISION, drafter, PaperDetails(REASON))
    with pytest.raises(ScopeDenied):
        issue_paper(office, case.case_id, PaperKind.DECISION, REVIEWER, PaperDetails(REASON))
    with pytest.raises(PaperIncomplete, match="理由"):
        issue_paper(office, case.case_id, PaperKind.DECISION, DECIDER)


def test_a_receipt_names_the_paper_it_is_for(issued):
    world, paper = issued
    receipt = issue_receipt(world.at(DAY), paper.paper_id, REVIEWER)
    _, content = read_paper(world.at(DAY), receipt.paper_id, PaperForm.DOCX, REVIEWER)
    cells = [
        cell.text for table in docx.Document(io.BytesIO(content)).tables for row in table.rows for cell in row.cells
    ]
    assert paper.document_no in cells
    assert "示范区测试晨光商贸有限公司" in cells
    with pytest.raises(IllegalTransition):
        issue_receipt(world.at(DAY), receipt.paper_id, REVIEWER)


@pytest.mark.parametrize(
    "kind",
    [
        PaperKind.OBJECTION_ACCEPTED,
        PaperKind.OBJECTION_REFUSED,
        PaperKind.OBJECTION_REJECTED,
        PaperKind.OBJECTION_CORRECTED,
    ],
)
def test_objections_are_answered_with_reasons_and_remedy(world, kind):
    office = world.at(DAY)
    paper = issue_objection_paper(office, world.objection(), kind, REVIEWER)
    text = text_of(read_paper(office, paper.paper_id, PaperForm.DOCX, REVIEWER)[1])
    assert "罚款金额有误" in text
    assert "行政复议" in text
    if kind is not PaperKind.OBJECTION_ACCEPTED:
        for blank in ("reason", "findings", "basis"):
            with pytest.raises(PaperIncomplete):
                issue_objection_paper(office, world.objection(**{blank: ""}), kind, REVIEWER)


def test_a_persons_objection_is_answered_by_name_and_kept_encrypted(world):
    office = world.at(DAY)
    objection = world.objection(is_person=True, subject_id="psn:" + "0f" * 16, objector="欧阳***")
    paper = issue_objection_paper(office, objection, PaperKind.OBJECTION_REJECTED, REVIEWER)
    assert paper.key_id
    assert PERSON_NAME in text_of(read_paper(office, paper.paper_id, PaperForm.DOCX, REVIEWER)[1])


def test_repairs_are_answered_and_granting_is_a_deciders(world):
    case, office = world.walk(world.add(world.case("judgment_default")), CaseState.DECISION_SERVED)
    with pytest.raises(ScopeDenied):
        issue_repair_paper(office, world.repair(case), PaperKind.REPAIR_GRANTED, REVIEWER)
    with pytest.raises(PaperIncomplete, match="理由"):
        issue_repair_paper(office, world.repair(case, reason=""), PaperKind.REPAIR_DENIED, DECIDER)
    accepted = issue_repair_paper(office, world.repair(case), PaperKind.REPAIR_ACCEPTED, REVIEWER)
    text = text_of(read_paper(office, accepted.paper_id, PaperForm.DOCX, REVIEWER)[1])
    assert "1．缴款凭证" in text
    assert "2026年11月16日" in text
    denied = issue_repair_paper(office, world.repair(case), PaperKind.REPAIR_DENIED, DECIDER)
    granted = issue_repair_paper(office, world.repair(case), PaperKind.REPAIR_GRANTED, DECIDER)
    assert denied.document_no != granted.document_no


def test_matters_of_another_kind_are_refused(world):
    office = world.at(DAY)
    with pytest.raises(IllegalTransition):
        issue_objection_paper(office, world.objection(), PaperKind.NOTICE, REVIEWER)
    with pytest.raises(IllegalTransition):
        issue_paper(office, world.add(world.case()).case_id, PaperKind.RECEIPT, REVIEWER)


def test_the_home_keeps_papers_to_its_own_account(issued):
    world, paper = issued
    path: Path = world.office.places.papers / paper.docx_sha256[:2] / paper.docx_sha256
    assert path.stat().st_mode & 0o222 == 0
