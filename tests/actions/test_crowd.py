"""A hundred people at the door at once: what the log has, and what it costs those who are there."""

import asyncio
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from history.log.entry import Change
from rooms import publish
from rooms.actions import entering
from rooms.actions.entering import Arrival
from rooms.commands import PageRequest
from rooms.live import calls, gathering, snapshot
from rooms.live.client import Client
from rooms.live.room import LiveRoom
from rooms.models import Membership, Room, User
from rooms.protocol import MAX_SERVER_FRAME
from tests.actions.factories import open_room, present, say, session, transcript, worker
from tests.unit.listening import A_DAY, Socket

pytestmark = pytest.mark.django_db

CROWD = 100
AT_THE_DOOR = 20  # in one transaction


class Heard:
    """The notifications that this process's worker is sent."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def notify(self, group: str, notification: Any, change: Change | None) -> None:
        assert change is not None
        self.changes.append(change)


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard = Heard()
    publish.use(heard)
    yield heard
    publish.use(None)


def members_of(room: Room) -> list[User]:
    users = [
        User(username=f"guest-{n}", display_name=f"Guest {n}", name_key=f"guest{n}", is_guest=True)
        for n in range(CROWD)
    ]
    User.objects.bulk_create(users)
    Membership.objects.bulk_create(Membership(room=room, user=user) for user in users)
    return users


def test_each_join_is_in_the_log_and_those_who_are_there_are_told_in_one_write(
    heard: Heard,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, room = open_room("Ada")
    users, lease = members_of(room), worker()
    [before] = snapshot.load([(room.stream_id, room.pk)]).values()
    arrivals = [Arrival(f"socket {user.pk}", session(user), room.code) for user in users]
    with django_capture_on_commit_callbacks(execute=True):
        for first in range(0, CROWD, AT_THE_DOOR):
            some = arrivals[first : first + AT_THE_DOOR]
            entering.arrive(worker_id=lease, arrivals=some)
    assert len(heard.changes) == CROWD // AT_THE_DOOR
    assert transcript(room)[1:] == [f"{n + 2} join Guest {n}" for n in range(CROWD)]

    async def watch() -> tuple[list[Socket], list[Socket]]:
        live = LiveRoom(room_id=room.pk, stream_id=room.stream_id, code=room.code)
        live.start(before)
        live.show([])  # something was shown just now
        early = [Socket(live, n) for n in range(gathering.CROWD)]
        late: list[Socket] = []
        for change in heard.changes:
            live.apply([change])
            late.append(Socket(live, 1000 + len(late)))
        assert not any(socket.sends for socket in early), "it waits for the others"
        live.show_gathered()
        return early, late

    monkeypatch.setattr(gathering, "WINDOW", A_DAY)
    early, late = asyncio.run(watch())
    for socket in early:
        assert socket.told == [["events", "members"]]
        [frames] = socket.sends
        sizes = [len(orjson.dumps(frame)) for frame in frames]
        assert max(sizes) < MAX_SERVER_FRAME
        assert sum(sizes) < CROWD * 350, "bytes for each who came"
    for number, socket in enumerate(late, 1):
        told = [message for frames in socket.sends for message in frames[0]["messages"]]
        assert len(told) == CROWD - number * AT_THE_DOOR
    for socket in [*early, *late]:
        assert {person["name"] for person in socket.view.members.values()} == present(room)
        assert len(socket.view.members) == CROWD + 1


def test_a_page_told_in_short_reaches_what_was_said_before_the_crowd() -> None:
    ada, room = open_room("Ada")
    say(ada, room, "one", "two")
    users, lease = members_of(room), worker()
    arrivals = [Arrival(f"socket {user.pk}", session(user), room.code) for user in users]
    entering.arrive(worker_id=lease, arrivals=arrivals)
    say(ada, room, "three")
    live = LiveRoom.__new__(LiveRoom)  # a page needs no event loop
    live.room_id, live.stream_id = room.pk, room.stream_id
    client = Client(socket_id="one", sender=None)  # type: ignore[arg-type]
    client.user_id = ada.pk
    request = PageRequest(before=10_000, limit=50)

    def page() -> tuple[list[str], bool]:
        found = calls._page(live, client, request)
        return [message["body"] or message["kind"] for message in found.messages], found.older

    assert page() == (["join"] * 49 + ["three"], True)
    client.takes_crowds = True
    assert page() == (["join", "one", "two", "join", "three"], False)
