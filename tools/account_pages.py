"""The visitor of the account pages' pictures: an account with two browsers."""

from playwright.async_api import Page

from tests.support.client import Visitor
from tests.support.push_keys import BrowserKeys
from tests.support.workers import Site

PASSWORD = "seven green lanterns"
_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
# What signing out in another window does, and the moment until this one has heard of it.
_SIGN_OUT = """async () => {
    const page = new DOMParser().parseFromString(await (await fetch("/account/")).text(), "text/html");
    const form = page.querySelector('form[action="/account/logout/"]');
    await fetch("/account/logout/", { method: "POST", body: new FormData(form) });
}"""


async def keeper(site: Site, *, room: str) -> Visitor:
    """Somebody with an account, signed in on a phone too, who is in a room and notified on both."""
    noor, phone = Visitor(site.url, "Noor"), Visitor(site.url, "Noor")
    noor.http.headers["User-Agent"] = _FIREFOX
    phone.http.headers["User-Agent"] = _PHONE
    await noor.join(room)
    fields = {"username": "noor", "password": PASSWORD, "again": PASSWORD}
    await noor.submit("/account/register/", fields, form_at="/account/register/")
    async with phone:
        await phone.submit("/account/login/", fields, form_at="/account/login/")
        await phone.submit("/push/", BrowserKeys().subscription("https://push.example.net/phone"))
    await noor.submit("/push/", BrowserKeys().subscription("https://push.example.net/desk"))
    async with noor.socket(room) as socket:
        await socket.post("Count me in for dinner. I am on the 11:10.")
    await noor.get("/history/")  # says that it was done, or every picture would
    return noor


async def sign_in_and_out(page: Page, *, room: str) -> None:
    """In the room, and then signed out from elsewhere."""
    await page.goto(f"/account/login/?next=/rooms/{room}/")
    await page.fill("[name=username]", "noor")
    await page.fill("[name=password]", PASSWORD)
    await page.click("main button")
    await page.wait_for_selector("#room [data-people] li", state="attached")
    await page.evaluate(_SIGN_OUT)
    await page.wait_for_selector("[data-banner]:not([hidden])")


async def refused(page: Page) -> None:
    await page.fill("[name=username]", "noor")
    await page.fill("[name=password]", "forgotten")
    await page.click("main button")
    await page.wait_for_selector("[role=alert]")


async def show_code(page: Page) -> str:
    """Show a code for another device. Return its link."""
    if await page.locator("#asks").is_visible():  # of the picture before
        await page.click("button[value=no]")
    await page.click("main button[type=submit]")
    await page.wait_for_selector("[data-qr-picture] svg")
    return await page.input_value("#link")


async def _asked(page: Page) -> Page:
    """Open the link of a code in another browser. Return the page there."""
    link = await show_code(page)
    browser = page.context.browser
    assert browser is not None
    context = await browser.new_context(user_agent=_PHONE, viewport=page.viewport_size)
    phone = await context.new_page()
    await phone.goto(link)
    await phone.click("main button[type=submit]")
    await phone.wait_for_selector(".code-hero")
    return phone


async def show_question(page: Page) -> None:
    phone = await _asked(page)
    await phone.context.close()
    await page.wait_for_selector("#asks")


async def wait(page: Page) -> None:
    """Become the page of a device that asks."""
    await page.goto("/account/handoff/")
    link = await show_code(page)
    await page.context.clear_cookies()
    await page.goto(link)
    await page.click("main button[type=submit]")
    await page.wait_for_selector(".code-hero")


async def room_code(page: Page) -> None:
    await page.wait_for_selector("#room [data-people] li", state="attached")
    if await page.locator(".room-bar__people").is_visible():
        await page.locator(".room-bar__people").click()
    await page.click("[data-handoff]")
    await page.wait_for_selector("dialog[open] svg[role=img]")
