"""``credit measures …``: what agencies owe, what they say became of it, and what does not agree."""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from credit_service.bootstrap import Service, build_service
from credit_service.cli.acting import ACTOR_HELP, acting
from credit_service.cli.assess_commands import to_day
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.measure import FeedbackKind, MeasureUse
from credit_service.lookup.measures import Shown, get_measure_desk, get_office_board, list_bodies
from credit_service.lookup.measures_table import (
    FINDING_HEADINGS,
    TALLY_HEADINGS,
    finding_rows,
    tally_rows,
    to_board_json,
    to_item_json,
    to_use_json,
    write_reconciliation,
)
from credit_service.pipeline.joint_measures import drop_body, name_body
from credit_service.pipeline.measure_desk import FeedbackRequest, StrayRequest, give_feedback, report_stray
from credit_service.pipeline.measure_upload import upload_feedback

app = typer.Typer(help="联合惩戒、联合激励：应执行的措施、反馈、解除和对账。", no_args_is_help=True)

ROWS_SHOWN = 100
"""Of long tables; programs and workbooks get all."""

TaskId = Annotated[str, typer.Argument(help="任务编号，见 credit measures owed。")]
By = Annotated[str, typer.Option("--by", help=ACTOR_HELP)]
On = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="办理的日期，默认今天。")]
Evidence = Annotated[str, typer.Option("--evidence", help="凭证。")]
DocumentNo = Annotated[str, typer.Option("--document-no", help="执行文书号。")]
Basis = Annotated[str, typer.Option("--basis", help="本次执行的依据；减损权益的须写明法律、行政法规的条款。")]
What = Annotated[str, typer.Option("--what", help="执行情况，或者不适用的理由。")]


@app.command("owed")
def owed(
    agency: Annotated[str | None, typer.Option("--agency", help="只看某单位（统一社会信用代码）。")] = None,
    shown: Annotated[
        Shown, typer.Option("--show", help="todo 待办、running 执行中、closed 已办结、all。")
    ] = Shown.TODO,
    as_json: JsonFlag = False,
) -> None:
    """应执行的措施：谁、对谁、依据什么、到哪天。"""
    desk = get_measure_desk(build_service().reading_room, agency, shown)
    if as_json:
        print_json({"as_of": desk.day, "tasks": [to_item_json(item) for item in desk.items]})
        return
    if not desk.items:
        out.print("没有符合条件的措施任务。名单的决定书送达后，按措施清单和执行单位表自动交办。")
        return
    rows = [
        (
            item.task_id,
            item.agency.short_name,
            item.name,
            item.case.subject_name,
            item.state_label,
            item.reminder.due_on or "—",
            item.reminder.urgency.label,
        )
        for item in desk.items[:ROWS_SHOWN]
    ]
    print_table("措施任务", ("编号", "单位", "措施", "主体", "状态", "最迟", "提示"), rows)
    _tell_rest(len(desk.items))


@app.command("accept")
def accept(
    task_id: TaskId,
    by: By,
    on: On = None,
    basis: Basis = "",
    as_json: JsonFlag = False,
) -> None:
    """接收一项措施任务。"""
    _give(FeedbackKind.ACCEPT, task_id, by, on, {"basis": basis}, None, as_json=as_json)


@app.command("feedback")
def feedback(
    task_id: TaskId,
    by: By,
    on: On = None,
    what: What = "",
    amount_fen: Annotated[int | None, typer.Option("--amount-fen", help="涉及的金额，单位为分。")] = None,
    basis: Basis = "",
    document_no: DocumentNo = "",
    evidence: Evidence = "",
    not_applicable: Annotated[bool, typer.Option("--not-applicable", help="反馈不适用，--what 写理由。")] = False,
    as_json: JsonFlag = False,
) -> None:
    """反馈执行情况，或者不适用及其理由。"""
    kind = FeedbackKind.NOT_APPLICABLE if not_applicable else FeedbackKind.DONE
    words = {"what": what, "basis": basis, "document_no": document_no, "evidence": evidence}
    _give(kind, task_id, by, on, words, amount_fen, as_json=as_json)


@app.command("lift")
def lift(
    task_id: TaskId,
    by: By,
    on: On = None,
    document_no: DocumentNo = "",
    evidence: Evidence = "",
    as_json: JsonFlag = False,
) -> None:
    """反馈措施已经解除。"""
    words = {"document_no": document_no, "evidence": evidence}
    _give(FeedbackKind.LIFTED, task_id, by, on, words, None, as_json=as_json)


@app.command("upload")
def upload(
    source: Annotated[Path, typer.Argument(help="填好的反馈表：XLSX、CSV 或 JSON。", exists=True, dir_okay=False)],
    by: By,
    as_json: JsonFlag = False,
) -> None:
    """用反馈表批量反馈；有问题的行说明原因，其余照常办理，同一文件重复上传不会重复登记。"""
    service = build_service()
    with acting(service, by) as actor:
        outcome = upload_feedback(service.office, source, source.name, actor)
    if as_json:
        rows = [one.to_dict() for one in outcome.rows]
        print_json({"file": source.name, "done": outcome.done, "empty": outcome.empty, "rows": rows})
        return
    out.print(f"[green]✓[/] 已反馈 {outcome.done} 项，没有填写 {outcome.empty} 行。")
    for one in outcome.refused:
        out.print(f"  [red]✗[/] 第 {one.row} 行 {one.task_id}：{one.fault}")


@app.command("report")
def report(
    measure: Annotated[str, typer.Argument(help="措施名称或代号。")],
    by: By,
    case_id: Annotated[str, typer.Option("--case", help="案件编号，没有则不写。")] = "",
    on: On = None,
    what: What = "",
    document_no: DocumentNo = "",
    as_json: JsonFlag = False,
) -> None:
    """报告未经交办而执行的措施；登记后进入对账。"""
    service = build_service()
    with acting(service, by) as actor:
        made = report_stray(service.office, StrayRequest(actor, measure, case_id, to_day(on), what, document_no))
    if as_json:
        print_json({"measure": made.measure, "case_id": made.case_id, "why": made.why, "on": made.done_on})
    else:
        out.print(f"[yellow]![/] 已登记，列入对账（{made.why}）。没有依据的措施请立即停止。")


@app.command("reconcile")
def reconcile(
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="默认今天。")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="另存为对账表（Excel）。")] = None,
    as_json: JsonFlag = False,
) -> None:
    """对账：逾期未反馈、移出后未解除或才反馈、清单外或没有名单的措施，按单位列出。"""
    service = build_service()
    board = get_office_board(service.reading_room, to_day(as_of))
    if xlsx is not None:
        district = service.office.district
        xlsx.write_bytes(write_reconciliation(board, district.name, district.issuer, service.office.now()))
    if as_json:
        print_json({**to_board_json(board), "xlsx": None if xlsx is None else str(xlsx)})
        return
    if board.tallies:
        print_table(f"{board.day} 各单位", TALLY_HEADINGS, tally_rows(board))
    if board.lines:
        print_table("对账问题", FINDING_HEADINGS, finding_rows(board)[:ROWS_SHOWN])
        _tell_rest(len(board.lines))
    else:
        out.print(f"[green]✓[/] {board.day} 没有对不上的措施。")
    if xlsx is not None:
        out.print(f"[green]✓[/] 对账表已写入 {xlsx}")


@app.command("bodies")
def bodies(as_json: JsonFlag = False) -> None:
    """列出措施的执行单位。"""
    found = list_bodies(build_service().reading_room)
    if as_json:
        print_json({"bodies": [vars(line) for line in found]})
    else:
        rows = [(one.measure, one.measure_name, one.agency_name or "（未登记）", one.reason) for one in found]
        print_table("执行单位", ("代号", "措施", "单位", "依据"), rows)


@app.command("name-body")
def name(
    measure: Annotated[str, typer.Argument(help="措施代号。")],
    agency_code: Annotated[str, typer.Argument(help="单位代码。")],
    reason: Annotated[str, typer.Option("--reason", help="依据，如执行单位表的文号。")],
    as_json: JsonFlag = False,
) -> None:
    """登记一项措施的执行单位（系统管理员）；正在执行的名单随即交办。"""
    asked = name_body(build_service().office, measure, agency_code, reason, _operator())
    if as_json:
        print_json({"measure": measure, "agency_code": agency_code, "asked": asked})
    else:
        out.print(f"[green]✓[/] 已登记，随即交办 {asked} 项。")


@app.command("drop-body")
def drop(
    measure: Annotated[str, typer.Argument(help="措施代号。")],
    agency_code: Annotated[str, typer.Argument(help="单位代码。")],
    as_json: JsonFlag = False,
) -> None:
    """终止一项措施的执行单位（系统管理员）；已交办的仍由该单位办结。"""
    drop_body(build_service().office, measure, agency_code, _operator())
    if as_json:
        print_json({"measure": measure, "agency_code": agency_code, "dropped": True})
    else:
        out.print("[green]✓[/] 已终止，今后不再向该单位交办。")


def _tell_rest(number: int) -> None:
    if number > ROWS_SHOWN:
        out.print(f"  另有 {number - ROWS_SHOWN} 项，用 --json 或 --xlsx 取全部，或用 --agency 只看一个单位。")


def _operator() -> str:
    return f"operator:{getpass.getuser()}"


def _give(
    kind: FeedbackKind,
    task_id: str,
    by: str,
    on: datetime | None,
    words: dict[str, str],
    amount_fen: int | None,
    *,
    as_json: bool,
) -> None:
    service: Service = build_service()
    with acting(service, by) as actor:
        request = FeedbackRequest(task_id, kind, actor, to_day(on), amount_fen=amount_fen, **words)  # type: ignore[arg-type]
        use = give_feedback(service.office, request)
    _tell(use, kind, as_json=as_json)


def _tell(use: MeasureUse, kind: FeedbackKind, *, as_json: bool) -> None:
    if as_json:
        print_json(to_use_json(use))
    elif use.task is not None:
        out.print(f"[green]✓[/] {use.task.task_id}：已反馈“{kind.label}”，现为“{use.task.state.label}”。")
