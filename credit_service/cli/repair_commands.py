"""``credit repairs …``: applications for credit repair; each act asks for the actor's password."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.acting import ACTOR_HELP, acting
from credit_service.cli.assess_commands import to_day
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.agency import Actor, Role
from credit_service.domain.repair import (
    Applicant,
    Paper,
    RefusalGround,
    Repair,
    RepairActKind,
    RepairChannel,
    RepairState,
)
from credit_service.lookup.repairs import RepairLine, get_repair_view, list_overdue_receipts, list_repairs
from credit_service.pipeline.repair_papers import HandedPaper
from credit_service.pipeline.repairs import Application, RepairRequest, apply_for_repair, perform_repair_act

app = typer.Typer(help="信用修复：登记申请、转认定机关、受理、核查、决定；不收费。", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="申请编号，见 credit repairs list。")]
By = Annotated[str, typer.Option("--by", help=ACTOR_HELP)]
On = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="办理日期，默认今天。")]
Reason = Annotated[str, typer.Option("--reason", help="理由。")]
DocumentNo = Annotated[str, typer.Option("--document-no", help="文号。")]
Opinion = Annotated[
    list[Path] | None,
    typer.Option("--authority-paper", help="认定机关的书面意见（扫描件）；办理人不在认定机关的必须附上。"),
]
Duty = Annotated[list[Path] | None, typer.Option("--duty-proof", help="履行义务证明，可多次给出。")]
Letter = Annotated[list[Path] | None, typer.Option("--commitment", help="信用承诺书。")]


@app.command("list")
def list_all(
    state: Annotated[RepairState | None, typer.Option("--state", help="办理状态。")] = None,
    agency: Annotated[str, typer.Option("--agency", help="只看转给这个单位（代码）的。")] = "",
    as_json: JsonFlag = False,
) -> None:
    """列出修复申请和正在计时的期限，未办结的在前。"""
    lines = list_repairs(build_service().reading_room, state, agency or None)
    if as_json:
        print_json({"repairs": [_line_object(line) for line in lines]})
    elif lines:
        rows = [
            (
                line.repair.repair_id,
                line.repair.subject_name,
                line.repair.fact,
                line.repair.state.label,
                f"{line.clock.duty.label} 最迟{line.clock.due_on}{'（逾期）' if line.clock.overdue else ''}"
                if line.clock
                else "",
            )
            for line in lines
        ]
        print_table("修复申请", ("编号", "主体", "申请修复", "状态", "正在计时"), rows)
    else:
        out.print("没有修复申请。主体可在网站“信用修复”页面申请；窗口收到的用 credit repairs apply 登记。")


@app.command("show")
def show(repair_id: Number, as_json: JsonFlag = False) -> None:
    """显示一件申请：条件核对、期限、经过、通知；不显示申请人的个人信息。"""
    view = get_repair_view(build_service().reading_room, repair_id)
    if as_json:
        print_json(
            {
                **_repair_object(view.repair),
                "conditions": [
                    {"name": one.name, "met": one.is_met, "text": one.text, "source": one.source}
                    for one in view.conditions
                ],
                "clocks": [clock.to_dict() for clock in view.clocks],
                "acts": [
                    {"act": act.kind.value, "on": act.on, "actor": act.actor_id, "reason": act.reason}
                    for act in view.acts
                ],
                "next_acts": [step.kind.value for step in view.steps],
                "notices": [one.to_dict() for one in view.notices],
            }
        )
        return
    out.print(f"[bold]{view.repair.subject_name}[/] {view.repair.state.label}\n  {view.repair.fact}")
    words = {True: "符合", False: "不符合", None: "人工核查"}
    print_table(
        "条件核对", ("条件", "核对", "说明"), [(one.name, words[one.is_met], one.text) for one in view.conditions]
    )
    print_table(
        "期限",
        ("事项", "起算", "最迟", "办理"),
        [(one.duty.label, one.start_on, one.due_on, one.done_on or "未办") for one in view.clocks],
    )
    for step in view.steps:
        out.print(f"  下一步：{step.kind.label}，需要 {'、'.join(label for _, label in step.needs) or '无'}")


@app.command("apply")
def apply_(
    target: Annotated[str, typer.Argument(help="案件号、记录编号或决定书文号。")],
    identifier: Annotated[str, typer.Argument(help="主体代码；个人为公民身份号码，只用于核对。")],
    name: Annotated[str, typer.Option("--name", help="申请人或经办人姓名，加密保存。")],
    contact: Annotated[str, typer.Option("--contact", help="联系方式，加密保存。")],
    by: By,
    duty_proof: Duty = None,
    commitment: Letter = None,
    statement: Annotated[str, typer.Option("--statement", help="整改和履行情况。")] = "",
    as_json: JsonFlag = False,
) -> None:
    """登记窗口收到的修复申请；编号和回执码交给申请人，回执码只显示这一次。"""
    service = build_service()
    papers = (*_papers(Paper.DUTY_PROOF, duty_proof), *_papers(Paper.COMMITMENT, commitment))
    with acting(service, by) as actor:
        application = Application(target, identifier, Applicant(name, contact, statement), RepairChannel.DESK, papers)
        receipt = apply_for_repair(service.office, application, actor)
    if as_json:
        print_json({**_repair_object(receipt.repair), "receipt_code": receipt.code})
    else:
        out.print(f"[green]✓[/] 申请编号 {receipt.repair.repair_id}，回执码 {receipt.code}（只显示这一次）")


@app.command("forward")
def forward(
    repair_id: Number,
    by: By,
    to: Annotated[str, typer.Option("--to", help="认定机关的单位代码。")],
    on: On = None,
    as_json: JsonFlag = False,
) -> None:
    """转认定机关（谁认定、谁修复）。"""
    _do(RepairRequest(repair_id, RepairActKind.FORWARD, _nobody(), to_day(on), to_agency=to), by, as_json)


@app.command("accept")
def accept(
    repair_id: Number,
    by: By,
    duty_proof: Duty = None,
    commitment: Letter = None,
    authority_paper: Opinion = None,
    on: On = None,
    as_json: JsonFlag = False,
) -> None:
    """受理；材料不齐的可以同时补交。"""
    papers = (*_papers(Paper.DUTY_PROOF, duty_proof), *_papers(Paper.COMMITMENT, commitment))
    request = RepairRequest(
        repair_id,
        RepairActKind.ACCEPT,
        _nobody(),
        to_day(on),
        papers=(*papers, *_papers(Paper.AUTHORITY_PAPER, authority_paper)),
    )
    _do(request, by, as_json)


@app.command("refuse")
def refuse(
    repair_id: Number, by: By, reason: Reason, authority_paper: Opinion = None, on: On = None, as_json: JsonFlag = False
) -> None:
    """不予受理，写明理由和缺什么。"""
    papers = _papers(Paper.AUTHORITY_PAPER, authority_paper)
    kind = RepairActKind.NOT_ACCEPT
    _do(RepairRequest(repair_id, kind, _nobody(), to_day(on), reason=reason, papers=papers), by, as_json)


@app.command("extend")
def extend(
    repair_id: Number, by: By, reason: Reason, authority_paper: Opinion = None, on: On = None, as_json: JsonFlag = False
) -> None:
    """延长办理期限，限一次。"""
    papers = _papers(Paper.AUTHORITY_PAPER, authority_paper)
    kind = RepairActKind.EXTEND
    _do(RepairRequest(repair_id, kind, _nobody(), to_day(on), reason=reason, papers=papers), by, as_json)


@app.command("check")
def check(
    repair_id: Number,
    by: By,
    finding: Annotated[str, typer.Option("--finding", help="核查情况和意见。")],
    authority_paper: Opinion = None,
    on: On = None,
    as_json: JsonFlag = False,
) -> None:
    """核查；核查人不得再作决定。"""
    papers = _papers(Paper.AUTHORITY_PAPER, authority_paper)
    kind = RepairActKind.CHECK
    _do(RepairRequest(repair_id, kind, _nobody(), to_day(on), finding=finding, papers=papers), by, as_json)


@app.command("grant")
def grant(
    repair_id: Number,
    by: By,
    document_no: DocumentNo,
    reason: Reason,
    authority_paper: Opinion = None,
    on: On = None,
    as_json: JsonFlag = False,
) -> None:
    """准予修复：同时停止公示和共享、解除措施、通知使用单位。"""
    request = RepairRequest(
        repair_id,
        RepairActKind.GRANT,
        _nobody(),
        to_day(on),
        document_no=document_no,
        reason=reason,
        papers=_papers(Paper.AUTHORITY_PAPER, authority_paper),
    )
    _do(request, by, as_json)


@app.command("reject")
def reject(
    repair_id: Number,
    by: By,
    document_no: DocumentNo,
    reason: Reason,
    ground: Annotated[
        RefusalGround, typer.Option("--ground", help="conditions 不符合条件；false_material 虚假材料。")
    ] = RefusalGround.CONDITIONS,
    authority_paper: Opinion = None,
    on: On = None,
    as_json: JsonFlag = False,
) -> None:
    """不予修复；虚假材料的，规定年限内不得再申请。"""
    request = RepairRequest(
        repair_id,
        RepairActKind.REFUSE,
        _nobody(),
        to_day(on),
        document_no=document_no,
        reason=reason,
        ground=ground.value,
        papers=_papers(Paper.AUTHORITY_PAPER, authority_paper),
    )
    _do(request, by, as_json)


@app.command("withdraw")
def withdraw(repair_id: Number, by: By, reason: Reason, on: On = None, as_json: JsonFlag = False) -> None:
    """按申请人的书面要求撤回申请；核查以后不能撤回。"""
    _do(RepairRequest(repair_id, RepairActKind.WITHDRAW, _nobody(), to_day(on), reason=reason), by, as_json)


@app.command("overdue")
def overdue(as_json: JsonFlag = False) -> None:
    """列出逾期没有回执的单位。"""
    views = list_overdue_receipts(build_service().reading_room)
    if as_json:
        print_json({"notices": [{**view.to_dict(), "agency": view.agency_name} for view in views]})
    elif views:
        rows = [(view.agency_name, view.subject_name, view.notice.notice_id, view.notice.due_on) for view in views]
        print_table("逾期回执", ("单位", "主体", "通知编号", "最迟"), rows)
    else:
        out.print("没有逾期的回执。")


def _nobody() -> Actor:
    """Return the place of the actor until the password was checked."""
    return Actor("", "", "", Role.AUDITOR)


def _do(request: RepairRequest, by: str, as_json: bool) -> None:
    service = build_service()
    with acting(service, by) as actor:
        repair = perform_repair_act(service.office, replace(request, actor=actor))
    if as_json:
        print_json(_repair_object(repair))
    else:
        out.print(f"[green]✓[/] {repair.repair_id} {repair.subject_name}：{repair.state.label}")


def _papers(paper: Paper, paths: list[Path] | None) -> tuple[HandedPaper, ...]:
    return tuple(HandedPaper(paper, path.read_bytes()) for path in paths or ())


def _line_object(line: RepairLine) -> dict[str, object]:
    return {**_repair_object(line.repair), "clock": line.clock.to_dict() if line.clock else None}


def _repair_object(repair: Repair) -> dict[str, object]:
    return {
        "repair_id": repair.repair_id,
        "state": repair.state.value,
        "target_kind": repair.target_kind.value,
        "target_id": repair.target_id,
        "subject_id": repair.subject_id,
        "subject_name": repair.subject_name,
        "fact": repair.fact,
        "opens_on": repair.opens_on,
        "needs": list(repair.needs),
        "competent_code": repair.competent_code,
        "applied_on": repair.applied_on,
        "closed_on": repair.closed_on,
        "decision_no": repair.decision_no,
        "barred_until_on": repair.barred_until_on,
    }
