"""What a subject is told it could do: tried day by day and set by set, slowly, and compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import combinations, pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.domain.score import ListKind
from credit_service.rulebook.evaluate import judge_all, propose
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.outlook import Goal, Option, Step, find_options
from credit_service.rulebook.schema import Rulebook

RULES = Path(__file__).parents[2] / "rules"
DAY = date(2026, 9, 1)
TOPICS = {"serious_list": "安全生产", "honour": "文明单位", "tax_a": "纳税信用A级"}
_rulebook = lru_cache(maxsize=1)(load_rulebook)


@st.composite
def _facts(draw: st.DrawFn) -> list[Fact]:
    """Return some records of one organisation: enough of them to matter, few enough to try everything."""
    kinds = draw(
        st.lists(
            st.sampled_from(
                ["penalty", "penalty", "broken_commitment", "abnormal_operation", "serious_list", "honour"]
            ),
            min_size=1,
            max_size=4,
        )
    )
    return [
        Fact(
            record_id=f"r{place}",
            act_key=f"a{place}",
            subject_id="uscc:甲",
            subject_kind="organisation",
            kind=kind,
            topic=TOPICS.get(kind, "销售假药"),
            penalty_mask=draw(st.sampled_from([1, 4, 64])) if kind == "penalty" else 0,
            fine_fen=100_000 if kind == "penalty" else 0,
            honour_level="county" if kind == "honour" else "none",
            decided_on=DAY - timedelta(days=draw(st.integers(0, 900))),
            ends_on=draw(st.sampled_from([None, DAY + timedelta(days=40)])) if kind == "honour" else None,
            learned_at=datetime(2026, 8, 2, tzinfo=UTC),
        )
        for place, kind in enumerate(kinds)
    ]


def _is_met(rulebook: Rulebook, facts: list[Fact], goal: Goal, steps: tuple[Step, ...], day: date) -> bool:
    done = {step.record_id for step in steps}
    told = [replace(fact, repaired_on=day) if fact.record_id in done else fact for fact in facts]
    return goal.is_met(propose(rulebook, judge_all(rulebook, told, day)))


def _first_day(rulebook: Rulebook, facts: list[Fact], goal: Goal, steps: tuple[Step, ...], until: date) -> date | None:
    """Return the first day by trying every one."""
    day = max((step.from_on for step in steps), default=DAY)
    while day <= until:
        if _is_met(rulebook, facts, goal, steps, day):
            return day
        day += timedelta(days=1)
    return None


@settings(max_examples=25, deadline=None)
@given(facts=_facts(), kind=st.sampled_from(list(ListKind)))
def test_options_are_the_fastest_of_their_size(facts: list[Fact], kind: ListKind) -> None:
    """Each option reaches the goal on its very first day, and no set of as many acts, or fewer, is faster."""
    rulebook = _rulebook(RULES, DAY)
    goal = Goal(kind, reach=kind is ListKind.RED)
    found = find_options(rulebook, facts, DAY, goal)
    for option in found.options:
        assert _first_day(rulebook, facts, goal, option.steps, option.on) == option.on
    _check_nothing_is_faster(rulebook, facts, goal, found.options)


def _check_nothing_is_faster(rulebook: Rulebook, facts: list[Fact], goal: Goal, options: tuple[Option, ...]) -> None:
    steps = sorted({step for option in options for step in option.steps})
    for size in range(len(steps) + 1):
        known = [option.on for option in options if len(option.steps) <= size]
        # A faster set of this size would be told of, so up to the day before there must be none.
        until = min(known) - timedelta(days=1) if known else DAY + timedelta(days=400)
        for chosen in combinations(steps, size):
            assert _first_day(rulebook, facts, goal, chosen, until) is None


@settings(max_examples=60, deadline=None)
@given(facts=_facts(), kind=st.sampled_from(list(ListKind)))
def test_more_acts_never_come_later(facts: list[Fact], kind: ListKind) -> None:
    """Options are told with fewest acts first, and each further act must earn its place by an earlier day."""
    found = find_options(_rulebook(RULES, DAY), facts, DAY, Goal(kind, reach=kind is ListKind.RED)).options
    sizes = [len(option.steps) for option in found]
    assert sizes == sorted(sizes)
    for few, more in pairwise(found):
        assert more.on < few.on if len(few.steps) < len(more.steps) else more.on == few.on


def test_a_listed_subject_is_told_when_it_may_ask_to_leave() -> None:
    """Twelve months after the listing at the earliest, or by waiting until the term has ended."""
    listed = Fact(
        record_id="r1",
        act_key="a1",
        subject_id="uscc:甲",
        subject_kind="organisation",
        kind="serious_list",
        topic="安全生产",
        decided_on=date(2026, 1, 1),
        learned_at=datetime(2026, 8, 2, tzinfo=UTC),
    )
    found = find_options(_rulebook(RULES, DAY), [listed], DAY, Goal(ListKind.BLACK)).options
    assert [(option.on, [step.act.entry.rule_id for step in option.steps]) for option in found] == [
        (date(2029, 1, 2), []),
        (date(2027, 1, 1), ["act.serious_list"]),
    ]


def test_without_an_honour_nothing_lawful_reaches_the_red_list() -> None:
    """An honour is given, not done: no set of acts is made up in its place."""
    penalty = Fact(
        record_id="r1",
        act_key="a1",
        subject_id="uscc:甲",
        subject_kind="organisation",
        kind="penalty",
        topic="销售假药",
        penalty_mask=4,
        fine_fen=100_000,
        decided_on=date(2026, 8, 1),
        learned_at=datetime(2026, 8, 2, tzinfo=UTC),
    )
    assert not find_options(_rulebook(RULES, DAY), [penalty], DAY, Goal(ListKind.RED, reach=True)).options
