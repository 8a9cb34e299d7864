"""Queries run in a process that can do nothing else, even when the guard is not asked."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import pytest

from credit_service.errors import QueryFailed, QueryRefused, SandboxMissing
from credit_service.warehouse import sandbox
from credit_service.warehouse.sandbox import SqlLimits, SqlResult, run_analyst_sql, sandbox_kind
from credit_service.warehouse.sandbox_child import landlock_version

KINDS = [
    pytest.param("bwrap", marks=pytest.mark.skipif(sandbox_kind() != "bwrap", reason="bubblewrap is not usable here")),
    pytest.param("landlock", marks=pytest.mark.skipif(landlock_version() < 4, reason="the kernel has no Landlock")),
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("snapshots") / "snap-000001-000000000000.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.sql(
            "CREATE TABLE records_public AS SELECT i AS record_id, 'penalty' AS kind, DATE '2026-01-01' AS decided_on,"
            " CAST(1.50 AS DECIMAL(10, 2)) AS fine_yuan, TIMESTAMP '2026-01-01 08:00:00' AS seen, '某公司' AS topic"
            " FROM range(5000) AS t(i)"
        )
    path.chmod(0o444)
    return path


def run_unguarded(snapshot: Path, sql: str, kind: str, limits: SqlLimits | None = None) -> dict[str, object]:
    """Ask the child directly: the second wall has to stand without the first."""
    return sandbox._ask_child(snapshot, sql, limits or SqlLimits(), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_answer_keeps_every_digit(snapshot: Path, kind: str):
    sql = (
        "SELECT kind, count(*) AS n, sum(fine_yuan) AS 金额, max(decided_on), max(seen), [1, 2]"
        " FROM records_public GROUP BY kind"
    )
    result = run_analyst_sql(snapshot, sql, kind=kind)
    assert isinstance(result, SqlResult)
    assert result.columns[:3] == ["kind", "n", "金额"]
    assert result.rows == [["penalty", 5000, "7500.00", "2026-01-01", "2026-01-01T08:00:00", [1, 2]]]
    assert (result.truncated, result.elapsed_ms > 0) == (False, True)


@pytest.mark.parametrize("kind", KINDS)
def test_thousand_rows_and_no_more(snapshot: Path, kind: str):
    result = run_analyst_sql(snapshot, "SELECT record_id FROM records_public", kind=kind)
    assert (len(result.rows), result.truncated) == (1000, True)


def test_answer_ends_at_its_bytes(snapshot: Path):
    result = run_analyst_sql(snapshot, "SELECT * FROM records_public", SqlLimits(answer_bytes=1000))
    assert 0 < len(result.rows) < 20
    assert result.truncated


@pytest.mark.parametrize("kind", KINDS)
def test_endless_query_is_killed_in_time(snapshot: Path, kind: str):
    started = time.monotonic()
    with pytest.raises(QueryFailed, match="超时"):
        run_analyst_sql(
            snapshot, "SELECT count(*) FROM range(1000000000000)", SqlLimits(cpu_seconds=1, wall_seconds=4), kind=kind
        )
    assert time.monotonic() - started < 6


def test_patience_ends_by_the_clock_on_the_wall(snapshot: Path):
    with pytest.raises(QueryFailed, match="超时"):
        run_analyst_sql(snapshot, "SELECT count(*) FROM range(1000000000000)", SqlLimits(wall_seconds=1))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT list(a.record_id ORDER BY b.seen, a.record_id) FROM records_public a, records_public b",
        "SELECT len(repeat('x', 3000000000))",
    ],
)
def test_memory_is_bound_whatever_asks_for_it(snapshot: Path, kind: str, sql: str):
    with pytest.raises(QueryFailed, match="内存"):
        run_unguarded(snapshot, sql, kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '{home}/stolen.csv'",
        "COPY (SELECT 1) TO '{snapshot}'",
        "ATTACH '{home}/other.duckdb'",
        "CREATE TABLE x AS SELECT 1",
        "DELETE FROM records_public",
        "INSTALL httpfs FROM 'http://127.0.0.1:9'",
        "SET enable_external_access = true",
        "SET memory_limit = '8GB'",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    ],
)
def test_nothing_leaves_and_nothing_changes(snapshot: Path, kind: str, sql: str):
    before = (snapshot.read_bytes(), sorted(snapshot.parent.iterdir()))
    with pytest.raises(QueryFailed):
        run_unguarded(snapshot, sql.format(home=snapshot.parent, snapshot=snapshot), kind)
    assert (snapshot.read_bytes(), sorted(snapshot.parent.iterdir())) == before


@pytest.mark.parametrize("kind", KINDS)
def test_child_sees_no_file_network_or_setting_of_the_service(
    snapshot: Path, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    probe = tmp_path / "probe.py"
    probe.write_text(probe_of(sandbox._CHILD.read_text("utf-8"), secret), encoding="utf-8")
    monkeypatch.setattr(sandbox, "_CHILD", probe)
    monkeypatch.setenv("CREDIT_SECRET", "secret")
    answer = run_unguarded(snapshot, "SELECT 1", kind)
    assert answer["rows"] == [[]]


def probe_of(child: str, secret: Path) -> str:
    """Return the child with its query replaced by attempts; it answers with those that worked."""
    return child.replace('if __name__ == "__main__":\n    main()\n', "") + PROBE.replace(
        "SECRET_PATH", repr(str(secret))
    )


PROBE = """
import socket


def _run(request):
    open_doors = []

    def attempt(name, act):
        try:
            act()
        except OSError:
            return
        open_doors.append(name)

    attempt("secret", lambda: open(SECRET_PATH).read())
    attempt("passwd", lambda: open("/etc/passwd").read())
    attempt("write", lambda: open(os.path.dirname(request["snapshot"]) + "/x", "w").write("x"))
    attempt("tcp", lambda: socket.create_connection(("127.0.0.1", 9), 1))
    attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9)))
    if "CREDIT_SECRET" in os.environ:
        open_doors.append("environment")
    if open(request["snapshot"], "rb").read(1) == b"":
        open_doors.append("no snapshot")
    return {"columns": [], "rows": [open_doors], "truncated": False}


main()
"""


def test_guard_is_asked_first(snapshot: Path):
    with pytest.raises(QueryRefused):
        run_analyst_sql(snapshot, "SELECT * FROM read_text('/etc/passwd')")


def test_fault_of_the_query_is_told_in_chinese(snapshot: Path):
    with pytest.raises(QueryFailed, match=r"执行出错.*nowhere") as failure:
        run_analyst_sql(snapshot, "SELECT nowhere FROM records_public")
    assert failure.value.remedy


def test_machine_without_a_sandbox_runs_nothing(snapshot: Path):
    with pytest.raises(SandboxMissing, match="bubblewrap"):
        run_analyst_sql(snapshot, "SELECT 1", kind="none")
