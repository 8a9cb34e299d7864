"""A ZIP of several files to several received files, each under its own hash.

Before this module `receive` has put the archive itself into the inbox and `sniff` has measured it; after it each member
is a received file like any other, and names the archive it came in. A member that cannot be taken in is told by name
and does not sink the others. A member's name is only ever shown, never used as a path.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from credit_service.domain.batch import ReceivedFile
from credit_service.errors import DuplicateBatch, SubmissionError, UnreadableFile
from credit_service.intake.receive import receive_stream, to_file_name
from credit_service.intake.sniff import MAX_FILES, is_junk

_UTF8_FLAG: Final = 0x800
_ENCRYPTED: Final = 0x1
_UNICODE_PATH: Final = 0x7075
"""Extra field of Info-ZIP: the name in UTF-8, beside one in the code page of the sender's system."""


@dataclass(frozen=True)
class RefusedMember:
    """A file of an archive that was not taken in, under the name the clerk knows it by, and why."""

    file_name: str
    fault: SubmissionError


@dataclass(frozen=True)
class Unpacked:
    """What became of the members of an archive, both in the archive's order."""

    files: tuple[ReceivedFile, ...]
    refused: tuple[RefusedMember, ...] = ()


def unpack_archive(received: ReceivedFile, inbox: Path) -> Unpacked:
    """Put every member of a received ZIP into the inbox.

    Folders and what systems leave in archives (``__MACOSX``, ``Thumbs.db`` …) are passed over. Two members of the same
    content are one file; the second is told as a duplicate. An archive that is refused leaves the inbox again.

    Raises:
        UnreadableFile: The archive is damaged, or not one of its members can be taken in; it then names them all.
    """
    try:
        with zipfile.ZipFile(received.path) as archive:
            members = [part for part in archive.infolist() if not is_junk(to_member_path(part))]
            unpacked = _unpack(archive, members, received, inbox)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        if not isinstance(error, OSError):
            Path(received.path).unlink(missing_ok=True)
        message = f"压缩包“{received.file_name}”已损坏或没有传完整，无法打开。"
        raise UnreadableFile(message, remedy="请重新压缩后再完整上传。") from error
    if not unpacked.files:
        Path(received.path).unlink(missing_ok=True)
        raise _nothing_usable(received, unpacked)
    return unpacked


def to_member_path(part: zipfile.ZipInfo) -> str:
    """Return a member's name as its sender wrote it.

    Without the UTF-8 flag a name is in the code page of the sender's system, which for a Chinese Windows is GBK; Python
    reads it as code page 437. Some programs write UTF-8 without saying so.
    """
    unicode_name = _find_unicode_name(part.extra)
    if unicode_name:
        return unicode_name
    if part.flag_bits & _UTF8_FLAG:
        return part.orig_filename
    try:
        raw = part.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return part.orig_filename
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return part.orig_filename


def _find_unicode_name(extra: bytes) -> str:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == _UNICODE_PATH and length > 5:
            return extra[at + 9 : at + 4 + length].decode("utf-8", errors="ignore")
        at += 4 + length
    return ""


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], received: ReceivedFile, inbox: Path) -> Unpacked:
    files: list[ReceivedFile] = []
    refused: list[RefusedMember] = []
    shown = _names_of(members)
    hashes: dict[str, str] = {}
    for part, name in zip(members, shown, strict=True):
        try:
            member = _receive_member(archive, part, name, inbox)
            if member.sha256 in hashes:
                message = f"与同一压缩包中的“{hashes[member.sha256]}”内容完全相同，只接收一份。"
                raise DuplicateBatch(message, remedy="请核对是否重复放入；不是重复的，请换成正确的文件后重新报送。")
        except SubmissionError as fault:
            refused.append(RefusedMember(name, fault))
            continue
        hashes[member.sha256] = name
        files.append(
            replace(member, file_name=name, container_sha256=received.sha256, container_name=received.file_name)
        )
    return Unpacked(tuple(files), tuple(refused))


def _receive_member(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, inbox: Path) -> ReceivedFile:
    """Take one member in.

    Raises:
        UnreadableFile: It is encrypted, packed in an unknown way, damaged, an archive itself, or no table.
    """
    if part.flag_bits & _ENCRYPTED:
        message = "文件设有密码，无法读取。"
        raise UnreadableFile(message, remedy="请取消密码后重新压缩再报送。")
    try:
        with archive.open(part) as stream:
            return receive_stream(stream, name, inbox, is_member=True)
    except NotImplementedError as error:
        message = "压缩方法不支持，无法解开。"
        raise UnreadableFile(message, remedy="请用系统自带的“压缩(ZIP)文件夹”功能重新压缩，或逐个报送。") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OverflowError) as error:
        message = "文件在压缩包中已损坏，无法解开。"
        raise UnreadableFile(message, remedy="请重新压缩后再完整上传。") from error


def _names_of(members: list[zipfile.ZipInfo]) -> list[str]:
    """Return the names to show; where two files have one name, with the folder they lie in."""
    paths = [to_member_path(part) for part in members]
    names = [to_file_name(path) for path in paths]
    often = Counter(names)
    shown = []
    for path, name in zip(paths, names, strict=True):
        folders = [folder for folder in re.split(r"[/\\]", path)[:-1] if folder.strip(". ")]
        shown.append(f"{to_file_name(folders[-1])}／{name}" if often[name] > 1 and folders else name)
    return shown


def _nothing_usable(received: ReceivedFile, unpacked: Unpacked) -> UnreadableFile:
    told = "".join(f"“{one.file_name}”{one.fault.message}" for one in unpacked.refused[:10])
    more = f"等共{len(unpacked.refused)}个文件" if len(unpacked.refused) > 10 else ""
    message = f"压缩包“{received.file_name}”中没有一个文件可以接收：{told}{more}"
    return UnreadableFile(
        message,
        remedy=f"请按上面的说明逐个改正后重新报送；一个压缩包最多{MAX_FILES}个文件。",
        refused=len(unpacked.refused),
    )
