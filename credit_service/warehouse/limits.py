"""How much of the machine the warehouse may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WarehouseLimits:
    """Memory, threads and patience.

    ``memory_mb`` bounds DuckDB's buffers; larger work spills to a directory beside the file.
    """

    memory_mb: int = 1024
    store_memory_mb: int = 640
    """The bound while a batch is stored: checking its rows needs as much again beside DuckDB."""
    threads: int | None = None
    """None: as many as the machine has cores."""
    lock_seconds: float = 5.0
    """How long to wait for another process to let go of the file."""
    turn_seconds: float = 120.0
    """How long a writer waits for another writer of the same process."""
    free_bytes: int = 64 * 2**20
    """A batch or run is not begun with less free disk than this."""
