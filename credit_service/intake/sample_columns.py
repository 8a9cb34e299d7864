"""Rows of a template, block by block: which maker fills which template, and the frame with the template's headers.

Before this module come `sample_penalties`, `sample_lists`, `sample_registers` and `sample_editions`; after it
`sample_faults` and `generate_sample`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from credit_service.intake import sample_lists, sample_penalties, sample_registers
from credit_service.intake.sample_cells import BlockContext, Cells
from credit_service.intake.sample_editions import EXTRAS

if TYPE_CHECKING:
    from credit_service.domain.template import Template

MAKERS: dict[str, Callable[[BlockContext], Cells]] = {
    "penalty_org": sample_penalties.penalties_of_organisations,
    "penalty_person": sample_penalties.penalties_of_persons,
    "licence_org": sample_penalties.licences_of_organisations,
    "licence_person": sample_penalties.licences_of_persons,
    "black_org": sample_lists.serious_lists,
    "red_org": sample_lists.honours_of_organisations,
    "judgment_default": sample_lists.judgment_defaults,
    "wage_arrears": sample_lists.wage_arrears,
    "tax_a": sample_lists.tax_grade_a,
    "star_person": sample_lists.honours_of_persons,
    "abnormal": sample_lists.abnormal_operations,
    "black_person": sample_registers.serious_lists_of_persons,
    "black_province": sample_registers.serious_lists_of_a_province,
    "list_yichang": sample_registers.lists_of_yichang,
    "tax_serious": sample_registers.serious_tax_cases,
    "procurement": sample_registers.procurement_cases,
    "overload": sample_registers.overloads,
    "sector_grade": sample_registers.sector_grades,
    "commitment": sample_registers.commitments,
}


def make_frame(template: Template, context: BlockContext) -> pl.DataFrame:
    """Return one block of faultless rows of a template or of one of its editions.

    **Shape** one String column per header of the template, in its order; blank cells are null.

    Raises:
        ValueError: The generator does not know this template, or fills a column that the template does not have.
    """
    maker, extras = MAKERS.get(template.template_id), EXTRAS.get(template.name)
    if maker is None or (template.edition and extras is None):
        message = f"样例生成器不认识模板“{template.name}”，可用：{'、'.join(sorted([*MAKERS, *EXTRAS]))}。"
        raise ValueError(message)
    if extras is None:
        cells = maker(context)
    else:
        own = maker(replace(context, has_dummies=False))
        cells = {c.header: own[c.same_as] for c in template.columns if c.same_as in own} | extras(context, own)
    headers = [column.header for column in template.columns]
    strangers = sorted(cells.keys() - set(headers))
    if strangers:
        message = f"模板“{template.name}”没有栏目：{'、'.join(strangers)}。样例生成器与模板须一致。"
        raise ValueError(message)
    blank = context.same(None)
    return pl.DataFrame({header: cells.get(header, blank) for header in headers})
