"""As of, known at: an assessment done again by the rules and facts known then gives the stored result, bit for bit.

Each story assesses, lets something happen that must not change what was found, and repeats: beside the stored result,
and into a warehouse made new.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from credit_service.bootstrap import build_service
from credit_service.domain.agency import Actor
from credit_service.errors import RulebookDamaged, RulebookNotAdopted, RunNotFound
from credit_service.pipeline import assess as chapter
from credit_service.pipeline import resolve
from credit_service.pipeline.assess import AssessOutcome, assess
from credit_service.pipeline.batch_life import withdraw_batch, withdraw_record
from credit_service.pipeline.rebuild import rebuild
from credit_service.pipeline.repeat import repeat_assessment
from credit_service.pipeline.resolve import judge_same, undo_judgement
from credit_service.registry.schema import MIGRATIONS
from credit_service.rulebook.kept import load_kept
from credit_service.rulebook.load import load_rulebook
from credit_service.settings import Settings

from .adoption_world import CLERK, EVENTS, REVIEWER, TODAY, AdoptionWorld, Penalty, copy_rules, open_adoption_world
from .resolution_world import company_code

SERIOUS = "吊销许可证件"


@pytest.fixture
def world(tmp_path: Path) -> AdoptionWorld:
    opened = open_adoption_world(tmp_path)
    opened.ingest(Penalty(1, 1), Penalty(2, 2), Penalty(3, 3, kind=SERIOUS))
    opened.move()
    return opened


def prove(world: AdoptionWorld, *runs: AssessOutcome) -> None:
    """Repeat runs beside what is stored and into a new warehouse; each must be the stored one in every row."""
    stored = {run.run_id: world.rows(run.run_id) for run in runs}
    for run in runs:
        repetition = repeat_assessment(world.service.office, run.run_id)
        assert repetition.is_identical, repetition.to_dict()
        assert repetition.same_facts, repetition.to_dict()
    outcome = rebuild(world.service.office)
    assert (outcome.differing, outcome.lost) == ((), ())
    assert set(outcome.repeated) >= stored.keys()
    assert {run.run_id: world.rows(run.run_id) for run in runs} == stored


def late(world: AdoptionWorld) -> None:
    world.ingest(Penalty(1, 4, date(2026, 6, 1), SERIOUS))


def corrected(world: AdoptionWorld) -> None:
    world.ingest(Penalty(1, 1, kind=SERIOUS))


def withdrawn_batch(world: AdoptionWorld) -> None:
    with world.service.office.ledger.reading() as uow:
        batch = uow.batches.list_newest(None, 1)[0]
    withdraw_batch(world.service.office, batch.batch_id, _own(world), "报错了")


def withdrawn_record(world: AdoptionWorld) -> None:
    with world.service.office.warehouse.open() as session:
        record_id = session.run_query("SELECT min(record_id) FROM records").item()
    withdraw_record(world.service.office, record_id, _own(world), "报错了")


def _own(world: AdoptionWorld) -> Actor:
    return replace(CLERK, agency_code=world.agency_code)


def adopted(world: AdoptionWorld) -> None:
    world.set_points(-4)
    world.adopt(TODAY, EVENTS)


@pytest.mark.parametrize("happens", [late, corrected, withdrawn_batch, withdrawn_record, adopted])
def test_what_is_learned_later_changes_no_assessment_and_every_new_one(
    world: AdoptionWorld, happens: Callable[[AdoptionWorld], None]
):
    office = world.service.office
    before = assess(office, TODAY)
    happens(world)
    world.move()
    after = assess(office, TODAY)
    assert world.points(after.run_id) != world.points(before.run_id), "it counts from now on, for the same day"
    assert before.receipt.result_digest != after.receipt.result_digest
    prove(world, before, after)


@pytest.mark.parametrize("happens", [late, corrected, withdrawn_batch, withdrawn_record, adopted])
def test_a_clock_that_stands_still_mixes_nothing_up(world: AdoptionWorld, happens: Callable[[AdoptionWorld], None]):
    office = world.service.office
    before = assess(office, TODAY)
    happens(world)
    after = assess(office, TODAY)
    assert after.receipt.known_at > before.receipt.known_at
    prove(world, before, after)


def test_a_withdrawn_correction_brings_the_first_report_back(world: AdoptionWorld):
    office = world.service.office
    runs = [assess(office, TODAY)]
    corrected(world)
    world.move()
    runs.append(assess(office, TODAY))
    withdrawn_batch(world)
    world.move()
    runs.append(assess(office, TODAY))
    first, changed, back = (world.points(run.run_id) for run in runs)
    assert first == back != changed
    prove(world, *runs)


def test_rules_change_between_two_days_and_each_day_keeps_its_own(world: AdoptionWorld):
    office = world.service.office
    begin = TODAY + timedelta(days=10)
    world.set_points(-4)
    world.adopt(begin, EVENTS)
    world.move()
    days = [begin - timedelta(days=1), begin, begin + timedelta(days=1)]
    runs = [assess(office, day) for day in days]
    points = [world.points(run.run_id)[1] for run in runs]
    assert [run.receipt.adoption for run in runs] == [1, 2, 2]
    assert points[0] > points[1] <= points[2]
    prove(world, *runs)


def test_a_correction_of_rules_to_come_leaves_what_was_assessed_by_them(world: AdoptionWorld):
    office = world.service.office
    begin = TODAY + timedelta(days=10)
    runs = []
    for points in (-4, -2):
        world.set_points(points)
        world.adopt(begin, EVENTS)
        world.move()
        runs.append(assess(office, begin))
    assert world.points(runs[0].run_id)[1] < world.points(runs[1].run_id)[1]
    prove(world, *runs)


@pytest.mark.parametrize("day", [date(2026, 3, 31), date(2026, 4, 1)], ids=["last day", "first day of the next"])
def test_rules_that_end_hold_on_their_last_day(world: AdoptionWorld, day: date):
    world.ingest(Penalty(4, 9, date(2026, 3, 1)))
    world.move()
    run = assess(world.service.office, day)
    term = dict(world.service.office.rulebook(day).versions)["publicity/terms"]
    assert term == ("order58" if day < date(2026, 4, 1) else "order36")
    prove(world, run)


def test_a_record_counts_from_the_day_of_its_decision(world: AdoptionWorld):
    office = world.service.office
    day = date(2026, 9, 10)
    world.ingest(Penalty(7, 70, day))
    world.move()
    runs = [assess(office, day - timedelta(days=1)), assess(office, day), assess(office, day + timedelta(days=1))]
    whole = [world.points(run.run_id)[7] for run in runs]
    assert whole[0] == 1_000_000 > whole[1] >= 990_000
    prove(world, *runs)


def test_a_record_is_known_at_the_very_instant_it_was_stored(world: AdoptionWorld):
    world.ingest(Penalty(8, 80))
    run = assess(world.service.office, TODAY)
    assert 8 in world.points(run.run_id)
    prove(world, run)


def test_links_made_and_undone_change_no_assessment(world: AdoptionWorld):
    office = world.service.office
    before = assess(office, TODAY)
    end = f"uscc:{company_code(1)}"
    weaker = f"org:{company_code(1)[8:17]}"
    made = judge_same(office, weaker, end, REVIEWER, "登记档案")
    world.move()
    linked = assess(office, TODAY)
    undo_judgement(office, made.number, REVIEWER, "看错")
    world.move()
    prove(world, before, linked, assess(office, TODAY))


def judged(world: AdoptionWorld) -> None:
    code = company_code(1)
    judge_same(world.service.office, f"org:{code[8:17]}", f"uscc:{code}", REVIEWER, "登记档案")


@pytest.mark.parametrize("happens", [judged, adopted])
@pytest.mark.parametrize("step", ["_find_instant", "take_over_links"])
def test_what_is_judged_or_adopted_while_an_assessment_begins_is_known_to_it_whole_or_not_at_all(
    world: AdoptionWorld, monkeypatch: pytest.MonkeyPatch, step: str, happens: Callable[[AdoptionWorld], None]
):
    done = getattr(chapter, step)

    def then(*asked: object) -> object:
        result = done(*asked)
        world.move()
        happens(world)
        world.move()
        return result

    with monkeypatch.context() as patch:
        # Whoever judges in another process cannot write into the warehouse that the assessment holds.
        patch.setattr(resolve, "_mirror_now", lambda _office: None)
        patch.setattr(chapter, step, then)
        run = assess(world.service.office, TODAY)
    prove(world, run)
    assert repeat_assessment(world.service.office, run.run_id).same_rules


def lose_rules(world: AdoptionWorld, rulebook: str) -> None:
    (world.service.office.places.rulebooks / rulebook / "rules" / EVENTS).unlink()
    load_kept.cache_clear()


def test_assessments_by_lost_rules_are_told_and_all_others_are_repeated(tmp_path: Path):
    world = open_adoption_world(tmp_path)
    office = world.service.office
    founding = office.adoption(TODAY).rulebook
    lost = assess(office, TODAY)
    world.move()
    adopted(world)
    world.move()
    world.ingest(Penalty(1, 1))
    world.move()
    run = assess(office, TODAY)
    stored = world.rows(run.run_id)
    lose_rules(world, founding)
    outcome = rebuild(office)
    assert (outcome.lost, outcome.repeated, outcome.differing) == ((lost.run_id,), (run.run_id,), ())
    assert world.rows(run.run_id) == stored
    load_kept.cache_clear()


def test_nothing_is_thrown_away_where_the_rules_that_batches_were_checked_by_are_lost(world: AdoptionWorld):
    office = world.service.office
    run = assess(office, TODAY)
    stored = world.rows(run.run_id)
    world.move()
    founding = office.adoption(TODAY).rulebook
    adopted(world)
    lose_rules(world, founding)
    with pytest.raises(RulebookDamaged):
        rebuild(office)
    assert world.rows(run.run_id) == stored
    load_kept.cache_clear()


def test_nothing_is_thrown_away_where_no_rules_are_in_force(tmp_path: Path):
    world = open_adoption_world(tmp_path)
    world.ingest(Penalty(1, 1))
    rules = tmp_path / "faulty"
    rules.mkdir()
    (rules / "broken.yaml").write_text("a: [", encoding="utf-8")
    for ledger in (tmp_path / "live").glob("ledger.sqlite*"):
        ledger.unlink()
    bare = build_service(Settings(home=tmp_path / "live", rules=rules), world.clock)
    with pytest.raises(RulebookNotAdopted):
        rebuild(bare.office)
    with bare.office.warehouse.open() as session:
        assert session.run_query("SELECT count(*) FROM records").item() == 1


def test_what_differs_is_told_with_examples(world: AdoptionWorld):
    office = world.service.office
    run = assess(office, TODAY)
    with office.warehouse.open() as session:
        session.connection.sql(
            "UPDATE scores SET points = points + 1 WHERE category = 0 AND subject_id LIKE '%0000001%'"
        )
        session.connection.sql("DELETE FROM candidates WHERE run_id = $run", params={"run": run.run_id})
    repetition = repeat_assessment(office, run.run_id)
    assert not repetition.is_identical
    assert repetition.same_result, "the receipt knows better than the damaged warehouse"
    told = {one.table: (one.only_stored, one.only_repeated) for one in repetition.differences}
    assert told["scores"] == (1, 1)
    assert repetition.differences[0].examples == (f"uscc:{company_code(1)}",)


def test_other_facts_are_told(world: AdoptionWorld):
    office = world.service.office
    run = assess(office, TODAY)
    with office.warehouse.open() as session:
        session.connection.sql("UPDATE applied SET records_digest = 'other'")
    repetition = repeat_assessment(office, run.run_id)
    assert (repetition.same_facts, repetition.same_result, repetition.is_identical) == (False, True, True)


def test_a_repetition_leaves_nothing_behind(world: AdoptionWorld):
    office = world.service.office
    run = assess(office, TODAY)
    with office.warehouse.open() as session:
        counts = [session.run_query(f"SELECT count(*) FROM {name}").item() for name in ("scores", "assessment_runs")]
    repeat_assessment(office, run.run_id)
    with office.warehouse.open() as session:
        assert counts == [
            session.run_query(f"SELECT count(*) FROM {name}").item() for name in ("scores", "assessment_runs")
        ]
    with office.ledger.reading() as uow:
        assert len(uow.runs.list_all()) == 1


def test_an_unknown_number_and_damaged_rules_are_told(world: AdoptionWorld):
    office = world.service.office
    with pytest.raises(RunNotFound):
        repeat_assessment(office, "A20260930-00000000")
    run = assess(office, TODAY)
    (office.places.rulebooks / office.adoption(TODAY).rulebook / "rules" / EVENTS).unlink()
    load_kept.cache_clear()
    with pytest.raises(RulebookDamaged):
        repeat_assessment(office, run.run_id)
    load_kept.cache_clear()


def test_an_assessment_made_before_adoptions_were_recorded_is_repeated_by_the_founding_rules(tmp_path: Path):
    rules, home = copy_rules(tmp_path), tmp_path / "live"
    home.mkdir()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = sa.create_engine(f"sqlite:///{home / 'ledger.sqlite'}")
    old = {"as_of": TODAY.isoformat(), "rulebook": load_rulebook(rules, TODAY).hash}
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        statement = (
            "INSERT INTO assessment_run (run_id, as_of, known_at, rulebook, sql_hash, counts) VALUES "
            "('A-old', :as_of, '2026-09-01 00:00:00', :rulebook, 'sql', '{}'), "
            "('A-lost', :as_of, '2026-09-01 00:00:00', 'other rules', 'sql', '{}')"
        )
        connection.execute(sa.text(statement), old)
    engine.dispose()
    office = open_adoption_world(tmp_path, rules).service.office
    outcome = rebuild(office)
    assert (outcome.repeated, outcome.lost, outcome.differing) == (("A-old",), ("A-lost",), ())
    repetition = repeat_assessment(office, "A-old")
    assert (repetition.same_rules, repetition.same_result, repetition.is_stored) == (True, None, True)
    assert repetition.is_identical
