"""A conversation as people have it, with everything that a message can be, for the pictures of the main screens.

Four people prepare a harbour festival: a day in which they plan, and the morning after.
"""

from contextlib import AsyncExitStack

from tests.support.client import RoomSocket, Visitor
from tests.support.workers import Site

TITLE = "Harbour festival: who brings what"
_PLAN = "https://festival.example/harbour/2026/site-plan?layers=power,water,stages&date=2026-06-12&zoom=17#stage-b"
_LIST = """Thank you both! This is the list so far:
1. **Sound**: 花子, from ten
2. **Tables and sunshades**: فاطمة, before two
3. **The gate**: me, then ~~Grace~~ somebody who has slept"""
_SCRIPT = """This puts the running order on the big screen:
```python
for act in programme.on("stage-b"):
    screen.show(act.name, at=act.begins)  # ten minutes early, or nobody finds the stage in time
```"""
# Who says what: by the place of each person among those who take part. The first is who looks.
YESTERDAY = (
    (1, "The stage is ours from four to half past six, and set-up can begin at noon."),
    (1, f"Where everything stands: {_PLAN}"),
    (0, "Perfect. Then I take the first shift at the gate."),
    (2, "音響はこちらで用意します。ケーブルは三十メートルあります。"),
    (3, "سأحضر الطاولات والمظلات قبل الساعة الثانية."),
    (0, _LIST),
    (1, "🎉"),
)
TODAY = (
    (1, "Good morning! Rain until eleven, they say, then sun."),
    (
        1,
        "> set-up can begin at noon\nNoon still works. I keep the van until *one* in case it pours.",
    ),
    (3, "هل توجد كهرباء عند البوابة؟ أحتاج إلى مقبس واحد للثلاجة."),
    (0, "Two sockets, left of the ticket desk."),
    (2, _SCRIPT),
    (1, "@Ada can you ask the harbour master about the second gate?"),
    (0, "Asked. He opens it at two, and leaves `key 4` at the desk."),
    (0, "He would also like to know who locks up."),
    (2, "👏👏"),
    (1, "I do. See you on the quay!"),
)


async def festival(site: Site, stack: AsyncExitStack, people: list[Visitor]) -> tuple[str, int]:
    """Open the room and let the four talk, answer, react, pin and edit.

    Return its code, and the number of the last message of the first day.
    """
    code = await people[0].create(title=TITLE)
    sockets: list[RoomSocket] = []
    for visitor in people:
        if visitor is not people[0]:
            await visitor.join(code)
        sockets.append(await stack.enter_async_context(visitor.socket(code, reconnect=True)))
    ada, grace, hanako, fatima = sockets
    said = [await _say(sockets, *line) for line in YESTERDAY]
    old = said[-1]
    for socket in (ada, fatima, hanako):
        await socket.ask("react", seq=said[0], emoji="👍", on=True)
    await ada.ask("pin", seq=said[5], on=True)
    passer_by = Visitor(site.url, "Mei")
    async with passer_by:
        await passer_by.join(code)
        async with passer_by.socket(code):
            pass
        await passer_by.leave(code)
    first = [await _say(sockets, *line) for line in TODAY[:3]]
    first.append(await _say(sockets, *TODAY[3], reply_to=first[2]))
    first += [await _say(sockets, *line) for line in TODAY[4:]]
    for socket, sign in ((ada, "☀️"), (hanako, "☀️"), (fatima, "☀️"), (fatima, "☔")):
        await socket.ask("react", seq=first[0], emoji=sign, on=True)
    for socket, sign in ((grace, "❤️"), (fatima, "❤️"), (ada, "👍"), (grace, "🎬")):
        await socket.ask("react", seq=first[4], emoji=sign, on=True)
    body = TODAY[6][1].replace("at two", "at *two*")
    await ada.ask("edit", seq=first[6], body=body, edited_at=None)
    return code, old


async def _say(
    sockets: list[RoomSocket], speaker: int, body: str, reply_to: int | None = None
) -> int:
    """Return the number of the message."""
    socket = sockets[speaker]
    if reply_to is None:
        return int((await socket.post(body))["seq"])
    answer = await socket.ask("post", client_id=f"answer-{reply_to}", body=body, reply_to=reply_to)
    return int(answer["seq"])
