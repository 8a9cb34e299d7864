"""Blank tables on the department's page."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING

import openpyxl
import pytest

from credit_service.domain.agency import Role
from credit_service.errors import AccountExists
from credit_service.pipeline.accounts import NewAccount, add_account

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

MARKET = "11990101990100034U"


@pytest.fixture
def clerk(empty_world: World):
    new = NewAccount("template-clerk", "报送员", MARKET, Role.SUBMITTER, "a-long-enough-phrase")
    with suppress(AccountExists):
        add_account(empty_world.service.office, new)
    client = empty_world.new_client()
    assert empty_world.sign_in(client, "template-clerk", "a-long-enough-phrase").status_code == 303
    return client


def test_the_page_offers_workbooks_of_every_column_set(clerk: TestClient):
    page = clerk.get("/department").text
    assert "/department/templates/penalty_org.xlsx" in page
    assert "/department/templates/penalty_org.department_2019.xlsx" in page


@pytest.mark.parametrize("name", ["penalty_org", "penalty_org.publicity_2016", "black_person"])
def test_a_workbook_has_the_headers_and_an_example(clerk: TestClient, name: str):
    answer = clerk.get(f"/department/templates/{name}.xlsx")
    assert answer.status_code == 200
    assert f'filename="{name}.xlsx"' in answer.headers["content-disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["填报"]
    assert sheet.max_row == 2
    assert all(cell.value and cell.comment for cell in sheet[1])


def test_the_example_names_the_clerks_agency(clerk: TestClient):
    sheet = openpyxl.load_workbook(io.BytesIO(clerk.get("/department/templates/penalty_org.xlsx").content))["填报"]
    row = {head.value: cell.value for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert row["处罚机关"] == row["数据来源单位"]
    assert row["处罚机关统一社会信用代码"] == MARKET


@pytest.mark.parametrize("path", ["nothing.xlsx", "nothing.csv", "penalty_org.nothing.xlsx"])
def test_unknown_templates_are_told(clerk: TestClient, path: str):
    assert clerk.get(f"/department/templates/{path}").status_code == 422
