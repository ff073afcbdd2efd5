"""The pages around the room, in real windows."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import axe
from tests.browser.conftest import OpenContext
from tests.browser.room_page import RoomPage
from tests.support.browser import Aside, Console
from tests.support.story import step
from tests.support.workers import Site

OpenWindow = Callable[..., Page]


class Demo:
    """A person who has said things in a room, and the addresses of everything there is to see."""

    def __init__(self, site: Site, aside: Aside) -> None:
        self.site = site
        # Neither can be broken between words: what they stand in has to hold them.
        self.visitor = site.visitor("Ada" + "W" * 37)
        self.code = aside.run(self._talk())
        page = aside.run(self.visitor.get("/history/rooms/")).text
        found = re.search(r"/history/rooms/r_\w+/", page)
        assert found
        self.transcript = found[0]

    async def _talk(self) -> str:
        code = await self.visitor.create(title="Islands<3" + "M" * 71)
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
        pages = ["/history/", "/history/rooms/", "/history/?q=message from:me", self.transcript]
        return ["/", f"/rooms/{self.code}/", *pages, "/account/"]


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


def test_the_way_in_from_a_link_is_one_name_and_one_tap(
    demo: Demo, open_window: OpenWindow
) -> None:
    page = open_window(f"{demo.site.url}/rooms/{demo.code.lower()}/", device="phone")
    expect(page.get_by_label("Room code")).to_have_value(demo.code)
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.type("Ben")
    page.get_by_role("button", name="Join room").tap()
    RoomPage(page).wait_until_live()


def test_the_way_in_by_keyboard(demo: Demo, open_window: OpenWindow, console: Console) -> None:
    console.allow("404")
    page = open_window(demo.site.url)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    name, code = page.get_by_label("Your name"), page.get_by_label("Room code")

    with step("goes in a sensible order"):
        order = []
        for _ in range(11):
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
        assert order[5:] == ["name", "code", "join", "title", "Options", "create"]

    with step("says kindly that a code is wrong, and puts the cursor there"):
        name.fill("Cleo")
        code.fill("wxz2")
        page.get_by_role("button", name="Join room").click()
        expect(page.get_by_role("alert")).to_contain_text("no open room")
        expect(name).to_have_value("Cleo")
        expect(code).to_have_value("wxz2")
        expect(code).to_be_focused()
        expect(code).to_have_accessible_description(re.compile("no open room"))

    with step("makes the code of a link that is pasted, a letter in each of its cells"):
        code.fill("")
        page.evaluate("text => navigator.clipboard.writeText(text)", f"{demo.site.url}/rooms/k7qx/")
        code.press("Control+V")
        expect(code).to_have_value("k7qx")
        assert code.evaluate("field => field.scrollWidth <= field.clientWidth")

    with step("takes the Enter key for what was meant: to join where there is a code"):
        code.fill(demo.code)
        page.keyboard.press("Enter")
        assert RoomPage(page).wait_until_live().code == demo.code

    with step("remembers who comes back"):
        page.goto(demo.site.url)
        expect(name).to_have_value("Cleo")
        expect(page.get_by_role("link", name=demo.code)).to_be_visible()

    with step("asks again for no name, and takes another one"):
        expect(name).to_be_hidden()
        page.locator("summary", has_text="You are Cleo").press("Enter")
        expect(name).to_be_visible()

    with step("and, without a code, to open a room"):
        name.press("Enter")
        assert RoomPage(page).wait_until_live().code != demo.code

    with step("leads back into a room"):
        page.goto(demo.site.url)
        page.get_by_role("link", name=demo.code).click()
        assert RoomPage(page).wait_until_live().code == demo.code


def test_the_theme_follows_the_device_until_it_is_chosen(
    site: Site, open_context: OpenContext, console: Console
) -> None:
    console.allow("ERR_FAILED")
    context = open_context(color_scheme="dark", service_workers="block")
    page, other = context.new_page(), context.new_page()
    page.goto(site.url)
    other.goto(site.url)
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(paper)

    with step("chosen, it is followed by the other windows and the next pages"):
        page.get_by_role("button", name=re.compile("Theme")).click()
        light = page.evaluate(paper)
        assert light != dark
        expect(other.locator("html")).to_have_attribute("data-theme", "light")
        page.goto(f"{site.url}/history/")
        assert page.evaluate(paper) == light

    with step("it is there at the first paint"):
        # Modules run after the page has been read; the theme must not wait for them.
        aborted: list[str] = []
        other.route(
            "**/js/pages/site.*js",
            lambda route: (aborted.append(route.request.url), route.abort()),
        )
        other.reload()
        assert aborted
        assert other.evaluate("document.documentElement.dataset.theme") == "light"

    with step("and is chosen back"):
        page.get_by_role("button", name=re.compile("Theme: light")).click()
        expect(page.get_by_role("button", name=re.compile("Theme: dark"))).to_be_visible()
        assert page.evaluate(paper) == dark


def test_a_transcript_is_linked_into_read_and_downloaded(
    demo: Demo, as_ada: Callable[..., Page]
) -> None:
    page = as_ada(f"{demo.transcript}#m7")

    with step("it opens at the message of a bare link"):
        expect(page).to_have_url(re.compile(r"\?at=7#m7$"))
        expect(page.locator("#m7")).to_be_in_viewport()
        expect(page.locator("#m7 .message__text")).to_have_text("message 6")

    with step("shows links and code as the room does"):
        page.goto(demo.site.url + demo.transcript)
        last = page.locator(".message__text").last
        link = last.get_by_role("link")
        expect(link).to_have_attribute("href", "https://example.org/")
        expect(link).to_have_attribute("rel", re.compile("noopener"))
        expect(last.locator("pre")).to_have_text("print(1)")

    with step("is downloaded whole, and says how far it is"):
        place = page.locator("[data-downloads]")
        place.get_by_text("Download", exact=True).click()
        with page.expect_download() as download:
            place.get_by_role("link", name="JSON").click()
        assert re.fullmatch(r"room-\w+-[0-9-]+\.json", download.value.suggested_filename)
        count = len(json.loads(download.value.path().read_bytes())["messages"])
        expect(place.get_by_role("status")).to_have_text(f"Done: {count} of {count} messages.")

    with step("what was opened is shut by turning to something else, and by Escape"):
        formats = place.get_by_role("link", name="JSON")
        expect(formats).to_be_hidden()
        place.get_by_text("Download", exact=True).click()
        page.locator("h1").click()
        expect(formats).to_be_hidden()
        place.get_by_text("Download", exact=True).click()
        page.keyboard.press("Escape")
        expect(formats).to_be_hidden()

    with step("people have the pictures that they have in the room"):
        expect(page.locator(".line:not(.line--continued) > .avatar").first).to_have_text("A")


def test_a_transcript_tells_times_and_days_of_the_viewers_zone(
    demo: Demo, as_ada: Callable[..., Page]
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


def test_the_panel_lists_as_many_other_rooms_as_it_has_room_for(
    site: Site, open_context: OpenContext
) -> None:
    with Aside() as aside:
        visitor = site.visitor("Mia")
        codes = [aside.run(visitor.create()) for _ in range(14)]
    context = open_context(viewport={"width": 1280, "height": 1000})
    context.add_cookies(
        [
            {"name": c.name, "value": c.value or "", "url": site.url}
            for c in visitor.http.cookies.jar
        ]
    )
    page = context.new_page()
    page.goto(f"{site.url}/rooms/{codes[0]}/")
    rest = page.locator(".other-rooms button")
    expect(rest).to_be_visible()
    expect(page.locator(".other-rooms a").nth(6)).to_be_visible()
    line, last, foot = (
        part.bounding_box()
        for part in (page.locator(".other-rooms a").first, rest, page.locator(".panel__foot"))
    )
    assert line
    assert last
    assert foot
    free = foot["y"] - last["y"] - last["height"]
    assert 0 <= free < line["height"] + 32


def test_one_s_own_messages_lead_to_their_place_from_all_of_them(
    demo: Demo, as_ada: Callable[..., Page]
) -> None:
    page = as_ada("/history/")
    page.wait_for_selector(".hits--live")
    page.locator(".message__text", has_text="message 140").click()
    expect(page).to_have_url(re.compile(rf"/rooms/{demo.code}/#m\d+"))


def test_a_hit_leads_to_its_place_from_all_of_it(demo: Demo, as_ada: Callable[..., Page]) -> None:
    page = as_ada("/history/?q=code from:me")
    page.wait_for_selector(".hits--live")
    hit, field = page.locator(".hit"), page.get_by_role("searchbox")

    with step("a sign empties the field, for hands and keys alike, and what was found stays"):
        field.focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(field).to_have_value("")
        expect(field).to_be_focused()
        expect(page.get_by_role("link", name="Clear")).to_be_hidden()
        expect(hit).to_have_count(1)

    with step("tips are shut by Escape"):
        page.get_by_label("Search tips").click()
        expect(page.locator(".search__tips")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".search__tips")).to_be_hidden()

    with step("its words can be selected, and its own links lead elsewhere"):
        word = hit.locator("mark").first.bounding_box()
        assert word
        page.mouse.move(word["x"], word["y"] + word["height"] / 2)
        page.mouse.down()
        page.mouse.move(word["x"] + word["width"], word["y"] + word["height"] / 2, steps=4)
        page.mouse.up()
        assert page.evaluate("String(getSelection()).trim()") == "code"
        expect(page).to_have_url(re.compile("/history/"))
        hit.get_by_role("link", name="https://example.org/", exact=True).click(trial=True)

    with step("a press on them follows the link that covers the rest"):
        page.locator("h1").click()
        named = page.get_by_role("link", name="Open in the room: message of Ada")
        expect(named).to_have_count(1)
        hit.locator(".message__text p").first.click(position={"x": 4, "y": 4})
        expect(page).to_have_url(re.compile(rf"/rooms/{demo.code}/"))


def test_a_transcript_can_be_read_without_scripts(demo: Demo, as_ada: Callable[..., Page]) -> None:
    page = as_ada(demo.transcript, java_script_enabled=False)
    expect(page.locator(".message__text").first).to_have_text(re.compile("message"))
    expect(page.locator("time[data-clock]").first).to_have_text(re.compile(r"^\d\d:\d\d UTC$"))
    page.get_by_text("Download", exact=True).click()
    expect(page.get_by_role("link", name="JSON")).to_be_visible()


def test_every_page_is_accessible_and_fits_and_nothing_of_a_room_is_kept(
    demo: Demo, as_ada: Callable[..., Page], console: Console
) -> None:
    """320 pixels are also what is left of 1280 at 400 %."""
    console.allow("status of 400")
    page = as_ada("/", bypass_csp=True)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for path in [*demo.addresses, "/offline/", "/history/export/?format=xml"]:
        page.goto(demo.site.url + path)
        if path.startswith("/rooms/"):
            RoomPage(page).wait_until_live()
        if path == "/offline/":
            RoomPage(page).hide()  # or it loads itself again as soon as it finds the server there
        for width in (1280, 320):
            with step(f"{path} on {width} pixels"):
                page.set_viewport_size({"width": width, "height": 640})
                assert not axe.violations(page, tags=[*axe.TAGS, "best-practice"])
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    with step("on the device, only the offline page and its parts are kept"):
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
