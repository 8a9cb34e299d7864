"""The table of acts on an objection: from which states, to which state, with which papers.

`objections` walks by it, pages and commands show it; the database holds the same arrows as triggers, and a test holds
the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from credit_service.domain.objection import OPEN_STATES, ObjectionActKind, ObjectionState

_S = ObjectionState
_K = ObjectionActKind


@dataclass(frozen=True)
class ObjectionStep:
    """One act of the procedure."""

    kind: ObjectionActKind
    from_states: frozenset[ObjectionState]
    to_state: ObjectionState | None
    """None where the objection stays where it is."""
    needs: tuple[tuple[str, str], ...]
    """(field of the act, what it is, in Chinese)."""
    note: str = ""


_DECISION = (("document_no", "处理决定文号"), ("reason", "理由"), ("evidence", "信用工作机构的复核情况"))
_UNDECIDED = frozenset({_S.ACCEPTED, _S.FORWARDED, _S.VERIFIED})

OBJECTION_STEPS: Mapping[ObjectionActKind, ObjectionStep] = MappingProxyType(
    {
        step.kind: step
        for step in (
            ObjectionStep(_K.ACCEPT, frozenset({_S.RECEIVED}), _S.ACCEPTED, ()),
            ObjectionStep(
                _K.REFUSE,
                frozenset({_S.RECEIVED}),
                _S.NOT_ACCEPTED,
                (("reason", "不予受理的理由"), ("redress", "救济途径")),
                "不得由登记该异议的人员办理；此后异议标注随即消除。",
            ),
            ObjectionStep(
                _K.FORWARD,
                frozenset({_S.ACCEPTED}),
                _S.FORWARDED,
                (("to_agency", "核实单位"), ("reason", "需要其他单位核实、延长期限的理由")),
                "只能转一次，办理期限依规则延长一次。",
            ),
            ObjectionStep(_K.REMIND, frozenset({_S.FORWARDED}), None, (("reason", "催办方式和内容"),)),
            ObjectionStep(
                _K.VERIFY,
                frozenset({_S.FORWARDED}),
                _S.VERIFIED,
                (("verdict", "核实结果"), ("reason", "核实情况和理由"), ("evidence", "核实依据")),
                "由被转办的来源单位办理；此后由信用工作机构复核决定。",
            ),
            ObjectionStep(
                _K.UPHOLD,
                _UNDECIDED,
                _S.UPHELD,
                (*_DECISION, ("remedy", "对记录的处理"), ("listing", "对名单的处理")),
                "须由登记、受理、转办、核实以外的人员决定。",
            ),
            ObjectionStep(
                _K.REJECT,
                _UNDECIDED,
                _S.REJECTED,
                (*_DECISION, ("redress", "救济途径")),
                "须由登记、受理、转办、核实以外的人员决定。",
            ),
            ObjectionStep(_K.ADD_EVIDENCE, OPEN_STATES, None, (("reason", "补充的内容"),)),
            ObjectionStep(_K.WITHDRAW, OPEN_STATES, _S.WITHDRAWN, (("reason", "撤回的理由"),)),
            ObjectionStep(
                _K.CORRECT,
                frozenset({_S.UPHELD}),
                None,
                (("document_no", "更正批次编号"), ("reason", "更正的内容")),
                "记录须已由来源单位以新批次更正，或已撤回。",
            ),
        )
    }
)
"""Every act on an objection but its receipt."""


def find_objection_steps(state: ObjectionState) -> tuple[ObjectionStep, ...]:
    """Return the acts that may follow a state, in the order of the procedure."""
    return tuple(step for step in OBJECTION_STEPS.values() if state in step.from_states)
