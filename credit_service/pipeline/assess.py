"""Second chapter: records and rules become scores, reasons and candidates.

Before it lie stored records; after it an assessment run that can be repeated to the last digit, and cases in state
``proposed`` for people to look at. The engine proposes; it lists nobody.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from credit_service.domain.adoption import Adoption, CompiledText
from credit_service.domain.listing import Case
from credit_service.domain.score import ListKind
from credit_service.listing.propose import CandidateFacts, propose_cases
from credit_service.pipeline.decide import expire_listings
from credit_service.pipeline.examine_rules import get_number
from credit_service.pipeline.follow_sources import end_with_source
from credit_service.pipeline.objection_effects import mark_new_cases
from credit_service.pipeline.office import Office
from credit_service.pipeline.repair_grant import take_over_repairs
from credit_service.pipeline.resolve import take_over_links
from credit_service.pipeline.snapshot import refresh_snapshot
from credit_service.registry.unit_of_work import RunReceipt, UnitOfWork
from credit_service.rulebook.compile_sql import CompiledScoring, compile_scoring, render_sql
from credit_service.rulebook.compiler import RUN_TARGET, hash_text, name_compiler
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.connection import Session
from credit_service.warehouse.receipts import hash_schema
from credit_service.warehouse.run_query import AssessmentCounts, AssessmentRun


@dataclass(frozen=True)
class AssessOutcome:
    """What one assessment found."""

    run_id: str
    as_of: date
    rulebook: str
    receipt: RunReceipt
    """What the result follows from, and its digest."""
    records: int
    subjects: int
    scores: int
    candidates: dict[str, int]
    """Candidates by list kind."""
    proposed: tuple[Case, ...]
    """New cases; candidates whose case is already open or standing make none."""

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit assess``."""
        return {
            "run_id": self.run_id,
            "as_of": self.as_of.isoformat(),
            "rulebook": self.rulebook,
            "receipt": to_receipt_object(self.receipt),
            "records": self.records,
            "subjects": self.subjects,
            "scores": self.scores,
            "candidates": self.candidates,
            "proposed": [
                {
                    "case_id": case.case_id,
                    "list_kind": case.list_kind.value,
                    "list_type": case.list_type,
                    "subject_id": case.subject_id,
                    "category": case.category,
                    "fact": case.fact,
                }
                for case in self.proposed
            ],
        }


def to_receipt_object(receipt: RunReceipt) -> dict[str, object]:
    """Return a receipt as the documented JSON object."""
    return {
        "known_at": receipt.known_at.astimezone(UTC).isoformat(),
        "adoption": receipt.adoption,
        "rulebook": receipt.rulebook,
        "schema": receipt.schema_hash,
        "compiler": receipt.compiler,
        "sql": receipt.sql_hash,
        "facts": receipt.facts_digest,
        "result": receipt.result_digest,
    }


@dataclass(frozen=True)
class _Rules:
    """What an assessment goes by."""

    adoption: Adoption
    rulebook: Rulebook
    compiled: CompiledScoring
    text: str


def assess(office: Office, as_of: date) -> AssessOutcome:
    """Score every subject in every category as of a day and propose candidates; of a day to come nobody is proposed.

    Raises:
        RulebookNotAdopted: Nothing was ever adopted.
        RuleNotInForce: No rules are in force on that day.
        RulebookDamaged: The kept rules are not what was adopted.
        WarehouseBusy: Another process holds the warehouse.
    """
    expire_listings(office)
    with office.warehouse.open() as session:
        end_with_source(office, session)
        # The instant comes first: whatever was judged or adopted before it is committed when the links are read in a
        # writer's turn, and the adoption after them; whatever comes later knows a later instant and does not count.
        known_at = _find_instant(office, session)
        take_over_links(office, session)
        take_over_repairs(office, session)
        rules = _find_rules(office, as_of, known_at)
        run_id = _run_id(as_of, known_at, rules.rulebook)
        run = AssessmentRun(run_id, as_of, known_at, rules.rulebook.hash, rules.adoption.number)
        counts = session.run_assessment(run, rules.compiled)
        facts = _find_candidate_facts(session, run_id)
    receipt = _to_receipt(run, rules, counts)
    proposed = _propose(office, rules, facts, receipt)
    refresh_snapshot(office)
    by_kind = Counter(fact.list_kind for fact in facts)
    return AssessOutcome(
        run_id=run_id,
        as_of=as_of,
        rulebook=rules.rulebook.hash,
        receipt=receipt,
        records=counts.records,
        subjects=counts.subjects,
        scores=counts.scores,
        candidates={kind.value: by_kind.get(kind, 0) for kind in ListKind},
        proposed=proposed,
    )


def _find_instant(office: Office, session: Session) -> datetime:
    """Return now, or the instant just after it at which something was learned while the clock stood still."""
    now = office.now()
    with office.ledger.reading() as uow:
        learned = [session.find_newest_learned(), uow.adoptions.find_newest_confirmed()]
    return max([now, *(one for one in learned if one is not None and one - now < STANDING_CLOCK)])


STANDING_CLOCK = timedelta(seconds=1)
"""How far instants may run ahead of a clock that stands still (`Office.instant_of_learning`)."""


def _find_rules(office: Office, as_of: date, known_at: datetime) -> _Rules:
    adoption = office.adoption(as_of, known_at)
    rulebook = office.rulebook(as_of, known_at)
    compiled = compile_scoring(rulebook)
    return _Rules(adoption, rulebook, compiled, render_sql(compiled))


def _to_receipt(run: AssessmentRun, rules: _Rules, counts: AssessmentCounts) -> RunReceipt:
    return RunReceipt(
        run_id=run.run_id,
        as_of=run.as_of,
        known_at=run.known_at,
        rulebook=run.rulebook,
        sql_hash=hash_text(rules.text),
        counts={
            "records": counts.records,
            "subjects": counts.subjects,
            "scores": counts.scores,
            "reasons": counts.reasons,
            "candidates": counts.candidates,
        },
        adoption=run.adoption,
        schema_hash=hash_schema(),
        compiler=name_compiler(),
        facts_digest=counts.facts_digest,
        result_digest=counts.result_digest,
    )


def _run_id(as_of: date, known_at: datetime, rulebook: Rulebook) -> str:
    digest = sha256(f"{as_of}|{known_at.isoformat()}|{rulebook.hash}".encode()).hexdigest()
    return f"A{as_of:%Y%m%d}-{digest[:8].upper()}"


def _propose(office: Office, rules: _Rules, facts: tuple[CandidateFacts, ...], receipt: RunReceipt) -> tuple[Case, ...]:
    with office.ledger.unit_of_work() as uow:
        _keep_text(uow, rules, receipt)
        uow.runs.add(receipt)
        known = _list_known(uow, {fact.subject_id for fact in facts})
        # What would be on a day to come is reckoned and proposed to nobody: it is not so today, and may never be.
        is_past = receipt.as_of <= office.today()
        cases = propose_cases(facts, known, rules.rulebook.list_types, office.today()) if is_past else []
        uow.cases.add_all(cases, office.now())
        mark_new_cases(office, uow, cases)
        uow.audit.append("engine", "assessment", receipt.run_id, receipt.known_at, {"proposed": len(cases)})
        uow.commit()
    return tuple(cases)


def _keep_text(uow: UnitOfWork, rules: _Rules, receipt: RunReceipt) -> None:
    """Store the text that ran where the adoption has it not: a newer program may compile the same rules otherwise."""
    number, compiler = get_number(rules.adoption), receipt.compiler or ""
    if uow.adoptions.has_text(number, RUN_TARGET, compiler, receipt.sql_hash):
        return
    text = CompiledText(
        adoption=number,
        target=RUN_TARGET,
        from_on=receipt.as_of,
        rulebook=receipt.rulebook,
        compiler=compiler,
        sql_hash=receipt.sql_hash,
        compiled_at=receipt.known_at,
        sql=rules.text,
    )
    uow.adoptions.add_text(text)
    detail = {"number": number, "target": RUN_TARGET, "compiler": compiler, "sql": receipt.sql_hash}
    uow.audit.append("engine", "rulebook.compiled", rules.adoption.rulebook, receipt.known_at, detail)


def _list_known(uow: UnitOfWork, subject_ids: set[str]) -> list[Case]:
    """Return the cases about subjects, and about those linked to them as though they were about them."""
    running = (link for link in uow.resolutions.list_links() if link.unlinked_at is None)
    ends = {link.from_subject_id: link.to_subject_id for link in running if link.to_subject_id in subject_ids}
    cases = uow.cases.list_about([*subject_ids, *ends])
    return [replace(case, subject_id=ends.get(case.subject_id, case.subject_id)) for case in cases]


def _find_candidate_facts(session: Session, run_id: str) -> tuple[CandidateFacts, ...]:
    """Return each candidate of a run with what its newest supporting record says of the subject."""
    frame = session.run_query(_CANDIDATE_FACTS, {"run_id": run_id})
    return tuple(
        CandidateFacts(
            **{
                **row,
                "list_kind": ListKind(row["list_kind"]),
                "record_ids": tuple(row["record_ids"]),
                "agency_codes": tuple(row["agency_codes"]),
            }
        )
        for row in frame.iter_rows(named=True)
    )


_CANDIDATE_FACTS = """
WITH support AS (
    SELECT c.subject_id, c.list_kind, c.list_type, c.category, r.*
        EXCLUDE (subject_id), r.subject_id AS reported_id,
        bool_or(r.is_minor) OVER (
            PARTITION BY c.subject_id, c.list_kind, c.list_type, c.category
        ) AS any_minor,
        list_sort(list(DISTINCT r.agency_code) OVER (
            PARTITION BY c.subject_id, c.list_kind, c.list_type, c.category
        )) AS agency_codes,
        row_number() OVER (
            PARTITION BY c.subject_id, c.list_kind, c.list_type, c.category
            ORDER BY r.decided_on DESC, r.record_id
        ) AS place
    FROM (SELECT *, unnest(record_ids) AS supporting FROM candidates WHERE run_id = $run_id) AS c
    JOIN records AS r ON r.record_id = c.supporting
)
SELECT
    c.subject_id, s.subject_kind,
    -- A record linked to the subject may have another name and another code, or none.
    CASE WHEN s.reported_id = c.subject_id THEN s.subject_name ELSE coalesce(o.subject_name, s.subject_name) END
        AS subject_name,
    CASE WHEN s.reported_id = c.subject_id THEN s.identifier_code ELSE split_part(c.subject_id, ':', 2) END
        AS identifier_code, c.list_kind, c.list_type, c.category,
    c.rule, a.rulebook, c.run_id, c.record_ids, s.kind AS record_kind, s.topic, s.document_no, s.decided_on, s.ends_on,
    s.authority_name, s.authority_code, s.adult_on, s.any_minor AS is_minor, s.agency_codes, s.consent, s.consent_no,
    (SELECT arg_max(x.severity, list_position(['minor', 'general', 'serious'], x.severity)) FROM reasons AS x
      WHERE x.run_id = c.run_id AND x.subject_id = c.subject_id AND list_contains(c.record_ids, x.record_id)
    ) AS severity
FROM candidates AS c
JOIN support AS s
  ON s.subject_id = c.subject_id AND s.list_kind = c.list_kind AND s.list_type = c.list_type
 AND s.category = c.category AND s.place = 1
LEFT JOIN (
    SELECT subject_id, arg_max(subject_name, (learned_at, record_id)) AS subject_name FROM current_records
    WHERE subject_id IN (SELECT to_subject_id FROM subject_links)
    GROUP BY subject_id
) AS o ON o.subject_id = c.subject_id
JOIN assessment_runs AS a ON a.run_id = c.run_id
WHERE c.run_id = $run_id
ORDER BY c.list_kind, c.list_type, c.category, c.subject_id
"""
