from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.room_page import RoomPage
from tests.faults.proxy import Proxy
from tests.support.browser import Aside
from tests.support.workers import Site

OpenContext = Callable[..., BrowserContext]


class Wire:
    """The way from a window to the site. Unlike Playwright's `set_offline` it cuts open sockets."""

    def __init__(self, proxy: Proxy, aside: Aside) -> None:
        self._proxy, self._aside = proxy, aside
        self.url = proxy.base_url

    def cut(self) -> None:
        self._aside.run(self._proxy.unplug())

    def mend(self) -> None:
        self._aside.run(self._proxy.plug_in())


@pytest.fixture
def wire(site: Site, aside: Aside) -> Iterator[Wire]:
    proxy = Proxy(site.workers[0].port)
    aside.run(proxy.__aenter__())
    yield Wire(proxy, aside)
    aside.run(proxy.__aexit__(None, None, None))


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
