"""Trying a file out on the page: told all of it, keeping nothing, and submitted without a second upload."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from credit_service.web.app import create_app
from credit_service.web.department import finding_table, preview_desk, previews
from tests.functional.web.clerks import MOSTLY_WRONG, Clerks, to_csv, to_text
from tests.functional.web.conftest import World
from tests.integration.batch_desk import Honour

pytestmark = pytest.mark.xdist_group("web")

FIVE = [Honour(n) for n in range(1, 6)]


@pytest.fixture
def clerks(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> Clerks:
    monkeypatch.setattr(previews, "PATIENCE_SECONDS", 60)
    return Clerks(fresh_world)


def try_out(clerks: Clerks, *files: tuple[str, bytes], **fields: str) -> str:
    """Upload files for a trial and return the address of its page."""
    parts = [("file", file) for file in files]
    answer = clerks.post(clerks.clerk, "/department/batches", {"mode": "trial", **fields}, files=parts)
    assert answer.status_code == 303
    return answer.headers["location"]


def traces(clerks: Clerks) -> tuple[int, int, int]:
    """Return how many batches, files of the inbox and records there are."""
    office = clerks.world.service.office
    with office.ledger.reading() as uow, office.warehouse.open() as session:
        records = session.run_query("SELECT count(*) FROM records").item()
        return len(uow.batches.list_newest(None, 99)), len(list(office.places.inbox.rglob("*"))), records


def kept_files(clerks: Clerks) -> list[Path]:
    return list((clerks.world.service.office.places.home / "previews").rglob("*"))


def test_a_trial_tells_what_would_be_stored_refused_and_changed_and_keeps_nothing(clerks: Clerks):
    clerks.send(to_csv(FIVE), "已入库.csv")
    before = traces(clerks)
    changed = [Honour(1, text="市级文明单位"), *FIVE[1:], Honour(6), Honour(7, day="去年")]
    path = try_out(clerks, ("试.csv", to_csv(changed)))
    page = to_text(clerks.clerk.get(path))
    assert "共 7 行：将入库 6，将退回 1" in page
    assert "将新增1 将更正已入库的1 与已入库的相同4" in page
    assert "发现的问题（1）" in to_text(clerks.clerk.get(path, params={"severity": "error"}))
    assert "还没有报送，没有任何数据入库" in page
    assert traces(clerks) == before


def test_a_trial_names_the_candidates_the_records_would_cause(clerks: Clerks, samples: Path):
    sample = samples / "good" / "2026年三季度行政处罚（市场监管局）.xlsx"
    client = clerks.sign_in("market", clerks.world.agencies[0])
    answer = clerks.post(
        client, "/department/batches", {"mode": "trial"}, files={"file": (sample.name, sample.read_bytes())}
    )
    page = to_text(client.get(answer.headers["location"]))
    assert "将新出现的建议（4）" in page
    assert "示范区测试福满9011医药有限公司" in page
    told = client.get(answer.headers["location"] + "/preview.json").json()
    assert len(told["files"][0]["candidates"]) == 4


def test_the_tried_bytes_are_submitted_without_a_second_upload_and_then_gone(clerks: Clerks):
    path = try_out(clerks, ("试.csv", to_csv(FIVE)))
    clerks.clerk.get(path)
    assert kept_files(clerks)
    answer = clerks.post(clerks.clerk, path + "/submit")
    assert answer.status_code == 303
    clerks.world.drain()
    assert "共 5 行：入库 5" in to_text(clerks.clerk.get(answer.headers["location"]))
    assert len(clerks.holding()) == 5
    assert kept_files(clerks) == []
    assert clerks.post(clerks.clerk, path + "/submit").status_code == 404
    assert "这次试算的结果已经不在了" in to_text(clerks.clerk.get(path))


def test_a_correction_stays_one_through_the_trial(clerks: Clerks):
    first = clerks.send(to_csv(FIVE), "九月.csv").rpartition("/")[2]
    path = try_out(clerks, ("别名.csv", to_csv([*FIVE, Honour(6)])), corrects=first)
    assert first in clerks.clerk.get(path).text
    batch = clerks.post(clerks.clerk, path + "/submit").headers["location"]
    clerks.world.drain()
    assert f'href="/department/batches/{first}"' in clerks.clerk.get(batch).text


def test_a_trial_of_what_would_be_held_says_why(clerks: Clerks):
    page = to_text(clerks.clerk.get(try_out(clerks, ("乱.csv", to_csv(MOSTLY_WRONG)))))
    assert "报送后不会马上入库，要由另一人确认" in page
    assert clerks.batches() == []


def test_a_trial_of_a_file_sent_before_says_so(clerks: Clerks):
    clerks.send(to_csv(FIVE))
    assert "同样的文件以前报送过" in to_text(clerks.clerk.get(try_out(clerks, ("再.csv", to_csv(FIVE)))))


def test_several_files_and_members_of_a_zip_are_told_one_by_one(clerks: Clerks, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(finding_table, "FINDINGS_PER_PAGE", 2)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("包里.csv", to_csv([Honour(n, day="去年") for n in range(10, 14)]))
        archive.writestr("扫描.pdf", b"%PDF-1.7")
    path = try_out(clerks, ("单独.csv", to_csv(FIVE)), ("包.zip", packed.getvalue()), ("空.csv", b""))
    page = to_text(clerks.clerk.get(path))
    assert "2 个文件" in page
    assert "文件“扫描.pdf”不能接收" in page
    assert "文件“空.csv”不能接收" in page
    second = clerks.clerk.get(path, params={"file": 1, "page": 2})
    assert "发现的问题（4）" in to_text(second)
    assert "第 2 页，共 2 页" in to_text(second)
    assert "file=1&amp;page=1" in second.text
    answer = clerks.post(clerks.clerk, path + "/submit")
    clerks.world.drain()
    assert "收到 2 个文件，2 个没有接收" in to_text(answer)
    assert clerks.batches() == ["stored", "stored"]


def test_a_trial_with_nothing_usable_offers_nothing_to_submit(clerks: Clerks):
    page = clerks.clerk.get(try_out(clerks, ("空.csv", b"")))
    assert "文件是空的" in to_text(page)
    assert "/submit" not in page.text


def test_another_sign_in_opens_nothing_of_a_trial(clerks: Clerks):
    path = try_out(clerks, ("试.csv", to_csv(FIVE)))
    clerks.clerk.get(path)
    for other in (clerks.second, clerks.foreign):
        for suffix in ("", "/progress", "/preview.json"):
            assert other.get(path + suffix).status_code == 404
        for suffix in ("/submit", "/discard"):
            assert clerks.post(other, path + suffix).status_code == 404
    assert clerks.clerk.get(path).status_code == 200


def test_a_trial_is_let_go_of(clerks: Clerks):
    path = try_out(clerks, ("试.csv", to_csv(FIVE)))
    clerks.clerk.get(path)
    assert clerks.clerk.post(path + "/discard").status_code == 403, "only with the form's token"
    assert clerks.post(clerks.clerk, path + "/discard").status_code == 303
    assert kept_files(clerks) == []
    assert clerks.clerk.get(path).status_code == 404


def test_who_tries_out_again_and_again_keeps_the_last_three(clerks: Clerks):
    paths = [try_out(clerks, (f"{n}.csv", to_csv(FIVE[:n]))) for n in range(1, 5)]
    assert [clerks.clerk.get(path).status_code for path in paths] == [404, 200, 200, 200]
    assert len([path for path in kept_files(clerks) if path.is_file()]) == 3


def test_after_an_hour_the_files_are_gone(clerks: Clerks, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(preview_desk, "KEPT_SECONDS", 0.5)
    path = try_out(clerks, ("试.csv", to_csv(FIVE)))
    deadline = time.monotonic() + 30
    while kept_files(clerks) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert kept_files(clerks) == []
    assert clerks.clerk.get(path).status_code == 404
    assert clerks.post(clerks.clerk, path + "/submit").status_code == 404


def test_what_an_earlier_process_left_behind_is_swept_away(clerks: Clerks):
    path = try_out(clerks, ("试.csv", to_csv(FIVE)))
    clerks.clerk.get(path)
    [folder] = [found for found in kept_files(clerks) if found.is_dir()]
    assert folder.stat().st_mode & 0o077 == 0, "nobody but the service looks in"
    os.utime(folder, (0, 0))
    create_app(clerks.world.service)
    assert kept_files(clerks) == []


def test_a_long_trial_shows_how_far_it_is(clerks: Clerks, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(previews, "PATIENCE_SECONDS", 0)
    path = try_out(clerks, ("试.csv", to_csv(FIVE)))
    app = clerks.world.app
    kept = next(iter(app.state.previews._kept.values()))
    kept.is_done.wait(60)
    done = clerks.clerk.get(path + "/progress")
    assert done.headers["HX-Redirect"] == path
    kept.is_done.clear()
    waiting = clerks.clerk.get(path)
    assert "正在试算，不会入库" in to_text(waiting)
    assert f'hx-get="{path}/progress"' in waiting.text
    assert '<noscript><meta http-equiv="refresh"' in waiting.text
    assert clerks.post(clerks.clerk, path + "/submit").status_code == 422, "not before the result was seen"


def test_the_whole_result_is_one_json_object(clerks: Clerks):
    path = try_out(clerks, ("试.csv", to_csv([*FIVE, Honour(9, day="去年")])), ("空.csv", b""))
    told = json.loads(clerks.clerk.get(path + "/preview.json").text)
    assert [file["rows"] for file in told["files"]] == [6]
    assert len(told["files"][0]["findings"]) == 1
    assert told["refused"][0]["file"] == "空.csv"
