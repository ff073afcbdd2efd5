"""Writing: keys, fingers, limits."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.room_page import RoomPage

Invite = Callable[..., RoomPage]


def test_enter_sends_and_shift_enter_is_a_line(ada: RoomPage) -> None:
    ada.box.press_sequentially("one")
    ada.box.press("Shift+Enter")
    ada.box.press_sequentially("two")
    ada.box.press("Enter")
    ada.expect_bodies(["one\ntwo"])
    expect(ada.box).to_have_value("")
    expect(ada.box).to_be_focused()


def test_control_enter_always_sends(ada: RoomPage) -> None:
    ada.box.fill("now")
    ada.box.press("Control+Enter")
    ada.expect_bodies(["now"])


def test_on_touch_only_the_button_sends(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben", "phone")
    # The key of the on-screen keyboard says so.
    expect(ben.box).to_have_attribute("enterkeyhint", "enter")
    expect(ada.box).to_have_attribute("enterkeyhint", "send")
    ben.box.fill("one")
    ben.box.press("Enter")
    ben.box.press_sequentially("two")
    expect(ben.box).to_have_value("one\ntwo")
    ben.page.get_by_role("button", name="Send").tap()
    ada.expect_bodies(["one\ntwo"])


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


def test_blank_lines_are_nothing_to_send(ada: RoomPage) -> None:
    ada.say("   ", "\n\n", "something")
    ada.expect_bodies(["something"])


def test_a_text_too_long_stays_and_says_by_how_much(ada: RoomPage) -> None:
    text = "x" * 4003
    ada.box.fill(text)
    expect(ada.page.get_by_text("3 characters too many")).to_be_visible()
    ada.box.press("Enter")
    expect(ada.box).to_have_value(text)
    ada.box.fill(text[:4000])
    ada.box.press("Enter")
    ada.expect_bodies([text[:4000]])


def test_typing_anywhere_is_typing_here(ada: RoomPage) -> None:
    ada.page.get_by_role("button", name="Room code").focus()
    ada.page.keyboard.type("hi")
    expect(ada.box).to_have_value("hi")
    expect(ada.box).to_be_focused()


def test_everything_is_reached_by_keyboard(ada: RoomPage) -> None:
    ada.say("see https://example.com")
    ada.expect_bodies(["see https://example.com"])
    ada.page.evaluate("document.activeElement.blur(); document.body.focus()")
    wanted = [
        "Skip to the content",
        "To the front page",
        "Search in this room",
        "Theme",
        "Messages",
        "https://example.com",
        "React",
        "Reply",
        "More",
        "Message",
        "Send",
        "Room code",
        "Copy link",
        "QR code",
        "Change your name",
        "Room settings",
        "Leave the room",
    ]
    ada.page.locator(".skip-link").focus()
    for name in wanted:
        focused = ada.page.evaluate(
            "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText)"
        )
        assert focused.casefold().startswith(name.casefold()), (focused, name)
        ada.page.keyboard.press("Tab")


def test_code_is_shown_as_code_and_emoji_alone_are_large(ada: RoomPage) -> None:
    ada.box.fill("```python\nprint('a')\n```")
    ada.box.press("Enter")
    ada.say("👋🎉")
    expect(ada.log.locator("pre")).to_have_text("print('a')")
    expect(ada.log.locator(".message__text--emoji")).to_have_text("👋🎉")


def test_a_mention_of_me_stands_out(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ada.say("what does @ben think?")
    expect(ben.log.get_by_role("mark")).to_have_text("@ben")
    expect(ada.log.get_by_role("mark")).to_have_count(0)
