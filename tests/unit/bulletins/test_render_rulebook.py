"""The rulebook as a PDF: whole, repeatable, archivable."""

from __future__ import annotations

import re
import shutil
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from credit_service.errors import TemplateFault
from credit_service.lookup.rulebook_book import read_book
from credit_service.lookup.rulebook_print import print_pdf, print_style
from credit_service.lookup.rulebook_types import Book

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "publications" / "templates"


@pytest.fixture(scope="module")
def book() -> Book:
    return read_book(ROOT / "rules", date(2026, 9, 30))


@pytest.fixture(scope="module")
def pdf(book: Book) -> bytes:
    return print_pdf(book, TEMPLATES)


@pytest.fixture(scope="module")
def text(pdf: bytes) -> str:
    return _squeeze("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def _squeeze(words: str) -> str:
    """Leave out what a line break in a table may have put in."""
    return re.sub(r"[\s\u200b]+", "", words)


def test_every_rule_and_every_source_is_in_the_pdf(book, text):
    assert [row.rule_id for row in book.rows() if _squeeze(row.rule_id) not in text] == []
    assert [law.title for law in book.laws if _squeeze(law.title) not in text] == []


def test_every_case_is_in_the_pdf(book, text):
    assert [case.name for case in book.cases() if _squeeze(case.name) not in text] == []


def test_the_same_book_gives_the_same_bytes(book, pdf):
    assert print_pdf(book, TEMPLATES) == pdf


def test_it_is_tagged_and_dated_by_its_day(pdf):
    reader = PdfReader(BytesIO(pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "公开规则（2026-09-30）"
    assert str(reader.metadata.creation_date).startswith("2026-09-30")
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_a_template_that_leaves_rules_out_is_refused(book, tmp_path):
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    template = tmp_path / "templates" / "rulebook.typ"
    text = template.read_text(encoding="utf-8")
    template.write_text(text.replace("[#metadata(row.anchor) <rule>]", "[]"), encoding="utf-8")
    with pytest.raises(TemplateFault, match="条规则"):
        print_pdf(book, tmp_path / "templates")


def test_a_missing_template_is_named(book, tmp_path):
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    (tmp_path / "templates" / "rulebook.typ").unlink()
    with pytest.raises(TemplateFault, match=r"rulebook\.typ"):
        print_pdf(book, tmp_path / "templates")


def test_a_style_sheet_that_would_end_its_element_is_refused(tmp_path):
    (tmp_path / "rulebook.css").write_text("p { }</style>", encoding="utf-8")
    with pytest.raises(TemplateFault):
        print_style(tmp_path)
