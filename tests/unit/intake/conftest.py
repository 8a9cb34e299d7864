"""A desk for the intake tests: templates, an agency, a correct row, and files of it in any form."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from credit_service.domain.agency import Agency
from credit_service.domain.batch import ReceivedFile
from credit_service.domain.identifier import org_code_check, uscc_check
from credit_service.domain.template import Template
from credit_service.intake.read_batch import BatchReading, CheckContext, open_batch
from credit_service.intake.receive import receive_file
from credit_service.intake.templates import load_templates

TEMPLATES = Path(__file__).parents[3] / "data" / "reference" / "templates"


def make_uscc(serial: int, head: str = "91990101") -> str:
    """Return a valid code of a division that does not exist."""
    body = f"{serial:08d}"
    return (code := head + body + org_code_check(body)) + uscc_check(code)


@dataclass(frozen=True)
class Outcome:
    """Everything a reading gave."""

    accepted: pl.DataFrame
    findings: pl.DataFrame
    rows: int
    accepted_rows: int
    rejected: int
    blank: int

    def places(self, severity: str = "error") -> set[tuple[int, str, str]]:
        """Return (row, column, rule) of the findings of one severity."""
        chosen = self.findings.filter(pl.col("severity") == severity)
        return set(chosen.select("row", "column", "rule").iter_rows())

    def message(self, rule: str) -> str:
        return str(self.findings.filter(pl.col("rule") == rule)["message"][0])

    def good_rows(self) -> list[int]:
        return self.accepted["row"].to_list()


@dataclass(frozen=True)
class Desk:
    """Where a clerk's file is made and handed in."""

    directory: Path
    templates: tuple[Template, ...]
    context: CheckContext

    def template(self, template_id: str) -> Template:
        return next(template for template in self.templates if template.template_id == template_id)

    def headers(self, template_id: str = "penalty_org") -> list[str]:
        return [column.header for column in self.template(template_id).columns]

    def penalty(self, serial: int, **changes: Any) -> dict[str, Any]:
        """Return a correct row of penalty_org; ``changes`` are given by header."""
        authority = make_uscc(1, "11990101")
        row = dict.fromkeys(self.headers(), "")
        row |= {
            "行政相对人名称": f"测试市第{serial}食品有限公司",
            "行政相对人类别": "法人及非法人组织",
            "行政相对人代码_1(统一社会信用代码)": make_uscc(serial),
            "法定代表人": "张测试",
            "行政处罚决定书文号": f"测市监罚〔2026〕{serial}号",
            "违法行为类型": "生产经营不合格食品",
            "违法事实": "经抽检，菌落总数超标。",
            "处罚依据": "《中华人民共和国食品安全法》第一百二十四条",
            "处罚类别": "罚款",
            "处罚内容": "罚款5000元",
            "罚款金额(万元)": "0.5",
            "处罚决定日期": "2026/09/01",
            "处罚有效期": "2099/12/31",
            "公示截止期": "2027/09/01",
            "处罚机关": "测试市市场监督管理局（测试）",
            "处罚机关统一社会信用代码": authority,
            "数据来源单位": "测试市市场监督管理局（测试）",
            "数据来源单位统一社会信用代码": authority,
        }
        return row | changes

    def penalties(self, count: int, **changes_of: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return rows numbered from 1; ``r2={...}`` changes the second."""
        return [self.penalty(n, **changes_of.get(f"r{n}", {})) for n in range(1, count + 1)]

    def write_csv(self, rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
        buffer = io.StringIO(newline="")
        writer = csv.DictWriter(buffer, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
        return self.write_bytes(buffer.getvalue().encode(encoding))

    def write_bytes(self, content: bytes, name: str = "upload.csv") -> Path:
        path = self.directory / name
        path.write_bytes(content)
        return path

    def write_xlsx(self, grid: Sequence[Sequence[Any]], edit: Callable[[Any, Any], None] | None = None) -> Path:
        """Write a grid as one sheet; ``edit`` may merge or overwrite cells."""
        path = self.directory / "upload.xlsx"
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as workbook:
            sheet = workbook.add_worksheet("数据")
            for index, cells in enumerate(grid):
                for position, cell in enumerate(cells):
                    if cell != "":
                        sheet.write(index, position, cell)
            if edit is not None:
                edit(workbook, sheet)
        return path

    def grid(self, rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        return [list(rows[0]), *(list(row.values()) for row in rows)]

    def receive(self, path: Path) -> ReceivedFile:
        return receive_file(path, path.name, self.directory / "inbox")

    def open(self, path: Path) -> BatchReading:
        return open_batch(self.receive(path), self.templates, self.context)

    def read(self, path: Path) -> Outcome:
        chunks = list(self.open(path).chunks())
        outcome = Outcome(
            pl.concat([chunk.accepted for chunk in chunks]),
            pl.concat([chunk.findings for chunk in chunks]),
            sum(chunk.rows for chunk in chunks),
            sum(chunk.accepted_rows for chunk in chunks),
            sum(chunk.rejected for chunk in chunks),
            sum(chunk.blank for chunk in chunks),
        )
        assert outcome.rows == outcome.accepted_rows + outcome.rejected + outcome.blank
        assert outcome.accepted.height == outcome.accepted_rows
        return outcome


@pytest.fixture(scope="session")
def templates() -> tuple[Template, ...]:
    return load_templates(TEMPLATES)


@pytest.fixture
def desk(tmp_path: Path, templates: tuple[Template, ...]) -> Desk:
    context = CheckContext(
        agency=Agency(make_uscc(1, "11990101"), "测试市市场监督管理局（测试）", "市场监管局", "990101"),
        today=date(2026, 11, 2),
        catalogue=frozenset(f"C{number:02d}" for number in range(1, 14)),
        forbidden=(
            ("信访", "信访未经立法不得纳入信用记录", "测试来源"),
            ("闯红灯", "闯红灯未经立法不得纳入", "测试来源"),
        ),
        forbidden_columns=(("血型", "禁止采集血型信息", "测试来源"),),
    )
    return Desk(tmp_path, templates, context)
