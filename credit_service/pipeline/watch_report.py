"""Where a watched folder's file ends up, and the short text and the marked workbook that lie beside it.

Before it the file's batches are settled; after it the file has moved. The reports are written first and the file moves
last, by one rename: a crash in between is made good by doing all of it again, with the same names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

from credit_service.durable import sync_folder
from credit_service.errors import BatchNotFound, CreditServiceError
from credit_service.pipeline.ingest import IngestOutcome

RESULT_FOLDERS: Final = {"stored": "已入库", "held": "待确认", "refused": "退回"}
STEM_BYTES: Final = 150
"""So much of a name is kept, that batch number and ending still fit into what file systems allow."""


@dataclass
class WatchedResult:
    """What became of one file of a watched folder."""

    path: Path
    """Where it lay."""
    agency_code: str
    outcomes: list[IngestOutcome] = field(default_factory=list)
    refused: list[tuple[str, CreditServiceError]] = field(default_factory=list)
    moved_to: Path | None = None
    """Where it lies now; None where it stays and is tried again."""
    waits_for: CreditServiceError | None = None

    @property
    def result(self) -> str:
        """The worst that became of any part: stored, held or refused; waiting where it stays."""
        if self.moved_to is None and (self.waits_for is not None or not (self.outcomes or self.refused)):
            return "waiting"
        if self.refused:
            return "refused"
        return "held" if any(outcome.unusual for outcome in self.outcomes) else "stored"

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON line of ``credit watch``."""
        told: dict[str, object] = {
            "result": self.result,
            "file": self.path.name,
            "agency_code": self.agency_code,
            "moved_to": str(self.moved_to) if self.moved_to else None,
            "batches": [{**one.to_dict(), "findings": one.findings.height} for one in self.outcomes],
            "refused": [{"file": name, "error": fault.to_dict()} for name, fault in self.refused],
        }
        return told | ({"error": self.waits_for.to_dict()} if self.waits_for is not None else {})


def lay_out(result: WatchedResult, write_workbook: Callable[[str, Path], None]) -> None:
    """Write the reports of a file and move it beside them.

    Raises:
        WarehouseBusy: Another process holds the warehouse; nothing has moved.
    """
    folder = result.path.parent / RESULT_FOLDERS[result.result]
    stem = f"{_shorten(result.path.stem)}_{_number(result)}"
    workbooks = []
    for outcome in result.outcomes:
        if outcome.findings.height:
            # A member of an archive goes by its own name.
            member = f"{_shorten(Path(outcome.batch.file_name).stem)}_{outcome.batch.batch_id}"
            target = folder / f"{member if outcome.batch.container_name else stem}.errors.xlsx"
            _write_by_rename(target, partial(write_workbook, outcome.batch.batch_id))
            workbooks.append(target.name)
    text = "\r\n".join(_tell(result, workbooks)) + "\r\n"
    # With a byte order mark, so that every editor on every desk reads it.
    _write_by_rename(
        folder / f"{stem}.说明.txt", lambda draft: draft.write_text(text, encoding="utf-8-sig", newline="")
    )
    target = folder / f"{stem}{result.path.suffix}"
    result.path.replace(target)
    sync_folder(folder)
    sync_folder(result.path.parent)
    result.moved_to = target


def _number(result: WatchedResult) -> str:
    """Return what makes the name this file's own: its batch number, or a number made of its content."""
    if len(result.outcomes) == 1 and result.outcomes[0].batch.container_name is None:
        return result.outcomes[0].batch.batch_id
    with result.path.open("rb") as stream:
        return "F" + file_digest(stream, sha256).hexdigest()[:16].upper()


def _tell(result: WatchedResult, workbooks: list[str]) -> list[str]:
    lines = [f"文件：{result.path.name}", f"结果：{RESULT_FOLDERS[result.result]}", ""]
    for outcome in result.outcomes:
        batch, effects = outcome.batch, outcome.effects
        lines += [
            f"{batch.file_name}（{outcome.template_title}），批次号 {batch.batch_id}，{batch.status.label}",
            f"  收到 {batch.rows} 行：合格 {batch.accepted}，退回 {batch.rejected}，空行 {batch.blank}；"
            f"新增 {effects.new}，更正 {effects.replaced}，与已入库的相同 {effects.unchanged}",
            *(f"  整批异常：{one.message}{one.remedy}" for one in outcome.unusual),
        ]
    lines += [f"{name}：{fault.message}{fault.remedy}" for name, fault in result.refused]
    return [*lines, "", "下一步：", *_advise(result, workbooks)]


def _advise(result: WatchedResult, workbooks: list[str]) -> list[str]:
    advice = []
    if workbooks:
        names = "、".join(f"“{name}”" for name in workbooks)
        advice.append(
            f"打开同一文件夹里的{names}：有错的单元格标红并有批注。改好后把整个文件重新放进原来的文件夹，只会更新改过的行。"
        )
    if result.refused:
        advice.append("整体退回的文件请按上面的说明改好，重新放进原来的文件夹。")
    if any(outcome.unusual for outcome in result.outcomes):
        advice.append(
            "待确认的批次请本单位另一名报送人员、审核人员或系统管理员在网站的检查报告上核对并放行；确有错误的，改好后重新放进原来的文件夹。"
        )
    return advice or ["全部入库，不需要再做什么。"]


def _shorten(stem: str) -> str:
    kept = stem.encode()[:STEM_BYTES].decode(errors="ignore")
    return kept.strip() or "文件"


def _write_by_rename(target: Path, write: Callable[[Path], object]) -> None:
    draft = target.with_name(f".{target.name}.part")
    try:
        write(draft)
        draft.replace(target)
    except BatchNotFound:
        # A file that no template fits has no rows to mark; the text says so.
        draft.unlink(missing_ok=True)
