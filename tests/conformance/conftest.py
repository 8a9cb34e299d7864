"""Spark where pyspark and Java are found; where not, the reason in a word."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from spec.spark_engine import SparkEngine

OLDEST_JAVA = 17


def find_why_not() -> str:
    """Return why Spark cannot run here; empty where it can."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed (the extra `spark`)"
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None or not Path(java).exists():
        return "no Java on this machine (install the package default-jre-headless, or set JAVA_HOME)"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < OLDEST_JAVA:
        return f"Spark needs Java {OLDEST_JAVA} or newer, found: {said.splitlines()[0] if said else 'nothing'}"
    return ""


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    """Start Spark once for all tests here, or say why not."""
    if reason := find_why_not():
        pytest.skip(reason)
    from spec.spark_engine import SparkEngine, open_spark

    folder = tmp_path_factory.mktemp("spark")
    session = open_spark(folder)
    gateway = session.sparkContext._gateway
    yield SparkEngine(session, folder)
    session.stop()
    # Without this the JVM outlives the tests, and its socket is found open at the end.
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=60)


@pytest.fixture
def interpreted(spark: SparkEngine) -> Iterator[SparkEngine]:
    """Return Spark without generated code: small runs are over sooner, and the other half of Spark is compared too."""
    settings = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
    for name, value in settings.items():
        spark.session.conf.set(name, value)
    yield spark
    for name in settings:
        spark.session.conf.unset(name)
