"""The sample generator: any template at any size, with known faults and the outcome that intake must report.

Before it come a template and the word lists of data/reference; after it files for tests, demonstrations and
measurements (``credit sample``). Rows are made in blocks, each from its own seed, so memory does not grow with the
number of rows and the same order always gives the same bytes. Nothing it writes is about a real person or firm, and it
never runs as part of a submission.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from credit_service.intake.sample_cells import BlockContext
from credit_service.intake.sample_columns import make_frame
from credit_service.intake.sample_draws import Draws
from credit_service.intake.sample_faults import FaultPlanter, PlantedFault
from credit_service.intake.sample_subjects import SERIALS, Pool
from credit_service.intake.sample_writers import SampleWriter, open_csv, open_jsonl, open_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

    from credit_service.domain.template import Template
    from credit_service.intake.sample_words import SampleWords

BLOCK_ROWS = 20_000
MEDIA = {".csv": "csv", ".xlsx": "xlsx", ".jsonl": "jsonl"}


@dataclass(frozen=True)
class SampleOrder:
    """What to generate; equal orders give equal files."""

    template: Template
    rows: int
    seed: int = 1
    fault_ratio: float = 0.02
    """Share of rows, 0–1, that get one fault each."""
    today: date = field(default=date(2026, 9, 30))
    """Generated facts lie in the three years before this day."""


@dataclass(frozen=True)
class SampleBlock:
    """Consecutive rows of a sample: text cells under the template's headers, and the faults planted in them."""

    first: int
    """Number of the block's first row in the sample, counted from 0."""
    frame: pl.DataFrame
    faults: tuple[PlantedFault, ...]


@dataclass(frozen=True)
class SampleSummary:
    """What was written, and what intake must say about it."""

    path: Path
    expected_path: Path
    rows: int
    accepted: int
    rejected: int
    by_rule: dict[str, int]

    def to_dict(self) -> dict[str, object]:
        """Return the closing line of the file of expected outcomes."""
        return {"rows": self.rows, "accepted": self.accepted, "rejected": self.rejected, "by_rule": self.by_rule}


def generate_rows(order: SampleOrder, words: SampleWords, medium: str = "csv") -> Iterator[SampleBlock]:
    """Yield the rows of a sample, block by block.

    Args:
        order: Template, size, seed, faults and day.
        words: The generator's word lists.
        medium: csv, xlsx or jsonl; some faults exist in one of them only.

    **Shape** one String column per header of the template, in its order; one row per generated fact.

    Raises:
        ValueError: The order asks for more rows or faults than there can be.
    """
    _check_order(order)
    planter = FaultPlanter(order.template, medium, words.lists["forbidden"])
    pool = Pool.for_rows(order.rows, order.seed)
    ratio_millionths = round(order.fault_ratio * 1_000_000)
    for first in range(0, order.rows, BLOCK_ROWS):
        length = min(BLOCK_ROWS, order.rows - first)
        draws = Draws(f"{order.template.name}:{order.seed}:{first}", length)
        context = BlockContext(draws, pool, words, order.today, first)
        frame, faults = planter.plant(make_frame(order.template, context), draws, ratio_millionths)
        yield SampleBlock(first, frame, faults)


def write_sample(order: SampleOrder, words: SampleWords, target: Path, encoding: str = "utf-8") -> SampleSummary:
    """Write a sample and, beside it, ``<name>.expected.jsonl`` with the outcome intake must report.

    The expected file has one line per faulty row (``row``, ``sheet``, ``column``, ``rule``) and closes with the totals.

    Args:
        order: Template, size, seed, faults and day.
        words: The generator's word lists.
        target: The file to write; its ending (.csv, .xlsx, .jsonl) chooses the format.
        encoding: Of a CSV file: utf-8, utf-8-sig or gb18030.

    Raises:
        ValueError: The ending names no format, or the order cannot be filled.
    """
    medium = MEDIA.get(target.suffix.lower())
    if medium is None:
        message = f"不支持的样例格式“{target.suffix}”。请使用 .csv、.xlsx 或 .jsonl。"
        raise ValueError(message)
    expected_path = target.with_suffix(".expected.jsonl")
    by_rule: Counter[str] = Counter()
    with _open_writer(medium, target, encoding) as writer, expected_path.open("w", encoding="utf-8") as expected:
        for block in generate_rows(order, words, medium):
            writer.append(block.frame, block.faults)
            for fault in block.faults:
                place = writer.place(block.first + fault.index)
                line = {"row": place.row, "sheet": place.sheet, "column": fault.column, "rule": fault.rule}
                expected.write(json.dumps(line, ensure_ascii=False) + "\n")
                by_rule[fault.rule] += 1
        rejected = by_rule.total()
        counts = dict(sorted(by_rule.items()))
        summary = SampleSummary(target, expected_path, order.rows, order.rows - rejected, rejected, counts)
        expected.write(json.dumps({"summary": summary.to_dict()}, ensure_ascii=False) + "\n")
    return summary


def _open_writer(medium: str, target: Path, encoding: str) -> AbstractContextManager[SampleWriter]:
    if medium == "csv":
        return open_csv(target, encoding)
    return open_xlsx(target) if medium == "xlsx" else open_jsonl(target)


def _check_order(order: SampleOrder) -> None:
    if not 1 <= order.rows < SERIALS:
        message = f"样例行数须在 1 到 {SERIALS - 1} 之间，现为 {order.rows}。"
        raise ValueError(message)
    if not 0 <= order.fault_ratio <= 1:
        message = f"错误比例须在 0 到 1 之间，现为 {order.fault_ratio}。"
        raise ValueError(message)
