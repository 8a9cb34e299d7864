"""The issue as an archivable, accessible PDF (PDF/A-2a and PDF/UA-1), laid out after GB/T 9704-2012.

Before this module stands the `Outline`; after it the bytes of ``bulletin.pdf``. The layout is in ``bulletin.typ``,
which officials may restyle; what it set is counted against what it was given. The same issue on the same machine always
gives the same bytes. It deliberately reads nothing outside the templates' directory and the fonts.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from io import BytesIO
from pathlib import Path

import segno
import typst

from credit_service.bulletins.fonts import FontSource, choose_families, find_font_source
from credit_service.bulletins.outline import Outline
from credit_service.bulletins.wording import Wording
from credit_service.errors import TemplateFault

PDF_TEMPLATE = "bulletin.typ"
PDF_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


def render_pdf(
    outline: Outline, wording: Wording, templates_dir: Path, issued_at: datetime, source: FontSource | None = None
) -> bytes:
    """Return the PDF of an issue, dated ``issued_at``.

    Raises:
        TemplateFault: No Chinese font is found, the template is missing or faulty, a character is in no font, or the
            template left out or doubled an entry.
    """
    source = source or find_font_source()
    families = choose_families(wording.fonts, source)
    template = templates_dir / PDF_TEMPLATE
    if not template.is_file():
        message = f"PDF 模板 {PDF_TEMPLATE} 不存在。"
        raise TemplateFault(message, remedy=f"请检查 {templates_dir}。", template=PDF_TEMPLATE)
    compiler = typst.Compiler(
        str(template),
        root=str(templates_dir),
        font_paths=[str(directory) for directory in source.directories],
        ignore_system_fonts=not source.use_system,
        sys_inputs={"bulletin": to_pdf_source(outline, families)},
    )
    try:
        rendered = compiler.compile(format="pdf", pdf_standards=PDF_STANDARDS, timestamp=int(issued_at.timestamp()))
        laid_out = json.loads(compiler.query("<entry>", field="value"))
    except typst.TypstError as error:
        message = f"PDF 模板 {PDF_TEMPLATE} 无法排版：{error.message}。"
        remedy = "如提示某个字无法显示，请安装收字更全的字体（如 fonts-noto-cjk）；否则请修改模板后重新发布。"
        raise TemplateFault(message, remedy=remedy, template=PDF_TEMPLATE) from error
    _check_laid_out(outline, laid_out)
    if not isinstance(rendered, bytes):
        message = f"PDF 模板 {PDF_TEMPLATE} 没有排出一份 PDF。"
        raise TemplateFault(message, remedy="请修改模板后重新发布。", template=PDF_TEMPLATE)
    return rendered


def to_pdf_source(outline: Outline, families: dict[str, str]) -> str:
    """Return everything the PDF template is given, as JSON: the gate reads this for the text of the PDF."""
    drawing = BytesIO()
    segno.make(outline.page_url, error="m", micro=False).save(drawing, kind="svg", border=1, dark="#1c2026")
    content = {**asdict(outline), "fonts": families, "qr": drawing.getvalue().decode()}
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _check_laid_out(outline: Outline, laid_out: list[str]) -> None:
    """Refuse a template that left out or doubled an entry."""
    expected = [line.case_id for line in (*outline.red, *outline.black)]
    if laid_out != expected:
        message = f"PDF 模板 {PDF_TEMPLATE} 排出{len(laid_out)}个条目，应当是{len(expected)}个，且次序一致。"
        raise TemplateFault(message, remedy="请在模板的每个条目中保留 <entry> 标记。", template=PDF_TEMPLATE)
