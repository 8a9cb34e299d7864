"""Frames as intake hands them over, built from the real templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from credit_service.domain.template import CellType, Template
from credit_service.intake.templates import load_templates
from credit_service.normalise.build_records import BuildContext, BuiltRecords, build_records

TEMPLATES = {
    template.template_id: template
    for template in load_templates(Path(__file__).parents[3] / "data" / "reference" / "templates")
}
TYPES: dict[CellType, pl.DataType] = {
    CellType.DATE: pl.Date(),
    CellType.MONEY_WAN: pl.Int64(),
    CellType.MONEY_YUAN: pl.Int64(),
    CellType.ENUM_SET: pl.List(pl.String()),
    CellType.BOOLEAN: pl.Boolean(),
    CellType.YEAR: pl.Int64(),
    CellType.INTEGER: pl.Int64(),
}


@dataclass(frozen=True)
class Desk:
    """Builds records of one template from rows given by target."""

    template: Template
    context: BuildContext

    def accepted(self, *rows: dict[str, object]) -> pl.DataFrame:
        headers = {column.field: column.header for column in self.template.columns if column.field}
        schema = {"row": pl.Int64(), "sheet": pl.String()}
        schema |= {column.header: TYPES.get(column.type, pl.String()) for column in self.template.columns}
        blank = dict.fromkeys(schema)
        filled = [
            blank | {"row": number, "sheet": ""} | {headers.get(name, name): value for name, value in row.items()}
            for number, row in enumerate(rows, start=2)
        ]
        return pl.DataFrame(filled, schema=schema)

    def build(self, *rows: dict[str, object], **changes: object) -> BuiltRecords:
        return build_records(self.accepted(*rows), replace(self.context, **changes))


@pytest.fixture
def desk() -> Callable[[str], Desk]:
    def open_desk(template_id: str) -> Desk:
        template = TEMPLATES[template_id]
        context = BuildContext(
            batch_id="B0123456789ABCDEF",
            agency_code="11990101MB00000015",
            template=template,
            learned_at=datetime(2026, 9, 1, 20, tzinfo=UTC),
            hash_key=b"0" * 32,
        )
        return Desk(template, context)

    return open_desk
