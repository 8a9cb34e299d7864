"""Agencies: the departments of the district, from the reference table, and those added later."""

from __future__ import annotations

import csv
from pathlib import Path

from credit_service.domain.agency import Actor, Agency
from credit_service.domain.identifier import is_valid_uscc
from credit_service.errors import FormIncomplete, LedgerConflict, UnknownAgency, UnknownTemplate
from credit_service.pipeline.account_acts import check_in_charge
from credit_service.pipeline.accounts import INSTALLER
from credit_service.pipeline.office import Office

ANY_AUTHORITY = "*"


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


def add_agency(office: Office, agency: Agency, actor: Actor = INSTALLER) -> None:
    """Register one more department.

    Raises:
        UnknownAgency: The code is no valid unified social credit code.
        FormIncomplete: A name is missing, or region or authorities are not codes.
        UnknownTemplate: A template does not exist.
        LedgerConflict: The department is registered.
        ScopeDenied: The actor is no administrator.
    """
    check_in_charge(actor)
    _check(office, agency)
    with office.ledger.unit_of_work() as uow:
        if uow.agencies.find(agency.agency_code) is not None:
            message = f"单位“{agency.agency_code}”已经登记。"
            raise LedgerConflict(message, remedy="请在单位列表中打开它，修改名称或可报送的数据。")
        uow.agencies.add(agency)
        uow.audit.append(actor.actor_id, "agency.added", agency.agency_code, office.now(), dict(agency.permit))
        uow.commit()


def change_agency(office: Office, agency: Agency, actor: Actor = INSTALLER) -> None:
    """Change what a department is called and may submit from now on; earlier batches keep the permit they came under.

    Raises:
        UnknownAgency: It is not registered.
        FormIncomplete: A name is missing, or region or authorities are not codes.
        UnknownTemplate: A template does not exist.
        ScopeDenied: The actor is no administrator.
    """
    check_in_charge(actor)
    _check(office, agency)
    with office.ledger.unit_of_work() as uow:
        before = uow.agencies.get(agency.agency_code)
        if before == agency:
            return
        uow.agencies.save(agency)
        detail = {"before": before.permit, "after": agency.permit, "renamed": before.name != agency.name}
        uow.audit.append(actor.actor_id, "agency.changed", agency.agency_code, office.now(), detail)
        uow.commit()


def _check(office: Office, agency: Agency) -> None:
    if not is_valid_uscc(agency.agency_code):
        message = f"单位代码“{agency.agency_code}”不是有效的统一社会信用代码。"
        raise UnknownAgency(message, remedy="请核对18位代码及校验码后重新登记。")
    if not agency.name.strip() or not agency.short_name.strip():
        message = "单位的名称和简称不能为空。"
        raise FormIncomplete(message, remedy="请填写全称和简称。")
    if not (len(agency.region_code) == 6 and agency.region_code.isdigit()):
        message = f"行政区划代码“{agency.region_code}”应为6位数字。"
        raise FormIncomplete(message, remedy="请核对行政区划代码。")
    unknown = sorted(set(agency.templates) - {template.template_id for template in office.templates()})
    if unknown:
        message = f"没有编号为“{'、'.join(unknown)}”的报送模板。"
        raise UnknownTemplate(message, remedy="请用 credit templates 或报送页面核对编号。")
    wrong = [code for code in agency.authorities if code != ANY_AUTHORITY and not is_valid_uscc(code)]
    if wrong:
        message = f"可代报机关的代码“{'、'.join(wrong)}”不是有效的统一社会信用代码。"
        raise FormIncomplete(message, remedy="请逐行填写18位代码；可代任何机关报送的填一个星号。")


def list_agencies(office: Office) -> list[Agency]:
    """Return every department, by code."""
    with office.ledger.unit_of_work() as uow:
        return uow.agencies.list_all()
