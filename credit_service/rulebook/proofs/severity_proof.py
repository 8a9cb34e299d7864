"""Severity: every rule applies to something, nothing is left out, and a heavier fact is never the lighter case."""

from __future__ import annotations

from collections.abc import Sequence

from credit_service.domain.record import RecordKind
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.fields import RECORD_SCOPE, severity_scope
from credit_service.rulebook.history import History
from credit_service.rulebook.nodes import list_fields
from credit_service.rulebook.proofs.diagrams import NEVER
from credit_service.rulebook.proofs.finding import (
    INEXACT,
    NOT_MONOTONE,
    UNREACHABLE,
    note_fault,
    note_limit,
    refusing_tangles,
)
from credit_service.rulebook.proofs.first_match import Ordered, note_unreachable
from credit_service.rulebook.proofs.ties import SEVERITIES, build_ground, is_kind, list_heavier, tie_adverse_kinds
from credit_service.rulebook.proofs.worlds import IsStep, Step, Worlds, is_rising, say
from credit_service.rulebook.rule_types import Role, SeverityRule
from credit_service.rulebook.schema import Rulebook

Moved = tuple[str, IsStep]
"""A field and the step it takes."""


def prove_severity(rulebook: Rulebook, log: FaultLog) -> None:
    """Note severity rules that never apply, and any fact that would be graded lighter for being heavier."""
    rules = rulebook.severity
    with refusing_tangles(log, rules[0].entry, "严重程度分级的条件"):
        conditions = [rule.when for rule in rules if rule.when is not None]
        scope = severity_scope(history.spec for history in rulebook.history)
        worlds = Worlds(scope, conditions, [tie_adverse_kinds(rulebook.scoring)], build_ground(rulebook))
        applied = note_unreachable([Ordered(rule.when, rule.entry) for rule in rules], worlds, worlds.where(None), log)
        repeats = [(history.name, is_rising(history.name)) for history in rulebook.history]
        _note_lighter(rules, applied, worlds, [*list_heavier(RECORD_SCOPE), *repeats], log)
        used = {spec.name for condition in conditions for spec in list_fields(condition)}
        for history in rulebook.history:
            _note_history(rulebook, history, log, is_used=history.name in used)
        if not worlds.exact:
            note_limit(log, rules[0].entry, f"严重程度分级的条件{INEXACT}")


def _note_history(rulebook: Rulebook, history: History, log: FaultLog, *, is_used: bool) -> None:
    """A repeat is judged harder: what is counted of it must be dishonesty, and the heavier act must count too."""
    kinds = {rule.kind: rule.role for rule in rulebook.scoring.kinds}
    named = {kind: is_kind(RECORD_SCOPE, "kind", kind) for kind in kinds}
    worlds = Worlds(RECORD_SCOPE, [history.when, *named.values()], (), build_ground(rulebook))
    counted = worlds.where(history.when)
    if counted == NEVER or not is_used:
        why = "条件自相矛盾，没有这样的记录" if is_used else "没有任何分级规则使用"
        note_fault(log, history.entry, UNREACHABLE, f"历史计数“{history.name}”{why}", "请改正，或者删除本条。")
    for kind, role in kinds.items():
        if role is Role.HONOUR and worlds.diagrams.both(counted, worlds.where(named[kind])) != NEVER:
            message = f"历史计数“{history.name}”计入{RecordKind(kind).label}，有荣誉反而可能分级更重"
            note_fault(log, history.entry, NOT_MONOTONE, message, "请在when中限定失信记录的种类。")
            break
    for name, is_step in list_heavier(RECORD_SCOPE):
        step = worlds.find_step(counted, worlds.where(None), [name], is_step)
        if step is not None:
            message = (
                f"历史计数“{history.name}”：事实更重的记录反而不计：{say(step.before)}的计入，{say(step.after)}的不计"
            )
            note_fault(log, history.entry, NOT_MONOTONE, message, "请使when不因事实加重而不成立。")
            break
    if not worlds.exact:
        note_limit(log, history.entry, f"历史计数“{history.name}”的条件{INEXACT}")


def _note_lighter(
    rules: tuple[SeverityRule, ...],
    applied: list[int],
    worlds: Worlds,
    moves: Sequence[Moved],
    log: FaultLog,
) -> None:
    for least in SEVERITIES[1:]:
        at_least = NEVER
        for rule, applies in zip(rules, applied, strict=True):
            if SEVERITIES.index(rule.severity) >= SEVERITIES.index(least):
                at_least = worlds.diagrams.either(at_least, applies)
        for name, is_step in moves:
            step = worlds.find_step(at_least, worlds.where(None), [name], is_step)
            if step is not None:
                _note_step(rules, applied, worlds, step, log)
                return


def _note_step(rules: tuple[SeverityRule, ...], applied: list[int], worlds: Worlds, step: Step, log: FaultLog) -> None:
    """Name both rules: the one that grades the lighter fact, and at its line the one that grades the heavier."""
    before = _find_rule(rules, applied, worlds, step, is_after=False)
    after = _find_rule(rules, applied, worlds, step, is_after=True)
    message = (
        f"事实更重，分级反而更轻：{say(step.before)}的按“{before.entry.rule_id}”为{before.severity}，"
        f"改为{say(_find_change(step))}后按“{after.entry.rule_id}”为{after.severity}"
    )
    note_fault(log, after.entry, NOT_MONOTONE, message, "请使罚款更多、处罚种类更多的记录不低于原来的等级。")


def _find_change(step: Step) -> dict[str, object]:
    return {name: value for name, value in step.after.items() if step.before.get(name) != value}


def _find_rule(
    rules: tuple[SeverityRule, ...], applied: list[int], worlds: Worlds, step: Step, *, is_after: bool
) -> SeverityRule:
    point = step.after if is_after else step.before
    found = next(
        (rule for rule, applies in zip(rules, applied, strict=True) if worlds.has(applies, point)),
        rules[-1],
    )
    return found
