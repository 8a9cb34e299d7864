"""What the YAML parser complains of, in the words of an official: what stands there and what was expected.

Before it stands an error of PyYAML, after it a message and a remedy. Whatever it does not know it passes on as it is.
"""

from __future__ import annotations

import re

_KNOWN: tuple[tuple[str, str, str], ...] = (
    (r"found character '\\t'", "行首用了制表符", "缩进只能用空格，请把制表符改为空格。"),
    (
        r"mapping values are not allowed",
        "此处不能再有“字段: 值”",
        "请检查缩进；文字中有“: ”的，请把整段文字用引号括起。",
    ),
    (r"found character '([@`%])'", "文字不能以“{0}”开头", "请把整段文字用引号括起。"),
    (r"could not find expected ':'", "字段名后缺少冒号", "请写成“字段: 值”，冒号用半角，后面留一个空格。"),
    (r"found unexpected end of stream", "引号没有结束", "请补上另一半引号。"),
    (r"expected ',' or '([\]}])'", "括号内的各项之间缺少逗号，或者缺少“{0}”", "请检查括号和逗号。"),
    (r"expected <block end>, but found '?<?([^'>]*)", "缩进与上一行不一致", "同一层的各行应当左侧对齐。"),
    (r"expected the node content, but found", "此处应当有值", "请检查逗号、冒号和括号。"),
    (r"did not find expected", "写法不完整", "请检查缩进、冒号和引号。"),
    (r"found unknown escape character '(.)'", "引号内的“\\{0}”不是可用的写法", "请改用单引号，或者把“\\”写成“\\\\”。"),
    (r"sequence entries are not allowed", "此处不能有以“-”开头的项", "请换行并对齐后再写。"),
    (r"found duplicate anchor|anchor", "锚点写法有误", "规则文件不用锚点（&）和别名（*）；以它们开头的文字请加引号。"),
    (
        r"expected a single document|expected '<document start>'",
        "规则文件只能含一个文档",
        "请删除“---”或“...”之后的内容。",
    ),
    (r"tag", "标签写法有误", "规则文件不用标签（!）；以!开头的文字请加引号。"),
    (r"expected a comment or a line break|block scalar", "“|”或“>”之后的写法有误", "“|”或“>”之后应当换行。"),
    (r"directive", "规则文件不用%指令", "请删除以%开头的行。"),
)


def say_yaml_problem(problem: str) -> tuple[str, str]:
    """Return what is wrong and what to do."""
    for pattern, message, remedy in _KNOWN:
        found = re.search(pattern, problem)
        if found:
            return f"YAML语法错误：{message.format(*found.groups())}", remedy
    return f"YAML语法错误（{problem}）", "请检查该行的缩进、冒号和引号。"
