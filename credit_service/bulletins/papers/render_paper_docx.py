"""A paper as a Word document, from a template that officials restyle in Word.

Before this module stands the `PaperText`; after it bytes, the same each time. Values are escaped and never read as
template text; the template itself runs in a sandbox. What came out is searched for every paragraph, so that a restyled
template cannot leave out what the law asks to be said.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from credit_service.bulletins.papers.paper_text import PaperText
from credit_service.bulletins.papers.templates import find_template
from credit_service.errors import TemplateFault

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The day a ZIP member is dated, so that the same paper has the same bytes."""
_TEXT = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_NAMED = re.compile(r"'(\w+)' is undefined|has no attribute '(\w+)'")
_TAG = re.compile(r"\{[{%].*?[%}]\}")


def render_paper_docx(text: PaperText, templates_dir: Path, at: datetime) -> bytes:
    """Return the Word document of a paper, dated ``at``.

    Raises:
        TemplateFault: The template is missing, is no Word document, is faulty, or leaves out a paragraph; the message
            names the file and the place.
    """
    template = find_template(templates_dir, text.kind, "docx")
    document = _open(template)
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        document.render(asdict(text), environment, autoescape=True)
    except TemplateError as error:
        raise _to_fault(template, error) from error
    except ValueError as error:
        # lxml: what came out of the template is no XML.
        message = f"文书模板 {template.name} 生成的内容不是有效的 Word 文档：{error}。"
        raise TemplateFault(message, remedy=_REMEDY, template=template.name) from error
    properties = document.docx.core_properties
    properties.title, properties.author = text.title[:255], text.issuer[:255]
    properties.created = properties.modified = at.astimezone(UTC).replace(tzinfo=None)
    saved = io.BytesIO()
    document.save(saved)
    rendered = _same_each_time(saved)
    _check_complete(template, text, rendered)
    return rendered


_REMEDY = "请用 Word 改正模板，或者恢复随软件提供的模板后重试；没有占用字号。"


def _open(template: Path) -> Any:  # noqa: ANN401 - docxtpl has no types.
    document = DocxTemplate(str(template))
    try:
        document.init_docx()
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        message = f"文书模板 {template.name} 不是有效的 Word 文档（.docx）。"
        raise TemplateFault(message, remedy=_REMEDY, template=template.name) from error
    except Exception as error:
        # python-docx has an exception of its own for a package that cannot be found.
        if type(error).__name__ != "PackageNotFoundError":
            raise
        message = f"文书模板 {template.name} 不是有效的 Word 文档（.docx）。"
        raise TemplateFault(message, remedy=_REMEDY, template=template.name) from error
    return document


def _to_fault(template: Path, error: TemplateError) -> TemplateFault:
    """Return the error with the paragraph in which it stands."""
    named = _NAMED.search(str(error))
    word = next((name for name in named.groups() if name), "") if named else ""
    place = next(_find_paragraphs(template, word), "")
    if not place:
        context = " ".join(line.strip() for line in getattr(error, "docx_context", ()) if line.strip())
        tags = _TAG.findall(context)
        place = f"“{tags[0] if tags else context[:60]}”附近" if context else "（位置不明）"
    reason = f"没有名为“{word}”的内容" if word else f"标记写错（{error}）"
    message = f"文书模板 {template.name} {place}{reason}。"
    return TemplateFault(message, remedy=_REMEDY, template=template.name, place=place)


def _find_paragraphs(template: Path, word: str) -> Iterator[str]:
    """Yield where a name is used: body paragraphs by number, then tables, headers and footers."""
    if not word:
        return
    tag = re.compile(rf"\{{[{{%][^}}]*\b{re.escape(word)}\b")
    document = DocxTemplate(str(template)).get_docx()
    for number, paragraph in enumerate(document.paragraphs, 1):
        if tag.search(paragraph.text):
            yield f"正文第{number}段“{paragraph.text.strip()[:40]}”"
    for number, table in enumerate(document.tables, 1):
        if any(tag.search(cell.text) for row in table.rows for cell in row.cells):
            yield f"第{number}个表格"
    section = document.sections[0]
    for name, part in (("页眉", section.header), ("页脚", section.footer)):
        if any(tag.search(paragraph.text) for paragraph in part.paragraphs):
            yield name


def _check_complete(template: Path, text: PaperText, rendered: bytes) -> None:
    """Refuse a template that leaves out a paragraph, or who writes what to whom under which number and day."""
    with zipfile.ZipFile(io.BytesIO(rendered)) as package:
        body = package.read("word/document.xml").decode("utf-8")
    shown = unescape("".join(_TEXT.findall(body)), {"&#34;": '"', "&quot;": '"', "&#39;": "'", "&apos;": "'"})
    anywhere = [text.title, text.document_no, text.issued_on, text.issuer, text.addressee]
    anywhere += [] if text.rows else [text.contact]
    missing = [line for line in anywhere if line not in shown]
    place = 0
    for line in (
        *(block.text for block in text.blocks),
        *(line for _, value in text.rows for line in value.split("\n")),
    ):
        found = shown.find(line, place)
        if found < 0:
            missing.append(line)
            break
        place = found + len(line)
    if missing:
        message = (
            f"文书模板 {template.name} 没有排出（或者次序不对）：{'、'.join(f'“{line[:40]}”' for line in missing)}。"
        )
        raise TemplateFault(message, remedy=_REMEDY, template=template.name)


def _same_each_time(saved: io.BytesIO) -> bytes:
    """Return the package with its members in order and without the hour of the machine."""
    target = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(target, "w") as made:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            made.writestr(zipfile.ZipInfo(name, _FIRST_DAY), source.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()
