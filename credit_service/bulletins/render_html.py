"""The issue as one self-contained page: no script, no external resource, readable on a phone and on paper.

Before this module stands the `Outline`; after it the bytes of ``index.html``. The look is in ``bulletin.html`` and
``bulletin.css``, which officials may restyle; a content security policy inside the page lets nothing else load.
It deliberately formats no text of its own.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import segno
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from credit_service.bulletins.outline import Outline
from credit_service.errors import TemplateFault

PAGE_TEMPLATE = "bulletin.html"
STYLE_SHEET = "bulletin.css"


def render_html(outline: Outline, templates_dir: Path) -> bytes:
    """Return the page of an issue, UTF-8.

    Raises:
        TemplateFault: A template is missing, has a syntax fault, or names something unknown.
    """
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates_dir),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = _read_style(templates_dir)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # The style sheet and the code are written by officials and by segno, not by reporters: they need no escaping.
    parts = {"css": Markup(style), "qr": Markup(_draw_code(outline.page_url))}  # noqa: S704
    try:
        page = environment.get_template(PAGE_TEMPLATE).render(o=outline, css_hash=f"sha256-{digest}", **parts)
    except TemplateError as error:
        place = f"第 {error.lineno} 行" if isinstance(error, TemplateSyntaxError) else ""
        message = f"网页模板 {PAGE_TEMPLATE}{place}无法套用：{error}。"
        raise TemplateFault(message, remedy="请修改模板后重新发布。", template=PAGE_TEMPLATE) from error
    return page.encode()


def _read_style(templates_dir: Path) -> str:
    """Return the style sheet, refused where it could end the style element."""
    try:
        style = (templates_dir / STYLE_SHEET).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"样式 {STYLE_SHEET} 无法读取：{type(error).__name__}。"
        raise TemplateFault(message, remedy=f"请检查 {templates_dir}。", template=STYLE_SHEET) from error
    if "</" in style:
        message = f"样式 {STYLE_SHEET} 含有“</”，会破坏网页。"
        raise TemplateFault(message, remedy="请删除该处内容。", template=STYLE_SHEET)
    return style


def _draw_code(address: str) -> str:
    """Return the QR code of an address as inline SVG."""
    drawn: str = segno.make(address, error="m", micro=False).svg_inline(
        border=2, omitsize=True, svgclass=None, lineclass=None, dark="#1c2026", title="本期公告网址的二维码"
    )
    return drawn
