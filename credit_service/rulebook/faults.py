"""Faults of rule files: what is wrong, in which file and line, and what would be right.

Every reader of rule files writes here; `load` turns the first fault into an exception, `check` reports them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches

from credit_service.errors import (
    RulebookError,
    RuleNotInForce,
    RuleNotMonotone,
    RuleOutsideBounds,
    RuleOverlap,
    RuleSyntax,
    RuleUnproved,
    RuleUnreachable,
    RuleWithoutSource,
    UnknownIndicator,
)
from credit_service.rulebook.field_forms import FormNotes

_LEAVES: dict[str, type[RulebookError]] = {
    leaf.code: leaf
    for leaf in (
        RuleSyntax,
        UnknownIndicator,
        RuleOverlap,
        RuleWithoutSource,
        RuleNotInForce,
        RuleUnreachable,
        RuleNotMonotone,
        RuleOutsideBounds,
        RuleUnproved,
    )
}


MAX_FAULTS = 1000
"""Faults that are listed; a file of nothing but faults must not take the check's time and memory."""


@dataclass(frozen=True, order=True)
class RuleFault:
    """One fault of one rule file; ``code`` is the code of the error it becomes."""

    file: str
    line: int
    code: str
    message: str
    remedy: str = ""
    missing: str = field(default="", compare=False)
    """The name that is not there, where that is the fault."""
    after: tuple[str, ...] = field(default=(), compare=False)
    """Rule directories that must have been read whole for this to be a fault of its own: something seems to be left
    out, and may only be unreadable."""

    def to_error(self, others: int = 0) -> RulebookError:
        """Return the fault as the exception that stops a run; ``others`` faults were found beside it."""
        more = f"（另有{others}处错误，运行 credit rules check 查看全部）" if others else ""
        leaf = _LEAVES.get(self.code, RuleSyntax)
        return leaf(
            f"{self.file} 第{self.line}行：{self.message}{more}", remedy=self.remedy, file=self.file, line=self.line
        )

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit rules check``."""
        return {
            "file": self.file,
            "line": self.line,
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
        }


class Refusal(Exception):
    """A part of a rule file cannot be used; readers raise it, the log catches it, and it never leaves this room."""

    def __init__(self, fault: RuleFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass
class FaultLog:
    """Collects faults, so that an author mends all of them in one go."""

    faults: list[RuleFault] = field(default_factory=list)
    known: set[RuleFault] = field(default_factory=set)
    notes: FormNotes | None = None
    """Where it is given, readers note what they ask for, so that `file_schema` can say it."""
    limits: list[RuleFault] = field(default_factory=list)
    """What the proofs could not try for every case: no faults, but said aloud."""
    refused: dict[str, list[RuleFault]] = field(default_factory=dict)
    """Why an entry could not be read, by each name the entry declares."""
    unread: set[RuleFault] = field(default_factory=set)
    """The faults because of which something was not read."""

    def add(self, fault: RuleFault) -> None:
        """Note a fault once; beyond what anybody would read only that there are more."""
        if fault in self.known or len(self.faults) > MAX_FAULTS:
            return
        if len(self.faults) == MAX_FAULTS:
            fault = RuleFault(
                fault.file, fault.line, fault.code, f"错误超过{MAX_FAULTS}处，其余未列出", "请先改正已列出的。"
            )
        self.known.add(fault)
        self.faults.append(fault)

    def add_unread(self, fault: RuleFault) -> None:
        """Note a fault because of which something was not read."""
        self.add(fault)
        self.unread.add(fault)

    @contextmanager
    def catching(self, names: Iterable[str] = ()) -> Iterator[None]:
        """Note the refusal of one entry and go on with the next; ``names`` are what others know the entry by."""
        try:
            yield
        except Refusal as refusal:
            self.add_unread(refusal.fault)
            for name in names:
                self.refused.setdefault(name, []).append(refusal.fault)

    def list_roots(self) -> list[RuleFault]:
        """Return the faults that do not follow from another one, sorted by file and line.

        A name that is missing because its entry could not be read, and a gap where something could not be read, are
        gone, or can be judged, only when that is mended.
        """
        roots = [fault for fault in self.faults if not fault.after and not self._is_missing_unread(fault)]
        files = {fault.file for fault in roots if fault in self.unread}
        for fault in self.faults:
            if fault.after and not any(file.startswith(f"{place}/") for place in fault.after for file in files):
                roots.append(fault)
        return sorted(roots or self.faults)

    def list_follow_ons(self) -> list[RuleFault]:
        """Return the faults that follow from another one, sorted by file and line."""
        return sorted(set(self.faults) - set(self.list_roots()))

    def _is_missing_unread(self, fault: RuleFault) -> bool:
        return any(cause != fault and cause.missing != fault.missing for cause in self.refused.get(fault.missing, ()))

    def raise_first(self) -> None:
        """Raise the first fault, in order of file and line, that does not follow from another one.

        Raises:
            RulebookError: There is a fault; the leaf follows from its code.
        """
        if self.faults:
            raise self.list_roots()[0].to_error(len(self.faults) - 1)


def to_place(file: str) -> str:
    """Return the directory of a rule file, as faults call it."""
    return file.rpartition("/")[0]


def shorten(word: str, most: int = 60) -> str:
    """Return a word as it may stand in a message: at most ``most`` characters, control characters made visible."""
    shown = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in word[: most + 1])
    return shown if len(shown) <= most else shown[:most] + "…"


def suggest(word: str, known: Iterable[str]) -> str:
    """Return a remedy that names the nearest valid spelling, or every valid one where there are few."""
    words = sorted(known)
    # Comparing grows with the product of both lengths, and no name is that long.
    close = get_close_matches(word[:80], words, n=1, cutoff=0.5)
    if close:
        return f"是否应为“{close[0]}”？"
    return f"可用的写法：{'、'.join(words)}。" if 0 < len(words) <= 40 else ""
