"""Which template a paper is set with, and the hash of everything it was set with.

A kind of paper may have a template of its own, ``notice.docx`` or ``notice.typ``; else ``paper.docx`` and ``paper.typ``
serve for all.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from credit_service.bulletins.papers.wording import FILE_NAME, FOLDER
from credit_service.domain.paper import PaperKind
from credit_service.errors import TemplateFault

SUFFIXES = ("docx", "typ")


def find_template(templates_dir: Path, kind: PaperKind, suffix: str) -> Path:
    """Return the template of a kind of paper.

    Raises:
        TemplateFault: There is none.
    """
    folder = templates_dir / FOLDER
    for name in (f"{kind.value}.{suffix}", f"paper.{suffix}"):
        if (folder / name).is_file():
            return folder / name
    message = f"文书模板 paper.{suffix} 不存在。"
    raise TemplateFault(message, remedy=f"请在 {folder} 中恢复随软件提供的模板。", template=f"paper.{suffix}")


def hash_templates(templates_dir: Path, kind: PaperKind) -> str:
    """Return the SHA-256 of the wording and both templates of a kind of paper, names and bytes.

    Raises:
        TemplateFault: One of them is missing.
    """
    paths = [find_template(templates_dir, kind, suffix) for suffix in SUFFIXES]
    digest = hashlib.sha256()
    for path in (templates_dir / FOLDER / FILE_NAME, *paths):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
