"""Candidate rules go the right way: dishonesty never helps with any of them, and an honour never hurts.

A worse fact never ends a black or watch proposal nor makes a red one; a further honour never makes a black or watch
proposal nor ends a red one. Each thing a rule may ask is moved by one step, everything else held still. A further
record of dishonesty lowers points, brings a veto, adds a record; a further honour raises points. What a count does with
a further record depends on what it takes of the records, and on whose it counts. A rule that is right only because two
counts move together is refused: nobody reading it could see that it is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from credit_service.domain.score import ListKind
from credit_service.rulebook.candidate_types import CandidateRule, CandidateScope, Per
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.fields import JUDGED_SCOPE
from credit_service.rulebook.nodes import list_fields
from credit_service.rulebook.proofs.candidate_reach import build_standing
from credit_service.rulebook.proofs.classes import Point
from credit_service.rulebook.proofs.diagrams import NEVER
from credit_service.rulebook.proofs.finding import INEXACT, NOT_MONOTONE, note_fault, note_limit, refusing_tangles
from credit_service.rulebook.proofs.further import is_further
from credit_service.rulebook.proofs.judged import Judged, is_true, label_of
from credit_service.rulebook.proofs.ties import list_heavier
from credit_service.rulebook.proofs.worlds import IsStep, Step, is_rising, say
from credit_service.rulebook.schema import Rulebook


@dataclass(frozen=True)
class Move:
    """One step of a subject's standing, and whether dishonesty or an honour brings it about."""

    names: tuple[str, ...]
    is_step: IsStep
    is_worse: bool


def prove_trend(rulebook: Rulebook, judged: Judged, log: FaultLog) -> None:
    """Note candidate rules, and counts they use, that a worse fact would satisfy less or an honour would hurt."""
    used: set[str] = set()
    for rule in rulebook.candidates.rules:
        _note_back(rulebook, rule, log)
        _note_supports(rule, judged, log)
        if rule.when is not None:
            used |= {spec.name for spec in list_fields(rule.when)}
            with refusing_tangles(log, rule.entry, f"规则“{rule.entry.rule_id}”的条件"):
                _note_when(rulebook, rule, judged, log)
    for count in rulebook.candidates.counts:
        if count.name in used:
            worse = judged.worlds.diagrams.both(judged.where(count.when), judged.worlds.where(is_true("is_adverse")))
            step = _find_lost(worse, judged)
            if step is not None:
                message = f"计数“{count.name}”：事实更重的记录反而不计：{_say(step)}"
                note_fault(log, count.entry, NOT_MONOTONE, message, "请使条件不因事实加重而不成立。")
    if not judged.worlds.exact and rulebook.candidates.rules:
        note_limit(log, rulebook.candidates.rules[0].entry, f"建议规则对记录的条件{INEXACT}")


def _note_back(rulebook: Rulebook, rule: CandidateRule, log: FaultLog) -> None:
    """What a rule looks back at must not be better for the subject than what it proposes."""
    lists = {other.entry.rule_id: other.list_kind for other in rulebook.candidates.rules}
    milder = {ListKind.BLACK: {ListKind.RED, ListKind.WATCH}, ListKind.WATCH: {ListKind.RED}, ListKind.RED: set()}
    for name in rule.unless:
        if lists.get(name) in milder[rule.list_kind]:
            message = f"规则“{rule.entry.rule_id}”的unless列有“{name}”：列入较轻的名单反而免于{rule.list_kind.label}"
            note_fault(log, rule.entry, NOT_MONOTONE, message, "unless只能列出同等或更重的名单的规则。")


def _note_supports(rule: CandidateRule, judged: Judged, log: FaultLog) -> None:
    red = rule.list_kind is ListKind.RED
    diagrams = judged.worlds.diagrams
    supports = judged.where(rule.supports)
    wrong = diagrams.both(supports, judged.worlds.where(is_true("is_adverse" if red else "is_honour")))
    if wrong != NEVER:
        kind = next(name for name, own in judged.kinds.items() if diagrams.both(wrong, own) != NEVER)
        message = f"规则“{rule.entry.rule_id}”以{label_of(kind)}支持列入{rule.list_kind.label}"
        remedy = "红名单只由荣誉支持，请在supports中写明is_honour。" if red else "请在supports中写明is_adverse。"
        note_fault(log, rule.entry, NOT_MONOTONE, message, remedy)
    elif not red:
        step = _find_lost(supports, judged)
        if step is not None:
            message = f"规则“{rule.entry.rule_id}”：事实更重的记录反而不支持建议：{_say(step)}"
            note_fault(log, rule.entry, NOT_MONOTONE, message, "请使supports不因事实加重而不成立。")


def _find_lost(records: int, judged: Judged) -> Step | None:
    """Return a record of a set that leaves it for being heavier or more severe, or None."""
    for name, is_step in list_heavier(JUDGED_SCOPE):
        step = judged.worlds.find_step(records, judged.given, [name], is_step)
        if step is not None:
            return step
    return None


def _note_when(rulebook: Rulebook, rule: CandidateRule, judged: Judged, log: FaultLog) -> None:
    if rule.when is None:
        return
    worlds = build_standing(rulebook, rule.scope, [rule.when])
    given, fits = worlds.where(None), worlds.where(rule.when)
    red = rule.list_kind is ListKind.RED
    for move in _list_moves(rulebook, rule.scope, judged):
        must_stay = move.is_worse is not red
        step = worlds.find_step(fits if must_stay else worlds.diagrams.other(fits), given, move.names, move.is_step)
        if step is not None:
            fact = "事实更重" if move.is_worse else "新增荣誉"
            effect = "反而不再建议" if must_stay else "反而引起建议"
            message = f"规则“{rule.entry.rule_id}”：{fact}，{effect}列入{rule.list_kind.label}：{_say(step)}"
            note_fault(log, rule.entry, NOT_MONOTONE, message, "请改写when中对该项的比较。")
            return
    if not worlds.exact:
        note_limit(log, rule.entry, f"规则“{rule.entry.rule_id}”的when{INEXACT}")


def _list_moves(rulebook: Rulebook, scope: CandidateScope, judged: Judged) -> Iterator[Move]:
    """Yield every step a further or heavier fact may bring about in what a rule asks of a standing."""
    order = [grade.grade for grade in rulebook.scoring.grades]
    on_subject, whole = scope is CandidateScope.SUBJECT, scope is CandidateScope.WHOLE
    points, grade = ("whole_points", "whole_grade") if on_subject else ("points", "grade")
    yield Move((points, grade), _is_shift(points, grade, order, is_lower=True), is_worse=True)
    if on_subject or whole:
        yield Move((points, grade), _is_shift(points, grade, order, is_lower=False), is_worse=False)
    if not on_subject:
        yield Move(("veto", grade), is_rising("veto"), is_worse=True)
        yield Move(("records",), is_rising("records"), is_worse=True)
    if whole:
        yield Move(("records",), is_rising("records"), is_worse=False)
    per = Per.CATEGORY if scope is CandidateScope.CATEGORY else Per.SUBJECT
    for count in rulebook.candidates.counts:
        if count.per is per and judged.meets(count.when, "is_adverse"):
            yield Move((count.name,), is_further(count, is_worse=True), is_worse=True)
        if count.per is per and judged.meets(count.when, "is_honour"):
            yield Move((count.name,), is_further(count, is_worse=False), is_worse=False)


def _is_shift(points: str, grade: str, order: list[str], *, is_lower: bool) -> IsStep:
    """Return whether points and grade both went one way, or stayed; a subject without points has no such step."""

    def shifts(before: Point, after: Point) -> bool:
        low, high = (after, before) if is_lower else (before, after)
        if low[grade] is None or high[grade] is None:
            return False
        if order.index(str(low[grade])) < order.index(str(high[grade])):
            return False
        least, most = low.get(points), high.get(points)
        return not (isinstance(least, int) and isinstance(most, int)) or least <= most

    return shifts


def _say(step: Step) -> str:
    changed = {name: value for name, value in step.after.items() if step.before.get(name) != value}
    return f"{say(step.before)}，改为{say(changed)}"
