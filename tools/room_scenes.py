"""What is done in the room before a picture of it is taken, for screenshots.py."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from playwright.async_api import Page, expect

from tests.support.client import RoomSocket, Visitor
from tests.support.crowd import crowd
from tests.support.workers import Site

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


async def settle(page: Page) -> None:
    await page.wait_for_selector("#room [data-people] li", state="attached")


async def crowded(site: Site, owner: Visitor) -> str:
    """A room with many people in it."""
    code = await owner.create(title="Everybody")
    names = [f"Person {number:03}" for number in range(180)]
    site.manage("shell", "-v0", "-c", crowd(code, [*names, "Zoë Ångström"]))
    return code


async def busy_talk(stack: AsyncExitStack, owner: Visitor, other: Visitor) -> tuple[str, Say]:
    """A room with more talk than fits the screen, and somebody who goes on talking there."""
    code = await owner.create(title="Harbour watch")
    await other.join(code)
    socket: RoomSocket = await stack.enter_async_context(other.socket(code))
    for hour in range(24):
        await socket.post(f"{hour}:00 – nothing to be seen from the pier.")
    return code, socket.post


async def search(page: Page) -> None:
    await settle(page)
    await page.locator("[data-search]").click()
    field = page.get_by_role("searchbox", name="Search")
    await field.fill("ferry")
    await field.press("Enter")
    await page.wait_for_selector(".find")


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
    message = page.locator("article", has_text="thank you").first
    await message.hover()
    await message.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Copy link").click()
    await page.wait_for_selector(".message__note")


async def swipe(page: Page) -> None:
    await page.wait_for_selector(".log__rows--swipe")
    await page.locator("article", has_text="thank you").first.evaluate(SWIPE)


async def miss_messages(page: Page, say: Say) -> None:
    await settle(page)
    await page.locator("[role=log]").evaluate("log => { log.scrollTop = 0; }")
    await expect(page.locator("[data-jump]")).to_be_visible()
    await say("@Ada: a light to the north!")
    for minute in range(11):
        await say(f"It is {minute + 1} minutes nearer.")
    await expect(page.locator("[data-jump]")).to_have_text("12 new")


async def open_pins(page: Page) -> None:
    await settle(page)
    await page.locator("[data-pins] summary").click()


async def mute_somebody(page: Page) -> None:
    """Moderate the last of the list; what was done can be undone."""
    await page.locator("[data-person-menu][data-below]").last.click()
    await page.get_by_role("menuitem", name="Moderate").click()
    await page.get_by_role("button", name="Mute", exact=True).click()
    await page.wait_for_selector("[data-notice]:not([hidden])")


async def fail_to_load(page: Page) -> None:
    await settle(page)
    await page.route("**/js/compose/emoji-picker*.js", lambda route: route.abort())
    await page.get_by_role("button", name="Emoji").click()
    await page.wait_for_selector("[data-notice]:not([hidden])")
