"""The checks of a row as a table: each a rule id, a column, when it is broken, how bad that is, why, and what to do.

Before this module a template (data); after it `check_rows` evaluates the table for whole chunks at once. A rule here
compares cells that are already typed; how one cell is typed is `cells`' business. Rule ids are stable: reports, tests
and statistics are keyed by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from credit_service.domain.batch import FindingSeverity
from credit_service.domain.identifier import DUMMY_USCC
from credit_service.domain.record import RecordKind
from credit_service.domain.subject import SubjectKind
from credit_service.domain.template import CellType, Column, Template
from credit_service.intake.codes import BOTH, PERSON
from credit_service.intake.norm_rules import build_norm_rules
from credit_service.intake.recognise import ForbiddenTopic
from credit_service.intake.rule import CODE_KIND, CheckContext, Rule, by_field, holds, labels, raw

__all__ = ["CODE_KIND", "CheckContext", "Rule", "build_rules", "holds", "raw"]

ALL_ZERO: Final = "0" * 18
SUSPICIOUS: Final = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufdd0-\ufdef\ufeff"
    r"\ufffd-\uffff\x{e0000}-\x{e007f}]"
)
"""Control characters, and characters that nobody sees or that turn the writing round; joiners of emoji are spared."""
INDIVIDUAL: Final = SubjectKind.INDIVIDUAL_BUSINESS.value
ORGANISATION: Final = SubjectKind.ORGANISATION.value
ADVERSE_KINDS: Final = frozenset(
    {
        RecordKind.PENALTY,
        RecordKind.SERIOUS_LIST,
        RecordKind.JUDGMENT_DEFAULT,
        RecordKind.WAGE_ARREARS,
        RecordKind.TAX_SERIOUS,
        RecordKind.ABNORMAL_OPERATION,
        RecordKind.BROKEN_COMMITMENT,
    }
)


def build_rules(template: Template, context: CheckContext) -> tuple[Rule, ...]:
    """Return every rule of a template; the frame must have all columns of the template, absent ones as nulls."""
    return (
        *_presence_rules(template),
        *_text_rules(template),
        *_date_rules(template, context.today),
        *_code_rules(template),
        *_catalogue_rules(template, context.forbidden),
        *build_norm_rules(template, context.agency),
    )


def _presence_rules(template: Template) -> Iterator[Rule]:
    for column in template.columns:
        is_blank = pl.col(raw(column.header)).is_null()
        if column.required:
            yield Rule("required", column.header, is_blank, "必填，但是空的", "请补填后再报送。")
        if column.required_when is not None:
            when = column.required_when
            reason = f"“{when.column}”为“{labels(template, when)}”时必填，但是空的"
            yield Rule("required-when", column.header, is_blank & holds(template, when), reason, "请补填后再报送。")
        if column.forbidden_when is not None:
            when = column.forbidden_when
            reason = f"“{when.column}”为“{labels(template, when)}”时应当留空"
            remedy = f"请清空这一格，或核对“{when.column}”是否填错。"
            yield Rule("forbidden-when", column.header, ~is_blank & holds(template, when), reason, remedy)
    for group in template.any_of:
        all_blank = pl.all_horizontal(pl.col(raw(header)).is_null() for header in group)
        reason = f"{'、'.join(f'“{header}”' for header in group)}至少要填一项，但都是空的"
        yield Rule("any-of", group[0], all_blank, reason, "请补填其中一项后再报送。")


def _text_rules(template: Template) -> Iterator[Rule]:
    for column in template.columns:
        if column.type is not CellType.TEXT:
            continue
        written = pl.col(raw(column.header))
        remedy = "请删除这些看不见的字符（可先粘贴到记事本再复制回来）。"
        reason = "含有看不见的控制字符或方向标记，可能使显示的内容与实际不同"
        yield Rule("suspicious-character", column.header, written.str.contains(SUSPICIOUS), reason, remedy)
        if column.width is not None:
            length = written.str.len_chars()
            reason_width = pl.format("共{}个字，超过{}个字的限度", length, pl.lit(column.width))
            yield Rule("width", column.header, length > column.width, reason_width, "请精简后再报送，不要拆成两行。")


def _date_rules(template: Template, today: date) -> Iterator[Rule]:
    for header in template.not_future:
        cell = pl.col(header)
        reason = pl.format("日期{}晚于今天（{}），尚未发生", cell, pl.lit(str(today)))
        yield Rule("future-date", header, cell > today, reason, "请按文书核对日期。")
    for order in template.date_orders:
        earlier, later = pl.col(order.earlier), pl.col(order.later)
        reason = pl.format(f"日期{{}}早于“{order.earlier}”{{}}", later, earlier)
        remedy = f"请按文书核对“{order.earlier}”和“{order.later}”。"
        yield Rule("date-order", order.later, later < earlier, reason, remedy)


def _code_rules(template: Template) -> Iterator[Rule]:
    kind = by_field(template, "subject_kind")
    uscc = by_field(template, "uscc_code")
    for column in template.columns:
        if column.type is CellType.USCC:
            yield _dummy_rule(template, column)
        if column.type is CellType.SUBJECT_CODE:
            yield from _subject_code_rules(column, kind)
    if kind is not None and uscc is not None:
        code, told = pl.col(uscc.header), pl.col(kind.header)
        differs = ((told == ORGANISATION) & code.str.starts_with("92")) | (
            (told == INDIVIDUAL) & ~code.str.starts_with("92") & (code != DUMMY_USCC)
        )
        reason = f"代码的前两位与“{kind.header}”不一致（92为个体工商户）"
        remedy = f"请核对代码和“{kind.header}”；确认无误的可不改，本行已收。"
        yield Rule("code-vs-kind", uscc.header, differs, reason, remedy, FindingSeverity.WARNING)


def _dummy_rule(template: Template, column: Column) -> Rule:
    """17 zeros and X stand for no code, and only for an individual business that has a registration number."""
    written = pl.col(raw(column.header))
    kind = by_field(template, "subject_kind")
    number = by_field(template, "registration_code")
    allowed = pl.lit(value=False)
    if column.field == "uscc_code" and kind is not None and number is not None:
        allowed = (pl.col(kind.header) == INDIVIDUAL) & pl.col(raw(number.header)).is_not_null()
    stands = pl.col(column.header).is_in([DUMMY_USCC, ALL_ZERO])
    refused = stands & ~((written == DUMMY_USCC) & allowed).fill_null(value=False)
    reason = "17个0加X只能用于没有统一社会信用代码、并填有正确工商注册号的个体工商户"
    return Rule("dummy-code", column.header, refused, reason, "请填真实的统一社会信用代码，或补填工商注册号。")


def _subject_code_rules(column: Column, kind: Column | None) -> Iterator[Rule]:
    can_be = pl.col(CODE_KIND + column.header)
    if kind is None:
        return
    told = pl.col(kind.header)
    reason = "这个代码既可能是统一社会信用代码，又可能是身份证号"
    unclear = (can_be == BOTH) & told.is_null()
    yield Rule("ambiguous-code", column.header, unclear, reason, f"请填写“{kind.header}”一栏加以说明。")
    differs = (can_be != BOTH) & told.is_not_null() & ((told == PERSON) != (can_be == PERSON))
    reason = f"代码的种类与“{kind.header}”不一致（一个是自然人，一个是组织）"
    yield Rule("code-kind-conflict", column.header, differs, reason, f"请核对代码和“{kind.header}”。")


@dataclass(frozen=True)
class _Matter:
    """What must not be reported, and in which rows."""

    forbidden: tuple[ForbiddenTopic, ...]
    is_adverse: pl.Expr


def _catalogue_rules(template: Template, forbidden: tuple[ForbiddenTopic, ...]) -> Iterator[Rule]:
    """Look for matters outside the catalogue in what is reported as dishonest; an honour may well name them."""
    is_adverse = _adverse_rows(template)
    if not forbidden or is_adverse is None:
        return
    topic = next((c for c in template.columns if c.field == "topic" and c.type is CellType.TEXT), None)
    fact = by_field(template, "fact")
    matter = _Matter(forbidden, is_adverse)
    remedy = "这类事项未经法律、法规规定不得作为失信信息归集，请删除这一行。"
    if topic is not None:
        yield _forbidden_rule("outside-catalogue", topic, "属于目录外信息", matter, remedy)
    if fact is None:
        return
    if topic is None and template.record_kind == RecordKind.SERIOUS_LIST:
        yield _forbidden_rule("outside-catalogue", fact, "属于目录外信息", matter, remedy)
        return
    # A statement of facts may lawfully mention such a matter (a complaint led to the inspection); the row is marked.
    check = "请确认失信事实本身不是这类事项；确属这类事项的，请撤回这一行。"
    yield replace(
        _forbidden_rule("catalogue-doubt", fact, "提到了可能属于目录外的事项", matter, check),
        severity=FindingSeverity.WARNING,
    )


def _adverse_rows(template: Template) -> pl.Expr | None:
    """Return which rows report dishonesty; None where the template reports none."""
    is_adverse = template.record_kind in ADVERSE_KINDS
    others = [when for when in template.kind_when if (when.record_kind in ADVERSE_KINDS) is not is_adverse]
    if not others:
        return pl.lit(value=True) if is_adverse else None
    differs = pl.any_horizontal(pl.col(when.column) == when.value for when in others).fill_null(value=False)
    return ~differs if is_adverse else differs


def _forbidden_rule(rule: str, column: Column, lead: str, matter: _Matter, remedy: str) -> Rule:
    """Search for all patterns at once; which one it was is asked only of the rows that are hit."""
    written = pl.col(raw(column.header))
    anything = "|".join(f"(?:{pattern})" for pattern, _, _ in matter.forbidden)
    reasons = [
        pl.when(written.str.contains(pattern)).then(pl.lit(f"{lead}：{reason}（{source}）"))
        for pattern, reason, source in matter.forbidden
    ]
    return Rule(rule, column.header, written.str.contains(anything) & matter.is_adverse, pl.coalesce(reasons), remedy)
