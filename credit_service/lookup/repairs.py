"""Applications for repair: the officials' queue, one application with conditions and clocks, the applicant's view.

It answers from the ledger alone and changes nothing. Who applied is shown in clear to those who carry the application,
one at a time, and to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from credit_service.domain.listing import Case, Exhibit, is_effective
from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.repair import (
    Applicant,
    ConsumerNotice,
    NoticeGround,
    Paper,
    Repair,
    RepairAct,
    RepairState,
)
from credit_service.listing.deadlines import IN_EFFECT, build_workdays
from credit_service.listing.repair_clocks import BAR, RepairClock, list_clocks, list_receipt_clocks
from credit_service.listing.repair_conditions import Condition, RepairFacts, RepairSources, list_conditions
from credit_service.listing.repairs import RepairStep, find_steps
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.rulebook.schema import Rulebook


@dataclass(frozen=True)
class HandedFile:
    """One file of one act, as the desk lists it."""

    act: int
    paper: Paper
    exhibit: Exhibit


@dataclass(frozen=True)
class RepairLine:
    """One application in a queue, with the clock that runs."""

    repair: Repair
    clock: RepairClock | None


@dataclass(frozen=True)
class NoticeView:
    """One notice as the agency reads it."""

    notice: ConsumerNotice
    agency_name: str
    subject_name: str
    identifier_code: str
    fact: str
    case_id: str
    decision_no: str
    overdue: bool

    @property
    def grounds(self) -> str:
        """Why the agency is told, in Chinese."""
        return "、".join(NoticeGround(ground).label for ground in self.notice.grounds)

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``GET /api/v1/notices`` and ``credit repairs notices``."""
        notice = self.notice
        return {
            "notice_id": notice.notice_id,
            "repair_id": notice.repair_id,
            "grounds": list(notice.grounds),
            "subject_name": self.subject_name,
            "identifier_code": self.identifier_code or None,
            "fact": self.fact,
            "case_id": self.case_id or None,
            "decision_no": self.decision_no,
            "repaired_on": notice.issued_on.isoformat(),
            "due_on": notice.due_on.isoformat() if notice.due_on else None,
            "receipt_at": notice.receipt_at.isoformat() if notice.receipt_at else None,
            "overdue": self.overdue,
        }


@dataclass(frozen=True)
class RepairView:
    """One application with everything about it."""

    repair: Repair
    acts: tuple[RepairAct, ...]
    files: tuple[HandedFile, ...]
    applicant: Applicant
    conditions: tuple[Condition, ...]
    clocks: tuple[RepairClock, ...]
    receipts: tuple[RepairClock, ...]
    steps: tuple[RepairStep, ...]
    notices: tuple[NoticeView, ...]
    case: Case | None
    other_cases: tuple[str, ...]
    """Other standing listings of the subject that rest on one of the records; people look whether they still may."""
    actors: dict[str, str]
    agencies: dict[str, str]
    scored_at: datetime | None
    """Instant of the first assessment that knew the repair; None: the scores do not know it yet."""


@dataclass(frozen=True)
class PublicRepair:
    """What somebody with number and receipt code sees of an application: nothing about persons."""

    repair: Repair
    conditions: tuple[Condition, ...]
    clocks: tuple[RepairClock, ...]
    remedies: str


@dataclass(frozen=True)
class OpenCondition:
    """What the public page says of one kind of information: what to do, when, with which papers."""

    kind: str
    """Kind of information and its severity, in Chinese."""
    text: str
    source: str
    papers: tuple[str, ...]


@dataclass(frozen=True)
class RepairGuide:
    """What the public page says before anybody applies."""

    acts: tuple[OpenCondition, ...]
    terms: tuple[tuple[str, int, str], ...]
    """(name, number, unit) of each term."""
    commitment: str
    """Text of the letter of commitment."""


REMEDIES = "对本决定不服的，可以自收到之日起依法申请行政复议，或者提起行政诉讼；也可以补正后重新申请。"
_UNITS = {"workdays": "个工作日", "days": "日", "months": "个月", "years": "年"}


def list_repairs(
    room: ReadingRoom, state: RepairState | None = None, agency_code: str | None = None
) -> list[RepairLine]:
    """Return applications, open ones first, with the clock that runs; of one agency where one is named."""
    today, rulebook = room.today(), room.rulebook(room.today())
    is_workday = build_workdays(rulebook.holiday_overrides)
    with room.ledger.reading() as uow:
        found = uow.repairs.list_filtered(state, agency_code)
    lines = []
    for repair in found:
        clocks = list_clocks(repair, rulebook.deadlines, is_workday, today)
        running = [clock for clock in clocks if clock.done_on is None]
        lines.append(RepairLine(repair, running[-1] if running else None))
    return lines


def get_repair_view(room: ReadingRoom, repair_id: str) -> RepairView:
    """Return one application for the desk.

    Raises:
        RepairNotFound: No application has this number.
    """
    today = room.today()
    rulebook = room.rulebook(today)
    with room.ledger.reading() as uow:
        repair = uow.repairs.get(repair_id)
        files = tuple(HandedFile(*one) for one in uow.repairs.list_exhibits(repair_id))
        notices = tuple(uow.notices.list_for_repair(repair_id))
        agencies = {agency.agency_code: agency.name for agency in uow.agencies.list_all()}
        case = uow.cases.find(repair.case_id) if repair.case_id else None
        return RepairView(
            repair=repair,
            acts=tuple(uow.repairs.list_acts(repair_id)),
            files=files,
            applicant=uow.repairs.get_applicant(repair_id),
            conditions=_conditions(uow, repair, rulebook, today),
            clocks=list_clocks(repair, rulebook.deadlines, build_workdays(rulebook.holiday_overrides), today),
            receipts=list_receipt_clocks(notices, today),
            steps=find_steps(repair),
            notices=tuple(_to_notice_view(uow, notice, agencies, today) for notice in notices),
            case=case,
            other_cases=_other_cases(uow, repair),
            actors={account.account_id: account.display_name for account in uow.accounts.list_all()},
            agencies=agencies,
            scored_at=_find_scored(uow, repair),
        )


def view_for_applicant(room: ReadingRoom, repair: Repair) -> PublicRepair:
    """Return what the applicant may see of an application that the receipt code has opened."""
    today, rulebook = room.today(), room.rulebook(room.today())
    is_workday = build_workdays(rulebook.holiday_overrides)
    with room.ledger.reading() as uow:
        conditions = _conditions(uow, repair, rulebook, today)
    is_against = repair.state in {RepairState.REFUSED, RepairState.NOT_ACCEPTED}
    return PublicRepair(
        repair,
        conditions,
        list_clocks(repair, rulebook.deadlines, is_workday, today),
        REMEDIES if is_against else "",
    )


def guide_repair(room: ReadingRoom) -> RepairGuide:
    """Return what the rules of today say about repairing: acts, terms, papers."""
    rulebook = room.rulebook(room.today())
    acts = tuple(
        OpenCondition(
            kind=_kind(act.kind, act.severity),
            text=act.entry.text,
            source=_source(rulebook, act.entry.rule_id),
            papers=tuple(
                dict.fromkeys(
                    Paper(paper.paper).label
                    for paper in rulebook.papers
                    if "*" in {paper.severity, act.severity} or paper.severity == act.severity
                )
            ),
        )
        for act in rulebook.acts
    )
    terms = tuple(
        (term.entry.text, term.value, _UNITS[term.key.rsplit("_", 1)[-1]])
        for term in rulebook.terms
        if term.key.startswith("repair_")
    )
    return RepairGuide(acts, terms, next((paper.template for paper in rulebook.papers if paper.template), ""))


def _kind(kind: str, severity: str) -> str:
    label = RecordKind(kind).label
    return label if severity == "*" else f"{label}（{Severity(severity).label}）"


def list_notices(room: ReadingRoom, agency_code: str, *, only_open: bool = False) -> list[NoticeView]:
    """Return the notices of an agency, those without receipt first."""
    with room.ledger.reading() as uow:
        agencies = {agency.agency_code: agency.name for agency in uow.agencies.list_all()}
        notices = uow.notices.list_for_agency(agency_code, only_open=only_open)
        return [_to_notice_view(uow, notice, agencies, room.today()) for notice in notices]


def list_overdue_receipts(room: ReadingRoom) -> list[NoticeView]:
    """Return the notices whose receipt should have come, longest overdue first."""
    today = room.today()
    with room.ledger.reading() as uow:
        agencies = {agency.agency_code: agency.name for agency in uow.agencies.list_all()}
        return [_to_notice_view(uow, notice, agencies, today) for notice in uow.notices.list_overdue(today)]


def view_notice(room: ReadingRoom, notice: ConsumerNotice) -> NoticeView:
    """Return one notice as its agency reads it."""
    with room.ledger.reading() as uow:
        agencies = {agency.agency_code: agency.name for agency in uow.agencies.list_all()}
        return _to_notice_view(uow, notice, agencies, room.today())


def _to_notice_view(uow: UnitOfWork, notice: ConsumerNotice, agencies: dict[str, str], today: date) -> NoticeView:
    repair = uow.repairs.get(notice.repair_id)
    case = uow.cases.find(repair.case_id) if repair.case_id else None
    code = repair.subject_id.partition(":")[2] if not repair.subject_id.startswith(("psn:", "none:")) else ""
    return NoticeView(
        notice=notice,
        agency_name=agencies.get(notice.agency_code, notice.agency_code),
        subject_name=repair.subject_name,
        identifier_code=case.identifier_code or code if case else code,
        fact=repair.fact,
        case_id=repair.case_id or "",
        decision_no=repair.decision_no or "",
        overdue=notice.is_overdue(today),
    )


def _conditions(uow: UnitOfWork, repair: Repair, rulebook: Rulebook, today: date) -> tuple[Condition, ...]:
    handed_in = frozenset(paper for _, paper, _ in uow.repairs.list_exhibits(repair.repair_id))
    end = uow.resolutions.find_end(repair.subject_id)
    members = {repair.subject_id, end, *uow.resolutions.list_members(end)}
    # What is decided is shown as it was on the day of its decision, not as it looks since.
    on = repair.closed_on or today
    barred = None if repair.barred_until_on is not None else uow.repairs.find_bar(members, on)
    stands = not repair.is_open or _stands(uow, repair, today)
    return list_conditions(repair, RepairFacts(handed_in, barred, stands), _sources(rulebook, repair), on)


def _stands(uow: UnitOfWork, repair: Repair, today: date) -> bool:
    if repair.case_id is None:
        return not uow.record_repairs.list_marked(repair.record_ids)
    case = uow.cases.get(repair.case_id)
    # A suspended listing has no effect now, but stands, and may be repaired.
    return case.state in IN_EFFECT and (case.suspended_on is not None or is_effective(case, today))


def _sources(rulebook: Rulebook, repair: Repair) -> RepairSources:
    entry = rulebook.find_rule(repair.rule)
    list_type = next((one for one in rulebook.list_types if one.id == repair.rule), None)
    if list_type is not None:
        opening, duty = _source(rulebook, list_type.entry.rule_id), list_type.early_exit
    else:
        opening, duty = _source(rulebook, repair.rule), entry.text if entry else ""
    return RepairSources(
        opening=opening,
        duty=duty or "已履行法定义务、纠正失信行为",
        bar=_source(rulebook, BAR),
        papers={paper.paper: _source(rulebook, paper.entry.rule_id) for paper in rulebook.papers},
    )


def _source(rulebook: Rulebook, rule_id: str) -> str:
    """Return the law of a rule, with the word that it is not yet confirmed where it is not."""
    entry = rulebook.find_rule(rule_id)
    if entry is None:
        return ""
    told = f"{entry.law.title} {entry.law.article}".strip()
    return told if entry.status == "confirmed" else f"{told}（待主管部门确认）"


def _other_cases(uow: UnitOfWork, repair: Repair) -> tuple[str, ...]:
    resting: Iterable[str] = uow.cases.list_resting_on(repair.record_ids)
    return tuple(case_id for case_id in resting if case_id != repair.case_id)


def _find_scored(uow: UnitOfWork, repair: Repair) -> datetime | None:
    marks = uow.record_repairs.list_marked(repair.record_ids).values()
    since = max((mark.repaired_at for mark in marks), default=None)
    if since is None:
        return None
    return min((run.known_at for run in uow.runs.list_all() if run.known_at >= since), default=None)
