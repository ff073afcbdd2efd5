"""People who are out of a room do not learn what it is called since: they could come in with it."""

import asyncio
import dataclasses
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient

from history import export
from rooms import access
from rooms.actions import admission, leaving, rooms, sanctions, settings
from rooms.errors import NotMember
from rooms.models import JoinRequest, Room
from rooms.room_settings import RoomSettings
from tests.http.conftest import NewPerson, Person
from tests.security.test_pages import ADDRESSES, CODE

# Files are read on threads of their own, which see only what is committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

SEARCHES = ("hello", "from:me", "hello&sort=best", "*ell*", "after:2020")
# The staff admin is for nobody of these: tests/http/admin/test_access.py.
PAGES = [route for route in ADDRESSES if not route.startswith("/admin")]
OUT = ("removed", "banned", "left")


def rename(room: Room, owner: Person, title: str) -> str:
    """Give a room another title and another code, which is returned."""
    room.refresh_from_db()
    wanted = dataclasses.replace(RoomSettings.of(room), title=title)
    settings.change(room=room, by=owner.user, wanted=wanted)
    return settings.renew_code(room=room, by=owner.user)


def paths(room: Room, code: str, person: Person) -> Iterator[str]:
    """Every address there is that can be of this room, and every way to ask it."""
    for route in PAGES:
        if route.startswith("/history/rooms/"):
            yield from variants(route.replace(CODE, room.public_id))
        elif "/people/" in route:
            yield route.replace(CODE, code, 1).replace(CODE, person.user.public_id, 1)
        else:
            yield from variants(route.replace(CODE, code))
    # A report says by its id which room it is about.
    yield f"/rooms/{code}/report/?room={room.public_id}&seq=2"


def variants(path: str) -> Iterator[str]:
    yield path
    if path.endswith("/export/"):
        for kind in {*export.OWN_FORMATS, *export.ROOM_FORMATS}:
            yield f"{path}?format={kind}"
            yield f"{path}?format={kind}&progress=1"
    if path == "/history/":
        yield from (f"{path}?q={words}" for words in SEARCHES)
    if path.startswith("/history/rooms/r_"):
        yield from (f"{path}?{asked}" for asked in ("at=2", "after=0", "month=2026-11"))


def unpacked(body: bytes) -> bytes:
    """Return what is in an archive, names and all; anything else as it is."""
    if not body.startswith(b"PK"):
        return body
    with ZipFile(BytesIO(body)) as archive:
        return b"\n".join(name.encode() + archive.read(name) for name in archive.namelist())


def read(person: Person, asked: list[str]) -> dict[str, str]:
    """Every answer with its headers, in text, by its address."""
    client = AsyncClient(raise_request_exception=False)
    client.cookies = person.client.cookies

    async def ask() -> dict[str, str]:
        answers = {}
        for path in asked:
            response = await client.get(path)
            parts = [part async for part in response] if response.streaming else []
            body = b"".join(parts) if response.streaming else response.content
            head = f"{response.status_code} {dict(response.headers)}"
            answers[path] = f"{head}\n{unpacked(body).decode(errors='replace')}"
        await sync_to_async(connections.close_all)()  # those of the views' threads
        return answers

    return asyncio.run(ask())


@pytest.fixture
def room(ada: Person) -> Room:
    room = ada.create(title="Islands")
    ada.connect(room)
    return room


@pytest.fixture
def outside(request: pytest.FixtureRequest, ada: Person, ben: Person, room: Room) -> Person:
    """Return Ben, a former member who posted in the room."""
    ben.come_in(room)
    ada.say(room, "hello")
    ben.say(room, "hello from Ben")
    match request.param:
        case "removed":
            sanctions.remove(room=room, by=ada.user, user=ben.user)
        case "banned":
            sanctions.ban(room=room, by=ada.user, user=ben.user)
        case "left":
            leaving.leave(user=ben.user, room=room)
    return ben


@pytest.mark.parametrize("outside", OUT, indirect=True)
@pytest.mark.parametrize("ended", [False, True], ids=["open", "closed"])
def test_no_page_and_no_file_tells_the_room_s_new_name_or_code(
    outside: Person, ada: Person, room: Room, ended: bool
) -> None:
    former = room.code
    codes = {rename(room, ada, "Smugglers"), rename(room, ada, "Smugglers")}
    if ended:
        rooms.close(room=room)
    answers = read(outside, list(paths(room, former, outside)))
    assert any("hello from Ben" in answer for answer in answers.values())
    assert any("Islands" in answer for answer in answers.values()), "under its name of then"
    for path, answer in answers.items():
        assert not any(code in answer for code in codes), path
        # The transcript that former members may read has the notice of the new title in it.
        if not path.startswith("/history/rooms/r_"):
            assert "Smugglers" not in answer, path


@pytest.mark.parametrize("outside", OUT, indirect=True)
def test_a_new_name_is_as_unknown_to_them_as_one_that_nobody_has(
    outside: Person, ada: Person, room: Room
) -> None:
    code = rename(room, ada, "Smugglers")
    unknown = next(c for c in ("BCDF", "GHJK", "MNPQ") if c not in {code, room.code})
    asked = [path for path in PAGES if path.startswith(f"/rooms/{CODE}/") and "png" not in path]
    asked += [f"/rooms/{CODE}/report/?seq=2", f"/history/?q=in:{CODE}"]
    found = read(outside, [path.replace(CODE, code) for path in asked]).values()
    nothing = read(outside, [path.replace(CODE, unknown) for path in asked]).values()
    for path, one, other in zip(asked, found, nothing, strict=True):
        assert comparable(one, code) == comparable(other, unknown), path
    searches = read(outside, [f"/history/?q=in:{title}" for title in ("smugg", "quarr", "isla")])
    assert [("hello" in answer) for answer in searches.values()] == [False, False, True]
    pair = (outside.user.pk, code)
    assert pair not in access.find({pair}), "nor do sockets"
    with pytest.raises(NotMember):
        access.membership(user=outside.user, code=code)


def comparable(answer: str, code: str) -> str:
    lines = answer.replace(code, CODE).replace(code.lower(), CODE).splitlines()
    own = ("csrfmiddlewaretoken", "X-Request-ID")
    return "\n".join(line for line in lines if not any(name in line for name in own))


def test_a_member_who_comes_back_sees_the_room_as_it_is_and_keeps_that(
    ada: Person, ben: Person, room: Room
) -> None:
    ben.come_in(room)
    leaving.leave(user=ben.user, room=room)
    code = rename(room, ada, "Smugglers")
    assert ben.membership(room).seen_title == "Islands"
    rooms.join(user=ben.user, code=code)
    assert (ben.membership(room).seen_code, ben.membership(room).seen_title) == (code, "Smugglers")
    leaving.leave(user=ben.user, room=room)
    rename(room, ada, "Pirates")
    assert (ben.membership(room).seen_code, ben.membership(room).seen_title) == (code, "Smugglers")


def test_a_new_code_ends_the_waiting_of_those_who_knocked_at_the_old(
    ada: Person, room: Room, person: NewPerson
) -> None:
    Room.objects.filter(pk=room.pk).update(by_request=True)
    eve = person("Eve")
    eve.join(room)
    code = settings.renew_code(room=room, by=ada.user)
    assert not JoinRequest.objects.exists()
    assert not admission.is_waiting(user=eve.user, code=code), "or they could try codes by asking"
