"""A change that is ahead of its turn goes out in one write with what it waited for, and its acks too,
or soon after."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError

from history.log import read
from rooms.errors import Removed
from rooms.live import repair, snapshot
from rooms.live.client import Client
from rooms.live.hub import Hub
from rooms.live.receiver import Receiver
from rooms.live.room import LiveRoom
from rooms.live.snapshot import People, Recheck
from rooms.protocol import Close
from rooms.publish import notification_of
from tests.unit.listening import Listener, said


def come(room: LiveRoom, *, hidden_through: int = 0) -> tuple[Client, Listener]:
    listener = Listener()
    client = Client(socket_id=f"socket {len(room.clients)}", sender=listener)
    client.hidden_through = hidden_through
    room.add(client)
    return client, listener


ACK = b'{"type":"ack"}'


async def test_they_go_out_with_the_change_before(hub: Hub, room: LiveRoom) -> None:
    client, listener = come(room)
    hub.deliver(said(2), acks={client: [ACK]})
    hub.deliver(said(3), acks={client: [ACK]})
    assert listener.sends == []
    hub.deliver(said(1))
    assert listener.sends == [["ack", "ack", [1], [2], [3]]]
    room.send_acks()
    assert len(listener.sends) == 1, "once"


async def test_messages_hidden_from_a_newcomer_are_left_out_of_a_run_of_changes(
    hub: Hub, room: LiveRoom
) -> None:
    old, all_of_it = come(room)
    newcomer, some_of_it = come(room, hidden_through=1)
    hub.deliver(said(1))
    hub.deliver(said(4), acks={newcomer: [ACK]})
    hub.deliver(said(1, changed=3))
    hub.deliver(said(2), acks={old: [ACK]})
    assert all_of_it.sends == [[[1]], ["ack", [2], [1]], [[4]]]
    assert some_of_it.sends == [[[]], ["ack", [2], []], [[4]]]


async def test_a_change_at_its_turn_takes_them_along(hub: Hub, room: LiveRoom) -> None:
    client, listener = come(room)
    hub.deliver(said(1), acks={client: [ACK]})
    assert listener.sends == [["ack", [1]]]


@pytest.mark.parametrize("fails", [False, True])
async def test_they_do_not_wait_for_the_log(
    hub: Hub, room: LiveRoom, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    client, listener = come(room)
    asked = asyncio.Event()

    async def never(room: LiveRoom) -> None:
        assert listener.sends == [["ack"]], "before the log is asked"
        asked.set()
        if fails:
            raise OperationalError("away")

    monkeypatch.setattr(repair, "HOLD", 0.0)
    monkeypatch.setattr(hub.repair, "catch_up", never)
    hub.deliver(said(2), acks={client: [ACK]})
    await asyncio.wait_for(asked.wait(), 5)
    assert listener.sends == [["ack"]]


async def test_those_that_come_while_the_log_is_read_go_at_once(
    hub: Hub, room: LiveRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, listener = come(room)
    reading, read = asyncio.Event(), asyncio.Event()

    async def slowly(room: LiveRoom) -> None:
        reading.set()
        await read.wait()

    monkeypatch.setattr(repair, "HOLD", 0.0)
    monkeypatch.setattr(hub.repair, "catch_up", slowly)
    hub.deliver(said(2))
    await asyncio.wait_for(reading.wait(), 5)
    hub.deliver(said(3), acks={client: [ACK]})
    assert listener.sends == [["ack"]]
    read.set()


async def test_acks_go_at_once_when_only_a_recheck_is_missing(
    hub: Hub, room: LiveRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log tells messages at its newest epoch: one may wait that the writer's answer has too."""
    client, listener = come(room)
    monkeypatch.setattr(hub.eviction, "recheck", lambda room: None)
    hub.deliver(said(1, epoch=1))
    hub.deliver(said(2), acks={client: [ACK]})
    assert listener.sends == [["ack"]]


async def test_acks_go_at_once_when_the_epoch_is_still_to_be_checked(
    hub: Hub, room: LiveRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, listener = come(room)
    refreshed: list[Any] = []
    monkeypatch.setattr(hub.eviction, "recheck", refreshed.append)
    hub.deliver(said(1, epoch=1), acks={client: [ACK]})
    assert listener.sends == [["ack"]]
    assert refreshed == [room]


async def test_a_change_that_evicts_is_shown_and_what_follows_waits_for_the_check(
    hub: Hub, room: LiveRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, listener = come(room)
    checked: list[int] = []
    monkeypatch.setattr(hub.eviction, "recheck", lambda room: checked.append(room.cursor))
    hub.deliver(said(3, epoch=1, evicts_from=2))
    hub.deliver(said(2, evicts_from=1))
    hub.deliver(said(4, epoch=2))
    assert listener.sends == []
    checked.clear()
    hub.deliver(said(1))
    assert listener.sends == [[[1], [2]]], "the third was said at an epoch not checked yet"
    assert checked == [2], "only once the ban has been shown"
    room.epoch = 1
    hub.take_early(room)
    assert listener.sends == [[[1], [2]], [[3]]]
    assert checked == [2, 3]


async def test_a_poll_between_a_ban_and_its_notification_waits_for_the_notice(
    hub: Hub, room: LiveRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, listener = come(room)
    checked: list[int] = []
    monkeypatch.setattr(hub.eviction, "recheck", lambda room: checked.append(room.cursor))
    monkeypatch.setattr(read, "heads", lambda streams: dict.fromkeys(streams, (1, 1)))
    assert not await hub.repair.poll()
    assert checked == [], "whoever is banned is told first"
    found = room.repair
    assert isinstance(found, asyncio.Task)
    hub.deliver(said(1, evicts_from=1))
    await found
    assert listener.sends == [[[1]]]
    assert set(checked) == {1}
    checked.clear()
    assert not await hub.repair.poll()
    assert checked == [1], "with nothing to be told it is at once"


async def test_a_poll_that_knows_of_a_new_epoch_checks_it_after_a_late_message(
    hub: Hub, room: LiveRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message does not tell of the epoch: a release before says so otherwise, and that was lost."""
    come(room)
    checked: list[int] = []
    monkeypatch.setattr(hub.eviction, "recheck", lambda room: checked.append(room.cursor))
    monkeypatch.setattr(read, "heads", lambda streams: dict.fromkeys(streams, (1, 1)))
    assert not await hub.repair.poll()
    found = room.repair
    assert isinstance(found, asyncio.Task)
    hub.deliver(said(1))
    assert checked == []
    await found
    assert checked == [1]


async def test_a_notification_of_the_release_before_evicts_nobody(
    hub: Hub, room: LiveRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so in a `room.rules` of its own, which has no epoch."""
    _, listener = come(room)
    checked: list[LiveRoom] = []
    monkeypatch.setattr(hub.eviction, "recheck", checked.append)
    Receiver(hub).received(notification_of(said(1)))
    assert listener.sends == [[[1]]]
    assert checked == []
    Receiver(hub).received({"type": "room.rules", "stream": 1})
    assert checked == [room]
    Receiver(hub).received({"type": "room.rules", "stream": 1, "epoch": 0})
    assert checked == [room], "checked already"
    Receiver(hub).received(notification_of(said(2, evicts_from=1)))
    assert listener.sends == [[[1]], [[2]]]
    assert checked == [room, room]


async def test_a_detached_client_gets_its_acks_and_nothing_else(hub: Hub, room: LiveRoom) -> None:
    """It may be leaving: its socket is open until it has been told that it has left."""
    client, listener = come(room)
    hub.deliver(said(2), acks={client: [ACK]})
    room.remove(client)
    assert listener.sends == [["ack"]]
    hub.deliver(said(1))
    hub.deliver(said(3), acks={client: [ACK]})
    assert listener.sends == [["ack"], ["ack"]]


async def test_a_change_that_cannot_be_understood_spoils_no_other(hub: Hub, room: LiveRoom) -> None:
    client, listener = come(room)
    bad = said(2)
    del bad.messages[0]["changed"]  # type: ignore[misc]
    hub.deliver(bad)
    hub.deliver(said(3), acks={client: [ACK]})
    with pytest.raises(KeyError):
        hub.deliver(said(1), acks={client: [ACK]})
    assert listener.sends == [["ack", "ack", [1]]]
    assert room.cursor == 1, "the next poll finds the rest"


async def test_an_evicted_client_gets_its_acks_first(
    hub: Hub, room: LiveRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, listener = come(room)
    client.user_id = 7
    info: Any = {"code": room.code}
    room.info = info
    found = Recheck(
        0, 1, info, People(), [], now=datetime.now(UTC), ended={}, refused={7: Removed()}
    )
    monkeypatch.setattr(snapshot, "recheck", lambda *_: found)
    hub.deliver(said(2), acks={client: [ACK]})
    hub.eviction.recheck(room)
    await asyncio.wait_for(listener.closed.wait(), 5)
    assert listener.sends[0] == ["ack"]
    assert listener.sends[-1] == [f"close {int(Close.REMOVED)}"]
