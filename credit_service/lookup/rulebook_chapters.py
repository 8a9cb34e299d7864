"""Chapters of the book: one for each kind of rule, in the order in which a record meets them.

Before it is a rulebook with its versions, after it chapters with groups, sources and the parameters of every version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from credit_service.lookup import rulebook_rows as rows
from credit_service.lookup import rulebook_sheets as sheets
from credit_service.lookup.rulebook_rows import LawNumbers, RowWriter
from credit_service.lookup.rulebook_types import BookChange, BookChapter, BookGroup, BookVersion
from credit_service.rulebook.rule_types import RuleEntry
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.versions import RuleVersion

Write = Callable[[RowWriter], list[BookGroup]]


@dataclass(frozen=True)
class ChapterPlan:
    """What a chapter is about and how its rules are written."""

    kind: str
    title: str
    about: tuple[str, ...]
    write: Write


PLANS = (
    ChapterPlan(
        "catalogue",
        "可以归集什么",
        (
            "只有列入公共信用信息基础目录的信息才归集。没有法律、法规或者党中央、国务院政策文件依据的事项，不得作为失信信息；"
            "表格里有不得采集的列的，整个文件不接收。",
        ),
        sheets.list_catalogue,
    ),
    ChapterPlan(
        "governance",
        "专项治理事项",
        (
            "专项治理事项是工作分类，用来说明一条失信记录属于哪个领域、由谁牵头治理。属于某一事项，本身不是列入名单或者采取措施的依据。",
        ),
        rows.list_items,
    ),
    ChapterPlan(
        "categories",
        "记录归入哪一项",
        ("每条失信记录只归入一项。归类只看文字，不看主体是谁；荣誉、许可不归类。",),
        rows.list_classification,
    ),
    ChapterPlan(
        "severity",
        "失信行为的轻重",
        ("每条失信记录按处罚种类、金额和程序分为轻微、一般、严重三级。行业主管部门公布了更细的标准的，从其标准。",),
        rows.list_severity,
    ),
    ChapterPlan(
        "publicity",
        "公示多久",
        (
            "公示期限由轻重决定。月末没有对应日期的，取当月最后一日：11月30日起三个月，到2月28日（闰年29日）。"
            "期满自动停止，不需要申请。",
        ),
        rows.list_publicity,
    ),
    ChapterPlan(
        "scoring",
        "怎样计分",
        ("自然人不评分。同一份规则、同样的记录，任何时候重算都得到同样的分值。",),
        rows.list_scoring,
    ),
    ChapterPlan(
        "candidates",
        "什么情况下提出建议",
        (
            "引擎依规则提出建议，从不列入任何人。列入须由人作出：书面告知、听取陈述申辩、另一名工作人员决定、送达。"
            "红名单与黑名单、重点关注名单互斥。",
        ),
        sheets.list_candidates,
    ),
    ChapterPlan(
        "lists",
        "名单和法定依据",
        (
            "本区不自行设立严重失信主体名单，只转引有权机关的名单并提出建议。没有法律、行政法规、中央文件或地方性法规依据"
            "（部门规章须经授权）的名单，不得列入。",
        ),
        sheets.list_list_types,
    ),
    ChapterPlan(
        "measures",
        "列入以后的措施",
        ("清单之外不得实施惩戒。市场措施由金融机构等自主决定，本服务只共享信息，不执行。",),
        sheets.list_measures,
    ),
    ChapterPlan(
        "repair",
        "信用修复",
        ("谁认定、谁修复，不收费。准予修复的，同时停止公示、停止共享、解除措施、更新评价。",),
        sheets.list_repair,
    ),
    ChapterPlan(
        "deadlines",
        "办理期限",
        ("报送、告知、异议、公示各环节的期限。期限的第一日不计，最后一日当天仍在期限内。",),
        lambda book: sheets.list_terms(book, "deadlines"),
    ),
    ChapterPlan(
        "calendar",
        "工作日历",
        ("以国务院办公厅公布的放假安排为准，调休上班的星期六、星期日是工作日。尚未公布安排的年份，不推算期限。",),
        lambda _: [],
    ),
    ChapterPlan(
        "governance_index",
        "专项治理指数",
        ("指数说的是一个事项、区域或者部门的治理工作做得怎样，不评价任何组织和个人。",),
        sheets.list_index,
    ),
    ChapterPlan(
        "vetting",
        "评先评优信用审查",
        (
            "部门推荐评先评优对象时，逐个审查并逐条说明理由。自然人须有本人同意，只看法定的失信名单，不评分。",
            "审查结果只供推荐单位为这一次评选使用，不公开，也不是列入名单。",
        ),
        sheets.list_vetting,
    ),
)


def write_chapters(
    book: RowWriter, versions: Sequence[RuleVersion], history: Sequence[tuple[RuleVersion, Rulebook]]
) -> list[BookChapter]:
    """Return every chapter.

    Args:
        book: The writer of the rules in force; it numbers the sources of the whole book.
        versions: Every version there is.
        history: Each version of a kind that has several, with a rulebook of a day it was in force.
    """
    rulebook = book.rulebook
    written = [(plan, plan.write(book)) for plan in PLANS]
    spoken = {item.entry.rule_id for item in rulebook.untranslatable}
    chapters = []
    for number, (plan, groups) in enumerate(written, start=1):
        rest = [e for e in rulebook.entries.values() if _is_of(e, plan.kind) and e.rule_id not in book.said | spoken]
        unsaid = [(i.entry, i.why) for i in rulebook.untranslatable if _is_of(i.entry, plan.kind)]
        shown = [group for group in (*groups, *sheets.list_rest(book, rest, unsaid)) if group.rows]
        numbers = sorted({row.law for group in shown for row in group.rows if row.law is not None})
        own = [version for version in versions if version.kind == plan.kind]
        compared = [pair for pair in history if pair[0].kind == plan.kind]
        chapters.append(
            BookChapter(
                slug=plan.kind,
                number=number,
                title=plan.title,
                about=(*plan.about, *sheets.say_amounts(rulebook, plan.kind)),
                versions=tuple(_to_version(one, own, rulebook) for one in own),
                changes=_find_changes(plan, compared),
                compared=tuple(f"{version.version}（{version.from_on} 起）" for version, _ in compared),
                groups=tuple(shown),
                laws=tuple(numbers),
            )
        )
    return chapters


def _is_of(entry: RuleEntry, kind: str) -> bool:
    return entry.file.split("/")[1] == kind


def _to_version(version: RuleVersion, own: Sequence[RuleVersion], rulebook: Rulebook) -> BookVersion:
    later = [one for one in own if one.rule == version.rule and one.from_on > version.from_on]
    return BookVersion(
        version=version.version if len({one.rule for one in own}) == 1 else f"{version.rule} {version.version}",
        title=version.title,
        from_on=version.from_on,
        to_on=version.to_on or (later[0].from_on - sheets.ONE_DAY if later else None),
        in_force=(version.name, version.version) in rulebook.versions,
        note=version.section.text("note", ""),
    )


def _find_changes(plan: ChapterPlan, history: Sequence[tuple[RuleVersion, Rulebook]]) -> tuple[BookChange, ...]:
    """Return the rules that say something else in one version than in another."""
    said: list[dict[str, str]] = []
    for _, rulebook in history:
        groups = plan.write(RowWriter(rulebook, LawNumbers(), {}))
        said.append({row.rule_id: "，".join(row.cells) for group in groups for row in group.rows})
    ids = dict.fromkeys(rule_id for one in said for rule_id in one)
    changed = [(rule_id, tuple(one.get(rule_id, "没有此条") for one in said)) for rule_id in ids]
    return tuple(BookChange(rule_id, says) for rule_id, says in changed if len(set(says)) > 1)
