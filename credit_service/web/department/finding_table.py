"""The table of findings that a report and a trial share: filters, one page of rows, and the addresses of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from credit_service.domain.batch import Finding, FindingSeverity
from credit_service.lookup.batch_pages import FindingFilter, FindingPage
from credit_service.web.paging import Slice, fetch_slice

FINDINGS_PER_PAGE = 50
WHOLE_ROW = "（整行）"
"""Stands for the findings of no single column, whose column is empty."""
_Choice = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class FindingQuery:
    """What a reader chose; empty is everything."""

    severity: _Choice = ""
    rule: _Choice = ""
    column: _Choice = ""
    sheet: _Choice = ""
    page: Annotated[int, Query(ge=1, le=10_000_000)] = 1

    def to_filter(self) -> FindingFilter:
        """Return the choice as a filter."""
        return FindingFilter(
            severity=self.severity if self.severity in set(FindingSeverity) else None,
            rule=self.rule or None,
            column="" if self.column == WHOLE_ROW else self.column or None,
            sheet=self.sheet or None,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether only some findings are asked for."""
        return self.to_filter() != FindingFilter()


@dataclass(frozen=True)
class FindingTable:
    """One page of findings with everything its template needs."""

    counts: FindingPage
    shown: Slice[Finding]
    query: FindingQuery
    path: str
    """Address of the page that shows the table."""
    keep: Mapping[str, str] = field(default_factory=dict)
    """Further parts of the address, which filters and page links carry on."""

    @property
    def base(self) -> str:
        """The filter as the beginning of an address; a page number follows."""
        chosen = {
            "severity": self.query.severity,
            "rule": self.query.rule,
            "column": self.query.column,
            "sheet": self.query.sheet,
        }
        return "?" + urlencode({**self.keep, **{name: value for name, value in chosen.items() if value}}) + "&"

    @property
    def columns(self) -> tuple[tuple[str, int], ...]:
        """Columns to choose from, with how many findings each has."""
        return tuple((name or WHOLE_ROW, number) for name, number in self.counts.columns)

    @property
    def has_sheets(self) -> bool:
        """Whether the findings lie in several sheets."""
        return len(self.counts.sheets) > 1


def fetch_table(
    fetch_page: Callable[[FindingFilter, int, int], FindingPage],
    query: FindingQuery,
    path: str,
    keep: Mapping[str, str] | None = None,
) -> FindingTable:
    """Return the page of findings a reader asked for.

    Args:
        fetch_page: Returns findings by filter, limit and offset.
        query: What the reader chose.
        path: Address of the page that shows the table.
        keep: Further parts of that address.
    """
    pages: list[FindingPage] = []

    def fetch(limit: int, offset: int) -> tuple[tuple[Finding, ...], int]:
        pages.append(fetch_page(query.to_filter(), limit, offset))
        return pages[-1].findings, pages[-1].matching

    shown = fetch_slice(query.page, FINDINGS_PER_PAGE, fetch)
    return FindingTable(pages[-1], shown, query, path, keep or {})
