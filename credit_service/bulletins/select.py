"""Which cases an issue shows, which it withholds and why, and who left a list in its period.

Before this module stand cases of any state; after it entries reduced to what may be shown (`redact`). A case is shown
only while it is effective on the cut-off and on the day of publication, complete in due process, and of a list type
that permits publication for this kind of subject. Persons: on the red list with a recorded consent, on the black list
only where the list type names a basis for it, minors never. What is objected to is not shown for the first time. The
watch list is never shown nor counted. It reads no store and renders nothing.

Source: 国办发〔2020〕49号; 国家发展改革委令第36号; 个人信息保护法 Art. 25; 未成年人保护法 Art. 103.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from credit_service.bulletins.completeness import is_minor_case, missing_steps
from credit_service.bulletins.redact import clean_text, redact_code, redact_name, redact_text
from credit_service.domain.bulletin import BulletinEntry, LeftEntry, Period, WithheldEntry
from credit_service.domain.listing import Case, is_effective
from credit_service.domain.record import Severity
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind

PENDING = "（异议处理中）"
"""Follows the facts of an entry that was shown before and is objected to on the cut-off."""


@dataclass(frozen=True)
class ListTypeNotice:
    """What a bulletin needs to know of a list type of ``rules/lists``.

    ``publication_basis`` is the provision that permits to publish persons; without it they are withheld from the
    black list.
    """

    name: str
    basis: str
    publish_organisation: bool
    publish_person: bool
    publication_basis: str = ""


@dataclass(frozen=True)
class Selection:
    """What is selected for: the issue, its days, and what else the caller knows of the cases.

    ``list_types`` by id, ``category_names`` by number; ``consented_names`` (full names from the vault), ``measures``
    (names of the measures owed) and ``acts_on`` (earliest day of the acts listed for) by case id. ``unshared`` are
    cases of which a record is marked for internal use only, ``baseless`` those of which no record holds any more.
    ``cleared`` are cases that an upheld objection ended: they should never have been listed, so that nobody is told
    that they left. ``known_names`` are full names of persons that must not survive in free text.

    **Units**: dates are legal days (Asia/Shanghai), bounds inclusive.
    """

    period: Period
    cut_off_on: date
    publish_on: date
    list_types: Mapping[str, ListTypeNotice]
    category_names: Mapping[int, str]
    consented_names: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    acts_on: Mapping[str, date] = field(default_factory=dict)
    unshared: frozenset[str] = frozenset()
    baseless: frozenset[str] = frozenset()
    known_names: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Selected:
    """The lists of one issue, in the order they are printed."""

    red: tuple[BulletinEntry, ...]
    black: tuple[BulletinEntry, ...]
    left: tuple[LeftEntry, ...]
    withheld: tuple[WithheldEntry, ...]


def select_entries(cases: Iterable[Case], terms: Selection) -> Selected:
    """Sort cases into shown, withheld and left.

    **Shape**: each effective red or black case becomes one entry or one withheld entry; each published case that ended
    in the period becomes one left entry (persons: none, naming them again serves nobody). Cases in other states, and
    the watch list, leave no trace.
    """
    public = [case for case in cases if case.list_kind in {ListKind.RED, ListKind.BLACK}]
    standing = sorted(
        (case for case in public if is_effective(case, terms.cut_off_on) and is_effective(case, terms.publish_on)),
        key=lambda case: (case.category, case.list_type, case.decided_on or date.min, case.subject_name, case.case_id),
    )
    blackened = {case.subject_id for case in standing if case.list_kind is ListKind.BLACK}
    shown: dict[ListKind, list[BulletinEntry]] = {ListKind.RED: [], ListKind.BLACK: []}
    withheld: list[WithheldEntry] = []
    for case in standing:
        reason = _reason_to_withhold(case, terms, blackened)
        if reason:
            withheld.append(WithheldEntry(case.case_id, case.list_kind.value, reason))
        else:
            shown[case.list_kind].append(_to_entry(case, terms))
    return Selected(
        red=tuple(shown[ListKind.RED]),
        black=tuple(shown[ListKind.BLACK]),
        left=_select_left(public, terms),
        withheld=tuple(withheld),
    )


def _reason_to_withhold(case: Case, terms: Selection, blackened: set[str]) -> str:
    """Return why an effective case is not shown, or an empty string."""
    list_type = terms.list_types.get(case.list_type)
    if list_type is None:
        return "名单类型不在现行规则之内"
    days = (terms.acts_on.get(case.case_id), case.proposed_on, case.decided_on, terms.publish_on)
    grounds = (
        (is_minor_case(case, days), "未成年人，或者无法核实已满十八周岁"),
        (bool(missing_steps(case)), "认定程序材料不完整"),
        (case.list_kind is ListKind.RED and case.subject_id in blackened, "同一主体在严重失信主体名单有效期内"),
        (case.marked_on is not None and case.published_on is None, "有未处理完的异议，暂缓首次公示"),
        (case.case_id in terms.baseless, "所依据的信用记录已由报送单位撤回"),
        (case.case_id in terms.unshared, "报送单位注明不对外公示"),
        (case.severity == Severity.MINOR.value, "轻微失信，原则上不公示"),
    )
    reason = next((text for holds, text in grounds if holds), "")
    if reason or case.subject_kind is SubjectKind.PERSON:
        return reason or _reason_to_withhold_person(case, list_type)
    return "" if list_type.publish_organisation else "该名单类型不对外公示"


def _reason_to_withhold_person(case: Case, list_type: ListTypeNotice) -> str:
    """Return why an adult person's case is not shown, or an empty string."""
    if case.list_kind is ListKind.RED:
        if not list_type.publish_person:
            return "该名单类型不公示自然人"
        return "" if case.consent_no.strip() else "自然人未书面同意公示"
    permitted = list_type.publish_person and list_type.publication_basis.strip()
    return "" if permitted else "自然人信息依法不予公示"


def _to_entry(case: Case, terms: Selection) -> BulletinEntry:
    """Return the printed line of a case that passed every check."""
    list_type = terms.list_types[case.list_type]
    decided_on = case.decided_on
    if decided_on is None:  # Never reached: a case without a decision lacks steps and is withheld.
        message = f"案件 {case.case_id} 没有决定日期。"
        raise ValueError(message)
    return BulletinEntry(
        case_id=case.case_id,
        list_kind=case.list_kind.value,
        list_type_name=list_type.name,
        name=redact_name(case, terms.consented_names.get(case.case_id, "")),
        identifier_code=redact_code(case),
        category_name=terms.category_names.get(case.category, "综合"),
        fact=redact_text(case.fact, terms.known_names) + ("" if case.marked_on is None else PENDING),
        basis=redact_text(case.list_basis),
        document_no=redact_text(case.decision_no or ""),
        authority_name=clean_text(case.authority_name),
        decided_on=decided_on,
        until_on=case.max_until_on,
        measures=terms.measures.get(case.case_id, ()),
        subject_kind=case.subject_kind.value,
    )


def _select_left(cases: Sequence[Case], terms: Selection) -> tuple[LeftEntry, ...]:
    """Return who left a published list in the period, oldest first; a lapsed term counts without any act.

    Whoever left after the period's end is told of by the next issue, also where this one's cut-off is later.
    """
    until_on = min(terms.period.until_on, terms.cut_off_on)
    left: list[LeftEntry] = []
    for case in cases:
        if case.published_on is None or case.subject_kind is SubjectKind.PERSON or case.case_id in terms.cleared:
            continue
        ended_on, end_kind = _end_of(case)
        if ended_on is not None and terms.period.from_on <= ended_on <= until_on:
            name = redact_name(case)
            left.append(LeftEntry(case.case_id, case.list_kind.value, name, end_kind, ended_on))
    return tuple(sorted(left, key=lambda entry: (entry.ended_on, entry.list_kind, entry.name, entry.case_id)))


def _end_of(case: Case) -> tuple[date | None, str]:
    """Return the first day a listing no longer held, and how it ended."""
    lapsed_on = case.max_until_on + timedelta(days=1) if case.max_until_on else None
    if lapsed_on is not None and (case.ended_on is None or lapsed_on <= case.ended_on):
        return lapsed_on, "expire"
    return case.ended_on, case.end_kind or "expire"
