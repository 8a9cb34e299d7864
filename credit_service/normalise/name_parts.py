"""The parts of an organisation's name: region, what tells it apart, legal form, brackets, and whether it is a branch.

Before it comes a name as reported; after it the parts by which `match_names` compares two. The words (legal forms,
branches, provinces) are data. It judges nothing and knows no subject.

Source: 企业名称登记管理规定 (国务院令第734号) Art. 6: region, trade name, business, legal form.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_BRACKETS = re.compile(r"（([^（）]*)）")
_LIKE_BRACKETS = str.maketrans(
    {"(": "（", ")": "）", "[": "（", "]": "）", "【": "（", "】": "）", "〔": "（", "〕": "）"}
)
_DOTS = str.maketrans({"•": "·", "・": "·", "‧": "·", ".": "·"})


@dataclass(frozen=True)
class NameWords:
    """Words that names are taken apart by."""

    forms: tuple[str, ...]
    """Legal forms, longest first."""
    branches: tuple[str, ...]
    region: re.Pattern[str]
    """Matches the region at the beginning of a name."""


@dataclass(frozen=True)
class NameParts:
    """One name, taken apart."""

    spelled: str
    """The whole name in one spelling."""
    region: str
    core: str
    """Trade name and business: what is left without region, legal form and brackets."""
    form: str
    brackets: tuple[str, ...]
    is_branch: bool


@lru_cache(maxsize=4)
def load_name_words(path: Path) -> NameWords:
    """Return the words of ``data/reference/name_parts.csv``."""
    lists: dict[str, list[str]] = {"form": [], "branch": [], "province": [], "no_region": []}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            lists[row["list"]].append(row["word"])
    return NameWords(
        forms=tuple(sorted(lists["form"], key=len, reverse=True)),
        branches=tuple(lists["branch"]),
        region=_region_pattern(lists["province"], lists["no_region"]),
    )


def spell(name: str) -> str:
    """Return a name in NFKC and small letters, without spaces, with brackets and dots of one shape."""
    plain = "".join(unicodedata.normalize("NFKC", name).split()).casefold()
    return plain.translate(_LIKE_BRACKETS).translate(_DOTS)


def read_parts(name: str, words: NameWords) -> NameParts:
    """Take a name apart; what it has none of is empty, and a name is never all region or all form."""
    spelled = spell(name)
    plain = _BRACKETS.sub("", spelled)
    is_branch = plain.endswith(words.branches)
    form = "" if is_branch else next((form for form in words.forms if plain.endswith(form) and plain != form), "")
    rest = plain.removesuffix(form)
    found = words.region.match(rest)
    region = found[0] if found and len(rest) - len(found[0]) >= 1 else ""
    return NameParts(spelled, region, rest.removeprefix(region), form, tuple(_BRACKETS.findall(spelled)), is_branch)


def _region_pattern(provinces: list[str], exceptions: list[str]) -> re.Pattern[str]:
    """A province, a city and a county, each optional, at the beginning; words such as 社区 are none."""
    no = "".join(f"(?<!{word})" for word in exceptions)
    province = f"(?:{'|'.join(provinces)})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)?"
    city = f"[^省市区县旗（）]{{2,6}}?(?:自治州|地区|盟|市{no})"
    county = f"[^省市区县旗（）]{{1,6}}?(?:自治县|县|区{no}|旗|市{no})"
    return re.compile(f"(?:{province})?(?:{city})?(?:{county})?")
