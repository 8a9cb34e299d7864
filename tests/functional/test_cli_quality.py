"""``credit quality`` from outside: a table for people, one JSON object for programs, a workbook to file."""

from __future__ import annotations

import openpyxl

MONTH = ("--month", "2026-09")


def test_people_read_a_ranking_and_the_month(demo):
    answer = demo.home.run("quality", *MONTH)
    assert answer.code == 0, answer.stderr
    assert "2026年9月报送质量" in answer.stdout
    assert "市场监管局" in answer.stdout


def test_programs_read_one_object_whose_agencies_add_up(demo):
    told = demo.home.run("quality", *MONTH, "--json").json()
    assert told["month"] == "2026-09"
    for name in ("batches", "sent", "accepted", "termed", "on_time", "late", "repeated"):
        assert told["total"][name] == sum(agency[name] for agency in told["agencies"])
    assert told["total"]["on_time"] + told["total"]["late"] == told["total"]["termed"]
    for agency in told["agencies"]:
        assert agency["sent"] == sum(template["sent"] for template in agency["templates"])
        assert agency["trend"][-1]["month"] == "2026-09"
        assert len(agency["trend"]) == 12


def test_one_department_is_told_what_to_do_next(demo, agency_code):
    answer = demo.home.run("quality", *MONTH, "--agency", agency_code("市场监管局"))
    assert answer.code == 0, answer.stderr
    assert "请补报" in answer.stdout
    assert "税务局" not in answer.stdout


def test_the_workbook_is_written_where_it_was_asked_for(demo, tmp_path):
    target = tmp_path / "月度表.xlsx"
    told = demo.home.run("quality", *MONTH, "--xlsx", target, "--json").json()
    assert told["xlsx"] == str(target)
    sheet = openpyxl.load_workbook(target)["月度表"]
    assert sheet.max_row > len(told["agencies"])


def test_a_month_or_department_that_does_not_exist_is_told(demo):
    month = demo.home.run("quality", "--month", "9月", "--json")
    assert month.code == 40
    assert month.json()["error"]["code"] == "period_unknown"
    agency = demo.home.run("quality", "--agency", "x", "--json")
    assert agency.code == 60
    assert agency.json()["error"]["code"] == "unknown_agency"


def test_before_the_first_file_it_says_what_is_owed(fresh_home):
    answer = fresh_home.run("quality")
    assert answer.code == 0, answer.stderr
    assert "报送质量" in answer.stdout
    assert "尚未结束" in answer.stdout
