"""One file for each kind of bad input, good rows beside the bad where the file can be read at all."""

from __future__ import annotations

from datetime import date

from layout import Batch, to_csv
from penalties import CODE, FINE, UNIQUE, Desk

from credit_service.domain.template import Template
from credit_service.intake.sample_words import SampleWords

DATE_SPELLINGS = (
    "2026/07/01",
    "2026-07-02",
    "2026.7.3",
    "20260704",
    "2026年7月5日",
    "2026/7/6 00:00:00",
    "２０２６－０７－０７",
)


class BadDesk:
    """Makes the bad files; all but a few are penalties sent by the market supervision bureau."""

    def __init__(self, words: SampleWords, templates: dict[str, Template]) -> None:
        self._words = words
        self._headers = [column.header for column in templates["penalty_org"].columns]

    def batches(self) -> list[Batch]:
        """Return all of them."""
        return [
            *self._unreadable(),
            self._broken_bytes(),
            *self._unrecognised(),
            self._two_titles(),
            self._merged_cells(),
            self._number_code(),
            self._date_spellings(),
            self._full_width(),
            *self._one_fault_each(),
            self._outside_catalogue(),
        ]

    def _batch(self, file: str, note: str, rows: int = 8, **options: object) -> Batch:
        """Return a file with faultless rows."""
        desk = Desk(self._words, "市场监管局", "市监")
        batch = Batch(f"bad/{file}", "市场监管局", "penalty_org", list(self._headers), note)
        for name, value in options.items():
            setattr(batch, name, value)
        batch.add(*desk.ordinary(("违法广告", "变更登记", "不合格产品"), 20, rows, date(2026, 7, 1)))
        return batch

    def _unreadable(self) -> list[Batch]:
        empty = self._batch("空文件.csv", "0字节", 0, error="unreadable_file", raw=b"")
        unmarked = self._batch("编码错误_无标记UTF16.csv", "UTF-16而没有字节序标记", error="unreadable_file")
        unmarked.raw = to_csv(unmarked).encode("utf-16-le")
        picture = self._batch("扫描件改名.xlsx", "图片改了扩展名，不是表格", error="unreadable_file")
        picture.raw = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01"
        for batch in (empty, unmarked, picture):
            batch.rows.clear()
        return [empty, unmarked, picture]

    def _broken_bytes(self) -> Batch:
        batch = self._batch("编码错误_损坏字节.csv", "UTF-8文件里有一行字节损坏，其余各行照收", encoding="utf-8")
        lines = to_csv(batch).encode().split(b"\r\n")
        place = len(lines[5]) // 2
        lines[5] = lines[5][:place] + b"\xff\xfe" + lines[5][place:]
        batch.raw = b"\r\n".join(lines)
        batch.faults.append((4, "", "encoding"))
        return batch

    def _unrecognised(self) -> list[Batch]:
        dropped = {"行政处罚决定书文号", "处罚决定日期"}
        missing = self._batch("缺少栏目.csv", "缺“行政处罚决定书文号”“处罚决定日期”两栏", error="missing_columns")
        missing.headers = [header for header in missing.headers if header not in dropped]
        rota = self._batch("别的表格_值班表.csv", "值班表，不是任何一种报送模板", 0, error="unknown_template")
        rota.headers = ["日期", "星期", "带班领导", "值班人员", "值班电话"]
        rota.add({"日期": "2026/09/28", "星期": "一", "带班领导": "测试甲", "值班人员": "测试乙", "值班电话": "0000"})
        fees = self._batch(
            "别的表格_欠缴物业费名单.csv", "物业欠费名单：不是报送模板，也不得归集", 0, error="unknown_template"
        )
        fees.headers = ["姓名", "房号", "欠缴物业费金额(元)", "欠费起始日期"]
        fees.add(
            {"姓名": "钱测试", "房号": "测试小区1-101", "欠缴物业费金额(元)": "1200", "欠费起始日期": "2025/01/01"}
        )
        column = self._batch("目录外栏目_宗教信仰.csv", "多出法律禁止采集的一栏", error="outside_catalogue")
        column.headers.append("宗教信仰")
        for row in column.rows:
            row["宗教信仰"] = "无"
        return [missing, rota, self._big5(), fees, column]

    def _big5(self) -> Batch:
        batch = self._batch("编码错误_繁体Big5.csv", "Big5编码：按GB18030读出来是乱码", 0, error="unreadable_file")
        # Simplified characters do not exist in Big5; a real file of this kind is written with the traditional ones.
        headers = "行政相對人名稱,行政相對人類別,統一社會信用代碼,違法事實,處罰決定日期"
        text = f"{headers}\r\n示範區測試商貿有限公司,法人,,未明碼標價,2026/07/01\r\n"
        batch.raw = text.encode("big5")
        return batch

    def _two_titles(self) -> Batch:
        batch = self._batch("表头上有两行标题.xlsx", "表头上有两行标题；一行代码校验位错误")
        batch.titles = ["示范区市场监管局行政处罚信息表（测试数据）", "填报日期：2026年9月28日"]
        batch.spoil(4, CODE, "uscc-check-digit", _shifted(batch.rows[4][CODE]))
        return batch

    def _merged_cells(self) -> Batch:
        batch = self._batch("合并单元格.xlsx", "第3至5条的处罚机关竖向合并：只有第一格有值")
        batch.merged = [(2, 4, "处罚机关")]
        batch.faults += [(3, "处罚机关", "merged-cell"), (4, "处罚机关", "merged-cell")]
        return batch

    def _number_code(self) -> Batch:
        batch = self._batch("代码成了数字.xlsx", "信用代码在Excel里存成数字，末几位已丢失")
        batch.spoil(3, CODE, "number-cell", 919901042483550000)
        return batch

    def _date_spellings(self) -> Batch:
        batch = self._batch("日期七种写法.csv", "七种写法都能读，第八行读不懂")
        for row, written in zip(batch.rows, DATE_SPELLINGS, strict=False):
            row["处罚决定日期"] = written
        batch.spoil(7, "处罚决定日期", "date-format", "七月八日")
        return batch

    def _full_width(self) -> Batch:
        batch = self._batch("全角数字.csv", "代码、金额、日期用全角字符；一行金额读不懂")
        wide = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
        for row in batch.rows[:5]:
            for header in (CODE, FINE, "处罚决定日期"):
                row[header] = None if row[header] is None else _as_written(row[header]).translate(wide)
        batch.spoil(6, FINE, "amount-format", "１．２．３")
        return batch

    def _one_fault_each(self) -> list[Batch]:
        check = self._batch("校验码错误.csv", "统一社会信用代码和处罚机关代码各错一处")
        check.spoil(1, CODE, "uscc-check-digit", _shifted(check.rows[1][CODE]))
        check.spoil(5, UNIQUE, "uscc-check-digit", _shifted(check.rows[5][UNIQUE]))
        future = self._batch("决定日期在未来.csv", "处罚决定日期晚于报送当天")
        future.spoil(2, "处罚决定日期", "future-date", date(2099, 1, 1))
        future.rows[2] |= {"公示截止期": None, "处罚有效期": date(2099, 12, 31)}
        order = self._batch("截止早于开始.csv", "处罚有效期、公示截止期早于处罚决定日期")
        order.spoil(2, "处罚有效期", "date-order", date(2026, 1, 1))
        order.spoil(6, "公示截止期", "date-order", date(2026, 1, 1))
        twice = self._batch("文号重复.csv", "同一机关、同一文号、同一相对人出现两次")
        twice.repeat(2, UNIQUE)
        ragged = self._batch("多出一列.csv", "一行里多了一个逗号，栏目错位")
        ragged.faults.append((4, "", "ragged-line"))
        return [check, future, order, twice, ragged]

    def _outside_catalogue(self) -> Batch:
        batch = self._batch("目录外信息.csv", "闯红灯、欠缴物业费等未经立法不得纳入信用记录")
        batch.spoil(1, "违法行为类型", "outside-catalogue", "闯红灯")
        batch.spoil(5, "违法行为类型", "outside-catalogue", "欠缴物业费")
        return batch


def _shifted(code: object) -> str:
    text = str(code)
    return text[:-1] + ("1" if text[-1] == "0" else "0")


def _as_written(value: object) -> str:
    return f"{value:%Y/%m/%d}" if isinstance(value, date) else str(value)
