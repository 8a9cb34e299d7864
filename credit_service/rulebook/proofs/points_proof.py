"""Points: worse costs more, higher honours earn no less, every grade can be reached, and no row is dead.

These are facts of the tables alone. With them the score can only fall by a further record of dishonesty and only rise
by a further honour: it is a sum of points that are never above zero and of capped sums that are never below, held
between floor and cap, and grades follow its order.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise, product

from credit_service.domain.record import RecordKind
from credit_service.domain.score import POINT
from credit_service.rulebook.arithmetic import Clock
from credit_service.rulebook.dated_rows import list_changes
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.fields import HONOUR_LEVELS
from credit_service.rulebook.proofs.finding import CONFLICT, NOT_MONOTONE, UNREACHABLE, note_fault
from credit_service.rulebook.proofs.ties import SEVERITIES
from credit_service.rulebook.rule_types import Counting, Event, KindRule, Role, Scoring
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.scoring_checks import Cell, find_events


def prove_points(rulebook: Rulebook, log: FaultLog) -> None:
    """Note what would make points, caps or grades go the wrong way, and rows nothing leads to."""
    scoring = rulebook.scoring
    for rule in scoring.kinds:
        _note_order(scoring, rule, log)
        _note_counting(rule, log)
    _note_dead_rows(scoring, log)
    _note_caps(scoring, log)
    _note_grades(scoring, log)


def _note_order(scoring: Scoring, rule: KindRule, log: FaultLog) -> None:
    """Along severities points fall, along levels of honour they do not rise: in every item, for acts of every day."""
    by_act = scoring.events_by is Clock.DECIDED_ON
    acts: list[date | None] = [date.min, *list_changes(scoring.events)] if by_act else [None]
    for category, act in product(sorted({event.category for event in scoring.events} | {""}), acts):
        for before, after in pairwise(_find_row(scoring, rule, category, act)):
            if after.points > before.points:
                words = (
                    ("严重程度更重", "减分反而更少") if rule.role is Role.ADVERSE else ("荣誉级别更低", "加分反而更多")
                )
                message = (
                    f"“{after.entry.rule_id}”{words[0]}，{words[1]}：{_say(after)}分，"
                    f"而“{before.entry.rule_id}”（第{before.entry.line}行）为{_say(before)}分"
                )
                note_fault(log, after.entry, NOT_MONOTONE, message, "请核对events表中的分值。")


def _find_row(scoring: Scoring, rule: KindRule, category: str, act: date | None) -> list[Event]:
    """Return the events of one kind from the least to the worst severity, or from the highest level of honour down."""
    if rule.role is Role.NEUTRAL:
        return []
    cells: list[tuple[str | None, str]] = (
        [(severity, "") for severity in SEVERITIES]
        if rule.role is Role.ADVERSE
        else [(None, level) for level in HONOUR_LEVELS]
    )
    found = [find_events(scoring.events, Cell(rule.kind, severity, level, category, act)) for severity, level in cells]
    return [rows[0] for rows in found if rows]


def _say(event: Event) -> str:
    return f"{event.points / POINT:g}"


def _note_counting(rule: KindRule, log: FaultLog) -> None:
    label, entry = RecordKind(rule.kind).label, rule.entry
    if rule.veto and rule.role is not Role.ADVERSE:
        message = f"{label}不是失信记录，却列为一票否决"
        note_fault(log, entry, NOT_MONOTONE, message, "荣誉和中性记录不得使等级降为末等，请把veto改为false。")
    if rule.counting is Counting.PUBLICITY and (rule.open_months is not None or rule.cap_months is not None):
        message = f"{label}按公示期计分，open_months和cap_months永远用不到"
        note_fault(log, entry, UNREACHABLE, message, "请留空。")
    if rule.open_months is not None and rule.cap_months is not None and rule.open_months > rule.cap_months:
        message = f"{label}的open_months（{rule.open_months}）长于cap_months（{rule.cap_months}），永远用不到"
        note_fault(log, entry, UNREACHABLE, message, "请使open_months不长于cap_months。")


def _note_dead_rows(scoring: Scoring, log: FaultLog) -> None:
    roles = {rule.kind: rule.role for rule in scoring.kinds}
    for event in scoring.events:
        role = roles.get(event.kind, Role.NEUTRAL)
        key = {Role.ADVERSE: event.severity, Role.HONOUR: event.honour_level, Role.NEUTRAL: ""}[role]
        if not key:
            message = f"“{event.entry.rule_id}”永远不会适用：没有这样的记录计分"
            note_fault(log, event.entry, UNREACHABLE, message, "请核对kind、severity、honour_level，或者删除本行。")


def _note_caps(scoring: Scoring, log: FaultLog) -> None:
    used = {rule.cap_group for rule in scoring.kinds}
    for cap in scoring.caps:
        if cap.points < 0:
            message = f"上限“{cap.entry.rule_id}”小于零，有荣誉反而减分"
            note_fault(log, cap.entry, NOT_MONOTONE, message, "请改为不小于零的分值。")
        if cap.group not in used:
            message = f"上限“{cap.entry.rule_id}”永远用不到：没有记录种类属于组“{cap.group}”"
            note_fault(log, cap.entry, UNREACHABLE, message, "请在kinds表的cap_group中写明，或者删除本条。")


def _note_grades(scoring: Scoring, log: FaultLog) -> None:
    for better, worse in pairwise(scoring.grades):
        if better.grade >= worse.grade:
            message = f"等级“{worse.grade}”排在“{better.grade}”之后，字母次序却在其前"
            note_fault(log, worse.entry, NOT_MONOTONE, message, "请自A至D排列，分数越高等级越靠前。")
        if worse.min_points == better.min_points:
            message = f"等级“{worse.grade}”与“{better.grade}”（第{better.entry.line}行）的最低分相同"
            note_fault(log, worse.entry, CONFLICT, message, "请改写最低分。")
    ceiling = scoring.cap
    for grade in scoring.grades:
        if max(grade.min_points, scoring.floor) > ceiling:
            message = f"等级“{grade.grade}”永远达不到：评分范围内没有落入该等的分数"
            note_fault(log, grade.entry, UNREACHABLE, message, "请核对floor、cap和各等最低分。")
        ceiling = min(ceiling, grade.min_points - 1)
