"""Names of administrative divisions by their six-digit code (GB/T 2260).

The table comes with python-stdnum, which keeps the codes of every year since 1980; a code it does not have keeps its
number. It says nothing about anybody: it only names places.
"""

from __future__ import annotations

import re
from functools import cache

from stdnum import numdb

SOURCE = "名称采自 python-stdnum 的行政区划代码表（含历年已撤销的代码）；表中没有的只列代码"
_YEARS = re.compile(r"\[[-0-9]*\]")


def name_division(code: str) -> str:
    """Return a division's name, province before county; empty where the table does not have the code."""
    if not re.fullmatch(r"[0-9]{6}", code):
        return ""
    parts = [found for _, found in numdb.get("cn/loc").info(code)]
    province = next((part["province"] for part in parts if "province" in part), "")
    county = _find_county(code)
    if not county:
        return ""
    city = "" if code.endswith("00") else _find_county(code[:4] + "00")
    # Municipalities have districts right below them, under a city that is a word and not a place.
    names = [province, "" if city in {"市辖区", "县"} else city, county]
    return "".join(name for place, name in enumerate(names) if name and name not in names[:place])


@cache
def _find_county(code: str) -> str:
    """Return the newest name a code stood for."""
    named = [found["county"] for _, found in numdb.get("cn/loc").info(code) if "county" in found]
    if not named:
        return ""
    return str(_YEARS.split(named[-1])[-1]).strip()
