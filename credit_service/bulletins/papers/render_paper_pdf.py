"""A paper as an archivable, accessible PDF (PDF/A-2a and PDF/UA-1), laid out after GB/T 9704-2012.

Before this module stands the `PaperText`; after it bytes, the same each time. What the template set is counted against
what it was given: a restyled template cannot leave out what the law asks to be said. Without the licensed fonts of
official machines (方正小标宋, 仿宋_GB2312) it is set in Noto Serif CJK SC and Noto Sans CJK SC.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import typst

from credit_service.bulletins.fonts import FontSource, choose_families, find_font_source
from credit_service.bulletins.papers.paper_text import PaperText
from credit_service.bulletins.papers.templates import find_template
from credit_service.bulletins.papers.wording import PaperWording
from credit_service.errors import TemplateFault

PDF_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
_PLACE = re.compile(r"┌─ (?P<file>[^\s:]+):(?P<line>\d+):(?P<column>\d+)")
_UNSHOWN = re.compile(r"the text `\"(?P<text>.*?)\"` could not be displayed")


def render_paper_pdf(
    text: PaperText, wording: PaperWording, templates_dir: Path, at: datetime, source: FontSource | None = None
) -> bytes:
    """Return the PDF of a paper, dated ``at``.

    Raises:
        TemplateFault: No Chinese font is found, a character is in no font, the template is missing or faulty, or it
            left out or doubled a paragraph; the message names the file and the place.
    """
    source = source or find_font_source()
    template = find_template(templates_dir, text.kind, "typ")
    content = {**asdict(text), "fonts": choose_families(wording.fonts, source)}
    compiler = typst.Compiler(
        str(template),
        root=str(templates_dir),
        font_paths=[str(directory) for directory in source.directories],
        ignore_system_fonts=not source.use_system,
        sys_inputs={"paper": json.dumps(content, ensure_ascii=False, sort_keys=True)},
    )
    try:
        rendered = compiler.compile(format="pdf", pdf_standards=PDF_STANDARDS, timestamp=int(at.timestamp()))
        laid_out = [json.loads(compiler.query(f"<{label}>", field="value")) for label in ("block", "row")]
    except typst.TypstError as error:
        raise _to_fault(template, error) from error
    if laid_out != [list(range(len(text.blocks))), list(range(len(text.rows)))] or not isinstance(rendered, bytes):
        message = f"文书模板 {template.name} 排出的段落与应有的{len(text.blocks) + len(text.rows)}段不一致。"
        remedy = "请在模板的每一段、每一行中保留 <block>、<row> 标记，并按原次序全部排出。"
        raise TemplateFault(message, remedy=remedy, template=template.name)
    return rendered


def _to_fault(template: Path, error: typst.TypstError) -> TemplateFault:
    unshown = _UNSHOWN.search(error.message)
    if unshown is not None:
        message = f"文书中的“{unshown['text']}”没有字体可以显示，没有排版。"
        remedy = "请安装收字更全的字体（如 fonts-noto-cjk、fonts-noto-core）后重试。"
        return TemplateFault(message, remedy=remedy, template=template.name)
    found = _PLACE.search(str(getattr(error, "diagnostic", "")))
    place = f"第{found['line']}行第{found['column']}列" if found else "（位置不明）"
    name = Path(found["file"]).name if found else template.name
    message = f"文书模板 {name} {place}无法排版：{error.message}。"
    return TemplateFault(message, remedy="请改正模板后重试；没有占用字号。", template=name, place=place)
