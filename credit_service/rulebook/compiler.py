"""Who compiles: the name of this compiler, exactly, and the texts it makes of a rulebook for each engine.

Before it lies a rulebook that has been checked; after it the SQL that `pipeline.adopt` stores and hashes. Two programs
with the same name make the same text: the name holds the version of the package, of SQLGlot, and a fingerprint of
every source file the text follows from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from types import MappingProxyType

from credit_service.rulebook.compile_sql import CompiledScoring, compile_scoring, render_sql
from credit_service.rulebook.render_spark import SPARK, SparkTemplateMissing, compile_for_spark
from credit_service.rulebook.schema import Rulebook

RUN_TARGET = "duckdb"
"""The engine assessments run on."""


@dataclass(frozen=True)
class TargetText:
    """What one engine is told for one rulebook."""

    target: str
    sql: str

    @property
    def sql_hash(self) -> str:
        """SHA-256 of the text."""
        return hash_text(self.sql)


def hash_text(sql: str) -> str:
    """Return the SHA-256 by which a compiled text is kept."""
    return sha256(sql.encode()).hexdigest()


def _to_spark(compiled: CompiledScoring) -> str:
    return render_sql(compile_for_spark(compiled))


TARGETS: Mapping[str, Callable[[CompiledScoring], str]] = MappingProxyType({RUN_TARGET: render_sql, SPARK: _to_spark})
"""Every engine a rulebook is compiled for at adoption, and how its text is written."""


@lru_cache(maxsize=1)
def name_compiler() -> str:
    """Return the name of this compiler, e.g. ``credit-service 0.3.0, sqlglot 30.30.0, source 1a2b3c4d5e6f``."""
    source = sha256()
    package = files("credit_service.rulebook")
    for folder in (package, package / "sql"):
        for file in sorted(folder.iterdir(), key=lambda one: one.name):
            if file.name.endswith((".py", ".sql")):
                source.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return f"credit-service {version('credit-service')}, sqlglot {version('sqlglot')}, source {source.hexdigest()[:12]}"


def compile_targets(rulebook: Rulebook) -> tuple[TargetText, ...]:
    """Return the text for every engine, in the order of `TARGETS`.

    An engine that lacks a template for something the rules use is left out, never approximated; the engine that
    assessments run on cannot be.
    """
    key = (rulebook.hash, rulebook.as_of)
    if key not in _MADE:
        if len(_MADE) >= MOST_MADE:
            _MADE.clear()
        _MADE[key] = _write_all(compile_scoring(rulebook))
    return _MADE[key]


MOST_MADE = 16
_MADE: dict[tuple[str, date], tuple[TargetText, ...]] = {}
"""By rules and day: writing the texts takes longer than adopting."""


def _write_all(compiled: CompiledScoring) -> tuple[TargetText, ...]:
    texts = []
    for target, write in TARGETS.items():
        # Who asks sees which engines came back; `pipeline.adopt` tells of those that did not.
        with suppress(SparkTemplateMissing):
            texts.append(TargetText(target, write(compiled)))
    return tuple(texts)
