"""The world a test starts in: no settings from outside, no network but loopback, a fixed set of chances.

Where CREDIT_TEST_REQUIRE_ALL is set (as `.ci/run` does) a skipped test is a failed test: everything it waits for has
been provided.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("house")

_LOCAL = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget every setting of the machine, so that a test says all it needs."""
    for name in list(os.environ):
        if name.startswith("CREDIT_") and not name.startswith("CREDIT_TEST_") and name != "CREDIT_WRITE_GOLDEN":
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every connection that leaves the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in _LOCAL:
            message = f"a test tried to reach {address[0]}"
            raise RuntimeError(message)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Turn a skip into a failure where everything was promised."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("CREDIT_TEST_REQUIRE_ALL") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
