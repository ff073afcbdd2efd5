"""What is done with a message by its menu, as the mouse does it."""

from playwright.sync_api import Locator

from tests.browser.room_page import RoomPage


def menu_of(window: RoomPage, body: str) -> Locator:
    """Open the menu of the message that has this text, of several the last."""
    # One's own has tools once it is in the log, and is another row then: a mouse that rested on the
    # one before does not always tell the browser.
    message = window.message(body).and_(window.page.locator("[data-seq]")).last
    message.hover()
    message.get_by_role("button", name="More").click()
    return window.page.get_by_role("menu")


def choose(window: RoomPage, body: str, verb: str) -> None:
    menu_of(window, body).get_by_role("menuitem", name=verb).click()


def delete(window: RoomPage, body: str) -> None:
    """Delete one's own, which is asked about."""
    choose(window, body, "Delete")
    window.page.get_by_role("menuitem", name="Delete for good").click()
