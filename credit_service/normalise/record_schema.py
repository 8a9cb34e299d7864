"""The one schema of record frames, as Polars types.

`domain.record.RECORD_FIELDS` says what the fields are; this module says how a frame holds them, and refuses a frame
that holds anything else. Nothing is cast here: a wrong type is a bug of the stage that made it.
"""

from __future__ import annotations

import polars as pl

from credit_service.domain.record import RECORD_FIELDS

_TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "int": pl.Int64(),
    "bool": pl.Boolean(),
    "date": pl.Date(),
    "instant": pl.Datetime("us"),
}

RECORD_SCHEMA = pl.Schema({name: _TYPES[kind.removesuffix("?")] for name, kind in RECORD_FIELDS})
"""**Units**: instants are naive UTC, dates are days in Asia/Shanghai, money is whole fen."""

NEVER_NULL = tuple(name for name, kind in RECORD_FIELDS if not kind.endswith("?"))


def check_record_frame(records: pl.DataFrame) -> pl.DataFrame:
    """Return the frame itself when it has exactly the schema of records.

    Raises:
        TypeError: A column is missing, superfluous, out of order or of another type.
        ValueError: A column that must be filled has nulls.
    """
    if records.schema != RECORD_SCHEMA:
        wrong = set(records.schema.items()) ^ set(RECORD_SCHEMA.items())
        message = f"a record frame differs from RECORD_SCHEMA in {sorted(name for name, _ in wrong)}"
        raise TypeError(message)
    holes = [name for name in NEVER_NULL if records[name].null_count()]
    if holes:
        message = f"record columns that must be filled have nulls: {holes}"
        raise ValueError(message)
    return records
