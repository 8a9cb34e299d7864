"""Hostile values: numbers, dates, words, conditions, code-like text, cycles, tables that are none."""

from __future__ import annotations

from hostile_rules.case import (
    CANDIDATES,
    DEADLINES,
    EVENTS,
    FORBIDDEN,
    LISTS,
    PUBLICITY,
    SCORING,
    SEVERITY,
    WORDS,
    Case,
    more,
    raw,
    swap,
    title,
    whole,
    within,
)

TERM = "max_months: 12"
FROM = "from: 2026-04-01"
FINE = "fine_fen >= 100000000"


def _number(name: str, value: str, remedy: str = "") -> Case:
    return Case(f"number: {name}", PUBLICITY, swap(TERM, f"max_months: {value}"), "整数", remedy)


def _day(name: str, value: str) -> Case:
    return Case(f"day: {name}", PUBLICITY, swap(FROM, f"from: {value}"), "YYYY-MM-DD", "2026-01-01")


def _condition(name: str, text: str, words: str = "条件", remedy: str = "") -> Case:
    return Case(f"condition: {name}", SEVERITY, swap(FINE, text), words, remedy)


NUMBERS = (
    _number("with its unit", "12个月", "单位"),
    _number("with a unit in quotation marks", '"12 月"', "单位"),
    _number("full-width", "１２", "半角"),
    _number("exponent", "1e1", "半角"),
    _number("hexadecimal", "0x0C", "半角"),
    _number("underscore", "1_2", "半角"),
    _number("plus", "+12", "半角"),
    _number("leading zero", "012", "半角"),
    _number("thousands", '"1,200"', "半角"),
    _number("decimals", "12.0", "半角"),
    _number("negative", "-12", ""),
    _number("beyond bounds", "121", ""),
    _number("huge", "9" * 30, ""),
    _number("endless", "9" * 7000, ""),
    _number("not a number", ".nan", ""),
    _number("infinite", ".inf", ""),
    _number("Arabic-Indic digits", "١٢", ""),
    _number("Chinese", "十二", ""),
    _number("code", "__import__('os').getpid()", ""),
    Case("points: five decimals", SCORING, swap('min: "90"', 'min: "90.00001"'), "四位小数"),
    Case("points: exponent", SCORING, swap('min: "90"', 'min: "9e1"'), "分值", "半角"),
    Case("points: with unit", SCORING, swap('min: "90"', "min: 90分"), "分值", "单位"),
    Case("points: huge", EVENTS, swap("penalty,general,,-5", f"penalty,general,,-{'9' * 30}"), "分值"),
    Case("truth: yes", LISTS, swap("publish_person: false", "publish_person: no"), "不可用", "false"),
    Case("truth: 是", LISTS, swap("publish_person: false", "publish_person: 否"), "不可用", "false"),
)

DAYS = (
    _day("year 9999", "9999-12-31"),
    _day("year 0000", "0000-01-01"),
    _day("year 0001", "0001-01-01"),
    _day("30 February", "2026-02-30"),
    _day("month 13", "2026-13-01"),
    _day("slashes", "2026/04/01"),
    _day("in Chinese", "2026年4月1日"),
    _day("full-width", "２０２６-０４-０１"),
    _day("with an hour", "2026-04-01T00:00:00"),
    _day("week", "2026-W14-3"),
    Case(
        "end before the beginning", PUBLICITY, swap("{from: 2026-04-01}", "{from: 2026-04-01, to: 2026-03-01}"), "早于"
    ),
)

WORDS_AND_FIELDS = (
    Case("unknown field", PUBLICITY, swap("note:", "remark:"), "未知字段“remark”"),
    Case("misspelt field", PUBLICITY, swap("note:", "nots:"), "未知字段“nots”", "note"),
    Case(
        "misspelt field further down",
        SCORING,
        swap("truncate: floor", "truncat: floor"),
        "缺少字段“truncate”",
        "truncat",
    ),
    Case("unknown field further down", SCORING, swap("at: record}", "at: record, when: x}"), "未知字段“when”"),
    Case("unknown field of a law", PUBLICITY, swap("    article:", "    articel:"), "未知字段“articel”", "article"),
    Case("missing field", PUBLICITY, swap("max_months: 12, ", ""), "缺少字段“max_months”"),
    Case("empty field", PUBLICITY, swap(TERM, "max_months: "), "缺少字段“max_months”"),
    Case("field of spaces", PUBLICITY, title('"   "'), "缺少字段“title”"),
    Case("map for a text", PUBLICITY, title("{a: b}"), "一段文字"),
    Case("text for a list", PUBLICITY, raw(lambda text: text[: text.index(b"terms:")] + b"terms: x\n", 13), "列表"),
    Case("misspelt word", PUBLICITY, swap("severity: serious", "severity: serius"), "“serius”不可用", "serious"),
    Case("word in the wrong case", PUBLICITY, swap("severity: serious", "severity: Serious"), "不可用", "serious"),
    Case("status of one's own", PUBLICITY, swap("status: unconfirmed", "status: ok"), "不可用", "confirmed"),
    Case("another kind", PUBLICITY, swap("kind: publicity", "kind: severity"), "所在目录"),
    Case("another version", PUBLICITY, swap("version: order36", "version: ../order58"), "所在目录"),
    Case("id with a space", PUBLICITY, swap("id: publicity.general", "id: publicity general"), "编号"),
    Case("id that is SQL", PUBLICITY, swap("id: publicity.general", "id: x'; DROP TABLE records"), "编号"),
    Case("id used twice", PUBLICITY, swap("id: publicity.general", "id: publicity.minor"), "已在", "新的编号"),
    Case("unknown law", PUBLICITY, swap("law: L1", "law: L11"), "没有在laws中列出", "L1"),
    Case("no law", PUBLICITY, swap("law: L1, ", ""), "没有写明来源", "law"),
    Case("address that runs", PUBLICITY, swap("url: https://", "url: javascript://"), "网址"),
)

CONDITIONS = (
    _condition("Python", "__import__('os').system('id')", "不可用"),
    _condition("Python dunder", "fine_fen.__class__ = 1", "不可用"),
    _condition("lambda", "(lambda x:1)(1) = 1", "不可用"),
    _condition("SQL after it", "fine_fen > 1; DROP TABLE records", "不可用"),
    _condition("SQL comment", "fine_fen > 1 -- AND consent", "不可用"),
    _condition("sub-select", "fine_fen > (SELECT 1)", "写法不可用"),
    _condition("file reader", "read_csv(kind) = 1", "不可用"),
    _condition("set-returning", "unnest(kind) = 1", ""),
    _condition("cast", "CAST(fine_fen AS INT) > 1", "写法不可用"),
    _condition("text", "kind = 'penalty'", "不可用"),
    _condition("jinja", "'{{ fine_fen }} > 1'", "不可用"),
    _condition("shell", "$(id) = 1", "不可用"),
    _condition("environment", "${HOME} = 1", "不可用"),
    _condition("regular expression", "kind SIMILAR TO penalty", ""),
    _condition("full-width sign", "fine_fen ＞ 1", "全角", "半角"),
    _condition("full-width brackets", "（fine_fen > 1）", "全角", "半角"),
    _condition("misspelt field", "fine_fn > 1", "没有字段“fine_fn”", "fine_fen"),
    _condition("misspelt value", "kind = penalti", "不是字段", "penalty"),
    _condition("misspelt function", "dayz(decided_on, as_of) > 1", "没有函数", "days"),
    _condition("money with days", "fine_fen > days(decided_on, as_of)", "单位"),
    _condition("days with months", "days(decided_on, as_of) > months(decided_on, as_of)", "单位"),
    _condition("larger than 64 bits", "fine_fen > 99999999999999999999", ""),
    _condition("product larger than 64 bits", "fine_fen * 999999999999 > 1", "64位"),
    _condition("too long", "fine_fen > 1" + " AND fine_fen > 1" * 40, "过长", "拆成"),
    _condition("too deep", "(" * 30 + "fine_fen > 1" + ")" * 30, "过长", "拆成"),
    _condition("nothing known taken for no", "NOT repaired_on <= as_of", "NOT", "IS NULL"),
    _condition("brackets left open", "(fine_fen > 1", "条件", "括号"),
    _condition("nothing", '""'),
    _condition("only a name", "fine_fen", "", "比较"),
    _condition("star", "COUNT(*) > 1", ""),
)

CYCLES = (
    Case(
        "cycle: itself",
        CANDIDATES,
        within(
            "- id: candidate.watch.category", "unless: [candidate.black.listed", "unless: [candidate.watch.category"
        ),
        "“candidate.watch.category”不是排在前面的规则",
        "是否应为",
    ),
    Case(
        "cycle: each other",
        CANDIDATES,
        within("- id: candidate.black.listed", "    text:", "    unless: [candidate.black.grade]\n    text:"),
        "“candidate.black.grade”不是排在前面的规则",
    ),
    Case(
        "cycle: a count of itself",
        CANDIDATES,
        swap("when: is_adverse AND is_usable\n", "when: open_adverse > 0 AND is_usable\n"),
        "没有字段“open_adverse”",
    ),
)

TABLES = (
    Case("row with a cell too many", DEADLINES, swap(",workdays,L2", ",workdays,x,L2"), "列", "逗号"),
    Case("row with a cell too few", DEADLINES, swap(",workdays,L2", ",workdays"), "列", "逗号"),
    Case(
        "quote left open in a table",
        DEADLINES,
        swap("决定作出后报送公示", '"决定作出后报送公示', below=0),
        "CSV",
        "双引号",
    ),
    Case("quote in the middle", DEADLINES, swap("upload_workdays,决定", 'upload_workdays,"决"定'), "CSV", "双引号"),
    Case("semicolons", DEADLINES, raw(lambda text: text.replace(b",", b";")), "半角逗号", "CSV UTF-8"),
    Case("tabs", DEADLINES, raw(lambda text: text.replace(b",", b"\t")), "半角逗号", "CSV UTF-8"),
    Case("full-width commas", DEADLINES, raw(lambda text: text.replace(b",", "，".encode())), "半角逗号", "CSV UTF-8"),
    Case("the same column twice", DEADLINES, swap("key,name,", "key,key,"), "重复列", "列名"),
    Case("column without a name", DEADLINES, swap("key,name,", "key,,"), "空列", "列名"),
    Case("misspelt column", DEADLINES, swap("key,name,value,", "key,name,valu,", below=1), "缺少字段“value”", "valu"),
    Case("column too many", DEADLINES, raw(lambda t: b"\n".join(r + b",x" for r in t.splitlines()), 2), "未知字段“x”"),
    Case("empty table", DEADLINES, whole(""), "空", "参照"),
    Case("blank line", DEADLINES, swap("upload_workdays", "\nupload_workdays"), "0列", "补齐"),
    Case("NUL in a table", DEADLINES, swap("决定作出后", "决定\x00作出后"), "U+0000", "删除"),
    Case("table in UTF-16", DEADLINES, raw(lambda text: text.decode().encode("utf-16")), "UTF-16", "UTF-8"),
    Case("table in GB18030", DEADLINES, raw(lambda text: text.decode().encode("gb18030"), 2), "UTF-8", "另存"),
    Case("line separator in a cell", DEADLINES, swap("决定作出后", "决定\u2028作出后"), "U+2028", "删除"),
    Case("formula", DEADLINES, swap("决定作出后报送公示", "=HYPERLINK(A1)"), "公式", "删除"),
    Case("formula with @", DEADLINES, swap("决定作出后报送公示", "@SUM(A1)"), "公式", "删除"),
    Case("formula with +", DEADLINES, swap("决定作出后报送公示", "+cmd|' /C calc'!A0"), "公式", "删除"),
    Case("formula with -", DEADLINES, swap("决定作出后报送公示", "-cmd|' /C calc'!A0"), "公式", "删除"),
    Case("cell of 200 KB", DEADLINES, swap("决定作出后报送公示", "长" * 200_000), "CSV", ""),
    Case("unit that is none", DEADLINES, swap(",7,workdays", ",7,workday"), "不可用", "workdays"),
    Case("unit unlike its name", DEADLINES, swap(",7,workdays", ",7,months"), "以单位"),
    Case("number in a cell with its unit", DEADLINES, swap(",7,workdays", ",7天,workdays"), "整数", "单位"),
    Case("pattern that never ends", FORBIDDEN, swap(",信访,信访", ",(a+)+$,信访"), "要查找的文字"),
    Case("pattern that is none", FORBIDDEN, swap(",信访,信访", ",信访(,信访"), "要查找的文字"),
    Case("pattern that fits everything", FORBIDDEN, swap(",信访,信访", ",.*,信访"), "要查找的文字"),
    Case(
        "item that is none",
        WORDS,
        swap(",telecom_fraud,电信网络诈骗", ",telecom_frau,电信网络诈骗"),
        "不存在",
        "telecom_fraud",
    ),
    Case(
        "last line twice", WORDS, more("word.telecom_fraud.1,telecom_fraud,再来,L1,unconfirmed,\n"), "已在", "新的编号"
    ),
)
