"""What a sender keeps for the authorities, or takes back, is not published, whatever was decided on it."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from credit_service.bootstrap import build_service
from credit_service.domain.bulletin import parse_period
from credit_service.domain.clock import FixedClock
from credit_service.pipeline.batch_life import withdraw_batch
from credit_service.pipeline.compose import compose_issue
from credit_service.pipeline.ingest import Submission, ingest_file
from credit_service.pipeline.sample import SampleRequest, write_sample_file
from credit_service.settings import Settings
from tests.integration.batch_desk import CLERK, DAY, Desk, Honour

CREDIT_OFFICE = "119901019901000261"
make_case = runpy.run_path(str(Path(__file__).parents[1] / "unit" / "bulletins" / "world.py"))["make_case"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(build_service(Settings(home=tmp_path / "live"), FixedClock(DAY)), tmp_path)


def withheld(desk: Desk, *record_ids: str) -> list[str]:
    """Return why a complete black case that rests on these records is not shown; empty where it is."""
    case = make_case(record_ids=record_ids, list_type="samr_serious", list_basis="总局令第44号")
    day = desk.service.office.today()
    early = {name: value for name, value in vars(case).items() if name.endswith("_on") and value and value > day}
    case = replace(case, **{name: day for name in early if name not in {"min_until_on", "max_until_on"}})
    issue = compose_issue(desk.service.office, parse_period("2026Q3"), [case]).bulletin
    assert len(issue.black) + len(issue.withheld) == 1
    return [entry.reason for entry in issue.withheld]


def test_a_record_marked_for_internal_use_is_kept_back(desk: Desk):
    path = desk.folder / "penalties.csv"
    write_sample_file(desk.service.office, SampleRequest("penalty_org.department_2019", path, 3, 1, 0))
    text = path.read_text(encoding="utf-8")
    header = text.splitlines()[0].split(",")
    rows = [line.split(",") for line in text.splitlines()]
    assert "信息使用范围" in header
    rows[2][header.index("信息使用范围")] = "1仅政府部门内部共享"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    outcome = ingest_file(desk.service.office, Submission(path, path.name, CREDIT_OFFICE, "clerk"))
    assert outcome.batch.accepted == 3
    first, second = (f"{outcome.batch.batch_id}-{row:07d}" for row in (2, 3))
    assert withheld(desk, first) == []
    assert withheld(desk, second) == ["报送单位注明不对外公示"]
    assert withheld(desk, first, second) == ["报送单位注明不对外公示"]


def test_a_case_whose_records_were_all_taken_back_is_kept_back(desk: Desk):
    batch = ingest_file(desk.service.office, desk.submission([Honour(1), Honour(2)])).batch
    copy = ingest_file(desk.on(1).service.office, desk.submission([Honour(1, "改了")], "二.csv")).batch
    first, second = (f"{batch.batch_id}-{row:07d}" for row in (2, 3))
    assert withheld(desk.on(2), first) == [], "the act still holds, in the words of a later report"
    withdraw_batch(desk.on(3).service.office, copy.batch_id, CLERK, "报错")
    withdraw_batch(desk.on(4).service.office, batch.batch_id, CLERK, "报错")
    assert withheld(desk.on(5), first, second) == ["所依据的信用记录已由报送单位撤回"]
