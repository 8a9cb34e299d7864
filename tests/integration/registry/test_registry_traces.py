"""The audit chain shows every tampering, even one that went round the triggers."""

from datetime import UTC, datetime

import pytest

from credit_service.domain.query import LookUp

TAMPERING = (
    "UPDATE audit SET actor_id = 'other' WHERE seq = 2",
    "UPDATE audit SET detail = '{}' WHERE seq = 2",
    "UPDATE audit SET action = 'case.declined' WHERE seq = 1",
    "UPDATE audit SET object_id = 'C9' WHERE seq = 3",
    "UPDATE audit SET at = '2026-09-05 04:00:00' WHERE seq = 2",
    "UPDATE audit SET hash = prev_hash WHERE seq = 3",
    "UPDATE audit SET seq = 9 WHERE seq = 3",
    "DELETE FROM audit WHERE seq = 1",
    "DELETE FROM audit WHERE seq = 2",
)


def take_triggers_away(desk) -> None:
    if desk.url.startswith("sqlite"):
        desk.run_raw("DROP TRIGGER audit_never_changed", "DROP TRIGGER audit_never_deleted")
    else:
        desk.run_raw("ALTER TABLE audit DISABLE TRIGGER USER")


def check(desk, anchor=None):
    with desk.ledger.reading() as uow:
        return uow.audit.verify(anchor)


def test_an_untouched_chain_is_whole(full):
    found = check(full)
    assert (found.entries, found.broken_at) == (3, None)
    assert check(full, (3, found.head)) == found


@pytest.mark.parametrize("statement", TAMPERING)
def test_tampering_is_seen(full, statement):
    take_triggers_away(full)
    full.run_raw(statement)
    assert check(full).broken_at is not None


def test_a_chain_cut_short_is_seen_from_a_noted_head(full):
    head = check(full).head
    take_triggers_away(full)
    full.run_raw("DELETE FROM audit WHERE seq = 3")
    assert check(full).broken_at is None
    assert check(full, (3, head)).broken_at == 3


def test_a_chain_made_anew_is_seen_from_a_noted_head(full):
    assert check(full, (2, "0" * 64)).broken_at == 2


def test_entries_are_read_back_newest_first(full):
    with full.ledger.reading() as uow:
        newest = uow.audit.list_newest(2)
        assert [entry.seq for entry in newest] == [3, 2]
        assert newest[0].detail == {"step": 2, "文号": "一"}
        assert newest[0].prev_hash == newest[1].hash
        assert newest[0].at == full.now()
        assert uow.audit.list_newest(object_id="none") == []


def test_a_chain_grows_by_one_end(full):
    with full.ledger.unit_of_work() as uow:
        entry = uow.audit.append("decider", "case.decided", "C1", full.now(), {})
        uow.commit()
    assert check(full).head == entry.hash


def test_look_ups_are_kept_as_they_were_asked(full):
    with full.ledger.reading() as uow:
        assert uow.lookups.count() == 3
        assert uow.lookups.list_for_subject("uscc:TEST1")[0] == LookUp(
            "11X", "K1", "uscc:TEST1", "award", "办2", full.now(), 2
        )


def test_there_is_no_way_to_delete_a_look_up(full):
    with full.ledger.reading() as uow:
        verbs = {name for name in dir(uow.lookups) if not name.startswith("_")}
    assert verbs == {"append", "append_all", "count", "list_askers", "list_for_subject"}


def test_many_look_ups_are_written_at_once_and_in_order(full):
    at = datetime(2026, 9, 5, tzinfo=UTC)
    rows = [
        LookUp("A", "clerk", f"psn:{number:04d}", "award", "示文明办〔2026〕12号", at, number)
        for number in range(2_100)
    ]
    with full.ledger.unit_of_work() as uow:
        before = uow.lookups.count()
        uow.lookups.append_all(rows)
        uow.lookups.append_all([])
        uow.commit()
    with full.ledger.reading() as uow:
        assert uow.lookups.count() == before + 2_100
        assert uow.lookups.list_for_subject("psn:2099") == [rows[-1]]


def test_what_was_done_to_an_object_is_found(full):
    with full.ledger.reading() as uow:
        newest = uow.audit.list_newest(1)[0]
        assert uow.audit.find_done(newest.action, newest.object_id) == newest
        assert uow.audit.find_done("nothing.done", newest.object_id) is None
        assert newest in uow.audit.list_done(newest.action)
        assert uow.audit.list_done("nothing.done") == []
