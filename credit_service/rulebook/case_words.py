"""What a worked case expects and what the engine found, in the words an author and an official read.

Before it are values as `cases` compares them, after it text for “应为…，实为…”. It compares nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from credit_service.domain.category import GENERAL
from credit_service.rulebook.case_types import WHOLE
from credit_service.rulebook.field_words import say_member, say_points
from credit_service.rulebook.schema import Rulebook

NOTHING = "没有"


def say_subject(subject_id: str) -> str:
    """Return a case's subject as the case calls it, without the kind of its identifier."""
    return subject_id.partition(":")[2] or subject_id


def say_score(score: tuple[int, str] | None) -> str:
    """Return points (10⁻⁴) and grade, or that there are none."""
    return "没有评分" if score is None else f"{say_points(score[0])}、{say_member(score[1], 'grade')}"


def say_value(name: str, value: object, items: Mapping[str, str]) -> str:
    """Return what the engine says of one record; None: no such record was judged.

    Args:
        name: ``severity``, ``rule``, ``category`` (its slug) or ``weight`` (millionths).
        value: The value.
        items: Names of the special-governance items by slug.
    """
    if value is None:
        return NOTHING
    if name == "weight" and isinstance(value, int):
        return f"百万分之{value}"
    word = str(value)
    if name == "category":
        return name_item(word, items)
    said = say_member(word, name)
    return word if said == word else f"{said}（{word}）"


def name_item(slug: str, items: Mapping[str, str]) -> str:
    """Return a special-governance item by name and slug; ``whole`` is the subject as a whole."""
    if slug == WHOLE:
        return f"综合（{WHOLE}）"
    return f"{items[slug]}（{slug}）" if slug in items else slug


def say_candidates(keys: Iterable[tuple[str, str, int, tuple[str, ...]]], rulebook: Rulebook) -> str:
    """Return proposals in words: who, onto which list, for which item, because of which records."""
    lists = {one.id: one.name for one in rulebook.list_types}
    items = {item.number: item.name for item in rulebook.edition.categories} | {GENERAL: "综合"}
    said = [
        f"{say_subject(subject)}列入{lists.get(list_type, list_type)}（{list_type}，{items.get(number, number)}，"
        f"依据{'、'.join(records) or NOTHING}）"
        for subject, list_type, number, records in keys
    ]
    return "；".join(said) or "没有建议"


def say_consequence(what: object) -> str:
    """Return measures, a day or whether a listing may be shown."""
    if isinstance(what, bool):
        return "公开" if what else "不公开"
    if isinstance(what, tuple):
        return "、".join(map(str, what)) or NOTHING
    return str(what)
