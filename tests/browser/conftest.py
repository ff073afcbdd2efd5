from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.room_page import RoomPage
from tests.faults.proxy import Proxy
from tests.support.browser import Aside, Contexts, launched
from tests.support.client import csrf_token
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


@pytest.fixture(scope="package")
def contexts() -> Iterator[Contexts]:
    """Those of one Chromium for all tests of this directory."""
    with launched() as browser:
        yield Contexts(browser)


@pytest.fixture
def wire(site: Site, aside: Aside) -> Iterator[Wire]:
    proxy = Proxy(site.workers[0].port)
    aside.run(proxy.__aenter__())
    yield Wire(proxy, aside)
    aside.run(proxy.__aexit__(None, None, None))


@pytest.fixture
def ada(site: Site, open_context: OpenContext) -> RoomPage:
    """In a new room of her own, at a desk."""
    return come_in(open_context(), site.url, name="Ada", create="")


@pytest.fixture
def invite(open_context: OpenContext) -> Callable[..., RoomPage]:
    """Somebody else comes into a room: `invite(ada, "Ben", device="phone")`."""

    def invite(host: RoomPage, name: str, device: str = "desktop", **options: object) -> RoomPage:
        context = open_context(device, **options)
        return come_in(context, host.page.url, name=name, code=host.code, join="")

    return invite


def come_in(context: BrowserContext, url: str, **fields: str) -> RoomPage:
    """By the front page's form, sent without a window: to load the page costs a second of the
    processor, and it has tests of its own."""
    return RoomPage.again(context.new_page(), enter(context, url, **fields))


def enter(context: BrowserContext, url: str, **fields: str) -> str:
    """The same, without opening the room. Return its address."""
    front = urljoin(url, "/")
    token = csrf_token(context.request.get(front).text())
    form = {**fields, "csrfmiddlewaretoken": token}
    entered = context.request.post(front, form=form, max_redirects=0)
    assert entered.status == 302, entered.text()
    return urljoin(front, entered.headers["location"])


def order(room: RoomPage, path: str, **fields: str) -> None:
    """Give an order without a window: what the owner's browser sends."""
    http, where = room.page.context.request, f"{room.url}manage/"
    token = csrf_token(http.get(where).text())
    answer = http.post(where + path, form={**fields, "csrfmiddlewaretoken": token})
    assert answer.ok, answer.text()
