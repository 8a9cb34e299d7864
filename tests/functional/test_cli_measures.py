"""``credit measures`` from outside: what is owed, feedback, what does not agree, who carries out what."""

from __future__ import annotations

import openpyxl
import pytest


@pytest.fixture(scope="module")
def clerk(demo):
    """Whose agency carries measures out."""
    phrase = "a-long-enough-phrase"
    new = ("account", "add", "cli-clerk", "--agency", "11990101990100042N", "--role", "submitter")
    assert demo.home.run(*new, password=phrase).code == 0
    return "cli-clerk", phrase


def owed(demo, *more: str) -> list[dict[str, object]]:
    return demo.home.run("measures", "owed", "--agency", "11990101990100042N", "--json", *more).json()["tasks"]


def test_a_task_is_accepted_fed_back_and_lifted(demo, clerk):
    name, password = clerk
    task = next(one for one in owed(demo) if one["measure"] == "key_supervision")
    assert task["relevance"]
    assert task["urgency"] in {"waiting", "due_soon", "overdue", "escalated"}
    early = demo.home.run("measures", "lift", task["task_id"], "--by", name, "--json", password=password)
    assert (early.code, early.json()["error"]["code"]) == (30, "illegal_transition")
    run = ("--by", name, "--json")
    accepted = demo.home.run("measures", "accept", task["task_id"], *run, password=password).json()
    assert accepted["state"] == "accepted"
    said = ("--what", "列入重点检查", "--amount-fen", "500", *run)
    done = demo.home.run("measures", "feedback", task["task_id"], *said, password=password).json()
    assert (done["state"], done["feedback"][-1]["amount_fen"]) == ("active", 500)
    assert task["task_id"] in {one["task_id"] for one in owed(demo, "--show", "running")}
    assert demo.home.run("measures", "lift", task["task_id"], *run, password=password).json()["state"] == "lifted"


def test_rights_need_an_article(demo, clerk):
    name, password = clerk
    task = next(one for one in owed(demo) if one["measure"] == "exit_ban")
    assert task["state_label"] == "待确认依据"
    said = ("measures", "feedback", task["task_id"], "--by", name, "--what", "x", "--document-no", "1", "--json")
    assert demo.home.run(*said, password=password).json()["error"]["code"] == "no_legal_basis"


def test_a_file_is_fed_back_row_by_row(demo, clerk, tmp_path):
    name, password = clerk
    task = next(one for one in owed(demo) if one["measure"] == "key_supervision")
    path = tmp_path / "反馈.csv"
    path.write_text(f"task_id,kind,what\n{task['task_id']},done,已执行\nM0,done,x\n", encoding="utf-8")
    told = demo.home.run("measures", "upload", path, "--by", name, "--json", password=password).json()
    assert (told["done"], [row["error"] is None for row in told["rows"]]) == (1, [True, False])


def test_reconciliation_adds_up_and_is_filed(demo, tmp_path):
    path = tmp_path / "对账.xlsx"
    told = demo.home.run("measures", "reconcile", "--as-of", "2026-11-16", "--xlsx", path, "--json").json()
    assert told["as_of"] == "2026-11-16"
    assert told["findings"]
    for agency in told["agencies"]:
        own = [one for one in told["findings"] if one["agency_code"] == agency["agency_code"]]
        assert sum(agency["findings"].values()) == len(own)
    assert {one["kind"] for one in told["findings"]} >= {"not_fed_back", "unassigned"}
    book = openpyxl.load_workbook(path)
    assert book["对账问题"].max_row == len(told["findings"]) + 3


def test_the_operator_names_who_carries_out_what(demo):
    bodies = demo.home.run("measures", "bodies", "--json").json()["bodies"]
    assert any(one["measure"] == "deposit_free" and not one["agency_code"] for one in bodies)
    named = ("measures", "name-body", "deposit_free", "119901019901000186", "--reason", "执行单位表", "--json")
    assert demo.home.run(*named).json()["asked"] == 9
    assert demo.home.run(*named).json()["error"]["code"] == "illegal_transition"
    assert demo.home.run("measures", "drop-body", "deposit_free", "119901019901000186", "--json").json()["dropped"]
    wrong = demo.home.run("measures", "name-body", "prudent_lending", "119901019901000186", "--reason", "x", "--json")
    assert wrong.json()["error"]["code"] == "unknown_indicator"


def test_people_read_tables(demo):
    answer = demo.home.run("measures", "owed")
    assert "措施任务" in answer.stdout
    assert "另有" in answer.stdout
    assert "对账问题" in demo.home.run("measures", "reconcile").stdout
