"""What the checks of a row are called in reports: ``data/reference/check_rules.csv``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from credit_service.lookup.reading_room import ReadingRoom


def list_rule_titles(room: ReadingRoom) -> Mapping[str, str]:
    """Return the Chinese title of each check by its id; a check without one is shown by its id."""
    return _read(room.places.reference / "check_rules.csv")


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return {row["rule"]: row["title"] for row in csv.DictReader(lines)}
