"""Which known subjects an organisation without a code may be: suggestions for a person, with reasons in words.

Before it come the organisation and a few known subjects that the warehouse found worth comparing; after it suggestions
in order. It decides nothing and links nobody. Subjects whose codes contradict each other, pairs of the register of
namesakes, and branches and their parents are never suggested for each other, however alike the names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from rapidfuzz.distance import Levenshtein

from credit_service.domain.resolution import Likelihood, NamedSubject, NameSpan, Suggestion, identifiers_contradict
from credit_service.domain.subject import SubjectKind
from credit_service.normalise.name_parts import NameParts, NameWords, read_parts

_COUNTING = frozenset("0123456789一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾甲乙丙丁戊己庚辛东南西北中上下前后新老大小")
"""Two names that differ only in one of these count siblings: 第一小学, 第二小学; 东街店, 西街店."""


class Alike(IntEnum):
    """How two names agree, from nothing to the same text."""

    NO = 0
    ONE_CHARACTER = 1
    CORE = 2
    FORMER = 3
    EXACT = 4


@dataclass(frozen=True)
class _Agreement:
    """How two subjects agree, side by side."""

    alike: Alike
    reason: str
    representative: bool | None
    """None where one of the two is not known."""
    region: bool | None
    same_city: bool
    same_kind: bool
    is_full_name: bool
    """The name has region and legal form, as a register writes it: there it is granted once."""
    has_branch: bool
    """One of them at least is a branch: its representative and county are often its parent's."""


@dataclass(frozen=True)
class _Compared:
    """A suggestion before it is held against the others."""

    suggestion: Suggestion
    is_led_alike: bool


def suggest(
    asked: NamedSubject,
    known: Iterable[NamedSubject],
    words: NameWords,
    excluded: Collection[str] = (),
) -> tuple[Suggestion, ...]:
    """Return the known subjects it may be, likeliest first.

    Args:
        asked: The organisation without a code, or with a weaker one.
        known: Subjects worth comparing.
        words: How names are taken apart.
        excluded: Ids that the register of namesakes keeps apart from it.

    **Shape**: the same order whatever the order of ``known``.
    """
    others = (one for one in known if one.subject_id != asked.subject_id and one.subject_id not in excluded)
    compared = (_compare(asked, one, words) for one in others)
    found = _mind_namesakes([one for one in compared if one is not None])
    return tuple(sorted(found, key=lambda one: (-one.likelihood, -one.points, one.subject.subject_id)))


def compare(asked: NamedSubject, subject: NamedSubject, words: NameWords) -> Suggestion | None:
    """Return how far two subjects agree, or None where nothing speaks for it or something excludes it."""
    compared = _compare(asked, subject, words)
    return None if compared is None else compared.suggestion


def _compare(asked: NamedSubject, subject: NamedSubject, words: NameWords) -> _Compared | None:
    if identifiers_contradict(asked.subject_id, subject.subject_id):
        return None
    agreement = _agree(asked, subject, words)
    likelihood = _weigh(agreement)
    if likelihood is None:
        return None
    points = 10 * agreement.alike + 5 * (agreement.representative is True) + 3 * (agreement.region is True)
    points += agreement.same_city - 4 * (agreement.representative is False) - 2 * (agreement.region is False)
    suggestion = Suggestion(subject, likelihood, points, *_in_words(agreement))
    return _Compared(suggestion, is_led_alike=agreement.representative is True)


def _agree(asked: NamedSubject, subject: NamedSubject, words: NameWords) -> _Agreement:
    alike, reason, full, has_branch = Alike.NO, "", False, False
    for own in asked.names:
        parts = read_parts(own.name, words)
        for place, span in enumerate(subject.names):
            others = read_parts(span.name, words)
            has_branch = has_branch or parts.is_branch or others.is_branch
            candidate, why = _compare_names(parts, others, span, is_former=place > 0)
            if candidate > alike:
                alike, reason = candidate, why
                full = bool(parts.region and parts.form)
    ours, theirs = asked.region_codes, subject.region_codes
    return _Agreement(
        alike=alike,
        reason=reason,
        representative=_meet(asked.representative_keys, subject.representative_keys),
        region=_meet(ours, theirs),
        same_city=bool({code[:4] for code in ours} & {code[:4] for code in theirs}),
        same_kind=asked.subject_kind == subject.subject_kind,
        is_full_name=full and asked.subject_kind == SubjectKind.ORGANISATION.value,
        has_branch=has_branch,
    )


def _compare_names(own: NameParts, other: NameParts, span: NameSpan, *, is_former: bool) -> tuple[Alike, str]:
    if own.spelled == other.spelled:
        if is_former:
            return Alike.FORMER, f"与曾用名“{span.name}”（{span.first_on}至{span.last_on}）相同"
        return Alike.EXACT, "名称完全相同"
    if not _may_be_one(own, other):
        return Alike.NO, ""
    if own.core == other.core and len(own.core) > 1:
        former = "曾用名" if is_former else "名称"
        return Alike.CORE, f"{former}“{span.name}”只在行政区划、组织形式或括号上不同"
    if own.form == other.form and Levenshtein.distance(own.core, other.core, score_cutoff=1) == 1:
        return _one_character(own.core, other.core)
    return Alike.NO, ""


def _may_be_one(own: NameParts, other: NameParts) -> bool:
    """Neither is the other's branch, and their regions and brackets do not contradict each other."""
    has_core = bool(own.core and other.core)
    return (
        has_core
        and own.is_branch == other.is_branch
        and _regions_agree(own.region, other.region)
        and _brackets_agree(own.brackets, other.brackets)
    )


def _one_character(own: str, other: str) -> tuple[Alike, str]:
    """Say which character differs; a count, a direction, or half of a short name makes another organisation."""
    place = next(
        (place for place, (a, b) in enumerate(zip(own, other, strict=False)) if a != b), min(len(own), len(other))
    )
    ours = own[place] if len(own) >= len(other) else ""
    theirs = other[place] if len(other) >= len(own) else ""
    if min(len(own), len(other)) < 3 or (set(ours + theirs) <= _COUNTING):
        return Alike.NO, ""
    return Alike.ONE_CHARACTER, f"只差一个字（{ours or '缺'}／{theirs or '缺'}）"


def _regions_agree(own: str, other: str) -> bool:
    return not own or not other or own in other or other in own


def _brackets_agree(own: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not own or not other or own == other


def _meet(ours: frozenset[str], theirs: frozenset[str]) -> bool | None:
    return bool(ours & theirs) if ours and theirs else None


def _weigh(agreement: _Agreement) -> Likelihood | None:
    led_alike = agreement.representative
    if agreement.alike in {Alike.EXACT, Alike.FORMER}:
        return _weigh_same_name(agreement)
    if agreement.alike is Alike.CORE:
        if led_alike:
            return Likelihood.LIKELY if agreement.same_kind else Likelihood.POSSIBLE
        return Likelihood.POSSIBLE if agreement.region and led_alike is None else Likelihood.WEAK
    if agreement.alike is Alike.ONE_CHARACTER:
        if led_alike:
            return Likelihood.POSSIBLE
        return None if led_alike is False or agreement.region is False else Likelihood.WEAK
    may_be_renamed = led_alike and agreement.region and agreement.same_kind and not agreement.has_branch
    return Likelihood.WEAK if may_be_renamed else None


def _weigh_same_name(agreement: _Agreement) -> Likelihood:
    if not agreement.same_kind:
        return Likelihood.POSSIBLE if agreement.representative else Likelihood.WEAK
    if agreement.representative:
        return Likelihood.LIKELY
    if agreement.representative is False:
        return Likelihood.WEAK if agreement.region is False else Likelihood.POSSIBLE
    if agreement.region is False and not agreement.same_city:
        return Likelihood.WEAK
    return Likelihood.LIKELY if agreement.region or agreement.is_full_name else Likelihood.POSSIBLE


def _in_words(agreement: _Agreement) -> tuple[tuple[str, ...], tuple[str, ...]]:
    reasons = [agreement.reason] if agreement.reason else []
    doubts = [] if agreement.reason else ["名称不同，可能已更名"]
    if agreement.representative is not None:
        (reasons if agreement.representative else doubts).append(
            f"法定代表人{'相同' if agreement.representative else '不同'}"
        )
    else:
        doubts.append("法定代表人未报或未知")
    if agreement.region:
        reasons.append("登记地区相同")
    elif agreement.same_city:
        reasons.append("同一设区的市")
    elif agreement.region is False:
        doubts.append("登记地区不同")
    if agreement.alike is Alike.ONE_CHARACTER:
        doubts.append("一字之差，须核对原文书")
    if not agreement.same_kind:
        doubts.append("主体类别不同")
    return tuple(reasons), tuple(doubts)


def _mind_namesakes(found: list[_Compared]) -> list[Suggestion]:
    """Of several likely subjects only the one with the same representative stays so: the others are its namesakes."""
    likely = [one for one in found if one.suggestion.likelihood is Likelihood.LIKELY]
    led_alike = [one for one in likely if one.is_led_alike]
    doubtful = [] if len(likely) < 2 else [one for one in likely if len(led_alike) != 1 or not one.is_led_alike]
    return [_doubt(one.suggestion) if one in doubtful else one.suggestion for one in found]


def _doubt(suggestion: Suggestion) -> Suggestion:
    doubts = (*suggestion.doubts, "另有名称相同或相近的主体，须逐一核对代码")
    return replace(suggestion, likelihood=Likelihood.POSSIBLE, doubts=doubts)
