"""One row of each template, filled as a clerk fills it; the columns are those of data/reference/templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cast import Organisation, Person
from layout import Cell, Row

from credit_service.domain.identifier import DUMMY_USCC
from credit_service.intake.sample_words import SampleAgency, SampleTopic

END_OF_TIME = date(2099, 12, 31)


@dataclass(frozen=True)
class Penalty:
    """What was decided."""

    decided_on: date
    document_no: str
    kinds: str
    fine_wan: str = ""
    taken_wan: str = ""
    licence: str = ""
    ends_on: date = END_OF_TIME
    published_until_on: date | None = None


def penalty_cells(topic: SampleTopic, penalty: Penalty, agency: SampleAgency) -> Row:
    """Return the cells of a penalty that do not tell whom it struck."""
    outcome = "、".join(penalty.kinds.split(";"))
    outcome += f"；罚款{penalty.fine_wan}万元" if penalty.fine_wan else ""
    outcome += f"；没收违法所得{penalty.taken_wan}万元" if penalty.taken_wan else ""
    return {
        "行政处罚决定书文号": penalty.document_no,
        "违法行为类型": topic.topic,
        "违法事实": f"经查，当事人{topic.fact}（测试数据）。",
        "处罚依据": f"《{topic.statute}》有关条款（测试数据）",
        "处罚类别": penalty.kinds,
        "处罚内容": f"给予{outcome}",
        "罚款金额(万元)": penalty.fine_wan or None,
        "没收违法所得、没收非法财物的金额(万元)": penalty.taken_wan or None,
        "暂扣或吊销证照名称及编号": penalty.licence or None,
        "处罚决定日期": penalty.decided_on,
        "处罚有效期": penalty.ends_on,
        "公示截止期": penalty.published_until_on,
        "处罚机关": agency.name,
        "处罚机关统一社会信用代码": agency.agency_code,
        "数据来源单位": agency.name,
        "数据来源单位统一社会信用代码": agency.agency_code,
    }


def organisation_cells(who: Organisation, *, has_code: bool = True) -> Row:
    """Return the 双公示 columns about an organisation or individual business."""
    return {
        "行政相对人名称": who.name,
        "行政相对人类别": "个体工商户" if who.is_business else "法人及非法人组织",
        "行政相对人代码_1(统一社会信用代码)": who.code if has_code else DUMMY_USCC,
        "行政相对人代码_2(工商注册号)": who.registration if who.is_business else None,
        "法定代表人": who.principal,
    }


def person_cells(who: Person) -> Row:
    """Return the 双公示 columns about a person."""
    return {
        "行政相对人名称": who.name,
        "行政相对人类别": "自然人",
        "证件类型": "身份证",
        "证件号码": who.number,
    }


def licence_cells(name: str, licence: str, decided_on: date, agency: SampleAgency, number: str) -> Row:
    """Return the cells of a licence that do not tell who got it."""
    return {
        "行政许可决定文书名称": f"准予{licence}行政许可决定书",
        "行政许可决定文书号": f"示许〔{decided_on.year}〕{number}号",
        "许可类别": "普通",
        "许可证书名称": licence,
        "许可编号": f"CSXK{decided_on:%Y}{number}",
        "许可内容": f"准予{name}取得{licence}（测试数据）",
        "许可决定日期": decided_on,
        "有效期自": decided_on,
        "有效期至": decided_on + timedelta(days=5 * 365),
        "许可机关": agency.name,
        "许可机关统一社会信用代码": agency.agency_code,
        "当前状态": "有效",
        "数据来源单位": agency.name,
        "数据来源单位统一社会信用代码": agency.agency_code,
    }


def serious_list_row(who: Organisation, matter: str, decided_on: date, agency: SampleAgency, number: str) -> Row:
    """Return a row of black_org."""
    return {
        "统一社会信用代码": who.code,
        "组织机构代码": who.org_code,
        "认定文号": number,
        "认定部门全称": agency.name,
        "机构名称": who.name,
        "地址": "测试市示范区测试一路1号",
        "法定代表人或负责人": who.principal,
        "确认严重失信时间": decided_on,
        "主要失信事实": f"{matter}，情节严重，社会危害较大（测试数据）",
        "行政处理处罚或法院判决决定的主要内容": "依法给予较重行政处罚，并决定列入严重失信主体名单（测试数据）",
    }


def honour_row(who: Organisation, honour: str, level: str, decided_on: date, agency: SampleAgency) -> Row:
    """Return a row of red_org."""
    return {
        "统一社会信用代码": who.code,
        "荣誉名称": honour,
        "认定文号": f"示文明〔{decided_on.year}〕{decided_on.month}号",
        "荣誉等级": level,
        "机构名称": who.name,
        "认定日期": decided_on,
        "认定部门全称": agency.name,
        "荣誉内容": f"授予“{honour}”称号（测试数据）",
    }


def star_row(who: Person, honour: str, decided_on: date, agency: SampleAgency, consent_no: str) -> Row:
    """Return a row of star_person; an empty ``consent_no`` means the person refused."""
    return {
        "身份证号": who.number,
        "姓名": who.name,
        "荣誉名称": honour,
        "认定文号": f"示文明〔{decided_on.year}〕{decided_on.month}号",
        "荣誉等级": "区县级",
        "认定日期": decided_on,
        "认定部门全称": agency.name,
        "荣誉内容": f"授予“{honour}”称号（测试数据）",
        "本人同意公示(是/否)": "是" if consent_no else "否",
        "同意书编号": consent_no or None,
    }


def defaulter_row(who: Organisation | Person, published_on: date, agency: SampleAgency, number: int) -> Row:
    """Return a row of judgment_default."""
    filed_on = published_on - timedelta(days=75)
    is_person = isinstance(who, Person)
    return {
        "姓名或名称": who.name,
        "被执行人类别": "自然人" if is_person else "法人及非法人组织",
        "身份证号码/组织机构代码": who.number if isinstance(who, Person) else who.code,
        "法定代表人或负责人": None if isinstance(who, Person) else who.principal,
        "执行法院": agency.name,
        "省份": "测试省",
        "执行依据文号": f"（{filed_on.year}）测9901民初{number}号",
        "立案时间": filed_on,
        "案号": f"（{filed_on.year}）测9901执{number}号",
        "做出执行依据单位": agency.name,
        "生效法律文书确定的义务": "支付货款及逾期利息（测试数据）",
        "被执行人的履行情况": "全部未履行",
        "失信被执行人行为具体情形": "有履行能力而拒不履行生效法律文书确定义务",
        "发布时间": published_on,
    }


def arrears_row(who: Organisation, decided_on: date, agency: SampleAgency, people: int, yuan: str) -> Row:
    """Return a row of wage_arrears."""
    return {
        "单位名称": who.name,
        "统一社会信用代码": who.code,
        "法定代表人": who.principal,
        "拖欠金额(元)": yuan,
        "涉及人数": str(people),
        "主要事实": f"拖欠{people}名农民工工资，经责令限期支付，逾期未支付（测试数据）",
        "列入依据": "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》（人力资源社会保障部令第45号）",
        "列入决定文号": f"示人社列〔{decided_on.year}〕{decided_on:%m%d}号",
        "列入日期": decided_on,
        "列入决定机关": agency.name,
        "列入决定机关统一社会信用代码": agency.agency_code,
        "列入期限至": date(decided_on.year + 3, decided_on.month, decided_on.day) - timedelta(days=1),
    }


def taxpayer_row(number: int, who: Organisation, year: Cell, agency: SampleAgency) -> Row:
    """Return a row of tax_a."""
    return {
        "编号": str(number),
        "纳税人识别号": who.code,
        "纳税人名称": who.name,
        "信用级别": "A",
        "评价年度": year,
        "税务机关": agency.name,
    }


def abnormal_row(who: Organisation, cause: str, decided_on: date, agency: SampleAgency, removed_on: date | None) -> Row:
    """Return a row of abnormal."""
    return {
        "企业名称": who.name,
        "统一社会信用代码": who.code,
        "法定代表人": who.principal,
        "列入经营异常名录原因": cause,
        "列入日期": decided_on,
        "列入决定文号": f"示市监异〔{decided_on.year}〕{who.code[9:15]}号",
        "作出决定机关(列入)": agency.name,
        "移出日期": removed_on,
        "移出原因": "已改正并申请移出（测试数据）" if removed_on else None,
    }
