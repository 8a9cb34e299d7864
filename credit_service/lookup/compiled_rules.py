"""The rules on disk as SQL for one engine, as of a day: to read, to review, or to run elsewhere. Nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from credit_service.errors import RuleNotCompiled
from credit_service.rulebook.compile_sql import CompiledScoring, Statement, compile_scoring, render_sql
from credit_service.rulebook.compiler import hash_text, name_compiler
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.render_spark import SparkTemplateMissing, compile_for_spark


class Engine(StrEnum):
    """What the rules can be compiled for."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@dataclass(frozen=True)
class EngineRules:
    """The rules of a day, compiled for one engine."""

    as_of: date
    rulebook: str
    engine: Engine
    compiled: CompiledScoring

    @property
    def sql(self) -> str:
        """Every statement as one text, as it is kept beside the rules and at adoption."""
        return render_sql(self.compiled)

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit rules compile``: all that an engine needs, values apart."""
        return {
            "as_of": self.as_of.isoformat(),
            "rulebook": self.rulebook,
            "target": self.engine.value,
            "compiler": name_compiler(),
            "sql_hash": hash_text(self.sql),
            "tables": [
                {
                    "name": table.name,
                    "columns": [{"name": name, "type": kind} for name, kind in table.columns],
                    "rows": [list(row) for row in table.rows],
                }
                for table in self.compiled.tables
            ],
            "steps": _to_dicts(self.compiled.run),
            "explain": _to_dicts(self.compiled.explain),
        }


def compile_rules(rules_dir: Path, as_of: date, engine: Engine) -> EngineRules:
    """Return the rules in force on a day, compiled for an engine.

    Raises:
        RulebookError: The rules have faults, or none is in force on that day.
        RuleNotCompiled: The engine has no template for something they use.
    """
    rulebook = load_rulebook(rules_dir, as_of)
    compiled = compile_scoring(rulebook)
    try:
        chosen = compile_for_spark(compiled) if engine is Engine.SPARK else compiled
    except SparkTemplateMissing as missing:
        message = f"规则用到了{engine}尚无写法的表达（{missing.what}），没有编译。"
        remedy = "评价在DuckDB上照常进行；需要在该引擎上执行的，请联系维护人员补充写法和对照测试。"
        raise RuleNotCompiled(message, remedy=remedy, engine=engine.value, what=missing.what) from missing
    return EngineRules(as_of, rulebook.hash, engine, chosen)


def _to_dicts(statements: Sequence[Statement]) -> list[dict[str, object]]:
    return [{"name": one.name, "sql": one.sql, "parameters": list(one.parameters)} for one in statements]
