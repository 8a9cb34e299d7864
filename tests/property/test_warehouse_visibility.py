"""What holds when: the warehouse's spans are those of a plain timeline, in whatever order things are stored."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from property.examples import examples

from credit_service.domain.batch import Retraction
from credit_service.domain.record import RECORD_FIELDS
from credit_service.warehouse.connection import Session, Warehouse
from credit_service.warehouse.limits import WarehouseLimits
from credit_service.warehouse.write import StoredBatch

DAY = datetime(2026, 1, 1, tzinfo=UTC)
TYPES = {"text": pl.String(), "int": pl.Int64(), "bool": pl.Boolean(), "date": pl.Date(), "instant": pl.Datetime("us")}
BLANK = {"text": "", "int": 0, "bool": False, "date": DAY.date(), "instant": DAY.replace(tzinfo=None)}
NO_FINDINGS = pl.DataFrame(
    schema=dict.fromkeys(("sheet", "column", "value", "rule", "severity", "message", "remedy"), pl.String)
    | {"row": pl.Int64}
)
ACTS = ("a", "b", "c")


@dataclass(frozen=True)
class Sent:
    """One batch: the day it was learned and, by row, the act and what is said of it."""

    batch_id: str
    day: int
    rows: tuple[tuple[str, str], ...]

    def record_id(self, place: int) -> str:
        return f"{self.batch_id}-{place:07d}"

    def frame(self) -> pl.DataFrame:
        learned = (DAY + timedelta(days=self.day)).replace(tzinfo=None)
        rows = [
            {name: None if kind.endswith("?") else BLANK[kind] for name, kind in RECORD_FIELDS}
            | {
                "record_id": self.record_id(place),
                "batch_id": self.batch_id,
                "row": place,
                "act_key": act,
                "subject_id": f"uscc:{act}",
                "subject_kind": "organisation",
                "fact": fact,
                "learned_at": learned,
                "visible_at": learned,
            }
            for place, (act, fact) in enumerate(self.rows)
        ]
        return pl.DataFrame(rows, schema={name: TYPES[kind.removesuffix("?")] for name, kind in RECORD_FIELDS})


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Sent], list[Retraction]]:
    facts = st.sampled_from(("x", "y"))
    rows = st.lists(st.tuples(st.sampled_from(ACTS), facts), min_size=1, max_size=3)
    days = st.integers(0, 5)
    batches = [Sent(f"B{n}", draw(days), tuple(draw(rows))) for n in range(draw(st.integers(1, 4)))]
    retractions = []
    for batch in batches:
        for record_id in [None, *(batch.record_id(place) for place in range(len(batch.rows)))]:
            if draw(st.integers(0, 4)) == 0:
                at = DAY + timedelta(days=batch.day + draw(st.integers(0, 4)), hours=draw(st.integers(0, 1)))
                retractions.append(Retraction(batch.batch_id, record_id, at, "报错", "clerk"))
    return batches, retractions


def dead_at(batch: Sent, place: int, retractions: list[Retraction]) -> datetime | None:
    hits = [
        one.retracted_at
        for one in retractions
        if one.batch_id == batch.batch_id and one.record_id in {None, batch.record_id(place)}
    ]
    return min(hits, default=None)


def visible_at(moment: datetime, batches: list[Sent], retractions: list[Retraction]) -> set[str]:
    """Return the records that hold at a moment: a plain reading of the rule, act by act."""
    holding = set()
    for act in ACTS:
        reports = []
        for batch in sorted(batches, key=lambda one: (one.day, one.batch_id)):
            places = [place for place, (of, _) in enumerate(batch.rows) if of == act]
            deaths = [dead_at(batch, place, retractions) for place in places]
            is_alive = not deaths or any(death is None or death > moment for death in deaths)
            if places and is_alive and DAY + timedelta(days=batch.day) <= moment:
                reports.append((batch, places, sorted(batch.rows[place][1] for place in places)))
        while len(reports) > 1 and reports[-1][2] == reports[-2][2]:
            reports.pop()
        for batch, places, _ in reports[-1:]:
            for place in places:
                death = dead_at(batch, place, retractions)
                if death is None or death > moment:
                    holding.add(batch.record_id(place))
    return holding


def held_at(session: Session, moment: datetime) -> set[str]:
    frame = session.run_query(
        "SELECT record_id FROM visible_records"
        " WHERE visible_at <= $at AND (superseded_at IS NULL OR superseded_at > $at)",
        {"at": moment},
    )
    ids = frame["record_id"].to_list()
    assert len(ids) == len(set(ids)), "two spans of one record overlap"
    return set(ids)


def store(session: Session, batch: Sent) -> None:
    with session.store_batch(StoredBatch(batch.batch_id, "A", "penalty_org", "表.csv", DAY)) as writer:
        writer.append(batch.frame(), NO_FINDINGS, len(batch.rows), 0)


@settings(max_examples=examples(30, 200), deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_spans_are_those_of_a_plain_timeline_in_any_order(history, random):
    batches, retractions = history
    steps = [*batches, *batches[:2], *retractions]
    random.shuffle(steps)
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder) / "w.duckdb", WarehouseLimits(threads=1))
        with warehouse.open() as session:
            for step in steps:
                if isinstance(step, Sent):
                    store(session, step)
                else:
                    session.mirror_retractions([step])
            moments = {DAY + timedelta(days=day, hours=hour) for day in range(-1, 11) for hour in (0, 1, 2)}
            for moment in sorted(moments):
                assert held_at(session, moment) == visible_at(moment, batches, retractions), moment


@settings(max_examples=examples(12, 60), deadline=None)
@given(histories())
def test_a_dropped_batch_leaves_no_trace(history):
    batches, retractions = history
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder) / "w.duckdb", WarehouseLimits(threads=1))
        with warehouse.open() as session:
            for batch in batches:
                store(session, batch)
            session.mirror_retractions(retractions)
            session.drop_batch(batches[0].batch_id)
            rest = batches[1:]
            for day in range(11):
                moment = DAY + timedelta(days=day, hours=2)
                assert held_at(session, moment) == visible_at(moment, rest, retractions), moment
