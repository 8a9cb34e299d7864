"""A released issue without the entries that no longer hold, in every form.

Before it lies ``bulletin.json`` as it was released; after it the bytes of every form of the same issue, rendered anew
without those who left, with a note of the correction, and held against the gate's search for what must not be in them.
The released folder is not touched: it stays as proof of what was published, and is served no more.

Source: 信用修复管理办法 (repair ends publication everywhere); an entry found wrong must not live on in old files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from credit_service.bulletins.gate_files import check_files
from credit_service.bulletins.gate_leaks import Forbidden, check_leaks
from credit_service.bulletins.render import render_all
from credit_service.domain.bulletin import (
    Bulletin,
    BulletinEntry,
    CategoryCount,
    LeftEntry,
    WithheldEntry,
    parse_period,
)
from credit_service.errors import RedactionIncomplete

SHORTEST = 2
"""Characters of a name that is searched for; a dash for a missing code is no name."""


def to_bulletin(document: Mapping[str, Any]) -> Bulletin:
    """Return the issue that ``bulletin.json`` describes; what it withheld is known by count only.

    Raises:
        ValueError: It is no document of a bulletin.
    """
    try:
        return Bulletin(
            bulletin_id=document["bulletin_id"],
            title=document["title"],
            period=parse_period(document["period"]["code"]),
            serial=document["serial"],
            issuer=document["issuer"],
            cut_off_on=date.fromisoformat(document["cut_off_on"]),
            issued_at=datetime.fromisoformat(document["issued_at"]),
            red=tuple(_to_entry(one) for one in document["red"]),
            black=tuple(_to_entry(one) for one in document["black"]),
            left=tuple(
                LeftEntry(**{**one, "ended_on": date.fromisoformat(one["ended_on"])}) for one in document["left"]
            ),
            withheld=tuple(
                WithheldEntry("", part["list_kind"], part["reason"])
                for part in document["withheld"]
                for _ in range(part["count"])
            ),
            counts=tuple(CategoryCount(**one) for one in document["categories"]),
            batches=document["batches"],
            records=document["records"],
            rulebook=document["rulebook"],
            objection_channel=document["objection_channel"],
            public_url=document["public_url"],
            measures=tuple((m["list_kind"], m["name"], m["content"], m["basis"]) for m in document["measures"]),
        )
    except (KeyError, TypeError) as fault:
        message = f"不是公告文件：缺少{fault}。"
        raise ValueError(message) from fault


def leave_out(bulletin: Bulletin, gone: Iterable[str], cleared: Iterable[str] = ()) -> Bulletin:
    """Return an issue without some entries, with a note that says how many and never whose.

    Args:
        bulletin: As it was released.
        gone: Cases that are no longer effective.
        cleared: Cases that should never have been listed: not even the list of those who left may name them.
    """
    out, unnamed = set(gone), set(cleared)
    red = tuple(entry for entry in bulletin.red if entry.case_id not in out)
    black = tuple(entry for entry in bulletin.black if entry.case_id not in out)
    left = tuple(entry for entry in bulletin.left if entry.case_id not in unnamed)
    used = {name for entry in (*red, *black) for name in entry.measures}
    number = len(bulletin.red) + len(bulletin.black) + len(bulletin.left) - len(red) - len(black) - len(left)
    note = f"更正说明：本期发布后有{number}条条目已移出、撤销或中止，本文件已依法删去；原文件停止提供。"
    return replace(
        bulletin,
        red=red,
        black=black,
        left=left,
        measures=tuple(measure for measure in bulletin.measures if measure[1] in used),
        correction=note if number else "",
    )


def render_corrected(
    released: bytes, gone: frozenset[str], cleared: frozenset[str], templates: Path
) -> dict[str, bytes]:
    """Return every form of a released issue without some entries; see `leave_out`.

    Raises:
        RedactionIncomplete: A name or code of somebody left out is still in a file; nothing is returned.
        TemplateFault: A template is faulty, or no Chinese font is installed.
        ValueError: The released bytes are no bulletin.
    """
    bulletin = to_bulletin(json.loads(released))
    corrected = leave_out(bulletin, gone, cleared)
    files = render_all(corrected, templates)
    failures = (*check_leaks(corrected, files, _forbidden(bulletin, corrected)), *check_files(corrected, files))
    if failures:
        message = f"公告 {bulletin.bulletin_id} 的更正文件没有通过检查（{len(failures)}项），不提供下载。"
        remedy = "请在网页上查看当前有效的条目，并联系系统管理员。"
        raise RedactionIncomplete(message, remedy=remedy, bulletin_id=bulletin.bulletin_id)
    return files


def _forbidden(bulletin: Bulletin, corrected: Bulletin) -> tuple[Forbidden, ...]:
    """Return the names and codes of who was left out and stands nowhere else in the issue."""
    before, after = _named_in(bulletin), _named_in(corrected)
    kept = {case_id for case_id, _ in after}
    shown = {text for _, text in after}
    return tuple(
        Forbidden(case_id, text)
        for case_id, text in before
        if case_id not in kept and text not in shown and len(text) >= SHORTEST
    )


def _named_in(bulletin: Bulletin) -> list[tuple[str, str]]:
    """Return every name and code an issue shows, with its case."""
    entries = (*bulletin.red, *bulletin.black)
    found = [(entry.case_id, text) for entry in entries for text in (entry.name, entry.identifier_code)]
    return found + [(entry.case_id, entry.name) for entry in bulletin.left]


def _to_entry(entry: Mapping[str, Any]) -> BulletinEntry:
    until_on = entry["until_on"]
    return BulletinEntry(
        **{
            **entry,
            "identifier_code": entry["identifier_code"] or "",
            "decided_on": date.fromisoformat(entry["decided_on"]),
            "until_on": date.fromisoformat(until_on) if until_on else None,
            "measures": tuple(entry["measures"]),
        }
    )
