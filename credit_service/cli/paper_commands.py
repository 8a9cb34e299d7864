"""``credit papers …``: drafts, issues, lists and hands out the papers of cases."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.acting import ACTOR_HELP, acting
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.paper import Paper, PaperForm, PaperKind
from credit_service.errors import EvidenceMissing
from credit_service.lookup.papers import list_papers
from credit_service.pipeline.paper_facts import PaperDetails
from credit_service.pipeline.papers import (
    draft_paper,
    issue_paper,
    issue_receipt,
    read_paper,
    render_paper,
    void_paper,
)

app = typer.Typer(help="文书：草拟、出具、列出、取出、作废。", no_args_is_help=True)


class CaseKind(StrEnum):
    """Kinds of paper that follow from a case alone."""

    NOTICE = "notice"
    ANNOUNCEMENT = "announcement"
    DECISION = "decision"
    DECLINE = "decline"
    REPAIR_GUIDE = "repair_guide"
    REVOCATION = "revocation"
    REMOVAL = "removal"


Case = Annotated[str, typer.Argument(help="案件编号，见 credit decide list。")]
Kind = Annotated[CaseKind, typer.Argument(help="文书种类。")]
PaperId = Annotated[str, typer.Argument(help="文书编号，见 credit papers list。")]
By = Annotated[str, typer.Option("--by", help=ACTOR_HELP)]
Reason = Annotated[str, typer.Option("--reason", help="理由；决定、不予列入、撤销必须写明。")]
Target = Annotated[Path, typer.Option("--to", help="写到哪个文件；以 .docx 或 .pdf 结尾。")]


@app.command("draft")
def draft(case_id: Case, kind: Kind, by: By, to: Target, reason: Reason = "", as_json: JsonFlag = False) -> None:
    """草拟：不取号，带“草稿”水印，不留存。"""
    form, service = _to_form(to), build_service()
    with acting(service, by) as actor:
        text = draft_paper(service.office, case_id, PaperKind(kind.value), actor, PaperDetails(reason))
        to.write_bytes(render_paper(service.office, text, form, service.office.now()))
    if as_json:
        print_json({"kind": kind.value, "title": text.title, "path": str(to)})
    else:
        out.print(f"草稿：{text.title} → {to}", markup=False)


@app.command("issue")
def issue(case_id: Case, kind: Kind, by: By, reason: Reason = "", as_json: JsonFlag = False) -> None:
    """出具：取下一个字号，生成 Word 和 PDF，留存后不再改动；随后的办理行为采用这个字号。"""
    service = build_service()
    with acting(service, by) as actor:
        paper = issue_paper(service.office, case_id, PaperKind(kind.value), actor, PaperDetails(reason))
    _tell(paper, as_json=as_json)


@app.command("receipt")
def receipt(paper_id: PaperId, by: By, as_json: JsonFlag = False) -> None:
    """为一份已出具的文书出具空白送达回证。"""
    service = build_service()
    with acting(service, by) as actor:
        paper = issue_receipt(service.office, paper_id, actor)
    _tell(paper, as_json=as_json)


@app.command("list")
def list_all(
    case_id: Annotated[str, typer.Option("--case", help="只列一个案件的文书。")] = "", as_json: JsonFlag = False
) -> None:
    """列出文书，作废的也在内。"""
    papers = list_papers(build_service().reading_room, case_id)
    if as_json:
        print_json({"papers": [paper_object(paper) for paper in papers]})
    elif papers:
        rows = [(p.paper_id, p.document_no, p.kind.label, p.state.label, p.issued_on, p.case_id) for p in papers]
        print_table("文书", ("编号", "字号", "种类", "状态", "成文日期", "案件"), rows)
    else:
        out.print("还没有出具过文书。用 credit papers issue 案件 种类 出具。")


@app.command("get")
def get(paper_id: PaperId, by: By, to: Target, as_json: JsonFlag = False) -> None:
    """取出一份已出具的文书，与出具时逐字节一致；查看自然人的文书会留下记录。"""
    form, service = _to_form(to), build_service()
    with acting(service, by) as actor:
        paper, content = read_paper(service.office, paper_id, form, actor)
    to.write_bytes(content)
    if as_json:
        print_json({**paper_object(paper), "path": str(to)})
    else:
        out.print(f"{paper.document_no} → {to}", markup=False)


@app.command("void")
def void(paper_id: PaperId, by: By, reason: Reason, as_json: JsonFlag = False) -> None:
    """作废：字号不再使用；已用于办理行为的不能作废。"""
    service = build_service()
    with acting(service, by) as actor:
        paper = void_paper(service.office, paper_id, actor, reason)
    _tell(paper, as_json=as_json)


def paper_object(paper: Paper) -> dict[str, object]:
    """Return a paper as the documented JSON object."""
    return {
        "paper_id": paper.paper_id,
        "document_no": paper.document_no,
        "kind": paper.kind.value,
        "state": paper.state.value,
        "case_id": paper.case_id,
        "object_id": paper.object_id,
        "issued_on": paper.issued_on,
        "issued_by": paper.reserved_by,
        "encrypted": bool(paper.key_id),
        "docx_sha256": paper.docx_sha256,
        "pdf_sha256": paper.pdf_sha256,
        "template_hash": paper.template_hash,
        "rulebook": paper.rulebook,
        "void_reason": paper.void_reason,
    }


def _tell(paper: Paper, *, as_json: bool) -> None:
    if as_json:
        print_json(paper_object(paper))
    else:
        out.print(
            f"{paper.state.label}：{paper.document_no}（{paper.kind.label}），编号 {paper.paper_id}", markup=False
        )


def _to_form(path: Path) -> PaperForm:
    """Return the form a file name asks for.

    Raises:
        EvidenceMissing: It ends with neither .docx nor .pdf.
    """
    form = next((member for member in PaperForm if path.suffix.lower() == f".{member.value}"), None)
    if form is None:
        message = f"“{path.name}”没有说明要哪一种文件。"
        raise EvidenceMissing(message, remedy="请把文件名写成以 .docx 或 .pdf 结尾。")
    return form
