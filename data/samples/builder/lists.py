"""The list, honour and licence files of the demonstration."""

from __future__ import annotations

from datetime import date, timedelta

from cast import FILLERS, NEIGHBOURS, ORGANISATIONS, PERSONS, Organisation, Person
from facts import (
    abnormal_row,
    arrears_row,
    defaulter_row,
    honour_row,
    licence_cells,
    organisation_cells,
    person_cells,
    serious_list_row,
    star_row,
    taxpayer_row,
)
from layout import Batch

from credit_service.domain.template import Template
from credit_service.intake.sample_words import SampleWords

RED = [who for key, who in ORGANISATIONS.items() if key.startswith("red_")]
FIRMS = [who for who in FILLERS if not who.is_business]


class ListDesk:
    """Writes the files that follow one template each."""

    def __init__(self, words: SampleWords, templates: dict[str, Template]) -> None:
        self._words = words
        self._templates = templates

    def batches(self) -> list[Batch]:
        """Return all of them."""
        return [
            self._licences(),
            self._person_licences(),
            self._market_list(),
            self._tax_list(),
            self._insurance_list(),
            self._civilised_units(),
            self._contract_honours(),
            self._defaulters(),
            self._arrears(),
            self._taxpayers(),
            self._stars(),
            self._abnormal(),
        ]

    def _batch(self, file: str, agency: str, template: str, note: str) -> Batch:
        headers = [column.header for column in self._templates[template].columns]
        return Batch(f"good/{file}", agency, template, headers, note)

    def _licences(self) -> Batch:
        batch = self._batch("行政许可（卫健委）2026年9月.xlsx", "卫健委", "licence_org", "行政许可，Excel")
        agency = self._words.agency("卫健委")
        holders = [ORGANISATIONS["watch_medical"], ORGANISATIONS["insurance_listed"], *FILLERS[:34]]
        for number, who in enumerate(holders, 1):
            licence = "卫生许可证" if number > 2 else "医疗机构执业许可证"
            day = date(2026, 9, 1) + timedelta(days=number * 7 % 28)
            cells = licence_cells(who.name, licence, day, agency, f"卫{number:03d}")
            batch.add({**organisation_cells(who), **cells})
        batch.spoil(9, "有效期至", "date-order", date(2025, 9, 1))
        batch.spoil(18, "许可类别", "enum", "普许")
        batch.spoil(27, "许可决定日期", "future-date", date(2026, 12, 1))
        return batch

    def _person_licences(self) -> Batch:
        batch = self._batch(
            "自然人行政许可（交通运输局）.csv", "交通运输局", "licence_person", "从业资格许可；带BOM的UTF-8"
        )
        agency = self._words.agency("交通运输局")
        for number, who in enumerate(NEIGHBOURS[18:33], 1):
            day = date(2026, 8, 3) + timedelta(days=number)
            cells = licence_cells(who.name, "道路运输从业人员从业资格证", day, agency, f"交人{number:03d}")
            batch.add({**person_cells(who), **cells})
        batch.spoil(4, "证件号码", "person-id-check-digit", _shifted(batch.rows[4]["证件号码"]))
        return batch

    def _market_list(self) -> Batch:
        file = "严重违法失信名单（市场监管局）.xlsx"
        batch = self._batch(file, "市场监管局", "black_org", "严重失信主体名单，有标题行")
        batch.titles = ["市场监督管理严重违法失信名单（测试数据）"]
        agency = self._words.agency("市场监管局")
        listed = [
            (ORGANISATIONS["market_listed"], "销售假冒伪劣商品", date(2026, 5, 11)),
            (ORGANISATIONS["market_drugs"], "销售假药", date(2026, 9, 21)),
            (ORGANISATIONS["expired_one"], "生产不符合安全标准的产品", date(2023, 3, 6)),
            *((FIRMS[60 + step], "通过登记的住所无法联系满三年", date(2026, 2, 2 + step)) for step in range(9)),
        ]
        for number, (who, matter, day) in enumerate(listed, 1):
            batch.add(serious_list_row(who, matter, day, agency, f"示市监严〔{day.year}〕{number}号"))
        batch.spoil(5, "统一社会信用代码", "uscc-check-digit", _shifted(batch.rows[5]["统一社会信用代码"]))
        batch.spoil(9, "主要失信事实", "required", None)
        batch.spoil(10, "组织机构代码", "org-code-check-digit", _shifted(batch.rows[10]["组织机构代码"]))
        return batch

    def _tax_list(self) -> Batch:
        file = "重大税收违法失信主体（税务局）.csv"
        batch = self._batch(file, "税务局", "black_org", "严重失信主体名单；GB18030编码；栏目名用“列入日期”等别名")
        batch.encoding = "gb18030"
        batch.written = {"确认严重失信时间": "列入日期", "主要失信事实": "列入事由", "机构名称": "企业名称"}
        agency = self._words.agency("税务局")
        for number, (key, day) in enumerate((("tax_listed", date(2026, 4, 20)), ("tax_worst", date(2026, 9, 22))), 1):
            row = serious_list_row(ORGANISATIONS[key], "虚开增值税专用发票", day, agency, f"示税严〔2026〕{number}号")
            batch.add(row)
        for step in range(8):
            day = date(2026, 3, 2 + step)
            batch.add(serious_list_row(FIRMS[72 + step], "逃避缴纳税款", day, agency, f"示税严〔2026〕{step + 3}号"))
        batch.spoil(4, "确认严重失信时间", "date-format", "二〇二六年三月")
        batch.spoil(7, "认定文号", "required", None)
        return batch

    def _insurance_list(self) -> Batch:
        batch = self._batch("医保领域严重失信名单.csv", "医保局", "black_org", "严重失信主体名单，UTF-8无BOM")
        batch.encoding = "utf-8"
        agency = self._words.agency("医保局")
        who = ORGANISATIONS["insurance_listed"]
        batch.add(serious_list_row(who, "骗取医疗保障基金", date(2026, 8, 10), agency, "示医保严〔2026〕1号"))
        for step in range(3):
            day = date(2026, 6, 8 + step)
            batch.add(
                serious_list_row(FIRMS[82 + step], "骗取医疗保障基金", day, agency, f"示医保严〔2026〕{step + 2}号")
            )
        return batch

    def _civilised_units(self) -> Batch:
        batch = self._batch("红名单_文明单位（文明办）.xlsx", "文明办", "red_org", "荣誉；含一家近期受到严重处罚的单位")
        batch.titles = ["示范区文明单位、诚信示范单位名单（测试数据）"]
        agency = self._words.agency("文明办")
        for number, who in enumerate([*RED[:5], ORGANISATIONS["fallen_honour"], ORGANISATIONS["fallen_court"]]):
            level = ("省级", "市级", "市级", "区县级", "国家级", "市级", "区县级")[number]
            batch.add(honour_row(who, "文明单位", level, date(2026, 3, 20), agency))
        for step, who in enumerate(FIRMS[20:40]):
            batch.add(honour_row(who, "诚信示范企业", "区县级", date(2026, 5, 6 + step), agency))
        batch.spoil(10, "荣誉等级", "enum", "示范级")
        batch.spoil(16, "统一社会信用代码", "required", None)
        batch.spoil(21, "认定日期", "future-date", date(2027, 1, 5))
        return batch

    def _contract_honours(self) -> Batch:
        file = "守合同重信用企业（市场监管局）.csv"
        batch = self._batch(file, "市场监管局", "red_org", "荣誉；GB18030编码；机构名称写作“企业名称”")
        batch.encoding = "gb18030"
        batch.written = {"机构名称": "企业名称", "认定部门全称": "认定单位"}
        agency = self._words.agency("市场监管局")
        for who in [*RED[2:8], *FIRMS[40:52]]:
            batch.add(honour_row(who, "守合同重信用企业", "市级", date(2026, 6, 1), agency))
        batch.repeat(3, "统一社会信用代码")
        return batch

    def _defaulters(self) -> Batch:
        file = "失信被执行人名单（法院2026年9月）.csv"
        batch = self._batch(file, "法院", "judgment_default", "组织和自然人混报；自然人默认不公示；GB18030编码")
        batch.encoding = "gb18030"
        agency = self._words.agency("法院")
        subjects: list[Organisation | Person] = [
            *(ORGANISATIONS[key] for key in ("court_one", "court_two", "court_three", "fallen_court")),
            *(PERSONS[key] for key in ("defaulter", "defaulter_two", "honoured_defaulter")),
            *FIRMS[86:93],
            *NEIGHBOURS[33:40],
        ]
        for number, who in enumerate(subjects):
            batch.add(defaulter_row(who, date(2026, 3, 3) + timedelta(days=number * 8), agency, 101 + number))
        batch.spoil(
            9, "身份证号码/组织机构代码", "uscc-check-digit", _shifted(batch.rows[9]["身份证号码/组织机构代码"])
        )
        batch.spoil(
            15, "身份证号码/组织机构代码", "person-id-check-digit", _shifted(batch.rows[15]["身份证号码/组织机构代码"])
        )
        batch.spoil(12, "案号", "required", None)
        batch.spoil(20, "发布时间", "date-order", date(2025, 1, 6))
        return batch

    def _arrears(self) -> Batch:
        file = "拖欠农民工工资失信联合惩戒对象名单.xlsx"
        batch = self._batch(file, "人社局", "wage_arrears", "金额单位为元")
        agency = self._words.agency("人社局")
        listed = [
            (ORGANISATIONS["wage_listed"], date(2026, 2, 25), 46, "1386500.00"),
            (ORGANISATIONS["wage_listed_two"], date(2026, 7, 13), 112, "4520000"),
            (ORGANISATIONS["wage_worst"], date(2026, 9, 14), 63, "2077300.50"),
            (ORGANISATIONS["expired_two"], date(2022, 6, 15), 8, "96000"),
            *((FIRMS[94 + step], date(2026, 4, 1 + step), 5 + step, f"{86000 + step * 1250}.00") for step in range(8)),
        ]
        for who, day, people, yuan in listed:
            batch.add(arrears_row(who, day, agency, people, yuan))
        batch.spoil(5, "拖欠金额(元)", "amount-format", "八万余元")
        batch.spoil(8, "列入期限至", "date-order", date(2026, 1, 1))
        batch.spoil(10, "列入决定文号", "required", None)
        return batch

    def _taxpayers(self) -> Batch:
        batch = self._batch("A级纳税人名单2025年度.xlsx", "税务局", "tax_a", "A级纳税人；编号、年度为Excel数值")
        agency = self._words.agency("税务局")
        holders: list[Organisation] = [*RED[:2], *RED[3:8], ORGANISATIONS["fallen_tax_a"], *FIRMS[:58]]
        for number, who in enumerate(holders, 1):
            batch.add(taxpayer_row(number, who, 2025, agency))
        batch.spoil(14, "纳税人识别号", "uscc-check-digit", _shifted(batch.rows[14]["纳税人识别号"]))
        batch.spoil(30, "信用级别", "enum", "B")
        batch.spoil(52, "纳税人名称", "required", None)
        batch.repeat(40, "纳税人识别号")
        return batch

    def _stars(self) -> Batch:
        file = "诚信之星（含本人同意）.xlsx"
        batch = self._batch(file, "文明办", "star_person", "自然人荣誉：两人不同意公示，两人认定时未成年")
        agency = self._words.agency("文明办")
        on = date(2026, 6, 18)
        for number, key in enumerate(("star_one", "star_two", "star_three", "star_four", "star_five"), 1):
            batch.add(star_row(PERSONS[key], "诚信之星", on, agency, f"TY2026-{number:03d}"))
        batch.add(
            star_row(PERSONS["star_refused"], "诚信之星", on, agency, ""),
            star_row(PERSONS["star_refused_two"], "身边好人", on, agency, ""),
            star_row(PERSONS["star_minor"], "诚信之星", on, agency, "TY2026-006（监护人同意）"),
            star_row(PERSONS["star_was_minor"], "优秀志愿者", on, agency, "TY2026-007（监护人同意）"),
            star_row(PERSONS["honoured_defaulter"], "道德模范", date(2025, 9, 10), agency, "TY2025-031"),
        )
        for step, who in enumerate(NEIGHBOURS[14:22]):
            batch.add(star_row(who, "优秀志愿者", date(2026, 8, 20), agency, f"TY2026-{step + 8:03d}"))
        batch.spoil(11, "同意书编号", "required-when", None)
        batch.spoil(14, "身份证号", "person-id-check-digit", _shifted(batch.rows[14]["身份证号"]))
        return batch

    def _abnormal(self) -> Batch:
        batch = self._batch(
            "经营异常名录（市场监管局）.csv", "市场监管局", "abnormal", "经营异常；日期写作20260703；UTF-8"
        )
        batch.encoding = "utf-8"
        agency = self._words.agency("市场监管局")
        causes = ("未按规定公示年度报告", "通过登记的住所或者经营场所无法联系", "公示信息隐瞒真实情况、弄虚作假")
        watch = [ORGANISATIONS[key] for key in ("watch_market", "watch_transport", "abnormal_only")]
        for step, who in enumerate([*watch, *FIRMS[58:86]]):
            day = date(2026, 7, 2) + timedelta(days=step * 2)
            removed_on = day + timedelta(days=12) if step % 5 == 4 else None
            batch.add(abnormal_row(who, causes[step % 3], day, agency, removed_on))
        for row in batch.rows:
            for header in ("列入日期", "移出日期"):
                row[header] = None if row[header] is None else str(row[header]).replace("-", "")
        batch.spoil(9, "移出日期", "date-order", "20260101")
        batch.spoil(17, "统一社会信用代码", "uscc-check-digit", _shifted(batch.rows[17]["统一社会信用代码"]))
        batch.spoil(23, "列入日期", "date-format", "2026年")
        return batch


def _shifted(code: object) -> str:
    """Return the code with another last character, which makes the check fail."""
    text = str(code)
    return text[:-1] + ("1" if text[-1] == "0" else "0")
