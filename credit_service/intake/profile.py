"""A batch in a few numbers: how many rows of each fate, how full each column is, and what its cells were faulted for.

Before this module `check_rows` has checked a chunk; after it `thresholds` compares the numbers with earlier batches of
the same agency and template, and the ledger keeps them as JSON. It looks at counts only, never at a value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from credit_service.intake.check_rows import CheckedChunk
from credit_service.intake.findings import ERROR

_FIXED: Final = ("row", "sheet")


@dataclass(frozen=True)
class BatchProfile:
    """The numbers of one batch.

    ``filled`` counts the filled cells of each column among the accepted rows, in the template's order; ``faults``
    counts the errors of each column by rule, over all rows; ``typed`` names the columns that are not running text as
    far as the frame tells.
    """

    rows: int
    accepted: int
    rejected: int
    blank: int
    filled: Mapping[str, int]
    faults: Mapping[str, Mapping[str, int]]
    typed: tuple[str, ...] = ()

    @property
    def sent(self) -> int:
        """Rows with any content."""
        return self.rows - self.blank

    def filled_ratio(self, header: str) -> float | None:
        """Return the share of accepted rows in which a column is filled; None where it cannot be told."""
        if not self.accepted or header not in self.filled:
            return None
        return self.filled[header] / self.accepted

    def to_dict(self) -> dict[str, object]:
        """Return the JSON object that the ledger keeps."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "blank": self.blank,
            "filled": dict(self.filled),
            "faults": {header: dict(rules) for header, rules in self.faults.items()},
            "typed": list(self.typed),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> BatchProfile:
        """Return the profile of a JSON object made by `to_dict`."""
        return cls(
            rows=int(stored["rows"]),
            accepted=int(stored["accepted"]),
            rejected=int(stored["rejected"]),
            blank=int(stored["blank"]),
            filled=dict(stored["filled"]),
            faults={header: dict(rules) for header, rules in stored["faults"].items()},
            typed=tuple(stored.get("typed", ())),
        )


class ProfileBuilder:
    """Adds up the chunks of a batch; the cost is a null count and one grouping of the findings per chunk."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._filled: dict[str, int] = {}
        self._faults: dict[str, Counter[str]] = {}
        self._typed: tuple[str, ...] = ()

    def add(self, chunk: CheckedChunk) -> ProfileBuilder:
        """Add one chunk and return the builder itself."""
        self._counts.update(rows=chunk.rows, accepted=chunk.accepted_rows, rejected=chunk.rejected, blank=chunk.blank)
        self._add_filled(chunk.accepted)
        self._add_faults(chunk.findings)
        return self

    def profile(self) -> BatchProfile:
        """Return the numbers of all chunks added."""
        return BatchProfile(
            rows=self._counts["rows"],
            accepted=self._counts["accepted"],
            rejected=self._counts["rejected"],
            blank=self._counts["blank"],
            filled=dict(self._filled),
            faults={header: dict(rules) for header, rules in sorted(self._faults.items())},
            typed=self._typed,
        )

    def _add_filled(self, accepted: pl.DataFrame) -> None:
        headers = [header for header in accepted.columns if header not in _FIXED]
        self._typed = tuple(header for header in headers if accepted.schema[header] != pl.String())
        for header in headers:
            filled = accepted.height - accepted[header].null_count()
            self._filled[header] = self._filled.get(header, 0) + filled

    def _add_faults(self, findings: pl.DataFrame) -> None:
        if findings.is_empty():
            return
        errors = findings.lazy().filter(pl.col("severity") == ERROR).group_by("column", "rule").len().collect()
        for header, rule, count in errors.iter_rows():
            self._faults.setdefault(header, Counter())[rule] += count
