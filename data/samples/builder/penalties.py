"""The penalty files of the demonstration: six departments, each in its own format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from cast import FILLERS, NEIGHBOURS, ORGANISATIONS, PERSONS, Organisation
from facts import Penalty, organisation_cells, penalty_cells, person_cells
from layout import Batch, Row

from credit_service.domain.template import Template
from credit_service.intake.sample_words import SampleTopic, SampleWords

REVOKED = "罚款;没收违法所得;吊销许可证"
BARRED = "罚款;限制从业"
RESTRICTED = "罚款;限制开展生产经营活动"
DOWNGRADED = "罚款;降低资质等级"
NEEDS_LICENCE = "吊销许可证"
FIELD_CODES = {
    "行政相对人名称": "CF_XDR_MC",
    "行政相对人类别": "CF_XDR_LB",
    "行政相对人代码_1(统一社会信用代码)": "CF_XDR_SHXYM",
    "行政相对人代码_2(工商注册号)": "CF_XDR_GSZC",
    "行政相对人代码_3(组织机构代码)": "CF_XDR_ZZJG",
    "行政相对人代码_4(税务登记号)": "CF_XDR_SWDJ",
    "行政相对人代码_5(事业单位证书号)": "CF_XDR_SYDW",
    "行政相对人代码_6(社会组织登记证号)": "CF_XDR_SHZZ",
    "法定代表人": "CF_FRDB",
    "法定代表人身份证号": "CF_FR_SFZH",
    "证件类型": "CF_XDR_ZJLX",
    "证件号码": "CF_XDR_ZJHM",
    "行政处罚决定书文号": "CF_WSH",
    "违法行为类型": "CF_WFXW",
    "违法事实": "CF_SY",
    "处罚依据": "CF_YJ",
    "处罚类别": "CF_CFLB",
    "处罚内容": "CF_NR",
    "罚款金额(万元)": "CF_NR_FK",
    "没收违法所得、没收非法财物的金额(万元)": "CF_NR_WFFF",
    "暂扣或吊销证照名称及编号": "CF_NR_ZKDX",
    "处罚决定日期": "CF_JDRQ",
    "处罚有效期": "CF_YXQ",
    "公示截止期": "CF_GSJZQ",
    "处罚机关": "CF_CFJG",
    "处罚机关统一社会信用代码": "CF_CFJGDM",
    "数据来源单位": "CF_SJLY",
    "数据来源单位统一社会信用代码": "CF_SJLYDM",
    "备注": "BZ",
}
FULL_WIDTH = {
    "罚款金额(万元)": "罚款金额（万元）",
    "没收违法所得、没收非法财物的金额(万元)": "没收违法所得、没收非法财务的金额（万元）",
    "行政相对人代码_1(统一社会信用代码)": "行政相对人代码_1（统一社会信用代码）",
    "行政处罚决定书文号": "行政处罚决定书文号 ",
}
UNIQUE = "处罚机关统一社会信用代码"
FINE, CODE = "罚款金额(万元)", "行政相对人代码_1(统一社会信用代码)"


@dataclass
class Desk:
    """One department's clerk: writes rows with running document numbers."""

    words: SampleWords
    agency: str
    mark: str
    number: int = 0

    def topic(self, name: str) -> SampleTopic:
        """Return the topic whose name contains ``name``."""
        return next(topic for topic in self.words.topics if name in topic.topic)

    def row(self, who: Organisation, name: str, decided_on: date, kinds: str, *wan: str) -> Row:
        """Return one penalty of an organisation; ``wan`` are the fine and the confiscated sum in 万元."""
        return {**organisation_cells(who), **self._cells(name, decided_on, kinds, *wan)}

    def _cells(self, name: str, decided_on: date, kinds: str, fine: str = "", taken: str = "") -> Row:
        self.number += 1
        penalty = Penalty(
            decided_on=decided_on,
            document_no=f"示{self.mark}罚〔{decided_on.year}〕{self.number}号",
            kinds=kinds,
            fine_wan=fine,
            taken_wan=taken,
            licence=f"测试许可证，编号CS{self.number:04d}" if NEEDS_LICENCE in kinds else "",
            published_until_on=decided_on + timedelta(days=365),
        )
        if "警告" in kinds:
            penalty = replace(penalty, published_until_on=None, ends_on=decided_on + timedelta(days=180))
        return penalty_cells(self.topic(name), penalty, self.words.agency(self.agency))

    def person_row(self, number: int, name: str, decided_on: date, fine: str) -> Row:
        """Return one penalty of an ordinary person; number 0 is the one with a part in the story."""
        who = NEIGHBOURS[number - 1] if number else PERSONS["punished"]
        return {**person_cells(who), **self._cells(name, decided_on, "罚款", fine)}

    def ordinary(self, names: tuple[str, ...], first: int, count: int, start: date) -> list[Row]:
        """Return light penalties of organisations that have no other part to play."""
        rows = []
        for step in range(count):
            who = FILLERS[(first + step) % len(FILLERS)]
            decided_on = start + timedelta(days=step * 61 % 83)
            is_warning = step % 4 == 3
            fine = "" if is_warning else f"{0.2 + step % 9 * 0.3:.1f}"
            rows.append(self.row(who, names[step % len(names)], decided_on, "警告" if is_warning else "罚款", fine))
        return rows


def penalty_batches(words: SampleWords, templates: dict[str, Template]) -> list[Batch]:
    """Return the penalty files."""
    headers = [column.header for column in templates["penalty_org"].columns]
    person_headers = [column.header for column in templates["penalty_person"].columns]
    market, supplement = _market(words, headers)
    return [
        market,
        supplement,
        _environment(words, headers),
        _labour(words, headers),
        _tax(words, headers),
        _transport(words, headers),
        _medical(words, headers),
        _persons(words, person_headers),
    ]


def _market(words: SampleWords, headers: list[str]) -> tuple[Batch, Batch]:
    desk = Desk(words, "市场监管局", "市监")
    batch = Batch(
        "good/2026年三季度行政处罚（市场监管局）.xlsx",
        "市场监管局",
        "penalty_org",
        headers,
        "表头上有一行合并的标题；日期为Excel日期；两家市场主体多次受到严重处罚",
        titles=["2026年三季度行政处罚信息归集表（测试数据）"],
    )
    drugs, goods, food = (ORGANISATIONS[key] for key in ("market_drugs", "market_goods", "market_food"))
    batch.add(
        desk.row(drugs, "销售假药", date(2026, 7, 3), REVOKED, "120", "8.6"),
        desk.row(drugs, "从非法渠道购进药品", date(2026, 7, 21), REVOKED, "35.5", "4.2"),
        desk.row(drugs, "销售假药", date(2026, 8, 12), BARRED, "150"),
        desk.row(drugs, "从非法渠道购进药品", date(2026, 9, 2), RESTRICTED, "48"),
        desk.row(goods, "假冒伪劣", date(2026, 7, 6), REVOKED, "30", "12.35"),
        desk.row(goods, "假冒伪劣", date(2026, 7, 30), RESTRICTED, "25"),
        desk.row(goods, "生产不合格产品", date(2026, 8, 19), REVOKED, "15", "3"),
        desk.row(goods, "假冒伪劣", date(2026, 9, 9), BARRED, "28"),
        desk.row(food, "食品安全标准", date(2026, 7, 15), REVOKED, "10", "0.86"),
        desk.row(food, "食品安全标准", date(2026, 8, 5), BARRED, "10"),
        desk.row(food, "假冒伪劣", date(2026, 8, 28), REVOKED, "22", "5.5"),
        desk.row(ORGANISATIONS["watch_market"], "食品安全标准", date(2026, 7, 9), REVOKED, "8", "0.5"),
        desk.row(ORGANISATIONS["watch_market"], "生产不合格产品", date(2026, 8, 25), RESTRICTED, "12"),
        desk.row(ORGANISATIONS["fallen_tax_a"], "食品安全标准", date(2026, 9, 11), REVOKED, "9.8", "1.2"),
        desk.row(ORGANISATIONS["reported_twice"], "发布违法广告", date(2026, 9, 18), "罚款;没收违法所得", "6", "0.9"),
        {
            **desk.row(ORGANISATIONS["no_code"], "未明码标价", date(2026, 8, 3), "警告"),
            **organisation_cells(ORGANISATIONS["no_code"], has_code=False),
        },
    )
    batch.add(*desk.ordinary(("违法广告", "未明码标价", "变更登记", "食品安全标准"), 0, 44, date(2026, 7, 1)))
    batch.spoil(20, CODE, "uscc-check-digit", _wrong_check(batch.rows[20][CODE]))
    batch.spoil(26, "处罚决定日期", "future-date", date(2026, 12, 18))
    batch.rows[26]["公示截止期"] = date(2027, 12, 18)
    batch.spoil(33, FINE, "required-when", None)
    batch.spoil(41, "违法事实", "required", None)
    batch.spoil(48, CODE, "number-cell", 919901042000000000)
    batch.repeat(17, UNIQUE)
    twice = batch.rows[14]
    supplement = Batch(
        "good/行政处罚9月补报（市场监管局）.csv",
        "市场监管局",
        "penalty_org",
        headers,
        "GB18030编码；第一行的处罚在三季度表中已报过一次，只算一次；含已过公示期的旧处罚",
        encoding="gb18030",
        written=FULL_WIDTH,
    )
    supplement.add(dict(twice))
    for key, day in (("expired_one", date(2022, 10, 14)), ("expired_two", date(2023, 2, 20))):
        old = desk.row(ORGANISATIONS[key], "生产不合格产品", day, "罚款;没收违法所得", "3", "0.4")
        supplement.add({**old, "处罚有效期": day + timedelta(days=365), "公示截止期": day + timedelta(days=365)})
    supplement.add(*desk.ordinary(("违法广告", "变更登记", "不合格产品"), 44, 13, date(2026, 7, 5)))
    supplement.spoil(6, "处罚决定日期", "date-format", "2026年9月31日")
    supplement.spoil(9, CODE, "required-when", None)
    supplement.spoil(12, "处罚类别", "enum", "罚了款")
    return batch, supplement


def _environment(words: SampleWords, headers: list[str]) -> Batch:
    desk = Desk(words, "生态环境局", "环")
    batch = Batch(
        "good/行政处罚_生态环境局.csv",
        "生态环境局",
        "penalty_org",
        headers,
        "GB18030编码；栏目名用全角括号，“财物”误作“财务”；日期写作2026-07-03",
        encoding="gb18030",
        written=FULL_WIDTH,
    )
    watch, fallen = ORGANISATIONS["watch_environment"], ORGANISATIONS["fallen_honour"]
    batch.add(
        desk.row(watch, "超标排放", date(2026, 4, 8), RESTRICTED, "68"),
        desk.row(watch, "监测数据", date(2026, 7, 17), RESTRICTED, "52.5"),
        desk.row(watch, "未批先建", date(2026, 8, 6), "罚款", "12"),
        desk.row(fallen, "监测数据", date(2026, 6, 24), RESTRICTED, "80"),
        desk.row(fallen, "超标排放", date(2026, 8, 27), RESTRICTED, "95"),
    )
    batch.add(*desk.ordinary(("超标排放", "未批先建"), 57, 27, date(2026, 6, 20)))
    for row in batch.rows:
        for header in ("处罚决定日期", "处罚有效期", "公示截止期"):
            row[header] = None if row[header] is None else str(row[header])
    batch.spoil(8, "处罚有效期", "date-order", "2025-01-01")
    batch.spoil(15, FINE, "amount-format", "约五万元")
    batch.spoil(22, "行政相对人代码_1(统一社会信用代码)", "uscc-check-digit", _wrong_check(batch.rows[22][CODE]))
    batch.spoil(29, "处罚依据", "required", None)
    return batch


def _labour(words: SampleWords, headers: list[str]) -> Batch:
    desk = Desk(words, "人社局", "人社")
    batch = Batch(
        "good/人社局行政处罚2026年1-9月.csv",
        "人社局",
        "penalty_org",
        headers,
        "带BOM的UTF-8；两家施工企业因拖欠工资多次受到严重处罚",
    )
    worst, second, watch = (ORGANISATIONS[key] for key in ("wage_worst", "wage_second", "watch_wage"))
    batch.add(
        desk.row(worst, "拖欠农民工工资", date(2026, 1, 22), DOWNGRADED, "20"),
        desk.row(worst, "拖欠农民工工资", date(2026, 4, 15), BARRED, "28.5"),
        desk.row(worst, "工资专用账户", date(2026, 6, 30), DOWNGRADED, "8"),
        desk.row(worst, "拖欠农民工工资", date(2026, 9, 4), BARRED, "30"),
        desk.row(second, "拖欠农民工工资", date(2026, 2, 11), DOWNGRADED, "16"),
        desk.row(second, "拖欠农民工工资", date(2026, 5, 27), BARRED, "22"),
        desk.row(second, "拖欠农民工工资", date(2026, 8, 14), DOWNGRADED, "25"),
        desk.row(watch, "拖欠农民工工资", date(2026, 3, 19), DOWNGRADED, "12"),
        desk.row(watch, "工资专用账户", date(2026, 7, 8), DOWNGRADED, "7.5"),
    )
    batch.add(*desk.ordinary(("工资专用账户",), 84, 15, date(2026, 7, 2)))
    batch.spoil(11, "法定代表人", "required-when", None)
    batch.spoil(14, "违法行为类型", "outside-catalogue", "职工闯红灯")
    batch.spoil(19, "处罚机关统一社会信用代码", "uscc-check-digit", _wrong_check(batch.rows[19][UNIQUE]))
    batch.faults.append((21, "", "ragged-line"))
    return batch


def _tax(words: SampleWords, headers: list[str]) -> Batch:
    desk = Desk(words, "税务局", "税")
    batch = Batch(
        "good/税务行政处罚_202609.csv",
        "税务局",
        "penalty_org",
        headers,
        "系统导出，栏目名是字段代码（CF_…）；UTF-8",
        encoding="utf-8",
        written=FIELD_CODES,
    )
    worst, second = ORGANISATIONS["tax_worst"], ORGANISATIONS["tax_second"]
    batch.add(
        desk.row(worst, "虚开增值税专用发票", date(2025, 12, 10), BARRED, "50"),
        desk.row(worst, "偷税", date(2026, 3, 5), RESTRICTED, "46.8"),
        desk.row(worst, "虚开增值税专用发票", date(2026, 6, 18), BARRED, "50"),
        desk.row(worst, "虚开增值税专用发票", date(2026, 9, 7), RESTRICTED, "42.15"),
        desk.row(second, "偷税", date(2026, 1, 15), RESTRICTED, "38"),
        desk.row(second, "虚开增值税专用发票", date(2026, 5, 20), BARRED, "33"),
        desk.row(second, "偷税", date(2026, 8, 21), RESTRICTED, "29.6"),
    )
    batch.add(*desk.ordinary(("未按期申报",), 99, 18, date(2026, 7, 4)))
    batch.spoil(10, CODE, "uscc-check-digit", _wrong_check(batch.rows[10][CODE]))
    batch.spoil(17, "处罚决定日期", "date-format", "待定")
    batch.repeat(12, UNIQUE)
    return batch


def _transport(words: SampleWords, headers: list[str]) -> Batch:
    desk = Desk(words, "交通运输局", "交")
    batch = Batch(
        "good/交通运输局行政处罚接口报文.jsonl",
        "交通运输局",
        "penalty_org",
        headers,
        "接口推送：每行一个JSON对象",
        encoding="utf-8",
    )
    watch = ORGANISATIONS["watch_transport"]
    batch.add(
        desk.row(watch, "超限超载", date(2026, 5, 13), "罚款;暂扣许可证", "3"),
        desk.row(watch, "道路运输经营许可", date(2026, 6, 9), REVOKED, "8", "2.1"),
        desk.row(watch, "超限超载", date(2026, 8, 18), BARRED, "3"),
    )
    batch.rows[0]["暂扣或吊销证照名称及编号"] = "道路运输证，编号CS-T-001"
    batch.add(*desk.ordinary(("超限超载",), 117, 19, date(2026, 7, 6)))
    batch.spoil(9, "行政相对人类别", "enum", "公司")
    batch.spoil(16, FINE, "required-when", None)
    return batch


def _medical(words: SampleWords, headers: list[str]) -> Batch:
    desk = Desk(words, "卫健委", "卫")
    batch = Batch(
        "good/卫健委处罚信息上报表.xlsx",
        "卫健委",
        "penalty_org",
        headers,
        "表头上有两行（标题和填报说明）；金额为Excel数值",
        titles=["卫生健康领域行政处罚信息上报表（测试数据）", "填报说明：金额单位为万元；日期格式为年/月/日"],
    )
    watch = ORGANISATIONS["watch_medical"]
    batch.add(
        desk.row(watch, "无证行医", date(2026, 3, 12), REVOKED, "12", "3.2"),
        desk.row(watch, "非卫生技术人员", date(2026, 7, 23), BARRED, "4.5"),
    )
    batch.add(*desk.ordinary(("公共场所卫生", "非卫生技术人员"), 136, 16, date(2026, 7, 3)))
    for row in batch.rows:
        row[FINE] = None if row[FINE] is None else float(str(row[FINE]))
    batch.spoil(7, "处罚决定日期", "future-date", date(2026, 11, 5))
    batch.rows[7]["公示截止期"] = None
    batch.spoil(12, "行政相对人名称", "required", None)
    return batch


def _persons(words: SampleWords, headers: list[str]) -> Batch:
    desk = Desk(words, "公安局", "公")
    batch = Batch(
        "good/自然人行政处罚（公安局）.csv",
        "公安局",
        "penalty_person",
        headers,
        "自然人，默认不公示；GB18030编码",
        encoding="gb18030",
    )
    batch.add(
        *(
            desk.person_row(number, "电信网络诈骗提供帮助" if number % 2 else "网络赌博", day, f"{1 + number % 5}.5")
            for number in range(18)
            for day in [date(2026, 7, 2) + timedelta(days=number * 4)]
        )
    )
    batch.spoil(6, "证件号码", "person-id-check-digit", _wrong_check(batch.rows[6]["证件号码"]))
    batch.spoil(13, "证件号码", "required", None)
    return batch


def _wrong_check(code: object) -> str:
    text = str(code)
    return text[:-1] + ("1" if text[-1] == "0" else "0")
