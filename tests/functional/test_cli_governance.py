"""``credit governance`` from outside: a table with its reasons for people, one JSON object for programs, a workbook."""

from __future__ import annotations

import openpyxl

QUARTER = ("--period", "2026Q3")
WAYS = ("mended", "repaired", "removed", "expired")


def test_people_read_a_table_and_why_the_index_is_what_it_is(demo):
    answer = demo.home.run("governance", *QUARTER)
    assert answer.code == 0, answer.stderr
    assert "2026年第三季度专项治理情况（按事项）" in answer.stdout
    assert "governance.part.mending" in answer.stdout
    assert "未建立反馈" in answer.stdout
    assert "变化：" in answer.stdout


def test_programs_read_one_object_that_adds_up(demo):
    told = demo.home.run("governance", *QUARTER, "--by", "agency", "--json").json()
    assert (told["period"], told["by"], told["open"]) == ("2026Q3", "agency", False)
    for name in ("opening", "new", "closing", "overdue", "repeated", *WAYS):
        assert told["total"][name] == sum(line[name] for line in told["lines"])
    for line in (told["total"], *told["lines"]):
        assert line["opening"] + line["new"] == line["closing"] + sum(line[way] for way in WAYS)
        assert [one["period"] for one in line["trend"]][-1] == "2026Q3"
        assert len(line["trend"]) == 6
        assert line["index"] is None or sum(reason["contribution"] for reason in line["reasons"]) == line["index"]
        assert (line["index"] is None) is (line["refused_by"] is not None)
        assert line["fed_back"] is None
    assert any(line["index"] is not None for line in told["lines"])


def test_cells_add_up_to_the_nineteen_items(demo):
    cells = demo.home.run("governance", *QUARTER, "--by", "cell", "--json").json()
    items = demo.home.run("governance", *QUARTER, "--json").json()
    of_item: dict[str, int] = {}
    for line in cells["lines"]:
        of_item[line["key"][0]] = of_item.get(line["key"][0], 0) + line["closing"]
    assert of_item == {line["key"][0]: line["closing"] for line in items["lines"] if line["closing"]}
    assert len([line for line in items["lines"] if line["key"] != ["0"]]) == 19


def test_what_was_known_earlier_is_less(demo):
    before = demo.home.run("governance", *QUARTER, "--known-on", "2026-09-29", "--json").json()
    assert before["total"]["new"] == 0
    assert before["open"] is True


def test_an_office_takes_the_table_away(demo, tmp_path):
    target = tmp_path / "治理.xlsx"
    told = demo.home.run("governance", *QUARTER, "--xlsx", target, "--json").json()
    assert told["xlsx"] == str(target)
    book = openpyxl.load_workbook(target)
    rows = {row[0]: row for row in book["治理统计表"].iter_rows(min_row=3, values_only=True)}
    assert rows["合计"][rows["事项"].index("期末存量")] == told["total"]["closing"]


def test_what_does_not_exist_is_refused_with_the_choices(demo):
    item = demo.home.run("governance", *QUARTER, "--category", "77", "--json")
    assert (item.code, item.json()["error"]["code"]) == (50, "selection_unknown")
    assert "0综合" in item.json()["error"]["remedy"]
    assert "14" in item.json()["error"]["remedy"]
    place = demo.home.run("governance", *QUARTER, "--district", "000001", "--json")
    assert (place.code, place.json()["error"]["code"]) == (50, "selection_unknown")
    assert "六位行政区划代码" in place.json()["error"]["remedy"]
    sender = demo.home.run("governance", *QUARTER, "--agency", "市场监管局", "--json")
    assert (sender.code, sender.json()["error"]["code"]) == (60, "unknown_agency")
    known = sender.json()["error"]["remedy"].removeprefix("可选：")[:18]
    assert demo.home.run("governance", *QUARTER, "--agency", known).code == 0
    assert demo.home.run("governance", *QUARTER, "--district", "110000").code == 0, "a region without records is one"


def test_a_period_nobody_can_read_and_one_that_has_not_begun_are_told(demo):
    for code in ("2026Q5", "2999"):
        answer = demo.home.run("governance", "--period", code, "--json")
        assert answer.code == 40
        assert answer.json()["error"]["code"] == "period_unknown"
    assert demo.home.run("governance", "--by", "person").code == 2
