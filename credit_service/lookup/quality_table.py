"""The monthly table of reporting quality: its columns, its ranks and its words, the same on paper, page and screen.

Before it `quality` has counted; after it `quality_workbook`, the command and the page show it. It computes nothing but
the order of departments.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from credit_service.bulletins.render_csv import defuse_cell
from credit_service.domain.duty import DutyState
from credit_service.domain.quality import LATE_BANDS, QualityCounts, Share
from credit_service.lookup.quality import AgencyQuality, QualityBoard

Value = int | Share


@dataclass(frozen=True)
class Column:
    """One column of numbers."""

    key: str
    heading: str
    value: Callable[[QualityCounts], Value]


def band_label(place: int) -> str:
    """Return the name of a band of days late."""
    first, last = LATE_BANDS[place]
    return f"{first}–{last}日" if last else f"{first}日以上"


def _band(place: int) -> Column:
    first, last = LATE_BANDS[place]
    key = f"late_{first}_{last}" if last else f"late_{first}_or_more"
    return Column(key, f"迟{band_label(place)}", lambda counts: counts.late_by_band[place])


COLUMNS: tuple[Column, ...] = (
    Column("batches", "批次", lambda c: c.batches),
    Column("refused", "整批退回", lambda c: c.refused),
    Column("held", "待确认", lambda c: c.held),
    Column("sent", "报送行数", lambda c: c.sent),
    Column("accepted", "合格行数", lambda c: c.accepted),
    Column("compliance", "合规率", lambda c: c.compliance),
    Column("termed", "有时限行数", lambda c: c.termed),
    Column("on_time", "按时行数", lambda c: c.on_time),
    Column("timeliness", "及时率", lambda c: c.timeliness),
    Column("late", "迟报", lambda c: c.late),
    *(_band(place) for place in range(len(LATE_BANDS))),
    Column("worst_late_days", "最多迟几日", lambda c: c.worst_late_days),
    Column("untimed", "无法计期", lambda c: c.untimed),
    Column("wrong", "错报", lambda c: c.wrong),
    Column("wrong_share", "错报率", lambda c: c.wrong_share),
    Column("repeated", "重复", lambda c: c.repeated),
    Column("repeated_share", "重复率", lambda c: c.repeated_share),
    Column("nil_reports", "空报", lambda c: c.nil_reports),
)

DEFINITIONS: tuple[tuple[str, str], ...] = (
    ("统计月份", "按系统收到文件的时间（北京时间）归月，不按处罚、许可的决定日期归月。"),
    (
        "计入的批次",
        "已入库的批次，包括后来被更正或撤回的。整批退回的文件、待确认的批次单独列出，不计入各项比率。",
    ),
    ("合规率", "合格行数 ÷ 报送行数。空行不算。"),
    (
        "及时率",
        "按时行数 ÷ 有时限行数。决定次日起算，在规定的工作日内收到即为按时；休息日收到的视同下一个工作日收到。"
        "工作日按国务院办公厅的节假日安排，含调休上班的周末。",
    ),
    (
        "有时限行数",
        "首次报送、且该类信息规定了报送时限的合格行。重复报送的行、更正已报信息的行不再计期；时限施行之前作出的决定不计期。",
    ),
    ("迟报", "超过时限的行，按迟了几个工作日分段；“最多迟几日”是其中最长的。按时行数＋迟报＝有时限行数。"),
    ("无法计期", "节假日安排尚未录入的年份涉及的行，不猜测，也不计入及时率。"),
    (
        "错报",
        "已入库、后来被本单位以不同内容更正或撤回的记录，以及异议成立、认定有误的记录，计入当初报送的月份，因此往月数字会随更正增加。"
        "只补充“已修复”“已撤销”情况的，不算错报。错报率＝错报 ÷ 合格行数。",
    ),
    (
        "重复",
        "同一文件内重复、被退回的行，加上与已入库内容完全相同、没有带来变化的行。重复率＝重复 ÷ 报送行数。",
    ),
    ("空报", "表头能识别、没有数据行的文件，表示本期没有发生，视为已履行报送义务。"),
    ("应报、未报", "按报送义务表当月到期的项数；到期月份结束仍没有任何批次（撤回的不算）的为未报。"),
    ("比率的写法", "四舍五入到0.01%；没有全部做到的不写成100%，不是一个没有的不写成0%；没有可算的写“—”。"),
)
"""(word, meaning) for clerks; the exact definitions are in `domain.quality`."""


@dataclass(frozen=True)
class Measure:
    """What departments can be ranked by."""

    key: str
    label: str
    merit: Callable[[AgencyQuality], Fraction | None]
    """The more the better; None where there is nothing to judge."""


def _against(share: Share) -> Fraction | None:
    return None if share.fraction is None else 1 - share.fraction


MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("compliance", "合规率", lambda line: line.counts.compliance.fraction),
        Measure("timeliness", "及时率", lambda line: line.counts.timeliness.fraction),
        Measure("wrong", "错报率", lambda line: _against(line.counts.wrong_share)),
        Measure("repeated", "重复率", lambda line: _against(line.counts.repeated_share)),
        Measure("missing", "未报", lambda line: _against(Share(line.now.missing, line.now.duties()))),
    )
}


@dataclass(frozen=True)
class Ranked:
    """A department with its place; equal merit shares a place, and nothing to judge has none."""

    place: int | None
    line: AgencyQuality


def rank_agencies(board: QualityBoard, by: str = "compliance") -> tuple[Ranked, ...]:
    """Return the departments, the best first; those with nothing to judge stand last.

    Args:
        board: The month.
        by: A key of `MEASURES`; an unknown one ranks by 合规率.
    """
    merit = MEASURES.get(by, MEASURES["compliance"]).merit
    judged = [(merit(line), line) for line in board.agencies]
    merits = [value for value, _ in judged if value is not None]
    ranked = [
        Ranked(None if value is None else 1 + sum(other > value for other in merits), line) for value, line in judged
    ]
    last = len(ranked) + 1
    return tuple(sorted(ranked, key=lambda one: (one.place or last, one.line.agency.agency_code)))


def to_text(value: Value) -> str:
    """Return a value as a table shows it."""
    return value.label if isinstance(value, Share) else str(value)


def duty_cells(line: AgencyQuality) -> tuple[int, int]:
    """Return 应报 and 未报 of the month."""
    return line.now.duties(), line.now.duties(DutyState.MISSING)


def to_points(
    board: QualityBoard, trend: Iterable[QualityCounts], share: Literal["compliance", "timeliness"]
) -> tuple[tuple[str, int | None], ...]:
    """Return (month, 1/100 of a percent or None) of one share, oldest first, for a picture."""
    values: Iterable[Share] = (getattr(counts, share) for counts in trend)
    return tuple((month.code, value.permyriad) for month, value in zip(board.months, values, strict=True))


def write_csv(board: QualityBoard) -> bytes:
    """Return the monthly table as CSV with a byte order mark, one row per department, by code."""
    text = io.StringIO()
    writer = csv.writer(text)
    headings = ("月份", "单位代码", "单位", *(column.heading for column in COLUMNS), "应报", "未报")
    writer.writerow(headings)
    for line in board.agencies:
        cells = (to_text(column.value(line.counts)) for column in COLUMNS)
        names = (board.month.code, line.agency.agency_code, defuse_cell(line.agency.name))
        writer.writerow((*names, *cells, *duty_cells(line)))
    return text.getvalue().encode("utf-8-sig")


def to_json(board: QualityBoard) -> dict[str, object]:
    """Return the documented JSON object of ``credit quality``."""
    return {
        "month": board.month.code,
        "open": board.is_open,
        "unknown_years": list(board.unknown_years),
        "total": _to_object(board.total),
        "agencies": [_to_agency_object(line) for line in board.agencies],
    }


def _to_agency_object(line: AgencyQuality) -> dict[str, object]:
    return {
        "agency_code": line.agency.agency_code,
        "name": line.agency.name,
        **_to_object(line.counts),
        "duties": [
            {"duty": one.duty.duty_id, "name": one.duty.name, "state": one.state.value} for one in line.now.standings
        ],
        "missing": line.now.missing,
        "templates": [{"template": one.template_id or None, **_to_object(one.counts)} for one in line.templates],
        "trend": [{"month": one.month.code, "missing": one.missing, **_to_object(one.counts)} for one in line.trend],
    }


def _to_object(counts: QualityCounts) -> dict[str, object]:
    """Return counts with shares in 1/100 of a percent (null where there is nothing to share)."""
    values = {column.key: column.value(counts) for column in COLUMNS}
    return {
        (f"{key}_permyriad" if isinstance(value, Share) else key): (
            value.permyriad if isinstance(value, Share) else value
        )
        for key, value in values.items()
    }
