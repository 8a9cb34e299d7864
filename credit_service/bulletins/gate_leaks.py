"""Whether anything that must be withheld is in the rendered files.

Before this module lie the bytes of an issue and the texts that must not be in them; after it a list of failures for
`gate`, which name cases and files and never repeat what leaked. The PDF is read at its source: it is set from the same
strings as ``bulletin.json`` and the page. It deliberately removes nothing: `redact` did, or the issue is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from credit_service.bulletins.gate_files import GateFailure
from credit_service.bulletins.outline import break_title
from credit_service.bulletins.redact import find_mobile_numbers, find_person_numbers
from credit_service.bulletins.rendered_text import read_texts
from credit_service.domain.bulletin import Bulletin

_HAN = "[\u3400-\u9fff]"
_CHECK_SUM = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True)
class Forbidden:
    """A text that must be in no file, and the case it belongs to."""

    case_id: str
    text: str


def check_leaks(
    bulletin: Bulletin, files: Mapping[str, bytes], forbidden: tuple[Forbidden, ...]
) -> tuple[GateFailure, ...]:
    """Return every place where something withheld can be read."""
    try:
        texts = read_texts(files)
    except (ValueError, OSError) as error:
        return (GateFailure("leak", "", f"有文件无法读取，不能确认没有泄露（{type(error).__name__}）"),)
    lawful = _lawful_texts(bulletin)
    failures = list(_find_in_facts(bulletin, forbidden, lawful))
    for name, text in texts.items():
        failures += _find_forbidden(name, text, forbidden, lawful)
        failures += _find_numbers(name, text, bulletin)
    return tuple(failures)


def _find_numbers(name: str, text: str, bulletin: Bulletin) -> Iterator[GateFailure]:
    """Yield whether a file holds a citizen number or a mobile telephone of anybody but the issuer.

    Check sums and case numbers are no numbers of persons, even where their digits look so.
    """
    entries = (*bulletin.red, *bulletin.black)
    own = [code for entry in entries for code in (entry.case_id, entry.identifier_code)]
    own += [entry.case_id for entry in bulletin.left]
    text = _CHECK_SUM.sub("", text)
    if any(not any(number in code for code in own) for number in find_person_numbers(text)):
        yield GateFailure("leak", "", f"文件 {name} 含有公民身份号码")
    for line in filter(None, map(str.strip, bulletin.objection_channel.splitlines())):
        text = text.replace(line, "")
    if any(not any(number in code for code in own) for number in find_mobile_numbers(text)):
        yield GateFailure("leak", "", f"文件 {name} 含有手机号码")


def _find_forbidden(
    name: str, text: str, forbidden: tuple[Forbidden, ...], lawful: tuple[str, ...]
) -> Iterator[GateFailure]:
    """Yield the cases of which a forbidden text stands in a file outside every lawful text.

    A short name is often part of a longer, lawful one (a person's name in the name of a firm): such places are blanked
    before the text is called a leak. A name of two characters (文明) may be a word of the page; it is a leak where it
    stands by itself. In the facts of the entries even that is looked for everywhere (`_find_in_facts`).
    """
    told: set[str] = set()
    for item in forbidden:
        if item.case_id in told or item.text not in text:
            continue
        if item.text not in lawful and _stands_in(item.text, _blank_lawful(item.text, text, lawful)):
            told.add(item.case_id)
            yield GateFailure("leak", item.case_id, f"文件 {name} 含有应当不予公示的案件 {item.case_id} 的主体信息")


def _blank_lawful(forbidden: str, text: str, lawful: tuple[str, ...]) -> str:
    """Return a text without the longer, lawful texts that a forbidden one is part of."""
    for longer in lawful:
        if forbidden in longer:
            text = text.replace(longer, "")
    return text


def _stands_in(text: str, rest: str) -> bool:
    """Return whether a text can be read in another: two characters only where no Chinese character adjoins them."""
    if len(text) > 2:
        return text in rest
    return re.search(rf"(?<!{_HAN}){re.escape(text)}(?!{_HAN})", rest) is not None


def _find_in_facts(
    bulletin: Bulletin, forbidden: tuple[Forbidden, ...], lawful: tuple[str, ...]
) -> Iterator[GateFailure]:
    """Yield the entries of which the fact names somebody withheld."""
    for entry in (*bulletin.red, *bulletin.black):
        found = (item.text for item in forbidden if item.text in entry.fact)
        if any(text in _blank_lawful(text, entry.fact, lawful) for text in found):
            yield GateFailure("leak", entry.case_id, f"案件 {entry.case_id} 的主要事实含有不予公示的主体信息")


def _lawful_texts(bulletin: Bulletin) -> tuple[str, ...]:
    """Return the names and codes an issue lawfully shows, longest first."""
    entries = (*bulletin.red, *bulletin.black)
    found = {bulletin.issuer, bulletin.title, bulletin.rulebook, bulletin.objection_channel}
    found |= {line.strip() for line in bulletin.objection_channel.splitlines()} | set(break_title(bulletin.title))
    found |= {text for entry in entries for text in (entry.name, entry.identifier_code, entry.authority_name)}
    found |= {text for entry in entries for text in (entry.list_type_name, entry.category_name, entry.document_no)}
    found |= {entry.name for entry in bulletin.left} | {count.name for count in bulletin.counts}
    found |= {text for measure in bulletin.measures for text in measure}
    return tuple(sorted(found - {""}, key=lambda text: (-len(text), text)))
