"""Papers as files: layout measured, templates restyled and broken, hostile names."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import docx
import pypdf
import pytest
from unit.bulletins.paper_facts import REFERENCE, TEMPLATES, WORDING, make_facts, make_long_paper, make_paper

from credit_service.bulletins.fonts import FontSource
from credit_service.bulletins.papers.compose import compose_paper
from credit_service.bulletins.papers.letterheads import get_letterhead
from credit_service.bulletins.papers.render_paper_docx import render_paper_docx
from credit_service.bulletins.papers.render_paper_pdf import render_paper_pdf
from credit_service.bulletins.papers.templates import hash_templates
from credit_service.bulletins.papers.wording import load_paper_wording
from credit_service.domain.paper import PaperKind, PaperPart
from credit_service.errors import PaperIncomplete, TemplateFault

AT = datetime(2026, 11, 2, 4, tzinfo=UTC)
MM = 72 / 25.4
TYPE_AREA = {"left": 28, "top": 37, "width": 156, "height": 225}


def pdf_of(text, templates: Path = TEMPLATES) -> bytes:
    return render_paper_pdf(text, WORDING, templates, AT)


def docx_of(text, templates: Path = TEMPLATES) -> bytes:
    return render_paper_docx(text, templates, AT)


def docx_text(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def squeeze(text: str) -> str:
    return "".join(text.split())


def pdf_text(content: bytes) -> str:
    return squeeze("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages))


def lines_of(page: pypdf.PageObject) -> list[tuple[float, float, float, str]]:
    """Return (left, baseline from the top, size, text) of every line of a page, in millimetres and points."""
    found: dict[float, tuple[float, float, str]] = {}

    def visit(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if text.strip():
            place = round(297 - (tm[4] * cm[1] + tm[5] * cm[3] + cm[5]) / MM, 1)
            start = (tm[4] * cm[0] + tm[5] * cm[2] + cm[4]) / MM
            left, height, before = found.get(place, (start, 0.0, ""))
            found[place] = (min(left, start), max(height, abs(size * tm[3] * cm[3])), before + text.strip())

    page.extract_text(visitor_text=visit)
    return [(left, place, size, text) for place, (left, size, text) in sorted(found.items())]


@pytest.fixture
def restyled(tmp_path: Path) -> Path:
    """Templates of an official's own, to be changed by a test."""
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    return tmp_path / "templates"


@pytest.mark.parametrize("kind", list(PaperKind))
def test_word_and_pdf_say_the_same_and_the_same_bytes_each_time(kind):
    text = make_paper(kind)
    word, pdf = docx_of(text), pdf_of(text)
    assert word == docx_of(text)
    assert pdf == pdf_of(text)
    shown, printed = squeeze(docx_text(word)), pdf_text(pdf)
    for block in text.blocks:
        assert squeeze(block.text) in shown
        # Page numbers may stand between two lines of a paragraph.
        assert squeeze(block.text)[:20] in printed
    for label, value in text.rows:
        assert squeeze(label) in shown
        assert squeeze(value) in shown
        assert squeeze(label) in printed
    for once in (text.title, text.document_no, text.issued_on, text.heading):
        assert squeeze(once) in shown
        assert squeeze(once) in printed


def test_the_pdf_is_archivable_and_accessible():
    content = pdf_of(make_paper())
    for claim in (b"<pdfaid:part>2</pdfaid:part>", b"<pdfaid:conformance>A", b"<pdfuaid:part>1"):
        assert claim in content


def test_another_process_makes_the_same_bytes(tmp_path):
    script = (
        "import sys; from unit.bulletins.test_papers import pdf_of, docx_of, make_paper;"
        "import hashlib; t = make_paper(); print(hashlib.sha256(pdf_of(t) + docx_of(t)).hexdigest())"
    )
    text = make_paper()
    path = f"{Path(__file__).parents[2]}:{Path(__file__).parents[3]}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(pdf_of(text) + docx_of(text)).hexdigest()


def test_the_type_area_is_that_of_the_standard():
    """GB/T 9704-2012: A4, 37 and 28 mm, 156 × 225 mm, 22 lines of 28 characters, page numbers odd right, even left."""
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(make_long_paper(2200))))
    assert len(reader.pages) >= 4
    for number, page in enumerate(reader.pages, 1):
        box = page.mediabox
        assert (round(float(box.width) / MM), round(float(box.height) / MM)) == (210, 297)
        lines = lines_of(page)
        foot = lines.pop()
        assert squeeze(foot[3]) == f"—{number}—"
        assert abs(foot[2] - 14) < 0.1
        assert (foot[0] > 150) is (number % 2 == 1)
        assert 262 + 7 < foot[1] < 262 + 7 + 6
        assert min(line[0] for line in lines) == pytest.approx(28, abs=0.3)
        assert all(37 < line[1] <= 262.2 for line in lines)
    body = lines_of(reader.pages[1])[:-1]
    assert len(body) == 22
    gaps = Counter(round(below[1] - above[1], 1) for above, below in pairwise(body))
    assert all(gap == pytest.approx(225 / 22, abs=0.15) for gap in gaps)
    assert all(size == pytest.approx(16, abs=0.1) for _, _, size, _ in body)


def test_a_full_line_has_twenty_eight_characters():
    content = pdf_of(make_long_paper(200))
    lines = [line for *_, line in lines_of(pypdf.PdfReader(io.BytesIO(content)).pages[0]) if set(line) == {"字"}]
    assert [len(line) for line in lines[:4]] == [26, 28, 28, 28]


def test_the_head_has_the_mark_the_number_and_the_title_in_their_sizes():
    lines = lines_of(pypdf.PdfReader(io.BytesIO(pdf_of(make_paper(number="示市监告〔2026〕5号")))).pages[0])
    sizes = {squeeze(text): size for _, _, size, text in lines}
    assert sizes["示市监告〔2026〕5号"] == pytest.approx(16, abs=0.1)
    title = next(text for text in sizes if text.startswith("拟列入"))
    assert sizes[title] == pytest.approx(22, abs=0.1)
    assert sizes["测试市示范区市场监督管理局（测试）"] > 22


def test_the_word_document_has_the_page_and_grid_of_the_standard():
    document = docx.Document(io.BytesIO(docx_of(make_paper())))
    section = document.sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert 'w:linePitch="580"' in section._sectPr.xml
    assert "PAGE" in section.footer._element.xml
    fonts = {run._element.rPr.rFonts.get(docx.oxml.ns.qn("w:eastAsia")) for p in document.paragraphs for run in p.runs}
    assert {"仿宋_GB2312", "方正小标宋简体", "黑体"} <= fonts


def test_a_draft_is_marked_in_both_and_an_issued_paper_is_not():
    draft, issued = make_paper(number=None), make_paper()
    assert "草稿" in zipfile.ZipFile(io.BytesIO(docx_of(draft))).read("word/header1.xml").decode()
    assert "草稿" not in zipfile.ZipFile(io.BytesIO(docx_of(issued))).read("word/header1.xml").decode()
    assert "草稿" in pdf_text(pdf_of(draft))
    assert "草稿" not in pdf_text(pdf_of(issued))
    assert "（未编号）" in docx_text(docx_of(draft))


def test_an_officials_own_template_is_used(restyled):
    own = docx.Document(str(restyled / "papers" / "paper.docx"))
    own.paragraphs[0].insert_paragraph_before("本单位自定抬头")
    own.save(str(restyled / "papers" / "notice.docx"))
    source = (
        (restyled / "papers" / "paper.typ").read_text("utf-8").replace("#let size-body = 16pt", "#let size-body = 15pt")
    )
    (restyled / "papers" / "notice.typ").write_text(source, "utf-8")
    assert "本单位自定抬头" in docx_text(docx_of(make_paper(), restyled))
    assert "本单位自定抬头" not in docx_text(docx_of(make_paper(PaperKind.DECISION), restyled))
    lines = lines_of(pypdf.PdfReader(io.BytesIO(pdf_of(make_paper(), restyled))).pages[1])
    assert lines[3][2] == pytest.approx(15, abs=0.1)
    assert hash_templates(restyled, PaperKind.NOTICE) != hash_templates(TEMPLATES, PaperKind.NOTICE)
    assert hash_templates(restyled, PaperKind.DECISION) == hash_templates(TEMPLATES, PaperKind.DECISION)


def edit_docx(path: Path, old: str, new: str) -> None:
    document = docx.Document(str(path))
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.text = run.text.replace(old, new)
    document.save(str(path))


@pytest.mark.parametrize(
    ("old", "new", "place", "why"),
    [
        ("{{ title }}", "{{ titel }}", "正文第5段", "titel"),
        ("{{ b.text }}", "{{ b.txt }}", "正文第", "txt"),
        ("{%p endfor %}", "", "", "标记写错"),
        ("{{ contact }}", "{{ contact", "", ""),
        ("{{ issuer }}", "{{ ''.__class__.__mro__ }}", "", ""),
    ],
)
def test_a_broken_word_template_is_named_with_its_place(restyled, old, new, place, why):
    edit_docx(restyled / "papers" / "paper.docx", old, new)
    with pytest.raises(TemplateFault) as caught:
        docx_of(make_paper(), restyled)
    assert "paper.docx" in caught.value.message
    assert place in caught.value.message
    assert why in caught.value.message


@pytest.mark.parametrize("content", [b"", b"not a document", b"PK\x03\x04 nor this"])
def test_a_file_that_is_no_document_is_refused_in_words(restyled, content):
    (restyled / "papers" / "paper.docx").write_bytes(content)
    with pytest.raises(TemplateFault, match="不是有效的 Word 文档"):
        docx_of(make_paper(), restyled)


def test_a_word_template_that_leaves_a_paragraph_out_is_refused(restyled):
    edit_docx(restyled / "papers" / "paper.docx", "{{ b.text }}", "")
    with pytest.raises(TemplateFault, match="没有排出"):
        docx_of(make_paper(), restyled)


@pytest.mark.parametrize("name", ["document_no", "title", "issued_on"])
def test_a_word_template_without_number_title_or_day_is_refused(restyled, name):
    path = restyled / "papers" / "paper.docx"
    edit_docx(path, f"{{{{ {name} }}}}", "")
    edit_docx(path, f"{{{{ issuer }}}}　　{{{{ {name} }}}}印发", "")
    with pytest.raises(TemplateFault, match="没有排出"):
        docx_of(make_paper(), restyled)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("  title(parts", "  titel(parts", "paper.typ 第"),
        ("if n < last", "if n < lsat", "paper.typ 第"),
        ("par(b.text)", "par(b.text", "paper.typ 第"),
        ("[#metadata(n) <block>]", "", "<block>"),
        ("for (n, b) in p.blocks.enumerate()", "for (n, b) in p.blocks.slice(1).enumerate()", "段"),
    ],
)
def test_a_broken_pdf_template_is_named_with_its_place(restyled, old, new, named):
    path = restyled / "papers" / "paper.typ"
    source = path.read_text("utf-8")
    assert old in source
    path.write_text(source.replace(old, new), "utf-8")
    with pytest.raises(TemplateFault) as caught:
        pdf_of(make_paper(), restyled)
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("$rule_text（", "$rule_txet（", "papers.notice.sections[2].lines[2]"),
        ('"@records"', '"@recrods"', "papers.notice.sections[1].lines[2]"),
        ("自收到本决定书之日起$review_days日", "自收到本决定书之日起$days日", "phrases.remedy_decision.any"),
        ("part: facts", "part: fact", "papers.notice.sections[1].part"),
        ("word: 告", "word: 决", "papers"),
        ("word: 告", "word: notice", "papers.notice.word"),
        ("  notice:", "  notise:", "papers.notice"),
        ("    word: 告\n", "    word: [\n", "第"),
    ],
)
def test_a_broken_wording_is_named_with_its_place(restyled, old, new, place):
    path = restyled / "papers" / "papers.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(TemplateFault) as caught:
        wording = load_paper_wording(restyled)
        for kind in PaperKind:
            compose_paper(wording, make_facts(kind), "1号")
    assert "papers.yaml" in caught.value.message
    assert place in caught.value.message


def test_a_phrase_that_names_itself_is_told(restyled):
    path = restyled / "papers" / "papers.yaml"
    path.write_text(path.read_text("utf-8").replace("    any: 列入\n", "    any: $listing\n", 1), "utf-8")
    with pytest.raises(TemplateFault, match="引用了自己"):
        compose_paper(load_paper_wording(restyled), make_facts(), "1号")


@pytest.mark.parametrize(
    "name",
    [
        "<w:p>&amp;\"'</w:t>有限公司",
        "{{ 7*7 }}{% for x in y %}商行",
        "$issuer ${you} $$ 贸易",
        '#eval("1") *强调* _下划_ `代码` <block> @引用 = 标题',
        "一" * 180 + "公司",
        "公司\u202e\u2066名倒\u2069甲",
        "شركة الاختبار التجارية",
        "O’Neil–Łódź & Søn 有限公司",
        "公\x0b\x00司\ufffe乙",
        "第一行\n第二行\r\n第三行",
    ],
    ids=["xml", "jinja", "dollar", "typst", "long", "bidi", "arabic", "latin", "control", "lines"],
)
def test_hostile_names_are_printed_as_names(name):
    text = make_paper(identity=name, party=name)
    shown, printed = docx_text(docx_of(text)), pdf_text(pdf_of(text))
    fact = next(block.text for block in text.blocks if block.part is PaperPart.FACTS)
    assert fact in shown
    assert all(ord(letter) >= 32 or letter == "\n" for letter in shown)
    assert not set("\u202e\u2066\u2069\ufffe") & set(shown + printed)
    assert "49" not in fact or "49" in name
    assert "你单位" not in fact or "你单位" in name


def test_a_character_that_no_font_has_is_named():
    with pytest.raises(TemplateFault, match="没有字体可以显示"):
        pdf_of(make_paper(identity="公司\U0003134f"))


def test_without_any_chinese_font_nothing_is_set(tmp_path):
    with pytest.raises(TemplateFault, match="中文字体"):
        render_paper_pdf(make_paper(), WORDING, TEMPLATES, AT, FontSource((tmp_path,), use_system=False))


def test_every_kind_has_a_word_of_its_own():
    words = [paper.word for paper in WORDING.papers.values()]
    assert len(words) == len(set(words)) == len(PaperKind)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("    word: 示市监\n", "", "缺少word"),
        ("    word: 示市监\n", "    word: 示市监\n    fax: 1\n", "fax"),
        ("  channel: administrative", "  channel: none", "channel"),
        ("agencies:", "agencies: [", "无法读取"),
    ],
)
def test_a_faulty_letterhead_is_told(tmp_path, old, new, named):
    path = tmp_path / "letterheads.yaml"
    path.write_text((REFERENCE / path.name).read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(TemplateFault, match=named):
        get_letterhead(tmp_path, "11990101990100034U", "")


def test_every_sample_agency_has_a_letterhead_and_words_differ():
    with (REFERENCE / "agencies.csv").open(encoding="utf-8", newline="") as lines:
        agencies = list(csv.DictReader(lines))
    heads = [get_letterhead(REFERENCE, row["agency_code"], row["name"]) for row in agencies]
    assert [head.name for head in heads] == [row["name"] for row in agencies]
    assert len({head.word for head in heads}) == len(heads)
    with pytest.raises(PaperIncomplete):
        get_letterhead(REFERENCE, "", "没有登记的单位")
