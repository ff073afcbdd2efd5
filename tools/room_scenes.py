"""What is done in the room before a picture of it is taken, for screenshots.py."""

import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from playwright.async_api import Locator, Page, expect

from tests.support.client import RoomSocket, Visitor
from tests.support.crowd import crowd
from tests.support.workers import Site
from tools import ages

Say = Callable[[str], Awaitable[object]]

# Touches that begin on a message and go on to the right: the finger is not lifted.
SWIPE = """node => {
    const { left, bottom } = node.getBoundingClientRect();
    for (const [type, right] of [["touchstart", 0], ["touchmove", 40], ["touchmove", 90]]) {
        const at = { clientX: left + 80 + right, clientY: bottom - 10 };
        const touches = [new Touch({ identifier: 1, target: node, ...at })];
        node.dispatchEvent(new TouchEvent(type, { touches, bubbles: true }));
    }
}"""


# Said in the ferry's room and in the festival's: somebody else's, in the middle of the log.
_OF_THE_MENU = re.compile("thank you|second gate")


async def settle(page: Page) -> None:
    await page.wait_for_selector("#room [data-people] li", state="attached")


async def settle_with_other_rooms(page: Page) -> None:
    """Wait for the news of the other rooms too, which comes later than the room's own."""
    await settle(page)
    await page.wait_for_selector("[data-other-rooms] li", state="attached")


async def crowded(site: Site, owner: Visitor) -> str:
    """A room with many people in it."""
    code = await owner.create(title="Everybody")
    names = [f"Person {number:03}" for number in range(180)]
    site.manage("shell", "-v0", "-c", crowd(code, [*names, "Zoë Ångström"]))
    ages.long_ago(site, code)
    return code


async def busy_talk(stack: AsyncExitStack, owner: Visitor, other: Visitor) -> tuple[str, Say]:
    """A room with more talk than fits the screen, and somebody who goes on talking there."""
    code = await owner.create(title="Harbour watch")
    await other.join(code)
    socket: RoomSocket = await stack.enter_async_context(other.socket(code, reconnect=True))
    for hour in range(24):
        await socket.post(f"{hour}:00 – nothing to be seen from the pier.")
    return code, socket.post


async def search(page: Page) -> None:
    await settle(page)
    await page.locator("[data-search]").click()
    field = page.get_by_role("searchbox", name="Search")
    await field.fill("gate")
    await field.press("Enter")
    await page.wait_for_selector(".hit")


async def open_help(page: Page) -> None:
    await settle(page)
    if not await page.locator(".composer__help").is_visible():
        await page.locator(".room-bar__people").click()
    await page.locator("[data-help]:visible").click()
    await page.wait_for_selector("dialog.help[open]")


async def choose_emoji(page: Page) -> None:
    await settle(page)
    await page.get_by_role("button", name="Emoji").click()
    await page.wait_for_selector("[data-emoji-picker]:popover-open [data-sign]")


async def open_crowd(page: Page) -> None:
    if await page.locator(".room-bar__people").is_visible():
        await page.locator(".room-bar__people").click()
    await page.wait_for_selector(".people--crowd li")


async def copy_link(page: Page) -> None:
    await settle(page)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    menu = await open_menu(page)
    await menu.get_by_role("menuitem", name="Copy link").click()
    await page.wait_for_selector(".message__note")


async def swipe(page: Page) -> None:
    await page.wait_for_selector(".log__rows--swipe")
    await page.locator("article", has_text=_OF_THE_MENU).first.evaluate(SWIPE)


async def miss_messages(page: Page, say: Say) -> None:
    await settle(page)
    await page.locator("[role=log]").evaluate("log => { log.scrollTop = 0; }")
    await expect(page.locator("[data-jump]")).to_be_visible()
    await say("@Ada: a light to the north!")
    for minute in range(11):
        await say(f"It is {minute + 1} minutes nearer.")
    await expect(page.locator("[data-jump]")).to_have_text("12 new")


async def scroll_up(page: Page) -> None:
    """To the talk of the day before, from its first message on."""
    await settle(page)
    await page.locator("[role=log]").evaluate("log => { log.scrollTop = 0; }")


async def open_pins(page: Page) -> None:
    await settle(page)
    await page.locator("[data-pins] summary").click()


async def mute_somebody(page: Page) -> None:
    """Moderate the last of the list; what was done can be undone."""
    await open_panel(page)
    await page.locator("[data-person-menu][data-below]").last.click()
    await page.get_by_role("menuitem", name="Moderate").click()
    await page.get_by_role("button", name="Mute", exact=True).click()
    await page.wait_for_selector("[data-notice]:not([hidden])")


async def fail_to_load(page: Page) -> None:
    await settle(page)
    await page.route("**/js/compose/emoji-picker*.js", lambda route: route.abort())
    await page.get_by_role("button", name="Emoji").click()
    await page.wait_for_selector("[data-notice]:not([hidden])")


async def open_panel(page: Page) -> None:
    await settle(page)
    if await page.locator(".room-bar__people").is_visible():
        await page.locator(".room-bar__people").click()


async def open_menu(page: Page) -> Locator:
    await settle(page)
    message = page.locator("article", has_text=_OF_THE_MENU).first
    await _press_menu(message)
    await page.wait_for_selector("[data-menu]:popover-open")
    return page.get_by_role("menu")


async def _press_menu(message: Locator) -> None:
    """Open the menu of a message: by its own button on a phone, else by the tools under the mouse."""
    button = message.locator("[data-row-menu]")
    if await button.count() == 0:
        await message.hover()
        button = message.get_by_role("button", name="More")
    await button.click()


async def open_emoji(page: Page) -> None:
    menu = await open_menu(page)
    await menu.get_by_role("menuitem", name="More reactions").click()
    await page.wait_for_selector("[data-emoji-picker]:popover-open [data-sign]")


async def open_bell(page: Page) -> None:
    """With notifications on, as far as a private window has them."""
    await settle(page)
    await page.context.grant_permissions(["notifications"])
    await page.locator("[data-bell]").click()
    bell = page.get_by_role("dialog", name="Notifications")
    await bell.get_by_role("switch", name="Notify me on this device").check()
    await bell.get_by_role("status").get_by_text("Not while").wait_for()


async def answer(page: Page) -> None:
    menu = await open_menu(page)
    await menu.get_by_role("menuitem", name="Reply").click()
    await page.keyboard.type("With pleasure.")


async def mention(page: Page) -> None:
    await settle(page)
    await page.locator("textarea[name=body]").press_sequentially("Hello @")
    await page.wait_for_selector("[role=option]")


async def shortcode(page: Page) -> None:
    await settle(page)
    await page.locator("textarea[name=body]").press_sequentially("Hello :smi")
    await page.wait_for_selector("[role=option]")


async def open_report(page: Page) -> None:
    await settle(page)
    menu = await open_menu(page)
    await menu.get_by_role("menuitem", name="Report").click()


async def open_person(page: Page) -> None:
    await open_panel(page)
    await page.locator("[data-person-menu]").last.click()
    await page.wait_for_selector("[role=menuitem]")


async def open_orders(page: Page) -> None:
    await open_panel(page)
    await page.locator("[data-person-menu][data-below]").last.click()
    await page.get_by_role("menuitem", name="Moderate").click()
    await page.wait_for_selector("dialog [data-part]")


async def open_settings(page: Page) -> None:
    await open_panel(page)
    await page.get_by_role("link", name="Room settings").click()
    await page.wait_for_selector("dialog [data-part=orders]")


async def go_offline(page: Page) -> None:
    await settle(page)
    await page.context.set_offline(True)
    await page.fill("textarea", "Written in a tunnel")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector("[data-banner]:not([hidden])", timeout=20_000)
