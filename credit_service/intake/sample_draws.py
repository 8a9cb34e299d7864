"""Repeatable chance for the sample generator: columns of whole numbers from a seed, the same on every machine.

Before this module comes a seed; after it `sample_subjects` and `sample_columns` turn numbers into words. It uses
Python's Mersenne Twister, whose output for a seed is promised not to change, and integers only: no float takes part,
so no platform's rounding can move a row.
"""

from __future__ import annotations

import random

import polars as pl
import pyarrow as pa


class Draws:
    """A stream of random columns of one length."""

    def __init__(self, seed: str, length: int) -> None:
        # Test data need repeatable chance, not secret chance.
        self._random = random.Random(seed)  # noqa: S311
        self.length = length

    def below(self, limit: int) -> pl.Series:
        """Return whole numbers from 0 up to, not including, ``limit`` (at most 2**31)."""
        raw = self._random.randbytes(4 * self.length)
        words = pa.Array.from_buffers(pa.uint32(), self.length, [None, pa.py_buffer(raw)])
        # The product of two 32-bit numbers fits 64 bits; its upper half is the number wanted.
        return pl.Series(words).cast(pl.UInt64) * limit // 2**32

    def pick(self, pool: pl.Series) -> pl.Series:
        """Return random members of ``pool``."""
        return pool.gather(self.below(len(pool)))

    def chance(self, millionths: int) -> pl.Series:
        """Return True in about ``millionths`` of a million rows."""
        return self.below(1_000_000) < millionths
