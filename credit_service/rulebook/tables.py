"""Tables of rules: CSV files beside a rule.yaml, read strictly.

Before it lies a file name from a rule's ``tables``; after it one `Section` per row, so that cells are checked like the
fields of a rule.yaml.
"""

from __future__ import annotations

import csv
from pathlib import Path

from credit_service.errors import RuleSyntax
from credit_service.rulebook.faults import FaultLog, RuleFault
from credit_service.rulebook.section import Section, row_section

MAX_BYTES = 4 * 1024 * 1024


def read_table(path: Path, file: str, log: FaultLog) -> list[Section]:
    """Return the rows of a CSV table; faults of the file itself go to the log.

    The first line names the columns; every row has as many cells. Blank lines are refused, because a row lost by
    accident would look like one.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig") if len(content) <= MAX_BYTES else None
    except (OSError, UnicodeDecodeError):
        text = None
    if text is None:
        log.add(RuleFault(file, 1, RuleSyntax.code, "表格不存在、过大或者不是UTF-8编码", "请以UTF-8编码另存为CSV。"))
        return []
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    sections: list[Section] = []
    header: list[str] = []
    try:
        for cells in reader:
            if not header:
                header = [cell.strip() for cell in cells]
                if len(set(header)) != len(header) or not all(header):
                    log.add(RuleFault(file, 1, RuleSyntax.code, "表头有空列或重复列", "请逐列写明不同的列名。"))
                    return []
            elif len(cells) != len(header):
                message = f"该行有{len(cells)}列，表头有{len(header)}列"
                log.add(
                    RuleFault(
                        file,
                        reader.line_num,
                        RuleSyntax.code,
                        message,
                        "请补齐或删除多余的逗号；文字内的逗号请用双引号括起。",
                    )
                )
            else:
                row = dict(zip(header, cells, strict=True))
                sections.append(row_section(row, reader.line_num, file, log))
    except csv.Error as fault:
        log.add(RuleFault(file, reader.line_num, RuleSyntax.code, f"CSV格式错误（{fault}）", "请检查双引号是否成对。"))
    return sections
