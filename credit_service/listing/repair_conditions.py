"""The conditions of a credit repair, each met, not met, or for people to judge, with its source.

Before it an application, what was handed in and what the rules say; after it lines for the desk and the applicant. It
decides nothing: people do, and the hard conditions are gates of `repairs` and of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from credit_service.domain.repair import Paper, Repair, RepairTarget


@dataclass(frozen=True)
class Condition:
    """One condition; ``is_met`` None: people judge it."""

    name: str
    is_met: bool | None
    text: str
    source: str


@dataclass(frozen=True)
class RepairSources:
    """Where each condition comes from, in words."""

    opening: str
    """Law of the shortest publicity or of the list type."""
    duty: str
    """What the subject has to do, as the rule says."""
    bar: str
    papers: Mapping[str, str]
    """Law by `Paper` value."""


@dataclass(frozen=True)
class RepairFacts:
    """What is known beside the application."""

    handed_in: frozenset[Paper]
    barred_until_on: date | None
    """Last day of a bar from another application, None where there is none."""
    stands: bool
    """The listing still has effect in law, or the record is not repaired yet."""


def list_conditions(repair: Repair, facts: RepairFacts, sources: RepairSources, today: date) -> tuple[Condition, ...]:
    """Return every condition of an application as of a day."""
    opens_on = repair.opens_on
    term = "轻微失信，履行义务后即可申请" if opens_on is None else f"最短公示期至{opens_on}，当日起可以修复"
    barred = facts.barred_until_on
    is_barred = barred is not None and today <= barred
    bar = f"因虚假材料，至{barred}（含当日）不得申请" if is_barred else "没有因虚假材料不得申请的记录"
    what = "名单" if repair.target_kind is RepairTarget.CASE else "记录"
    return (
        Condition("最短公示期", opens_on is None or today >= opens_on, term, sources.opening),
        *(
            Condition(
                Paper(need).label,
                Paper(need) in facts.handed_in,
                "已提交" if Paper(need) in facts.handed_in else "没有提交",
                sources.papers.get(need, ""),
            )
            for need in repair.needs
        ),
        Condition("不在禁止申请期内", not is_barred, bar, sources.bar),
        Condition(
            f"{what}仍有效", facts.stands, f"{what}{'仍有效' if facts.stands else '已经失效，不需要修复'}", "核对台账"
        ),
        Condition("已履行义务、纠正失信行为", None, f"由认定机关核查：{sources.duty}", sources.opening),
        Condition(
            "法律法规未规定不得修复",
            None,
            "由认定机关核查；法律、法规和党中央、国务院政策文件规定不得修复的除外",
            sources.opening,
        ),
    )
