from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.room_page import RoomPage
from tests.support.workers import Site

OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def ada(site: Site, open_context: OpenContext) -> RoomPage:
    """In a new room of her own, at a desk."""
    page = open_context().new_page()
    page.goto(site.url)
    return RoomPage.create(page, "Ada")


@pytest.fixture
def invite(open_context: OpenContext) -> Callable[..., RoomPage]:
    """Somebody else follows the link to a room: `invite(ada, "Ben", device="phone")`."""

    def invite(host: RoomPage, name: str, device: str = "desktop", **options: object) -> RoomPage:
        page = open_context(device, **options).new_page()
        page.goto(host.url)
        return RoomPage.join(page, name)

    return invite
