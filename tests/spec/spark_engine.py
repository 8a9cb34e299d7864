"""The compiled rules on a real Spark on this machine, answering in the referee's words.

The records come to Spark as they would in earnest: as Parquet written from the warehouse's own tables. What the
statements stored comes back into those tables, so that one reading serves both engines.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
from pyspark.sql import SparkSession
from spec.duckdb_engine import LATER, open_with_facts, read_evaluation

from credit_service.rulebook.compile_sql import CompiledScoring, Statement
from credit_service.rulebook.decision_tables import SqlTable
from credit_service.rulebook.fact import Evaluation, Fact

SOURCES = ("records", "visible_records", "subject_links")
NEAR = frozenset({"near", "insert_near_misses"})
"""The steps that worked cases do not ask about; planning them costs Spark a second each time."""
_TYPES = {"VARCHAR": "STRING", "INTEGER": "INT", "VARCHAR[]": "ARRAY<STRING>"}
_ARROW = {"STRING": pa.string(), "INT": pa.int32(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "DATE": pa.date32()}
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    # Short runs are over before the second compiler of the JVM has paid for itself; they load many classes.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=240m",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
}
"""One small machine; overflow raises, as the rules expect of every engine."""


def open_spark(folder: Path) -> SparkSession:
    """Start Spark beside this process with two threads; its tables are kept below the folder."""
    builder = SparkSession.builder.master("local[2]").appName("conformance")
    for name, value in (SETTINGS | {"spark.sql.warehouse.dir": str(folder / "warehouse")}).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


class SparkEngine:
    """A session with a folder of its own for what is handed over."""

    def __init__(self, session: SparkSession, folder: Path) -> None:
        self.session = session
        self._folder = folder
        self._runs = itertools.count()

    def evaluate(
        self,
        compiled: CompiledScoring,
        facts: Sequence[Fact],
        as_of: date,
        known_at: datetime = LATER,
        without: Collection[str] = (),
    ) -> Evaluation:
        """Run the steps on these facts, all but those named."""
        chosen = replace(compiled, steps=tuple(step for step in compiled.steps if step.name not in without))
        with open_with_facts(facts) as warehouse:
            self.assess(chosen, warehouse, as_of, known_at)
            return read_evaluation(warehouse)

    def assess(
        self, compiled: CompiledScoring, warehouse: duckdb.DuckDBPyConnection, as_of: date, known_at: datetime = LATER
    ) -> None:
        """Score what a warehouse holds on Spark, and put the outcome into the warehouse's empty tables."""
        self.lay_down(compiled.tables, warehouse)
        stored = [step.name.removeprefix("insert_") for step in compiled.steps if step.name.startswith("insert_")]
        for table in stored:
            columns = warehouse.sql(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall()
            types = ", ".join(f"`{name}` {_TYPES.get(kind, kind)}" for name, kind in columns)
            self.session.sql(f"CREATE TABLE {table} ({types}) USING PARQUET")
        self.run(compiled.steps, {"as_of": as_of, "known_at": known_at, "run_id": "R"})
        for table in stored:
            warehouse.from_arrow(self.session.table(table).toArrow()).insert_into(table)
        warehouse.from_arrow(self.session.table("judged").toArrow()).create("judged")

    def lay_down(self, tables: Sequence[SqlTable], warehouse: duckdb.DuckDBPyConnection) -> None:
        """Hand over the records and the decision tables, in a schema of its own without views of earlier runs."""
        run = f"run_{next(self._runs)}"
        folder = self._folder / run
        folder.mkdir()
        self.session.sql(f"CREATE DATABASE {run}")
        self.session.catalog.setCurrentDatabase(run)
        for left in self.session.sql("SHOW VIEWS").collect():
            self.session.catalog.dropTempView(left.viewName)
        for name in SOURCES:
            path = folder / f"{name}.parquet"
            warehouse.execute(f"COPY (SELECT * FROM {name}) TO '{path}' (FORMAT parquet)")
            self.session.read.parquet(str(path)).createOrReplaceTempView(name)
        for table in tables:
            schema = pa.schema([(name, _ARROW[kind]) for name, kind in table.columns])
            rows = [dict(zip(schema.names, row, strict=True)) for row in table.rows]
            arrived = pa.Table.from_pylist(rows, schema=schema)
            self.session.createDataFrame(arrived).createOrReplaceTempView(table.name)

    def run(self, statements: Sequence[Statement], values: Mapping[str, object]) -> list[dict[str, object]]:
        """Run statements in order and return the rows of the last one."""
        known = {name: _to_text(value) if isinstance(value, datetime) else value for name, value in values.items()}
        answer = None
        for statement in statements:
            answer = self.session.sql(statement.sql, {name: known[name] for name in statement.parameters})
        return [row.asDict() for row in answer.collect()] if answer is not None else []


def _to_text(instant: datetime) -> str:
    """Spark reads a Python instant in the time zone of the machine; as text it stays the naive UTC the records have."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
