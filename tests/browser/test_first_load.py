"""What the room costs somebody who follows its link for the first time, and who comes back."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Page, Route, WebSocket, expect

from tests.browser.room_page import RoomPage

BUDGET = 100_000  # bytes over the wire, headers included
REQUESTS = 15


class Traffic:
    """What a window asks the network for: what its cache has is not counted."""

    def __init__(self, page: Page) -> None:
        self.received: list[int] = []
        self.hosts: set[str] = set()
        self.sockets: list[WebSocket] = []
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", self._finished)
        devtools.on("Network.requestWillBeSent", self._sent)
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("websocket", lambda socket: self.sockets.append(socket))

    def _finished(self, event: dict[str, Any]) -> None:
        if event["encodedDataLength"]:
            self.received.append(event["encodedDataLength"])

    def _sent(self, event: dict[str, Any]) -> None:
        if redirect := event.get("redirectResponse"):
            self.received.append(redirect["encodedDataLength"])


def test_the_way_from_the_link_into_the_room_is_short_and_asks_no_other_host(
    ada: RoomPage, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(own=True).new_page()
    traffic = Traffic(page)
    page.goto(ada.url)
    RoomPage.join(page, "Ben")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(traffic.received) < BUDGET, sum(traffic.received)
    assert len(traffic.received) <= REQUESTS, len(traffic.received)
    assert traffic.hosts == {urlsplit(ada.url).netloc}
    # The one that is opened before the room's script is there is the one that it uses.
    [socket] = traffic.sockets
    assert "after" not in parse_qs(urlsplit(socket.url).query)

    ada.say("hello")
    RoomPage(page).expect_bodies(["hello"])
    again = Traffic(page)
    page.reload()
    RoomPage(page).wait_until_live().expect_bodies(["hello"])
    page.wait_for_load_state("networkidle")
    assert len(again.received) <= 2, "more than the page, and whether there is a new service worker"
    [resumed] = again.sockets
    assert int(parse_qs(urlsplit(resumed.url).query)["after"][0]) > 0


def test_the_socket_is_opened_and_welcomed_before_the_room_s_script_is_there(
    ada: RoomPage,
) -> None:
    ada.say("hello")
    ada.expect_bodies(["hello"])
    held: list[Route] = []
    ada.page.route("**/js/pages/room.*.js", lambda route: held.append(route))
    traffic = Traffic(ada.page)
    with ada.page.expect_websocket() as opening:
        ada.page.reload(wait_until="commit")
    opening.value.wait_for_event("framereceived")
    expect(ada.status).to_be_empty()
    [script] = held
    script.continue_()
    ada.wait_until_live().expect_bodies(["hello"])
    assert traffic.sockets == [opening.value]
