"""The law of adoptions in the tables: what SQL of another program cannot do, on either database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from integration.registry.adopted import COMPILER, RULEBOOK, found, receipt

from credit_service.domain.adoption import Adoption, AdoptionKind, AdoptionState, CompiledText
from credit_service.errors import ClockReversed, IllegalTransition, RulebookNotAdopted, SamePerson

NOW = datetime(2026, 9, 4, 4, tzinfo=UTC)
TODAY = date(2026, 9, 4)
HASH = "ef" * 32
PROPOSAL = Adoption(AdoptionKind.ORDINARY, HASH, TODAY, "八号文", "anna", NOW, accepted=("limits.age",), unconfirmed=3)
INSERT = (
    "INSERT INTO rulebook_adoption (number, kind, rulebook, from_on, reason, proposed_by, proposed_at, accepted, "
    "unconfirmed, confirmed_by, confirmed_at, confirmed_on, withdrawn_by, withdrawn_at, withdraw_reason) VALUES "
)
OPEN = "(9, 'ordinary', '" + "0a" * 32 + "', '2026-09-04', '文', 'anna', '2026-09-04 04:00:00', '[]', 0, "
NULLS = "NULL, NULL, NULL, NULL, NULL, NULL)"


def text(adoption: int, **changes: object) -> CompiledText:
    plain = CompiledText(adoption, "duckdb", TODAY, "cd" * 32, COMPILER, "sql", NOW, "SELECT 1")
    return replace(plain, **changes)


@pytest.fixture
def proposed(desk):
    """A ledger with its founding (1) and a compiled proposal (2)."""
    with desk.ledger.unit_of_work() as uow:
        found(uow, NOW)
        uow.adoptions.add(PROPOSAL)
        uow.adoptions.add_text(text(2))
        uow.commit()
    return desk


def confirm(desk, by="berta", at=NOW, on=TODAY) -> Adoption:
    with desk.ledger.unit_of_work() as uow:
        adopted = uow.adoptions.confirm(2, by, at, on)
        uow.commit()
    return adopted


def test_what_was_proposed_comes_back(proposed):
    with proposed.ledger.reading() as uow:
        assert uow.adoptions.get(2) == replace(PROPOSAL, number=2)
        assert uow.adoptions.get(2).state is AdoptionState.PROPOSED
        assert [one.number for one in uow.adoptions.list_all()] == [2, 1]
        assert [one.number for one in uow.adoptions.list_named(HASH[:8])] == [2]
        assert uow.adoptions.list_named("%") == []
        with pytest.raises(RulebookNotAdopted):
            uow.adoptions.get(9)


def test_the_one_in_force_is_found_by_day_and_instant(proposed):
    assert confirm(proposed, at=NOW + timedelta(hours=1)).state is AdoptionState.ADOPTED
    with proposed.ledger.reading() as uow:
        found_on = {
            (day, hours): uow.adoptions.find_in_force(TODAY + timedelta(days=day), NOW + timedelta(hours=hours)).number
            for day in (-9999, -1, 0, 9)
            for hours in (-99, 0, 1)
        }
    assert found_on == {key: 2 if key[0] >= 0 and key[1] == 1 else 1 for key in found_on}


def test_a_text_is_stored_once_and_found_by_its_hash(proposed):
    with proposed.ledger.unit_of_work() as uow:
        assert not uow.adoptions.add_text(text(2))
        assert uow.adoptions.add_text(text(2, target="spark", sql_hash="other", sql="SELECT 2"))
        assert uow.adoptions.has_text(2, "spark", COMPILER, "other")
        assert not uow.adoptions.has_text(2, "duckdb", COMPILER, "other")
        assert [one.sql for one in uow.adoptions.list_texts(2, "spark")] == ["SELECT 2"]
        assert len(uow.adoptions.list_texts(2)) == 2
        with pytest.raises(IllegalTransition):
            uow.adoptions.add_text(text(2, sql_hash="third", sql="SELECT 3"))


def test_refusals_of_the_tables_are_told_in_words(proposed):
    with pytest.raises(SamePerson):
        confirm(proposed, by="anna")
    with pytest.raises(IllegalTransition):
        confirm(proposed, at=NOW + timedelta(days=1), on=TODAY + timedelta(days=1))
    with proposed.ledger.unit_of_work() as uow, pytest.raises(IllegalTransition):
        uow.adoptions.add(PROPOSAL)


def test_nothing_is_confirmed_at_an_instant_an_assessment_has_known(proposed):
    with proposed.ledger.unit_of_work() as uow:
        uow.runs.add(receipt("A1", TODAY, NOW))
        uow.commit()
    with pytest.raises(ClockReversed):
        confirm(proposed)
    assert confirm(proposed, at=NOW + timedelta(microseconds=1)).confirmed_by == "berta"


def test_a_proposal_without_sql_is_not_confirmed(proposed):
    with proposed.ledger.unit_of_work() as uow:
        uow.adoptions.add(replace(PROPOSAL, rulebook="0b" * 32))
        with pytest.raises(IllegalTransition):
            uow.adoptions.confirm(3, "berta", NOW, TODAY)


def test_a_withdrawn_proposal_makes_room_and_stays(proposed):
    with proposed.ledger.unit_of_work() as uow:
        assert uow.adoptions.withdraw(2, "anna", NOW, "写错").state is AdoptionState.WITHDRAWN
        with pytest.raises(IllegalTransition):
            uow.adoptions.confirm(2, "berta", NOW, TODAY)
    with proposed.ledger.unit_of_work() as uow:
        uow.adoptions.withdraw(2, "anna", NOW, "写错")
        assert uow.adoptions.add(PROPOSAL).number == 3


@pytest.mark.parametrize(
    "statement",
    [
        # Adopted in one step, founded twice, an empty reason, no person, another's hash, the installer as a person.
        INSERT + OPEN + "'berta', '2026-09-04 04:00:00', '2026-09-04', NULL, NULL, NULL)",
        INSERT
        + OPEN.replace("ordinary", "founding").replace("anna", "installer")
        + "'installer', '2026-09-04 04:00:00', '2026-09-04', NULL, NULL, NULL)",
        INSERT + OPEN.replace("'文'", "' '") + NULLS,
        INSERT + OPEN.replace("'anna'", "''") + NULLS,
        INSERT + OPEN.replace("0a" * 32, "0a") + NULLS,
        INSERT + OPEN.replace("0a" * 32, HASH) + NULLS,
        INSERT + OPEN.replace("anna", "installer") + NULLS,
        INSERT + OPEN.replace("ordinary", "other") + NULLS,
        INSERT + OPEN.replace("(9,", "(2,") + NULLS,
        INSERT + OPEN + "NULL, NULL, NULL, 'anna', '2026-09-04 04:00:00', '错')",
        # Confirmed by the same person, by nobody, in the past, on another day than that of the instant.
        "UPDATE rulebook_adoption SET confirmed_by = 'anna', confirmed_at = '2026-09-04 05:00:00', "
        "confirmed_on = '2026-09-04' WHERE number = 2",
        "UPDATE rulebook_adoption SET confirmed_by = ' ', confirmed_at = '2026-09-04 05:00:00', "
        "confirmed_on = '2026-09-04' WHERE number = 2",
        "UPDATE rulebook_adoption SET confirmed_by = 'installer', confirmed_at = '2026-09-04 05:00:00', "
        "confirmed_on = '2026-09-04' WHERE number = 2",
        "UPDATE rulebook_adoption SET confirmed_by = 'berta', confirmed_at = '2026-09-04 05:00:00' WHERE number = 2",
        "UPDATE rulebook_adoption SET confirmed_by = 'berta', confirmed_at = '2026-09-03 05:00:00', "
        "confirmed_on = '2026-09-03' WHERE number = 2",
        "UPDATE rulebook_adoption SET confirmed_by = 'berta', confirmed_at = '2026-09-04 16:00:00', "
        "confirmed_on = '2026-09-04' WHERE number = 2",
        "UPDATE rulebook_adoption SET confirmed_by = 'berta', confirmed_at = '2026-09-06 05:00:00', "
        "confirmed_on = '2026-09-06' WHERE number = 2",
        "UPDATE rulebook_adoption SET confirmed_by = 'berta', confirmed_at = '2026-09-04 05:00:00', "
        "confirmed_on = '2026-09-04', withdrawn_by = 'a', withdrawn_at = '2026-09-04 05:00:00', withdraw_reason = 'x' "
        "WHERE number = 2",
        # Altered, alone or together with its end.
        "UPDATE rulebook_adoption SET reason = '别的' WHERE number = 2",
        "UPDATE rulebook_adoption SET from_on = '2027-01-01', confirmed_by = 'berta', confirmed_at = "
        "'2026-09-04 05:00:00', confirmed_on = '2026-09-04' WHERE number = 2",
        "UPDATE rulebook_adoption SET accepted = '[]', confirmed_by = 'berta', confirmed_at = "
        "'2026-09-04 05:00:00', confirmed_on = '2026-09-04' WHERE number = 2",
        "UPDATE rulebook_adoption SET withdrawn_by = 'a', withdrawn_at = '2026-09-04 05:00:00', withdraw_reason = '' "
        "WHERE number = 2",
        "UPDATE rulebook_adoption SET rulebook = '" + "0a" * 32 + "' WHERE number = 1",
        "UPDATE rulebook_adoption SET withdrawn_by = 'a', withdrawn_at = '2026-09-04 05:00:00', withdraw_reason = 'x' "
        "WHERE number = 1",
        "DELETE FROM rulebook_adoption",
        "DELETE FROM rulebook_compilation",
        "UPDATE rulebook_compilation SET sql_hash = 'x'",
        "DELETE FROM rulebook_sql",
        "UPDATE rulebook_sql SET sql = 'SELECT 2'",
        "INSERT INTO rulebook_compilation VALUES (2, 'duckdb', 'other', '2026-09-04', 'r', 'nothing', "
        "'2026-09-04 04:00:00')",
        "INSERT INTO rulebook_compilation VALUES (8, 'duckdb', 'other', '2026-09-04', 'r', 'sql', "
        "'2026-09-04 04:00:00')",
    ],
)
def test_rules_come_into_force_by_two_persons_only_and_stay(proposed, statement: str):
    before = proposed.dump()
    with pytest.raises(sa.exc.IntegrityError):
        proposed.run_raw(statement)
    assert proposed.dump() == before


def test_the_sql_used_here_confirms_where_it_is_lawful(proposed):
    proposed.run_raw(
        INSERT + OPEN + NULLS,
        "UPDATE rulebook_adoption SET confirmed_by = 'berta', confirmed_at = '2026-09-04 15:59:59', "
        "confirmed_on = '2026-09-04' WHERE number = 2",
    )
    with proposed.ledger.reading() as uow:
        assert uow.adoptions.get(2).state is AdoptionState.ADOPTED


RUN = (
    "INSERT INTO assessment_run (run_id, as_of, known_at, rulebook, sql_hash, counts, adoption, schema_hash, compiler, "
    "facts_digest, result_digest) VALUES ('A9', {as_of}, {known_at}, 'r', {sql}, '{{}}', {adoption}, {schema}, "
    "{compiler}, {facts}, {result})"
)
LAWFUL = {
    "as_of": "'2026-09-04'",
    "known_at": "'2026-09-04 05:00:00'",
    "sql": "'sql'",
    "adoption": "2",
    "schema": "'s'",
    "compiler": f"'{COMPILER}'",
    "facts": "'f'",
    "result": "'r'",
}


@pytest.mark.parametrize(
    "change",
    [
        *({name: empty} for name in ("schema", "compiler", "facts", "result") for empty in ("NULL", "''")),
        {"adoption": "NULL"},
        {"adoption": "7"},
        {"adoption": "3"},
        {"sql": "'another'"},
        {"compiler": "'another'"},
        {"as_of": "'2026-09-03'"},
        {"known_at": "'2026-09-04 04:29:59'"},
    ],
    ids=str,
)
def test_an_assessment_names_all_it_follows_from_and_rules_in_force(proposed, change):
    confirm(proposed, at=NOW + timedelta(minutes=30))
    proposed.run_raw(INSERT + OPEN.replace("(9,", "(3,") + NULLS)
    with pytest.raises(sa.exc.IntegrityError):
        proposed.run_raw(RUN.format(**{**LAWFUL, **change}))
    proposed.run_raw(RUN.format(**LAWFUL))


def test_a_founding_is_in_force_for_every_day_and_instant(proposed):
    proposed.run_raw(RUN.format(**{**LAWFUL, "adoption": "1", "as_of": "'1999-01-01'", "known_at": "'2000-01-01'"}))
    with proposed.ledger.reading() as uow:
        assert uow.runs.find("A9").adoption == 1
        assert uow.adoptions.get(1).rulebook == RULEBOOK
