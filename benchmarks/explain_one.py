"""How long one subject's explanation takes among many records, opening the warehouse included.

    python benchmarks/explain_one.py 10000000 --warehouse ../scratch/records.duckdb

The records are made (or lie there already), assessed and stored; then some subjects are explained by `lookup.explain`
exactly as `credit explain` and the pages ask, each several times, the least of each. Beside it the physical limit: the
same warehouse opened, and its subject's records and scores read by two bare queries.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
from records import make_records

from credit_service.bootstrap import Service, build_service
from credit_service.lookup.explain import explain_subject, find_compiled
from credit_service.settings import Settings
from credit_service.warehouse.one_subject import key_of
from credit_service.warehouse.run_query import AssessmentRun

DAY = date(2026, 9, 1)
SUBJECTS = """
SELECT subject_id, records FROM scores WHERE run_id = 'benchmark' AND category = 0
ORDER BY records DESC, subject_id LIMIT 1 OFFSET $place
"""
BARE_RECORDS = f"SELECT * FROM records WHERE subject_key = {key_of('$subject_id')} AND subject_id = $subject_id"
BARE_SCORES = "SELECT * FROM scores WHERE subject_id = $subject_id"


def main() -> None:
    """Make, assess, explain, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rows", nargs="?", type=int, default=10_000_000)
    options.add_argument("--subjects", type=int, default=15)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--warehouse", type=Path, help="use this warehouse, and leave it there with the run")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        service = build_service(Settings(home=home))
        file = service.office.places.warehouse
        kept = given.warehouse or Path(folder) / "records.duckdb"
        if not kept.exists():
            make_records(kept, given.rows)
        file.unlink(missing_ok=True)
        file.symlink_to(kept.resolve())
        subjects = choose_subjects(service, given.subjects)
        print(
            f"{kept.stat().st_size / 1e6:.0f} MB, {len(subjects)} subjects with {subjects[-1][1]} to {subjects[0][1]}"
        )
        explained = [least(given.rounds, lambda one=one: explain(service, one)) for one, _ in subjects]
        bare = [least(given.rounds, lambda one=one: ask_bare(file, one)) for one, _ in subjects]
    show("lookup.explain", explained)
    show("bare point queries", bare)


def choose_subjects(service: Service, count: int) -> list[tuple[str, int]]:
    """Assess where that was not done yet, and return subjects from the one with most records to one with few."""
    with service.office.warehouse.open() as session:
        runs = session.run_query("SELECT 1 FROM assessment_runs WHERE run_id = 'benchmark'")
        if runs.is_empty():
            known_at = datetime.now(UTC)
            rulebook = service.reading_room.rulebook(DAY, known_at)
            session.run_assessment(AssessmentRun("benchmark", DAY, known_at, rulebook.hash), find_compiled(rulebook))
        total = session.run_query("SELECT count(*) FROM scores WHERE run_id = 'benchmark' AND category = 0").item()
        places = [total * number // count for number in range(count)]
        return [session.run_query(SUBJECTS, {"place": place}).row(0) for place in places]


def explain(service: Service, subject_id: str) -> None:
    """Ask as the command and the pages do."""
    if not explain_subject(service.reading_room, subject_id, DAY).records:
        raise SystemExit(subject_id)


def ask_bare(file: Path, subject_id: str) -> None:
    """Open the file and read what is stored of the subject, without asking what it means."""
    with duckdb.connect(str(file)) as connection:
        for sql in (BARE_RECORDS, BARE_SCORES):
            connection.execute(sql, {"subject_id": subject_id}).fetchall()


def least(rounds: int, work: Callable[[], None]) -> tuple[float, float]:
    """Return the least wall and the least processor time of several, in milliseconds."""
    walls, processor = [], []
    for _ in range(rounds):
        started, used = time.perf_counter(), time.process_time()
        work()
        walls.append((time.perf_counter() - started) * 1000)
        processor.append((time.process_time() - used) * 1000)
    return min(walls), min(processor)


def show(name: str, times: list[tuple[float, float]]) -> None:
    """Print one line; the worst is the subject with most records, as a rule."""
    told = (
        f"{kind} median {statistics.median(one):6.1f} ms, worst {max(one):6.1f} ms"
        for kind, one in zip(("wall", "CPU"), zip(*times, strict=True), strict=True)
    )
    print(f"{name:<20} {'; '.join(told)}")


if __name__ == "__main__":
    main()
