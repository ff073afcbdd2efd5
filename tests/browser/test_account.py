"""The whole way of an account, in real windows: kept, found again elsewhere, ended from there."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import come_in
from tests.browser.room_page import RoomPage
from tests.support.browser import Console
from tests.support.client import csrf_token
from tests.support.story import step
from tests.support.workers import Site

PASSWORD = "seven green lanterns"


def fill(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)


def test_what_a_guest_keeps_is_found_elsewhere_and_a_session_ends_from_there(
    ada: RoomPage, site: Site, open_context: Callable[..., BrowserContext]
) -> None:
    ada.say("said as a guest")
    ada.expect_bodies(["said as a guest"])

    # In another tab, while the room stays open: it goes on, and shows the mark.
    account = ada.page.context.new_page()
    account.goto(f"{site.url}/")
    account.get_by_role("link", name="Keep your name and history").click()
    fill(account, username="ada.browser", password=PASSWORD, again=PASSWORD)
    account.get_by_role("button", name="Create account").click()
    expect(account.get_by_role("status")).to_contain_text("sign in anywhere")
    expect(ada.people.get_by_text("has an account")).to_have_count(1)
    ada.wait_until_live().say("said with an account")
    ada.expect_bodies(["said as a guest", "said with an account"])

    with step("with an account there are bots: made over the room, and given another key"):
        ada.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        ada.page.get_by_role("link", name="Room settings").click()
        ada.page.get_by_role("link", name="Bots").click()
        sheet = ada.page.get_by_role("dialog")
        sheet.get_by_label("New bot’s name").fill("Builds")
        sheet.get_by_role("button", name="Add a bot").click()
        shown = sheet.get_by_label("The key of Builds")
        sheet.get_by_role("button", name="Copy").click()
        expect(sheet.get_by_role("button", name="Copied")).to_be_visible()
        key = ada.page.evaluate("navigator.clipboard.readText()")
        assert key.startswith("chatbot_")
        expect(shown).to_have_value(key)
        sheet.get_by_role("link", name="New key").click()
        expect(sheet).to_have_accessible_name("Give Builds a new key?")
        sheet.get_by_role("button", name="Give it a new key").click()
        expect(shown).to_have_value(re.compile("^chatbot_"))
        expect(shown).not_to_have_value(key)
        ada.page.keyboard.press("Escape")
        ada.page.get_by_role("button", name="Discard").click()
        expect(sheet).to_have_count(0)

    def open_webhooks() -> Locator:
        ada.page.get_by_role("link", name="Room settings").click()
        ada.page.get_by_role("link", name="Webhooks").click()
        return ada.page.get_by_role("dialog", name="Webhooks")

    with step("and webhooks: a URL to post at, shown and copied once"):
        hooks = open_webhooks()
        hooks.get_by_role("button", name="Add an incoming webhook").click()
        shown = hooks.get_by_label("The webhook’s URL")
        expect(shown).to_have_value(re.compile("/hooks/chathook"))
        hooks.get_by_role("button", name="Copy").click()
        expect(hooks.get_by_role("button", name="Copied")).to_be_visible()
        path = ada.page.evaluate("navigator.clipboard.readText()")
        expect(shown).to_have_value(path)
        expect(hooks.get_by_text("Not used yet")).to_be_visible()

    with step("and one that sends what is said, which is paused, falls behind, and skips"):
        hooks.get_by_label("URL", exact=True).fill("https://ci.example.org/chat")
        hooks.get_by_role("button", name="Add an outgoing webhook").click()
        secret = hooks.get_by_label("The secret that requests are signed with")
        expect(secret).to_have_value(re.compile("^whsec_"))
        expect(shown).to_have_value(path)  # not lost to what is done beside it
        before = secret.input_value()
        hooks.get_by_role("link", name="New secret…").click()
        ada.page.get_by_role("button", name="Give it a new secret").click()
        expect(hooks.get_by_text("signed with the old secret as well")).to_be_visible()
        expect(secret).to_have_value(re.compile("^whsec_"))
        expect(secret).not_to_have_value(before)
        hooks.get_by_role("button", name="Pause").click()
        expect(hooks.get_by_text("Paused")).to_be_visible()
        expect(secret).to_have_count(0)
        ada.page.keyboard.press("Escape")
        ada.page.get_by_role("button", name="Discard").click()
        expect(hooks).to_have_count(0)
        posted = ada.page.request.post(path, data="said by a program")
        assert posted.text() == "ok"
        ada.say("missed by the receiver")
        ada.expect_bodies(
            [
                "said as a guest",
                "said with an account",
                "said by a program",
                "missed by the receiver",
            ]
        )
        hooks = open_webhooks()
        expect(shown).to_have_count(0)
        expect(hooks.get_by_text("Last used")).to_be_visible()
        # By what was said, and by the notice of the webhook itself if it was paused before that was sent.
        expect(hooks.get_by_text(re.compile("Behind by [12] since"))).to_be_visible()
        hooks.get_by_role("button", name="Skip to now").click()
        expect(hooks.get_by_text("Behind by")).to_have_count(0)

    with step("until they are removed"):
        for _ in range(2):
            left = hooks.get_by_role("link", name="Remove…").count()
            hooks.get_by_role("link", name="Remove…").first.click()
            ada.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
            expect(hooks.get_by_role("link", name="Remove…")).to_have_count(left - 1)
        assert ada.page.request.post(path, data="too late").status == 404
        ada.page.keyboard.press("Escape")
        expect(hooks).to_have_count(0)

    phone = open_context("phone").new_page()
    phone.goto(f"{site.url}/account/login/")
    fill(phone, username="ada.browser", password=PASSWORD)
    phone.get_by_role("button", name="Sign in").click()
    phone.goto(f"{site.url}/history/")
    expect(phone.get_by_text("said as a guest")).to_be_visible()
    there = RoomPage.again(phone, ada.url)
    expect(there.log).to_contain_text("said with an account")

    ada.box.fill("half a thought")
    control = phone.context.new_page()
    control.goto(f"{site.url}/account/")
    control.get_by_role("button", name="Sign out everywhere else").click()
    expect(ada.status).to_have_attribute("data-kind", "over")
    expect(ada.banner).to_contain_text("You are signed out")
    there.wait_until_live()

    # The way back leads to the room, where the draft is.
    ada.page.get_by_role("link", name="Sign in").click()
    fill(ada.page, username="ada.browser", password=PASSWORD)
    ada.page.get_by_role("button", name="Sign in").click()
    RoomPage(ada.page).wait_until_live()
    expect(ada.box).to_have_value("half a thought")


def test_a_guest_goes_on_at_another_device(
    ada: RoomPage, site: Site, open_context: Callable[..., BrowserContext], console: Console
) -> None:
    console.allow("status of 403")  # the form without its tick
    way, page = f"{site.url}/account/continue/", f"{site.url}/account/handoff/"
    ada.say("said at the desk")
    with step("the room shows a code"):
        with ada.page.expect_response(page) as made:
            ada.page.get_by_role("link", name="Continue on another device").click()
        dialog = ada.page.get_by_role("dialog", name="Continue on another device")
        expect(dialog.get_by_role("img")).to_be_visible()
        link = made.value.json()["link"]
    with step("a phone with another guest in it says first who would be lost"):
        zed = come_in(open_context("phone"), site.url, name="Zed", create="")
        phone = zed.page
        phone.goto(link)
        expect(phone).to_have_url(way)
        expect(phone.get_by_text("Rooms that would be lost")).to_contain_text("You are Zed here")
        phone.get_by_role("button", name="Continue here").click()
        expect(phone.get_by_role("alert")).to_contain_text("would be lost")
        phone.get_by_label("Yes, Zed may be lost").check()
        phone.get_by_role("button", name="Continue here").click()
        number = phone.locator(".code-hero").inner_text()
    with step("the desk is asked about it, over the room's socket"):
        expect(dialog).to_contain_text("Is this your other device?")
        expect(dialog).to_contain_text(number)
        dialog.get_by_role("button", name="Yes, let it in").click()
        expect(ada.page.locator("[data-notice]")).to_contain_text("goes on as you")
    with step("the phone is in the same room as the same person"):
        expect(phone).to_have_url(ada.url)
        there = RoomPage(phone).wait_until_live()
        there.expect_bodies(["said at the desk"])
        there.box.fill("said on the phone")
        phone.get_by_role("button", name="Send").click()
        ada.expect_bodies(["said at the desk", "said on the phone"])
        expect(ada.people.get_by_role("listitem")).to_have_count(1)
        assert phone.context.cookies(ada.url) != ada.page.context.cookies(ada.url)
    with step("a page that is not the room finds out by itself, too"):
        phone.goto(f"{site.url}/account/")
        expect(
            phone.get_by_role("region", name="Where you are signed in").get_by_role("listitem")
        ).to_have_count(2)
        phone.get_by_role("link", name="Continue on another device").click()
        phone.get_by_role("button", name="Show a code").click()
        expect(phone.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
        http = open_context().request
        token = phone.locator("#link").input_value()
        form = {"token": token, "csrfmiddlewaretoken": csrf_token(http.get(way).text())}
        assert http.post(way, form=form).ok
        expect(phone.get_by_text("Is this your other device?")).to_be_visible()
        phone.get_by_role("button", name="No, turn it away").click()
        expect(phone.get_by_role("status").first).to_contain_text("was turned away")
        refused = http.get(way).text()
        assert "answered No" in refused
