"""Every hostile rule file."""

from __future__ import annotations

from hostile_rules.text_cases import PLACES, SIGNS, SIZES, SYNTAX
from hostile_rules.value_cases import CONDITIONS, CYCLES, DAYS, NUMBERS, TABLES, WORDS_AND_FIELDS

CASES = (
    *SYNTAX,
    *SIGNS,
    *SIZES,
    *PLACES,
    *NUMBERS,
    *DAYS,
    *WORDS_AND_FIELDS,
    *CONDITIONS,
    *CYCLES,
    *TABLES,
)
