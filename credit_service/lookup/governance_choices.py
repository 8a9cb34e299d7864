"""Whether what a governance board is asked for exists: of an item or a region there is none of, it would show noughts.

Before it stands a `Selection`, after it nothing, or a refusal that names the choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from credit_service.domain.agency import Agency
from credit_service.domain.category import GENERAL, Category
from credit_service.errors import SelectionUnknown, UnknownAgency
from credit_service.lookup.divisions import name_division
from credit_service.lookup.governance_lines import Selection


def check_selection(
    selection: Selection, items: Iterable[Category], agencies: Sequence[Agency], *, is_empty: bool
) -> None:
    """Refuse a selection of what does not exist.

    Args:
        selection: What was asked for.
        items: The special-governance items of the rules in force.
        agencies: The departments of the ledger.
        is_empty: Whether nothing was counted: a region may be in the records and in no table of names.

    Raises:
        SelectionUnknown: There is no such item or region.
        UnknownAgency: There is no such department.
    """
    _check_category(selection.category, {item.number: item.name for item in items} | {GENERAL: "综合"})
    _check_agency(selection.agency, agencies)
    own = {agency.region_code for agency in agencies if agency.region_code}
    if is_empty and selection.district and selection.district not in own and not name_division(selection.district):
        choices = "、".join(f"{code}{name_division(code)}" for code in sorted(own))
        message = f"没有代码为“{selection.district}”的区域。"
        remedy = f"请写六位行政区划代码，例如本地的{choices}。"
        raise SelectionUnknown(message, remedy=remedy, district=selection.district)


def _check_category(category: int | None, names: dict[int, str]) -> None:
    if category is not None and category not in names:
        choices = "、".join(f"{number}{name}" for number, name in sorted(names.items()))
        message = f"没有序号为{category}的专项治理事项。"
        raise SelectionUnknown(message, remedy=f"可选：{choices}。", category=category)


def _check_agency(agency: str | None, agencies: Sequence[Agency]) -> None:
    if agency is not None and agency not in {one.agency_code for one in agencies}:
        choices = "、".join(f"{one.agency_code}{one.short_name or one.name}" for one in agencies)
        message = f"没有代码为“{agency}”的报送部门。"
        raise UnknownAgency(message, remedy=f"可选：{choices}。", agency_code=agency)
