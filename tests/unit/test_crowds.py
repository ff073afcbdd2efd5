"""A long run of joins and leaves is one message, and everything else stays as it is."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from history import wire
from history.wire import WireMessage
from rooms.live.crowds import NAMED, RUN, in_short
from rooms.live.recent import Recent


def message(seq: int, kind: str, *, changed: int | None = None) -> WireMessage:
    return wire.message(
        seq=seq,
        changed=changed,
        kind=kind,
        author={"id": f"u{seq}", "name": f"Guest {seq}"},
        client_id=None,
        at=f"2026-11-22T15:00:{seq % 60:02}.000Z",
    )


def log(*kinds: str) -> list[WireMessage]:
    return [message(seq, kind) for seq, kind in enumerate(kinds, 1)]


def test_a_short_run_is_told_in_full() -> None:
    messages = log(*["join"] * RUN, "chat", *["leave"] * RUN)
    assert in_short(messages) is messages


def test_a_long_run_is_its_first_join_with_what_stands_for_the_others() -> None:
    messages = log("chat", *["join"] * RUN, "leave", "join", "chat")
    before, run, after = in_short(messages)
    assert (before, after) == (messages[0], messages[-1])
    first, last = messages[1], messages[-2]
    people = [messages[n]["author"] for n in (RUN - 1, RUN, RUN + 2)]
    assert len(people) == NAMED
    assert run == {
        **first,
        "changed": last["changed"],
        "at": last["at"],
        "through": last["seq"],
        "joined": RUN + 1,
        "left": 1,
        "people": people,
    }


def test_a_run_of_leaves_names_the_members_who_left() -> None:
    [run] = in_short(log(*["leave"] * (RUN + 1)))
    assert (run["joined"], run["left"]) == (0, RUN + 1)  # type: ignore[typeddict-item]
    assert run["people"][-1]["id"] == f"u{RUN + 1}"  # type: ignore[typeddict-item]


def test_a_join_that_was_changed_since_stays_by_itself() -> None:
    messages = [*log(*["join"] * RUN), message(RUN + 1, "join", changed=90)]
    assert in_short(messages) is messages


@given(st.lists(st.sampled_from(["join", "leave", "chat"] + ["join"] * 20), max_size=80))
def test_nobody_and_nothing_is_lost(kinds: list[str]) -> None:
    messages = log(*kinds)
    told = in_short(messages)
    counted = dict.fromkeys(("join", "leave", "chat"), 0)
    for each in told:
        if "through" in each:
            counted["join"] += each["joined"]  # type: ignore[typeddict-item]
            counted["leave"] += each["left"]  # type: ignore[typeddict-item]
        else:
            counted[each["kind"]] += 1
    assert counted == {kind: kinds.count(kind) for kind in counted}
    ends = [each.get("through", each["seq"]) for each in told]
    assert all(
        right["seq"] == end + 1 for end, (_, right) in zip(ends, pairwise(told), strict=False)
    )


def test_the_newest_page_looks_beyond_a_crowd_as_far_as_memory_reaches() -> None:
    recent = Recent(floor=0, messages=log(*["chat"] * 5, *["join"] * 200, "chat"))
    full = recent.newest(50)
    assert full is not None
    assert ([m["kind"] for m in full[0]].count("join"), full[1]) == (49, True)
    short = recent.newest(50, short=True)
    assert short is not None
    assert ([m["kind"] for m in short[0]], short[1]) == (
        ["chat"] * 5 + ["join", "chat"],
        False,
    )
    some = recent.newest(3, short=True)
    assert some is not None
    assert ([m["seq"] for m in some[0]], some[1]) == ([5, 6, 206], True)
