"""A vetting as PDF, laid out by ``vetting.typ``, which officials may restyle.

Before it stands a kept result, as plain values; after it the bytes. The nominees the template set are counted against
those it was given. It judges nothing and formats nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from credit_service.bulletins.fonts import FontSource
from credit_service.bulletins.render_impact import PrintOrder, render_order

PDF_TEMPLATE = "vetting.typ"


def render_vetting_pdf(
    content: Mapping[str, object], nominees: Sequence[str], templates_dir: Path, source: FontSource | None = None
) -> bytes:
    """Return the PDF of a vetting, dated by its day.

    Args:
        content: The vetting as plain values; ``as_of`` is its day.
        nominees: The key of every nominee told one by one, in order.
        templates_dir: The publication templates.
        source: Where fonts are looked for.

    Raises:
        TemplateFault: No Chinese font is found, the template is missing or faulty, or it left out a nominee.
    """
    order = PrintOrder(PDF_TEMPLATE, "vetting", "nominee", "个对象")
    return render_order(order, content, nominees, templates_dir, source)
