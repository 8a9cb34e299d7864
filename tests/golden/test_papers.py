"""The text of each paper, kept as files: whoever changes a word or a rule sees here what a party will read.

Word and PDF are held equal to it; only page numbers stand between the lines of the PDF.
"""

from __future__ import annotations

import io
import os
import re
from datetime import date
from pathlib import Path

import docx
import pypdf
import pytest
from integration.paper_world import DAY, DECIDER, REVIEWER, PaperWorld, open_world

from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.paper import OBJECTION_KINDS, REPAIR_KINDS, Paper, PaperForm, PaperKind
from credit_service.pipeline.decide import ActRequest, perform_act
from credit_service.pipeline.office import Office
from credit_service.pipeline.paper_facts import PaperDetails
from credit_service.pipeline.paper_matters import issue_objection_paper, issue_repair_paper
from credit_service.pipeline.papers import issue_paper, issue_receipt, read_paper

GOLDEN = Path(__file__).parent / "papers"
NAMES = sorted([*(kind.value for kind in PaperKind), "notice_watch", "notice_person", "notice_court", "decision_red"])
Issued = dict[str, tuple[Office, Paper]]


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    """One paper of each kind, issued on a fresh service, always in this order."""
    world = open_world(tmp_path_factory.mktemp("golden") / "home")
    return {**_listing(world), **_other_lists(world), **_matters(world)}


def _listing(world: PaperWorld) -> Issued:
    """Papers of one black case from notice to removal."""
    case, office = world.walk(world.add(world.case()), CaseState.DECISION_SERVED)
    guide = issue_paper(office, case.case_id, PaperKind.REPAIR_GUIDE, REVIEWER)
    with office.ledger.reading() as uow:
        made = {paper.kind: paper for paper in uow.papers.list_for_case(case.case_id)}
    notice, decision = made[PaperKind.NOTICE], made[PaperKind.DECISION]
    receipt = issue_receipt(office, decision.paper_id, REVIEWER)
    later = world.at(date(2026, 12, 1))
    revocation = issue_paper(later, case.case_id, PaperKind.REVOCATION, DECIDER, PaperDetails("原处罚决定已被依法撤销"))
    perform_act(later, ActRequest(case.case_id, ActKind.REVOKE, DECIDER, reason="原处罚决定已被依法撤销"))
    removal = issue_paper(later, case.case_id, PaperKind.REMOVAL, REVIEWER)
    papers = (notice, decision, guide, receipt, revocation, removal)
    return {paper.kind.value: (later, paper) for paper in papers}


def _other_lists(world: PaperWorld) -> Issued:
    office = world.at(DAY)
    watch = world.case("watch", rule="candidate.watch.category", record_ids=world.records["penalty"][:2])
    declined = world.add(world.case())
    red, red_office = world.walk(world.add(world.case("honour", rule="candidate.red.organisation")), CaseState.DECIDED)
    with office.ledger.reading() as uow:
        announcement, decision = uow.papers.list_for_case(red.case_id)
    cases = {"notice_watch": watch, "notice_person": world.person("wage_arrears"), "notice_court": world.person()}
    notices = {
        name: issue_paper(office, world.add(case).case_id, PaperKind.NOTICE, REVIEWER) for name, case in cases.items()
    }
    reason = PaperDetails("陈述申辩意见成立，义务已全部履行")
    decline = issue_paper(office, declined.case_id, PaperKind.DECLINE, DECIDER, reason)
    return {
        **{name: (office, paper) for name, paper in notices.items()},
        "decline": (office, decline),
        "announcement": (office, announcement),
        "decision_red": (red_office, decision),
    }


def _matters(world: PaperWorld) -> Issued:
    case, office = world.walk(world.add(world.case("tax_serious")), CaseState.DECISION_SERVED)
    made: Issued = {}
    for kind in sorted(OBJECTION_KINDS):
        made[kind.value] = (office, issue_objection_paper(office, world.objection(), kind, REVIEWER))
    for kind in sorted(REPAIR_KINDS):
        made[kind.value] = (office, issue_repair_paper(office, world.repair(case), kind, DECIDER))
    return made


def word_text(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    rows = ["｜".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *rows]).strip() + "\n"


def squeeze(text: str) -> str:
    return re.sub(r"—\s*\d+\s*—|\s", "", text)


@pytest.mark.parametrize("name", NAMES)
def test_the_text_of_each_paper_is_as_agreed(issued, name):
    office, paper = issued[name]
    text = word_text(read_paper(office, paper.paper_id, PaperForm.DOCX, REVIEWER)[1])
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("CREDIT_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), f"{name} 与样张不同；确认无误后运行 make golden"
    pages = pypdf.PdfReader(io.BytesIO(read_paper(office, paper.paper_id, PaperForm.PDF, REVIEWER)[1])).pages
    printed = squeeze("".join(page.extract_text() for page in pages))
    for line in text.splitlines():
        for cell in line.split("｜"):
            # The last line is the imprint, which the PDF sets apart; a form has none and no contact.
            if cell.strip() and not cell.endswith("印发") and not (name == "receipt" and cell.startswith("（联系")):
                assert squeeze(cell) in printed
