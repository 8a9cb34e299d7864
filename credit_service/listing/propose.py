"""Candidates to proposed cases: what the engine found is put before people.

Before it come candidates of one assessment with what their newest record says; after it cases in state ``proposed``.
It decides nothing: a proposal has no effect on anybody until people have taken it through every gate of `transitions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TypedDict

from credit_service.domain.listing import Case, CaseState
from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.listing.steps import is_open
from credit_service.listing.terms import ListTypeBasis

Key = tuple[str, ListKind, str, int]
"""(subject, list, list type, category): there is at most one open case of each."""


@dataclass(frozen=True)
class CandidateFacts:
    """One candidate with what its newest supporting record says of the subject.

    ``is_minor`` is of any supporting record; ``adult_on`` is None for organisations.
    """

    subject_id: str
    subject_kind: str
    """A `SubjectKind` value."""
    subject_name: str
    """Masked for persons."""
    identifier_code: str | None
    list_kind: ListKind
    list_type: str
    category: int
    rule: str
    rulebook: str
    run_id: str
    record_ids: tuple[str, ...]
    record_kind: str
    """A `RecordKind` value."""
    topic: str
    document_no: str
    decided_on: date
    ends_on: date | None
    authority_name: str
    authority_code: str | None
    adult_on: date | None
    is_minor: bool
    consent: bool
    consent_no: str
    severity: str | None
    agency_codes: tuple[str, ...] = ()
    """Agencies that sent the supporting records."""


def propose_cases(
    facts: Sequence[CandidateFacts], existing: Iterable[Case], list_types: Iterable[ListTypeBasis], on: date
) -> list[Case]:
    """Return one new case for each candidate that may be put before people.

    Left out are: minors; persons for the red list without consent; subjects for the red list that stand, or are about
    to be put, on the black or watch list; candidates with an open or standing case of the same list, type and category;
    candidates whose evidence was put before people already (the same evidence gives the same case id).

    Args:
        facts: Candidates of one run.
        existing: Every case the ledger knows about these subjects, closed ones included.
        list_types: The list types in force; a type without a basis can be proposed, but never noticed or decided.
        on: The day of the proposal.

    Source: 国办发〔2020〕49号; domain.md 2.6 (minors), 2.7 (persons), 3 (vetting of the red list).
    """
    cases = list(existing)
    types = {list_type.id: list_type for list_type in list_types}
    blocked = _negative_subjects(facts, cases)
    taken = {_key(case) for case in cases if is_open(case.state)}
    known = {case.case_id for case in cases}
    proposed: list[Case] = []
    for fact in sorted(facts, key=_order):
        case = _to_case(fact, types.get(_list_type(fact)), on)
        if _may_propose(fact, blocked, on) and _key(case) not in taken and case.case_id not in known:
            proposed.append(case)
            taken.add(_key(case))
            known.add(case.case_id)
    return proposed


def make_case_id(fact: CandidateFacts) -> str:
    """Return the id of a candidate's case: the same subject, list, rule and evidence always give the same."""
    parts = (fact.subject_id, fact.list_kind.value, _list_type(fact), str(fact.category), fact.rule)
    text = "\n".join((*parts, *sorted(fact.record_ids)))
    return "C" + sha256(text.encode()).hexdigest()[:12].upper()


def _list_type(fact: CandidateFacts) -> str:
    """Return the list type; the watch list is one type of its own, for which the engine may leave it empty."""
    return fact.list_type or fact.list_kind.value


def _order(fact: CandidateFacts) -> tuple[str, str, int, str, str]:
    # Rows arrive in any order; a fixed one makes two runs on the same facts propose the same cases.
    return fact.list_kind.value, _list_type(fact), fact.category, fact.subject_id, make_case_id(fact)


def _key(case: Case) -> Key:
    return case.subject_id, case.list_kind, case.list_type, case.category


def _negative_subjects(facts: Sequence[CandidateFacts], cases: Sequence[Case]) -> frozenset[str]:
    """Return who may not be proposed for the red list: on, or on the way to, the black or watch list."""
    standing = {c.subject_id for c in cases if c.list_kind is not ListKind.RED and is_open(c.state)}
    coming = {fact.subject_id for fact in facts if fact.list_kind is not ListKind.RED}
    return frozenset(standing | coming)


def _may_propose(fact: CandidateFacts, blocked: frozenset[str], on: date) -> bool:
    if fact.subject_kind == SubjectKind.PERSON:
        if fact.is_minor or (fact.adult_on is not None and on < fact.adult_on):
            return False
        if fact.list_kind is ListKind.RED and not (fact.consent and fact.consent_no.strip()):
            return False
    return fact.list_kind is not ListKind.RED or fact.subject_id not in blocked


def _to_case(fact: CandidateFacts, list_type: ListTypeBasis | None, on: date) -> Case:
    # What is on a serious list is serious (国办发〔2025〕22号); a record that says nothing else does not soften it.
    severity = fact.severity or (Severity.SERIOUS.value if fact.list_kind is ListKind.BLACK else None)
    return Case(
        case_id=make_case_id(fact),
        subject_id=fact.subject_id,
        subject_kind=SubjectKind(fact.subject_kind),
        subject_name=fact.subject_name,
        identifier_code=fact.identifier_code,
        list_kind=fact.list_kind,
        list_type=_list_type(fact),
        list_basis=list_type.legal_basis if list_type else "",
        category=fact.category,
        authority_code=fact.authority_code or "",
        authority_name=fact.authority_name,
        state=CaseState.PROPOSED,
        rule=fact.rule,
        rulebook=fact.rulebook,
        run_id=fact.run_id,
        record_ids=tuple(sorted(fact.record_ids)),
        fact=_fact_line(fact),
        severity=severity,
        proposed_on=on,
        adult_on=fact.adult_on,
        consent_no=fact.consent_no.strip() if fact.consent else "",
        source_agency=fact.agency_codes[0] if len(set(fact.agency_codes)) == 1 else "",
        **_to_source(fact, list_type),
    )


class _Source(TypedDict, total=False):
    source_decision_no: str
    source_decided_on: date
    source_ends_on: date | None


def _to_source(fact: CandidateFacts, list_type: ListTypeBasis | None) -> _Source:
    """Return the decision of another authority that the newest record reports, where it is one with a number."""
    if list_type is None or fact.record_kind not in list_type.taken_over_from or not fact.document_no.strip():
        return {}
    if fact.ends_on is not None and fact.ends_on < fact.decided_on:
        return {}
    return {
        "source_decision_no": fact.document_no.strip(),
        "source_decided_on": fact.decided_on,
        "source_ends_on": fact.ends_on,
    }


def _fact_line(fact: CandidateFacts) -> str:
    """Return why, in one line of Chinese without any name of a person."""
    kind = RecordKind(fact.record_kind).label
    what = f"{kind}：{fact.topic}" if fact.topic and fact.topic != kind else kind
    document = f"，{fact.document_no}" if fact.document_no else ""
    more = f"等{len(fact.record_ids)}项" if len(fact.record_ids) > 1 else ""
    return f"{what}{more}（{fact.authority_name}，{fact.decided_on}{document}）"
