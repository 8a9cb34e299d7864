"""The text of a rule file, read with a bound and without surprises, before anything looks at what it says.

Before it lies a path below ``rules/``, after it text for `yaml_text` and `tables`. A link, a device or a file of any
size must not make the service read what is no rule, and a sign nobody can see must not make a rule look like another.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path

from credit_service.errors import RuleSyntax
from credit_service.rulebook.faults import Refusal, RuleFault

UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufff0-\uffff]"
)
"""Signs that cannot be seen or that turn text around; a byte order mark at the very beginning is taken off before."""


def read_rule_bytes(path: Path, root: Path, file: str, most: int) -> bytes:
    """Return the bytes of a rule file.

    Args:
        path: The file.
        root: The directory no part of the path below may lead out of.
        file: What faults call it.
        most: Its greatest size in bytes; no more is ever read.

    Raises:
        Refusal: It is a link or lies behind one, no plain file, unreadable or too large.
    """
    links = [part for part in (path, *path.parents) if root in part.parents and part.is_symlink()]
    if links:
        raise refuse_file(file, 1, f"“{links[-1].name}”是链接，规则只能是目录中的普通文件", "请放入文件本身。")
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise refuse_file(file, 1, "不是普通文件", "请放入文件本身。")
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as fault:
        raise refuse_file(file, 1, f"文件不存在或者无法读取（{fault.strerror}）", "请核对文件名和权限。") from fault
    check_size(content, file, most)
    return content


def check_size(content: bytes, file: str, most: int) -> None:
    """Check that a file is not too large.

    Raises:
        Refusal: It is.
    """
    if len(content) > most:
        raise refuse_file(
            file, 1, f"文件超过{most // 1024}KB", "规则文件应当短小；大量的行请放入CSV表格，或者分成几份。"
        )


def decode_rule(content: bytes, file: str) -> str:
    """Return the text of a rule file; a byte order mark at its beginning is taken off.

    Raises:
        Refusal: It is not UTF-8, or holds a sign that cannot be seen.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or content[:64].count(0) > 8:
        raise refuse_file(file, 1, "文件是UTF-16编码，应当是UTF-8", "请以UTF-8编码另存。")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise refuse_file(file, line, "文件不是UTF-8编码", "请以UTF-8编码另存。") from fault
    unseen = UNSEEN.search(text)
    if unseen:
        line = text[: unseen.start()].count("\n") + 1
        message = f"文件含有看不见的字符（U+{ord(unseen[0]):04X}）"
        raise refuse_file(file, line, message, "请删除该字符；可把这一行重新输入一遍。")
    return text


def refuse_file(file: str, line: int, message: str, remedy: str) -> Refusal:
    """Return the refusal of a file as such."""
    return Refusal(RuleFault(file, line, RuleSyntax.code, message, remedy))
