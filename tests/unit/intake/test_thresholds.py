"""A batch that looks wrong as a whole, at the limits and just inside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from credit_service.errors import RuleSyntax
from credit_service.intake.check_rows import CheckedChunk
from credit_service.intake.findings import FINDING_SCHEMA
from credit_service.intake.profile import BatchProfile, ProfileBuilder
from credit_service.intake.thresholds import Limits, judge_batch, load_thresholds

FILE = Path(__file__).parents[3] / "data" / "reference" / "thresholds.yaml"
LIMITS = Limits(
    min_history=3,
    rows_low_ratio=0.1,
    rows_high_ratio=10,
    rows_floor=50,
    rejected_min_rows=20,
    rejected_ratio=0.5,
    filled_min_rows=20,
    filled_before_ratio=0.9,
    filled_now_ratio=0.2,
    shifted_min_rows=20,
    shifted_ratio=0.9,
)
FULL = BatchProfile(rows=100, accepted=100, rejected=0, blank=0, filled={"甲": 100, "乙": 100}, faults={})
USUAL = [FULL, FULL, FULL]


def rules(profile: BatchProfile, history: list[BatchProfile] | None = None) -> list[str]:
    return [one.rule for one in judge_batch(profile, USUAL if history is None else history, LIMITS)]


def sized(accepted: int, rejected: int = 0, blank: int = 0) -> BatchProfile:
    filled = {"甲": accepted, "乙": accepted}
    return BatchProfile(accepted + rejected + blank, accepted, rejected, blank, filled, {})


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (sized(100), []),
        (sized(10), []),
        (sized(9), ["rows-far-below"]),
        (sized(1000), []),
        (sized(1001), ["rows-far-above"]),
        (sized(0), []),
        (sized(9, blank=500), ["rows-far-below"]),
    ],
)
def test_rows_are_compared_with_the_median_of_earlier_batches(profile, expected):
    assert rules(profile) == expected


def test_without_enough_history_or_rows_numbers_are_not_compared():
    assert rules(sized(1), USUAL[:2]) == []
    small = [sized(40), sized(40), sized(40)]
    assert rules(sized(1), small) == []
    assert rules(sized(49), [sized(4)] * 3) == []
    assert rules(sized(50), [sized(4)] * 3) == ["rows-far-above"]


@pytest.mark.parametrize(
    ("accepted", "rejected", "expected"),
    [(10, 10, []), (9, 11, ["rejected-share"]), (0, 19, []), (0, 20, ["rejected-share"])],
)
def test_most_rows_rejected(accepted, rejected, expected):
    assert rules(sized(accepted, rejected), []) == expected


def test_a_column_that_was_full_and_is_empty_now():
    def with_second(filled: int) -> BatchProfile:
        return replace(FULL, filled={"甲": 100, "乙": filled})

    assert rules(with_second(20)) == []
    assert rules(with_second(19)) == ["filled-share"]
    (told,) = judge_batch(with_second(19), USUAL, LIMITS)
    assert "“乙”" in told.message
    assert "19%" in told.message
    assert rules(with_second(0), [with_second(89)] * 3) == []
    assert rules(replace(with_second(0), filled={"甲": 100, "丙": 0})) == [], "a column without history is not judged"


def shifted(faults: dict[str, dict[str, int]], typed: tuple[str, ...] = ()) -> BatchProfile:
    headers = ("名称", "代码", "说明", "日期", "金额")
    return BatchProfile(100, 0, 100, 0, dict.fromkeys(headers, 0), faults, typed)


def test_neighbouring_columns_of_another_kind_are_a_shift_and_explain_the_rejected_rows():
    both = {"代码": {"uscc-format": 95}, "日期": {"date-format": 90}}
    told = judge_batch(shifted(both, ("日期", "金额")), USUAL, LIMITS)
    assert [one.rule for one in told] == ["column-shifted"]
    assert "“代码”（95行）、“日期”（90行）" in told[0].message
    assert rules(shifted({"代码": {"uscc-format": 95}, "日期": {"date-format": 89}}, ("日期",))) == ["rejected-share"]


def test_one_column_or_two_of_one_kind_are_a_way_of_writing_and_no_shift():
    assert rules(shifted({"日期": {"date-format": 100}}, ("日期",))) == ["rejected-share"]
    assert rules(shifted({"日期": {"date-format": 100}, "金额": {"date-format": 100}})) == ["rejected-share"]
    three = {"说明": {"date-format": 100}, "日期": {"date-format": 100}, "金额": {"date-format": 100}}
    assert rules(shifted(three)) == ["column-shifted"]


def test_a_profile_counts_what_was_checked_and_survives_the_ledger():
    accepted = pl.DataFrame(
        {"row": [2, 3], "sheet": ["", ""], "名称": ["甲", "乙"], "金额": pl.Series([1, None], dtype=pl.Int64)}
    )
    found = [(4, "", "名称", "", "required", "error", "空", "补"), (4, "", "名称", "", "width", "warning", "长", "短")]
    findings = pl.DataFrame(found, schema=FINDING_SCHEMA, orient="row")
    chunk = CheckedChunk(accepted, findings, rows=4, accepted_rows=2, rejected=1, blank=1)
    profile = ProfileBuilder().add(chunk).add(chunk).profile()
    assert (profile.rows, profile.accepted, profile.rejected, profile.blank, profile.sent) == (8, 4, 2, 2, 6)
    assert profile.filled == {"名称": 4, "金额": 2}
    assert profile.faults == {"名称": {"required": 2}}
    assert profile.typed == ("金额",)
    assert profile.filled_ratio("金额") == 0.5
    assert profile.filled_ratio("没有") is None
    assert BatchProfile.from_dict(profile.to_dict()) == profile


def test_an_agencys_limit_counts_before_a_templates(tmp_path: Path):
    path = tmp_path / "t.yaml"
    told = "source: 测试\n    status: confirmed\n    "
    path.write_text(
        FILE.read_text(encoding="utf-8").split("templates:")[0]
        + f"templates:\n  tax_a:\n    {told}rows_low_ratio: 0.2\n    rows_floor: 7\n"
        + f"agencies:\n  '11':\n    {told}rows_low_ratio: 0.3\n",
        encoding="utf-8",
    )
    limits = load_thresholds(path)
    assert limits.limits_for("tax_a", "11").rows_low_ratio == 0.3
    assert limits.limits_for("tax_a", "11").rows_floor == 7
    assert limits.limits_for("tax_a", "12").rows_low_ratio == 0.2
    assert limits.limits_for("penalty_org", "12") == limits.default


@pytest.mark.parametrize(
    "spoilt",
    ["", "default: 1", "default: {source: x, status: confirmed, rows_floor: 0}", "default: {source: x, rows_floor: 5}"],
)
def test_a_faulty_file_of_limits_is_refused(spoilt: str, tmp_path: Path):
    path = tmp_path / "thresholds.yaml"
    path.write_text(spoilt, encoding="utf-8")
    with pytest.raises(RuleSyntax):
        load_thresholds(path)


def test_the_committed_limits_load():
    assert load_thresholds(FILE).default.min_history >= 2
