"""Beside the third chapter: what an application for repair is about, and when its repair opens.

Before it a number and a subject's code as somebody typed them; after it one listing or one record of that subject, with
severity, first day and needed papers by the rules of the day. A wrong number and another's number get the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from credit_service.domain.listing import Case, CaseState
from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.repair import RepairTarget
from credit_service.domain.score import ListKind
from credit_service.errors import IllegalTransition, SubjectNotFound
from credit_service.pipeline.office import Office
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.rulebook.compile_sql import compile_scoring
from credit_service.rulebook.evaluate import judge_all
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.judge import Judged
from credit_service.rulebook.repair_opening import find_acts, find_opening
from credit_service.rulebook.repair_types import LawfulAct, Wait
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.links import find_end
from credit_service.warehouse.repairs import list_records_of
from credit_service.warehouse.run_query import AssessmentRun
from credit_service.warehouse.write import to_naive_utc

_STANDING = frozenset({CaseState.DECISION_SERVED, CaseState.PUBLISHED})


@dataclass(frozen=True)
class Target:
    """What is to be repaired, as the rules of the day see it."""

    kind: RepairTarget
    target_id: str
    case_id: str | None
    record_ids: tuple[str, ...]
    subject_id: str
    subject_name: str
    fact: str
    severity: str | None
    rule: str
    opens_on: date | None
    authority_code: str
    authority_name: str
    since_on: date | None
    """Day of the decision."""


def find_target(office: Office, target_no: str, subject_id: str, rulebook: Rulebook) -> Target:
    """Return the listing or record of a subject that a number names: its own number, or that of its document.

    Raises:
        SubjectNotFound: Nothing of this subject has this number.
        IllegalTransition: It has, but there is nothing to repair.
        WarehouseBusy: Another process holds the warehouse.
    """
    wanted = target_no.strip()
    if not wanted:
        raise _unknown()
    with office.ledger.reading() as uow:
        members = list_same(uow, subject_id)
        cases = [case for case in uow.cases.list_about(members) if wanted in {case.case_id, case.decision_no}]
        if cases:
            return _of_case(office, uow, _choose(cases), rulebook)
    return _of_record(office, wanted, members, rulebook)


def list_same(uow: UnitOfWork, subject_id: str) -> list[str]:
    """Return a subject with everybody who is linked to it now, whom it was linked to first."""
    end = uow.resolutions.find_end(subject_id)
    return sorted({subject_id, end, *uow.resolutions.list_members(end)})


def list_needs(rulebook: Rulebook, severity: str | None) -> tuple[str, ...]:
    """Return what must be handed in for a severity; where none is known, as for a general one.

    Proof of the fulfilled duties is always needed: 国家发展改革委令第36号.
    """
    level = severity or Severity.GENERAL.value
    named = {paper.paper for paper in rulebook.papers if paper.severity in {"*", level}}
    return tuple(sorted({"duty_proof", *named}))


def _choose(cases: Sequence[Case]) -> Case:
    """Return the case that stands, where one document made several."""
    return max(cases, key=lambda case: (case.state in _STANDING, case.proposed_on, case.case_id))


def _of_case(office: Office, uow: UnitOfWork, case: Case, rulebook: Rulebook) -> Target:
    if case.list_kind is ListKind.RED:
        message = "守信激励名单不适用信用修复。"
        raise IllegalTransition(message, remedy="本人不愿再公示的，可以随时撤回同意，请联系认定单位办理。")
    is_over = case.max_until_on is not None and office.today() > case.max_until_on
    if case.state not in _STANDING or is_over:
        message = "该名单尚未送达，或者已经移出、期满，没有可以修复的内容。"
        raise IllegalTransition(message, remedy="请核对决定书文号；期满的自动停止公示，不需要申请。")
    agency = uow.agencies.find(case.authority_code) or uow.agencies.find(case.source_agency)
    return Target(
        kind=RepairTarget.CASE,
        target_id=case.case_id,
        case_id=case.case_id,
        record_ids=case.record_ids,
        subject_id=case.subject_id,
        subject_name=case.subject_name,
        fact=case.fact,
        severity=case.severity,
        rule=rulebook.list_type(case.list_type).entry.rule_id,
        opens_on=None if case.severity == Severity.MINOR.value else case.min_until_on,
        authority_code=agency.agency_code if agency else "",
        authority_name=case.authority_name,
        since_on=case.decided_on,
    )


def _of_record(office: Office, wanted: str, members: Sequence[str], rulebook: Rulebook) -> Target:
    run = AssessmentRun("", office.today(), office.now(), "")
    with office.warehouse.open() as session:
        frame = list_records_of(session, members)
        rows = [row for row in frame.iter_rows(named=True) if wanted in {row["record_id"], row["document_no"]}]
        if not rows:
            raise _unknown()
        row = rows[-1]
        end = find_end(session, row["subject_id"], to_naive_utc(run.known_at))
        facts, _ = session.read_facts(run, compile_scoring(rulebook), end)
    judged = judge_all(rulebook, [Fact(**fact) for fact in facts.iter_rows(named=True)], office.today())
    found = next((one for one in judged if one.fact.record_id == row["record_id"]), None)
    rule, opens_on = _find_rule(rulebook, found)
    with office.ledger.reading() as uow:
        agency = uow.agencies.find(row["authority_code"]) or uow.agencies.find(row["agency_code"])
        standing = _find_listing(uow, members, row["record_id"])
    if standing is not None and rule.wait is Wait.LIST:
        # The record is itself the listing that was taken over: who repairs it, ends the listing.
        with office.ledger.reading() as uow:
            return _of_case(office, uow, standing, rulebook)
    kind = RecordKind(row["kind"]).label
    told = f"（{row['authority_name']}，{row['decided_on']}，{row['document_no'] or '无文号'}）"
    return Target(
        kind=RepairTarget.RECORD,
        target_id=row["record_id"],
        case_id=None,
        record_ids=(row["record_id"],),
        subject_id=row["subject_id"],
        subject_name=row["subject_name"],
        fact=f"{kind}：{row['topic']}{told}",
        severity=found.severity if found else None,
        rule=rule.entry.rule_id,
        opens_on=opens_on,
        authority_code=agency.agency_code if agency else "",
        authority_name=row["authority_name"],
        since_on=row["decided_on"],
    )


def _find_rule(rulebook: Rulebook, found: Judged | None) -> tuple[LawfulAct, date | None]:
    """Return the act that is open to a record, and its first day (None: at once).

    Raises:
        IllegalTransition: The record is not used, was repaired, or nothing can be done about its kind.
    """
    acts = find_acts(rulebook, found) if found is not None else ()
    if found is None or not found.is_usable or not acts:
        message = "这条信息已经停止使用、已经修复，或者依规则不适用信用修复。"
        raise IllegalTransition(message, remedy="已期满的自动停止公示，不需要申请；对信息本身有异议的，请提出异议。")
    wait = acts[0].wait
    opens_on = None if wait is Wait.NONE else find_opening(rulebook, found, wait)
    if opens_on is None and wait is not Wait.NONE:
        message = "规则没有规定这条信息何时可以修复。"
        raise IllegalTransition(message, remedy="请向认定机关咨询，并由系统管理员核对 rules/repair/ 和 rules/lists/。")
    return acts[0], opens_on


def _find_listing(uow: UnitOfWork, members: Sequence[str], record_id: str) -> Case | None:
    cases = [case for case in uow.cases.list_about(members) if record_id in case.record_ids]
    return next((case for case in cases if case.state in _STANDING and case.list_kind is not ListKind.RED), None)


def _unknown() -> SubjectNotFound:
    message = "没有找到与该主体相符的名单或失信信息。"
    return SubjectNotFound(
        message, remedy="请核对编号（案件号、记录编号或决定书文号）和主体代码；两项必须属于同一主体。"
    )
