"""Chunks made ahead are the same chunks, with the same ends."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from contextlib import closing

import pytest

from credit_service.intake.read_ahead import read_ahead

PATIENCE = 10.0
"""Seconds after which a test that waits for the other thread gives up; never reached when all is well."""


def _makers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "read-ahead"]


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_the_chunks_come_in_order(depth: int) -> None:
    assert list(read_ahead(iter(range(100)), depth)) == list(range(100))


def test_nothing_gives_nothing() -> None:
    assert list(read_ahead(iter(()))) == []


def test_none_is_a_chunk_like_others() -> None:
    assert list(read_ahead(iter([None, None]))) == [None, None]


def test_the_next_chunk_is_made_while_the_last_is_held() -> None:
    made = threading.Event()

    def chunks() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    taking = read_ahead(chunks())
    assert next(taking) == 1
    assert made.wait(PATIENCE)
    assert list(taking) == [2]


@pytest.mark.parametrize("depth", [1, 3])
def test_no_more_is_made_ahead_than_the_depth_allows(depth: int) -> None:
    started: list[int] = []

    def chunks() -> Iterator[int]:
        for number in range(20):
            started.append(number)
            yield number

    for taken in read_ahead(chunks(), depth):
        assert len(started) <= taken + 1 + depth


def test_making_is_done_in_one_other_thread() -> None:
    seen: set[int] = set()

    def chunks() -> Iterator[int]:
        for number in range(5):
            seen.add(threading.get_ident())
            yield number

    list(read_ahead(chunks()))
    assert len(seen) == 1
    assert threading.get_ident() not in seen


def test_a_fault_comes_after_the_chunks_before_it_with_its_traceback() -> None:
    def chunks() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("torn")  # noqa: EM101 - a test's own fault.

    taken = []
    with pytest.raises(ValueError, match="torn") as caught:
        for number in read_ahead(chunks()):
            taken.append(number)
    assert taken == [1, 2]
    assert "in chunks" in "".join(traceback.format_tb(caught.tb))
    assert _makers() == []


def test_a_fault_that_is_no_exception_comes_through_as_well() -> None:
    def chunks() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(read_ahead(chunks()))


def test_closing_early_closes_the_source_and_ends_the_thread() -> None:
    closed: list[bool] = []

    def chunks() -> Iterator[int]:
        try:
            number = 0
            while True:
                yield number
                number += 1
        finally:
            closed.append(True)

    with closing(read_ahead(chunks())) as taking:  # type: ignore[type-var]  # what comes back is a generator.
        assert next(taking) == 0
    assert closed == [True]
    assert _makers() == []


def test_a_fault_of_the_taker_ends_the_thread() -> None:
    def take() -> None:
        with closing(read_ahead(iter(range(1000)))) as taking:  # type: ignore[type-var]
            for number in taking:
                if number == 3:
                    raise RuntimeError

    with pytest.raises(RuntimeError):
        take()
    assert _makers() == []


def test_nothing_starts_before_the_first_chunk_is_asked_for() -> None:
    asked: list[int] = []

    def chunks() -> Iterator[int]:
        asked.append(1)
        yield 1

    read_ahead(chunks())
    assert asked == []
    assert _makers() == []


def test_a_fault_while_the_source_is_closed_is_not_lost() -> None:
    def chunks() -> Iterator[int]:
        try:
            yield 1
            yield 2
        finally:
            raise OSError("disk")  # noqa: EM101 - a test's own fault.

    with pytest.raises(OSError, match="disk"):
        list(read_ahead(chunks()))
