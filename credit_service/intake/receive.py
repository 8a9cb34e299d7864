"""Take a file in: the bytes as they arrived, under their hash, safely on disk.

Before this module the bytes lie wherever the door (page, command, API) put them; after it they lie in the inbox for
ever, and `read_batch` opens them. It does not look at rows. Receiving the same bytes twice leaves one file.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from credit_service.domain.batch import ReceivedFile
from credit_service.durable import sync_folder
from credit_service.errors import UnreadableFile
from credit_service.intake.sniff import sniff_kind

COPY_BLOCK: Final = 1 << 20
MAX_BYTES: Final = 16 * 1024**3
MAX_NAME: Final = 200
NAMELESS: Final = "未命名文件"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that a name may not keep: they are not seen, or turn the writing round."""


def receive_file(source: Path, file_name: str, inbox: Path) -> ReceivedFile:
    """Copy a file into the inbox as ``inbox/<first two of hash>/<hash>`` and say what kind it is.

    The copy is hashed while it streams, flushed to the disk, and takes its name by one rename: whoever sees the name
    sees all bytes. A crash leaves at most a temporary file. The clerk's name of the file is kept for people to read
    (`to_file_name`) and is never a path.

    Raises:
        UnreadableFile: Empty, larger than 16 GiB, encrypted, damaged, or of no supported kind; nothing stays behind.
    """
    with source.open("rb") as stream:
        return receive_stream(stream, file_name, inbox)


def receive_stream(stream: IO[bytes], file_name: str, inbox: Path, *, is_member: bool = False) -> ReceivedFile:
    """Do what `receive_file` does for bytes that are still being read; ``is_member`` of an archive they may not be one.

    Raises:
        UnreadableFile: As `receive_file`; whatever reading the stream raises passes through. Nothing stays behind.
    """
    inbox.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".receiving-", dir=inbox)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            digest, size = _copy(stream, target)
        kind = sniff_kind(temporary)
        if is_member and kind == "zip":
            message = "压缩包里又有压缩包，没有打开。"
            raise UnreadableFile(message, remedy="请把它解压，将其中的表格直接放进外层压缩包，或逐个报送。")
        final = inbox / digest[:2] / digest
        final.parent.mkdir(exist_ok=True)
        if not (final.exists() and final.stat().st_size == size):
            temporary.replace(final)
            sync_folder(final.parent)
            sync_folder(inbox)
    finally:
        temporary.unlink(missing_ok=True)
    return ReceivedFile(sha256=digest, size=size, kind=kind, file_name=to_file_name(file_name), path=str(final))


def to_file_name(written: str) -> str:
    """Return a file's name as it may be shown: the last part of a path, without characters that nobody sees."""
    seen = "".join(letter for letter in written if unicodedata.category(letter) not in _UNSEEN)
    parts = [part.strip() for part in re.split(r"[/\\]", seen)]
    return next((part for part in reversed(parts) if part.strip(". ")), NAMELESS)[-MAX_NAME:]


def _copy(stream: IO[bytes], target: IO[bytes]) -> tuple[str, int]:
    digest = sha256()
    size = 0
    while block := stream.read(COPY_BLOCK):
        digest.update(block)
        size += len(block)
        if size > MAX_BYTES:
            message = "文件超过16GB，没有接收。"
            raise UnreadableFile(message, remedy="请按月份或地区拆成几个文件分别报送。")
        target.write(block)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest(), size
