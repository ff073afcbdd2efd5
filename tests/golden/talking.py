"""What people say, what becomes of it, and how they go."""

from tests.golden.people import Person
from tests.golden.scenarios import scenario
from tests.golden.stage import Stage


@scenario
async def post(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Ada says something plain", ada.posts("hello"))
    await stage.step("Bob says something with a form", bob.posts("**bold** https://chat.example"))
    await stage.step("Bob says the same again", bob.posts("again", client_id="twice"))
    await stage.step("and sends it once more", bob.posts("again", client_id="twice"))
    await stage.step("Eve answers Ada", eve.posts("hello yourself", reply_to=4))
    await stage.step("Eve answers nothing", eve.posts("to nobody", reply_to=400))
    await stage.step("Ada speaks to Bob and to herself", ada.posts("@Bob and @Ada, hi"))
    await stage.step("Ada says nothing", ada.posts(" \n"))
    await stage.step("Ada says too much", ada.posts("a" * 4001))


@scenario
async def edit(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob says something", bob.posts("helo"))
    await stage.step("Bob edits it", bob.does("edit", seq=4, body="hello @Eve", edited_at=None))
    await stage.step("and sends the edit again", bob.does("edit", seq=4, body="hello @Eve"))
    edited = next(m["edited_at"] for m in bob.ear.view.transcript if m["edited_at"])
    conflict = bob.does("edit", seq=4, body="hallo", edited_at=None)
    await stage.step("Bob edits what he has not seen", conflict)
    await stage.step("Bob edits it", bob.does("edit", seq=4, body="hallo", edited_at=edited))
    await stage.step("Ada edits what Bob said", ada.does("edit", seq=4, body="mine"))
    await stage.step("Ada edits a join", ada.does("edit", seq=1, body="mine"))
    await stage.step("Ada edits nothing", ada.does("edit", seq=400, body="mine"))


@scenario
async def delete(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob says something", bob.posts("one @Eve"))
    await stage.step("Eve likes it", eve.does("react", seq=4, emoji="👍", on=True))
    await stage.step("Eve deletes it, who may not", eve.does("delete", seq=4))
    await stage.step("Bob deletes it", bob.does("delete", seq=4))
    await stage.step("and deletes it again", bob.does("delete", seq=4))
    await stage.step("Eve likes what is gone", eve.does("react", seq=4, emoji="👍", on=True))
    said = await stage.step("Bob says something else", bob.posts("two **two** @Eve"))
    await stage.step("Ada deletes what Bob said", ada.does("delete", seq=said["seq"]))
    await stage.step("Bob takes that back, who may not", bob.undoes())
    await stage.step("Ada takes that back", ada.undoes())
    await stage.step("Ada takes it back again", ada.undoes())


@scenario
async def react(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Ada says something", ada.posts("who comes?"))
    await stage.step("Bob likes it", bob.does("react", seq=4, emoji="👍", on=True))
    await stage.step("and likes it again", bob.does("react", seq=4, emoji="👍", on=True))
    await stage.step("Eve likes it too", eve.does("react", seq=4, emoji="👍", on=True))
    await stage.step("Eve celebrates it", eve.does("react", seq=4, emoji="🎉", on=True))
    await stage.step("Bob likes it no more", bob.does("react", seq=4, emoji="👍", on=False))
    await stage.step("Bob likes it no more", bob.does("react", seq=4, emoji="👍", on=False))
    await stage.step("Bob sends no emoji", bob.does("react", seq=4, emoji="nice", on=True))


@scenario
async def pin(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob says something", bob.posts("at eight"))
    await stage.step("Bob pins it, who may not", bob.does("pin", seq=4, on=True))
    await stage.step("Ada pins it", ada.does("pin", seq=4, on=True))
    await stage.step("and pins it again", ada.does("pin", seq=4, on=True))
    zoe = stage.person("Zoe")
    await zoe.enters()
    await stage.step("Zoe comes and sees it", zoe.come())
    await stage.step("Ada pins it no more", ada.does("pin", seq=4, on=False))


@scenario
async def read(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Ada says something", ada.posts("hello"))
    await stage.step("Bob has read it", bob.does("read", seq=4), until=(ada, "read"))
    await stage.step("and has read less", bob.does("read", seq=2))


@scenario
async def typing(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob is typing", bob.types(), until=(ada, "typing"))
    await stage.step("Ada is typing", ada.types(), until=(bob, "typing"))


@scenario
async def page(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Ada says something", ada.posts("hello"))
    await stage.step("Bob reads a page", bob.does("page", before=4, limit=2))
    await stage.step("Bob reads the page before", bob.does("page", before=2))
    await stage.step("Bob asks for too much", bob.does("page", before=2, limit=101))


@scenario
async def not_understood(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob sends an unknown frame", bob.does("dance"))
    await stage.step("Bob edits without a text", bob.does("edit", seq=4))
    await stage.step("Bob pins a word", bob.does("pin", seq="four", on=True))
    await stage.step("Bob likes it by half", bob.does("react", seq=4, emoji="👍", on=1))
    await stage.step("Bob deletes number 10²⁰", bob.does("delete", seq=10**20))
    await stage.step("Bob posts a number", bob.posts(4))  # type: ignore[arg-type]


@scenario
async def leave_by_frame(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob leaves", bob.does("leave"), ends=[bob])
    await stage.step("Bob tries his socket", bob.come())
    await stage.step("Bob types the code", bob.enters())
    await stage.step("Bob is back", bob.come())
    await stage.step("Ada, who owns the room, leaves", ada.does("leave"), ends=[ada])
    await stage.step("Ada types the code", ada.enters())
    await stage.step("Ada is back", ada.come())


@scenario
async def leave_by_page(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    leaving = bob.sends(f"/rooms/{stage.code}/leave/")
    await stage.step("Bob leaves", leaving, ends=[bob])
    await stage.step("Bob leaves again", bob.sends(f"/rooms/{stage.code}/leave/"))


@scenario
async def resume(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob loses his socket", bob.lose())
    await stage.step("Ada says something", ada.posts("while Bob is away"))
    said = await stage.step("Eve says something", eve.posts("he is coming"))
    await stage.step("Ada deletes it", ada.does("delete", seq=said["seq"]))
    await stage.step("Bob comes back", bob.come_back())
