"""What is done with messages after they were said, in real windows."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.message_menu import choose, delete, menu_of
from tests.browser.room_page import RoomPage
from tests.support.story import step

Invite = Callable[..., RoomPage]


def test_an_edit_is_seen_by_all_and_nothing_typed_is_lost(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    box = ada.page.locator("textarea[name=body]")
    bar = ada.page.locator("[data-composing]")

    with step("an edit is seen in the other window"):
        ada.say("helo")
        ada.expect_bodies(["helo"])
        box.press("ArrowUp")
        expect(box).to_have_value("helo")
        box.fill("hello")
        box.press("Enter")
        for window in (ada, ben):
            expect(window.message("hello")).to_contain_text("edited")
            window.expect_bodies(["hello"])

    with step("Escape gives the draft back"):
        box.fill("a draft")
        choose(ada, "hello", "Edit")
        expect(box).to_have_value("hello")
        box.press("Escape")
        expect(box).to_have_value("a draft")

    with step("an unfinished edit survives a reload"):
        choose(ada, "hello", "Edit")
        box.fill("hello there")
        ada.page.reload()
        ada.wait_until_live()
        expect(bar).to_contain_text("Editing")
        expect(box).to_have_value("hello there")
        box.press("Enter")
        ada.expect_bodies(["hello there"])
        expect(box).to_have_value("a draft")

    with step(
        "two windows that edit one message show both texts, as it comes and when it is saved"
    ):
        box.fill("")
        other = RoomPage.again(ada.page.context.new_page(), ada.url)
        boxes = [window.page.locator("textarea[name=body]") for window in (ada, other)]
        for each in boxes:
            each.press("ArrowUp")
            expect(each).to_have_value("hello there")
        boxes[0].fill("hello all")
        boxes[1].fill("hello everybody")
        boxes[1].press("Enter")
        ada.expect_bodies(["hello everybody"])
        for _ in ("told as it comes", "and when it is saved"):
            changed = "This message has changed since you began. It now says:hello everybody"
            expect(bar).to_contain_text(changed)
            expect(boxes[0]).to_have_value("hello all")
            boxes[0].press("Enter")
        for window in (ada, other):
            window.expect_bodies(["hello all"])
        expect(bar).to_be_hidden()

    with step("changed elsewhere while this window was closed: both texts are shown"):
        box.fill("a draft")
        choose(ada, "hello all", "Edit")
        box.fill("hello all of you")
        url = ada.url
        ada.page.goto("about:blank")
        choose(other, "hello all", "Edit")
        boxes[1].fill("hello you")
        boxes[1].press("Enter")
        other.expect_bodies(["hello you"])
        ada.page.goto(url)
        ada.wait_until_live()
        expect(bar).to_contain_text("It now says:hello you")
        expect(box).to_have_value("hello all of you")

    with step("deleted elsewhere while it is edited: what was typed stays"):
        delete(other, "hello you")
        expect(bar).to_contain_text("The message you were editing was deleted.")
        expect(box).to_have_value("a draft\nhello all of you")
        expect(box).to_have_accessible_name("Message")


def test_reactions_answers_and_pins_are_seen_by_all(ada: RoomPage, invite: Invite) -> None:
    ada.say("we meet at noon")
    choose(ada, "noon", "Pin")
    ben = invite(ada, "Ben")

    with step("a pin stays on top for somebody who comes later"):
        for window in (ada, ben):
            expect(window.page.locator("[data-pins]")).to_contain_text("we meet at noon")
        menu = menu_of(ben, "noon")
        expect(menu.get_by_role("menuitem", name="Reply")).to_be_visible()
        expect(menu.get_by_role("menuitem", name="Pin")).to_have_count(0)
        ben.page.keyboard.press("Escape")

    with step("a reaction goes to all"):
        ada.say("look at this")
        expect(ben.message("look")).to_be_in_viewport()
        menu_of(ben, "look").get_by_role("menuitem", name="👍").click()
        chip = ada.message("look").get_by_role("button", name="👍 Ben")
        expect(chip).to_have_attribute("aria-pressed", "false")
        chip.click()
        expect(ben.message("look").get_by_role("button", name="👍 You and Ada")).to_be_visible()

    with step("and comes off again"):
        ben.message("look").get_by_role("button", name="👍").click()
        mine = ada.message("look").get_by_role("button", name="👍 You")
        expect(mine).to_have_attribute("aria-pressed", "true")

    with step("any emoji is found by its name"):
        menu_of(ada, "look").get_by_role("menuitem", name="More reactions").click()
        ada.page.get_by_label("Name of an emoji").fill("rocket")
        ada.page.keyboard.press("Enter")
        expect(ada.message("look").get_by_role("button", name="🚀 You")).to_be_visible()

    with step("an answer shows what it answers, and leads there"):
        ada.say("who brings the cake?")
        expect(ben.message("cake")).to_be_in_viewport()
        choose(ben, "cake", "Reply")
        ben.page.locator("textarea[name=body]").fill("I do")
        ben.page.keyboard.press("Enter")
        for window in (ada, ben):
            quote = window.message("I do").locator(".quote")
            expect(quote).to_contain_text("who brings the cake?")
        ada.message("I do").locator(".quote").click()
        expect(ada.log.locator("article.is-target")).to_contain_text("who brings the cake?")


def test_the_tools_of_a_message_follow_mouse_and_keys(ada: RoomPage) -> None:
    ada.say("first", "second")
    ada.expect_bodies(["first", "second"])
    more = ada.message("second").get_by_role("button", name="More")

    with step("they follow the mouse after the menu was used"):
        menu = menu_of(ada, "first")
        menu.get_by_role("menuitem", name="👍").click()
        expect(menu).to_be_hidden()
        ada.message("second").hover()
        expect(more).to_be_visible()

    with step("closed by a key, the menu gives the focus back; the mouse still decides"):
        expect(menu_of(ada, "first").get_by_role("menuitem", name="👍")).to_be_focused()
        ada.page.keyboard.press("Escape")
        expect(ada.page.locator("article:focus-within")).to_contain_text("first")
        ada.message("second").hover()
        expect(more).to_be_visible()
        expect(ada.message("first")).to_be_focused()

    with step("everything is done by keyboard alone"):
        ada.log.focus()
        ada.page.keyboard.press("ArrowUp")
        expect(ada.message("second")).to_be_focused()
        ada.page.keyboard.press("ArrowUp")
        expect(ada.message("first")).to_be_focused()
        ada.page.keyboard.press("Enter")
        menu = ada.page.get_by_role("menu")
        expect(menu.get_by_role("menuitem", name="👍")).to_be_focused()
        ada.page.keyboard.press("d")
        expect(menu.get_by_role("menuitem", name="Delete")).to_be_focused()
        ada.page.keyboard.press("Home")
        ada.page.keyboard.press("ArrowDown")
        expect(menu.get_by_role("menuitem", name="Reply")).to_be_focused()
        ada.page.keyboard.press("Tab")
        expect(menu).to_be_hidden()
        expect(ada.message("first")).to_be_focused()
        expect(ada.box).to_have_value("")
        ada.page.keyboard.press("Enter")
        expect(menu.get_by_role("menuitem", name="👍")).to_be_focused()
        ada.page.keyboard.press("ArrowRight")
        ada.page.keyboard.press("Enter")
        expect(ada.message("first").get_by_role("button", name="❤️ You")).to_be_visible()
        expect(ada.message("first")).to_be_focused()


def test_a_deleted_message_keeps_its_place_and_lets_go_of_its_answers(
    ada: RoomPage, invite: Invite
) -> None:
    ben = invite(ada, "Ben")
    box, bar = ben.page.locator("textarea[name=body]"), ben.page.locator("[data-composing]")
    ada.say("oops", "fine")
    ben.expect_bodies(["oops", "fine"])
    choose(ben, "oops", "Reply")
    expect(bar).to_contain_text("oops")
    box.fill("what do you mean?")

    with step("changed, it is quoted as it is now"):
        choose(ada, "oops", "Edit")
        ada.page.locator("textarea[name=body]").fill("oops, sorry")
        ada.page.keyboard.press("Enter")
        expect(bar).to_contain_text("oops, sorry")

    with step("it is asked about, and can be kept"):
        choose(ada, "oops", "Delete")
        question = ada.page.get_by_role("menu", name="Delete for everyone?")
        expect(question.get_by_role("menuitem", name="Keep it")).to_be_focused()
        ada.page.keyboard.press("Enter")
        expect(question).to_be_hidden()
        expect(ada.message("oops")).to_be_focused()

    with step("deleted, it keeps its place"):
        delete(ada, "oops")
        for window in (ada, ben):
            expect(window.log).to_contain_text("This message was deleted")
            expect(window.texts).to_have_text(["fine"])

    with step("and lets go of an answer that is being written"):
        expect(bar).to_contain_text("The message you were replying to was deleted.")
        expect(bar).not_to_contain_text("oops")
        expect(box).to_have_value("what do you mean?")
        box.press("Enter")
        expect(bar).to_be_hidden()
        ada.expect_bodies(["fine", "what do you mean?"])
        expect(ada.log.locator(".quote")).to_have_count(0)
