"""Lists: every row that accepts records is reached, no two lists claim one case, and measures fit the list.

A row is reached in one of two ways: the first row that fits a listing or an honour by kind, subject and words; or, for
records of a special-governance item, the first list type that belongs to the item and accepts such records at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from credit_service.domain.measure import Measure
from credit_service.domain.record import RecordKind
from credit_service.domain.score import ListKind
from credit_service.rulebook.decision_tables import find_category_list, number_categories
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.proofs.finding import CONFLICT, NOT_MONOTONE, OUTSIDE, UNREACHABLE, name_places, note_fault
from credit_service.rulebook.proofs.first_match import IN_ORDER
from credit_service.rulebook.proofs.ties import list_subject_kinds
from credit_service.rulebook.rule_types import Acceptance, ListType, Role
from credit_service.rulebook.schema import Rulebook


def prove_lists(rulebook: Rulebook, log: FaultLog) -> None:
    """Note acceptances never reached or of the wrong role, list types in each other's way, measures out of place."""
    types = {list_type.id: list_type for list_type in rulebook.list_types}
    roles = {rule.kind: rule for rule in rulebook.scoring.kinds}
    live: set[str] = set()
    for place, row in enumerate(rulebook.acceptances):
        list_type, rule = types[row.list_type], roles.get(row.kind)
        wanted = Role.HONOUR if list_type.list_kind is ListKind.RED else Role.ADVERSE
        if rule is None or rule.role is not wanted:
            message = f"“{row.entry.rule_id}”以{RecordKind(row.kind).label}支持列入{list_type.list_kind.label}"
            note_fault(log, row.entry, NOT_MONOTONE, message, "失信记录只支持黑名单，荣誉只支持红名单。")
            continue
        earlier = _find_earlier(rulebook.acceptances[:place], row, types)
        in_order = (rule.veto or rule.role is Role.HONOUR) and earlier is None
        if in_order or any(_list_own_places(rulebook, place, list_type)):
            live.add(row.list_type)
        else:
            _note_dead_row(row, earlier, log)
    for list_type in rulebook.list_types:
        _note_list_type(rulebook, list_type, live, log)
    _note_same_case(rulebook, log)


def _find_earlier(rows: tuple[Acceptance, ...], row: Acceptance, types: dict[str, ListType]) -> Acceptance | None:
    """Return an earlier row that takes whatever this row would, or None."""
    return next(
        (
            other
            for other in rows
            if types[other.list_type].list_kind is types[row.list_type].list_kind
            and other.kind == row.kind
            and other.subject_kind in {"", row.subject_kind}
            and other.keyword in row.keyword
        ),
        None,
    )


def _list_own_places(rulebook: Rulebook, place: int, list_type: ListType) -> Iterator[bool]:
    """Yield, for each item the list type belongs to, whether it is by this row that it takes such records there."""
    numbers, row = number_categories(rulebook), rulebook.acceptances[place]
    before = {
        other.subject_kind
        for other in rulebook.acceptances[:place]
        if other.list_type == row.list_type and other.kind == row.kind
    }
    if before & {"", row.subject_kind}:
        return
    subjects = [row.subject_kind] if row.subject_kind else list_subject_kinds()
    for slug, subject in product(list_type.categories, subjects):
        if slug in numbers:
            found = find_category_list(rulebook, list_type.list_kind, numbers[slug], row.kind, subject)
            yield found is not None and found.id == list_type.id


def _note_dead_row(row: Acceptance, earlier: Acceptance | None, log: FaultLog) -> None:
    if earlier is None:
        message = f"“{row.entry.rule_id}”永远不会适用：这类记录不直接列入，该名单也不属于任何专项治理事项"
        note_fault(log, row.entry, UNREACHABLE, message, "请核对kind，或者为名单写明categories。")
        return
    code = CONFLICT if earlier.keyword == row.keyword and earlier.list_type != row.list_type else UNREACHABLE
    by = f"{name_places([earlier.entry])}列入“{earlier.list_type}”"
    message = f"“{row.entry.rule_id}”永远不会适用：凡符合它的，都已先由{by}"
    note_fault(log, row.entry, code, message, IN_ORDER)


def _note_list_type(rulebook: Rulebook, list_type: ListType, live: set[str], log: FaultLog) -> None:
    if list_type.list_kind is not ListKind.WATCH and list_type.id not in live:
        message = f"名单类型“{list_type.id}”没有任何记录可以支持列入"
        note_fault(log, list_type.entry, UNREACHABLE, message, "请在accepts表中补一行，或者删除该名单类型。")
    catalogue = {measure.slug: measure for measure in rulebook.measures}
    for place, slug in enumerate(list_type.measures):
        if slug in list_type.measures[:place]:
            note_fault(log, list_type.entry, CONFLICT, f"名单“{list_type.id}”的措施“{slug}”重复", "请删除其一。")
        why = _find_excess(list_type, catalogue[slug])
        if why:
            message = f"名单“{list_type.id}”的措施“{slug}”{why}，过惩不相当"
            note_fault(log, list_type.entry, OUTSIDE, message, "请从measures中删除。")


def _find_excess(list_type: ListType, measure: Measure) -> str:
    """Return why a measure goes further than a list may, or nothing. Source: 国办发〔2020〕49号, 过惩相当."""
    if list_type.list_kind is ListKind.WATCH and measure.nature != "management":
        return "超出了重点关注名单可用的管理类措施"
    if list_type.list_kind is ListKind.BLACK and measure.grounds and list_type.ground not in measure.grounds:
        return f"只适用于事由“{'、'.join(measure.grounds)}”，不适用于“{list_type.ground}”"
    return ""


def _note_same_case(rulebook: Rulebook, log: FaultLog) -> None:
    """Two list types of one kind that both claim an item's records of a kind: the second would never get one."""
    types = [row for row in rulebook.list_types if row.list_kind is not ListKind.WATCH]
    for place, later in enumerate(types):
        for first in types[:place]:
            shared = set(first.categories) & set(later.categories)
            cases = _list_cases(rulebook, first) & _list_cases(rulebook, later)
            if first.list_kind is later.list_kind and shared and cases:
                kind = RecordKind(min(cases)[0]).label
                message = (
                    f"名单“{later.id}”与“{first.id}”（第{first.entry.line}行）同属“{sorted(shared)[0]}”，又都受理{kind}，"
                    "后者永远轮不到"
                )
                note_fault(log, later.entry, CONFLICT, message, "一个事项的同类记录只能归一种名单。")


def _list_cases(rulebook: Rulebook, list_type: ListType) -> set[tuple[str, str]]:
    return {
        (row.kind, subject)
        for row in rulebook.acceptances
        if row.list_type == list_type.id
        for subject in ([row.subject_kind] if row.subject_kind else list_subject_kinds())
    }
