"""What a subject can lawfully do about a record that speaks against it, and from which day.

Before it is a hit of the vetting rule, after it sentences for the department and for the nominee. The acts are those of
``rules/repair``; waiting is always one of them where the record has a last day. It promises nothing: the authority
decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from credit_service.domain.score import ListKind
from credit_service.rulebook.judge import add_months
from credit_service.rulebook.repair_types import LawfulAct, Wait
from credit_service.rulebook.schema import Rulebook


@dataclass(frozen=True)
class RecordOfHit:
    """What the acts ask of a record."""

    kind: str
    subject_kind: str
    severity: str | None
    listed_text: str
    """Topic and authority, as lists find what they accept."""
    decided_on: date
    min_until: date | None
    until_on: date | None


def list_remedies(rulebook: Rulebook, record: RecordOfHit, as_of: date) -> tuple[str, ...]:
    """Return what can be done about a record, as sentences; the last one is to wait, where there is a last day."""
    said = []
    for act in rulebook.acts:
        if act.kind == record.kind and act.severity in {"*", record.severity}:
            from_on = _earliest(rulebook, record, act.wait, as_of)
            said.append(_say(act, from_on, as_of))
    if record.until_on is not None:
        said.append(f"等待期满：{record.until_on + timedelta(days=1)}起不再作为依据")
    return tuple(said)


def _say(act: LawfulAct, from_on: date | None, as_of: date) -> str:
    when = "" if from_on is None else "，现在即可办理" if from_on <= as_of else f"，{from_on}起可办理"
    return f"{act.act.label}：{act.entry.text}{when}"


def _earliest(rulebook: Rulebook, record: RecordOfHit, wait: Wait, as_of: date) -> date | None:
    if wait is Wait.NONE:
        return as_of
    if wait is Wait.PUBLICITY:
        return record.min_until
    kinds: Mapping[str, ListKind] = {one.id: one.list_kind for one in rulebook.list_types}
    for accept in rulebook.acceptances:
        fits = accept.kind == record.kind and accept.subject_kind in {"", record.subject_kind}
        if kinds[accept.list_type] is ListKind.BLACK and fits and accept.keyword in record.listed_text:
            return add_months(record.decided_on, rulebook.list_type(accept.list_type).min_months)
    return None
