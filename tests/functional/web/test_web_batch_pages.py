"""The report of a batch and what a department does with it: read on, release, take back, correct."""

from __future__ import annotations

import io
import zipfile

import pytest

from credit_service.domain.agency import Role
from credit_service.errors import WarehouseBusy
from credit_service.pipeline import worker
from credit_service.warehouse.connection import Warehouse
from credit_service.web.department import finding_table, uploads
from tests.functional.web.clerks import MOSTLY_WRONG, Clerks, to_csv, to_text
from tests.functional.web.conftest import World
from tests.integration.batch_desk import Honour

pytestmark = pytest.mark.xdist_group("web")

FIVE = [Honour(n) for n in range(1, 6)]
REASON = {"reason": "核对过原件"}


@pytest.fixture
def clerks(fresh_world: World) -> Clerks:
    return Clerks(fresh_world)


# --- queue and progress -----------------------------------------------------------------------------------------------


def test_an_upload_is_received_and_its_page_shows_how_far_it_is(clerks: Clerks):
    clerks.post(clerks.clerk, "/department/batches", files={"file": ("先到.csv", to_csv(FIVE))})
    answer = clerks.post(clerks.clerk, "/department/batches", files={"file": ("后到.csv", to_csv(FIVE[:2]))})
    path = answer.headers["location"]
    page = clerks.clerk.get(path)
    assert "前面还有 1 批" in to_text(page)
    assert f'hx-get="{path}/progress"' in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert clerks.batches() == ["received", "received"]
    waiting = clerks.clerk.get(path + "/progress")
    assert "<progress" in waiting.text
    assert "HX-Redirect" not in waiting.headers
    clerks.world.drain()
    assert clerks.clerk.get(path + "/progress").headers["HX-Redirect"] == path
    assert "共 2 行：入库 2，退回 0" in to_text(clerks.clerk.get(path))


def test_a_page_whose_sign_in_has_ended_goes_to_the_sign_in_as_a_whole(clerks: Clerks):
    path = clerks.send(to_csv(FIVE))
    asked = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{path}"}
    answer = clerks.world.new_client().get(path + "/progress", headers=asked)
    assert answer.headers["HX-Redirect"] == f"/sign-in?next={path}"
    assert answer.text == ""


def test_progress_counts_rows_while_the_worker_is_at_it(clerks: Clerks, monkeypatch: pytest.MonkeyPatch):
    seen: list[str] = []
    answer = clerks.post(clerks.clerk, "/department/batches", files={"file": ("a.csv", to_csv(FIVE))})
    path = answer.headers["location"]
    note = clerks.world.worker._note

    def look(*told: object) -> None:
        note(*told)
        seen.append(to_text(clerks.clerk.get(path + "/progress")))

    monkeypatch.setattr(clerks.world.worker, "_note", look)
    clerks.world.drain()
    assert any("已检查 5 行" in text for text in seen)


def test_a_file_that_trips_a_bug_says_so_and_is_not_lost(clerks: Clerks, monkeypatch: pytest.MonkeyPatch):
    def trip(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(worker, "store_received", trip)
        path = clerks.send(to_csv(FIVE))
    page = clerks.clerk.get(path)
    assert "检查时程序出现故障" in to_text(page)
    assert "不会丢失" in to_text(page)
    assert "/progress" not in page.text
    list(worker.QueueWorker(clerks.world.service.office).drain())
    assert "共 5 行：入库 5" in to_text(clerks.clerk.get(path))


def test_a_busy_warehouse_takes_nothing_from_the_page_but_the_findings(clerks: Clerks, monkeypatch: pytest.MonkeyPatch):
    path = clerks.send(to_csv([*FIVE, Honour(6, day="去年")]))

    def busy(_: Warehouse) -> None:
        message = "忙"
        raise WarehouseBusy(message)

    monkeypatch.setattr(Warehouse, "open", busy)
    page = clerks.clerk.get(path)
    assert page.status_code == 200
    assert "共 6 行：入库 5，退回 1" in to_text(page)
    assert "数据库正在处理别的任务" in to_text(page)


def test_several_files_and_a_zip_at_once_are_batches_of_their_own(clerks: Clerks):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("包里.csv", to_csv(FIVE[:3]))
        archive.writestr("说明.pdf", b"%PDF-1.7")
    files = [
        ("file", ("单独.csv", to_csv(FIVE))),
        ("file", ("一包.zip", packed.getvalue())),
        ("file", ("空.csv", b"")),
    ]
    page = clerks.post(clerks.clerk, "/department/batches", files=files)
    text = to_text(page)
    assert page.status_code == 200
    assert "收到 2 个文件，2 个没有接收" in text
    assert "文件“说明.pdf”没有接收" in text
    assert "文件“空.csv”没有接收" in text
    assert page.text.count("怎么办：") == 2
    clerks.world.drain()
    assert clerks.batches() == ["stored", "stored"]
    batch = page.text.partition('href="/department/batches/')[2].partition('"')[0]
    assert "共" in to_text(clerks.clerk.get(f"/department/batches/{batch}"))


# --- findings ---------------------------------------------------------------------------------------------------------


def test_findings_are_filtered_by_severity_rule_column_and_paged(clerks: Clerks, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(finding_table, "FINDINGS_PER_PAGE", 3)
    rows = [*FIVE, *(Honour(n, day="去年") for n in range(6, 11)), Honour(11, text="")]
    path = clerks.send(to_csv(rows))
    every = clerks.clerk.get(path + "/findings.json").json()["findings"]
    dates = [one for one in every if one["rule"] == "date-format"]
    first = clerks.clerk.get(path)
    assert f"发现的问题（{len(every)}）" in to_text(first)
    assert "日期无法识别" in to_text(first), "a rule has a name people understand"
    by_rule = to_text(clerks.clerk.get(path, params={"rule": "date-format"}))
    assert f"发现的问题（{len(dates)}）" in by_rule
    by_column = to_text(clerks.clerk.get(path, params={"column": dates[0]["column"], "severity": "error"}))
    assert f"发现的问题（{len(dates)}）" in by_column
    assert "没有符合筛选条件的问题" in to_text(clerks.clerk.get(path, params={"rule": "enum"}))
    shown = "".join(clerks.clerk.get(path, params={"page": page}).text for page in (1, 2, 3, 4))
    assert all(f'class="numeric">{one["row"]}</td>' in shown for one in every)
    last = to_text(clerks.clerk.get(path, params={"page": 999}))
    assert f"第 {-(-len(every) // 3)} 页" in last


def test_findings_of_a_sheet(clerks: Clerks):
    from openpyxl import Workbook

    from tests.integration.batch_desk import HEADERS

    book = Workbook()
    for name, serial in (("上半年", 1), ("下半年", 2)):
        sheet = book.create_sheet(name)
        sheet.append(HEADERS)
        sheet.append(Honour(serial, day="去年").cells())
    book.remove(book.worksheets[0])
    content = io.BytesIO()
    book.save(content)
    path = clerks.send(content.getvalue(), "两张表.xlsx")
    assert "发现的问题（2）" in to_text(clerks.clerk.get(path))
    assert "发现的问题（1）" in to_text(clerks.clerk.get(path, params={"sheet": "下半年"}))


# --- history ----------------------------------------------------------------------------------------------------------


def test_history_is_filtered_by_status_template_and_month_and_paged(clerks: Clerks, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(uploads, "BATCHES_PER_PAGE", 2)
    for number in range(3):
        clerks.send(to_csv(FIVE[: number + 1]), f"第{number}个.csv")
    clerks.send(b"a,b\n1,2\n", "不认识.csv")
    refused = to_text(clerks.clerk.get("/department", params={"status": "refused"}))
    assert "不认识.csv" in refused
    assert "第0个.csv" not in refused
    stored = {"status": "stored", "template": "red_org", "month": "2026-10"}
    assert "（3）" in to_text(clerks.clerk.get("/department", params=stored))
    assert "第 2 页，共 2 页" in to_text(clerks.clerk.get("/department", params={**stored, "page": 2}))
    assert "没有符合条件的批次" in to_text(clerks.clerk.get("/department", params={"month": "2020-01"}))
    assert "月份“十月”无法识别" in to_text(clerks.clerk.get("/department", params={"month": "十月"}))


# --- held and released ------------------------------------------------------------------------------------------------


def test_a_held_batch_says_why_and_its_sender_cannot_release_it(clerks: Clerks):
    path = clerks.send(to_csv(MOSTLY_WRONG))
    page = clerks.clerk.get(path)
    assert "整批看起来不正常，暂未入库，等待确认" in to_text(page)
    assert "发现的问题（30）" in to_text(page)
    assert f'action="{path}/release"' not in page.text
    refused = clerks.post(clerks.clerk, path + "/release", REASON)
    assert refused.status_code == 403
    assert "报送人不能放行自己报送的批次" in to_text(refused)
    assert clerks.holding() == []


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.REVIEWER, Role.ADMINISTRATOR])
def test_a_second_person_releases_a_held_batch_with_a_reason(clerks: Clerks, role: Role):
    path = clerks.send(to_csv(MOSTLY_WRONG))
    other = clerks.sign_in(f"other-{role.value}", role=role)
    assert f'action="{path}/release"' in other.get(path).text
    assert clerks.post(other, path + "/release", {"reason": " "}).status_code == 422
    answer = clerks.post(other, path + "/release", REASON)
    assert answer.status_code == 303
    page = to_text(other.get(answer.headers["location"]))
    assert "已放行并入库" in page
    assert "核对过原件" in page
    assert len(clerks.holding()) == 10


def test_a_release_while_the_warehouse_is_busy_is_stored_by_the_worker(clerks: Clerks, monkeypatch: pytest.MonkeyPatch):
    path = clerks.send(to_csv(MOSTLY_WRONG))

    def busy(_: Warehouse) -> None:
        message = "忙"
        raise WarehouseBusy(message)

    with monkeypatch.context() as patch:
        patch.setattr(Warehouse, "open", busy)
        answer = clerks.post(clerks.second, path + "/release", REASON)
    assert answer.headers["location"] == path + "?done=released-later"
    assert "已放行，正在等待入库" in to_text(clerks.clerk.get(answer.headers["location"]))
    clerks.world.drain()
    assert len(clerks.holding()) == 10


# --- taken back and corrected -----------------------------------------------------------------------------------------


def test_a_batch_is_taken_back_with_a_reason(clerks: Clerks):
    path = clerks.send(to_csv(FIVE))
    assert clerks.post(clerks.clerk, path + "/withdraw", {"reason": ""}).status_code == 422
    answer = clerks.post(clerks.clerk, path + "/withdraw", {"reason": "报错了月份"})
    assert "已撤回" in to_text(clerks.clerk.get(answer.headers["location"]))
    assert clerks.holding() == []
    again = clerks.post(clerks.clerk, path + "/withdraw", {"reason": "再来"})
    assert again.status_code == 409
    assert "没有办成" in to_text(again)
    assert f'action="{path}/withdraw"' not in clerks.clerk.get(path).text


def test_one_record_is_taken_back_from_the_list(clerks: Clerks):
    path = clerks.send(to_csv(FIVE))
    page = clerks.clerk.get(path + "/records")
    assert "本批的记录（5）" in to_text(page)
    form = page.text.partition(f'action="{path}/records/')[2].partition('"')[0]
    answer = clerks.post(clerks.clerk, f"{path}/records/{form}", {"reason": "不是本单位认定的"})
    assert answer.headers["location"] == f"{path}/records?done=withdrawn"
    assert len(clerks.holding()) == 4
    assert to_text(clerks.clerk.get(path + "/records")).count("已撤回") == 1


def test_a_corrected_copy_shows_what_it_changed_and_what_it_left_out(clerks: Clerks):
    first = clerks.send(to_csv(FIVE), "九月.csv")
    changed = [Honour(1, text="市级文明单位"), *FIVE[1:4]]
    copy = clerks.send(to_csv(changed), "九月改.csv", corrects=first.rpartition("/")[2])
    page = to_text(clerks.clerk.get(copy))
    assert "新增0 更正已入库的1 与已入库的相同3" in page
    assert "前一批中有 1 行没有出现在本批中，仍然有效" in page
    assert "九月.csv" in page
    assert "九月改.csv" in to_text(clerks.clerk.get(first))
    left_out = clerks.clerk.get(copy + "/left-out")
    assert "示文明〔2026〕5号" in to_text(left_out)
    form = left_out.text.partition(f'action="{copy}/records/')[2].partition('"')[0]
    fields = {"reason": "五号不该报", "seen_in": "left-out"}
    answer = clerks.post(clerks.clerk, f"{copy}/records/{form}", fields)
    assert answer.headers["location"] == f"{copy}/left-out?done=withdrawn"
    assert clerks.holding() == [f"示文明〔2026〕{n}号" for n in range(1, 5)]
    assert "没有出现在本批中" not in to_text(clerks.clerk.get(copy))


# --- who may ----------------------------------------------------------------------------------------------------------


def test_another_agency_sees_and_does_nothing_with_a_batch(clerks: Clerks):
    path = clerks.send(to_csv(FIVE))
    record = clerks.clerk.get(path + "/records").text.partition(f'action="{path}/records/')[2].partition("/")[0]
    for suffix in ("", "/progress", "/state", "/records", "/left-out", "/errors.xlsx", "/findings.json"):
        assert clerks.foreign.get(path + suffix).status_code == 404
    for suffix in ("/release", "/withdraw", f"/records/{record}/withdraw"):
        assert clerks.post(clerks.foreign, path + suffix, REASON).status_code == 404
    mine = clerks.foreign
    upload = clerks.post(
        mine, "/department/batches", {"corrects": path.rpartition("/")[2]}, files={"file": ("a.csv", b"x,y\n1,2")}
    )
    assert upload.status_code == 404
    assert len(clerks.holding()) == 5


def test_a_record_of_another_agency_cannot_be_taken_back_through_ones_own_batch(clerks: Clerks):
    path = clerks.send(to_csv(FIVE))
    record = clerks.clerk.get(path + "/records").text.partition(f'action="{path}/records/')[2].partition("/")[0]
    office = clerks.world.service.office
    from credit_service.pipeline.receive import Submission, receive_submission

    own = office.places.home / "own.csv"
    own.write_bytes(to_csv(FIVE[:1]))
    batch = receive_submission(office, Submission(own, "own.csv", clerks.world.agencies[1], "foreign")).batches[0]
    answer = clerks.post(
        clerks.foreign, f"/department/batches/{batch.batch_id}/records/{record}/withdraw", {"reason": "试试别人的"}
    )
    assert answer.status_code == 404
    assert len(clerks.holding()) == 5


@pytest.mark.parametrize("suffix", ["/release", "/withdraw", "/records/x/withdraw"])
def test_a_form_without_its_token_does_nothing(clerks: Clerks, suffix: str):
    path = clerks.send(to_csv(FIVE))
    assert clerks.clerk.post(path + suffix, data=REASON).status_code == 403
    foreign_page = clerks.clerk.post(path + suffix, data=REASON, headers={"Origin": "https://evil.example"})
    assert foreign_page.status_code == 403
    assert len(clerks.holding()) == 5


def test_fifty_thousand_findings_are_all_there(clerks: Clerks):
    rows = [Honour(n, day="去年") for n in range(1, 50_001)]
    path = clerks.send(to_csv(rows), "大.csv")
    clerks.post(clerks.second, path + "/release", REASON)
    report = clerks.clerk.get(path + "/findings.json").json()
    assert len(report["findings"]) == 50_000
    assert report["rejected"] == 50_000
    assert "发现的问题（50,000）" in to_text(clerks.clerk.get(path))
    last = to_text(clerks.clerk.get(path, params={"page": 1000}))
    assert "50001" in last
