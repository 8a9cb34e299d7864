"""Analysts are told of no listing that ended, rests or ran out since their copy was made, and of no repaired record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from integration.repair_world import DECIDER, World, open_world

from credit_service.domain.listing import ActKind
from credit_service.errors import QueryRefused
from credit_service.lookup.query import run_sql
from credit_service.pipeline import repairs
from credit_service.pipeline.assess import assess
from credit_service.pipeline.decide import ActRequest, perform_act


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = open_world(tmp_path_factory.mktemp("analysts") / "live", count=3)
    assess(world.office, world.today)
    return world


def told(world: World, table: str = "listings") -> set[str]:
    return {case_id for (case_id,) in run_sql(world.service.reading_room, f"SELECT case_id FROM {table}").rows}


def test_what_ends_rests_or_is_repaired_is_told_no_more(first: World, monkeypatch: pytest.MonkeyPatch):
    revoked, suspended, repaired = first.cases
    assert told(first) >= {case.case_id for case in first.cases}
    perform_act(first.office, ActRequest(revoked.case_id, ActKind.REVOKE, DECIDER, document_no="撤1号", reason="有误"))
    stop = ActRequest(suspended.case_id, ActKind.SUSPEND, DECIDER, document_no="裁1号", reason="裁定", ground="court")
    perform_act(first.office, stop)
    # The machine stops between the ledger and the copy.
    monkeypatch.setattr(repairs, "share_repairs", lambda _office: None)
    first.grant(first.apply(repaired).repair)
    gone = {case.case_id for case in first.cases}
    for table in ("listings", "main.listings", "listings AS l"):
        assert not told(first, table) & gone
    joined = run_sql(
        first.service.reading_room,
        "WITH a AS (SELECT * FROM listings) SELECT a.case_id FROM a JOIN main.listings USING (case_id)",
    )
    assert not {case_id for (case_id,) in joined.rows} & gone
    records = run_sql(first.service.reading_room, "SELECT record_id FROM records_public").rows
    assert records
    assert not {record_id for (record_id,) in records} & set(repaired.record_ids)
    for table in ("snapshot.main.listings", "hidden_listings", "temp.hidden_listings"):
        with pytest.raises(QueryRefused):
            told(first, table)


def test_a_term_that_ran_out_needs_no_job(first: World):
    later = first.on(first.today + timedelta(days=3650))
    assert told(later) == set()
