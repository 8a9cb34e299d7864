"""Natural persons: the only place where a name and a number can be read back, one person at a time.

Everywhere else a person is a keyed hash and a masked name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from credit_service.errors import KeyMissing, SubjectNotFound
from credit_service.registry.keys import Keys
from credit_service.registry.repository import Repository, Values
from credit_service.registry.tables import PersonRow, table_of
from credit_service.registry.vault import Vault

PERSON = table_of(PersonRow)
PORTION = 5_000
ASKED_AT_ONCE = 500


@dataclass(frozen=True)
class Person:
    """A natural person in clear; never logged, never printed."""

    subject_id: str
    name: str = field(repr=False)
    id_number: str = field(repr=False)


class Persons(Repository):
    """Encrypted persons."""

    def __init__(self, connection: Connection, keys: Keys | None) -> None:
        super().__init__(connection)
        self._vault = None if keys is None else Vault(keys)

    def store(self, persons: Iterable[Sequence[str]]) -> int:
        """Store persons, encrypted; a known one is written anew. Return how many were given.

        **Shape**: ``persons`` yields (subject_id, name, id_number).

        Raises:
            KeyMissing: The ledger was opened without keys.
        """
        vault = self._get_vault()
        dialect = sqlite if self._connection.dialect.name == "sqlite" else postgresql
        insert = dialect.insert(PERSON)
        changed = {name: insert.excluded[name] for name in ("id_enc", "name_enc", "key_id")}
        statement = insert.on_conflict_do_update(index_elements=["subject_id"], set_=changed)
        stored = 0
        for portion in _portions(persons):
            self._run(statement, [_seal(vault, *person) for person in portion])
            stored += len(portion)
        return stored

    def get(self, subject_id: str) -> Person:
        """Return one person in clear.

        Raises:
            SubjectNotFound: No person has this id.
            KeyMissing: The row was encrypted under another key, or altered.
        """
        row = self._first(sa.select(PERSON).where(PERSON.c.subject_id == subject_id))
        if row is None:
            message = "没有该自然人的登记。"
            raise SubjectNotFound(message, remedy="请核对后重试。")
        vault = self._get_vault()
        return Person(
            subject_id,
            name=vault.decrypt(row["name_enc"], _place(subject_id, "name"), row["key_id"]),
            id_number=vault.decrypt(row["id_enc"], _place(subject_id, "id"), row["key_id"]),
        )

    def find_names(self, subject_ids: Iterable[str]) -> dict[str, str]:
        """Return the names of those persons who are known, in clear: to be compared, never to be shown.

        Raises:
            KeyMissing: The ledger was opened without keys, or a row was encrypted under another key.
        """
        vault, found = self._get_vault(), {}
        wanted = iter(sorted(set(subject_ids)))
        while portion := list(islice(wanted, ASKED_AT_ONCE)):
            statement = sa.select(PERSON.c.subject_id, PERSON.c.name_enc, PERSON.c.key_id)
            for row in self._all(statement.where(PERSON.c.subject_id.in_(portion))):
                subject_id = row["subject_id"]
                found[subject_id] = vault.decrypt(row["name_enc"], _place(subject_id, "name"), row["key_id"])
        return found

    def count(self) -> int:
        """Return how many persons are stored."""
        return int(self._run(sa.select(sa.func.count()).select_from(PERSON)).scalar_one())

    def _get_vault(self) -> Vault:
        if self._vault is None:
            message = "账本打开时没有提供自然人数据的密钥。"
            raise KeyMissing(message, remedy="请用配套的密钥文件打开账本。")
        return self._vault


def _seal(vault: Vault, subject_id: str, name: str, id_number: str) -> Values:
    return {
        "subject_id": subject_id,
        "name_enc": vault.encrypt(name, _place(subject_id, "name")),
        "id_enc": vault.encrypt(id_number, _place(subject_id, "id")),
        "key_id": vault.key_id,
    }


def _place(subject_id: str, column: str) -> str:
    return f"person\n{subject_id}\n{column}"


def _portions(persons: Iterable[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    rows = iter(persons)
    while portion := list(islice(rows, PORTION)):
        yield portion
