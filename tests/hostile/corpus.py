"""The one list of all hostile files."""

from __future__ import annotations

from hostile import archive_cases, cell_cases, ending_cases, json_cases, text_cases, workbook_cases
from hostile.case import Case

MODULES = (text_cases, cell_cases, json_cases, workbook_cases, archive_cases, ending_cases)
CASES: tuple[Case, ...] = tuple(case for module in MODULES for case in module.cases())
