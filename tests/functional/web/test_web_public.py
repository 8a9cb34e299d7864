"""What anybody reads: front page, bulletins, search, one organisation, the feed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from credit_service.domain.clock import FixedClock
from credit_service.domain.identifier import is_valid_person_id
from credit_service.domain.score import ListKind
from credit_service.lookup.bulletins import get_bulletin_view
from credit_service.lookup.cases import list_cases
from credit_service.web.app import create_app
from credit_service.web.public import issues

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from credit_service.domain.listing import Case
    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


@pytest.fixture
def bulletin_id(world: World) -> str:
    return world.demo.published.release.bulletin_id


@pytest.fixture
def listed(world: World):
    """A published organisation of the black list."""
    cases = list_cases(world.service.reading_room, ListKind.BLACK, None)
    return next(case for case in cases if case.state.value == "published" and case.identifier_code)


@pytest.mark.parametrize("path", ["/", "/bulletins", "/search", "/search?q=x", "/about", "/api/docs", "/feed.atom"])
def test_a_service_on_its_first_day_has_pages(first_day: World, path: str):
    assert first_day.client(None).get(path).status_code == 200


def test_empty_states_say_what_comes(first_day: World):
    client = first_day.client(None)
    assert "还没有发布过公告" in client.get("/").text
    assert "还没有发布过公告" in client.get("/bulletins").text
    assert "没有查到" in client.get("/search", params={"q": "无此企业"}).text


def test_front_page_shows_the_latest_bulletin_and_the_way_to_object(world: World, anonymous: TestClient):
    page = anonymous.get("/").text
    assert world.demo.published.release.title in page
    assert "信息纠错" in page
    assert "信用修复" in page


def test_bulletin_shows_each_entry_with_basis_and_number(anonymous: TestClient, bulletin_id: str, listed: Case):
    page = anonymous.get(f"/bulletins/{bulletin_id}").text
    assert listed.subject_name in page
    assert listed.decision_no in page
    assert f'href="/subjects/{listed.identifier_code}"' in page


def test_bulletin_names_no_person_who_did_not_consent(anonymous: TestClient, bulletin_id: str, samples: Path):
    sheet = load_workbook(samples / "good" / "诚信之星（含本人同意）.xlsx").active
    lines = iter(sheet.iter_rows(values_only=True))
    headers = next(line for line in lines if "姓名" in line)
    name, consent = headers.index("姓名"), headers.index("本人同意公示(是/否)")
    refused = [line[name] for line in lines if line[name] and line[consent] == "否"]
    page = anonymous.get(f"/bulletins/{bulletin_id}").text
    assert refused
    assert "诚信之星" in page
    assert not [name for name in refused if name in page]


def test_bulletin_shows_no_number_of_a_person(anonymous: TestClient, bulletin_id: str):
    page = anonymous.get(f"/bulletins/{bulletin_id}").text
    assert not [number for number in re.findall(r"(?<!\w)\d{17}[\dX](?!\w)", page) if is_valid_person_id(number)]


def test_files_of_a_bulletin_can_be_fetched(anonymous: TestClient, world: World, bulletin_id: str):
    page = anonymous.get(f"/bulletins/{bulletin_id}").text
    names = re.findall(rf'href="/bulletins/{bulletin_id}/files/([^"]+)"', page)
    assert {name.rsplit(".", 1)[-1] for name in names} >= {"pdf", "xlsx", "csv", "json"}
    for name in names:
        answer = anonymous.get(f"/bulletins/{bulletin_id}/files/{name}")
        assert answer.status_code == 200
        assert len(answer.content) > 100


@pytest.mark.parametrize("name", ["../ledger.sqlite", "..%2f..%2fledger.sqlite", "%2e%2e/x", "无.pdf", "a%00b"])
def test_only_released_files_are_sent(anonymous: TestClient, bulletin_id: str, name: str):
    assert anonymous.get(f"/bulletins/{bulletin_id}/files/{name}").status_code == 404


def test_feed_is_atom(anonymous: TestClient, world: World):
    answer = anonymous.get("/feed.atom")
    root = ElementTree.fromstring(answer.text)  # noqa: S314 (our own bytes)
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    assert world.demo.published.release.bulletin_id in answer.text


def test_search_finds_an_organisation_by_part_of_its_name_and_by_code(anonymous: TestClient, listed: Case):
    for text in (listed.subject_name[:6], listed.identifier_code, listed.identifier_code.lower()):
        assert listed.identifier_code in anonymous.get("/search", params={"q": text}).text


def test_search_for_nothing_printable_asks_nothing(anonymous: TestClient):
    assert "找到" not in anonymous.get("/search", params={"q": "\x00\u202e"}).text


def test_search_repeats_the_question_escaped(anonymous: TestClient):
    page = anonymous.get("/search", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("text", ["%", "_", "'", '"', "\\", "＊"])
def test_search_has_no_wildcards(anonymous: TestClient, text: str):
    answer = anonymous.get("/search", params={"q": text})
    assert answer.status_code == 200
    assert "没有查到" in answer.text


def test_subject_page_has_basis_number_term_and_remedy(anonymous: TestClient, listed: Case):
    answer = anonymous.get(f"/subjects/{listed.identifier_code}")
    for text in (listed.subject_name, listed.decision_no, "依据", "公示截止", "信息纠错"):
        assert text in answer.text
    assert answer.headers["x-robots-tag"].startswith("noindex")


def test_unknown_subject_is_answered_without_saying_more(anonymous: TestClient):
    assert anonymous.get("/subjects/91990101MA00000000").status_code == 404


def test_pages_ask_to_be_checked_before_they_are_shown_again(anonymous: TestClient, bulletin_id: str):
    assert anonymous.get(f"/bulletins/{bulletin_id}").headers["cache-control"] == "no-cache"


def test_an_expired_entry_is_gone_everywhere_without_anybody_doing_anything(
    world: World, bulletin_id: str, listed: Case
):
    later = datetime(listed.max_until_on.year + 1, 1, 1, tzinfo=UTC)
    client = replace(world, app=create_app(world.service.at(FixedClock(later))), signed_in={}).new_client()
    page = client.get(f"/bulletins/{bulletin_id}").text
    assert listed.subject_name not in page
    assert "移出" in page
    assert client.get(f"/subjects/{listed.identifier_code}").status_code == 404
    assert listed.identifier_code not in client.get("/search", params={"q": listed.identifier_code}).text.replace(
        f'value="{listed.identifier_code}"', ""
    ).replace(f"“{listed.identifier_code}”", "")


def test_a_hostile_name_is_shown_as_text(world: World, bulletin_id: str, monkeypatch: pytest.MonkeyPatch):
    view = get_bulletin_view(world.service.reading_room, bulletin_id)
    hostile = json.loads(json.dumps(view.bulletin))
    hostile["black"][0]["name"] = "<script>alert(1)</script>"
    monkeypatch.setattr(issues, "get_bulletin_view", lambda *_: replace(view, bulletin=hostile))
    page = world.client(None).get(f"/bulletins/{bulletin_id}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
