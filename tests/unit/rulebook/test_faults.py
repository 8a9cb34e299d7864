"""Faults are listed once, not endlessly, and in words that can be printed."""

from __future__ import annotations

from credit_service.rulebook.faults import MAX_FAULTS, FaultLog, RuleFault, shorten, suggest


def test_a_fault_is_noted_once():
    log = FaultLog()
    for _ in range(3):
        log.add(RuleFault("f", 1, "rule_syntax", "x"))
    assert len(log.faults) == 1


def test_beyond_what_anybody_reads_it_is_said_that_there_are_more():
    log = FaultLog()
    for line in range(3 * MAX_FAULTS):
        log.add(RuleFault("f", line, "rule_syntax", "x"))
    assert len(log.faults) == MAX_FAULTS + 1
    assert "其余未列出" in log.faults[-1].message


def test_a_word_is_shown_short_and_without_signs_nobody_sees():
    assert shorten("长" * 100) == "长" * 60 + "…"
    assert shorten("a\u202eb\x00") == "a\\u202eb\\u0000"
    assert shorten("\ud800").encode()


def test_the_nearest_spelling_is_named_and_a_word_of_any_length_is_compared():
    assert suggest("serius", ["serious", "minor"]) == "是否应为“serious”？"
    assert "minor、serious" in suggest("x" * 100_000, ["serious", "minor"])
