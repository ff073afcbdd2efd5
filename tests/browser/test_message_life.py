"""What is done with messages after they were said, in real windows."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.conftest import Wire
from tests.browser.room_page import RoomPage
from tests.support.browser import Console

Invite = Callable[..., RoomPage]


def menu_of(window: RoomPage, body: str) -> Locator:
    """Opens the menu of a message as the mouse does."""
    message = window.message(body)
    message.hover()
    message.get_by_role("button", name="More").click()
    return window.page.get_by_role("menu")


def choose(window: RoomPage, body: str, deed: str) -> None:
    menu_of(window, body).get_by_role("menuitem", name=deed).click()


def delete(window: RoomPage, body: str) -> None:
    """Deletes one's own, which is asked about."""
    choose(window, body, "Delete")
    window.page.get_by_role("menuitem", name="Delete for good").click()


def test_an_edit_is_seen_by_all_and_escape_keeps_the_draft(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ada.say("helo")
    ada.expect_bodies(["helo"])
    box = ada.page.locator("textarea[name=body]")
    box.press("ArrowUp")
    expect(box).to_have_value("helo")
    box.fill("hello")
    box.press("Enter")
    for window in (ada, ben):
        expect(window.message("hello")).to_contain_text("edited")
        window.expect_bodies(["hello"])
    box.fill("a draft")
    choose(ada, "hello", "Edit")
    expect(box).to_have_value("hello")
    box.press("Escape")
    expect(box).to_have_value("a draft")


def test_an_unfinished_edit_survives_a_reload(ada: RoomPage) -> None:
    ada.say("helo")
    ada.expect_bodies(["helo"])
    box = ada.page.locator("textarea[name=body]")
    box.fill("a draft")
    choose(ada, "helo", "Edit")
    box.fill("hello")
    ada.page.reload()
    ada.wait_until_live()
    bar = ada.page.locator("[data-composing]")
    expect(bar).to_contain_text("Editing")
    expect(box).to_have_value("hello")
    box.press("Enter")
    ada.expect_bodies(["hello"])
    expect(box).to_have_value("a draft")
    # Changed in another window while this one was closed: both texts are shown.
    choose(ada, "hello", "Edit")
    box.fill("hello all")
    other = RoomPage.again(ada.page.context.new_page(), ada.url)
    ada.page.goto("about:blank")
    choose(other, "hello", "Edit")
    other.page.locator("textarea[name=body]").fill("hello everybody")
    other.page.locator("textarea[name=body]").press("Enter")
    other.expect_bodies(["hello everybody"])
    ada.page.goto(other.url)
    ada.wait_until_live()
    expect(bar).to_contain_text("It now says:hello everybody")
    expect(box).to_have_value("hello all")
    delete(other, "hello everybody")
    expect(bar).to_contain_text("The message you were editing was deleted.")
    expect(box).to_have_value("a draft\nhello all")


def test_two_windows_that_edit_one_message_show_both_texts(ada: RoomPage) -> None:
    ada.say("helo")
    ada.expect_bodies(["helo"])
    other = RoomPage.again(ada.page.context.new_page(), ada.url)
    boxes = [window.page.locator("textarea[name=body]") for window in (ada, other)]
    for box in boxes:
        box.press("ArrowUp")
        expect(box).to_have_value("helo")
    boxes[0].fill("hello all")
    boxes[1].fill("hello everybody")
    boxes[1].press("Enter")
    ada.expect_bodies(["hello everybody"])
    bar = ada.page.locator("[data-composing]")
    for _ in ("told as it comes", "and when it is saved"):
        expect(bar).to_contain_text(
            "This message was changed meanwhile. It now says:hello everybody"
        )
        expect(boxes[0]).to_have_value("hello all")
        boxes[0].press("Enter")
    for window in (ada, other):
        window.expect_bodies(["hello all"])
    expect(bar).to_be_hidden()


def test_a_reaction_goes_to_all_and_comes_off_again(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ada.say("look at this")
    menu_of(ben, "look").get_by_role("menuitem", name="👍").click()
    chip = ada.message("look").get_by_role("button", name="👍 Ben")
    expect(chip).to_have_attribute("aria-pressed", "false")
    chip.click()
    expect(ben.message("look").get_by_role("button", name="👍 You and Ada")).to_be_visible()
    ben.message("look").get_by_role("button", name="👍").click()
    expect(ada.message("look").get_by_role("button", name="👍 You")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_any_emoji_is_found_by_its_name(ada: RoomPage) -> None:
    ada.say("ship it")
    menu_of(ada, "ship").get_by_role("menuitem", name="Another reaction").click()
    ada.page.get_by_label("Name of an emoji").fill("rocket")
    ada.page.keyboard.press("Enter")
    expect(ada.message("ship").get_by_role("button", name="🚀 You")).to_be_visible()


def test_an_answer_shows_what_it_answers_and_leads_there(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ada.say("who brings the cake?")
    choose(ben, "cake", "Reply")
    ben.page.locator("textarea[name=body]").fill("I do")
    ben.page.keyboard.press("Enter")
    for window in (ada, ben):
        quote = window.message("I do").locator(".quote")
        expect(quote).to_contain_text("who brings the cake?")
    ada.message("I do").locator(".quote").click()
    expect(ada.log.locator("article.is-target")).to_contain_text("who brings the cake?")


def test_the_tools_follow_the_mouse_after_the_menu_was_used(ada: RoomPage) -> None:
    ada.say("first", "second")
    ada.expect_bodies(["first", "second"])
    menu = menu_of(ada, "first")
    menu.get_by_role("menuitem", name="👍").click()
    expect(menu).to_be_hidden()
    ada.message("second").hover()
    expect(ada.message("second").get_by_role("button", name="More")).to_be_visible()
    # Closed by a key, the menu gives the focus back to its button or its message; the mouse still decides,
    # and the message keeps the focus.
    expect(menu_of(ada, "first").get_by_role("menuitem", name="👍")).to_be_focused()
    ada.page.keyboard.press("Escape")
    expect(ada.page.locator("article:focus-within")).to_contain_text("first")
    ada.message("second").hover()
    expect(ada.message("second").get_by_role("button", name="More")).to_be_visible()
    expect(ada.message("first")).to_be_focused()


def test_a_deleted_message_keeps_its_place_and_lets_go_of_its_answers(
    ada: RoomPage, invite: Invite
) -> None:
    ben = invite(ada, "Ben")
    ada.say("oops", "fine")
    choose(ben, "oops", "Reply")
    box, bar = ben.page.locator("textarea[name=body]"), ben.page.locator("[data-composing]")
    expect(bar).to_contain_text("oops")
    box.fill("what do you mean?")
    choose(ada, "oops", "Delete")
    question = ada.page.get_by_role("menu", name="Delete for everyone?")
    expect(question.get_by_role("menuitem", name="Keep it")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    expect(ada.message("oops")).to_be_focused()
    delete(ada, "oops")
    for window in (ada, ben):
        expect(window.log).to_contain_text("This message was deleted")
        expect(window.texts).to_have_text(["fine"])
    expect(bar).to_contain_text("The message you were replying to was deleted.")
    expect(bar).not_to_contain_text("oops")
    expect(box).to_have_value("what do you mean?")
    box.press("Enter")
    expect(bar).to_be_hidden()
    ada.expect_bodies(["fine", "what do you mean?"])
    expect(ada.log.locator(".quote")).to_have_count(0)

    # One's own, deleted in another window while it is edited: what was typed stays.
    other = RoomPage.again(ben.page.context.new_page(), ben.url)
    box.press("ArrowUp")
    box.fill("what does that mean?")
    delete(other, "what do you mean?")
    expect(bar).to_contain_text("The message you were editing was deleted.")
    expect(box).to_have_value("what does that mean?")
    expect(box).to_have_accessible_name("Message")


def test_a_pin_stays_on_top_for_who_comes_later(ada: RoomPage, invite: Invite) -> None:
    ada.say("we meet at noon")
    choose(ada, "noon", "Pin")
    ben = invite(ada, "Ben")
    for window in (ada, ben):
        expect(window.page.locator("[data-pins]")).to_contain_text("we meet at noon")
    menu = menu_of(ben, "noon")
    expect(menu.get_by_role("menuitem", name="Pin")).to_have_count(0)


def test_a_name_is_completed_and_the_one_it_names_is_told(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben Blue")
    box = ada.page.locator("textarea[name=body]")
    box.press_sequentially("hi @be")
    expect(ada.page.get_by_role("option", name="Ben Blue")).to_have_attribute(
        "aria-selected", "true"
    )
    box.press("Enter")
    expect(box).to_have_value("hi @Ben Blue ")
    box.press("Enter")
    expect(ben.message("hi @Ben Blue")).to_have_class(re.compile("message--mention"))
    expect(ada.message("hi @Ben Blue")).not_to_have_class(re.compile("message--mention"))


def test_an_emoji_is_completed_by_its_name(ada: RoomPage) -> None:
    names: list[str] = []
    ada.page.on("request", lambda request: names.append(request.url))
    box = ada.page.get_by_label("Message", exact=True)
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


def test_everything_is_done_by_keyboard_alone(ada: RoomPage) -> None:
    ada.say("first", "second")
    ada.expect_bodies(["first", "second"])
    ada.log.focus()
    ada.page.keyboard.press("ArrowUp")
    expect(ada.message("second")).to_be_focused()
    ada.page.keyboard.press("ArrowUp")
    expect(ada.message("first")).to_be_focused()
    ada.page.keyboard.press("Enter")
    menu = ada.page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="👍")).to_be_focused()
    ada.page.keyboard.press("ArrowDown")
    ada.page.keyboard.press("Enter")
    expect(ada.message("first").get_by_role("button", name="❤️ You")).to_be_visible()
    expect(ada.message("first")).to_be_focused()


def test_a_finger_that_rests_opens_the_menu(ada: RoomPage, invite: Invite) -> None:
    ada.say("tap me")
    ben = invite(ada, "Ben", device="phone")
    ben.message("tap me").dispatch_event(
        "pointerdown", {"pointerType": "touch", "bubbles": True, "clientX": 100, "clientY": 300}
    )
    ben.page.get_by_role("menu").get_by_role("menuitem", name="👍").tap()
    expect(ada.message("tap me").get_by_role("button", name="👍 Ben")).to_be_visible()


def test_what_was_done_offline_happens_once_the_network_is_back(
    open_context: Callable[..., BrowserContext], wire: Wire, console: Console
) -> None:
    console.allow("WebSocket connection|ERR_")
    page = open_context().new_page()
    page.goto(wire.url)
    ada = RoomPage.create(page, "Ada")
    ada.say("one", "two")
    ada.expect_bodies(["one", "two"])
    wire.cut()
    expect(ada.status).not_to_have_attribute("data-kind", "live")
    delete(ada, "one")
    menu_of(ada, "two").get_by_role("menuitem", name="🎉").click()
    for _ in ("as if it had happened", "as it has"):
        expect(ada.log).to_contain_text("This message was deleted")
        expect(ada.message("two").get_by_role("button", name="🎉 You")).to_be_visible()
        wire.mend()
        ada.wait_until_live()
    page.reload()
    ada.wait_until_live()
    expect(ada.log).to_contain_text("This message was deleted")
    expect(ada.message("two").get_by_role("button", name="🎉 You")).to_be_visible()


def test_who_has_seen_my_message_is_said(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ada.say("are you there?")
    ben.expect_bodies(["are you there?"])
    expect(ada.page.locator("[data-seen]")).to_have_text("Seen by Ben")
