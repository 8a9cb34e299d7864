"""The line in a report's list of findings that says which batch it reports on.

Before this module a department has downloaded its own rows with the faults marked (`report`); after it the mended
workbook, sent back, is known as the corrected copy of that batch. Nothing else of the list is ever read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from credit_service.intake.parsed import Preview

LIST_SHEET: Final = "问题清单"
_STAMP: Final = re.compile(r"检查报告，批次(B[0-9A-F]{16})")


def make_stamp(batch_id: str) -> str:
    """Return the line for a batch's report."""
    return f"检查报告，批次{batch_id}。改好后把整个文件重新报送即可，本页不会被读取。"


def find_reported_batch(previews: Sequence[Preview]) -> str | None:
    """Return the batch a workbook is the report of, or None."""
    cells = (cell for preview in previews if preview.sheet == LIST_SHEET for row in preview.rows for cell in row.cells)
    return next((found[1] for cell in cells if (found := _STAMP.search(cell))), None)
