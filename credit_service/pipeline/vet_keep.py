"""The result of a vetting on disk, and its row in the journal: written once, shown again bit for bit.

Before it lines are judged one by one; after it a folder under the home with the receipt, the lines and the faulty rows,
and in the ledger, in one transaction, a row of the access log for each person looked up, one for all others together,
and a link of the audit chain that holds the digest of what was said. The folder is put in place only after that.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from credit_service.domain.query import LookUp, Purpose
from credit_service.domain.vetting import FINDINGS, LINES, MADE, RECEIPT, Verdict, VettingReceipt
from credit_service.pipeline.office import Office


class LineWriter:
    """Writes lines as they are judged, and remembers no more than counts and a digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.verdicts: Counter[Verdict] = Counter()
        self.reasons_at: dict[int, int] = {}
        """By place: how many reasons a person's line has."""
        self.bars = 0
        """Reasons told of organisations, all together."""
        self._digest = sha256()
        self._lines = (folder / LINES).open("wb")

    def append(self, line: Mapping[str, Any]) -> None:
        """Write one line."""
        self.verdicts[Verdict(line["verdict"])] += 1
        if line["kind"] == "person":
            self.reasons_at[line["place"]] = len(line["reasons"])
        else:
            self.bars += len(line["reasons"])
        text = to_line(line)
        self._digest.update(text)
        self._lines.write(text)

    def append_findings(self, findings: pl.DataFrame) -> None:
        """Write what was found wrong with the file, after the last line."""
        with (self.folder / FINDINGS).open("wb") as target:
            for finding in findings.iter_rows(named=True):
                text = to_line(finding)
                self._digest.update(text)
                target.write(text)

    def close(self) -> str:
        """Finish the files and return the SHA-256 of lines and findings, in that order."""
        if not self._lines.closed:
            self._lines.flush()
            os.fsync(self._lines.fileno())
            self._lines.close()
        return self._digest.hexdigest()


def to_line(value: Mapping[str, Any]) -> bytes:
    """Return an object as one line of JSON, always the same bytes for the same object."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode() + b"\n"


@contextmanager
def open_writer(office: Office) -> Iterator[LineWriter]:
    """Give a writer in a private folder, which is gone after the block unless `keep_vetting` put it in its place."""
    office.places.vettings.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=".making-", dir=office.places.vettings, ignore_cleanup_errors=True
    ) as folder:
        inner = Path(folder) / "result"
        inner.mkdir(mode=0o700)
        writer = LineWriter(inner)
        try:
            yield writer
        finally:
            writer.close()


def keep_vetting(
    office: Office, receipt: VettingReceipt, writer: LineWriter, persons: Mapping[str, int]
) -> VettingReceipt:
    """Journal a vetting and put its result in its place.

    Args:
        office: Where the work is done.
        receipt: Everything but the digest of the result.
        writer: The lines and findings, all written.
        persons: How many reasons were told of each person looked up, by subject id.
    """
    kept = replace(receipt, result_sha256=writer.close())
    target = office.places.vettings / kept.vetting_id
    text = json.dumps(kept.to_dict(), ensure_ascii=False, indent=1, sort_keys=True)
    (writer.folder / RECEIPT).write_text(text + "\n", encoding="utf-8")
    if target.exists():
        # The very same question at the very same instant: the same answer, which is journalled already.
        return kept
    with office.ledger.unit_of_work() as uow:
        uow.lookups.append_all(_to_look_ups(kept, writer, persons))
        detail = {**kept.to_dict(), "receipt_sha256": sha256((text + "\n").encode()).hexdigest()}
        detail.pop("file_name")
        uow.audit.append(kept.actor_id, MADE, kept.vetting_id, office.now(), detail)
        uow.commit()
    shutil.move(writer.folder, target)
    return kept


def _to_look_ups(receipt: VettingReceipt, writer: LineWriter, persons: Mapping[str, int]) -> Iterator[LookUp]:
    def look_up(subject_id: str, hits: int) -> LookUp:
        return LookUp(
            agency_code=receipt.agency_code,
            actor_id=receipt.actor_id,
            subject_id=subject_id,
            purpose=Purpose.AWARD.value,
            case_no=receipt.purpose,
            at=receipt.known_at,
            hits=hits,
        )

    yield look_up(f"vetting:{receipt.vetting_id}", writer.bars)
    for subject_id in sorted(persons):
        yield look_up(subject_id, persons[subject_id])
