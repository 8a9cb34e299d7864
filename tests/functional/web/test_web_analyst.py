"""Analysts ask in SQL."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from credit_service.domain.agency import Role
from credit_service.web.analyst.desk import to_safe_cell

if TYPE_CHECKING:
    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


def _ask(world: World, sql: str, path: str = "/analyst"):
    client = world.client(Role.ANALYST)
    return client.post(path, data={"csrf": world.token(client), "sql": sql})


def test_desk_without_a_snapshot_says_what_to_do(empty_world: World):
    page = empty_world.client(Role.ANALYST).get("/analyst").text
    assert "还没有可查询的快照" in page
    assert _ask(empty_world, "SELECT 1").status_code == 503


def test_desk_lists_tables_and_columns(world: World):
    page = world.client(Role.ANALYST).get("/analyst").text
    assert "records" in page
    assert "1,000 行" in page


def test_an_answer_is_a_table(world: World):
    answer = _ask(world, "SELECT 40 + 2 AS answer, '<b>' AS mark")
    assert answer.status_code == 200
    assert "42" in answer.text
    assert "&lt;b&gt;" in answer.text


def test_long_answers_are_cut_and_say_so(world: World):
    assert "已截断" in _ask(world, "SELECT * FROM range(5000)").text


@pytest.mark.parametrize(
    "sql", ["DROP TABLE records", "SELECT * FROM nowhere", "SELECT * FROM read_csv('/etc/passwd')", "SELEC", ""]
)
def test_what_cannot_be_asked_says_why_and_keeps_the_question(world: World, sql: str):
    answer = _ask(world, sql)
    assert answer.status_code == 422
    assert "查询没有成功" in answer.text
    assert "root:" not in answer.text


def test_answer_as_csv(world: World):
    answer = _ask(world, "SELECT 1 AS a, '=1+1' AS b", "/analyst/result.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [["a", "b"], ["1", "'=1+1"]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(start: str):
    assert to_safe_cell(f"{start}1").startswith("'")


def test_numbers_stay_numbers():
    assert to_safe_cell(-1) == -1
