"""Regions come from organisations' own codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("codes", "region"),
    [
        ({"uscc_code": "91350100M000100Y43"}, "350100"),
        ({"registration_code": "110105194912310"}, "110105"),
        ({"org_code": "13127000X"}, None),
    ],
)
def test_region_is_inside_the_code(desk: Callable[..., Any], codes: dict[str, str], region: str | None):
    row = {"subject_name": "某（测试）", "subject_kind": "organisation", "decided_on": date(2026, 1, 1)} | codes
    assert desk("penalty_org").build(row).records["region_code"].to_list() == [region]
