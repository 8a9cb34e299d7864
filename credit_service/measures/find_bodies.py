"""Which registered agencies a measure's text of who carries it out means.

Before it the bodies of measures as the catalogue words them («财政、招标投标监管及各行业许可机关»); after it agencies.
Where the text says «各…» every agency is meant: telling one too many of a repair harms nobody, one too few would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from credit_service.domain.agency import Agency

_EVERYBODY = re.compile("各|有关部门|主管部门|相关部门")
_ENDING = re.compile("(?:委员会|办公室|局|委|办|院|厅|署)$")


def find_bodies(bodies: Iterable[str], agencies: Sequence[Agency]) -> set[str]:
    """Return the codes of the agencies that some texts mean."""
    text = "；".join(bodies)
    if not text:
        return set()
    if _EVERYBODY.search(text):
        return {agency.agency_code for agency in agencies}
    return {agency.agency_code for agency in agencies if _is_named(text, agency)}


def _is_named(text: str, agency: Agency) -> bool:
    core = _ENDING.sub("", agency.short_name)
    return (len(core) > 1 and core in text) or agency.short_name in text
