"""What a department was asked to carry out: the list with due days, one task with its forms, many at once.

Judging is in `measures`, writing in `pipeline.measure_desk`. A submitter sees the own department's tasks and nothing of
any other; overseers and the credit office see all of them and change nothing. A refusal is shown beside the form with
everything typed kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from credit_service.domain.agency import Role
from credit_service.domain.measure import FeedbackKind
from credit_service.errors import (
    AccessError,
    CreditServiceError,
    DecisionError,
    EvidenceMissing,
    LedgerConflict,
    SubmissionError,
)
from credit_service.lookup.measures import Shown, get_measure_desk, get_measure_item
from credit_service.lookup.measures_table import write_feedback_form
from credit_service.pipeline.measure_desk import (
    MAY_FEED_BACK,
    FeedbackRequest,
    StrayRequest,
    give_feedback,
    report_stray,
)
from credit_service.pipeline.measure_upload import COLUMNS, UploadOutcome, to_day, to_fen, to_kind, upload_feedback
from credit_service.web.department.chosen_files import UploadForm, kept_for_now, read_upload_form
from credit_service.web.dependencies import MAY_SEE_CASES, SMALL_BODY, Visit, check_form_token, redirect_to, require
from credit_service.web.errors import status_of
from credit_service.web.paging import cut

router = APIRouter(max_body_size=SMALL_BODY)

ITEMS_PER_PAGE = 50
FORM_BODY = 20 * 1024 * 1024
"""A filled-in feedback form; bytes."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAY_SEE_MEASURES = MAY_FEED_BACK | MAY_SEE_CASES
MeasureVisit = Annotated[Visit, Depends(require(MAY_SEE_MEASURES))]
FeedbackVisit = Annotated[Visit, Depends(require(MAY_FEED_BACK))]
Word = Annotated[str, Form(max_length=40)]
DocumentNo = Annotated[str, Form(max_length=128)]
Long = Annotated[str, Form(max_length=4000)]
REFUSALS = (DecisionError, AccessError, LedgerConflict)


@dataclass(frozen=True)
class TypedWords:
    """What somebody wrote."""

    what: str = ""
    basis: str = ""
    document_no: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class TypedFeedback:
    """A form as somebody filled it in."""

    kind: str = ""
    on: str = ""
    version: str = ""
    amount: str = ""
    words: TypedWords = field(default_factory=TypedWords)

    def to_request(self, visit: Visit, task_id: str) -> FeedbackRequest:
        """Return it as what is asked of the pipeline.

        Raises:
            EvidenceMissing: A field cannot be read.
        """
        return FeedbackRequest(
            task_id=task_id,
            kind=to_kind(self.kind),
            actor=visit.actor,
            on=to_day(self.on),
            what=self.words.what,
            amount_fen=to_fen(self.amount),
            basis=self.words.basis,
            document_no=self.words.document_no,
            evidence=self.words.evidence,
            version=int(self.version) if self.version.isascii() and self.version.isdigit() else None,
        )


@dataclass(frozen=True)
class TypedReport:
    """A report as somebody filled it in."""

    name: str
    case_id: str
    on: str
    what: str
    document_no: str


def read_words(
    what: Long = "",
    basis: Annotated[str, Form(max_length=500)] = "",
    document_no: DocumentNo = "",
    evidence: Long = "",
) -> TypedWords:
    """Return what was written."""
    return TypedWords(what, basis, document_no, evidence)


def read_feedback(
    words: Annotated[TypedWords, Depends(read_words)],
    kind: Word = "",
    on: Word = "",
    version: Word = "",
    amount: Word = "",
) -> TypedFeedback:
    """Return the form as it was filled in."""
    return TypedFeedback(kind, on, version, amount, words)


def read_chosen(
    task: Annotated[list[str] | None, Form(max_length=ITEMS_PER_PAGE)] = None,
    shown_task: Annotated[list[str] | None, Form(max_length=ITEMS_PER_PAGE)] = None,
    whole: Word = "",
) -> list[str]:
    """Return the tasks that were ticked, or all of the page where that was ticked."""
    return list(dict.fromkeys((shown_task if whole else task) or []))


def read_report(
    name: Annotated[str, Form(max_length=200)] = "",
    case_id: Word = "",
    on: Word = "",
    what: Long = "",
    document_no: DocumentNo = "",
) -> TypedReport:
    """Return the form as it was filled in."""
    return TypedReport(name, case_id, on, what, document_no)


Typed = Annotated[TypedFeedback, Depends(read_feedback)]
Reported = Annotated[TypedReport, Depends(read_report)]


class Asked(BaseModel):
    """What an address asks for; what it names wrongly is not restricted."""

    show: str = Field(default="", max_length=20)
    measure: str = Field(default="", max_length=80)
    agency: str = Field(default="", max_length=40)
    page: int = Field(default=1, ge=1, le=100_000)
    done: int = Field(default=0, ge=0, le=100_000)

    @property
    def shown(self) -> Shown:
        """Which tasks are shown."""
        return Shown(self.show) if self.show in set(Shown) else Shown.TODO


@router.get("/department/measures", response_class=HTMLResponse)
def show_measures(visit: MeasureVisit, asked: Annotated[Asked, Query()]) -> Response:
    """Show what a department has to do about joint measures."""
    return _show_list(visit, asked)


@router.get("/department/measures/feedback.xlsx")
def download_form(visit: FeedbackVisit) -> Response:
    """Send the feedback form with what is open, to be filled in and sent back."""
    desk = get_measure_desk(visit.room, visit.person.account.agency_code, Shown.TODO)
    form = write_feedback_form(desk.items, COLUMNS, visit.office.now())
    headers = {"Content-Disposition": f'attachment; filename="measures-{desk.day}.xlsx"'}
    return Response(form, media_type=XLSX, headers=headers)


@router.post("/department/measures/upload", response_class=HTMLResponse, max_body_size=FORM_BODY)
def submit_form(visit: FeedbackVisit, form: Annotated[UploadForm, Depends(read_upload_form)]) -> Response:
    """Take the filled-in form in; faulty rows are told, the others are written down."""
    try:
        with kept_for_now(form.uploads[:1]) as files:
            outcome = upload_feedback(visit.office, files[0].path, files[0].name, visit.actor)
    except (SubmissionError, *REFUSALS) as fault:
        return _show_list(visit, Asked(), refused=[("", fault)])
    return _show_list(visit, Asked(), uploaded=outcome)


@router.get("/department/measures/{task_id}", response_class=HTMLResponse)
def show_task(visit: MeasureVisit, task_id: str, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Show one task with a form for each thing that may be said."""
    return _show_task(visit, task_id, done=done)


@router.post("/department/measures/many", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_many(
    visit: FeedbackVisit,
    typed: Typed,
    chosen: Annotated[list[str], Depends(read_chosen)],
    measure: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Say the same about several tasks; each is judged by itself, and what is refused is told by its reason."""
    refused: list[tuple[str, CreditServiceError]] = []
    count = 0
    for task_id in chosen:
        try:
            give_feedback(visit.office, typed.to_request(visit, task_id))
            count += 1
        except REFUSALS as fault:
            refused.append((task_id, fault))
    if not chosen:
        message = "没有选择任何措施。"
        refused.append(("", EvidenceMissing(message, remedy="请在列表左侧勾选后再提交。")))
    if refused:
        return _show_list(visit, Asked(measure=measure, done=count), refused=refused, typed=typed)
    return redirect_to(f"/department/measures?done={count}")


@router.post("/department/measures/reports", response_class=HTMLResponse, dependencies=[Depends(check_form_token)])
def submit_report(visit: FeedbackVisit, told: Reported) -> Response:
    """Write down a measure the department applied without having been asked."""
    try:
        on = to_day(told.on)
        report_stray(visit.office, StrayRequest(visit.actor, told.name, told.case_id, on, told.what, told.document_no))
    except REFUSALS as fault:
        return _show_list(visit, Asked(), refused=[("", fault)])
    return redirect_to("/department/measures#reports")


@router.post(
    "/department/measures/{task_id}/feedback", response_class=HTMLResponse, dependencies=[Depends(check_form_token)]
)
def submit_feedback(visit: FeedbackVisit, task_id: str, typed: Typed) -> Response:
    """Say something about one task, or show on the same page why it is refused."""
    try:
        give_feedback(visit.office, typed.to_request(visit, task_id))
    except REFUSALS as fault:
        return _show_task(visit, task_id, fault=fault, typed=typed)
    return redirect_to(f"/department/measures/{task_id}?done={typed.kind}")


def _show_list(
    visit: Visit,
    asked: Asked,
    *,
    refused: list[tuple[str, CreditServiceError]] | None = None,
    typed: TypedFeedback | None = None,
    uploaded: UploadOutcome | None = None,
) -> Response:
    account = visit.person.account
    is_clerk = account.role is Role.SUBMITTER
    agency_code = account.agency_code if is_clerk else asked.agency or None
    desk = get_measure_desk(visit.room, agency_code, asked.shown)
    chosen = [item for item in desk.items if not asked.measure or item.use.owed.measure == asked.measure]
    names = {item.use.owed.measure: item.name for item in desk.items}
    context = {
        "desk": desk,
        "items": cut(chosen, asked.page, ITEMS_PER_PAGE),
        "shown": asked.shown,
        "offered": tuple(Shown),
        "measure": asked.measure,
        "asked": dict(sorted(names.items(), key=lambda one: one[1])),
        "measure_names": {one.slug: one.name for one in desk.catalogue},
        "agency_code": agency_code,
        "is_clerk": is_clerk,
        "may_feed_back": account.role in MAY_FEED_BACK,
        "kinds": tuple(FeedbackKind),
        "done": asked.done,
        "refused": refused or [],
        "uploaded": uploaded,
        "typed": typed or TypedFeedback(kind=FeedbackKind.ACCEPT.value, on=desk.day.isoformat()),
    }
    return visit.page("department/measures.html", context, status=status_of(refused[0][1]) if refused else 200)


def _show_task(
    visit: Visit,
    task_id: str,
    *,
    done: str = "",
    fault: CreditServiceError | None = None,
    typed: TypedFeedback | None = None,
) -> Response:
    account = visit.person.account
    own_only = account.agency_code if account.role is Role.SUBMITTER else None
    item = get_measure_item(visit.room, task_id, own_only)
    context = {
        "task_item": item,
        "may_feed_back": account.role in MAY_FEED_BACK,
        "today": visit.room.today(),
        "done": next((kind for kind in FeedbackKind if kind.value == done), None),
        "fault": fault,
        "typed": typed,
    }
    return visit.page("department/measure.html", context, status=status_of(fault) if fault else 200)
