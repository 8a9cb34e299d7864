"""Files that are on the disk for certain before anybody relies on them: one way for every store that keeps files.

A file's bytes and the entry of its folder reach the disk separately; who forgets the second loses the name in a crash.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Wait until a folder's entries (new names, renames) are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_new_file(path: Path, content: bytes) -> None:
    """Write a file that nobody may change (mode 0444) and wait until its bytes are on the disk.

    The name is durable only after `sync_folder` of its folder.

    Raises:
        FileExistsError: The name is taken; nothing is overwritten.
    """
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o444)


def keep_by_hash(store: Path, digest: str, content: bytes, *, mode: int = 0o600) -> None:
    """Keep bytes as ``store/ab/abcd…``, for the owner only (folder 0700).

    The name shows by one rename when everything is on the disk; a name that shows already is left as it is.

    Args:
        store: Where the files lie.
        digest: The hash that names them, lower-case hex.
        content: What to write.
        mode: Of the file.
    """
    final = store / digest[:2] / digest
    if final.exists():
        return
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=".keeping-", dir=final.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode)
        draft.replace(final)
        sync_folder(final.parent)
        sync_folder(store)
    finally:
        draft.unlink(missing_ok=True)
