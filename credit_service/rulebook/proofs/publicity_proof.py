"""Publicity: inside what the law permits, and never shorter for the worse case."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from credit_service.domain.record import Severity
from credit_service.domain.score import ListKind
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.proofs.finding import (
    CONFLICT,
    NOT_MONOTONE,
    OUTSIDE,
    UNREACHABLE,
    note_fault,
    note_limit,
)
from credit_service.rulebook.proofs.ties import SEVERITIES
from credit_service.rulebook.rule_types import RuleEntry, TermBounds
from credit_service.rulebook.schema import Rulebook


def prove_publicity(rulebook: Rulebook, log: FaultLog) -> None:
    """Note terms outside the bounds of the law, terms without bounds, and a worse case published for less time."""
    terms = {term.severity: term for term in rulebook.publicity}
    bounds = _index(rulebook.publicity_bounds, terms, log)
    for term in rulebook.publicity:
        name = f"{Severity(term.severity).label}失信信息公示期限“{term.entry.rule_id}”"
        found = bounds.get(term.severity)
        if found is None:
            message = f"{name}没有写明法定上下限"
            note_fault(log, term.entry, OUTSIDE, message, "请在bounds表中补一行，写明来源。")
        else:
            note_outside(name, (term.min_months, term.max_months, term.max_months), found, term.entry, log)
    ordered = [terms[severity] for severity in SEVERITIES if severity in terms]
    for lighter, worse in pairwise(ordered):
        if worse.min_months < lighter.min_months or worse.max_months < lighter.max_months:
            message = (
                f"{Severity(worse.severity).label}失信信息的公示期（{worse.min_months}至{worse.max_months}个月）短于"
                f"{Severity(lighter.severity).label}（{lighter.min_months}至{lighter.max_months}个月）"
            )
            note_fault(log, worse.entry, NOT_MONOTONE, message, "事实更重的，公示期不得更短。")


def prove_list_terms(rulebook: Rulebook, log: FaultLog) -> None:
    """Note list terms outside the bounds of the law; a black list whose bounds nobody has seen is a limit."""
    known = {list_type.id: list_type for list_type in rulebook.list_types}
    bounds = _index(rulebook.list_bounds, known, log)
    for list_type in rulebook.list_types:
        name = f"名单“{list_type.id}”的期限"
        found = bounds.get(list_type.id)
        if found is None and list_type.list_kind is ListKind.BLACK:
            note_limit(log, list_type.entry, f"{name}未见法定上下限，未作检验（见lists的bounds表）")
        if found is not None:
            months = (list_type.min_months, list_type.term_months, list_type.max_term_months)
            note_outside(name, months, found, list_type.entry, log)


def note_outside(name: str, months: tuple[int, int, int], bounds: TermBounds, entry: RuleEntry, log: FaultLog) -> None:
    """Note a term outside its bounds; ``months`` are the shortest, the usual and the longest."""
    shortest, usual, longest = months
    law = f"{bounds.entry.law.title}{bounds.entry.law.article}（{bounds.entry.file} 第{bounds.entry.line}行）"
    remedy = f"请依{law}改正；法律另有规定的，先更正bounds表并写明来源。"
    if bounds.least_min is not None and shortest < bounds.least_min:
        message = f"{name}的最短期限{shortest}个月，少于法定的{bounds.least_min}个月"
        note_fault(log, entry, OUTSIDE, message, remedy)
    if bounds.most_min is not None and shortest > bounds.most_min:
        message = f"{name}的最短期限{shortest}个月，超过法定的{bounds.most_min}个月，推迟了申请修复的时间"
        note_fault(log, entry, OUTSIDE, message, remedy)
    if bounds.most_term is not None and usual > bounds.most_term:
        message = f"{name}的通常期限{usual}个月，超过法定的{bounds.most_term}个月"
        note_fault(log, entry, OUTSIDE, message, remedy)
    if bounds.most_max is not None and longest > bounds.most_max:
        message = f"{name}的最长期限{longest}个月，超过法定的{bounds.most_max}个月"
        note_fault(log, entry, OUTSIDE, message, remedy)


def _index(bounds: Iterable[TermBounds], known: Iterable[str], log: FaultLog) -> dict[str, TermBounds]:
    """Return bounds by what they bound; second rows, rows for nothing and rows that contradict themselves are noted."""
    names, found = set(known), dict[str, TermBounds]()
    for row in bounds:
        first = found.setdefault(row.of, row)
        if first is not row:
            message = f"“{row.of}”的法定上下限已在第{first.entry.line}行写明"
            note_fault(log, row.entry, CONFLICT, message, "请删除其一。")
        if row.of not in names:
            note_fault(log, row.entry, UNREACHABLE, f"没有“{row.of}”，本行上下限永远用不到", "请改正，或者删除本行。")
        if row.least_min is not None and row.most_max is not None and row.least_min > row.most_max:
            note_fault(log, row.entry, OUTSIDE, f"“{row.of}”的上下限自相矛盾：下限高于上限", "请改正。")
    return found
