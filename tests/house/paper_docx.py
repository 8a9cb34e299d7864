"""The Word template of the papers, as it is shipped.

``python tests/house/paper_docx.py`` writes publications/templates/papers/paper.docx anew; officials restyle the file in
Word. The layout is that of paper.typ (GB/T 9704-2012); fonts are named as official machines have them, and Word takes
another where one is missing.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "publications" / "templates" / "papers" / "paper.docx"
LINE = Pt(29)
FANGSONG, SONG, HEI, PAGE = "仿宋_GB2312", "方正小标宋简体", "黑体", "宋体"
RED = RGBColor(0xC0, 0x00, 0x00)
WATERMARK = (
    f'<w:p {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
    '<w:r><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
    'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
    '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
    '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
    '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
    '<v:shape id="draft" type="#_x0000_t136" style="position:absolute;margin-left:0;margin-top:0;width:340pt;'
    "height:150pt;rotation:315;z-index:-251658752;mso-position-horizontal:center;"
    'mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin" '
    'fillcolor="silver" stroked="f"><v:fill opacity=".5"/>'
    '<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string="草稿"/></v:shape></w:pict></w:r></w:p>'
)


def _font(run: object, name: str, size: float, *, bold: bool = False, colour: RGBColor | None = None) -> None:
    run.font.size, run.font.bold = Pt(size), bold
    run.font.name = name
    run._element.rPr.rFonts.set(qn("w:eastAsia"), name)
    if colour is not None:
        run.font.color.rgb = colour


def _line(place: object, text: str, font: str = FANGSONG, size: float = 16, **look: object) -> Paragraph:
    paragraph = place.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, look.pop("line", LINE)
    paragraph.alignment = look.pop("align", WD_ALIGN_PARAGRAPH.JUSTIFY)
    if look.pop("indent", False):
        indent = OxmlElement("w:ind")
        indent.set(qn("w:firstLineChars"), "200")
        indent.set(qn("w:firstLine"), "640")
        paragraph._p.get_or_add_pPr().append(indent)
    _font(paragraph.add_run(text), font, size, **look)
    return paragraph


def _tag(place: object, text: str) -> None:
    _line(place, text, size=10)


def _border(paragraph: Paragraph, colour: str, eighths: int, *, side: str = "bottom") -> None:
    borders = OxmlElement("w:pBdr")
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "11"), ("color", colour)):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _page_number(footer: object, align: WD_ALIGN_PARAGRAPH) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.alignment = align
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Pt(14)
    for text, field in (("— ", ""), ("", "PAGE"), (" —", "")):
        run = paragraph.add_run(text)
        _font(run, PAGE, 14)
        if field:
            for kind in ("begin", "", "end"):
                element = OxmlElement("w:fldChar" if kind else "w:instrText")
                if kind:
                    element.set(qn("w:fldCharType"), kind)
                else:
                    element.text = field
                run._element.append(element)


def _set_page(document: object) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(24)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    # 22 lines in 225 mm, 28 characters in 156 mm (in 1/4096 point).
    for name, value in (("type", "linesAndChars"), ("linePitch", "580"), ("charSpace", "-844")):
        grid.set(qn(f"w:{name}"), value)
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)
    for header in (section.header, section.even_page_header):
        header.paragraphs[0]._p.getparent().remove(header.paragraphs[0]._p)
        _tag(header, "{%p if is_draft %}")
        header._element.append(parse_xml(WATERMARK))
        _line(header, "草稿　未编号　不具有法律效力", HEI, 12, colour=RED, align=WD_ALIGN_PARAGRAPH.CENTER)
        _tag(header, "{%p endif %}")
        _line(header, "", size=9)


def _add_form(document: object) -> None:
    _tag(document, "{%p if rows %}")
    table = document.add_table(rows=3, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    for row, (label, value) in zip(
        table.rows,
        (("{%tr for row in rows %}", ""), ("{{ row[0] }}", "{{ row[1] }}"), ("{%tr endfor %}", "")),
        strict=True,
    ):
        for cell, text, width in zip(row.cells, (label, value), (Mm(38), Mm(118)), strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(6)
            _font(paragraph.add_run(text), FANGSONG, 14)
    _tag(document, "{%p endif %}")


def render_template() -> bytes:
    """Return the template's bytes; the same each time."""
    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FANGSONG, Pt(16)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FANGSONG)
    _set_page(document)
    centre, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    _line(document, "{{ heading }}", SONG, 30, bold=True, colour=RED, align=centre, line=Pt(48))
    _line(document, "", size=16)
    _border(_line(document, "{{ document_no }}", align=centre), "C00000", 12)
    _line(document, "", size=16)
    _line(document, "{{ title }}", SONG, 22, bold=True, align=centre, line=Pt(36))
    _line(document, "", size=16)
    _tag(document, "{%p if addressee %}")
    _line(document, "{{ addressee }}：")
    _tag(document, "{%p endif %}")
    _tag(document, "{%p for b in blocks %}")
    _tag(document, "{%p if b.style == 'heading' %}")
    _line(document, "{{ b.text }}", HEI, indent=True).paragraph_format.keep_with_next = True
    _tag(document, "{%p else %}")
    _line(document, "{{ b.text }}", indent=True)
    _tag(document, "{%p endif %}")
    _tag(document, "{%p endfor %}")
    _add_form(document)
    _line(document, "")
    for text in ("{{ issuer }}", "{{ issued_on }}"):
        paragraph = _line(document, text, align=right)
        paragraph.paragraph_format.right_indent = Pt(64)
        paragraph.paragraph_format.keep_with_next = text == "{{ issuer }}"
    _line(document, "{{ contact }}", indent=True)
    _line(document, "")
    _tag(document, "{%p if copy_to %}")
    _border(_line(document, "抄送：{{ copy_to }}", size=14), "000000", 8, side="top")
    _tag(document, "{%p endif %}")
    printed = _line(document, "{{ issuer }}　　{{ issued_on }}印发", size=14)
    _border(printed, "000000", 8, side="top")
    properties = document.core_properties
    properties.author = properties.title = properties.comments = ""
    return _same_each_time(document)


def _same_each_time(document: object) -> bytes:
    saved, target = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(source.namelist()):
            made.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), source.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()


if __name__ == "__main__":
    TARGET.write_bytes(render_template())
