"""Generated rows of further registers: other lists of dishonesty, grades, commitments, vehicles over their load.

Before this module come shared cells; after it `sample_columns`. Everybody in it is invented, as everywhere in a sample.
"""

from __future__ import annotations

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

LISTING = ("市场监管局", "税务局", "卫健委", "民政局", "医保局", "财政局", "金融办")
GRADING = ("卫健委", "生态环境局", "交通运输局", "人社局", "市场监管局")
AREAS = ("工商监管", "税收征管", "失信被执行人", "安全生产", "劳动保障", "203", "食品药品", "209", "环保", "999")
GRADES = ("AAA", "AA", "A级", "B", "B", "C", "D", "优", "良")
STATES = ("履约中", "履约中", "已履约", "已履约", "已履约", "违约")
PERSON_MILLIONTHS = 300_000
RED_MILLIONTHS = 400_000
NAMED_MILLIONTHS = 600_000
HALF_MILLIONTHS = 500_000


def serious_lists_of_persons(context: BlockContext) -> Cells:
    """Return rows of black_person."""
    who, decided, by = persons(context), context.dates(days_ago(context)), _one_of(context, LISTING)
    return {
        "身份证号": who.numbers,
        "姓名": who.names,
        "认定文号": document_numbers(context, by.short_names, "严", decided),
        "认定部门": by.names,
        "时间": decided,
        "事实": context.pick("serious") + "，情节严重（测试数据）",
        "处罚内容": context.same("依法给予较重行政处罚（测试数据）"),
    }


def serious_lists_of_a_province(context: BlockContext) -> Cells:
    """Return rows of black_province: organisations and persons mixed."""
    firms, people, decided = organisations(context), persons(context), context.dates(days_ago(context))
    by, is_person = _one_of(context, LISTING), context.draws.chance(PERSON_MILLIONTHS)
    return {
        "名称/姓名": people.names.zip_with(is_person, firms.names),
        "证件号": people.numbers.zip_with(is_person, firms.codes),
        "主体类别": context.same("自然人").zip_with(is_person, context.same("法人及非法人组织")),
        "失信领域": context.draws.pick(pl.Series(AREAS)),
        "列入文号": document_numbers(context, by.short_names, "严", decided),
        "列入事由": context.pick("serious") + "，情节严重（测试数据）",
        "列入日期": decided,
        "认定机关": by.names,
        "公布期限": context.same("三年"),
    }


def lists_of_yichang(context: BlockContext) -> Cells:
    """Return rows of list_yichang: red and black, organisations and persons."""
    firms, people, ago, by = organisations(context), persons(context), days_ago(context), _one_of(context, LISTING)
    is_person, is_red = context.draws.chance(PERSON_MILLIONTHS), context.draws.chance(RED_MILLIONTHS)
    return {
        "法定名称或姓名": people.names.zip_with(is_person, firms.names),
        "主体类别": context.same("0").zip_with(is_person, context.same("1")),
        "统一社会信用代码": only_where(~is_person, firms.codes),
        "组织机构代码": only_where(~is_person, firms.organisation_codes),
        "工商登记注册号": only_where(~is_person, firms.registrations),
        "证件类型": only_where(is_person, context.same("身份证")),
        "证件号码": only_where(is_person, people.numbers),
        "内容": context.pick("honour_org").zip_with(is_red, context.pick("serious")) + context.numbers + "（测试数据）",
        "认定日期": context.dates(ago),
        "截止期": context.dates(ago, after=3 * 365),
        "公示期限(月)": context.same("36"),
        "认定机关": by.names,
        "认定机关行政区域码": context.same("990101"),
        "数据更新时间戳": context.same("2026-09-30 12:00:00"),
        "获取批次": context.same("测试批次"),
        "采集方式": context.draws.pick(pl.Series(["0", "1", "2"])),
        "信源单位": by.names,
        "是否红黑名单": context.same("2").zip_with(is_red, context.same("1")),
    }


def serious_tax_cases(context: BlockContext) -> Cells:
    """Return rows of tax_serious; the period is written in one of the ways offices write it."""
    who, decided, by = organisations(context), context.dates(days_ago(context)), _one_of(context, ("税务局",))
    months = decided.str.slice(0, 4) + "年" + decided.str.slice(5, 2) + "月"
    return {
        "纳税人名称": who.names,
        "纳税人识别号": who.codes,
        "法定代表人": who.principals,
        "财务负责人": persons(context).names,
        "案件性质": context.draws.pick(pl.Series(["偷税", "虚开增值税专用发票", "骗取出口退税", "抗税"])),
        "主要违法事实": "采取隐匿收入等手段少缴税款，案卷" + context.numbers + "（测试数据）",
        "法律依据及处理处罚": context.same("依照税收征收管理法追缴税款并处罚款（测试数据）"),
        "案件上报期": months.zip_with(context.draws.chance(HALF_MILLIONTHS), decided),
        "确定决定文书号": document_numbers(context, by.short_names, "稽", decided),
        "税务机关": by.names,
    }


def procurement_cases(context: BlockContext) -> Cells:
    """Return rows of procurement; one in two carries the code the official list leaves out."""
    who, ago, by = organisations(context), days_ago(context), _one_of(context, ("财政局",))
    return {
        "机构名称": who.names,
        "企业地址": "测试市示范区" + context.pick("street") + context.draws.below(300).cast(pl.String) + "号",
        "不良行为的具体情形": "提供虚假材料谋取中标，项目" + context.numbers + "（测试数据）",
        "处罚依据": context.same("《中华人民共和国政府采购法》第七十七条"),
        "处罚结果": context.same("列入不良行为记录名单，禁止参加政府采购活动一年（测试数据）"),
        "记录日期": context.dates(ago),
        "登记地点": context.same("测试市示范区"),
        "处罚截止日期": context.dates(ago, after=365),
        "统一社会信用代码": only_where(context.draws.chance(HALF_MILLIONTHS), who.codes),
        "执法单位": by.names,
    }


def overloads(context: BlockContext) -> Cells:
    """Return rows of overload; some name the operator, the others nothing but the plate."""
    who, by = organisations(context), _one_of(context, ("交通运输局",))
    ago = days_ago(context).clip(upper_bound=1_000)
    is_named = context.draws.chance(NAMED_MILLIONTHS)
    decided = context.dates(ago)
    return {
        "当事人名称": only_where(is_named, who.names),
        "统一社会信用代码": only_where(is_named, who.codes),
        "车牌号": "测A" + context.numbers,
        "道路运输证号": "测字990101" + context.numbers,
        "行政处罚决定书文号": document_numbers(context, by.short_names, "罚", decided),
        "违法时间": context.dates(ago, after=-7),
        "处罚决定日期": decided,
        "罚款金额(元)": ((context.draws.below(60).cast(pl.Int64) + 1) * 500).cast(pl.String),
        "执法机构": by.names,
    }


def sector_grades(context: BlockContext) -> Cells:
    """Return rows of sector_grade."""
    who, decided, by = organisations(context), context.dates(days_ago(context)), _one_of(context, GRADING)
    return {
        "统一社会信用代码": who.codes,
        "工商注册号": who.registrations,
        "组织机构代码": who.organisation_codes,
        "机构名称": who.names,
        "评定结果": context.draws.pick(pl.Series(GRADES)),
        "认定日期": decided,
        "评定名称": by.short_names + "行业信用评价第" + context.numbers + "号",
        "认定部门全称": by.names,
    }


def commitments(context: BlockContext) -> Cells:
    """Return rows of commitment: kept, running and broken."""
    firms, people, decided = organisations(context), persons(context), context.dates(days_ago(context))
    by, is_person = _one_of(context, GRADING), context.draws.chance(PERSON_MILLIONTHS)
    return {
        "名称": people.names.zip_with(is_person, firms.names),
        "证件号码": people.numbers.zip_with(is_person, firms.codes),
        "主体类别": context.same("自然人").zip_with(is_person, context.same("法人及非法人组织")),
        "承诺类型": context.draws.pick(pl.Series(["审批替代型", "信用修复型", "主动公示型", "行业自律型"])),
        "事由": "办理" + context.pick("licence") + "，承诺书" + context.numbers + "（测试数据）",
        "日期": decided,
        "受理单位": by.names,
        "履约状态": context.draws.pick(pl.Series(STATES)),
    }


def _one_of(context: BlockContext, short_names: tuple[str, ...]) -> Authorities:
    return authorities(context, short_names, context.draws.below(len(short_names)))
