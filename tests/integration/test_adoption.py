"""Rules come into force by two persons from a day, and by nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from credit_service.bootstrap import build_service
from credit_service.domain.adoption import INSTALLER, AdoptionKind, AdoptionState
from credit_service.domain.clock import FixedClock
from credit_service.errors import (
    EvidenceMissing,
    IllegalTransition,
    RulebookDamaged,
    RulebookFaulty,
    RulebookNotAdopted,
    SamePerson,
    ScopeDenied,
    UnknownIndicator,
)
from credit_service.lookup.adoptions import check_copies, list_adoptions, list_texts
from credit_service.pipeline import adopt
from credit_service.pipeline.adopt import (
    ProposalRequest,
    confirm_rulebook,
    found_rulebook,
    propose_rulebook,
    withdraw_rulebook,
)
from credit_service.pipeline.assess import assess
from credit_service.pipeline.examine_rules import check_still_accepted, compile_days
from credit_service.pipeline.repeat import repeat_assessment
from credit_service.rulebook.compiler import hash_text, name_compiler
from credit_service.rulebook.kept import load_kept
from credit_service.settings import Settings

from .adoption_world import (
    CLERK,
    DECIDER,
    EVENTS,
    OTHER_DECIDER,
    REVIEWER,
    TODAY,
    AdoptionWorld,
    Penalty,
    open_adoption_world,
)

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> AdoptionWorld:
    return open_adoption_world(tmp_path)


def request(from_on: date = TOMORROW, **changes: object) -> ProposalRequest:
    return ProposalRequest(
        **{"actor": REVIEWER, "from_on": from_on, "reason": "八号文", "accepted": (EVENTS,), **changes}
    )


def changed(world: AdoptionWorld, points: int = -2) -> AdoptionWorld:
    world.set_points(points)
    return world


def test_the_set_up_founds_the_rules_on_disk_once_and_says_so(world):
    office = world.service.office
    founding = office.adoption(TODAY)
    assert (founding.kind, founding.proposed_by, founding.confirmed_by) == (AdoptionKind.FOUNDING, INSTALLER, INSTALLER)
    assert founding.unconfirmed > 0
    assert found_rulebook(office) is None
    with office.ledger.reading() as uow:
        assert [entry.action for entry in uow.audit.list_newest(object_id=founding.rulebook)] == ["rulebook.founded"]
    assert {text.target for text in list_adoptions(world.service.reading_room)[0].texts} == {"duckdb", "spark"}


def test_a_changed_file_changes_nothing(world):
    before = world.service.office.rulebook(TOMORROW).hash
    changed(world)
    assert world.service.office.rulebook(TOMORROW).hash == before
    assert world.service.reading_room.rulebook(TOMORROW).hash == before
    rebuilt = build_service(Settings(home=world.folder / "live", rules=world.rules), world.clock)
    assert rebuilt.office.rulebook(TOMORROW).hash == before


def test_two_persons_put_rules_in_force_from_their_day(world):
    office, before = world.service.office, world.service.office.rulebook(TODAY).hash
    proposed = propose_rulebook(office, request(accepted=(EVENTS,))) if changed(world) else None
    assert proposed is not None
    assert office.rulebook(TOMORROW).hash == before, "a proposal is not in force"
    world.move()
    adopted = confirm_rulebook(office, proposed.adoption.rulebook[:8], DECIDER)
    assert (adopted.state, adopted.confirmed_on) == (AdoptionState.ADOPTED, TODAY)
    assert office.rulebook(TODAY).hash == before
    assert office.rulebook(TOMORROW).hash != before
    assert office.rulebook(TOMORROW, office.now() - timedelta(minutes=1)).hash == before, "not known a minute ago"
    newest, founding = list_adoptions(world.service.reading_room)
    assert (newest.in_force, founding.in_force, founding.until_on) == (False, True, TODAY)
    world.move(days=1)
    assert [view.in_force for view in list_adoptions(world.service.reading_room)] == [True, False]


def test_what_is_stored_is_what_runs(world):
    office, room = world.service.office, world.service.reading_room
    adopted = changed(world).adopt(TOMORROW, EVENTS)
    texts = list_texts(room, adopted.rulebook, "duckdb")
    assert all(text.sql_hash == hash_text(text.sql) and text.compiler == name_compiler() for text in texts)
    world.move(days=1)
    receipt = assess(office, TOMORROW).receipt
    assert (receipt.adoption, receipt.compiler) == (adopted.number, name_compiler())
    assert receipt.sql_hash in {text.sql_hash for text in texts}


def test_days_nobody_compiled_for_are_compiled_when_they_are_assessed_and_noted(world):
    office = world.service.office
    day = date(2025, 12, 31)
    run = assess(office, day)
    texts = list_texts(world.service.reading_room, office.adoption(day).rulebook, "duckdb")
    assert run.receipt.sql_hash in {text.sql_hash for text in texts}


@pytest.mark.parametrize("actor", [CLERK, DECIDER], ids=["no role", "decider"])
def test_who_may_propose(world, actor):
    changed(world)
    if actor is CLERK:
        with pytest.raises(ScopeDenied):
            propose_rulebook(world.service.office, request(actor=actor))
    else:
        assert propose_rulebook(world.service.office, request(actor=actor)).adoption.number == 2


def test_nobody_confirms_alone_or_without_the_role(world):
    office = world.service.office
    changed(world)
    name = propose_rulebook(office, request(actor=DECIDER)).adoption.rulebook
    with pytest.raises(SamePerson):
        confirm_rulebook(office, name, DECIDER)
    with pytest.raises(ScopeDenied):
        confirm_rulebook(office, name, REVIEWER)
    assert confirm_rulebook(office, name, OTHER_DECIDER).confirmed_by == OTHER_DECIDER.actor_id


def test_nothing_is_retroactive(world):
    office = world.service.office
    changed(world)
    with pytest.raises(IllegalTransition, match="溯及既往"):
        propose_rulebook(office, request(TODAY - timedelta(days=1)))
    name = propose_rulebook(office, request(TODAY)).adoption.rulebook
    world.move(days=1)
    with pytest.raises(IllegalTransition, match="溯及既往"):
        confirm_rulebook(office, name, DECIDER)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (EVENTS, "points.penalty.general,penalty", "points.penalty.general,no_such_kind"),
        ("severity/levels/2025.1/rule.yaml", "fine_fen", "fine_yuan_fen"),
    ],
)
def test_rules_with_any_fault_are_refused_whole_and_those_in_force_stay(world, path, old, new):
    office, before = world.service.office, world.service.office.rulebook(TOMORROW).hash
    world.edit(path, old, new)
    world.edit("publicity/terms/order36/rule.yaml", "law: L1", "law: L99")
    with pytest.raises(RulebookFaulty) as refused:
        propose_rulebook(office, request(accepted=()))
    files = {fault["file"] for fault in refused.value.attributes["faults"]}
    assert {f"rules/{path}", "rules/publicity/terms/order36/rule.yaml"} <= files, "all faults, with file and line"
    assert office.rulebook(TOMORROW).hash == before
    assert len(list_adoptions(world.service.reading_room)) == 1
    assert len(list(office.places.rulebooks.iterdir())) == 1, "nothing of a faulty draft is kept"


def test_a_file_that_cannot_be_read_is_refused_with_its_line(world):
    world.edit("scoring/points/2026.1/rule.yaml", "kind: scoring", "kind: : scoring")
    with pytest.raises(RulebookFaulty) as refused:
        propose_rulebook(world.service.office, request(accepted=()))
    places = {(fault["file"], fault["line"]) for fault in refused.value.attributes["faults"]}
    assert ("rules/scoring/points/2026.1/rule.yaml", 1) in places


def test_an_edit_of_an_adopted_version_is_accepted_by_name_or_refused(world):
    office = world.service.office
    changed(world)
    with pytest.raises(EvidenceMissing, match=r"events\.csv"):
        propose_rulebook(office, request(accepted=()))
    with pytest.raises(UnknownIndicator, match=r"none\.such"):
        propose_rulebook(office, request(accepted=(EVENTS, "none.such")))
    proposed = propose_rulebook(office, request())
    assert (proposed.edited, proposed.adoption.accepted) == ((EVENTS,), (EVENTS,))


def test_a_new_version_beside_the_old_one_is_no_edit(world):
    target = world.rules / "scoring" / "points" / "2027.1"
    source = world.rules / "scoring" / "points" / "2026.1"
    target.mkdir()
    for path in source.iterdir():
        text = path.read_text(encoding="utf-8").replace('version: "2026.1"', 'version: "2027.1"')
        (target / path.name).write_text(text.replace("{from: 2025-06-22}", "{from: 2026-12-01}"), encoding="utf-8")
    proposed = propose_rulebook(world.service.office, request(accepted=()))
    assert proposed.edited == ()
    assert {text.from_on for text in proposed.compiled} >= {TOMORROW, date(2026, 12, 1)}


def test_unchanged_rules_are_not_proposed(world):
    with pytest.raises(IllegalTransition, match="完全相同"):
        propose_rulebook(world.service.office, request(accepted=()))


def test_a_proposal_needs_a_reason_and_is_made_once(world):
    office = world.service.office
    changed(world)
    with pytest.raises(EvidenceMissing):
        propose_rulebook(office, request(reason="  "))
    propose_rulebook(office, request())
    with pytest.raises(IllegalTransition, match="等待第二人确认"):
        propose_rulebook(office, request())


def test_a_withdrawn_proposal_is_not_confirmed(world):
    office = world.service.office
    changed(world)
    name = propose_rulebook(office, request()).adoption.rulebook
    with pytest.raises(EvidenceMissing):
        withdraw_rulebook(office, name, REVIEWER, "")
    withdrawn = withdraw_rulebook(office, name, REVIEWER, "写错了")
    assert withdrawn.state is AdoptionState.WITHDRAWN
    with pytest.raises(RulebookNotAdopted):
        confirm_rulebook(office, name, DECIDER)
    assert propose_rulebook(office, request()).adoption.number == 3


LIST_TYPES = "lists/list_types/2026.1/rule.yaml"


def proposed_twice(world: AdoptionWorld, path: str) -> tuple[str, str]:
    """Propose an edit of the points, and, as though nobody had, an edit of a file; both compared with one base."""
    office = world.service.office
    before = (world.rules / EVENTS).read_bytes()
    first = propose_rulebook(office, request()) if changed(world, -3) else None
    (world.rules / EVENTS).write_bytes(before)
    if path == EVENTS:
        changed(world, -4)
    else:
        text = (world.rules / path).read_text(encoding="utf-8")
        (world.rules / path).write_text(f"# note\n{text}", encoding="utf-8")
    second = propose_rulebook(office, request(accepted=(path,)))
    assert first is not None
    return first.adoption.rulebook, second.adoption.rulebook


@pytest.mark.parametrize("path", [LIST_TYPES, EVENTS], ids=["another file", "the same file"])
def test_a_second_proposal_on_the_same_rules_does_not_undo_the_first(world, path):
    office = world.service.office
    first, second = proposed_twice(world, path)
    world.move()
    confirm_rulebook(office, first, DECIDER)
    world.move()
    with pytest.raises(EvidenceMissing, match="重新提出") as refused:
        confirm_rulebook(office, second, DECIDER)
    assert EVENTS in refused.value.attributes["missing"]
    assert office.adoption(TOMORROW).rulebook == first
    withdraw_rulebook(office, second, REVIEWER, "在新规则上重新提出")
    again = propose_rulebook(office, request(accepted=tuple({path, EVENTS})))
    assert again.adoption.rulebook == second, "whoever accepts by name what it undoes may have it"
    assert confirm_rulebook(office, second, DECIDER).number == again.adoption.number


def test_rules_in_force_already_are_not_confirmed_again(world):
    office = world.service.office
    changed(world)
    proposal = propose_rulebook(office, request()).adoption
    confirm_rulebook(office, proposal.rulebook, DECIDER)
    with office.ledger.reading() as uow, pytest.raises(IllegalTransition, match="完全相同"):
        check_still_accepted(office, uow, proposal)


def test_an_assessment_while_rules_are_compiled_for_their_confirmation_knows_the_adoption_that_holds(
    world, monkeypatch
):
    office = world.service.office
    world.ingest(Penalty(1, 1))
    changed(world)
    name = propose_rulebook(office, request(TODAY)).adoption.rulebook
    runs = []

    def compile_slowly(*asked):
        made = compile_days(*asked)
        world.move()
        runs.append(assess(office, TODAY))
        world.move()
        return made

    monkeypatch.setattr(adopt, "compile_days", compile_slowly)
    adopted = confirm_rulebook(office, name, DECIDER)
    assert adopted.confirmed_at > runs[0].receipt.known_at
    assert runs[0].receipt.adoption == 1
    assert repeat_assessment(office, runs[0].run_id).same_rules


@pytest.mark.parametrize("name", ["", "1234567", "0" * 64])
def test_a_proposal_is_named_by_eight_characters_of_its_hash(world, name):
    with pytest.raises(RulebookNotAdopted):
        confirm_rulebook(world.service.office, name, DECIDER)


@pytest.mark.parametrize("harm", ["edit", "delete", "add", "manifest", "all"])
def test_a_kept_copy_that_is_not_what_was_adopted_is_refused(world, harm):
    office = world.service.office
    kept = office.places.rulebooks / office.adoption(TODAY).rulebook
    victim = kept / "rules" / EVENTS
    load_kept.cache_clear()
    if harm == "edit":
        victim.chmod(0o644)
        victim.write_text(victim.read_text(encoding="utf-8").replace("-5", "-6"), encoding="utf-8")
    elif harm == "delete":
        victim.unlink()
    elif harm == "add":
        (victim.parent / "more.csv").write_text("id\n", encoding="utf-8")
    elif harm == "manifest":
        (kept / "files.txt").chmod(0o644)
        (kept / "files.txt").write_text("", encoding="utf-8")
    else:
        kept.rename(kept.with_name("elsewhere"))
    with pytest.raises(RulebookDamaged):
        office.rulebook(TODAY)
    with pytest.raises(RulebookDamaged):
        assess(office, TODAY)
    with pytest.raises(RulebookDamaged):
        check_copies(world.service.reading_room)
    load_kept.cache_clear()


def test_proposing_the_same_files_mends_a_damaged_copy(world):
    office = world.service.office
    kept = office.places.rulebooks / office.adoption(TODAY).rulebook
    (kept / "rules" / EVENTS).unlink()
    with pytest.raises(IllegalTransition, match="完全相同"):
        propose_rulebook(office, request(accepted=()))
    assert check_copies(world.service.reading_room) == (kept.name,)


def test_of_two_adoptions_the_one_that_began_last_holds_and_of_one_day_the_last_confirmed(world):
    office = world.service.office
    late = changed(world, -2).adopt(TODAY + timedelta(days=30), EVENTS)
    world.move()
    world.set_points(-3)
    soon = world.adopt(TODAY + timedelta(days=10), EVENTS)
    days = {days: office.adoption(TODAY + timedelta(days=days)).number for days in (0, 9, 10, 29, 30, 400)}
    assert days == {0: 1, 9: 1, 10: soon.number, 29: soon.number, 30: late.number, 400: late.number}
    world.move()
    world.set_points(-4)
    again = world.adopt(TODAY + timedelta(days=30), EVENTS)
    assert office.adoption(TODAY + timedelta(days=30)).number == again.number
    views = {view.adoption.number: view.until_on for view in list_adoptions(world.service.reading_room)}
    assert views[1] == TODAY + timedelta(days=9)
    assert views[again.number] is None


def test_an_adoption_comes_after_every_assessment(world):
    office = world.service.office
    world.ingest(Penalty(1, 1))
    run = assess(office, TODAY)
    changed(world)
    adopted = world.adopt(TODAY, EVENTS)
    assert adopted.confirmed_at > run.receipt.known_at, "though the clock has not moved"
    assert office.adoption(TODAY, run.receipt.known_at).number == 1


def test_faulty_rules_are_not_founded_and_the_service_says_so(tmp_path):
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "broken.yaml").write_text("a: [", encoding="utf-8")
    service = build_service(
        Settings(home=tmp_path / "live", rules=rules), FixedClock(datetime(2026, 9, 30, tzinfo=UTC))
    )
    for ask in (service.office.rulebook, service.reading_room.rulebook):
        with pytest.raises(RulebookNotAdopted):
            ask(TODAY)
    with pytest.raises(RulebookFaulty):
        found_rulebook(service.office)
    assert list_adoptions(service.reading_room) == ()
