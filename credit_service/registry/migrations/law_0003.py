"""What the third schema forbids: links that would make two subjects one that are two, and judgements altered later.

Only what identifies less may be linked to what identifies more (none < organisation code < registration number <
unified code), never persons, never one unified code to another, never an organisation code to a unified code that
contains another one. Links have one step: no chains, no cycles, one end. Nobody meets whom the register of namesakes
keeps apart, and no link makes one subject both red and black. A judgement is ended once and never altered or deleted,
and time only goes forward. See ADR 0011.
"""

from __future__ import annotations

from credit_service.registry.migrations.triggers import Ban

_TABLE = "subject_judgement"


def _filled(column: str) -> str:
    return f"coalesce(trim({column}), '') <> ''"


def _strength(column: str) -> str:
    """Return how well an id identifies; -1 for persons, for what is no id, and for nothing."""
    return (
        f"(CASE WHEN substr({column}, 1, 5) = 'none:' AND length({column}) > 5 THEN 0 "
        f"WHEN substr({column}, 1, 4) = 'org:' AND length({column}) = 13 THEN 1 "
        f"WHEN substr({column}, 1, 4) = 'reg:' AND length({column}) = 19 THEN 2 "
        f"WHEN substr({column}, 1, 5) = 'uscc:' AND length({column}) = 23 THEN 3 ELSE -1 END)"
    )


JUDGEMENT_CHECKS = {
    "ck_subject_judgement_verdict": "verdict IN ('same', 'not_same', 'own')",
    "ck_subject_judgement_target": "(verdict = 'own') = (to_subject_id IS NULL)",
    "ck_subject_judgement_no_persons": (
        f"{_strength('from_subject_id')} >= 0 AND (to_subject_id IS NULL OR {_strength('to_subject_id')} >= 0)"
    ),
    "ck_subject_judgement_two": "to_subject_id IS NULL OR to_subject_id <> from_subject_id",
    "ck_subject_judgement_own": f"verdict <> 'own' OR {_strength('from_subject_id')} = 0",
    "ck_subject_judgement_stronger": (
        f"verdict <> 'same' OR {_strength('from_subject_id')} < {_strength('to_subject_id')}"
    ),
    # Characters 9 to 17 of a unified code are the organisation code (GB 32100-2015).
    "ck_subject_judgement_same_code": (
        "verdict <> 'same' OR substr(from_subject_id, 1, 4) <> 'org:' OR substr(to_subject_id, 1, 5) <> 'uscc:' "
        "OR substr(to_subject_id, 14, 9) = substr(from_subject_id, 5)"
    ),
    "ck_subject_judgement_reason": f"{_filled('reason')} AND {_filled('judged_by')}",
    "ck_subject_judgement_undone": (
        "(undone_at IS NULL AND undone_by IS NULL AND undo_reason IS NULL) OR "
        f"(undone_at IS NOT NULL AND undone_at >= judged_at AND {_filled('undone_by')} AND {_filled('undo_reason')})"
    ),
}
"""Name of each check and its SQL."""

_FIXED = (
    "number",
    "from_subject_id",
    "verdict",
    "to_subject_id",
    "reason",
    "evidence",
    "judged_by",
    "judged_at",
)


def _exists(condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM subject_judgement AS r WHERE {condition})"  # noqa: S608 - made of constants


def _running(verdict: str, name: str = "r") -> str:
    return f"{name}.undone_at IS NULL AND {name}.verdict = '{verdict}'"


def _pair(name: str, one: str, other: str) -> str:
    return (
        f"(({name}.from_subject_id = {one} AND {name}.to_subject_id = {other}) "
        f"OR ({name}.from_subject_id = {other} AND {name}.to_subject_id = {one}))"
    )


def _exists_two(condition: str, to: str) -> str:
    joined = f"subject_judgement AS n JOIN subject_judgement AS s ON s.to_subject_id = {to}"
    return f"EXISTS (SELECT 1 FROM {joined} WHERE {condition})"  # noqa: S608 - made of constants


_PAIR_RUNS = " AND " + _pair("r", "NEW.from_subject_id", "NEW.to_subject_id")
_KEPT_APART = f"({_exists(_running('not_same') + _PAIR_RUNS)} OR " + _exists_two(
    f"{_running('not_same', 'n')} AND {_running('same', 's')} "
    f"AND {_pair('n', 'NEW.from_subject_id', 's.from_subject_id')})",
    "NEW.to_subject_id",
)
_ALREADY_ONE = f"({_exists(_running('same') + _PAIR_RUNS)} OR " + _exists_two(
    f"{_running('same', 'n')} AND {_running('same', 's')} "
    "AND n.from_subject_id = NEW.from_subject_id AND s.from_subject_id = NEW.to_subject_id)",
    "n.to_subject_id",
)

_IN_FORCE = "('decided', 'decision_served', 'published')"


def _red_and_black(one: str, other: str) -> str:
    """Return whether two cases are in force at a time, one of the red list and one of another."""
    return (
        f"{one}.state IN {_IN_FORCE} AND {other}.state IN {_IN_FORCE} "
        f"AND ({one}.list_kind = 'red') <> ({other}.list_kind = 'red') "
        f"AND ({one}.max_until_on IS NULL OR {one}.max_until_on >= {other}.decided_on) "
        f"AND ({other}.max_until_on IS NULL OR {other}.max_until_on >= {one}.decided_on)"
    )


_LINKED_TO_NEW = (
    f"({_exists(_running('same') + ' AND ' + _pair('r', 'o.subject_id', 'NEW.subject_id'))} OR "
    + _exists_two(
        f"{_running('same', 'n')} AND {_running('same', 's')} "
        "AND n.from_subject_id = o.subject_id AND s.from_subject_id = NEW.subject_id)",
        "n.to_subject_id",
    )
)
_OTHER_IN_FORCE = f"o.subject_id <> NEW.subject_id AND {_red_and_black('o', 'NEW')}"
_CASES_OF_TWO = "listing_case AS a JOIN listing_case AS b ON a.subject_id = NEW.from_subject_id"
_MEMBER_OF_END = _exists(
    _running("same") + " AND r.to_subject_id = NEW.to_subject_id AND r.from_subject_id = b.subject_id"
)

BANS = (
    # What the first schema forbids for one subject id holds for those that are linked, too.
    Ban(
        "case_red_or_black_linked",
        "listing_case",
        "UPDATE",
        f"EXISTS (SELECT 1 FROM listing_case AS o WHERE {_OTHER_IN_FORCE} AND {_LINKED_TO_NEW})",  # noqa: S608 - constants
    ),
    Ban(
        "judgement_red_or_black",
        _TABLE,
        "INSERT",
        f"(NEW.verdict = 'same' AND EXISTS (SELECT 1 FROM {_CASES_OF_TWO} WHERE {_red_and_black('a', 'b')} "  # noqa: S608 - constants
        f"AND (b.subject_id = NEW.to_subject_id OR {_MEMBER_OF_END})))",
    ),
    # A replacing insert would delete without a trigger; so what it would replace is looked for first.
    Ban(
        "judgement_is_new",
        _TABLE,
        "INSERT",
        f"(NEW.undone_at IS NOT NULL OR {_exists('r.number = NEW.number')})",
    ),
    Ban(
        "judgement_one_running",
        _TABLE,
        "INSERT",
        "(NEW.verdict <> 'not_same' AND "
        + _exists("r.undone_at IS NULL AND r.verdict <> 'not_same' AND r.from_subject_id = NEW.from_subject_id")
        + ")",
    ),
    Ban(
        "judgement_no_chain",
        _TABLE,
        "INSERT",
        "(NEW.verdict = 'same' AND "
        + _exists(
            _running("same") + " AND (r.from_subject_id = NEW.to_subject_id OR r.to_subject_id = NEW.from_subject_id)"
        )
        + ")",
    ),
    Ban(
        "judgement_one_code",
        _TABLE,
        "INSERT",
        "(NEW.verdict = 'same' AND substr(NEW.from_subject_id, 1, 4) IN ('org:', 'reg:') AND "
        + _exists(
            _running("same") + " AND r.to_subject_id = NEW.to_subject_id "
            "AND substr(r.from_subject_id, 1, 4) = substr(NEW.from_subject_id, 1, 4)"
        )
        + ")",
    ),
    Ban("judgement_kept_apart", _TABLE, "INSERT", f"(NEW.verdict = 'same' AND {_KEPT_APART})"),
    Ban(
        "judgement_already_one",
        _TABLE,
        "INSERT",
        f"(NEW.verdict = 'not_same' AND ({_ALREADY_ONE} OR " + _exists(_running("not_same") + _PAIR_RUNS) + "))",
    ),
    Ban(
        "judgement_time_goes_on",
        _TABLE,
        "INSERT",
        _exists("r.judged_at > NEW.judged_at OR r.undone_at > NEW.judged_at"),
    ),
    Ban(
        "judgement_only_ends",
        _TABLE,
        "UPDATE",
        "(OLD.undone_at IS NOT NULL OR NEW.undone_at IS NULL OR "
        + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _FIXED)
        + ")",
    ),
    Ban(
        "judgement_end_goes_on",
        _TABLE,
        "UPDATE",
        _exists("r.judged_at > NEW.undone_at OR r.undone_at > NEW.undone_at"),
    ),
    Ban("judgement_never_deleted", _TABLE, "DELETE", "1 = 1"),
)
NEVER_TRUNCATED = (_TABLE,)
