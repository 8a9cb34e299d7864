"""Worked cases in words: facts, and the outcome the law expects, as a reader without code sees them.

Before it stand the cases beside the rules in force; after it groups for the chapters of the book. A case is said from
what it states, never from what an engine found: the tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from credit_service.domain.record import PenaltyKind, RecordKind, Severity
from credit_service.domain.subject import SubjectKind
from credit_service.lookup.rulebook_questions import say_question
from credit_service.lookup.rulebook_types import BookCase, BookCaseGroup, BookFact, BookOutcome
from credit_service.rulebook.case_types import WHOLE, AskedCase, Case, ExpectedCandidate, WorkedCase
from credit_service.rulebook.fact import Fact
from credit_service.rulebook.field_words import HONOUR_WORDS, PENALTY_WORDS, say_fen, say_points
from credit_service.rulebook.schema import Rulebook

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def say_case(case: Case, rulebook: Rulebook) -> BookCase:
    """Return one case in words."""
    head = case.head
    place = f"{head.file}:{head.line}"
    if isinstance(case, AskedCase):
        question, answers = say_question(case, rulebook)
        return BookCase(head.name, head.as_of, (), question, tuple(BookOutcome(*one) for one in answers), place)
    speaker = _Speaker(case, rulebook)
    return BookCase(head.name, head.as_of, speaker.facts(), "", speaker.outcomes(), place)


def group_cases(cases: Iterable[BookCase], titles: Iterable[tuple[str, str]]) -> tuple[BookCaseGroup, ...]:
    """Return cases grouped by the anchor and title given with each, in the order of first appearance."""
    found: dict[tuple[str, str], list[BookCase]] = {}
    for case, key in zip(cases, titles, strict=True):
        found.setdefault(key, []).append(case)
    return tuple(BookCaseGroup(anchor, title, tuple(members)) for (anchor, title), members in found.items())


class _Speaker:
    """Says one case; records are numbered in the order in which they are stated."""

    def __init__(self, case: WorkedCase, rulebook: Rulebook) -> None:
        self.case = case
        self.rulebook = rulebook
        self.numbers = {fact.record_id: _number(place) for place, fact in enumerate(case.facts)}
        self.items = {item.slug: item.name for item in rulebook.edition.categories} | {WHOLE: "综合"}

    def facts(self) -> tuple[BookFact, ...]:
        """Return every fact."""
        return tuple(
            BookFact(self.numbers[fact.record_id], _subject(fact), _say_fact(fact), _say_days(fact))
            for fact in self.case.facts
        )

    def outcomes(self) -> tuple[BookOutcome, ...]:
        """Return every outcome, from the single record to the proposal."""
        case = self.case
        found = [
            *self._each(case.categories, lambda slug: f"归入{self.items.get(slug, slug)}"),
            *self._each(case.severities, lambda word: f"为{Severity(word).label}"),
            *self._each(case.rules, self._rule, is_rule=True),
            *self._each({name: str(weight) for name, weight in (case.weights or {}).items()}, _say_weight),
        ]
        found += [
            BookOutcome(
                f"{_name(score.subject_id)}：{self.items.get(score.category, score.category)}"
                f"{say_points(score.points)}，{score.grade}级"
            )
            for score in case.scores
        ]
        if case.unscored:
            found.append(BookOutcome(f"{'、'.join(_name(one) for one in case.unscored)}不评分"))
        if case.candidates is not None:
            found += [self._candidate(one) for one in case.candidates]
            if not case.candidates:
                found.append(BookOutcome("不建议列入任何名单"))
        return tuple(found)

    def _each(
        self, said: Mapping[str, str] | None, say: Callable[[str], str], *, is_rule: bool = False
    ) -> list[BookOutcome]:
        """Say at once what several records share."""
        members: dict[str, list[str]] = {}
        for record_id, value in (said or {}).items():
            members.setdefault(value, []).append(self.numbers.get(record_id, record_id))
        return [
            BookOutcome(f"{''.join(numbers)}{say(value)}", (value,) if is_rule else ())
            for value, numbers in members.items()
        ]

    def _rule(self, rule_id: str) -> str:
        entry = self.rulebook.find_rule(rule_id)
        return f"适用“{entry.text}”" if entry and entry.text else f"适用规则{rule_id}"

    def _candidate(self, one: ExpectedCandidate) -> BookOutcome:
        list_type = self.rulebook.list_type(one.list_type)
        numbers = "".join(self.numbers.get(record_id, record_id) for record_id in one.record_ids)
        text = f"建议将{_name(one.subject_id)}列入{list_type.name}"
        text += f"（{self.items.get(one.category, one.category)}，依据{numbers}）"
        if one.measures is not None:
            names = {measure.slug: measure.name for measure in self.rulebook.measures}
            text += f"；列入后的措施：{'、'.join(names.get(slug, slug) for slug in one.measures) or '无'}"
        if one.until_on is not None:
            text += f"；当日决定列入的，至{_day(one.until_on)}期满"
        if one.is_public is not None:
            text += "；可以公示" if one.is_public else "；不公示"
        return BookOutcome(text, (one.list_type,))


def _number(place: int) -> str:
    return _CIRCLED[place] if place < len(_CIRCLED) else f"（{place + 1}）"


def _name(subject_id: str) -> str:
    return subject_id.partition(":")[2]


def _subject(fact: Fact) -> str:
    kind = SubjectKind(fact.subject_kind)
    return _name(fact.subject_id) + (f"（{kind.label}）" if kind is not SubjectKind.ORGANISATION else "")


def _say_fact(fact: Fact) -> str:
    parts = [f"{RecordKind(fact.kind).label}：{fact.topic}"]
    penalties = [word for kind, word in PENALTY_WORDS.items() if fact.penalty_mask & kind and kind != PenaltyKind.FINE]
    if fact.fine_fen:
        penalties.insert(0, f"罚款{say_fen(fact.fine_fen)}")
    elif fact.penalty_mask & PenaltyKind.FINE:
        penalties.insert(0, "罚款")
    if fact.confiscated_fen:
        penalties.append(f"没收{say_fen(fact.confiscated_fen)}")
    parts += ["、".join(penalties)] if penalties else []
    parts += [f"事实：{fact.fact}"] if fact.fact else []
    parts += [f"认定机关：{fact.authority_name}"] if fact.authority_name else []
    parts += [f"涉及金额{say_fen(fact.amount_fen)}"] if fact.amount_fen else []
    parts += [HONOUR_WORDS[fact.honour_level]] if fact.kind == RecordKind.HONOUR else []
    parts += ["简易程序"] if fact.simple_procedure else []
    parts += ["本人同意公示"] if fact.consent else []
    parts += ["未成年人"] if fact.is_minor else []
    parts += [f"行为编号“{fact.act_key}”"] if fact.act_key != fact.record_id else []
    return "；".join(parts)


def _say_days(fact: Fact) -> str:
    days = [f"{_day(fact.decided_on)}作出"]
    days += [f"{_day(fact.learned_at.date())}报送"] if fact.learned_at.date() != fact.decided_on else []
    days += [f"至{_day(fact.ends_on)}"] if fact.ends_on else []
    days += [f"{_day(fact.repaired_on)}修复"] if fact.repaired_on else []
    days += [f"{_day(fact.revoked_on)}撤销"] if fact.revoked_on else []
    return "，".join(days)


def _say_weight(word: str) -> str:
    whole, rest = divmod(int(word), 10_000)
    return f"按{whole}" + (f".{rest:04d}".rstrip("0") if rest else "") + "%计分"


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d}"
