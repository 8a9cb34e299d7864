"""The book as bytes: the body for the site's page, the page that stands alone, and the PDF.

Before it is a `Book`, after it what `bulletins.render_rulebook` made of it. All three say the same.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from markupsafe import Markup

from credit_service.bulletins.render_rulebook import (
    read_rulebook_style,
    render_rulebook_body,
    render_rulebook_page,
    render_rulebook_pdf,
)
from credit_service.lookup.rulebook_types import Book


def print_body(book: Book, templates_dir: Path) -> Markup:
    """Return the body of the book, escaped.

    Raises:
        TemplateFault: The template has a fault.
    """
    return render_rulebook_body(book, {law.number: law for law in book.laws}, templates_dir, open_cases=False)


def print_style(templates_dir: Path) -> str:
    """Return the style sheet of the body.

    Raises:
        TemplateFault: It is missing or would end its element.
    """
    return read_rulebook_style(templates_dir)


def print_page(book: Book, templates_dir: Path) -> bytes:
    """Return the page that stands alone.

    Raises:
        TemplateFault: The template has a fault.
    """
    return render_rulebook_page(book, {law.number: law for law in book.laws}, templates_dir)


def print_pdf(book: Book, templates_dir: Path) -> bytes:
    """Return the PDF.

    Raises:
        TemplateFault: No Chinese font is found, or the template has a fault.
    """
    content = {**asdict(book), "as_of": book.as_of.isoformat()}
    return render_rulebook_pdf(content, [row.anchor for row in book.rows()], templates_dir)
