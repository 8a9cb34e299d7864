"""``credit vet``: nominees for an award are vetted as at a day; ``credit vetting``: a result is shown again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from credit_service.bootstrap import Service, build_service
from credit_service.cli.assess_commands import AsOf, to_day
from credit_service.cli.output import JsonFlag, out, print_table, progress_bar, to_ticks
from credit_service.domain.vetting import VettingReceipt
from credit_service.lookup.vetting_print import print_vetting
from credit_service.lookup.vetting_report import write_report
from credit_service.lookup.vetting_words import list_counts, say_reason, say_remedies, say_span, say_verdict
from credit_service.lookup.vettings import KeptVetting, LineQuestion, get_kept, page_lines
from credit_service.pipeline.vet import vet_file, vet_standing_honours
from credit_service.pipeline.vet_nominees import VettingRequest

SHOWN_LINES = 40
"""Nominees printed for people, those not passed first; all of them are in ``--json`` and in the workbook."""

Agency = Annotated[str, typer.Option("--agency", help="推荐单位的统一社会信用代码。")]
By = Annotated[str, typer.Option("--by", help="经办人，记入审计和查询记录。")]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", help="把结果工作簿写到哪个 .xlsx 文件。")]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="把审查报告写到哪个 .pdf 文件。")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("vet")(vet)
    app.command("vetting")(show_vetting)


def vet(
    agency: Agency,
    file: Annotated[Path | None, typer.Argument(help="推荐名单：XLSX、CSV或JSON，至多10万行。")] = None,
    award: Annotated[str, typer.Option("--award", help="奖项的编号或名称，见 rules/vetting。")] = "",
    as_of: AsOf = None,
    standing_honours: Annotated[
        bool, typer.Option("--standing-honours", help="不用文件：复核库中在审查日有效的全部荣誉。")
    ] = False,
    purpose: Annotated[str, typer.Option("--purpose", help="用途：评选表彰的名称或文号，随查询记录留存。")] = "",
    by: By = "cli",
    xlsx: Xlsx = None,
    pdf: Pdf = None,
    as_json: JsonFlag = False,
) -> None:
    """评先评优信用审查：逐个对象给出通过、不通过或待核实，以及每一条理由、依据、起止和办法。"""
    if standing_honours == (file is not None):
        message = "请给出推荐名单文件，或者写 --standing-honours，二者恰好一项"
        raise typer.BadParameter(message, param_hint="FILE")
    if file is not None and (not award.strip() or not file.is_file()):
        message = "请用 --award 写明奖项" if file.is_file() else f"找不到文件 {file}"
        raise typer.BadParameter(message, param_hint="--award" if file.is_file() else "FILE")
    service = build_service()
    request = VettingRequest(
        award=award,
        as_of=to_day(as_of) or service.office.today(),
        agency_code=agency,
        actor_id=by,
        purpose=purpose or (f"评选推荐：{award}" if award else "有效荣誉年度复核"),
        source=file,
        file_name=file.name if file else "",
    )
    if file is None:
        receipt = vet_standing_honours(service.office, request)
    else:
        with progress_bar(f"审查 {file.name}", shown=not as_json) as bar:
            receipt = vet_file(service.office, request, to_ticks(bar))
    _show(service, receipt.vetting_id, agency, (xlsx, pdf), as_json=as_json)


def show_vetting(
    vetting_id: Annotated[str, typer.Argument(help="审查编号。")],
    agency: Agency,
    xlsx: Xlsx = None,
    pdf: Pdf = None,
    as_json: JsonFlag = False,
) -> None:
    """再次显示一次审查当时的结果；与审计记录不一致的不予显示。"""
    _show(build_service(), vetting_id, agency, (xlsx, pdf), as_json=as_json)


def _show(
    service: Service, vetting_id: str, agency: str, targets: tuple[Path | None, Path | None], *, as_json: bool
) -> None:
    kept = get_kept(service.reading_room, vetting_id, agency)
    xlsx, pdf = targets
    if xlsx is not None:
        write_report(service.reading_room, kept, service.office.district, xlsx)
    if pdf is not None:
        pdf.write_bytes(print_vetting(service.reading_room, kept, service.office.district))
    if as_json:
        for part in kept.to_json():
            typer.echo(part, nl=False)
        return
    _print(kept)


def _print(kept: KeptVetting) -> None:
    receipt: VettingReceipt = kept.receipt
    day: date = receipt.as_of
    out.print(f"[bold]{receipt.award_name}[/] 审查日 {day} 编号 {receipt.vetting_id}")
    out.print("  " + "，".join(f"{name} {count}" for name, count in list_counts(receipt)), markup=False)
    lines, total = page_lines(kept, LineQuestion(not_passed=True), SHOWN_LINES, 0)
    rows = [(line["row"], line["name"], say_verdict(line["verdict"]), _tell(line)) for line in lines]
    if rows:
        print_table("未通过和待核实", ("行", "名称", "结果", "原因、起止、办法"), rows)
    if total > len(rows):
        out.print(f"  共 {total} 个，另有 {total - len(rows)} 个见 --json 或 --xlsx。")


def _tell(line: dict[str, object]) -> str:
    reasons = line["reasons"]
    told = [
        "；".join(part for part in (say_reason(one), say_span(one), say_remedies(one)) if part)
        for one in (reasons if isinstance(reasons, list) else [])
    ]
    return "\n".join(told)
