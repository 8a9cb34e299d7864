"""The checks that compare a row with norms kept as data: forms of document numbers, sums, permissions, old numbers.

Before this module a template with its norms (`template_norms` has put them on the columns) and the sender; after it
`rules` joins these to the other checks. What the norms are, and from where, stands in ``data/reference``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from credit_service.domain.agency import Agency
from credit_service.domain.batch import FindingSeverity
from credit_service.domain.template import CellType, Column, Template
from credit_service.intake.codes import BOTH, OLD_NUMBER, PERSON
from credit_service.intake.rule import CODE_KIND, Rule, by_field, holds, labels, raw

WARNING: Final = FindingSeverity.WARNING
YEAR_IN_NUMBER: Final = r"[〔（(\[【〖]\s*((?:19|20)\d{2})"
FEN_OF: Final = {CellType.MONEY_WAN: 1_000_000, CellType.MONEY_YUAN: 100}
ANY_AUTHORITY: Final = "*"


def build_norm_rules(template: Template, agency: Agency) -> Iterator[Rule]:
    """Yield the rules of a template for one sender."""
    for column in template.columns:
        if column.type.is_money:
            yield from _amount_rules(template, column)
        if column.field == "document_no" and column.forms:
            yield from _number_rules(template, column)
        if column.field == "authority_code":
            yield from _permission_rules(column, agency)
        if column.type in {CellType.PERSON_ID, CellType.SUBJECT_CODE}:
            yield _old_number_rule(template, column)
        yield from _remark_rules(column)
    if template.is_undated:
        yield _undated_rule(template)


def _amount_rules(template: Template, column: Column) -> Iterator[Rule]:
    cell, unit = pl.col(column.header), FEN_OF[column.type]
    if column.positive_when is not None:
        when = column.positive_when
        reason = f"“{when.column}”含“{labels(template, when)}”，金额却是0"
        remedy = f"请按决定书填写金额；没有这项处罚的，请改正“{when.column}”。"
        yield Rule("amount-zero", column.header, (cell == 0) & holds(template, when), reason, remedy)
    if column.maximum is not None:
        reason = f"金额超过本模板的上限{column.maximum}（{_unit(column)}）"
        remedy = f"请核对单位是否为{_unit(column)}、是否多录了0；确有这么大的，请改用标准模板报送。"
        yield Rule("amount-range", column.header, cell > column.maximum * unit, reason, remedy)
    if column.doubtful_above_fen is not None:
        limit = column.doubtful_above_fen
        reason_large = pl.format(
            f"金额折合{{}}元，超过{limit // 100:,}元，是否把“元”填成了“{_unit(column)}”？", cell // 100
        )
        remedy = "请按决定书核对金额和单位；确实有这么大的可不改，本行已收。"
        yield Rule("amount-doubt", column.header, cell > limit, reason_large, remedy, WARNING)


def _unit(column: Column) -> str:
    return "万元" if column.type is CellType.MONEY_WAN else "元"


def _number_rules(template: Template, column: Column) -> Iterator[Rule]:
    written = pl.col(raw(column.header))
    anything = "|".join(f"(?:{form})" for form in column.forms)
    reason = (
        "不像文书号：应有发文机关代字、年份和顺序号，例如“测市监罚〔2026〕12号”；法院案号例如“（2026）测0101执12号”"
    )
    remedy = "请按文书原文填写完整的文书号；原文就是这样的可不改，本行已收。"
    yield Rule("document-number-form", column.header, ~written.str.contains(anything), reason, remedy, WARNING)
    decided = by_field(template, "decided_on")
    if decided is None:
        return
    year = written.str.extract(YEAR_IN_NUMBER, 1).cast(pl.Int32, strict=False)
    reason_year = pl.format(f"文书号的年份晚于“{decided.header}”{{}}", pl.col(decided.header))
    remedy = f"请按文书核对文号和“{decided.header}”；确认无误的可不改，本行已收。"
    later = year > pl.col(decided.header).dt.year()
    yield Rule("document-number-year", column.header, later, reason_year, remedy, WARNING)


def _permission_rules(column: Column, agency: Agency) -> Iterator[Rule]:
    """Where a row names only an authority's name, nothing is checked: names are spelled in too many ways."""
    if ANY_AUTHORITY in agency.authorities:
        return
    cell = pl.col(column.header)
    foreign = cell.is_not_null() & ~cell.is_in([agency.agency_code, *agency.authorities])
    reason = f"是别的机关的代码，“{agency.short_name}”只能报送本单位和经授权的机关作出的决定"
    remedy = "请核对代码；确需代报的，请系统管理员在单位资料中增加可代报的机关。"
    yield Rule("authority-not-permitted", column.header, foreign, reason, remedy)


def _old_number_rule(template: Template, column: Column) -> Rule:
    is_old = pl.col(column.header).str.len_bytes() == OLD_NUMBER
    kind = by_field(template, "person_id_type")
    if column.type is CellType.SUBJECT_CODE:
        can_be, told = pl.col(CODE_KIND + column.header), by_field(template, "subject_kind")
        of_person = (pl.col(told.header) == PERSON).fill_null(value=False) if told is not None else pl.lit(value=False)
        is_old &= (can_be == PERSON) | ((can_be == BOTH) & of_person)
    elif kind is not None and column.field == "person_id":
        is_old &= pl.col(kind.header).is_null() | (pl.col(kind.header) == "id_card")
    reason = "是15位旧身份证号，已换算成18位与其他信息对应；旧号码没有校验码，录错了看不出来"
    return Rule("person-id-old", column.header, is_old, reason, "请尽量改填18位公民身份号码；本行已收。", WARNING)


def _remark_rules(column: Column) -> Iterator[Rule]:
    for slug, text in column.remarks:
        cell = pl.col(column.header)
        holds_slug = cell.list.contains(slug) if column.type is CellType.ENUM_SET else cell == slug
        yield Rule("value-remark", column.header, holds_slug, text, "请确认这一格没有填错；本行已收。", WARNING)


def _undated_rule(template: Template) -> Rule:
    decided = by_field(template, "decided_on")
    header = decided.header if decided is not None else ""
    blank = pl.col(raw(header)).is_null() if decided is not None else pl.lit(value=True)
    reason = "没有作出决定的日期，以收到文件的日期记载，期限会比实际的晚"
    return Rule("decision-day-unknown", header, blank, reason, "请补填作出决定的日期后重新报送。", WARNING)
