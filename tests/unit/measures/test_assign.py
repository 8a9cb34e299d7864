from dataclasses import dataclass, replace
from datetime import date

import pytest

from credit_service.domain.listing import Case, CaseState
from credit_service.domain.measure import Measure
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import IllegalTransition, MeasureDisproportionate, NoLegalBasis, UnknownIndicator
from credit_service.measures.assign import INFORMATION_ONLY, assign_measures


def measure(slug: str, nature: str = "management", **changes: object) -> Measure:
    plain = {
        "slug": slug,
        "name": f"措施{slug}",
        "nature": nature,
        "content": "内容",
        "basis": "国办发〔2020〕49号",
        "body": "各部门",
        "status": "unconfirmed",
        "list_kinds": ("red",) if nature == "incentive" else ("black",),
    }
    return Measure(**{**plain, **changes})


CATALOGUE = (
    measure("key_supervision", list_kinds=("black", "watch")),
    measure("market_entry_ban", "reduces_rights"),
    measure("prudent_lending", "market", body="金融机构"),
    measure("green_channel", "incentive"),
)


def listing(list_kind: ListKind = ListKind.BLACK, state: CaseState = CaseState.DECISION_SERVED) -> Case:
    return Case(
        case_id="C000000000001",
        subject_id="uscc:X",
        subject_kind=SubjectKind.ORGANISATION,
        subject_name="示范公司（测试）",
        identifier_code="X",
        list_kind=list_kind,
        list_type="samr_serious",
        list_basis="依据",
        category=4,
        authority_code="",
        authority_name="市场监管局（测试）",
        state=state,
        rule="r",
        rulebook="h",
        run_id="A1",
        record_ids=("B1-1",),
        fact="事实",
        severity="serious",
        proposed_on=date(2026, 9, 1),
        decided_on=date(2026, 9, 12),
        decision_served_on=date(2026, 9, 14),
        max_until_on=date(2029, 9, 12),
    )


def test_measures_run_from_service_to_the_end_of_the_term():
    (owed,) = assign_measures(listing(), CATALOGUE, ["key_supervision"])
    assert (owed.from_on, owed.until_on, owed.ended_on) == (date(2026, 9, 14), date(2029, 9, 12), None)
    assert (owed.basis, owed.body) == ("国办发〔2020〕49号", "各部门")


def test_the_market_gets_information_only():
    (owed,) = assign_measures(listing(), CATALOGUE, ["prudent_lending"])
    assert owed.body == "金融机构" + INFORMATION_ONLY


def test_without_a_choice_everything_meant_for_the_list_follows():
    assert [owed.measure for owed in assign_measures(listing(), CATALOGUE)] == [
        "key_supervision",
        "market_entry_ban",
        "prudent_lending",
    ]
    assert [owed.measure for owed in assign_measures(listing(ListKind.WATCH), CATALOGUE)] == ["key_supervision"]
    assert [owed.measure for owed in assign_measures(listing(ListKind.RED), CATALOGUE)] == ["green_channel"]


def test_a_measure_is_owed_once():
    assert len(assign_measures(listing(), CATALOGUE, ["key_supervision", "key_supervision"])) == 1


@pytest.mark.parametrize("slug", ["invented", "green_channel"])
def test_nothing_outside_the_catalogue_or_meant_for_another_list_follows(slug):
    with pytest.raises(UnknownIndicator, match=slug):
        assign_measures(listing(), CATALOGUE, ["key_supervision", slug])


@pytest.mark.parametrize("blank", [{"basis": " "}, {"body": ""}])
def test_a_measure_without_basis_or_body_is_refused(blank):
    with pytest.raises(NoLegalBasis):
        assign_measures(listing(), [measure("key_supervision", **blank)])


@pytest.mark.parametrize("state", [CaseState.PROPOSED, CaseState.DECIDED, CaseState.DECLINED, CaseState.ENDED])
def test_nothing_follows_before_service_or_after_the_end(state):
    with pytest.raises(IllegalTransition):
        assign_measures(listing(state=state), CATALOGUE)


def test_an_incentive_entry_without_lists_is_still_for_the_red_list_only():
    with pytest.raises(UnknownIndicator):
        assign_measures(listing(), [measure("green_channel", "incentive", list_kinds=())], ["green_channel"])


@dataclass(frozen=True)
class Limit:
    severity: str
    most: int
    natures: tuple[str, ...]


LIMITS = (
    Limit("minor", 1, ("management",)),
    Limit("general", 2, ("management",)),
    Limit("serious", 2, ("reduces_rights", "management")),
)


def test_a_serious_list_bears_what_its_severity_bears_whatever_the_record_says():
    slugs = ["key_supervision", "market_entry_ban", "prudent_lending"]
    for severity in ("serious", "general", None):
        case = replace(listing(), severity=severity)
        assert len(assign_measures(case, CATALOGUE, slugs, LIMITS)) == 3


def test_no_more_measures_than_the_severity_bears():
    catalogue = [*CATALOGUE, measure("honours_limit")]
    slugs = ["key_supervision", "market_entry_ban", "honours_limit"]
    with pytest.raises(MeasureDisproportionate, match="最多2项"):
        assign_measures(listing(), catalogue, slugs, LIMITS)


@pytest.mark.parametrize("severity", [None, "minor", "general"])
def test_the_watched_lose_no_rights(severity):
    ban = measure("market_entry_ban", "reduces_rights", list_kinds=())
    case = replace(listing(ListKind.WATCH), severity=severity)
    with pytest.raises(MeasureDisproportionate, match="market_entry_ban"):
        assign_measures(case, [ban], None, LIMITS)
    supervision = measure("key_supervision", list_kinds=("watch",))
    assert len(assign_measures(case, [supervision], None, LIMITS)) == 1


def test_incentives_are_not_counted_against_anybody():
    entries = [measure(f"incentive_{number}", "incentive") for number in range(9)]
    assert len(assign_measures(listing(ListKind.RED), entries, None, LIMITS)) == 9


def test_a_measure_says_why_it_has_to_do_with_the_listing():
    (owed,) = assign_measures(listing(), CATALOGUE, ["key_supervision"])
    assert owed.relevance.startswith("事实；依依据列入")
    assert owed.nature == "management"
