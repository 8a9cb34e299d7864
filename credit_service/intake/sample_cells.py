"""Cells of generated rows that several templates share: dates, amounts, document numbers, the subject's columns.

Before this module come draws and subjects; after it the row makers of each template. All values are text as a clerk
would type it; a blank cell is null.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import polars as pl

from credit_service.intake import sample_subjects as subjects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credit_service.intake.sample_draws import Draws
    from credit_service.intake.sample_words import SampleWords

Cells = dict[str, pl.Series]
"""Columns of one block by header."""

PAST_DAYS = 3 * 366
"""Facts lie in the three years before the day of the order."""
FUTURE_DAYS = 5 * 366
END_OF_TIME = "2099/12/31"
BUSINESS_SHARE_MILLIONTHS = 120_000
REGISTERED_SHARE_MILLIONTHS = 300_000


@dataclass(frozen=True)
class BlockContext:
    """What one block of rows is made from."""

    draws: Draws
    pool: subjects.Pool
    words: SampleWords
    today: date
    first: int
    has_dummies: bool = True
    """Whether the official dummy code may stand for businesses without one; only the standard templates allow it."""

    @property
    def length(self) -> int:
        """Rows in the block."""
        return self.draws.length

    def same(self, value: str | None) -> pl.Series:
        """Return a column with one value."""
        return pl.Series([value], dtype=pl.String).new_from_index(0, self.length)

    def pick(self, list_name: str) -> pl.Series:
        """Return random words of one list."""
        return self.draws.pick(pl.Series(self.words.lists[list_name]))

    @cached_property
    def numbers(self) -> pl.Series:
        """Numbers of the rows in the whole sample, from 1: what makes document numbers unique."""
        return pl.int_range(self.first + 1, self.first + self.length + 1, eager=True).cast(pl.String).str.zfill(6)

    def dates(self, days_ago: pl.Series, after: int = 0) -> pl.Series:
        """Return the dates ``days_ago`` before the day of the order, moved ``after`` days later."""
        return _calendar(self.today).gather(PAST_DAYS - days_ago.cast(pl.Int64) + after)


@lru_cache(maxsize=4)
def _calendar(today: date) -> pl.Series:
    """Return every date a row may hold, as written, from three years before ``today`` on."""
    days = range(-PAST_DAYS, FUTURE_DAYS)
    return pl.Series([f"{today + timedelta(days=day):%Y/%m/%d}" for day in days])


def days_ago(context: BlockContext) -> pl.Series:
    """Return how long ago each fact was decided."""
    return context.draws.below(PAST_DAYS)


def document_numbers(context: BlockContext, authority: pl.Series, word: str, decided: pl.Series) -> pl.Series:
    """Return document numbers like 示市监罚〔2025〕000123号, each once in a sample."""
    return "示" + authority + word + "〔" + decided.str.slice(0, 4) + "〕" + context.numbers + "号"


def yuan_between(context: BlockContext, low: pl.Series, high: pl.Series) -> pl.Series:
    """Return whole amounts between two columns of bounds, in steps of 100 yuan."""
    steps = (high - low) // 100 + 1
    return low + context.draws.below(2**20).cast(pl.Int64) * steps // 2**20 * 100


def as_wan(yuan: pl.Series) -> pl.Series:
    """Return amounts in 万元 as written by hand: no superfluous zeros."""
    text = (yuan // 10_000).cast(pl.String) + "." + (yuan % 10_000).cast(pl.String).str.zfill(4)
    return text.str.strip_chars_end("0").str.strip_chars_end(".")


def only_where(mask: pl.Series, values: pl.Series) -> pl.Series:
    """Return the values where the mask holds, blank elsewhere."""
    return values.zip_with(mask, values.new_from_index(0, 0).extend_constant(None, len(values)))


@dataclass(frozen=True)
class Organisations:
    """The organisation of each row."""

    names: pl.Series
    codes: pl.Series
    registrations: pl.Series
    organisation_codes: pl.Series
    principals: pl.Series
    is_business: pl.Series
    """True for individual businesses."""


def organisations(context: BlockContext, business_millionths: int = 0, *, once_each: bool = False) -> Organisations:
    """Return the organisations that the rows are about; some may be individual businesses.

    Args:
        context: The block.
        business_millionths: How many of a million subjects are individual businesses.
        once_each: Take a new organisation for each row, where a template allows each only once.
    """
    serials = _serials(context, once_each=once_each)
    bodies = subjects.organisation_bodies(serials, context.pool.offset)
    # Whether a subject is a business follows from its code, so that it is one in every row and every file.
    is_business = bodies // 7 % 1_000_000 < business_millionths
    companies = subjects.company_names(serials, context.words)
    is_registered = context.draws.chance(REGISTERED_SHARE_MILLIONTHS)
    return Organisations(
        names=subjects.shop_names(serials, context.words).zip_with(is_business, companies),
        codes=subjects.social_credit_codes(bodies, is_business.cast(pl.Int64) + 91),
        registrations=only_where(is_registered, subjects.registration_numbers(bodies)),
        organisation_codes=only_where(is_registered & ~is_business, subjects.organisation_codes(bodies)),
        principals=subjects.person_names(bodies, context.words),
        is_business=is_business,
    )


def _serials(context: BlockContext, *, once_each: bool) -> pl.Series:
    if once_each:
        return pl.int_range(context.first, context.first + context.length, eager=True)
    return context.pool.draw(context.draws)


@dataclass(frozen=True)
class Persons:
    """The person of each row."""

    names: pl.Series
    numbers: pl.Series


def persons(context: BlockContext, *, once_each: bool = False) -> Persons:
    """Return the adults that the rows are about; ``once_each`` as for `organisations`."""
    serials = _serials(context, once_each=once_each)
    numbers = subjects.citizen_numbers(serials, context.pool.offset)
    return Persons(subjects.person_names(serials, context.words), numbers)


@dataclass(frozen=True)
class Authorities:
    """The deciding agency of each row."""

    short_names: pl.Series
    names: pl.Series
    codes: pl.Series


def authorities(context: BlockContext, short_names: Sequence[str], drawn: pl.Series) -> Authorities:
    """Return for each row the agency whose short name stands at the ``drawn`` place of ``short_names``."""
    agencies = [context.words.agency(short_name) for short_name in short_names]
    return Authorities(
        short_names=pl.Series(short_names).gather(drawn),
        names=pl.Series([agency.name for agency in agencies]).gather(drawn),
        codes=pl.Series([agency.agency_code for agency in agencies]).gather(drawn),
    )
