"""The standing of one subject: for agencies with a purpose, for the public what is published.

Single look-ups are answered from the ledger. An agency's look-up is refused when its row in the access log cannot be
written: no answer without a trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from credit_service.domain.listing import Case, CaseState, is_effective
from credit_service.domain.query import LookUp, Purpose, Standing, StandingListing
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import PurposeMissing, SubjectNotFound
from credit_service.lookup.names import to_standing_listing
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.normalise.subject_ids import read_subject_id
from credit_service.registry.unit_of_work import UnitOfWork

VALID_FOR = timedelta(hours=24)
"""How long an answer may be relied on before asking again."""


@dataclass(frozen=True)
class CheckRequest:
    """Who asks about whom, and why; ``case_no`` is the asker's own file number."""

    identifier: str
    purpose: Purpose
    case_no: str
    actor_id: str
    agency_code: str


@dataclass(frozen=True)
class PublicSubject:
    """What anybody may read of an organisation: its published, effective listings."""

    name: str
    code: str
    listings: tuple[StandingListing, ...]
    has_namesake: bool
    """The register has another subject of a like name that is not this one."""


@dataclass(frozen=True)
class PublicHit:
    """One line of a public search."""

    name: str
    code: str
    list_kind: str
    list_type_name: str
    has_namesake: bool
    """The register has another subject of a like name that is not this one."""


def check_subject(room: ReadingRoom, request: CheckRequest) -> Standing:
    """Return the standing of a subject and keep who asked.

    Raises:
        PurposeMissing: The asker's file number is empty.
        SubjectNotFound: The identifier is of no known kind or its check digit is wrong.
    """
    (answer,) = check_subjects(room, [request])
    if isinstance(answer, SubjectNotFound):
        raise answer
    return answer


def check_subjects(room: ReadingRoom, requests: Sequence[CheckRequest]) -> list[Standing | SubjectNotFound]:
    """Return the standing of each subject, in order, and keep who asked; a wrong identifier fails only its own place.

    All answers and all rows of the access log are one transaction: either both are there or neither.

    Raises:
        PurposeMissing: An asker's file number is empty.
    """
    with room.ledger.unit_of_work() as uow:
        answers = [_check(room, uow, request) for request in requests]
        uow.commit()
    return answers


def _check(room: ReadingRoom, uow: UnitOfWork, request: CheckRequest) -> Standing | SubjectNotFound:
    if not request.case_no.strip():
        message = "查询未写明办理事项编号。"
        raise PurposeMissing(
            message, remedy="请在 case_no 中填写本单位的办件编号或公文文号，查询记录将依法留存五年以上。"
        )
    try:
        subject_id = to_subject_id(room, request.identifier)
    except SubjectNotFound as fault:
        return fault
    now = room.clock.now()
    subject_id = uow.resolutions.find_end(subject_id)
    cases = _effective(_list_cases(uow, subject_id), room)
    listings = _to_listings(room, uow, cases)
    look_up = LookUp(
        agency_code=request.agency_code,
        actor_id=request.actor_id,
        subject_id=subject_id,
        purpose=request.purpose.value,
        case_no=request.case_no,
        at=now,
        hits=len(listings),
    )
    uow.lookups.append(look_up)
    name = cases[0].subject_name if cases else None
    return Standing(request.identifier, subject_id, name, listings, now, now + VALID_FOR)


def to_subject_id(room: ReadingRoom, identifier: str) -> str:
    """Return the subject id of an identifier as somebody typed it.

    Raises:
        SubjectNotFound: It is no valid code of any kind.
    """
    subject_id = read_subject_id(identifier, room.keys.hash_key)
    if subject_id is not None:
        return subject_id
    message = "代码无法识别，或校验码不符。"
    raise SubjectNotFound(
        message, remedy="请核对18位统一社会信用代码、15位工商注册号、9位组织机构代码或18位公民身份号码。"
    )


def find_public_subject(room: ReadingRoom, code: str) -> PublicSubject:
    """Return an organisation's published listings, re-evaluated now.

    Raises:
        SubjectNotFound: Nothing about this code is public now; whether anything else exists is not said.
    """
    with room.ledger.reading() as uow:
        cases = _public(_effective(uow.cases.list_by_code(code.strip().upper()), room))
        listings = _to_listings(room, uow, cases)
        namesakes = uow.resolutions.list_namesakes(case.subject_id for case in cases)
    if not cases:
        message = "目前没有该代码的公示信息。"
        raise SubjectNotFound(message, remedy="请核对统一社会信用代码；已移出、已修复或依法不公开的信息不再显示。")
    return PublicSubject(cases[0].subject_name, code.strip().upper(), listings, bool(namesakes))


def search_public(room: ReadingRoom, text: str, limit: int = 50) -> list[PublicHit]:
    """Return published organisations whose name contains the text or whose code equals it.

    Natural persons are never searched for by name here: 个人信息保护法 Art. 25.
    """
    wanted = "".join(character for character in text if character.isprintable()).strip()
    if not wanted:
        return []
    with room.ledger.reading() as uow:
        cases = _public(_effective(uow.cases.search_published(wanted, limit), room))
        namesakes = uow.resolutions.list_namesakes(case.subject_id for case in cases)
    return [
        PublicHit(
            name=case.subject_name,
            code=case.identifier_code or "",
            list_kind=case.list_kind.value,
            list_type_name=to_standing_listing(room, case, ()).list_type_name,
            has_namesake=case.subject_id in namesakes,
        )
        for case in cases
    ]


def _list_cases(uow: UnitOfWork, subject_id: str) -> list[Case]:
    """Return the cases of a subject and of those that are linked to it now."""
    members = [subject_id, *uow.resolutions.list_members(subject_id)]
    return [case for member in members for case in uow.cases.list_by_subject(member)]


def _effective(cases: Sequence[Case], room: ReadingRoom) -> list[Case]:
    today = room.today()
    return [case for case in cases if is_effective(case, today)]


def _public(cases: Sequence[Case]) -> list[Case]:
    return [
        case
        for case in cases
        if case.state is CaseState.PUBLISHED
        and case.list_kind is not ListKind.WATCH
        and case.subject_kind is not SubjectKind.PERSON
    ]


def _to_listings(room: ReadingRoom, uow: UnitOfWork, cases: Sequence[Case]) -> tuple[StandingListing, ...]:
    """Return effective cases as they are shown, each with its measures and a pending objection."""
    marks = uow.objections.find_marks("case", [case.case_id for case in cases])
    return tuple(
        to_standing_listing(room, case, _measure_names(room, uow, case), marks.get(case.case_id)) for case in cases
    )


def _measure_names(room: ReadingRoom, uow: UnitOfWork, case: Case) -> tuple[str, ...]:
    names = {measure.slug: measure.name for measure in room.rulebook(room.today()).measures}
    return tuple(
        names.get(owed.measure, owed.measure)
        for owed in uow.measures.list_for_case(case.case_id)
        if owed.ended_on is None
    )
