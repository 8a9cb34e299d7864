"""The page of drafts: upload, wait, result, report, faults, and whose result it is."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from integration.impact_world import make_draft

from credit_service.domain.agency import Role
from credit_service.domain.subject import SubjectKind
from credit_service.lookup.impact import ImpactQuestion, compare_draft

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

PAGE = "/review/rules/impact"
DAY = "2026-09-30"


def send(world: World, client: TestClient, draft: Path | bytes, **fields: str) -> Response:
    content = draft if isinstance(draft, bytes) else _pack(draft)
    form = {"csrf": world.token(client, PAGE), "as_of": DAY, **fields}
    return client.post(PAGE, data=form, files={"file": ("草案.zip", content, "application/zip")})


def result_of(client: TestClient, sent: Response) -> Response:
    assert sent.status_code == 303, sent.text
    # Each look waits a moment for the result.
    for _ in range(100):
        page = client.get(sent.headers["location"])
        if 'id="progress"' not in page.text:
            return page
    pytest.fail("there is no result")


def _pack(draft: Path) -> bytes:
    path = Path(shutil.make_archive(str(draft.parent / "packed"), "zip", draft.parent, draft.name))
    return path.read_bytes()


def test_the_empty_desk_says_what_to_do(first_day: World):
    page = first_day.client(Role.REVIEWER).get(PAGE).text
    assert "还没有比较过" in page
    assert "开始比较" in page
    assert PAGE in first_day.client(Role.REVIEWER).get("/review").text


def test_a_draft_is_compared_and_taken_away(world: World, tmp_path: Path):
    client = world.client(Role.REVIEWER)
    sent = send(world, client, make_draft(tmp_path, "fines", "only_d"))
    page = result_of(client, sent)
    assert page.status_code == 200
    for words in ("结论", "各名单的进出", "按专项治理事项", "综合等级的变化", "举例", "自然人不评分，只计数"):
        assert words in page.text
    assert page.text.count("<svg") > 5
    for ending, kind in (
        ("html", "text/html"),
        ("pdf", "application/pdf"),
        ("xlsx", "spreadsheetml"),
        ("json", "application/json"),
    ):
        file = client.get(f"{sent.headers['location']}/impact.{ending}")
        assert file.status_code == 200
        assert kind in file.headers["content-type"]
        assert f'filename="impact-{DAY}.{ending}"' in file.headers["content-disposition"]
    assert client.get(f"{sent.headers['location']}/impact.exe").status_code == 422
    progress = client.get(f"{sent.headers['location']}/progress")
    assert progress.headers["HX-Redirect"] == sent.headers["location"]
    assert "草案.zip" in client.get(PAGE).text


def test_a_result_belongs_to_one_sign_in_and_can_be_let_go(world: World, tmp_path: Path):
    client = world.client(Role.REVIEWER)
    sent = send(world, client, make_draft(tmp_path))
    assert "完全相同" in result_of(client, sent).text
    assert world.client(Role.DECIDER).get(sent.headers["location"]).status_code == 404
    form = {"csrf": world.token(client, PAGE)}
    assert client.post(f"{sent.headers['location']}/discard", data=form).status_code == 303
    assert client.get(sent.headers["location"]).status_code == 404


def test_a_faulty_draft_shows_every_fault_with_file_and_line(world: World, tmp_path: Path):
    client = world.client(Role.REVIEWER)
    draft = make_draft(tmp_path)
    path = next(draft.glob("severity/*/*/rule.yaml"))
    path.write_text(path.read_text(encoding="utf-8").replace("kind = penalty", "kidn = penalty"), encoding="utf-8")
    page = result_of(client, send(world, client, draft))
    assert page.status_code == 422
    assert "草案中的错误" in page.text
    assert page.text.count("rules/severity/") > 1
    assert "kidn" in page.text


@pytest.mark.parametrize("content", [b"PK", b"kind: scoring", b""])
def test_what_is_no_archive_is_refused_with_a_remedy(world: World, content: bytes):
    client = world.client(Role.REVIEWER)
    page = result_of(client, send(world, client, content))
    assert page.status_code == 422
    assert "ZIP" in page.text
    assert "怎么办" in page.text


def test_no_file_and_no_day_keep_the_form(world: World):
    client = world.client(Role.REVIEWER)
    none = client.post(PAGE, data={"csrf": world.token(client, PAGE), "as_of": DAY}, files={"other": b""})
    assert none.status_code == 422
    assert "没有选择文件" in none.text
    wrong = send(world, client, b"PK", as_of="明天")
    assert wrong.status_code == 422
    assert "无法识别" in wrong.text


def test_a_form_of_another_sign_in_is_refused(world: World):
    answer = world.client(Role.REVIEWER).post(PAGE, data={"csrf": "x", "as_of": DAY}, files={"file": ("a.zip", b"PK")})
    assert answer.status_code == 403


def test_the_rules_on_disk_need_no_upload(world: World):
    client = world.client(Role.REVIEWER)
    assert "服务器上的规则目录" in client.get(PAGE).text
    form = {"csrf": world.token(client, PAGE), "as_of": DAY, "source": "disk"}
    page = result_of(client, client.post(PAGE, data=form, files={"file": ("", b"")}))
    assert "完全相同" in page.text
    gone = client.post(PAGE, data={**form, "source": "0" * 64}, files={"file": ("", b"")})
    assert "没有这份待确认的规则库" in result_of(client, gone).text


def test_listings_that_lose_their_rule_are_counted(world: World, tmp_path: Path):
    room = world.service.reading_room
    impact = compare_draft(room, ImpactQuestion(make_draft(tmp_path, "renamed"), date(2026, 9, 30)))
    with room.ledger.reading() as uow:
        cases = [case for case in uow.cases.list_effective(room.today()) if case.rule == "candidate.black.listed"]
    persons = sum(case.subject_kind is SubjectKind.PERSON for case in cases)
    (resting,) = impact.resting
    assert (resting.rule.rule, resting.is_list_type) == ("candidate.black.listed", False)
    assert (resting.organisations, resting.persons) == (len(cases) - persons, persons)
    assert resting.organisations > 0
    assert impact.moved == 0
