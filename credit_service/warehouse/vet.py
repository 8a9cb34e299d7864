"""Nominees joined with what is known: every record that meets a condition, names under their codes, namesakes.

Before it `normalise` has said who the nominees are and `rulebook` what is asked; after it `pipeline.vet` judges rows.
It all lies in temporary tables of a transaction that is rolled back: a vetting leaves nothing in the warehouse. Natural
persons are joined by keyed hash and never by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import duckdb
import polars as pl
import pyarrow as pa

from credit_service.warehouse.run_query import (
    SUBJECTS_IN_QUESTION,
    AssessmentRun,
    StatementOfRules,
    TableOfRules,
    run_statements,
)
from credit_service.warehouse.session import Session
from credit_service.warehouse.write import to_naive_utc


class CompiledConditions(Protocol):
    """What `rulebook.compile_vetting.compile_vetting` returns; named by shape, as stages do not import each other."""

    @property
    def tables(self) -> Sequence[TableOfRules]:
        """Tables to lay down first."""
        ...

    @property
    def steps(self) -> Sequence[StatementOfRules]:
        """Statements that judge the records of the subjects in question and find what they meet."""
        ...


@dataclass(frozen=True)
class VettingFrames:
    """What is known of the nominees.

    **Shape**: ``hits``: one row per nominee, condition and record, ordered; ``names``: one row per nominee that is no
    person and name known under its code; ``twins``: one row per nominee and other organisation of its very name that
    has a record meeting a condition that bars; ``ids``: one row per nominee and subject id it is or was linked from.
    """

    hits: pl.DataFrame
    """``place rule record_id until_on kind topic document_no authority_name decided_on severity min_until batch_id row
    is_bar authority_code list_text subject_kind``"""
    names: pl.DataFrame
    """``place subject_name``"""
    twins: pl.DataFrame
    """``place twin_id has_code``"""
    ids: pl.DataFrame
    """``place subject_id``"""


def vet_nominees(
    session: Session, run: AssessmentRun, compiled: CompiledConditions, nominees: pl.DataFrame
) -> VettingFrames:
    """Return what is known of nominees on a day, as known at an instant.

    Args:
        session: The open warehouse.
        run: Day and instant; its id is not used, for nothing is stored.
        compiled: Tables and statements of the vetting rule, compiled for the subjects in ``SUBJECTS_IN_QUESTION``.
        nominees: ``place subject_id subject_kind subject_name award``, one row per nominee.
    """
    known = {"known_at": to_naive_utc(run.known_at)}
    with session.connection.cursor() as own:
        own.sql("BEGIN TRANSACTION")
        try:
            _lay_down(own, nominees)
            for sql in (_NOMINEE_IDS, _TWINS):
                own.sql(sql, params=known)
            own.sql(_SUBJECTS, params=known)
            run_statements(own, compiled.tables, compiled.steps, {"as_of": run.as_of, "known_at": run.known_at})
            return VettingFrames(
                hits=own.sql(_HITS).pl(),
                names=own.sql(_NAMES, params=known).pl(),
                twins=own.sql(_FOUND_TWINS).pl(),
                ids=own.sql("SELECT place, subject_id FROM nominee_ids ORDER BY place, subject_id").pl(),
            )
        finally:
            own.sql("ROLLBACK")


def find_honoured(session: Session, run: AssessmentRun, compiled: CompiledConditions) -> pl.DataFrame:
    """Return every honour that stands on a day, whoever holds it.

    **Shape**: ``place row sheet subject_id subject_kind subject_name code adult_on consent_no honour document_no
    authority_name decided_on``, one row per honour, ordered by subject and day; a person's name is masked, the code
    empty.
    """
    with session.connection.cursor() as own:
        own.sql("BEGIN TRANSACTION")
        try:
            own.sql(_HONOURED_SUBJECTS, params={"known_at": to_naive_utc(run.known_at)})
            run_statements(own, compiled.tables, compiled.steps, {"as_of": run.as_of, "known_at": run.known_at})
            found: pl.DataFrame = own.sql(_HONOURS).pl()
            return found
        finally:
            own.sql("ROLLBACK")


def _lay_down(own: duckdb.DuckDBPyConnection, nominees: pl.DataFrame) -> None:
    rows = nominees.select("place", "subject_id", "subject_kind", "subject_name", "award").to_arrow()
    own.register("given_nominees", pa.RecordBatchReader.from_batches(rows.schema, iter(rows.to_batches())))
    own.sql("CREATE TEMP TABLE given AS SELECT * FROM given_nominees")
    own.unregister("given_nominees")


_LINKS = """
known_links AS (
    SELECT from_subject_id, to_subject_id FROM subject_links
    WHERE linked_at <= $known_at AND (unlinked_at IS NULL OR unlinked_at > $known_at)
)
"""
# A nominee under an old code is whom that code was linked to; what is known under every linked code is its own.
_NOMINEE_IDS = f"""
CREATE TEMP TABLE nominee_ids AS
WITH {_LINKS}, ends AS (
    SELECT place, award, subject_kind, subject_name, COALESCE(to_subject_id, subject_id) AS end_id
    FROM given LEFT JOIN known_links ON from_subject_id = subject_id
)
SELECT place, award, subject_kind, subject_name, end_id, end_id AS subject_id FROM ends
UNION
SELECT place, award, subject_kind, subject_name, end_id, from_subject_id
FROM ends JOIN known_links ON to_subject_id = end_id
"""  # noqa: S608 - a text of this module
# Organisations only: nobody is ever looked for by a person's name.
_TWINS = f"""
CREATE TEMP TABLE namesakes AS
WITH {_LINKS}, called AS (
    SELECT DISTINCT r.subject_name, COALESCE(to_subject_id, r.subject_id) AS twin_id
    FROM visible_records AS r
    LEFT JOIN known_links ON from_subject_id = r.subject_id
    WHERE r.subject_kind <> 'person' AND r.subject_name IN (SELECT subject_name FROM given)
        AND r.visible_at <= $known_at AND (r.superseded_at IS NULL OR r.superseded_at > $known_at)
)
SELECT DISTINCT n.place, n.award, twin_id
FROM nominee_ids AS n
JOIN called ON called.subject_name = n.subject_name AND twin_id <> n.end_id
WHERE n.subject_kind <> 'person' AND n.subject_name <> ''
"""  # noqa: S608 - a text of this module
_SUBJECTS = f"""
CREATE TEMP TABLE {SUBJECTS_IN_QUESTION} AS
WITH {_LINKS}
SELECT subject_id FROM nominee_ids
UNION
SELECT twin_id FROM namesakes
UNION
SELECT from_subject_id FROM known_links JOIN namesakes ON twin_id = to_subject_id
"""  # noqa: S608 - fixed names
_HITS = """
SELECT
    n.place, h.rule, h.record_id, h.until_on, j.kind, j.topic, r.document_no, r.authority_name, j.decided_on,
    j.severity, j.min_until, j.batch_id, j.row, a.is_bar, j.listed_text, j.subject_kind, r.share_scope, r.agency_code
FROM (SELECT DISTINCT place, award, end_id FROM nominee_ids) AS n
JOIN vetting_hits AS h ON h.subject_id = n.end_id
JOIN rule_vetting_award AS a ON a.of_rule = h.rule AND a.for_award = n.award
JOIN judged AS j ON j.record_id = h.record_id
JOIN records AS r ON r.record_id = h.record_id
ORDER BY n.place, NOT a.is_bar, h.rule, j.decided_on, h.record_id
"""
_NAMES = """
SELECT DISTINCT n.place, r.subject_name
FROM nominee_ids AS n
JOIN visible_records AS r ON r.subject_id = n.subject_id
WHERE n.subject_kind <> 'person' AND r.visible_at <= $known_at
    AND (r.superseded_at IS NULL OR r.superseded_at > $known_at)
ORDER BY ALL
"""
_FOUND_TWINS = """
SELECT DISTINCT t.place, t.twin_id, NOT starts_with(t.twin_id, 'none:') AS has_code
FROM namesakes AS t
JOIN vetting_hits AS h ON h.subject_id = t.twin_id
JOIN rule_vetting_award AS a ON a.of_rule = h.rule AND a.for_award = t.award
WHERE a.is_bar
ORDER BY ALL
"""
_HONOURED_SUBJECTS = f"""
CREATE TEMP TABLE {SUBJECTS_IN_QUESTION} AS
WITH {_LINKS}, honoured AS (
    SELECT DISTINCT COALESCE(to_subject_id, r.subject_id) AS subject_id
    FROM visible_records AS r LEFT JOIN known_links ON from_subject_id = r.subject_id
    WHERE r.kind = 'honour' AND r.visible_at <= $known_at
        AND (r.superseded_at IS NULL OR r.superseded_at > $known_at)
)
SELECT subject_id FROM honoured
UNION
SELECT from_subject_id FROM known_links JOIN honoured ON to_subject_id = honoured.subject_id
"""  # noqa: S608 - fixed names
_HONOURS = """
SELECT
    row_number() OVER (ORDER BY j.subject_id, j.decided_on, j.record_id) - 1 AS place, j.row, '' AS sheet,
    j.subject_id, j.subject_kind, r.subject_name, COALESCE(r.identifier_code, '') AS code, r.adult_on,
    CASE WHEN j.consent THEN COALESCE(NULLIF(r.consent_no, ''), '有') ELSE '' END AS consent_no,
    j.topic AS honour, r.document_no, r.authority_name, j.decided_on
FROM judged AS j
JOIN records AS r ON r.record_id = j.record_id
WHERE j.kind = 'honour' AND j.is_usable
ORDER BY place
"""
