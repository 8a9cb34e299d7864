"""Chapter: vetting. A department's nominees, or everybody whose honour stands, are vetted as at a day.

Read (`vet_nominees`), ask the warehouse and the ledger, judge (`vet_judge`), keep and journal (`vet_keep`): no answer
leaves without its row in the journal. The warehouse and the list of nominees are left as they were; nothing is listed,
scored or published by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import polars as pl

from credit_service.domain.listing import Case
from credit_service.domain.vetting import RECHECK, RECHECK_NAME, Verdict, VettingReceipt
from credit_service.errors import PurposeMissing
from credit_service.pipeline.check_batch import Progress
from credit_service.pipeline.office import Office
from credit_service.pipeline.vet_judge import CLOSED, Known, choose_asked, find_doubts, judge_lines
from credit_service.pipeline.vet_keep import LineWriter, keep_vetting, open_writer
from credit_service.pipeline.vet_nominees import (
    NomineeRows,
    VettingRequest,
    get_award,
    list_honoured,
    read_nominees,
)
from credit_service.rulebook.compile_vetting import compile_vetting, get_vetting
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.vetting_types import Vetting
from credit_service.warehouse.run_query import SUBJECTS_IN_QUESTION, AssessmentRun
from credit_service.warehouse.vet import VettingFrames, vet_nominees


@dataclass(frozen=True)
class _Question:
    """One vetting, on its way."""

    office: Office
    request: VettingRequest
    rulebook: Rulebook
    vetting: Vetting
    run: AssessmentRun
    award: str
    award_name: str


def vet_file(office: Office, request: VettingRequest, progress: Progress | None = None) -> VettingReceipt:
    """Vet the nominees of a file, keep the result, and journal it.

    Args:
        office: Where the work is done.
        request: File, award, day, and who asks why.
        progress: Told how many rows were read.

    Raises:
        UnknownAgency: The agency is not registered.
        PurposeMissing: It is not said what for.
        AwardUnknown: The rule has no such award.
        RuleNotInForce: No vetting rule is in force on the day.
        SubmissionError: The file as a whole cannot be taken.
        TooManyNominees: It has more than a hundred thousand rows.
        WarehouseBusy: Another process holds the warehouse.
    """
    question = _ask(office, request, request.award)
    award = get_award(question.vetting, request.award)
    nominees = read_nominees(office, request, award, question.run.known_at, progress)
    return _answer(question, nominees)


def vet_standing_honours(office: Office, request: VettingRequest) -> VettingReceipt:
    """Vet everybody whose honour stands on a day again, each honour by its own award's conditions.

    Raises:
        UnknownAgency: The agency is not registered.
        PurposeMissing: It is not said what for.
        RuleNotInForce: No vetting rule is in force on the day.
        WarehouseBusy: Another process holds the warehouse.
    """
    question = _ask(office, request, "")
    compiled = compile_vetting(question.rulebook, SUBJECTS_IN_QUESTION)
    with office.warehouse.open() as session:
        nominees = list_honoured(session, question.run, compiled, question.vetting)
    return _answer(question, nominees)


def _ask(office: Office, request: VettingRequest, award: str) -> _Question:
    if not request.purpose.strip():
        message = "没有写明审查用途。"
        raise PurposeMissing(message, remedy="请写明评选表彰的名称或文号，查询记录将依法留存五年以上。")
    with office.ledger.reading() as uow:
        uow.agencies.get(request.agency_code)
    now = office.now()
    rulebook = office.rulebook(request.as_of, now)
    vetting = get_vetting(rulebook)
    chosen = get_award(vetting, award) if award else None
    run = AssessmentRun("vetting", request.as_of, now, rulebook.hash)
    return _Question(
        office,
        request,
        rulebook,
        vetting,
        run,
        chosen.id if chosen else RECHECK,
        chosen.name if chosen else RECHECK_NAME,
    )


def _answer(question: _Question, nominees: NomineeRows) -> VettingReceipt:
    office, request = question.office, question.request
    award = "" if question.award == RECHECK else question.award
    doubts = find_doubts(nominees, question.vetting, award, request.as_of)
    asked = choose_asked(nominees, doubts)
    with office.warehouse.open() as session:
        frames = vet_nominees(session, question.run, compile_vetting(question.rulebook, SUBJECTS_IN_QUESTION), asked)
    known, digest = _read_ledger(office, frames, asked)
    with open_writer(office) as writer:
        for line in judge_lines(nominees, doubts, known, question.rulebook, request.agency_code):
            writer.append(line)
        writer.append_findings(nominees.findings)
        receipt = _to_receipt(question, nominees, writer, digest)
        return keep_vetting(office, receipt, writer, _to_hits(asked, writer))


def _to_hits(asked: pl.DataFrame, writer: LineWriter) -> Mapping[str, int]:
    """Return, for each person looked up, how many reasons were told: what the access log keeps of it."""
    persons = asked.filter(pl.col("subject_kind") == "person")
    told: dict[str, int] = {}
    for place, subject_id in persons.select("place", "subject_id").iter_rows():
        told[subject_id] = told.get(subject_id, 0) + writer.reasons_at.get(place, 0)
    return told


def _read_ledger(office: Office, frames: VettingFrames, asked: pl.DataFrame) -> tuple[Known, str]:
    """Return what the ledger knows of the nominees, and the digest of the listings as they stood."""
    by_subject: dict[str, list[int]] = {}
    for place, subject_id in frames.ids.iter_rows():
        by_subject.setdefault(subject_id, []).append(place)
    persons = asked.filter(pl.col("subject_kind") == "person")["subject_id"].unique().to_list()
    twins = frames.twins["place"].unique().to_list()
    doubled = asked.filter(pl.col("place").is_in(twins))["subject_id"].to_list()
    cases: dict[int, list[Case]] = {}
    seen = []
    with office.ledger.reading() as uow:
        for case in uow.cases.list_open():
            if case.state not in CLOSED and case.subject_id in by_subject:
                seen.append(f"{case.case_id} {case.version}")
                for place in by_subject[case.subject_id]:
                    cases.setdefault(place, []).append(case)
        names = uow.persons.find_names(persons)
        apart = uow.resolutions.list_namesakes(doubled)
    return Known(frames, cases, names, apart), sha256("\n".join(sorted(seen)).encode()).hexdigest()


def _to_receipt(question: _Question, nominees: NomineeRows, writer: LineWriter, digest: str) -> VettingReceipt:
    request, counted = question.request, writer.verdicts
    return VettingReceipt(
        vetting_id=_to_id(question, nominees.sha256),
        award=question.award,
        award_name=question.award_name,
        as_of=request.as_of,
        known_at=question.run.known_at,
        rulebook=question.rulebook.hash,
        agency_code=request.agency_code,
        actor_id=request.actor_id,
        purpose=request.purpose.strip(),
        file_name=request.file_name,
        file_sha256=nominees.sha256,
        columns=nominees.columns,
        counts=nominees.count(counted[Verdict.PASSED], counted[Verdict.FAILED], counted[Verdict.UNCLEAR]),
        cases_digest=digest,
    )


def _to_id(question: _Question, file_sha256: str) -> str:
    request = question.request
    made = (file_sha256, question.award, request.as_of, _instant(question.run.known_at), request.agency_code)
    text = "\n".join((*map(str, made), request.actor_id, request.purpose))
    return f"vet-{request.as_of:%Y%m%d}-{sha256(text.encode()).hexdigest()[:16]}"


def _instant(known_at: datetime) -> str:
    return known_at.isoformat(timespec="microseconds")
