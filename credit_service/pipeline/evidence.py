"""Beside the third chapter: evidence handed in with an act, kept as it is for ever.

The bytes are safely on disk, encrypted, before the act that names them is written; a crash between the two leaves bytes
that nobody refers to, never an act without its evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from credit_service.domain.agency import Actor
from credit_service.domain.listing import Exhibit
from credit_service.errors import EvidenceMissing
from credit_service.intake.receive import to_file_name
from credit_service.pipeline.office import Office
from credit_service.registry.exhibits import EvidenceStore

LARGEST = 50 * 1024 * 1024
"""Bytes of one piece of evidence."""


@dataclass(frozen=True)
class HandedIn:
    """A file handed in as evidence with an act."""

    file_name: str
    content: bytes = field(repr=False)


def keep_exhibits(office: Office, files: Sequence[HandedIn], actor: Actor) -> tuple[Exhibit, ...]:
    """Keep files as evidence.

    Raises:
        EvidenceMissing: A file is empty or larger than 50 MiB; nothing was written to the ledger.
    """
    store = EvidenceStore(office.places.evidence, office.keys)
    kept: dict[str, Exhibit] = {}
    for file in files:
        name = to_file_name(file.file_name)
        if not 0 < len(file.content) <= LARGEST:
            message = f"证据文件“{name}”是空的，或超过{LARGEST // 1024**2}MB。"
            raise EvidenceMissing(message, remedy="请提交有内容的扫描件或照片，过大的请拆分。")
        digest = store.keep(file.content)
        kept[digest] = Exhibit(digest, name, len(file.content), actor.actor_id, office.now())
    return tuple(kept.values())


def read_exhibit(office: Office, digest: str) -> bytes:
    """Return the bytes of a piece of evidence.

    Raises:
        EvidenceAltered: They are gone, or not what was handed in.
    """
    return EvidenceStore(office.places.evidence, office.keys).read(digest)
