"""A moderator's action on one worker shows in the open rooms of every worker within a second."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.client import FormRefused, RoomSocket, SocketClosed, Visitor
from tests.support.programs import ROOT
from tests.support.workers import Site

SECOND = 1.0
PASSWORD = "a long enough password"


class Moderator(Visitor):
    """A superuser at the admin of one worker."""

    async def log_in(self) -> None:
        answer = await self.submit(
            "/admin/login/?next=/admin/",
            {"username": self.name, "password": PASSWORD},
            form_at="/admin/login/",
        )
        assert answer.status_code == 302, answer.text

    async def find(self, model: str, text: str) -> str:
        """The number of the one row of a list that a search finds."""
        page = await self.get(f"/admin/{model}/?q={text}")
        [pk] = set(re.findall(r'name="_selected_action" value="(\d+)"', page.text))
        return pk

    async def act(self, path: str) -> float:
        """Confirm a verb; the moment it was asked for."""
        asked = time.monotonic()
        answer = await self.submit(path, {"confirmed": "yes", "reason": "spam"}, form_at=path)
        assert answer.status_code == 302, answer.text
        return asked


@pytest.fixture(params=["one worker, no Redis", "two workers"])
def stage(request: pytest.FixtureRequest) -> Site:
    """A running site with a superuser "boss"."""
    site: Site = request.getfixturevalue("site" if "one" in request.param else "cluster")
    command = [sys.executable, "manage.py", "createsuperuser", "--noinput", "--verbosity=0"]
    who = {"DJANGO_SUPERUSER_USERNAME": "boss", "DJANGO_SUPERUSER_EMAIL": "boss@chat.example"}
    if not site.rows("SELECT 1 FROM rooms_user WHERE username = %s", ["boss"]):
        env = site.env | who | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        subprocess.run(command, cwd=ROOT, env=env, check=True)
    return site


@asynccontextmanager
async def a_talk(site: Site) -> AsyncIterator[tuple[Moderator, Visitor, RoomSocket, RoomSocket]]:
    """The boss at the first worker; Ada there too and Bob at the last one, both in Ada's room."""
    last = site.urls[-1]
    async with (
        Moderator(site.url, "boss") as boss,
        Visitor(site.url, "Ada") as ada,
        Visitor(last, "Bob") as bob,
    ):
        await boss.log_in()
        code = await ada.create()
        await bob.join(code)
        async with ada.socket(code) as here, bob.socket(code) as there:
            await asyncio.gather(
                *(room.until(lambda view: view.names == ["Ada", "Bob"]) for room in (here, there))
            )
            yield boss, bob, here, there


async def test_a_room_that_is_closed_says_so_and_shows_everyone_out(stage: Site) -> None:
    async with a_talk(stage) as (boss, bob, here, there):
        pk = await boss.find("rooms/room", here.code)
        asked = await boss.act(f"/admin/rooms/room/{pk}/close/")
        codes = await asyncio.gather(here.closed(), there.closed())

        assert codes == [4501, 4501]
        assert time.monotonic() - asked < SECOND
        for room in (here, there):
            last = room.view.transcript[-1]
            assert (last["kind"], last["author"]) == ("notice", None)
            assert "closed by a moderator" in last["body"]
        with pytest.raises(SocketClosed) as refusal:
            await bob.socket(there.code).connect()
        assert refusal.value.code == 4501


async def test_a_deleted_message_is_emptied_where_it_stands(stage: Site) -> None:
    async with a_talk(stage) as (boss, _, here, there):
        seq = (await there.post("something unspeakable"))["seq"]
        await here.until(lambda view: seq in view.messages)
        head = here.view.cursor
        message = await boss.find("history/message", "unspeakable")
        asked = await boss.act(f"/admin/history/message/{message}/delete/")
        for room in (here, there):
            view = await room.until(lambda view: view.messages[seq]["deleted"])
            assert view.messages[seq]["body"] == ""
            assert view.messages[seq]["changed"] == view.cursor == head + 1
        assert time.monotonic() - asked < SECOND
        for room in (here, there):
            assert room.view.difference(await room.fresh()) == ""


async def test_a_banned_person_is_gone_at_once_and_stays_out(stage: Site) -> None:
    async with a_talk(stage) as (boss, bob, here, there):
        pk = await boss.find("rooms/user", there.view.you["id"])
        asked = await boss.act(f"/admin/rooms/user/{pk}/ban/")
        assert await there.closed() == 4502
        await here.until(lambda view: view.names == ["Ada"])
        assert time.monotonic() - asked < SECOND
        assert here.view.transcript[-1]["kind"] == "leave"

        with pytest.raises(SocketClosed) as refusal:
            await bob.socket(there.code).connect()
        assert refusal.value.code == 4502
        assert 'id="room"' not in (await bob.get(f"/rooms/{there.code}/")).text
        with pytest.raises(FormRefused, match="removed"):
            await bob.join(there.code)

        await boss.act(f"/admin/rooms/user/{pk}/unban/")
        async with bob.socket(there.code) as again:
            await again.post("I will behave")
            await here.until(lambda view: "I will behave" in view.bodies)


async def test_an_action_of_staff_is_signed(stage: Site) -> None:
    async with a_talk(stage) as (boss, _, here, _there):
        pk = await boss.find("rooms/room", here.code)
        await boss.act(f"/admin/rooms/room/{pk}/close/")
        query = "SELECT actor_name, role, verb, reason FROM rooms_deed WHERE room_code = %s"
        assert stage.rows(query, [here.code]) == [("boss", "staff", "close room", "spam")]
