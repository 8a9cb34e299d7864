from __future__ import annotations

import csv
import io
import json
import os
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import openpyxl
import pypdf
import pytest

from credit_service.bulletins.fonts import FontSource, find_font_source
from credit_service.bulletins.outline import to_outline
from credit_service.bulletins.render import render_all, render_title
from credit_service.bulletins.render_atom import render_feed
from credit_service.bulletins.render_csv import defuse_cell, render_csv
from credit_service.bulletins.render_html import render_html
from credit_service.bulletins.render_pdf import render_pdf
from credit_service.bulletins.render_xlsx import render_xlsx
from credit_service.bulletins.rendered_text import read_page
from credit_service.bulletins.wording import fill_sentence, load_wording
from credit_service.domain.bulletin import Bulletin, Release, parse_period
from credit_service.errors import GateRefused, TemplateFault

world = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("world.py"))))
WORDING = load_wording(world.TEMPLATES)


@pytest.fixture(scope="module")
def bulletin() -> Bulletin:
    cases = [world.make_case(1), world.make_case(2, fact="=cmd|' /C calc'!A0"), world.make_red(3), world.make_star(4)]
    cases.append(world.make_debtor(5, list_type="wage_arrears"))
    selected = world.select(cases, consented_names={"K0004": "测试甲"}, measures={"K0001": ("限制市场或行业准入",)})
    return world.make_bulletin(cases, selected)


@pytest.fixture(scope="module")
def files(bulletin: Bulletin) -> dict[str, bytes]:
    return render_all(bulletin, world.TEMPLATES)


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    return Path(shutil.copytree(world.TEMPLATES, tmp_path / "templates"))


def pdf_text(content: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(content))
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


def test_every_form_is_rendered(files: dict[str, bytes]):
    assert sorted(files) == sorted(
        [
            "index.html",
            "bulletin.pdf",
            "bulletin.xlsx",
            "entries.csv",
            "bulletin.json",
            "datapackage.json",
            "entry.atom",
        ]
    )


def test_same_issue_gives_the_same_bytes(bulletin: Bulletin, files: dict[str, bytes]):
    assert render_all(bulletin, world.TEMPLATES) == files


def test_another_process_gives_the_same_bytes(files: dict[str, bytes], tmp_path: Path):
    script = (
        "import runpy,sys,hashlib\nfrom types import SimpleNamespace\n"
        "from credit_service.bulletins.render import render_all\n"
        "w=SimpleNamespace(**runpy.run_path(sys.argv[1]))\n"
        "c=[w.make_case(1),w.make_red(3)]\n"
        "print([hashlib.sha256(v).hexdigest() for k,v in sorted(render_all(w.make_bulletin(c),w.TEMPLATES).items())])\n"
    )
    (tmp_path / "once.py").write_text(script, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "once.py"), str(Path(__file__).with_name("world.py"))]
    outputs = {
        subprocess.run(
            command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }
    assert len(outputs) == 1


def test_page_loads_nothing(files: dict[str, bytes]):
    assert read_page(files["index.html"]).foreign == []


def test_page_names_every_entry_once(bulletin: Bulletin, files: dict[str, bytes]):
    entries = [entry.case_id for entry in (*bulletin.red, *bulletin.black)]
    assert read_page(files["index.html"]).entries == entries


def test_page_escapes_what_reporters_typed():
    cases = [world.make_case(fact="<script>alert(1)</script> & <img src=x>")]
    page = render_html(to_outline(world.make_bulletin(cases), WORDING), world.TEMPLATES)
    assert read_page(page).foreign == []
    assert "&lt;script&gt;" in page.decode()


def test_tables_of_the_page_have_captions_and_scopes(files: dict[str, bytes]):
    page = files["index.html"].decode()
    assert page.count("<table") == page.count("<caption") > 0
    assert "<th>" not in page


def test_chart_has_a_title_and_a_table_beside_it(files: dict[str, bytes]):
    page = files["index.html"].decode()
    assert 'role="img" aria-labelledby="chart-title"' in page
    assert '<td class="amount">49</td>' in page


def test_empty_issue_says_so():
    outline = to_outline(world.make_bulletin([], measures=(), counts=()), WORDING)
    assert render_html(outline, world.TEMPLATES).decode().count(WORDING.empty) == 4
    assert "本期无" in pdf_text(render_pdf(outline, WORDING, world.TEMPLATES, world.ISSUED))


def test_pdf_shows_what_the_page_shows(bulletin: Bulletin, files: dict[str, bytes]):
    text = pdf_text(files["bulletin.pdf"])
    for entry in (*bulletin.red, *bulletin.black):
        assert "".join(entry.name.split()) in text
        assert "".join(entry.document_no.split()) in text


def test_pdf_is_archivable_accessible_and_dated(files: dict[str, bytes]):
    reader = pypdf.PdfReader(io.BytesIO(files["bulletin.pdf"]))
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("2", "A")
    assert b"<pdfuaid:part>1" in files["bulletin.pdf"]
    assert reader.metadata is not None
    assert reader.metadata.creation_date == world.ISSUED
    width, height = (round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:])
    assert (width, height) == (210, 297)


def test_pdf_numbers_its_pages(files: dict[str, bytes]):
    assert "—1—" in pdf_text(files["bulletin.pdf"])


def test_pdf_repeats_the_heading_of_a_long_table():
    cases = [world.make_case(number) for number in range(1, 40)]
    outline = to_outline(world.make_bulletin(cases), WORDING)
    content = render_pdf(outline, WORDING, world.TEMPLATES, world.ISSUED)
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
    assert len(pages) > 4
    assert all("公示截止" in "".join(page.split()) for page in pages[1:-2])


def test_pdf_needs_no_font_of_the_system(bulletin: Bulletin):
    source = FontSource(find_font_source().directories, use_system=False)
    if not source.directories:
        pytest.skip("the extra `fonts` is not installed")
    content = render_pdf(to_outline(bulletin, WORDING), WORDING, world.TEMPLATES, world.ISSUED, source)
    assert "示范区第1建筑有限公司" in pdf_text(content)


def test_pdf_without_any_chinese_font_names_the_remedy(bulletin: Bulletin):
    with pytest.raises(TemplateFault, match="fonts-noto-cjk"):
        render_pdf(
            to_outline(bulletin, WORDING), WORDING, world.TEMPLATES, world.ISSUED, FontSource((), use_system=False)
        )


def test_pdf_template_that_drops_an_entry_is_refused(bulletin: Bulletin, templates: Path):
    layout = templates / "bulletin.typ"
    layout.write_text(layout.read_text("utf-8").replace("for e in rows {", "for e in rows.slice(1) {"), "utf-8")
    with pytest.raises(TemplateFault, match="排出2个条目，应当是4个"):
        render_all(bulletin, templates)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("bulletin.html", "o.issuer", "o.nobody"),
        ("bulletin.html", "{% endif %}", ""),
        ("bulletin.html", "{{ o.rulebook }}", "{{ o.__class__.__mro__ }}"),
        ("bulletin.css", ":root {", "</style>"),
        ("bulletin.typ", "#b.headings.overview", "#b.headings.nothing"),
        ("bulletin.yaml", "$cut_off", "$cutoff"),
        ("bulletin.yaml", "empty: 本期无。", ""),
        ("bulletin.yaml", "headings:", "headings: ]"),
    ],
)
def test_faulty_template_is_named(bulletin: Bulletin, templates: Path, name: str, old: str, new: str):
    path = templates / name
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(TemplateFault) as caught:
        render_all(bulletin, templates)
    assert caught.value.attributes["template"] == name


@pytest.mark.parametrize("name", ["bulletin.html", "bulletin.css", "bulletin.typ", "bulletin.yaml"])
def test_missing_template_is_named(bulletin: Bulletin, templates: Path, name: str):
    (templates / name).unlink()
    with pytest.raises(TemplateFault):
        render_all(bulletin, templates)


def test_workbook_has_its_sheets_and_only_strings(bulletin: Bulletin, files: dict[str, bytes]):
    book = openpyxl.load_workbook(io.BytesIO(files["bulletin.xlsx"]))
    assert book.sheetnames == ["概况", "红榜", "黑榜", "移出", "说明"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert book["黑榜"]["D3"].value == bulletin.black[0].identifier_code
    assert book["黑榜"].freeze_panes == "C3"


def test_workbook_marks_a_dangerous_text_as_text(files: dict[str, bytes]):
    book = openpyxl.load_workbook(io.BytesIO(files["bulletin.xlsx"]))
    (cell,) = [row[5] for row in book["黑榜"].iter_rows(min_row=3) if str(row[5].value).startswith("=")]
    assert cell.data_type == "s"
    assert cell.style is not None
    assert cell.quotePrefix


def test_text_too_long_for_a_cell_is_refused():
    outline = to_outline(world.make_bulletin([world.make_case(fact="事" * 40_000)]), WORDING)
    with pytest.raises(GateRefused, match="32767"):
        render_xlsx(outline, world.ISSUED)


def test_table_opens_in_spreadsheets_and_programs(bulletin: Bulletin, files: dict[str, bytes]):
    assert files["entries.csv"].startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(files["entries.csv"].decode("utf-8-sig"))))
    assert [row["案件编号"] for row in rows] == [entry.case_id for entry in (*bulletin.red, *bulletin.black)]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "\u3000="])
def test_cell_that_would_run_is_defused(start: str):
    assert defuse_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "示范区", "1-2", "（=）"])
def test_harmless_cell_stays(text: str):
    assert defuse_cell(text) == text


def test_defused_cell_comes_back_by_taking_off_the_apostrophe():
    (row,) = list(
        csv.reader(io.StringIO(render_csv(world.make_bulletin([world.make_case(fact="-5元")])).decode("utf-8-sig")))
    )[1:]
    assert "'-5元" in row


def test_document_tells_nothing_apart_of_the_withheld(files: dict[str, bytes]):
    document = json.loads(files["bulletin.json"])
    assert document["withheld"] == [{"list_kind": "black", "reason": "自然人信息依法不予公示", "count": 1}]
    assert b"K0005" not in files["bulletin.json"]


def test_package_describes_the_table(files: dict[str, bytes]):
    package = json.loads(files["datapackage.json"])
    table = package["resources"][0]
    header = next(csv.reader(io.StringIO(files["entries.csv"].decode("utf-8-sig"))))
    assert [field["name"] for field in table["schema"]["fields"]] == header
    assert table["bytes"] == len(files["entries.csv"])
    keys = {field["key"] for field in table["schema"]["fields"]}
    assert keys == set(json.loads(files["bulletin.json"])["red"][0])


def test_feed_lists_releases_newest_first():
    releases = [
        Release(f"2026Q{n}", f"2026Q{n}", n, f"第{n}期 <&>", world.ISSUED.replace(month=n * 3), ("K1",), (), "")
        for n in (1, 3, 2)
    ]
    feed = ET.fromstring(render_feed(releases, "https://credit.example/"))  # noqa: S314 (our own bytes)
    space = {"a": "http://www.w3.org/2005/Atom"}
    titles = [title.text for title in feed.findall("a:entry/a:title", space)]
    assert titles == ["第3期 <&>", "第2期 <&>", "第1期 <&>"]
    links = [link.get("href") for link in feed.findall("a:entry/a:link[@rel='alternate']", space)]
    assert links[0] == "https://credit.example/bulletins/2026Q3"
    assert len({entry.text for entry in feed.findall("a:entry/a:id", space)}) == 3


def test_feed_of_nothing_is_a_feed():
    assert b"<updated>" in render_feed([], "http://127.0.0.1:8000")


def test_feed_names_no_subject(bulletin: Bulletin, files: dict[str, bytes]):
    assert not [entry for entry in bulletin.black if entry.name.encode() in files["entry.atom"]]


def test_workbook_parts_are_dated_by_the_issue_only(files: dict[str, bytes]):
    with zipfile.ZipFile(io.BytesIO(files["bulletin.xlsx"])) as archive:
        assert "2026-10-09T02:00:00Z" in archive.read("docProps/core.xml").decode()


def test_title_is_in_the_officials_words():
    title = render_title(world.TEMPLATES, "测试市示范区", parse_period("2026Q3"), 1)
    assert title == "测试市示范区诚信“红黑榜”（2026年第三季度 总第1期）"


def test_sentence_runs_no_code():
    with pytest.raises(TemplateFault):
        fill_sentence("${issuer.__class__}", {"issuer": "某办公室"})
