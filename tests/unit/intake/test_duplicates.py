"""Repeated rows are found whatever the chunks, the spelling and the sheets."""

from __future__ import annotations

import polars as pl

from credit_service.intake.duplicates import DuplicateFinder

HEADERS = ("文号", "名称")


def _cells(rows: list[tuple[int, str | None, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"row": pl.Int64, "文号": pl.String, "名称": pl.String}, orient="row")


def _find(*chunks: list[tuple[int, str | None, str | None]]) -> list[tuple[int, int, str]]:
    finder = DuplicateFinder(HEADERS, ["文号"])
    return [row for chunk in chunks for row in finder.find(_cells(chunk), "").rows()]


def test_a_row_names_the_first_that_it_repeats() -> None:
    first = [(2, "罚1号", "甲"), (3, "罚2号", "乙"), (4, "罚1号", "甲")]
    assert _find(first, [(5, "罚3号", "丙"), (6, "罚1号", "甲"), (7, "罚3号", "丙")]) == [
        (2, 2, ""),
        (1, 2, ""),
        (2, 5, ""),
    ]


def test_width_case_blanks_and_brackets_make_no_difference() -> None:
    written = [(2, "罚(2026)ab 1号", "甲（测试）"), (3, "罚（２０２６）AB1号", "甲 (测试)")]
    assert _find(written) == [(1, 2, "")]


def test_what_else_is_in_the_chunk_makes_no_difference() -> None:
    plain, wide, ligature = (2, "罚(1)号", "ﬁ"), (3, "罚（1）号", "fi"), (4, "１", "　")
    together = _find([plain, wide, ligature])
    apart = _find([plain], [wide], [ligature])
    assert together == [(1, 2, "")]
    assert apart == [(0, 2, "")]


def test_rows_without_a_required_key_repeat_nothing() -> None:
    assert _find([(2, None, "甲"), (3, None, "甲"), (4, "罚1号", None), (5, "罚1号", None)]) == [(3, 4, "")]


def test_another_sheet_is_named() -> None:
    finder = DuplicateFinder(HEADERS, ["文号"])
    finder.find(_cells([(2, "罚1号", "甲")]), "一月")
    assert finder.find(_cells([(2, "罚1号", "甲")]), "二月").rows() == [(0, 2, "一月")]


def test_many_chunks_say_what_a_dictionary_says() -> None:
    finder = DuplicateFinder(HEADERS, ["文号"])
    first: dict[tuple[str, str], int] = {}
    row = 1
    for size in range(1, 121, 2):
        chunk, expected = [], []
        for index in range(size):
            row += 1
            key = (f"罚{row * row % 3_989}号", "甲")
            chunk.append((row, *key))
            if first.setdefault(key, row) != row:
                expected.append((index, first[key], ""))
        assert finder.find(_cells(chunk), "").rows() == expected
