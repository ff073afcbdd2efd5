"""The pages around the room, in real windows."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.room_page import RoomPage
from tests.support.browser import Aside, Console
from tests.support.programs import ROOT
from tests.support.workers import Site

OpenContext = Callable[..., BrowserContext]
OpenWindow = Callable[..., Page]

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Demo:
    """A person who has said things in a room, and the addresses of everything there is to see."""

    def __init__(self, site: Site, aside: Aside) -> None:
        self.site = site
        self.visitor = site.visitor("Ada")
        self.code = aside.run(self._talk())
        page = aside.run(self.visitor.get("/history/rooms/")).text
        found = re.search(r"/history/rooms/r_\w+/", page)
        assert found
        self.transcript = found[0]

    async def _talk(self) -> str:
        code = await self.visitor.create(title="Islands <3")
        async with self.visitor.socket(code) as room:
            for number in range(1, 151):
                await room.post(f"message {number}")
            await room.post("Look: https://example.org/ and `code`\n```python\nprint(1)\n```")
        return code

    def sign_in(self, context: BrowserContext) -> None:
        context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value or "", "url": self.site.url}
                for cookie in self.visitor.http.cookies.jar
            ]
        )

    @property
    def addresses(self) -> list[str]:
        return ["/", f"/rooms/{self.code}/", "/history/", "/history/rooms/", self.transcript]


@pytest.fixture(scope="module")
def demo(site: Site) -> Demo:
    with Aside() as aside:
        return Demo(site, aside)


@pytest.fixture
def as_ada(demo: Demo, open_context: OpenContext) -> Callable[..., Page]:
    """A window of the person of the demo."""

    def as_ada(path: str, device: str = "desktop", **options: Any) -> Page:
        context = open_context(device, **options)
        demo.sign_in(context)
        page = context.new_page()
        page.goto(demo.site.url + path)
        return page

    return as_ada


class TestTheWayIn:
    def test_from_a_link_is_one_name_and_one_tap(self, demo: Demo, open_window: OpenWindow) -> None:
        page = open_window(f"{demo.site.url}/rooms/{demo.code.lower()}/", device="phone")
        expect(page.get_by_label("Room code")).to_have_value(demo.code)
        expect(page.get_by_label("Your name")).to_be_focused()
        page.keyboard.type("Ben")
        page.get_by_role("button", name="Join room").tap()
        RoomPage(page).wait_until_live()

    def test_takes_the_enter_key_for_what_was_meant(
        self, demo: Demo, open_window: OpenWindow
    ) -> None:
        page = open_window(demo.site.url)
        page.get_by_label("Your name").fill("Cleo")
        page.get_by_label("Room code").fill(demo.code)
        page.keyboard.press("Enter")
        assert RoomPage(page).wait_until_live().code == demo.code
        page.goto(demo.site.url)
        page.get_by_label("Your name").press("Enter")
        assert RoomPage(page).wait_until_live().code != demo.code

    def test_says_kindly_that_a_code_is_wrong_and_puts_the_cursor_there(
        self, site: Site, open_window: OpenWindow, console: Console
    ) -> None:
        console.allow("404")
        page = open_window(site.url)
        page.get_by_label("Your name").fill("Ada")
        page.get_by_label("Room code").fill("wxz2")
        page.get_by_role("button", name="Join room").click()
        expect(page.get_by_role("alert")).to_contain_text("no open room")
        expect(page.get_by_label("Your name")).to_have_value("Ada")
        field = page.get_by_label("Room code")
        expect(field).to_have_value("wxz2")
        expect(field).to_be_focused()
        expect(field).to_have_accessible_description(re.compile("no open room"))

    def test_goes_by_keyboard_in_a_sensible_order(
        self, site: Site, open_window: OpenWindow
    ) -> None:
        page = open_window(site.url)
        order = []
        for _ in range(10):
            page.keyboard.press("Tab")
            order.append(
                page.evaluate(
                    "document.activeElement.id || document.activeElement.name"
                    " || document.activeElement.getAttribute('aria-label')"
                    " || document.activeElement.textContent.trim()"
                )
            )
        assert order[0] == "Skip to the content"
        assert order[1:4] == ["Roomcode", "History", "Account"]
        assert order[4].startswith("Theme")
        assert order[5:] == ["code", "name", "join", "Options", "create"]

    def test_remembers_who_comes_back(self, demo: Demo, as_ada: Callable[..., Page]) -> None:
        page = as_ada("/")
        expect(page.get_by_label("Your name")).to_have_value("Ada")
        page.get_by_role("link", name=demo.code).click()
        assert RoomPage(page).wait_until_live().code == demo.code


class TestTheTheme:
    def test_follows_the_device_until_it_is_chosen(
        self, site: Site, open_window: OpenWindow
    ) -> None:
        page = open_window(site.url, color_scheme="dark")
        paper = "getComputedStyle(document.body).backgroundColor"
        dark = page.evaluate(paper)
        switch = page.get_by_role("button", name=re.compile("Theme"))
        switch.click()
        light = page.evaluate(paper)
        assert light != dark
        page.goto(f"{site.url}/history/")
        assert page.evaluate(paper) == light
        page.get_by_role("button", name=re.compile("Theme: light")).click()
        expect(page.get_by_role("button", name=re.compile("Theme: dark"))).to_be_visible()
        assert page.evaluate(paper) == dark

    def test_is_there_at_the_first_paint(
        self, site: Site, open_context: OpenContext, console: Console
    ) -> None:
        console.allow("ERR_FAILED")
        context = open_context(color_scheme="dark")
        page = context.new_page()
        page.goto(site.url)
        page.evaluate("localStorage.setItem('theme', 'light')")
        # Modules run after the page has been read; the theme must not wait for them.
        page.route("**/js/pages/theme.*js", lambda route: route.abort())
        page.reload()
        assert page.evaluate("document.documentElement.dataset.theme") == "light"

    def test_is_followed_by_the_other_windows(self, site: Site, open_context: OpenContext) -> None:
        context = open_context()
        first, second = context.new_page(), context.new_page()
        first.goto(site.url)
        second.goto(site.url)
        first.get_by_role("button", name=re.compile("Theme")).click()
        expect(second.locator("html")).to_have_attribute("data-theme", "light")


class TestATranscript:
    def test_opens_at_the_message_of_a_bare_link(
        self, demo: Demo, as_ada: Callable[..., Page]
    ) -> None:
        page = as_ada(f"{demo.transcript}#m7")
        expect(page).to_have_url(re.compile(r"\?at=7#m7$"))
        expect(page.locator("#m7")).to_be_in_viewport()
        expect(page.locator("#m7 .message__text")).to_have_text("message 6")

    def test_shows_links_and_code_as_the_room_does(
        self, demo: Demo, as_ada: Callable[..., Page]
    ) -> None:
        last = as_ada(demo.transcript).locator(".message__text").last
        link = last.get_by_role("link")
        expect(link).to_have_attribute("href", "https://example.org/")
        expect(link).to_have_attribute("rel", re.compile("noopener"))
        expect(last.locator("pre")).to_have_text("print(1)")

    def test_tells_times_and_days_of_the_viewers_zone(
        self, demo: Demo, as_ada: Callable[..., Page]
    ) -> None:
        """The server's calendar too, though this is the first page that this browser sees."""
        zone = "Pacific/Kiritimati" if datetime.now(UTC).hour >= 11 else "Pacific/Pago_Pago"
        page = as_ada(demo.transcript, timezone_id=zone, locale="en-GB")
        here = datetime.now(ZoneInfo(zone)).date()
        assert here != datetime.now(UTC).date()
        said = page.locator("table a[aria-current=date]")
        expect(said).to_have_attribute("href", f"?day={here}")
        shown = page.locator("time[data-clock]").first
        expected = shown.evaluate(
            "time => new Date(time.dateTime).toLocaleTimeString('en-GB',"
            " {hour: '2-digit', minute: '2-digit'})"
        )
        expect(shown).to_have_text(expected)
        expect(page.locator(".day time").first).to_have_text("Today")

    def test_can_be_read_without_scripts(self, demo: Demo, as_ada: Callable[..., Page]) -> None:
        page = as_ada(demo.transcript, java_script_enabled=False)
        expect(page.locator(".message__text").first).to_have_text(re.compile("message"))
        expect(page.locator("time[data-clock]").first).to_have_text(re.compile(r"^\d\d:\d\d UTC$"))

    def test_is_downloaded_whole_and_says_how_far_it_is(
        self, demo: Demo, as_ada: Callable[..., Page]
    ) -> None:
        page = as_ada(demo.transcript)
        place = page.locator("[data-downloads]")
        with page.expect_download() as download:
            place.get_by_role("link", name="JSON").click()
        assert re.fullmatch(r"room-\w+-[0-9-]+\.json", download.value.suggested_filename)
        count = len(json.loads(download.value.path().read_bytes())["messages"])
        expect(place.get_by_role("status")).to_have_text(f"Done: {count} of {count} messages.")


class TestWithoutANetwork:
    def test_a_page_says_so_and_comes_back(
        self, start_site: Callable[..., Site], open_window: OpenWindow, console: Console
    ) -> None:
        console.allow("ERR_|Failed to (load|fetch)")
        site = start_site()
        page = open_window(site.url)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.evaluate(
            "navigator.serviceWorker.controller !== null || new Promise("
            "  done => navigator.serviceWorker.addEventListener('controllerchange', done))"
        )
        site.workers[0].kill()
        page.goto(f"{site.url}/history/")
        expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")
        styled = page.evaluate("getComputedStyle(document.querySelector('.ticket')).display")
        assert styled == "grid"
        # The network was never away, so that the browser has nothing to tell: the page looks by itself.
        site.workers[0].start()
        expect(page.get_by_role("heading", level=1)).to_have_text("History", timeout=30_000)

    def test_a_new_release_replaces_the_page_that_is_kept(
        self, start_site: Callable[..., Site], open_window: OpenWindow, console: Console
    ) -> None:
        console.allow("ERR_|Failed to (load|fetch)")
        site = start_site()
        page = open_window(site.url)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        [first] = page.evaluate("caches.keys()")
        release_with(site, ".ticket { outline: 7px solid }")
        # Looked for by the browser on going to a page, and taken into use without asking.
        page.goto(f"{site.url}/history/")
        page.evaluate(
            """async (first) => {
                const isOnly = (kept) => kept.length === 1 && kept[0] !== first;
                while (!isOnly(await caches.keys())) await new Promise(requestAnimationFrame);
            }""",
            first,
        )
        site.workers[0].kill()
        page.goto(f"{site.url}/history/")
        expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")
        expect(page.locator(".ticket")).to_have_css("outline-width", "7px")
        site.workers[0].start()
        page.get_by_role("button", name="Try now").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("History")

    def test_nothing_of_a_room_is_kept_on_the_device(
        self, demo: Demo, as_ada: Callable[..., Page]
    ) -> None:
        page = as_ada(f"/rooms/{demo.code}/")
        RoomPage(page).wait_until_live()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        for path in demo.addresses:
            page.goto(demo.site.url + path)
        kept = page.evaluate(
            """async () => {
                const kept = [];
                for (const name of await caches.keys())
                    for (const request of await (await caches.open(name)).keys())
                        kept.push(new URL(request.url).pathname);
                return kept;
            }"""
        )
        assert "/offline/" in kept
        assert all(path == "/offline/" or path.startswith("/static/") for path in kept)


def release_with(site: Site, rule: str) -> None:
    """The site's worker restarts with another style sheet, as `prepare` puts one in place."""
    static = site.directory / "static"
    names = static / "staticfiles.json"
    manifest = json.loads(names.read_text())
    former = manifest["paths"]["css/pages/ticket.css"]
    latest = former.replace("pages/ticket.", "pages/ticket.next-")
    (static / latest).write_text((static / former).read_text() + rule)
    manifest["paths"]["css/pages/ticket.css"] = latest
    names.write_text(json.dumps(manifest))
    site.workers[0].restart()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is missing: npm ci")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_is_accessible_and_fits(
    demo: Demo, as_ada: Callable[..., Page], console: Console, scheme: str, width: int
) -> None:
    """320 pixels are also what is left of 1280 at 400 %."""
    console.allow("status of 400")
    page = as_ada(
        "/", color_scheme=scheme, viewport={"width": width, "height": 640}, bypass_csp=True
    )
    for path in [*demo.addresses, "/offline/", "/history/export/?format=xml"]:
        page.goto(demo.site.url + path)
        page.add_script_tag(path=AXE)
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: rules}).then(result => result.violations.map("
            "  v => `${v.id}: ${v.nodes.map(node => node.target).join(' ')}`))",
            RULES,
        )
        assert not found, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
