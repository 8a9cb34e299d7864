"""Generated rows of the list and honour templates: serious lists, judgment defaulters, arrears, honours, tax grade A.

Before this module come shared cells; after it `sample_columns`. Persons on honour rows consent or do not, as they do in
life; persons among judgment defaulters are adults. What any list means is decided elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from credit_service.intake.sample_cells import (
    Authorities,
    BlockContext,
    Cells,
    authorities,
    days_ago,
    document_numbers,
    only_where,
    organisations,
    persons,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

LISTING = ("市场监管局", "税务局", "卫健委", "民政局", "医保局", "财政局", "金融办")
HONOURING = ("文明办", "市场监管局", "人社局", "生态环境局", "民政局", "交通运输局", "教育局")
LEVELS = ("国家级", "省级", "省级", "市级", "市级", "市级", "区县级", "区县级", "区县级", "区县级")
CONSENT_MILLIONTHS = 800_000
PERSON_MILLIONTHS = 400_000


def serious_lists(context: BlockContext) -> Cells:
    """Return rows of black_org."""
    who, by, decided = organisations(context), _one_of(context, LISTING), context.dates(days_ago(context))
    matter = context.pick("serious")
    return {
        "统一社会信用代码": who.codes,
        "工商注册号": who.registrations,
        "组织机构代码": who.organisation_codes,
        "认定文号": document_numbers(context, by.short_names, "严", decided),
        "认定部门全称": by.names,
        "机构名称": who.names,
        "地址": "测试市示范区" + context.pick("street") + context.draws.below(300).cast(pl.String) + "号",
        "法定代表人或负责人": who.principals,
        "确认严重失信时间": decided,
        "主要失信事实": matter + "，情节严重，社会危害较大（测试数据）",
        "行政处理处罚或法院判决决定的主要内容": context.same(
            "依法给予较重行政处罚，并决定列入严重失信主体名单（测试数据）"
        ),
    }


def judgment_defaults(context: BlockContext) -> Cells:
    """Return rows of judgment_default: organisations and persons mixed."""
    firms, people, by = organisations(context), persons(context), _one_of(context, ("法院",))
    is_person = context.draws.chance(PERSON_MILLIONTHS)
    ago = days_ago(context).clip(upper_bound=1_000)
    filed, published = context.dates(ago, after=-90), context.dates(ago)
    year = filed.str.slice(0, 4)
    return {
        "姓名或名称": people.names.zip_with(is_person, firms.names),
        "被执行人类别": context.same("自然人").zip_with(is_person, context.same("法人及非法人组织")),
        "身份证号码/组织机构代码": people.numbers.zip_with(is_person, firms.codes),
        "法定代表人或负责人": only_where(~is_person, firms.principals),
        "执行法院": by.names,
        "省份": context.same("测试省"),
        "执行依据文号": "（" + year + "）测9901民初" + context.numbers + "号",
        "立案时间": filed,
        "案号": "（" + year + "）测9901执" + context.numbers + "号",
        "做出执行依据单位": by.names,
        "生效法律文书确定的义务": context.pick("duty") + "（测试数据）",
        "被执行人的履行情况": context.draws.pick(pl.Series(["全部未履行", "全部未履行", "部分未履行"])),
        "失信被执行人行为具体情形": context.pick("judgment"),
        "发布时间": published,
    }


def wage_arrears(context: BlockContext) -> Cells:
    """Return rows of wage_arrears."""
    who, by = organisations(context), _one_of(context, ("人社局",))
    ago = days_ago(context)
    decided = context.dates(ago)
    people = context.draws.below(120) + 3
    amount = people.cast(pl.Int64) * (context.draws.below(300).cast(pl.Int64) + 60) * 100
    return {
        "单位名称": who.names,
        "统一社会信用代码": who.codes,
        "法定代表人": who.principals,
        "拖欠金额(元)": amount.cast(pl.String) + ".00",
        "涉及人数": people.cast(pl.String),
        "主要事实": "拖欠" + people.cast(pl.String) + "名农民工工资，经责令限期支付，逾期未支付（测试数据）",
        "列入依据": context.same("《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》（人力资源社会保障部令第45号）"),
        "列入决定文号": document_numbers(context, by.short_names, "列", decided),
        "列入日期": decided,
        "列入决定机关": by.names,
        "列入决定机关统一社会信用代码": by.codes,
        "列入期限至": context.dates(ago, after=3 * 365),
    }


def abnormal_operations(context: BlockContext) -> Cells:
    """Return rows of abnormal, each firm once; some have been taken off the list again."""
    who, by = organisations(context, once_each=True), _one_of(context, ("市场监管局",))
    ago = days_ago(context) + 1
    decided = context.dates(ago)
    is_over = context.draws.chance(350_000) & (ago > 60)
    return {
        "企业名称": who.names,
        "统一社会信用代码": who.codes,
        "注册号": who.registrations,
        "法定代表人": who.principals,
        "列入经营异常名录原因": context.pick("abnormal"),
        "列入日期": decided,
        "列入决定文号": document_numbers(context, by.short_names, "异", decided),
        "作出决定机关(列入)": by.names,
        "移出日期": only_where(is_over, context.dates(ago, after=45)),
        "移出原因": only_where(is_over, context.same("已改正并申请移出（测试数据）")),
    }


def honours_of_organisations(context: BlockContext) -> Cells:
    """Return rows of red_org."""
    who, by, decided = organisations(context), _one_of(context, HONOURING), context.dates(days_ago(context))
    honour = context.pick("honour_org")
    return {
        "统一社会信用代码": who.codes,
        "工商注册号": who.registrations,
        "组织机构代码": who.organisation_codes,
        "荣誉名称": honour,
        "认定文号": document_numbers(context, by.short_names, "荣", decided),
        "荣誉等级": context.draws.pick(pl.Series(LEVELS)),
        "机构名称": who.names,
        "认定日期": decided,
        "认定部门全称": by.names,
        "荣誉内容": "授予" + who.names + "“" + honour + "”称号（测试数据）",
    }


def honours_of_persons(context: BlockContext) -> Cells:
    """Return rows of star_person, each person once: four in five consent to publication."""
    who, by, decided = persons(context, once_each=True), _one_of(context, ("文明办",)), context.dates(days_ago(context))
    honour = context.pick("honour_person")
    has_consented = context.draws.chance(CONSENT_MILLIONTHS)
    return {
        "身份证号": who.numbers,
        "姓名": who.names,
        "荣誉名称": honour,
        "认定文号": document_numbers(context, by.short_names, "荣", decided),
        "荣誉等级": context.draws.pick(pl.Series(LEVELS)),
        "认定日期": decided,
        "认定部门全称": by.names,
        "荣誉内容": "授予“" + honour + "”称号（测试数据）",
        "本人同意公示(是/否)": context.same("是").zip_with(has_consented, context.same("否")),
        "同意书编号": only_where(has_consented, "TY" + decided.str.slice(0, 4) + "-" + context.numbers),
    }


def tax_grade_a(context: BlockContext) -> Cells:
    """Return rows of tax_a; a taxpayer has one grade a year, so each occurs once."""
    who, by = organisations(context, once_each=True), _one_of(context, ("税务局",))
    year = context.today.year - 1 - context.draws.below(3).cast(pl.Int64)
    return {
        "编号": context.numbers,
        "纳税人识别号": who.codes,
        "纳税人名称": who.names,
        "信用级别": context.same("A"),
        "评价年度": year.cast(pl.String),
        "税务机关": by.names,
    }


def _one_of(context: BlockContext, short_names: Sequence[str]) -> Authorities:
    return authorities(context, short_names, context.draws.below(len(short_names)))
