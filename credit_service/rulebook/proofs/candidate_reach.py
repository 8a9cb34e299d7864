"""Candidate rules: can each of them propose somebody, is every count used, and do no two lists claim one subject.

A rule proposes when a record supports it, a list type takes that record, and the standing of its subject fits. The
proof goes through every kind of record and of subject; what it knows of the records it carries into the standing, so
that “no open record of dishonesty” and “supported by an open record of dishonesty” is found to be never.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from credit_service.domain.category import GENERAL
from credit_service.domain.score import ListKind
from credit_service.rulebook.aggregates import AggregateKind
from credit_service.rulebook.candidate_types import CandidateRule, CandidateScope, Per
from credit_service.rulebook.decision_tables import find_category_list, number_categories
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.fields import Scope, standing_scope, subject_scope
from credit_service.rulebook.nodes import (
    Comparator,
    Compare,
    Condition,
    Field,
    Number,
    Truth,
    list_fields,
)
from credit_service.rulebook.proofs.diagrams import NEVER
from credit_service.rulebook.proofs.finding import CONFLICT, UNREACHABLE, note_fault, refusing_tangles
from credit_service.rulebook.proofs.judged import Judged
from credit_service.rulebook.proofs.ties import build_ground, is_kind, tie_persons, tie_standing
from credit_service.rulebook.proofs.worlds import Worlds
from credit_service.rulebook.rule_types import Role
from credit_service.rulebook.schema import Rulebook

Cell = tuple[str, str]
"""Kind of record, kind of subject."""
_ON_LISTS = frozenset({CandidateScope.RECORD, CandidateScope.SUBJECT})


def prove_reach(rulebook: Rulebook, judged: Judged, log: FaultLog) -> None:
    """Note rules that propose nobody, counts nothing uses or that count nothing, and lists that do not exclude."""
    rules = rulebook.candidates.rules
    used = {spec.name for rule in rules if rule.when is not None for spec in list_fields(rule.when)}
    for count in rulebook.candidates.counts:
        if judged.where(count.when) == NEVER:
            message = f"计数“{count.name}”永远为空：条件自相矛盾，或者没有这样的记录"
            note_fault(log, count.entry, UNREACHABLE, message, "请改正条件，或者删除本条。")
        if count.name not in used:
            message = f"计数“{count.name}”没有任何规则使用"
            note_fault(log, count.entry, UNREACHABLE, message, "请删除本条，或者在rules的when中使用它。")
    cells = {rule.entry.rule_id: find_cells(rulebook, rule, judged) for rule in rules}
    for rule in rules:
        with refusing_tangles(log, rule.entry, f"规则“{rule.entry.rule_id}”的条件"):
            _note_never(rulebook, rule, cells, judged, log)
    _note_not_exclusive(rules, log)


def find_cells(rulebook: Rulebook, rule: CandidateRule, judged: Judged) -> dict[Cell, int]:
    """Return the records that support a rule and that some list type takes, by kind of record and of subject."""
    found: dict[Cell, int] = {}
    supports = judged.where(rule.supports)
    for kind, subject in product(judged.kinds, judged.subjects):
        records = judged.worlds.diagrams.both(
            supports, judged.worlds.diagrams.both(judged.kinds[kind], judged.subjects[subject])
        )
        if records != NEVER and find_places(rulebook, rule, kind, subject, is_open=False):
            found[kind, subject] = records
    return found


def find_places(rulebook: Rulebook, rule: CandidateRule, kind: str, subject: str, *, is_open: bool) -> frozenset[int]:
    """Return the items in which a list type takes such a record for a rule; `GENERAL` where items do not matter.

    Args:
        rulebook: The rules.
        rule: The candidate rule.
        kind: Kind of the record.
        subject: Kind of its subject.
        is_open: Whether only list types count that take it whatever its topic.
    """
    numbers = number_categories(rulebook)
    if rule.scope in _ON_LISTS:
        roles = {row.kind: (row.veto or row.role is Role.HONOUR) for row in rulebook.scoring.kinds}
        lists = {row.id for row in rulebook.list_types if row.list_kind is rule.list_kind}
        takes = any(
            row.list_type in lists
            and row.kind == kind
            and row.subject_kind in {"", subject}
            and not (is_open and row.keyword)
            for row in rulebook.acceptances
        )
        return frozenset({GENERAL}) if takes and roles.get(kind) else frozenset()
    if subject not in rulebook.scoring.scored_subjects:
        return frozenset()
    by_kind = {row.kind: row.category for row in rulebook.classification.kinds}
    own = [numbers[by_kind[kind]]] if by_kind.get(kind) in numbers else sorted(numbers.values())
    places = [GENERAL] if rule.scope is CandidateScope.WHOLE else own
    return frozenset(
        place for place in places if find_category_list(rulebook, rule.list_kind, place, kind, subject) is not None
    )


def build_standing(rulebook: Rulebook, scope: CandidateScope, conditions: Sequence[Condition]) -> Worlds:
    """Return the worlds of what a rule asks of a subject's standing.

    Raises:
        TooTangled: There are more cases than the proofs go through.
    """
    scoring = rulebook.scoring
    if scope is CandidateScope.SUBJECT:
        ties = [tie_persons(scoring), tie_standing(scoring, "whole_points", "whole_grade", None)]
        ground = build_ground(rulebook)
    else:
        ties = [tie_standing(scoring, "points", "grade", "veto")]
        last = max((item.number for item in rulebook.edition.categories), default=1)
        whole = scope is CandidateScope.WHOLE
        ground = build_ground(rulebook, (GENERAL, GENERAL) if whole else (GENERAL + 1, max(last, 1)))
    return Worlds(find_scope(rulebook, scope), conditions, ties, ground)


def find_scope(rulebook: Rulebook, scope: CandidateScope) -> Scope:
    """Return the names a rule's ``when`` may use."""
    grades = [grade.grade for grade in rulebook.scoring.grades]
    per = Per.CATEGORY if scope is CandidateScope.CATEGORY else Per.SUBJECT
    counts = [count.spec for count in rulebook.candidates.counts if count.per is per]
    return subject_scope(grades, counts) if scope is CandidateScope.SUBJECT else standing_scope(grades, counts)


def _note_never(
    rulebook: Rulebook, rule: CandidateRule, cells: dict[str, dict[Cell, int]], judged: Judged, log: FaultLog
) -> None:
    rule_id, own = rule.entry.rule_id, cells[rule.entry.rule_id]
    if not own:
        why = "没有一条记录既符合supports，又有名单类型受理"
        if judged.where(rule.supports) == NEVER:
            why = "supports自相矛盾，或者没有这样的记录"
        note_fault(log, rule.entry, UNREACHABLE, f"规则“{rule_id}”永远不会提出建议：{why}", _MEND)
        return
    asked = {cell: _list_asked(rulebook, rule, cell, records, judged) for cell, records in own.items()}
    stands = {conditions: _may_stand(rulebook, rule, conditions) for conditions in set(asked.values())}
    reached = {cell: records for cell, records in own.items() if stands[asked[cell]]}
    if not reached:
        message = f"规则“{rule_id}”永远不会提出建议：when自相矛盾，或者与supports所要求的记录矛盾"
        note_fault(log, rule.entry, UNREACHABLE, message, _MEND)
        return
    earlier = {other.entry.rule_id: other for other in rulebook.candidates.rules}
    for name in rule.unless:
        if name in earlier and _covers(rulebook, (earlier[name], rule), cells[name], reached, judged):
            line = earlier[name].entry.line
            message = f"规则“{rule_id}”永远不会提出建议：凡它建议的主体，unless中的“{name}”（第{line}行）都已建议"
            note_fault(log, rule.entry, UNREACHABLE, message, _MEND)
            return


_MEND = "请改正条件，或者删除本条。"


def _list_asked(
    rulebook: Rulebook, rule: CandidateRule, cell: Cell, records: int, judged: Judged
) -> tuple[Condition, ...]:
    """Return what a standing must be for a rule to propose on such a record."""
    if rule.when is None:
        return ()
    own: list[Condition] = []
    if rule.scope is CandidateScope.SUBJECT:
        own.append(is_kind(find_scope(rulebook, rule.scope), "subject_kind", cell[1]))
    return (rule.when, *own, *_list_implied(rulebook, rule, records, judged))


def _may_stand(rulebook: Rulebook, rule: CandidateRule, asked: tuple[Condition, ...]) -> bool:
    """Return whether some standing is all that is asked of it."""
    worlds = build_standing(rulebook, rule.scope, asked)
    stands = worlds.where(None)
    for condition in asked:
        stands = worlds.diagrams.both(stands, worlds.where(condition))
    return stands != NEVER


def _list_implied(rulebook: Rulebook, rule: CandidateRule, records: int, judged: Judged) -> Iterator[Condition]:
    """Yield what the counts must say once there is such a record."""
    names = {spec.name for spec in list_fields(rule.when)} if rule.when is not None else set()
    for count in rulebook.candidates.counts:
        if count.name in names and judged.worlds.diagrams.without(records, judged.where(count.when)) == NEVER:
            field = Field(count.spec)
            if count.kind is AggregateKind.ANY:
                yield Truth(field)
            elif count.kind is AggregateKind.COUNT:
                yield Compare(Comparator.GE, field, Number(1))


def _covers(
    rulebook: Rulebook,
    rules: tuple[CandidateRule, CandidateRule],
    first_cells: dict[Cell, int],
    later_cells: dict[Cell, int],
    judged: Judged,
) -> bool:
    """Return whether the first rule proposes every subject the later one would."""
    first, later = rules
    for cell, records in later_cells.items():
        if cell not in first_cells or judged.worlds.diagrams.without(records, first_cells[cell]) != NEVER:
            return False
        if first.scope not in _ON_LISTS and first.scope is not later.scope:
            return False
        places = find_places(rulebook, later, *cell, is_open=False)
        taken = find_places(rulebook, first, *cell, is_open=True)
        if not (taken if first.scope in _ON_LISTS else places <= taken):
            return False
    if first.when is None:
        return True
    if first.scope is not later.scope:
        return False
    whens = [when for when in (first.when, later.when) if when is not None]
    worlds = build_standing(rulebook, first.scope, whens)
    return worlds.diagrams.without(worlds.where(later.when), worlds.where(first.when)) == NEVER


def _note_not_exclusive(rules: Sequence[CandidateRule], log: FaultLog) -> None:
    """A subject is on the black list or on the watch list, not on both: watch is for those below black."""
    black = [rule.entry.rule_id for rule in rules if rule.list_kind is ListKind.BLACK]
    for rule in rules:
        missing = [name for name in black if name not in rule.unless]
        if rule.list_kind is ListKind.WATCH and missing:
            message = (
                f"重点关注规则“{rule.entry.rule_id}”的unless缺少：{'、'.join(missing)}，同一主体可能同时列入两种名单"
            )
            note_fault(
                log, rule.entry, CONFLICT, message, "重点关注名单用于尚未达到严重失信的主体，请逐一列出黑名单规则。"
            )
