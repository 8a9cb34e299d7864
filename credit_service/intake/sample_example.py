"""One example row of a template, for the workbook a clerk fills in: invented, complete, and accepted by intake.

Before this module comes the sample generator; after it `template_workbook`. The row is about nobody: its names say
测试, its codes lie in divisions that do not exist.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from credit_service.domain.agency import Agency
from credit_service.domain.template import Template
from credit_service.intake.generate_sample import SampleOrder, generate_rows

if TYPE_CHECKING:
    from credit_service.intake.sample_words import SampleWords

ROWS: Final = 60
"""So many rows are made, and the fullest of them is shown."""
SEED: Final = 2026


def make_example(
    template: Template, words: SampleWords, today: date, agency: Agency | None = None
) -> dict[str, str | None]:
    """Return one row by header.

    Args:
        template: The template or edition.
        words: The generator's word lists.
        today: The day on which it must be acceptable.
        agency: Who will send the workbook; stands in for the invented authority, whose acts it may not report.
    """
    (block,) = generate_rows(SampleOrder(template, ROWS, SEED, fault_ratio=0.0, today=today), words)
    rows = list(block.frame.iter_rows(named=True))
    row = max(rows, key=lambda cells: sum(bool(cell) for cell in cells.values()))
    if agency is None:
        return row
    invented = {other.agency_code: agency.agency_code for other in words.agencies}
    invented |= {other.name: agency.name for other in words.agencies}
    return {header: invented.get(cell or "", cell) for header, cell in row.items()}
