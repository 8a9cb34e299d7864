"""What the proofs say of the rules as they are, what they say aloud, and what they wait for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from credit_service.domain.score import ListKind
from credit_service.errors import RuleOutsideBounds
from credit_service.rulebook.aggregates import AggregateKind
from credit_service.rulebook.check import check_rules
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.fields import JUDGED_SCOPE
from credit_service.rulebook.load import build_rulebook, load_rulebook
from credit_service.rulebook.nodes import Field
from credit_service.rulebook.proofs.candidate_trend import prove_trend
from credit_service.rulebook.proofs.further import is_further
from credit_service.rulebook.proofs.judged import build_judged
from credit_service.rulebook.proofs.prove import PROOFS, join_editions
from credit_service.rulebook.versions import KINDS, find_in_force, find_versions

RULES = Path(__file__).parents[4] / "rules"
DAY = date(2026, 9, 30)
SCORING = "scoring/points/2026.1/rule.yaml"
SEVERITY = "severity/levels/2025.1/rule.yaml"
CANDIDATES = "candidates/proposals/2026.1/rule.yaml"
DEADLINES = "deadlines/henan/2019/deadlines.csv"
STATEMENT = "statement_workdays,列入前陈述申辩期,5,workdays,L3,unconfirmed,"
HISTORY = """history:
  - id: earlier_penalties
    window: {{months: 12}}
    when: {when}
    text: 一年内的处罚数
    law: L1
    status: unconfirmed
levels:
  - id: severity.repeated
    when: kind = penalty AND earlier_penalties >= {least}
    severity: {severity}
    text: 一年内多次受罚
    law: L1
    status: unconfirmed
"""


def read(rules_dir: Path) -> FaultLog:
    """Return what reading and proving the rules of one day find."""
    log = FaultLog()
    with log.catching():
        build_rulebook(find_in_force(find_versions(rules_dir, log), DAY), DAY, None, log)
    return log


def find_line(rules_dir: Path, file: str, text: str) -> int:
    lines = (rules_dir / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.mark.parametrize("edition", [None, "2018", "2020"])
@pytest.mark.parametrize("day", [date(2025, 6, 22), date(2026, 3, 31), date(2026, 4, 1), DAY, date(2027, 1, 1)])
def test_the_rules_as_they_are_are_proved(day, edition):
    log = FaultLog()
    build_rulebook(find_in_force(find_versions(RULES, log), day), day, edition, log)
    assert log.faults == []
    assert log.limits == [], "nothing had to be left untried"


def test_every_proof_reads_kinds_that_exist():
    assert {kind for kinds, _ in PROOFS for kind in kinds} <= set(KINDS)


def test_what_was_only_tried_is_said_and_does_not_stop_the_rules(rules_dir, spoil):
    spoil(SEVERITY, "fine_fen >= 100000000", "fine_fen + confiscated_fen + amount_fen >= 100000000")
    report = check_rules(rules_dir)
    assert report.faults == ()
    line = find_line(rules_dir, SEVERITY, "- id: severity.listed")
    assert [(limit.file, limit.line, limit.code) for limit in report.limits] == [
        (f"rules/{SEVERITY}", line, "rule_unproved")
    ]
    assert "未能穷尽" in report.limits[0].message
    assert report.to_dict()["limits"]


def test_a_black_list_whose_bounds_nobody_has_seen_is_said(rules_dir):
    path = rules_dir / "lists/list_types/2026.1/bounds.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "safety_serious" not in line), encoding="utf-8")
    log = read(rules_dir)
    assert log.faults == []
    assert [limit.message for limit in log.limits] == [
        "名单“safety_serious”的期限未见法定上下限，未作检验（见lists的bounds表）"
    ]


def test_a_proof_waits_for_what_could_not_be_read(rules_dir, spoil):
    """With one severity rule unread, those behind it would seem to go the wrong way; only the misspelling is said."""
    spoil(SEVERITY, "when: kind = penalty AND (penalty_revocation", "when: knd = penalty AND (penalty_revocation")
    spoil("publicity/terms/order36/rule.yaml", "min_months: 3, max_months: 12", "min_months: 3, max_months: 24")
    log = read(rules_dir)
    assert sorted(fault.code for fault in log.faults) == ["rule_outside_bounds", "unknown_indicator"]
    assert any("是否应为“kind”" in fault.remedy for fault in log.faults)


def test_every_term_has_a_value_on_every_day_and_only_one(rules_dir):
    path = rules_dir / DEADLINES

    def write(*rows: str) -> FaultLog:
        text = (RULES / DEADLINES).read_text(encoding="utf-8")
        assert STATEMENT in text
        kept = [line for line in text.splitlines() if not line.startswith("statement_workdays")]
        head, *others = kept
        made = [f"{head},from,to", *(f"{line},," for line in others), *rows]
        path.write_text("\n".join(made) + "\n", encoding="utf-8")
        return read(rules_dir)

    last = len((RULES / DEADLINES).read_text(encoding="utf-8").splitlines())
    note = "五个工作日为样例"
    whole = write(f"{STATEMENT}{note},,2024-12-31", f"{STATEMENT}{note},2025-01-01,")
    assert whole.faults == []
    for rows, code, line, words in (
        (
            [f"{STATEMENT}{note},,2024-12-31", f"{STATEMENT}{note},2025-01-02,"],
            "rule_not_in_force",
            last + 1,
            "之前没有",
        ),
        ([f"{STATEMENT}{note},,2025-01-01", f"{STATEMENT}{note},2025-01-01,"], "rule_overlap", last + 1, "重叠"),
        ([f"{STATEMENT}{note},2025-01-01,"], "rule_not_in_force", last, "前没有规定"),
        ([f"{STATEMENT}{note},,2027-12-31"], "rule_not_in_force", last, "之后没有规定"),
    ):
        said = [(f.file, f.line, f.code) for f in write(*rows).faults if words in f.message]
        assert said == [(f"rules/{DEADLINES}", line, code)], rows


def test_a_row_that_ends_is_proved_on_the_day_after(rules_dir):
    """A list type names a measure that ends: found although no version begins on that day."""
    path = rules_dir / "measures/joint_measures/2024.1/measures.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    dated = [f"{row},,{'2027-12-31' if row.startswith('exit_ban,') else ''}" for row in rows]
    path.write_text("\n".join([f"{head},from,to", *dated]) + "\n", encoding="utf-8")
    faults = check_rules(rules_dir).faults
    assert {fault.code for fault in faults} == {"unknown_indicator"}
    assert all(
        "exit_ban" in fault.message and fault.file.endswith("lists/list_types/2026.1/rule.yaml") for fault in faults
    )


def test_a_shorter_half_life_for_the_worse_case_is_refused(rules_dir, spoil):
    line = spoil(
        SCORING,
        "decay: {kind: linear, unit: millionth, truncate: floor}",
        "decay: {kind: half_life, unit: millionth, truncate: floor, since: min_until,"
        " half_life_days: {minor: 365, general: 180, serious: 200}}",
    )
    (fault,) = read(rules_dir).faults
    assert (fault.file, fault.line, fault.code) == (f"rules/{SCORING}", line, "rule_not_monotone")
    assert "半衰期" in fault.message


@pytest.mark.parametrize(
    ("written", "code", "at"),
    [
        (("kind = penalty", "1", "serious"), "", ""),
        (("kind = penalty", "1", "minor"), "rule_not_monotone", "- id: severity.repeated"),
        (("kind IN (penalty, honour)", "1", "serious"), "rule_not_monotone", "- id: earlier_penalties"),
        (("kind = penalty AND fine_fen < 500", "1", "serious"), "rule_not_monotone", "- id: earlier_penalties"),
        (("kind = penalty AND kind = honour", "1", "serious"), "rule_unreachable", "- id: earlier_penalties"),
        (("kind = penalty", "0", "serious"), "rule_unreachable", "- id: severity.rights_removed"),
    ],
)
def test_repeats_are_judged_harder_and_by_dishonesty_alone(rules_dir, spoil, written, code, at):
    when, least, severity = written
    spoil(SEVERITY, "levels:\n", HISTORY.format(when=when, least=least, severity=severity))
    said = {(fault.file, fault.line, fault.code) for fault in read(rules_dir).faults}
    if not code:
        assert said == set()
    else:
        assert (f"rules/{SEVERITY}", find_line(rules_dir, SEVERITY, at), code) in said


@pytest.mark.parametrize(("own", "other"), [(ListKind.BLACK, ListKind.WATCH), (ListKind.WATCH, ListKind.RED)])
def test_a_milder_list_never_saves_from_a_worse_one(own, other):
    rulebook = load_rulebook(RULES, DAY)
    rules = rulebook.candidates.rules
    saver = next(rule for rule in rules if rule.list_kind is other)
    saved = next(rule for rule in rules if rule.list_kind is own)
    changed = [replace(rule, unless=(saver.entry.rule_id,)) if rule is saved else rule for rule in rules]
    made = replace(rulebook, candidates=replace(rulebook.candidates, rules=tuple(changed)))
    log = FaultLog()
    prove_trend(made, build_judged(made), log)
    assert [(fault.line, fault.code) for fault in log.faults] == [(saved.entry.line, "rule_not_monotone")]


@pytest.mark.parametrize(
    ("kind", "of", "before", "after", "goes"),
    [
        (AggregateKind.COUNT, None, 1, 2, True),
        (AggregateKind.COUNT, None, 2, 1, False),
        (AggregateKind.ANY, None, False, True, True),
        (AggregateKind.SUM, "fine_fen", 1, 2, True),
        (AggregateKind.MAX, "fine_fen", 2, 1, False),
        (AggregateKind.MAX, "fine_fen", None, 1, True),
        (AggregateKind.MIN, "fine_fen", 2, 1, True),
        (AggregateKind.MIN, "fine_fen", 1, 2, True),
        (AggregateKind.LATEST, "decided_on", date(2026, 1, 1), date(2026, 1, 2), True),
        (AggregateKind.EARLIEST, "decided_on", date(2026, 1, 1), date(2026, 1, 2), False),
        (AggregateKind.EARLIEST, "decided_on", date(2026, 1, 2), date(2026, 1, 1), True),
        (AggregateKind.EARLIEST, "decided_on", date(2026, 1, 1), None, False),
    ],
)
def test_what_a_further_or_heavier_record_does_to_a_value(kind, of, before, after, goes):
    count = load_rulebook(RULES, DAY).candidates.counts[0]
    spec = next((spec for spec in JUDGED_SCOPE.fields if spec.name == of), None)
    made = replace(count, kind=kind, of=Field(spec) if spec else None)
    assert is_further(made, is_worse=True)({made.name: before}, {made.name: after}) is goes


def test_items_of_every_edition_count_once():
    log = FaultLog()
    whole = load_rulebook(RULES, DAY).edition
    other = load_rulebook(RULES, DAY, "2020").edition
    joined = join_editions(other, [whole, other])
    assert log.faults == []
    assert {item.slug for item in joined.categories} == {item.slug for item in (*whole.categories, *other.categories)}
    assert sorted(item.number for item in joined.categories) == list(range(1, len(joined.categories) + 1))


def test_an_adopted_rulebook_stays_in_force_when_proofs_become_stricter(rules_dir, spoil):
    """It was proved when it was adopted; what is proved later is asked of the next one."""
    spoil("publicity/terms/order36/rule.yaml", "min_months: 3, max_months: 12", "min_months: 3, max_months: 24")
    with pytest.raises(RuleOutsideBounds):
        load_rulebook(rules_dir, DAY)
    assert load_rulebook(rules_dir, DAY, is_proved=True).publicity[1].max_months == 24


COUNT = """counts:
  - id: own_value
    take: {take}
    of: {of}
    when: is_adverse AND is_usable
    text: 供测试
    law: L3
    status: unconfirmed
#"""


@pytest.mark.parametrize(
    ("taken", "asked", "is_right"),
    [
        (("sum", "fine_fen"), "own_value < yuan(10000)", True),
        (("sum", "fine_fen"), "own_value > yuan(10000)", False),
        (("max", "fine_fen"), "(own_value IS NULL OR own_value < yuan(10000))", True),
        (("max", "fine_fen"), "own_value < yuan(10000)", False),
        (("min", "fine_fen"), "own_value < yuan(10000)", False),
        (("earliest", "decided_on"), "own_value IS NULL", True),
        (("earliest", "decided_on"), "months(own_value, as_of) < 12", False),
        (("latest", "decided_on"), "(own_value IS NULL OR months(own_value, as_of) >= 12)", True),
        (("latest", "decided_on"), "days(own_value, as_of) < 30", False),
    ],
)
def test_red_may_only_ask_for_less_dishonesty(rules_dir, spoil, taken, asked, is_right):
    """“Less than” is right for a sum; for an extreme only where none at all is as good as little."""
    spoil(CANDIDATES, "counts:", COUNT.format(take=taken[0], of=taken[1]))
    spoil(CANDIDATES, "AND recent_fines = 0", f"AND recent_fines = 0 AND {asked}")
    said = [(fault.line, fault.code) for fault in read(rules_dir).faults]
    line = find_line(rules_dir, CANDIDATES, "- id: candidate.red.organisation")
    assert said == ([] if is_right else [(line, "rule_not_monotone")])
