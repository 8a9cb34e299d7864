"""A department uploads, reads its report and fetches the marked workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from credit_service.domain.agency import Role
from credit_service.errors import AccountExists
from credit_service.pipeline.accounts import NewAccount, add_account
from credit_service.pipeline.agencies import list_agencies

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


@pytest.fixture
def manifest(samples: Path):
    with (samples / "manifest.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _upload(world: World, client: TestClient, path: Path, name: str | None = None):
    form = {"csrf": world.token(client)}
    answer = client.post("/department/batches", data=form, files={"file": (name or path.name, path.read_bytes())})
    world.drain()
    return answer


@pytest.fixture
def clerk(empty_world: World, manifest: list[dict[str, str]]):
    """A clerk of the agency that sends the first sample, in a service without data."""
    new = NewAccount("sample-clerk", "报送员", manifest[0]["agency_code"], Role.SUBMITTER, "a-long-enough-phrase")
    with suppress(AccountExists):
        add_account(empty_world.service.office, new)
    client = empty_world.new_client()
    assert empty_world.sign_in(client, "sample-clerk", "a-long-enough-phrase").status_code == 303
    return client


def test_first_visit_says_how_to_start(first_day: World):
    page = first_day.client(Role.SUBMITTER).get("/department").text
    assert "还没有报送过数据" in page
    assert "把文件拖到这里" in page


def test_upload_leads_to_a_report_with_row_column_value_and_remedy(
    empty_world: World, clerk: TestClient, manifest: list[dict[str, str]], samples: Path
):
    entry = manifest[0]
    answer = _upload(empty_world, clerk, samples / entry["file"])
    assert answer.status_code == 303
    url = answer.headers["location"].partition("?")[0]
    report = clerk.get(url + "/findings.json").json()
    assert (report["rows"], report["accepted"], report["rejected"]) == tuple(
        int(entry[name]) for name in ("rows", "accepted", "rejected")
    )
    page = clerk.get(url).text
    finding = report["findings"][0]
    assert f">{finding['row']}</td>" in page
    assert finding["column"] in page
    assert finding["message"][:10] in page


def test_the_same_file_again_is_one_batch_and_says_so(
    empty_world: World, clerk: TestClient, manifest: list[dict[str, str]], samples: Path
):
    first, again = (_upload(empty_world, clerk, samples / manifest[1]["file"]) for _ in range(2))
    assert again.headers["location"] == first.headers["location"].partition("?")[0] + "?repeated=1"
    assert "没有重复入库" in clerk.get(again.headers["location"]).text


def test_findings_can_be_filtered_by_rule(
    empty_world: World, clerk: TestClient, manifest: list[dict[str, str]], samples: Path
):
    url = _upload(empty_world, clerk, samples / manifest[0]["file"]).headers["location"].partition("?")[0]
    findings = clerk.get(url + "/findings.json").json()["findings"]
    rule = findings[0]["rule"]
    of_rule = sum(finding["rule"] == rule for finding in findings)
    assert f"发现的问题（{of_rule}）" in clerk.get(url, params={"rule": rule}).text


def test_marked_workbook_is_a_workbook(
    empty_world: World, clerk: TestClient, manifest: list[dict[str, str]], samples: Path
):
    url = _upload(empty_world, clerk, samples / manifest[0]["file"]).headers["location"].partition("?")[0]
    answer = clerk.get(url + "/errors.xlsx")
    assert "attachment" in answer.headers["content-disposition"]
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


@pytest.mark.parametrize("name", ["空文件.csv", "扫描件改名.xlsx"])
def test_a_file_refused_as_a_whole_says_why_on_the_same_page(
    empty_world: World, clerk: TestClient, samples: Path, name: str
):
    answer = _upload(empty_world, clerk, samples / "bad" / name)
    assert answer.status_code == 422
    assert "怎么办" in answer.text
    assert name in answer.text
    assert "把文件拖到这里" in answer.text


def test_no_file_chosen_says_so(empty_world: World, clerk: TestClient):
    answer = clerk.post("/department/batches", data={"csrf": empty_world.token(clerk)})
    assert answer.status_code == 422
    assert "没有选择文件" in answer.text


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "C:\\fakepath\\a.csv", "a\u202exslx.csv", "<script>x</script>.csv", "a" * 300 + ".csv"]
)
def test_hostile_file_names_are_only_names(empty_world: World, clerk: TestClient, samples: Path, name: str):
    answer = _upload(empty_world, clerk, samples / "bad" / "空文件.csv", name)
    assert answer.status_code == 422
    assert "<script>x" not in answer.text
    assert ".." not in answer.text.partition("文件“")[2].partition("”")[0]
    assert "\u202e" not in answer.text


def test_nobody_unknown_can_fill_the_disk(empty_world: World):
    client = empty_world.new_client()
    answer = client.post("/department/batches", files={"file": ("a.csv", b"x" * 1000)})
    assert answer.status_code == 401


def test_blank_template_has_the_headers(empty_world: World, clerk: TestClient):
    page = clerk.get("/department").text
    template_id = page.partition("/department/templates/")[2].partition(".xlsx")[0]
    answer = clerk.get(f"/department/templates/{template_id}.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "," in answer.text


def test_an_overseer_reads_all_batches_and_cannot_upload(world: World):
    page = world.client(Role.AUDITOR).get("/department").text
    assert "所有单位的批次" in page
    assert 'type="file"' not in page
    assert len(list_agencies(world.service.office)) > 1


def test_signed_in_pages_are_not_kept(world: World):
    assert world.client(Role.AUDITOR).get("/department").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("good/诚信之星（含本人同意）.xlsx", "无权报送"),
        ("bad/别的表格_值班表.csv", "模板"),
        ("bad/缺少栏目.csv", "缺少必需的列"),
    ],
)
def test_a_table_refused_as_a_whole_says_why_on_its_page_and_takes_the_mended_file(
    empty_world: World, clerk: TestClient, samples: Path, name: str, why: str
):
    answer = _upload(empty_world, clerk, samples / name)
    page = clerk.get(answer.headers["location"]).text
    assert "整个文件被退回，没有入库" in page
    assert why in page
    assert "把更正后的文件拖到这里" in page
