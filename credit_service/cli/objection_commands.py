"""``credit objections …``: objections from the command line; each act asks for the actor's password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.acting import ACTOR_HELP, acting
from credit_service.cli.assess_commands import to_day
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.agency import Actor, Role
from credit_service.domain.objection import (
    OPEN_STATES,
    Channel,
    ListingOutcome,
    Objection,
    ObjectionActKind,
    ObjectionState,
    ObjectionTarget,
    ObjectorKind,
    ObjectorWords,
    RecordRemedy,
    Verdict,
)
from credit_service.errors import ScopeDenied
from credit_service.lookup.objections import find_clocks, find_delivery_code, list_objections
from credit_service.pipeline.evidence import HandedIn
from credit_service.pipeline.objections import ObjectionRequest, perform_objection_act
from credit_service.pipeline.receive_objections import NewObjection, receive_objection

app = typer.Typer(help="办理异议：登记、受理、转办、催办、核实、决定、更正、撤回。", no_args_is_help=True)

By = Annotated[str, typer.Option("--by", help=ACTOR_HELP)]
Number = Annotated[str, typer.Argument(help="异议编号，见 credit objections list。")]
Reason = Annotated[str, typer.Option("--reason", help="理由或说明。")]
On = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="办理日，默认今天。")]
DocumentNo = Annotated[str, typer.Option("--document-no", help="决定文号；登记更正时为更正批次编号。")]
Evidence = Annotated[str, typer.Option("--evidence", help="核实依据，或信用工作机构的复核情况。")]
Redress = Annotated[str, typer.Option("--redress", help="救济途径：向哪里申请复议、起诉，期限。")]
Records = Annotated[list[str] | None, typer.Option("--record", help="有误的记录编号，可多次给出。")]


class Target(StrEnum):
    """What may be objected to at the desk."""

    RECORD = "record"
    CASE = "case"


class Objector(StrEnum):
    """Who objects at the desk."""

    SUBJECT = "subject"
    AGENT = "agent"


@app.command("list")
def list_all(
    state: Annotated[ObjectionState | None, typer.Option("--state", help="状态，默认未办结的。")] = None,
    as_json: JsonFlag = False,
) -> None:
    """列出异议，最先到期的在前。"""
    room = build_service().reading_room
    lines = list_objections(room, (state,) if state else OPEN_STATES)
    if as_json:
        print_json({"objections": [objection_object(line.objection, room.today()) for line in lines]})
    elif lines:
        rows = [
            (
                line.objection.number,
                line.objection.target.label,
                line.objection.case_id or line.objection.record_id,
                line.objection.state.label,
                line.objection.due_on,
                "、".join(line.overdue) or "—",
            )
            for line in lines
        ]
        print_table("异议", ("编号", "对象", "案件或记录", "状态", "最迟答复", "逾期"), rows)
    else:
        out.print("没有这种状态的异议。窗口收到的用 credit objections receive 登记。")


@app.command("receive")
def receive(
    target: Annotated[Target, typer.Argument(help="record 信用记录，case 名单案件。")],
    target_id: Annotated[str, typer.Argument(help="记录编号或案件编号。")],
    by: By,
    name: Annotated[
        str, typer.Option("--name", help="提出人姓名或单位名称，加密保存。", prompt="提出人姓名或单位名称")
    ],
    phone: Annotated[str, typer.Option("--phone", help="联系电话，加密保存。", prompt="联系电话")],
    claim: Annotated[str, typer.Option("--claim", help="异议的内容和理由，加密保存。", prompt="内容和理由")],
    objector: Annotated[Objector, typer.Option("--objector", help="subject 本人，agent 代理人。")] = Objector.SUBJECT,
    authority: Annotated[str, typer.Option("--authority", help="代理人的委托书：编号、委托人、权限。")] = "",
    files: Annotated[list[Path] | None, typer.Option("--file", help="材料（PDF、JPG、PNG），可多次给出。")] = None,
    on: On = None,
    as_json: JsonFlag = False,
) -> None:
    """登记窗口收到的异议并立即标注；回执码只显示这一次。"""
    service = build_service()
    with acting(service, by) as actor:
        new = NewObjection(
            target=ObjectionTarget(target.value),
            target_id=target_id,
            objector=ObjectorKind(objector.value),
            channel=Channel.DESK,
            words=ObjectorWords(name, phone, claim),
            authority=authority,
            actor=actor,
            received_on=to_day(on),
            exhibits=tuple(HandedIn(path.name, path.read_bytes()) for path in files or ()),
        )
        received = receive_objection(service.office, new)
    if as_json:
        told = objection_object(received.objection, service.reading_room.today())
        print_json({**told, "receipt_code": received.receipt_code})
        return
    objection = received.objection
    out.print(f"[green]✓[/] {objection.number} 已登记并标注，最迟{objection.due_on}答复")
    out.print(f"  回执码（只显示这一次）：[bold]{received.receipt_code}[/]")


@app.command("accept")
def accept(number: Number, by: By, on: On = None, as_json: JsonFlag = False) -> None:
    """受理。"""
    _perform(by, lambda who: ObjectionRequest(number, ObjectionActKind.ACCEPT, who, to_day(on)), as_json=as_json)


@app.command("refuse")
def refuse(number: Number, by: By, reason: Reason, redress: Redress, on: On = None, as_json: JsonFlag = False) -> None:
    """不予受理：须有理由和救济途径，不得由登记人办理。"""

    def ask(who: Actor) -> ObjectionRequest:
        return ObjectionRequest(number, ObjectionActKind.REFUSE, who, to_day(on), reason=reason, redress=redress)

    _perform(by, ask, as_json=as_json)


@app.command("forward")
def forward(
    number: Number,
    by: By,
    to: Annotated[str, typer.Option("--to", help="来源单位代码。")],
    reason: Reason,
    on: On = None,
    as_json: JsonFlag = False,
) -> None:
    """转来源单位核实；办理期限依规则延长一次。"""

    def ask(who: Actor) -> ObjectionRequest:
        return ObjectionRequest(number, ObjectionActKind.FORWARD, who, to_day(on), reason=reason, to_agency=to)

    _perform(by, ask, as_json=as_json)


@app.command("remind")
def remind(number: Number, by: By, reason: Reason, on: On = None, as_json: JsonFlag = False) -> None:
    """催办来源单位，并留下记录。"""

    def ask(who: Actor) -> ObjectionRequest:
        return ObjectionRequest(number, ObjectionActKind.REMIND, who, to_day(on), reason=reason)

    _perform(by, ask, as_json=as_json)


@app.command("verify")
def verify(
    number: Number,
    verdict: Annotated[Verdict, typer.Argument(help="correct 信息无误，wrong 信息有误。")],
    by: By,
    reason: Reason,
    evidence: Evidence,
    on: On = None,
    as_json: JsonFlag = False,
) -> None:
    """来源单位答复核实结果。"""

    def ask(who: Actor) -> ObjectionRequest:
        return ObjectionRequest(
            number,
            ObjectionActKind.VERIFY,
            who,
            to_day(on),
            verdict=verdict.value,
            reason=reason,
            evidence=evidence,
        )

    _perform(by, ask, as_json=as_json)


@app.command("uphold")
def uphold(
    number: Number,
    by: By,
    document_no: DocumentNo,
    reason: Reason,
    evidence: Evidence,
    remedy: Annotated[RecordRemedy, typer.Option("--remedy", help="withdraw 撤回、correct 更正、none 记录不变。")],
    listing: Annotated[ListingOutcome, typer.Option("--listing", help="revoke 撤销列入，keep 维持。")],
    record: Records = None,
    on: On = None,
    as_json: JsonFlag = False,
) -> None:
    """决定异议成立：记录撤回或更正，名单撤销或维持。"""

    def ask(who: Actor) -> ObjectionRequest:
        return ObjectionRequest(
            number,
            ObjectionActKind.UPHOLD,
            who,
            to_day(on),
            document_no=document_no,
            reason=reason,
            evidence=evidence,
            remedy=remedy.value,
            listing=listing.value,
            wrong_records=tuple(record or ()),
        )

    _perform(by, ask, as_json=as_json)


@app.command("reject")
def reject(
    number: Number,
    by: By,
    document_no: DocumentNo,
    reason: Reason,
    evidence: Evidence,
    redress: Redress,
    on: On = None,
    as_json: JsonFlag = False,
) -> None:
    """决定异议不成立：须有理由、复核情况和救济途径。"""

    def ask(who: Actor) -> ObjectionRequest:
        return ObjectionRequest(
            number,
            ObjectionActKind.REJECT,
            who,
            to_day(on),
            document_no=document_no,
            reason=reason,
            evidence=evidence,
            redress=redress,
        )

    _perform(by, ask, as_json=as_json)


@app.command("correct")
def correct(
    number: Number, by: By, document_no: DocumentNo, reason: Reason, on: On = None, as_json: JsonFlag = False
) -> None:
    """登记有误的记录已更正（记录须已不再有效）。"""

    def ask(who: Actor) -> ObjectionRequest:
        return ObjectionRequest(
            number, ObjectionActKind.CORRECT, who, to_day(on), document_no=document_no, reason=reason
        )

    _perform(by, ask, as_json=as_json)


@app.command("withdraw")
def withdraw(number: Number, by: By, reason: Reason, on: On = None, as_json: JsonFlag = False) -> None:
    """依异议人的书面申请撤回；异议人自己凭编号和回执码在网上撤回。"""

    def ask(who: Actor) -> ObjectionRequest:
        return ObjectionRequest(number, ObjectionActKind.WITHDRAW, who, to_day(on), reason=reason)

    _perform(by, ask, as_json=as_json)


@app.command("code")
def code(case_id: Annotated[str, typer.Argument(help="案件编号。")], by: By, as_json: JsonFlag = False) -> None:
    """显示印在一个案件文书上的送达码。"""
    service = build_service()
    with acting(service, by) as actor:
        if actor.role not in {Role.REVIEWER, Role.DECIDER}:
            message = f"送达码只供审核人员和决定人员印制文书，您的角色是{actor.role.label}。"
            raise ScopeDenied(message, remedy="请转交相应人员办理。")
        found = find_delivery_code(service.reading_room, case_id)
    if as_json:
        print_json({"case_id": case_id, "delivery_code": found})
    else:
        out.print(found)


def _perform(by: str, ask: Callable[[Actor], ObjectionRequest], *, as_json: bool) -> None:
    service = build_service()
    with acting(service, by) as actor:
        objection = perform_objection_act(service.office, ask(actor))
    if as_json:
        print_json(objection_object(objection, service.reading_room.today()))
        return
    out.print(f"[green]✓[/] {objection.number}：{objection.state.label}")
    if objection.awaits_correction:
        out.print(f"  来源单位须在{objection.correction_due_on}前更正。")


def objection_object(objection: Objection, today: date) -> dict[str, object]:
    """Return an objection as the documented JSON object; it does not say who objects."""
    return {
        "number": objection.number,
        "state": objection.state.value,
        "target": objection.target.value,
        "target_id": objection.case_id or objection.record_id,
        "record_ids": list(objection.record_ids),
        "case_ids": list(objection.case_ids),
        "source_agencies": list(objection.source_agencies),
        "received_on": objection.received_on,
        "due_on": objection.due_on,
        "forwarded_to": objection.forwarded_to,
        "reminders": objection.reminders,
        "verdict": objection.verdict,
        "decision_no": objection.decision_no,
        "remedy": objection.remedy,
        "listing": objection.listing,
        "wrong_records": list(objection.wrong_records),
        "correction_due_on": objection.correction_due_on,
        "corrected_on": objection.corrected_on,
        "clocks": [
            {
                "duty": clock.duty,
                "holder": clock.holder,
                "start_on": clock.start_on,
                "due_on": clock.due_on,
                "done_on": clock.done_on,
                "overdue": clock.is_overdue(today),
            }
            for clock in find_clocks(objection)
        ],
    }
