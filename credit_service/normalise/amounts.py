"""Amounts and kinds of penalty as whole numbers.

Money is whole fen, never a float; the kinds of penalty of one act are the bits of `domain.record.PenaltyKind`. How
much an amount weighs is a rule and not decided here.
"""

from __future__ import annotations

import polars as pl

from credit_service.domain.record import PenaltyKind


def normalise_penalty_mask() -> pl.Expr:
    """Return the bits of the penalty kinds named in ``penalty_kinds``; 0 where none. Source: 行政处罚法 Art. 9."""
    bits = [
        pl.col("penalty_kinds").list.contains(pl.lit((kind.name or "").lower())).cast(pl.Int64) * kind.value
        for kind in PenaltyKind
    ]
    return pl.sum_horizontal(bits).fill_null(0).cast(pl.Int64).alias("penalty_mask")


def normalise_fen(name: str) -> pl.Expr:
    """Return an amount in whole fen, 0 where the cell was blank."""
    return pl.col(name).fill_null(0).alias(name)
