"""The public rulebook as a page that stands alone and as a PDF (PDF/A-2a, PDF/UA-1).

Before this module lies the book in words, after it bytes. The look is in ``rulebook*.html``, ``rulebook*.css`` and
``rulebook.typ`` beside the other publication templates, which officials may restyle; what the PDF set is counted
against the book. The same book on the same machine always gives the same bytes. It formats no text of its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import typst
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from credit_service.bulletins.fonts import FontSource, choose_families, find_font_source
from credit_service.bulletins.render_pdf import PDF_STANDARDS
from credit_service.bulletins.wording import load_wording
from credit_service.errors import TemplateFault

BODY_TEMPLATE = "rulebook_body.html"
PAGE_TEMPLATE = "rulebook.html"
PDF_TEMPLATE = "rulebook.typ"
STYLE_SHEET = "rulebook.css"
PAGE_SHEET = "rulebook_page.css"


def render_rulebook_body(book: object, laws: Mapping[int, object], templates_dir: Path, *, open_cases: bool) -> Markup:
    """Return the body that the site's page and the page that stands alone share.

    Args:
        book: The book; the template reads its fields.
        laws: Its sources by number.
        templates_dir: The publication templates.
        open_cases: Whether the cases lie open at first.

    Raises:
        TemplateFault: A template is missing, has a syntax fault, or names something unknown.
    """
    context = {"book": book, "laws": laws, "open_cases": open_cases}
    return Markup(_fill(BODY_TEMPLATE, templates_dir, context))  # noqa: S704 - every value was escaped when filled in.


def render_rulebook_page(book: object, laws: Mapping[int, object], templates_dir: Path) -> bytes:
    """Return the page that stands alone, UTF-8: no script, no external resource.

    Raises:
        TemplateFault: A template is missing, has a syntax fault, or names something unknown.
    """
    style = read_rulebook_style(templates_dir, PAGE_SHEET) + read_rulebook_style(templates_dir)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    context = {
        "book": book,
        "body": render_rulebook_body(book, laws, templates_dir, open_cases=True),
        # The style sheet is written by officials, not by reporters.
        "css": Markup(style),  # noqa: S704
        "css_hash": f"sha256-{digest}",
    }
    return _fill(PAGE_TEMPLATE, templates_dir, context).encode()


def read_rulebook_style(templates_dir: Path, name: str = STYLE_SHEET) -> str:
    """Return a style sheet, refused where it could end the style element.

    Raises:
        TemplateFault: It is missing, unreadable, or contains ``</``.
    """
    try:
        style = (templates_dir / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"样式 {name} 无法读取：{type(error).__name__}。"
        raise TemplateFault(message, remedy=f"请检查 {templates_dir}。", template=name) from error
    if "</" in style:
        message = f"样式 {name} 含有“</”，会破坏网页。"
        raise TemplateFault(message, remedy="请删除该处内容。", template=name)
    return style


def render_rulebook_pdf(
    content: Mapping[str, object], rule_ids: Sequence[str], templates_dir: Path, source: FontSource | None = None
) -> bytes:
    """Return the PDF of a book, dated by its day.

    Args:
        content: The book as plain values; ``as_of`` is its day.
        rule_ids: Every rule in it, in order.
        templates_dir: The publication templates.
        source: Where fonts are looked for.

    Raises:
        TemplateFault: No Chinese font is found, the template is missing or faulty, or it left out a rule.
    """
    source = source or find_font_source()
    fonts = choose_families(load_wording(templates_dir).fonts, source)
    template = templates_dir / PDF_TEMPLATE
    if not template.is_file():
        message = f"PDF 模板 {PDF_TEMPLATE} 不存在。"
        raise TemplateFault(message, remedy=f"请检查 {templates_dir}。", template=PDF_TEMPLATE)
    written = json.dumps({**content, "fonts": fonts}, ensure_ascii=False, sort_keys=True, default=date.isoformat)
    compiler = typst.Compiler(
        str(template),
        root=str(templates_dir),
        font_paths=[str(directory) for directory in source.directories],
        ignore_system_fonts=not source.use_system,
        sys_inputs={"rulebook": written},
    )
    day = datetime.combine(date.fromisoformat(str(content["as_of"])), time(), UTC)
    try:
        rendered = compiler.compile(format="pdf", pdf_standards=PDF_STANDARDS, timestamp=int(day.timestamp()))
        laid_out = json.loads(compiler.query("<rule>", field="value"))
    except typst.TypstError as error:
        message = f"PDF 模板 {PDF_TEMPLATE} 无法排版：{error.message}。"
        remedy = "如提示某个字无法显示，请安装收字更全的字体（如 fonts-noto-cjk）；否则请修改模板。"
        raise TemplateFault(message, remedy=remedy, template=PDF_TEMPLATE) from error
    if laid_out != list(rule_ids) or not isinstance(rendered, bytes):
        message = f"PDF 模板 {PDF_TEMPLATE} 排出{len(laid_out)}条规则，应当是{len(rule_ids)}条，且次序一致。"
        raise TemplateFault(message, remedy="请在模板的每条规则中保留 <rule> 标记。", template=PDF_TEMPLATE)
    return rendered


def _fill(name: str, templates_dir: Path, context: Mapping[str, object]) -> str:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates_dir),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    try:
        return environment.get_template(name).render(context)
    except TemplateError as error:
        place = f"第 {error.lineno} 行" if isinstance(error, TemplateSyntaxError) else ""
        message = f"网页模板 {name}{place}无法套用：{error}。"
        raise TemplateFault(message, remedy="请修改模板后重试。", template=name) from error
