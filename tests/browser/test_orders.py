"""Running a room with a browser: from within it, and from its page."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext
from tests.browser.room_page import RoomPage
from tests.support.browser import Console
from tests.support.workers import Site

SLOW = """
from rooms.actions import settings
from rooms.actions.settings import Wishes
from rooms.models import Room
from dataclasses import replace
room = Room.objects.get(code="{code}", closed_at=None)
settings.change(room=room, by=room.owner, wishes=replace(Wishes.of(room), slow_mode=12))
"""


def about(room: RoomPage, name: str) -> None:
    """Open what can be done about somebody."""
    room.page.get_by_role("button", name=f"What to do about {name}").click()


def say_why(room: RoomPage, why: str) -> None:
    room.page.get_by_role("dialog").get_by_label("Why").fill(why)


def press(room: RoomPage, name: str) -> None:
    room.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


# A clock that is an hour fast.
FAST = "{ const now = Date.now; Date.now = () => now() + 3600e3; }"


def test_people_are_judged_from_within_the_room_and_see_it(ada: RoomPage, invite: object) -> None:
    ben: RoomPage = invite(ada, "Ben")  # type: ignore[operator]
    ben.page.context.add_init_script(FAST)
    ben.page.reload()
    ben.wait_until_live()
    expect(ben.page.get_by_role("button", name="What to do about")).to_have_count(0)
    about(ada, "Ben")
    say_why(ada, "shouting")
    press(ada, "Mute")
    muted = ben.page.locator("[data-muted]")
    expect(muted).to_have_text(re.compile(r"^You can read here and not write until .*: shouting$"))
    # By the clock that Ben looks at.
    hour = ben.page.evaluate("new Date(Date.now() + 600e3).getHours() % 12 || 12")
    expect(muted).to_contain_text(re.compile(f"until 0?{hour}:"))
    ben.say("but")
    expect(ben.box).to_have_value("but")
    expect(ben.page.get_by_role("button", name="Send")).to_be_disabled()
    expect(ben.message("but")).to_have_count(0)

    about(ada, "Ben")
    press(ada, "Make moderator")
    expect(ben.page.get_by_role("link", name="Room settings")).to_be_visible()
    about(ada, "Ben")
    say_why(ada, "enough")
    press(ada, "Remove from the room")
    # One bar, with the one thing to do next; what was typed can be copied.
    for gone in ("[data-muted]", "[data-failures]", ".panel", "[data-composing]"):
        expect(ben.page.locator(gone)).to_be_hidden()
    for gone in ("Send", "Leave the room", "Copy the link"):
        expect(ben.page.get_by_role("button", name=gone)).to_have_count(0)
    expect(ben.banner.get_by_role("link")).to_have_text("To the front page")
    expect(ben.box).not_to_be_editable()
    ben.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ben.banner.get_by_role("button", name="Copy what you wrote").click()
    expect(ben.banner.get_by_role("button", name="Copied")).to_be_visible()
    assert ben.page.evaluate("navigator.clipboard.readText()") == "but"
    expect(ben.banner).to_contain_text("You were removed from this room: enough")
    expect(ada.people.locator("li")).to_have_count(1)
    expect(ada.page.get_by_text("Ada removed Ben: enough")).to_be_visible()


def test_slow_mode_is_counted_down_by_the_composer(
    ada: RoomPage, invite: object, site: Site
) -> None:
    ben: RoomPage = invite(ada, "Ben")  # type: ignore[operator]
    site.manage("shell", "-v0", "-c", SLOW.format(code=ada.code))
    pace = ben.page.locator("[data-pace]")
    expect(pace).to_have_text("Slow mode: one message every 12 seconds")
    expect(ada.page.locator("[data-pace]")).to_be_hidden()
    ben.say("one")
    expect(pace).to_have_text(re.compile(r"^Slow mode: [0-9]+ s$"))
    ben.say("two")
    expect(ben.box).to_have_value("two")
    expect(ben.page.get_by_role("button", name="Send")).to_be_disabled()
    expect(ben.status).to_have_text("Live")
    # What only the server knows, after a reload: the message waits, and the composer says how long.
    ben.page.reload()
    ben.wait_until_live()
    ben.box.press("Enter")
    expect(pace).to_have_text(re.compile(r"^Slow mode: [0-9]+ s$"))
    ada.expect_bodies(["one", "two"])


def test_a_room_is_set_up_and_newcomers_ask_wait_and_come_in(
    ada: RoomPage, invite: object, open_context: OpenContext, console: Console
) -> None:
    console.allow("status of 403")  # the form that asks for the passcode
    ben: RoomPage = invite(ada, "Ben")  # type: ignore[operator]
    ada.page.get_by_role("link", name="Room settings").click()
    page = ada.page
    page.get_by_label("What it is about").fill("Town meeting")
    page.get_by_label("Newcomers ask").check()
    page.get_by_label("Passcode", exact=True).fill("sesame")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(ben.page.locator("[data-title]").first).to_have_text("Town meeting")
    expect(ben.page).to_have_title(re.compile(f"^Town meeting · {ben.code}"))
    page.get_by_role("link", name="Back to the room").click()
    ada.wait_until_live()

    outside: Page = open_context("phone").new_page()
    outside.goto(ben.url)
    outside.get_by_label("Your name").fill("Eve")
    outside.locator("button[name=join]").click()
    expect(outside.get_by_role("alert")).to_have_text(
        "This room has a passcode. Ask whoever invited you for it."
    )
    outside.get_by_label("Passcode").fill("sesame")
    outside.locator("button[name=join]").click()
    expect(outside.get_by_role("heading", name="You asked to be let in")).to_be_visible()
    ada.page.get_by_role("button", name="Let in").click()
    eve = RoomPage(outside).wait_until_live()
    eve.box.fill("thank you")
    outside.get_by_role("button", name="Send").click()
    expect(ada.message("thank you")).to_be_visible()

    # A new code: everyone's page goes along.
    former = ben.code
    ada.page.get_by_role("link", name="Room settings").click()
    ada.page.get_by_role("button", name="Give it a new code").click()
    expect(ben.page.locator("[data-code]").first).not_to_have_text(former)
    code = ben.page.locator("[data-code]").first.inner_text()
    expect(ben.page).to_have_url(re.compile(f"/rooms/{code}/$"))
    ben.page.reload()
    ben.wait_until_live()
    ben.say("still here")
    expect(eve.message("still here")).to_be_visible()
