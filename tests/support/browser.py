"""Real Chromium windows. A test fails for what its pages put on the console as an error.

def test_says_hello(site, open_window):
    page = open_window(site.url, device="phone", color_scheme="dark")
"""

import asyncio
import os
import re
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Frame,
    Page,
    WebError,
    expect,
    sync_playwright,
)

from tests.support.programs import headless_chromium, require_chromium

T = TypeVar("T")
DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
    },
}
# Milliseconds in which a page has to do what is expected. On a machine that is busy with something
# else it does so late, which is no failure; a test that passes never waits for it.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

_FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def flags() -> list[str]:
    """Those of Chromium's command line. For root it has no sandbox."""
    return [*_FLAGS, "--no-sandbox"] if os.geteuid() == 0 else _FLAGS


@dataclass
class Console:
    """What the windows of one test complained about: errors, exceptions, CSP violations."""

    complaints: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Expect complaints that match a regular expression: a lost network is an error too."""
        self.allowed.append(pattern)

    @property
    def unexpected(self) -> list[str]:
        return [
            text
            for text in self.complaints
            if not any(re.search(pattern, text) for pattern in self.allowed)
        ]

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._heard)
        context.on("weberror", self._raised)

    def ignore(self, context: BrowserContext) -> None:
        """Undo `watch`."""
        context.remove_listener("console", self._heard)
        context.remove_listener("weberror", self._raised)

    def _raised(self, error: WebError) -> None:
        self.complaints.append(f"exception: {error.error}")

    def _heard(self, message: ConsoleMessage) -> None:
        # Chromium reports a violated Content-Security-Policy here, as an error.
        if message.type in {"error", "assert"}:
            where = message.location
            self.complaints.append(f"{message.text} ({where.get('url')}:{where.get('lineNumber')})")


@dataclass
class _Kept:
    """A context that serves one test after another, and the page that stays open in it."""

    context: BrowserContext
    options: str
    keeper: Page
    origins: set[str] = field(default_factory=set)


class Contexts:
    """Contexts of one browser, of which a test gets one that no other test is using.

    A context that is used again has the site's scripts in its HTTP cache: a room loads in a third of
    the processor time. Like a browser whose site data was removed it has no cookies, no storage, no
    permissions and no page; a service worker stays.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._idle: list[_Kept] = []
        self._lent: dict[BrowserContext, _Kept | None] = {}

    def take(self, *, own: bool, **options: Any) -> BrowserContext:
        """`own`: one that serves nobody else, for what cannot be undone (init scripts, a clock)."""
        wanted = repr(sorted(options.items()))
        found = next((kept for kept in self._idle if kept.options == wanted), None)
        if own or found is None:
            context = self.browser.new_context(**options)
            context.set_default_timeout(PATIENCE)
            found = None if own else self._keep(context, wanted)
        else:
            self._idle.remove(found)
        if found is None:
            self._lent[context] = None
            return context
        self._lent[found.context] = found
        return found.context

    def give_back(self, context: BrowserContext) -> None:
        kept = self._lent.pop(context)
        if kept is None:
            context.close()
            return
        for page in context.pages:
            if page is not kept.keeper:
                page.close()
        if kept.keeper.evaluate("'__pwClock' in globalThis"):
            context.close()
            raise AssertionError(
                "a context with a clock is opened with own=True: it keeps the clock"
            )
        context.set_offline(False)
        context.clear_permissions()
        context.clear_cookies()
        devtools = context.new_cdp_session(kept.keeper)
        for origin in kept.origins:
            what = {"origin": origin, "storageTypes": "local_storage,indexeddb"}
            devtools.send("Storage.clearDataForOrigin", what)
        devtools.detach()
        self._idle.append(kept)

    def _keep(self, context: BrowserContext, options: str) -> _Kept:
        kept = _Kept(context, options, context.new_page())

        def navigated(frame: Frame) -> None:
            address = urlsplit(frame.url)
            if address.netloc:
                kept.origins.add(f"{address.scheme}://{address.netloc}")

        context.on("page", lambda page: page.on("framenavigated", navigated))
        return kept


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless Chromium.

    While it runs, Playwright keeps an event loop running in this thread, in which neither async
    tests nor Django's ORM work.
    """
    with sync_playwright() as playwright:
        path = headless_chromium()
        browser = playwright.chromium.launch(executable_path=path, args=flags())
        yield browser
        browser.close()


@contextmanager
def whole_chromium(beside: Browser) -> Iterator[Browser]:
    """One with what a headless one lacks: notifications of the system."""
    path = require_chromium()
    browser = beside.browser_type.launch(executable_path=path, args=flags())
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def contexts() -> Iterator[Contexts]:
    """Those of one Chromium for the tests of a module."""
    with launched() as browser:
        yield Contexts(browser)


@pytest.fixture
def console(request: pytest.FixtureRequest) -> Iterator[Console]:
    console = Console()
    yield console
    assert not console.unexpected, "the page complained:\n" + "\n".join(console.unexpected)


@pytest.fixture
def open_context(
    contexts: Contexts, console: Console, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., BrowserContext]]:
    """A new person's browser: `device` is "desktop" or "phone"; the rest is Playwright's.

    With `own=True` it is thrown away afterwards: an init script of a context stays in it, and so
    does a clock. A failed test leaves a picture of each window in its tmp_path and says where.
    """
    used: list[BrowserContext] = []

    def open_context(
        device: str = "desktop", *, own: bool = False, **options: Any
    ) -> BrowserContext:
        context = contexts.take(own=own, **DEVICES[device] | options)
        console.watch(context)
        used.append(context)
        return context

    yield open_context
    if request.node.stash.get(FAILED, False):
        _take_pictures(used, tmp_path)
    for context in used:
        contexts.give_back(context)
        console.ignore(context)


@pytest.fixture
def open_window(open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A new person's first window, at an address."""

    def open_window(url: str, device: str = "desktop", **options: Any) -> Page:
        page = open_context(device, **options).new_page()
        page.goto(url)
        return page

    return open_window


@pytest.fixture
def aside() -> Iterator["Aside"]:
    """Runs the async client beside the windows: `aside.run(room.post("hello"))`."""
    with Aside() as aside:
        yield aside


class Aside:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def run(self, coroutine: Coroutine[Any, Any, T], *, timeout: float = 60) -> T:
        """Its result, or what it raised."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout)

    def __enter__(self) -> "Aside":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report: pytest.TestReport = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


def _take_pictures(contexts: list[BrowserContext], directory: Path) -> None:
    every = [page for context in contexts for page in context.pages]
    pages = [page for page in every if page.url != "about:blank"]
    for number, page in enumerate(pages, 1):
        picture = directory / f"window-{number}.png"
        try:
            page.screenshot(path=picture)
        except Error as error:
            print(f"window {number}: {error.message}")
        else:
            print(f"window {number} at {page.url}: {picture}")
