"""Header names brought to one spelling, so that 「罚款金额（万元） *」 and 「罚款金额(万元)」 are the same column.

Before this module comes a header cell as written; after it `recognise`, which compares keys. It knows nothing of
templates.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_NOTE: Final = re.compile(
    r"\((?:必填|非必填|选填|可空|可选|是/否|yyyy[^()]*|年[-/.]?月[-/.]?日|日期格式[^()]*|格式[^()]*)\)|【(?:必填|选填)】",
    re.IGNORECASE,
)
_UNIT: Final = re.compile(r"\((?:单位[::为]?\s*)?(万元|元|千元|亿元|人民币元|人民币万元)\)$")
_DRESSING: Final = " \t\r\n*\"'”」』》:;,.、。\u200b\ufeff"
"""What may stand behind a unit without being part of the name."""
_DROPPED: Final = re.compile(r"[\s()\[\]{}【】〔〕《》「」“”\"'_:、,,.。/*＊\-—·\u200b\ufeff]+")


@dataclass(frozen=True)
class HeaderKey:
    """A header's key and the unit of money it states (万元, 元 …; empty where it states none)."""

    key: str
    unit: str


@lru_cache(maxsize=16_384)
def header_key(header: str) -> HeaderKey:
    """Return the key under which a header is compared.

    NFKC, upper case, without spaces, brackets, punctuation, marks of requirement; a unit in brackets at the end is
    taken off and returned beside the key, because a sum in 元 must never be read as 万元.
    """
    text = unicodedata.normalize("NFKC", header).strip().strip("*").strip()
    text = _NOTE.sub("", text).rstrip(_DRESSING)
    unit = ""
    found = _UNIT.search(text)
    if found is not None and found.start() > 0:
        unit = found.group(1).removeprefix("人民币")
        text = text[: found.start()]
    return HeaderKey(_DROPPED.sub("", text).upper(), unit)
