"""One paper as its reader sees it: the same content for Word and PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from credit_service.domain.paper import PaperKind, PaperPart

DRAFT_MARK = "草稿"
NO_NUMBER = "（未编号）"


@dataclass(frozen=True)
class Block:
    """One paragraph; ``style`` is ``heading``, ``text`` or ``item``."""

    style: str
    text: str
    part: PaperPart | None = None


@dataclass(frozen=True)
class PaperText:
    """Everything a layout is given."""

    kind: PaperKind
    heading: str
    """发文机关标志, printed red at the head."""
    document_no: str
    title: str
    addressee: str
    """主送; empty where the paper is to the public."""
    blocks: tuple[Block, ...]
    rows: tuple[tuple[str, str], ...]
    """Label and value of a form's lines; empty where the paper is no form."""
    issuer: str
    issued_on: str
    contact: str
    copy_to: str
    is_draft: bool
    blanks: tuple[str, ...] = ()
    """Names that title and opening use and that are empty."""

    def part_texts(self) -> Mapping[PaperPart, str]:
        """Return what each part says, without headings."""
        texts: dict[PaperPart, str] = {}
        for block in self.blocks:
            if block.part is not None:
                texts[block.part] = f"{texts.get(block.part, '')}{block.text}"
        if self.rows:
            texts[PaperPart.FACTS] = "".join(value for _, value in self.rows)
        return texts
