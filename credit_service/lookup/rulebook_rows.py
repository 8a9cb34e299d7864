"""Rules become rows: each kind of rule said in words, with its source, status and place.

Before it is a rulebook, after it groups of rows for `rulebook_chapters`. A row says what the rule does and nothing
more; conditions are said by `rulebook.words`, so that the words are those of what runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from credit_service.domain.record import RecordKind, Severity
from credit_service.lookup.rulebook_types import BookGroup, BookRow
from credit_service.rulebook.field_words import HONOUR_WORDS, say_points
from credit_service.rulebook.rule_types import Event, KindRule, Role, RuleEntry, TermBounds
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.words import say_condition

UNITS = {"workdays": "个工作日", "days": "日", "months": "个月", "years": "年"}
NATURES = {"reduces_rights": "减损权益", "management": "加强管理", "market": "市场措施", "incentive": "守信激励"}
LEVELS = {
    "law": "法律",
    "administrative_regulation": "行政法规",
    "central_document": "党中央、国务院文件",
    "local_regulation": "地方性法规",
    "department_rule": "部门规章",
}
ROLES = {Role.ADVERSE: "失信，减分", Role.HONOUR: "守信，加分", Role.NEUTRAL: "不计分"}


class LawNumbers:
    """Numbers the sources in the order in which they are named first."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, str, str], int] = {}
        self.entries: list[RuleEntry] = []

    def number(self, entry: RuleEntry) -> int:
        """Return the number of a rule's source."""
        key = (entry.law.title, entry.law.article, entry.law.url)
        if key not in self.numbers:
            self.numbers[key] = len(self.numbers) + 1
            self.entries.append(entry)
        return self.numbers[key]


class RowWriter:
    """Writes rows and remembers which rules are said already."""

    def __init__(self, rulebook: Rulebook, laws: LawNumbers, item_entries: Mapping[str, RuleEntry]) -> None:
        self.rulebook = rulebook
        self.laws = laws
        self.item_entries = item_entries
        """What the items say about themselves; list types may have the same ids."""
        self.said: set[str] = set()
        self.items = {item.slug: item.name for item in rulebook.edition.categories}
        self.lists = {list_type.id: list_type.name for list_type in rulebook.list_types}
        self.counts = {count.name: count.entry.text for count in rulebook.candidates.counts}

    def row(self, entry: RuleEntry, *cells: str, prefix: str = "") -> BookRow:
        """Return one rule as a row; ``prefix`` keeps the anchor apart from another name space's."""
        self.said.add(entry.rule_id)
        return BookRow(
            rule_id=entry.rule_id,
            anchor=f"{prefix}{entry.rule_id}",
            cells=cells,
            law=self.laws.number(entry),
            confirmed=entry.status == "confirmed",
            note=entry.note,
            place=f"{entry.file}:{entry.line}",
            from_on=entry.from_on,
            to_on=entry.to_on,
        )

    def item(self, slug: str) -> str:
        """Return an item's name; an item of another edition counts as the whole."""
        return self.items.get(slug, f"综合（本版没有“{slug}”一项）")


def list_items(book: RowWriter, prefix: str = "item.") -> list[BookGroup]:
    """Return the items of the edition."""
    edition = book.rulebook.edition
    rows = tuple(
        book.row(book.item_entries[item.slug], str(item.number), item.name, item.lead, prefix=prefix)
        for item in edition.categories
    )
    return [BookGroup(edition.title, "", ("序号", "事项", "牵头单位"), rows)]


def list_classification(book: RowWriter) -> list[BookGroup]:
    """Return how a record finds its item."""
    words = book.rulebook.classification
    kinds = tuple(
        book.row(rule.entry, f"{RecordKind(rule.kind).label}的记录，不论文字", book.item(rule.category))
        for rule in words.kinds
    )
    keywords = tuple(
        book.row(word.entry, str(place), f"违法行为类型中有“{word.keyword}”", book.item(word.category))
        for place, word in enumerate(words.keywords, start=1)
    )
    facts = "、".join(RecordKind(kind).label for kind in words.fact_kinds)
    lead = f"{facts}的“类型”一栏只有名单名称，所以连同失信事实一并查找。" if facts else ""
    return [
        BookGroup("先看记录种类", "", ("条件", "归入"), kinds),
        BookGroup(
            "再按关键词自上而下", f"首个命中者为准，都不命中的归入综合。{lead}", ("次序", "条件", "归入"), keywords
        ),
    ]


def list_severity(book: RowWriter) -> list[BookGroup]:
    """Return the severity rules in order."""
    rows = tuple(
        book.row(
            rule.entry,
            str(place),
            say_condition(rule.when, _say_history(book)) if rule.when is not None else "以上都不成立",
            Severity(rule.severity).label,
            rule.entry.text,
        )
        for place, rule in enumerate(book.rulebook.severity, start=1)
    )
    return [BookGroup("分级规则", "自上而下，适用第一条成立的规则。", ("次序", "条件", "级别", "说明"), rows)]


def _say_history(book: RowWriter) -> Mapping[str, str]:
    return {history.name: history.entry.text for history in book.rulebook.history}


def list_publicity(book: RowWriter) -> list[BookGroup]:
    """Return the publicity terms."""
    rows = tuple(
        book.row(
            term.entry,
            Severity(term.severity).label,
            say_months(term.min_months),
            say_months(term.max_months),
            term.entry.text,
        )
        for term in book.rulebook.publicity
    )
    groups = [BookGroup("公示期限", "自认定之日起按月计算。", ("级别", "最短", "最长", "说明"), rows)]
    return [*groups, *list_bounds(book, book.rulebook.publicity_bounds)]


def list_bounds(book: RowWriter, bounds: Iterable[TermBounds]) -> list[BookGroup]:
    """Return what the law permits for terms; the check refuses a rule outside of it."""
    severities = {severity.value: severity.label for severity in Severity}
    rows = tuple(
        book.row(
            one.entry,
            severities.get(one.of) or book.lists.get(one.of, one.of),
            _between(one.least_min, one.most_min),
            "、".join(f"至多{say_months(most)}" for most in (one.most_term, one.most_max) if most is not None)
            or "未见规定",
            one.entry.text,
        )
        for one in bounds
    )
    lead = "规则超出这些界限的，校验不予通过。"
    return [BookGroup("法律允许的界限", lead, ("对象", "最短期限", "通常、最长期限", "说明"), rows)]


def _between(least: int | None, most: int | None) -> str:
    said = [f"不短于{say_months(least)}"] if least else []
    said += [f"不长于{say_months(most)}"] if most else []
    return "，".join(said) or "未见规定"


def list_scoring(book: RowWriter) -> list[BookGroup]:
    """Return the tables of scoring."""
    scoring = book.rulebook.scoring
    kinds = tuple(book.row(rule.entry, RecordKind(rule.kind).label, *_say_kind(rule)) for rule in scoring.kinds)
    events = tuple(
        book.row(event.entry, event.entry.text, _say_event(book, event), say_points(event.points))
        for event in scoring.events
    )
    exclusions = (
        *(book.row(rule.entry, say_condition(rule.when), rule.entry.text) for rule in scoring.exclusions),
        book.row(scoring.repeated, "同一行为已由后报的记录说明", scoring.repeated.text),
        book.row(scoring.person, "主体为自然人", scoring.person.text),
    )
    grades = tuple(
        book.row(grade.entry, f"{grade.grade}级", f"{say_points(grade.min_points)}以上", grade.entry.text)
        for grade in scoring.grades
    )
    caps = (
        *(book.row(cap.entry, cap.entry.text, f"至多加{say_points(cap.points)}") for cap in scoring.caps),
        *(
            book.row(
                cap.entry, book.item(cap.category) if cap.category else "其余各事项", f"至多减{say_points(cap.points)}"
            )
            for cap in scoring.category_caps
        ),
    )
    return [
        BookGroup("各类记录怎样计分", "", ("记录种类", "作用", "计分期限", "一票否决"), kinds),
        BookGroup("分值表", "每条记录按其严重程度或荣誉级别取一行。", ("情形", "适用", "分值"), events),
        BookGroup("不计分的情形", "自上而下，第一条成立的即为理由。", ("条件", "理由"), exclusions),
        BookGroup("等级", "自上而下，达到最低分即为该等；有一票否决的一律为末等。", ("等级", "起点", "含义"), grades),
        BookGroup("上限", "", ("对象", "上限"), caps),
    ]


def _say_kind(rule: KindRule) -> tuple[str, str, str]:
    if rule.counting.value == "publicity":
        counted = "至最短公示期满全额，其后按日递减，至最长公示期满为零"
    else:
        counted = "在有效期内全额"
        if rule.open_months is not None:
            counted += f"；未载明期满日的按{say_months(rule.open_months)}"
        if rule.cap_months is not None:
            counted += f"，至多{say_months(rule.cap_months)}"
    return ROLES[rule.role], counted, "是" if rule.veto else "否"


def _say_event(book: RowWriter, event: Event) -> str:
    level = "不分级"
    if event.severity not in {"", "*"}:
        level = Severity(event.severity).label
    elif event.honour_level not in {"", "*"}:
        level = HONOUR_WORDS[event.honour_level]
    item = f"，仅限{book.item(event.category)}" if event.category else ""
    return f"{RecordKind(event.kind).label}（{level}{item}）"


def say_months(count: int) -> str:
    """Return a number of months, in years where they are whole."""
    if count == 0:
        return "不设"
    return f"{count // 12}年" if count % 12 == 0 else f"{count}个月"
