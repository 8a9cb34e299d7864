"""Cases on the real stores: lists of the court taken over, honours suspended, stand-ins, evidence, two at once."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from credit_service.bootstrap import Service, build_service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.listing import ActKind, Case, CaseState, is_effective
from credit_service.domain.score import ListKind
from credit_service.errors import (
    ClockReversed,
    CreditServiceError,
    DelegationMissing,
    EvidenceAltered,
    EvidenceMissing,
    LedgerConflict,
    OwnAgencyAlone,
    SamePerson,
    ScopeDenied,
)
from credit_service.pipeline.accounts import NewAccount, add_account, as_actor
from credit_service.pipeline.assess import assess
from credit_service.pipeline.batch_life import withdraw_batch
from credit_service.pipeline.decide import ActRequest, perform_act
from credit_service.pipeline.evidence import HandedIn, read_exhibit
from credit_service.pipeline.ingest import Submission, ingest_file
from credit_service.pipeline.standing import check_standing
from credit_service.pipeline.standins import NewDelegation, end_delegation, give_delegation
from credit_service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples"
AS_OF = date(2026, 9, 30)
COURT, MARKET, CIVILISATION = "11990101990100050H", "11990101990100034U", "119901019901000186"
REFORM = "119901019901000261"


@dataclass
class MovingClock:
    """A clock that is moved by hand."""

    instant: datetime = datetime(2026, 9, 30, 1, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


@dataclass
class World:
    """A service with the court's defaulters and some honours assessed, and people at work."""

    service: Service
    clock: MovingClock
    people: dict[str, Actor]
    court_batch: str

    def cases(self, kind: ListKind) -> list[Case]:
        with self.service.office.ledger.reading() as uow:
            return [case for case in uow.cases.list_open() if case.list_kind is kind]

    def get(self, case: Case) -> Case:
        with self.service.office.ledger.reading() as uow:
            return uow.cases.get(case.case_id)

    def act(self, case: Case, kind: ActKind, by: str, **more: object) -> Case:
        plain = {"document_no": "测信〔2026〕1号", "reason": "事实清楚", "evidence": "http://court.example/1"}
        request = ActRequest(case.case_id, kind, self.people[by], **{**plain, **more})
        return perform_act(self.service.office, request)

    def walk(self, case: Case, drafter: str, decider: str) -> Case:
        for kind in (ActKind.DRAFT_NOTICE, ActKind.SERVE_NOTICE):
            case = self.act(case, kind, drafter)
        self.clock.instant = datetime.combine(case.statement_until_on + timedelta(days=1), self.clock.instant.timetz())
        case = self.act(case, ActKind.HEAR, drafter)
        case = self.act(case, ActKind.DECIDE, decider)
        return self.act(case, ActKind.SERVE_DECISION, drafter)


PEOPLE = (
    ("reviewer", MARKET, Role.REVIEWER),
    ("second", MARKET, Role.REVIEWER),
    ("decider", REFORM, Role.DECIDER),
    ("civil-reviewer", CIVILISATION, Role.REVIEWER),
    ("civil-decider", CIVILISATION, Role.DECIDER),
    ("admin", MARKET, Role.ADMINISTRATOR),
)


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the samples were assessed and the people registered; each test works on a copy."""
    home = tmp_path_factory.mktemp("assessed") / "live"
    service = build_service(Settings(home=home), MovingClock())
    for name, agency in (("失信被执行人", COURT), ("红名单_文明单位", CIVILISATION)):
        (path,) = (path for path in (SAMPLES / "good").iterdir() if name in path.name)
        ingest_file(service.office, Submission(path, path.name, agency, "clerk"))
    assess(service.office, AS_OF)
    for name, agency, role in PEOPLE:
        add_account(service.office, NewAccount(name, name, agency, role, "very long words for a lock"))
    service.office.ledger.close()
    return home


@pytest.fixture
def world(assessed: Path, tmp_path: Path) -> World:
    shutil.copytree(assessed, tmp_path / "live")
    clock = MovingClock()
    service = build_service(Settings(home=tmp_path / "live"), clock)
    with service.office.ledger.reading() as uow:
        people = {name: as_actor(uow.accounts.get(name)) for name, _, _ in PEOPLE}
        (batch,) = (batch for batch in uow.batches.list_newest(None, 9) if batch.agency_code == COURT)
    return World(service, clock, people, batch.batch_id)


@pytest.fixture
def defaulter(world: World) -> Case:
    return next(case for case in world.cases(ListKind.BLACK) if case.subject_kind.value != "person")


def test_the_courts_list_is_taken_over_and_ends_with_it(world, defaulter):
    case = world.act(defaulter, ActKind.TAKE_UP, "reviewer")
    case = world.act(case, ActKind.TAKE_OVER, "decider")
    assert case.decided_on == defaulter.source_decided_on < AS_OF
    assert case.decision_no == defaulter.source_decision_no
    assert is_effective(case, AS_OF)
    with world.service.office.ledger.reading() as uow:
        owed = uow.measures.list_for_case(case.case_id)
    assert owed
    assert all(measure.until_on <= case.max_until_on for measure in owed)

    clerk = Actor("clerk", "报送人员", COURT, Role.SUBMITTER)
    withdraw_batch(world.service.office, world.court_batch, clerk, "法院已删除")
    world.clock.instant += timedelta(minutes=1)
    assess(world.service.office, AS_OF)
    ended = world.get(case)
    assert check_standing(world.service.office).differing == ()
    assert (ended.state, ended.end_kind) == (CaseState.ENDED, "source_end")
    with world.service.office.ledger.reading() as uow:
        assert all(measure.ended_on for measure in uow.measures.list_for_case(case.case_id))


def test_an_honour_is_suspended_the_moment_its_holder_is_listed(world, defaulter):
    honour = world.walk(world.cases(ListKind.RED)[0], "reviewer", "decider")
    # The same organisation also defaults: its honour stands until the decision and not an instant longer.
    listing = _listing_of(world, honour.subject_id, defaulter)
    listing = world.act(listing, ActKind.TAKE_UP, "reviewer")
    assert world.get(honour).suspended_on is None
    world.act(listing, ActKind.TAKE_OVER, "decider")
    suspended = world.get(honour)
    assert suspended.suspension_ground == "negative_listing"
    assert not is_effective(suspended, world.service.office.today())
    with pytest.raises(CreditServiceError):
        world.act(honour, ActKind.RESUME, "decider")
    with world.service.office.ledger.reading() as uow:
        trail = [entry.action for entry in uow.audit.list_newest(10, honour.case_id)]
    assert "case.suspend" in trail


def _listing_of(world: World, subject_id: str, like: Case) -> Case:
    """Put a court's listing of a subject before people, as an assessment would."""
    listing = replace(like, case_id="C0123456789AB", subject_id=subject_id, proposed_on=world.service.office.today())
    with world.service.office.ledger.unit_of_work() as uow:
        uow.cases.add(listing, world.clock.now())
        uow.commit()
    return listing


def test_nobody_prepares_and_decides_alone_on_what_their_agency_sent(world):
    case = next(case for case in world.cases(ListKind.RED) if case.source_agency == CIVILISATION)
    with pytest.raises(OwnAgencyAlone):
        world.walk(case, "civil-reviewer", "civil-decider")
    assert world.get(case).state is CaseState.HEARD
    assert world.act(case, ActKind.DECIDE, "decider").state is CaseState.DECIDED


def test_a_stand_in_acts_in_anothers_place_for_the_days_given(world, defaulter):
    office = world.service.office
    with pytest.raises(ScopeDenied):
        world.act(defaulter, ActKind.DECLINE, "second")
    with pytest.raises(DelegationMissing):
        world.act(defaulter, ActKind.DECLINE, "second", for_id="decider")
    given = give_delegation(
        office, NewDelegation("decider", "second", AS_OF, AS_OF, "decider出差"), world.people["decider"]
    )
    world.act(defaulter, ActKind.TAKE_UP, "reviewer")
    case = world.act(defaulter, ActKind.TAKE_OVER, "second", for_id="decider")
    assert case.decided_by == "second"
    with office.ledger.reading() as uow:
        assert uow.acts.list_for_case(case.case_id)[-1].for_id == "decider"
    end_delegation(office, given.number, world.people["second"])
    with pytest.raises(DelegationMissing):
        world.act(case, ActKind.SUSPEND, "second", for_id="decider", ground="court")


def test_the_reviewer_does_not_decide_as_somebodys_stand_in(world, defaulter):
    give_delegation(
        world.service.office, NewDelegation("decider", "reviewer", AS_OF, AS_OF, "出差"), world.people["admin"]
    )
    world.act(defaulter, ActKind.TAKE_UP, "reviewer")
    with pytest.raises(SamePerson):
        world.act(defaulter, ActKind.TAKE_OVER, "reviewer", for_id="decider")


@pytest.mark.parametrize(
    ("change", "by", "error"),
    [
        ({"from_id": "reviewer", "to_id": "reviewer"}, "admin", SamePerson),
        ({"to_id": "second"}, "second", ScopeDenied),
        ({"to_id": "admin"}, "decider", ScopeDenied),
        ({"from_id": "admin"}, "admin", ScopeDenied),
        ({"from_on": date(2026, 9, 29)}, "decider", ClockReversed),
        ({"until_on": date(2026, 9, 29)}, "decider", ClockReversed),
        ({"reason": " "}, "decider", CreditServiceError),
    ],
)
def test_power_is_not_given_by_or_to_anybody(world, change, by, error):
    plain = {"from_id": "decider", "to_id": "second", "from_on": AS_OF, "until_on": AS_OF, "reason": "出差"}
    with pytest.raises(error):
        give_delegation(world.service.office, NewDelegation(**{**plain, **change}), world.people[by])


def test_evidence_stays_as_it_was_handed_in(world, defaulter):
    office = world.service.office
    scan = HandedIn("../送达回证.pdf", b"%PDF-1.7 signed")
    world.act(defaulter, ActKind.TAKE_UP, "reviewer", exhibits=(scan, scan))
    with office.ledger.reading() as uow:
        (act,) = uow.acts.list_for_case(defaulter.case_id)[1:]
        (exhibit,) = uow.exhibits.list_for_case(defaulter.case_id)[1]
    assert act.exhibits == (exhibit.sha256,)
    assert exhibit.file_name == "送达回证.pdf"
    assert read_exhibit(office, exhibit.sha256) == scan.content
    (kept,) = (path for path in office.places.evidence.glob("*/*"))
    assert b"signed" not in kept.read_bytes()

    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    with pytest.raises(CreditServiceError):
        read_exhibit(office, exhibit.sha256)
    kept.unlink()
    with pytest.raises(EvidenceAltered):
        read_exhibit(office, exhibit.sha256)
    for statement in (
        "UPDATE exhibit SET file_name = 'other'",
        "DELETE FROM act_exhibit",
        f"INSERT INTO act_exhibit SELECT '{defaulter.case_id}', 0, sha256 FROM exhibit WHERE 1 = 0 UNION ALL "
        f"SELECT case_id, 2, sha256 FROM act_exhibit",
    ):
        with pytest.raises(sa.exc.IntegrityError), office.ledger._engine.begin() as connection:
            connection.execute(sa.text(statement))


@pytest.mark.parametrize("content", [b"", b"x" * (50 * 1024 * 1024 + 1)], ids=["empty", "huge"])
def test_evidence_that_is_none_stops_the_act(world, defaulter, content):
    with pytest.raises(EvidenceMissing):
        world.act(defaulter, ActKind.TAKE_UP, "reviewer", exhibits=(HandedIn("a.pdf", content),))
    assert world.get(defaulter).state is CaseState.PROPOSED


def test_of_two_at_once_one_wins_and_the_other_is_told(world, defaulter):
    barrier = threading.Barrier(2)
    outcomes: list[object] = []

    def take_up(by: str) -> None:
        barrier.wait()
        try:
            outcomes.append(world.act(defaulter, ActKind.TAKE_UP, by).reviewer_id)
        except (LedgerConflict, CreditServiceError) as refusal:
            outcomes.append(refusal)

    threads = [threading.Thread(target=take_up, args=(by,)) for by in ("reviewer", "second")]
    _run(threads)
    winners = [one for one in outcomes if isinstance(one, str)]
    assert len(winners) == 1
    assert world.get(defaulter).reviewer_id == winners[0]
    (told,) = (one for one in outcomes if isinstance(one, CreditServiceError))
    assert told.remedy


def _run(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


def test_a_case_moved_behind_the_laws_back_is_found(world, defaulter):
    case = world.act(world.act(defaulter, ActKind.TAKE_UP, "reviewer"), ActKind.TAKE_OVER, "decider")
    office = world.service.office
    assert check_standing(office).differing == ()
    with office.ledger._engine.begin() as connection:
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'listing_case'"
        ).fetchall():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.execute(
            sa.text("UPDATE listing_case SET max_until_on = '2027-01-01' WHERE case_id = :id"), {"id": case.case_id}
        )
    assert check_standing(office).differing == (case.case_id,)
