"""The ledger and its transactions: the only place that commits.

Before it stand pipeline and lookup with domain classes, after it the database. A unit of work is one transaction; it is
rolled back unless `UnitOfWork.commit` was called. Writers come one after the other (`engine`); who only reads uses
`Ledger.reading` and waits for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from credit_service.errors import KeyMissing
from credit_service.registry.accounts import Accounts, Agencies, ApiKeys
from credit_service.registry.adoptions import Adoptions
from credit_service.registry.batches import Batches
from credit_service.registry.cases import Acts, Cases
from credit_service.registry.consequences import Measures, Publications
from credit_service.registry.engine import READS_ONLY, open_engine
from credit_service.registry.exhibits import Exhibits
from credit_service.registry.keys import Keys
from credit_service.registry.measure_tasks import MeasureBodies, MeasureStrays, MeasureTasks
from credit_service.registry.movements import Movements
from credit_service.registry.notices import Notices
from credit_service.registry.objections import Objections
from credit_service.registry.papers import Papers
from credit_service.registry.persons import Persons
from credit_service.registry.refusals import to_refusal
from credit_service.registry.repairs import RecordRepairs, Repairs
from credit_service.registry.resolutions import Resolutions
from credit_service.registry.retractions import IdempotencyKeys, Retractions
from credit_service.registry.schema import upgrade_schema
from credit_service.registry.second_factors import AccountActs, IdentityLinks, SecondFactors
from credit_service.registry.sessions import SignInFailures, SignInSteps, WebSessions
from credit_service.registry.standins import Delegations
from credit_service.registry.tables import KeyInUseRow, table_of
from credit_service.registry.traces import Audit, LookUps, RunReceipt, Runs

__all__ = ["Ledger", "RunReceipt", "UnitOfWork"]

KEY_IN_USE = table_of(KeyInUseRow)


class UnitOfWork:
    """One transaction with a repository for each kind of thing."""

    def __init__(self, connection: Connection, keys: Keys | None) -> None:
        self._connection = connection
        self.agencies = Agencies(connection)
        self.accounts = Accounts(connection)
        self.keys = ApiKeys(connection)
        self.sessions = WebSessions(connection)
        self.sign_in_steps = SignInSteps(connection)
        self.sign_in_failures = SignInFailures(connection)
        self.second_factors = SecondFactors(connection, keys)
        self.account_acts = AccountActs(connection)
        self.identity_links = IdentityLinks(connection)
        self.batches = Batches(connection)
        self.retractions = Retractions(connection)
        self.idempotency_keys = IdempotencyKeys(connection)
        self.persons = Persons(connection, keys)
        self.resolutions = Resolutions(connection)
        self.adoptions = Adoptions(connection)
        self.runs = Runs(connection)
        self.cases = Cases(connection)
        self.acts = Acts(connection)
        self.exhibits = Exhibits(connection)
        self.delegations = Delegations(connection)
        self.objections = Objections(connection, keys)
        self.papers = Papers(connection)
        self.repairs = Repairs(connection, keys)
        self.record_repairs = RecordRepairs(connection)
        self.notices = Notices(connection)
        self.measures = Measures(connection)
        self.measure_bodies = MeasureBodies(connection)
        self.measure_tasks = MeasureTasks(connection)
        self.measure_strays = MeasureStrays(connection)
        self.movements = Movements(connection)
        self.publications = Publications(connection)
        self.lookups = LookUps(connection)
        self.audit = Audit(connection)

    def commit(self) -> None:
        """Make everything done so far permanent.

        Raises:
            StorageError: The database could not; nothing was written.
        """
        with _in_our_words():
            self._connection.commit()


class Ledger:
    """What people and clients did.

    Args:
        url: SQLAlchemy address; ``sqlite:///…`` or ``postgresql+psycopg://…``.
        keys: The keys for natural persons; without them persons can be neither stored nor read.
    """

    def __init__(self, url: str, keys: Keys | None = None) -> None:
        self._engine: Engine = open_engine(url)
        self._keys = keys

    def create(self) -> None:
        """Create the ledger, or bring it to this version; does nothing where it is there already.

        Raises:
            SchemaDrift: It was written by a newer version of the service.
            KeyMissing: It was made with other keys than those given.
        """
        with self._connect() as connection:
            upgrade_schema(connection)
            self._check_keys(connection)
            connection.commit()

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """Open a transaction that may write; it is rolled back unless committed.

        Raises:
            LedgerConflict: Another writer did not finish in time.
        """
        with self._connect() as connection:
            yield UnitOfWork(connection, self._keys)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """Open a transaction that only reads: it sees one state of the ledger and keeps nobody waiting."""
        with self._connect(reads_only=True) as connection:
            yield UnitOfWork(connection, self._keys)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _connect(self, *, reads_only: bool = False) -> Iterator[Connection]:
        with _in_our_words(), self._engine.connect() as plain:
            connection = plain.execution_options(**{READS_ONLY: reads_only})
            connection.begin()
            yield connection

    def _check_keys(self, connection: Connection) -> None:
        """Note the keys at first use, and refuse others later: they would give every person another id."""
        if self._keys is None:
            return
        known = connection.execute(sa.select(KEY_IN_USE.c.key_id)).scalars().all()
        if not known:
            connection.execute(sa.insert(KEY_IN_USE).values(key_id=self._keys.key_id))
        elif self._keys.key_id not in known:
            message = f"账本由另一组密钥（{known[0]}）建立，当前密钥是{self._keys.key_id}。"
            raise KeyMissing(message, remedy="请恢复与该账本配套的密钥文件，不要使用新生成的密钥。")


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except DBAPIError as fault:
        refusal = to_refusal(fault)
        if refusal is None:
            raise
        raise refusal from fault
