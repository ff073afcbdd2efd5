"""The cost of a busy room in a window: how long its main thread is not free to draw a frame.

python -m benchmarks.frames            200 messages a second for ten seconds, three times
python -m benchmarks.frames 50 30      50 a second for thirty

Needs Chromium, and what requirements-dev.txt names. Times are of the processor, in milliseconds; what
a window draws and how much at once is held by tests/browser/test_pace.py.
"""

import asyncio
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support.browser import DEVICES, flags
from tests.support.client import RoomSocket
from tests.support.programs import require_chromium
from tests.support.workers import Site

ROUNDS = 3
PEOPLE = 8
SAYINGS = [
    "Did the ferry leave on time?",
    "It did, and *there is sun*: https://example.org/timetable?from=north&to=south",
    "港で待っています。",
    "سأصل في الساعة الثالثة",
    "🎉🎉",
    "```\nprint('hello')\n```",
    "@Ada, a word without a place to break: " + "ab" * 60,
    "two\nlines",
]
_CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
_TASK = "RunTask"
_FRAME = "FireAnimationFrame"
_Event = dict[str, Any]


@dataclass(frozen=True)
class Busy:
    """The work of a window's main thread, from Chromium's own trace."""

    frames: int
    """Animation frames in which the page changed something."""
    tasks: list[float]
    """Milliseconds of each task, the longest first; while one runs no frame is drawn."""
    of: dict[str, float]
    """Milliseconds of the longest task by kind (Layout, Paint, FunctionCall…); a part is in its whole too."""

    def __str__(self) -> str:
        longest = " ".join(f"{spent:6.1f}" for spent in self.tasks[:5])
        most = sorted(self.of.items(), key=lambda item: -item[1])[:6]
        parts = ", ".join(f"{name} {spent:.1f}" for name, spent in most)
        return f"{self.frames:6} {sum(self.tasks):9.0f}  {longest}  {parts}"


async def main(rate: int, seconds: int) -> None:
    print(f"{rate} messages a second for {seconds} s")
    print("frames  all tasks  the five longest tasks, and what the longest did")
    with Site() as site:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=require_chromium(), args=flags()
            )
            for _ in range(ROUNDS):
                print(await _round(browser, site, rate, seconds), flush=True)
            await browser.close()


async def _round(browser: Browser, site: Site, rate: int, seconds: int) -> Busy:
    async with AsyncExitStack() as stack:
        ada = await stack.enter_async_context(site.visitor("Ada"))
        code = await ada.create()
        context = await browser.new_context(**DEVICES["desktop"])
        stack.push_async_callback(context.close)
        cookies = ada.http.cookies.jar
        await context.add_cookies(
            [{"name": c.name, "value": c.value or "", "url": site.url} for c in cookies]
        )
        page = await context.new_page()
        await page.goto(f"{site.url}/rooms/{code}/")
        await expect(page.locator("[data-status]")).to_have_attribute("data-kind", "live")
        rooms = []
        for number in range(PEOPLE):
            visitor = await stack.enter_async_context(site.visitor(f"Guest {number}"))
            await visitor.join(code)
            rooms.append(await stack.enter_async_context(visitor.socket(code)))
        # A log as long as it gets in a window: laid out with every frame.
        await _talk(rooms, rate=rate, count=300)
        await browser.start_tracing(page=page, categories=_CATEGORIES)
        await _talk(rooms, rate=rate, count=rate * seconds)
        events: list[_Event] = json.loads(await browser.stop_tracing())["traceEvents"]
        await _shown(page, f"{rate * seconds} were said")
    return _busy(events)


async def _talk(rooms: Sequence[RoomSocket], *, rate: int, count: int) -> None:
    """Several people at once, `rate` messages a second, however long the server takes for one."""
    loop, dice = asyncio.get_running_loop(), random.Random(1)
    start = loop.time()
    async with asyncio.TaskGroup() as posts:
        for number in range(count):
            await asyncio.sleep(start + number / rate - loop.time())
            text = f"{SAYINGS[number % len(SAYINGS)]} {number}"
            posts.create_task(dice.choice(rooms).post(text))
    await rooms[0].post(f"{count} were said")


async def _shown(page: Page, text: str) -> None:
    """Fail if the window did not keep up: what it did not draw cost nothing."""
    await expect(page.get_by_text(text, exact=True)).to_be_in_viewport()


def _busy(events: list[_Event]) -> Busy:
    own = [event for event in _of_main_thread(events) if event["ph"] == "X"]
    tasks = sorted((event for event in own if event["name"] == _TASK), key=_spent, reverse=True)
    longest = tasks[0]
    of: dict[str, float] = defaultdict(float)
    for event in own:
        if longest["ts"] <= event["ts"] < longest["ts"] + longest["dur"]:
            of[event["name"]] += _spent(event)
    frames = sum(event["name"] == _FRAME for event in own)
    return Busy(frames, [_spent(task) for task in tasks], dict(of))


def _spent(event: _Event) -> float:
    return float(event.get("tdur", 0)) / 1000


def _of_main_thread(events: list[_Event]) -> list[_Event]:
    """Those of the page: of all main threads it is the one that drew the most frames."""
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    frames = Counter((e["pid"], e["tid"]) for e in events if e["name"] == _FRAME)
    own = max(main, key=lambda thread: frames[thread])
    return [event for event in events if (event["pid"], event["tid"]) == own]


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(main(*(arguments + [200, 10][len(arguments) :])))
