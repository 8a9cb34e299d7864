"""The Word template that is shipped is the one its maker makes."""

from __future__ import annotations

import io
import runpy
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_word_template_of_papers_is_made_by_its_maker():
    maker = runpy.run_path(str(ROOT / "tests" / "house" / "paper_docx.py"))
    made, shipped = (
        {name: archive.read(name) for name in archive.namelist()}
        for archive in (zipfile.ZipFile(io.BytesIO(maker["render_template"]())), zipfile.ZipFile(maker["TARGET"]))
    )
    assert made == shipped, "run `python tests/house/paper_docx.py`"
