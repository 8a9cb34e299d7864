"""Kinds of penalty as bits."""

from __future__ import annotations

import polars as pl
import pytest

from credit_service.domain.record import PenaltyKind
from credit_service.normalise.amounts import normalise_penalty_mask


def mask_of(kinds: list[str] | None) -> int:
    frame = pl.DataFrame({"penalty_kinds": [kinds]}, schema={"penalty_kinds": pl.List(pl.String())})
    return frame.select(normalise_penalty_mask()).item()


@pytest.mark.parametrize("kind", list(PenaltyKind))
def test_each_kind_has_its_bit(kind: PenaltyKind):
    assert mask_of([(kind.name or "").lower()]) == kind


@pytest.mark.parametrize(("kinds", "mask"), [(None, 0), ([], 0), (["fine", "fine", "warning"], 5)])
def test_several_kinds_add_up_once(kinds: list[str] | None, mask: int):
    assert mask_of(kinds) == mask
