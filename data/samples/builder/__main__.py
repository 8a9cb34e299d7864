"""Build the committed samples anew: ``python data/samples/builder [TARGET]``.

Before it come the reference tables and the stories told in the modules beside it; after it the files below
data/samples, the manifest and the expected outcomes. The same tables give the same bytes, and a test compares them.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

from bad import BadDesk
from layout import Batch, write_batch
from lists import ListDesk
from penalties import penalty_batches

from credit_service.intake.sample_words import SampleWords, load_words
from credit_service.intake.templates import load_templates

SAMPLES = Path(__file__).resolve().parent.parent
REFERENCE = SAMPLES.parent / "reference"


def build(target: Path) -> None:
    """Write every sample file, good/ and bad/, with what intake must say about each."""
    words = load_words(REFERENCE)
    templates = {template.template_id: template for template in load_templates(REFERENCE / "templates")}
    good = penalty_batches(words, templates) + ListDesk(words, templates).batches()
    bad = BadDesk(words, templates).batches()
    for batch in good + bad:
        write_batch(batch, target)
    _write_manifest(good, words, target / "manifest.csv")
    _write_json({batch.file: batch.expected() for batch in good}, target / "expected.json")
    _write_json({batch.file: _outcome(batch, words) for batch in bad}, target / "bad" / "expected.json")


def _outcome(batch: Batch, words: SampleWords) -> dict[str, object]:
    outcome: dict[str, object] = {"agency_code": words.agency(batch.agency).agency_code, "note": batch.note}
    if batch.error:
        return outcome | {"error": batch.error}
    counts = {"rows": len(batch.rows), "accepted": len(batch.rows) - batch.rejected, "rejected": batch.rejected}
    return outcome | counts | {"findings": batch.expected()}


def _write_manifest(batches: list[Batch], words: SampleWords, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["file", "agency_code", "template", "rows", "accepted", "rejected", "note"])
        for batch in batches:
            rows, rejected = len(batch.rows), batch.rejected
            code = words.agency(batch.agency).agency_code
            writer.writerow([batch.file, code, batch.template, rows, rows - rejected, rejected, batch.note])


def _write_json(content: object, target: Path) -> None:
    target.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)
