"""What goes together in a rulebook: a kind of record with its role, points with a grade, a person with no grade.

Before it is a rulebook, after it the ties and grounds the proofs share. Where something is left out, they see
more worlds than there are: they may overlook a rule that is never reached, but what they call unreachable is.
"""

from __future__ import annotations

from credit_service.domain.record import Severity
from credit_service.domain.subject import SubjectKind
from credit_service.rulebook.fields import Scope, ValueType
from credit_service.rulebook.nodes import Comparator, Compare, Condition, Empty, Every, Field, Member, Some
from credit_service.rulebook.proofs.classes import Ground, Point
from credit_service.rulebook.proofs.worlds import IsStep, Tie, is_dropped, is_rising
from credit_service.rulebook.rule_types import Counting, KindRule, Role, Scoring
from credit_service.rulebook.schema import Rulebook

SEVERITIES = (Severity.MINOR.value, Severity.GENERAL.value, Severity.SERIOUS.value)
"""From the lightest to the worst."""
UNDONE = frozenset({"repaired_on", "revoked_on"})
"""What ends the consequences of a record."""
LATER = frozenset({"min_until", "max_until", "active_until"})
"""A worse record is published, and counts, until later."""


def list_heavier(scope: Scope) -> list[tuple[str, IsStep]]:
    """Return the steps that make a record worse.

    More money and further kinds of penalty; the ordinary procedure in place of the simple one; a repair or a revocation
    that never was; and, where a record has been graded, a worse severity.
    """
    moves = [(spec.name, is_rising(spec.name)) for spec in scope.fields if spec.type is ValueType.FEN or spec.bit]
    moves += [("simple_procedure", is_dropped("simple_procedure"))]
    moves += [(name, is_dropped(name)) for name in sorted(UNDONE)]
    return moves + ([("severity", is_rising("severity", SEVERITIES))] if scope.find("severity") else [])


def build_ground(rulebook: Rulebook, category: tuple[int, int] = (0, 99)) -> Ground:
    """Return what the proofs hold fixed: the day, the range of points, the categories there are."""
    scoring = rulebook.scoring
    scale = (scoring.floor, scoring.cap)
    thresholds = tuple(grade.min_points for grade in scoring.grades)
    days = {count.name for count in rulebook.candidates.counts if count.spec.type is ValueType.DATE}
    return Ground(
        today=rulebook.as_of,
        ranges={"points": scale, "whole_points": scale, "category": category, "weight": (0, 1_000_000)},
        bounds={"points": thresholds, "whole_points": thresholds},
        moved=LATER | UNDONE | days,
    )


def tie_adverse_kinds(scoring: Scoring) -> Tie:
    """Only records of dishonesty are given a severity."""
    adverse = {rule.kind for rule in scoring.kinds if rule.role is Role.ADVERSE}
    return Tie(("kind",), lambda point: point["kind"] in adverse)


def tie_record(scoring: Scoring) -> list[Tie]:
    """A kind of record has one role; only dishonesty has a severity; only organisations are scored."""
    kinds = {rule.kind: rule for rule in scoring.kinds}

    def agrees(point: Point) -> bool:
        rule = kinds.get(str(point["kind"]))
        return (
            rule is not None
            and point["is_adverse"] is (rule.role is Role.ADVERSE)
            and point["is_honour"] is (rule.role is Role.HONOUR)
            and point["is_listing"] is rule.veto
            and (point["severity"] is None) is (rule.role is not Role.ADVERSE)
        )

    def is_scored(point: Point) -> bool:
        return point["is_scored"] is (point["subject_kind"] in scoring.scored_subjects)

    return [
        Tie(("kind", "severity", "is_adverse", "is_honour", "is_listing"), agrees),
        Tie(("subject_kind", "is_scored"), is_scored),
    ]


def tie_window(scoring: Scoring) -> list[Tie]:
    """The same, before a record has been judged."""
    adverse = {rule.kind for rule in scoring.kinds if rule.role is Role.ADVERSE}
    named = {rule.kind for rule in scoring.kinds}

    def agrees(point: Point) -> bool:
        return point["kind"] in named and (point["severity"] is None) is (point["kind"] not in adverse)

    return [Tie(("kind", "severity"), agrees)]


def tie_standing(scoring: Scoring, points: str, grade: str, veto: str | None) -> Tie:
    """A grade follows from points, or is the worst one where there is a veto."""
    worst = scoring.grades[-1].grade

    def find_grade(reached: object) -> str:
        return next((g.grade for g in scoring.grades if isinstance(reached, int) and reached >= g.min_points), worst)

    def agrees(point: Point) -> bool:
        if point[points] is None or point[grade] is None:
            return point[points] is point[grade]
        if veto is None:
            return point[grade] in {find_grade(point[points]), worst}
        return point[grade] == (worst if point[veto] else find_grade(point[points]))

    return Tie((points, grade) if veto is None else (points, grade, veto), agrees)


def tie_persons(scoring: Scoring) -> Tie:
    """Nobody but scored subjects has points and a grade as a whole."""
    return Tie(
        ("subject_kind", "whole_points"),
        lambda point: (point["whole_points"] is None) is (point["subject_kind"] not in scoring.scored_subjects),
    )


def is_kind(scope: Scope, name: str, member: str) -> Condition:
    """Return the condition that an enumerated field has one value."""
    spec = next(spec for spec in scope.fields if spec.name == name)
    return Compare(Comparator.EQ, Field(spec), Member(member, spec))


def list_subject_kinds() -> list[str]:
    """Return the kinds of subjects by their names in rules."""
    return [kind.value for kind in SubjectKind]


def say_windows(scope: Scope, scoring: Scoring) -> Condition:
    """Return the condition that a record has the days its kind has: an end of publicity, or an end of validity."""
    return Some(tuple(Every((is_kind(scope, "kind", rule.kind), *_say_days(scope, rule))) for rule in scoring.kinds))


def _say_days(scope: Scope, rule: KindRule) -> list[Condition]:
    def has(name: str, *, present: bool) -> Condition:
        return Empty(Field(next(spec for spec in scope.fields if spec.name == name)), present=present)

    is_published = rule.counting is Counting.PUBLICITY
    days = [has("min_until", present=is_published), has("max_until", present=is_published)]
    if is_published or rule.open_months is not None or rule.cap_months is not None:
        return [*days, has("active_until", present=not is_published)]
    open_end = [
        Every((has("active_until", present=present), has("ends_on", present=present))) for present in (True, False)
    ]
    return [*days, Some(tuple(open_end))]
