"""Which measures follow from a listing, by whom, from when to when.

Before it stands a case whose decision was served; after it the measures owed, for the ledger. It deliberately executes
nothing, and measures of the market (credit reports, lending) are information only: banks and rating agencies decide for
themselves.

Source: 国办发〔2020〕49号 (nothing outside the published list of measures; basis, proportion); domain.md 2.3, 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from credit_service.domain.listing import Case, CaseState
from credit_service.domain.measure import Measure, MeasureOwed
from credit_service.domain.record import Severity
from credit_service.domain.score import ListKind
from credit_service.errors import IllegalTransition, MeasureDisproportionate, NoLegalBasis, UnknownIndicator

MARKET = "market"
INCENTIVE = "incentive"
INFORMATION_ONLY = "（仅共享信息，由其自主决定）"


class Proportion(Protocol):
    """What is read of a rule that says how much one severity bears."""

    @property
    def severity(self) -> str:
        """A `Severity` value."""

    @property
    def most(self) -> int:
        """So many measures at most."""

    @property
    def natures(self) -> tuple[str, ...]:
        """Of which natures."""


def assign_measures(
    case: Case,
    catalogue: Sequence[Measure],
    slugs: Sequence[str] | None = None,
    proportions: Sequence[Proportion] = (),
) -> tuple[MeasureOwed, ...]:
    """Return the measures a listing brings, from the service of its decision to the end of its term, by slug.

    Args:
        case: A listing whose decision was served.
        catalogue: Entries of the measure catalogue in force.
        slugs: The measures the list type names; None takes every given entry that is meant for this list.
        proportions: How much each severity bears; a black list counts as serious, a watch listing without as minor.

    **Units**: ``from_on`` and ``until_on`` are legal days, both inclusive.

    Raises:
        IllegalTransition: The decision was not served, so nothing may follow from it yet.
        UnknownIndicator: A slug is not in the catalogue, or its entry is meant for another list.
        NoLegalBasis: An entry states no basis or nobody who carries it out.
        MeasureDisproportionate: More measures, or graver ones, than the severity bears.
    """
    if case.state not in {CaseState.DECISION_SERVED, CaseState.PUBLISHED} or case.decision_served_on is None:
        message = f"案件{case.case_id}的决定书尚未送达，不能确定联合奖惩措施。"
        raise IllegalTransition(message, remedy="请先送达决定书。", case_id=case.case_id, state=case.state.value)
    chosen = _chosen(case, catalogue, slugs)
    _check_proportion(case, chosen, proportions)
    return tuple(_to_owed(case, measure, case.decision_served_on) for measure in chosen)


def is_meant_for(measure: Measure, list_kind: ListKind) -> bool:
    """Return whether a catalogue entry may follow from a listing on this list.

    An incentive never follows from a black or watch listing, nor a restriction from a red one, whatever the entry says.
    """
    if (measure.nature == INCENTIVE) is not (list_kind is ListKind.RED):
        return False
    return not measure.list_kinds or list_kind.value in measure.list_kinds


def _chosen(case: Case, catalogue: Sequence[Measure], slugs: Sequence[str] | None) -> list[Measure]:
    entries = {measure.slug: measure for measure in catalogue}
    if slugs is None:
        return [entries[slug] for slug in sorted(entries) if is_meant_for(entries[slug], case.list_kind)]
    wanted = sorted(set(slugs))
    unknown = [slug for slug in wanted if slug not in entries or not is_meant_for(entries[slug], case.list_kind)]
    if unknown:
        message = f"措施清单中没有适用于{case.list_kind.label}的措施：{'、'.join(unknown)}。"
        raise UnknownIndicator(message, remedy="清单以外的措施不得实施；请核对 rules/measures/ 与 rules/lists/。")
    return [entries[slug] for slug in wanted]


def _check_proportion(case: Case, chosen: Sequence[Measure], proportions: Sequence[Proportion]) -> None:
    """Refuse more than the severity of the listing bears; what only shares information is not counted."""
    if case.list_kind is ListKind.RED:
        return
    # What is on a serious list is serious (国办发〔2025〕22号); where nobody knows, as little as possible is done.
    known = Severity.SERIOUS.value if case.list_kind is ListKind.BLACK else case.severity or Severity.MINOR.value
    allowed = next((one for one in proportions if one.severity == known), None)
    counted = [measure for measure in chosen if measure.nature != MARKET]
    if allowed is None:
        return
    graver = [measure.name for measure in counted if measure.nature not in allowed.natures]
    if len(counted) > allowed.most or graver:
        what = f"“{'”“'.join(graver)}”" if graver else f"{len(counted)}项措施（最多{allowed.most}项）"
        message = f"案件{case.case_id}的失信程度为{Severity(known).label}，不得采取{what}。"
        remedy = "应当过惩相当：请在 rules/lists/ 中减少该名单的措施，或核对 rules/measures/ 的措施上限。"
        raise MeasureDisproportionate(message, remedy=remedy, case_id=case.case_id)


def _to_owed(case: Case, measure: Measure, from_on: date) -> MeasureOwed:
    if not measure.basis.strip() or not measure.body.strip():
        message = f"措施“{measure.name}”没有写明法定依据或实施主体，不得实施。"
        raise NoLegalBasis(message, remedy="请在 rules/measures/ 中补充。", case_id=case.case_id)
    body = measure.body + INFORMATION_ONLY if measure.nature == MARKET else measure.body
    return MeasureOwed(
        case_id=case.case_id,
        measure=measure.slug,
        basis=measure.basis,
        body=body,
        from_on=from_on,
        until_on=case.max_until_on,
        nature=measure.nature,
        relevance=f"{case.fact}；依{case.list_basis}列入，按措施清单{measure.content}",
    )
