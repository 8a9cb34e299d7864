"""Strategies for whole rulebooks: conditions, points, decay, caps, aggregates and candidate rules made of typed nodes.

Whatever they draw is a rulebook the engine must take; texts, sources and list types are those of the rules in force.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.score import ListKind
from credit_service.rulebook.aggregates import MEASURED, AggregateKind, Window
from credit_service.rulebook.arithmetic import WEIGHT_ROUNDINGS, Arithmetic, Clock, DecayKind, Since
from credit_service.rulebook.candidate_types import CandidateRule, Candidates, CandidateScope, Count, NearMissRule, Per
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.fields import (
    AS_OF,
    HONOUR_LEVELS,
    JUDGED_SCOPE,
    NUMERIC,
    RECORD_SCOPE,
    WINDOW_SCOPE,
    Scope,
    ValueType,
    severity_scope,
    standing_scope,
    subject_scope,
)
from credit_service.rulebook.history import SAME, History
from credit_service.rulebook.judge import add_months
from credit_service.rulebook.nodes import (
    Comparator,
    Compare,
    Condition,
    Day,
    Empty,
    Every,
    Field,
    Member,
    Not,
    Number,
    Operand,
    Product,
    Quotient,
    Some,
    Span,
    Sum,
    Truth,
    Within,
)
from credit_service.rulebook.rounding import Rounding
from credit_service.rulebook.rule_types import (
    Cap,
    CategoryCap,
    Counting,
    Event,
    Exclusion,
    Grade,
    Role,
    RuleEntry,
    Scoring,
    SeverityRule,
)
from credit_service.rulebook.schema import Rulebook

POINT = 10_000
LEARNED = datetime(2026, 1, 1, tzinfo=UTC)
SUBJECTS = (
    ("uscc:甲", "organisation"),
    ("uscc:乙", "organisation"),
    ("reg:丙", "individual_business"),
    ("psn:丁", "person"),
)
STARTS = tuple(start * POINT + step for start in (95, 90, 80, 75, 60, 40) for step in (0, 1))
"""Points at which a grade may begin."""
SIZES = (5 * POINT, 15 * POINT, 1, 33_333, 7 * POINT + 1, 30 * POINT, 0)
TERMS = ((0, 24), (12, 36), (3, 12), (0, 3), (1, 1), (0, 0))
"""Shortest and longest publicity in months."""
OFTEN_PUBLISHED = (Counting.PUBLICITY, Counting.PUBLICITY, Counting.OPEN)
TOPICS = ("销售假药", "拖欠农民工工资", "虚开发票", "环境污染", "守合同重信用", "其他")
EDGES = {
    ValueType.INT: (0, 1, 2, 3, 16, 500_000, 1_000_000),
    ValueType.FEN: (0, 1, 50_000, 99_999_999, 100_000_000, 10**15, 10**18),
    ValueType.POINTS: (0, 600_000, 749_999, 900_000, 1_000_000, 1_200_000),
    ValueType.DAYS: (0, 1, 28, 30, 31, 90, 365, 730),
    ValueType.MONTHS: (0, 1, 3, 12, 24, 36, 60),
}
comparators = st.sampled_from(Comparator)
flags = st.booleans()


def number_of(kind: ValueType) -> st.SearchStrategy[Number]:
    """Numbers on and beside the edges of a unit."""
    return st.builds(lambda edge, step: Number(max(edge + step, 0)), st.sampled_from(EDGES[kind]), st.integers(-1, 1))


def numeric(fields: list[Field], kind: ValueType) -> st.SearchStrategy[Operand]:
    """Values of one unit, plain and reckoned with."""
    plain = st.sampled_from(fields)
    added = st.builds(Sum, plain, st.one_of(plain, number_of(kind)), flags)
    return st.one_of(
        plain,
        added,
        st.builds(Product, st.one_of(plain, added), st.integers(0, 3)),
        st.builds(Quotient, st.one_of(plain, added), st.sampled_from((1, 2, 3, 7, 100)), st.sampled_from(Rounding)),
    )


def simple_conditions(scope: Scope) -> st.SearchStrategy[Condition]:
    """Every form of comparison over the names of a scope."""
    by_type: dict[ValueType, list[Field]] = {}
    for spec in scope.fields:
        by_type.setdefault(spec.type, []).append(Field(spec))
    found: list[st.SearchStrategy[Condition]] = []
    for field in by_type.get(ValueType.ENUM, []):
        members = st.sampled_from([Member(name, field.spec) for name in field.spec.members])
        found.append(st.builds(Compare, st.sampled_from((Comparator.EQ, Comparator.NE)), st.just(field), members))
        found.append(st.builds(Within, st.just(field), st.lists(members, min_size=1, max_size=4).map(tuple)))
    if by_type.get(ValueType.BOOL):
        found.append(st.builds(Truth, st.sampled_from(by_type[ValueType.BOOL])))
    for kind in NUMERIC & set(by_type):
        values = numeric(by_type[kind], kind)
        found.append(st.builds(Compare, comparators, values, st.one_of(number_of(kind), values)))
        found.append(st.builds(Within, values, st.lists(number_of(kind), min_size=1, max_size=3).map(tuple)))
    days = by_type.get(ValueType.DATE, [])
    if len(days) > 1:
        one = st.sampled_from(days)
        found.append(st.builds(Compare, comparators, one, one))
        for unit in (ValueType.DAYS, ValueType.MONTHS):
            found.append(st.builds(Compare, comparators, st.builds(Span, st.just(unit), one, one), number_of(unit)))
    empty = [Field(spec) for spec in scope.fields if spec.nullable]
    if empty:
        found.append(st.builds(Empty, st.sampled_from(empty), flags))
    return st.one_of(found)


def contrary(node: Condition) -> Condition:
    """The contrary, where there is one."""
    return node if node.may_be_empty else Not(node)


def conditions(scope: Scope) -> st.SearchStrategy[Condition]:
    """Conditions over a scope, nested a little."""

    def deeper(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(several.map(Every), several.map(Some), inner.map(contrary))

    return st.recursive(simple_conditions(scope), deeper, max_leaves=4)


def wide(scope: Scope) -> st.SearchStrategy[Condition]:
    """Conditions about a standing, also such as hold often or turn on the grade alone."""
    grade = next(Field(spec) for spec in scope.fields if spec.name in {"grade", "whole_grade"})
    members = st.sets(st.sampled_from([Member(name, grade.spec) for name in grade.spec.members]), min_size=1)
    by_grade = members.map(lambda some: Within(grade, tuple(sorted(some, key=lambda member: member.name))))
    narrow = conditions(scope)
    return st.one_of(by_grade, narrow, st.lists(narrow, min_size=2, max_size=4).map(tuple).map(Some))


RECORD_CONDITIONS, WINDOW_CONDITIONS = conditions(RECORD_SCOPE), conditions(WINDOW_SCOPE)
JUDGED_CONDITIONS = conditions(JUDGED_SCOPE)
HISTORY_CONDITIONS = conditions(
    replace(RECORD_SCOPE, fields=tuple(spec for spec in RECORD_SCOPE.fields if spec.name != AS_OF))
)
"""What was before does not depend on the day of the question."""
_KIND = RECORD_SCOPE.fields[0]
PENALTY = Compare(Comparator.EQ, Field(_KIND), Member("penalty", _KIND))
# A support that nothing fits proposes nobody; these fit often.
SUPPORTS = st.one_of(
    JUDGED_CONDITIONS,
    JUDGED_CONDITIONS.map(lambda node: Some((node, Not(node)) if not node.may_be_empty else (node,))),
    st.sampled_from([spec for spec in JUDGED_SCOPE.fields if spec.name in {"is_adverse", "is_honour", "is_usable"}])
    .map(Field)
    .map(Truth),
)
DATES = [Field(spec) for spec in JUDGED_SCOPE.fields if spec.type is ValueType.DATE]
MONEY = [Field(spec) for spec in JUDGED_SCOPE.fields if spec.type is ValueType.FEN]


def measures_of() -> st.SearchStrategy[Operand]:
    """Values that may be added up over records."""
    spans = st.builds(
        Span, st.sampled_from((ValueType.DAYS, ValueType.MONTHS)), st.sampled_from(DATES), st.sampled_from(DATES)
    )
    return st.one_of(numeric(MONEY, ValueType.FEN), spans)


@st.composite
def counts(draw: st.DrawFn, entry: RuleEntry, name: str) -> Count:
    kind = draw(st.sampled_from(AggregateKind))
    when = draw(st.one_of(JUDGED_CONDITIONS, SUPPORTS))
    if draw(flags):
        unit = draw(st.sampled_from((ValueType.DAYS, ValueType.MONTHS)))
        window = Window(unit, max(draw(number_of(unit)).value, 1), draw(st.sampled_from(DATES)))
        when = Every((when, *window.condition.items))
    of: Operand | None = None
    if kind in {AggregateKind.EARLIEST, AggregateKind.LATEST}:
        of = draw(st.sampled_from(DATES))
    elif kind not in {AggregateKind.COUNT, AggregateKind.ANY}:
        of = draw(measures_of())
        assert of.type in MEASURED
    return Count(name, when, replace(entry, rule_id=name), kind, of, draw(st.sampled_from(Per)))


@st.composite
def candidate_rules(draw: st.DrawFn, base: Rulebook, grades: list[str]) -> Candidates:
    entry = base.candidates.rules[0].entry
    found = tuple(draw(counts(entry, f"count_{place}")) for place in range(draw(st.integers(0, 4))))
    own = [count.spec for count in found if count.per is Per.SUBJECT]
    in_category = [count.spec for count in found if count.per is Per.CATEGORY]
    scopes = {
        CandidateScope.CATEGORY: standing_scope(grades, in_category),
        CandidateScope.WHOLE: standing_scope(grades, own),
        CandidateScope.SUBJECT: subject_scope(grades, own),
    }
    rules: list[CandidateRule] = []
    for place in range(draw(st.sampled_from((5, 4, 3, 2, 1, 0)))):
        scope = draw(st.sampled_from(CandidateScope))
        on_standing = scope in {CandidateScope.CATEGORY, CandidateScope.WHOLE}
        earlier = [rule.entry.rule_id for rule in rules]
        rules.append(
            CandidateRule(
                # The watch list takes records of every kind; others take few in a category.
                list_kind=draw(st.sampled_from([ListKind.WATCH] * 3 * on_standing + list(ListKind))),
                scope=scope,
                when=draw(wide(scopes[scope])) if scope in scopes else None,
                supports=draw(SUPPORTS),
                unless=tuple(sorted(draw(st.sets(st.sampled_from(earlier), max_size=2)))) if earlier else (),
                entry=replace(entry, rule_id=f"candidate.{place}"),
            )
        )
    margin = draw(st.sampled_from((None, None, None, None, 60 * POINT)))
    near = NearMissRule(margin, replace(entry, rule_id="near_miss")) if margin else None
    return Candidates(found, tuple(rules), near)


@st.composite
def histories(draw: st.DrawFn, entry: RuleEntry) -> tuple[History, ...]:
    return tuple(
        History(
            name=f"earlier_{place}",
            when=draw(st.one_of(st.just(PENALTY), HISTORY_CONDITIONS)),
            unit=(unit := draw(st.sampled_from((ValueType.DAYS, ValueType.MONTHS)))),
            length=max(draw(number_of(unit)).value, 2),
            same=tuple(draw(st.sets(st.sampled_from(SAME)))),
            entry=replace(entry, rule_id=f"earlier_{place}"),
        )
        for place in range(draw(st.sampled_from((0, 0, 1, 2))))
    )


@st.composite
def severity_rules(draw: st.DrawFn, base: Rulebook, history: tuple[History, ...]) -> tuple[SeverityRule, ...]:
    entry, scope = base.severity[0].entry, severity_scope(row.spec for row in history)
    choices = conditions(scope) if history else RECORD_CONDITIONS
    decided_on = next(Field(spec) for spec in scope.fields if spec.name == "decided_on")
    rules: list[SeverityRule] = []
    for place in range(draw(st.integers(0, 4))):
        when, clock = draw(choices), draw(st.sampled_from(Clock))
        if history and draw(flags):
            when = Compare(Comparator.GE, Field(draw(st.sampled_from(history)).spec), Number(1))
        if clock is Clock.DECIDED_ON:
            first = base.as_of - timedelta(days=draw(st.integers(0, 800)))
            when = Every((Compare(Comparator.GE, decided_on, Day(first)), when))
        severity = draw(st.sampled_from(Severity)).value
        rules.append(SeverityRule(severity, when, replace(entry, rule_id=f"severity.{place}"), clock))
    return (*rules, SeverityRule(draw(st.sampled_from(Severity)).value, None, base.severity[-1].entry))


@st.composite
def arithmetics(draw: st.DrawFn) -> Arithmetic:
    decay = draw(st.sampled_from(DecayKind))
    days = st.sampled_from((1, 7, 30, 90, 365))
    return Arithmetic(
        rounding=draw(st.sampled_from(Rounding)),
        decay=decay,
        weight_rounding=draw(st.sampled_from(sorted(WEIGHT_ROUNDINGS))),
        since=draw(st.sampled_from(Since)),
        half_lives=tuple((s.value, draw(days)) for s in Severity) if decay is DecayKind.HALF_LIFE else (),
    )


@st.composite
def events(draw: st.DrawFn, base: Rulebook, clock: Clock) -> tuple[Event, ...]:
    """One row for every cell; some for one item alone, some divided at a day of the act."""
    found: list[Event] = []
    slugs = ["fake_drugs", "wage_arrears", "tax_invoice_fraud", "environment_dishonesty"]
    entry, cut = base.scoring.events[0].entry, base.as_of - timedelta(days=draw(st.integers(0, 800)))
    for rule in base.scoring.kinds:
        words = list(Severity) if rule.role is Role.ADVERSE else list(HONOUR_LEVELS) if rule.role is Role.HONOUR else []
        for word in words:
            own = draw(st.lists(st.sampled_from(slugs), unique=True, max_size=1)) if rule.role is Role.ADVERSE else []
            for category in ("", *own):
                spans: list[tuple[date | None, date | None]] = [(None, None)]
                if clock is Clock.DECIDED_ON and draw(flags):
                    spans = [(None, cut - timedelta(days=1)), (cut, None)]
                for first, last in spans:
                    size = draw(st.sampled_from(SIZES))
                    found.append(
                        Event(
                            kind=rule.kind,
                            severity=str(word) if rule.role is Role.ADVERSE else "",
                            honour_level="" if rule.role is Role.ADVERSE else str(word),
                            points=-size if rule.role is Role.ADVERSE else size,
                            entry=replace(entry, rule_id=f"points.{len(found)}", from_on=first, to_on=last),
                            category=category,
                        )
                    )
    return tuple(found)


@st.composite
def scorings(draw: st.DrawFn, base: Rulebook) -> Scoring:
    old, clock = base.scoring, draw(st.sampled_from(Clock))
    floor, cap = draw(st.integers(-10 * POINT, 10 * POINT)), draw(st.integers(100 * POINT, 150 * POINT))
    steps = draw(st.sets(st.sampled_from(STARTS), min_size=3, max_size=3))
    starts = [*sorted(steps, reverse=True), floor]
    months = st.one_of(st.none(), st.sampled_from((1, 12, 24)))
    slugs = [item.slug for item in base.edition.categories]
    capped = draw(st.lists(st.sampled_from(["", *slugs]), unique=True, max_size=3))
    return replace(
        old,
        base=draw(st.sampled_from((100 * POINT, 90 * POINT, 80 * POINT + 1))),
        floor=floor,
        cap=cap,
        grades=tuple(Grade(grade.grade, start, grade.entry) for grade, start in zip(old.grades, starts, strict=True)),
        caps=tuple(Cap(row.group, draw(st.integers(0, 30 * POINT)), row.entry) for row in old.caps),
        category_caps=tuple(
            CategoryCap(slug, draw(st.integers(1, 40 * POINT)), replace(old.caps[0].entry, rule_id=f"cap.{place}"))
            for place, slug in enumerate(capped)
        ),
        kinds=tuple(
            replace(
                rule,
                veto=rule.role is Role.ADVERSE and draw(flags),
                counting=draw(st.sampled_from(OFTEN_PUBLISHED)) if rule.role is Role.ADVERSE else Counting.OPEN,
                open_months=draw(months),
                cap_months=draw(months),
            )
            for rule in old.kinds
        ),
        events=draw(events(base, clock)),
        exclusions=tuple(
            # Of two conditions at once, so that most records still count.
            Exclusion(
                Every((draw(WINDOW_CONDITIONS), draw(WINDOW_CONDITIONS))),
                replace(old.person, rule_id=f"exclude.{place}"),
            )
            for place in range(draw(st.sampled_from((0, 1, 2))))
        ),
        arithmetic=draw(arithmetics()),
        events_by=clock,
        scored_subjects=draw(
            st.sampled_from((("organisation",), ("individual_business",), ("organisation", "individual_business")))
        ),
    )


@st.composite
def rulebooks(draw: st.DrawFn, base: Rulebook) -> Rulebook:
    """A rulebook like ``base`` in which nearly everything that scores and proposes is drawn anew."""
    history = draw(histories(base.severity[0].entry))
    terms = tuple(
        replace(term, min_months=least, max_months=most)
        for term, (least, most) in zip(base.publicity, draw(st.permutations(TERMS)), strict=False)
    )
    kinds = draw(st.sets(st.sampled_from([kind.value for kind in RecordKind]), max_size=2))
    scoring = draw(scorings(base))
    return replace(
        base,
        history=history,
        severity=draw(severity_rules(base, history)),
        publicity=terms,
        classification=replace(base.classification, fact_kinds=tuple(sorted(kinds))),
        scoring=scoring,
        candidates=draw(candidate_rules(base, [grade.grade for grade in scoring.grades])),
    )


@st.composite
def busy_facts(draw: st.DrawFn, rulebook: Rulebook) -> list[Fact]:
    """Many records of few subjects, on and beside the days on which something changes under these rules.

    They follow from one number: drawn one by one, most would be none.
    """
    chance = Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    months = {0, 1, 2, 12, 24, *(row.length for row in rulebook.history if row.unit is ValueType.MONTHS)}
    months |= {edge for term in rulebook.publicity for edge in (term.min_months, term.max_months)}
    edges = [add_months(rulebook.as_of, -count) for count in sorted(months)]
    edges += [day for event in rulebook.scoring.events for day in (event.entry.from_on, event.entry.to_on) if day]

    def day() -> date:
        if chance.random() < 0.5:
            return chance.choice(edges) + timedelta(days=chance.randint(-1, 1))
        return rulebook.as_of - timedelta(days=chance.randint(0, 800))

    def sometimes(day: date, share: float) -> date | None:
        return day if chance.random() < share else None

    facts = []
    for place in range(chance.randint(1, 14)):
        subject_id, subject_kind = chance.choice(SUBJECTS)
        record_id = f"r{place:02d}"
        facts.append(
            Fact(
                record_id=record_id,
                kind=chance.choice(("penalty", "penalty", "penalty", *(kind.value for kind in RecordKind))),
                subject_id=subject_id,
                subject_kind=subject_kind,
                topic=chance.choice(TOPICS),
                decided_on=day(),
                act_key=record_id if chance.random() < 0.8 else f"{subject_id}-同一行为",
                learned_at=LEARNED + timedelta(days=chance.randint(0, 2)),
                superseded_at=LEARNED + timedelta(days=1) if chance.random() < 0.05 else None,
                fact=chance.choice(TOPICS),
                authority_name=chance.choice(("", "税务局", "市场监督管理局")),
                batch_id="B1",
                row=place,
                penalty_mask=chance.randint(0, 2047),
                fine_fen=chance.choice(EDGES[ValueType.FEN][:-1]),
                confiscated_fen=chance.choice((0, 1, 50_000)),
                amount_fen=chance.choice(EDGES[ValueType.FEN][:-1]),
                honour_level=chance.choice(HONOUR_LEVELS),
                simple_procedure=chance.random() < 0.3,
                ends_on=sometimes(day() + timedelta(days=365), 0.5),
                repaired_on=sometimes(day(), 0.3),
                revoked_on=sometimes(day(), 0.2),
                consent=chance.random() < 0.5,
                is_minor=subject_kind == "person" and chance.random() < 0.2,
            )
        )
    return facts
