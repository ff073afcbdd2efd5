"""The notifications that the system shows, as Chromium tells of them."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.support.browser import PATIENCE

# Those that are shown, as the service worker knows them.
_SHOWN = """async () => {
    const worker = await navigator.serviceWorker.ready;
    const shown = await worker.getNotifications();
    return shown.map(({ title, body, tag, data, silent }) => ({ title, body, tag, data, silent }));
}"""

Notifications = list[dict[str, Any]]


class Screen:
    """What is shown. It is asked for only after the browser has said that something was shown or closed.

    Chromium forgets a notification that is on its way to the screen if a page asks meanwhile which there
    are: asked for all the time, five in six are lost.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._has_news = True
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.on("BackgroundService.backgroundServiceEventReceived", self._note)
        about = {"service": "notifications"}
        self._devtools.send("BackgroundService.startObserving", about)
        self._devtools.send("BackgroundService.setRecording", {**about, "shouldRecord": True})

    def shown(self) -> Notifications:
        self._has_news = False
        return self._page.evaluate(_SHOWN)

    def wait_for(self, condition: Callable[[Notifications], bool]) -> Notifications:
        """Wait until what is shown is so."""
        shown = self.shown()
        end = time.monotonic() + PATIENCE / 1000
        while not condition(shown):
            assert time.monotonic() < end, f"never so; shown: {shown}"
            if self._has_news:
                shown = self.shown()
            else:
                self._page.wait_for_timeout(20)  # events are handed over meanwhile
        return shown

    def _note(self, event: object) -> None:
        self._has_news = True


def about(shown: Notifications) -> list[int]:
    """Return how many messages each is about."""
    return [len(one["data"].get("seqs", [])) for one in shown]


def bodies(shown: Notifications) -> list[str]:
    return [one["body"] for one in shown]
