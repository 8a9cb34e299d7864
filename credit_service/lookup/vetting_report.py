"""The workbook of a vetting with the names an installation puts on it: its district and the department that asked."""

from __future__ import annotations

from pathlib import Path

from credit_service.domain.district import District
from credit_service.lookup.batches import list_agency_names
from credit_service.lookup.quality_workbook import Imprint
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.lookup.vetting_workbook import write_vetting_workbook
from credit_service.lookup.vettings import KeptVetting


def write_report(room: ReadingRoom, kept: KeptVetting, district: District, target: Path) -> None:
    """Write a vetting as XLSX; the same result gives the same sheets."""
    imprint = Imprint(district.name, district.issuer, kept.receipt.known_at)
    write_vetting_workbook(target, kept, imprint, name_agency(room, kept))


def name_agency(room: ReadingRoom, kept: KeptVetting) -> str:
    """Return the short name of the department that asked."""
    code = kept.receipt.agency_code
    return list_agency_names(room).get(code, code)
