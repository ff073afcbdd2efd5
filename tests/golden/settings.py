"""How a room shall be, who may come into it, and its code."""

import httpx

from tests.golden.people import Person
from tests.golden.scenarios import scenario
from tests.golden.stage import Stage

# All settings of a new room; a form has all of them.
_NEW = {"title": "", "slow_mode": "0", "grace": "3600", "history_open": "on"}


async def _sets(person: Person, **fields: str) -> httpx.Response:
    return await person.orders("settings/", **_NEW | fields)


@scenario
async def settings(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob sets something, who may not", _sets(bob, title="Mine"))
    await stage.step("Ada names the room", _sets(ada, title="Engines"))
    await stage.step("Ada changes nothing", _sets(ada, title="Engines"))
    await stage.step("Ada takes the name away", _sets(ada))
    await stage.step("Ada gives an empty room a minute", _sets(ada, grace="60"))
    await stage.step("Ada keeps messages for a week", _sets(ada, retention_days="7"))
    await stage.step("Ada keeps them for no days", _sets(ada, retention_days="0"))
    await stage.step("Ada sets several things", _sets(ada, title="All", locked="on", capacity="9"))
    await stage.step("Ada sets everything back", _sets(ada))
    await stage.step("Ada names the room badly", _sets(ada, title="\u202eEngines"))


@scenario
async def lock(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    zoe = stage.person("Zoe")
    await stage.step("Ada locks the room", _sets(ada, locked="on"))
    await stage.step("Zoe types the code", zoe.enters())
    await stage.step("Bob leaves", bob.does("leave"), ends=[bob])
    await stage.step("Bob types the code", bob.enters())
    await stage.step("Bob comes back", bob.come())
    await stage.step("Ada unlocks the room", _sets(ada))
    await stage.step("Zoe types the code", zoe.enters())
    await stage.step("Zoe comes in", zoe.come())


@scenario
async def passcode(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    zoe = stage.person("Zoe")
    await stage.step("Ada sets a passcode", _sets(ada, passcode="open sesame"))
    await stage.step("Zoe types the code", zoe.enters())
    await stage.step("Zoe types a wrong passcode", zoe.enters(passcode="open says me"))
    await stage.step("Zoe types the passcode", zoe.enters(passcode="open sesame"))
    await stage.step("Zoe comes in", zoe.come())
    await stage.step("Ada takes the passcode away", _sets(ada, open="on"))


@scenario
async def capacity(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    zoe = stage.person("Zoe")
    await stage.step("Ada limits the room", _sets(ada, capacity="3"))
    await stage.step("Zoe types the code", zoe.enters())
    await stage.step("Ada lifts the limit", _sets(ada))
    await stage.step("Zoe types the code", zoe.enters())
    await stage.step("Zoe comes in", zoe.come())


@scenario
async def slow_mode(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Ada turns slow mode on", _sets(ada, slow_mode="900"))
    said = await stage.step("Bob says something", bob.posts("one"))
    await stage.step("Bob says something", bob.posts("two"))
    await stage.step("Bob edits something", bob.does("edit", seq=said["seq"], body="uno"))
    await stage.step("Ada says something", ada.posts("one"))
    await stage.step("Ada turns slow mode off", _sets(ada))
    await stage.step("Bob says something", bob.posts("three"))


@scenario
async def hidden_history(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    await stage.step("Bob says something", bob.posts("a secret"))  # number 4
    await stage.step("Ada hides what was said before", _sets(ada, history_open=""))
    zoe = stage.person("Zoe")
    await stage.step("Zoe types the code", zoe.enters())
    await stage.step("Zoe comes in", zoe.come(hidden=True))
    await stage.step("Bob edits the secret", bob.does("edit", seq=4, body="an old secret"))
    await stage.step("Zoe likes it", zoe.does("react", seq=4, emoji="👍", on=True))
    await stage.step("Zoe reads a page", zoe.does("page", before=2**40, limit=3))


@scenario
async def admission(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    zoe, dan, leo = (stage.person(name, worker=1) for name in ("Zoe", "Dan", "Leo"))
    await stage.step("Ada makes newcomers ask", _sets(ada, by_request="on"))
    await stage.step("Zoe asks", zoe.enters(), until=(ada, "requests"))
    await stage.step("Zoe tries her socket", zoe.come())
    await stage.step("Dan asks", dan.enters(), until=(ada, "requests"))
    zoe.id, dan.id = (waiting["id"] for waiting in ada.ear.view.waiting)
    stage.names.know(zoe.id, "<Zoe>")
    stage.names.know(dan.id, "<Dan>")
    await stage.step("Bob lets Zoe in, who may not", bob.judges("admit", zoe))
    await stage.step("Ada makes Bob a moderator", ada.judges("moderator", bob))
    await stage.step("Bob lets Zoe in", bob.judges("admit", zoe))
    await stage.step("and lets her in again", bob.judges("admit", zoe))
    await zoe.get(f"/rooms/{stage.code}/")
    await stage.step("Zoe comes in", zoe.come())
    await stage.step("Ada turns Dan away", ada.judges("refuse", dan))
    await stage.step("Dan asks again", dan.enters())
    await stage.step("Leo asks", leo.enters(), until=(ada, "requests"))
    await stage.step("Bob turns all away", bob.orders("waiting/refuse/"))
    await stage.step("and does it again", bob.orders("waiting/refuse/"))
    await stage.step("Ada lets newcomers in", _sets(ada))


@scenario
async def withdrawn_request(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    zoe = stage.person("Zoe")
    await stage.step("Ada makes newcomers ask", _sets(ada, by_request="on"))
    await stage.step("Zoe asks", zoe.enters(), until=(ada, "requests"))
    await stage.step("Ada lets newcomers in", _sets(ada))
    await stage.step("Zoe types the code", zoe.enters(), until=(ada, "requests"))
    await stage.step("Zoe comes in", zoe.come())


@scenario
async def new_code(stage: Stage, ada: Person, bob: Person, eve: Person) -> None:
    former = stage.code
    await stage.step("Bob gives a new code, who may not", bob.orders("code/"))
    await stage.step("Ada gives the room a new code", ada.orders("code/"), until=(bob, "room"))
    zoe = stage.person("Zoe")
    await stage.step("Zoe types the old code", zoe.enters())
    stage.code = bob.ear.view.room["code"]
    await stage.step("Zoe types the new code", zoe.enters())
    await stage.step("Zoe comes in", zoe.come())
    await stage.step("Bob loses his socket", bob.lose())
    await stage.step("Bob comes back by the old code", bob.come_back())
    assert bob.ear.code == former
