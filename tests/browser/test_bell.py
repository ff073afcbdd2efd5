"""Notifications of the system, in a full Chromium: what the page shows by itself, and web push."""

import json
import re
from collections.abc import Callable, Iterator
from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import axe
from tests.browser.conftest import come_in
from tests.browser.notification_screen import Screen, about, bodies
from tests.browser.room_page import RoomPage
from tests.support.browser import Aside, Console, Contexts, whole_chromium
from tests.support.client import RoomSocket, Visitor
from tests.support.push_keys import BrowserKeys
from tests.support.story import step
from tests.support.workers import Site

# Counts the notes that the page plays.
LISTEN = """() => {
    window.notes = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) { window.notes += 1; start.apply(this, at); };
}"""
# A press on a notification, as the browser tells the service worker of it.
PRESS = """async (tag) => {
    const [notification] = await self.registration.getNotifications({ tag });
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""

# What the browser tells the service worker when it has another subscription.
REPLACE = """({ endpoint, ...keys }) => {
    const event = new Event("pushsubscriptionchange");
    event.waitUntil = () => {};
    event.newSubscription = { toJSON: () => ({ endpoint, keys }) };
    self.dispatchEvent(event);
}"""


class Ben:
    """Somebody without a window."""

    def __init__(self, site: Site, code: str, aside: Aside) -> None:
        self._aside = aside
        self._visitor = Visitor(site.url, "Ben")
        aside.run(self._visitor.join(code))
        self._socket: RoomSocket = self._visitor.socket(code)
        aside.run(self._socket.connect())

    def say(self, *bodies: str, **fields: Any) -> int:
        seq = 0
        for body in bodies:
            said = {"client_id": token_hex(8), "body": body, **fields}
            seq = self._aside.run(self._socket.ask("post", **said))["seq"]
        return seq

    def delete(self, seq: int) -> None:
        self._aside.run(self._socket.ask("delete", seq=seq))

    def close(self) -> None:
        self._aside.run(self._socket.close())


@pytest.fixture(scope="module")
def contexts(contexts: Contexts) -> Iterator[Contexts]:
    with whole_chromium(beside=contexts.browser) as browser:
        yield Contexts(browser)


@pytest.fixture
def ada(site: Site, open_context: Callable[..., BrowserContext], console: Console) -> RoomPage:
    # Windows of tests are private ones: they show notifications, and have no push service.
    console.allow("does not support the Push API in incognito mode")
    context = open_context(bypass_csp=True)
    return come_in(context, site.url, name="Ada", create="", title="Ferry")


@pytest.fixture
def ben(site: Site, ada: RoomPage, aside: Aside) -> Iterator[Ben]:
    ben = Ben(site, ada.code, aside)
    yield ben
    ben.close()


@pytest.fixture
def screen(ada: RoomPage) -> Screen:
    return Screen(ada.page)


def test_who_is_elsewhere_is_notified_once_and_of_what_is_theirs(
    ada: RoomPage, ben: Ben, screen: Screen, site: Site
) -> None:
    page = ada.page
    bell = page.get_by_role("button", name="Notifications")
    box = page.get_by_role("dialog", name="Notifications")
    here = box.get_by_role("switch", name="Notify me on this device")

    with step("where the browser does not allow it, that is what is said"):
        bell.click()
        here.click()
        expect(box).to_contain_text("Your browser blocks notifications from this site.")
        expect(here).not_to_be_checked()
        bell.click()
        expect(box).to_be_hidden()
        page.context.grant_permissions(["notifications"], origin=site.url)

    with step("the bell is turned by keys, and says what it does"):
        page.evaluate(LISTEN)
        bell.press("Enter")
        expect(here).to_be_focused()
        expect(bell).to_have_attribute("aria-expanded", "true")
        expect(box.get_by_role("radio", name="Everything")).to_be_checked()
        here.press("Space")
        expect(box.get_by_role("status")).to_contain_text("Not while this site is closed")
        assert axe.violations(page) == []
        page.keyboard.press("Escape")
        expect(bell).to_be_focused()

    with step("on a narrow screen it is a sheet at the lower edge"):
        page.set_viewport_size({"width": 390, "height": 844})
        bell.click()
        expect(box).to_be_in_viewport(ratio=1)
        assert axe.violations(page) == []
        page.keyboard.press("Escape")
        page.set_viewport_size({"width": 1280, "height": 800})

    with step("whoever looks at the room is not notified"):
        ben.say("while you look")
        ada.message("while you look").wait_for()
        assert screen.shown() == []

    with step("five messages are one notification and one sound, also with two tabs"):
        other = RoomPage.again(page.context.new_page(), ada.url)
        other.page.evaluate(LISTEN)
        for window in (ada, other):
            window.hide()
        last = ben.say("one", "two", "three", "four", "five")
        [notification] = screen.wait_for(lambda shown: about(shown) == [5])
        assert notification["title"] == "Ferry"
        assert notification["body"] == "5 new messages\nBen: five"
        assert page.evaluate("notes") + other.page.evaluate("notes") == 2, "two notes"

    with step("of a deleted message nothing stays on the screen"):
        ben.delete(last)
        [notification] = screen.wait_for(lambda shown: about(shown) == [4])
        assert notification["body"] == "4 new messages\nBen: four"

    with step("reading in one tab takes the notification away"):
        ben.say("six")
        screen.wait_for(lambda shown: len(shown) == 1)
        other.hide(False)
        screen.wait_for(lambda shown: not shown)
        other.page.close()

    with step("who wants only what is to them is not told of the rest"):
        ada.hide(False)
        bell.click()
        box.get_by_role("radio", name="Mentions and replies").check()
        page.keyboard.press("Escape")
        ada.say("mine")
        expect(ada.message("mine")).to_have_attribute("data-seq", re.compile("."))
        mine = int(ada.message("mine").get_attribute("data-seq") or 0)
        ada.hide()
        ben.say("to nobody", "@Ada hello")
        ben.say("an answer", reply_to=mine)
        [notification] = screen.wait_for(lambda shown: about(shown) == [2])
        assert "an answer" in notification["body"]
        expect(page).to_have_title(re.compile(r"^\(@2 · 3\) Ferry"))

    with step("a press goes to the first of them"):
        page.context.service_workers[0].evaluate(PRESS, notification["tag"])
        ada.hide(False)
        expect(page.locator("article.is-target")).to_contain_text("@Ada hello")
        screen.wait_for(lambda shown: not shown)

    with step("who signs out leaves nothing on the screen, and is notified of nothing more"):
        ada.hide()
        ben.say("@Ada goodbye")
        screen.wait_for(lambda shown: len(shown) == 1)
        page.goto(f"{site.url}/account/logout/")
        page.get_by_role("button", name="Sign out and lose everything").click()
        screen.wait_for(lambda shown: not shown)
        assert (
            page.evaluate("Object.keys(localStorage).filter((key) => key.includes(':bell'))") == []
        )


def test_web_push_is_shown_and_leads_to_its_message(
    ada: RoomPage, ben: Ben, screen: Screen, site: Site
) -> None:
    page = ada.page
    page.context.grant_permissions(["notifications"], origin=site.url)
    seq = ben.say("hello @Ada")
    push = Push(page, ada.url)

    with step("not while the room is looked at"):
        push.deliver("messages", "Ben: hello @Ada", seq=seq)
        push.deliver("test", "A test")
        assert bodies(screen.wait_for(bool)) == ["A test"]

    with step("it is shown where no page of the room is open, and takes the last one's place"):
        page.goto(push.origin)
        push.deliver("messages", "Ben: hello @Ada", seq=seq)
        push.deliver("messages", "2 new messages\nBen: hello @Ada", seq=seq)
        told = screen.wait_for(lambda shown: "2 new messages\nBen: hello @Ada" in bodies(shown))
        [notification] = [one for one in told if one["tag"] == push.room]
        assert notification["title"] == "Ferry"

    with step("what is gone says so, if it was shown at all"):
        push.deliver("gone", "A message was deleted.")
        screen.wait_for(lambda shown: "A message was deleted." in bodies(shown))

    with step("what is no notification of ours is nothing"):
        push.send("no JSON")
        push.send(json.dumps({"web_push": 8030}))
        push.deliver("messages", "Ben: hello @Ada", seq=seq)
        told = screen.wait_for(lambda shown: "Ben: hello @Ada" in bodies(shown))
        assert len(told) == 2

    with step("a subscription that the browser has replaced is handed to the site"):
        made = BrowserKeys().subscription("https://push.example.net/replaced")
        page.context.service_workers[0].evaluate(REPLACE, made)
        page.goto(f"{push.origin}/account/")
        device = page.get_by_role("button", name="Turn off notifications for")
        while not device.count():  # the worker's request may still be on its way
            page.reload()
        device.click()
        expect(page.get_by_role("status")).to_contain_text("no longer notified")
        assert axe.violations(page) == []

    with step("a press goes to the page that has the room open, at the message"):
        room = RoomPage.again(page.context.new_page(), push.url)
        page.context.service_workers[0].evaluate(PRESS, push.room)
        expect(room.page.locator("article.is-target")).to_contain_text("hello @Ada")


class Push:
    """A push service, as far as the service worker sees one."""

    def __init__(self, page: Page, url: str) -> None:
        self.url, self.origin = url, url.split("/rooms/")[0]
        self.room = page.locator("#room").get_attribute("data-room-id") or ""
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self._devtools = page.context.new_cdp_session(page)
        found: list[dict[str, Any]] = []
        self._devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: found.extend(event["registrations"]),
        )
        self._devtools.send("ServiceWorker.enable")
        while not found:
            page.evaluate("1")  # events are handed over meanwhile
        self._registration = next(
            one["registrationId"] for one in found if one["scopeURL"] == f"{self.origin}/"
        )

    def deliver(self, kind: str, body: str, seq: int | None = None) -> None:
        about = {"kind": kind} if kind == "test" else {"kind": kind, "room": self.room, "seq": seq}
        notification = {
            "title": "Ferry",
            "body": body,
            "tag": "test" if kind == "test" else self.room,
            "navigate": f"{self.url}#m{seq}" if seq else self.url,
            "data": about,
        }
        self.send(json.dumps({"web_push": 8030, "notification": notification}))

    def send(self, data: str) -> None:
        about = {"origin": self.origin, "registrationId": self._registration}
        self._devtools.send("ServiceWorker.deliverPushMessage", {**about, "data": data})
