"""Agencies: the departments of the district, from the reference table, and those added later."""

from __future__ import annotations

import csv
from pathlib import Path

from credit_service.domain.agency import Agency
from credit_service.domain.identifier import is_valid_uscc
from credit_service.errors import UnknownAgency
from credit_service.pipeline.office import Office


def seed_agencies(office: Office) -> None:
    """Fill an empty ledger with the departments of ``data/reference/agencies.csv``.

    A ledger of an earlier schema gets only what that schema did not know: whose acts its departments may report.
    """
    agencies = _read_agencies(office.places.reference / "agencies.csv")
    with office.ledger.unit_of_work() as uow:
        if uow.agencies.list_all():
            filled = uow.agencies.fill_authorities({agency.agency_code: agency.authorities for agency in agencies})
            if not filled:
                return
        else:
            for agency in agencies:
                uow.agencies.add(agency)
        uow.commit()


def _read_agencies(path: Path) -> list[Agency]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Agency(
                agency_code=row["agency_code"],
                name=row["name"],
                short_name=row["short_name"],
                region_code=row["region_code"],
                templates=_split(row["templates"]),
                authorities=_split(row["authorities"]),
            )
            for row in csv.DictReader(lines)
        ]


def _split(joined: str) -> tuple[str, ...]:
    return tuple(part for part in joined.split(";") if part)


def add_agency(office: Office, agency: Agency) -> None:
    """Register one more department.

    Raises:
        UnknownAgency: The code is no valid unified social credit code.
    """
    if not is_valid_uscc(agency.agency_code):
        message = f"单位代码“{agency.agency_code}”不是有效的统一社会信用代码。"
        raise UnknownAgency(message, remedy="请核对18位代码及校验码后重新登记。")
    with office.ledger.unit_of_work() as uow:
        uow.agencies.add(agency)
        uow.audit.append("system", "agency.added", agency.agency_code, office.now(), {})
        uow.commit()


def list_agencies(office: Office) -> list[Agency]:
    """Return every department, by code."""
    with office.ledger.unit_of_work() as uow:
        return uow.agencies.list_all()
