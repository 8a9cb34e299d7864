"""Beside the story: whether a server is at work on a home.

A server holds a lock file while it runs; it falls by itself when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from credit_service.domain.places import Places

LOCK = "serving.lock"


@contextmanager
def hold_home(places: Places) -> Iterator[None]:
    """Hold the home's lock as one of its servers."""
    with (places.home / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def is_served(places: Places) -> bool:
    """Return whether a server is at work on the home now."""
    path = places.home / LOCK
    if not path.exists():
        return False
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
