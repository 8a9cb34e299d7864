"""How many examples a costly property is tried on: a few on every change, many when somebody asks for it.

``CREDIT_TEST_THOROUGH=1`` (``make thorough``) asks. Examples differ from run to run, so the few add up; where a run is
costly the many are for a change of what the property is about.
"""

from __future__ import annotations

import os

THOROUGH = bool(os.environ.get("CREDIT_TEST_THOROUGH"))


def examples(few: int, many: int) -> int:
    """Return how many examples to try now."""
    return many if THOROUGH else few
