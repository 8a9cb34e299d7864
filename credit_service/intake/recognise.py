"""Which template is this file, where is its header, and which of its columns is which.

Before this module a reader shows the first rows of every table; after it `check_rows` knows each template column's
place. Matching is by header name alone (see `headers`); it never looks at values to guess a column, and it never
picks a near miss by itself: it asks 是否即….
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from credit_service.domain.template import CellType, Column, Template
from credit_service.errors import MissingColumns, OutsideCatalogue, UnknownTemplate, UnreadableFile
from credit_service.intake.headers import HeaderKey, header_key
from credit_service.intake.parsed import HEADER_SEARCH_ROWS, Layout, Preview, PreviewRow
from credit_service.intake.templates import list_editions

ForbiddenTopic = tuple[str, str, str]
"""(pattern, reason, source)"""
MIN_MATCHES: Final = 3
CLEAR_SHARE: Final = 0.5
"""From this share of the required columns on the template counts as recognised, and the rest is missing."""
ABOUT_AS_GOOD: Final = 0.9
"""How much of the best score a table that lacks nothing must reach to win over the best that lacks something."""
NEAR_MISS: Final = 70
MAX_COLUMNS: Final = 1_000
MISSPELT: Final = 3
"""The rank of a name that is known to be misspelt; every right name of a column goes before it."""
_UNITS: Final = {"万元": CellType.MONEY_WAN, "元": CellType.MONEY_YUAN}


@dataclass(frozen=True)
class ColumnMatch:
    """A template column found at ``position`` of the file; ``cell_type`` is the template's, or what the unit says."""

    column: Column
    position: int
    header: str
    cell_type: CellType


@dataclass(frozen=True)
class Recognised:
    """One table with its template (in the edition that fits it) and the places of its columns."""

    template: Template
    layout: Layout
    matches: tuple[ColumnMatch, ...]
    extra: tuple[tuple[int, str, str], ...]
    """(position, header, nearest unmatched template header or empty) of file columns that are not read."""
    preview: Preview

    def position_of(self, header: str) -> int | None:
        """Return where a template column stands in the file, or None."""
        return next((match.position for match in self.matches if match.column.header == header), None)


@dataclass(frozen=True)
class _Fit:
    preview: Preview
    row: PreviewRow
    template: Template
    matches: tuple[ColumnMatch, ...]
    score: float

    @property
    def missing(self) -> list[str]:
        """Required headers that are absent."""
        found = {match.column.header for match in self.matches}
        single = [column.header for column in self.template.columns if column.required and column.header not in found]
        return single + ["或".join(group) for group in self.template.any_of if not found & set(group)]

    @property
    def is_clear(self) -> bool:
        """Whether the table is of this template beyond doubt, even where columns are missing."""
        required = [column for column in self.template.columns if column.required]
        found = sum(match.column.required for match in self.matches)
        return len(self.matches) >= MIN_MATCHES and found >= CLEAR_SHARE * len(required)


def is_misspelt(match: ColumnMatch) -> bool:
    """Return whether a column was found by a known misspelling of its names only."""
    column, key = match.column, header_key(match.header).key
    names = {header_key(name).key for name in (column.header, column.code, *column.aliases) if name}
    return key not in names


def recognise_tables(previews: Sequence[Preview], templates: Sequence[Template]) -> tuple[Recognised, ...]:
    """Return every table of the file that has a template; all must have the same.

    Raises:
        UnreadableFile: There is nothing in the file, or two columns have the same name.
        UnknownTemplate: No table fits any template, or two tables fit different ones.
        MissingColumns: A template is clear, but required columns are absent.
    """
    if not previews:
        message = "文件中没有数据。"
        raise UnreadableFile(message, remedy="请检查是否选错了文件，或数据是否在另一个工作簿中。")
    fits = _best_fits(previews, templates)
    clear = [fit for fit in fits if fit.is_clear]
    if not clear:
        _refuse_wide(previews)
        raise _unknown(fits, templates)
    if len({fit.template.template_id for fit in clear}) > 1:
        names = "；".join(f"“{fit.preview.sheet}”是“{fit.template.title}”" for fit in clear)
        message = f"一个文件中有不同种类的表：{names}。"
        raise UnknownTemplate(message, remedy="请每种表单独存成一个文件报送。")
    for fit in clear:
        if fit.missing:
            raise _missing(fit)
    return tuple(_to_recognised(fit) for fit in clear)


def check_catalogue(table: Recognised, catalogue: frozenset[str], forbidden: Sequence[ForbiddenTopic]) -> None:
    """Refuse a table whose kind is not in the catalogue, or which has a column that may not be collected.

    Raises:
        OutsideCatalogue: With the reason and its source.
    """
    template = table.template
    outside = sorted(template.catalogue_classes - catalogue)
    if outside:
        message = f"“{template.title}”（{'、'.join(outside)}）不在现行公共信用信息基础目录内，不得归集。"
        raise OutsideCatalogue(message, remedy="请核对目录；确属目录内的，请系统管理员更新目录规则。")
    for _, header, _ in table.extra:
        for pattern, reason, source in forbidden:
            if header and re.search(pattern, header):
                message = f"表中有不得采集的列“{header}”：{reason}（{source}）。整个文件没有接收。"
                remedy = f"请删除“{header}”这一列，另存后再报送。"
                raise OutsideCatalogue(message, remedy=remedy, column=header)


def check_conditional_columns(table: Recognised) -> None:
    """Refuse a table that lacks a column which most of its first rows would need.

    Raises:
        MissingColumns: A conditionally required column is absent, and its condition holds for most rows shown.
    """
    absent = []
    for column in table.template.columns:
        condition = column.required_when
        if condition is None or table.position_of(column.header) is not None:
            continue
        place = table.position_of(condition.column)
        written = {text for text, slug in table.template.column(condition.column).choices if slug in condition.values}
        rows = [row for row in table.preview.rows if row.row > table.layout.header_row and any(row.cells)]
        hits = sum(place is not None and len(row.cells) > place and row.cells[place].strip() in written for row in rows)
        if rows and hits * 2 > len(rows):
            absent.append(column.header)
    if absent:
        raise _missing_error(table.template, absent, [header for _, header, _ in table.extra])


def _refuse_wide(previews: Sequence[Preview]) -> None:
    # The same text read with each delimiter is wide in one reading only; all of them must be wide to be hopeless.
    narrowest = min(max(len(row.cells) for row in preview.rows) for preview in previews)
    if narrowest > MAX_COLUMNS:
        message = f"表有{narrowest}列，不像是任何报送模板。"
        raise UnreadableFile(message, remedy="请检查分隔符是否正确，或是否选错了文件。")


def _best_fits(previews: Sequence[Preview], templates: Sequence[Template]) -> list[_Fit]:
    """Return the best fit of every sheet that fits anything, in the order of the sheets."""
    found: dict[str, list[_Fit]] = {}
    for fit in _all_fits(previews, templates):
        found.setdefault(fit.preview.sheet, []).append(fit)
    return [_choose(fits) for fits in found.values()]


def _choose(fits: Sequence[_Fit]) -> _Fit:
    """Return the fit with the highest score, or the one that it should give way to.

    Of the editions of one template, one that lacks nothing and reads the most columns is preferred; a whole fit of
    another template wins over one that lacks a column if it is about as good.
    """
    best = max(fits, key=lambda fit: fit.score)
    whole = [fit for fit in fits if fit.is_clear and not fit.missing]
    same = [fit for fit in whole if fit.template.template_id == best.template.template_id]
    if same:
        return max(same, key=lambda fit: (len(fit.matches), fit.score))
    near = [fit for fit in whole if best.missing and fit.score >= ABOUT_AS_GOOD * best.score]
    return max(near, key=lambda fit: fit.score, default=best)


def _all_fits(previews: Sequence[Preview], templates: Sequence[Template]) -> Iterator[_Fit]:
    names = [(template, _names_of(template)) for template in list_editions(templates)]
    for preview in previews:
        for row in preview.rows[:HEADER_SEARCH_ROWS]:
            if len(row.cells) > MAX_COLUMNS:
                continue
            keys = [header_key(cell) for cell in row.cells]
            filled = sum(bool(key.key) for key in keys)
            for template, known in names:
                matches = _match_columns(row, keys, known)
                if matches:
                    # Dice: a template with many columns that the file lacks must not win over one that fits it all.
                    yield _Fit(preview, row, template, matches, 2 * len(matches) / (filled + len(template.columns)))


def _names_of(template: Template) -> dict[str, tuple[Column, int]]:
    """Return key → (column, rank): the header itself, its code, aliases, and last the misspellings of any of them."""
    names: dict[str, tuple[Column, int]] = {}
    for column in template.columns:
        for rank, name in enumerate((column.header, column.code, *column.aliases)):
            if name:
                names.setdefault(header_key(name).key, (column, min(rank, 2)))
    for column in template.columns:
        for name in column.misspellings:
            names.setdefault(header_key(name).key, (column, MISSPELT))
    return names


def _match_columns(
    row: PreviewRow, keys: Sequence[HeaderKey], known: dict[str, tuple[Column, int]]
) -> tuple[ColumnMatch, ...]:
    found: dict[str, tuple[int, ColumnMatch]] = {}
    for position, (cell, key) in enumerate(zip(row.cells, keys, strict=True)):
        if key.key not in known:
            continue
        column, rank = known[key.key]
        cell_type = _type_with_unit(column, key.unit)
        if cell_type is None:
            continue
        earlier = found.get(column.header)
        if earlier is None or rank < earlier[0]:
            found[column.header] = (rank, ColumnMatch(column, position, cell.strip(), cell_type))
    return tuple(match for _, match in found.values())


def _type_with_unit(column: Column, unit: str) -> CellType | None:
    """Return how the column's cells are read; None where the header states a unit that is not supported."""
    if column.type not in _UNITS.values() or not unit:
        return column.type
    return _UNITS.get(unit)


def _to_recognised(fit: _Fit) -> Recognised:
    _refuse_twins(fit)
    used = {match.position for match in fit.matches}
    header = tuple(cell.strip() for cell in fit.row.cells)
    found = {match.column.header for match in fit.matches}
    absent = [column.header for column in fit.template.columns if column.header not in found]
    extra = tuple(
        (position, name, _nearest(name, absent)) for position, name in enumerate(header) if position not in used
    )
    layout = Layout(
        sheet=fit.preview.sheet,
        delimiter=fit.preview.delimiter,
        header_row=fit.row.last_row,
        header=header,
        code_columns=frozenset(match.position for match in fit.matches if match.cell_type.is_code),
    )
    return Recognised(fit.template, layout, fit.matches, extra, fit.preview)


def _refuse_twins(fit: _Fit) -> None:
    """Refuse a header in which one name stands twice: nobody can say which of the two columns counts."""
    keys = [header_key(cell).key for cell in fit.row.cells]
    for match in fit.matches:
        key = header_key(match.header).key
        if keys.count(key) > 1:
            places = "、".join(f"第{index + 1}列" for index, other in enumerate(keys) if other == key)
            message = f"表头中有重复的列“{match.header}”（{places}），无法确定以哪一列为准。"
            raise UnreadableFile(message, remedy="请删除或改名其中一列后再报送。", column=match.header)


def _nearest(header: str, candidates: Sequence[str]) -> str:
    if not header or not candidates:
        return ""
    keys = [header_key(candidate).key for candidate in candidates]
    best = process.extract(header_key(header).key, keys, scorer=fuzz.ratio, limit=1, score_cutoff=NEAR_MISS)
    return candidates[best[0][2]] if best else ""


def _missing(fit: _Fit) -> MissingColumns:
    used = {match.position for match in fit.matches}
    extra = [cell.strip() for position, cell in enumerate(fit.row.cells) if position not in used]
    return _missing_error(fit.template, fit.missing, extra)


def _missing_error(template: Template, absent: Sequence[str], extra: Sequence[str]) -> MissingColumns:
    named = "、".join(f"“{header}”" for header in absent)
    asked = [f"“{name}”是否即“{near}”？" for name in extra if (near := _nearest(name, absent))]
    remedy = "请按模板补齐这些列（列名要与模板一致）后再报送。" + "".join(asked)
    message = f"文件是“{template.title}”，但缺少必需的列：{named}。"
    return MissingColumns(message, remedy=remedy, template=template.template_id, missing=list(absent))


def _unknown(fits: Sequence[_Fit], templates: Sequence[Template]) -> UnknownTemplate:
    if not fits:
        message = f"在前{HEADER_SEARCH_ROWS}行中没有找到任何已知模板的表头。"
        remedy = "请检查：表头是否被删除，文字是否乱码，或是否为本系统支持的数据种类。"
        return UnknownTemplate(message, remedy=remedy, supported=[template.title for template in templates])
    best = max(fits, key=lambda fit: fit.score)
    used = {match.position for match in best.matches}
    extra = [cell.strip() for position, cell in enumerate(best.row.cells) if position not in used]
    asked = [f"“{name}”是否即“{near}”？" for name in extra if (near := _nearest(name, best.missing))]
    missing = "、".join(f"“{header}”" for header in best.missing)
    message = f"表头与任何已知模板都不相符；最接近的是“{best.template.title}”，还缺少{missing}。"
    remedy = "请下载该模板，按模板的列名整理后再报送；如属其他数据，请先确认是否在归集目录内。" + "".join(asked)
    return UnknownTemplate(message, remedy=remedy, nearest=best.template.template_id, missing=best.missing)
