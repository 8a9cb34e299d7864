"""A draft of the rules that came as a ZIP, laid down as a directory.

Before it an official packed a directory like ``rules/``; after it the same files lie under a folder of ours, named by
what they are and never by what the archive says. It unpacks only YAML and CSV; what it lets through is still unread:
`check` and `load` judge it. Number and size are bounded, so that a small archive cannot grow without end.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from credit_service.errors import UnreadableFile
from credit_service.rulebook.versions import KINDS

MAX_FILES = 2000
MAX_FILE_BYTES = 4 * 2**20
MAX_BYTES = 32 * 2**20
"""Of all files together: rules are written by people."""
DEEPEST = 8
"""Folders above a rule file, those around the rules included."""
_SUFFIXES = (".yaml", ".csv")
_PART = re.compile(r"[A-Za-z0-9_\-][A-Za-z0-9_.\-]*")
_ENCRYPTED = 0x1
_BLOCK = 64 * 1024


def unpack_draft(archive: Path, folder: Path) -> Path:
    """Lay the rule files of a ZIP down and return the directory that stands for ``rules/``.

    Args:
        archive: The ZIP; ``rules/`` may lie in it bare or inside one folder, whatever its name.
        folder: An empty folder of the caller's own.

    Raises:
        UnreadableFile: It is no ZIP, is damaged, encrypted or too large, or holds no rules, or a name in it leads
            elsewhere.
    """
    rules = folder / "rules"
    try:
        with zipfile.ZipFile(archive) as opened:
            members = list(_list_members(opened))
            room = MAX_BYTES
            for member, place in members:
                target = rules.joinpath(*place)
                target.parent.mkdir(parents=True, exist_ok=True)
                room -= _copy(opened, member, target, min(room, MAX_FILE_BYTES))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as fault:
        message = "文件不是 ZIP 压缩包，或已损坏，无法打开。"
        raise UnreadableFile(message, remedy="请把规则目录重新压缩为 ZIP（不设密码）后再上传。") from fault
    return rules


def _list_members(opened: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, tuple[str, ...]]]:
    """Return the rule files of an archive, each with its place below ``rules/``."""
    files = [part for part in opened.infolist() if not part.is_dir() and part.filename.endswith(_SUFFIXES)]
    files = [part for part in files if not part.filename.startswith("__MACOSX/")]
    if len(files) > MAX_FILES:
        message = f"压缩包中有{len(files)}个规则文件，超过{MAX_FILES}个的上限。"
        raise UnreadableFile(message, remedy="请只压缩规则目录。")
    paths = [(part, _split(part)) for part in files]
    above = {_find_above(path) for _, path in paths} - {None}
    if len(above) != 1:
        message = "压缩包中没有规则目录，或有几个。"
        kinds = "、".join(KINDS[:3])
        raise UnreadableFile(message, remedy=f"请压缩一个与 rules/ 结构相同的目录（其下是 {kinds} 等文件夹）。")
    head = above.pop() or ()
    for part, path in paths:
        if path[: len(head)] != head:
            message = f"压缩包中的“{part.filename[:80]}”在规则目录之外。"
            raise UnreadableFile(message, remedy="请只压缩规则目录。")
        yield part, path[len(head) :]


def _split(part: zipfile.ZipInfo) -> tuple[str, ...]:
    """Return the folders and the name of a member.

    Raises:
        UnreadableFile: The name leads out of the archive, is too deep or has signs that no rule file has.
    """
    path = tuple(part.filename.split("/"))
    if len(path) > DEEPEST or not all(_PART.fullmatch(name) for name in path):
        message = f"压缩包中的文件名“{part.filename[:80]}”不能用。"
        raise UnreadableFile(message, remedy="规则文件和文件夹的名称只能用字母、数字、下划线、连字符和点。")
    if part.flag_bits & _ENCRYPTED:
        message = "压缩包设有密码，无法读取。"
        raise UnreadableFile(message, remedy="请取消密码后重新压缩。")
    return path


def _find_above(path: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the folders above ``rules/`` of a file that lies where a rule lies; None of any other."""
    return next((path[:at] for at, name in enumerate(path[:-3]) if name in KINDS), None)


def _copy(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Copy one member and return its bytes; what it says of its own size is not believed."""
    copied = 0
    with opened.open(member) as source, target.open("wb") as written:
        while block := source.read(_BLOCK):
            copied += len(block)
            if copied > room:
                message = "压缩包解开后过大。"
                sizes = f"单个文件不超过{MAX_FILE_BYTES // 2**20} MB，合计不超过{MAX_BYTES // 2**20} MB"
                raise UnreadableFile(message, remedy=f"规则文件{sizes}；请只压缩规则目录。")
            written.write(block)
    return copied
