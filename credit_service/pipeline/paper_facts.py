"""What a paper about a case says: gathered from the case, its records, the rules and the letterhead.

Before it stand a case and a day; after it the `PaperFacts` that the wording is filled with. The rules are those in
force on that day, so that terms and remedies are those the reader has. A person's full name comes from the vault, and
only for a paper to that person; everywhere else, and in every free text, it is masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from credit_service.bulletins.papers.compose import PaperFacts
from credit_service.bulletins.papers.letterheads import get_letterhead
from credit_service.bulletins.redact import clean_text, redact_name, redact_text
from credit_service.domain.clock import add_workdays
from credit_service.domain.listing import Case
from credit_service.domain.measure import Measure
from credit_service.domain.paper import PaperKind
from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import PaperIncomplete
from credit_service.listing.deadlines import add_months
from credit_service.pipeline.office import Office
from credit_service.rulebook.rule_types import ListType
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.grounds import Ground, read_grounds

INFORMATION_ONLY = "（仅共享信息，由其自主决定）"
_TO_THE_PUBLIC = frozenset({PaperKind.ANNOUNCEMENT})
_RESTING_ON_RECORDS = frozenset({PaperKind.NOTICE, PaperKind.ANNOUNCEMENT, PaperKind.DECISION})
_WITH_PERIOD = frozenset({PaperKind.NOTICE, PaperKind.ANNOUNCEMENT})
_SHOWN_HEAD, _SHOWN_TAIL = 3, 1
"""Characters of a person's number that tell namesakes apart and single nobody out (domain: masking)."""


@dataclass(frozen=True)
class Addressee:
    """To whom a paper is."""

    name: str
    identity: str
    """Name with its code, as the facts begin."""
    is_person: bool


@dataclass(frozen=True)
class PaperDetails:
    """What only the person who issues a paper can say."""

    reason: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """Further values, for papers about repairs."""
    materials: tuple[str, ...] = ()


def gather_case_facts(
    office: Office, case: Case, kind: PaperKind, addressee: Addressee, details: PaperDetails
) -> PaperFacts:
    """Return what a paper about a case says on the office's legal day.

    Raises:
        PaperIncomplete: The agency has no letterhead, or the rules state no term the paper must name.
        TemplateFault: The letterheads are faulty.
        WarehouseBusy: Another process holds the warehouse.
    """
    today, rulebook = office.today(), office.rulebook(office.today())
    list_type = rulebook.list_type(case.list_type)
    head = get_letterhead(office.places.reference, case.authority_code, case.authority_name)
    with office.warehouse.open() as session:
        grounds = read_grounds(session, case.record_ids)
    if kind in _RESTING_ON_RECORDS:
        _check_grounds(case, grounds)
    is_person = case.subject_kind is SubjectKind.PERSON
    may_publish = list_type.publish_person if is_person else list_type.publish_organisation
    shown = "public" if may_publish else "withheld"
    severity = (case.severity or "") if case.list_kind is not ListKind.RED else ""
    return PaperFacts(
        kind=kind,
        values={
            **remedy_values(office, rulebook),
            **_case_values(office, case, rulebook, list_type),
            **(_period_values(office, rulebook) if kind in _WITH_PERIOD else {}),
            "you": "您" if addressee.is_person else "你单位",
            "party": addressee.name,
            "identity": addressee.identity,
            # Each paper is reasoned by itself: the reason of an earlier decision must not stand in.
            "reason": redact_text(details.reason),
            **details.values,
        },
        lists={
            "records": [_record_item(ground) for ground in grounds],
            "measures": [_measure_item(measure) for measure in rulebook.list_measures(case.list_type)],
            "exits": list(_exit_items(rulebook, case, grounds)),
            "materials": [{"text": clean_text(text)} for text in details.materials],
        },
        keys=(
            f"{case.list_kind.value}.{shown}",
            case.list_kind.value,
            head.channel,
            *filter(None, (severity, case.end_kind, "" if list_type.min_months else "no_minimum")),
        ),
        letterhead=head,
        addressee="" if kind in _TO_THE_PUBLIC else addressee.name,
        issued_on=to_day(today),
    )


def to_addressee(office: Office, case: Case, kind: PaperKind, *, may_see_name: bool) -> Addressee:
    """Return to whom a paper about a case is; a person's name and number come from the vault where that is allowed.

    Raises:
        SubjectNotFound: The person is not in the ledger.
        KeyMissing: The ledger was opened with other keys.
    """
    if case.subject_kind is not SubjectKind.PERSON:
        name = clean_text(case.subject_name)
        code = f"（统一社会信用代码或者注册号：{case.identifier_code}）" if case.identifier_code else ""
        return Addressee(name, f"{name}{code}", is_person=False)
    if not may_see_name:
        masked = redact_name(case)
        return Addressee(masked, masked, is_person=True)
    with office.ledger.reading() as uow:
        person = uow.persons.get(case.subject_id)
    if kind in _TO_THE_PUBLIC:
        name = redact_name(case, person.name)
        return Addressee(name, name, is_person=True)
    name = clean_text(person.name)
    return Addressee(name, f"{name}（证件号码：{mask_number(person.id_number)}）", is_person=True)


def mask_number(number: str) -> str:
    """Return a person's number with all but three characters at the head and one at the tail hidden."""
    hidden = len(number) - _SHOWN_HEAD - _SHOWN_TAIL
    return number[:_SHOWN_HEAD] + "*" * hidden + number[-_SHOWN_TAIL:] if hidden > 0 else "*" * len(number)


def remedy_values(office: Office, rulebook: Rulebook) -> dict[str, str]:
    """Return terms and sources of remedies, with the day they end for a paper received today.

    Raises:
        PaperIncomplete: The rules in force state none.
    """
    today = office.today()
    review, lawsuit = _term(rulebook, "review_apply_days"), _term(rulebook, "lawsuit_months")
    return {
        "today": to_day(today),
        "review_days": str(review),
        "review_source": _source(rulebook, "review_apply_days"),
        "review_example": to_day(today + timedelta(days=review)),
        "lawsuit_months": str(lawsuit),
        "lawsuit_source": _source(rulebook, "lawsuit_months"),
        "lawsuit_example": to_day(add_months(today, lawsuit)),
        "court_source": _source(rulebook, "court_correction_days"),
        **{key: str(_term(rulebook, key)) for key in ("court_correction_days", "court_review_apply_days")},
        "announced_days": str(_term(rulebook, "announced_service_days")),
    }


def _case_values(office: Office, case: Case, rulebook: Rulebook, list_type: ListType) -> dict[str, str]:
    today = office.today()
    entry = rulebook.find_rule(case.rule)
    begins_on = case.decided_on or today
    min_until = case.min_until_on or add_months(begins_on, list_type.min_months)
    max_until = case.max_until_on or add_months(begins_on, list_type.term_months)
    repair = {name: _term(rulebook, name) for name in _REPAIR_TERMS}
    return {
        "list_name": list_type.name,
        "list_basis": case.list_basis,
        "rule_text": entry.text if entry else "",
        "rule_source": f"{entry.law.title}{entry.law.article}" if entry else "",
        "early_exit": list_type.early_exit,
        "publication_basis": case.publication_basis or list_type.publication_basis,
        "earliest": "" if case.list_kind is ListKind.RED else f"最早自{to_day(min_until)}起可以申请；不收取任何费用。",
        "min_months": str(list_type.min_months),
        "term_months": str(list_type.term_months),
        "term_example": to_day(add_months(today, list_type.term_months)),
        "max_until": to_day(max_until),
        "repair_basis": _source(rulebook, "repair_result_workdays"),
        **{name.replace("_workdays", "_days"): str(days) for name, days in repair.items()},
        "hearing_note": redact_text(case.hearing_note or ""),
        "notice_no": case.notice_no or "",
        "decision_no": case.decision_no or "",
        **{name: to_day(getattr(case, name)) for name in _CASE_DAYS},
        "statement_until": to_day(case.statement_until_on),
        "severity": Severity(case.severity).label if case.severity else "",
    }


def _period_values(office: Office, rulebook: Rulebook) -> dict[str, str]:
    """Return the periods for statement and comment, with their last days for a paper received or put up today.

    Raises:
        PaperIncomplete: The rules in force state none.
        RuleNotInForce: The holidays of the year are not known.
    """
    today, is_workday = office.today(), office.is_workday()
    periods = {"statement": "statement_workdays", "comment": "red_comment_workdays"}
    values: dict[str, str] = {}
    for name, key in periods.items():
        days = _term(rulebook, key)
        values |= {f"{name}_days": str(days), f"{name}_example": to_day(add_workdays(today, days, is_workday))}
    return values


def _check_grounds(case: Case, grounds: Sequence[Ground]) -> None:
    """Refuse a paper that would rest on records that are withdrawn or not there.

    Raises:
        PaperIncomplete: One is; the message says how many.
    """
    standing = {ground.record_id for ground in grounds if not ground.is_retracted}
    gone = set(case.record_ids) - standing
    if gone:
        message = f"案件{case.case_id}所依据的记录有{len(gone)}条已撤回或者不在库中，不能据以出具文书。"
        remedy = "请核对该记录；确已撤回的，应当决定不予列入或者撤销。"
        raise PaperIncomplete(message, remedy=remedy, case_id=case.case_id, missing=["facts"])


_REPAIR_TERMS = (
    "repair_accept_workdays",
    "repair_result_workdays",
    "repair_removal_workdays",
    "repair_false_bar_years",
)
_CASE_DAYS = ("proposed_on", "noticed_on", "notice_served_on", "decided_on", "decision_served_on", "ended_on")


def _term(rulebook: Rulebook, key: str) -> int:
    """Return a term of the rules in force.

    Raises:
        PaperIncomplete: The rules adopted state none.
    """
    if key not in rulebook.deadlines:
        message = f"{rulebook.as_of}适用的规则库没有规定“{key}”，文书无法写明期限。"
        remedy = "请采用含有该期限的规则库（rules/deadlines、rules/repair）后再出具。"
        raise PaperIncomplete(message, remedy=remedy, term=key)
    return rulebook.deadlines[key]


def _source(rulebook: Rulebook, key: str) -> str:
    entry = rulebook.find_rule(key)
    return f"{entry.law.title}{entry.law.article}" if entry else ""


def _record_item(ground: Ground) -> dict[str, str]:
    kinds = {member.value: member.label for member in RecordKind}
    outcome = redact_text(ground.outcome)
    return {
        "authority": ground.authority_name,
        "decided_on": to_day(ground.decided_on),
        "kind": kinds.get(ground.kind, ground.kind),
        "topic": clean_text(ground.topic),
        "document_no": clean_text(ground.document_no) or "见该机关档案",
        "fact": redact_text(ground.fact),
        "outcome": f"{outcome}。" if outcome else "",
    }


def _measure_item(measure: Measure) -> dict[str, str]:
    # Some entries of the catalogue say it themselves.
    is_told = measure.nature != "market" or "自主决定" in measure.body
    body = measure.body if is_told else measure.body + INFORMATION_ONLY
    return {"name": measure.name, "content": measure.content, "basis": measure.basis, "body": body}


def _exit_items(rulebook: Rulebook, case: Case, grounds: Sequence[Ground]) -> Iterable[dict[str, str]]:
    """Yield what the subject can do about the records of the case, as the rules say it; each rule once."""
    kinds = {ground.kind for ground in grounds}
    for act in rulebook.acts:
        if act.kind in kinds and act.severity in {"*", case.severity or "*"}:
            yield {"text": act.entry.text, "source": f"{act.entry.law.title}{act.entry.law.article}"}


def to_day(day: date | None) -> str:
    """Return a day as papers print it, 2026年9月30日; empty where there is none."""
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"
