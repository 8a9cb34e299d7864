"""The proofs see every class there is: what a random fact can show, they have found.

Random conditions are asked of random facts, close to every constant. A fact the proofs had not thought of, a rule they
call unreachable that applies, or a step the wrong way they missed, would each fail here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from credit_service.domain.record import RecordKind
from credit_service.rulebook.evaluate_condition import holds
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.fields import AS_OF, RECORD_SCOPE, FieldSpec, Scope, ValueType
from credit_service.rulebook.judge import add_months
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.nodes import Condition
from credit_service.rulebook.parse_condition import parse_condition
from credit_service.rulebook.proofs.classes import Ground
from credit_service.rulebook.proofs.diagrams import ALWAYS, NEVER, TooTangled
from credit_service.rulebook.proofs.plain import to_plain
from credit_service.rulebook.proofs.severity_proof import prove_severity
from credit_service.rulebook.proofs.ties import SEVERITIES
from credit_service.rulebook.proofs.worlds import Worlds, is_rising

RULES = Path(__file__).parents[2] / "rules"
TODAY = date(2028, 2, 29)
GROUND = Ground(TODAY, {}, {}, frozenset({"ends_on"}))
SCOPE = Scope(
    "一条记录",
    (
        FieldSpec("kind", ValueType.ENUM, members=("penalty", "honour", "licence")),
        FieldSpec("fine_fen", ValueType.FEN),
        FieldSpec("paid_fen", ValueType.FEN),
        FieldSpec("owed_fen", ValueType.FEN, nullable=True),
        FieldSpec("simple", ValueType.BOOL),
        FieldSpec("mask_a", ValueType.BOOL, column="mask", bit=1),
        FieldSpec("mask_b", ValueType.BOOL, column="mask", bit=2),
        FieldSpec("decided_on", ValueType.DATE),
        FieldSpec("ends_on", ValueType.DATE, nullable=True),
        FieldSpec("repaired_on", ValueType.DATE, nullable=True),
        FieldSpec(AS_OF, ValueType.DATE),
    ),
)
comparators = st.sampled_from(("=", "<>", "<", "<=", ">", ">="))
money = st.sampled_from(("fine_fen", "paid_fen", "owed_fen"))
days = st.sampled_from(("decided_on", "ends_on", "repaired_on"))
amounts = st.integers(0, 6).map(str)
numeric = st.one_of(
    st.builds("{} {} {}".format, money, comparators, amounts),
    st.builds("{} {} {}".format, money, comparators, money),
    st.builds("{} - {} {} {}".format, money, money, comparators, amounts),
    st.builds("{} * 2 + 1 {} {}".format, money, comparators, amounts),
    st.builds("div_half_up({}, 3) {} {}".format, money, comparators, amounts),
    st.builds("{} IN ({}, {})".format, money, amounts, amounts),
)
added = st.builds("fine_fen + paid_fen {} {}".format, comparators, amounts)
dated = st.one_of(
    st.builds("{} {} as_of".format, days, comparators),
    st.builds("{} {} {}".format, days, comparators, days),
    st.builds("days({}, as_of) {} {}".format, days, comparators, amounts),
    st.builds("days({}, {}) {} {}".format, days, days, comparators, amounts),
    st.builds("months({}, {}) {} {}".format, days, days, comparators, st.integers(0, 2).map(str)),
)
in_months = st.builds("months(decided_on, as_of) {} {}".format, comparators, st.integers(0, 3).map(str))
plain = st.sampled_from(
    ("simple", "mask_a", "mask_b", "kind = penalty", "kind <> honour", "kind IN (honour, licence)", "ends_on IS NULL")
)
atoms = st.one_of(plain, numeric, dated, in_months)
joined = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("({}) AND ({})".format, inner, inner), st.builds("({}) OR ({})".format, inner, inner)
    ),
    max_leaves=4,
)
conditions = st.one_of(joined, added).map(lambda text: parse_condition(text, SCOPE))
amount_values = st.integers(0, 9)
day_values = st.one_of(
    st.integers(-8, 8).map(lambda step: TODAY + timedelta(days=step)),
    st.builds(
        lambda months, step: add_months(TODAY, -months) + timedelta(days=step), st.integers(-3, 3), st.integers(-4, 4)
    ),
)
rows = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(("penalty", "honour", "licence")),
        "fine_fen": amount_values,
        "paid_fen": amount_values,
        "owed_fen": st.one_of(st.none(), amount_values),
        "simple": st.booleans(),
        "mask_a": st.booleans(),
        "mask_b": st.booleans(),
        "decided_on": day_values,
        "ends_on": st.one_of(st.none(), day_values),
        "repaired_on": st.one_of(st.none(), day_values),
        AS_OF: st.just(TODAY),
    }
)


def build(several: list[Condition]) -> Worlds:
    try:
        return Worlds(SCOPE, several, (), GROUND)
    except TooTangled:
        assume(False)  # noqa: FBT003 - hypothesis takes it by position.
        raise


def find_classes(worlds: Worlds, row: dict[str, object]) -> list[int]:
    """Return the class of a row in every component; ValueError where the proofs do not know it."""
    return [
        component.signatures.index(tuple(holds(atom, row) for atom in component.atoms))
        for component in worlds.components
    ]


def lies_in(worlds: Worlds, some: int, row: dict[str, object]) -> bool:
    for variable, place in enumerate(find_classes(worlds, row)):
        some = worlds.diagrams.fix(some, variable, place)
    assert some in {NEVER, ALWAYS}
    return some == ALWAYS


@settings(max_examples=120)
@given(st.lists(conditions, min_size=1, max_size=3), st.lists(rows, min_size=1, max_size=12))
def test_every_fact_is_in_a_class_the_proofs_know(several, facts):
    worlds = build(several)
    assume(worlds.exact)
    for condition in several:
        there = worlds.where(condition)
        for row in facts:
            assert lies_in(worlds, there, row) is holds(to_plain(condition), row)


@settings(max_examples=80)
@given(conditions, rows)
def test_an_example_is_one(condition, row):
    worlds = build([condition])
    example = worlds.find(worlds.where(condition))
    if example is not None:
        assert holds(to_plain(condition), {**row, **example})
    elif worlds.exact:
        assert not holds(to_plain(condition), row)


@settings(max_examples=120)
@given(conditions, rows, st.sampled_from(("fine_fen", "paid_fen", "mask_a", "ends_on")), st.data())
def test_a_step_the_wrong_way_is_found_and_is_one(condition, row, name, data):
    worlds = build([condition])
    step = worlds.find_step(worlds.where(condition), worlds.where(None), [name], is_rising(name))
    plain_condition = to_plain(condition)
    if step is not None:
        assert holds(plain_condition, {**row, **step.before})
        assert not holds(plain_condition, {**row, **step.after})
        assert {key for key in step.after if step.before[key] != step.after[key]} == {name}
    elif worlds.exact:
        assume(row[name] is not None)
        step_size = data.draw(st.integers(1, 9))
        more = {"mask_a": True, "ends_on": timedelta(days=step_size)}.get(name, step_size)
        higher = True if name == "mask_a" else row[name] + more
        assert not (holds(plain_condition, row) and not holds(plain_condition, {**row, name: higher}))


severities = st.sampled_from(SEVERITIES)
levels = st.sampled_from(
    (
        "fine_fen >= 5",
        "fine_fen < 5",
        "fine_fen > confiscated_fen",
        "penalty_revocation",
        "penalty_closure OR fine_fen >= 8",
        "NOT penalty_fine",
        "kind = penalty AND fine_fen = 0",
        "simple_procedure",
        "kind = penalty",
        "kind IN (serious_list, wage_arrears)",
        "amount_fen > 3 AND kind <> penalty",
        "months(decided_on, as_of) < 2",
    )
)
shipped = cache(load_rulebook)
records = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(("penalty", "serious_list", "wage_arrears", "broken_commitment")).map(RecordKind),
        "fine_fen": amount_values,
        "confiscated_fen": amount_values,
        "amount_fen": amount_values,
        "penalty_mask": st.integers(0, 2047),
        "simple_procedure": st.booleans(),
        "decided_on": day_values,
    }
)


@settings(max_examples=150)
@given(
    st.lists(st.tuples(severities, levels), min_size=1, max_size=5),
    severities,
    st.lists(records, min_size=20, max_size=20),
    st.data(),
)
def test_what_random_records_show_of_severity_the_proof_has_found(several, default, facts, data):
    """Rules that apply to some record are not called unreachable; a heavier record graded lighter has been reported."""
    base = shipped(RULES, date(2026, 9, 30))
    last = base.severity[-1]
    rules = [
        replace(
            last,
            severity=severity,
            when=parse_condition(text, RECORD_SCOPE),
            entry=replace(last.entry, rule_id=f"r{place}"),
        )
        for place, (severity, text) in enumerate(several)
    ]
    rulebook = replace(base, as_of=TODAY, severity=(*rules, replace(last, severity=default)), history=())
    log = FaultLog()
    prove_severity(rulebook, log)
    unreachable = {fault.message.split("”")[0] for fault in log.faults if fault.code == "rule_unreachable"}
    lighter = [fault for fault in log.faults if fault.code == "rule_not_monotone"]

    def grade(record):
        known = {**record, "as_of": TODAY}
        return next(rule for rule in rulebook.severity if rule.when is None or holds(rule.when, known))

    for record in facts:
        applied = grade(record)
        assert f"规则“{applied.entry.rule_id}" not in unreachable
        name = data.draw(st.sampled_from(("fine_fen", "confiscated_fen", "amount_fen", "penalty_mask")))
        step = data.draw(st.integers(0, 10))
        more = record[name] | (1 << step) if name == "penalty_mask" else record[name] + step
        heavier = grade({**record, name: more})
        if SEVERITIES.index(heavier.severity) < SEVERITIES.index(applied.severity):
            assert lighter, (record, name, more)
