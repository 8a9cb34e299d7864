"""The page for clerks that lists the templates, made from their data.

``python tests/house/template_page.py`` writes docs/templates.md anew; the house test compares, so the page cannot say
anything the data do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from credit_service.domain.record import RecordKind
from credit_service.domain.template import Template
from credit_service.intake.sample_words import SampleAgency, load_words
from credit_service.intake.template_words import describe_choices, describe_duty
from credit_service.intake.templates import load_templates

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "data" / "reference"
PAGE = ROOT / "docs" / "templates.md"
HEAD = """# 报送模板

（本页由模板数据生成，请勿手工修改。）

报送时不用选模板：系统按表头识别，列的次序、多余的列、空格、括号、全角半角、常见的错别字都不要紧；表头写成字段代码（`CF_…`、`XK_…`）也可以。
缺了必填的列，整个文件退回并说明缺哪一列；某一行填错，只退回那一行。

空白表可在报送页面下载，或者用 `credit templates --download 编号 文件.xlsx`。
表头橙色为必填、黄色为视情况必填、蓝色为选填；有下拉列表、批注、填写说明和一行虚构的示例。

同一种数据在不同年份、不同单位有不同的表，列在“同类的其他表”，照原样报送即可，不用改成标准表。

“依据”后面注明“未经书面核对”的，栏目或必填标记还没有见到原文，上线前由主管部门确认。

"""


def render_page() -> str:
    """Return the page."""
    templates = load_templates(REFERENCE / "templates")
    agencies = load_words(REFERENCE).agencies
    lines = ["| 编号 | 数据 | 种类 | 列数 | 同类的其他表 |", "|---|---|---|---|---|"]
    for template in templates:
        others = "、".join(f"`{edition.edition}`（{len(edition.columns)}列）" for edition in template.editions) or "—"
        kinds = "、".join(RecordKind(kind).label for kind in _kinds(template))
        lines.append(
            f"| [`{template.template_id}`](#{template.template_id}) | {template.title} | {kinds} "
            f"| {len(template.columns)} | {others} |"
        )
    sections = [line for template in templates for line in _describe(template, agencies)]
    return HEAD + "\n".join([*lines, "", *sections]).rstrip() + "\n"


def _kinds(template: Template) -> list[str]:
    return list(dict.fromkeys([template.record_kind, *(when.record_kind for when in template.kind_when)]))


def _describe(template: Template, agencies: tuple[SampleAgency, ...]) -> Iterator[str]:
    senders = [a.short_name for a in agencies if not a.templates or template.template_id in a.templates]
    yield f"## {template.template_id}"
    yield ""
    classes = "、".join(sorted(template.catalogue_classes))
    yield f"{template.title}。目录类别{classes}；可报送的单位：{'、'.join(senders)}。"
    yield ""
    yield from _describe_columns(template)
    for edition in template.editions:
        yield f"### {edition.name}"
        yield ""
        yield f"{edition.title}。"
        yield ""
        yield from _describe_columns(edition)


def _describe_columns(template: Template) -> Iterator[str]:
    for duty in ("必填", "视情况必填", "选填"):
        headers = [column.header for column in template.columns if describe_duty(column) == duty]
        if headers:
            yield f"- {duty}：{'；'.join(headers)}。"
    for group in template.any_of:
        yield f"- 至少填一项：{'；'.join(group)}。"
    for column in template.columns:
        if column.choices:
            yield f"- “{column.header}”可填：{describe_choices(column)}。"
    for note in template.notes:
        yield f"- {note}"
    certainty = "" if template.status == "confirmed" else "（未经书面核对）"
    yield f"- 依据：{template.source}{certainty}。"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(render_page(), encoding="utf-8")
