"""All forms of one issue, and how officials' words become its title: the front of the renderers.

Before this module stands a complete `Bulletin`; after it the bytes of every file, by name, not yet released. It
deliberately writes nothing: `gate` reads these bytes next, and `release` writes them.
"""

from __future__ import annotations

from pathlib import Path

from credit_service.bulletins.datapackage import render_datapackage
from credit_service.bulletins.outline import format_title, to_outline
from credit_service.bulletins.render_atom import render_entry
from credit_service.bulletins.render_csv import render_csv
from credit_service.bulletins.render_html import render_html
from credit_service.bulletins.render_json import render_json
from credit_service.bulletins.render_pdf import render_pdf
from credit_service.bulletins.render_xlsx import render_xlsx
from credit_service.bulletins.wording import load_wording
from credit_service.domain.bulletin import Bulletin, Period


def render_all(bulletin: Bulletin, templates_dir: Path) -> dict[str, bytes]:
    """Render every form of an issue.

    **Shape**: file name → bytes: ``index.html bulletin.pdf bulletin.xlsx entries.csv bulletin.json datapackage.json
    entry.atom``. The same issue, templates and fonts give the same bytes.

    Raises:
        TemplateFault: A template or the wording is faulty, or no Chinese font is installed.
        GateRefused: A text does not fit into a cell of the workbook.
    """
    wording = load_wording(templates_dir)
    outline = to_outline(bulletin, wording)
    files = {
        "index.html": render_html(outline, templates_dir),
        "bulletin.pdf": render_pdf(outline, wording, templates_dir, bulletin.issued_at),
        "bulletin.xlsx": render_xlsx(outline, bulletin.issued_at),
        "entries.csv": render_csv(bulletin),
        "bulletin.json": render_json(bulletin),
        "entry.atom": render_entry(bulletin),
    }
    return {**files, "datapackage.json": render_datapackage(bulletin, wording, files)}


def render_title(templates_dir: Path, district: str, period: Period, serial: int) -> str:
    """Return the title of an issue in the officials' words: 测试市示范区诚信“红黑榜”（2026年第三季度 总第1期）.

    Raises:
        TemplateFault: The wording is missing or names something unknown.
    """
    return format_title(load_wording(templates_dir), district, period.label, serial)
