"""Running a room with a browser: from within it, and from its page."""

import re
from collections.abc import Callable

from playwright.sync_api import Dialog, Locator, Page, Route, expect

from tests.browser.conftest import OpenContext, order
from tests.browser.room_page import RoomPage
from tests.support.browser import Aside, Console
from tests.support.client import Visitor
from tests.support.story import step
from tests.support.workers import Site

Invite = Callable[..., RoomPage]


def about(room: RoomPage, name: str) -> None:
    """Open what can be done about somebody."""
    room.page.get_by_role("button", name=f"Actions for {name}").click()
    room.page.get_by_role("menuitem", name="Moderate").click()


def say_why(room: RoomPage, why: str) -> None:
    room.page.get_by_role("dialog").get_by_label("Reason").fill(why)


def unfold(settings: Locator, section: str) -> None:
    settings.locator("summary").filter(
        has=settings.page.get_by_role("heading", name=section)
    ).click()


def press(room: RoomPage, name: str) -> None:
    room.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


# A clock that is an hour fast.
FAST = "{ const now = Date.now; Date.now = () => now() + 3600e3; }"


def hide_and_show_again(ada: RoomPage, ben: RoomPage) -> None:
    """Ben hides Ada, who does not find out."""
    menu = ben.page.get_by_role("button", name="Actions for Ada")
    line = ben.page.locator(".log__hidden")
    with step("a hidden person's messages are one line, also those that come"):
        ada.say("first", "second")
        ben.expect_bodies(["first", "second"])
        menu.click()
        ben.page.get_by_role("menuitem", name="Hide for me").click()
        expect(line).to_contain_text("Hidden: 2 messages from Ada")
        ben.hide()
        ada.say("@Ben third")
        expect(line).to_contain_text("Hidden: 3 messages from Ada")
        assert "(" not in ben.page.title(), "nothing is unread"
        ben.hide(hidden=False)
    with step("a reload shows the same from the first moment"):
        ben.page.reload()
        expect(line).to_contain_text("Hidden: 3 messages from Ada")
        ben.wait_until_live()
        expect(ben.texts).to_have_count(0)
    with step("it is opened, and shown again from the message's menu and from the list of people"):
        line.get_by_role("button", name="Show them").click()
        expect(ben.texts).to_have_text(["first", "second", "@Ben third"])
        ben.message("second").click(button="left")
        ben.message("second").hover()
        ben.message("second").get_by_role("button", name="More").click()
        ben.page.get_by_role("menuitem", name="Show Ada again").click()
        ada.say("fourth")
        ben.expect_bodies(["first", "second", "@Ben third", "fourth"])
        ben.page.get_by_role("button", name="Undo").click()
        expect(line).to_contain_text("Hidden: a message from Ada")
        menu.click()
        ben.page.get_by_role("menuitem", name="Show again").click()
        expect(line).to_have_count(0)
        ben.page.locator("[data-notice]").get_by_role("button", name="Close").click()
    expect(ada.texts).to_have_text(["first", "second", "@Ben third", "fourth"])


def test_people_are_judged_from_within_the_room_and_see_it(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ben.page.add_init_script(FAST)
    ben.page.reload()
    ben.wait_until_live()
    ben.page.get_by_role("button", name="Actions for Ada").click()
    expect(ben.page.get_by_role("menuitem")).to_have_text(["Mention", "Hide for me", "Report…"])
    ben.page.keyboard.press("Escape")
    hide_and_show_again(ada, ben)
    about(ada, "Ben")
    say_why(ada, "a mistake")
    ada.page.keyboard.press("Enter")
    press(ada, "Mute")
    muted = ben.page.locator("[data-muted] p")
    expect(muted).to_be_visible()
    expect(ada.page.get_by_text("Ada muted Ben")).to_have_count(1)  # the Enter key did not
    ada.page.get_by_role("button", name="Undo").click()
    expect(muted).to_be_hidden()
    about(ada, "Ben")
    say_why(ada, "shouting")
    press(ada, "Mute")
    expect(muted).to_have_text(
        re.compile(r"^You are muted until .*: you can read but not write\. Reason: shouting$")
    )
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
    hand_over = "**/manage/people/*/owner/"
    held: list[Route] = []
    ada.page.route(hand_over, lambda route: held.append(route))
    ada.page.get_by_role("link", name="Hand over the room").click()
    # A change in the room loads the sheet's page again: the one that is on its way, not the one before.
    with ada.page.expect_request("**/manage/**") as again:
        order(ada, "settings/", title="Town meeting", slow_mode="0", grace="60")
    assert again.value.url == held[0].request.url
    for route in held:
        route.continue_()
    ada.page.unroute(hand_over)
    expect(ada.page.get_by_role("dialog")).to_contain_text("only Ben can hand the room back")
    ada.page.get_by_role("link", name="Keep the room").click()
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
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
    expect(ben.page.get_by_text("This was not sent and can no longer be sent")).to_be_visible()
    expect(ben.page.get_by_role("link", name="Search in this room")).to_be_hidden()
    ben.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ben.banner.get_by_role("button", name="Copy what you wrote").click()
    expect(ben.banner.get_by_role("button", name="Copied")).to_be_visible()
    assert ben.page.evaluate("navigator.clipboard.readText()") == "but"
    expect(ben.banner).to_contain_text("You were removed from this room: enough")
    expect(ada.people.locator("li")).to_have_count(1)
    expect(ada.page.get_by_text("Ada removed Ben: enough")).to_be_visible()


def test_a_room_is_set_up_and_newcomers_ask_wait_and_come_in(
    ada: RoomPage, invite: Invite, open_context: OpenContext, console: Console
) -> None:
    """All of it from within the room, whose socket stays."""
    console.allow("status of 403")  # the form that asks for the passcode
    ben = invite(ada, "Ben")
    page, url = ada.page, ada.url
    sockets: list[object] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    settings = page.get_by_role("dialog", name="Room settings")
    page.get_by_role("link", name="Room settings").click()
    # The room is behind the sheet: no way leads back to it.
    expect(settings.locator(".crumb")).to_be_hidden()
    settings.get_by_label("Topic").fill("Town meeting")
    unfold(settings, "Joining")
    settings.get_by_label("Newcomers ask").check()
    settings.get_by_label("Passcode", exact=True).fill("sesame")
    # What is typed is not lost by a slip, nor by news of the room.
    ben.say("meanwhile")
    expect(ada.message("meanwhile")).to_be_attached()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keep editing").click()
    expect(settings.get_by_label("Topic")).to_have_value("Town meeting")
    settings.get_by_role("button", name="Save").click()
    # A passcode is hashed on purpose slowly.
    expect(settings.get_by_role("status")).to_contain_text("Saved.")
    expect(ben.page.locator("[data-title]").first).to_have_text("Town meeting")
    expect(ben.page).to_have_title(re.compile(f"^Town meeting · {ben.code}"))

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
    # In the open sheet, in the title of a hidden tab, in the room.
    settings.get_by_label("Maximum number of people").fill("30")
    expect(settings.get_by_text("Eve", exact=True)).to_be_visible()
    expect(settings.get_by_label("Maximum number of people")).to_have_value("30")
    ada.hide()
    expect(page).to_have_title(re.compile("^\\(✋1"))
    ada.hide(False)
    expect(page).to_have_title(re.compile("^Town meeting"))
    settings.get_by_role("button", name="Close").click()
    page.locator(".ask").get_by_role("button", name="Discard").click()
    expect(settings).to_be_hidden()
    page.get_by_role("button", name="Let in").click()
    eve = RoomPage(outside).wait_until_live()
    eve.box.fill("thank you")
    outside.get_by_role("button", name="Send").click()
    expect(ada.message("thank you")).to_be_visible()
    expect(page.get_by_role("button", name="Let in")).to_have_count(0)

    # A new code, after a question: everyone's page goes along.
    former = ben.code
    page.get_by_role("link", name="Room settings").click()
    settings.get_by_label("Topic").fill("Meeting")
    unfold(settings, "New code")
    settings.get_by_role("link", name="Change the code").click()
    question = page.get_by_role("dialog", name="Give this room a new code?")
    expect(question).to_contain_text("stops working")
    question.get_by_role("button", name="Give it a new code").click()
    expect(ben.page.locator("[data-code]").first).not_to_have_text(former)
    code = ben.page.locator("[data-code]").first.inner_text()
    expect(ben.page).to_have_url(re.compile(f"/rooms/{code}/$"))
    # What was typed before is still there, and is saved under the new code.
    expect(settings.get_by_label("Topic")).to_have_value("Meeting")
    settings.get_by_role("button", name="Save").click()
    expect(settings.get_by_role("status")).to_contain_text("Saved.")
    expect(ben.page.locator("[data-title]").first).to_have_text("Meeting")
    page.keyboard.press("Escape")
    expect(settings).to_be_hidden()
    assert page.url == url.replace(former, code)
    assert not sockets, "the room was left"
    ben.page.reload()
    ben.wait_until_live()
    ben.say("still here")
    expect(eve.message("still here")).to_be_visible()

    with step("a call is a tap away, in a window that knows nothing of this one, and told"):
        page.get_by_role("link", name="Room settings").click()
        settings.get_by_label("Call link").fill("https://meet.example/{room}")
        settings.get_by_role("button", name="Save").click()
        expect(settings.get_by_role("status")).to_contain_text("Saved.")
        page.keyboard.press("Escape")
        browser = ben.page.context
        browser.route("https://meet.example/**", lambda route: route.fulfill(body="a meeting"))
        with browser.expect_page() as opened:
            ben.page.get_by_role("link", name="Call").click()
        meeting = opened.value
        meeting.wait_for_url("https://meet.example/r_*")
        assert meeting.evaluate("window.opener") is None
        meeting.close()
        expect(page.locator(".log__notice", has_text="Ben started a call.")).to_be_visible()

    with step("it ends at a time that everybody sees, or now, which can be undone for a minute"):
        page.get_by_role("link", name="Room settings").click()
        unfold(settings, "Ending the room")
        settings.get_by_role("button", name="End in 45 minutes").click()
        lines = [each.locator("[data-ending]") for each in (ben.page, outside, page)]
        for line in lines:
            expect(line).to_contain_text("This room ends at")
        settings.get_by_role("button", name="End the room now").click()
        expect(settings.get_by_role("status")).to_contain_text("until then you can undo it")
        page.keyboard.press("Escape")
        for line in lines:
            expect(line).to_contain_text("This room has ended")
        ben.say("but")
        expect(ben.box).to_have_value("but")
        expect(ben.page.get_by_role("button", name="Send")).to_be_disabled()
        expect(lines[0].get_by_role("button", name="Undo")).to_have_count(0)
        lines[2].get_by_role("button", name="Undo").click()
        for line in lines:
            expect(line).to_contain_text("This room ends at")
        ben.box.press("Enter")
        expect(eve.message("but")).to_be_visible()


def test_changed_settings_have_a_bar_that_saves_or_discards_them(
    ada: RoomPage, open_context: OpenContext, console: Console
) -> None:
    console.allow("status of 422")  # what is refused
    phone = open_context("phone")
    phone.add_cookies(ada.page.context.cookies())  # type: ignore[arg-type]
    page = RoomPage.again(phone.new_page(), ada.url).page
    sheet = page.get_by_role("dialog", name="Room settings")

    def check(settings: Locator) -> None:
        bar = settings.locator(".manage__save")
        save = settings.get_by_role("button", name="Save")
        topic = settings.get_by_label("Topic")
        says = settings.get_by_text("Unsaved changes")
        expect(settings.get_by_role("heading", name="Joining")).to_be_visible()
        expect(save).to_be_disabled()
        expect(says).to_have_count(0)
        topic.fill("Tea")
        expect(says).to_have_attribute("aria-live", "polite")
        # However far away the end of the form is, and whatever else is looked at.
        last = settings.locator("summary").last
        last.scroll_into_view_if_needed()
        expect(save).to_be_in_viewport(ratio=1)
        settings.evaluate(
            "it => (it.closest('dialog') ?? document.documentElement).scrollTo(0, 1e6)"
        )
        above, below = last.bounding_box(), bar.bounding_box()
        assert above
        assert below
        assert above["y"] + above["height"] <= below["y"], "the bar covers the end of the page"
        settings.get_by_role("button", name="Discard").click()
        expect(topic).to_have_value("")
        expect(topic).to_be_focused()
        expect(save).to_be_disabled()
        expect(says).to_have_count(0)

    with step("in the sheet"):
        page.get_by_role("button", name="People").click()
        page.get_by_role("link", name="Room settings").click()
        check(sheet)
        sheet.get_by_role("button", name="Close").click()
        expect(sheet).to_be_hidden()

    with step("on the page, which asks before what is typed is lost"):
        page.goto(f"{ada.url}manage/")
        check(page.locator("main"))
        asked: list[str] = []

        def stay(question: Dialog) -> None:
            asked.append(question.type)
            question.dismiss()

        page.once("dialog", stay)
        page.get_by_label("Topic").fill("Coffee")
        page.get_by_role("link", name="Webhooks").click()
        expect(page.get_by_label("Topic")).to_have_value("Coffee")
        assert asked == ["beforeunload"]

    with step("what is refused is unsaved too, until it is discarded"):
        unfold(page.locator("main"), "Joining")
        limit = page.get_by_label("Maximum number of people")
        limit.fill("many")
        page.keyboard.press("Enter")
        expect(limit).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_text("Unsaved changes")).to_be_visible()
        page.get_by_role("link", name="Discard").click()
        expect(page.get_by_label("Topic")).to_have_value("")
        expect(page.get_by_role("button", name="Save")).to_be_disabled()

    with step("saved, by keyboard"):
        page.get_by_label("Topic").fill("Tea")
        page.get_by_role("button", name="Save").press("Enter")
        expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
        assert asked == ["beforeunload"]

    with step("without the page's script the button stands at the end of its form"):
        console.allow("Failed to load resource")
        script = re.compile(r"/js/pages/manage\.")
        page.route(script, lambda route: route.abort())
        page.reload()
        page.get_by_label("Topic").fill("Cocoa")
        expect(page.get_by_text("Unsaved changes")).to_be_hidden()
        expect(page.get_by_role("button", name="Discard")).to_be_hidden()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
        expect(page.get_by_label("Topic")).to_have_value("Cocoa")


def test_slow_mode_is_counted_down_by_the_composer_while_people_knock(
    ada: RoomPage, invite: Invite, site: Site, aside: Aside, open_context: OpenContext
) -> None:
    ben = invite(ada, "Ben")
    slow_mode = ben.page.locator("[data-slow-mode]")
    counted_down = re.compile(r"^Slow mode: [0-9]+ s$")

    with step("slow mode is told to those it holds up"):
        order(ada, "settings/", by_request="on", slow_mode="12", grace="60")
        expect(slow_mode).to_have_text("Slow mode: one message every 12 seconds")
        expect(ada.page.locator("[data-slow-mode]")).to_be_hidden()

    with step("and counted down"):
        ben.say("one")
        expect(slow_mode).to_have_text(counted_down)
        ben.say("two")
        expect(ben.box).to_have_value("two")
        expect(ben.page.get_by_role("button", name="Send")).to_be_disabled()
        expect(ben.status).to_have_text("Live")

    with step("what only the server knows, after a reload: the message waits, the composer counts"):
        ben.page.reload()
        ben.wait_until_live()
        ben.box.press("Enter")
        expect(slow_mode).to_have_text(counted_down)

    with step("meanwhile, a knock is seen on a phone"):
        context = open_context("phone")
        context.add_cookies(ada.page.context.cookies())  # type: ignore[arg-type]
        phone = RoomPage.again(context.new_page(), ada.url).page

        async def knock(*names: str) -> None:
            for name in names:
                async with Visitor(site.url, name) as visitor:
                    await visitor.join(ada.code)

        aside.run(knock("Kim", "Lee", "Moe"))  # as many as one address may have
        expect(phone.get_by_role("heading", name="3 people are asking to join")).to_be_visible()
        expect(phone.locator("[data-waiting-count]")).to_have_text("3")
        rows = phone.locator("[data-waiting] li")
        expect(rows).to_have_count(3)

    with step("and answered there"):
        there = ada.page.locator("[data-waiting] li")
        about_to_press = there.filter(has_text="Moe").get_by_role("button", name="Let in")
        about_to_press.focus()
        rows.filter(has_text="Kim").get_by_role("button", name="Turn away").tap()
        expect(rows.locator("bdi")).to_have_text(["Lee", "Moe"])
        expect(there.locator("bdi")).to_have_text(["Lee", "Moe"])
        expect(about_to_press).to_be_focused()
        expect(ada.page.get_by_role("link", name="Show all")).to_be_hidden()

    with step("what waited is sent"):
        # By itself after the time that the server said: tests/js/outbox.test.js.
        order(ada, "settings/", by_request="on", slow_mode="0", grace="60")
        ben.page.reload()
        ada.expect_bodies(["one", "two"])
