"""The flows of a comparison, by list and by each dimension, with what is known about it and what is not."""

from __future__ import annotations

import polars as pl

from credit_service.domain.score import ListKind
from credit_service.lookup.divisions import SOURCE
from credit_service.lookup.impact_names import Names
from credit_service.lookup.impact_types import LISTS, Dimension, Flow, FlowLine

DIMENSIONS: tuple[tuple[str, str, str], ...] = (
    ("type", "名单类型", "同一主体可以列入几种名单，各行相加可以大于合计。"),
    ("category", "专项治理事项", "按提出建议所在的事项；同一主体可以在几个事项中同时出现，各行相加可以大于合计。"),
    ("rule", "提出建议的规则", "同一主体在两侧可以由不同的规则提出：合计不变时，这里仍会有进有出。"),
    (
        "sector",
        "行业（报送单位）",
        "行业未知：记录中没有国民经济行业代码。这里以依据记录中最近一条的报送单位代替，反映主管领域。",
    ),
    ("district", "地区", f"按统一社会信用代码第3至8位或注册号前6位，没有的按记录所载区划；{SOURCE}。"),
    (
        "size",
        "规模（在库记录条数）",
        "登记规模未知：记录中没有注册资本和从业人数。这里以主体在库的记录条数代替。",
    ),
    ("subject_kind", "主体类别", "自然人不在本表，见“自然人”一节。"),
)


def read_totals(flows: pl.DataFrame, *, is_person: bool) -> tuple[FlowLine, ...]:
    """Return one line for each list, those without anybody too; black, watch, red."""
    chosen = flows.filter((pl.col("dimension") == "list") & (pl.col("is_person") == is_person))
    found = {row["list_kind"]: _to_flow(row) for row in chosen.iter_rows(named=True)}
    return tuple(FlowLine(kind, kind.value, kind.label, found.get(kind.value, Flow())) for kind in LISTS)


def read_dimensions(flows: pl.DataFrame, names: Names) -> tuple[Dimension, ...]:
    """Return the flows of organisations by each dimension.

    Args:
        flows: `warehouse.impact.ComparisonFrames.flows`.
        names: What things are called.
    """
    organisations = flows.filter(~pl.col("is_person"))
    return tuple(Dimension(name, title, note, _read(organisations, name, names)) for name, title, note in DIMENSIONS)


def read_person_types(flows: pl.DataFrame, names: Names) -> tuple[FlowLine, ...]:
    """Return the flows of natural persons by list type."""
    return _read(flows.filter(pl.col("is_person")), "type", names)


def _read(flows: pl.DataFrame, dimension: str, names: Names) -> tuple[FlowLine, ...]:
    return tuple(
        FlowLine(ListKind(row["list_kind"]), row["key"], names.label(dimension, row["key"]), _to_flow(row))
        for row in flows.filter(pl.col("dimension") == dimension).iter_rows(named=True)
    )


def _to_flow(row: dict[str, int]) -> Flow:
    return Flow(row["entering"], row["leaving"], row["staying"])
