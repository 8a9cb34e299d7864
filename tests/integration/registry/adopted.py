"""Rules in force for tests of the ledger: no rulebook stands behind them, only the rows."""

from datetime import date, datetime

from credit_service.domain.adoption import INSTALLER, Adoption, AdoptionKind, CompiledText
from credit_service.domain.clock import legal_day
from credit_service.registry.unit_of_work import RunReceipt, UnitOfWork

COMPILER = "credit-service 0, sqlglot 0, source 0"
RULEBOOK = "ab" * 32


def found(uow: UnitOfWork, at: datetime) -> Adoption:
    """Put rules in force, as the set-up does, with one compiled text of the hash ``sql``."""
    founding = Adoption(
        kind=AdoptionKind.FOUNDING,
        rulebook=RULEBOOK,
        from_on=date(2018, 1, 1),
        reason="建库",
        proposed_by=INSTALLER,
        proposed_at=at,
        confirmed_by=INSTALLER,
        confirmed_at=at,
        confirmed_on=legal_day(at),
    )
    kept = uow.adoptions.add(founding)
    uow.adoptions.add_text(
        CompiledText(kept.number, "duckdb", date(2018, 1, 1), "cd" * 32, COMPILER, "sql", at, "SELECT 1")
    )
    return kept


def receipt(run_id: str, as_of: date, known_at: datetime, **changes: object) -> RunReceipt:
    """Return a receipt of a run by the rules of `found`."""
    names = {
        "adoption": 1,
        "schema_hash": "schema",
        "compiler": COMPILER,
        "facts_digest": "facts",
        "result_digest": "result",
    }
    return RunReceipt(run_id, as_of, known_at, "rules", "sql", **{**names, **changes})
