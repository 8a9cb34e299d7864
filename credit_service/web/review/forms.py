"""Forms of the acts that may come next on a case, with exactly the fields each act needs.

What may come next and what it needs says `listing.transitions`; this module adds hints and keeps what was typed when an
act is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from credit_service.domain.listing import ActKind, NextAct, SuspensionGround
from credit_service.domain.score import ListKind
from credit_service.pipeline.evidence import HandedIn

FINAL_ACTS = frozenset({ActKind.DECLINE, ActKind.REPAIR, ActKind.REVOKE, ActKind.SOURCE_END})
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
    for_id: str = ""
    exhibits: tuple[HandedIn, ...] = ()


@dataclass(frozen=True)
class FormField:
    """One field of a form."""

    name: str
    label: str
    hint: str
    is_long: bool
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    """Value and Chinese name of each choice; empty where the field is free."""


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


@dataclass(frozen=True)
class FormGround:
    """What forms are made from besides the acts."""

    today: date
    list_kind: ListKind
    typed: TypedAct | None = None
    """What somebody typed before it was refused."""


def build_form(act: NextAct, given: FormGround, document_no: str = "") -> ActForm:
    """Return the form of one act, with what was typed before a refusal kept.

    Args:
        act: The act.
        given: The day, the list, and what was typed before.
        document_no: The number of the paper issued for the act, where there is one.
    """
    typed, today = given.typed, given.today
    kept = typed if typed is not None and typed.kind == act.kind.value else None
    day_hint = f"最早{act.earliest_on}" if act.earliest_on is not None and act.earliest_on > today else ""
    day = FormField("on", "办理日期", day_hint, is_long=False, value=kept.on if kept else today.isoformat())
    papers = (
        FormField(
            name,
            need,
            _HINTS.get(need, ""),
            is_long=name in _LONG,
            value=_to_value(name, kept, document_no),
            choices=_list_grounds(given.list_kind) if name == "ground" else (),
        )
        for name, need in zip(act.fields, act.needs, strict=True)
    )
    return ActForm(act.kind, act.label, (*papers, day), act.note, act.kind in FINAL_ACTS, is_open=kept is not None)


def _list_grounds(list_kind: ListKind) -> tuple[tuple[str, str], ...]:
    """Return the grounds on which a listing of this list may be suspended."""
    return tuple(
        (ground.value, ground.label)
        for ground in SuspensionGround
        if (ground is SuspensionGround.NEGATIVE_LISTING) is (list_kind is ListKind.RED)
    )


def build_forms(
    acts: Sequence[NextAct], given: FormGround, numbers: Mapping[str, str] | None = None
) -> tuple[ActForm, ...]:
    """Return the forms in the order of the procedure; ``numbers`` are those of the papers issued, by act."""
    return tuple(build_form(act, given, (numbers or {}).get(act.kind.value, "")) for act in acts)


def _to_value(name: str, kept: TypedAct | None, document_no: str) -> str:
    if kept is not None:
        return str(getattr(kept, name))
    return document_no if name == "document_no" else ""
