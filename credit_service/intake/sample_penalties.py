"""Generated rows of the 双公示 templates: penalties and licences, of organisations and of persons.

Before this module come shared cells and topics; after it `sample_columns`. The parts of a row agree with each other as
they must in a real one: a fine has an amount, a revocation names the licence, the end lies after the decision.

Source: domain notes 4.1 and 4.2 (发改办财金〔2018〕424号) for the columns; the headers are those of data/reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from credit_service.domain.identifier import DUMMY_USCC
from credit_service.intake.sample_cells import (
    BUSINESS_SHARE_MILLIONTHS,
    END_OF_TIME,
    Authorities,
    BlockContext,
    Cells,
    Organisations,
    Persons,
    as_wan,
    authorities,
    days_ago,
    document_numbers,
    only_where,
    organisations,
    persons,
    yuan_between,
)

if TYPE_CHECKING:
    from credit_service.intake.sample_words import SampleTopic

KIND_WORDS = {
    "warning": "警告",
    "fine": "罚款",
    "confiscation": "没收违法所得",
    "revocation": "吊销许可证",
    "closure": "责令停产停业",
    "restriction": "限制从业",
}
UNCODED_SHARE_MILLIONTHS = 30_000
"""This share of individual businesses has no code and is reported with the official dummy."""


def penalties_of_organisations(context: BlockContext) -> Cells:
    """Return rows of penalty_org."""
    who = organisations(context, BUSINESS_SHARE_MILLIONTHS)
    return _organisation_cells(context, who) | _penalty_cells(context, who.names)


def penalties_of_persons(context: BlockContext) -> Cells:
    """Return rows of penalty_person."""
    who = persons(context)
    return _person_cells(context, who) | _penalty_cells(context, who.names)


def licences_of_organisations(context: BlockContext) -> Cells:
    """Return rows of licence_org."""
    who = organisations(context, BUSINESS_SHARE_MILLIONTHS)
    return _organisation_cells(context, who) | _licence_cells(context, who.names)


def licences_of_persons(context: BlockContext) -> Cells:
    """Return rows of licence_person."""
    who = persons(context)
    return _person_cells(context, who) | _licence_cells(context, who.names)


def _organisation_cells(context: BlockContext, who: Organisations) -> Cells:
    is_uncoded = who.is_business & context.draws.chance(UNCODED_SHARE_MILLIONTHS) & who.registrations.is_not_null()
    if not context.has_dummies:
        is_uncoded = is_uncoded & ~is_uncoded
    kinds = context.same("个体工商户").zip_with(who.is_business, context.same("法人及非法人组织"))
    return {
        "行政相对人名称": who.names,
        "行政相对人类别": kinds,
        "行政相对人代码_1(统一社会信用代码)": context.same(DUMMY_USCC).zip_with(is_uncoded, who.codes),
        "行政相对人代码_2(工商注册号)": who.registrations,
        "行政相对人代码_3(组织机构代码)": who.organisation_codes,
        "法定代表人": who.principals,
    }


def _person_cells(context: BlockContext, who: Persons) -> Cells:
    return {
        "行政相对人名称": who.names,
        "行政相对人类别": context.same("自然人"),
        "证件类型": context.same("身份证"),
        "证件号码": who.numbers,
    }


@dataclass(frozen=True)
class _Topics:
    """The drawn topic of each row, one column per fact about it."""

    names: pl.Series
    facts: pl.Series
    statutes: pl.Series
    kinds: pl.Series
    low: pl.Series
    high: pl.Series
    authorities: Authorities


def _draw_topics(context: BlockContext) -> _Topics:
    topics = context.words.topics
    drawn = context.draws.below(len(topics))

    def column(values: list[str]) -> pl.Series:
        return pl.Series(values).gather(drawn)

    return _Topics(
        names=column([topic.topic for topic in topics]),
        facts=column([topic.fact for topic in topics]),
        statutes=column([topic.statute for topic in topics]),
        kinds=column([_kind_words(topic) for topic in topics]),
        low=pl.Series([topic.fine_low_yuan for topic in topics]).gather(drawn),
        high=pl.Series([topic.fine_high_yuan for topic in topics]).gather(drawn),
        authorities=authorities(context, [topic.authority for topic in topics], drawn),
    )


def _kind_words(topic: SampleTopic) -> str:
    return ";".join(KIND_WORDS[kind] for kind in topic.kinds)


def _penalty_cells(context: BlockContext, names: pl.Series) -> Cells:
    topics = _draw_topics(context)
    ago = days_ago(context)
    decided = context.dates(ago)
    is_fined = topics.kinds.str.contains("罚款", literal=True)
    is_confiscated = topics.kinds.str.contains("没收", literal=True)
    is_revoked = topics.kinds.str.contains("吊销", literal=True)
    fine = as_wan(yuan_between(context, topics.low, topics.high))
    taken = as_wan(yuan_between(context, context.same("").str.len_chars() + 1_000, topics.high // 4 + 1_000))
    is_open = context.draws.chance(700_000)
    short_names = topics.authorities.short_names
    blank = context.same("")
    outcome = (
        "给予"
        + topics.kinds.str.replace_all(";", "、", literal=True)
        + "的行政处罚"
        + blank.zip_with(~is_fined, "；罚款" + fine + "万元")
        + blank.zip_with(~is_confiscated, "；没收违法所得" + taken + "万元")
    )
    return {
        "行政处罚决定书文号": document_numbers(context, short_names, "罚", decided),
        "违法行为类型": topics.names,
        "违法事实": "经查，" + names + "于" + decided.str.slice(0, 4) + "年" + topics.facts + "（测试数据）。",
        "处罚依据": "《" + topics.statutes + "》有关条款（测试数据）",
        "处罚类别": topics.kinds,
        "处罚内容": outcome,
        "罚款金额(万元)": only_where(is_fined, fine),
        "没收违法所得、没收非法财物的金额(万元)": only_where(is_confiscated, taken),
        "暂扣或吊销证照名称及编号": only_where(is_revoked, "测试许可证，编号CS" + context.numbers),
        "处罚决定日期": decided,
        "处罚有效期": context.same(END_OF_TIME).zip_with(is_open, context.dates(ago, after=365)),
        "公示截止期": only_where(context.draws.chance(600_000), context.dates(ago, after=365)),
        "处罚机关": topics.authorities.names,
        "处罚机关统一社会信用代码": topics.authorities.codes,
        "数据来源单位": topics.authorities.names,
        "数据来源单位统一社会信用代码": topics.authorities.codes,
        "备注": only_where(context.draws.chance(50_000), context.same("测试数据")),
    }


LICENSING = ("市场监管局", "卫健委", "交通运输局", "生态环境局", "公安局", "人社局", "教育局", "农业农村局")


def _licence_cells(context: BlockContext, names: pl.Series) -> Cells:
    ago = days_ago(context)
    decided = context.dates(ago)
    who = authorities(context, LICENSING, context.draws.below(len(LICENSING)))
    licences = context.pick("licence")
    is_open = context.draws.chance(200_000)
    return {
        "行政许可决定文书名称": "准予" + licences + "行政许可决定书",
        "行政许可决定文书号": document_numbers(context, who.short_names, "许", decided),
        "许可类别": context.draws.pick(pl.Series(["普通", "特许", "认可", "核准", "登记", "其他"])),
        "许可证书名称": licences,
        "许可编号": "CSXK" + context.numbers,
        "许可内容": "准予" + names + "取得" + licences + "（测试数据）",
        "许可决定日期": decided,
        "有效期自": decided,
        "有效期至": context.same(END_OF_TIME).zip_with(is_open, context.dates(ago, after=5 * 365)),
        "许可机关": who.names,
        "许可机关统一社会信用代码": who.codes,
        "当前状态": context.same("无效").zip_with(context.draws.chance(30_000), context.same("有效")),
        "数据来源单位": who.names,
        "数据来源单位统一社会信用代码": who.codes,
    }
