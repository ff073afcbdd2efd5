"""Writing: keys, fingers, limits."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.finger import Finger
from tests.browser.room_page import RoomPage
from tests.support.story import step

Invite = Callable[..., RoomPage]


def test_what_keys_do_at_a_desk(ada: RoomPage) -> None:
    page, box = ada.page, ada.box
    said: list[str] = []

    with step("Enter sends, Shift+Enter is a line"):
        box.press_sequentially("one")
        box.press("Shift+Enter")
        box.press_sequentially("two")
        box.press("Enter")
        said.append("one\ntwo")
        ada.expect_bodies(said)
        expect(box).to_have_value("")
        expect(box).to_be_focused()

    with step("Control+Enter always sends"):
        box.fill("now")
        box.press("Control+Enter")
        said.append("now")
        ada.expect_bodies(said)

    with step("blank lines are nothing to send"):
        ada.say("   ", "\n\n", "something")
        said.append("something")
        ada.expect_bodies(said)

    with step("a text too long stays, and by how much is said"):
        text = "x" * 4003
        box.fill(text)
        expect(page.get_by_text("3 characters too many")).to_be_visible()
        box.press("Enter")
        expect(box).to_have_value(text)
        box.fill(text[:4000])
        box.press("Enter")
        said.append(text[:4000])
        ada.expect_bodies(said)

    with step("code is shown as code, emoji alone are large"):
        box.fill("```python\nprint('a')\n```")
        box.press("Enter")
        ada.say("👋🎉")
        expect(ada.log.locator("pre")).to_have_text("print('a')")
        expect(ada.log.locator(".message__text--emoji")).to_have_text("👋🎉")

    with step("typing anywhere is typing here"):
        page.get_by_role("button", name="Room code").focus()
        page.keyboard.type("hi")
        expect(box).to_have_value("hi")
        expect(box).to_be_focused()
        box.fill("")


def test_everything_is_reached_by_keyboard(ada: RoomPage) -> None:
    ada.say("see https://example.com")
    ada.expect_bodies(["see https://example.com"])
    ada.page.evaluate("document.activeElement.blur(); document.body.focus()")
    wanted = [
        "Skip to the content",
        "To the front page",
        "Search in this room",
        "Notifications",
        "Theme",
        "Messages",
        "https://example.com",
        "React",
        "Reply",
        "More",
        "Message",
        "Attach files",
        "Formatting and shortcuts",
        "Emoji",
        "Send",
        "Room code",
        "Copy link",
        "QR code",
        "Change your name",
        "Room settings",
        "Continue on another device",
        "Files of this room",
        "Leave the room",
    ]
    ada.page.locator(".skip-link").focus()
    for name in wanted:
        focused = ada.page.evaluate(
            "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText)"
        )
        assert focused.casefold().startswith(name.casefold()), (focused, name)
        ada.page.keyboard.press("Tab")


COMPOSED = """(field, key) => field.dispatchEvent(new KeyboardEvent(
    "keydown", { key, keyCode: 229, isComposing: false, bubbles: true, cancelable: true }
))"""


def test_the_last_key_of_a_composition_means_nothing_to_the_page(ada: RoomPage) -> None:
    """As Safari reports it: `isComposing` is over, the code is 229."""
    ada.say("said")
    ada.expect_bodies(["said"])
    box = ada.page.locator("textarea[name=body]")
    box.evaluate(COMPOSED, "ArrowUp")
    expect(box).to_have_accessible_name("Message")
    box.press("ArrowUp")
    box.fill("changed @Ad")
    box.evaluate(COMPOSED, "Escape")
    expect(box).to_have_value("changed @Ad")
    expect(box).to_have_accessible_name("Edit message")
    box.press("Escape")
    box.press_sequentially("smile :tad")
    expect(ada.page.get_by_role("option", name=":tada:")).to_be_visible()
    for key in ("Enter", "Tab", "Escape"):
        box.evaluate(COMPOSED, key)
    expect(ada.page.get_by_role("option", name=":tada:")).to_be_visible()
    expect(box).to_have_value("smile :tad")
    ada.message("said").hover()
    ada.message("said").get_by_role("button", name="React").click()
    field = ada.page.get_by_label("Name of an emoji")
    field.fill("rocket")
    field.evaluate(COMPOSED, "Enter")
    expect(field).to_be_visible()
    expect(ada.page.get_by_role("button", name="rocket")).to_be_visible()
    field.evaluate(COMPOSED, "ArrowDown")
    expect(field).to_be_focused()


def test_names_and_emoji_are_completed(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben Blue")
    names: list[str] = []
    ada.page.on("request", lambda request: names.append(request.url))
    box = ada.page.locator("textarea[name=body]")

    with step("a name is completed, and the person it names is told"):
        box.press_sequentially("hi @be")
        option = ada.page.get_by_role("option", name="Ben Blue")
        expect(option).to_have_attribute("aria-selected", "true")
        box.press("Enter")
        expect(box).to_have_value("hi @Ben Blue ")
        box.press("Enter")
        expect(ben.message("hi @Ben Blue")).to_contain_class("message--mention")
        expect(ada.message("hi @Ben Blue")).not_to_contain_class("message--mention")

    with step("a mention of me stands out, for me alone"):
        ada.say("what does @ben blue think?")
        expect(ben.log.get_by_role("mark")).to_have_text(["@Ben Blue", "@ben blue"])
        expect(ada.message("what does")).to_be_visible()
        expect(ada.log.get_by_role("mark")).to_have_count(0)

    with step("an emoji is completed by its name"):
        box = ada.page.get_by_label("Message", exact=True)
        assert not any("compose/emoji." in url for url in names)
        box.press_sequentially("at 10:30 :tad")
        offered = ada.page.get_by_role("listbox", name="Emoji")
        expect(offered.get_by_role("option", selected=True)).to_have_text("🎉:tada:")
        assert any("compose/emoji." in url for url in names), "loaded with the first name"
        box.press("Enter")
        expect(box).to_have_value("at 10:30 🎉 ")
        box.press_sequentially(":smi")
        offered.get_by_role("option", name=":smirk:").click()
        expect(box).to_be_focused()
        expect(box).to_have_value("at 10:30 🎉 😏 ")


def test_a_phone_fits_and_only_its_button_sends(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben", "phone", viewport={"width": 320, "height": 568})
    page = ben.page

    with step("the Enter key of the on-screen keyboard is a line, and says so"):
        expect(ben.box).to_have_attribute("enterkeyhint", "enter")
        expect(ada.box).to_have_attribute("enterkeyhint", "send")
        ben.box.fill("one")
        ben.box.press("Enter")
        ben.box.press_sequentially("two")
        expect(ben.box).to_have_value("one\ntwo")
        page.get_by_role("button", name="Send").tap()
        ada.expect_bodies(["one\ntwo"])

    with step("nothing sticks out"):
        ben.box.fill("W" * 300)
        page.get_by_role("button", name="Send").tap()
        ben.box.fill("```\n" + "long line " * 30 + "\n```")
        page.get_by_role("button", name="Send").tap()
        expect(ben.log.locator("pre")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert ben.log.evaluate("log => log.scrollWidth - log.clientWidth") == 0
        expect(ben.box).to_be_in_viewport()

    with step("people are a press away"):
        page.get_by_role("button", name="people here").tap()
        closes = page.get_by_text("Closes 1 hour after the last person leaves.")
        expect(closes).to_be_in_viewport()
        page.get_by_role("button", name="Close").tap()
        expect(ben.people).to_be_hidden()

    with step("a finger that rests opens the menu of a message"):
        ada.say("tap me")
        expect(ben.message("tap me")).to_be_in_viewport(ratio=1)
        ben.settle()  # to scroll ends a press
        finger = Finger(page, on=ben.message("tap me"))
        finger.press()
        expect(ben.message("tap me")).to_contain_class("is-active")
        finger.lift()
        page.get_by_role("menu").get_by_role("menuitem", name="👍").tap()
        expect(ada.message("tap me").get_by_role("button", name="👍 Ben")).to_be_visible()
