"""The condition language: what it can say, and that nothing else gets through."""

from __future__ import annotations

import pytest

from credit_service.rulebook.fields import JUDGED_SCOPE, RECORD_SCOPE, standing_scope
from credit_service.rulebook.nodes import Compare, ConditionFault, Empty, Every, Not, Some, list_fields
from credit_service.rulebook.parse_condition import parse_condition

HOSTILE = (
    "",
    "   ",
    "1",
    "kind",
    "kind = 'penalty'",
    'kind = "penalty"',
    "kind = penalty; DROP TABLE records",
    "kind = penalty -- and more",
    "kind = penalty /* hidden */",
    "kind = (SELECT kind FROM records)",
    "EXISTS (SELECT 1)",
    "kind IN (SELECT kind FROM records)",
    "fine_fen > ALL (1)",
    "fine_fen = ANY (1)",
    "read_csv('/etc/passwd')",
    "read_text(kind) = 1",
    "getenv(kind)",
    "system(1)",
    "__import__('os').getpid()",
    "kind.__class__ = 1",
    "records.kind = penalty",
    "main.records.kind = penalty",
    "fine_fen::int > 1",
    "CAST(fine_fen AS INT) > 1",
    "TRY_CAST(fine_fen AS INT) > 1",
    "fine_fen * confiscated_fen > 1",
    "fine_fen ** 2 > 1",
    "fine_fen * 9999999 > 1",
    "2 * 3 * fine_fen * 4000000 > 1",
    "decided_on * 2 > 1",
    "kind * 2 = 2",
    "count(*) > 1",
    "* > 1",
    "div_half_up(fine_fen, 0) > 1",
    "div_half_up(fine_fen, confiscated_fen) > 1",
    "div_half_even(fine_fen, 2) > 1",
    "div_down(fine_fen) > 1",
    "div_down(decided_on, 2) > 1",
    "yuan(fine_fen) > 1",
    "yuan(1, 2) > 1",
    "fine_fen > points(1)",
    "yuan(1) + points(1) > fine_fen",
    "days(decided_on, as_of) > yuan(1)",
    "yuan(999999999999999999) < fine_fen",
    "fine_fen / 2 > 1",
    "fine_fen % 2 = 1",
    "fine_fen ^ 2 = 1",
    "fine_fen & 4 = 4",
    "fine_fen | 4 = 4",
    "-fine_fen < 0",
    "fine_fen > -1",
    "fine_fen > 1.5",
    "fine_fen > 1e9",
    "fine_fen > 0x10",
    "fine_fen > 99999999999999999999",
    "fine_fen BETWEEN 1 AND 2",
    "kind LIKE penalty",
    "CASE WHEN consent THEN consent END",
    "coalesce(fine_fen, 0) > 1",
    "TRUE",
    "NULL",
    "consent IS TRUE",
    "consent = TRUE",
    "repaired_on = NULL",
    "decided_on > DATE 20200101",
    "decided_on - ends_on > 1",
    "$as_of > decided_on",
    "? > 1",
    ":a > 1",
    "@a > 1",
    "{{ kind }} = penalty",
    "kind = penalty \x00",
    "kind ＝ penalty",
    "kind = penalty）",
    "(kind = penalty",
    "kind = penalty)",
    "kind = penalty AND",
    "AND kind = penalty",
    "kind = penalty OR OR consent",
    "lambda x: x",
    "x -> x",
    "[1, 2] = 1",
    "kind = penalty AS p",
    "kind = penalty, consent",
    "days(decided_on) > 1",
    "days(decided_on, as_of, as_of) > 1",
    "days(fine_fen, as_of) > 1",
    "weeks(decided_on, as_of) > 1",
    "DAYS(decided_on, as_of) > 1 WINDOW w AS ()",
    "count(kind) > 1",
    "sum(fine_fen) OVER () > 1",
    "kind IN ()",
    "fine_fen IN (1, penalty)",
    "kind IN (1)",
    "decided_on IN (1)",
    "kind = fine",
    "kind < penalty",
    "kind = subject_kind",
    "fine_fen > decided_on",
    "fine_fen > days(decided_on, as_of)",
    "fine_fen + days(decided_on, as_of) > 1",
    "consent > 1",
    "consent = simple_procedure",
    "decided_on IS NULL",
    "NOT repaired_on <= as_of",
    "NOT (consent AND (kind = penalty OR repaired_on <= as_of))",
    "colour = red",
    "penalty_mask = 4",
    "identifier_code = 1",
    "NOT " * 90 + "consent AND " * 10 + "consent",
    "(" * 21 + "consent" + ")" * 21,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40] or "empty")
def test_what_the_language_cannot_say_is_refused(text):
    with pytest.raises(ConditionFault) as caught:
        parse_condition(text, RECORD_SCOPE)
    assert caught.value.message


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("kind = penalty", Compare),
        ("kind <> penalty AND consent AND fine_fen >= 1", Every),
        ("kind IN (penalty, licence) OR NOT consent", Some),
        ("NOT simple_procedure", Not),
        ("repaired_on IS NULL", Empty),
        ("repaired_on IS NOT NULL", Empty),
        ("fine_fen + confiscated_fen - 1 > amount_fen", Compare),
        ("months(decided_on, as_of) < 24", Compare),
        ("fine_fen * 2 > confiscated_fen", Compare),
        ("2 * fine_fen + 3 * (confiscated_fen + amount_fen) > yuan(10000)", Compare),
        ("div_half_up(fine_fen + confiscated_fen, 3) >= 1", Compare),
        ("days(decided_on, as_of) * 2 > 2 * 3", Compare),
        ("yuan(10000) <= fine_fen", Compare),
    ],
)
def test_what_the_language_can_say(text, shape):
    assert isinstance(parse_condition(text, RECORD_SCOPE), shape)


def test_a_misspelt_field_is_answered_with_the_nearest():
    with pytest.raises(ConditionFault, match="fine_fn") as caught:
        parse_condition("fine_fn > 1", RECORD_SCOPE)
    assert "fine_fen" in caught.value.remedy


def test_a_misspelt_member_is_answered_with_the_nearest():
    with pytest.raises(ConditionFault) as caught:
        parse_condition("kind = penalti", RECORD_SCOPE)
    assert "penalty" in caught.value.remedy


def test_names_depend_on_the_place():
    assert parse_condition("is_usable AND severity = serious", JUDGED_SCOPE)
    assert parse_condition("grade IN (C, D) AND points < 600000", standing_scope("ABCD"))
    with pytest.raises(ConditionFault):
        parse_condition("is_usable", RECORD_SCOPE)


def test_a_number_never_mixes_units_but_takes_the_one_it_meets():
    with pytest.raises(ConditionFault, match="单位不同"):
        parse_condition("points > records", standing_scope("ABCD"))
    assert parse_condition("points > 600000 + 1", standing_scope("ABCD"))


def test_a_result_that_could_leave_64_bits_is_refused():
    with pytest.raises(ConditionFault, match="64位"):
        parse_condition("fine_fen + 9223372036854775807 > 1", RECORD_SCOPE)


def test_the_fields_a_condition_reads_are_listed():
    node = parse_condition("kind = penalty AND days(decided_on, as_of) < 3 AND NOT consent", RECORD_SCOPE)
    assert [spec.name for spec in list_fields(node)] == ["kind", "decided_on", "as_of", "consent"]
