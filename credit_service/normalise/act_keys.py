"""Keys of records and of the acts they report.

A record's key says where it stands in which file; an act's key says which act of which subject it is, so that the same
act, reported again by the same agency, is known again. Neither depends on the order of rows or on the hour.
"""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

from credit_service.domain.record import RecordKind


def make_record_ids(rows: pl.DataFrame, batch_id: str, *, multi_sheet: bool) -> pl.Series:
    """Return ``<batch>-<row>``, or ``<batch>-S<sheet>-<row>`` where a book has several sheets with rows.

    The sheet's part is made from its name: it stays the same when rows come in chunks or sheets in another order.
    """
    number = pl.col("row").cast(pl.String).str.zfill(7)
    if not multi_sheet:
        return rows.select(pl.format(batch_id + "-{}", number)).to_series()
    marks = {name: blake2b(name.encode(), digest_size=3).hexdigest() for name in rows["sheet"].unique()}
    mark = pl.col("sheet").replace_strict(marks, return_dtype=pl.String)
    return rows.select(pl.format(batch_id + "-S{}-{}", mark, number)).to_series()


def make_act_keys(rows: pl.DataFrame, agency_code: str) -> pl.Series:
    """Return the key of the act each row reports.

    It is made of agency, ``kind``, document number and subject (``act_subject``); brackets of any shape are the same
    bracket. Without a document number, the day and the topic take its place. An honour has its topic in the key as
    well: one document names many honours of one subject, and none of them supersedes another.
    """
    number = pl.col("document_no").str.replace_many(["（", "）"], ["〔", "〕"])
    instead = pl.concat_str(pl.col("decided_on").cast(pl.String), pl.lit("|"), pl.col("topic"))
    is_honour = pl.col("kind") == RecordKind.HONOUR.value
    by_number = pl.when(is_honour).then(pl.concat_str(number, pl.lit("|"), pl.col("topic"))).otherwise(number)
    act = pl.when(number == "").then(instead).otherwise(by_number)
    texts = rows.select(
        pl.concat_str(pl.lit(agency_code), pl.col("kind"), act, pl.col("act_subject"), separator="\n")
    ).to_series()
    keys = [blake2b(text, digest_size=16).hexdigest() for text in texts.cast(pl.Binary).to_list()]
    return pl.Series("act_key", keys, pl.String)
