"""What a paper must say, and when it may be issued: the law's demands on papers.

Before it stand a case and the parts a paper would have; after it nothing, or a refusal. `transitions` knows which act
may follow; a paper may be issued exactly when its act may.

Source: 国办发〔2020〕49号 (告知 with basis, reasons, measures, removal and remedy); 深圳经济特区社会信用条例 (measures,
removal conditions and remedy in the notice); 河南省社会信用条例 (written notice; red list publicised first);
国办发〔2025〕22号 (两书同达); 行政复议法 Art. 20 (who is not told of the remedy has up to a year).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from credit_service.domain.listing import ActKind, Case, CaseState
from credit_service.domain.paper import PaperKind, PaperPart
from credit_service.domain.score import ListKind
from credit_service.errors import IllegalTransition, PaperIncomplete
from credit_service.listing.steps import find_steps

_P = PaperPart
_TOLD = frozenset({_P.FACTS, _P.BASIS, _P.REASONS, _P.MEASURES, _P.REMOVAL, _P.REMEDY})
_ANSWERED = frozenset({_P.FACTS, _P.BASIS, _P.REASONS, _P.RESULT, _P.REMEDY})

REQUIRED: Mapping[PaperKind, frozenset[PaperPart]] = MappingProxyType(
    {
        PaperKind.NOTICE: _TOLD | {_P.STATEMENT, _P.TERM},
        PaperKind.ANNOUNCEMENT: _TOLD | {_P.STATEMENT, _P.TERM},
        PaperKind.DECISION: _TOLD | {_P.RESULT, _P.TERM},
        PaperKind.DECLINE: _ANSWERED,
        PaperKind.REPAIR_GUIDE: frozenset({_P.BASIS, _P.REMOVAL, _P.TERM, _P.REMEDY}),
        PaperKind.RECEIPT: frozenset({_P.FACTS}),
        PaperKind.OBJECTION_ACCEPTED: frozenset({_P.FACTS, _P.BASIS, _P.RESULT, _P.TERM, _P.REMEDY}),
        PaperKind.OBJECTION_REFUSED: _ANSWERED,
        PaperKind.OBJECTION_REJECTED: _ANSWERED,
        PaperKind.OBJECTION_CORRECTED: _ANSWERED,
        PaperKind.REPAIR_ACCEPTED: frozenset({_P.FACTS, _P.BASIS, _P.RESULT, _P.TERM, _P.REMEDY}),
        PaperKind.REPAIR_GRANTED: _ANSWERED | {_P.MEASURES},
        PaperKind.REPAIR_DENIED: _ANSWERED | {_P.REMOVAL},
        PaperKind.REVOCATION: _ANSWERED | {_P.MEASURES},
        PaperKind.REMOVAL: frozenset({_P.FACTS, _P.BASIS, _P.RESULT, _P.MEASURES, _P.REMEDY}),
    }
)
"""The parts a paper of each kind must have."""

ACT_OF_PAPER: Mapping[PaperKind, ActKind] = MappingProxyType(
    {
        PaperKind.NOTICE: ActKind.DRAFT_NOTICE,
        PaperKind.ANNOUNCEMENT: ActKind.DRAFT_NOTICE,
        PaperKind.DECISION: ActKind.DECIDE,
        PaperKind.DECLINE: ActKind.DECLINE,
        PaperKind.REPAIR_GRANTED: ActKind.REPAIR,
        PaperKind.REVOCATION: ActKind.REVOKE,
    }
)
"""The act that takes a paper's number."""

_REPAIRING = frozenset({PaperKind.REPAIR_ACCEPTED, PaperKind.REPAIR_DENIED})


def check_parts(kind: PaperKind, texts: Mapping[PaperPart, str], blanks: Sequence[str] = ()) -> None:
    """Refuse a paper that does not say what it must.

    Args:
        kind: What the paper does.
        texts: What it says, by part.
        blanks: Names its title and opening use and that are empty.

    Raises:
        PaperIncomplete: A part is missing or blank; all missing ones are named.
    """
    missing = [part for part in PaperPart if part in REQUIRED[kind] and not texts.get(part, "").strip()]
    if missing or blanks:
        names = "、".join((*(part.label for part in missing), *(f"${name}" for name in blanks)))
        message = f"{kind.label}依法应当载明的内容缺少：{names}，不得出具。"
        remedy = (
            "请补齐案件、规则库（rules/lists、rules/measures）和文书用语（publications/templates/papers）后再出具。"
        )
        raise PaperIncomplete(message, remedy=remedy, kind=kind.value, missing=[part.value for part in missing])


def is_due(case: Case, kind: PaperKind) -> bool:
    """Return whether the case stands where a paper of this kind may be issued."""
    if kind in {PaperKind.NOTICE, PaperKind.ANNOUNCEMENT} and (
        (kind is PaperKind.ANNOUNCEMENT) is not (case.list_kind is ListKind.RED)
    ):
        return False
    if kind is PaperKind.REPAIR_GUIDE:
        # 两书同达: it may be made with the decision, and is made for whoever is listed already.
        return case.list_kind is not ListKind.RED and (_follows(case, ActKind.DECIDE) or _is_listed(case))
    if kind in _REPAIRING:
        return case.list_kind is not ListKind.RED and _is_listed(case)
    if kind is PaperKind.REMOVAL:
        return case.state is CaseState.ENDED
    act = ACT_OF_PAPER.get(kind)
    return act is not None and _follows(case, act)


def _is_listed(case: Case) -> bool:
    """Return whether a decision stands that could still be revoked."""
    return _follows(case, ActKind.REVOKE)


def _follows(case: Case, act: ActKind) -> bool:
    return any(step.kind is act for step in find_steps(case.state, case.list_kind))


def check_due(case: Case, kind: PaperKind) -> None:
    """Refuse a paper whose time has not come, or has passed.

    Raises:
        IllegalTransition: The case stands elsewhere, or is on another list.
    """
    if is_due(case, kind):
        return
    due = [member.label for member in PaperKind if is_due(case, member)]
    message = f"案件{case.case_id}（{case.list_kind.label}）现为“{case.state.label}”，不能出具{kind.label}。"
    remedy = f"现在可以出具：{'、'.join(due)}。" if due else "请先办理前面的环节。"
    raise IllegalTransition(message, remedy=remedy, case_id=case.case_id, state=case.state.value)
