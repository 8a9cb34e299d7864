"""The life of a batch on real stores: held, released, corrected, withdrawn, sent again; and the dry run beside it."""

from __future__ import annotations

import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from credit_service.bootstrap import build_service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.batch import BatchStatus, Effects
from credit_service.domain.clock import FixedClock
from credit_service.errors import (
    BatchNotFound,
    DuplicateBatch,
    EvidenceMissing,
    IllegalTransition,
    SamePerson,
    ScopeDenied,
    UnreadableFile,
)
from credit_service.lookup.batch_story import get_batch_story
from credit_service.lookup.batches import write_error_workbook
from credit_service.pipeline import batch_life
from credit_service.pipeline.batch_life import release_batch, withdraw_batch, withdraw_record
from credit_service.pipeline.ingest import Submission, ingest_file, ingest_submission
from credit_service.pipeline.preview import preview_submission
from credit_service.pipeline.rebuild import rebuild, reconcile
from credit_service.pipeline.receive import receive_submission
from credit_service.settings import Settings
from tests.integration.batch_desk import CLERK, DAY, FOREIGNER, OFFICE, OTHER, SECOND, Desk, Honour

FIVE = tuple(Honour(n) for n in range(1, 6))
MOSTLY_WRONG = tuple(Honour(n, day="去年" if n % 4 else "2026-08-01") for n in range(1, 41))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(build_service(Settings(home=tmp_path / "live"), FixedClock(DAY)), tmp_path)


def number(serial: int) -> str:
    return f"示文明〔2026〕{serial}号"


# --- held and released ------------------------------------------------------------------------------------------------


def test_a_batch_that_looks_wrong_is_held_and_nothing_of_it_is_stored(desk: Desk):
    outcome = ingest_file(desk.service.office, desk.submission(MOSTLY_WRONG))
    assert outcome.batch.status is BatchStatus.CHECKED
    assert [one.rule for one in outcome.unusual] == ["rejected-share"]
    assert (outcome.batch.rows, outcome.batch.accepted, outcome.batch.rejected) == (40, 10, 30)
    assert outcome.findings.height == 30
    counts = desk.counts()
    assert (counts["records"], counts["rejections"], counts["applied"]) == (0, 0, 0)
    again = ingest_file(desk.service.office, desk.submission(MOSTLY_WRONG))
    assert again.repeated
    assert again.unusual == outcome.unusual
    story = get_batch_story(desk.service.reading_room, outcome.batch.batch_id)
    assert story.findings.equals(outcome.findings)


def test_a_second_person_releases_it_with_a_reason(desk: Desk):
    held = ingest_file(desk.service.office, desk.submission(MOSTLY_WRONG)).batch
    with pytest.raises(SamePerson):
        release_batch(desk.service.office, held.batch_id, CLERK, "核对无误")
    with pytest.raises(EvidenceMissing):
        release_batch(desk.service.office, held.batch_id, SECOND, "  ")
    with pytest.raises(BatchNotFound):
        release_batch(desk.service.office, held.batch_id, FOREIGNER, "核对无误")
    with pytest.raises(ScopeDenied):
        release_batch(desk.service.office, held.batch_id, Actor("a", "分析", OFFICE, Role.ANALYST), "核对无误")
    assert desk.holding() == {}
    released = release_batch(desk.service.office, held.batch_id, SECOND, "集中整治月，退回的行另行补报")
    assert released.batch.status is BatchStatus.STORED
    assert len(desk.holding()) == 10
    story = get_batch_story(desk.service.reading_room, held.batch_id)
    assert (story.batch.override_by, story.batch.override_reason) == ("second", "集中整治月，退回的行另行补报")
    assert [one.rule for one in story.unusual] == ["rejected-share"]
    with pytest.raises(IllegalTransition):
        release_batch(desk.service.office, held.batch_id, SECOND, "再放行一次")


def test_a_release_that_crashed_is_finished_by_reconcile(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    held = ingest_file(desk.service.office, desk.submission(MOSTLY_WRONG)).batch
    with monkeypatch.context() as patch, pytest.raises(KeyError):
        patch.setattr(batch_life, "store_received", lambda *_: {}["crash"])
        release_batch(desk.service.office, held.batch_id, SECOND, "核对无误")
    assert reconcile(desk.service.office).restored == (held.batch_id,)
    assert len(desk.holding()) == 10


def test_a_mended_file_takes_the_place_of_a_held_one(desk: Desk):
    held = ingest_file(desk.service.office, desk.submission(MOSTLY_WRONG)).batch
    mended = ingest_file(desk.on(1).service.office, desk.submission([Honour(n) for n in range(1, 41)]))
    assert mended.batch.corrects == held.batch_id
    assert get_batch_story(desk.service.reading_room, held.batch_id).batch.status is BatchStatus.REFUSED
    assert len(desk.on(1).holding()) == 40


# --- corrected --------------------------------------------------------------------------------------------------------


def test_only_what_changed_is_replaced_and_the_copy_names_the_first(desk: Desk):
    first = ingest_file(desk.service.office, desk.submission([*FIVE[:4], Honour(5, day="去年")]))
    assert first.effects == Effects(new=4, replaced=0, unchanged=0)
    copy = [*FIVE[:3], Honour(4, "区级文明单位标兵"), FIVE[4]]
    second = ingest_file(desk.on(1).service.office, desk.submission(copy))
    assert second.batch.corrects == first.batch.batch_id
    assert second.effects == Effects(new=1, replaced=1, unchanged=3)
    told = {(row["row"], row["rule"]): row["message"] for row in second.findings.iter_rows(named=True)}
    assert [key for key in told if "stored" in key[1]] == [
        (2, "duplicate-stored"),
        (3, "duplicate-stored"),
        (4, "duplicate-stored"),
        (5, "replaces-stored"),
    ]
    assert told[5, "replaces-stored"] == f"第5行：更正了批次{first.batch.batch_id}第5行的记录，自入库时起以本行为准。"
    story = get_batch_story(desk.service.reading_room, first.batch.batch_id)
    assert story.batch.status is BatchStatus.CORRECTED
    assert [one.batch_id for one in story.corrections] == [second.batch.batch_id]
    assert desk.on(1).holding()[number(4)] == "区级文明单位标兵"
    assert desk.holding(DAY + timedelta(hours=1))[number(4)] == "区级文明单位"
    assert number(5) not in desk.holding(DAY + timedelta(hours=1))


def test_the_mended_report_is_known_as_the_corrected_copy_whatever_its_name(desk: Desk):
    first = ingest_file(desk.service.office, desk.submission([*FIVE[:4], Honour(5, day="去年")]))
    report = desk.folder / "改好的.xlsx"
    write_error_workbook(desk.service.reading_room, first.batch.batch_id, report)
    second = ingest_file(desk.on(2).service.office, Submission(report, report.name, OFFICE, CLERK.actor_id))
    assert second.batch.corrects == first.batch.batch_id
    assert second.effects == Effects(new=0, replaced=0, unchanged=4)


def test_a_file_says_itself_what_it_corrects(desk: Desk):
    first = ingest_file(desk.service.office, desk.submission(FIVE, "一.csv")).batch
    second = ingest_file(desk.service.office, desk.submission(FIVE[:2], "二.csv", corrects=first.batch_id)).batch
    assert second.corrects == first.batch_id
    with pytest.raises(BatchNotFound):
        receive_submission(desk.service.office, desk.submission(FIVE[:1], "三.csv", corrects="B0000000000000000"))
    assert [FIVE[0].text] * 5 == list(desk.holding().values())


def test_a_new_file_of_another_month_corrects_nothing(desk: Desk):
    ingest_file(desk.service.office, desk.submission([Honour(1), Honour(2, day="去年")]))
    later = ingest_file(desk.on(40).service.office, desk.submission([Honour(3)])).batch
    assert later.corrects is None


# --- withdrawn --------------------------------------------------------------------------------------------------------


def test_a_withdrawn_batch_holds_no_more_and_what_it_replaced_holds_again(desk: Desk):
    ingest_file(desk.service.office, desk.submission(FIVE, "一.csv"))
    wrong = [Honour(1, "误报"), Honour(2, "误报"), Honour(6, "误报")]
    second = ingest_file(desk.on(1).service.office, desk.submission(wrong, "二.csv")).batch
    before = desk.on(1).holding()
    assert (before[number(1)], before[number(6)]) == ("误报", "误报")
    outcome = withdraw_batch(desk.on(2).service.office, second.batch_id, CLERK, "报错了月份")
    assert (outcome.records, outcome.batch.status) == (3, BatchStatus.WITHDRAWN)
    assert desk.on(2).holding() == {number(n): "区级文明单位" for n in range(1, 6)}
    assert desk.on(1).holding() == before, "what was known on the day stays as it was"
    with pytest.raises(IllegalTransition):
        withdraw_batch(desk.on(3).service.office, second.batch_id, CLERK, "再撤一次")


def test_one_record_is_withdrawn_and_the_rest_stands(desk: Desk):
    batch = ingest_file(desk.service.office, desk.submission(FIVE)).batch
    record_id = f"{batch.batch_id}-{3:07d}"
    with pytest.raises(BatchNotFound):
        withdraw_record(desk.service.office, f"{batch.batch_id}-0000099", CLERK, "没有这一行")
    with pytest.raises(BatchNotFound):
        withdraw_record(desk.service.office, record_id, FOREIGNER, "别人的")
    outcome = withdraw_record(desk.on(1).service.office, record_id, CLERK, "认定已撤销")
    assert outcome.records == 1
    assert sorted(desk.on(1).holding()) == sorted(number(n) for n in (1, 3, 4, 5))
    with pytest.raises(IllegalTransition):
        withdraw_record(desk.on(2).service.office, record_id, CLERK, "再撤一次")
    assert get_batch_story(desk.service.reading_room, batch.batch_id).batch.status is BatchStatus.STORED


def test_the_same_bytes_after_a_withdrawal_are_a_new_batch(desk: Desk):
    first = ingest_file(desk.service.office, desk.submission(FIVE)).batch
    withdraw_batch(desk.on(1).service.office, first.batch_id, CLERK, "先撤下")
    assert desk.on(1).holding() == {}
    again = ingest_file(desk.on(2).service.office, desk.submission(FIVE))
    assert not again.repeated
    assert again.batch.batch_id != first.batch_id
    assert (again.batch.attempt, again.effects) == (1, Effects(new=5, replaced=0, unchanged=0))
    assert len(desk.on(2).holding()) == 5


def test_a_waiting_batch_that_is_withdrawn_is_never_stored(desk: Desk):
    (waiting,) = receive_submission(desk.service.office, desk.submission(FIVE)).batches
    outcome = withdraw_batch(desk.service.office, waiting.batch_id, CLERK, "选错了文件")
    assert outcome.batch.status is BatchStatus.REFUSED
    reconcile(desk.service.office)
    assert desk.holding() == {}


def test_a_withdrawal_that_crashed_between_the_stores_is_finished_by_reconcile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    batch = ingest_file(desk.service.office, desk.submission(FIVE)).batch
    later = desk.on(1)
    with monkeypatch.context() as patch, pytest.raises(KeyError):
        patch.setattr(
            "credit_service.warehouse.session.Session.mirror_retractions", lambda *_: {}["crash between the stores"]
        )
        withdraw_batch(later.service.office, batch.batch_id, CLERK, "撤回")
    assert len(later.holding()) == 5
    reconcile(later.service.office)
    assert later.holding() == {}


def test_a_rebuild_gives_the_same_whatever_was_corrected_and_withdrawn(desk: Desk):
    ingest_file(desk.service.office, desk.submission(FIVE, "一.csv"))
    second = ingest_file(desk.on(1).service.office, desk.submission([Honour(1, "甲"), Honour(7, "乙")], "二.csv")).batch
    third = ingest_file(desk.on(2).service.office, desk.submission([Honour(1, "丙"), Honour(2, "丁")], "三.csv")).batch
    withdraw_record(desk.on(3).service.office, f"{third.batch_id}-0000002", CLERK, "报错")
    withdraw_batch(desk.on(4).service.office, second.batch_id, CLERK, "报错")
    moments = [DAY + timedelta(days=day, hours=1) for day in range(6)]
    before = [desk.holding(moment) for moment in moments]
    assert rebuild(desk.on(9).service.office).dropped == ()
    assert [desk.holding(moment) for moment in moments] == before
    assert reconcile(desk.on(9).service.office).restored == ()


# --- exactly once -----------------------------------------------------------------------------------------------------


def test_an_idempotency_key_stands_for_one_content(desk: Desk):
    first = receive_submission(desk.service.office, desk.submission(FIVE, "一.csv", idempotency_key="2026-09"))
    again = receive_submission(desk.service.office, desk.submission(FIVE, "一.csv", idempotency_key="2026-09"))
    assert [b.batch_id for b in first.batches] == [b.batch_id for b in again.batches]
    with pytest.raises(DuplicateBatch):
        receive_submission(desk.service.office, desk.submission(FIVE[:2], "二.csv", idempotency_key="2026-09"))


def test_many_at_once_send_the_same_and_it_is_stored_once(desk: Desk):
    sent = desk.submission(FIVE)
    results: list[str] = []
    faults: list[BaseException] = []

    def send() -> None:
        try:
            results.append(ingest_file(desk.service.office, sent).batch.batch_id)
        except BaseException as fault:  # noqa: BLE001 - whatever it is, the test wants to see it.
            faults.append(fault)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(set(results)) == 1
    counts = desk.counts()
    assert (counts["batches"], counts["records"], counts["applied"]) == (1, 5, 1)
    with desk.service.office.ledger.reading() as uow:
        actions = [entry.action for entry in uow.audit.list_newest(100, results[0])]
    assert sorted(actions) == ["batch.received", "batch.stored"]


def test_an_archive_is_as_many_batches_as_it_has_files(desk: Desk):
    archive = desk.folder / "九月.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(desk.write(FIVE[:2], "甲.csv"), "报送/甲.csv")
        packed.write(desk.write(FIVE[2:], "乙.csv"), "报送/乙.csv")
        packed.writestr("说明.pdf", b"%PDF-1.7 nothing")
    sent = Submission(archive, archive.name, OFFICE, CLERK.actor_id)
    report = ingest_submission(desk.service.office, sent)
    assert sorted(outcome.batch.file_name for outcome in report.outcomes) == ["乙.csv", "甲.csv"]
    assert {outcome.batch.container_name for outcome in report.outcomes} == {"九月.zip"}
    ((name, fault),) = report.refused
    assert (name, type(fault)) == ("说明.pdf", UnreadableFile)
    assert len(desk.holding()) == 5
    assert all(outcome.repeated for outcome in ingest_submission(desk.service.office, sent).outcomes)


# --- dry run ----------------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_be_and_leaves_nothing(desk: Desk):
    ingest_file(desk.service.office, desk.submission(FIVE, "一.csv"))
    later = desk.on(1)
    copy = [FIVE[0], Honour(2, "区级文明单位标兵"), Honour(9), Honour(10, day="去年")]
    sent = later.submission(copy, "二.csv")
    before = later.counts()
    (told,) = preview_submission(later.service.office, sent).outcomes
    assert later.counts() == before
    assert told.effects == Effects(new=1, replaced=1, unchanged=1)
    assert (told.batch.rows, told.batch.accepted, told.batch.rejected, told.known) == (4, 3, 1, False)
    assert [(one.list_kind.value, one.subject_name) for one in told.caused] == [("red", "测试0009有限公司")]
    done = ingest_file(later.service.office, sent)
    assert done.effects == told.effects
    assert done.findings.equals(told.findings)
    (again,) = preview_submission(desk.on(2).service.office, sent).outcomes
    assert again.known
    assert again.effects == Effects(new=0, replaced=0, unchanged=3)


def test_a_dry_run_of_what_would_be_held_or_refused_says_so(desk: Desk):
    before = desk.counts()
    (told,) = preview_submission(desk.service.office, desk.submission(MOSTLY_WRONG)).outcomes
    assert [one.rule for one in told.unusual] == ["rejected-share"]
    foreign = Submission(desk.write(FIVE), "honours.csv", "11990101990100050H", CLERK.actor_id)
    preview = preview_submission(desk.service.office, foreign)
    assert [(name, type(fault)) for name, fault in preview.refused] == [("honours.csv", ScopeDenied)]
    assert desk.counts() == before


def test_a_dry_run_names_the_candidates_the_records_would_cause(desk: Desk):
    serious = desk.folder / "严重失信.csv"
    serious.write_text(
        "统一社会信用代码,认定文号,认定部门全称,机构名称,确认严重失信时间,主要失信事实\n"
        f"{Honour(77).cells()[0]},示市监列〔2026〕1号,测试市示范区市场监督管理局（测试）,测试0077有限公司,2026-08-03,"
        "生产、销售假药，被处以较重行政处罚，列入市场监督管理严重违法失信名单\n",
        encoding="utf-8",
    )
    sent = Submission(serious, serious.name, OTHER, CLERK.actor_id)
    (told,) = preview_submission(desk.service.office, sent).outcomes
    assert told.batch.accepted == 1
    assert [(one.list_kind.value, one.subject_name) for one in told.caused] == [("black", "测试0077有限公司")]
    assert told.ended == ()
    ingest_file(desk.service.office, sent)
    (again,) = preview_submission(desk.on(1).service.office, sent).outcomes
    assert again.caused == ()
