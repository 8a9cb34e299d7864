"""Forms of the acts that may come next on a case, with exactly the fields each act needs.

What may come next and what it needs says `listing.transitions`; this module adds hints and keeps what was typed when an
act is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Form

from credit_service.domain.listing import ActKind, NextAct, SuspensionGround

FINAL_ACTS = frozenset({ActKind.DECLINE, ActKind.REPAIR, ActKind.REVOKE})
"""They close a case or end a listing: the button says so by its colour."""
_LONG = frozenset({"reason", "evidence"})
_HINTS = {
    "决定理由": "写明事实、依据和对陈述申辩意见的采纳情况",
    "送达方式及凭证": "直接、留置、邮寄、电子送达等，以及回证编号",
    "决定书送达方式及凭证": "直接、留置、邮寄、电子送达等，以及回证编号",
    "公示方式及凭证": "发布的网站、栏目和截图编号",
    "陈述申辩意见及复核结论": "没有提出的，写明“期内未提出”",
    "公众意见及处理结论": "没有收到的，写明“期内未收到异议”",
    "告知书文号": "例如：示范信告〔2026〕3号",
    "决定书文号": "例如：示范信决〔2026〕3号",
}


_GROUNDS = tuple(
    (ground.value, ground.label) for ground in SuspensionGround if ground is not SuspensionGround.NEGATIVE_LISTING
)
"""Why a person may suspend a listing; a negative listing suspends honours by itself."""


@dataclass(frozen=True)
class TypedAct:
    """A form as somebody filled it in."""

    kind: str
    on: str = ""
    document_no: str = ""
    reason: str = ""
    evidence: str = ""
    ground: str = ""


@dataclass(frozen=True)
class FormField:
    """One field of a form."""

    name: str
    label: str
    hint: str
    is_long: bool
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label); empty where anything may be typed."""


@dataclass(frozen=True)
class ActForm:
    """The form of one act."""

    kind: ActKind
    title: str
    fields: tuple[FormField, ...]
    note: str
    is_final: bool
    is_open: bool
    """The form was sent and refused: show it unfolded."""


def read_act(  # noqa: PLR0913, PLR0917 -- one parameter for each field of the form
    kind: Annotated[str, Form(max_length=40)] = "",
    on: Annotated[str, Form(max_length=20)] = "",
    document_no: Annotated[str, Form(max_length=128)] = "",
    reason: Annotated[str, Form(max_length=4000)] = "",
    evidence: Annotated[str, Form(max_length=4000)] = "",
    ground: Annotated[str, Form(max_length=40)] = "",
) -> TypedAct:
    """Return the form as it was filled in."""
    return TypedAct(kind, on, document_no, reason, evidence, ground)


def build_form(act: NextAct, today: date, typed: TypedAct | None) -> ActForm:
    """Return the form of one act, with what was typed before a refusal kept."""
    kept = typed if typed is not None and typed.kind == act.kind.value else None
    day_hint = f"最早{act.earliest_on}" if act.earliest_on is not None and act.earliest_on > today else ""
    day = FormField("on", "办理日期", day_hint, is_long=False, value=kept.on if kept else today.isoformat())
    papers = (_to_field(name, need, kept) for name, need in zip(act.fields, act.needs, strict=True))
    return ActForm(act.kind, act.label, (*papers, day), act.note, act.kind in FINAL_ACTS, is_open=kept is not None)


def _to_field(name: str, need: str, kept: TypedAct | None) -> FormField:
    value = getattr(kept, name) if kept else ""
    choices = _GROUNDS if name == "ground" else ()
    return FormField(name, need, _HINTS.get(need, ""), is_long=name in _LONG, value=value, choices=choices)


def build_forms(acts: Sequence[NextAct], today: date, typed: TypedAct | None) -> tuple[ActForm, ...]:
    """Return the forms in the order of the procedure."""
    return tuple(build_form(act, today, typed) for act in acts)
