"""Beside the story: the blank workbook of a template, with an example row, for a clerk to fill in."""

from __future__ import annotations

import csv
from pathlib import Path

from credit_service.domain.agency import Agency
from credit_service.domain.template import Template
from credit_service.errors import UnknownTemplate, UnreadableFile
from credit_service.intake.sample_example import make_example
from credit_service.intake.sample_words import load_words
from credit_service.intake.template_workbook import render_template_workbook
from credit_service.intake.templates import find_template, list_editions
from credit_service.pipeline.office import Office

ENDING = ".xlsx"


def get_template(office: Office, name: str) -> Template:
    """Return a template, or an edition of one (``penalty_org.department_2019``).

    Raises:
        UnknownTemplate: No template has this name.
    """
    template = find_template((*office.templates(), *office.nominee_templates()), name)
    if template is None:
        message = f"没有编号为“{name}”的数据模板。"
        known = "、".join(known.name for known in list_editions(office.templates()))
        raise UnknownTemplate(message, remedy=f"可用的模板：{known}。")
    return template


def make_template_workbook(office: Office, name: str, agency: Agency | None = None) -> bytes:
    """Return the workbook of a template; the example row names the agency that will send it.

    Raises:
        UnknownTemplate: No template has this name.
    """
    template = get_template(office, name)
    example = _find_nominee(office, template)
    if example is None:
        example = make_example(template, load_words(office.places.reference), office.today(), agency)
    return render_template_workbook(template, example)


def _find_nominee(office: Office, template: Template) -> dict[str, str | None] | None:
    """Return the example beside a template of nominees; None for any other, whose example the generator makes."""
    path = office.places.nominee_templates / f"{template.name}.csv"
    if template not in office.nominee_templates() or not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as lines:
        return dict(next(csv.DictReader(lines)))


def write_template_file(office: Office, name: str, target: Path, agency_code: str | None = None) -> dict[str, object]:
    """Write the workbook of a template; return the documented JSON object of ``credit templates --download``.

    Raises:
        UnknownTemplate: No template has this name.
        UnknownAgency: No agency has this code.
        UnreadableFile: The file's name does not end in .xlsx.
    """
    if target.suffix.lower() != ENDING:
        message = f"模板只能写成{ENDING}文件，现为“{target.name}”。"
        raise UnreadableFile(message, remedy=f"请把文件名改成“{target.stem}{ENDING}”。")
    agency = None
    if agency_code is not None:
        with office.ledger.unit_of_work() as uow:
            agency = uow.agencies.get(agency_code)
    template = get_template(office, name)
    target.write_bytes(make_template_workbook(office, name, agency))
    return {
        "file": str(target),
        "template": template.name,
        "title": template.title,
        "columns": len(template.columns),
    }
