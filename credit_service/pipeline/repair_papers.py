"""Beside the third chapter: files handed in with an application for repair.

They come from anybody, so only what can be looked at safely is taken: PDF, JPEG and PNG by their first bytes, of
bounded size and number. What the sender called them is not kept: names of files are full of names of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from credit_service.domain.listing import Exhibit
from credit_service.domain.repair import Paper, RepairExhibit
from credit_service.errors import EvidenceMissing
from credit_service.pipeline.office import Office
from credit_service.registry.exhibits import EvidenceStore

LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""
MOST = 8
"""Files with one act."""
_KINDS = ((b"%PDF-", ".pdf"), (b"\xff\xd8\xff", ".jpg"), (b"\x89PNG\r\n\x1a\n", ".png"))


@dataclass(frozen=True)
class HandedPaper:
    """One file and what it is said to be."""

    paper: Paper
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class KeptPapers:
    """Files whose bytes are safely on disk; the ledger does not know them yet."""

    exhibits: tuple[Exhibit, ...]
    papers: tuple[RepairExhibit, ...]


def check_papers(papers: Sequence[HandedPaper]) -> None:
    """Refuse what is empty, too large, too much, or no PDF, JPEG or PNG.

    Raises:
        EvidenceMissing: One of these.
    """
    if len(papers) > MOST:
        message = f"一次最多提交{MOST}个文件，您提交了{len(papers)}个。"
        raise EvidenceMissing(message, remedy="请合并成一个 PDF 后再提交。")
    for paper in papers:
        if not 0 < len(paper.content) <= LARGEST:
            message = f"“{paper.paper.label}”的文件是空的，或超过{LARGEST // 1024**2}MB。"
            raise EvidenceMissing(message, remedy="请提交有内容的扫描件或照片，过大的请压缩或拆分。")
        if _ending(paper.content) is None:
            message = f"“{paper.paper.label}”的文件不是 PDF、JPEG 或 PNG。"
            raise EvidenceMissing(message, remedy="请另存为 PDF，或提交照片、扫描件。")


def keep_papers(office: Office, papers: Sequence[HandedPaper], actor_id: str) -> KeptPapers:
    """Keep files as evidence, encrypted; a crash after it leaves bytes that nobody refers to.

    Raises:
        EvidenceMissing: As `check_papers`; nothing was kept.
    """
    check_papers(papers)
    store = EvidenceStore(office.places.evidence, office.keys)
    exhibits: dict[str, Exhibit] = {}
    named: list[RepairExhibit] = []
    for number, paper in enumerate(papers, start=1):
        digest = store.keep(paper.content)
        name = f"{paper.paper.label}{number}{_ending(paper.content)}"
        exhibits[digest] = Exhibit(digest, name, len(paper.content), actor_id, office.now())
        named.append(RepairExhibit(paper.paper, digest))
    return KeptPapers(tuple(exhibits.values()), tuple(dict.fromkeys(named)))


def _ending(content: bytes) -> str | None:
    return next((ending for start, ending in _KINDS if content.startswith(start)), None)
