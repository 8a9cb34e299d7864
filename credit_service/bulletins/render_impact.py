"""The report on a draft as PDF, laid out by ``impact.typ``, which officials may restyle.

Before it stands what a comparison found, as plain values; after it the bytes. What the template set is counted against
what it was given. It compares nothing and formats nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import typst

from credit_service.bulletins.fonts import FontSource, choose_families, find_font_source
from credit_service.bulletins.wording import load_wording
from credit_service.errors import TemplateFault

PDF_TEMPLATE = "impact.typ"
PDF_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


@dataclass(frozen=True)
class PrintOrder:
    """Which template prints what: its file, the name of its input, and the mark each item must carry."""

    template: str
    input_name: str
    mark: str
    items: str
    """What the items are, with their measure word, for messages."""


def render_impact_pdf(
    content: Mapping[str, object], subjects: Sequence[str], templates_dir: Path, source: FontSource | None = None
) -> bytes:
    """Return the PDF of a comparison, dated by its day.

    Args:
        content: The comparison as plain values; ``as_of`` is its day.
        subjects: The subject of every example, in order.
        templates_dir: The publication templates.
        source: Where fonts are looked for.

    Raises:
        TemplateFault: No Chinese font is found, the template is missing or faulty, or it left out an example.
    """
    order = PrintOrder(PDF_TEMPLATE, "impact", "example", "个例子")
    return render_order(order, content, subjects, templates_dir, source)


def render_order(
    order: PrintOrder,
    content: Mapping[str, object],
    keys: Sequence[str],
    templates_dir: Path,
    source: FontSource | None = None,
) -> bytes:
    """Return the PDF that a template makes of plain values.

    Args:
        order: The template, and what it must set.
        content: Plain values; ``as_of`` is the day of the document.
        keys: What the marked items carry, in order.
        templates_dir: The publication templates.
        source: Where fonts are looked for.

    Raises:
        TemplateFault: No Chinese font is found, the template is missing or faulty, or it left out an item.
    """
    source = source or find_font_source()
    fonts = choose_families(load_wording(templates_dir).fonts, source)
    template = templates_dir / order.template
    if not template.is_file():
        message = f"PDF 模板 {order.template} 不存在。"
        raise TemplateFault(message, remedy=f"请检查 {templates_dir}。", template=order.template)
    told = json.dumps({**content, "fonts": fonts}, ensure_ascii=False, sort_keys=True, default=str)
    compiler = typst.Compiler(
        str(template),
        root=str(templates_dir),
        font_paths=[str(directory) for directory in source.directories],
        ignore_system_fonts=not source.use_system,
        sys_inputs={order.input_name: told},
    )
    day = datetime.combine(date.fromisoformat(str(content["as_of"])), time(), UTC)
    try:
        rendered = compiler.compile(format="pdf", pdf_standards=PDF_STANDARDS, timestamp=int(day.timestamp()))
        laid_out = json.loads(compiler.query(f"<{order.mark}>", field="value"))
    except typst.TypstError as error:
        message = f"PDF 模板 {order.template} 无法排版：{error.message}。"
        remedy = "如提示某个字无法显示，请安装收字更全的字体（如 fonts-noto-cjk）；否则请修改模板。"
        raise TemplateFault(message, remedy=remedy, template=order.template) from error
    if laid_out != list(keys) or not isinstance(rendered, bytes):
        message = f"PDF 模板 {order.template} 排出{len(laid_out)}{order.items}，应当是{len(keys)}个，且次序一致。"
        remedy = f"请在模板的每一项中保留 <{order.mark}> 标记。"
        raise TemplateFault(message, remedy=remedy, template=order.template)
    return rendered
