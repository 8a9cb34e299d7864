"""A draft that came as a ZIP, for as long as one question is asked of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from credit_service.rulebook.unpack_draft import unpack_draft


@contextmanager
def unpacked(archive: Path) -> Iterator[Path]:
    """Lay a draft down in a private folder that is gone after the block.

    Yields:
        The directory that stands for ``rules/``.

    Raises:
        UnreadableFile: The archive cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="draft-") as folder:
        yield unpack_draft(archive, Path(folder))
