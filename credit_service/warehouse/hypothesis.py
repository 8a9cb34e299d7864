"""One subject before the compiled rules: its facts, how close it is to which list, and what if records were repaired.

Before it `rulebook.outlook` has found acts on the referee; here the same rules as SQL are asked, with the same facts,
so that what a subject is told has been run on the engine that will judge it. Nothing is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb
import polars as pl

from credit_service.warehouse.one_subject import open_alone
from credit_service.warehouse.run_query import AssessmentRun, CompiledRules, run_statements

_FACTS = "facts"
# A subject's facts as the referee reads them; the two texts were joined into one for the compiled steps.
_FACTS_OF = """
SELECT f.record_id, f.kind, f.subject_id, f.subject_kind, f.topic, f.decided_on, f.act_key, f.learned_at, r.fact,
    r.authority_name, f.batch_id, f.row, f.penalty_mask, f.fine_fen, f.confiscated_fen, f.amount_fen, f.honour_level,
    f.simple_procedure, f.ends_on, f.repaired_on, f.revoked_on, f.consent
FROM facts AS f
JOIN records AS r ON r.record_id = f.record_id
ORDER BY f.record_id
"""
# The name it was reported under last, as far as was known; where it never was itself, the name of one linked to it.
_NAME = """
SELECT subject_name
FROM records
WHERE record_id IN (SELECT record_id FROM facts)
ORDER BY subject_id = $subject_id DESC, learned_at DESC, record_id
LIMIT 1
"""
_REPAIR = """
UPDATE facts SET repaired_on = $day WHERE list_contains($record_ids, record_id)
"""
_NEAR = """
SELECT subject_id, category, proposal_list AS list_kind, proposal_rule AS rule, points, missing
FROM near
JOIN rule_proposal ON of_proposal_no = proposal_no
ORDER BY category, proposal_no
"""


def read_facts(
    connection: duckdb.DuckDBPyConnection, run: AssessmentRun, compiled: CompiledRules, subject_id: str
) -> tuple[pl.DataFrame, str]:
    """Return the facts the rules read of one subject, and its name.

    Args:
        connection: The open warehouse.
        run: Day and instant of knowledge.
        compiled: Tables and statements of the rules.
        subject_id: Whom it is about.

    **Shape**: columns are those of `rulebook.fact.Fact`, one row per record known at the instant.
    """
    with open_alone(connection, subject_id) as own:
        first = [step for step in compiled.explain if step.name == _FACTS]
        run_statements(own, (), first, _parameters(run, subject_id))
        found: pl.DataFrame = own.sql(_FACTS_OF).pl()
        names = own.sql(_NAME, params={"subject_id": subject_id}).fetchall()
        return found, names[0][0] if names else ""


def find_near_misses(
    connection: duckdb.DuckDBPyConnection, run: AssessmentRun, compiled: CompiledRules, subject_id: str
) -> pl.DataFrame:
    """Return how close one subject is to which list: ``subject_id category list_kind rule points missing``."""
    with open_alone(connection, subject_id) as own:
        run_statements(own, compiled.tables, compiled.explain[:-1], _parameters(run, subject_id))
        found: pl.DataFrame = own.sql(_NEAR).pl()
        return found


def propose_if(
    connection: duckdb.DuckDBPyConnection,
    run: AssessmentRun,
    compiled: CompiledRules,
    subject_id: str,
    repaired: Mapping[date, list[str]],
) -> pl.DataFrame:
    """Return the candidates of one subject if records were repaired on days: ``list_kind list_type category``.

    Args:
        connection: The open warehouse.
        run: The day of the question, and the instant of knowledge.
        compiled: Tables and statements of the rules.
        subject_id: Whom it is about.
        repaired: Record ids by the day of the repair.
    """
    with open_alone(connection, subject_id) as own:
        parameters = _parameters(run, subject_id)
        first = [step for step in compiled.explain if step.name == _FACTS]
        rest = [step for step in compiled.explain[:-1] if step.name != _FACTS]
        run_statements(own, compiled.tables, first, parameters)
        for day, record_ids in repaired.items():
            own.sql(_REPAIR, params={"day": day, "record_ids": record_ids})
        run_statements(own, (), rest, parameters)
        found: pl.DataFrame = own.sql("SELECT list_kind, list_type, category FROM proposed ORDER BY ALL").pl()
        return found


def _parameters(run: AssessmentRun, subject_id: str) -> dict[str, object]:
    return {"as_of": run.as_of, "known_at": run.known_at, "run_id": run.run_id, "subject_id": subject_id}
