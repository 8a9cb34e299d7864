"""A department's accepted rows to nominees: who each row is about, and the row as it may be shown again.

Before it stand rows that `intake` has checked against the template of nominees; after it a frame that the warehouse
joins with what is known. Persons are in it by keyed hash and masked name; their names in clear are kept apart, for the
one comparison with the ledger's vault, and written nowhere. It judges nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from credit_service.domain.identifier import mask_person_id
from credit_service.domain.subject import SubjectKind, mask_person_name
from credit_service.domain.template import Template
from credit_service.normalise.identifiers import resolve_subjects
from credit_service.normalise.names import normalise_name
from credit_service.normalise.targets import read_targets

NOMINEE_SCHEMA = pl.Schema(
    {
        "place": pl.Int64(),
        "row": pl.Int64(),
        "sheet": pl.String(),
        "subject_id": pl.String(),
        "subject_kind": pl.String(),
        "subject_name": pl.String(),
        "code": pl.String(),
        "adult_on": pl.Date(),
        "consent_no": pl.String(),
        "honour": pl.String(),
        "own": pl.List(pl.String()),
    }
)
"""One row per nominee. **Units**: ``place`` counts from 0 in file order; ``code`` is masked for persons, empty where
the row has none; ``own`` are the department's own cells in the order of the template, persons' masked."""


@dataclass(frozen=True)
class Nominees:
    """Nominees, and what only the comparison of names may see."""

    frame: pl.DataFrame
    person_names: dict[int, str] = field(repr=False)
    """By ``place``: the name of a person as the department wrote it."""


def build_nominees(accepted: pl.DataFrame, template: Template, hash_key: bytes, first_place: int) -> Nominees:
    """Return accepted rows as nominees.

    Args:
        accepted: ``row`` and ``sheet``, then one typed column per header of the template (`intake.read_batch`).
        template: The template of nominees.
        hash_key: The key of the installation; it lies outside both stores.
        first_place: Number of the first row.

    **Shape**: `NOMINEE_SCHEMA`, one row per accepted row in the same order.
    """
    rows = read_targets(accepted, template).with_columns(pl.format("{}-{}", "sheet", "row").alias("record_id"))
    rows = resolve_subjects(rows, template.subject_kind, hash_key, template.organisation_endings)
    rows = rows.with_columns(normalise_name("subject_name"), own=_show_rows(accepted, template))
    rows = rows.with_row_index("place", offset=first_place).with_columns(pl.col("place").cast(pl.Int64))
    is_person = pl.col("subject_kind") == SubjectKind.PERSON.value
    persons = rows.filter(is_person)
    names = dict(zip(persons["place"].to_list(), persons["subject_name"].to_list(), strict=True))
    masked = pl.col("subject_name").map_elements(mask_person_name, return_dtype=pl.String)
    number = pl.col("person_number").map_elements(mask_person_id, return_dtype=pl.String)
    personal = [place for place, column in enumerate(_columns(accepted, template)) if column in _personal(template)]
    rows = rows.with_columns(
        subject_name=pl.when(is_person).then(masked).otherwise("subject_name"),
        code=pl.when(is_person).then(number).otherwise("identifier_code").fill_null(""),
        consent_no=pl.col("consent_no").fill_null("").str.strip_chars(),
        honour=pl.col("topic").fill_null("").str.strip_chars(),
    )
    return Nominees(_mask_own(rows, personal).select(NOMINEE_SCHEMA.names()).match_to_schema(NOMINEE_SCHEMA), names)


def list_own_columns(accepted: pl.DataFrame, template: Template) -> tuple[str, ...]:
    """Return the headers of the department's own cells, in the order of ``own``."""
    return tuple(_columns(accepted, template))


def _columns(accepted: pl.DataFrame, template: Template) -> list[str]:
    return [column.header for column in template.columns if column.header in accepted.columns]


def _personal(template: Template) -> frozenset[str]:
    return frozenset(column.header for column in template.columns if column.personal)


def _show_rows(accepted: pl.DataFrame, template: Template) -> pl.Series:
    """Return each row's cells as the department wrote them, as far as they were understood."""
    texts = []
    for header in _columns(accepted, template):
        column = template.column(header)
        words = {slug: word for word, slug in reversed(column.choices)}
        cells = accepted[header].cast(pl.String).fill_null("")
        texts.append(cells.replace(words) if words else cells)
    return pl.DataFrame(texts).select(own=pl.concat_list(pl.all()))["own"]


def _mask_own(rows: pl.DataFrame, personal: list[int]) -> pl.DataFrame:
    """Put the masked name or number where a person's stands among the own cells."""
    is_person = rows["subject_kind"] == SubjectKind.PERSON.value
    places = is_person.arg_true()
    if places.is_empty():
        return rows
    own = rows["own"].to_list()
    for place in places:
        cells = own[place]
        for cell in personal:
            shown = mask_person_id if any(letter.isdigit() for letter in cells[cell]) else mask_person_name
            cells[cell] = shown(cells[cell])
    return rows.with_columns(pl.Series("own", own, dtype=pl.List(pl.String())))
