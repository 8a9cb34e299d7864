"""What a department does next, from its month: the most urgent first, each with where to go.

Before it `quality` has counted; after it the page and the command print the sentences. It judges only what the numbers
say and blames nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from credit_service.domain.duty import DutyState
from credit_service.lookup.quality import AgencyQuality, QualityBoard


@dataclass(frozen=True)
class Advice:
    """One thing to do."""

    text: str
    place: str = ""
    """Anchor or address on this site; empty where there is nowhere to go."""
    place_label: str = ""
    is_urgent: bool = False


def advise(board: QualityBoard, line: AgencyQuality) -> tuple[Advice, ...]:
    """Return what a department should do about its month; empty where nothing is left to do."""
    return (*_advise_duties(board, line), *_advise_files(line), *_advise_rows(line))


def _advise_duties(board: QualityBoard, line: AgencyQuality) -> list[Advice]:
    upload = ("/department", "去报送")
    advice = []
    for one in line.now.standings:
        if one.state is DutyState.MISSING:
            text = (
                f"“{one.duty.name}”{board.month.label}到期，没有收到任何批次。请补报；没有发生的，上传只有表头的空表。"
            )
            advice.append(Advice(text, *upload, is_urgent=True))
        if one.state is DutyState.OPEN:
            until = board.month.last_on
            text = f"“{one.duty.name}”应在{until.month}月{until.day}日前报送；没有发生的，上传只有表头的空表。"
            advice.append(Advice(text, *upload))
    return advice


def _advise_files(line: AgencyQuality) -> list[Advice]:
    counts, batches = line.counts, ("/department", "查看批次")
    advice = []
    if counts.refused:
        text = f"有{counts.refused}个文件整批退回，其中的数据都没有入库。请打开批次看原因，改好后重新上传。"
        advice.append(Advice(text, *batches, is_urgent=True))
    if counts.held:
        text = f"有{counts.held}个批次待确认，尚未入库。请核对是否选错文件，或联系信用工作机构确认。"
        advice.append(Advice(text, *batches, is_urgent=True))
    return advice


def _advise_rows(line: AgencyQuality) -> list[Advice]:
    counts = line.counts
    advice = []
    if counts.rejected:
        text = f"有{counts.rejected}行不合格、没有入库。请在检查报告中下载标红的Excel，改好后只报改过的行。"
        advice.append(Advice(text, "/department", "查看批次", is_urgent=True))
    if counts.late:
        text = f"有{counts.late}行迟报，最多迟了{counts.worst_late_days}个工作日。请改为随作出决定随报，不要攒到月底。"
        advice.append(Advice(text, "#late", "看是哪些"))
    if counts.wrong:
        text = f"有{counts.wrong}条记录后来被更正或撤回。请在上传前与决定书核对名称、代码和金额。"
        advice.append(Advice(text))
    if counts.echoes:
        text = f"有{counts.echoes}行与已入库的内容完全相同，没有重复计入。以后只报新增和改过的行即可。"
        advice.append(Advice(text))
    return advice
