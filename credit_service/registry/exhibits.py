"""Evidence: what was handed in with an act, by the hash of its bytes.

The row says what it is, the file holds the bytes, encrypted: evidence is full of names and numbers. A row is never
altered; bytes that no longer have the hash of their row are refused at reading.
"""

from __future__ import annotations

from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from credit_service.domain.listing import Exhibit
from credit_service.durable import keep_by_hash
from credit_service.errors import EvidenceAltered
from credit_service.registry.keys import Keys
from credit_service.registry.procedure_tables import ActExhibitRow, ExhibitRow
from credit_service.registry.repository import Repository
from credit_service.registry.tables import table_of
from credit_service.registry.vault import Vault

EXHIBIT = table_of(ExhibitRow)
ACT_EXHIBIT = table_of(ActExhibitRow)


class Exhibits(Repository):
    """What is known of each piece of evidence; which act it belongs to is written with the act."""

    def add(self, exhibit: Exhibit) -> None:
        """Write down a piece of evidence; the same bytes handed in again are the same piece."""
        if self.find(exhibit.sha256) is None:
            self._run(sa.insert(EXHIBIT).values(**asdict(exhibit)))

    def find(self, digest: str) -> Exhibit | None:
        """Return a piece of evidence, or None."""
        row = self._first(sa.select(EXHIBIT).where(EXHIBIT.c.sha256 == digest))
        return None if row is None else Exhibit(**row)

    def list_for_case(self, case_id: str) -> dict[int, tuple[Exhibit, ...]]:
        """Return the evidence of a case, by the number of its act."""
        statement = (
            sa.select(ACT_EXHIBIT.c.seq, EXHIBIT)
            .join(EXHIBIT, EXHIBIT.c.sha256 == ACT_EXHIBIT.c.sha256)
            .where(ACT_EXHIBIT.c.case_id == case_id)
            .order_by(ACT_EXHIBIT.c.seq, EXHIBIT.c.sha256)
        )
        found: dict[int, tuple[Exhibit, ...]] = {}
        for row in self._all(statement):
            named = {name: value for name, value in row.items() if name != "seq"}
            found[row["seq"]] = (*found.get(row["seq"], ()), Exhibit(**named))
        return found


class EvidenceStore:
    """The bytes of evidence, one encrypted file for each hash.

    Args:
        folder: Where the files lie.
        keys: The keys of the ledger.
    """

    def __init__(self, folder: Path, keys: Keys) -> None:
        self._folder = folder
        self._vault = Vault(keys)

    def keep(self, content: bytes) -> str:
        """Keep bytes for ever and return their SHA-256; they take their name by one rename, flushed to the disk."""
        digest = sha256(content).hexdigest()
        keep_by_hash(self._folder, digest, self._vault.encrypt_bytes(content, digest))
        return digest

    def read(self, digest: str) -> bytes:
        """Return the bytes of a piece of evidence.

        Raises:
            EvidenceAltered: They are gone, or not what was handed in.
            KeyMissing: They were encrypted under other keys, or altered.
        """
        place = self._folder / digest[:2] / digest
        if not place.is_file():
            message = f"证据（{digest[:12]}…）的文件不在库中。"
            raise EvidenceAltered(message, remedy="请从备份恢复，并查明原因。", sha256=digest)
        content = self._vault.decrypt_bytes(place.read_bytes(), digest, self._vault.key_id)
        if sha256(content).hexdigest() != digest:
            message = f"证据（{digest[:12]}…）的内容与提交时不符。"
            raise EvidenceAltered(message, remedy="请停止使用该证据，从备份恢复，并查明原因。", sha256=digest)
        return content
