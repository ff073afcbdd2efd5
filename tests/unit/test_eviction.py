"""A socket that must not be in its room any more is shown nothing from then on, and is closed."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError

from history.log import read
from history.log.entry import Change
from rooms.errors import ChatError, NotMember, Removed, RoomClosed, SignedOut, Unavailable
from rooms.live import repair, snapshot
from rooms.live.client import Client
from rooms.live.hub import Hub
from rooms.live.receiver import Receiver
from rooms.live.room import LiveRoom
from rooms.live.snapshot import People, Recheck, Snapshot
from rooms.models import Membership, Room, User
from rooms.protocol import Close
from rooms.publish import group, notification_of
from tests.unit.listening import Listener, said


class Database:
    """Answers a recheck. Every user may stay but those in `refused` and `ended`."""

    def __init__(self) -> None:
        self.head = self.epoch = 0
        self.code = "BCDF"
        self.refused: dict[int, ChatError] = {}
        self.ended: dict[str, bool] = {}
        self.absent: set[int] = set()
        self.role = Membership.Role.MEMBER
        self.roster: dict[str, Any] = {}
        self.reads = 0
        self.fails = False
        self.is_asked, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()

    def recheck(
        self, room_id: int, stream_id: int, user_ids: set[int], session_keys: set[str]
    ) -> Recheck:
        self.reads += 1
        self.is_asked.set()
        if self.fails:
            raise OperationalError("away")
        members = {
            pk: Membership(
                user=User(pk=pk, public_id=f"u_{pk}", display_name="Ada"),
                room=Room(),
                role=self.role,
                present=pk not in self.absent,
            )
            for pk in user_ids - self.refused.keys()
        }
        found = Recheck(
            *(self.head, self.epoch, {"code": self.code}, People(dict(self.roster)), []),
            now=datetime.now(UTC),
            members=members,
            refused={pk: error for pk, error in self.refused.items() if pk in user_ids},
            ended={key: back for key, back in self.ended.items() if key in session_keys},
        )
        assert self.may_answer.wait(10)
        return found


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, room: LiveRoom) -> Database:
    """The database that the hub's rechecks read, with nothing in it that the room does not know."""
    database = Database()
    room.info = {"code": database.code}
    monkeypatch.setattr(repair, "HOLD", 60.0)  # nothing is read for being late
    monkeypatch.setattr(snapshot, "recheck", database.recheck)
    monkeypatch.setattr(snapshot, "who_is_signed_in", lambda keys: ({}, dict(database.ended)))
    nothing = Change.of(stream_id=1, after=0, through=0, epoch=0, messages=[])
    monkeypatch.setattr(read, "changed_since", lambda stream, after: nothing)
    return database


def come(room: LiveRoom, user: int, *, epoch: int = 0) -> tuple[Client, Listener]:
    listener = Listener()
    client = Client(socket_id=f"socket {user}", sender=listener)
    client.user_id, client.session_key, client.epoch = user, f"session {user}", epoch
    room.add(client)
    return client, listener


async def checked(hub: Hub, room: LiveRoom) -> None:
    """Return when no check of the room is under way."""
    async with asyncio.timeout(10):
        while room.rechecking:
            await asyncio.gather(*hub._tasks)


def shown(listener: Listener) -> list[object]:
    """Everything that a socket was sent but what its own user is."""
    return [frame for sent in listener.sends for frame in sent if frame not in ("you", "room")]


async def test_nothing_that_is_said_after_a_ban_reaches_the_banned(
    hub: Hub, room: LiveRoom, database: Database
) -> None:
    _, banned = come(room, 7)
    _, other = come(room, 8)
    database.epoch, database.refused = 1, {7: Removed()}
    hub.deliver(said(1, evicts_from=1))
    hub.deliver(said(2, epoch=1))
    await checked(hub, room)
    hub.deliver(said(3, epoch=1))
    assert shown(banned) == [[1], "error", f"close {int(Close.REMOVED)}"]
    assert shown(other) == [[1], [2], [3]]
    assert set(room.clients) == {"socket 8"}


async def test_a_message_of_a_newer_epoch_waits_whatever_raised_it(
    hub: Hub, room: LiveRoom, database: Database
) -> None:
    """No message told of the new epoch: the sockets are checked since something else did."""
    _, banned = come(room, 7)
    database.epoch, database.refused = 1, {7: Removed()}
    database.may_answer.clear()
    hub.deliver(said(2, epoch=1))
    hub.deliver(said(1))
    assert shown(banned) == [[1]]
    database.may_answer.set()
    await checked(hub, room)
    assert shown(banned) == [[1], "error", f"close {int(Close.REMOVED)}"]
    assert room.cursor == 2


async def test_a_message_that_waits_for_a_check_that_failed_is_checked_for_again(
    hub: Hub, room: LiveRoom, database: Database
) -> None:
    _, listener = come(room, 7)
    database.epoch, database.fails = 1, True
    hub.deliver(said(2, epoch=1))
    await checked(hub, room)
    assert room.epoch == 0
    database.fails = False
    hub.deliver(said(1))
    await checked(hub, room)
    assert shown(listener) == [[1], [2]]
    assert room.epoch == 1


async def test_a_message_that_waits_for_a_check_outlives_a_repair(
    hub: Hub, room: LiveRoom, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, listener = come(room, 7)
    monkeypatch.setattr(hub.eviction, "recheck", lambda room: None)
    hub.deliver(said(2, epoch=1))
    await hub.repair._repair(room)
    room.epoch = 1
    hub.deliver(said(1, epoch=1))
    assert shown(listener) == [[1], [2]]


async def test_a_ban_is_shown_before_the_sockets_are_checked(
    hub: Hub, room: LiveRoom, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursors: list[int] = []
    monkeypatch.setattr(hub.eviction, "recheck", lambda room: cursors.append(room.cursor))
    hub.deliver(said(1))
    hub.deliver(said(3, epoch=1))
    cursors.clear()
    hub.deliver(said(2, evicts_from=1))
    assert cursors == [2]


@pytest.mark.parametrize(
    ("refusal", "close"),
    [(Removed(), Close.REMOVED), (NotMember(), Close.NOT_MEMBER), (Unavailable(), Close.BUSY)],
)
async def test_a_refused_member_is_closed_with_the_code_of_the_refusal(
    hub: Hub, room: LiveRoom, database: Database, refusal: ChatError, close: Close
) -> None:
    _, listener = come(room, 7)
    database.epoch, database.refused = 1, {7: refusal}
    hub.eviction.recheck(room)
    await checked(hub, room)
    reason = ["error"] if close is Close.REMOVED else []
    assert shown(listener) == [*reason, f"close {int(close)}"]
    hub.deliver(said(1, epoch=1))
    assert [1] not in shown(listener)
    assert not room.clients


async def test_a_member_who_leaves_is_closed_only_when_told_so(
    hub: Hub, room: LiveRoom, database: Database
) -> None:
    client, listener = come(room, 7)
    client.leaving = 1
    database.epoch, database.refused = 1, {7: NotMember()}
    hub.eviction.recheck(room)
    await checked(hub, room)
    assert shown(listener) == []
    assert not room.clients


async def test_a_member_who_was_taken_for_gone_comes_in_again(
    hub: Hub, room: LiveRoom, database: Database
) -> None:
    _, listener = come(room, 7)
    database.absent = {7}
    hub.eviction.recheck(room)
    await checked(hub, room)
    assert shown(listener) == [f"close {int(Close.BUSY)}"]
    assert not room.clients


@pytest.mark.parametrize(("comes_back", "close"), [(False, Close.SIGNED_OUT), (True, Close.BUSY)])
@pytest.mark.parametrize("by", ["epoch", "round"])
async def test_a_session_that_has_ended_closes_its_sockets(
    hub: Hub, room: LiveRoom, database: Database, by: str, comes_back: bool, close: Close
) -> None:
    _, listener = come(room, 7)
    _, other = come(room, 8)
    database.ended = {"session 7": comes_back}
    for _ in range(2):
        if by == "epoch":
            hub.eviction.recheck(room)
            await checked(hub, room)
        else:
            await hub.eviction.recheck_sessions()
    assert shown(listener) == [f"close {int(close)}"]
    assert shown(other) == []
    assert set(room.clients) == {"socket 8"}


async def test_a_session_that_is_somebody_else_s_by_now_is_signed_out(
    hub: Hub, room: LiveRoom, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, listener = come(room, 7)
    monkeypatch.setattr(snapshot, "who_is_signed_in", lambda keys: (dict.fromkeys(keys, 8), {}))
    await hub.eviction.recheck_sessions()
    assert shown(listener) == [f"close {int(Close.SIGNED_OUT)}"]


async def test_people_of_a_closed_room_are_shown_all_that_was_said_in_it(
    hub: Hub, room: LiveRoom, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, listener = come(room, 7)
    database.head, database.epoch, database.refused = 2, 1, {7: RoomClosed()}
    monkeypatch.setattr(read, "changed_since", lambda stream, after: said(after + 1))
    hub.eviction.recheck(room)
    await checked(hub, room)
    assert shown(listener)[-1] == f"close {int(Close.ROOM_CLOSED)}"
    assert [1] in shown(listener)
    assert not room.clients


async def test_a_member_who_came_during_the_check_is_checked_too(
    hub: Hub, room: LiveRoom, database: Database
) -> None:
    """Nothing of the new epoch is shown to anybody before that."""
    come(room, 7)
    database.epoch = 1
    database.may_answer.clear()
    hub.eviction.recheck(room)
    assert await asyncio.to_thread(database.is_asked.wait, 10)
    _, late = come(room, 8)
    database.refused = {8: Removed()}
    hub.deliver(said(1, epoch=1))
    database.may_answer.set()
    await checked(hub, room)
    assert database.reads >= 2
    assert shown(late) == ["error", f"close {int(Close.REMOVED)}"]
    assert (room.epoch, room.cursor) == (1, 1)


async def test_a_check_that_is_asked_for_during_another_follows_it(
    hub: Hub, room: LiveRoom, database: Database
) -> None:
    _, listener = come(room, 7)
    database.may_answer.clear()
    hub.eviction.recheck(room)
    assert await asyncio.to_thread(database.is_asked.wait, 10)
    database.epoch, database.refused = 1, {7: Removed()}
    hub.eviction.recheck(room)
    database.may_answer.set()
    await checked(hub, room)
    assert not room.clients
    assert listener.closed.is_set()


async def test_an_epoch_that_could_not_be_checked_is_checked_at_the_next_poll(
    hub: Hub, room: LiveRoom, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, listener = come(room, 7)
    come(room, 8)
    database.epoch, database.head = 1, 1  # the log is read last, and fails

    def away(stream: int, after: int) -> Change:
        raise OperationalError("away")

    monkeypatch.setattr(read, "changed_since", away)
    hub.eviction.recheck(room)
    await checked(hub, room)
    assert room.epoch == 0
    database.refused = {7: Removed()}
    monkeypatch.setattr(read, "changed_since", lambda stream, after: said(1))
    monkeypatch.setattr(read, "heads", lambda streams: dict.fromkeys(streams, (0, 1)))
    assert not await hub.repair.poll()
    await checked(hub, room)
    assert room.epoch == 1
    assert listener.closed.is_set()


async def test_everyone_is_told_of_another_role_and_of_new_names(
    hub: Hub, room: LiveRoom, database: Database
) -> None:
    client, listener = come(room, 7)
    client.author = {"id": "u_7", "name": "Ada"}
    room.roster = {"u_7": {"id": "u_7", "name": "Ada", "role": "member"}}
    database.role = Membership.Role.MODERATOR
    database.roster = {"u_7": {"id": "u_7", "name": "Ada", "role": "moderator"}}
    hub.eviction.recheck(room)
    await checked(hub, room)
    assert ["you"] in listener.sends
    assert ["members"] in listener.sends
    assert client.role == Membership.Role.MODERATOR


async def test_notifications_are_received_under_the_code_that_the_room_has_now(
    hub: Hub, room: LiveRoom, database: Database
) -> None:
    await hub.subscription.join(group("BCDF", 1))
    database.code = "CDFG"
    hub.eviction.recheck(room)
    await checked(hub, room)
    assert set(hub.subscription._groups) == {group("CDFG", 1)}


async def test_a_room_that_took_another_code_while_it_was_loaded_is_followed(
    hub: Hub, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = Change.of(stream_id=2, after=0, through=0, epoch=0, messages=[])
    found = Snapshot({"code": "CDFG"}, change, 0, People(), waiting=[], pinned=[])
    monkeypatch.setattr(snapshot, "load", lambda rooms: {2: found})
    room = hub.rooms[2] = LiveRoom(room_id=2, stream_id=2, code="BCDF")
    room.entering = 1
    await hub._load(room)
    assert set(hub.subscription._groups) == {group("CDFG", 2)}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"refused": {7: Removed()}}, Removed),
        ({"ended": {"session 7": False}}, SignedOut),
        ({"ended": {"session 7": True}}, Unavailable),
        ({"absent": {7}}, Unavailable),
    ],
)
async def test_a_member_on_the_way_in_is_checked_again(
    hub: Hub, room: LiveRoom, database: Database, change: dict[str, Any], error: type[ChatError]
) -> None:
    client = Client(socket_id="socket", sender=Listener())
    client.user_id, client.session_key = 7, "session 7"
    database.epoch = 1
    await hub.eviction.recheck_client(room, client)
    assert client.epoch == 1
    for name, value in change.items():
        setattr(database, name, value)
    with pytest.raises(error):
        await hub.eviction.recheck_client(room, client)


TOLD: dict[str, Callable[[Receiver], None]] = {
    "a change": lambda receiver: receiver.received(notification_of(said(1, evicts_from=1))),
    "an epoch alone": lambda receiver: receiver.received(
        {"type": "room.rules", "stream": 1, "epoch": 1}
    ),
    "a command": lambda receiver: receiver.hinted({"type": "room.rules", "stream": 1}),
}


@pytest.mark.parametrize("by", TOLD)
async def test_other_workers_have_the_sockets_checked(
    hub: Hub, room: LiveRoom, database: Database, by: str
) -> None:
    _, listener = come(room, 7)
    database.epoch, database.refused = 1, {7: Removed()}
    TOLD[by](Receiver(hub))
    await checked(hub, room)
    assert listener.closed.is_set()
