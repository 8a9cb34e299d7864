"""What the rule language cannot say is written down, shown, and accepted by name before a rulebook is adopted."""

from __future__ import annotations

from datetime import date

import pytest

from credit_service.errors import RulebookError, RuleOverlap
from credit_service.rulebook.check import check_rules
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.untranslatable import find_unaccepted

DAY = date(2026, 9, 30)
FILE = "publicity/terms/order36/rule.yaml"
ENTRY = (
    "untranslatable:\n"
    "  - id: publicity.harm\n"
    "    text: 公开可能造成重大社会影响的，可以不予公示\n"
    "    law: L1\n"
    "    why: “重大社会影响”须由人判断，没有可以计算的标准\n"
    "    status: unconfirmed\n"
)


def test_an_entry_is_part_of_the_rulebook_and_of_the_report(rules_dir, spoil):
    spoil(FILE, "terms:\n", ENTRY + "terms:\n")
    (item,) = load_rulebook(rules_dir, DAY).untranslatable
    assert (item.rule, item.entry.rule_id) == ("publicity/terms", "publicity.harm")
    assert "重大社会影响" in item.why
    assert [(entry.rule_id, entry.note) for entry in check_rules(rules_dir).untranslatable] == [
        ("publicity.harm", item.why)
    ]


def test_it_blocks_until_it_is_accepted_by_name(rules_dir, spoil):
    spoil(FILE, "terms:\n", ENTRY + "terms:\n")
    rulebook = load_rulebook(rules_dir, DAY)
    assert find_unaccepted(rulebook, ()) == rulebook.untranslatable
    assert find_unaccepted(rulebook, {"publicity"}) == rulebook.untranslatable
    assert find_unaccepted(rulebook, {"publicity.harm"}) == ()


def test_its_id_is_used_once(rules_dir, spoil):
    spoil(FILE, "terms:\n", ENTRY.replace("publicity.harm", "publicity.minor") + "terms:\n")
    with pytest.raises(RuleOverlap):
        load_rulebook(rules_dir, DAY)


@pytest.mark.parametrize("field", ["id", "text", "law", "why", "status"])
def test_it_says_everything(rules_dir, spoil, field):
    lines = [line for line in ENTRY.splitlines(keepends=True) if f"{field}:" not in line]
    text = "".join(lines) if field != "id" else ENTRY.replace("id: publicity.harm\n    text", "text")
    spoil(FILE, "terms:\n", text + "terms:\n")
    with pytest.raises(RulebookError):
        load_rulebook(rules_dir, DAY)
