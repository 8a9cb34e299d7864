"""The referee: the rulebook applied to facts in plain Python, slow and obvious, to judge the compiled SQL.

Before it are facts, after it the same scores, reasons and candidates the steps of `compile_sql` store. It shares the
conditions' nodes with the compiler and nothing else of its working.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from credit_service.domain.category import GENERAL
from credit_service.rulebook.candidate_types import CandidateRule, CandidateScope, Per
from credit_service.rulebook.decision_tables import find_category_list
from credit_service.rulebook.evaluate_aggregate import reckon
from credit_service.rulebook.evaluate_condition import holds
from credit_service.rulebook.evaluate_history import count_earlier
from credit_service.rulebook.fact import EvaluatedCandidate, EvaluatedReason, EvaluatedScore, Evaluation, Fact
from credit_service.rulebook.judge import Judged, find_accepting_list, judge
from credit_service.rulebook.near_misses import find_near_misses
from credit_service.rulebook.schema import Rulebook

Proposal = tuple[str, str, int, str]
"""(subject, list type, category, supporting record)."""


def evaluate(
    rulebook: Rulebook,
    facts: Sequence[Fact],
    as_of: date,
    known_at: datetime | None = None,
    *,
    with_near_misses: bool = True,
) -> Evaluation:
    """Return what the rules say of these facts on a day.

    Args:
        rulebook: The rules.
        facts: The records; their order does not matter.
        as_of: The day of the question.
        known_at: The instant of knowledge; by default every fact counts as known.
        with_near_misses: Whether to look for them; they cost as much as the rest.
    """
    rows = judge_all(rulebook, [fact for fact in facts if _is_known(fact, known_at)], as_of)
    scores = _score(rulebook, rows)
    by_rule = _apply_all(rulebook, rows, scores)
    candidates = _merge(rulebook, by_rule)
    named = {candidate.subject_id for candidate in candidates}
    judged = sorted((_to_reason(row) for row in rows), key=lambda reason: reason.record_id)
    scored = {row.fact.record_id for row in rows if row.is_scored}
    return Evaluation(
        scores=tuple(sorted(scores)),
        reasons=tuple(r for r in judged if r.is_usable and r.record_id in scored and r.subject_id in named),
        candidates=tuple(sorted(candidates)),
        judged=tuple(judged),
        near_misses=find_near_misses(rulebook, scores, by_rule, lambda rule, moved: _apply(rulebook, rule, rows, moved))
        if with_near_misses
        else (),
    )


def propose(rulebook: Rulebook, rows: Sequence[Judged]) -> list[EvaluatedCandidate]:
    """Return whom the rules propose, in no order; without the rest of an evaluation."""
    return _merge(rulebook, _apply_all(rulebook, rows, _score(rulebook, rows)))


def judge_all(rulebook: Rulebook, facts: Sequence[Fact], as_of: date) -> list[Judged]:
    """Return each record as the rules read it, those about minors left out."""
    known = [fact for fact in facts if not fact.is_minor]
    latest = _find_latest(known)
    last = set(latest.values())
    named_kinds = {rule.kind for rule in rulebook.scoring.kinds}
    return [
        judge(
            rulebook,
            fact,
            as_of,
            repeated=latest[fact.act_key] != fact.record_id,
            earlier=count_earlier(rulebook.history, fact, known, last),
        )
        for fact in known
        if fact.kind in named_kinds  # Kinds no rule names are kept for reference and judged by none.
    ]


def _is_known(fact: Fact, known_at: datetime | None) -> bool:
    if known_at is None:
        return True
    return fact.learned_at <= known_at and (fact.superseded_at is None or fact.superseded_at > known_at)


def _find_latest(facts: Sequence[Fact]) -> dict[str, str]:
    """Return, for each act, the record learned last; of two learned at once, the one with the later id."""
    latest: dict[str, str] = {}
    for fact in sorted(facts, key=lambda fact: (fact.learned_at, fact.record_id)):
        latest[fact.act_key] = fact.record_id
    return latest


def _score(rulebook: Rulebook, rows: Sequence[Judged]) -> list[EvaluatedScore]:
    scores: list[EvaluatedScore] = []
    scored = [row for row in rows if row.is_scored]
    for subject_id in sorted({row.fact.subject_id for row in scored}):
        own = [row for row in scored if row.fact.subject_id == subject_id]
        honours = _sum_honours(rulebook, own)
        taken = 0
        for category in sorted({row.category for row in own if row.is_adverse}):
            part = [row for row in own if row.is_adverse and row.category == category]
            moved = _cap(rulebook, category, _sum(part))
            taken += moved
            if category != GENERAL:
                scores.append(_total(rulebook, part, (subject_id, category), moved))
        scores.append(_total(rulebook, own, (subject_id, GENERAL), taken + honours))
    return scores


def _cap(rulebook: Rulebook, category: int, moved: int) -> int:
    """Return what an item takes, at most its cap; records under no item are not capped."""
    if category == GENERAL:
        return moved
    slug = next(item.slug for item in rulebook.edition.categories if item.number == category)
    caps = rulebook.scoring.category_caps
    own = [cap for cap in caps if cap.category == slug] or [cap for cap in caps if not cap.category]
    return max(moved, -own[0].points) if own else moved


def _sum(rows: Sequence[Judged]) -> int:
    return sum(row.points for row in rows)


def _sum_honours(rulebook: Rulebook, rows: Sequence[Judged]) -> int:
    total = 0
    for cap in rulebook.scoring.caps:
        group = [row for row in rows if row.is_honour and row.cap_group == cap.group]
        total += min(_sum(group), cap.points)
    return total


def _total(rulebook: Rulebook, rows: Sequence[Judged], key: tuple[str, int], moved: int) -> EvaluatedScore:
    scoring = rulebook.scoring
    points = min(max(scoring.base + moved, scoring.floor), scoring.cap)
    veto = any(row.veto for row in rows)
    grade = scoring.grades[-1].grade
    if not veto:
        grade = next((step.grade for step in scoring.grades if points >= step.min_points), grade)
    return EvaluatedScore(key[0], key[1], points, grade, sum(1 for row in rows if row.is_usable), veto)


def _apply_all(
    rulebook: Rulebook, rows: Sequence[Judged], scores: Sequence[EvaluatedScore]
) -> dict[str, set[Proposal]]:
    """Return what each rule proposes, by its id; a rule leaves out whom the rules it names propose."""
    by_rule: dict[str, set[Proposal]] = {}
    for rule in rulebook.candidates.rules:
        taken = {proposal[0] for name in rule.unless for proposal in by_rule[name]}
        found = _apply(rulebook, rule, rows, scores)
        by_rule[rule.entry.rule_id] = {proposal for proposal in found if proposal[0] not in taken}
    return by_rule


def _merge(rulebook: Rulebook, by_rule: Mapping[str, set[Proposal]]) -> list[EvaluatedCandidate]:
    merged: dict[tuple[str, str, int], list[tuple[CandidateRule, str]]] = {}
    for rule in rulebook.candidates.rules:
        for subject_id, list_type, category, record_id in sorted(by_rule[rule.entry.rule_id]):
            merged.setdefault((subject_id, list_type, category), []).append((rule, record_id))
    return [
        EvaluatedCandidate(
            subject_id=key[0],
            list_kind=support[0][0].list_kind.value,
            list_type=key[1],
            category=key[2],
            rule=support[0][0].entry.rule_id,
            record_ids=tuple(sorted({record_id for _, record_id in support})),
        )
        for key, support in merged.items()
    ]


def _apply(
    rulebook: Rulebook, rule: CandidateRule, rows: Sequence[Judged], scores: Sequence[EvaluatedScore]
) -> set[Proposal]:
    found: set[Proposal] = set()
    known: dict[tuple[str, int], bool] = {}
    for row in rows:
        if not holds(rule.supports, row.names()):
            continue
        fact, category, kind = row.fact, row.category, rule.list_kind
        if rule.scope in {CandidateScope.CATEGORY, CandidateScope.WHOLE}:
            place = category if rule.scope is CandidateScope.CATEGORY else GENERAL
            special = rule.scope is CandidateScope.WHOLE or place != GENERAL
            found_type = find_category_list(rulebook, kind, place, fact.kind, fact.subject_kind)
            list_type = found_type.id if found_type and special else None
        else:
            place = category if rule.scope is CandidateScope.RECORD else GENERAL
            list_type = find_accepting_list(rulebook, fact, kind) if row.is_listing or row.is_honour else None
        key = (fact.subject_id, place)
        if list_type is None:
            continue
        if key not in known:
            # The same for every record of the subject in the place, and the costly part.
            known[key] = _proposes(rulebook, rule, rows, scores, key)
        if known[key]:
            found.add((fact.subject_id, list_type, place, fact.record_id))
    return found


def _proposes(
    rulebook: Rulebook,
    rule: CandidateRule,
    rows: Sequence[Judged],
    scores: Sequence[EvaluatedScore],
    key: tuple[str, int],
) -> bool:
    if rule.scope in {CandidateScope.CATEGORY, CandidateScope.WHOLE}:
        return _standing_holds(rulebook, rule, rows, scores, key)
    return rule.when is None or holds(rule.when, _count(rulebook, rows, scores, key[0]))


def _standing_holds(
    rulebook: Rulebook,
    rule: CandidateRule,
    rows: Sequence[Judged],
    scores: Sequence[EvaluatedScore],
    key: tuple[str, int],
) -> bool:
    own = [row for row in rows if row.fact.subject_id == key[0]]
    if rule.scope is CandidateScope.CATEGORY:
        own = [row for row in own if row.category == key[1]]
    per = Per.CATEGORY if rule.scope is CandidateScope.CATEGORY else Per.SUBJECT
    return any(
        (score.subject_id, score.category) == key
        and (rule.when is None or holds(rule.when, {**vars(score), **_reckon_counts(rulebook, per, own)}))
        for score in scores
    )


def _reckon_counts(rulebook: Rulebook, per: Per, rows: Sequence[Judged]) -> dict[str, object]:
    """Return what conditions about these records of one subject may name besides a score."""
    named = [row.names() for row in rows]
    counts = {count.name: reckon(count.aggregate, named) for count in rulebook.candidates.counts if count.per is per}
    return {**counts, "as_of": rows[0].as_of} if rows else counts


def _count(
    rulebook: Rulebook, rows: Sequence[Judged], scores: Sequence[EvaluatedScore], subject_id: str
) -> dict[str, object]:
    own = [row for row in rows if row.fact.subject_id == subject_id]
    whole = next((score for score in scores if score.subject_id == subject_id and score.category == GENERAL), None)
    return {
        "subject_kind": min(row.fact.subject_kind for row in own),
        "whole_grade": whole.grade if whole else None,
        "whole_points": whole.points if whole else None,
        **_reckon_counts(rulebook, Per.SUBJECT, own),
    }


def _to_reason(row: Judged) -> EvaluatedReason:
    return EvaluatedReason(
        record_id=row.fact.record_id,
        subject_id=row.fact.subject_id,
        category=row.category,
        kind=row.fact.kind,
        severity=row.severity,
        points_before=row.points_before,
        weight=row.weight,
        points=row.points,
        veto=row.veto,
        rule=row.rule,
        batch_id=row.fact.batch_id,
        row=row.fact.row,
        decided_on=row.fact.decided_on,
        is_usable=row.is_usable,
    )
