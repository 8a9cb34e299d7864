"""Generated cells that only the column sets of other years and offices have.

Before this module come the cells of a template's own columns; after it `sample_columns` puts both under the names of
the edition. What an edition shares with its template is not made here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from credit_service.intake.sample_cells import BlockContext, Cells, only_where, persons

Extras = Callable[[BlockContext, Cells], Cells]
"""Takes the cells of the template's own columns; returns those of the edition's, under its headers."""

UPDATED: Final = "2026/09/30 12:00:00"
DIVISION: Final = "990101"


def _split_kinds(cells: Cells, first: str, second: str) -> Cells:
    """Return the first kind of penalty and, in the second column, the others."""
    kinds = cells["处罚类别"].str.splitn(";", 2)
    return {first: kinds.struct.field("field_0"), second: kinds.struct.field("field_1")}


def _penalty_2016(context: BlockContext, cells: Cells) -> Cells:
    return _split_kinds(cells, "处罚类别1", "处罚类别2") | {
        "处罚名称": cells["违法行为类型"] + "案",
        "当前状态": context.same("0"),
        "地方编码": context.same(DIVISION),
        "数据更新时间戳": context.same(UPDATED),
        "信息使用范围": context.same("0"),
    }


def _penalty_department(context: BlockContext, cells: Cells) -> Cells:
    return _split_kinds(cells, "处罚类型1", "处罚类型2") | {
        "处罚名称": cells["违法行为类型"] + "案",
        "公示日期(始)": cells["处罚决定日期"],
        "信息使用范围": context.same("0"),
        "失信严重程度": context.draws.pick(pl.Series(["0", "1", "一般", "较重"])),
        "状态": context.same("0"),
    }


def _penalty_department_org(context: BlockContext, cells: Cells) -> Cells:
    return _penalty_department(context, cells) | _representative(context)


def _licence_2016(context: BlockContext, cells: Cells) -> Cells:
    del cells
    return {
        "当前状态": context.same("0"),
        "地方编码": context.same(DIVISION),
        "数据更新时间戳": context.same(UPDATED),
    }


def _licence_department(context: BlockContext, cells: Cells) -> Cells:
    return {
        "信息使用范围": context.same("0"),
        "许可状态": context.same("0"),
        "许可文书名称": cells["行政许可决定文书名称"],
    }


def _licence_department_org(context: BlockContext, cells: Cells) -> Cells:
    return _licence_department(context, cells) | _representative(context)


def _representative(context: BlockContext) -> Cells:
    return {"证件类型": context.same("身份证"), "证件号码": persons(context).numbers}


def _nfra(context: BlockContext, cells: Cells) -> Cells:
    del cells
    return {"序号": context.numbers}


def _city_red(context: BlockContext, cells: Cells) -> Cells:
    return {
        "数据来源": cells["认定部门全称"],
        "评价年度": cells["认定日期"].str.slice(0, 4),
        "有效期限": only_where(context.draws.chance(500_000), context.same("2099/12/31")),
    }


def _court_json(context: BlockContext, cells: Cells) -> Cells:
    del cells
    return {"datatype": context.same("失信被执行人（测试）")}


def _nothing(context: BlockContext, cells: Cells) -> Cells:
    del context, cells
    return {}


EXTRAS: Final[dict[str, Extras]] = {
    "penalty_org.publicity_2016": _penalty_2016,
    "penalty_org.department_2019": _penalty_department_org,
    "penalty_org.nfra": _nfra,
    "penalty_person.department_2019": _penalty_department,
    "licence_org.publicity_2016": _licence_2016,
    "licence_org.department_2019": _licence_department_org,
    "licence_person.department_2019": _licence_department,
    "red_org.city": _city_red,
    "star_person.city": _city_red,
    "star_person.department_2019": _nothing,
    "judgment_default.court_json": _court_json,
    "judgment_default.city": _nothing,
}
