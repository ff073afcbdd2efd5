"""A crowd that comes in is told in a few frames, and nobody misses or doubts anything for that."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history import wire
from history.log.entry import Change
from rooms.live import gathering
from rooms.live.gathering import CROWD
from rooms.live.room import LiveRoom
from tests.unit.listening import A_DAY, Socket


def happens(room: LiveRoom, *events: tuple[str, str], evicts: bool = False) -> None:
    """One change with these (kind, who)."""
    messages = [
        wire.message(
            seq=seq,
            kind=kind,
            author={"id": who, "name": who.title()},
            client_id=None,
            at="2026-11-22T15:00:00.123Z",
        )
        for seq, (kind, who) in enumerate(events, room.cursor + 1)
    ]
    through = room.cursor + len(messages)
    room.apply(
        [
            Change.of(
                stream_id=1,
                after=room.cursor,
                through=through,
                epoch=0,
                messages=messages,
                evicts_from=1 if evicts else None,
            )
        ]
    )


def come(room: LiveRoom, count: int, *, first: int = 0) -> list[Socket]:
    """So many people come in one after the other, each with a socket, as through the door."""
    sockets = []
    for number in range(first, first + count):
        happens(room, ("join", f"guest {number}"))
        sockets.append(Socket(room, number))
    return sockets


@pytest.fixture
def long_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "WINDOW", A_DAY)


async def test_a_hundred_joins_in_one_window_are_one_write(
    room: LiveRoom, long_window: None
) -> None:
    here = come(room, CROWD)
    assert [len(socket.sends) for socket in here] == list(range(CROWD - 1, -1, -1)), "one by one"
    for socket in here:
        socket.sends.clear()
    crowd = come(room, 100, first=CROWD)
    assert not any(socket.sends for socket in [*here, *crowd])
    assert len(room.roster) == CROWD + 100
    room.show_gathered()
    for socket in here:
        assert socket.told == [["events", "members"]]
        [[events, members]] = socket.sends
        assert (events["after"], events["through"]) == (CROWD, CROWD + 100)
        assert [message["kind"] for message in events["messages"]] == ["join"] * 100
        assert [person["id"] for person in members["joined"]] == [
            f"guest {number}" for number in range(CROWD, CROWD + 100)
        ]
        assert members["count"] == CROWD + 100


async def test_a_socket_is_told_only_of_members_who_came_after_it(
    room: LiveRoom, long_window: None
) -> None:
    come(room, CROWD)
    crowd = come(room, 10, first=CROWD)
    room.show_gathered()
    for number, socket in enumerate(crowd, CROWD + 1):
        after = [person["id"] for frames in socket.sends for person in frames[1]["joined"]]
        assert after == [f"guest {n}" for n in range(number, CROWD + 10)]
        assert socket.view.cursor == CROWD + 10
    assert crowd[-1].sends == [], "nothing is written to a socket that has all of it"


async def test_a_socket_that_takes_crowds_in_short_is_told_of_them_in_one_message(
    room: LiveRoom, long_window: None
) -> None:
    plain, short, *_ = come(room, CROWD)
    short.client.takes_crowds = True
    short.is_checked = False
    for socket in (plain, short):
        socket.sends.clear()
    late = come(room, 100, first=CROWD)[20]
    late.client.takes_crowds, late.is_checked = True, False
    happens(room, ("chat", "guest 0"))
    assert short.told == plain.told == [["events", "members", "events"]]
    [[events, members, _]] = short.sends
    [[in_full, the_same, _]] = plain.sends
    assert (events["after"], events["through"]) == (in_full["after"], in_full["through"])
    [run] = events["messages"]
    assert (run["seq"], run["through"], run["joined"], run["left"]) == (
        CROWD + 1,
        CROWD + 100,
        100,
        0,
    )
    assert members == the_same, "who is here is told in full"
    [[after_it, _, _]] = late.sends
    [rest] = after_it["messages"]
    assert (rest["seq"], rest["joined"]) == (CROWD + 22, 79)


async def test_a_batch_of_a_small_room_is_told_in_short_too(room: LiveRoom) -> None:
    [plain, short] = come(room, 2)
    short.client.takes_crowds, short.is_checked = True, False
    happens(room, *(("join", f"guest {number}") for number in range(2, 22)))
    assert [len(socket.sends[-1][0]["messages"]) for socket in (plain, short)] == [20, 1]


async def test_a_message_takes_them_along_at_once(room: LiveRoom, long_window: None) -> None:
    here, *_ = come(room, CROWD)
    here.sends.clear()
    newest = come(room, 10, first=CROWD)[-1]
    happens(room, ("chat", "guest 0"))
    assert here.told == [["events", "members", "events"]]
    assert newest.told == [["events"]]
    room.show_gathered()
    assert len(here.sends) == len(newest.sends) == 1, "once"


async def test_the_window_ends_by_itself(room: LiveRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    here, *_ = come(room, CROWD)
    here.sends.clear()
    monkeypatch.setattr(gathering, "WINDOW", 0.01)
    shown = asyncio.Event()
    send = here.send

    def heard(payloads: Sequence[bytes]) -> None:
        send(payloads)
        if here.view.cursor == CROWD + 5:
            shown.set()

    monkeypatch.setattr(here, "send", heard)
    room.remove(here.client)
    room.add(here.client)
    come(room, 5, first=CROWD)
    await asyncio.wait_for(shown.wait(), 5)


async def test_in_a_quiet_room_a_join_is_shown_at_once(
    room: LiveRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, *_ = come(room, CROWD)
    here.sends.clear()
    monkeypatch.setattr(gathering, "WINDOW", 0.0)
    come(room, 2, first=CROWD)
    assert here.told == [["events", "members"]] * 2


async def test_an_evicted_member_is_shown_out_at_once(room: LiveRoom, long_window: None) -> None:
    here, *_ = come(room, CROWD)
    here.sends.clear()
    come(room, 1, first=CROWD)
    happens(room, ("leave", f"guest {CROWD}"), evicts=True)
    assert here.told == [["events", "members", "events", "members"]]
    assert len(here.view.members) == CROWD


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.integers(0, 5)),
        st.tuples(st.just("leave"), st.integers(0, 5)),
        st.tuples(st.just("chat"), st.integers(0, 5)),
        st.tuples(
            st.sampled_from(["socket", "gone", "window", "renamed", "ban"]), st.integers(0, 5)
        ),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_after_any_events_every_client_has_the_room_as_it_is(steps: list[tuple[str, int]]) -> None:
    async def play() -> None:
        room = LiveRoom(room_id=1, stream_id=1, code="BCDF")
        sockets = [Socket(room, 0)]
        for number, (step, index) in enumerate(steps, 1):
            who = f"guest {index}"
            match step:
                case "socket":
                    sockets.append(Socket(room, number))
                case "gone" if len(sockets) > 1:
                    room.remove(sockets.pop(index % len(sockets)).client)
                case "window":
                    room.show_gathered()
                case "renamed":
                    if who in room.roster:
                        person = {**room.roster[who], "name": f"Name {number}"}
                        room.update_people({who: person}, {})  # type: ignore[dict-item]
                case "ban":
                    if who in room.roster:
                        happens(room, ("leave", who), evicts=True)
                case "join" | "leave":
                    if (who in room.roster) is (step == "leave"):
                        happens(room, (step, who))
                case "chat":
                    happens(room, ("chat", who))
        room.show_gathered()
        for socket in sockets:
            assert socket.view.cursor == room.cursor
            assert socket.view.members == room.roster

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "CROWD", 1)
        patch.setattr(gathering, "WINDOW", A_DAY)
        asyncio.run(play())
