"""What the warehouse counts of reporting quality is what a plain loop over the reports counts."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from property.examples import examples

from credit_service.domain.batch import Retraction
from credit_service.domain.clock import SHANGHAI, add_workdays
from credit_service.domain.quality import LATE_BANDS
from credit_service.domain.record import RECORD_FIELDS
from credit_service.domain.workdays import number_workdays
from credit_service.listing.deadlines import build_workdays
from credit_service.warehouse.connection import Warehouse
from credit_service.warehouse.limits import WarehouseLimits
from credit_service.warehouse.measure_quality import CountedBatch, QualityQuestion, count_quality, list_late_rows
from credit_service.warehouse.write import StoredBatch

TYPES = {"text": pl.String(), "int": pl.Int64(), "bool": pl.Boolean(), "date": pl.Date(), "instant": pl.Datetime("us")}
BLANK = {"text": "", "int": 0, "bool": False, "date": date(2026, 1, 1), "instant": datetime(2026, 1, 1)}  # noqa: DTZ001 - naive UTC
FINDINGS = pl.DataFrame(
    schema=dict.fromkeys(("sheet", "column", "value", "rule", "severity", "message", "remedy"), pl.String)
    | {"row": pl.Int64}
)
FIRST_ON = date(2026, 9, 1)
TERM, TERM_FROM = 7, date(2026, 8, 24)
IS_WORKDAY = build_workdays({})
NUMBERS = number_workdays(date(2026, 8, 1), date(2026, 12, 31), IS_WORKDAY)
END = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    act: str
    fact: str
    decided_on: date
    is_repaired: bool
    is_person: bool


@dataclass(frozen=True)
class Sent:
    """One batch: when it was learned, its rows (one per act), and how many of its rows repeated others of the file."""

    batch_id: str
    template: str
    learned_at: datetime
    rows: tuple[Row, ...]
    repeated_in_file: int

    @property
    def received_on(self) -> date:
        return self.learned_at.astimezone(SHANGHAI).date()

    def record_id(self, place: int) -> str:
        return f"{self.batch_id}-{place:07d}"

    def frame(self) -> pl.DataFrame:
        learned = self.learned_at.replace(tzinfo=None)
        blank = {name: None if kind.endswith("?") else BLANK[kind] for name, kind in RECORD_FIELDS}
        rows = [
            blank
            | {
                "record_id": self.record_id(place),
                "batch_id": self.batch_id,
                "row": place,
                "template": self.template,
                "act_key": row.act,
                "subject_id": f"psn:{row.act}" if row.is_person else f"uscc:{row.act}",
                "subject_kind": "person" if row.is_person else "organisation",
                "fact": row.fact,
                "decided_on": row.decided_on,
                "repaired_on": date(2026, 11, 30) if row.is_repaired else None,
                "learned_at": learned,
                "visible_at": learned,
            }
            for place, row in enumerate(self.rows)
        ]
        return pl.DataFrame(rows, schema={name: TYPES[kind.removesuffix("?")] for name, kind in RECORD_FIELDS})

    def findings(self) -> pl.DataFrame:
        line = {"sheet": "", "column": "文号", "value": "", "severity": "error", "message": "", "remedy": ""}
        places = range(100, 100 + self.repeated_in_file)
        # Two findings of one row are one repeated row; findings of other rules are none.
        found = [line | {"rule": "duplicate-in-file", "row": place} for place in (*places, *places)]
        return pl.DataFrame([*found, line | {"rule": "required", "row": 9}], schema=FINDINGS.schema)


@st.composite
def worlds(draw) -> tuple[list[Sent], list[Retraction]]:
    # Few facts and few days of decision, so that repetitions and corrections come up often.
    decisions = {
        act: draw(st.lists(st.dates(date(2026, 8, 20), date(2026, 10, 12)), min_size=1, max_size=2)) for act in "abcde"
    }
    sent = []
    for number in range(draw(st.integers(1, 5))):
        hour = draw(st.sampled_from([time(0), time(9), time(15, 59, 59), time(16)]))
        day = FIRST_ON + timedelta(days=draw(st.integers(0, 50)))
        acts = draw(st.lists(st.sampled_from("abe"), unique=True, max_size=3))
        rows = tuple(
            Row(
                act,
                draw(st.sampled_from(["甲", "乙"])),
                draw(st.sampled_from(decisions[act])),
                is_repaired=draw(st.integers(0, 3)) == 3,
                is_person=act == "e",
            )
            for act in acts
        )
        template = draw(st.sampled_from(["penalty_org", "penalty_org", "red_org"]))
        learned_at = datetime.combine(day, hour, tzinfo=UTC)
        sent.append(Sent(f"B{number}", template, learned_at, rows, draw(st.integers(0, 2))))
    targets = [(one.batch_id, None) for one in sent]
    targets += [(one.batch_id, one.record_id(place)) for one in sent for place in range(len(one.rows))]
    chosen = draw(st.lists(st.sampled_from(targets), unique=True, max_size=2))
    retractions = [
        Retraction(batch_id, record_id, END - timedelta(days=2 - number), "填错", "clerk")
        for number, (batch_id, record_id) in enumerate(chosen)
    ]
    return sent, retractions


def _facts(row: Row) -> tuple[object, ...]:
    return (row.fact, row.decided_on, row.is_repaired, row.is_person)


def _dead_at(sent: Sent, place: int, retractions: list[Retraction]) -> datetime | None:
    hits = [
        one.retracted_at
        for one in retractions
        if one.batch_id == sent.batch_id and one.record_id in {None, sent.record_id(place)}
    ]
    return min(hits, default=None)


def _shown(act: str, at: datetime, world: list[Sent], retractions: list[Retraction]) -> tuple[Sent, Row] | None:
    """Return which report of an act holds at an instant, worked out from nothing but the reports alive then."""
    alive = [
        (one, row)
        for one in sorted(world, key=lambda one: (one.learned_at, one.batch_id))
        for place, row in enumerate(one.rows)
        if row.act == act and one.learned_at <= at
        if (dead := _dead_at(one, place, retractions)) is None or dead > at
    ]
    if not alive:
        return None
    place = len(alive) - 1
    while place and _facts(alive[place - 1][1]) == _facts(alive[place][1]):
        place -= 1
    return alive[place]


def recount(sent: Sent, world: list[Sent], retractions: list[Retraction]) -> dict[str, int]:
    """Count one batch row by row."""
    names = ["records", "echoes", "termed", "on_time", "late", "worst_late_days", "untimed", "replaced", "recalled"]
    found = dict.fromkeys([*names, "listed", *(f"late_band_{place}" for place in range(len(LATE_BANDS)))], 0)
    for place, row in enumerate(sent.rows):
        found["records"] += 1
        now = _shown(row.act, sent.learned_at, world, retractions)
        if now is None or now[0] != sent:
            found["echoes"] += 1
            continue
        before = [one for one in world if (one.learned_at, one.batch_id) < (sent.learned_at, sent.batch_id)]
        stood = _shown(row.act, sent.learned_at, before, retractions)
        if stood is None and sent.template == "penalty_org" and row.decided_on >= TERM_FROM:
            found["termed"] += 1
            due_on = add_workdays(row.decided_on, TERM, IS_WORKDAY)
            late_days = 0
            while due_on < sent.received_on:
                due_on = add_workdays(due_on, 1, IS_WORKDAY)
                late_days += 1
            found["on_time" if late_days == 0 else "late"] += 1
            found["listed"] += late_days > 0 and not row.is_person
            found["worst_late_days"] = max(found["worst_late_days"], late_days)
            for band, (first, last) in enumerate(LATE_BANDS):
                found[f"late_band_{band}"] += first <= late_days <= (last or late_days)
        end = _shown(row.act, END + timedelta(days=30), world, retractions)
        if end is not None and end[0] == sent:
            continue
        if _dead_at(sent, place, retractions) is not None:
            found["recalled"] += 1
        elif not _only_repaired(sent, row, world, retractions):
            found["replaced"] += 1
    return found


def _only_repaired(sent: Sent, row: Row, world: list[Sent], retractions: list[Retraction]) -> bool:
    """Return whether what took a record's place says the same but for the repair."""
    instants = sorted({one.learned_at for one in world} | {one.retracted_at for one in retractions})
    for at in instants:
        shown = _shown(row.act, at, world, retractions)
        if at > sent.learned_at and shown is not None and shown[0] != sent:
            other = shown[1]
            return (row.fact, row.decided_on, row.is_person) == (other.fact, other.decided_on, other.is_person)
    return False


def _question(world: list[Sent]) -> QualityQuestion:
    batches = []
    for one in world:
        number = NUMBERS.days[one.received_on]
        batches.append(CountedBatch(one.batch_id, one.received_on, number.stretch, number.turn))
    days = [(number.day, number.stretch, number.through) for number in NUMBERS.days.values()]
    from_at = datetime(2026, 8, 1, tzinfo=UTC)
    return QualityQuestion(batches, from_at, days, [("penalty_org", TERM_FROM, TERM)])


@settings(max_examples=examples(20, 100))
@given(worlds())
def test_the_warehouse_counts_what_a_plain_loop_counts(world):
    sent, retractions = world
    # Instants of batches and withdrawals differ in life; equal ones would only test the order of ids.
    sent = list({one.learned_at: one for one in sent}.values())
    retractions = [one for one in retractions if one.batch_id in {batch.batch_id for batch in sent}]
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder) / "warehouse.duckdb", WarehouseLimits(threads=1))
        with warehouse.open() as session:
            for one in sent:
                meta = StoredBatch(one.batch_id, "A", one.template, "一.csv", one.learned_at)
                with session.store_batch(meta) as writer:
                    writer.append(one.frame(), one.findings(), len(one.rows) + one.repeated_in_file, 0)
            session.mirror_retractions(retractions)
            counts = count_quality(session, _question(sent))
            late_rows = list_late_rows(session, _question(sent), 1000)
    by_batch = {row["batch_id"]: row for row in counts.iter_rows(named=True)}
    listed = 0
    for one in sent:
        expected = recount(one, sent, retractions)
        listed += expected.pop("listed")
        found = by_batch.get(one.batch_id, {})
        assert {name: found.get(name) or 0 for name in expected} == expected, one
        assert (found.get("repeated_in_file") or 0) == one.repeated_in_file
        assert expected["on_time"] + expected["late"] == expected["termed"]
        assert sum(expected[f"late_band_{band}"] for band in range(len(LATE_BANDS))) == expected["late"]
    assert late_rows.height == listed
    assert min(late_rows["late_days"], default=1) > 0
