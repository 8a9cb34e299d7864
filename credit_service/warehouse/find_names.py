"""Which known subjects are worth comparing with an organisation, found among a million in one scan.

Before it stands an organisation without a code; after it the ids of known subjects whose names or representatives are
near enough to be compared one by one (`normalise.match_names`), and what records say of a subject. It judges nothing.

Worth comparing are: the same name; a name that contains the trade name and business, or is contained in the name; a
name of the same length (one more, one less) that begins or ends like it; the same representative in the same city.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from credit_service.domain.resolution import NamedSubject, NameSpan
from credit_service.warehouse.session import Session

NEAR_BYTES = 4
"""DuckDB's edit distance counts bytes: one Chinese character is three, and a digit may stand for one."""
MOST_COMPARED = 200
"""Known subjects compared with one organisation; exact names come first."""


@dataclass(frozen=True)
class Asked:
    """An organisation as the search needs it."""

    subject_id: str
    name: str
    """In one spelling (`normalise.name_parts.spell`)."""
    core: str


def find_comparable(session: Session, asked: Sequence[Asked]) -> dict[str, list[str]]:
    """Return, for each organisation asked about, the known subjects worth comparing; unnamed ones are never among them.

    **Shape**: at most `MOST_COMPARED` ids each, those of exactly this name first, then by distance.
    """
    found: dict[str, list[str]] = {one.subject_id: [] for one in asked}
    # An empty core is part of every name.
    usable = [one for one in asked if one.core]
    if not usable:
        return found
    frame = session.run_query(
        _COMPARABLE,
        {
            "ids": [one.subject_id for one in usable],
            "names": [one.name for one in usable],
            "cores": [one.core for one in usable],
            "pattern": _pattern(usable),
            "near": NEAR_BYTES,
            "most": MOST_COMPARED,
        },
    )
    for asked_id, subject_id in frame.iter_rows():
        found[asked_id].append(subject_id)
    return found


def find_subjects(session: Session, subject_ids: Iterable[str]) -> dict[str, NamedSubject]:
    """Return what records say of each subject; a name outlives the record that had it, unless that was withdrawn."""
    wanted = sorted(set(subject_ids))
    if not wanted:
        return {}
    named = session.run_query(_NAMES, {"ids": wanted})
    facts = {row["subject_id"]: row for row in session.run_query(_FACTS, {"ids": wanted}).iter_rows(named=True)}
    return {
        subject_id: NamedSubject(
            subject_id=subject_id,
            subject_kind=facts[subject_id]["subject_kind"],
            names=tuple(NameSpan(*row[1:]) for row in group.iter_rows()),
            region_codes=frozenset(facts[subject_id]["region_codes"] or ()),
            representative_keys=frozenset(facts[subject_id]["representative_keys"] or ()),
        )
        for (subject_id,), group in named.group_by("subject_id", maintain_order=True)
    }


def find_by_name(session: Session, spelled: str, limit: int) -> list[str]:
    """Return the organisations whose present or former name contains a text, those of exactly this name first."""
    return list(session.run_query(_BY_NAME, {"text": spelled, "limit": limit})["subject_id"])


def list_unnamed(session: Session, *, without: Sequence[str], limit: int, offset: int = 0) -> pl.DataFrame:
    """Return organisations without a code of which a record holds now, those with most records first.

    Args:
        session: The open warehouse.
        without: Ids already judged.
        limit: How many.
        offset: How many to pass over.

    **Shape**: ``subject_id subject_name subject_kind agency_code records first_on last_on kinds total``; ``total``, the
    number of all of them, is the same in every row.
    """
    return session.run_query(_UNNAMED, {"without": list(without), "limit": limit, "offset": offset})


def list_records(session: Session, subject_id: str, limit: int) -> pl.DataFrame:
    """Return the records of one subject that hold now, newest first.

    **Shape**: ``record_id kind topic document_no authority_name decided_on file_name row sheet``.
    """
    return session.run_query(_RECORDS, {"subject_id": subject_id, "limit": limit})


def _pattern(asked: Sequence[Asked]) -> str:
    """Return what a name must match to be near to any of those asked about: one scan instead of one for each."""
    cores = sorted({re.escape(one.core) for one in asked})
    heads = sorted({re.escape(one.name[: len(one.name) // 2]) for one in asked if len(one.name) > 1})
    tails = sorted({re.escape(one.name[-(len(one.name) // 2) :]) for one in asked if len(one.name) > 1})
    parts = [*cores, *(f"^{head}" for head in heads), *(f"{tail}$" for tail in tails)]
    return "|".join(parts)


_SPELLED = "lower(replace(replace(subject_name, ' ', ''), chr(12288), ''))"

_COMPARABLE = f"""
WITH asked AS (
    SELECT unnest(CAST($ids AS VARCHAR[])) AS asked_id, unnest(CAST($names AS VARCHAR[])) AS name,
        unnest(CAST($cores AS VARCHAR[])) AS core
), profile AS (
    SELECT subject_id AS asked_id, representative_key, left(region_code, 4) AS city
    FROM records
    WHERE subject_id IN (SELECT unnest(CAST($ids AS VARCHAR[]))) AND representative_key IS NOT NULL
    GROUP BY ALL
), known AS MATERIALIZED (
    SELECT {_SPELLED} AS name, subject_id
    FROM records
    WHERE subject_kind <> 'person' AND NOT starts_with(subject_id, 'none:')
), parts AS (
    SELECT DISTINCT asked_id, substr(name, begins, size) AS name
    FROM asked, generate_series(1, length(name)) AS b(begins),
        generate_series(least(4, length(name)), length(name)) AS s(size)
    WHERE begins + size <= length(name) + 1
), names AS (
    SELECT DISTINCT name FROM known WHERE regexp_matches(name, $pattern)
), near AS (
    SELECT a.asked_id, n.name
    FROM asked AS a
    JOIN names AS n
      ON contains(n.name, a.core)
      OR (
        length(n.name) BETWEEN length(a.name) - 1 AND length(a.name) + 1
        AND (
            starts_with(n.name, left(a.name, length(a.name) // 2))
            OR ends_with(n.name, right(a.name, length(a.name) // 2))
        )
        AND levenshtein(n.name, a.name) <= $near
      )
    UNION
    SELECT asked_id, name FROM parts
), found AS (
    SELECT n.asked_id, k.subject_id, least(levenshtein(k.name, a.name), 29) AS place
    FROM near AS n
    JOIN known AS k ON k.name = n.name
    JOIN asked AS a ON a.asked_id = n.asked_id
    UNION ALL
    SELECT p.asked_id, r.subject_id, 30 AS place
    FROM profile AS p
    JOIN records AS r ON r.representative_key = p.representative_key
    WHERE NOT starts_with(r.subject_id, 'none:')
      AND (p.city IS NULL OR r.region_code IS NULL OR left(r.region_code, 4) = p.city)
), ranked AS (
    SELECT asked_id, subject_id, min(place) AS place
    FROM found
    WHERE asked_id <> subject_id
    GROUP BY asked_id, subject_id
)
SELECT asked_id, subject_id
FROM ranked
QUALIFY row_number() OVER (PARTITION BY asked_id ORDER BY place, subject_id) <= $most
ORDER BY asked_id, place, subject_id
"""  # noqa: S608 - made of one constant

_NAMES = """
SELECT
    subject_id, subject_name, min(decided_on) AS first_on, max(decided_on) AS last_on, count(*) AS records
FROM records AS r
WHERE subject_id IN (SELECT unnest(CAST($ids AS VARCHAR[]))) AND subject_kind <> 'person'
    AND NOT EXISTS (
        SELECT 1 FROM retracted AS x
        WHERE x.batch_id = r.batch_id AND (x.record_id IS NULL OR x.record_id = r.record_id)
    )
GROUP BY subject_id, subject_name
ORDER BY subject_id, max(learned_at) DESC, max(decided_on) DESC, subject_name
"""

_FACTS = """
SELECT
    subject_id, arg_max(subject_kind, (learned_at, record_id)) AS subject_kind,
    list(DISTINCT region_code) FILTER (region_code IS NOT NULL) AS region_codes,
    list(DISTINCT representative_key) FILTER (representative_key IS NOT NULL) AS representative_keys
FROM records
WHERE subject_id IN (SELECT unnest(CAST($ids AS VARCHAR[]))) AND subject_kind <> 'person'
GROUP BY subject_id
"""

_BY_NAME = f"""
SELECT subject_id, bool_or({_SPELLED} = $text) AS is_exact
FROM records
WHERE subject_kind <> 'person' AND contains({_SPELLED}, $text)
GROUP BY subject_id
ORDER BY is_exact DESC, starts_with(subject_id, 'none:'), subject_id
LIMIT $limit
"""  # noqa: S608 - made of one constant

_UNNAMED = """
SELECT
    subject_id, arg_max(subject_name, (learned_at, record_id)) AS subject_name,
    arg_max(subject_kind, (learned_at, record_id)) AS subject_kind, any_value(agency_code) AS agency_code,
    count(*) AS records, min(decided_on) AS first_on, max(decided_on) AS last_on,
    list(DISTINCT kind ORDER BY kind) AS kinds, count(*) OVER () AS total
FROM current_records
WHERE starts_with(subject_id, 'none:') AND subject_id NOT IN (SELECT unnest(CAST($without AS VARCHAR[])))
GROUP BY subject_id
ORDER BY records DESC, last_on DESC, subject_id
LIMIT $limit OFFSET $offset
"""

_RECORDS = """
SELECT
    r.record_id, r.kind, r.topic, r.document_no, r.authority_name, r.decided_on, a.file_name, r.row, r.sheet
FROM current_records AS r
JOIN applied AS a ON a.batch_id = r.batch_id
WHERE r.subject_id = $subject_id
ORDER BY r.decided_on DESC, r.record_id
LIMIT $limit
"""
