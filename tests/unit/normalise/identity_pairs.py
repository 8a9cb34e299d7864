"""A labelled test set of identity: over a thousand pairs of subjects, and whether they are one.

Every pair is made from word lists by its number alone, so the set is the same everywhere; nobody in it exists. The
kinds are those that wrong matches are known from: namesakes, homophones, names of one character, branches, renamings,
widths of brackets, and identifiers in their old and new forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product

from credit_service.domain.identifier import org_code_check, person_id_check, registration_check, uscc_check
from credit_service.domain.resolution import NamedSubject, NameSpan

BRANDS = ["晨光", "远航", "青禾", "恒达", "锦程", "云帆", "朝阳", "瑞丰", "嘉禾", "鸿运", "天成", "永固"]
TRADES = ["商贸", "食品", "建筑工程", "运输", "餐饮管理", "信息技术", "装饰", "物业服务", "广告", "纺织"]
FORMS = ("有限公司", "有限责任公司", "股份有限公司")
REGIONS = (("示范区", "990101"), ("测试市", "990100"), ("试验县", "990202"), ("虚构县", "980105"))
LEADERS = tuple(f"{number:032x}" for number in range(1, 90))
"""Keyed hashes of representatives, as the warehouse has them."""
HOMOPHONES = (
    ("晨", "辰"),
    ("恒", "衡"),
    ("锦", "金"),
    ("瑞", "睿"),
    ("嘉", "佳"),
    ("鸿", "宏"),
    ("远", "源"),
    ("青", "清"),
)
SINGLE = ("鑫", "金", "森", "淼", "焱", "垚", "磊", "晶")


class Truth(StrEnum):
    """What a pair really is."""

    SAME = "same"
    UNCERTAIN = "uncertain"
    """One, but what is reported is not enough to say so: only a person can."""
    DIFFERENT = "different"


@dataclass(frozen=True)
class Pair:
    """Two subjects and the truth about them."""

    kind: str
    asked: NamedSubject
    known: NamedSubject
    truth: Truth

    @property
    def is_same(self) -> bool:
        """Whether they are one."""
        return self.truth is not Truth.DIFFERENT


def company(number: int) -> str:
    """Return the id of a company; its organisation code is `organisation` of the same number."""
    org = f"{number:08d}"
    body = f"91990101{org}{org_code_check(org)}"
    return f"uscc:{body}{uscc_check(body)}"


def organisation(number: int) -> str:
    """Return the id by organisation code."""
    return f"org:{number:08d}{org_code_check(f'{number:08d}')}"


def registration(number: int) -> str:
    """Return the id by registration number."""
    body = f"990101{number:08d}"
    return f"reg:{body}{registration_check(body)}"


def subject(
    subject_id: str,
    *names: str,
    leader: str | None = None,
    region: str | None = None,
    kind: str = "organisation",
) -> NamedSubject:
    """Return a subject with its names, newest first."""
    spans = tuple(
        NameSpan(name, date(2026 - place, 1, 1), date(2026 - place, 6, 1), 1) for place, name in enumerate(names)
    )
    regions = frozenset() if region is None else frozenset({region})
    leaders = frozenset() if leader is None else frozenset({leader})
    return NamedSubject(subject_id, kind, spans, regions, leaders)


def nobody(number: int) -> str:
    """Return the id of an organisation without a code."""
    return f"none:{number:032x}"


def make_pairs() -> list[Pair]:
    """Return every pair of the set."""
    return [pair for make in _MAKERS for pair in make()]


def make_number_pairs() -> list[tuple[str, str, bool]]:
    """Return pairs of citizen numbers as written, and whether they are one person's: old, wide and spaced."""
    pairs = []
    for number in range(60):
        body = f"110105{1950 + number % 40}{1 + number % 12:02d}{1 + number % 28:02d}{number:03d}"
        full = body + person_id_check(body)
        old = full[:6] + full[8:17]
        neighbour = f"{body[:14]}{number + 1:03d}"
        later = f"{body[:6]}20{body[8:]}"
        pairs += [
            (full, old, True),
            (full.lower(), f"{full[:6]} {full[6:14]} {full[14:]}", True),
            (old, full.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)}), True),
            (old, neighbour + person_id_check(neighbour), False),
            (old, later + person_id_check(later), False),
        ]
    return pairs


def _numbered(many: int) -> Iterator[tuple[int, str, str, str]]:
    """Yield (number, brand, trade, form), each combination differently."""
    combined = list(product(BRANDS, TRADES, FORMS))
    for number in range(many):
        yield (number, *combined[number * 37 % len(combined)])


def _leader(number: int) -> str:
    return LEADERS[number % len(LEADERS)]


def _brackets() -> Iterator[Pair]:
    for number, brand, trade, form in _numbered(110):
        region, code = REGIONS[number % 2]
        name = f"{region}{brand}{trade}（集团）{form}"
        written = (
            name.replace("（", "(").replace("）", ")"),
            f" {name[:3]} {name[3:]}",
            name.replace("（", "【").replace("）", "】"),
        )
        asked = subject(nobody(number), written[number % 3], leader=_leader(number))
        yield Pair(
            "bracket_width", asked, subject(company(number), name, leader=_leader(number), region=code), Truth.SAME
        )


def _widths() -> Iterator[Pair]:
    for number, brand, trade, form in _numbered(90):
        name = f"示范区{brand}A{number % 10}{trade}{form}"
        wide = name.replace("A", "Ａ").translate({ord(str(d)): 0xFF10 + d for d in range(10)})
        asked = subject(nobody(number), wide, leader=_leader(number))
        yield Pair("letter_width", asked, subject(company(number), name, leader=_leader(number)), Truth.SAME)


def _renamed() -> Iterator[Pair]:
    for number, brand, trade, form in _numbered(110):
        new = f"示范区{BRANDS[(number + 5) % len(BRANDS)]}{TRADES[(number + 3) % len(TRADES)]}{form}"
        old = f"示范区{brand}{trade}{form}"
        asked = subject(nobody(number), old, leader=_leader(number))
        yield Pair("rename", asked, subject(company(number), new, old, leader=_leader(number)), Truth.SAME)


def _shortened() -> Iterator[Pair]:
    for number, brand, trade, form in _numbered(110):
        known = subject(company(number), f"示范区{brand}{trade}{form}", leader=_leader(number))
        short = (f"{brand}{trade}{form}", f"{brand}{trade}公司", f"示范区{brand}{trade}{FORMS[number % 3]}")[number % 3]
        yield Pair("short_name", subject(nobody(number), short, leader=_leader(number)), known, Truth.SAME)


def _full_names() -> Iterator[Pair]:
    for number, brand, trade, form in _numbered(60):
        name = f"示范区{brand}{trade}{form}"
        yield Pair("full_name", subject(nobody(number), name), subject(company(number), name), Truth.SAME)


def _mistyped() -> Iterator[Pair]:
    for number, brand, trade, form in _numbered(80):
        wrong = brand[0] + "某" + trade
        asked = subject(nobody(number), f"示范区{wrong}{form}", leader=_leader(number))
        known = subject(company(number), f"示范区{brand}{trade}{form}", leader=_leader(number))
        yield Pair("one_character_mistyped", asked, known, Truth.UNCERTAIN)


def _same_code() -> Iterator[Pair]:
    for number, brand, trade, form in _numbered(60):
        name = f"示范区{brand}{trade}{form}"
        known = subject(company(number), name, leader=_leader(number))
        yield Pair("code_inside_code", subject(organisation(number), name, leader=_leader(number)), known, Truth.SAME)


def _namesakes() -> Iterator[Pair]:
    for number, brand, trade, form in _numbered(110):
        name = f"{brand}{trade}{form}"
        asked = subject(nobody(number), name, leader=_leader(number), region=REGIONS[0][1])
        known = subject(company(number), name, leader=_leader(number + 1), region=REGIONS[2 + number % 2][1])
        yield Pair("namesake", asked, known, Truth.DIFFERENT)


def _shop_namesakes() -> Iterator[Pair]:
    for number, brand, _, _ in _numbered(80):
        name = f"{brand}{('小吃店', '超市', '理发店', '五金店')[number % 4]}"
        asked = subject(nobody(number), name, kind="individual_business")
        known = subject(company(number), name, leader=_leader(number), kind="individual_business")
        yield Pair("shop_namesake", asked, known, Truth.DIFFERENT)


def _contradicting() -> Iterator[Pair]:
    """The same name, the same representative, the same county: and still two, because their codes say so."""
    for number, brand, trade, form in _numbered(150):
        facts = {"leader": _leader(number), "region": REGIONS[0][1]}
        ids = (
            (company(number), company(number + 1)),
            (organisation(number), company(number + 1)),
            (organisation(number), organisation(number + 1)),
            (registration(number), registration(number + 1)),
            (company(number + 1), organisation(number)),
        )[number % 5]
        name = f"示范区{brand}{trade}{form}"
        yield Pair(
            "contradicting_codes", subject(ids[0], name, **facts), subject(ids[1], name, **facts), Truth.DIFFERENT
        )


def _homophones() -> Iterator[Pair]:
    for number, _, trade, form in _numbered(110):
        one, other = HOMOPHONES[number % len(HOMOPHONES)]
        names = (f"示范区{one}泰{trade}{form}", f"示范区{other}泰{trade}{form}")
        leaders = (_leader(number), (None, _leader(number + 1))[number % 2])
        asked = subject(nobody(number), names[0], leader=leaders[0])
        yield Pair("homophone", asked, subject(company(number), names[1], leader=leaders[1]), Truth.DIFFERENT)


def _single() -> Iterator[Pair]:
    for number, _, trade, form in _numbered(80):
        one, other = SINGLE[number % 8], SINGLE[(number + 1 + number // 8 % 7) % 8]
        asked = subject(nobody(number), f"示范区{one}{trade}{form}", leader=_leader(number))
        known = subject(company(number), f"示范区{other}{trade}{form}", leader=_leader(number + 1))
        yield Pair("one_character_firm", asked, known, Truth.DIFFERENT)


def _branches() -> Iterator[Pair]:
    for number, brand, trade, form in _numbered(110):
        parent = f"示范区{brand}{trade}{form}"
        branch = (f"{parent}第一分公司", f"{parent}试验县分公司", f"{parent}东街营业部")[number % 3]
        other = (f"{parent}第二分公司", f"{parent}虚构县分公司", f"{parent}西街营业部")[number % 3]
        names = (branch, parent if number % 2 else other)
        same = {"leader": _leader(number), "region": REGIONS[0][1]}
        # A parent's representative may lead its branch as well.
        asked = subject(nobody(number), names[0], **same)
        yield Pair("branch", asked, subject(company(number), names[1], **same), Truth.DIFFERENT)


def _siblings() -> Iterator[Pair]:
    for number, brand, _, _ in _numbered(60):
        kinds = ("小学", "中学", "幼儿园", "药店", "加油站")
        ranks = "一二三四五六七八"
        one, other = ranks[number % 8], ranks[(number + 1) % 8]
        names = [f"示范区{brand}第{rank}{kinds[number % 5]}" for rank in (one, other)]
        yield Pair("sibling", subject(nobody(number), names[0]), subject(company(number), names[1]), Truth.DIFFERENT)


def _trades() -> Iterator[Pair]:
    for number, brand, trade, form in _numbered(60):
        other = TRADES[(TRADES.index(trade) + 1) % len(TRADES)]
        asked = subject(nobody(number), f"示范区{brand}{trade}{form}", leader=_leader(number))
        known = subject(company(number), f"示范区{brand}{other}{form}", leader=_leader(number + 1))
        yield Pair("other_trade", asked, known, Truth.DIFFERENT)


_MAKERS: tuple[Callable[[], Iterator[Pair]], ...] = (
    _brackets,
    _widths,
    _renamed,
    _shortened,
    _full_names,
    _mistyped,
    _same_code,
    _namesakes,
    _shop_namesakes,
    _contradicting,
    _homophones,
    _single,
    _branches,
    _siblings,
    _trades,
)
