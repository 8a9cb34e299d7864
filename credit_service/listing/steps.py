"""The table of acts: from which states, to which state, with which papers, under which name.

`transitions` walks by it, `next_acts` shows it; the database holds the same arrows as triggers, and a test holds the
two equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.score import ListKind

OPEN_STATES = frozenset(CaseState) - {CaseState.DECLINED, CaseState.ENDED}
"""States in which a case still needs somebody or something."""


@dataclass(frozen=True)
class Step:
    """One act of the procedure."""

    kind: ActKind
    from_states: frozenset[CaseState]
    to_state: CaseState | None
    """None where the case stays where it is."""
    needs: tuple[tuple[str, str], ...]
    """(field of the act, what it is, in Chinese)."""
    list_kinds: frozenset[ListKind] = frozenset(ListKind)


def _step(
    kind: ActKind,
    from_states: tuple[CaseState, ...],
    to_state: CaseState | None,
    needs: tuple[tuple[str, str], ...],
    list_kinds: frozenset[ListKind] = frozenset(ListKind),
) -> tuple[ActKind, Step]:
    return kind, Step(kind, frozenset(from_states), to_state, needs, list_kinds)


_S = CaseState
_IN_REVIEW = (_S.UNDER_REVIEW, _S.NOTICED, _S.NOTICE_SERVED, _S.HEARD)
_UNDECIDED = (_S.PROPOSED, *_IN_REVIEW)
_DECIDED = (_S.DECIDED, _S.DECISION_SERVED, _S.PUBLISHED)

STEPS: Mapping[ActKind, Step] = MappingProxyType(
    dict(
        (
            _step(ActKind.TAKE_UP, (_S.PROPOSED,), _S.UNDER_REVIEW, ()),
            _step(ActKind.DRAFT_NOTICE, (_S.PROPOSED, _S.UNDER_REVIEW), _S.NOTICED, (("document_no", "告知书文号"),)),
            _step(ActKind.SERVE_NOTICE, (_S.NOTICED,), _S.NOTICE_SERVED, (("evidence", "送达方式及凭证"),)),
            _step(ActKind.HEAR, (_S.NOTICE_SERVED,), _S.HEARD, (("evidence", "陈述申辩意见及复核结论"),)),
            _step(
                ActKind.DECIDE,
                (_S.HEARD,),
                _S.DECIDED,
                (("document_no", "决定书文号"), ("reason", "决定理由")),
            ),
            _step(ActKind.DECLINE, _UNDECIDED, _S.DECLINED, (("reason", "不予列入的理由"),)),
            _step(ActKind.HAND_OVER, _IN_REVIEW, None, (("reason", "接手的理由"),)),
            _step(ActKind.SERVE_DECISION, (_S.DECIDED,), _S.DECISION_SERVED, (("evidence", "决定书送达方式及凭证"),)),
            _step(
                ActKind.TAKE_OVER,
                (_S.UNDER_REVIEW,),
                _S.DECISION_SERVED,
                (("reason", "转引的理由"), ("evidence", "认定机关的公布网址或送达情况")),
            ),
            _step(
                ActKind.PUBLISH,
                (_S.DECISION_SERVED,),
                _S.PUBLISHED,
                (("document_no", "公告期次编号"),),
                frozenset({ListKind.RED, ListKind.BLACK}),
            ),
            _step(ActKind.MARK_OBJECTION, (*_UNDECIDED, *_DECIDED), None, (("document_no", "异议编号"),)),
            _step(
                ActKind.CLEAR_OBJECTION,
                (*_UNDECIDED, *_DECIDED),
                None,
                (("document_no", "异议编号"), ("reason", "处理结果")),
            ),
            _step(
                ActKind.SUSPEND,
                _DECIDED,
                None,
                (("ground", "中止的原因"), ("document_no", "裁定书、决定书文号"), ("reason", "中止的理由")),
            ),
            _step(ActKind.RESUME, _DECIDED, None, (("document_no", "恢复依据的文号"), ("reason", "恢复的理由"))),
            _step(ActKind.EXPIRE, _DECIDED, _S.ENDED, ()),
            _step(
                ActKind.REPAIR,
                (_S.DECISION_SERVED, _S.PUBLISHED),
                _S.ENDED,
                (("document_no", "修复决定文号"), ("reason", "修复理由"), ("evidence", "履行义务证明和信用承诺书")),
                frozenset({ListKind.BLACK, ListKind.WATCH}),
            ),
            _step(ActKind.REVOKE, _DECIDED, _S.ENDED, (("document_no", "撤销决定文号"), ("reason", "撤销理由"))),
            _step(ActKind.SOURCE_END, _DECIDED, _S.ENDED, (("reason", "认定机关移出的情况"),)),
        )
    )
)
"""Every act on a case but its proposal."""

_RED_LABELS = {
    ActKind.DRAFT_NOTICE: "拟定认定前公示",
    ActKind.SERVE_NOTICE: "发布认定前公示",
    ActKind.HEAR: "处理公众意见",
    ActKind.DECIDE: "决定认定",
    ActKind.DECLINE: "决定不予认定",
    ActKind.SERVE_DECISION: "送达认定决定",
    ActKind.REVOKE: "撤销认定",
}
_RED_NEEDS = {
    "告知书文号": "公示文号",
    "送达方式及凭证": "公示方式及凭证",
    "陈述申辩意见及复核结论": "公众意见及处理结论",
    "决定书文号": "认定文号",
    "不予列入的理由": "不予认定的理由",
    "决定书送达方式及凭证": "认定决定送达方式及凭证",
}


def act_label(kind: ActKind, list_kind: ListKind) -> str:
    """Return the Chinese name of an act, worded for the list."""
    return _RED_LABELS.get(kind, kind.label) if list_kind is ListKind.RED else kind.label


def need_label(need: str, list_kind: ListKind) -> str:
    """Return the Chinese name of what an act needs, worded for the list."""
    return _RED_NEEDS.get(need, need) if list_kind is ListKind.RED else need


def is_open(state: CaseState) -> bool:
    """Return whether a case in this state still blocks a second one of the same kind for the same subject."""
    return state in OPEN_STATES


def find_steps(state: CaseState, list_kind: ListKind) -> tuple[Step, ...]:
    """Return the acts that may follow a state on a list, in the order of the procedure."""
    return tuple(step for step in STEPS.values() if state in step.from_states and list_kind in step.list_kinds)
