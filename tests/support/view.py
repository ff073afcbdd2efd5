"""One room as a client sees it, and the checker of what the contract promises that client.

A RoomView is fed every frame of a socket. It keeps what a client keeps and raises
ContractViolation for a frame that a client could not rely on.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Frame = dict[str, Any]
Message = dict[str, Any]

MESSAGE_FIELDS = {
    "seq": int,
    "changed": int,
    "kind": str,
    "body": str,
    "at": str,
    "deleted": bool,
    "reactions": dict,
}
KINDS = {"chat", "join", "leave", "notice"}
MAX_SERVER_FRAME = 256 * 1024  # bytes


class ContractViolation(AssertionError):
    """The server sent what the contract says it never sends."""


@dataclass
class RoomView:
    """What is known of the room up to change number `cursor`."""

    cursor: int = 0
    history: str = ""
    room: Frame = field(default_factory=dict)
    you: Frame = field(default_factory=dict)
    limits: Frame = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    members: dict[str, Frame] = field(default_factory=dict)
    older: bool = False
    typing: list[Frame] = field(default_factory=list)
    welcomes: list[str] = field(default_factory=list)
    acked: dict[str, int] = field(default_factory=dict)
    pins: dict[int, Message] = field(default_factory=dict)
    waiting: list[Frame] = field(default_factory=list)
    # Does not see what was said before it came, and so not each number either.
    is_newcomer: bool = False
    read: int = 0
    reads: dict[str, int] = field(default_factory=dict)

    # Frames ---------------------------------------------------------------------------------------

    def apply(self, frame: Frame) -> None:
        match frame["type"]:
            case "welcome":
                self._welcome(frame)
            case "events":
                self._events(frame)
            case "members":
                self._members(frame)
            case "page":
                self._page(frame)
            case "ack" if "client_id" in frame:
                self._ack(frame["client_id"], frame["seq"])
            case "read":
                self._reads(frame["reads"])
            case "room":
                self.room = frame["room"]
            case "you":
                self.you = frame["you"]
            case "requests":
                self.waiting = frame["waiting"]
            case "typing":
                self.typing.append(frame["user"])

    def _welcome(self, frame: Frame) -> None:
        _require(frame["protocol"] == 1, "protocol is 1", frame)
        mode = frame["mode"]
        _require(mode in {"resume", "reset"}, "mode is resume or reset", frame)
        self.welcomes.append(mode)
        _require(
            mode == "reset" or self.history in {"", frame["history"]},
            "another history is begun anew",
            frame,
        )
        self.history = frame["history"]
        self.room, self.you, self.limits = frame["room"], frame["you"], frame["limits"]
        self.members = {member["id"]: member for member in frame["members"]}
        self.pins = {message["seq"]: message for message in frame["pinned"]}
        self.read, self.reads = frame["read"], {}
        self._reads(frame["reads"])
        for member in frame["members"]:
            self._rename(member)
        _require(len(self.members) == len(frame["members"]), "a person is listed once", frame)
        if mode == "resume":
            self._changes(frame)
        else:
            self.messages = {}
            self.older = frame["older"]
            self._add_page(frame["messages"], before=frame["through"] + 1)
            self.cursor = frame["through"]

    def _events(self, frame: Frame) -> None:
        _require(bool(self.welcomes), "welcome is the first frame", frame)
        self._changes(frame)

    def _changes(self, frame: Frame) -> None:
        after, through, messages = frame["after"], frame["through"], frame["messages"]
        _require(after == self.cursor, f"continues after {self.cursor}", frame)
        _require(through >= after, "through is not before after", frame)
        numbers = [message["changed"] for message in messages]
        _require(numbers == sorted(set(numbers)), "changes come once each, in order", frame)
        _require(
            all(after < n <= through for n in numbers), "changes are in (after, through]", frame
        )
        if not self.is_newcomer and all(m["seq"] == m["changed"] for m in messages):
            expected = list(range(after + 1, through + 1))
            _require(numbers == expected, "numbers have no gap", frame)
        for message in messages:
            self._check_message(message)
            known = self.messages.get(message["seq"])
            _require(
                known is None or known["changed"] < message["changed"], "nothing comes twice", frame
            )
            self.messages[message["seq"]] = message
            self._pin(message)
            self._check_own(message)
        self.cursor = through

    def _members(self, frame: Frame) -> None:
        for person in frame["left"]:
            _require(person["id"] in self.members, "who leaves was here", frame)
            del self.members[person["id"]]
        for person in frame["joined"]:
            self.members[person["id"]] = person
            self._rename(person)
        _require(frame["count"] == len(self.members), f"counts {len(self.members)}", frame)

    def _page(self, frame: Frame) -> None:
        oldest = min(self.messages, default=self.cursor + 1)
        new = [message for message in frame["messages"] if message["seq"] < oldest]
        self._add_page(new, before=oldest)
        if new or not frame["messages"]:
            self.older = frame["older"]

    def _add_page(self, messages: Iterable[Message], *, before: int) -> None:
        """A page of the log that ends right before message number `before`, or before a change."""
        last = 0
        for message in messages:
            self._check_message(message)
            _require(last < message["seq"] < before, "a page is by seq ascending", message)
            last = message["seq"]
            self.messages[last] = message

    def _pin(self, message: Message) -> None:
        if message.get("pinned"):
            self.pins[message["seq"]] = message
        else:
            self.pins.pop(message["seq"], None)

    def _reads(self, reads: Iterable[Frame]) -> None:
        for position in reads:
            _require(position["seq"] > self.reads.get(position["id"], 0), "goes forward", position)
            self.reads[position["id"]] = position["seq"]

    def _ack(self, client_id: str, seq: int) -> None:
        earlier = self.acked.setdefault(client_id, seq)
        _require(earlier == seq, f"{client_id} stays {earlier}", seq)
        if seq in self.messages:
            self._check_own(self.messages[seq])

    # Checks ---------------------------------------------------------------------------------------

    def _check_message(self, message: Message) -> None:
        for name, kind in MESSAGE_FIELDS.items():
            _require(type(message.get(name)) is kind, f"{name} is {kind.__name__}", message)
        _require(message["kind"] in KINDS, "kind is known", message)
        _require(message["changed"] >= message["seq"], "changed is not before seq", message)
        if message["deleted"]:
            left = {"html", "names", "mentions", "pinned"} & message.keys()
            _require(not (message["body"] or message["reactions"] or left), "is empty", message)
        given = {who for people in message["reactions"].values() for who in people}
        _require(given == set(message.get("names", ())), "who reacted has a name", message)

    def _check_own(self, message: Message) -> None:
        """An acked post is in the log, at the number of its ack."""
        author = message["author"] or {}
        if author.get("id") == self.you.get("id") and message.get("client_id") in self.acked:
            expected = self.acked[message["client_id"]]
            _require(message["seq"] == expected, f"acked as {expected}", message)

    def _rename(self, person: Frame) -> None:
        """A name and its mark are the person's: they change everywhere that person speaks."""
        for message in (*self.messages.values(), *self.pins.values()):
            author = message["author"]
            if author and author["id"] == person["id"]:
                author["name"] = person["name"]
                author.pop("registered", None)
                if person.get("registered"):
                    author["registered"] = True
            if person["id"] in message.get("names", ()):
                message["names"][person["id"]] = person["name"]

    # Looking at it --------------------------------------------------------------------------------

    @property
    def transcript(self) -> list[Message]:
        """The messages known, by seq."""
        return [self.messages[seq] for seq in sorted(self.messages)]

    @property
    def pinned(self) -> list[Message]:
        """What is pinned, in the order in which it was."""
        return list(self.pins.values())

    @property
    def bodies(self) -> list[str]:
        """What people wrote, in order."""
        return [message["body"] for message in self.transcript if message["kind"] == "chat"]

    @property
    def names(self) -> list[str]:
        """Who is here, sorted."""
        return sorted(member["name"] for member in self.members.values())

    def digest(self) -> str:
        """Equal for two clients that know the same log, all of it."""
        text = json.dumps(self.transcript, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def difference(self, fresh: "RoomView") -> str:
        """The first thing in which this view is not a freshly loaded one; "" when they agree.

        Messages are compared from the oldest that both know.
        """
        if self.cursor != fresh.cursor:
            return f"cursor {self.cursor}, fresh {fresh.cursor}"
        start = max(min(self.messages, default=1), min(fresh.messages, default=1))
        for seq in sorted(self.messages.keys() | fresh.messages.keys()):
            mine, theirs = self.messages.get(seq), fresh.messages.get(seq)
            if seq >= start and mine != theirs:
                return f"message {seq}: {mine}, fresh {theirs}"
        if self.members != fresh.members:
            return f"members {self.members}, fresh {fresh.members}"
        if self.pinned != fresh.pinned:
            return f"pinned {self.pinned}, fresh {fresh.pinned}"
        if self.room != fresh.room:
            return f"room {self.room}, fresh {fresh.room}"
        return ""


def decode(text: str | bytes) -> Frame:
    """A server frame from its text. Raises ContractViolation if a browser could not read it."""
    if isinstance(text, bytes):
        raise ContractViolation("frames are text, not binary")
    if len(text.encode()) > MAX_SERVER_FRAME:
        raise ContractViolation(f"a frame of {len(text.encode())} bytes")
    frame = json.loads(text, parse_constant=_refuse_constant)
    _require(type(frame) is dict and type(frame.get("type")) is str, "has a type", frame)
    return frame  # type: ignore[no-any-return]


def _refuse_constant(name: str) -> None:
    raise ContractViolation(f"{name} is not JSON")


def _require(condition: bool, promise: str, frame: object) -> None:
    if not condition:
        raise ContractViolation(f"{promise}: {str(frame)[:600]}")
