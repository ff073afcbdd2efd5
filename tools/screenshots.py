"""Pictures of every page, wide and narrow, light and dark, from a site with demo data.

python -m tools.screenshots            all of them, into var/screenshots/
python -m tools.screenshots front room only those whose name begins so
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, async_playwright

from tests.support.browser import flags
from tests.support.client import Visitor
from tests.support.programs import ROOT, require_chromium
from tests.support.workers import Site
from tools import account_pages, room_scenes
from tools.demo import SAID_BY_GRACE, Demo, demo
from tools.room_scenes import settle

PICTURES = ROOT / "var" / "screenshots"
WIDTHS = {1920: 1080, 1280: 800, 390: 844}
THEMES = ("light", "dark")
Step = Callable[[Page], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Scene:
    """A page to take a picture of: seen by whom, and what is done before."""

    name: str
    path: str
    visitor: Visitor | None = None
    step: Step | None = None
    wide: bool = False  # on a large screen too
    touch: bool = False  # on a phone only, by fingers

    @property
    def widths(self) -> tuple[int, ...]:
        if self.touch:
            return (390,)
        return tuple(WIDTHS) if self.wide else (1280, 390)


def scenes(demo: Demo) -> list[Scene]:
    ada = demo.ada
    busy = f"/rooms/{demo.busy}/"
    return [
        Scene("outing", f"/rooms/{demo.outing}/", ada, settle),
        Scene("front", "/"),
        Scene("front-options", "/", step=_click("summary")),
        Scene("front-refused", "/", step=_send_wrong_code),
        Scene("front-returning", "/", ada),
        Scene("join", busy),
        Scene("join-passcode", f"/rooms/{demo.guarded}/", step=_join),
        Scene("banned", f"/rooms/{demo.barred}/", demo.banned, _click("[name=join]")),
        Scene("waiting", f"/rooms/{demo.ruled}/", demo.eve),
        Scene("ruled", f"/rooms/{demo.ruled}/", ada, _open_panel),
        Scene("orders", f"/rooms/{demo.ruled}/", ada, _open_orders),
        Scene("settings-sheet", f"/rooms/{demo.ruled}/", ada, _open_settings),
        Scene("muted", f"/rooms/{demo.ruled}/", demo.grace, settle),
        Scene(
            "manage", f"/rooms/{demo.ruled}/manage/", ada, _click("details:last-of-type summary")
        ),
        Scene("closed", f"/rooms/{demo.closed}/", ada),
        Scene("room-busy", busy, ada, settle, wide=True),
        Scene("room-touch", busy, ada, settle, touch=True),
        Scene("room-swipe", busy, ada, room_scenes.swipe, touch=True),
        Scene("room-search", busy, ada, room_scenes.search, wide=True),
        Scene("room-help", busy, ada, room_scenes.open_help),
        Scene("room-composer-emoji", busy, ada, room_scenes.choose_emoji),
        Scene("room-crowd", f"/rooms/{demo.crowded}/", ada, room_scenes.open_crowd),
        Scene("room-copied", busy, ada, room_scenes.copy_link),
        Scene("room-pins", busy, ada, room_scenes.open_pins),
        Scene("room-failure", busy, ada, room_scenes.fail_to_load),
        Scene(
            "room-jump",
            f"/rooms/{demo.watch}/",
            ada,
            partial(room_scenes.miss_messages, say=demo.say),
        ),
        Scene("room-panel", busy, ada, _open_panel),
        Scene("room-menu", busy, ada, _open_menu),
        Scene("room-emoji", busy, ada, _open_emoji),
        Scene("room-bell", busy, ada, _open_bell),
        Scene("room-answer", busy, ada, _answer),
        Scene("room-mention", busy, ada, _mention),
        Scene("room-shortcode", busy, ada, _shortcode),
        Scene("room-empty", f"/rooms/{demo.quiet}/", ada, settle),
        Scene("history", "/history/", ada),
        Scene("history-empty", "/history/"),
        Scene("rooms", "/history/rooms/", ada),
        Scene("search", "/history/?q=ferry", ada),
        Scene("search-nothing", "/history/?q=from:zoe in:islands", ada),
        Scene("transcript", demo.transcript, ada),
        Scene("transcript-days", demo.transcript, ada, _click(".calendar summary")),
        Scene("transcript-download", demo.transcript, ada, _download),
        Scene("report", f"{busy}report/?seq={SAID_BY_GRACE}", ada),
        Scene("room-report", busy, ada, _open_report),
        Scene("staff-login", "/admin/login/"),
        *(Scene(name, path, demo.boss) for name, path in demo.staff.items()),
        Scene("account", "/account/", ada),
        Scene("account-registered", "/account/", demo.keeper),
        Scene("account-login", "/account/login/"),
        Scene("account-login-guest", "/account/login/", ada, account_pages.refused),
        Scene("account-register", "/account/register/", ada),
        Scene("account-password", "/account/password/", demo.keeper),
        Scene("account-delete", "/account/delete/", demo.keeper),
        Scene("handoff", "/account/handoff/", demo.keeper, account_pages.show_code),
        Scene("handoff-asked", "/account/handoff/", demo.keeper, account_pages.show_question),
        Scene("continue", "/account/continue/#abcdefghijklmnopqrstuv", demo.eve),
        Scene("continue-waiting", "/", demo.keeper, account_pages.wait),
        Scene("room-handoff", f"/rooms/{demo.outing}/", demo.keeper, account_pages.room_code),
        Scene("front-registered", "/", demo.keeper),
        Scene("room-registered", f"/rooms/{demo.outing}/", demo.keeper, _open_panel),
        Scene(
            "room-signed-out",
            "/",
            step=partial(account_pages.sign_in_and_out, room=demo.outing),
        ),
        Scene("lesson-hidden", f"/rooms/{demo.lesson.code}/", demo.lesson.hides, settle),
        Scene("lesson-menu", f"/rooms/{demo.lesson.code}/", demo.lesson.hides, _open_person),
        Scene("lesson-end", f"/rooms/{demo.lesson.code}/manage/", ada, _show("#ending")),
        Scene("lesson-ended", f"/rooms/{demo.lesson.ended}/", ada, settle),
        Scene("lesson-account", "/account/", demo.lesson.hides),
        Scene("lesson-search", "/history/?q=go", demo.lesson.hides),
        Scene("room-undo", f"/rooms/{demo.ruled}/", ada, _mute_somebody),
        Scene("not-found", "/nowhere/"),
        Scene("offline", "/offline/"),
        Scene("room-offline", busy, ada, _go_offline),  # last: it says something
    ]


def _click(selector: str) -> Step:
    async def step(page: Page) -> None:
        await page.locator(selector).first.click()

    return step


def _show(selector: str) -> Step:
    async def step(page: Page) -> None:
        await page.locator(selector).first.scroll_into_view_if_needed()

    return step


async def _send_wrong_code(page: Page) -> None:
    await page.fill("[name=name]", "Ada")
    await page.fill("[name=code]", "bcd2")
    await page.click("[name=join]")
    await page.wait_for_selector("[role=alert]")


async def _open_panel(page: Page) -> None:
    await settle(page)
    if await page.locator(".room-bar__people").is_visible():
        await page.locator(".room-bar__people").click()


async def _open_menu(page: Page) -> Locator:
    await settle(page)
    message = page.locator("article", has_text="thank you").first
    await message.hover()
    await message.get_by_role("button", name="More").click()
    await page.wait_for_selector("[data-menu]:popover-open")
    return page.get_by_role("menu")


async def _open_emoji(page: Page) -> None:
    menu = await _open_menu(page)
    await menu.get_by_role("menuitem", name="More reactions").click()
    await page.wait_for_selector("[data-emoji-picker]:popover-open [data-sign]")


async def _open_bell(page: Page) -> None:
    """With notifications on, as far as a private window has them."""
    await settle(page)
    await page.context.grant_permissions(["notifications"])
    await page.locator("[data-bell]").click()
    bell = page.get_by_role("dialog", name="Notifications")
    await bell.get_by_role("switch", name="Notify me on this device").check()
    await bell.get_by_role("status").get_by_text("Not while").wait_for()


async def _answer(page: Page) -> None:
    menu = await _open_menu(page)
    await menu.get_by_role("menuitem", name="Reply").click()
    await page.keyboard.type("With pleasure.")


async def _mention(page: Page) -> None:
    await settle(page)
    await page.locator("textarea[name=body]").press_sequentially("Hello @")
    await page.wait_for_selector("[role=option]")


async def _shortcode(page: Page) -> None:
    await settle(page)
    await page.locator("textarea[name=body]").press_sequentially("Hello :smi")
    await page.wait_for_selector("[role=option]")


async def _download(page: Page) -> None:
    """On its way: what comes after is as far as a picture goes."""
    await page.evaluate(
        """() => {
            const place = document.querySelector(".downloads__progress");
            const [bar, , text] = place.children;
            Object.assign(bar, { max: 3, value: 1 });
            text.textContent = "12,500 of 37,412 messages";
            place.hidden = false;
        }"""
    )


async def _open_report(page: Page) -> None:
    await settle(page)
    menu = await _open_menu(page)
    await menu.get_by_role("menuitem", name="Report").click()


async def _open_person(page: Page) -> None:
    await _open_panel(page)
    await page.locator("[data-person-menu]").last.click()
    await page.wait_for_selector("[role=menuitem]")


async def _open_orders(page: Page) -> None:
    await _open_panel(page)
    await page.locator("[data-person-menu][data-below]").last.click()
    await page.get_by_role("menuitem", name="Moderate").click()
    await page.wait_for_selector("dialog [data-part]")


async def _open_settings(page: Page) -> None:
    await _open_panel(page)
    await page.get_by_role("link", name="Room settings").click()
    await page.wait_for_selector("dialog [data-part=orders]")


async def _mute_somebody(page: Page) -> None:
    await _open_panel(page)
    await room_scenes.mute_somebody(page)


async def _join(page: Page) -> None:
    await page.fill("[name=name]", "Lin")
    await page.click("[name=join]")
    await page.wait_for_selector("[name=passcode]")


async def _go_offline(page: Page) -> None:
    await settle(page)
    await page.context.set_offline(True)
    await page.fill("textarea", "Written in a tunnel")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector("[data-banner]:not([hidden])", timeout=20_000)


async def take(browser: Browser, site: Site, scene: Scene, width: int, theme: str) -> Path:
    path = PICTURES / f"{scene.name}-{width}-{theme}.png"
    context = await browser.new_context(
        base_url=site.url,
        viewport={"width": width, "height": WIDTHS[width]},
        has_touch=scene.touch,
        is_mobile=scene.touch,
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    try:
        if scene.visitor:
            cookies = scene.visitor.http.cookies.jar
            await context.add_cookies(
                [{"name": c.name, "value": c.value or "", "url": site.url} for c in cookies]
            )
        page = await context.new_page()
        await page.goto(scene.path)
        if scene.step:
            await scene.step(page)
        await page.screenshot(path=path, full_page=True)
    finally:
        await context.close()
    return path


async def main(wanted: list[str]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with Site() as site:
        async with async_playwright() as playwright, demo(site) as data:
            browser = await playwright.chromium.launch(
                executable_path=require_chromium(), args=flags()
            )
            for scene in scenes(data):
                if wanted and not scene.name.startswith(tuple(wanted)):
                    continue
                for width in scene.widths:
                    for theme in THEMES:
                        print(await take(browser, site, scene, width, theme))
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
