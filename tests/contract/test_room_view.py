"""The checker every live test relies on must itself notice a broken promise."""

from typing import Any

import pytest

from tests.support.view import ContractViolation, Frame, RoomView, decode

ADA = {"id": "u_ada", "name": "Ada", "role": "owner"}
BOB = {"id": "u_bob", "name": "Bob", "role": "member"}


def message(seq: int, **fields: Any) -> Frame:
    return {
        "seq": seq,
        "changed": seq,
        "kind": "chat",
        "author": {"id": "u_ada", "name": "Ada"},
        "client_id": f"c{seq}",
        "body": f"message {seq}",
        "at": "2026-11-22T15:00:00.123Z",
        "edited_at": None,
        "deleted": False,
        "reply_to": None,
        "reactions": {},
    } | fields


def welcome(*, through: int, after: int = 0, mode: str = "reset", **fields: Any) -> Frame:
    return {
        "type": "welcome",
        "protocol": 1,
        "history": "4d1f",
        "room": {"id": "r_1", "code": "BCDF"},
        "you": ADA,
        "mode": mode,
        "after": after,
        "through": through,
        "messages": [message(seq) for seq in range(after + 1, through + 1)],
        "older": False,
        "members": [ADA],
        "limits": {"body": 4000},
        "pinned": [],
        "read": 0,
        "reads": [],
    } | fields


def events(after: int, through: int, **fields: Any) -> Frame:
    messages = [message(seq) for seq in range(after + 1, through + 1)]
    return {"type": "events", "after": after, "through": through, "messages": messages} | fields


@pytest.fixture
def view() -> RoomView:
    view = RoomView()
    view.apply(welcome(through=3))
    return view


def test_follows_the_log(view: RoomView) -> None:
    view.apply(events(3, 5))
    assert view.cursor == 5
    assert view.bodies == [f"message {seq}" for seq in range(1, 6)]


def test_a_resumed_view_equals_a_fresh_one(view: RoomView) -> None:
    view.apply(welcome(mode="resume", after=3, through=5))
    fresh = RoomView()
    fresh.apply(welcome(through=5))
    assert view.difference(fresh) == ""
    assert view.digest() == fresh.digest()


def test_a_change_replaces_the_message_in_its_place(view: RoomView) -> None:
    view.apply(events(3, 4, messages=[message(2, changed=4, deleted=True, body="")]))
    assert [m["seq"] for m in view.transcript] == [1, 2, 3]
    assert view.messages[2]["deleted"]


def test_a_rename_reaches_what_was_said_before(view: RoomView) -> None:
    renamed = ADA | {"name": "Countess"}
    view.apply({"type": "members", "count": 1, "joined": [renamed], "left": []})
    assert view.names == ["Countess"]
    assert {m["author"]["name"] for m in view.transcript} == {"Countess"}


def test_a_page_comes_before_what_is_known() -> None:
    view = RoomView()
    view.apply(welcome(through=4, messages=[message(3), message(4)], older=True))
    view.apply({"type": "page", "ref": "1", "messages": [message(1), message(2)], "older": False})
    assert [m["seq"] for m in view.transcript] == [1, 2, 3, 4]
    assert not view.older


@pytest.mark.parametrize(
    ("broken", "frame"),
    [
        ("a gap between frames", events(4, 5)),
        ("a frame again", events(2, 3)),
        ("a gap in a frame", events(3, 5, messages=[message(5)])),
        ("a missing message", events(3, 4, messages=[])),
        ("another order", events(3, 5, messages=[message(5), message(4)])),
        ("a change twice", events(3, 4, messages=[message(4), message(4)])),
        ("a change of another time", events(3, 4, messages=[message(5)])),
        ("a deleted body", events(3, 4, messages=[message(4, deleted=True)])),
        ("an unknown kind", events(3, 4, messages=[message(4, kind="shout")])),
        ("a lost field", events(3, 4, messages=[{"seq": 4, "changed": 4}])),
        ("a wrong count", {"type": "members", "count": 3, "joined": [BOB], "left": []}),
        ("a stranger leaving", {"type": "members", "count": 1, "joined": [], "left": [BOB]}),
        ("a resume from elsewhere", welcome(mode="resume", after=1, through=3)),
    ],
)
def test_notices(view: RoomView, broken: str, frame: Frame) -> None:
    with pytest.raises(ContractViolation):
        view.apply(frame)


def test_notices_an_ack_that_names_another_place(view: RoomView) -> None:
    view.apply({"type": "ack", "client_id": "mine", "seq": 4})
    with pytest.raises(ContractViolation):
        view.apply(events(3, 5, messages=[message(4), message(5, client_id="mine")]))


def test_notices_a_second_ack_that_differs(view: RoomView) -> None:
    view.apply({"type": "ack", "client_id": "mine", "seq": 4})
    with pytest.raises(ContractViolation):
        view.apply({"type": "ack", "client_id": "mine", "seq": 5})


@pytest.mark.parametrize("text", [b"{}", "[]", '{"type": NaN}', '{"a": 1}'])
def test_notices_text_that_is_no_frame(text: str | bytes) -> None:
    with pytest.raises(ContractViolation):
        decode(text)
