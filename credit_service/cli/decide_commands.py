"""``credit decide …``: officials walk a case through the gates; each act asks for the actor's password."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.acting import ACTOR_HELP, acting
from credit_service.cli.assess_commands import to_day
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.listing import Act, ActKind, Case, CaseState, SuspensionGround
from credit_service.domain.score import ListKind
from credit_service.lookup.cases import get_case_view, list_cases
from credit_service.pipeline.consent import withdraw_consent
from credit_service.pipeline.decide import ActRequest, perform_act
from credit_service.pipeline.evidence import HandedIn

app = typer.Typer(help="办理列入、移出：告知、送达、听取陈述申辩、决定、送达。", no_args_is_help=True)


class Step(StrEnum):
    """What a person may do to a case from the command line."""

    TAKE_UP = "take-up"
    HAND_OVER = "hand-over"
    NOTICE = "notice"
    SERVE_NOTICE = "serve-notice"
    HEAR = "hear"
    APPROVE = "approve"
    DECLINE = "decline"
    SERVE = "serve"
    TAKE_OVER = "take-over"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"
    SOURCE_END = "source-end"


ACTS = {
    Step.TAKE_UP: ActKind.TAKE_UP,
    Step.HAND_OVER: ActKind.HAND_OVER,
    Step.NOTICE: ActKind.DRAFT_NOTICE,
    Step.SERVE_NOTICE: ActKind.SERVE_NOTICE,
    Step.HEAR: ActKind.HEAR,
    Step.APPROVE: ActKind.DECIDE,
    Step.DECLINE: ActKind.DECLINE,
    Step.SERVE: ActKind.SERVE_DECISION,
    Step.TAKE_OVER: ActKind.TAKE_OVER,
    Step.SUSPEND: ActKind.SUSPEND,
    Step.RESUME: ActKind.RESUME,
    Step.REVOKE: ActKind.REVOKE,
    Step.SOURCE_END: ActKind.SOURCE_END,
}


@app.command("list")
def list_all(
    list_kind: Annotated[ListKind | None, typer.Option("--list", help="red、black 或 watch。")] = None,
    state: Annotated[CaseState | None, typer.Option("--state", help="办理状态。")] = None,
    as_json: JsonFlag = False,
) -> None:
    """列出案件。"""
    cases = list_cases(build_service().reading_room, list_kind, state)
    if as_json:
        print_json({"cases": [case_object(case) for case in cases]})
    elif cases:
        rows = [(c.case_id, c.list_kind.label, c.subject_name, c.state.label, c.proposed_on, c.fact) for c in cases]
        print_table("案件", ("编号", "名单", "主体", "状态", "提出日", "理由"), rows)
    else:
        out.print("没有符合条件的案件。用 credit assess 评价后，系统建议会出现在这里。")


@app.command("show")
def show(case_id: Annotated[str, typer.Argument(help="案件编号。")], as_json: JsonFlag = False) -> None:
    """显示一个案件：依据、理由、已办和待办。"""
    view = get_case_view(build_service().reading_room, case_id)
    answer = {
        **case_object(view.case),
        "list_type_name": view.list_type_name,
        "acts": [act_object(act) for act in view.acts],
        "next_acts": [
            {"act": step.kind.value, "label": step.label, "needs": list(step.needs)} for step in view.next_acts
        ],
    }
    if as_json:
        print_json(answer)
        return
    case = view.case
    out.print(
        f"[bold]{case.subject_name}[/] {view.list_type_name} — {case.state.label}\n"
        f"  {case.fact}\n  依据：{case.list_basis}"
    )
    print_table(
        "已办",
        ("行为", "日期", "办理人", "文书", "说明"),
        [(view.act_labels[a.kind], a.on, a.actor_id, a.document_no, a.reason or a.evidence) for a in view.acts],
    )
    for step in view.next_acts:
        out.print(f"  下一步：{step.label}，需要 {'、'.join(step.needs) or '无'}")


@app.command("act")
def act(
    case_id: Annotated[str, typer.Argument(help="案件编号，见 credit decide list。")],
    step: Annotated[Step, typer.Argument(help="要办的行为。")],
    by: Annotated[str, typer.Option("--by", help=ACTOR_HELP)],
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="行为发生日，默认今天。")] = None,
    document_no: Annotated[str, typer.Option("--document-no", help="文书编号。")] = "",
    reason: Annotated[str, typer.Option("--reason", help="理由。")] = "",
    evidence: Annotated[str, typer.Option("--evidence", help="送达方式及凭证，或听取意见的记录。")] = "",
    ground: Annotated[SuspensionGround | None, typer.Option("--ground", help="中止的原因。")] = None,
    for_id: Annotated[str, typer.Option("--for", help="代行谁的职责（登录名），须有当日有效的授权。")] = "",
    exhibits: Annotated[
        list[Path] | None, typer.Option("--exhibit", help="证据文件，可多次给出。", dir_okay=False, exists=True)
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """办理一步：受理、告知、送达、听取陈述申辩、决定、送达决定、转引、中止、恢复、撤销；缺前一步的会被拒绝并说明原因。"""
    service = build_service()
    with acting(service, by) as actor:
        request = ActRequest(
            case_id,
            ACTS[step],
            actor,
            to_day(on),
            document_no,
            reason,
            evidence,
            ground=ground.value if ground else "",
            for_id=for_id,
            exhibits=tuple(HandedIn(path.name, path.read_bytes()) for path in exhibits or ()),
        )
        case = perform_act(service.office, request)
    if as_json:
        print_json(case_object(case))
        return
    out.print(f"[green]✓[/] {case.case_id} {case.subject_name}：{case.state.label}")
    if case.state is CaseState.NOTICE_SERVED:
        out.print(f"  陈述申辩期至 {case.statement_until_on}（含），期满后办理下一步。")


@app.command("withdraw-consent")
def withdraw_consent_(
    case_id: Annotated[str, typer.Argument(help="守信激励案件的编号。")],
    by: Annotated[str, typer.Option("--by", help=ACTOR_HELP)],
    document_no: Annotated[str, typer.Option("--document-no", help="本人书面意见或记录的编号。")],
    as_json: JsonFlag = False,
) -> None:
    """按本人意愿撤回同意：守信激励名单立即移出，未决定的不予认定；不需要理由。"""
    service = build_service()
    with acting(service, by) as actor:
        case = withdraw_consent(service.office, case_id, actor, document_no)
    if as_json:
        print_json(case_object(case))
    else:
        out.print(f"[green]✓[/] {case.case_id} {case.subject_name}：{case.state.label}")


def case_object(case: Case) -> dict[str, object]:
    """Return a case as the documented JSON object."""
    return {
        "case_id": case.case_id,
        "state": case.state.value,
        "list_kind": case.list_kind.value,
        "list_type": case.list_type,
        "subject_id": case.subject_id,
        "subject_name": case.subject_name,
        "category": case.category,
        "fact": case.fact,
        "basis": case.list_basis,
        "proposed_on": case.proposed_on,
        "statement_until_on": case.statement_until_on,
        "decision_no": case.decision_no,
        "decided_on": case.decided_on,
        "max_until_on": case.max_until_on,
        "bulletin_id": case.bulletin_id,
        "reviewer": case.reviewer_id,
        "taken_over_on": case.taken_over_on,
        "suspended_on": case.suspended_on,
        "objection_since": case.marked_on,
    }


def act_object(done: Act) -> dict[str, object]:
    """Return an act as the documented JSON object."""
    return {
        "act": done.kind.value,
        "on": done.on,
        "at": done.at.isoformat(),
        "actor": done.actor_id,
        "document_no": done.document_no,
        "reason": done.reason,
        "evidence": done.evidence,
        "ground": done.ground,
        "for": done.for_id,
        "rulebook": done.rulebook,
        "exhibits": list(done.exhibits),
    }
