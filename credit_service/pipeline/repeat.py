"""An assessment done again: by the rules adopted and the facts known then it gives the stored result, bit for bit.

Before it stands the receipt of a run; after it either the same digests, or an account of what differs and why: other
facts, other SQL, other rules. The repetition leaves nothing behind; `store_again` is the one that does, for a warehouse
made new.
"""

from __future__ import annotations

from dataclasses import dataclass

from credit_service.domain.adoption import Adoption
from credit_service.errors import RulebookDamaged, RulebookError, RunNotFound
from credit_service.pipeline.office import Office
from credit_service.pipeline.repair_grant import take_over_repairs
from credit_service.pipeline.resolve import take_over_links
from credit_service.registry.unit_of_work import RunReceipt
from credit_service.rulebook.compile_sql import compile_scoring, render_sql
from credit_service.rulebook.compiler import hash_text, name_compiler
from credit_service.rulebook.kept import load_kept
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.receipts import TableDifference, hash_schema
from credit_service.warehouse.run_query import AssessmentRun, RepeatedResult


@dataclass(frozen=True)
class Repetition:
    """What came of doing an assessment again.

    Of each input: whether it is what the receipt names. A receipt older than adoptions names less; what it does not
    name is None here, and its result can only be compared with what the warehouse holds.
    """

    receipt: RunReceipt
    same_rules: bool
    same_schema: bool | None
    same_compiler: bool | None
    same_sql: bool
    same_facts: bool | None
    same_result: bool | None
    is_stored: bool
    """Whether the warehouse holds the result; without it only digests can be compared."""
    differences: tuple[TableDifference, ...]

    @property
    def is_identical(self) -> bool:
        """Whether the result is the stored one, bit for bit."""
        told = self.same_result if self.same_result is not None else self.is_stored
        return told and not self.differences

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit assess --repeat``."""
        return {
            "run_id": self.receipt.run_id,
            "as_of": self.receipt.as_of.isoformat(),
            "known_at": self.receipt.known_at.isoformat(),
            "adoption": self.receipt.adoption,
            "identical": self.is_identical,
            "same": {
                "rules": self.same_rules,
                "schema": self.same_schema,
                "compiler": self.same_compiler,
                "sql": self.same_sql,
                "facts": self.same_facts,
                "result": self.same_result,
            },
            "stored": self.is_stored,
            "differences": [difference.to_dict() for difference in self.differences],
        }


def repeat_assessment(office: Office, run_id: str) -> Repetition:
    """Do an assessment again and compare it with its receipt and with what the warehouse holds of it.

    Raises:
        RunNotFound: No assessment has this number.
        RulebookDamaged: The rules it ran by are not what was adopted.
        RuleNotInForce: The rules have no version in force on its day.
        WarehouseBusy: Another process holds the warehouse.
    """
    with office.ledger.reading() as uow:
        receipt = uow.runs.find(run_id)
    if receipt is None:
        message = f"没有编号为“{run_id}”的评价。"
        raise RunNotFound(message, remedy="编号见 credit assess 的输出。")
    adoption, rulebook = _find_rules(office, receipt)
    compiled = compile_scoring(rulebook)
    run = AssessmentRun(receipt.run_id, receipt.as_of, receipt.known_at, receipt.rulebook, receipt.adoption)
    with office.warehouse.open() as session:
        take_over_links(office, session)
        take_over_repairs(office, session)
        repeated = session.repeat_assessment(run, compiled)
    in_force = office.adoption(receipt.as_of, receipt.known_at)
    same_rules = rulebook.hash == receipt.rulebook and in_force.number == adoption.number
    return _compare(receipt, repeated, hash_text(render_sql(compiled)), same_rules=same_rules)


def store_again(office: Office, receipt: RunReceipt) -> bool | None:
    """Run an assessment again into the warehouse; it proposes nothing: what it proposed is in the ledger.

    Returns:
        Whether the result is that of the receipt; None where its rules are no longer there as they were.

    Raises:
        WarehouseBusy: Another process holds the warehouse.
    """
    try:
        _, rulebook = _find_rules(office, receipt)
    except (RulebookError, RulebookDamaged):
        # One lost rulebook must not keep the assessments by all others out of the new warehouse.
        return None
    if rulebook.hash != receipt.rulebook:
        return None
    run = AssessmentRun(receipt.run_id, receipt.as_of, receipt.known_at, receipt.rulebook, receipt.adoption)
    with office.warehouse.open() as session:
        take_over_links(office, session)
        take_over_repairs(office, session)
        counts = session.run_assessment(run, compile_scoring(rulebook))
    return receipt.result_digest in {None, counts.result_digest}


def _find_rules(office: Office, receipt: RunReceipt) -> tuple[Adoption, Rulebook]:
    """Return the rules a run went by: those of the adoption it names, or, of an older one, those in force then."""
    if receipt.adoption is None:
        adoption = office.adoption(receipt.as_of, receipt.known_at)
    else:
        with office.ledger.reading() as uow:
            adoption = uow.adoptions.get(receipt.adoption)
    return adoption, load_kept(office.places.rulebooks, adoption.rulebook, receipt.as_of)


def _compare(receipt: RunReceipt, repeated: RepeatedResult, sql_hash: str, *, same_rules: bool) -> Repetition:
    return Repetition(
        receipt=receipt,
        same_rules=same_rules,
        same_schema=_same(receipt.schema_hash, hash_schema()),
        same_compiler=_same(receipt.compiler, name_compiler()),
        same_sql=receipt.sql_hash == sql_hash,
        same_facts=_same(receipt.facts_digest, repeated.facts_digest),
        same_result=_same(receipt.result_digest, repeated.result_digest),
        is_stored=repeated.is_stored,
        differences=repeated.differences,
    )


def _same(told: str | None, found: str) -> bool | None:
    return None if told is None else told == found
