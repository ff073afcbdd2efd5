"""The scenes of screenshots.py: each a page, who sees it, and what is done before the picture is taken."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from playwright.async_api import Page

from tests.support.client import Visitor
from tools import account_pages, file_scenes, host_pages, room_scenes
from tools.demo import SAID_BY_GRACE, Demo
from tools.room_scenes import settle

WIDTHS = {390: 844, 1280: 800, 1920: 1080}
Step = Callable[[Page], Awaitable[object]]
# The main screens, which are looked at in every width; the staff's are among them too.
SCREENS = (
    "front",
    "front-returning",
    "join",
    "room-talk",
    "room-talk-before",
    "room-menu",
    "room-emoji",
    "room-composer-emoji",
    "room-panel",
    "room-search",
    "room-files",
    "settings-sheet",
    "manage",
    "manage-bots",
    "manage-hooks",
    "account",
    "account-registered",
    "history",
    "search",
    "transcript",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A page to take a picture of: seen by whom, and what is done before."""

    name: str
    path: str
    visitor: Visitor | None = None
    step: Step | None = None
    touch: bool = False  # on a phone only

    @property
    def is_screen(self) -> bool:
        """One of the main screens."""
        return self.name in SCREENS or (self.name.startswith("staff-") and self.visitor is not None)

    @property
    def widths(self) -> tuple[int, ...]:
        if self.touch:
            return (390,)
        return tuple(WIDTHS) if self.is_screen else (390, 1280)


def scenes(demo: Demo) -> list[Scene]:
    ada = demo.ada
    busy, festival = f"/rooms/{demo.busy}/", f"/rooms/{demo.festival}/"
    return [
        Scene("outing", f"/rooms/{demo.outing}/", ada, room_scenes.settle_with_other_rooms),
        Scene("front", "/"),
        Scene("front-options", "/", step=_click("summary")),
        Scene("front-refused", "/", step=_send_wrong_code),
        Scene("front-returning", "/", ada),
        Scene("join", festival),
        Scene("join-passcode", f"/rooms/{demo.guarded}/", step=_join),
        Scene("banned", f"/rooms/{demo.barred}/", demo.banned, _click("[name=join]")),
        Scene("waiting", f"/rooms/{demo.ruled}/", demo.eve),
        Scene("ruled", f"/rooms/{demo.ruled}/", ada, room_scenes.open_panel),
        Scene("orders", f"/rooms/{demo.ruled}/", ada, room_scenes.open_orders),
        Scene("settings-sheet", f"/rooms/{demo.ruled}/", ada, room_scenes.open_settings),
        Scene("muted", f"/rooms/{demo.ruled}/", demo.grace, settle),
        Scene(
            "manage",
            f"/rooms/{demo.ruled}/manage/",
            ada,
            _click(".manage__person summary"),
        ),
        Scene("manage-bots", f"/rooms/{demo.office}/manage/bots/", demo.keeper),
        Scene(
            "manage-bots-key",
            f"/rooms/{demo.office}/manage/bots/",
            demo.keeper,
            host_pages.make_key,
        ),
        Scene("manage-hooks", f"/rooms/{demo.office}/manage/hooks/", demo.keeper),
        Scene("closed", f"/rooms/{demo.closed}/", ada),
        Scene("room-busy", busy, ada, settle),
        Scene("room-talk", festival, ada, settle),
        Scene("room-talk-before", festival, ada, room_scenes.scroll_up),
        Scene("room-swipe", busy, ada, room_scenes.swipe, touch=True),
        Scene("room-search", festival, ada, room_scenes.search),
        Scene("room-help", busy, ada, room_scenes.open_help),
        Scene("room-composer-emoji", festival, ada, room_scenes.choose_emoji),
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
        Scene("room-files", f"/rooms/{demo.photos}/", ada, file_scenes.send),
        Scene("room-viewer", f"/rooms/{demo.photos}/", ada, file_scenes.open_viewer),
        Scene("room-file-list", f"/rooms/{demo.photos}/", ada, file_scenes.open_list),
        Scene("room-panel", festival, ada, room_scenes.open_panel),
        Scene("room-menu", festival, ada, room_scenes.open_menu),
        Scene("room-emoji", festival, ada, room_scenes.open_emoji),
        Scene("room-bell", busy, ada, room_scenes.open_bell),
        Scene("room-answer", busy, ada, room_scenes.answer),
        Scene("room-mention", busy, ada, room_scenes.mention),
        Scene("room-shortcode", busy, ada, room_scenes.shortcode),
        Scene("room-empty", f"/rooms/{demo.quiet}/", ada, settle),
        Scene("history", "/history/", ada),
        Scene("history-empty", "/history/"),
        Scene("rooms", "/history/rooms/", ada),
        Scene("search", "/history/?q=gate", ada),
        Scene("search-nothing", "/history/?q=from:zoe in:islands", ada),
        Scene("transcript", demo.festival_transcript, ada),
        Scene("transcript-days", demo.transcript, ada, _click(".calendar summary")),
        Scene("transcript-download", demo.transcript, ada, _download),
        Scene("report", f"{busy}report/?seq={SAID_BY_GRACE}", ada),
        Scene("room-report", busy, ada, room_scenes.open_report),
        Scene("staff-login", "/admin/login/"),
        *(Scene(name, path, demo.boss) for name, path in demo.staff.items()),
        Scene("staff-menu", "/admin/", demo.boss, _click(".staff-nav > summary"), touch=True),
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
        Scene("room-registered", f"/rooms/{demo.outing}/", demo.keeper, room_scenes.open_panel),
        Scene(
            "room-signed-out",
            "/",
            step=partial(account_pages.sign_in_and_out, room=demo.outing),
        ),
        Scene("lesson-hidden", f"/rooms/{demo.lesson.code}/", demo.lesson.hides, settle),
        Scene(
            "lesson-menu", f"/rooms/{demo.lesson.code}/", demo.lesson.hides, room_scenes.open_person
        ),
        Scene(
            "lesson-end",
            f"/rooms/{demo.lesson.code}/manage/",
            ada,
            _click("#fold-ending > summary"),
        ),
        Scene("lesson-ended", f"/rooms/{demo.lesson.ended}/", ada, settle),
        Scene("lesson-account", "/account/", demo.lesson.hides),
        Scene("lesson-search", "/history/?q=go", demo.lesson.hides),
        Scene("room-undo", f"/rooms/{demo.ruled}/", ada, room_scenes.mute_somebody),
        Scene("not-found", "/nowhere/"),
        Scene("offline", "/offline/"),
        Scene("room-offline", busy, ada, room_scenes.go_offline),  # last: it says something
    ]


def _click(*selectors: str) -> Step:
    async def step(page: Page) -> None:
        for selector in selectors:
            await page.locator(selector).first.click()

    return step


async def _send_wrong_code(page: Page) -> None:
    await page.fill("[name=name]", "Ada")
    await page.fill("[name=code]", "bcd2")
    await page.click("[name=join]")
    await page.wait_for_selector("[role=alert]")


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


async def _join(page: Page) -> None:
    await page.fill("[name=name]", "Lin")
    await page.click("[name=join]")
    await page.wait_for_selector("[name=passcode]")
