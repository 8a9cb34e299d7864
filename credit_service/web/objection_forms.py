"""Forms of the acts that may come next on an objection, with exactly the fields each act needs.

What may come next and what it needs says `listing.objections`; this module adds choices and hints and keeps what was
typed when an act is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Form, UploadFile

from credit_service.domain.objection import (
    ListingOutcome,
    NextObjectionAct,
    ObjectionActKind,
    RecordRemedy,
    Verdict,
)
from credit_service.errors import AccessError, DecisionError, EvidenceMissing, LedgerConflict, WarehouseBusy
from credit_service.lookup.objections import ObjectionView
from credit_service.pipeline.evidence import HandedIn
from credit_service.pipeline.objections import ObjectionRequest
from credit_service.pipeline.receive_objections import LARGEST_FILE, MOST_FILES
from credit_service.web.dependencies import Visit

REFUSALS = (DecisionError, AccessError, LedgerConflict, WarehouseBusy)
"""What is told on the page it was tried from."""

FINAL_ACTS = frozenset({ObjectionActKind.REFUSE, ObjectionActKind.REJECT, ObjectionActKind.WITHDRAW})
WITH_FILES = frozenset({ObjectionActKind.VERIFY, ObjectionActKind.ADD_EVIDENCE, ObjectionActKind.WITHDRAW})
"""Acts that usually come with papers."""
_LONG = frozenset({"reason", "evidence", "redress"})
_HINTS = {
    "处理决定文号": "例如：示范信异决〔2026〕3号",
    "信用工作机构的复核情况": "调取了什么材料、与谁核对、结论是什么",
    "救济途径": "写明可以向哪个机关申请行政复议、向哪个法院起诉，以及期限",
    "撤回的理由": "写明异议人书面撤回的情况",
    "更正批次编号": "更正数据的批次；已撤回记录的填原批次",
}
_OPTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "verdict": tuple((one.value, one.label) for one in Verdict),
    "remedy": tuple((one.value, one.label) for one in RecordRemedy),
    "listing": tuple((one.value, one.label) for one in ListingOutcome),
}


@dataclass(frozen=True)
class TypedObjectionAct:
    """A form as somebody filled it in."""

    kind: str = ""
    on: str = ""
    document_no: str = ""
    reason: str = ""
    evidence: str = ""
    verdict: str = ""
    remedy: str = ""
    listing: str = ""
    wrong_records: tuple[str, ...] = ()
    redress: str = ""
    to_agency: str = ""


@dataclass(frozen=True)
class ObjectionField:
    """One field of a form; with options it is a choice."""

    name: str
    label: str
    hint: str
    is_long: bool
    value: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ObjectionForm:
    """The form of one act."""

    kind: ObjectionActKind
    title: str
    fields: tuple[ObjectionField, ...]
    records: tuple[tuple[str, bool], ...]
    """(record, chosen) where records found wrong are chosen."""
    note: str
    is_final: bool
    is_open: bool
    takes_files: bool


def read_objection_act(  # noqa: PLR0913, PLR0917 -- one argument for each field
    kind: Annotated[str, Form(max_length=40)] = "",
    on: Annotated[str, Form(max_length=20)] = "",
    document_no: Annotated[str, Form(max_length=128)] = "",
    reason: Annotated[str, Form(max_length=4000)] = "",
    evidence: Annotated[str, Form(max_length=4000)] = "",
    verdict: Annotated[str, Form(max_length=20)] = "",
    remedy: Annotated[str, Form(max_length=20)] = "",
    listing: Annotated[str, Form(max_length=20)] = "",
    wrong_records: Annotated[list[str] | None, Form(max_length=1000)] = None,
    redress: Annotated[str, Form(max_length=2000)] = "",
    to_agency: Annotated[str, Form(max_length=40)] = "",
) -> TypedObjectionAct:
    """Return the form as it was filled in."""
    records = tuple(wrong_records or ())
    return TypedObjectionAct(
        kind, on, document_no, reason, evidence, verdict, remedy, listing, records, redress, to_agency
    )


def build_objection_forms(
    acts: Sequence[NextObjectionAct], view: ObjectionView, typed: TypedObjectionAct | None = None
) -> tuple[ObjectionForm, ...]:
    """Return the forms of these acts in the order of the procedure."""
    return tuple(
        _build(act, view, typed if typed is not None and typed.kind == act.kind.value else None) for act in acts
    )


def _build(act: NextObjectionAct, view: ObjectionView, kept: TypedObjectionAct | None) -> ObjectionForm:
    day = ObjectionField("on", "办理日期", "", is_long=False, value=kept.on if kept else view.today.isoformat())
    papers = (
        ObjectionField(
            name=name,
            label=need,
            hint=_HINTS.get(need, ""),
            is_long=name in _LONG,
            value=str(getattr(kept, name)) if kept else "",
            options=_options(name, view),
        )
        for name, need in zip(act.fields, act.needs, strict=True)
    )
    chosen = set(kept.wrong_records) if kept else set(view.objection.record_ids[:1])
    names_records = act.kind is ObjectionActKind.UPHOLD
    return ObjectionForm(
        kind=act.kind,
        title=act.label,
        fields=(*papers, day),
        records=tuple((one, one in chosen) for one in view.objection.record_ids) if names_records else (),
        note=act.note,
        is_final=act.kind in FINAL_ACTS,
        is_open=kept is not None,
        takes_files=act.kind in WITH_FILES,
    )


def _options(name: str, view: ObjectionView) -> tuple[tuple[str, str], ...]:
    if name == "to_agency":
        return tuple((code, view.agencies.get(code, code)) for code in view.objection.source_agencies)
    return _OPTIONS.get(name, ())


def to_request(visit: Visit, number: str, typed: TypedObjectionAct, files: list[UploadFile] | None) -> ObjectionRequest:
    """Return what a form asks for.

    Raises:
        EvidenceMissing: The act or the day is none.
    """
    kind = next((one for one in ObjectionActKind if one.value == typed.kind), None)
    if kind is None:
        message = "没有选择要办理的事项。"
        raise EvidenceMissing(message, remedy="请使用页面上的按钮提交。")
    return ObjectionRequest(
        number=number,
        kind=kind,
        actor=visit.actor,
        on=to_day(typed.on),
        document_no=typed.document_no,
        reason=typed.reason,
        evidence=typed.evidence,
        verdict=typed.verdict,
        remedy=typed.remedy,
        listing=typed.listing,
        wrong_records=typed.wrong_records if typed.remedy != RecordRemedy.NONE.value else (),
        redress=typed.redress,
        to_agency=typed.to_agency,
        exhibits=read_files(files or ()),
    )


def to_day(value: str) -> date | None:
    """Return the day somebody typed, or None for an empty field.

    Raises:
        EvidenceMissing: It is no date.
    """
    if not value.strip():
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError as fault:
        message = f"日期“{value[:20]}”无法识别。"
        raise EvidenceMissing(message, remedy="请写成 2026-09-30 的形式。") from fault


def read_files(files: Sequence[UploadFile]) -> tuple[HandedIn, ...]:
    """Return the files of a form; a field left empty is none. No more is read than may be kept."""
    chosen = [file for file in files if file.filename]
    return tuple(HandedIn(file.filename or "", file.file.read(LARGEST_FILE + 1)) for file in chosen[: MOST_FILES + 1])
