"""A frame of the server has at most 256 KiB, for any messages and any number of members."""

from itertools import pairwise
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from history import wire
from history.log.entry import Change
from history.said import Said
from history.wire import WireMessage
from rooms import protocol
from rooms.protocol import MAX_SERVER_FRAME, PEOPLE_MAX, WirePerson

LONGEST = 10_000  # the most CHAT_BODY_MAX can be
bodies = st.tuples(st.sampled_from(["x", "😀", "\x07", '"', "é"]), st.integers(1, LONGEST)).map(
    lambda of: of[0] * of[1]
)


def message(seq: int, body: str = "hello", *, changed: int | None = None) -> WireMessage:
    author: wire.WireAuthor = {"id": "u_0123456789abcdef", "name": "😀" * 40}
    at = "2026-11-22T15:00:00.123Z"
    return wire.message(
        seq=seq,
        changed=changed,
        kind="chat",
        author=author,
        client_id="c" * 64,
        said=Said(body=body),
        at=at,
    )


def change(messages: list[WireMessage], *, after: int = 0) -> Change:
    through = messages[-1]["changed"] if messages else after
    return Change.of(stream_id=1, after=after, through=through, epoch=1, messages=messages)


def read(frames: list[bytes]) -> list[dict[str, Any]]:
    assert all(len(frame) <= MAX_SERVER_FRAME for frame in frames)
    return [orjson.loads(frame) for frame in frames]


def check_runs(frames: list[dict[str, Any]], messages: list[WireMessage], *, after: int) -> None:
    """One reader applies one frame after the other and ends with everything, once."""
    assert [m for frame in frames for m in frame["messages"]] == messages
    assert frames[0]["after"] == after
    assert all(left["through"] == right["after"] for left, right in pairwise(frames))
    for frame in frames:
        changed = [m["changed"] for m in frame["messages"]]
        assert all(frame["after"] < number <= frame["through"] for number in changed)


@settings(max_examples=30, deadline=None)
@given(st.lists(bodies, max_size=40), st.integers(0, 5))
def test_changes_are_cut_between_messages_and_lose_none(said: list[str], after: int) -> None:
    messages = [message(seq, body) for seq, body in enumerate(said, after + 1)]
    frames = read(protocol.events(change(messages, after=after), after=after))
    check_runs(frames, messages, after=after)
    assert frames[-1]["through"] == after + len(said)


def test_five_hundred_of_the_longest_messages_are_many_frames() -> None:
    messages = [message(seq, "😀" * 4000) for seq in range(1, 501)]
    frames = read(protocol.events(change(messages), after=0))
    check_runs(frames, messages, after=0)
    assert len(frames) < 40  # full ones


def test_a_reader_within_a_change_is_told_the_rest_of_it() -> None:
    messages = [message(seq) for seq in (1, 2, 3)]
    (frame,) = read(protocol.events(change(messages), after=2))
    check_runs([frame], messages[2:], after=2)


def test_a_change_of_old_messages_reaches_as_far_as_it_says() -> None:
    (frame,) = read(protocol.events(change([message(3, changed=9)], after=8), after=8))
    assert (frame["after"], frame["through"]) == (8, 9)


@settings(max_examples=30, deadline=None)
@given(st.lists(bodies, max_size=40), st.integers(0, PEOPLE_MAX))
def test_the_first_of_the_changes_leaves_room_for_the_people(said: list[str], people: int) -> None:
    messages = [message(seq, body) for seq, body in enumerate(said, 1)]
    through = len(messages)
    room = protocol.beside(people=people, pinned=())
    runs = list(protocol.split(messages, after=0, through=through, beside=room))
    start, end, first = runs[0]
    roster = [person(number) for number in range(people)]
    welcome = protocol.encode("welcome", after=start, through=end, messages=first, members=roster)
    assert len(welcome) <= MAX_SERVER_FRAME - 4096
    assert [m for _, _, run in runs for m in run] == messages
    assert [end for _, end, _ in runs[:-1]] == [start for start, _, _ in runs[1:]]
    assert runs[-1][1] == through


@settings(max_examples=30, deadline=None)
@given(st.lists(bodies, min_size=1, max_size=100), st.integers(0, PEOPLE_MAX))
def test_a_page_is_the_newest_that_fit_and_never_nothing(said: list[str], people: int) -> None:
    messages = [message(seq, body) for seq, body in enumerate(said, 1)]
    room = protocol.beside(people=people, pinned=())
    kept = protocol.newest_that_fit(messages, beside=room)
    assert kept
    assert kept == messages[-len(kept) :]
    roster = [person(number) for number in range(people)]
    frame = protocol.encode("welcome", messages=kept, members=roster)
    assert len(frame) <= MAX_SERVER_FRAME - 4096


# People -------------------------------------------------------------------------------------------


def person(number: int, name: str = "😀" * 40) -> WirePerson:
    return {"id": f"u_{number:016x}", "name": name, "role": "moderator"}


def test_nobody_is_no_frame() -> None:
    assert protocol.members(joined=[], left=[], count=7) == []


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 20))
def test_every_members_frame_counts_the_members_after_it(
    stayed: int, gone: int, come: int, renamed: int
) -> None:
    people = {person(n)["id"]: person(n) for n in range(stayed + gone)}
    left = [person(n)["id"] for n in range(stayed, stayed + gone)]
    known = [person(n, "New") for n in range(min(renamed, stayed))]
    joined = [*known, *(person(n) for n in range(10_000, 10_000 + come))]
    count = stayed + come
    frames = read(
        protocol.members(joined=joined, left=left, count=count, known=[p["id"] for p in known])
    )
    for frame in frames:
        for who in frame["left"]:
            del people[who["id"]]
        people |= {who["id"]: who for who in frame["joined"]}
        assert frame["count"] == len(people)
    assert len(people) == count
