"""Long lists cut into pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Slice(Generic[Item]):
    """One page of a list; ``page`` counts from 1."""

    items: Sequence[Item]
    page: int
    pages: int
    total: int
    first: int
    """Number of the first item on this page, counted from 1; 0 where the list is empty."""


def cut(items: Sequence[Item], page: int, size: int) -> Slice[Item]:
    """Return a page of a list; a page past the end is the last one."""
    pages = max(1, -(-len(items) // size))
    page = min(max(page, 1), pages)
    start = (page - 1) * size
    return Slice(items[start : start + size], page, pages, len(items), start + 1 if items else 0)


def fetch_slice(page: int, size: int, fetch: Callable[[int, int], tuple[Sequence[Item], int]]) -> Slice[Item]:
    """Return a page of a list fetched by (limit, offset) with its total; a page past the end is the last one."""
    items, total = fetch(size, (page - 1) * size)
    pages = max(1, -(-total // size))
    if page > pages:
        page = pages
        items, total = fetch(size, (page - 1) * size)
    return Slice(items, page, pages, total, (page - 1) * size + 1 if items else 0)
