"""Objections for those who look at them: the officials' desk, the agency asked, the agency that objects, the objector.

What objectors wrote of themselves is read for the desk only, one objection at a time, and every reading is audited. The
objector sees state, terms and answer; natural persons are named to nobody here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from credit_service.domain.agency import Actor
from credit_service.domain.listing import Case, Exhibit
from credit_service.domain.objection import (
    NextObjectionAct,
    Objection,
    ObjectionAct,
    ObjectionClock,
    ObjectionState,
    ObjectorWords,
)
from credit_service.errors import ObjectionNotFound
from credit_service.listing.objections import next_objection_acts, objection_clocks
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.registry.exhibits import EvidenceStore
from credit_service.registry.receipt_codes import make_delivery_code

LIMIT = 200


@dataclass(frozen=True)
class ObjectionView:
    """One objection with everything the desk needs."""

    objection: Objection
    acts: tuple[ObjectionAct, ...]
    next_acts: tuple[NextObjectionAct, ...]
    clocks: tuple[ObjectionClock, ...]
    words: ObjectorWords | None = field(repr=False)
    """None for whoever is not the desk."""
    notes: dict[int, str] = field(repr=False)
    """What the objector wrote, by the number of the act."""
    exhibits: dict[str, Exhibit]
    """Evidence by hash."""
    cases: tuple[Case, ...]
    actors: dict[str, str]
    agencies: dict[str, str]
    today: date


@dataclass(frozen=True)
class ObjectionLine:
    """One line of a queue."""

    objection: Objection
    subject_name: str
    """Masked for persons; empty where only the record knows it."""
    overdue: tuple[str, ...]
    """Names of the terms that have been missed."""


@dataclass(frozen=True)
class DecisionText:
    """What a notice of the decision says; whoever writes the paper starts from here."""

    document_no: str
    title: str
    paragraphs: tuple[str, ...]


def list_objections(
    room: ReadingRoom, states: Iterable[ObjectionState] = (), agency_code: str | None = None
) -> list[ObjectionLine]:
    """Return objections for the desk, first due first; of an agency those it was asked to verify or correct."""
    with room.ledger.reading() as uow:
        found = uow.objections.list_filtered(states, agency_code, LIMIT)
        if agency_code is not None:
            known = {one.number for one in found}
            found += [
                one
                for one in uow.objections.list_owing_correction()
                if agency_code in one.source_agencies and one.number not in known
            ]
        cases = {one.number: uow.cases.find(one.case_ids[0]) if one.case_ids else None for one in found}
    today = room.today()
    lines = []
    for one in found:
        case = cases[one.number]
        overdue = tuple(clock.label for clock in objection_clocks(one) if clock.is_overdue(today))
        lines.append(ObjectionLine(one, case.subject_name if case else "", overdue))
    return lines


def list_objections_by(room: ReadingRoom, agency_code: str) -> list[Objection]:
    """Return the objections of an agency, newest first."""
    with room.ledger.reading() as uow:
        return uow.objections.list_objected_by(agency_code, LIMIT)


def list_running_clocks(room: ReadingRoom) -> list[tuple[Objection, ObjectionClock]]:
    """Return every term of objections that is still running or was missed, the first due first."""
    with room.ledger.reading() as uow:
        found = uow.objections.list_filtered(limit=10 * LIMIT)
    running = [
        (one, clock) for one in found for clock in objection_clocks(one) if clock.done_on is None and not clock.is_moot
    ]
    return sorted(running, key=lambda pair: (pair[1].due_on, pair[0].number, pair[1].duty))


def get_objection_view(room: ReadingRoom, number: str, reader: Actor, *, with_words: bool) -> ObjectionView:
    """Return one objection; who it is from only for the desk, and then the reading is audited.

    Raises:
        ObjectionNotFound: There is none of this number.
    """
    with room.ledger.unit_of_work() as uow:
        objection = uow.objections.get(number)
        acts = tuple(uow.objections.list_acts(number))
        words = uow.objections.read_words(number) if with_words else None
        notes = uow.objections.read_notes(number) if with_words else {}
        digests = sorted({digest for act in acts for digest in act.exhibits})
        exhibits = {digest: found for digest in digests if (found := uow.exhibits.find(digest)) is not None}
        cases = tuple(uow.cases.get(case_id) for case_id in uow.objections.list_marked_cases(number))
        actors = {account.account_id: account.display_name for account in uow.accounts.list_all()}
        agencies = {agency.agency_code: agency.short_name for agency in uow.agencies.list_all()}
        if with_words:
            uow.audit.append(reader.actor_id, "objection.read", number, room.clock.now(), {})
            uow.commit()
    return ObjectionView(
        objection=objection,
        acts=acts,
        next_acts=next_objection_acts(objection, room.today()),
        clocks=objection_clocks(objection),
        words=words,
        notes=notes,
        exhibits=exhibits,
        cases=cases,
        actors=actors,
        agencies=agencies,
        today=room.today(),
    )


def find_clocks(objection: Objection) -> tuple[ObjectionClock, ...]:
    """Return the terms of an objection in the order they began (`listing.objections.objection_clocks`)."""
    return objection_clocks(objection)


def get_objection(room: ReadingRoom, number: str) -> Objection:
    """Return one objection as it stands.

    Raises:
        ObjectionNotFound: There is none of this number.
    """
    with room.ledger.reading() as uow:
        return uow.objections.get(number)


def read_objection_exhibit(room: ReadingRoom, number: str, digest: str) -> tuple[Exhibit, bytes]:
    """Return one piece of evidence of an objection.

    Raises:
        ObjectionNotFound: It is not one of that objection's.
        EvidenceAltered: The bytes are not what was handed in.
    """
    with room.ledger.reading() as uow:
        uow.objections.get(number)
        acts = uow.objections.list_acts(number)
        exhibit = uow.exhibits.find(digest)
    if exhibit is None or not any(digest in act.exhibits for act in acts):
        message = f"异议{number}没有这份材料。"
        raise ObjectionNotFound(message, remedy="请从异议页面选择。")
    return exhibit, EvidenceStore(room.places.evidence, room.keys).read(digest)


def find_delivery_code(room: ReadingRoom, case_id: str) -> str:
    """Return the code to be printed on the papers that are served in a case.

    Raises:
        CaseNotFound: There is no such case.
    """
    with room.ledger.reading() as uow:
        uow.cases.get(case_id)
    return make_delivery_code(room.keys, case_id)


def to_decision_text(objection: Objection) -> DecisionText:
    """Return the text of the decision on an objection, for its notice and for the objector's page.

    Raises:
        ObjectionNotFound: It is not decided.
    """
    if objection.decided_on is None:
        message = f"异议{objection.number}还没有处理决定。"
        raise ObjectionNotFound(message, remedy="请在作出决定后再制作文书。")
    lines = [f"您于{objection.received_on}提出的异议（{objection.number}），处理结果：{objection.state.label}。"]
    lines.append(f"理由：{objection.decision_reason or ''}")
    if objection.state is ObjectionState.UPHELD:
        lines.append(f"对记录的处理：{_REMEDIES[objection.remedy or 'none']}")
        if objection.case_ids:
            lines.append(f"对名单的处理：{_LISTINGS[objection.listing or 'keep']}")
        if objection.correction_due_on is not None:
            done = f"，已于{objection.corrected_on}更正" if objection.corrected_on else ""
            lines.append(f"更正期限：{objection.correction_due_on}{done}。")
    if objection.redress:
        lines.append(f"救济途径：{objection.redress}")
    return DecisionText(objection.decision_no or "", f"异议处理结果告知（{objection.number}）", tuple(lines))


_REMEDIES = {"withdraw": "有误的记录已撤回，不再使用。", "correct": "由来源单位更正。", "none": "记录不变。"}
_LISTINGS = {"revoke": "已撤销列入（或不予列入），公告中的条目同时删去。", "keep": "维持，理由见上。"}


@dataclass(frozen=True)
class ObjectionStatus:
    """What the objector sees besides state and answer."""

    clocks: tuple[ObjectionClock, ...]
    steps: tuple[tuple[date, str], ...]
    """(day, what was done): never by whom."""
    agencies: dict[str, str]


def get_status(room: ReadingRoom, objection: Objection) -> ObjectionStatus:
    """Return the terms and the steps of an objection for whom has its code."""
    with room.ledger.reading() as uow:
        acts = uow.objections.list_acts(objection.number)
        agencies = {agency.agency_code: agency.name for agency in uow.agencies.list_all()}
    return ObjectionStatus(
        clocks=objection_clocks(objection),
        steps=tuple((act.on, act.kind.label) for act in acts),
        agencies=agencies,
    )
