"""A hostile rule file: what is done to the rules, and what must be said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SEVERITY = "severity/levels/2025.1/rule.yaml"
SCORING = "scoring/points/2026.1/rule.yaml"
EVENTS = "scoring/points/2026.1/events.csv"
CANDIDATES = "candidates/proposals/2026.1/rule.yaml"
LISTS = "lists/list_types/2026.1/rule.yaml"
PUBLICITY = "publicity/terms/order36/rule.yaml"
WORDS = "categories/classification/2026.1/keywords.csv"
DEADLINES = "deadlines/henan/2019/deadlines.csv"
DEADLINE_RULE = "deadlines/henan/2019/rule.yaml"
FORBIDDEN = "catalogue/information/2024/forbidden.csv"

Spoil = Callable[[Path], int]
"""Does something to a file and returns the line that must be named."""


@dataclass(frozen=True)
class Case:
    """One hostile file.

    ``words`` must be in what is said, ``nearest`` in the remedy: the nearest valid spelling, or what was expected.
    """

    name: str
    file: str
    spoil: Spoil
    words: str
    nearest: str = ""
    fault_file: str = ""
    """Where the fault is, if not in the file itself."""


def swap(old: str, new: str, below: int = 0) -> Spoil:
    """Return what replaces text; the fault is on its line, or ``below`` lines further down."""

    def spoil(path: Path) -> int:
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8", errors="surrogatepass")
        return text[: text.index(old)].count("\n") + 1 + below

    return spoil


def within(marker: str, old: str, new: str) -> Spoil:
    """Return what replaces text after a marker; the fault is on the marker's line."""

    def spoil(path: Path) -> int:
        text = path.read_text(encoding="utf-8")
        begin = text.index(marker)
        assert old in text[begin:], f"{old!r} is not in {path} after {marker!r}"
        path.write_text(text[:begin] + text[begin:].replace(old, new, 1), encoding="utf-8")
        return text[:begin].count("\n") + 1

    return spoil


def title(value: str, below: int = 0) -> Spoil:
    """Return what writes something else after ``title:``."""

    def spoil(path: Path) -> int:
        lines = path.read_text(encoding="utf-8").splitlines()
        place = next(number for number, line in enumerate(lines) if line.startswith("title:"))
        lines[place] = f"title: {value}"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogatepass")
        return place + 1 + below

    return spoil


def whole(content: bytes | str, line: int = 1) -> Spoil:
    """Return what replaces the whole file."""

    def spoil(path: Path) -> int:
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        return line

    return spoil


def raw(change: Callable[[bytes], bytes], line: int = 1) -> Spoil:
    """Return what changes the bytes of a file."""

    def spoil(path: Path) -> int:
        path.write_bytes(change(path.read_bytes()))
        return line

    return spoil


def more(text: str, below: int = 1) -> Spoil:
    """Return what writes lines at the end of a file."""

    def spoil(path: Path) -> int:
        before = path.read_text(encoding="utf-8")
        path.write_text(before + text, encoding="utf-8", errors="surrogatepass")
        return before.count("\n") + below

    return spoil


def instead(make: Callable[[Path], object]) -> Spoil:
    """Return what puts something that is no file in a file's place."""

    def spoil(path: Path) -> int:
        path.unlink()
        make(path)
        return 1

    return spoil


def linked_folder(path: Path) -> int:
    """Put a link in the place of a version's directory."""
    elsewhere = path.parents[3].parent / "elsewhere"
    folder = path.parent
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    return 1
