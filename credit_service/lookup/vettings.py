"""Vettings shown again: what a department was told, bit for bit, or not at all.

Before it the pipeline kept a result and journalled its digest; after it pages, commands, workbooks and prints. Whatever
does not match the digest of the audit chain is not shown. A result belongs to the agency that asked.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from credit_service.domain.vetting import FINDINGS, LINES, MADE, RECEIPT, Verdict, VettingCounts, VettingReceipt
from credit_service.errors import VettingDamaged, VettingNotFound
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.rulebook.compile_vetting import get_vetting
from credit_service.rulebook.vetting_types import Award

__all__ = ["Award", "KeptVetting", "LineQuestion", "get_kept", "list_awards", "list_vettings", "page_lines"]


@dataclass(frozen=True)
class KeptVetting:
    """A kept result that is what was said."""

    receipt: VettingReceipt
    folder: Path

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield the line of each nominee, in file order."""
        yield from _read(self.folder / LINES)

    def findings(self) -> Iterator[dict[str, Any]]:
        """Yield what was found wrong with the file."""
        yield from _read(self.folder / FINDINGS)

    def to_json(self) -> Iterator[str]:
        """Yield the whole result as one JSON object, in pieces."""
        receipt = json.dumps(self.receipt.to_dict(), ensure_ascii=False)
        yield receipt.removesuffix("}") + ', "lines": ['
        yield from _join(self.folder / LINES)
        yield '], "findings": ['
        yield from _join(self.folder / FINDINGS)
        yield "]}\n"

    def count_reasons(self) -> list[tuple[str, str, str, int]]:
        """Return (rule, name, effect, nominees) of every rule that was told, most first."""
        counts: Counter[tuple[str, str, str]] = Counter()
        for line in self.lines():
            counts.update({(one["rule"], one["name"], one["effect"]) for one in line["reasons"]})
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [(*key, count) for key, count in ranked]


@dataclass(frozen=True)
class LineQuestion:
    """Which lines are asked for; empty: all of them."""

    verdict: Verdict | None = None
    rule: str = ""
    text: str = ""
    """Part of a name, or a code."""
    passed: bool = False
    not_passed: bool = False


def list_awards(room: ReadingRoom, as_of: date) -> tuple[Award, ...]:
    """Return the awards nominees may be vetted for on a day.

    Raises:
        RuleNotInForce: No vetting rule is in force.
    """
    return get_vetting(room.rulebook(as_of)).awards


def list_vettings(
    room: ReadingRoom, agency_code: str | None, limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """Return the journal's entries of vettings of one agency (of all where it is None), newest first, and how many.

    **Shape**: the receipt's JSON object without the name of the file, and ``made_at``.
    """
    with room.ledger.reading() as uow:
        entries = uow.audit.list_done(MADE)
    own = [one for one in entries if agency_code is None or one.detail["agency_code"] == agency_code]
    return [{**one.detail, "made_at": one.at} for one in own[offset : offset + limit]], len(own)


def get_kept(room: ReadingRoom, vetting_id: str, agency_code: str | None) -> KeptVetting:
    """Return a kept result after it was held against the journal.

    Args:
        room: Where questions are answered.
        vetting_id: Its number.
        agency_code: Who asks; None: somebody who may see every agency's.

    Raises:
        VettingNotFound: There is none of this number, or it is another agency's.
        VettingDamaged: What is kept is not what was said.
    """
    with room.ledger.reading() as uow:
        entry = uow.audit.find_done(MADE, vetting_id)
    if entry is None or agency_code not in {None, entry.detail["agency_code"]}:
        message = f"没有编号为“{vetting_id}”的审查。"
        raise VettingNotFound(message, remedy="请从本单位的审查列表中选择。")
    folder = room.places.vettings / vetting_id
    digests = (str(entry.detail["result_sha256"]), str(entry.detail["receipt_sha256"]))
    if not folder.is_dir() or _digest(folder, _stamp(folder)) != digests:
        message = f"审查“{vetting_id}”保存的结果缺失或与当时的记录不一致，不予显示。"
        raise VettingDamaged(message, remedy="请重新审查；并请系统管理员核查 vettings 目录和备份。")
    return KeptVetting(_to_receipt(json.loads((folder / RECEIPT).read_text(encoding="utf-8"))), folder)


def page_lines(kept: KeptVetting, question: LineQuestion, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Return some of the lines that fit a question, in file order, and how many fit in all."""
    frame = _index(kept.folder, _stamp(kept.folder))
    if question.verdict is not None:
        frame = frame.filter(pl.col("verdict") == question.verdict.value)
    if question.passed or question.not_passed:
        frame = frame.filter((pl.col("verdict") == Verdict.PASSED.value) == question.passed)
    if question.rule:
        frame = frame.filter(pl.col("rules").list.contains(question.rule))
    if question.text:
        wanted = question.text.strip()
        fits = pl.col("name").str.contains(wanted, literal=True) | pl.col("code").str.contains(
            wanted.upper(), literal=True
        )
        frame = frame.filter(fits)
    return [json.loads(text) for text in frame["line"].slice(offset, limit)], frame.height


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as source:
        for text in source:
            yield json.loads(text)


def _join(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as source:
        for number, text in enumerate(source):
            yield (", " if number else "") + text.rstrip("\n")


def _stamp(folder: Path) -> tuple[tuple[int, int, int], ...]:
    """Return what changes when somebody touches the files, so that nothing old is taken for checked."""
    stats = [(folder / name).stat() for name in (LINES, FINDINGS, RECEIPT) if (folder / name).is_file()]
    return tuple((stat.st_ino, stat.st_mtime_ns, stat.st_size) for stat in stats)


@lru_cache(maxsize=64)
def _digest(folder: Path, _stamp: tuple[tuple[int, int, int], ...]) -> tuple[str, str] | None:
    if len(_stamp) < 3:
        return None
    result = sha256()
    for name in (LINES, FINDINGS):
        with (folder / name).open("rb") as source:
            while block := source.read(1 << 20):
                result.update(block)
    return result.hexdigest(), sha256((folder / RECEIPT).read_bytes()).hexdigest()


@lru_cache(maxsize=4)
def _index(folder: Path, _stamp: tuple[tuple[int, int, int], ...]) -> pl.DataFrame:
    """Return the lines with what they are filtered by; some fifty bytes a line beside the line itself."""
    columns: dict[str, list[Any]] = {"name": [], "code": [], "verdict": [], "rules": [], "line": []}
    with (folder / LINES).open(encoding="utf-8") as source:
        for text in source:
            line = json.loads(text)
            for name in ("name", "code", "verdict"):
                columns[name].append(line[name])
            columns["rules"].append([one["rule"] for one in line["reasons"]])
            columns["line"].append(text)
    return pl.DataFrame(
        columns,
        schema={
            "name": pl.String,
            "code": pl.String,
            "verdict": pl.String,
            "rules": pl.List(pl.String),
            "line": pl.String,
        },
    )


def _to_receipt(told: dict[str, Any]) -> VettingReceipt:
    return VettingReceipt(
        **{
            **told,
            "as_of": date.fromisoformat(told["as_of"]),
            "known_at": datetime.fromisoformat(told["known_at"]),
            "columns": tuple(told["columns"]),
            "counts": VettingCounts(**told["counts"]),
        }
    )
