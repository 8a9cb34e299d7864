"""Systems hand in batches: exactly once, followed by a status address, with findings page by page."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

import pytest

from credit_service.pipeline.accounts import add_key
from credit_service.pipeline.worker import QueueWorker
from credit_service.web.agency import batches

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

URL = "/api/v1/batches"
SAMPLE = "good/行政处罚9月补报（市场监管局）.csv"


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


@pytest.fixture
def client(world: World) -> TestClient:
    client = world.new_client()
    client.headers["Authorization"] = f"Bearer {world.key}"
    return client


@pytest.fixture
def sample(samples: Path) -> bytes:
    return (samples / SAMPLE).read_bytes()


def _send(client: TestClient, content: bytes, name: str = "处罚.csv", **headers: str):
    return client.post(URL, files={"file": (name, content)}, headers=headers)


def _path(answer) -> str:
    return answer.headers["location"].partition("/api/")[1] + answer.headers["location"].partition("/api/")[2]


def _records(world: World) -> int:
    with world.service.office.warehouse.open() as session:
        return session.run_query("SELECT count(*) FROM records").item()


def test_a_submission_is_answered_at_once_and_followed_by_its_address(world: World, client: TestClient, sample: bytes):
    answer = _send(client, sample)
    assert answer.status_code == 202
    [batch] = answer.json()["batches"]
    assert answer.headers["location"] == batch["url"]
    waiting = client.get(_path(answer)).json()
    assert (waiting["status"], waiting["effects"], waiting["rows"]) == ("received", None, 0)
    world.drain()
    done = client.get(_path(answer)).json()
    assert (done["status"], done["rows"], done["accepted"], done["rejected"]) == ("stored", 16, 13, 3)
    assert done["effects"] == {"new": 13, "replaced": 0, "unchanged": 0}
    assert done["links"]["findings"].endswith(f"{batch['batch_id']}/findings")


@pytest.mark.parametrize(
    "written",
    [quote("处罚.csv"), "UTF-8''" + quote("处罚.csv"), "处罚.csv".encode()],
    ids=["percent", "rfc5987", "bare"],
)
def test_a_bare_body_is_a_file_too(client: TestClient, sample: bytes, written: str | bytes):
    headers = {"Content-Type": "text/csv", "X-File-Name": written}
    answer = client.post(URL, content=sample, headers=headers)
    assert answer.status_code == 202
    assert answer.json()["batches"][0]["file"] == "处罚.csv"
    assert answer.json()["batches"][0]["batch_id"] == _send(client, sample).json()["batches"][0]["batch_id"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"content": b"a,b\n1,2\n", "headers": {"Content-Type": "text/csv"}}, "header.X-File-Name"),
        ({"files": {"other": ("a.csv", b"x")}}, "body.file"),
    ],
    ids=["no name", "no file"],
)
def test_what_is_missing_is_named(client: TestClient, sent: dict[str, object], field: str):
    answer = client.post(URL, **sent)
    assert answer.status_code == 422
    assert field in answer.json()["attributes"]["problems"]


def test_the_same_key_with_the_same_bytes_gives_the_same_answer(world: World, client: TestClient, sample: bytes):
    first = _send(client, sample, **{"Idempotency-Key": "2026-09-01"})
    world.drain()
    again = _send(client, sample, **{"Idempotency-Key": "2026-09-01"})
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert _records(world) == 13


def test_the_same_key_with_other_bytes_is_a_conflict_and_leaves_nothing(
    world: World, client: TestClient, sample: bytes
):
    _send(client, sample, **{"Idempotency-Key": "K1"})
    answer = _send(client, sample + b"\n", **{"Idempotency-Key": "K1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate_batch")
    assert answer.headers["content-type"] == "application/problem+json"
    with world.service.office.ledger.reading() as uow:
        assert len(uow.batches.list_newest(None, 9)) == 1


@pytest.mark.parametrize("key", [None, "one-name"], ids=["bytes only", "idempotency key"])
def test_eight_at_once_are_one_batch_with_its_records_once(
    world: World, client: TestClient, sample: bytes, key: str | None
):
    headers = {"Idempotency-Key": key} if key else {}
    world.worker.start()
    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: _send(client, sample, **headers), range(8)))
    finally:
        world.worker.stop_and_wait()
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["batches"][0]["batch_id"] for answer in answers}) == 1
    list(QueueWorker(world.service.office).drain())
    assert _records(world) == 13
    with world.service.office.ledger.reading() as uow:
        assert [batch.status.value for batch in uow.batches.list_newest(None, 9)] == ["stored"]


def test_a_zip_is_taken_apart_and_what_is_refused_is_named(
    world: World, client: TestClient, samples: Path, sample: bytes
):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("九月.csv", sample)
        archive.writestr("扫描件.xlsx", (samples / "bad/扫描件改名.xlsx").read_bytes())
    answer = _send(client, packed.getvalue(), "九月.zip").json()
    assert [batch["file"] for batch in answer["batches"]] == ["九月.csv"]
    [refused] = answer["refused"]
    assert (refused["file"], refused["code"]) == ("扫描件.xlsx", "unreadable_file")
    assert refused["remedy"]
    world.drain()
    assert _records(world) == 13


def test_bytes_that_are_no_table_are_a_problem_and_leave_nothing(world: World, client: TestClient):
    answer = _send(client, b"%PDF-1.7 nothing", "表.pdf")
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_file")
    with world.service.office.ledger.reading() as uow:
        assert uow.batches.list_newest(None, 9) == []


def test_a_file_that_fits_no_template_is_refused_at_its_address(world: World, client: TestClient, samples: Path):
    answer = _send(client, (samples / "bad/别的表格_值班表.csv").read_bytes())
    assert answer.status_code == 202
    world.drain()
    told = client.get(_path(answer)).json()
    assert told["status"] == "refused"
    assert told["refusal"]
    assert client.get(_path(answer) + "/findings").json() == {"findings": [], "next": None}


def test_all_findings_come_page_by_page(
    world: World, client: TestClient, sample: bytes, monkeypatch: pytest.MonkeyPatch
):
    answer = _send(client, sample)
    world.drain()
    whole = client.get(_path(answer) + "/findings").json()["findings"]
    monkeypatch.setattr(batches, "FINDINGS_PER_PAGE", 1)
    pages, path = [], _path(answer) + "/findings"
    while path:
        page = client.get(path)
        pages += page.json()["findings"]
        path = page.json()["next"]
        assert page.headers.get("link") == (f'<{path}>; rel="next"' if path else None)
    assert pages == whole
    assert len(whole) == 3


def test_findings_of_an_unchecked_batch_are_not_told_yet(client: TestClient, sample: bytes):
    answer = client.get(_path(_send(client, sample)) + "/findings")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")


@pytest.mark.parametrize("cursor", ["x", "W10", "WyIiLC0xLDBd", "%00", "W251bGwsMSwxXQ"])
def test_a_cursor_of_ones_own_making_is_refused(world: World, client: TestClient, sample: bytes, cursor: str):
    answer = _send(client, sample)
    world.drain()
    refused = client.get(_path(answer) + f"/findings?cursor={cursor}")
    assert (refused.status_code, refused.json()["code"]) == (410, "cursor_expired")


def test_a_trial_tells_all_and_keeps_nothing(world: World, client: TestClient, sample: bytes):
    answer = client.post(URL + "/preview", files={"file": ("处罚.csv", sample)})
    assert answer.status_code == 200
    [file] = answer.json()["files"]
    assert (file["rows"], file["accepted"], file["effects"]["new"], len(file["findings"])) == (16, 13, 13, 3)
    assert _records(world) == 0
    office = world.service.office
    with office.ledger.reading() as uow:
        assert uow.batches.list_newest(None, 9) == []
    assert list(office.places.inbox.rglob("*")) == []


def test_a_corrected_copy_links_and_replaces_only_what_changed(world: World, client: TestClient, sample: bytes):
    first = _send(client, sample).json()["batches"][0]["batch_id"]
    world.drain()
    text = sample.decode("gb18030")
    changed = text.replace("发布违法广告", "发布虚假广告", 1).encode("gb18030")
    answer = client.post(URL, files={"file": ("更正.csv", changed)}, data={"corrects": first})
    world.drain()
    told = client.get(_path(answer)).json()
    assert told["corrects"] == first
    assert told["effects"] == {"new": 0, "replaced": 1, "unchanged": 12}
    assert client.get(f"{URL}/{first}").json()["corrected_by"] == [told["batch_id"]]


def test_a_copy_of_an_unknown_batch_is_not_taken(client: TestClient, sample: bytes):
    answer = client.post(URL, params={"corrects": "B0"}, files={"file": ("a.csv", sample)})
    assert (answer.status_code, answer.json()["code"]) == (404, "batch_not_found")


def test_withdrawing_takes_effect_once(world: World, client: TestClient, sample: bytes):
    answer = _send(client, sample)
    world.drain()
    taken_back = client.post(_path(answer) + "/withdraw", json={"reason": "报错了月份"})
    assert (taken_back.json()["status"], taken_back.json()["records"]) == ("withdrawn", 13)
    again = client.post(_path(answer) + "/withdraw", json={"reason": "再来一次"})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    assert client.post(_path(answer) + "/withdraw", json={"reason": " "}).status_code == 422


def test_another_agencys_batch_is_unknown(world: World, client: TestClient, sample: bytes):
    path = _path(_send(client, sample))
    world.drain()
    foreign = add_key(world.service.office, world.agencies[1], ("batches",)).secret
    headers = {"Authorization": f"Bearer {foreign}"}
    for answer in (
        client.get(path, headers=headers),
        client.get(path + "/findings", headers=headers),
        client.post(path + "/withdraw", json={"reason": "不是我的"}, headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "batch_not_found")


def test_a_key_without_the_scope_hands_nothing_in(world: World, client: TestClient, sample: bytes):
    narrow = add_key(world.service.office, world.agencies[0], ("checks",)).secret
    answer = _send(client, sample, Authorization=f"Bearer {narrow}")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_denied")


def test_nobody_unknown_can_fill_the_disk(world: World):
    answer = world.new_client().post(URL, content=b"x" * 100_000, headers={"X-File-Name": "a.csv"})
    assert answer.status_code == 401


def test_a_body_over_the_limit_is_a_problem(client: TestClient):
    answer = client.post(URL + "/preview", content=b"x" * (batches.PREVIEW_BODY + 1), headers={"X-File-Name": "a.csv"})
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")


def test_a_refused_file_sent_again_is_judged_anew(world: World, client: TestClient, samples: Path):
    """Nothing goes back into the queue, yet who was given the permission since does not have to change the file."""
    content = (samples / "bad/别的表格_值班表.csv").read_bytes() + uuid4().hex.encode()
    path = _path(_send(client, content))
    world.drain()
    assert _path(_send(client, content)) == path
    assert client.get(path).json()["status"] == "refused"
