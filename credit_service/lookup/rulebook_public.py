"""The book for the public: the rules adopted for a day, out of their kept copy, never the working directory.

Before it lie the ledger's adoptions, after it a book that is made once for each day and rulebook and then kept in
memory, because the rules of a day do not change after they are adopted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from credit_service.domain.adoption import Adoption, AdoptionKind
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.lookup.rulebook_book import Bookshelf
from credit_service.lookup.rulebook_print import print_body, print_page, print_pdf
from credit_service.lookup.rulebook_types import Book, BookAdoption
from credit_service.rulebook.kept import check_kept


@dataclass(frozen=True)
class PublicBook:
    """The book of a day with its body as a page shows it."""

    book: Book
    body: Markup


def read_public_book(room: ReadingRoom, as_of: date | None = None) -> PublicBook:
    """Return the rules adopted for a day (today where it is None) in words.

    Raises:
        RulebookNotAdopted: Nothing was ever adopted.
        RuleNotInForce: No rules are in force on that day.
        TemplateFault: A publication template has a fault.
    """
    return _make(*_find(room, as_of), room.places.publication_templates)


def read_public_page(room: ReadingRoom, as_of: date | None = None) -> bytes:
    """Return the page that stands alone.

    Raises:
        RulebookNotAdopted: Nothing was ever adopted.
        RuleNotInForce: No rules are in force on that day.
        TemplateFault: A publication template has a fault.
    """
    templates_dir = room.places.publication_templates
    return print_page(_make(*_find(room, as_of), templates_dir).book, templates_dir)


def read_public_pdf(room: ReadingRoom, as_of: date | None = None) -> bytes:
    """Return the PDF.

    Raises:
        RulebookNotAdopted: Nothing was ever adopted.
        RuleNotInForce: No rules are in force on that day.
        TemplateFault: No Chinese font is found, or a publication template has a fault.
    """
    return _set(*_find(room, as_of), room.places.publication_templates)


def _find(room: ReadingRoom, as_of: date | None) -> tuple[Path, str, date, str]:
    """Return where the rules of a day are kept, by which name, and how they came to be in force."""
    day = as_of or room.today()
    room.rulebook(day)  # Says in its own words where nothing is adopted or in force.
    with room.ledger.reading() as uow:
        adoption = uow.adoptions.find_in_force(day, room.clock.now())
    if adoption is None:  # pragma: no cover - the question above has refused already.
        raise AssertionError
    return room.places.rulebooks, adoption.rulebook, day, _say_adoption(adoption)


def _say_adoption(adoption: Adoption) -> str:
    """Return in words how the rules were put in force; who did it is in the ledger, not on a public page."""
    name = f"规则库 {adoption.rulebook[:12]}"
    if adoption.kind is AdoptionKind.FOUNDING:
        return f"{name}，随服务启用，未经两人采用，自 {adoption.from_on} 起"
    return f"{name}，一人提出、另一人于 {adoption.confirmed_on} 确认，自 {adoption.from_on} 起采用"


@lru_cache(maxsize=2)
def _open(store: Path, rulebook: str) -> Bookshelf:
    return Bookshelf(check_kept(store, rulebook))


@lru_cache(maxsize=8)
def _make(store: Path, rulebook: str, day: date, adoption: str, templates_dir: Path) -> PublicBook:
    book = replace(_open(store, rulebook).read(day), adoption=BookAdoption(adoption))
    return PublicBook(book, print_body(book, templates_dir))


@lru_cache(maxsize=4)
def _set(store: Path, rulebook: str, day: date, adoption: str, templates_dir: Path) -> bytes:
    return print_pdf(_make(store, rulebook, day, adoption, templates_dir).book, templates_dir)
