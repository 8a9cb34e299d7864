"""Subjects: the organisations, individual businesses and persons that records are about.

A subject is known by its ``subject_id``: ``uscc:<code>``, ``reg:<number>`` or ``org:<code>`` for organisations and
businesses, ``psn:<keyed hash>`` for persons, so that a person's number never is part of a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

COMPOUND_SURNAMES = frozenset(
    {
        "欧阳",
        "太史",
        "端木",
        "上官",
        "司马",
        "东方",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "夏侯",
        "诸葛",
        "尉迟",
        "公羊",
        "赫连",
        "澹台",
        "皇甫",
        "宗政",
        "濮阳",
        "公冶",
        "太叔",
        "申屠",
        "公孙",
        "慕容",
        "仲孙",
        "钟离",
        "长孙",
        "宇文",
        "司徒",
        "鲜于",
        "司空",
        "令狐",
    }
)


class SubjectKind(StrEnum):
    """Who a record is about."""

    ORGANISATION = "organisation"
    INDIVIDUAL_BUSINESS = "individual_business"
    PERSON = "person"

    @property
    def label(self) -> str:
        """Chinese name, as the official templates write it."""
        return {"organisation": "法人及非法人组织", "individual_business": "个体工商户", "person": "自然人"}[self.value]


@dataclass(frozen=True)
class SubjectLink:
    """A person's decision that an organisation without a code (``none:…``) is a known subject, while it holds."""

    from_subject_id: str
    to_subject_id: str
    linked_at: datetime
    unlinked_at: datetime | None = None


def mask_person_name(name: str) -> str:
    """Return the surname followed by ``*`` for each further character: 张三 → 张*, 欧阳震华 → 欧阳**.

    Names with a separator dot (阿依古丽·买买提) keep only their first character.
    """
    name = name.strip()
    if not name:
        return ""
    if "·" in name or "." in name or " " in name or not ("\u3400" <= name[0] <= "\u9fff"):
        return name[0] + "**"
    surname = name[:2] if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else name[0]
    return surname + "*" * max(len(name) - len(surname), 1)
