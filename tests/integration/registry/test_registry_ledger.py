import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from integration.registry.adopted import found, receipt

from credit_service.domain.agency import Account, ApiKey, Role
from credit_service.domain.batch import Batch, BatchStatus
from credit_service.domain.clock import SHANGHAI
from credit_service.errors import (
    BatchNotFound,
    KeyMissing,
    LedgerConflict,
    SchemaDrift,
    SubjectNotFound,
    UnknownAgency,
)
from credit_service.registry import engine
from credit_service.registry.keys import load_or_create_keys
from credit_service.registry.tables import Row
from credit_service.registry.unit_of_work import Ledger

NOW = datetime(2026, 9, 4, 4, 5, 6, 789, tzinfo=UTC)


def batch(number: int = 1, **changes: object) -> Batch:
    plain = {
        "batch_id": f"B{number:016d}",
        "agency_code": "11990101TEST00000X",
        "sha256": f"{number:064x}",
        "size": 3_000_000_000,
        "kind": "csv",
        "file_name": "处罚（测试）.csv",
        "received_at": NOW,
        "received_by": "clerk",
        "status": BatchStatus.RECEIVED,
    }
    return Batch(**{**plain, **changes})


@pytest.fixture
def seeded(desk):
    with desk.ledger.unit_of_work() as uow:
        uow.agencies.add(desk.agency())
        uow.commit()
    return desk.ledger


def test_nothing_stays_without_commit(desk):
    with desk.ledger.unit_of_work() as uow:
        uow.agencies.add(desk.agency())
    with desk.ledger.reading() as uow:
        assert uow.agencies.list_all() == []


def test_an_exception_takes_everything_back(desk):
    def fail() -> None:
        with desk.ledger.unit_of_work() as uow:
            uow.agencies.add(desk.agency())
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    with desk.ledger.reading() as uow:
        assert uow.agencies.find(desk.agency().agency_code) is None


def test_reading_writes_nothing(desk):
    with pytest.raises(sa.exc.DBAPIError), desk.ledger.reading() as uow:
        uow.agencies.add(desk.agency())


def test_creating_twice_changes_nothing(seeded, url, keys):
    again = Ledger(url, keys)
    again.create()
    again.close()
    with seeded.reading() as uow:
        assert len(uow.agencies.list_all()) == 1


def test_tables_are_what_the_migrations_make(desk):
    with desk.door.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Row.metadata)
    # The partial indexes are the law's, not the tables'.
    partial = {
        "uq_listing_case_open",
        "uq_subject_judgement_running",
        "uq_second_factor_running",
        "uq_second_factor_pending",
    }
    assert [d for d in differences if getattr(d[1], "name", "") not in partial] == []


def test_a_ledger_of_a_newer_version_is_not_opened(ledger, url, desk):
    desk.run_raw("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaDrift, match="9999"):
        ledger.create()


def test_a_ledger_is_not_opened_with_other_keys(ledger, url, tmp_path):
    other = Ledger(url, load_or_create_keys(tmp_path / "others"))
    with pytest.raises(KeyMissing, match="另一组密钥"):
        other.create()
    other.close()


def test_readers_do_not_wait_for_a_writer(seeded):
    with seeded.unit_of_work() as writer:
        writer.keys.revoke("none", NOW)
        with seeded.reading() as uow:
            assert len(uow.agencies.list_all()) == 1


def test_a_writer_that_waits_too_long_is_told_to_come_back(url, monkeypatch):
    monkeypatch.setattr(engine, "WAIT_SECONDS", 0.2)
    impatient = Ledger(url)
    impatient.create()

    def write() -> None:
        with impatient.unit_of_work() as uow:
            uow.keys.revoke("none", NOW)

    with impatient.unit_of_work(), pytest.raises(LedgerConflict, match="正忙"):
        write()
    impatient.close()


def test_no_value_of_a_row_is_in_the_text_of_an_error(desk):
    with pytest.raises(sa.exc.DBAPIError) as fault, desk.ledger.reading() as uow:
        uow.agencies.add(desk.agency())
    assert desk.agency().name not in str(fault.value)


def test_the_file_of_a_ledger_is_read_by_nobody_else(ledger, url):
    path = Path(url.removeprefix("sqlite:///"))
    assert not url.startswith("sqlite") or path.stat().st_mode & 0o077 == 0


def test_agencies_are_what_was_added(seeded, desk):
    with seeded.reading() as uow:
        assert uow.agencies.get("11990101TEST00000X") == desk.agency()
        with pytest.raises(UnknownAgency, match="11X"):
            uow.agencies.get("11X")


def test_an_account_needs_a_known_agency(ledger):
    with pytest.raises(LedgerConflict), ledger.unit_of_work() as uow:
        uow.accounts.add(Account("clerk", "王五（测试）", "11X", Role.SUBMITTER, "argon2-hash", NOW))


def test_keys_are_found_by_hash_and_revoked_once(seeded):
    key = ApiKey("K1", "11990101TEST00000X", "h" * 64, ("checks", "bulletins"), NOW)
    with seeded.unit_of_work() as uow:
        uow.keys.add(key)
        assert uow.keys.find_by_hash("h" * 64) == key
        uow.keys.revoke("K1", NOW)
        uow.keys.revoke("K1", NOW + timedelta(days=1))
        assert [held.revoked_at for held in uow.keys.list_all()] == [NOW]
        assert uow.keys.find_by_hash("g" * 64) is None


def test_batches_keep_their_order_and_outcome(seeded):
    with seeded.unit_of_work() as uow:
        for number in (3, 1, 2):
            uow.batches.add(batch(number))
        stored = batch(
            1, template="penalty_org", rows=3, accepted=1, rejected=1, blank=1, records_digest="d", stored_at=NOW
        )
        uow.batches.mark_stored(stored)
        uow.batches.mark_refused(batch(2).batch_id, "表头无法识别")
        uow.commit()
    with seeded.reading() as uow:
        assert [held.batch_id[-1] for held in uow.batches.list_newest(None, 10)] == ["2", "1", "3"]
        assert uow.batches.list_newest("11X", 10) == []
        assert [held.batch_id[-1] for held in uow.batches.list_in_order(BatchStatus.RECEIVED)] == ["3"]
        assert uow.batches.get(batch(1).batch_id).accepted == 1
        assert uow.batches.get(batch(1).batch_id).received_at == NOW
        assert uow.batches.find_same("11990101TEST00000X", batch(2).sha256).refusal == "表头无法识别"
        with pytest.raises(BatchNotFound):
            uow.batches.get("B0")


def test_the_same_bytes_of_one_agency_are_one_batch(seeded):
    with pytest.raises(LedgerConflict), seeded.unit_of_work() as uow:
        uow.batches.add(batch(1))
        uow.batches.add(batch(1, batch_id="B9"))


def test_a_stored_batch_must_add_up(seeded):
    with pytest.raises(LedgerConflict), seeded.unit_of_work() as uow:
        uow.batches.add(batch(1))
        uow.batches.mark_stored(batch(1, rows=3, accepted=1, rejected=1))


def test_persons_are_read_back_one_by_one_and_nowhere_in_clear(ledger, desk):
    people = [(f"psn:{number}", f"测试{number}", f"99000018000101{number:04d}") for number in range(3)]
    with ledger.unit_of_work() as uow:
        assert uow.persons.store(iter(people)) == 3
        assert uow.persons.store([("psn:1", "改名（测试）", "990000180001010001")]) == 1
        uow.commit()
    with ledger.reading() as uow:
        assert uow.persons.count() == 3
        assert uow.persons.get("psn:1").name == "改名（测试）"
        assert uow.persons.get("psn:2").id_number == "990000180001010002"
        assert "测试" not in repr(uow.persons.get("psn:2"))
        with pytest.raises(SubjectNotFound):
            uow.persons.get("psn:9")
    with desk.door.connect() as connection:
        rows = connection.execute(sa.text("SELECT id_enc, name_enc FROM person")).all()
    assert not any("测试".encode() in bytes(value) or b"9900" in bytes(value) for row in rows for value in row)


def test_values_cannot_be_swapped_between_persons(ledger, desk):
    with ledger.unit_of_work() as uow:
        uow.persons.store([("psn:1", "甲（测试）", "1"), ("psn:2", "乙（测试）", "2")])
        uow.commit()
    desk.run_raw(
        "UPDATE person SET name_enc = (SELECT o.name_enc FROM person AS o WHERE o.subject_id = 'psn:2') "
        "WHERE subject_id = 'psn:1'"
    )
    with pytest.raises(KeyMissing, match="改动"), ledger.reading() as uow:
        uow.persons.get("psn:1")


def test_without_keys_persons_are_out_of_reach(url):
    bare = Ledger(url)
    bare.create()
    with pytest.raises(KeyMissing), bare.unit_of_work() as uow:
        uow.persons.store([("psn:1", "甲（测试）", "1")])
    bare.close()


def test_an_instant_is_read_back_as_the_same_instant(ledger):
    shanghai = NOW.astimezone(SHANGHAI)
    with ledger.unit_of_work() as uow:
        found(uow, NOW)
        uow.runs.add(receipt("A1", NOW.date(), shanghai))
        assert uow.runs.find("A1").known_at == NOW
        assert uow.runs.find("A1").known_at.tzinfo is UTC
        with pytest.raises(sa.exc.StatementError, match="offset"):
            uow.runs.add(receipt("A2", NOW.date(), NOW.replace(tzinfo=None)))


def test_the_same_run_is_kept_once(ledger):
    kept = receipt("A1", NOW.date(), NOW, counts={"scores": 3})
    with ledger.unit_of_work() as uow:
        found(uow, NOW)
        assert uow.runs.list_all() == []
        uow.runs.add(kept)
        uow.runs.add(kept)
        assert uow.runs.list_all() == [kept]
        assert uow.runs.find_newest_known() == NOW
        with pytest.raises(LedgerConflict):
            uow.runs.add(receipt("A1", NOW.date(), NOW, facts_digest="others"))


def test_many_writers_lose_nothing(seeded):
    faults: list[Exception] = []

    def write(number: int) -> None:
        try:
            for step in range(10):
                with seeded.unit_of_work() as uow:
                    uow.audit.append(f"writer{number}", "batch.received", f"B{step}", NOW, {})
                    uow.commit()
        except Exception as fault:  # noqa: BLE001 -- a thread's fault must reach the test
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with seeded.reading() as uow:
        check = uow.audit.verify()
    assert (check.entries, check.broken_at) == (60, None)


def test_a_file_that_is_no_ledger_is_refused_in_words_and_left_alone(tmp_path):
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"somebody's letter, not a ledger\n" * 40)
    with pytest.raises(SchemaDrift, match="台账"):
        Ledger(f"sqlite:///{path}").create()
    assert path.read_bytes().startswith(b"somebody's letter")
