"""The book of one day put together: rules in force, their versions, sources and worked cases.

Before it lies a directory of rules, after it a `Book` for the page, the stand-alone page and the PDF. It reads rule
files only, so that the public page needs no database and every reader sees the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from credit_service.lookup.rulebook_cases import group_cases, say_case
from credit_service.lookup.rulebook_chapters import write_chapters
from credit_service.lookup.rulebook_rows import LawNumbers, RowWriter, list_items
from credit_service.lookup.rulebook_types import Book, BookCaseGroup, BookChapter, BookLaw
from credit_service.rulebook.case_types import Case
from credit_service.rulebook.cases import read_all_cases
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.load import build_rulebook
from credit_service.rulebook.read_terms import read_edition
from credit_service.rulebook.rule_types import RuleEntry
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.versions import RuleVersion, check_begun, find_in_force, find_versions

GOVERNANCE = "governance"


def read_book(rules_dir: Path, as_of: date) -> Book:
    """Return the rules of a day in words.

    Raises:
        RuleNotInForce: No rules are in force on that day.
        RulebookError: The rule files have a fault.
    """
    return Bookshelf(rules_dir).read(as_of)


class Bookshelf:
    """Books of several days out of one reading of the files, which must not change meanwhile.

    Raises:
        RulebookError: The rule files have a fault.
    """

    def __init__(self, rules_dir: Path) -> None:
        log = FaultLog()
        self._versions = find_versions(rules_dir, log)
        self._cases = read_all_cases(rules_dir, log)
        log.raise_first()
        first = _find_first_day(self._versions)
        self._milestones = {max(day, first): self._build(max(day, first)) for day in _list_days(self._versions)}

    def read(self, as_of: date) -> Book:
        """Return the rules of a day in words.

        Raises:
            RuleNotInForce: No rules are in force on that day.
        """
        rulebook = self._milestones.get(as_of) or self._build(as_of)
        laws, items = LawNumbers(), _read_items(self._versions, as_of)
        own = RowWriter(rulebook, laws, items[rulebook.edition.edition])
        chapters = write_chapters(own, self._versions, self._list_history())
        editions: dict[str | None, Rulebook] = {None: rulebook, rulebook.edition.edition: rulebook}
        editions |= {name: self._build(as_of, name) for name in items if name not in editions}
        others = [RowWriter(editions[name], laws, items[name]) for name in items if name != rulebook.edition.edition]
        chapters = [_with_editions(chapter, others) for chapter in chapters]
        chapters = _with_cases(chapters, self._cases, find_in_force(self._versions, as_of), editions)
        rows = [row for chapter in chapters for group in chapter.groups for row in group.rows]
        return Book(
            as_of=as_of,
            hash=rulebook.hash,
            edition=rulebook.edition.title,
            chapters=tuple(chapters),
            laws=_list_laws(laws),
            unconfirmed=sum(1 for row in rows if not row.confirmed),
            versions_on=_list_days(self._versions),
        )

    def _build(self, as_of: date, edition: str | None = None) -> Rulebook:
        check_begun(self._versions, as_of)
        log = FaultLog()
        found: list[Rulebook] = []
        with log.catching():
            found.append(build_rulebook(find_in_force(self._versions, as_of), as_of, edition, log))
        log.raise_first()
        return found[0]

    def _list_history(self) -> list[tuple[RuleVersion, Rulebook]]:
        """Return each version of a rule that has several, with the rules of the first day on which all are there."""
        first = _find_first_day(self._versions)
        names = Counter(version.name for version in self._versions if version.kind != GOVERNANCE)
        days = [(version, max(version.from_on, first)) for version in self._versions if names[version.name] > 1]
        return [(v, self._milestones[day]) for v, day in days if v in find_in_force(self._versions, day)]


def _find_first_day(versions: Sequence[RuleVersion]) -> date:
    """Return the first day on which every kind of rule has begun."""
    begun: dict[str, date] = {}
    for version in versions:
        begun[version.kind] = min(version.from_on, begun.get(version.kind, date.max))
    return max(begun.values())


def _list_days(versions: Sequence[RuleVersion]) -> tuple[date, ...]:
    """Return the days on which a version begins, newest first; earlier days than the rules can answer are left out."""
    first = _find_first_day(versions)
    days = {version.from_on for version in versions}
    days |= {version.to_on + timedelta(days=1) for version in versions if version.to_on}
    return tuple(sorted({max(day, first) for day in days}, reverse=True))


def _read_items(versions: Sequence[RuleVersion], as_of: date) -> dict[str, dict[str, RuleEntry]]:
    """Return what the items of every edition in force say about themselves, by edition and slug."""
    found: dict[str, dict[str, RuleEntry]] = {}
    for version in find_in_force(versions, as_of):
        if version.kind == GOVERNANCE:
            edition, _, entries = read_edition(version, FaultLog())
            found[edition.edition] = {entry.rule_id: entry for entry in entries}
    return found


def _with_editions(chapter: BookChapter, others: Iterable[RowWriter]) -> BookChapter:
    """Show the items of the editions that are not in use too, with anchors of their own."""
    if chapter.slug != GOVERNANCE:
        return chapter
    groups, numbers = list(chapter.groups), set(chapter.laws)
    for book in others:
        for group in list_items(book, prefix=f"item.{book.rulebook.edition.edition}."):
            groups.append(replace(group, lead="另存的一版，不是现用的版本。"))
            numbers |= {row.law for row in group.rows if row.law is not None}
    return replace(chapter, groups=tuple(groups), laws=tuple(sorted(numbers)))


def _with_cases(
    chapters: Iterable[BookChapter],
    every: Iterable[Case],
    in_force: Sequence[RuleVersion],
    editions: dict[str | None, Rulebook],
) -> list[BookChapter]:
    """Put the cases of the versions in force into the chapters of their kinds."""
    folders = {version.file.rpartition("/")[0] for version in in_force}
    cases = [case for case in every if _folder_of(case) in folders]
    return [
        replace(chapter, cases=_group([case for case in cases if _kind_of(case) == chapter.slug], chapter, editions))
        for chapter in chapters
    ]


def _group(
    cases: Sequence[Case], chapter: BookChapter, editions: dict[str | None, Rulebook]
) -> tuple[BookCaseGroup, ...]:
    placed = [
        (*_place(case, editions.get(case.head.edition, editions[None]), chapter), order, case)
        for order, case in enumerate(cases)
    ]
    placed.sort(key=lambda one: (one[0], one[3]))
    said = [say_case(case, editions.get(case.head.edition, editions[None])) for *_, case in placed]
    return group_cases(said, [(anchor, title) for _, anchor, title, *_ in placed])


def _place(case: Case, rulebook: Rulebook, chapter: BookChapter) -> tuple[tuple[str, int], str, str]:
    """Return order, anchor and title of the group a case belongs to: its item, its list type, or the chapter."""
    about = case.head.about[0] if case.head.about else ""
    edition = case.head.edition or ""
    if chapter.slug == GOVERNANCE:
        for item in rulebook.edition.categories:
            if item.slug == about:
                lead = f"{edition}年版 " if edition else ""
                anchor = "-".join(part for part in ("cases-item", edition, about) if part)
                return (edition, item.number), anchor, f"{lead}第{item.number}项 {item.name}"
    if chapter.slug == "lists":
        for place, list_type in enumerate(rulebook.list_types):
            if list_type.id == about:
                return ("", place), f"cases-list-{about}", list_type.name
    return ("~", 0), f"cases-{chapter.slug}", chapter.title


def _folder_of(case: Case) -> str:
    return "/".join(case.head.file.split("/")[:4])


def _kind_of(case: Case) -> str:
    return case.head.file.split("/")[1]


def _list_laws(laws: LawNumbers) -> tuple[BookLaw, ...]:
    return tuple(
        BookLaw(
            number=laws.number(entry),
            title=entry.law.title,
            article=entry.law.article,
            excerpt=entry.law.excerpt,
            url=entry.law.url,
            confirmed=entry.law.status == "confirmed",
            checked_on=entry.law.checked_on,
        )
        for entry in laws.entries
    )
