"""Templates become pages: one Jinja environment with the filters every page uses.

Before it lies what a look-up answered, after it HTML. It knows no route and asks no store. Everything is escaped; an
unknown name in a template is an error, not an empty string.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from credit_service.domain.clock import SHANGHAI
from credit_service.domain.score import POINT
from credit_service.lookup.audit_words import ACTION_NAMES

LIST_NAMES = {"red": "红榜", "black": "黑榜", "watch": "重点关注"}
END_NAMES = {
    "expire": "期满",
    "repair": "信用修复",
    "revoke": "撤销",
    "source_end": "认定机关移出",
    "expired": "期满",
    "repaired": "信用修复",
    "revoked": "撤销",
}
SMALL = 5
"""Counts of subjects below this are not shown to the public, so that nobody is singled out."""


def render_template(
    request: Request,
    name: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Render a page; ``path`` and ``query`` of the request are always at hand in templates."""
    page = templates().get_template(name)
    html = page.render(path=request.url.path, query=dict(request.query_params), **context)
    return HTMLResponse(html, status_code=status, headers=dict(headers or {}))


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the one environment of all pages."""
    environment = Environment(
        loader=PackageLoader("credit_service.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        day=to_day,
        moment=to_moment,
        points=to_points,
        percent=to_percent,
        size=to_size,
        count=to_count,
        coarse=to_coarse_count,
    )
    environment.globals.update(list_names=LIST_NAMES, end_names=END_NAMES, action_names=ACTION_NAMES)
    return environment


def to_day(value: date | datetime | str | None) -> str:
    """Return a date as officials write it: 2026年9月30日; an open end is 长期."""
    if value is None or value == "":
        return "长期"
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date()
    return f"{value.year}年{value.month}月{value.day}日"


def to_moment(value: datetime | str | None) -> str:
    """Return an instant in Shanghai time, to the minute."""
    if value is None or value == "":
        return "—"
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    local = value.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%d %H:%M}"


def to_points(value: int) -> str:
    """Return points of 10⁻⁴ as a decimal number without trailing zeros.

    **Units**: 10,000 in, 1 out.
    """
    whole, rest = divmod(abs(value), POINT)
    fraction = f"{rest:04d}".rstrip("0")
    sign = "−" if value < 0 else ""
    return f"{sign}{whole:,}" + (f".{fraction}" if fraction else "")


def to_percent(value: int) -> str:
    """Return a weight in millionths as a percentage."""
    whole, rest = divmod(value, 10_000)
    fraction = f"{rest:04d}".rstrip("0")
    return f"{whole}" + (f".{fraction}" if fraction else "") + "%"


def to_size(value: int) -> str:
    """Return a number of bytes in KB or MB."""
    if value < 1024:
        return f"{value} B"
    if value < 1024 * 1024:
        return f"{value / 1024:.0f} KB"
    return f"{value / 1024 / 1024:.1f} MB"


def to_count(value: int) -> str:
    """Return a whole number with thousands separators."""
    return f"{value:,}"


def to_coarse_count(value: int) -> str:
    """Return a count of subjects for the public; small ones only as «少于5»."""
    return f"少于{SMALL}" if 0 < value < SMALL else f"{value:,}"
