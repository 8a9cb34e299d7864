"""The law of a batch's life in the tables: what SQL of another program cannot do, and what a first ledger becomes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from credit_service.domain.batch import Batch, BatchStatus, Retraction
from credit_service.errors import IllegalTransition, LedgerConflict, SamePerson
from credit_service.registry.retractions import NamedSubmission
from credit_service.registry.schema import MIGRATIONS, _find_newest
from credit_service.registry.unit_of_work import Ledger

NOW = datetime(2026, 9, 4, 4, tzinfo=UTC)
RETRACT = "INSERT INTO retraction (batch_id, retracted_at, reason, actor_id) VALUES "
OLD_BATCH = (
    "INSERT INTO batch (batch_id, agency_code, sha256, size, kind, file_name, received_at, received_by, status, rows, "
    "accepted, rejected, blank, refusal) VALUES (:id, '11990101TEST00000X', :sha, 9, 'csv', 'a.csv', "
    "'2026-09-04 04:00:00', 'clerk', :status, 0, 0, 0, 0, '退回')"
)
PERMIT = {"templates": ["penalty_org"], "authorities": []}


def batch(number: int, **changes: object) -> Batch:
    plain = Batch(
        f"B{number}",
        "11990101TEST00000X",
        f"{number:064d}",
        9,
        "csv",
        "a.csv",
        NOW,
        "clerk",
        BatchStatus.RECEIVED,
        permit=PERMIT,
    )
    return replace(plain, **changes)


@pytest.fixture
def seeded(desk) -> Ledger:
    with desk.ledger.unit_of_work() as uow:
        uow.agencies.add(desk.agency())
        for number in range(1, 6):
            uow.batches.add(batch(number))
        uow.batches.mark_stored(batch(1, stored_at=NOW, profile="{}", template="penalty_org"))
        uow.batches.mark_held(batch(2, unusual='[{"rule": "rejected-share"}]', profile="{}"))
        uow.batches.mark_refused("B3", "表头无法识别")
        uow.commit()
    return desk.ledger


def test_what_a_batch_was_given_comes_back(seeded):
    with seeded.reading() as uow:
        assert uow.batches.get("B4") == batch(4)
        assert uow.batches.get("B2").unusual == '[{"rule": "rejected-share"}]'
        assert [one.batch_id for one in uow.batches.list_in_order(BatchStatus.RECEIVED, BatchStatus.CHECKED)] == [
            "B2",
            "B4",
            "B5",
        ]
        assert uow.batches.list_profiles("11990101TEST00000X", "penalty_org", 9) == ["{}"]


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        (1, "status = 'received'"),
        (1, "status = 'withdrawn'"),
        (1, "status = 'checked', unusual = '[]'"),
        (2, "status = 'withdrawn'"),
        (4, "status = 'corrected'"),
        (4, "status = 'withdrawn'"),
        (4, "status = 'checked'"),
        (4, "status = 'lost'"),
        (4, "status = 'refused'"),
        (4, "status = 'stored', rows = 3, accepted = 1"),
        (4, "sha256 = 'other'"),
        (4, "received_by = 'other'"),
        (4, "attempt = 1"),
        (4, "corrects = 'B4'"),
        (2, "override_reason = '无误', override_by = 'clerk'"),
        (2, "override_reason = ' ', override_by = 'second'"),
        (2, "override_reason = '无误'"),
    ],
)
def test_no_statement_takes_a_batch_where_it_may_not_go(seeded, desk, number: int, changes: str):
    before = desk.dump()
    with pytest.raises(sa.exc.IntegrityError):
        desk.run_raw(f"UPDATE batch SET {changes} WHERE batch_id = 'B{number}'")
    assert desk.dump() == before


def test_the_whole_life_is_lawful_and_ends_with_the_withdrawal(seeded, desk):
    with seeded.unit_of_work() as uow:
        uow.batches.mark_released("B2", "核对无误", "second")
        uow.batches.mark_stored(batch(2, override_reason="核对无误", override_by="second", unusual="[]"))
        uow.batches.mark_status("B1", BatchStatus.CORRECTED)
        uow.retractions.add(Retraction("B1", None, NOW, "报错", "clerk"))
        uow.batches.mark_status("B1", BatchStatus.WITHDRAWN)
        uow.batches.mark_stored(batch(1, status=BatchStatus.WITHDRAWN))
        uow.commit()
    with seeded.reading() as uow:
        assert uow.batches.get("B1").status is BatchStatus.WITHDRAWN
    with pytest.raises(sa.exc.IntegrityError):
        desk.run_raw("UPDATE batch SET status = 'stored' WHERE batch_id = 'B1'")
    with pytest.raises(sa.exc.IntegrityError):
        desk.run_raw("DELETE FROM batch WHERE batch_id = 'B5'")


def test_refusals_of_the_tables_are_told_in_words(seeded):
    with pytest.raises(SamePerson), seeded.unit_of_work() as uow:
        uow.batches.mark_released("B2", "核对无误", "clerk")
    with pytest.raises(IllegalTransition), seeded.unit_of_work() as uow:
        uow.batches.mark_status("B4", BatchStatus.WITHDRAWN)


def test_the_same_bytes_are_one_batch_until_they_are_another_attempt(seeded):
    with pytest.raises(LedgerConflict), seeded.unit_of_work() as uow:
        uow.batches.add(batch(1, batch_id="B9"))
    with seeded.unit_of_work() as uow:
        uow.batches.add(batch(1, batch_id="B9", attempt=1))
        found = uow.batches.find_same("11990101TEST00000X", batch(1).sha256)
        assert found is not None
        assert (found.batch_id, found.attempt) == ("B9", 1)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [(None, None), ("B1-0000002", "B1-0000002"), (None, "B1-0000002")],
    ids=["batch twice", "record twice", "record of a withdrawn batch"],
)
def test_what_is_withdrawn_is_not_withdrawn_again(seeded, earlier, later):
    with seeded.unit_of_work() as uow:
        uow.retractions.add(Retraction("B1", earlier, NOW, "报错", "clerk"))
        with pytest.raises(IllegalTransition):
            uow.retractions.add(Retraction("B1", later, NOW, "报错", "clerk"))


def test_a_withdrawn_record_does_not_keep_its_batch(seeded):
    with seeded.unit_of_work() as uow:
        uow.retractions.add(Retraction("B1", "B1-0000002", NOW, "报错", "clerk"))
        uow.retractions.add(Retraction("B1", "B1-0000003", NOW, "报错", "clerk"))
        uow.retractions.add(Retraction("B1", None, NOW, "都错了", "clerk"))
        uow.commit()
    with seeded.reading() as uow:
        assert [one.record_id for one in uow.retractions.list_of_batch("B1")] == ["B1-0000002", "B1-0000003", None]
        assert uow.retractions.list_all() == uow.retractions.list_of_batch("B1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE retraction SET reason = '别的'",
        "DELETE FROM retraction",
        "UPDATE idempotency_key SET sha256 = 'x'",
        "DELETE FROM idempotency_key",
        RETRACT + "('B1', '2026-09-05 00:00:00', ' ', 'a')",
        RETRACT + "('B0', '2026-09-05 00:00:00', '报错', 'a')",
        RETRACT + "('B2', '2026-09-05 00:00:00', '报错', 'a')",
        RETRACT + "('B4', '2026-09-05 00:00:00', '报错', 'a')",
    ],
)
def test_withdrawals_and_names_only_grow(seeded, desk, statement: str):
    with seeded.unit_of_work() as uow:
        uow.retractions.add(Retraction("B1", "B1-0000002", NOW, "报错", "clerk"))
        uow.idempotency_keys.add(NamedSubmission("11990101TEST00000X", "k", "s", ("B1",), NOW))
        uow.commit()
    before = desk.dump()
    with pytest.raises(sa.exc.IntegrityError):
        desk.run_raw(statement)
    assert desk.dump() == before


def test_a_name_stands_for_one_submission(seeded):
    named = NamedSubmission("11990101TEST00000X", "k", "s", ("B1", "B2"), NOW)
    with seeded.unit_of_work() as uow:
        uow.idempotency_keys.add(named)
        assert uow.idempotency_keys.find("11990101TEST00000X", "k") == named
        assert uow.idempotency_keys.find("11990101TEST00000X", "K") is None
        with pytest.raises(LedgerConflict):
            uow.idempotency_keys.add(replace(named, sha256="t"))


def test_a_ledger_of_the_first_schema_keeps_every_batch(tmp_path):
    address = f"sqlite:///{tmp_path / 'old.sqlite'}"
    engine = sa.create_engine(address)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            sa.text(
                "INSERT INTO agency (agency_code, name, short_name, region_code, templates) "
                "VALUES ('11990101TEST00000X', '甲', '甲', '990101', '[]')"
            )
        )
        for number, status in ((1, "stored"), (2, "refused"), (3, "received")):
            values = {"id": f"B{number}", "sha": f"{number:064d}", "status": status}
            connection.execute(sa.text(OLD_BATCH), values)
    engine.dispose()
    ledger = Ledger(address)
    ledger.create()
    with ledger.unit_of_work() as uow:
        assert [one.batch_id for one in uow.batches.list_newest(None, 9)] == ["B3", "B2", "B1"]
        first = uow.batches.get("B1")
        assert (first.status, first.attempt, first.permit, first.received_at) == (BatchStatus.STORED, 0, None, NOW)
        assert uow.agencies.get("11990101TEST00000X").authorities == ()
        uow.retractions.add(Retraction("B1", None, NOW, "报错", "clerk"))
        uow.batches.mark_status("B1", BatchStatus.WITHDRAWN)
        uow.batches.add(batch(4))
        uow.commit()
    with ledger.reading() as uow:
        assert uow.batches.list_newest(None, 1)[0].batch_id == "B4"
    ledger.close()


def test_a_ledger_up_to_date_is_known_by_the_newest_step():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert _find_newest() == ScriptDirectory.from_config(config).get_current_head()
