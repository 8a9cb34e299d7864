"""The bytes of issued papers: content-addressed, written once, encrypted where they name a natural person.

Before it stands a rendered paper; after it a file named by the SHA-256 of what lies in it, on disk for certain before
its name shows. Reading compares the bytes with that hash, and a paper of a person is opened with the ledger's keys;
the place sealed into it ties it to one paper and one form. It deliberately knows no table.

Source: 个人信息保护法 Art. 51 (encryption).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from credit_service.durable import keep_by_hash
from credit_service.errors import KeyMissing, PaperAltered
from credit_service.registry.keys import Keys
from credit_service.registry.vault import Vault


@dataclass(frozen=True)
class PaperFiles:
    """Where the files of papers lie, and the keys that open those of persons."""

    directory: Path
    keys: Keys

    @property
    def key_id(self) -> str:
        """Names the keys in use."""
        return self.keys.key_id

    def keep(self, content: bytes, place: str, *, sealed: bool) -> str:
        """Write one file durably and return the SHA-256 of its bytes as they lie on disk.

        Args:
            content: What was rendered.
            place: Which paper and form it is; a sealed file opens only under the same place.
            sealed: Whether to encrypt it.
        """
        stored = Vault(self.keys).encrypt_bytes(content, place) if sealed else content
        digest = hashlib.sha256(stored).hexdigest()
        keep_by_hash(self.directory, digest, stored, mode=0o400)
        return digest

    def read(self, digest: str, place: str, key_id: str) -> bytes:
        """Return one file as it was issued.

        Raises:
            PaperAltered: It is missing, or its bytes are not those that were issued.
            KeyMissing: It was encrypted under another key.
        """
        path = self.directory / digest[:2] / digest
        try:
            stored = path.read_bytes()
        except OSError as error:
            message = "已出具的文书文件缺失或无法读取。"
            raise PaperAltered(message, remedy=_REMEDY, sha256=digest) from error
        if hashlib.sha256(stored).hexdigest() != digest:
            message = "已出具的文书文件与出具时不一致，不予提供。"
            raise PaperAltered(message, remedy=_REMEDY, sha256=digest)
        if not key_id:
            return stored
        try:
            return Vault(self.keys).decrypt_bytes(stored, place, key_id)
        except KeyMissing as error:
            if key_id != self.key_id:
                raise
            message = "已出具的文书文件不属于这份文书，不予提供。"
            raise PaperAltered(message, remedy=_REMEDY, sha256=digest) from error


_REMEDY = "请停止使用该文件，从备份恢复，并核查是谁改动的；已出具的文书不得修改。"
