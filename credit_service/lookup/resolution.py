"""The desk where people say who an organisation without a code is: the queue, one subject, the history.

Before it stand records and judgements; after it what a reviewer sees. It changes nothing: `pipeline.resolve` judges.
Natural persons are never among the subjects here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from credit_service.domain.resolution import (
    UNNAMED,
    Judgement,
    NamedSubject,
    NameSpan,
    Suggestion,
    Verdict,
    strength_of,
    to_organisation_id,
)
from credit_service.errors import SubjectNotFound
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.lookup.suggestions import Judged, find_suggestions, read_judged
from credit_service.normalise.name_parts import spell
from credit_service.warehouse.find_names import find_by_name, find_subjects, list_records, list_unnamed
from credit_service.warehouse.session import Session

PAGE = 20
"""Organisations on one page of the queue."""
SHOWN_RECORDS = 50
SHOWN_SUGGESTIONS = 5
SHOWN_HITS = 30


@dataclass(frozen=True)
class QueueItem:
    """An organisation without a code that nobody has judged yet."""

    subject: NamedSubject
    agency_name: str
    records: int
    first_on: date
    last_on: date
    best: Suggestion | None


@dataclass(frozen=True)
class Queue:
    """One page of the queue."""

    items: tuple[QueueItem, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class SubjectRecord:
    """A record that holds now, with the row it came in."""

    record_id: str
    kind: str
    topic: str
    document_no: str
    authority_name: str
    decided_on: date
    file_name: str
    row: int
    sheet: str


@dataclass(frozen=True)
class Other:
    """Another subject named in a view, with why."""

    subject: NamedSubject
    judgement: Judgement


@dataclass(frozen=True)
class SubjectView:
    """One organisation with everything a reviewer needs."""

    subject: NamedSubject
    end: Other | None
    """Whom it is linked to now."""
    members: tuple[Other, ...]
    """Who is linked to it now."""
    namesakes: tuple[Other, ...]
    """Who the register says it is not."""
    is_own: bool
    """A person has said that it is a subject of its own."""
    records: tuple[SubjectRecord, ...]
    suggestions: tuple[Suggestion, ...]
    judgements: tuple[Judgement, ...]
    actors: dict[str, str]
    """Display names by account id."""
    agency_name: str

    @property
    def is_open(self) -> bool:
        """Whether it waits for a judgement."""
        return self.end is None and not self.is_own and self.subject.subject_id.startswith(UNNAMED)

    @property
    def former_names(self) -> tuple[NameSpan, ...]:
        """Names it was reported under before the present one."""
        return self.subject.names[1:]


@dataclass(frozen=True)
class SubjectHit:
    """One organisation found by name or code."""

    subject: NamedSubject
    end_id: str
    """Whom it is linked to; itself where it is not."""
    namesakes: tuple[str, ...]
    """Other hits that the register says are other subjects."""


def list_queue(room: ReadingRoom, page: int = 1, *, limit: int = PAGE) -> Queue:
    """Return one page of organisations without a code that nobody has judged, each with the best suggestion.

    Raises:
        WarehouseBusy: Another process holds the warehouse.
    """
    with room.ledger.reading() as uow:
        running = uow.resolutions.list_running()
        agencies = {agency.agency_code: agency.short_name for agency in uow.agencies.list_all()}
    settled = sorted({one.from_subject_id for one in running if one.verdict is not Verdict.NOT_SAME})
    judged = read_judged(running)
    with room.warehouse.open() as session:
        frame = list_unnamed(session, without=settled, limit=limit, offset=(max(page, 1) - 1) * limit)
        rows = list(frame.iter_rows(named=True))
        subjects = find_subjects(session, [row["subject_id"] for row in rows])
        suggestions = find_suggestions(room, session, list(subjects.values()), judged)
    items = tuple(
        QueueItem(
            subject=subjects[row["subject_id"]],
            agency_name=agencies.get(row["agency_code"], row["agency_code"]),
            records=row["records"],
            first_on=row["first_on"],
            last_on=row["last_on"],
            best=next(iter(suggestions[row["subject_id"]]), None),
        )
        for row in rows
    )
    total = rows[0]["total"] if rows else 0
    return Queue(items, total, max(page, 1), max(-(-total // limit), 1))


def get_subject_view(room: ReadingRoom, subject: str) -> SubjectView:
    """Return one organisation by its id or code.

    Raises:
        SubjectNotFound: It is no organisation's id or code, or nothing is known about it.
        WarehouseBusy: Another process holds the warehouse.
    """
    subject_id = to_organisation_id(subject)
    if subject_id is None:
        raise _not_found()
    with room.ledger.reading() as uow:
        running = uow.resolutions.list_running()
        judgements = tuple(uow.resolutions.list_about(subject_id))
        actors = {account.account_id: account.display_name for account in uow.accounts.list_all()}
        agencies = {agency.agency_code: agency.short_name for agency in uow.agencies.list_all()}
    judged = read_judged(running)
    with room.warehouse.open() as session:
        named = find_subjects(session, {subject_id} | {_other_side(one, subject_id) for one in judgements})
        own = named.get(subject_id)
        if own is None and not judgements:
            raise _not_found()
        own = own or NamedSubject(subject_id, "organisation", ())
        records = tuple(
            SubjectRecord(**row) for row in list_records(session, subject_id, SHOWN_RECORDS).iter_rows(named=True)
        )
        settled = subject_id in judged.ends or any(one.verdict is Verdict.OWN and one.is_running for one in judgements)
        suggestions = () if settled else _find_own_suggestions(room, session, own, judged)
        agency_code = _find_agency(session, subject_id)
    others = [Other(_subject_of(named, _other_side(one, subject_id)), one) for one in judgements if one.is_running]
    return SubjectView(
        subject=own,
        end=next(
            (one for one in others if _is_link(one.judgement) and one.judgement.from_subject_id == subject_id), None
        ),
        members=tuple(one for one in others if _is_link(one.judgement) and one.judgement.to_subject_id == subject_id),
        namesakes=tuple(one for one in others if one.judgement.verdict is Verdict.NOT_SAME),
        is_own=any(one.verdict is Verdict.OWN and one.is_running for one in judgements),
        records=records,
        suggestions=suggestions,
        judgements=judgements,
        actors=actors,
        agency_name=agencies.get(agency_code, agency_code),
    )


def search_subjects(room: ReadingRoom, text: str) -> tuple[SubjectHit, ...]:
    """Return organisations by code, or by part of a present or former name; exact names first.

    Raises:
        WarehouseBusy: Another process holds the warehouse.
    """
    wanted = spell("".join(character for character in text if character.isprintable()))
    if not wanted:
        return ()
    subject_id = to_organisation_id(text)
    with room.ledger.reading() as uow:
        judged = read_judged(uow.resolutions.list_running())
    with room.warehouse.open() as session:
        ids = [subject_id] if subject_id else find_by_name(session, wanted, SHOWN_HITS)
        named = find_subjects(session, ids)
    hits = [one for one in ids if one in named]
    return tuple(
        SubjectHit(named[one], judged.end_of(one), tuple(other for other in hits if other in judged.excluded(one)))
        for one in hits
    )


def list_history(room: ReadingRoom, limit: int = 50) -> tuple[list[Judgement], dict[str, str], dict[str, str]]:
    """Return the newest judgements, names by subject id, and display names by account id."""
    with room.ledger.reading() as uow:
        judgements = uow.resolutions.list_newest(limit)
        actors = {account.account_id: account.display_name for account in uow.accounts.list_all()}
    ids = {side for one in judgements for side in (one.from_subject_id, one.to_subject_id) if side}
    with room.warehouse.open() as session:
        names = {subject_id: subject.name for subject_id, subject in find_subjects(session, ids).items()}
    return judgements, names, actors


def _find_own_suggestions(
    room: ReadingRoom, session: Session, own: NamedSubject, judged: Judged
) -> tuple[Suggestion, ...]:
    """Only what may be linked at all: nothing weaker or equally strong."""
    mine = strength_of(own.subject_id)
    found = find_suggestions(room, session, [own], judged)[own.subject_id]
    stronger = (one for one in found if (strength_of(one.subject.subject_id) or 0) > (mine or 0))
    return tuple(stronger)[:SHOWN_SUGGESTIONS]


def _find_agency(session: Session, subject_id: str) -> str:
    frame = session.run_query(
        "SELECT agency_code FROM records WHERE subject_id = $subject_id LIMIT 1", {"subject_id": subject_id}
    )
    return str(frame.item()) if frame.height else ""


def _other_side(judgement: Judgement, subject_id: str) -> str:
    sides: Iterable[str | None] = (judgement.from_subject_id, judgement.to_subject_id)
    return next((side for side in sides if side and side != subject_id), subject_id)


def _subject_of(named: dict[str, NamedSubject], subject_id: str) -> NamedSubject:
    return named.get(subject_id) or NamedSubject(subject_id, "organisation", ())


def _is_link(judgement: Judgement) -> bool:
    return judgement.verdict is Verdict.SAME


def _not_found() -> SubjectNotFound:
    message = "没有该主体的信用记录，或代码有误。"
    return SubjectNotFound(message, remedy="请核对统一社会信用代码、注册号、组织机构代码，或从待归并列表中选择。")
