"""What the room tells its reader: how it looks, how it is spoken, and how long it stays."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext, come_in
from tests.browser.room_page import RoomPage
from tests.support.browser import Console
from tests.support.story import step
from tests.support.workers import Site

Invite = Callable[..., RoomPage]

A_MINUTE = 60_000
PASTE_FILE = """() => {
    const data = new DataTransfer();
    data.items.add(new File([], "cat.png", { type: "image/png" }));
    const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
    document.querySelector("textarea").dispatchEvent(paste);
}"""
LOOK = """bar => [getComputedStyle(bar).backgroundColor,
    getComputedStyle(bar.querySelector(".tone")).color,
    bar.querySelector(".tone use").getAttribute("href").split("#")[1]]"""


# A message that has just arrived moves into its place.
AT_REST = """() => Promise.all(document.querySelector("[role=log]")
    .getAnimations({ subtree: true }).map(({ finished }) => finished))"""


def rest_of_page(page: Page) -> list[object]:
    page.evaluate(AT_REST)
    return [page.locator(part).bounding_box() for part in ("[role=log]", "[name=body]", "article")]


def test_notices_have_a_tone_move_nothing_and_go_away_unless_something_failed(
    site: Site, open_context: OpenContext, invite: Invite, console: Console
) -> None:
    ada = come_in(open_context(own=True), site.url, name="Ada", create="")
    ben = invite(ada, "Ben")
    ben.say("hello")
    page = ada.page
    page.clock.install()
    page.reload()
    ada.wait_until_live().message("hello").wait_for()
    notice = page.locator("[data-notice]")
    looks = {}

    with step("a warning lies over the log, in its column"):
        before = rest_of_page(page)
        page.evaluate(PASTE_FILE)
        expect(notice.get_by_role("status")).to_contain_text("is empty.")
        expect(notice).to_have_attribute("data-tone", "warning")
        assert rest_of_page(page) == before
        box, column = notice.bounding_box(), ada.box.bounding_box()
        assert box
        assert column
        assert (box["x"], box["width"]) == (column["x"], column["width"])
        looks["warning"] = notice.evaluate(LOOK)

    with step("it stays while it is pointed at, and then goes away"):
        notice.hover()
        page.clock.fast_forward(A_MINUTE)
        expect(notice).to_be_visible()
        page.mouse.move(5, 5)
        page.clock.fast_forward(A_MINUTE)
        expect(notice).to_be_hidden()

    with step("what was done says so, and goes away"):
        ada.message("hello").hover()
        ada.message("hello").get_by_role("button", name="More").click()
        page.get_by_role("menuitem", name="Report").click()
        page.get_by_label("Spam").check()
        page.get_by_role("button", name="Send the report").click()
        expect(notice.get_by_role("status")).to_contain_text("Thank you")
        expect(notice).to_have_attribute("data-tone", "success")
        looks["success"] = notice.evaluate(LOOK)
        page.mouse.move(5, 5)
        page.clock.fast_forward(A_MINUTE)
        expect(notice).to_be_hidden()

    with step("a failure is spoken at once, and stays until it is dismissed"):
        console.allow("Failed to (load|fetch)|ERR_")
        page.route("**/js/room/help*.js", lambda route: route.abort())
        page.get_by_role("button", name="Formatting and shortcuts").first.click()
        expect(notice.get_by_role("alert")).to_contain_text("could not be loaded")
        looks["failure"] = notice.evaluate(LOOK)
        page.clock.fast_forward(10 * A_MINUTE)
        expect(notice).to_be_visible()
        notice.get_by_role("button", name="Close").click()
        expect(notice).to_be_hidden()

    with step("ground, colour and sign: each tells the three apart"):
        assert [len(set(each)) for each in zip(*looks.values(), strict=True)] == [3, 3, 3]
