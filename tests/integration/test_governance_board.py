"""A small year made by hand, from the departments' files to the board: every number is worked out in the comments."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from credit_service.bootstrap import build_service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.bulletin import parse_period
from credit_service.domain.clock import FixedClock
from credit_service.domain.listing import Act, ActKind, Case, CaseState
from credit_service.domain.measure import MeasureOwed
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import PeriodUnknown, RuleNotInForce
from credit_service.listing.terms import ProcedureTerms
from credit_service.listing.transitions import apply_act
from credit_service.lookup.governance import GovernanceBoard, end_of_day, get_governance_board, list_periods
from credit_service.lookup.governance_lines import Breakdown, GovernanceLine, Selection
from credit_service.lookup.governance_public import coarsen, get_public_governance
from credit_service.lookup.governance_table import to_json, write_csv
from credit_service.lookup.governance_words import NO_FEEDBACK, explain_changes, list_definitions, say_left_out
from credit_service.lookup.governance_workbook import write_workbook
from credit_service.lookup.quality_workbook import Imprint
from credit_service.pipeline.batch_life import withdraw_record
from credit_service.pipeline.ingest import Submission, store_received
from credit_service.pipeline.receive import receive_submission
from credit_service.settings import Settings

GOOD = Path(__file__).resolve().parents[2] / "data" / "samples" / "good"
ENVIRONMENT, MARKET = "119901019901000779", "11990101990100034U"
FILES = {ENVIRONMENT: "行政处罚_生态环境局.csv", MARKET: "经营异常名录（市场监管局）.csv"}
ITEM = 16
"""生态环境失信."""
NOW = datetime(2026, 11, 20, tzinfo=UTC)
Q2, Q3, Q4 = (parse_period(code) for code in ("2026Q2", "2026Q3", "2026Q4"))


def _read(agency: str) -> tuple[list[str], list[list[str]]]:
    """Return the header and one row for each different subject."""
    raw = (GOOD / FILES[agency]).read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    header, *rows = csv.reader(io.StringIO(text))
    return [name.strip() for name in header], list({row[0]: row for row in rows}.values())


@dataclass(frozen=True)
class Penalty:
    """One penalty: of the how-manieth firm, and when."""

    firm: int
    decided_on: date
    number: int

    def cells(self, header: list[str], rows: list[list[str]]) -> list[str]:
        cells = dict(zip(header, rows[self.firm], strict=True))
        fine = {"处罚类别": "罚款", "处罚内容": "罚款2万元（测试数据）", "罚款金额（万元）": "2"}
        # A fine of 20,000 yuan is 一般: publicity of at most one year.
        days = {"处罚决定日期": self.decided_on.isoformat(), "处罚有效期": "2099-12-31", "公示截止期": ""}
        topic = {"违法行为类型": "超标排放水污染物"}
        return list((cells | fine | days | topic | {"行政处罚决定书文号": f"示环罚〔2026〕{self.number}号"}).values())


@dataclass(frozen=True)
class Abnormal:
    """One entry of the list of abnormal operations, with the day it was taken off."""

    firm: int
    entered_on: date
    removed_on: date | None

    def cells(self, header: list[str], rows: list[list[str]]) -> list[str]:
        cells = dict(zip(header, rows[self.firm], strict=True))
        off = self.removed_on.isoformat() if self.removed_on else ""
        changes = {
            "列入日期": self.entered_on.isoformat(),
            "移出日期": off,
            "移出原因": "已补报年度报告" if off else "",
            "列入决定文号": f"示市监异〔2026〕{self.firm}号",
        }
        return list((cells | changes).values())


class World:
    """A service whose hour the test sets."""

    def __init__(self, home: Path) -> None:
        self.home, self.sent = home, 0
        self.service = build_service(Settings(home=home / "live"), FixedClock(NOW))

    def at(self, instant: datetime):
        return self.service.at(FixedClock(instant))

    def send(self, agency: str, at: datetime, lines: Iterable[Penalty | Abnormal]) -> str:
        header, rows = _read(agency)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(header)
        writer.writerows(line.cells(header, rows) for line in lines)
        self.sent += 1
        path = self.home / f"报送{self.sent}.csv"
        path.write_bytes(text.getvalue().encode("utf-8-sig"))
        (batch,) = receive_submission(self.at(at).office, Submission(path, path.name, agency, "clerk")).batches
        outcome = store_received(self.at(at).office, batch)
        assert outcome.batch.rejected == 0, outcome
        return batch.batch_id

    def board(self, period=Q3, selection: Selection | None = None, known_at: datetime | None = None) -> GovernanceBoard:
        return get_governance_board(self.at(NOW).reading_room, period, selection, known_at)

    def list_firm(self, record_id: str, served_on: date, kind: ListKind = ListKind.BLACK) -> Case:
        """Take a case through every gate until its decision is served, with one measure."""
        office = self.service.office
        case = Case(
            f"C{record_id}", "uscc:TEST1", SubjectKind.ORGANISATION, "示范（测试）", "TEST1", kind, "samr_serious",
            "总局令第44号", ITEM, "", "生态环境局", CaseState.PROPOSED, "candidate.black.listed", "ab" * 32,
            "A20260904-00000000", (record_id,), "一行", "serious", served_on - timedelta(days=30),
        )  # fmt: skip
        with office.ledger.unit_of_work() as uow:
            uow.cases.add(case, _noon(case.proposed_on))
            days = (25, 24, 10, 5, 0)
            kinds = (
                ActKind.DRAFT_NOTICE, ActKind.SERVE_NOTICE, ActKind.HEAR, ActKind.DECIDE, ActKind.SERVE_DECISION,
            )  # fmt: skip
            for kind_of_act, back in zip(kinds, days, strict=True):
                case = self._act(uow, case, kind_of_act, served_on - timedelta(days=back))
            until = case.max_until_on
            uow.measures.add([MeasureOwed(case.case_id, "key_supervision", "依据", "各部门", served_on, until)])
            uow.commit()
        return case

    def end(self, case: Case, kind: ActKind, on: date) -> None:
        with self.service.office.ledger.unit_of_work() as uow:
            self._act(uow, case, kind, on)
            uow.measures.end(case.case_id, on)
            uow.commit()

    @staticmethod
    def _act(uow, case: Case, kind: ActKind, on: date) -> Case:
        actor = "decider" if kind in {ActKind.DECIDE, ActKind.REVOKE} else "reviewer"
        act = Act(kind, actor, on, _noon(on), "测信〔2026〕1号", "事实清楚", "回执1号", rulebook="ab" * 32)
        terms = ProcedureTerms(5, 7, 1, 36, may_publish=True, publication_basis="总局令第44号")
        case = apply_act(case, act, terms, lambda day: day.weekday() < 5)
        uow.cases.save(case, act)
        return case


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A year of one's own, to go on with."""
    return make_world(tmp_path)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The year as it is, for those who only ask."""
    return make_world(tmp_path_factory.mktemp("year"))


def make_world(home: Path) -> World:
    """Two penalties of February and four of the third quarter, by five firms; three abnormal entries, one taken off."""
    world = World(home)
    world.send(
        ENVIRONMENT, _noon(date(2026, 2, 20)), [Penalty(0, date(2026, 2, 2), 1), Penalty(1, date(2026, 2, 9), 2)]
    )
    third = [Penalty(firm, date(2026, 7, 6 + firm), 10 + firm) for firm in (2, 3, 4)]
    world.batch = world.send(ENVIRONMENT, _noon(date(2026, 7, 20)), [*third, Penalty(0, date(2026, 7, 13), 20)])
    entered = [Abnormal(firm, date(2026, 5, 11), None) for firm in (1, 2)]
    world.send(MARKET, _noon(date(2026, 9, 2)), [Abnormal(0, date(2026, 5, 11), date(2026, 8, 31)), *entered])
    return world


def line_of(board: GovernanceBoard, key: str) -> GovernanceLine:
    return next(line for line in board.lines if line.key == (key,))


def told(line: GovernanceLine, *names: str) -> tuple[int, ...]:
    return tuple(getattr(line.counts, name) for name in names)


def test_the_numbers_of_a_quarter_and_its_index_by_hand(year):
    line = line_of(year.board(), str(ITEM))
    assert told(line, "opening", "new", "closing", "late_learned") == (2, 4, 6, 0)
    # 180 days after 2 and 9 February are 1 and 8 August: both are overdue at the end of September.
    assert told(line, "overdue", "mended", "repaired", "removed", "expired") == (2, 0, 0, 0, 0)
    # The first firm was fined in February and again in July.
    assert told(line, "repeated", "subjects", "persons") == (1, 5, 0)
    # mending 0/6 → 0; overdue 2/6 → (0.5 − 1/3)/0.5 = 1/3; repeated 1/4 → (0.4 − 0.25)/0.4 = 3/8; growth 4/2 → 0.
    # (0.35·0 + 0.25·33.3333 + 0.15·37.5 + 0.10·0) / 0.85 = 16.42156, half up 16.4216.
    points = {reason.part.entry.rule_id.rpartition(".")[2]: reason.points for reason in line.now.index.reasons}
    assert points == {"mending": 0, "overdue": 333_333, "repeat": 375_000, "stock": 0, "feedback": None}
    assert line.now.index.points == 164_216
    assert NO_FEEDBACK in say_left_out(line.now.index.reasons[-1])


def test_the_trend_says_what_was_open_in_each_period_and_why_there_is_no_index(year):
    line = line_of(year.board(), str(ITEM))
    assert [one.period.code for one in line.trend] == ["2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3"]
    assert [one.counts.closing for one in line.trend] == [0, 0, 0, 2, 2, 6]
    # Two firms are too few for an index.
    assert [one.index.points is None for one in line.trend] == [True] * 5 + [False]
    assert explain_changes(line)[-1].text == "2026年第二季度不计指数，不能比较。"


def test_what_runs_out_is_expired_and_not_mended(year):
    # Publicity of the two of February ends after one year, in the first quarter of 2027.
    later = get_governance_board(
        year.at(datetime(2027, 4, 2, tzinfo=UTC)).reading_room, parse_period("2027Q1"), known_at=None
    )
    line = line_of(later, str(ITEM))
    assert told(line, "opening", "mended", "expired", "closing") == (6, 0, 2, 4)


def test_abnormal_entries_are_mended_by_being_taken_off_and_belong_to_no_item(year):
    board = year.board()
    general = line_of(board, "0")
    assert told(general, "opening", "mended", "expired", "closing") == (3, 1, 0, 2)
    assert general is board.lines[-1]
    assert board.whole.counts == line_of(board, str(ITEM)).counts
    # Taken off on 31 August, it is on the list that day still: known by month, the end is September's.
    september, august = (line_of(year.board(parse_period(f"2026-{month}")), "0") for month in ("09", "08"))
    assert (august.counts.mended, august.counts.closing, september.counts.mended) == (0, 3, 1)


def test_a_board_can_be_had_as_it_was_known(world):
    record = f"{world.batch}-{5:07d}"
    clerk = Actor("clerk", "报送员", ENVIRONMENT, Role.SUBMITTER)
    withdraw_record(world.at(_noon(date(2026, 10, 15))).office, record, clerk, "填错了")
    world.send(ENVIRONMENT, _noon(date(2026, 10, 20)), [Penalty(5, date(2026, 8, 3), 30)])
    now = line_of(world.board(), str(ITEM))
    # One of the third quarter is withdrawn, another was reported late.
    assert told(now, "new", "closing", "repeated") == (4, 6, 0)
    before = line_of(world.board(known_at=end_of_day(date(2026, 10, 14))), str(ITEM))
    assert told(before, "new", "closing", "repeated") == (4, 6, 1)
    earlier = world.board(known_at=end_of_day(date(2026, 7, 15)))
    assert told(line_of(earlier, str(ITEM)), "new", "closing") == (0, 2)
    assert earlier.is_open
    fourth = line_of(world.board(Q4), str(ITEM))
    assert told(fourth, "opening", "new", "late_learned") == (6, 0, 1)


def test_regions_and_departments_add_up_to_the_whole(year):
    for by in (Breakdown.DISTRICT, Breakdown.AGENCY, Breakdown.CELL):
        board = year.board(selection=Selection(by))
        for name in ("opening", "new", "closing", "overdue", "repeated"):
            lines = [line for line in board.lines if by is not Breakdown.CELL or line.key[0] != "0"]
            assert sum(getattr(line.counts, name) for line in lines) == getattr(board.whole.counts, name)
    board = year.board(selection=Selection(Breakdown.AGENCY))
    assert [line.name for line in board.lines] == ["生态环境局"]
    one = year.board(selection=Selection(Breakdown.CATEGORY, agency=MARKET))
    assert one.whole.counts.is_empty
    assert told(line_of(one, "0"), "opening") == (3,)
    cells = year.board(selection=Selection(Breakdown.CELL)).lines
    assert {line.key[2] for line in cells} == {ENVIRONMENT, MARKET}
    # Every cell stands for fewer than five firms or has an index of its own; none can be one firm's.
    assert all(line.now.index.points is None or line.counts.subjects >= 5 for line in cells)


def test_listings_in_and_out_and_measures_owed(world):
    record = f"{world.batch}-{2:07d}"
    case = world.list_firm(record, date(2026, 8, 10))
    line = line_of(world.board(), str(ITEM))
    assert (line.counts.entered(ListKind.BLACK), line.counts.left(ListKind.BLACK), line.counts.owed) == (1, 0, 1)
    assert line.counts.fed_back is None
    world.end(case, ActKind.REVOKE, date(2026, 10, 9))
    third, fourth = (line_of(world.board(period), str(ITEM)).counts for period in (Q3, Q4))
    assert (third.entered(ListKind.BLACK), third.left(ListKind.BLACK), third.owed) == (1, 0, 1)
    # It was owed until 8 October, so on some days of the fourth quarter too.
    assert (fourth.entered(ListKind.BLACK), fourth.left(ListKind.BLACK), fourth.owed) == (0, 1, 1)
    known_before = line_of(world.board(Q4, known_at=end_of_day(date(2026, 10, 8))), str(ITEM)).counts
    assert known_before.left(ListKind.BLACK) == 0
    assert line_of(world.board(Q2), str(ITEM)).counts.owed == 0
    by_agency = world.board(selection=Selection(Breakdown.AGENCY))
    assert {line.name: line.counts.owed for line in by_agency.lines} == {"生态环境局": 1}


def test_a_period_that_has_not_begun_is_refused(year):
    with pytest.raises(PeriodUnknown, match="尚未开始"):
        year.board(parse_period("2027Q1"))
    with pytest.raises(PeriodUnknown, match="尚未开始"):
        year.board(Q3, known_at=end_of_day(date(2026, 6, 30)))


def test_periods_before_the_rules_began_are_refused_and_not_offered(year):
    room = year.at(NOW).reading_room
    with pytest.raises(RuleNotInForce):
        year.board(parse_period("2024"))
    offered = [period.code for period in list_periods(room, Q3)]
    # The sample rules begin on 22 June 2025.
    assert {"2026Q4", "2025Q2", "2026-11", "2026H2", "2025"} <= set(offered)
    assert {"2025Q1", "2024"}.isdisjoint(offered)
    assert len(offered) == len(set(offered))
    assert list_periods(room, parse_period("2024"))[0].code == "2024"


def test_an_empty_service_has_nineteen_idle_items(tmp_path):
    board = World(tmp_path).board()
    assert len(board.lines) == 19
    assert board.whole.counts.is_empty
    assert {line.now.index.points for line in board.lines} == {None}


def test_the_table_is_the_same_in_json_csv_and_workbook(world):
    world.list_firm(f"{world.batch}-{2:07d}", date(2026, 8, 10))
    board = world.board()
    answer = json.loads(json.dumps(to_json(board), default=str))
    line = next(one for one in answer["lines"] if one["key"] == [str(ITEM)])
    assert (line["index"], line["closing"], line["black_in"], line["fed_back"]) == (164_216, 6, 1, None)
    assert sum(reason["contribution"] for reason in line["reasons"]) == line["index"]
    assert all(reason["source"] and reason["rule"].startswith("governance.part.") for reason in line["reasons"])
    rows = list(csv.DictReader(io.StringIO(write_csv(board).decode("utf-8-sig"))))
    of_item = next(row for row in rows if row["事项"] == "生态环境失信")
    assert (of_item["治理指数"], of_item["期末存量"], of_item["措施已反馈"]) == ("16.42", "6", NO_FEEDBACK)
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(board, Imprint("示范区", "文明办（测试）", NOW))))
    assert book.sheetnames == ["治理统计表", "指数依据", "近六期", "说明"]
    table = {row[0]: row for row in book["治理统计表"].iter_rows(min_row=3, values_only=True)}
    headings = table["事项"]
    assert table["生态环境失信"][headings.index("治理指数")] == pytest.approx(16.4216)
    assert table["生态环境失信"][headings.index("期末存量")] == 6
    assert table["生态环境失信"][headings.index("措施已反馈")] == NO_FEEDBACK
    reasons = [row for row in book["指数依据"].iter_rows(min_row=4, values_only=True) if row[0] == "生态环境失信"]
    assert [row[1] for row in reasons] == ["整改修复率", "逾期率", "复发率", "存量增减率", "措施反馈率"]
    assert sum(row[7] for row in reasons) == pytest.approx(16.4216)
    words = {row[0] for row in book["说明"].iter_rows(min_row=4, values_only=True)}
    assert {word for word, _ in list_definitions(board)} <= words


def test_no_name_code_or_document_of_anybody_leaves_by_the_board(year):
    board = year.board(selection=Selection(Breakdown.CELL))
    _, rows = _read(ENVIRONMENT)
    spoken = json.dumps(to_json(board), default=str, ensure_ascii=False) + write_csv(board).decode()
    for row in rows[:6]:
        assert row[0] not in spoken
        assert row[2] not in spoken
    assert "罚〔2026〕" not in spoken


def test_the_public_is_told_coarse_counts_of_quarters_that_are_over(year):
    shown = get_public_governance(year.at(NOW).reading_room)
    assert [period.code for period in shown.periods] == ["2026Q3", "2026Q2", "2026Q1", "2025Q4"]
    by_number = {line.number: line for line in shown.lines}
    item = by_number[ITEM]
    assert (item.new.label, item.closing.label, item.settled.label, item.index) == ("少于5", "约5", "少于5", 16)
    # Nobody at all and four firms look the same.
    assert {line.closing.label for line in shown.lines if line.number != ITEM} == {"不公布"}
    assert {line.index for line in shown.lines if line.number != ITEM} == {None}
    for code in ("2026Q4", "2025Q3", "2026-09"):
        with pytest.raises(PeriodUnknown):
            get_public_governance(year.at(NOW).reading_room, parse_period(code))


def test_the_public_sees_only_what_was_known_when_the_day_began(world):
    world.send(ENVIRONMENT, NOW, [Penalty(firm, date(2026, 8, 3), 40 + firm) for firm in range(5, 15)])
    item = next(line for line in get_public_governance(world.at(NOW).reading_room).lines if line.number == ITEM)
    assert item.closing.label == "约5"
    tomorrow = world.at(NOW + timedelta(days=1)).reading_room
    item = next(line for line in get_public_governance(tomorrow).lines if line.number == ITEM)
    assert item.closing.label == "约15"


@pytest.mark.parametrize(
    ("count", "label"),
    [(0, "少于5"), (4, "少于5"), (5, "约5"), (7, "约5"), (8, "约10"), (12, "约10"), (1234, "约1,235")],
)
def test_counts_are_coarse(year, count, label):
    rule = year.service.reading_room.rulebook(date(2026, 9, 30)).governance_index
    assert coarsen(count, rule).label == label
    assert replace(coarsen(count, rule), is_withheld=True).label == "不公布"
