"""A comparison as HTML: the part our own page shows, and a report that is one file without anything outside it.

Before it stands an `Impact`; after it markup, escaped throughout. The pictures are in ``templates/impact_charts.html``.
It decides nothing and formats no numbers of its own.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from credit_service.domain.clock import SHANGHAI
from credit_service.lookup.impact_scores import BANDS
from credit_service.lookup.impact_types import LISTS, SMALL, Impact
from credit_service.lookup.impact_words import SCOPE, say_persons, say_points, summarise

SHOWN = 20
"""Rows of a dimension that are shown for each list."""


def render_body(impact: Impact) -> Markup:
    """Return the comparison as a part of a page."""
    before, after = dict(impact.before.versions), dict(impact.after.versions)
    html = (
        _templates()
        .get_template("impact_body.html")
        .render(
            i=impact,
            summary=summarise(impact),
            scope=SCOPE,
            known=f"{impact.known_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            lists=LISTS,
            bands=BANDS,
            small=SMALL,
            shown=SHOWN,
            versions=[(name, before.get(name), after.get(name)) for name in sorted({*before, *after})],
        )
    )
    # The template escapes every value; marking it here lets a page put it in as it is.
    return Markup(html)  # noqa: S704


def render_report(impact: Impact, district: str) -> bytes:
    """Return the comparison as one self-contained page, UTF-8.

    Args:
        impact: The comparison.
        district: Whose rules they are.
    """
    css = (files("credit_service.lookup") / "templates" / "impact_report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    page = (
        _templates()
        .get_template("impact_report.html")
        .render(
            title=to_title(impact),
            district=district,
            body=render_body(impact),
            css=Markup(css),  # noqa: S704 - our own file.
            css_hash=f"sha256-{digest}",
        )
    )
    return page.encode()


def to_title(impact: Impact) -> str:
    """Return what a report is called."""
    return f"规则草案影响评估报告（{impact.as_of.year}年{impact.as_of.month}月{impact.as_of.day}日）"


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("credit_service.lookup"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(count=lambda number: f"{number:,}", points=say_points, persons=say_persons)
    return environment
