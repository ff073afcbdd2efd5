"""A busy room and a long log cost a window little."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack

from playwright.sync_api import BrowserContext, expect

from tests.browser.room_page import RoomPage, talk
from tests.browser.trace import trace
from tests.support.browser import Aside
from tests.support.workers import Site

RATE, SECONDS = 200, 3
LONGEST_TASK = 50  # milliseconds of processor time: three frames of a screen
MOST_IN_DOCUMENT = 300
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


async def hubbub(site: Site, code: str) -> None:
    """Eight people at once, RATE messages a second."""
    async with AsyncExitStack() as stack:
        rooms = []
        for name in range(8):
            visitor = await stack.enter_async_context(site.visitor(f"Guest {name}"))
            await visitor.join(code)
            rooms.append(await stack.enter_async_context(visitor.socket(code)))
        loop, dice = asyncio.get_running_loop(), random.Random(1)
        start, posts = loop.time(), []
        for number in range(RATE * SECONDS):
            await asyncio.sleep(start + number / RATE - loop.time())
            speaker = dice.choice(rooms)
            posts.append(
                asyncio.create_task(speaker.post(f"{SAYINGS[number % len(SAYINGS)]} {number}"))
            )
        await asyncio.gather(*posts)
        await rooms[0].post("that was all")


def test_two_hundred_messages_a_second_hold_up_no_frame(
    ada: RoomPage, site: Site, aside: Aside
) -> None:
    aside.run(talk(site, ada.code, MOST_IN_DOCUMENT))
    expect(ada.page.get_by_text(f"number {MOST_IN_DOCUMENT}", exact=True)).to_be_visible()
    with trace(ada.page) as traced:
        aside.run(hubbub(site, ada.code))
    # Not while traced: to look for something in a window is work of the window too.
    expect(ada.message("that was all")).to_be_in_viewport()
    assert traced.frames > SECONDS * 5, traced
    # One for a machine that stood still: what then waits is drawn at once.
    assert traced.tasks[1] < LONGEST_TASK, traced
    assert ada.page.get_by_role("article").count() <= MOST_IN_DOCUMENT


FILL = """
from django.db.models.functions import Now
from history.models import Message, Stream
from rooms.models import Room
room = Room.objects.get(code="{code}", closed_at=None)
rows = [
    Message(stream_id=room.stream_id, seq=n, changed_seq=n, at=Now(), kind="chat",
            author_id=room.owner_id, client_id=str(n), body="number %d" % n)
    for n in range(1, {count} + 1)
]
Message.objects.bulk_create(rows, batch_size=100)
Stream.objects.filter(pk=room.stream_id).update(head={count})
"""


def test_ten_thousand_messages_are_scrolled_through_within_the_cap(
    site: Site, open_context: Callable[..., BrowserContext], aside: Aside
) -> None:
    visitor = site.visitor("Ada")
    code = aside.run(visitor.create())
    site.manage("shell", "-c", FILL.format(code=code, count=10_000))
    context = open_context()
    context.add_cookies(
        [
            {"name": c.name, "value": c.value or "", "url": site.url}
            for c in visitor.http.cookies.jar
        ]
    )
    ada = RoomPage.again(context.new_page(), f"{site.url}/rooms/{code}/")
    expect(ada.page.get_by_text("number 10000", exact=True)).to_be_in_viewport()
    # A reader in a great hurry: three screens a frame, all the way up and back down.
    most = ada.log.evaluate(
        """async (log) => {
            let most = 0;
            const row = (seq) => log.querySelector(`[data-seq="${seq}"]`);
            const towards = async (seq, screens) => {
                while (!row(seq)) {
                    log.scrollTop += screens * log.clientHeight;
                    await new Promise(requestAnimationFrame);
                    most = Math.max(most, log.querySelectorAll("article").length);
                }
            };
            await towards(1, -3);
            await towards(10000, 3);
            return most;
        }"""
    )
    assert 0 < most <= MOST_IN_DOCUMENT
    assert ada.page.evaluate("document.querySelectorAll('*').length") < 20 * MOST_IN_DOCUMENT
