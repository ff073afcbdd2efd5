"""The room page as a person uses it."""

import asyncio
import re
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import PATIENCE
from tests.support.client import Visitor
from tests.support.workers import Site

_ROOM = re.compile(r".*/rooms/([^/]+)/.*")


class RoomPage:
    """A window with a room in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.get_by_role("textbox", name="Message")
        self.log = page.get_by_role("log")
        self.status = page.locator("[data-status]")
        self.banner = page.locator("[data-banner]")
        self.people = page.locator("[data-people]")
        self.jump = page.locator("[data-jump]")
        self.unread_line = page.get_by_role("separator", name="New messages")
        self.texts = page.locator(".message__text")

    @classmethod
    def create(cls, page: Page, name: str, **fields: str) -> "RoomPage":
        """From the front page, as somebody new."""
        page.get_by_label("Your name").fill(name)
        page.locator("button[name=create]").click()
        return cls(page).wait_until_live()

    @classmethod
    def join(cls, page: Page, name: str) -> "RoomPage":
        """From the link people share, as somebody new."""
        page.get_by_label("Your name").fill(name)
        page.locator("button[name=join]").click()
        return cls(page).wait_until_live()

    @classmethod
    def again(cls, page: Page, url: str) -> "RoomPage":
        """As somebody who is in the room already."""
        page.goto(url)
        return cls(page).wait_until_live()

    @property
    def url(self) -> str:
        return self.page.url

    @property
    def code(self) -> str:
        match = _ROOM.match(self.page.url)
        assert match, self.page.url
        return match[1]

    def wait_until_live(self) -> "RoomPage":
        expect(self.status).to_have_attribute("data-kind", "live")
        return self

    def say(self, *bodies: str) -> None:
        for body in bodies:
            self.box.fill(body)
            self.box.press("Enter")

    def message(self, body: str) -> Locator:
        return self.page.get_by_role("article").filter(has_text=body)

    def expect_bodies(self, bodies: Sequence[str], *, timeout: float = PATIENCE) -> None:
        """All that is shown was said, once, in this order, and nothing waits."""
        expect(self.texts).to_have_text(list(bodies), timeout=timeout)
        expect(self.page.locator("[data-client-id]")).to_have_count(0, timeout=timeout)

    def settle(self) -> None:
        """Wait for two frames: what the page has scrolled was drawn by then, and the page told."""
        frame = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.page.evaluate(frame)

    def scroll_to(self, position: str) -> None:
        """`position` in the log's own terms: "0", "this.scrollHeight"."""
        self.log.evaluate(f"log => {{ log.scrollTop = {position}; }}")

    @property
    def distance_from_end(self) -> float:
        return self.log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight")

    def hide(self, hidden: bool = True) -> None:
        """What switching to another tab, or back, tells the page."""
        self.page.evaluate(
            """hidden => {
                Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }""",
            hidden,
        )


async def talk(site: Site, code: str, count: int) -> None:
    """Somebody comes, says `number 1` and so on, and leaves."""
    async with Visitor(site.url, "Writer") as writer:
        await writer.join(code)
        async with writer.socket(code) as room:
            for start in range(1, count + 1, 100):
                numbers = range(start, min(start + 100, count + 1))
                await asyncio.gather(*(room.post(f"number {n}") for n in numbers))
        await writer.leave(code)
