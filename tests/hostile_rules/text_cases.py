"""Hostile text: YAML that is none, YAML that is too clever, encodings, unseen signs, sizes."""

from __future__ import annotations

import os
from pathlib import Path

from hostile_rules.case import (
    DEADLINE_RULE,
    DEADLINES,
    PUBLICITY,
    SEVERITY,
    Case,
    instead,
    linked_folder,
    more,
    raw,
    swap,
    title,
    whole,
)

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MEGABYTE = 1024 * 1024

SYNTAX = (
    Case("tab for indentation", SEVERITY, swap("    severity: serious", "\tseverity: serious"), "制表符", "空格"),
    Case("no colon after a name", SEVERITY, swap("title: ", "title "), "冒号", "半角", ""),
    Case("full-width colon", PUBLICITY, swap("title: ", "title："), "", "冒号"),
    Case("quote left open", PUBLICITY, title('"失信信息公示期限'), "引号没有结束", "引号"),
    Case("bracket left open", PUBLICITY, title("[失信", below=1), "括号", "括号"),
    Case("outdented line", SEVERITY, swap("    severity: serious", "   severity: serious"), "缩进", "对齐"),
    Case("colon within plain text", PUBLICITY, title("期限: 说明: 其他"), "不能再有", "引号"),
    Case("text that begins with @", PUBLICITY, title("@期限"), "不能以“@”开头", "引号"),
    Case("text that begins with a backtick", PUBLICITY, title("`id`"), "不能以“`”开头", "引号"),
    Case("unknown escape", PUBLICITY, title(r'"期限\q"'), "不是可用的写法", "单引号"),
    Case("the same field twice", PUBLICITY, more("kind: publicity\n"), "字段“kind”重复", "一次"),
    Case("merge key", PUBLICITY, more("<<: {note: x}\n"), "合并键", "逐项"),
    Case("anchor", PUBLICITY, title("&t 期限"), "锚点", "引号"),
    Case("alias", PUBLICITY, title("*t"), "锚点", "引号"),
    Case("a billion laughs", PUBLICITY, whole(LAUGHS), "锚点", "逐项"),
    Case("binary tag", PUBLICITY, title("!!binary aGk="), "标签", "引号"),
    Case("Python tag", PUBLICITY, title("!!python/object/apply:os.system ['id']"), "标签", "删除"),
    Case("own tag", PUBLICITY, title("!include /etc/passwd"), "标签", "删除"),
    Case("YAML directive", PUBLICITY, raw(lambda text: b"%YAML 1.1\n---\n" + text), "指令", "删除"),
    Case("tag directive", PUBLICITY, raw(lambda text: b"%TAG ! tag:x,2000:\n---\n" + text), "指令", "删除"),
    Case("two documents", PUBLICITY, more("---\nkind: publicity\n"), "一个文档", "删除"),
    Case("a list", PUBLICITY, whole("- kind: publicity\n"), "字段: 值", "参照"),
    Case("empty file", PUBLICITY, whole(""), "字段: 值", "参照"),
    Case("only a comment", PUBLICITY, whole("# 规则\n"), "字段: 值", "参照"),
    Case("one word", PUBLICITY, whole("规则\n"), "字段: 值", "参照"),
    Case("a list as a name", PUBLICITY, more("? [a, b]\n: x\n"), "字段名应当是文字", "改写"),
    Case("nothing as a name", PUBLICITY, more("~: x\n"), "字段名应当是文字", "改写"),
    Case("JSON with comments", PUBLICITY, whole('{"kind": "publicity", // x\n}'), "", ""),
    Case("a template", PUBLICITY, whole("{% include 'x' %}\nkind: {{ kind }}\n"), "", "引号"),
)

SIGNS = (
    Case("NUL", PUBLICITY, title("期\x00限"), "U+0000", "重新输入"),
    Case("NUL as an escape", PUBLICITY, title(r'"期\0限"'), "U+0000", "删除"),
    Case("bell", PUBLICITY, title("期\x07限"), "U+0007", "删除"),
    Case("lone surrogate as an escape", PUBLICITY, title(r'"期\ud800限"'), "U+D800", "删除"),
    Case("lone surrogate", PUBLICITY, title("期\ud800限"), "UTF-8", "另存"),
    Case("impossible character as an escape", PUBLICITY, title(r'"\UFFFFFFFF"'), "字符", "删除"),
    Case("byte order mark inside", PUBLICITY, title("期\ufeff限"), "U+FEFF", "重新输入"),
    Case("text turned around", PUBLICITY, title("期限\u202e年三长最"), "U+202E", "重新输入"),
    Case("text turned around by an escape", PUBLICITY, title(r'"期限\u202e年三长最"'), "U+202E", "删除"),
    Case("zero-width sign in a name", PUBLICITY, swap("note:", "no\u200bte:"), "U+200B", "重新输入"),
    Case("space that is none in a name", PUBLICITY, swap("note:", "note\u00a0:"), "未知字段", "note"),
    Case("line separator", PUBLICITY, title("期\u2028限"), "U+2028", "重新输入"),
    Case("UTF-16", PUBLICITY, raw(lambda text: text.decode().encode("utf-16")), "UTF-16", "UTF-8"),
    Case(
        "UTF-16 the other way", PUBLICITY, raw(lambda text: b"\xfe\xff" + text.decode().encode("utf-16-be")), "UTF-16"
    ),
    Case("UTF-16 without a mark", PUBLICITY, raw(lambda text: text.decode().encode("utf-16-le")), "UTF-16", "UTF-8"),
    Case("GB18030", PUBLICITY, raw(lambda text: text.decode().encode("gb18030"), 4), "UTF-8", "另存"),
    Case("half a character", PUBLICITY, more("note2: \udce8\n", below=1), "UTF-8", "另存"),
    Case("a picture", PUBLICITY, whole(b"\x89PNG\r\n\x1a\n" + bytes(range(256))), "UTF-8", "另存"),
)

SIZES = (
    Case("10 MB of brackets", PUBLICITY, whole("kind: " + "[" * (10 * MEGABYTE)), "KB", "CSV"),
    Case("500 KB of brackets", PUBLICITY, whole("kind: " + "[" * 500_000), "嵌套", "减少"),
    Case("500 KB of braces", PUBLICITY, whole("kind: " + "{a: " * 120_000), "嵌套", "减少"),
    Case("500 KB of dashes", PUBLICITY, whole("kind:\n  " + "- " * 200_000 + "x\n", 2), "嵌套", "减少"),
    Case("500 KB of question marks", PUBLICITY, whole("? " * 200_000), "", ""),
    Case(
        "thirteen maps",
        PUBLICITY,
        whole("".join(f"{' ' * n}k{n}:\n" for n in range(13)) + " " * 13 + "x: y\n", 13),
        "嵌套",
    ),
    Case("10 MB of text", PUBLICITY, whole("title: " + "长" * (10 * MEGABYTE // 3)), "KB", "", ""),
    Case("300 KB of text", PUBLICITY, title("长" * 100_000), "字符", "缩短"),
    Case("100 KB of a name", PUBLICITY, more("长" * 33_000 + ": x\n"), "", ""),
    Case("too many fields", PUBLICITY, whole("".join(f"x{n}: y\n" for n in range(30_000)), 2001), "项", "CSV"),
    Case("too many entries", PUBLICITY, more("x: [" + "y," * 100_000 + "]\n"), "项", "CSV"),
    Case("10 MB of table", DEADLINES, whole("key,name\n" + "x,y\n" * (10 * MEGABYTE // 4)), "KB"),
    Case("4 MB of blank lines", DEADLINES, whole("key,name\n" + "\n" * (4 * MEGABYTE - 100), 2), "0列", "补齐"),
    Case("200 000 rows", DEADLINES, whole("key,name\n" + "x,y\n" * 200_000, 20_002), "行", "核对"),
)

PLACES = (
    Case("link out of the rules", PUBLICITY, instead(lambda path: path.symlink_to("/etc/passwd")), "链接", "文件本身"),
    Case("link to endless zeros", PUBLICITY, instead(lambda path: path.symlink_to("/dev/zero")), "链接", "文件本身"),
    Case("link to nothing", PUBLICITY, instead(lambda path: path.symlink_to("nowhere")), "链接", "文件本身"),
    Case("link to itself", PUBLICITY, instead(lambda path: path.symlink_to(path)), "链接", "文件本身"),
    Case("table that is a link", DEADLINES, instead(lambda path: path.symlink_to("/etc/passwd")), "链接", "文件本身"),
    Case("directory that is a link", PUBLICITY, linked_folder, "链接", "文件本身"),
    Case("pipe", PUBLICITY, instead(os.mkfifo), "普通文件", "文件本身"),
    Case("table that is a pipe", DEADLINES, instead(os.mkfifo), "普通文件", "文件本身"),
    Case("directory called rule.yaml", PUBLICITY, instead(Path.mkdir), "普通文件", "文件本身"),
    Case("table that is not there", DEADLINES, instead(lambda path: None), "不存在", "文件名"),
    Case(
        "table outside", DEADLINE_RULE, swap("deadlines.csv", "../../../../secret.csv"), "CSV文件名", "", DEADLINE_RULE
    ),
    Case("table anywhere", DEADLINE_RULE, swap("deadlines.csv", "/etc/passwd"), "CSV文件名"),
    Case("table nobody asks for", DEADLINE_RULE, more("  others: deadlines.csv\n"), "未知字段“others”", "deadlines"),
    Case("table by another name", DEADLINE_RULE, swap("  deadlines: ", "  deadline: "), "缺少表格"),
)
