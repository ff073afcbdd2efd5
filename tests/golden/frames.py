"""The frames of one socket in one step, in an order that does not depend on chance.

Some orders are promised, and held here to be so: `members` after the joins and leaves it is about,
and nothing after the `error` that says why a socket is closed. What else happens at once comes in
any order, in one frame or in several; it is sorted by kind, and a message that changes twice in a
step is taken as it was last.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tests.support.view import Frame

# How each kind is written down, in this order.
_KINDS = {
    "welcome": "welcomed",
    "answer": "answered",
    "message": "sees",
    "members": "members",
    "room": "room",
    "you": "you",
    "requests": "requests",
    "read": "read",
    "typing": "typing",
    "goodbye": "told",
}


# The rank of what comes after all of them.
LAST = len(_KINDS) << 32


def written(frames: Sequence[Frame], *, is_over: bool) -> Iterator[tuple[int, str, Any]]:
    """Yield what is to be recorded: by ascending rank, with a word for its kind.

    Messages are by the number of their change. `is_over`: the socket is closed.
    """
    sorted_: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    messages: dict[int, Frame] = {}
    has_moved = False  # whether somebody came or went since the last `members`
    for frame in frames:
        assert not sorted_["goodbye"], f"nothing comes after the reason of a close: {frame}"
        kind = frame["type"]
        if kind in {"ack", "page", "error"}:
            is_answer = {"ref", "client_id"} & frame.keys()
            if not is_marker(frame):
                sorted_["answer" if is_answer else "goodbye"].append(frame)
        elif kind == "events":
            for message in frame["messages"]:
                has_moved |= message["kind"] in {"join", "leave"}
                messages.pop(message["seq"], None)
                messages[message["seq"]] = message
        elif kind == "members":
            assert has_moved or not frame["left"], f"a leave is told before: {frame}"
            sorted_["members"].append(frame)
        else:
            sorted_[kind].append(frame)
    for message in messages.values():
        if not is_marker(message):
            sorted_["message"].append(message)
        else:
            assert not is_over, "what is said later does not reach who was shut out"
    if sorted_["members"]:
        sorted_["members"] = [_net(sorted_["members"])]
    for place, (kind, word) in enumerate(_KINDS.items()):
        for frame in sorted_[kind]:
            number = frame["changed"] if kind == "message" else 0
            yield (place << 32) + number, word, _plain(frame)


def _net(frames: Sequence[Frame]) -> Frame:
    """What several `members` frames come to."""
    joined: dict[str, Frame] = {}
    left: dict[str, Frame] = {}
    for frame in frames:
        for person in frame["left"]:
            joined.pop(person["id"], None)
            left[person["id"]] = person
        for person in frame["joined"]:
            joined[person["id"]] = person
    left = {who: person for who, person in left.items() if who not in joined}
    by_name = sorted(joined.values(), key=lambda person: person["name"])
    return {"count": frames[-1]["count"], "joined": by_name, "left": list(left.values())}


def _plain(frame: Frame) -> Frame:
    """A frame without what depends on how many workers there are, and lists that have no order."""
    if frame.get("type") != "welcome":
        return {key: value for key, value in frame.items() if key != "type" or "ref" in frame}
    seen = {key: value for key, value in frame.items() if key not in {"type", "reads", "messages"}}
    kept = [message for message in frame["messages"] if not is_marker(message)]
    members = sorted(frame["members"], key=lambda person: person["name"])
    return seen | {"members": members, "messages": kept}


def is_marker(frame: Frame) -> bool:
    """Return True for a message, or an ack of one, that only ends a step."""
    return str(frame.get("client_id")).startswith("marker ")
