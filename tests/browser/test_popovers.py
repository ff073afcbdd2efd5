"""Where the menu of a message and the emoji picker stand: at a desk, and on a phone."""

from collections.abc import Callable

from playwright.sync_api import FloatRect, Locator, expect

from tests.browser.conftest import OpenContext, come_in
from tests.browser.message_menu import menu_of
from tests.browser.room_page import RoomPage
from tests.support.story import step
from tests.support.workers import Site

TITLE = "Harbour festival: who brings what"
TARGET = 44  # pixels, the least that a finger hits
# A finger that comes down on a part, pulls by so many pixels, and lets go.
PULL = """(node, down) => {
    const { left, top } = node.getBoundingClientRect();
    const send = (type, y, isDown) => {
        const at = { clientX: left + 20, clientY: top + 4 + y };
        const touches = isDown ? [new Touch({ identifier: 1, target: node, ...at })] : [];
        node.dispatchEvent(new TouchEvent(type, { touches, bubbles: true }));
    };
    send("touchstart", 0, true);
    send("touchmove", down, true);
    send("touchend", down, false);
}"""


def box(part: Locator) -> FloatRect:
    """Where a part stands once it has come to rest."""
    part.evaluate("node => Promise.all(node.getAnimations().map(({ finished }) => finished))")
    found = part.bounding_box()
    assert found is not None
    return found


def overlap(one: FloatRect, other: FloatRect) -> bool:
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )


def is_within(inner: FloatRect, outer: FloatRect) -> bool:
    return (
        inner["x"] >= outer["x"]
        and inner["y"] >= outer["y"]
        and inner["x"] + inner["width"] <= outer["x"] + outer["width"]
        and inner["y"] + inner["height"] <= outer["y"] + outer["height"]
    )


def test_at_a_desk_they_stand_beside_the_tools_and_under_the_bar(ada: RoomPage) -> None:
    page = ada.page
    bodies = [f"line {number:02}" for number in range(16)]
    ada.say(*bodies)
    ada.expect_bodies(bodies)
    talk, tools = page.get_by_role("main"), page.locator(".message-tools")
    picker, cells = page.locator("[data-emoji-picker]"), page.locator("[data-sign]")

    for body in ("line 03", "line 08", "line 15"):
        with step(f"the menu of {body}"):
            menu = menu_of(ada, body)
            assert is_within(box(menu), box(talk)), body
            assert not overlap(box(menu), box(tools)), body
        with step(f"the picker that the menu of {body} leads to"):
            menu.get_by_role("menuitem", name="More reactions").click()
            expect(cells.first).to_be_visible()
            assert is_within(box(picker), box(talk)), body
            assert not overlap(box(picker), box(tools)), body
        with step("Escape closes it, and gives the focus back"):
            page.keyboard.press("Escape")
            expect(picker).to_be_hidden()
            expect(page.locator("article:focus-within")).to_contain_text(body)

    with step("the picker that the tools open leaves them and the message to be seen"):
        ada.message("line 08").hover()
        ada.message("line 08").get_by_role("button", name="React").click()
        expect(cells.first).to_be_visible()
        assert not overlap(box(picker), box(tools))
        assert not overlap(box(picker), box(ada.message("line 08")))

    with step("a letter typed in the grid goes on with the search"):
        page.keyboard.press("ArrowDown")
        expect(cells.first).to_be_focused()
        page.keyboard.press("r")
        page.keyboard.type("ocket")
        expect(page.get_by_label("Name of an emoji")).to_have_value("rocket")
        expect(cells.first).to_have_text("🚀")

    with step("Escape empties the field first, and then closes the picker"):
        page.keyboard.press("Escape")
        expect(page.get_by_label("Name of an emoji")).to_have_value("")
        page.keyboard.press("Escape")
        expect(picker).to_be_hidden()
        expect(ada.box).to_have_value("")

    with step("the picker of the composer stands over it"):
        button = page.get_by_role("button", name="Emoji", exact=True)
        button.click()
        expect(cells.first).to_be_visible()
        assert is_within(box(picker), box(talk))
        assert not overlap(box(picker), box(button))


def test_on_a_phone_they_come_up_from_below_and_leave_the_bar(
    site: Site, open_context: OpenContext, invite: Callable[..., RoomPage]
) -> None:
    ada = come_in(open_context(), site.url, name="Ada", create="", title=TITLE)
    ada.say(*(f"line {number:02}" for number in range(20)), "who brings the *cake*?")
    phone = invite(ada, "Ben", device="phone")
    page = phone.page
    bar, menu = page.locator(".room-bar"), page.locator("[data-menu]")
    picker, cells = page.locator("[data-emoji-picker]"), page.locator("[data-sign]")
    size = page.viewport_size
    assert size is not None

    def expect_sheet(sheet: Locator) -> None:
        place, above = box(sheet), box(bar)
        assert (place["x"], place["width"]) == (0, size["width"])
        assert place["y"] + place["height"] == size["height"]
        assert place["y"] >= above["y"] + above["height"]

    with step("the bar has the code above the room's title, which has one line"):
        title, code = box(page.locator("[data-title]")), box(bar.locator("[data-code]"))
        expect(page.locator("[data-title]")).to_have_text(TITLE)
        assert title["height"] <= code["height"]
        assert code["y"] + code["height"] <= title["y"] + 1

    with step("the menu says which message it is of"):
        phone.message("cake").get_by_role("button", name="Actions").tap()
        expect_sheet(menu)
        expect(menu.locator(".menu__quote")).to_have_text("Adawho brings the cake?")
        for item in menu.get_by_role("menuitem").all():
            assert box(item)["height"] >= TARGET, item.inner_text()

    with step("pulled a little it stays, pulled down it goes"):
        menu.evaluate(PULL, 20)
        expect(menu).to_be_visible()
        menu.evaluate(PULL, 200)
        expect(menu).to_be_hidden()

    with step("the picker opens no keyboard, and its field is too large to be zoomed into"):
        phone.message("cake").get_by_role("button", name="Actions").tap()
        menu.get_by_role("menuitem", name="More reactions").tap()
        expect(cells.first).to_be_visible()
        expect_sheet(picker)
        expect(picker.locator(".menu__quote")).to_have_text("Adawho brings the cake?")
        field = page.get_by_label("Name of an emoji")
        expect(field).not_to_be_focused()
        assert field.evaluate("node => parseFloat(getComputedStyle(node).fontSize)") >= 16
        assert box(cells.first)["height"] >= TARGET

    with step("a finger in the grid scrolls it, and pulls the sheet only at its top"):
        grid = page.locator("[data-grid]")
        grid.evaluate("node => { node.scrollTop = 200; }")
        grid.evaluate(PULL, 200)
        expect(picker).to_be_visible()
        cells.first.tap()
        expect(picker).to_be_hidden()
        expect(phone.message("cake").locator(".reaction")).to_have_count(1)

    with step("what was chosen is the first that is offered"):
        page.get_by_role("button", name="Emoji", exact=True).tap()
        expect(picker.locator(".menu__quote")).to_have_count(0)
        expect(page.get_by_role("group", name="Recent").locator("button")).to_have_count(1)
