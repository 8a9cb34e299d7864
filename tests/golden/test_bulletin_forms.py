"""The forms of one fixed issue, kept as files: whoever changes a template or a text sees here what readers will see."""

from __future__ import annotations

import io
import os
import runpy
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest

from credit_service.bulletins.fonts import FontSource, find_font_source
from credit_service.bulletins.outline import to_outline
from credit_service.bulletins.render import render_all
from credit_service.bulletins.render_pdf import render_pdf
from credit_service.bulletins.wording import load_wording
from credit_service.domain.bulletin import Bulletin
from credit_service.domain.listing import CaseState

world = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "unit" / "bulletins" / "world.py")))
GOLDEN = Path(__file__).parent / "bulletin"


def make_issue() -> Bulletin:
    """One issue that has a little of everything."""
    left = {"state": CaseState.ENDED, "published_on": date(2026, 4, 9), "ended_on": date(2026, 8, 1)}
    cases = [
        world.make_case(1, fact="拖欠工资，法定代表人：测试乙，电话13800000000。"),
        world.make_case(2, max_until_on=None),
        world.make_red(3),
        world.make_star(4),
        world.make_debtor(5),
        world.make_debtor(6, list_type="wage_arrears"),
        world.make_case(7, **left, end_kind="repair"),
        world.make_star(8, consent_no=""),
    ]
    measures = {"K0001": ("限制市场或行业准入",)}
    selected = world.select(cases, consented_names={"K0004": "测试甲"}, measures=measures)
    return world.make_bulletin(cases, selected)


def compare(name: str, content: bytes) -> None:
    """Hold bytes against the golden file, or write it where asked."""
    path = GOLDEN / name
    if os.environ.get("CREDIT_WRITE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert content == path.read_bytes(), f"{name} 与样张不同；确认无误后运行 make golden"


@pytest.mark.parametrize("name", ["index.html", "bulletin.json", "entries.csv", "datapackage.json", "entry.atom"])
def test_form_is_as_agreed(name: str):
    compare(name, render_all(make_issue(), world.TEMPLATES)[name])


def test_text_of_the_pdf_is_as_agreed():
    source = FontSource(find_font_source().directories, use_system=False)
    if not source.directories:
        pytest.skip("the extra `fonts` is not installed")
    wording = load_wording(world.TEMPLATES)
    content = render_pdf(to_outline(make_issue(), wording), wording, world.TEMPLATES, world.ISSUED, source)
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
    compare("bulletin.pdf.txt", ("\f\n".join(pages) + "\n").encode())
