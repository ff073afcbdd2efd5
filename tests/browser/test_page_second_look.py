"""What people who know other chats expect of a room, in two stories: at a desk, and on a phone."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Wire
from tests.browser.message_menu import delete
from tests.browser.room_page import RoomPage
from tests.support.browser import Console

Invite = Callable[..., RoomPage]

LONG = "\n".join(f"line {n} of a long message" for n in range(1, 41))
# What a file is that somebody drops on the page or pastes.
GIVE_FILE = """kind => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], "cat.png", { type: "image/png" }));
    const event = kind === "paste"
        ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector("textarea").dispatchEvent(event);
    return event.defaultPrevented;
}"""


def test_a_desk_has_search_emoji_help_and_a_way_to_what_is_for_me(
    ada: RoomPage, invite: Invite
) -> None:
    ben = invite(ada, "Ben")
    page = ada.page
    ben.say("When does the Ferry leave?", LONG)
    ada.message("Ferry").wait_for()

    # A long message is folded, and stays as the reader left it when it is drawn again.
    text = ada.message("line 1 of").locator(".message__text")
    more = ada.message("line 1 of").get_by_role("button", name="Show more")
    folded = text.evaluate("text => text.clientHeight")
    more.click()
    less = ada.message("line 1 of").get_by_role("button", name="Show less")
    assert text.evaluate("text => text.clientHeight") > 1.5 * folded
    ben.message("line 1 of").hover()
    ben.message("line 1 of").get_by_role("button", name="React").click()
    ben.page.get_by_label("Name of an emoji").fill("lol")
    ben.page.keyboard.press("Enter")
    expect(ada.message("line 1 of").locator(".reaction")).to_have_count(1)
    expect(less).to_be_visible()

    # What is copied says so where it was copied.
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.message("Ferry").hover()
    ada.message("Ferry").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Copy link").click()
    expect(ada.message("Ferry").locator(".message__note")).to_have_text("Link copied")

    # Ben says more while Ada reads further up.
    ada.scroll_to("0")
    expect(ada.jump).to_be_visible()
    ben.say("@Ada one", *(f"so many words {n}\n" * 6 for n in range(8)), "@Ada two")
    expect(ada.jump).to_have_text("10 new")
    delete(ben, "so many words 7")
    expect(ada.jump).to_have_text("9 new")
    for_me = page.locator("[data-jump-to-mention]")
    expect(for_me).to_have_text("2 for you")
    for_me.click()
    expect(page.locator("article.is-target")).to_contain_text("@Ada one")
    expect(for_me).to_have_text("1 for you")
    ada.jump.click()
    expect(for_me).to_be_hidden()
    # The day that they are of stays in sight while one reads further up; at the end it is today's anyway.
    expect(ada.message("@Ada one")).not_to_be_in_viewport()
    today = page.get_by_role("heading", name="Today")
    expect(today).to_have_css("opacity", "0")
    ada.scroll_to("log.scrollTop - 300")
    expect(today).to_be_in_viewport()
    expect(today).to_have_css("opacity", "1")
    ada.jump.click()
    expect(today).to_have_css("opacity", "0")

    # Search beside the log, which stays where it is: by keys alone, from the box to the words in their place
    # and back.
    page.set_viewport_size({"width": 1920, "height": 1080})
    place = ada.box.bounding_box()
    ada.box.press("Control+k")
    field = page.get_by_role("searchbox", name="Search")
    expect(field).to_be_focused()
    assert ada.box.bounding_box() == place
    page.set_viewport_size({"width": 1280, "height": 800})
    field.fill("ferry")
    field.press("Enter")
    hit = page.locator(".hit__link")
    expect(page.locator(".hit mark")).to_have_text("Ferry")
    field.press("ArrowDown")
    expect(hit).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("article.is-target")).to_be_focused()
    expect(page.locator("article.is-target")).to_contain_text("When does the Ferry leave?")
    assert page.evaluate("[...CSS.highlights.get('found')].map(String)") == ["Ferry"]
    expect(hit).to_have_attribute("aria-current", "true")
    # A letter goes to the box, also while the results stand there.
    page.keyboard.type("x")
    expect(ada.box).to_have_value("x")
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    expect(field).to_have_value("ferry")

    # What it finds is drawn as in the log, around the words; a filter and the order change it here.
    field.fill("30 message")
    field.press("Enter")
    found = page.locator(".hit .message__text")
    expect(found.locator("mark").first).to_be_in_viewport()
    assert text.evaluate("text => text.clientHeight") > 5 * found.evaluate("it => it.clientHeight")
    expect(page.locator(".hit .avatar")).to_have_text("B")
    page.locator(".hit").get_by_role("button", name="Show more").click()
    expect(found).to_have_attribute("data-fold", "open")
    page.get_by_role("link", name="Relevant").click()
    expect(page.get_by_role("link", name="Relevant")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="From me").click()
    expect(hit).to_have_count(0)
    expect(page.get_by_role("link", name="Remove: From me")).to_be_visible()
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()

    # The transcript folds it too, and without scripts nothing is folded.
    address = page.locator("[data-search]").evaluate("link => new URL('..', link.href).href")
    transcript = page.context.new_page()
    transcript.goto(address)
    said = transcript.locator(".line", has_text="line 1 of")
    said.get_by_role("button", name="Show more").click()
    expect(said.get_by_role("button", name="Show less")).to_be_visible()
    transcript.close()

    # Go from the box to the messages, to the help, and back.
    ada.box.fill("")
    ada.box.press("F6")
    expect(ada.log).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("article:focus")).to_have_count(1)
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Formatting and shortcuts")
    expect(help_).to_contain_text("Search in this room")
    page.keyboard.press("Escape")
    expect(page.locator("article:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(ada.box).to_be_focused()

    # An emoji goes where the caret is, and is offered first the next time.
    ada.box.fill("well done")
    ada.box.evaluate("box => box.setSelectionRange(5, 5)")
    choose_emoji(page, "woohoo")
    expect(ada.box).to_have_value("well 🎉done")
    expect(ada.box).to_be_focused()
    page.get_by_role("button", name="Emoji").click()
    recent = page.get_by_role("group", name="Recent").get_by_role("button")
    expect(recent).to_have_text(["🎉"])
    page.keyboard.press("Escape")

    # A file is not dropped in silence, nor opened in the room's place.
    for way in ("paste", "drop"):
        assert page.evaluate(GIVE_FILE, way) is (way == "drop")
        tray = page.get_by_role("region", name="Files to send")
        tray.get_by_role("button", name="Remove cat.png").click()
        expect(tray).to_be_hidden()


def test_a_room_reloaded_offline_shows_what_the_tab_kept(
    ada: RoomPage, wire: Wire, console: Console
) -> None:
    console.allow("ERR_|Failed to (load|fetch)|WebSocket")
    ada.say("The ferry leaves **at nine**.")
    room = RoomPage.again(ada.page.context.new_page(), f"{wire.url}/rooms/{ada.code}/")
    page = room.page
    room.message("The ferry").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.evaluate(
        "navigator.serviceWorker.controller !== null || new Promise("
        "  done => navigator.serviceWorker.addEventListener('controllerchange', done))"
    )
    wire.cut()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")
    kept = page.get_by_role("region", name="What was said until")
    expect(kept.get_by_role("article")).to_contain_text("The ferry leaves at nine.")
    expect(kept.locator("strong")).to_have_text("at nine")
    # Somebody who comes to the room's address in another way may be somebody else.
    page.goto(f"{wire.url}/history/")
    page.goto(f"{wire.url}/rooms/{ada.code}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")
    expect(kept).to_have_count(0)
    wire.mend()
    page.get_by_role("button", name="Try now").click()
    room.wait_until_live()


def choose_emoji(page: Page, words: str) -> None:
    page.get_by_role("button", name="Emoji").click()
    page.get_by_label("Name of an emoji").fill(words)
    page.keyboard.press("Enter")


def test_a_phone_has_actions_to_see_and_a_swipe_to_reply(ada: RoomPage, invite: Invite) -> None:
    phone = invite(ada, "Ben", device="phone")
    ada.say("Bring your coats", "and boots")
    message = phone.message("Bring your coats")
    message.wait_for()
    phone.page.locator(".log__rows--swipe").wait_for()
    quoted = phone.page.locator("[data-composing]")

    # A finger that goes down, and one that turns back, do nothing.
    swipe(message, (10, 30), (120, 60))
    swipe(message, (60, 4), (140, 6), (10, 4))
    expect(quoted).to_be_hidden()
    expect(message).not_to_have_class(re.compile("is-swiped"))
    swipe(message, (60, 4), (140, 6))
    expect(quoted).to_contain_text("Bring your coats")
    expect(message).not_to_have_class(re.compile("is-swiped"))
    quoted.get_by_role("button").click()
    expect(quoted).to_be_hidden()

    # The same by a button that is there to be seen.
    phone.message("and boots").get_by_role("button", name="Actions").tap()
    phone.page.get_by_role("menuitem", name="Reply").tap()
    expect(quoted).to_contain_text("and boots")

    # Somebody in the list is spoken to by a tap.
    phone.page.locator(".room-bar__people").tap()
    phone.people.get_by_role("button", name="Ada", exact=False).first.tap()
    expect(phone.page.locator("textarea[name=body]")).to_have_value("@Ada ")
    expect(phone.people).to_be_hidden()


# A finger on a message that moves by these steps from where it began, and lets go. Made in the page:
# sent from outside on a slow machine, it rests long enough to be a long press.
SWIPE = """(node, steps) => {
    const { left, bottom } = node.getBoundingClientRect();
    const send = (type, [right, down], isDown) => {
        const at = { clientX: left + 80 + right, clientY: bottom - 10 + down };
        const touches = isDown ? [new Touch({ identifier: 1, target: node, ...at })] : [];
        node.dispatchEvent(new TouchEvent(type, { touches, bubbles: true }));
    };
    send("touchstart", [0, 0], true);
    for (const step of steps) send("touchmove", step, true);
    send("touchend", [0, 0], false);
}"""


def swipe(node: Locator, *steps: tuple[int, int]) -> None:
    node.evaluate(SWIPE, steps)
