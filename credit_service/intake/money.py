"""Sums of money as written to whole fen, by digits alone: no binary fraction is ever involved.

Before this module trimmed cells of a column in 万元 or 元; after it fen, or a fault that says why not.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from credit_service.domain.template import CellType
from credit_service.intake.typed import Typed, Verdict, by_distinct, halve_widths, judge_cells

DECIMALS: Final = {CellType.MONEY_WAN: 6, CellType.MONEY_YUAN: 2}
"""Decimals of the unit down to one fen."""
MAX_FEN: Final = 10**14
"""10¹² yuan; no single sum in any list comes near it."""
_NAMES: Final = {CellType.MONEY_WAN: "万元", CellType.MONEY_YUAN: "元"}
_FORM: Final = r"^[¥]?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?$"
_NEGATIVE: Final = re.compile(r"^[-−–]\s*[\d.,]+$|^\([\d.,]+\)$")


def read_money(cells: pl.Series, cell_type: CellType) -> Typed:
    """Return the sums in fen.

    **Units**: cells in 万元 (up to 6 decimals) or 元 (up to 2), thousands separators allowed; values in whole fen.
    """
    written = halve_widths(cells)
    fen = by_distinct(written, lambda distinct: _to_fen(distinct, DECIMALS[cell_type]))
    faults = judge_cells(written, fen.is_null(), lambda cell: _explain(cell, cell_type))
    return Typed(fen, faults)


def _to_fen(written: pl.Series, decimals: int) -> pl.Series:
    """Return whole fen, null where the cell is no sum."""
    parts = written.str.extract_groups(_FORM)
    whole = parts.struct.field("1").str.replace_all(",", "", literal=True).str.strip_chars_start("0")
    fraction = parts.struct.field("2").fill_null("").str.strip_chars_end("0")
    digits = whole + fraction.str.pad_end(decimals, "0")
    fits = (fraction.str.len_bytes() <= decimals) & (digits.str.len_bytes() <= 15)
    fen = digits.set(~fits.fill_null(value=False), None).cast(pl.Int64, strict=False)
    return fen.set((fen > MAX_FEN).fill_null(value=False), None)


def _explain(cell: str, cell_type: CellType) -> Verdict:
    unit, decimals = _NAMES[cell_type], DECIMALS[cell_type]
    shown = cell[:30]
    if _NEGATIVE.match(cell):
        return Verdict(None, "amount-range", f"金额“{shown}”是负数", "请填大于等于0的数；退款、冲减请在备注中说明。")
    found = re.match(_FORM, cell)
    if found is None:
        remedy = f"请只填数字，单位是{unit}，例如“1.5”，不要写单位、文字或公式。"
        return Verdict(None, "amount-format", f"“{shown}”不是金额", remedy)
    if len((found[2] or "").rstrip("0")) > decimals:
        remedy = f"单位是{unit}时最多{decimals}位小数（到分），请按决定书核对。"
        return Verdict(None, "amount-decimals", f"金额“{shown}”的小数超过{decimals}位，不足一分", remedy)
    return Verdict(
        None, "amount-range", f"金额“{shown}”{unit}过大，超过一万亿元", f"请核对单位是否为{unit}、是否多录了0。"
    )
