"""What scoring, severity and candidate rules may not say: each is refused when the rules are loaded, in words."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest

from credit_service.errors import RulebookError
from credit_service.rulebook.aggregates import LARGEST_SUM, Aggregate, AggregateKind
from credit_service.rulebook.fields import JUDGED_SCOPE, MOST_RECORDS, ValueType, subject_scope
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.nodes import INT64_MAX, ConditionFault
from credit_service.rulebook.parse_condition import parse_condition, parse_operand

DAY = date(2026, 9, 30)
SCORING = "scoring/points/2026.1/rule.yaml"
EVENTS = "scoring/points/2026.1/events.csv"
KINDS = "scoring/points/2026.1/kinds.csv"
SEVERITY = "severity/levels/2025.1/rule.yaml"
CANDIDATES = "candidates/proposals/2026.1/rule.yaml"
DECAY = "decay: {kind: linear, unit: millionth, truncate: floor}"
HALF = "decay: {kind: half_life, since: min_until, unit: millionth, truncate: floor"
GRADE = '  - {id: grade.A, grade: A, min: "90", text: 诚信优良, law: L2, status: unconfirmed}'
EARLY = GRADE[:-1] + ", to: 2026-06-30}\n"
LATER = GRADE.replace("grade.A", "grade.A2")[:-1] + ", from: %s}\n"
ITEM_CAP = "  - {id: %s, category: %s, max: %s, law: L1, status: unconfirmed, text: 上限}\n"
EVERY_CAP = "  - {id: %s, max: %s, law: L1, status: unconfirmed, text: 上限}\n"
CAPS = "caps:\n"
COUNT = "  - id: recent_fines\n    window: {months: 24, since: decided_on}\n"
LEVELS = "levels:\n"
HISTORY = (
    "history:\n  - {id: %s, when: %s, window: %s, same: [%s], text: 前次, law: L1, status: unconfirmed}\nlevels:\n"
)
RED = "    subjects: [organisation, individual_business]\n"


class Planted(NamedTuple):
    """A change to a rule file that must be refused, and what must be said of it."""

    title: str
    file: str
    old: str
    new: str
    words: str


PLANTED = (
    Planted("unknown rounding", SCORING, "mode: half_up", "mode: half_even", "half_even"),
    Planted("no rounding", SCORING, "rounding: {mode: half_up, at: record}", "", "rounding"),
    Planted("unknown decay", SCORING, "kind: linear", "kind: exponential", "exponential"),
    Planted("weights rounded up", SCORING, "truncate: floor", "truncate: up", "up"),
    Planted("no half-lives", SCORING, DECAY, HALF + "}", "half_life_days"),
    Planted(
        "half-life of nothing", SCORING, DECAY, HALF + ", half_life_days: {minor: 0, general: 1, serious: 1}}", "整数"
    ),
    Planted("half-lives missing", SCORING, DECAY, HALF + ", half_life_days: {minor: 1, general: 1}}", "serious"),
    Planted("half-lives of a line", SCORING, DECAY, DECAY[:-1] + ", since: min_until}", "since"),
    Planted("grade with a gap", SCORING, GRADE + "\n", EARLY + LATER % "2026-07-02", "自2026-07-01起"),
    Planted("grade twice", SCORING, GRADE + "\n", EARLY + LATER % "2026-06-30", "等级"),
    Planted(
        "cap that ends",
        SCORING,
        "text: 荣誉加分合计不超过20分}",
        "text: 荣誉加分合计不超过20分, to: 2027-06-30}",
        "honour",
    ),
    Planted("cap of nothing", SCORING, CAPS, "category_caps:\n" + EVERY_CAP % ("c", "0") + CAPS, "大于零"),
    Planted(
        "cap of an unknown item",
        SCORING,
        CAPS,
        "category_caps:\n" + ITEM_CAP % ("c", "fake_drug", "5") + CAPS,
        "fake_drug",
    ),
    Planted(
        "cap twice",
        SCORING,
        CAPS,
        "category_caps:\n" + EVERY_CAP % ("c", "5") + EVERY_CAP % ("d", "6") + CAPS,
        "恰好有一行",
    ),
    Planted(
        "dated person",
        SCORING,
        "person: {id: exclude.person,",
        "person: {id: exclude.person, from: 2026-01-01,",
        "from",
    ),
    Planted(
        "publicity of an honour",
        KINDS,
        "kind.honour,honour,honour,open",
        "kind.honour,honour,honour,publicity",
        "公示期",
    ),
    Planted("unknown clock", SCORING, CAPS, "events_by: learned_on\ncaps:\n", "learned_on"),
    Planted("unknown aggregate", CANDIDATES, COUNT, COUNT + "    take: median\n", "median"),
    Planted("aggregate of nothing", CANDIDATES, COUNT, COUNT + "    take: sum\n", "of"),
    Planted("count of something", CANDIDATES, COUNT, COUNT + "    of: fine_fen\n", "不需要of"),
    Planted("sum of weights", CANDIDATES, COUNT, COUNT + "    take: sum\n    of: weight\n", "不能用于整数"),
    Planted(
        "sum of days of the year", CANDIDATES, COUNT, COUNT + "    take: sum\n    of: decided_on\n", "不能用于日期"
    ),
    Planted("first of an amount", CANDIDATES, COUNT, COUNT + "    take: earliest\n    of: fine_fen\n", "只能用于日期"),
    Planted("aggregate of an unknown name", CANDIDATES, COUNT, COUNT + "    take: sum\n    of: fine_fn\n", "fine_fn"),
    Planted(
        "amount of two units",
        CANDIDATES,
        COUNT,
        COUNT + "    take: sum\n    of: fine_fen + days(decided_on, as_of)\n",
        "单位",
    ),
    Planted(
        "window of two lengths",
        CANDIDATES,
        "window: {months: 24, since: decided_on}",
        "window: {months: 24, days: 30}",
        "恰好一项",
    ),
    Planted(
        "window of no length",
        CANDIDATES,
        "window: {months: 24, since: decided_on}",
        "window: {since: decided_on}",
        "恰好一项",
    ),
    Planted("window of an amount", CANDIDATES, "since: decided_on}", "since: fine_fen}", "日期"),
    Planted("window of an unknown day", CANDIDATES, "since: decided_on}", "since: decided_no}", "decided_no"),
    Planted("misspelt window", CANDIDATES, "{months: 24, since: decided_on}", "{months: 24, form: decided_on}", "form"),
    Planted("one word", CANDIDATES, "id: open_adverse", "id: order", "不可用"),
    Planted("word of an engine", CANDIDATES, "id: open_adverse", "id: current_date", "不可用"),
    Planted("dated count", CANDIDATES, COUNT, COUNT + "    from: 2026-01-01\n", "from"),
    Planted("composite of persons", CANDIDATES, RED, "", "自然人"),
    Planted("persons by name", CANDIDATES, RED, "    subjects: [organisation, person]\n", "自然人"),
    Planted(
        "persons by grade", CANDIDATES, "    scope: whole\n", "    scope: whole\n    subjects: [person]\n", "自然人"
    ),
    Planted("unknown subjects", CANDIDATES, RED, "    subjects: [company]\n", "company"),
    Planted("per nobody", CANDIDATES, COUNT, COUNT + "    per: agency\n", "agency"),
    Planted("count of an item for a subject", CANDIDATES, COUNT, COUNT + "    per: category\n", "recent_fines"),
    Planted("amount against points", CANDIDATES, "recent_fines = 0", "recent_fines = points(1)", "单位"),
    Planted(
        "history by another name",
        SEVERITY,
        LEVELS,
        HISTORY % ("before", "kind = penalty", "{months: 12}", "topic"),
        "earlier_",
    ),
    Planted(
        "history by the day asked",
        SEVERITY,
        LEVELS,
        HISTORY % ("earlier_fines", "decided_on < as_of", "{months: 12}", "topic"),
        "as_of",
    ),
    Planted(
        "history of a day",
        SEVERITY,
        LEVELS,
        HISTORY % ("earlier_fines", "kind = penalty", "{days: 1}", "topic"),
        "整数",
    ),
    Planted(
        "history in common",
        SEVERITY,
        LEVELS,
        HISTORY % ("earlier_fines", "kind = penalty", "{months: 12}", "subject_name"),
        "subject_name",
    ),
    Planted(
        "history of what is judged",
        SEVERITY,
        LEVELS,
        HISTORY % ("earlier_fines", "is_usable", "{months: 12}", "topic"),
        "is_usable",
    ),
)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.title)
def test_what_a_rule_may_not_say_is_refused_in_words(rules_dir, spoil, planted):
    spoil(planted.file, planted.old, planted.new)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(rules_dir, DAY)
    assert planted.words in f"{caught.value.message}{caught.value.remedy}"


@pytest.mark.parametrize(("clock", "place"), [("as_of", "（自2026-07-02起）"), ("decided_on", "2026-07-02起的行为")])
def test_a_gap_between_dated_points_is_found_by_either_clock(rules_dir, spoil, clock, place):
    path = rules_dir / EVENTS
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    changed = []
    for row in rows:
        if row.startswith("points.penalty.general,"):
            changed += [row + ",,2026-07-01", row.replace("general,", "general_2,", 1) + ",2026-07-03,"]
        else:
            changed.append(row + ",,")
    path.write_text("\n".join([head + ",from,to", *changed]) + "\n", encoding="utf-8")
    spoil(SCORING, "caps:\n", f"events_by: {clock}\ncaps:\n")
    with pytest.raises(RulebookError, match="0行分值") as caught:
        load_rulebook(rules_dir, DAY)
    assert place in caught.value.message


def test_a_sum_of_the_largest_amounts_stays_within_64_bits():
    """The sum itself is reckoned in more; what conditions see is cut to what they can reckon with."""
    when = parse_condition("is_usable", JUDGED_SCOPE)
    total = Aggregate(AggregateKind.SUM, when, parse_operand("fine_fen + confiscated_fen", JUDGED_SCOPE))
    assert total.sums_wide
    assert total.spec("all_fen").most == LARGEST_SUM < INT64_MAX
    days = Aggregate(AggregateKind.SUM, when, parse_operand("days(decided_on, as_of)", JUDGED_SCOPE))
    assert not days.sums_wide
    assert days.spec("all_days").most == 4_000_000 * MOST_RECORDS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("all_fen * 10 > 1", "64位"),
        ("all_fen + 4 * all_fen + 4 * all_fen + all_fen > 1", "64位"),
        ("all_fen > points(1)", "单位"),
        ("all_fen > last_day", "单位"),
        ("NOT last_day < as_of", "空"),
        ("any_fine > 0", "是否"),
    ],
)
def test_conditions_over_aggregates_are_checked_like_others(text, message):
    when = parse_condition("is_usable", JUDGED_SCOPE)
    specs = [
        Aggregate(AggregateKind.SUM, when, parse_operand("fine_fen", JUDGED_SCOPE)).spec("all_fen"),
        Aggregate(AggregateKind.LATEST, when, parse_operand("decided_on", JUDGED_SCOPE)).spec("last_day"),
        Aggregate(AggregateKind.ANY, when).spec("any_fine"),
    ]
    with pytest.raises(ConditionFault, match=message):
        parse_condition(text, subject_scope(("A", "D"), specs))


def test_an_aggregate_of_no_record_is_empty_only_where_it_must_be():
    when = parse_condition("is_usable", JUDGED_SCOPE)
    fine = parse_operand("fine_fen", JUDGED_SCOPE)
    empty = {kind for kind in AggregateKind if kind not in {AggregateKind.COUNT, AggregateKind.ANY}}
    nullable = {
        kind
        for kind in empty
        if Aggregate(
            kind, when, parse_operand("decided_on", JUDGED_SCOPE) if kind.value in {"earliest", "latest"} else fine
        )
        .spec("x_y")
        .nullable
    }
    assert nullable == empty - {AggregateKind.SUM}
    assert Aggregate(AggregateKind.COUNT, when).spec("x_y").type is ValueType.INT
