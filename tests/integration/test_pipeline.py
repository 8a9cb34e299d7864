"""The pipeline on real stores: what crashes, repeats and damage must not do."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from credit_service.bootstrap import Service, build_service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.batch import BatchStatus
from credit_service.domain.clock import FixedClock
from credit_service.errors import GateRefused, PeriodUnknown, ScopeDenied, UnknownTemplate
from credit_service.pipeline import check_batch, ingest
from credit_service.pipeline.assess import assess
from credit_service.pipeline.ingest import Submission, ingest_file
from credit_service.pipeline.publish import publish
from credit_service.pipeline.rebuild import rebuild, reconcile
from credit_service.pipeline.serving import hold_home, is_served
from credit_service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples"
NOW = FixedClock(datetime(2026, 9, 30, 1, 30, tzinfo=UTC))


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return build_service(Settings(home=tmp_path / "live"), NOW)


def submission(name: str) -> Submission:
    with (SAMPLES / "manifest.csv").open(encoding="utf-8-sig", newline="") as lines:
        row = next(row for row in csv.DictReader(lines) if name in row["file"])
    path = SAMPLES / row["file"]
    return Submission(path, path.name, row["agency_code"], "clerk")


def stored(service: Service) -> dict[str, int]:
    with service.office.warehouse.open() as session:
        frame = session.run_query("SELECT batch_id, count(*) AS n FROM records GROUP BY batch_id ORDER BY batch_id")
    return dict(frame.iter_rows())


class Crash(RuntimeError):
    pass


def crash(*_: object, **__: object) -> None:
    raise Crash


@pytest.mark.parametrize("point", ["open_batch", "build_records", "counts_of"])
def test_a_crash_anywhere_in_ingest_loses_and_doubles_nothing(point, service, monkeypatch):
    """Before checking, between chunks, and after the warehouse but before the ledger says stored."""
    sent = submission("行政处罚_生态环境局")
    with monkeypatch.context() as patch:
        patch.setattr(check_batch if hasattr(check_batch, point) else ingest, point, crash)
        with pytest.raises(Crash):
            ingest_file(service.office, sent)
    with service.office.ledger.reading() as uow:
        assert [batch.status for batch in uow.batches.list_newest(None, 9)] == [BatchStatus.RECEIVED]
    outcome = reconcile(service.office)
    assert len(outcome.restored) == 1
    assert list(stored(service).values()) == [28]
    again = ingest_file(service.office, sent)
    assert again.repeated
    assert list(stored(service).values()) == [28]


def test_a_warehouse_thrown_away_is_rebuilt_to_the_same_digest_and_scores(service):
    for name in ("2026年三季度行政处罚", "行政处罚9月补报", "红名单_文明单位", "失信被执行人"):
        ingest_file(service.office, submission(name))
    before = assess(service.office, date(2026, 9, 30))
    with service.office.warehouse.open() as session:
        digests = session.verify_batches()
        scores = session.run_query("SELECT * EXCLUDE (run_id) FROM scores ORDER BY ALL").rows()
    outcome = rebuild(service.office)
    assert len(outcome.restored) == 4
    assert outcome.repeated == (before.run_id,)
    with service.office.warehouse.open() as session:
        assert session.run_query("SELECT * EXCLUDE (run_id) FROM scores ORDER BY ALL").rows() == scores
    after = assess(service.office, date(2026, 9, 30))
    with service.office.warehouse.open() as session:
        assert session.verify_batches() == digests
        assert session.run_query("SELECT * EXCLUDE (run_id) FROM scores ORDER BY ALL").rows() == scores
    assert after.candidates == before.candidates
    assert after.proposed == ()


def test_a_home_in_use_is_known_and_an_issue_without_entries_is_refused(service):
    assert not is_served(service.office.places)
    with hold_home(service.office.places):
        assert is_served(service.office.places)
    publisher = Actor("p", "发布人员", "11990101990100034U", Role.PUBLISHER)
    with pytest.raises(GateRefused):
        publish(service.office, "2026Q2", publisher)
    with pytest.raises(PeriodUnknown):
        publish(service.office, "2026Q3", publisher)


def test_a_batch_missing_from_the_warehouse_comes_back_at_start(service):
    outcome = ingest_file(service.office, submission("税务行政处罚"))
    with service.office.warehouse.open() as session:
        session.drop_batch(outcome.batch.batch_id)
    assert reconcile(service.office).restored == (outcome.batch.batch_id,)
    assert stored(service) == {outcome.batch.batch_id: outcome.batch.accepted}


def test_a_refused_file_stays_refused_with_its_reason_and_may_be_sent_again(service):
    path = SAMPLES / "bad" / "别的表格_值班表.csv"
    sent = Submission(path, path.name, "11990101990100034U", "clerk")
    for _ in range(2):
        with pytest.raises(UnknownTemplate):
            ingest_file(service.office, sent)
    with service.office.ledger.reading() as uow:
        (batch,) = uow.batches.list_newest(None, 9)
    assert batch.status is BatchStatus.REFUSED
    assert batch.refusal
    assert stored(service) == {}


def test_an_agency_may_send_only_what_it_is_competent_for(service):
    sent = submission("行政处罚_生态环境局")
    with pytest.raises(ScopeDenied):
        ingest_file(service.office, Submission(sent.source, sent.file_name, "119901019901000186", "clerk"))
    assert stored(service) == {}


def test_one_act_reported_in_two_files_counts_once(service):
    ingest_file(service.office, submission("2026年三季度行政处罚"))
    ingest_file(service.office, submission("行政处罚9月补报"))
    with service.office.warehouse.open() as session:
        twice = session.run_query(
            "SELECT act_key, count(*) AS n, (SELECT count(*) FROM current_records AS c WHERE c.act_key = r.act_key)"
            " FROM records AS r GROUP BY act_key HAVING count(*) > 1"
        ).rows()
    assert [(n, current) for _, n, current in twice] == [(2, 1)]


def test_no_name_or_number_of_a_person_is_in_the_warehouse(service):
    for name in ("自然人行政处罚", "失信被执行人", "诚信之星"):
        ingest_file(service.office, submission(name))
    with service.office.ledger.reading() as uow:
        assert uow.persons.count() > 20
    with service.office.warehouse.open() as session:
        persons = session.run_query("SELECT * FROM records WHERE subject_kind = 'person'")
    text = "\n".join(map(str, persons.rows()))
    with service.office.ledger.reading() as uow:
        for subject_id in persons["subject_id"].unique():
            person = uow.persons.get(subject_id)
            assert person.id_number not in text
            assert person.name not in text


def test_of_a_day_to_come_nobody_is_proposed(service):
    for name in ("2026年三季度行政处罚", "失信被执行人"):
        ingest_file(service.office, submission(name))
    to_come = assess(service.office, date(2026, 10, 1))
    assert sum(to_come.candidates.values()) > 0
    assert to_come.proposed == ()
    assert assess(service.office, date(2026, 9, 30)).proposed
