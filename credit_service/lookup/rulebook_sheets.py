"""Rules become sheets: list types, proposals, measures, terms and matters, each with what a reader must know.

Before it is a rulebook, after it groups of rows for `rulebook_chapters`, as in `rulebook_rows`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.repair import Paper
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.lookup.rulebook_rows import LEVELS, NATURES, UNITS, RowWriter, list_bounds, say_months
from credit_service.lookup.rulebook_types import BookGroup, BookRow
from credit_service.rulebook.arithmetic import Arithmetic, Clock, DecayKind, Since
from credit_service.rulebook.field_words import say_points
from credit_service.rulebook.repair_types import Wait
from credit_service.rulebook.rule_types import Acceptance, ListType, RuleEntry
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.vetting_types import ListingCondition, VettingCondition
from credit_service.rulebook.words import say_condition, say_count

ONE_DAY = timedelta(days=1)
ROUNDINGS = {"half_up": "四舍五入", "down": "舍去尾数", "up": "进位"}
SCOPES = {
    "record": "每条列入决定",
    "category": "主体在一个事项的等级",
    "whole": "主体的综合等级",
    "subject": "主体整体",
}
WAITS = {Wait.NONE: "随时", Wait.PUBLICITY: "最短公示期满", Wait.LIST: "在名单上满最短期限"}
PLACES = {"topic": "失信事由", "column": "表格的列"}


def list_candidates(book: RowWriter) -> list[BookGroup]:
    """Return the counts and the rules that propose."""
    candidates = book.rulebook.candidates
    counts = tuple(book.row(count.entry, count.entry.text, say_count(count)) for count in candidates.counts)
    rules = tuple(
        book.row(
            rule.entry,
            rule.entry.text,
            rule.list_kind.label,
            SCOPES[rule.scope.value],
            say_condition(rule.when, book.counts) if rule.when is not None else "没有另外的条件",
            say_condition(rule.supports),
            "、".join(book.rulebook.entries[name].text for name in rule.unless) or "无",
        )
        for rule in candidates.rules
    )
    columns = ("规则", "建议的名单", "看什么", "条件", "作为依据的记录", "已按下列规则建议的不再建议")
    groups = [
        BookGroup("按主体统计的数", "供下面的规则使用。", ("名称", "计入的记录"), counts),
        BookGroup("建议规则", "引擎只提出建议；列入须经告知、陈述申辩、决定和送达。", columns, rules, as_sheets=True),
    ]
    if candidates.near_miss is not None:
        near = candidates.near_miss
        rows = (book.row(near.entry, near.entry.text, f"相差不超过{say_points(near.margin)}"),)
        groups.append(BookGroup("接近界限的提示", "只供内部了解，不是建议。", ("规则", "界限"), rows))
    return groups


def list_list_types(book: RowWriter) -> list[BookGroup]:
    """Return the list types and what they accept."""
    columns = ("名单", "法定依据", "认定机关", "公示", "期限", "提前移出", "对应事项", "列入后的措施")
    groups = [
        BookGroup(
            kind.label,
            "",
            columns,
            tuple(_say_list(book, one) for one in book.rulebook.list_types if one.list_kind is kind),
            as_sheets=True,
        )
        for kind in (ListKind.BLACK, ListKind.WATCH, ListKind.RED)
    ]
    rows = tuple(
        book.row(row.entry, str(place), _say_acceptance(row), book.lists.get(row.list_type, row.list_type))
        for place, row in enumerate(book.rulebook.acceptances, start=1)
    )
    lead = "自上而下，在记录的事项名称和认定机关名称中找关键词，首个命中者为准。"
    groups.append(BookGroup("哪些记录归哪类名单", lead, ("次序", "记录", "归入名单"), rows))
    return [*groups, *list_bounds(book, book.rulebook.list_bounds)]


def _say_list(book: RowWriter, one: ListType) -> BookRow:
    measures = {measure.slug: measure.name for measure in book.rulebook.measures}
    level = LEVELS[one.legal_basis_level] + (f"，经{one.authorised_by}授权" if one.authorised_by else "")
    shown = [name for name, yes in (("单位", one.publish_organisation), ("自然人", one.publish_person)) if yes]
    public = f"公示{'、'.join(shown)}；依据：{one.publication_basis}" if shown else "不公示"
    return book.row(
        one.entry,
        one.name,
        f"{one.legal_basis}（{level}）",
        one.authority,
        public,
        f"{say_months(one.term_months)}；最短{say_months(one.min_months)}，最长{say_months(one.max_term_months)}",
        one.early_exit or "没有规定",
        "、".join(book.item(slug) for slug in one.categories) or "不限于某一事项",
        "、".join(measures.get(slug, slug) for slug in one.measures) or "无",
    )


def _say_acceptance(row: Acceptance) -> str:
    kind = RecordKind(row.kind).label
    subject = SubjectKind(row.subject_kind).label if row.subject_kind else ""
    words = f"，含“{row.keyword}”" if row.keyword else ""
    return f"{subject}{'的' if subject else ''}{kind}记录{words}"


def list_measures(book: RowWriter) -> list[BookGroup]:
    """Return the catalogue of measures by nature."""
    groups = []
    for nature, title in NATURES.items():
        rows = tuple(
            book.row(
                book.rulebook.entries[measure.slug],
                measure.name,
                measure.content,
                measure.basis,
                measure.body,
                "、".join(one.name for one in book.rulebook.list_types if measure.slug in one.measures)
                or "没有名单采用",
            )
            for measure in book.rulebook.measures
            if measure.nature == nature
        )
        columns = ("措施", "内容", "法定依据", "实施单位", "采用的名单")
        groups.append(BookGroup(title, "", columns, rows, as_sheets=True))
    limits = tuple(
        book.row(
            one.entry,
            Severity(one.severity).label,
            f"{one.most}项",
            "、".join(NATURES[nature] for nature in one.natures),
            one.entry.text,
        )
        for one in book.rulebook.proportions
    )
    note = "只共享信息的市场类措施不计。严重失信主体名单按严重失信对待。"
    return [*groups, BookGroup("过惩相当：措施上限", note, ("失信程度", "最多", "性质", "说明"), limits)]


def list_terms(book: RowWriter, folder: str) -> list[BookGroup]:
    """Return the terms of one kind of file."""
    rows = tuple(
        book.row(term.entry, term.name, f"{term.value}{UNITS[term.unit]}")
        for term in book.rulebook.terms
        if f"/{folder}/" in term.entry.file
    )
    return [BookGroup("期限", "期限的第一日不计；工作日按国务院办公厅通知。", ("事项", "期限"), rows)]


def list_repair(book: RowWriter) -> list[BookGroup]:
    """Return what a subject can lawfully do about a record, and the terms of repair."""
    rows = tuple(
        book.row(
            act.entry,
            RecordKind(act.kind).label + ("" if act.severity == "*" else f"（{Severity(act.severity).label}）"),
            act.act.label,
            WAITS[act.wait],
            act.entry.text,
        )
        for act in book.rulebook.acts
    )
    lead = "依法可以使记录停止使用的做法；是否准予，由认定机关决定。"
    papers = tuple(
        book.row(
            paper.entry,
            "各级" if paper.severity == "*" else Severity(paper.severity).label,
            Paper(paper.paper).label,
            paper.entry.text,
        )
        for paper in book.rulebook.papers
    )
    return [
        BookGroup("主体可以做什么", lead, ("记录", "做法", "最早", "说明"), rows),
        BookGroup("申请修复要提交什么", "申请修复不收费。", ("严重程度", "材料", "说明"), papers),
        *list_terms(book, "repair"),
    ]


def list_catalogue(book: RowWriter) -> list[BookGroup]:
    """Return what may be collected and what may not."""
    classes = tuple(book.row(row.entry, row.code, row.name) for row in book.rulebook.catalogue)
    forbidden = tuple(
        book.row(row.entry, PLACES[row.place], row.pattern, row.entry.text) for row in book.rulebook.forbidden
    )
    lead = "文字样式中，“|”是“或者”，“[^。；]*”是同一句中的任意文字，“(?:…)”是一组。荣誉的名称不查。"
    return [
        BookGroup("可以归集的类别", "", ("代码", "类别"), classes),
        BookGroup("不得归集的事项", lead, ("位置", "文字样式", "理由"), forbidden),
    ]


def list_index(book: RowWriter) -> list[BookGroup]:
    """Return the rule of the governance index."""
    index = book.rulebook.governance_index
    parts = tuple(book.row(part.entry, part.name, part.entry.text, f"{part.weight / 100:g}%") for part in index.parts)
    return [BookGroup("组成部分", "", ("部分", "怎样算", "权重"), parts)]


def list_vetting(book: RowWriter) -> list[BookGroup]:
    """Return the vetting rule: its conditions on records, on listings, and the awards."""
    vetting = book.rulebook.vetting
    if vetting is None:
        return []
    names = {award.id: award.name for award in vetting.awards}

    def say(row: VettingCondition | ListingCondition) -> tuple[str, ...]:
        awards = "、".join(names.get(award, award) for award in row.awards) or "各奖项"
        subjects = "、".join(SubjectKind(word).label for word in row.subjects)
        return row.name, row.entry.text, awards, subjects, row.effect.label

    columns = ("条件", "什么情形", "奖项", "适用主体", "结果")
    records = tuple(book.row(row.entry, *say(row)) for row in vetting.conditions)
    listings = tuple(book.row(row.entry, *say(row)) for row in vetting.listings)
    awards = tuple(
        book.row(one.entry, one.name, "、".join(one.words) or "其余", one.entry.text) for one in vetting.awards
    )
    return [
        BookGroup("审查条件", "只看在用的失信记录：已修复、已撤销、已期满的不作依据。", columns, records),
        BookGroup("对本区名单的条件", "决定尚未送达的，不影响评选。", columns, listings),
        BookGroup("奖项", "", ("奖项", "名称中的词", "说明"), awards),
    ]


def list_rest(
    book: RowWriter, entries: Iterable[RuleEntry], untranslatable: Sequence[tuple[RuleEntry, str]]
) -> list[BookGroup]:
    """Return what no table above has said, so that no rule in force is missing from the book."""
    groups = []
    rest = tuple(book.row(entry, entry.text or entry.note or entry.rule_id) for entry in entries)
    if rest:
        groups.append(BookGroup("其他规定", "", ("规定",), rest))
    if untranslatable:
        rows = tuple(book.row(entry, entry.text, why) for entry, why in untranslatable)
        lead = "法律有规定而规则语言不能准确表达的，照录原意，由人审查；引擎不据此计算。"
        groups.append(BookGroup("引擎不能表达的规定", lead, ("规定", "为什么不能表达"), rows))
    return groups


def say_amounts(rulebook: Rulebook, kind: str) -> tuple[str, ...]:
    """Return the numbers of a chapter that no row carries."""
    if kind == "calendar" and rulebook.holiday_overrides:
        days = sorted(rulebook.holiday_overrides.items())
        said = "；".join(f"{day}{'上班' if works else '放假'}" for day, works in days)
        return (f"与公布的安排不同的日期：{said}。",)
    if kind != "scoring":
        return ()
    scoring = rulebook.scoring
    subjects = "、".join(SubjectKind(word).label for word in scoring.scored_subjects)
    rounding = ROUNDINGS[scoring.arithmetic.rounding.value]
    return (
        f"评分对象：{subjects}。从{say_points(scoring.base)}起算，失信减分、荣誉加分，"
        f"总分不低于{say_points(scoring.floor)}、不高于{say_points(scoring.cap)}；荣誉只计入综合。",
        f"每条记录的分值只舍入一次（{rounding}到万分之一分），然后相加。修复当日起不再计分。",
        _say_decay(scoring.arithmetic),
        *(("分值按行为之日的表取，行为之后改了分值的不追溯。",) if scoring.events_by is Clock.DECIDED_ON else ()),
    )


def _say_decay(arithmetic: Arithmetic) -> str:
    if arithmetic.decay is DecayKind.LINEAR:
        words = "自决定之日至最短公示期满全额计分，其后按日直线递减，至最长公示期满为零"
    else:
        since = "决定之日" if arithmetic.since is Since.DECIDED_ON else "最短公示期满日"
        lives = "、".join(f"{Severity(severity).label}{days}日" for severity, days in arithmetic.half_lives)
        words = f"自{since}起每过一个半衰期（{lives}）减半，至最长公示期满为零"
    return f"失信记录{words}；权重取百万分之整数，{ROUNDINGS[arithmetic.weight_rounding.value]}。"
