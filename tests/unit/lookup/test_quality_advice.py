from datetime import date

import pytest

from credit_service.domain.agency import Agency
from credit_service.domain.duty import Duty, DutyBook, DutyStanding, DutyState, Frequency, Term
from credit_service.domain.month import Month
from credit_service.domain.quality import QualityCounts
from credit_service.lookup.quality import AgencyQuality, MonthQuality, QualityBoard
from credit_service.lookup.quality_advice import advise
from credit_service.lookup.quality_table import rank_agencies

MONTH = Month(2026, 9)
DUTY = Duty("x", "行政处罚信息", ("penalty_org",), Frequency.MONTHLY, date(2026, 1, 1), (), "依据", "confirmed")
BOOK = DutyBook((DUTY,), {}, {}, Term(7, date(2018, 7, 25), "依据", "confirmed"))


def line_of(counts: QualityCounts, *states: DutyState, code: str = "A") -> AgencyQuality:
    standings = tuple(DutyStanding(DUTY, state) for state in states)
    return AgencyQuality(Agency(code, "某局", "某局", "990101"), (MonthQuality(MONTH, counts, standings),), ())


def board_of(*lines: AgencyQuality) -> QualityBoard:
    return QualityBoard(MONTH, (MONTH,), lines, BOOK, (), is_open=False)


@pytest.mark.parametrize(
    ("counts", "states", "told", "is_urgent"),
    [
        (QualityCounts(), [DutyState.MISSING], "没有收到任何批次", True),
        (QualityCounts(), [DutyState.OPEN], "应在9月30日前报送", False),
        (QualityCounts(refused=2), [], "2个文件整批退回", True),
        (QualityCounts(held=1), [], "1个批次待确认", True),
        (QualityCounts(sent=9, accepted=6), [], "3行不合格", True),
        (QualityCounts(late=4, worst_late_days=11), [], "最多迟了11个工作日", False),
        (QualityCounts(replaced=1, recalled=2), [], "3条记录后来被更正或撤回", False),
        (QualityCounts(echoes=5), [], "5行与已入库的内容完全相同", False),
    ],
)
def test_each_fault_has_its_next_step(counts, states, told, is_urgent):
    line = line_of(counts, *states)
    (advice,) = advise(board_of(line), line)
    assert told in advice.text
    assert advice.is_urgent is is_urgent


@pytest.mark.parametrize("state", [DutyState.MET, DutyState.NIL])
def test_where_all_is_well_nothing_is_left_to_do(state):
    line = line_of(QualityCounts(batches=1, sent=3, accepted=3, termed=3, on_time=3), state)
    assert advise(board_of(line), line) == ()


def test_equal_merit_shares_a_place_and_nothing_to_judge_has_none():
    lines = [
        line_of(QualityCounts(sent=4, accepted=2), code="A"),
        line_of(QualityCounts(), code="B"),
        line_of(QualityCounts(sent=2, accepted=2), code="C"),
        line_of(QualityCounts(sent=6, accepted=3), code="D"),
    ]
    ranked = [(one.place, one.line.agency.agency_code) for one in rank_agencies(board_of(*lines))]
    assert ranked == [(1, "C"), (2, "A"), (2, "D"), (None, "B")]


def test_departments_that_owe_nothing_are_not_ranked_by_what_is_missing():
    lines = [
        line_of(QualityCounts(), DutyState.MISSING, DutyState.MET, code="A"),
        line_of(QualityCounts(), code="B"),
        line_of(QualityCounts(), DutyState.NIL, code="C"),
    ]
    ranked = [(one.place, one.line.agency.agency_code) for one in rank_agencies(board_of(*lines), "missing")]
    assert ranked == [(1, "C"), (2, "A"), (None, "B")]
