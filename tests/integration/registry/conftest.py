"""A real ledger for each test, on SQLite and, where a server is named, on PostgreSQL."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from integration.registry.adopted import found, receipt
from sqlalchemy.engine import make_url

from credit_service.domain.agency import Agency
from credit_service.domain.batch import Batch, BatchStatus
from credit_service.domain.bulletin import Release
from credit_service.domain.listing import Act, ActKind, Case, CaseState
from credit_service.domain.measure import MeasureOwed
from credit_service.domain.query import LookUp
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.listing.terms import ProcedureTerms
from credit_service.listing.transitions import apply_act
from credit_service.registry.keys import Keys, load_or_create_keys
from credit_service.registry.tables import Row
from credit_service.registry.unit_of_work import Ledger

SERVER = "CREDIT_TEST_POSTGRESQL_URL"
TERMS = ProcedureTerms(5, 7, 12, 36, may_publish=True, publication_basis="总局令第44号")
PATH = (
    ActKind.DRAFT_NOTICE,
    ActKind.SERVE_NOTICE,
    ActKind.HEAR,
    ActKind.DECIDE,
    ActKind.SERVE_DECISION,
    ActKind.PUBLISH,
)


class Server:
    """A PostgreSQL server on which this run makes and drops a database of its own."""

    def __init__(self, address: str) -> None:
        self.name = f"credit_test_{uuid.uuid4().hex[:12]}"
        self.url = make_url(address).set(database=self.name).render_as_string(hide_password=False)
        self._server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
        self._run(self._server, f"CREATE DATABASE {self.name}")
        self._door = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        first = Ledger(self.url)
        first.create()
        first.close()
        with self._door.connect() as connection:
            self._head = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()

    def _run(self, door: sa.Engine, *statements: str) -> None:
        with door.connect() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))

    def empty(self) -> None:
        """Make the database as new; only here, where the law's triggers can be put to sleep, rows are taken away."""
        self._run(
            self._door,
            "SET session_replication_role = replica",
            # Emptying nearly empty tables costs a hundredth of cutting them, which makes every file anew.
            "; ".join(f"DELETE FROM {name}" for name in Row.metadata.tables),
            "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences",
            "SET session_replication_role = origin",
            "ALTER TABLE audit ENABLE TRIGGER USER",
            f"UPDATE alembic_version SET version_num = '{self._head}'",
        )

    def drop(self) -> None:
        self._door.dispose()
        self._run(self._server, f"DROP DATABASE {self.name} WITH (FORCE)")
        self._server.dispose()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a migrated database for this run, emptied for each test."""
    address = os.environ.get(SERVER)
    if not address:
        pytest.skip(f"no PostgreSQL server named in {SERVER}")
    made = Server(address)
    yield made
    made.drop()


BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def empty_database(request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the address of an empty database that nobody else uses now."""
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'ledger.sqlite'}"
    server: Server = request.getfixturevalue("server")
    server.empty()
    return server.url


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a database for one test."""
    return empty_database(request, tmp_path)


@pytest.fixture(scope="module", params=BACKENDS)
def shared_desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Desk"]:
    """Return a desk for all tests of a module, for those whose every attempt is refused."""
    address = empty_database(request, tmp_path_factory.mktemp("shared"))
    opened = Ledger(address)
    opened.create()
    desk = Desk(opened, address)
    yield desk
    desk.close()
    opened.close()


@pytest.fixture
def keys(tmp_path) -> Keys:
    return load_or_create_keys(tmp_path / "keys")


@pytest.fixture
def ledger(url: str, keys: Keys) -> Iterator[Ledger]:
    opened = Ledger(url, keys)
    opened.create()
    yield opened
    opened.close()


@dataclass
class Desk:
    """Walks cases through the real ledger, as `pipeline` does."""

    ledger: Ledger
    url: str
    today: date = date(2026, 9, 4)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.door = sa.create_engine(self.url, pool_size=1)

    def now(self) -> datetime:
        return datetime.combine(self.today, time(4), UTC)

    def agency(self) -> Agency:
        return Agency("11990101TEST00000X", "市场监督管理局（测试）", "市场监管局", "990101", ("penalty_org",))

    def case(self, number: int | None = None, **changes: object) -> Case:
        number = next(self.numbers) if number is None else number
        plain = Case(
            case_id=f"C{number:012d}",
            subject_id=f"uscc:TEST{number}",
            subject_kind=SubjectKind.ORGANISATION,
            subject_name=f"示范商贸第{number}有限公司（测试）",
            identifier_code=f"TEST{number}",
            list_kind=ListKind.BLACK,
            list_type="samr_serious",
            list_basis="总局令第44号",
            category=4,
            authority_code="",
            authority_name="市场监管局（测试）",
            state=CaseState.PROPOSED,
            rule="proposals.black",
            rulebook="ab" * 32,
            run_id="A20260904-00000000",
            record_ids=("B1-0000001",),
            fact="行政处罚：销售假药",
            severity="serious",
            proposed_on=date(2026, 9, 4),
        )
        return replace(plain, **changes)

    def person(self, number: int | None = None, **changes: object) -> Case:
        number = next(self.numbers) if number is None else number
        who = {
            "subject_id": f"psn:{number:032x}",
            "subject_kind": SubjectKind.PERSON,
            "subject_name": "张*",
            "identifier_code": None,
            "adult_on": date(2000, 1, 1),
        }
        return self.case(number, **{**who, **changes})

    def red(self, number: int | None = None, **changes: object) -> Case:
        return self.case(number, **{"list_kind": ListKind.RED, "list_type": "honour", "severity": None, **changes})

    def act(self, kind: ActKind, on: date, **changes: object) -> Act:
        actor = "decider" if kind in {ActKind.DECIDE, ActKind.DECLINE, ActKind.REVOKE} else "reviewer"
        at, papers = datetime.combine(on, time(4), UTC), ("测信〔2026〕1号", "事实清楚", "回执1号", "court")
        plain = Act(kind, actor, on, at, *papers, rulebook="ab" * 32)
        return replace(plain, **changes)

    def move(self, case: Case, kind: ActKind, **changes: object) -> tuple[Case, Act]:
        """Return the case after an act on the first lawful day, and the act; nothing is stored."""
        days = [case.proposed_on, case.notice_served_on, case.heard_on, case.decided_on, case.decision_served_on]
        on = max(day for day in days if day is not None)
        if kind is ActKind.HEAR and case.statement_until_on is not None:
            on = case.statement_until_on + timedelta(days=1)
        act = self.act(kind, **{"on": on, **changes})
        return apply_act(case, act, TERMS, lambda day: day.weekday() < 5), act

    def add(self, case: Case) -> Case:
        with self.ledger.unit_of_work() as uow:
            uow.cases.add(case, self.now())
            uow.commit()
        return case

    def save(self, case: Case, kind: ActKind, **changes: object) -> Case:
        moved, act = self.move(case, kind, **changes)
        with self.ledger.unit_of_work() as uow:
            uow.cases.save(moved, act)
            uow.commit()
        return moved

    def walk(self, case: Case, until: CaseState) -> Case:
        """Add a case and take it lawfully to a state."""
        case = self.add(case)
        for kind in (ActKind.TAKE_UP,) if until is CaseState.UNDER_REVIEW else PATH:
            if case.state is until:
                break
            case = self.save(case, kind)
        assert case.state is until
        return case

    def stored(self, case_id: str) -> Case:
        with self.ledger.reading() as uow:
            return uow.cases.get(case_id)

    def run_raw(self, *statements: str, **parameters: Any) -> None:
        """Run SQL as any other program would: own connection, none of our settings, one transaction."""
        with self.door.begin() as connection:
            for statement in statements:
                used = {name: value for name, value in parameters.items() if f":{name}" in statement}
                connection.execute(sa.text(statement), used)

    def dump(self) -> dict[str, list[str]]:
        """Return every row of every table, as any other program sees it."""
        with self.door.connect() as connection:
            return {
                name: sorted(map(str, connection.execute(sa.text(f"SELECT * FROM {name}")).all()))
                for name in Row.metadata.tables
            }

    def close(self) -> None:
        self.door.dispose()


@pytest.fixture
def desk(ledger: Ledger, url: str) -> Iterator[Desk]:
    opened = Desk(ledger, url)
    yield opened
    opened.close()


def fill(desk: Desk) -> Desk:
    """Put something of everything into a ledger."""
    case = desk.walk(desk.case(), CaseState.PUBLISHED)
    assert case.decision_served_on is not None
    owed = MeasureOwed(case.case_id, "key_supervision", "依据", "各部门", case.decision_served_on, case.max_until_on)
    issue = Release("HB2026Q3", "2026Q3", 1, "2026年第三季度", desk.now(), (case.case_id,), (), "m" * 64)
    with desk.ledger.unit_of_work() as uow:
        found(uow, desk.now())
        uow.runs.add(receipt("A1", desk.today, desk.now()))
        uow.agencies.add(desk.agency())
        uow.batches.add(
            Batch(
                "B1", desk.agency().agency_code, "0" * 64, 9, "csv", "a.csv", desk.now(), "clerk", BatchStatus.RECEIVED
            )
        )
        uow.measures.add([owed])
        uow.publications.add(issue)
        for number in range(3):
            uow.audit.append("decider", "case.decided", case.case_id, desk.now(), {"step": number, "文号": "一"})
            uow.lookups.append(LookUp("11X", "K1", "uscc:TEST1", "award", f"办{number}", desk.now(), number))
        uow.commit()
    return desk


@pytest.fixture
def full(desk: Desk) -> Desk:
    return fill(desk)


@pytest.fixture(scope="module")
def shared_full(shared_desk: Desk) -> Desk:
    return fill(shared_desk)
