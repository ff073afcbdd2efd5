"""What the room costs somebody who opens it for the first time."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext

from tests.browser.room_page import RoomPage

BUDGET = 100_000  # bytes over the wire, headers included
REQUESTS = 72  # a module that is split takes another one's place, or is loaded when it is needed


def test_the_room_is_small_and_asks_no_other_host(
    ada: RoomPage, open_context: Callable[..., BrowserContext]
) -> None:
    context = open_context(own=True)
    context.add_cookies(ada.page.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    received: list[int] = []
    hosts: set[str] = set()

    def finished(event: dict[str, Any]) -> None:
        received.append(event["encodedDataLength"])

    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", finished)
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    RoomPage.again(page, ada.url)
    page.wait_for_load_state("networkidle")
    assert 0 < sum(received) < BUDGET, sum(received)
    assert len(received) <= REQUESTS, len(received)
    assert hosts == {urlsplit(ada.url).netloc}
