"""Tables of rules: CSV files beside a rule.yaml, read strictly.

Before it lies a file name from a rule's ``tables``; after it one `Section` per row, so that cells are checked like the
fields of a rule.yaml.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from credit_service.rulebook.faults import FaultLog, shorten
from credit_service.rulebook.read_file import decode_rule, read_rule_bytes, refuse_file
from credit_service.rulebook.section import Section, row_section

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 20_000


_FORMULA = re.compile(r"[=@+\t\r]|-[^0-9]")
"""What a spreadsheet would take for a formula; no cell of a rule begins so."""


def read_table(path: Path, root: Path, file: str, log: FaultLog) -> list[Section]:
    """Return the rows of a CSV table; faults of the file itself go to the log.

    The first line names the columns; every row has as many cells. Blank lines are refused, because a row lost by
    accident would look like one, and so are cells that a spreadsheet would run.
    """
    with log.catching():
        sections: list[Section] = []
        begins = 1
        text = decode_rule(read_rule_bytes(path, root, file, MAX_BYTES), file)
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = _read_header(next(reader, []), file)
            begins = reader.line_num + 1
            for number, cells in enumerate(reader):
                if number >= MAX_ROWS:
                    raise refuse_file(file, begins, f"表格超过{MAX_ROWS}行", "请核对文件。")
                with log.catching():
                    sections.append(_read_row(header, cells, file, reader.line_num, log))
                begins = reader.line_num + 1
        except csv.Error as fault:
            # A quotation mark that is never closed swallows the rest of the file: where it began is what helps.
            raise refuse_file(file, begins, f"CSV格式错误（{fault}）", "请检查双引号是否成对。") from fault
        return sections
    return []


def _read_header(cells: list[str], file: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    if len(header) == 1 and re.search("[;；，、\t]", header[0]):
        raise refuse_file(file, 1, "各列之间应当用半角逗号", "请另存为“CSV UTF-8（逗号分隔）”。")
    if not header:
        raise refuse_file(file, 1, "表格是空的，第一行应当是列名", "请参照其他版本的同一表格。")
    if len(set(header)) != len(header) or not all(header):
        raise refuse_file(file, 1, "表头有空列或重复列", "请逐列写明不同的列名。")
    return header


def _read_row(header: list[str], cells: list[str], file: str, line: int, log: FaultLog) -> Section:
    if len(cells) != len(header):
        message = f"该行有{len(cells)}列，表头有{len(header)}列"
        raise refuse_file(file, line, message, "请补齐或删除多余的逗号；文字内的逗号请用双引号括起。")
    for name, cell in zip(header, cells, strict=True):
        if _FORMULA.match(cell):
            message = f"“{shorten(name)}”列的“{shorten(cell)}”会被电子表格当作公式"
            raise refuse_file(file, line, message, "请删除开头的 = + - @ 或制表符。")
    return row_section(dict(zip(header, cells, strict=True)), line, file, log)
