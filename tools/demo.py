"""The demo data of the pictures: rooms with people in them, who stay while the pictures are taken."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from tests.support.client import RoomSocket, Visitor
from tests.support.workers import Site
from tools import account_pages, ages, conversation, host_pages, past, room_scenes, staff_pages
from tools.room_scenes import Say

CODE = '''Here is what I run:
```python
def answer(question: str, *, patience: float = 7_500_000.0) -> int:  # a line that is longer than the room
    """The answer. Raises Deadline when patience runs out before the computer does."""
    return sum(ord(letter) for letter in question) % 42 or 42
```'''
TALK = (
    (0, "Good morning! Did the ferry leave on time?"),
    (1, "It did. I am on deck, and there is sun."),
    (1, "The timetable is at https://example.org/timetable?from=north&to=south"),
    (2, "おはようございます。港で待っています。"),
    (3, "صباح الخير، سأصل في الساعة الثالثة"),
    (0, "Perfect. I will bring the tickets, all four."),
    (1, CODE),
    (2, "🎉🎉"),
    (3, "A word without a place to break: " + "ab" * 60),
    (
        0,
        "**Before we go**, please:\n1. bring a *warm* coat\n2. ~~call the hotel~~ done\n3. read `README.md`",
    ),
    (
        3,
        "> Did the ferry leave on time?\nIt did. [The timetable](https://example.org/timetable) :ferry:\n- 9:40\n- 11:10",
    ),
    (0, "See you there, @Grace."),
)
# What the README shows.
OUTING = (
    (0, "Is everyone on the 9:40 ferry?"),
    (1, "On deck already. There is sun, and there is coffee."),
    (2, "港で待っています。赤い傘が目印です。"),
    (1, "She is at the harbour, with a red umbrella."),
    (3, "سأصل في الساعة الثالثة"),
    (0, "Then dinner at seven, in the house by the lighthouse. This is what I told them:"),
    (0, "```\nWhen   19:00, four people\nWhere  by the window\nName   Lovelace\n```"),
    (1, "🎉🎉"),
    (2, "@Ada 了解です！"),
)
NAMES = ("Ada", "Grace", "山田 花子", "فاطمة")
# Messages of that talk, after the joins of the four.
SAID_BY_ADA, SAID_BY_GRACE = 10, 7


@dataclass(frozen=True, slots=True)
class Demo:
    """Rooms with people in them, all of whom stay while the pictures are taken."""

    ada: Visitor
    busy: str
    quiet: str
    closed: str
    outing: str
    transcript: str
    boss: Visitor
    staff: dict[str, str]
    ruled: str
    grace: Visitor
    eve: Visitor
    guarded: str
    barred: str
    banned: Visitor
    crowded: str
    watch: str
    say: Say
    keeper: Visitor
    lesson: host_pages.Lesson
    festival: str
    festival_transcript: str
    photos: str
    office: str


@asynccontextmanager
async def demo(site: Site) -> AsyncIterator[Demo]:
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(Visitor(site.url, name)) for name in NAMES]
        ada = people[0]
        crowded = await room_scenes.crowded(site, ada)
        past.live_through(site)
        closed = await ada.create(title="Last year's trip")
        quiet = await ada.create()
        busy = await ada.create(title="Ferry to the islands")
        outing = await ada.create(title="To the islands")
        await _talk(stack, people, closed, TALK[:4])
        sockets = await _talk(stack, people, busy, TALK)
        await _live(sockets)
        passers_by = [Visitor(site.url, name) for name in ("Lin", "Tove", "Edsger", "Barbara")]
        for visitor in passers_by:
            async with visitor:
                await visitor.join(busy)
                async with visitor.socket(busy):
                    pass
                await visitor.leave(busy)
        await sockets[1].post("Who was that?")
        await _talk(stack, people, outing, OUTING)
        watch, say = await room_scenes.busy_talk(stack, ada, people[1])
        ages.first(site, busy=busy, closed=closed)
        festival, old = await conversation.festival(site, stack, people)
        festival_transcript = await _transcript(ada, festival)
        transcript = await _transcript(ada, busy)
        boss = await staff_pages.staff(site, busy=busy, reporters=people[1:], seq=SAID_BY_ADA)
        await stack.enter_async_context(boss)
        staff = await staff_pages.pages(boss)
        eve = await stack.enter_async_context(Visitor(site.url, "Evelyn"))
        ruled = await _ruled(stack, [*people, eve])
        guarded = await ada.create()
        fields = {"slow_mode": "0", "grace": "60", "passcode": "sesame"}
        await ada.order(guarded, "settings/", **fields)
        banned = await stack.enter_async_context(Visitor(site.url, "Mallory"))
        barred = await _barred(ada, banned)
        lesson = await _lesson(stack, people)
        photos = await ada.create(title="Photos of the crossing")
        keeper = await stack.enter_async_context(await account_pages.keeper(site, room=outing))
        office = await host_pages.with_bots(keeper)
        ages.last(site, festival=festival, old=old)
        await ada.get("/history/")  # says that it was saved, or every picture would
        yield Demo(
            ada,
            busy,
            quiet,
            closed,
            outing,
            transcript,
            boss,
            staff,
            ruled,
            people[1],
            eve,
            guarded,
            barred,
            banned,
            crowded,
            watch,
            say,
            keeper,
            lesson,
            festival,
            festival_transcript,
            photos,
            office,
        )


async def _lesson(stack: AsyncExitStack, people: list[Visitor]) -> host_pages.Lesson:
    code = await people[0].create(title="Physics, 9b")
    sockets = await _talk(stack, people[:3], code, host_pages.LESSON)
    ended = await people[0].create(title="Physics, 9a")
    await _talk(stack, people[:2], ended, host_pages.LESSON[:2])
    who = sockets[1].view.you["id"]
    return await host_pages.begin(people[0], people[2], hidden=who, code=code, ended=ended)


async def _ruled(stack: AsyncExitStack, people: list[Visitor]) -> str:
    """A room whose owner has ordered a few things: somebody is muted, somebody waits outside."""
    ada, *others, eve = people
    code = await ada.create(title="Town meeting")
    sockets = await _talk(stack, [ada, *others], code, ())
    ids = {person["name"]: person["id"] for person in sockets[-1].view.members.values()}
    fields = {"title": "Town meeting", "slow_mode": "30", "grace": "3600", "capacity": "50"}
    await ada.order(code, "settings/", **fields, by_request="on")
    await ada.order(code, f"people/{ids[others[1].name]}/moderator/")
    await ada.order(
        code, f"people/{ids[others[0].name]}/mute/", minutes="60", reason="Let others speak too"
    )
    await sockets[0].post("The next item is the bench by the harbour.")
    await eve.join(code)
    return code


async def _barred(owner: Visitor, banned: Visitor) -> str:
    """A room that somebody was banned from."""
    code = await owner.create(title="Chess club")
    await banned.join(code)
    async with banned.socket(code) as socket:
        who = socket.view.you["id"]
    await owner.order(code, f"people/{who}/ban/", reason="Moved other people's pieces")
    return code


async def _talk(
    stack: AsyncExitStack, people: list[Visitor], code: str, talk: tuple[tuple[int, str], ...]
) -> list[RoomSocket]:
    sockets = []
    for visitor in people:
        if visitor is not people[0]:
            await visitor.join(code)
        sockets.append(await stack.enter_async_context(visitor.socket(code, reconnect=True)))
    for speaker, body in talk:
        await sockets[speaker].post(body)
    return sockets


async def _live(sockets: list[RoomSocket]) -> None:
    """Use messages: reactions, an answer, a pin, an edit."""
    ada, grace, hanako, fatima = sockets
    for socket in (ada, hanako, fatima):
        await socket.ask("react", seq=SAID_BY_GRACE, emoji="☀️", on=True)
    await hanako.ask("react", seq=SAID_BY_GRACE, emoji="⛴️", on=True)
    await ada.ask("pin", seq=SAID_BY_ADA, on=True)
    await grace.ask("post", client_id="answer", body="All four, *thank you*!", reply_to=SAID_BY_ADA)
    await ada.ask("post", client_id="late", body="@Grace look at `tickets.pdf`")


async def _transcript(visitor: Visitor, code: str) -> str:
    """The path of a room's transcript, from the room list."""
    page = await visitor.get("/history/rooms/")
    start = page.text.rindex("/history/rooms/r_", 0, page.text.index(code))
    return page.text[start : page.text.index('"', start)]
