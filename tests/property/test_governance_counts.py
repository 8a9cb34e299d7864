"""The warehouse counts of the governance what a plain loop over the records counts, in whatever order they lie."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from threading import RLock

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from property.examples import examples

from credit_service.domain.bulletin import Period, parse_period
from credit_service.domain.clock import legal_day
from credit_service.domain.governance import (
    RECORD_COUNTS,
    GovernanceCounts,
    SpanKind,
    back_to,
    last_known_on,
    period_of,
    shift_period,
)
from credit_service.domain.record import RECORD_FIELDS
from credit_service.lookup.governance import end_of_day
from credit_service.rulebook.compile_governance import compile_governance
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.governance_cases import find_life
from credit_service.rulebook.governance_index import Lifetime, judge_index
from credit_service.rulebook.judge import judge
from credit_service.rulebook.load import load_rulebook
from credit_service.warehouse.limits import WarehouseLimits
from credit_service.warehouse.measure_governance import (
    CountedPeriod,
    Dimension,
    GovernanceQuestion,
    count_governance,
)
from credit_service.warehouse.one_subject import SUBJECT_KEY
from credit_service.warehouse.session import Session

ROOT = Path(__file__).parents[2]
SCHEMA = (ROOT / "credit_service" / "warehouse" / "schema" / "0001_base.sql").read_text(encoding="utf-8")
TYPES = {"text": pl.String(), "int": pl.Int64(), "bool": pl.Boolean(), "date": pl.Date(), "instant": pl.Datetime("us")}
BLANK = {"text": "", "int": 0, "bool": False, "date": date(2026, 1, 1), "instant": datetime(2026, 1, 1)}  # noqa: DTZ001 - naive UTC
AS_OF = date(2026, 9, 30)
KNOWN_AT = end_of_day(date(2026, 10, 20))
QUARTERS = back_to(parse_period("2026Q3"), 3)
RULEBOOK = load_rulebook(ROOT / "rules", AS_OF)
RULE = RULEBOOK.governance_index
COMPILED = compile_governance(RULEBOOK)
GROUPINGS: tuple[tuple[Dimension, ...], ...] = ((), (Dimension.CATEGORY,), (Dimension.AGENCY,), tuple(Dimension))
TOPICS = ("销售假药", "电信网络诈骗", "占道经营")
KINDS = ("penalty", "abnormal_operation", "judgment_default", "wage_arrears", "broken_commitment", "licence", "honour")
EDGES = sorted({day for one in QUARTERS for day in (one.from_on, one.until_on)})


@dataclass(frozen=True)
class Stored:
    """A record as the warehouse has it."""

    fact: Fact
    agency: str
    region: str | None
    visible_at: datetime | None


def days_near() -> st.SearchStrategy[date]:
    """Days on and beside the ends of the periods come up as often as all others together."""
    beside = st.sampled_from([day + timedelta(days=step) for day in EDGES for step in (-1, 0, 1)])
    # Decisions whose term of governance ends on such a day.
    terms = sorted({term.overdue_days for term in RULE.kinds})
    due = st.builds(
        lambda day, term, step: day - timedelta(days=term + step),
        st.sampled_from(EDGES),
        st.sampled_from(terms),
        st.sampled_from([-1, 0, 1]),
    )
    return st.one_of(beside, due, st.dates(date(2025, 1, 1), date(2026, 11, 30)))


@st.composite
def stored_records(draw: st.DrawFn) -> list[Stored]:
    found = []
    for number in range(draw(st.integers(0, 9))):
        decided_on = draw(days_near())
        is_person = draw(st.integers(0, 3)) == 0
        who = draw(st.sampled_from("甲乙丙"))
        learned_on = max(decided_on, draw(days_near()))
        learned_at = datetime.combine(learned_on, draw(st.sampled_from([time(0), time(15, 59), time(16)])), UTC)
        fact = Fact(
            record_id=f"R{number}",
            kind=draw(st.sampled_from(KINDS)),
            subject_id=f"psn:{who}" if is_person else f"uscc:{who}",
            subject_kind="person" if is_person else "organisation",
            topic=draw(st.sampled_from(TOPICS)),
            decided_on=decided_on,
            # Few acts, so that one is sometimes reported twice.
            act_key=draw(st.sampled_from([f"a{number}", f"a{number}", "a0"])),
            learned_at=learned_at,
            superseded_at=draw(st.sampled_from([None, None, None, KNOWN_AT - timedelta(days=1), KNOWN_AT])),
            fine_fen=draw(st.sampled_from([0, 100_000, 10**9])),
            simple_procedure=draw(st.integers(0, 4)) == 0,
            ends_on=draw(st.one_of(st.none(), days_near())),
            repaired_on=draw(st.one_of(st.none(), st.none(), days_near())),
            revoked_on=draw(st.one_of(st.none(), st.none(), st.none(), days_near())),
            is_minor=draw(st.integers(0, 9)) == 0,
        )
        visible_at = learned_at if draw(st.integers(0, 5)) else None
        agency, region = draw(st.sampled_from("AB")), None if is_person else draw(st.sampled_from(["990101", None]))
        found.append(Stored(fact, agency, region, visible_at))
    return found


# The slow count. ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Governed:
    """One adverse record that counts, with its life."""

    stored: Stored
    category: int
    life: Lifetime
    first_learned_at: datetime
    is_repeated: bool = False


def govern(records: Sequence[Stored], known_at: datetime = KNOWN_AT) -> list[Governed]:
    """Return the records that count, each with its category and its life."""
    known = [one for one in records if not one.fact.is_minor and _is_known(one, known_at)]
    newest: dict[str, str] = {}
    for one in sorted(known, key=lambda one: (one.fact.learned_at, one.fact.record_id)):
        newest[one.fact.act_key] = one.fact.record_id
    found = []
    for one in known:
        fact = one.fact
        simple_person = fact.subject_kind == "person" and fact.simple_procedure
        if RULE.term(fact.kind) is None or newest[fact.act_key] != fact.record_id or simple_person:
            continue
        judged = judge(RULEBOOK, fact, AS_OF, repeated=False)
        first = min(other.fact.learned_at for other in records if other.fact.act_key == fact.act_key)
        found.append(Governed(one, judged.category, find_life(RULEBOOK, fact, AS_OF), first))
    return [_with_repeat(one, found) for one in found]


def _is_known(one: Stored, known_at: datetime) -> bool:
    gone = one.fact.superseded_at is not None and one.fact.superseded_at <= known_at
    return one.visible_at is not None and one.visible_at <= known_at and not gone


def _with_repeat(one: Governed, every: Iterable[Governed]) -> Governed:
    fact = one.stored.fact
    before = [
        other.stored.fact.decided_on
        for other in every
        if other.stored.fact.subject_id == fact.subject_id
        and other.category == one.category
        and other.stored.fact.revoked_on is None
        and other.stored.fact.decided_on < fact.decided_on
    ]
    repeated = any((fact.decided_on - day).days <= RULE.repeat.value for day in before)
    return Governed(one.stored, one.category, one.life, one.first_learned_at, repeated)


def count_slowly(governed: Iterable[Governed], period: Period, known_at: datetime = KNOWN_AT) -> dict[str, int]:
    """Return the counts of one period by walking its days in the head: slow and obvious."""
    through = last_known_on(period, legal_day(known_at))
    begins, ends = _midnight(period.from_on), _midnight(shift_period(period, 1).from_on)
    counts = dict.fromkeys(RECORD_COUNTS, 0)
    subjects = set()
    for one in governed:
        life, fact = one.life, one.stored.fact
        if life.decided_on > through:
            continue
        if life.decided_on < period.from_on and begins <= one.first_learned_at < ends:
            counts["late_learned"] += 1
        if life.decided_on < period.from_on and not _is_open(life, period.from_on - timedelta(days=1)):
            continue
        counts["opening" if life.decided_on < period.from_on else "new"] += 1
        subjects.add(fact.subject_id)
        counts["repeated"] += one.is_repeated and life.decided_on >= period.from_on
        if _is_open(life, through):
            counts["closing"] += 1
            counts["overdue"] += through > life.overdue_after_on
        else:
            counts[life.way] += 1
    counts["subjects"], counts["persons"] = len(subjects), sum(who.startswith("psn:") for who in subjects)
    return counts


def _is_open(life: Lifetime, day: date) -> bool:
    return life.decided_on <= day and (life.ended_on is None or life.ended_on > day)


def _midnight(day: date) -> datetime:
    return end_of_day(day - timedelta(days=1)) + timedelta(microseconds=1)


# The warehouse. -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute(SCHEMA)
    return connection


@contextmanager
def warehouse_of(records: Sequence[Stored]) -> Iterator[Session]:
    """Open a warehouse in memory that holds these records."""
    connection = _connection()
    connection.execute("DELETE FROM records")
    blank = {name: None if kind.endswith("?") else BLANK[kind] for name, kind in RECORD_FIELDS}
    rows = []
    for one in records:
        known = {name: getattr(one.fact, name) for name, _ in RECORD_FIELDS if hasattr(one.fact, name)}
        own = {"agency_code": one.agency, "region_code": one.region, "visible_at": one.visible_at}
        row = blank | known | own
        rows.append({name: _naive(value) for name, value in row.items()})
    if rows:
        frame = pl.DataFrame(rows, schema={name: TYPES[kind.removesuffix("?")] for name, kind in RECORD_FIELDS})
        connection.register("given", frame)
        connection.execute(f"INSERT INTO records BY NAME SELECT *, {SUBJECT_KEY} AS subject_key FROM given")
        connection.unregister("given")
    yield Session(connection, RLock(), Path(), WarehouseLimits(threads=1))


def _naive(value: object) -> object:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


def ask(known_at: datetime = KNOWN_AT, **chosen: object) -> GovernanceQuestion:
    known_on = legal_day(known_at)
    periods = [
        CountedPeriod(
            one.from_on, last_known_on(one, known_on), _midnight(one.from_on), _midnight(shift_period(one, 1).from_on)
        )
        for one in QUARTERS
    ]
    return GovernanceQuestion(AS_OF, known_at, periods, **chosen)


def keys_of(one: Governed, by: tuple[Dimension, ...]) -> tuple[object, ...]:
    place = {
        Dimension.CATEGORY: one.category,
        Dimension.DISTRICT: one.stored.region or "",
        Dimension.AGENCY: one.stored.agency,
    }
    return tuple(place[dimension] for dimension in by)


def table_of(frame: pl.DataFrame, by: tuple[Dimension, ...]) -> dict[tuple[object, ...], dict[str, int]]:
    return {
        (row["period"], *(row[dimension.value] for dimension in by)): {name: row[name] for name in RECORD_COUNTS}
        for row in frame.iter_rows(named=True)
    }


@settings(max_examples=examples(40, 200))
@given(stored_records(), st.randoms(use_true_random=False), st.sampled_from([KNOWN_AT, end_of_day(date(2026, 8, 31))]))
def test_sql_counts_what_a_plain_loop_counts_whatever_the_order(records, dice, known_at):
    dice.shuffle(records)
    with warehouse_of(records) as session:
        frames = count_governance(session, ask(known_at), COMPILED, GROUPINGS)
    governed = govern(records, known_at)
    for by, frame in zip(GROUPINGS, frames.counts, strict=True):
        found = table_of(frame, by)
        meant = [one for one in governed if Dimension.CATEGORY in by or one.category > 0]
        expected = {}
        for place, period in enumerate(QUARTERS):
            for key in {keys_of(one, by) for one in meant}:
                counts = count_slowly([one for one in meant if keys_of(one, by) == key], period, known_at)
                if any(counts.values()):
                    expected[(place, *key)] = counts
        assert found == expected
        for counts in found.values():
            ended = sum(counts[way] for way in ("mended", "repaired", "removed", "expired"))
            assert counts["opening"] + counts["new"] == ended + counts["closing"]
            assert counts["overdue"] <= counts["closing"]


@settings(max_examples=25)
@given(stored_records(), st.sampled_from([0, 4]), st.sampled_from(["A", "B"]), st.sampled_from(["990101", ""]))
def test_a_selection_counts_only_what_it_names(records, category, agency, district):
    with warehouse_of(records) as session:
        question = ask(category=category, agency=agency, district=district)
        (frame,) = count_governance(session, question, COMPILED, [()]).counts
    found = table_of(frame, ())
    meant = [one for one in govern(records) if keys_of(one, tuple(Dimension)) == (category, district, agency)]
    for place, period in enumerate(QUARTERS):
        counts = count_slowly(meant, period)
        assert found.get((place,), dict.fromkeys(RECORD_COUNTS, 0)) == counts


@settings(max_examples=40)
@given(stored_records(), st.data())
def test_mending_one_record_more_never_lowers_the_index_of_its_period(records, data):
    """The law as a whole: whatever is in hand, an act of repair in the period cannot make the index fall."""
    period = QUARTERS[-1]
    still_open = [
        one.stored.fact.record_id
        for one in govern(records)
        if one.category > 0 and _is_open(one.life, period.until_on) and one.life.decided_on <= period.until_on
    ]
    if not still_open:
        return
    chosen = data.draw(st.sampled_from(still_open))
    mended = [_repair(one, period.until_on) if one.fact.record_id == chosen else one for one in records]
    assert _index(mended, period) >= _index(records, period)


def _repair(one: Stored, day: date) -> Stored:
    fact = Fact(**{**vars(one.fact), "repaired_on": max(day, one.fact.decided_on)})
    return Stored(fact, one.agency, one.region, one.visible_at)


def _index(records: Sequence[Stored], period: Period) -> int:
    counts = count_slowly([one for one in govern(records) if one.category > 0], period)
    # The floor of subjects would hide the index of so small a world.
    told = judge_index(RULE, GovernanceCounts(**{**counts, "subjects": RULE.least_subjects.value}), SpanKind.QUARTER)
    return told.points or 0


def test_random_records_of_a_larger_world_are_counted_alike():
    dice = random.Random(20260930)  # noqa: S311 - a repeatable world, no secret
    records = []
    for number in range(600):
        decided_on = date(2025, 1, 1) + timedelta(days=dice.randrange(660))
        learned_at = datetime.combine(decided_on + timedelta(days=dice.randrange(60)), time(3), UTC)
        is_person = dice.random() < 0.2
        who = dice.randrange(150)
        fact = Fact(
            record_id=f"R{number}",
            kind=dice.choice(KINDS),
            subject_id=f"psn:{who}" if is_person else f"uscc:{who}",
            subject_kind="person" if is_person else "organisation",
            topic=dice.choice(TOPICS),
            decided_on=decided_on,
            act_key=f"a{dice.randrange(550)}",
            learned_at=learned_at,
            fine_fen=dice.choice([0, 100_000, 10**9]),
            ends_on=decided_on + timedelta(days=dice.randrange(900)) if dice.random() < 0.5 else None,
            repaired_on=decided_on + timedelta(days=dice.randrange(400)) if dice.random() < 0.2 else None,
            revoked_on=decided_on + timedelta(days=dice.randrange(400)) if dice.random() < 0.1 else None,
        )
        records.append(Stored(fact, dice.choice("AB"), None if is_person else "990101", learned_at))
    with warehouse_of(records) as session:
        (frame,) = count_governance(session, ask(), COMPILED, [()]).counts
    governed = [one for one in govern(records) if one.category > 0]
    found = table_of(frame, ())
    for place, period in enumerate(QUARTERS):
        expected = count_slowly(governed, period)
        assert found[place,] == expected
        assert min(expected[name] for name in ("new", "repaired", "overdue", "repeated", "late_learned")) > 0


def test_places_of_records_are_told():
    record = Stored(
        Fact("R1", "penalty", "uscc:甲", "organisation", "销售假药", AS_OF, "a", KNOWN_AT), "A", "990101", KNOWN_AT
    )
    with warehouse_of([record]) as session:
        frames = count_governance(session, ask(), COMPILED, [()], ["R1", "R2"])
    assert frames.places.rows() == [("R1", "990101", "A")]
    assert period_of(AS_OF, SpanKind.QUARTER) == QUARTERS[-1]
