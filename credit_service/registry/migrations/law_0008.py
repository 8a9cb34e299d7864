"""What the schema of papers forbids: gaps and doubles in a series, papers that change, numbers that come back.

A number is reserved as the next of its series (agency, year, kind), then issued with the hashes of its files, or voided
with a reason; an issued one may still be voided as long as no act has taken its number. See `listing.paper_gates`.
"""

from __future__ import annotations

from credit_service.registry.migrations.triggers import Ban

_PAPER = "paper"
_SERIES = "r.agency_code = NEW.agency_code AND r.year = NEW.year AND r.kind = NEW.kind"
_FIXED = (
    "paper_id",
    "object_id",
    "case_id",
    "agency_code",
    "year",
    "kind",
    "serial",
    "document_no",
    "issued_on",
    "reserved_by",
    "reserved_at",
    "key_id",
    "rulebook",
    "template_hash",
)
_ISSUED = ("docx_sha256", "pdf_sha256", "issued_at")
_VOIDED = ("voided_by", "voided_at", "void_reason")


def _filled(column: str) -> str:
    return f"coalesce(trim({column}), '') <> ''"


def _all(columns: tuple[str, ...], test: str) -> str:
    return "(" + " AND ".join(f"{column} {test}" for column in columns) + ")"


PAPER_CHECKS = {
    "ck_paper_kind": (
        "kind IN ('notice', 'announcement', 'decision', 'decline', 'repair_guide', 'receipt', 'objection_accepted', "
        "'objection_refused', 'objection_rejected', 'objection_corrected', 'repair_accepted', 'repair_granted', "
        "'repair_denied', 'revocation', 'removal')"
    ),
    "ck_paper_series": f"serial >= 1 AND year BETWEEN 2000 AND 2999 AND {_filled('agency_code')}",
    "ck_paper_named": (
        f"{_filled('paper_id')} AND {_filled('object_id')} AND {_filled('document_no')} AND {_filled('reserved_by')} "
        "AND length(rulebook) = 64 AND length(template_hash) = 64"
    ),
    "ck_paper_issued": (
        f"(state = 'reserved' AND {_all(_ISSUED, 'IS NULL')} AND {_all(_VOIDED, 'IS NULL')}) "
        f"OR (state = 'issued' AND {_all(_ISSUED, 'IS NOT NULL')} AND {_all(_VOIDED, 'IS NULL')} "
        "AND issued_at >= reserved_at AND length(docx_sha256) = 64 AND length(pdf_sha256) = 64) "
        f"OR (state = 'voided' AND {_all(_VOIDED, 'IS NOT NULL')} AND voided_at >= reserved_at "
        f"AND {_filled('voided_by')} AND {_filled('void_reason')} "
        f"AND ({_all(_ISSUED, 'IS NULL')} OR {_all(_ISSUED, 'IS NOT NULL')}))"
    ),
}
"""Name of each check and its SQL."""

LEGAL_YEAR = {
    "sqlite": "issued_on = date(reserved_at, '+8 hours') AND CAST(strftime('%Y', issued_on) AS INTEGER) = year",
    "postgresql": (
        "issued_on = CAST(reserved_at AT TIME ZONE 'Asia/Shanghai' AS DATE) AND EXTRACT(YEAR FROM issued_on) = year"
    ),
}
"""A paper bears the legal day and year in which its number was taken."""


def _exists(condition: str, table: str = _PAPER) -> str:
    return f"EXISTS (SELECT 1 FROM {table} AS r WHERE {condition})"  # noqa: S608 - made of constants


def _changed(columns: tuple[str, ...]) -> str:
    return "(" + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns) + ")"


BANS = (
    # A replacing insert would delete without a trigger; so what it would replace is looked for first.
    Ban("paper_is_new", _PAPER, "INSERT", f"(NEW.state <> 'reserved' OR {_exists('r.paper_id = NEW.paper_id')})"),
    Ban(
        "paper_is_next",
        _PAPER,
        "INSERT",
        f"NEW.serial <> (SELECT coalesce(max(r.serial), 0) + 1 FROM paper AS r WHERE {_SERIES})",  # noqa: S608
    ),
    Ban(
        "paper_one_of_a_kind",
        _PAPER,
        "INSERT",
        _exists("r.object_id = NEW.object_id AND r.kind = NEW.kind AND r.state <> 'voided'"),
    ),
    Ban(
        "paper_keeps_its_number",
        _PAPER,
        "UPDATE",
        f"({_changed(_FIXED)} OR NOT ((OLD.state = 'reserved' AND NEW.state IN ('issued', 'voided')) "
        f"OR (OLD.state = 'issued' AND NEW.state = 'voided' AND NOT {_changed(_ISSUED)})))",
    ),
    Ban(
        "paper_taken_stays",
        _PAPER,
        "UPDATE",
        "(NEW.state = 'voided' AND OLD.case_id IS NOT NULL AND "
        + _exists("r.case_id = OLD.case_id AND r.document_no = OLD.document_no", "act")
        + ")",
    ),
    Ban("paper_never_deleted", _PAPER, "DELETE", "1 = 1"),
)
NEVER_TRUNCATED = (_PAPER,)
