"""``credit subject …``: who organisations without a code are; judging asks for the actor's password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from credit_service.bootstrap import Service, build_service
from credit_service.cli.acting import acting
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.agency import Actor
from credit_service.domain.resolution import Judgement, NamedSubject, Suggestion
from credit_service.lookup.resolution import SubjectView, get_subject_view, list_queue, search_subjects
from credit_service.pipeline.resolve import judge_not_same, judge_own, judge_same, undo_judgement

app = typer.Typer(help="无代码主体归并：它是谁，由人认定，可撤销；同名不同主体可登记。", no_args_is_help=True)

SubjectArgument = Annotated[str, typer.Argument(help="主体编号（none:…）或代码，见 credit subject queue。")]
OtherArgument = Annotated[str, typer.Argument(help="另一主体的统一社会信用代码、注册号、组织机构代码或编号。")]
ByOption = Annotated[
    str, typer.Option("--by", help="办理人的登录名；密码取自环境变量 CREDIT_PASSWORD，没有则提示输入。")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="理由：核对了什么。")]


@app.command("queue")
def queue(
    page: Annotated[int, typer.Option("--page", min=1, help="第几页，每页20个。")] = 1,
    as_json: JsonFlag = False,
) -> None:
    """列出待归并的无代码主体，每个附最可能的已知主体。"""
    found = list_queue(build_service().reading_room, page)
    if as_json:
        items = [
            {
                **subject_object(item.subject),
                "agency": item.agency_name,
                "records": item.records,
                "first_on": item.first_on,
                "last_on": item.last_on,
                "suggestion": suggestion_object(item.best) if item.best else None,
            }
            for item in found.items
        ]
        print_json({"total": found.total, "page": found.page, "pages": found.pages, "subjects": items})
    elif found.items:
        rows = [
            (one.subject.subject_id, one.subject.name, one.agency_name, one.records, _best(one.best))
            for one in found.items
        ]
        title = f"待归并 {found.total} 个（第{found.page}/{found.pages}页）"
        print_table(title, ("编号", "名称", "报送单位", "记录", "最可能是"), rows)
    else:
        out.print("没有待归并的主体：入库的记录都有有效代码，或都已认定。")


@app.command("show")
def show(
    subject: Annotated[str, typer.Argument(help="主体编号、代码，或名称的一部分。")], as_json: JsonFlag = False
) -> None:
    """显示一个主体：曾用名、记录、建议、归并经过；给名称则列出名称相符的主体，并注明同名不同主体。"""
    room = build_service().reading_room
    hits = search_subjects(room, subject)
    if len(hits) == 1 or ":" in subject or not hits:
        _show_view(get_subject_view(room, hits[0].subject.subject_id if len(hits) == 1 else subject), as_json=as_json)
        return
    if as_json:
        objects = [{**subject_object(hit.subject), "end": hit.end_id, "namesakes": list(hit.namesakes)} for hit in hits]
        print_json({"subjects": objects})
        return
    rows = [(hit.subject.subject_id, hit.subject.name, "同名不同主体" if hit.namesakes else "") for hit in hits]
    print_table(f"“{subject}”", ("编号", "名称", "提示"), rows)


@app.command("link")
def link(
    subject: SubjectArgument, other: OtherArgument, by: ByOption, reason: ReasonOption, as_json: JsonFlag = False
) -> None:
    """认定无代码（或代码效力较低）的主体就是另一主体；此后的评价和查询把它的记录算在那里。"""
    _judge(by, lambda service, actor: judge_same(service.office, subject, other, actor, reason), as_json=as_json)


@app.command("separate")
def separate(
    subject: SubjectArgument, other: OtherArgument, by: ByOption, reason: ReasonOption, as_json: JsonFlag = False
) -> None:
    """登记“同名不同主体”：两者今后不再互相建议，也不得归并。"""
    _judge(by, lambda service, actor: judge_not_same(service.office, subject, other, actor, reason), as_json=as_json)


@app.command("own")
def own(subject: SubjectArgument, by: ByOption, reason: ReasonOption, as_json: JsonFlag = False) -> None:
    """认定无代码的主体不是任何已知主体，自成一个主体，移出待归并列表。"""
    _judge(by, lambda service, actor: judge_own(service.office, subject, actor, reason), as_json=as_json)


@app.command("undo")
def undo(
    number: Annotated[int, typer.Argument(min=1, help="判断编号，见 credit subject show。")],
    by: ByOption,
    reason: ReasonOption,
    as_json: JsonFlag = False,
) -> None:
    """撤销一项判断，从现在起不再生效；撤销前的评价保持原样。"""
    _judge(by, lambda service, actor: undo_judgement(service.office, number, actor, reason), as_json=as_json)


def _judge(by: str, judging: Callable[[Service, Actor], Judgement], *, as_json: bool) -> None:
    service = build_service()
    with acting(service, by) as actor:
        judgement = judging(service, actor)
    if as_json:
        print_json(judgement_object(judgement))
        return
    done = "已撤销" if judgement.undone_at else "已登记"
    out.print(
        f"[green]✓[/] {done}第{judgement.number}号判断：{judgement.from_subject_id} {judgement.verdict.label}"
        f" {judgement.to_subject_id or ''}"
    )


def _show_view(view: SubjectView, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                **subject_object(view.subject),
                "end": view.end.subject.subject_id if view.end else None,
                "members": [one.subject.subject_id for one in view.members],
                "namesakes": [one.subject.subject_id for one in view.namesakes],
                "own": view.is_own,
                "records": [vars(record) for record in view.records],
                "suggestions": [suggestion_object(one) for one in view.suggestions],
                "judgements": [judgement_object(one) for one in view.judgements],
            }
        )
        return
    out.print(f"[bold]{view.subject.name or view.subject.subject_id}[/] {view.subject.subject_id}")
    for span in view.former_names:
        out.print(f"  曾用名：{span.name}（{span.first_on} 至 {span.last_on}）")
    if view.end:
        out.print(f"  已归并到：{view.end.subject.name} {view.end.subject.subject_id}")
    for one in view.members:
        out.print(f"  归并进来：{one.subject.name} {one.subject.subject_id}")
    for one in view.namesakes:
        out.print(f"  同名不同主体：{one.subject.name} {one.subject.subject_id}")
    rows = [
        (r.decided_on, r.topic, r.document_no, r.authority_name, f"{r.file_name} 第{r.row}行") for r in view.records
    ]
    print_table("记录", ("决定日期", "事项", "文号", "机关", "来源"), rows)
    if view.suggestions:
        print_table(
            "可能是",
            ("编号", "名称", "程度", "理由", "存疑"),
            [
                (s.subject.subject_id, s.subject.name, s.likelihood.label, "、".join(s.reasons), "、".join(s.doubts))
                for s in view.suggestions
            ],
        )
    if view.judgements:
        print_table(
            "判断",
            ("编号", "判断", "对方", "理由", "办理人", "撤销"),
            [
                (one.number, one.verdict.label, one.to_subject_id, one.reason, one.judged_by, one.undo_reason)
                for one in view.judgements
            ],
        )


def _best(suggestion: Suggestion | None) -> str:
    if suggestion is None:
        return "—"
    return f"{suggestion.likelihood.label} {suggestion.subject.name} {suggestion.subject.subject_id}"


def subject_object(subject: NamedSubject) -> dict[str, object]:
    """Return a subject as the documented JSON object."""
    return {
        "subject_id": subject.subject_id,
        "subject_kind": subject.subject_kind,
        "name": subject.name,
        "names": [vars(span) for span in subject.names],
        "region_codes": sorted(subject.region_codes),
    }


def suggestion_object(suggestion: Suggestion) -> dict[str, object]:
    """Return a suggestion as the documented JSON object."""
    return {
        "subject_id": suggestion.subject.subject_id,
        "name": suggestion.subject.name,
        "likelihood": suggestion.likelihood.name.lower(),
        "reasons": list(suggestion.reasons),
        "doubts": list(suggestion.doubts),
    }


def judgement_object(judgement: Judgement) -> dict[str, object]:
    """Return a judgement as the documented JSON object."""
    return {
        "number": judgement.number,
        "subject": judgement.from_subject_id,
        "verdict": judgement.verdict.value,
        "other": judgement.to_subject_id,
        "reason": judgement.reason,
        "evidence": judgement.evidence,
        "judged_by": judgement.judged_by,
        "judged_at": judgement.judged_at.isoformat(),
        "undone_by": judgement.undone_by,
        "undone_at": judgement.undone_at.isoformat() if judgement.undone_at else None,
        "undo_reason": judgement.undo_reason,
    }
