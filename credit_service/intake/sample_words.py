"""The word lists of the sample generator: invented names, topics and phrases, read from data/reference.

Before this module come the CSV tables; after it `sample_subjects` and `sample_columns`. It makes nothing up itself and
knows no law: what a topic is punished with is test material, not a rule.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class SampleTopic:
    """One kind of violation and what an official would write about it."""

    category: int
    topic: str
    fact: str
    statute: str
    kinds: tuple[str, ...]
    """Which penalties it draws: fine, confiscation, revocation, closure, restriction or warning."""
    fine_low_yuan: int
    fine_high_yuan: int
    authority: str
    """Short name of the agency that decides."""


@dataclass(frozen=True)
class SampleAgency:
    """One invented department."""

    agency_code: str
    name: str
    short_name: str
    templates: tuple[str, ...]
    authorities: tuple[str, ...] = ()


@dataclass(frozen=True)
class SampleWords:
    """Everything the generator draws words from."""

    surnames: tuple[str, ...]
    """Each surname as often as its weight says."""
    topics: tuple[SampleTopic, ...]
    agencies: tuple[SampleAgency, ...]
    lists: dict[str, tuple[str, ...]]

    def agency(self, short_name: str) -> SampleAgency:
        """Return the agency with this short name.

        Raises:
            KeyError: The tables in data/reference do not agree with each other.
        """
        for agency in self.agencies:
            if agency.short_name == short_name:
                return agency
        raise KeyError(short_name)


def load_words(reference: Path) -> SampleWords:
    """Read the generator's tables from data/reference.

    Raises:
        FileNotFoundError: A table is missing; the installation is incomplete.
    """
    lists: dict[str, list[str]] = {}
    for row in _read_table(reference / "sample_words.csv"):
        lists.setdefault(row["list"], []).append(row["word"])
    return SampleWords(
        surnames=tuple(
            row["surname"] for row in _read_table(reference / "surnames.csv") for _ in range(int(row["weight"]))
        ),
        topics=tuple(_to_topic(row) for row in _read_table(reference / "sample_topics.csv")),
        agencies=tuple(
            SampleAgency(
                row["agency_code"],
                row["name"],
                row["short_name"],
                tuple(part for part in row["templates"].split(";") if part),
                tuple(part for part in row["authorities"].split(";") if part),
            )
            for row in _read_table(reference / "agencies.csv")
        ),
        lists={name: tuple(words) for name, words in lists.items()},
    )


def _read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _to_topic(row: dict[str, str]) -> SampleTopic:
    return SampleTopic(
        category=int(row["category"]),
        topic=row["topic"],
        fact=row["fact"],
        statute=row["statute"],
        kinds=tuple(row["kinds"].split(";")),
        fine_low_yuan=int(row["fine_low_yuan"]),
        fine_high_yuan=int(row["fine_high_yuan"]),
        authority=row["authority"],
    )
