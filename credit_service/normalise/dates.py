"""Days that follow from other days.

All dates are legal days in Asia/Shanghai, without an hour. Periods and terms are rules and are not applied here.
"""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from credit_service.domain.clock import legal_day

OPEN_END = date(2099, 12, 31)
"""What the official templates write where an act has no end. Source: 双公示数据标准 (处罚有效期)."""


def coming_of_age(born_on: date) -> date:
    """Return the 18th birthday, the first day on which a person is no minor.

    Who was born on 29 February comes of age on 1 March. Source: 民法典 Art. 17; 未成年人保护法 Art. 2.
    """
    try:
        return born_on.replace(year=born_on.year + 18)
    except ValueError:
        return date(born_on.year + 18, 3, 1)


def normalise_decided_on(learned_at: datetime) -> pl.Expr:
    """Return the day of the act: as written, else the last day of the evaluation year, else the day of receipt.

    A grade of a year (A级纳税人) is earned over the whole year, and the lists name no day; the last day is the earliest
    at which all of it has happened. Only templates that say so (``is_undated``) leave both out; intake has marked each
    such row, because the day of receipt is later than the act.
    """
    year_end = pl.date(pl.col("year"), 12, 31)
    return pl.coalesce(pl.col("decided_on"), year_end, pl.lit(legal_day(learned_at))).alias("decided_on")


def normalise_ends_on() -> pl.Expr:
    """Return the end of validity; null where the template says that there is none."""
    ends_on = pl.col("ends_on")
    return pl.when(ends_on != OPEN_END).then(ends_on).alias("ends_on")


def normalise_revoked_on(learned_at: datetime) -> pl.Expr:
    """Return the day of revocation; templates state only that an act is revoked, so the day we learned it counts."""
    learned_on = pl.lit(legal_day(learned_at))
    return (
        pl.when(pl.col("revoked_on").is_not_null())
        .then(pl.col("revoked_on"))
        .when(pl.col("status_code") == "revoked")
        .then(learned_on)
        .alias("revoked_on")
    )


def normalise_is_minor() -> pl.Expr:
    """Return whether a person was under 18 on the day of the act; false where no birth date is known."""
    return (pl.col("decided_on") < pl.col("adult_on")).fill_null(value=False).alias("is_minor")
