"""Rooms with their hosts, for pictures: a lesson that ends at a time, in which somebody has hidden somebody
else, and a room with bots and webhooks."""

from dataclasses import dataclass

from playwright.async_api import Page

from tests.support.client import Visitor

LESSON = (
    (0, "Today: why does ice float?"),
    (1, "Because it is cold!!!"),
    (1, "Can we go yet"),
    (0, "Nearly. What else becomes lighter when it freezes?"),
    (2, "Nothing that I know of."),
    (1, "@山田 花子 nerd"),
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A room, its owner, somebody in it who has hidden another, and a room that has just ended."""

    code: str
    owner: Visitor
    hides: Visitor
    ended: str


async def begin(owner: Visitor, hides: Visitor, *, hidden: str, code: str, ended: str) -> Lesson:
    """`hidden` is the id of who is hidden."""
    fields = {"title": "Physics, 9b", "slow_mode": "0", "grace": "3600", "history_open": "on"}
    await owner.order(code, "settings/", **fields, call_link="https://meet.example/{room}")
    await owner.order(code, "end/plan/", minutes="45")
    await owner.order(ended, "end/")
    await hides.submit("/account/hidden/", {"person": hidden, "hidden": "yes"})
    for visitor in (owner, hides):
        await visitor.get("/history/")  # says that it was done, or every picture would
    return Lesson(code, owner, hides, ended)


async def with_bots(owner: Visitor) -> str:
    """Open a room with bots and webhooks. `owner` has an account."""
    code = await owner.create(title="Harbour office")
    page = f"/rooms/{code}/manage/"
    made = await owner.submit(f"{page}bots/", {"name": "Timetable"}, form_at=f"{page}bots/")
    assert made.status_code == 200, made.text
    hooks: tuple[dict[str, str], ...] = (
        {"kind": "in", "name": "Ticket sales"},
        {"kind": "out", "url": "https://example.org/log", "events": "posted", "name": "Logbook"},
    )
    for fields in hooks:
        answer = await owner.submit(f"{page}hooks/", fields, form_at=f"{page}hooks/")
        assert answer.status_code == 200, answer.text
    return code


async def make_key(page: Page) -> None:
    """Give a bot another key, which is shown once."""
    await page.get_by_role("link", name="New key").first.click()
    await page.click("main form button")
    await page.wait_for_selector("#bot-key")
