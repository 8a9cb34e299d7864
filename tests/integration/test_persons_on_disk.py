"""What lies on disk after persons were reported: no name and no number in any store, and the keys in neither."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from credit_service.bootstrap import Service, build_service
from credit_service.domain.clock import FixedClock
from credit_service.pipeline.assess import assess
from credit_service.pipeline.ingest import Submission, ingest_file
from credit_service.registry.persons import Person
from credit_service.settings import Settings

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
NOW = FixedClock(datetime(2026, 9, 30, 1, 30, tzinfo=UTC))
FILES = ("自然人行政处罚", "自然人行政许可", "失信被执行人", "诚信之星", "2026年三季度行政处罚", "行政处罚_生态环境局")
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Person]]:
    """Files about persons ingested and assessed, everything closed; and the persons in clear."""
    folder = tmp_path_factory.mktemp("persons") / "live"
    service = build_service(Settings(home=folder), NOW)
    for name in FILES:
        ingest_file(service.office, _submission(name))
    assess(service.office, date(2026, 9, 30))
    persons = list(_persons(service))
    service.office.ledger.close()
    return folder, persons


def _submission(name: str) -> Submission:
    with (SAMPLES / "manifest.csv").open(encoding="utf-8-sig", newline="") as lines:
        row = next(row for row in csv.DictReader(lines) if name in row["file"])
    return Submission(SAMPLES / row["file"], Path(row["file"]).name, row["agency_code"], "clerk")


def _persons(service: Service) -> Iterator[Person]:
    with service.office.warehouse.open() as session:
        ids = session.run_query("SELECT DISTINCT subject_id FROM records WHERE subject_kind = 'person'")["subject_id"]
    with service.office.ledger.reading() as uow:
        for subject_id in ids:
            yield uow.persons.get(subject_id)


def _stores(folder: Path) -> list[Path]:
    """Everything of the home but the inbox, which keeps what was received, and the keys."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in {"inbox", "keys"}
    ]


def test_enough_was_reported_to_find_something(home: tuple[Path, list[Person]]):
    folder, persons = home
    names = {path.relative_to(folder).parts[0] for path in _stores(folder)}
    assert {"warehouse.duckdb", "ledger.sqlite", "snapshots"} <= names
    assert len(persons) > 40


def test_no_full_number_and_no_full_name_is_in_any_store(home: tuple[Path, list[Person]]):
    folder, persons = home
    clear = _clear_texts(persons)
    needles = {text.encode(encoding) for text in clear for encoding in ENCODINGS}
    needles |= {unicodedata.normalize("NFD", text).encode() for text in clear}
    found = []
    for path in _stores(folder):
        content = path.read_bytes()
        found += [(path.name, needle) for needle in needles if needle in content]
    assert found == []


def test_no_full_number_and_no_full_name_is_in_any_row(home: tuple[Path, list[Person]]):
    """DuckDB packs texts, so the bytes of its files are not enough: every row of every table is read, too."""
    folder, persons = home
    clear = _clear_texts(persons)
    databases = sorted(folder.rglob("*.duckdb"))
    assert len(databases) >= 2
    for path in databases:
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = [name for (name,) in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()]
            text = "\n".join(str(row) for name in tables for row in connection.sql(f'FROM "{name}"').fetchall())
        assert not [one for one in clear if one in text], path.name


def test_representatives_of_organisations_are_keyed_hashes_too(home: tuple[Path, list[Person]]):
    folder, _ = home
    sent = _submission("行政处罚_生态环境局").source.read_text(encoding="gb18030")
    names = {row["法定代表人"] for row in csv.DictReader(sent.splitlines()) if row["法定代表人"]}
    assert len(names) > 5
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        records = connection.sql("FROM records").fetchall()
        keys = connection.sql("SELECT count(DISTINCT representative_key) FROM records").fetchall()[0][0]
    assert keys >= len(names)
    assert not [name for name in names if name in str(records)]


def test_the_search_would_find_them(home: tuple[Path, list[Person]]):
    """The inbox keeps what was received, so there the same search must hit."""
    folder, persons = home
    inbox = b"".join(path.read_bytes() for path in sorted((folder / "inbox").rglob("*")) if path.is_file())
    hits = [person for person in persons if any(person.id_number.encode(code) in inbox for code in ENCODINGS)]
    assert len(hits) > 20


def test_the_warehouse_has_the_index_and_the_ledger_the_sealed_person(home: tuple[Path, list[Person]]):
    folder, persons = home
    warehouse = (folder / "warehouse.duckdb").read_bytes()
    ledger = b"".join(path.read_bytes() for path in sorted(folder.glob("ledger.sqlite*")))
    assert all(person.subject_id.encode() in ledger for person in persons)
    assert any(person.subject_id.removeprefix("psn:")[:8].encode() in warehouse for person in persons)


def test_the_keys_lie_outside_both_stores(home: tuple[Path, list[Person]]):
    folder, _ = home
    (keys,) = (folder / "keys").iterdir()
    assert keys.stat().st_mode & 0o077 == 0, "only its own account may read a key"
    held = json.loads(keys.read_text(encoding="ascii"))
    written = [held["hash_key"], held["vault_key"]]
    secrets = {key.encode() for key in written} | {bytes.fromhex(key) for key in written}
    for path in _stores(folder):
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret in content], path.name


def _clear_texts(persons: list[Person]) -> set[str]:
    texts = {text for one in persons for text in (one.id_number, _short_form(one.id_number), one.name)}
    # Two characters may stand side by side anywhere.
    return {text for text in texts if len(text) > 2}


def _short_form(number: str) -> str:
    return number[:6] + number[8:17] if len(number) == 18 else ""
