"""Who is close to a grade that would propose a subject: the thresholds, for the referee and for the compiled SQL.

Before it are the grades and the candidate rules; after it `evaluate` and `compile_sql`, which both try each rule with
the grade on the other side of a threshold. A near miss is told to officials and to the subject, never published, and
nothing follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from credit_service.domain.category import GENERAL
from credit_service.domain.score import ListKind
from credit_service.rulebook.candidate_types import CandidateRule, CandidateScope
from credit_service.rulebook.evaluate_condition import holds
from credit_service.rulebook.fact import EvaluatedNearMiss, EvaluatedScore
from credit_service.rulebook.nodes import Condition, Every, list_fields
from credit_service.rulebook.schema import Rulebook

Proposals = set[tuple[str, str, int, str]]


@dataclass(frozen=True)
class Edge:
    """One threshold between two grades as a rule sees it: whoever is within reach would have the other grade.

    Points in 10⁻⁴. ``first`` and ``last`` bound the points that are within reach, inclusive; ``missing`` is the
    distance of points ``p``: ``|p - goal|``, where ``goal`` is the number of points with which ``grade`` begins.
    """

    first: int
    last: int
    goal: int
    grade: str

    def missing(self, points: int) -> int | None:
        """Return how many points are missing, or None where the threshold is out of reach."""
        return abs(points - self.goal) if self.first <= points <= self.last else None


def list_edges(rulebook: Rulebook, rule: CandidateRule) -> Iterator[Edge]:
    """Yield the thresholds within reach of a rule: from above for black and watch lists, from below for red ones."""
    near = rulebook.candidates.near_miss
    if near is None or rule.when is None:
        return
    for better, worse in pairwise(rulebook.scoring.grades):
        start = better.min_points
        edge = Edge(start, start + near.margin - 1, start - 1, worse.grade)
        if rule.list_kind is ListKind.RED:
            edge = Edge(start - near.margin, start - 1, start, better.grade)
        own = worse.grade if rule.list_kind is ListKind.RED else better.grade
        if _may_hold(rule.when, {"grade": edge.grade, "points": edge.goal}) and not _must_hold(rule.when, own):
            yield edge


def _may_hold(when: Condition, standing: dict[str, object]) -> bool:
    """Return whether a rule can propose somebody with a grade and points, as far as these alone tell."""
    known = standing | {f"whole_{name}": value for name, value in standing.items()}
    parts = when.items if isinstance(when, Every) else (when,)
    return all(holds(part, known) for part in parts if {spec.name for spec in list_fields(part)} <= set(known))


def _must_hold(when: Condition, grade: str) -> bool:
    """Return whether a rule proposes everybody of a grade anyway, so that nobody of it is close to being proposed."""
    known = {"grade": grade, "whole_grade": grade}
    return {spec.name for spec in list_fields(when)} <= set(known) and holds(when, known)


def find_near_misses(
    rulebook: Rulebook,
    scores: Sequence[EvaluatedScore],
    proposed: Mapping[str, Proposals],
    apply: Callable[[CandidateRule, Sequence[EvaluatedScore]], Proposals],
) -> tuple[EvaluatedNearMiss, ...]:
    """Return whom each rule would propose with the grade on the other side of a threshold, and does not.

    Args:
        rulebook: The rules.
        scores: Everybody's standing.
        proposed: What each rule proposes as things are, by rule id.
        apply: What a rule proposes by itself with other scores.
    """
    points = {(score.subject_id, score.category): score.points for score in scores}
    found: dict[tuple[str, int, str], EvaluatedNearMiss] = {}
    for rule in rulebook.candidates.rules:
        holds = {(subject, category) for subject, _, category, _ in apply(rule, scores)}
        taken = {proposal[0] for name in rule.unless for proposal in proposed[name]}
        for edge in list_edges(rulebook, rule):
            moved = [_cross(edge, score) for score in scores]
            for subject, _, category, _ in apply(rule, moved):
                whole = rule.scope is not CandidateScope.CATEGORY
                # Natural persons have no points, and so are close to nothing.
                own = points.get((subject, GENERAL if whole else category))
                missing = None if own is None else edge.missing(own)
                if own is None or missing is None or (subject, category) in holds or subject in taken:
                    continue
                key = (subject, category, rule.entry.rule_id)
                row = EvaluatedNearMiss(subject, category, rule.list_kind.value, rule.entry.rule_id, own, missing)
                found[key] = min(found.get(key, row), row)
    return tuple(sorted(found.values()))


def _cross(edge: Edge, score: EvaluatedScore) -> EvaluatedScore:
    """Return a score as it would be beyond the threshold; a veto keeps its grade whatever the points are."""
    if score.veto or edge.missing(score.points) is None:
        return score
    return replace(score, points=edge.goal, grade=edge.grade)
