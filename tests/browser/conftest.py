"""The played demo behind a real server, looked at with the system's Chromium."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Cookie, Page, sync_playwright

from credit_service.bootstrap import Service, build_service, to_places
from credit_service.domain.agency import Role
from credit_service.domain.clock import FixedClock
from credit_service.pipeline.demo import DemoOutcome, play_demo
from credit_service.pipeline.worker import QueueWorker
from credit_service.settings import Settings
from credit_service.web.app import create_app

CHROMIUM = os.environ.get("CREDIT_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
NOW = datetime(2026, 10, 28, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Site:
    """A running service and who may sign in."""

    url: str
    service: Service
    demo: DemoOutcome
    cookies: dict[Role, list[Cookie]] = field(default_factory=dict)

    def sign_in(self, page: Page, role: Role) -> None:
        """Sign in as the demo's account of this role: through the form the first time, with its cookies afterwards."""
        if role in self.cookies:
            page.context.add_cookies(self.cookies[role])
            return
        account_id, password = next((a, p) for a, _, p in self.demo.accounts if a == f"demo-{role.value}")
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("登录名").fill(account_id)
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        self.cookies[role] = page.context.cookies()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the played demo on a free port."""
    settings = Settings(home=tmp_path_factory.mktemp("browser") / "home")
    demo = play_demo(to_places(settings), lambda: build_service(settings).office, lambda _line: None)
    service = build_service(settings, FixedClock(NOW))
    worker = QueueWorker(service.office)
    worker.start()
    server = uvicorn.Server(uvicorn.Config(create_app(service, worker), port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Site(f"http://127.0.0.1:{port}", service, demo)
    server.should_exit = True
    worker.stop_and_wait()
    thread.join(timeout=10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the system's browser, or say why not."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (set CREDIT_TEST_CHROMIUM or install the package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Return a maker of browser windows of a given width that close by themselves."""
    opened: list[BrowserContext] = []

    def open_window(width: int = 1280, **options: object) -> BrowserContext:
        context = chromium.new_context(viewport={"width": width, "height": 844}, locale="zh-CN", **options)
        opened.append(context)
        return context

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's source."""
    return (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
