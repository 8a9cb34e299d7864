"""Real files of several departments and months, counted by the board and by a plain loop over what was sent."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from credit_service.bootstrap import Service, build_service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.clock import SHANGHAI, FixedClock, add_workdays
from credit_service.domain.month import Month, parse_month
from credit_service.errors import UnknownAgency, UnknownTemplate
from credit_service.listing.deadlines import build_workdays
from credit_service.lookup.quality import AgencyQuality, find_newest_month, get_late_report, get_quality_board
from credit_service.lookup.quality_advice import advise
from credit_service.lookup.quality_table import MEASURES, rank_agencies, to_json, write_csv
from credit_service.lookup.quality_workbook import Imprint, write_workbook
from credit_service.pipeline.batch_life import withdraw_batch, withdraw_record
from credit_service.pipeline.ingest import Submission, ingest_file, store_received
from credit_service.pipeline.receive import receive_submission
from credit_service.settings import Settings

GOOD = Path(__file__).resolve().parents[2] / "data" / "samples" / "good"
ENVIRONMENT, POLICE, MARKET, WAGES = (
    "119901019901000779",
    "11990101990100093Y",
    "11990101990100034U",
    "11990101990100069E",
)
PATTERNS = {
    (ENVIRONMENT, "penalty_org"): "行政处罚_生态环境局.csv",
    (MARKET, "penalty_org"): "行政处罚9月补报（市场监管局）.csv",
    (POLICE, "penalty_person"): "自然人行政处罚（公安局）.csv",
    (MARKET, "red_org"): "守合同重信用企业（市场监管局）.csv",
}
IS_WORKDAY = build_workdays({})
MIDNIGHT = datetime(2026, 9, 30, 16, tzinfo=UTC)
"""The first instant of October in Shanghai."""


def _read_pattern(agency: str, template: str) -> tuple[list[str], list[str]]:
    raw = (GOOD / PATTERNS[agency, template]).read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    header, first, *_ = csv.reader(io.StringIO(text))
    return header, first


@dataclass(frozen=True)
class Line:
    """One row as the test writes it; ``fact`` makes two reports of one act differ."""

    number: str
    decided_on: date | None
    fact: str = "经查属实（测试数据）"


@dataclass(frozen=True)
class Sent:
    """One file as the test sent it."""

    agency: str
    template: str
    at: datetime
    lines: tuple[Line, ...]
    batch_id: str

    @property
    def received_on(self) -> date:
        return self.at.astimezone(SHANGHAI).date()


class World:
    """A service whose hour the test sets, and everything that was sent to it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.service = build_service(Settings(home=home / "live"), FixedClock(MIDNIGHT))
        self.sent: list[Sent] = []
        self.gone: list[tuple[datetime, str, int | None]] = []

    def at(self, instant: datetime) -> Service:
        return self.service.at(FixedClock(instant))

    def send(
        self, agency: str, template: str, at: datetime, lines: Iterable[Line], *, stored_at: datetime | None = None
    ) -> str:
        header, pattern = _read_pattern(agency, template)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(header)
        for line in lines:
            writer.writerow(_fill(header, pattern, line))
        # The same bytes are the same batch; blank lines are no rows and make each file another one.
        text.write("\r\n" * len(self.sent))
        path = self.home / f"报送{len(self.sent)}.csv"
        path.write_bytes(text.getvalue().encode("utf-8-sig"))
        (batch,) = receive_submission(self.at(at).office, Submission(path, path.name, agency, "clerk")).batches
        store_received(self.at(stored_at or at).office, batch)
        self.sent.append(Sent(agency, template, at, tuple(lines), batch.batch_id))
        return batch.batch_id

    def withdraw(self, at: datetime, batch_id: str, row: int | None = None) -> None:
        agency = next(one.agency for one in self.sent if one.batch_id == batch_id)
        clerk = Actor("clerk", "报送员", agency, Role.SUBMITTER)
        if row is None:
            withdraw_batch(self.at(at).office, batch_id, clerk, "报错了文件")
        else:
            withdraw_record(self.at(at).office, f"{batch_id}-{row:07d}", clerk, "填错了")
        self.gone.append((at, batch_id, row))

    def board(self, month: str, agency: str | None = None, now: datetime = datetime(2026, 11, 20, tzinfo=UTC)):
        return get_quality_board(self.at(now).reading_room, parse_month(month), agency)

    def line(self, month: str, agency: str, **rest) -> AgencyQuality:
        return self.board(month, agency, **rest).agencies[0]


NUMBER_COLUMNS = ("行政处罚决定书文号", "认定文号")
DAY_COLUMNS = ("处罚决定日期", "认定日期")
FACT_COLUMNS = ("违法事实", "荣誉内容")


def _fill(header: list[str], pattern: list[str], line: Line) -> list[str]:
    cells = dict(zip((name.strip() for name in header), pattern, strict=True))
    cells[next(name for name in NUMBER_COLUMNS if name in cells)] = line.number
    cells[next(name for name in DAY_COLUMNS if name in cells)] = (
        line.decided_on.isoformat() if line.decided_on else "昨天"
    )
    cells[next(name for name in FACT_COLUMNS if name in cells)] = line.fact
    return list(cells.values())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def _no(number: int, place: str = "环") -> str:
    return f"示{place}罚〔2026〕{number}号"


def test_day_seven_is_in_time_and_day_eight_is_late_over_the_national_holiday(world):
    # 9/30, 10/8, 10/9, the working Saturday 10/10, 10/12, 10/13, 10/14 are the seven working days after 9/29.
    decided_on = date(2026, 9, 29)
    world.send(ENVIRONMENT, "penalty_org", datetime(2026, 10, 14, 15, 59, tzinfo=UTC), [Line(_no(1), decided_on)])
    world.send(ENVIRONMENT, "penalty_org", datetime(2026, 10, 14, 16, 0, tzinfo=UTC), [Line(_no(2), decided_on)])
    counts = world.line("2026-10", ENVIRONMENT).counts
    assert (counts.termed, counts.on_time, counts.late, counts.worst_late_days) == (2, 1, 1, 1)
    assert counts.late_by_band == (1, 0, 0, 0)
    late = get_late_report(world.at(MIDNIGHT + timedelta(days=40)).reading_room, Month(2026, 10), ENVIRONMENT)
    assert [(one.late, one.worst_late_days) for one in late.batches] == [(1, 1)]
    assert [(one.document_no, one.row, one.late_days) for one in late.rows] == [(_no(2), 2, 1)]


def test_a_month_ends_at_midnight_in_shanghai(world):
    day = date(2026, 9, 28)
    world.send(ENVIRONMENT, "penalty_org", MIDNIGHT - timedelta(microseconds=1), [Line(_no(1), day)])
    world.send(ENVIRONMENT, "penalty_org", MIDNIGHT, [Line(_no(2), day), Line(_no(3), day)])
    assert world.line("2026-09", ENVIRONMENT).counts.sent == 1
    october = world.line("2026-10", ENVIRONMENT)
    assert october.counts.sent == 2
    assert [one.counts.sent for one in october.trend[-2:]] == [1, 2]


def test_what_waited_in_the_queue_counts_in_the_month_and_on_the_day_of_its_receipt(world):
    stored_at = MIDNIGHT + timedelta(days=30)
    day = date(2026, 9, 28)
    world.send(ENVIRONMENT, "penalty_org", MIDNIGHT - timedelta(hours=1), [Line(_no(1), day)], stored_at=stored_at)
    counts = world.line("2026-09", ENVIRONMENT).counts
    assert (counts.sent, counts.termed, counts.on_time, counts.late) == (1, 1, 1, 0)
    assert world.line("2026-10", ENVIRONMENT).counts.sent == 0


def test_repetition_correction_and_faults_are_told_apart(world):
    first, later = datetime(2026, 9, 10, 2, tzinfo=UTC), datetime(2026, 10, 20, 2, tzinfo=UTC)
    day = date(2026, 9, 9)
    lines = [Line(_no(n), day) for n in range(1, 5)]
    world.send(ENVIRONMENT, "penalty_org", first, [*lines, lines[0], Line(_no(9), None)])
    september = world.line("2026-09", ENVIRONMENT).counts
    assert (september.sent, september.accepted, september.repeated_in_file) == (6, 4, 1)
    assert september.compliance.label == "66.67%"
    # In October three are sent again, one of them with another fact: nothing of it is late, one of September was wrong.
    world.send(ENVIRONMENT, "penalty_org", later, [*lines[:2], replace(lines[2], fact="事实有更正（测试数据）")])
    september, october = (world.line(month, ENVIRONMENT).counts for month in ("2026-09", "2026-10"))
    assert (september.replaced, september.recalled, september.on_time, september.late) == (1, 0, 4, 0)
    assert (october.echoes, october.termed, october.wrong, october.sent) == (2, 0, 0, 3)


def test_withdrawn_records_are_wrong_in_the_month_they_were_reported(world):
    day = date(2026, 9, 9)
    kept = world.send(
        ENVIRONMENT, "penalty_org", datetime(2026, 9, 10, 2, tzinfo=UTC), [Line(_no(1), day), Line(_no(2), day)]
    )
    gone = world.send(ENVIRONMENT, "penalty_org", datetime(2026, 9, 11, 2, tzinfo=UTC), [Line(_no(3), day)])
    world.withdraw(datetime(2026, 10, 9, 2, tzinfo=UTC), kept, row=2)
    world.withdraw(datetime(2026, 10, 9, 3, tzinfo=UTC), gone)
    line = world.line("2026-09", ENVIRONMENT)
    assert (line.counts.recalled, line.counts.replaced, line.counts.withdrawn, line.counts.batches) == (2, 0, 1, 2)
    assert line.counts.accepted == 3
    assert world.line("2026-10", ENVIRONMENT).counts.is_empty


def test_a_correction_that_is_withdrawn_makes_the_first_report_right_again(world):
    line = Line(_no(1), date(2026, 9, 9))
    world.send(ENVIRONMENT, "penalty_org", datetime(2026, 9, 10, 2, tzinfo=UTC), [line])
    wrong = world.send(
        ENVIRONMENT, "penalty_org", datetime(2026, 9, 11, 2, tzinfo=UTC), [replace(line, fact="张冠李戴")]
    )
    assert world.line("2026-09", ENVIRONMENT).counts.replaced == 1
    world.withdraw(datetime(2026, 9, 12, 2, tzinfo=UTC), wrong)
    counts = world.line("2026-09", ENVIRONMENT).counts
    assert (counts.replaced, counts.recalled) == (0, 1)


def test_a_table_without_rows_is_a_nil_report_and_fulfils_the_duty(world):
    world.send(ENVIRONMENT, "penalty_org", datetime(2026, 9, 10, 2, tzinfo=UTC), [])
    line = world.line("2026-09", ENVIRONMENT)
    assert (line.counts.nil_reports, line.counts.batches, line.counts.sent) == (1, 1, 0)
    assert line.counts.compliance.label == "—"
    assert {one.duty.duty_id: one.state.value for one in line.now.standings} == {
        "penalties": "nil",
        "licences": "missing",
    }
    assert line.now.missing == 1


def test_a_duty_is_open_until_its_month_is_over_and_a_withdrawn_batch_fulfils_nothing(world):
    batch = world.send(
        ENVIRONMENT, "penalty_org", datetime(2026, 9, 10, 2, tzinfo=UTC), [Line(_no(1), date(2026, 9, 9))]
    )
    world.withdraw(datetime(2026, 9, 10, 3, tzinfo=UTC), batch)
    before = world.line("2026-09", ENVIRONMENT, now=MIDNIGHT - timedelta(seconds=1))
    after = world.line("2026-09", ENVIRONMENT, now=MIDNIGHT)
    assert {one.state.value for one in before.now.standings} == {"open"}
    assert {one.state.value for one in after.now.standings} == {"missing"}
    assert [advice.is_urgent for advice in advise(world.board("2026-09", ENVIRONMENT), after)][:2] == [True, True]


def test_a_quarters_duty_falls_due_in_its_last_month(world):
    standings = {
        month: {one.duty.duty_id: one.state.value for one in world.line(month, WAGES).now.standings}
        for month in ("2026-07", "2026-08", "2026-09")
    }
    assert "wage_arrears" not in standings["2026-07"]
    assert "wage_arrears" not in standings["2026-08"]
    assert standings["2026-09"]["wage_arrears"] == "missing"


def test_a_file_refused_as_a_whole_is_listed_and_counts_for_nothing(world):
    path = world.home / "值班表.csv"
    path.write_text("姓名,日期\n甲,2026-09-01\n", encoding="utf-8")
    at = datetime(2026, 9, 10, 2, tzinfo=UTC)
    with pytest.raises(UnknownTemplate):
        ingest_file(world.at(at).office, Submission(path, path.name, ENVIRONMENT, "clerk"))
    line = world.line("2026-09", ENVIRONMENT)
    assert (line.counts.refused, line.counts.batches, line.counts.sent) == (1, 0, 0)
    assert {one.state.value for one in line.now.standings} == {"missing"}
    assert line.templates[-1].title == "未识别模板的文件"


def test_a_year_without_calendar_is_told_and_its_rows_are_not_judged(world):
    at = datetime(2027, 1, 6, 2, tzinfo=UTC)
    world.send(ENVIRONMENT, "penalty_org", at, [Line(_no(1), date(2026, 12, 30)), Line(_no(2), date(2027, 1, 6))])
    board = world.board("2027-01", ENVIRONMENT, now=datetime(2027, 2, 1, tzinfo=UTC))
    counts = board.total
    assert board.unknown_years == (2027,)
    # A decision of the very day needs no calendar.
    assert (counts.untimed, counts.termed, counts.on_time, counts.late) == (1, 1, 1, 0)


def test_an_unknown_agency_is_told(world):
    with pytest.raises(UnknownAgency):
        world.board("2026-09", "nobody")


def test_the_newest_month_is_that_of_the_last_batch(world):
    room = world.at(datetime(2026, 11, 20, tzinfo=UTC)).reading_room
    assert find_newest_month(room, None) == Month(2026, 11)
    world.send(ENVIRONMENT, "penalty_org", datetime(2026, 9, 10, 2, tzinfo=UTC), [])
    assert find_newest_month(room, None) == Month(2026, 9)
    assert find_newest_month(room, POLICE) == Month(2026, 11)


# A world of chance, and the plain loop it is held against. ------------------------------------------------------------


def _play(world: World, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a repeatable world, no secret
    pairs = list(PATTERNS)
    for step in range(14):
        agency, template = dice.choice(pairs)
        at = datetime(2026, 8, 3, tzinfo=UTC) + timedelta(days=step * 6, hours=dice.choice([1, 9, 15, 16, 17]))
        lines = []
        for number in dice.sample(range(1, 9), dice.randint(0, 5)):
            day = at.astimezone(SHANGHAI).date() - timedelta(days=dice.randint(1, 25))
            known = [
                line
                for one in world.sent
                for line in one.lines
                if (one.agency, one.template) == (agency, template) and line.number == _no(number, agency[-2:])
            ]
            if known and dice.random() < 0.6 and known[-1].decided_on is not None:
                line = known[-1]
                lines.append(line if dice.random() < 0.5 else replace(line, fact=f"更正{step}（测试数据）"))
            else:
                lines.append(Line(_no(number, agency[-2:]), None if dice.random() < 0.2 else day))
        if lines and dice.random() < 0.3:
            lines.append(lines[0])
        world.send(agency, template, at, lines)
        standing = [one for one in world.sent if one.batch_id not in {batch_id for _, batch_id, _ in world.gone}]
        if dice.random() < 0.25:
            world.withdraw(at + timedelta(hours=2), dice.choice(standing).batch_id)


def _good(one: Sent) -> list[Line]:
    """Return the rows that are accepted: the first of equal numbers, where its day can be read."""
    good: dict[str, Line] = {}
    for line in one.lines:
        if line.decided_on is not None:
            good.setdefault(line.number, line)
    return list(good.values())


def _shown(key: tuple[str, str, str], at: datetime, world: World, order: list[Sent]) -> Sent | None:
    dead = {batch_id: when for when, batch_id, _ in world.gone}
    alive = [
        (one, line)
        for one in order
        for line in _good(one)
        if (one.agency, one.template, line.number) == key
        and one.at <= at
        and dead.get(one.batch_id, at + timedelta(1)) > at
    ]
    while len(alive) > 1 and alive[-1][1] == alive[-2][1]:
        alive.pop()
    return alive[-1][0] if alive else None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_board_equals_a_plain_recount(world, seed):
    _play(world, seed)
    dead = {batch_id for _, batch_id, _ in world.gone}
    end = datetime(2026, 11, 19, tzinfo=UTC)
    for agency in {one.agency for one in world.sent}:
        for month in ("2026-08", "2026-09", "2026-10"):
            expected = dict.fromkeys(
                [
                    "batches",
                    "sent",
                    "accepted",
                    "termed",
                    "on_time",
                    "late",
                    "replaced",
                    "recalled",
                    "echoes",
                    "nil_reports",
                ],
                0,
            )
            for one in world.sent:
                if one.agency != agency or one.received_on.isoformat()[:7] != month:
                    continue
                good = _good(one)
                expected["batches"] += 1
                expected["sent"] += len(one.lines)
                expected["accepted"] += len(good)
                expected["nil_reports"] += not one.lines
                earlier = [other for other in world.sent if other.at < one.at]
                for line in good:
                    key = (agency, one.template, line.number)
                    if _shown(key, one.at, world, world.sent) is not one:
                        expected["echoes"] += 1
                        continue
                    if one.template != "red_org" and _shown(key, one.at, world, earlier) is None:
                        in_time = one.received_on <= add_workdays(line.decided_on, 7, IS_WORKDAY)
                        expected["termed"] += 1
                        expected["on_time" if in_time else "late"] += 1
                    if _shown(key, end, world, world.sent) is not one:
                        expected["recalled" if one.batch_id in dead else "replaced"] += 1
            counts = world.line(month, agency).counts
            assert {name: getattr(counts, name) for name in expected} == expected, (agency, month)
            assert counts.late == counts.termed - counts.on_time == sum(counts.late_by_band)


# What leaves the house. -----------------------------------------------------------------------------------------------


@pytest.fixture
def filled(world) -> World:
    day = date(2026, 9, 1)
    world.send(
        ENVIRONMENT, "penalty_org", datetime(2026, 9, 10, 2, tzinfo=UTC), [Line(_no(1), day), Line(_no(2), None)]
    )
    world.send(POLICE, "penalty_person", datetime(2026, 9, 20, 2, tzinfo=UTC), [Line(_no(1, "公"), day)])
    world.send(MARKET, "penalty_org", datetime(2026, 9, 3, 2, tzinfo=UTC), [Line(_no(1, "市"), day)])
    return world


def test_departments_are_ranked_and_those_with_nothing_stand_last(filled):
    ranked = rank_agencies(filled.board("2026-09"))
    placed = [(one.place, one.line.agency.agency_code) for one in ranked if one.place]
    assert placed == [(1, MARKET), (1, POLICE), (3, ENVIRONMENT)]
    assert {one.place for one in ranked[3:]} == {None}
    in_time = [(one.place, one.line.agency.agency_code) for one in rank_agencies(filled.board("2026-09"), "timeliness")]
    assert set(in_time[:3]) == {(1, MARKET), (1, ENVIRONMENT), (3, POLICE)}
    assert set(MEASURES) == {"compliance", "timeliness", "wrong", "repeated", "missing"}


def test_the_workbook_has_title_rows_totals_and_definitions(filled):
    board = filled.board("2026-09")
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(board, Imprint("测试区", "测试单位", MIDNIGHT))))
    assert book.sheetnames == ["月度表", "按模板", "近十二个月", "报送义务", "说明"]
    sheet = book["月度表"]
    assert sheet["A1"].value == "测试区公共信用信息报送质量月度表（2026年9月）"
    assert "测试单位" in sheet["A2"].value
    headings = [cell.value for cell in sheet[3]]
    rows = {row[1].value: dict(zip(headings, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(4)}
    own = rows[next(line.agency.name for line in board.agencies if line.agency.agency_code == ENVIRONMENT)]
    assert (own["报送行数"], own["合格行数"], own["合规率"], own["及时率"]) == (2, 1, 0.5, 1)
    assert rows["合计"]["报送行数"] == sum(line.counts.sent for line in board.agencies) == 4
    assert rows["合计"]["未报"] == sum(line.now.missing for line in board.agencies)
    text = "\n".join(str(cell.value) for row in sheet.iter_rows(values_only=False) for cell in row if cell.value)
    assert "合规率：合格行数 ÷ 报送行数" in text
    terms = "\n".join(str(cell.value) for row in book["说明"].iter_rows() for cell in row if cell.value)
    assert "424号" in terms
    assert "没有规定报送时限" in terms


@pytest.mark.parametrize("name", ["=1+1", "+A1", "-2", "@SUM(A1)", "＝cmd", "\t=1"])
def test_a_name_never_becomes_a_formula(filled, name):
    board = filled.board("2026-09")
    named = tuple(replace(line, agency=replace(line.agency, name=name)) for line in board.agencies)
    board = replace(board, agencies=named)
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(board, Imprint("测试区", "=issuer", MIDNIGHT))))
    for sheet in book.worksheets:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert book["月度表"]["B4"].value == name
    assert book["月度表"]["B4"].quotePrefix
    cells = [row[2] for row in csv.reader(io.StringIO(write_csv(board).decode("utf-8-sig")))][1:]
    assert set(cells) == {"'" + name}


def test_csv_and_json_say_the_same(filled):
    board = filled.board("2026-09")
    rows = list(csv.DictReader(io.StringIO(write_csv(board).decode("utf-8-sig"))))
    told = to_json(board)
    by_code = {one["agency_code"]: one for one in told["agencies"]}
    assert len(rows) == len(by_code)
    for row in rows:
        one = by_code[row["单位代码"]]
        assert (int(row["报送行数"]), int(row["迟报"]), int(row["未报"])) == (one["sent"], one["late"], one["missing"])
        share = one["compliance_permyriad"]
        assert row["合规率"] == ("—" if share is None else f"{share // 100}.{share % 100:02d}%")
    assert by_code[ENVIRONMENT]["trend"][-1]["month"] == "2026-09"


def test_natural_persons_are_counted_and_never_listed(filled):
    report = get_late_report(filled.at(datetime(2026, 11, 20, tzinfo=UTC)).reading_room, Month(2026, 9), POLICE)
    assert [one.late for one in report.batches] == [1]
    assert report.rows == ()


def test_the_same_empty_table_declares_nothing_anew_in_each_month(world):
    header, _ = _read_pattern(ENVIRONMENT, "penalty_org")
    path = world.home / "空表.csv"
    path.write_text(",".join(header) + "\n", encoding="utf-8-sig")
    instants = [datetime(2026, 9, 10, 2, tzinfo=UTC), datetime(2026, 9, 11, 2, tzinfo=UTC), MIDNIGHT]
    outcomes = [
        ingest_file(world.at(at).office, Submission(path, path.name, ENVIRONMENT, "clerk")).batch for at in instants
    ]
    first, again, next_month = (one.batch_id for one in outcomes)
    assert first == again != next_month
    for month in ("2026-09", "2026-10"):
        line = world.line(month, ENVIRONMENT)
        assert line.counts.nil_reports == 1
        assert {one.duty.duty_id: one.state.value for one in line.now.standings}["penalties"] == "nil"
