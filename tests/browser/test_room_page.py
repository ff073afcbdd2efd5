"""Two people and more in a room, in real windows."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.room_page import RoomPage
from tests.support.browser import Aside
from tests.support.client import Visitor
from tests.support.workers import Site

Invite = Callable[..., RoomPage]

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    '"><svg onload=alert(1)>',
    "https://example.com/\"onmouseover='alert(1)'",
]


def test_what_is_typed_here_is_seen_there(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ada.say("hello")
    ben.say("hello yourself")
    for window in (ada, ben):
        window.expect_bodies(["hello", "hello yourself"])
        expect(window.people.get_by_role("listitem")).to_have_count(2)
        expect(window.log).to_contain_text("Ben joined")


def test_what_people_wrote_is_text(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    dialogs: list[Any] = []
    ben.page.on("dialog", lambda dialog: dialogs.append(dialog.dismiss()))
    ada.say(*HOSTILE)
    ben.expect_bodies(HOSTILE)
    assert ben.log.locator("img, script, svg:not(.icon)").count() == 0
    links = ben.log.get_by_role("link").evaluate_all("links => links.map(link => link.href)")
    assert all(link.startswith("https://example.com/") for link in links)
    assert dialogs == []


def test_links_open_outside(ada: RoomPage) -> None:
    ada.say("see https://example.com/a_(b).")
    link = ada.log.get_by_role("link")
    expect(link).to_have_attribute("href", "https://example.com/a_(b)")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    expect(link).to_have_attribute("target", "_blank")


def test_a_reload_is_neither_a_leave_nor_a_join(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ada.say("before")
    ben.page.reload()
    ben.wait_until_live()
    ben.say("after")
    ada.expect_bodies(["before", "after"])
    expect(ada.log.locator(".log__event")).to_have_count(1)
    expect(ada.log).to_contain_text("Ada and Ben joined")
    expect(ada.log).not_to_contain_text("left")


def test_leaving_is_seen_and_undone_by_the_same_code(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    url = ben.url
    ben.say("bye")
    ben.page.get_by_role("button", name="Leave the room").click()
    expect(ben.page).to_have_url(re.compile(r"/$"))
    expect(ada.log).to_contain_text("Ben left")
    expect(ada.people.get_by_role("listitem")).to_have_count(1)
    ben.page.goto(url)
    RoomPage.join(ben.page, "Ben").expect_bodies(["bye"])
    expect(ada.log).to_contain_text("Ben left and came back")


def test_another_window_of_mine_is_told_when_i_leave(ada: RoomPage) -> None:
    other = RoomPage.again(ada.page.context.new_page(), ada.url)
    other.page.get_by_role("button", name="Leave the room").click()
    expect(ada.status).to_have_text("Not in this room")
    expect(ada.banner.get_by_role("link", name="Join")).to_be_visible()
    expect(ada.box).to_be_hidden()


def test_people_are_counted_not_windows(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    RoomPage.again(ben.page.context.new_page(), ben.url)
    expect(ada.page.get_by_role("heading", name="2 people here")).to_be_visible()
    expect(ada.people.get_by_role("listitem")).to_have_text([re.compile("Ada"), re.compile("Ben")])


def test_writing_is_seen_before_it_is_sent(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ben.box.press_sequentially("he")
    typists = ada.page.locator("[data-typists]")
    expect(typists).to_contain_text("is typing")
    ben.say("hello")
    expect(typists).to_be_empty()


def test_a_message_taken_away_leaves_its_place(ada: RoomPage, site: Site) -> None:
    ada.say("one", "two", "three")
    ada.expect_bodies(["one", "two", "three"])
    site.manage(
        "shell",
        "-v0",
        "-c",
        "from rooms.actions import messages; from history.models import Message;"
        "messages.delete(message=Message.objects.filter(body='two').latest('pk'), by=None)",
    )
    ada.expect_bodies(["one", "three"])
    expect(ada.message("This message was deleted")).to_be_visible()


def test_a_closed_room_says_so_and_leads_to_what_was_said(ada: RoomPage, site: Site) -> None:
    ada.say("for the record")
    ada.expect_bodies(["for the record"])
    # On its way when the room closes: the server is not heard any more.
    ada.page.evaluate("""() => {
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (data) {
            if (!data.includes("too late")) send.call(this, data);
        };
    }""")
    ada.say("too late")
    ada.box.fill("half a thought")
    site.manage(
        "shell",
        "-v0",
        "-c",
        "from rooms.actions import rooms; from rooms.models import Room;"
        f"rooms.close(room=Room.objects.get(code={ada.code!r}, closed_at=None))",
    )
    expect(ada.status).to_have_text("Closed")
    expect(ada.message("too late")).to_contain_text("Not sent. The room has closed.")
    expect(ada.page.locator(".message__state")).to_have_count(0)
    expect(ada.box).to_have_value("half a thought")
    expect(ada.box).not_to_be_editable()
    for gone in ("Send", "Retry", "Leave the room", "Room code"):
        expect(ada.page.get_by_role("button", name=gone)).to_have_count(0)
    expect(ada.page.get_by_text("after the last person leaves")).to_be_hidden()
    ada.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.banner.get_by_role("button", name="Copy what you wrote").click()
    expect(ada.banner.get_by_role("button", name="Copied")).to_be_visible()
    copied = ada.page.evaluate("navigator.clipboard.readText()")
    assert copied == "too late\n\nhalf a thought"
    ada.banner.get_by_role("link", name="Read the transcript").click()
    expect(ada.page.get_by_text("for the record")).to_be_visible()


def test_many_comings_and_goings_take_one_line(ada: RoomPage, site: Site, aside: Aside) -> None:
    async def visit(name: str) -> None:
        async with Visitor(site.url, name) as visitor:
            code = await visitor.join(ada.code)
            async with visitor.socket(code):
                pass
            await visitor.leave(code)

    for number in range(4):
        aside.run(visit(f"Guest {number}"))
    fold = ada.log.locator("details")
    expect(fold).to_contain_text("5 joined, 4 left")
    fold.locator("summary").click()
    expect(fold).to_contain_text("Guest 3")
    _crowd_comes(ada, site)
    _list_of_a_crowd(ada)


CROWD = """
from history.lookalikes import skeleton
from rooms import names
from rooms.actions.entering import enter
from rooms.models import Membership, Room, User
from rooms.turn import turn

def person(name):
    keys = {"name_key": names.key(name), "name_skeleton": skeleton(name)}
    return User(username=f"crowd {name}", display_name=name, is_guest=True, **keys)

users = User.objects.bulk_create(person(name) for name in NAMES)
room = Room.objects.get(code=CODE, closed_at=None)
members = Membership.objects.bulk_create(Membership(room=room, user=user) for user in users)
with turn(room) as t:
    enter({t: members})
"""


def _crowd_comes(ada: RoomPage, site: Site) -> None:
    names = [*(f"Person {number:03}" for number in range(299)), "Zoë Ångström"]
    site.manage("shell", "-v0", "-c", f"NAMES = {names}; CODE = {ada.code!r}\n{CROWD}")
    expect(ada.page.get_by_role("heading", name="301 people here")).to_be_visible()


def _list_of_a_crowd(ada: RoomPage) -> None:
    """Only what is seen is in the document; the field and the keys lead to the others."""
    field = ada.page.get_by_role("searchbox", name="Find a person here")
    rows = ada.people.get_by_role("listitem")
    expect(field).to_be_visible()
    expect(rows.first).to_contain_text("Ada")
    expect(rows.first).to_have_attribute("aria-setsize", "301")
    assert rows.count() < 60
    field.press_sequentially("angstrom")
    expect(rows).to_have_text([re.compile("Zoë Ångström")])
    expect(ada.page.get_by_text("1 person found")).to_be_visible()
    field.press("Escape")
    expect(rows.first).to_contain_text("Ada")

    field.press("ArrowDown")
    expect(rows.first).to_be_focused()
    ada.page.keyboard.press("End")
    expect(rows.last).to_be_focused()
    expect(rows.last).to_contain_text("Zoë Ångström")
    expect(rows.last).to_have_attribute("aria-posinset", "301")
    expect(rows.last).to_be_in_viewport()
    assert rows.count() < 60
    ada.page.keyboard.press("Home")
    expect(rows.first).to_be_focused()
    ada.page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()


def test_the_link_is_shared_as_a_code_that_can_be_scanned(ada: RoomPage) -> None:
    ada.page.get_by_role("button", name="QR code").click()
    expect(ada.page.get_by_role("img", name="QR code of the link to this room")).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(ada.page.get_by_role("dialog")).to_be_hidden()


def test_the_code_is_copied_with_one_press(ada: RoomPage) -> None:
    ada.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.page.get_by_role("button", name="Room code").click()
    expect(ada.page.get_by_text("Copied")).not_to_have_count(0)
    assert ada.page.evaluate("navigator.clipboard.readText()") == ada.code


def test_a_phone_fits(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben", "phone", viewport={"width": 320, "height": 568})
    ben.box.fill("W" * 300)
    ben.page.get_by_role("button", name="Send").tap()
    ben.box.fill("```\n" + "long line " * 30 + "\n```")
    ben.page.get_by_role("button", name="Send").tap()
    expect(ben.log.locator("pre")).to_be_visible()
    assert ben.page.evaluate("document.documentElement.scrollWidth") == 320
    assert ben.log.evaluate("log => log.scrollWidth - log.clientWidth") == 0
    expect(ben.box).to_be_in_viewport()

    ben.page.get_by_role("button", name="people here").tap()
    expect(ben.page.get_by_text("Closes 1 hour after the last person leaves.")).to_be_in_viewport()
    ben.page.get_by_role("button", name="Close").tap()
    expect(ben.people).to_be_hidden()
