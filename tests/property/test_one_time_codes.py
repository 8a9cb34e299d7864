"""However codes are typed, early, late, twice or by guessing: no time step lets anybody in twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.domain.agency import Account, Agency, Role
from credit_service.errors import CodeRefused
from credit_service.identity.one_time import DRIFT_STEPS, STEP_SECONDS, find_step, to_step
from credit_service.registry.keys import load_or_create_keys
from credit_service.registry.unit_of_work import Ledger

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - of no account
START = datetime(2026, 10, 28, 2, 0, tzinfo=UTC)
MOVES = st.lists(
    st.tuples(st.integers(min_value=0, max_value=90), st.integers(min_value=-4, max_value=4)), min_size=1, max_size=30
)
"""(seconds that pass, of which step before or after the one of the moment the code is)."""


def code(step: int) -> str:
    return pyotp.TOTP(SECRET).generate_otp(step)


@given(MOVES)
def test_steps_accepted_only_go_on_and_each_is_accepted_where_it_should_be(moves: list[tuple[int, int]]):
    at, last = START, None
    accepted: list[int] = []
    for seconds, offset in moves:
        at += timedelta(seconds=seconds)
        step = to_step(at) + offset
        found = find_step(SECRET, code(step), at, last)
        fits = abs(offset) <= DRIFT_STEPS and (last is None or step > last)
        # Two steps share a code once in a million; the one found is then another of the window, and still later.
        assert found == step if fits else found is None or code(found) == code(step)
        if found is not None:
            assert last is None or found > last
            accepted.append(found)
            last = found
    assert len(accepted) == len(set(accepted))


@given(st.integers(min_value=0, max_value=2**40), st.text(max_size=12))
def test_only_the_codes_of_the_window_are_codes(second: int, typed: str):
    at = datetime.fromtimestamp(second % 4_000_000_000, UTC)
    window = {
        code(to_step(at) + offset) for offset in range(-DRIFT_STEPS, DRIFT_STEPS + 1) if to_step(at) + offset >= 0
    }
    found = find_step(SECRET, typed, at, None) if to_step(at) > 0 else None
    assert (found is not None) <= ("".join(typed.split()) in window)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    home: Path = tmp_path_factory.mktemp("codes")
    opened = Ledger(f"sqlite:///{home / 'ledger.sqlite'}", load_or_create_keys(home / "keys"))
    opened.create()
    with opened.unit_of_work() as uow:
        uow.agencies.add(Agency("11990101TEST00000X", "局（测试）", "局", "990101"))
        uow.commit()
    yield opened
    opened.close()


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.integers(min_value=0, max_value=12), min_size=1, max_size=25), name=st.uuids())
def test_the_ledger_takes_a_step_only_if_it_is_later_than_all_before(ledger: Ledger, steps: list[int], name: object):
    account = Account(str(name), "某", "11990101TEST00000X", Role.DECIDER, "hash", START)
    taken: list[int] = []
    with ledger.unit_of_work() as uow:
        uow.accounts.add(account)
        uow.second_factors.begin(account.account_id, SECRET, START)
        pending = uow.second_factors.find_pending(account.account_id)
        assert pending is not None
        uow.second_factors.confirm(pending, -1, START, [f"{name}-code"])
        factor = uow.second_factors.find(account.account_id)
        assert factor is not None
        for step in steps:
            try:
                uow.second_factors.use_step(factor, step)
            except CodeRefused:
                assert step <= max(taken, default=-1)
            else:
                assert step > max(taken, default=-1)
                taken.append(step)
    assert taken == sorted(set(taken))
    assert STEP_SECONDS == 30
