"""Two people and more in a room, in real windows."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.room_page import RoomPage
from tests.support.story import step

Invite = Callable[..., RoomPage]

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    '"><svg onload=alert(1)>',
    "https://example.com/\"onmouseover='alert(1)'",
]


def test_a_room_is_shared_and_two_people_talk_and_come_and_go(
    ada: RoomPage, invite: Invite
) -> None:
    page = ada.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    with step("the code is copied with one press"):
        page.get_by_role("button", name="Room code").click()
        expect(page.get_by_text("Copied")).not_to_have_count(0)
        assert page.evaluate("navigator.clipboard.readText()") == ada.code

    with step("the link is shared as a code that can be scanned"):
        page.get_by_role("button", name="QR code").click()
        expect(page.get_by_role("img", name="QR code of the link to this room")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()

    with step("to come in is not unread in a hidden tab"):
        ada.hide()
        ben = invite(ada, "Ben")
        expect(ada.people.get_by_role("listitem")).to_have_count(2)
        expect(ada.page).not_to_have_title(re.compile(r"^\("))
        ada.hide(False)

    with step("writing is seen before it is sent"):
        ben.box.press_sequentially("he")
        typists = ada.page.locator("[data-typists]")
        expect(typists).to_contain_text("is typing")
        ben.say("hello")
        expect(typists).to_be_empty()

    with step("what is typed here is seen there, spoken once, and seen by whom is said"):
        ada.say("hello yourself")
        for window in (ada, ben):
            window.expect_bodies(["hello", "hello yourself"])
            expect(window.people.get_by_role("listitem")).to_have_count(2)
            expect(window.log).to_contain_text("Ben joined")
        spoken = re.compile("Ada.* says: hello yourself")
        expect(ben.page.locator("[data-announcer]")).to_have_text(spoken)
        expect(ada.page.locator("[data-announcer]")).to_have_text(re.compile("Ben.* says: hello$"))
        expect(ada.page.locator("[data-seen]")).to_have_text("Seen by Ben")

    with step("what people wrote is text"):
        dialogs: list[Any] = []
        ben.page.on("dialog", lambda dialog: dialogs.append(dialog.dismiss()))
        ada.say(*HOSTILE)
        ben.expect_bodies(["hello", "hello yourself", *HOSTILE])
        assert ben.log.locator("img, script, svg:not(.icon)").count() == 0
        links = ben.log.get_by_role("link").evaluate_all("links => links.map(link => link.href)")
        assert links
        assert all(link.startswith("https://example.com/") for link in links)
        assert dialogs == []

    with step("links open outside"):
        ada.say("see https://example.com/a_(b).")
        link = ada.message("see").get_by_role("link")
        expect(link).to_have_attribute("href", "https://example.com/a_(b)")
        expect(link).to_have_attribute("rel", re.compile("noopener"))
        expect(link).to_have_attribute("target", "_blank")

    with step("people are counted, not windows"):
        other = RoomPage.again(ben.page.context.new_page(), ben.url)
        expect(ada.page.get_by_role("heading", name="2 people here")).to_be_visible()
        names = [re.compile("Ada"), re.compile("Ben")]
        expect(ada.people.get_by_role("listitem")).to_have_text(names)

    with step("a reload is neither a leave nor a join"):
        ben.page.reload()
        ben.wait_until_live()
        ben.say("after")
        expect(ada.message("after")).to_be_visible()
        expect(ada.log.locator(".log__event")).to_have_count(1)
        expect(ada.log).to_contain_text("Ada and Ben joined")
        expect(ada.log).not_to_contain_text("left")

    with step("leaving is seen, also in one's other window"):
        url = ben.url
        ben.page.get_by_role("button", name="Leave the room").click()
        expect(ben.page).to_have_url(re.compile(r"/$"))
        expect(ada.log).to_contain_text("Ben left")
        expect(ada.people.get_by_role("listitem")).to_have_count(1)
        expect(other.status).to_have_text("Not in this room")
        expect(other.banner.get_by_role("link", name="Join")).to_be_visible()
        expect(other.box).to_be_hidden()

    with step("and undone by the same code"):
        ben.page.goto(url)
        RoomPage.join(ben.page, "Ben").say("back")
        expect(ada.message("back")).to_be_visible()
        expect(ada.log).to_contain_text("Ben left and came back")
