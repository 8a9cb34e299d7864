"""What the fourth schema forbids: rules in force that nobody adopted, and assessments that do not say by what they ran.

A rulebook is proposed by one person and confirmed by another, from a day that is not past, with its SQL stored; or it
is the one founding act a ledger begins with. Nothing of it changes afterwards. Time only goes forward, and an adoption
is never confirmed at an instant that an assessment has known already: what was known at an instant stays known. See
ADR 0017.
"""

from __future__ import annotations

from credit_service.registry.migrations.triggers import Ban

_ADOPTION = "rulebook_adoption"
_SQL = "rulebook_sql"
_COMPILATION = "rulebook_compilation"


def _filled(column: str) -> str:
    return f"coalesce(trim({column}), '') <> ''"


def _together(*columns: str) -> str:
    empty = " AND ".join(f"{column} IS NULL" for column in columns)
    filled = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    return f"(({empty}) OR ({filled}))"


ADOPTION_CHECKS = {
    "ck_rulebook_adoption_kind": "kind IN ('founding', 'ordinary')",
    "ck_rulebook_adoption_rulebook": "length(rulebook) = 64",
    "ck_rulebook_adoption_reason": f"{_filled('reason')} AND {_filled('proposed_by')}",
    "ck_rulebook_adoption_founding": (
        "(kind = 'founding' AND proposed_by = 'installer' AND confirmed_by = 'installer' AND confirmed_at IS NOT NULL) "
        "OR (kind = 'ordinary' AND proposed_by <> 'installer' AND coalesce(confirmed_by, '') <> 'installer')"
    ),
    "ck_rulebook_adoption_two_persons": "kind = 'founding' OR confirmed_by IS NULL OR confirmed_by <> proposed_by",
    "ck_rulebook_adoption_confirmed": (
        f"{_together('confirmed_by', 'confirmed_at', 'confirmed_on')} "
        f"AND (confirmed_at IS NULL OR (confirmed_at >= proposed_at AND {_filled('confirmed_by')}))"
    ),
    "ck_rulebook_adoption_not_retroactive": "kind = 'founding' OR confirmed_on IS NULL OR from_on >= confirmed_on",
    "ck_rulebook_adoption_withdrawn": (
        f"{_together('withdrawn_by', 'withdrawn_at', 'withdraw_reason')} AND (withdrawn_at IS NULL OR ("
        f"withdrawn_at >= proposed_at AND {_filled('withdrawn_by')} AND {_filled('withdraw_reason')}))"
    ),
    "ck_rulebook_adoption_one_end": "confirmed_at IS NULL OR withdrawn_at IS NULL",
    "ck_rulebook_adoption_unconfirmed": "unconfirmed >= 0",
}
"""Name of each check and its SQL."""

LEGAL_DAY = {
    "sqlite": "confirmed_at IS NULL OR confirmed_on = date(confirmed_at, '+8 hours')",
    "postgresql": "confirmed_at IS NULL OR confirmed_on = CAST(confirmed_at AT TIME ZONE 'Asia/Shanghai' AS DATE)",
}
"""The legal day of the confirmation, in each database's own words; China has had no summer time since 1991."""

_FIXED = (
    "number",
    "kind",
    "rulebook",
    "from_on",
    "reason",
    "proposed_by",
    "proposed_at",
    "unconfirmed",
)
_RUN_NAMES = ("adoption", "schema_hash", "compiler", "facts_digest", "result_digest")


def _exists(table: str, condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} AS r WHERE {condition})"  # noqa: S608 - made of constants


def _changed(columns: tuple[str, ...]) -> str:
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


BANS = (
    # A replacing insert would delete without a trigger; so what it would replace is looked for first.
    Ban(
        "adoption_is_new",
        _ADOPTION,
        "INSERT",
        f"({_exists(_ADOPTION, 'r.number = NEW.number')} OR NEW.withdrawn_at IS NOT NULL "
        "OR (NEW.kind = 'ordinary' AND NEW.confirmed_at IS NOT NULL))",
    ),
    Ban(
        "adoption_founds_once",
        _ADOPTION,
        "INSERT",
        f"((NEW.kind = 'founding') = {_exists(_ADOPTION, '1 = 1')})",
    ),
    Ban(
        "adoption_one_proposal",
        _ADOPTION,
        "INSERT",
        _exists(_ADOPTION, "r.confirmed_at IS NULL AND r.withdrawn_at IS NULL AND r.rulebook = NEW.rulebook"),
    ),
    Ban(
        "adoption_ends_once",
        _ADOPTION,
        "UPDATE",
        "(OLD.confirmed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL "
        f"OR (NEW.confirmed_at IS NULL AND NEW.withdrawn_at IS NULL) OR {_changed(_FIXED)} "
        "OR CAST(NEW.accepted AS TEXT) <> CAST(OLD.accepted AS TEXT))",
    ),
    Ban(
        "adoption_is_compiled",
        _ADOPTION,
        "UPDATE",
        f"(NEW.confirmed_at IS NOT NULL AND NOT {_exists(_COMPILATION, 'r.adoption = NEW.number')})",
    ),
    Ban(
        "adoption_time_goes_on",
        _ADOPTION,
        "UPDATE",
        "(NEW.confirmed_at IS NOT NULL AND ("
        + _exists(_ADOPTION, "r.kind = 'ordinary' AND r.confirmed_at > NEW.confirmed_at")
        + " OR "
        + _exists("assessment_run", "r.known_at >= NEW.confirmed_at")
        + "))",
    ),
    Ban("adoption_never_deleted", _ADOPTION, "DELETE", "1 = 1"),
    Ban("rulebook_sql_is_new", _SQL, "INSERT", _exists(_SQL, "r.sql_hash = NEW.sql_hash")),
    Ban(
        "compilation_is_new",
        _COMPILATION,
        "INSERT",
        _exists(
            _COMPILATION,
            "r.adoption = NEW.adoption AND r.target = NEW.target AND r.compiler = NEW.compiler "
            "AND r.from_on = NEW.from_on",
        ),
    ),
    # Another program may have foreign keys switched off on SQLite.
    Ban(
        "compilation_of_known",
        _COMPILATION,
        "INSERT",
        f"NOT ({_exists(_ADOPTION, 'r.number = NEW.adoption')} AND {_exists(_SQL, 'r.sql_hash = NEW.sql_hash')})",
    ),
    *(
        Ban(f"{name}_never_{done}", table, event, "1 = 1")
        for table, name in ((_SQL, "rulebook_sql"), (_COMPILATION, "compilation"))
        for done, event in (("changed", "UPDATE"), ("deleted", "DELETE"))
    ),
    Ban(
        "run_names_all",
        "assessment_run",
        "INSERT",
        "(" + " OR ".join(f"coalesce(CAST(NEW.{name} AS TEXT), '') = ''" for name in _RUN_NAMES) + ")",
    ),
    Ban(
        "run_by_rules_in_force",
        "assessment_run",
        "INSERT",
        "NOT "
        + _exists(
            _ADOPTION,
            "r.number = NEW.adoption AND r.confirmed_at IS NOT NULL AND (r.kind = 'founding' "
            "OR (r.confirmed_at <= NEW.known_at AND r.from_on <= NEW.as_of))",
        ),
    ),
    Ban(
        "run_by_stored_sql",
        "assessment_run",
        "INSERT",
        "NOT "
        + _exists(
            _COMPILATION,
            "r.adoption = NEW.adoption AND r.compiler = NEW.compiler AND r.sql_hash = NEW.sql_hash",
        ),
    ),
)
NEVER_TRUNCATED = (_ADOPTION, _SQL, _COMPILATION)
