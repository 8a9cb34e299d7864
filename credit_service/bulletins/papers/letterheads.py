"""Under which head an agency writes: ``data/reference/letterheads.yaml``, filled in by each agency.

Before this module lies the file; after it the letterhead of one agency. An agency without one cannot issue papers:
neither its number nor the body that hears an appeal may be guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from credit_service.errors import PaperIncomplete, TemplateFault

FILE_NAME = "letterheads.yaml"
CHANNELS = ("administrative", "court")


@dataclass(frozen=True)
class Letterhead:
    """Who writes, and where its reader can turn."""

    agency_code: str
    name: str
    word: str
    """机关代字, the first part of its numbers."""
    channel: str
    """``administrative`` or ``court``: which remedies there are."""
    review_body: str
    court: str
    place: str
    phone: str
    hours: str
    heading: str = ""
    """发文机关标志; the name where empty."""


_KNOWN = {field.name for field in fields(Letterhead)} - {"agency_code"}


def get_letterhead(reference: Path, agency_code: str, agency_name: str) -> Letterhead:
    """Return the letterhead of an agency, found by its code, or by its name where a case states no code.

    Raises:
        PaperIncomplete: The agency has none.
        TemplateFault: The file is missing or faulty; the message names the place.
    """
    content = _read(reference / FILE_NAME)
    agencies = content.get("agencies")
    known = agencies if isinstance(agencies, dict) else {}
    code = agency_code or next((str(key) for key in known if _is_named(known[key], agency_name)), "")
    if code not in known:
        message = f"“{agency_name}”没有在 {FILE_NAME} 中登记机关代字和救济机关，不能出具文书。"
        remedy = f"请在 data/reference/{FILE_NAME} 中按其统一社会信用代码补充（案件没有写明代码的，按单位全称核对）。"
        raise PaperIncomplete(message, remedy=remedy, agency_code=agency_code)
    values = {**_texts(content.get("default") or {}, "default"), **_texts(known[code], f"agencies.{code}")}
    values.setdefault("name", agency_name)
    needed = sorted(_KNOWN - {"heading"})
    missing = [name for name in needed if not values.get(name, "").strip()]
    place = f"agencies.{code}"
    if missing:
        raise _fault(place, f"缺少{'、'.join(missing)}")
    if values["channel"] not in CHANNELS:
        raise _fault(place, f"的channel应当是{'或'.join(CHANNELS)}")
    return Letterhead(agency_code=code, **values)


def _is_named(entry: object, name: str) -> bool:
    return isinstance(entry, dict) and bool(name) and entry.get("name") == name


def _read(path: Path) -> dict[str, object]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _fault(place="", what=f"无法读取（{type(error).__name__}）") from error
    if not isinstance(content, dict):
        raise _fault(place="", what="不是一组键和值")
    return content


def _texts(content: object, place: str) -> dict[str, str]:
    if not isinstance(content, dict):
        raise _fault(place, "不是一组键和值")
    unknown = sorted(str(key) for key in content if key not in _KNOWN)
    if unknown:
        raise _fault(place, f"有不认识的键：{'、'.join(unknown)}")
    return {str(key): str(value) for key, value in content.items()}


def _fault(place: str, what: str) -> TemplateFault:
    where = f"的“{place}”" if place else ""
    message = f"发文机关登记 {FILE_NAME} {where}{what}。"
    return TemplateFault(message, remedy="请改正后重试；没有占用字号。", template=FILE_NAME, place=place)
