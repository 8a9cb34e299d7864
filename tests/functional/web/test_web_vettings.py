"""A department vets nominees on its page and through the API, and sees its own results only."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import TYPE_CHECKING

import pytest

from credit_service.domain.agency import Role
from credit_service.domain.identifier import uscc_check
from credit_service.pipeline.accounts import add_key

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

PAGE = "/department/vettings"
API = "/api/v1/vettings"
ASKED = {"award": "文明单位", "purpose": "示文明办〔2026〕12号", "as_of": "2026-09-30"}
BODY = "91990101MA0000001"
GOOD = BODY + uscc_check(BODY)


def _list(*rows: tuple[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["被推荐对象名称", "统一社会信用代码", "推荐荣誉"])
    writer.writerows((*row, "文明单位") for row in rows)
    return text.getvalue().encode()


LIST = _list(("示范区测试新办企业", GOOD), ("<b>无码</b>测试企业", ""))


def _path(url: str) -> str:
    return "/api/" + url.partition("/api/")[2]


def _follow(client: TestClient, location: str) -> str:
    """Wait for a vetting and return the address of its result."""
    for _ in range(100):
        answer = client.get(location)
        if answer.status_code == 303:
            return answer.headers["location"]
        assert "正在审查" in answer.text
    pytest.fail("the vetting does not end")


@pytest.fixture
def client(empty_world: World) -> TestClient:
    return empty_world.client(Role.SUBMITTER)


def _hand_in(world: World, client: TestClient, content: bytes = LIST, **form: str):
    fields = {**ASKED, "award": "civilised_unit", "csrf": world.token(client), **form}
    return client.post(PAGE, data=fields, files={"file": ("名单.csv", content, "text/csv")})


def test_a_list_becomes_a_result_with_page_workbook_print_and_json(empty_world: World, client: TestClient):
    answer = _hand_in(empty_world, client)
    assert answer.status_code == 303, answer.text
    result = _follow(client, answer.headers["location"])
    page = client.get(result).text
    assert "示范区测试新办企业" in page
    assert "没有统一社会信用代码，不按名称查询" in page
    assert "<b>无码" not in page
    assert "&lt;b&gt;无码&lt;/b&gt;测试企业" in page
    only = client.get(f"{result}?verdict=unclear").text
    assert "示范区测试新办企业" not in only
    assert "没有符合条件的对象" in client.get(f"{result}?q=没有这家").text
    for ending, start in (("xlsx", b"PK"), ("pdf", b"%PDF"), ("json", b"{")):
        sent = client.get(f"{result}/result.{ending}")
        assert sent.status_code == 200
        assert sent.content.startswith(start)
        assert f".{ending}" in sent.headers["content-disposition"]
    assert client.get(f"{result}/result.json").json()["counts"]["received"] == 2
    assert client.get(f"{result}/result.exe").status_code == 422
    assert "示文明办〔2026〕12号" in client.get(PAGE).text
    overseer = empty_world.client(Role.AUDITOR)
    assert overseer.get(result).status_code == 200
    assert "您可以查看各单位的审查，不能审查" in overseer.get(PAGE).text


@pytest.mark.parametrize(
    ("form", "content", "words"),
    [
        ({"award": "没有这个奖"}, LIST, "审查规则中没有奖项"),
        ({"as_of": "昨天"}, LIST, "不是日期"),
        ({"as_of": "2019-01-01"}, LIST, "还没有规则"),
        ({"purpose": " "}, LIST, "没有写明审查用途"),
        ({}, b"\x00\x01", "没有审查"),
    ],
    ids=["award", "day", "no rule", "purpose", "file"],
)
def test_what_cannot_be_vetted_says_why_and_what_to_do(
    empty_world: World, client: TestClient, form: dict[str, str], content: bytes, words: str
):
    answer = _hand_in(empty_world, client, content, **form)
    while answer.status_code == 303 or "正在审查" in answer.text:
        answer = client.get(answer.headers.get("location", str(answer.url)))
    assert answer.status_code >= 400
    assert words in answer.text
    assert "怎么办" in answer.text


def test_no_file_and_a_foreign_form_are_refused(empty_world: World, client: TestClient):
    form = {**ASKED, "csrf": empty_world.token(client)}
    assert "没有选择文件" in client.post(PAGE, data=form).text
    assert _hand_in(empty_world, client, csrf="0" * 43).status_code == 403


def test_the_blank_table_is_offered(client: TestClient):
    text = client.get("/department/templates/award_nominees.csv").content.decode("utf-8-sig")
    assert text.startswith("序号,被推荐对象名称,类别,统一社会信用代码/证件号码")
    assert client.get("/department/templates/award_nominees.xlsx").content.startswith(b"PK")
    # It is for vetting only: no batch can be of it, so it is not among the tables to be handed in.
    assert "award_nominees" not in client.get("/department").text


def test_systems_hand_in_follow_and_read_again(empty_world: World):
    client = empty_world.new_client()
    client.headers["Authorization"] = f"Bearer {empty_world.key}"
    answer = client.post(API, params=ASKED, files={"file": ("名单.csv", LIST)})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == answer.json()["url"]
    status = answer.json()
    for _ in range(200):
        if status["status"] != "running":
            break
        time.sleep(0.1)
        status = client.get(_path(status["url"])).json()
    assert status["status"] == "done", status
    first, again = (client.get(_path(status["result"])) for _ in range(2))
    assert first.content == again.content
    told = first.json()
    assert [line["verdict"] for line in told["lines"]] == ["passed", "unclear"]
    assert told["counts"]["received"] == 2
    foreign = empty_world.new_client()
    key = add_key(empty_world.service.office, empty_world.agencies[1], ("checks", "batches")).secret
    foreign.headers["Authorization"] = f"Bearer {key}"
    for address in (status["url"], status["result"]):
        answer = foreign.get(_path(address))
        assert (answer.status_code, answer.json()["code"]) == (404, "vetting_not_found")


def test_a_key_needs_both_scopes_and_a_purpose(empty_world: World):
    client = empty_world.new_client()
    for scopes in (("checks",), ("batches",)):
        key = add_key(empty_world.service.office, empty_world.agencies[0], scopes).secret
        client.headers["Authorization"] = f"Bearer {key}"
        answer = client.post(API, params=ASKED, files={"file": ("名单.csv", LIST)})
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_denied")
    client.headers["Authorization"] = f"Bearer {empty_world.key}"
    answer = client.post(API, params={"award": "文明单位"}, files={"file": ("名单.csv", LIST)})
    assert answer.status_code == 422
    assert json.loads(answer.content)["code"] == "invalid_request"
