"""A model in memory of people's rights in rooms, which test_fuzz.py compares the site with."""

from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic
from typing import Any

FOREVER = 2**53


class Entry(StrEnum):
    """The outcome when somebody types a code."""

    IN = "in"
    ASKED = "asked"
    UNKNOWN = "404"
    REFUSED = "403"


@dataclass
class Secret:
    """A text that a message has or had: `change` is the number of the change that gave it."""

    seq: int
    change: int
    author: int
    is_dead: bool = False  # edited or deleted since, and everybody has been told
    at: float = field(default_factory=monotonic)


@dataclass
class Sent:
    """A file in the message with a number; what is in it nobody else says."""

    path: str
    seq: int
    content: str
    is_dead: bool = False  # its message was deleted


@dataclass
class Member:
    """Somebody's standing in a room; `until` is the last change that was theirs to see."""

    left: bool = False
    removed: bool = False
    banned: bool = False
    hidden: int = 0
    bell: str = "everything"
    until: int = FOREVER

    @property
    def is_in(self) -> bool:
        return not (self.left or self.removed or self.banned)


@dataclass
class Room:
    """People are numbers, addresses too."""

    id: str
    code: str
    owner: int
    old_codes: list[str] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    shunned: dict[int, int] = field(default_factory=dict)  # banned people, and the address of each
    # The codes that the room had while each person was in it.
    known_codes: dict[int, set[str]] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    files: list[Sent] = field(default_factory=list)
    ended: bool = False
    locked: bool = False
    by_request: bool = False
    history_open: bool = True
    passcode: str = ""

    @property
    def newest(self) -> int:
        """The number of the latest message that says a secret."""
        return max((secret.seq for secret in self.secrets.values()), default=0)

    @property
    def latest(self) -> int:
        """The latest change that made a secret known."""
        return max((secret.change for secret in self.secrets.values()), default=0)

    def is_in(self, who: int) -> bool:
        return who in self.members and self.members[who].is_in

    def inside(self) -> list[int]:
        return [who for who in self.members if self.is_in(who)]

    def guests(self) -> list[int]:
        return [who for who in self.inside() if who != self.owner]

    def banned(self) -> list[int]:
        return [who for who, member in self.members.items() if member.banned]

    def outside(self, people: int) -> list[int]:
        return [who for who in range(people) if not self.is_in(who)]

    def strangers(self, people: int) -> list[int]:
        """Return the people to whom the room's settings apply on joining."""
        return [who for who in self.outside(people) if self._is_new(who)]

    def may_read(self, who: int) -> bool:
        """The transcript: of every room one was in and not sent away from."""
        return who in self.members and not self.members[who].removed

    def learn_code(self, *people: int) -> None:
        for who in people:
            self.known_codes.setdefault(who, set()).add(self.code)

    def enter(self, who: int, *, code: str, passcode: str, address: int) -> Entry:
        """Type a code. Who is let in is in."""
        member = self.members.get(who)
        if code != self.code or (member and member.banned):
            return Entry.UNKNOWN
        is_new = self._is_new(who)
        if is_new and who != self.owner:
            if address in self.shunned.values():
                return Entry.REFUSED
            if self.ended or self.locked or (self.passcode and passcode != self.passcode):
                return Entry.REFUSED
            if self.by_request:
                self.waiting.add(who)
                return Entry.ASKED
        member = self.members.setdefault(who, Member())
        if is_new and not self.history_open:
            member.hidden = self.newest
        if is_new:
            self.waiting.discard(who)
        member.left = member.removed = False
        member.until = FOREVER
        self.learn_code(who)
        return Entry.IN

    def admit(self, by: int, who: int) -> bool:
        """False where it must be refused, like all that follow."""
        if by != self.owner or who not in self.waiting:
            return False
        self.waiting.discard(who)
        member = self.members.setdefault(who, Member())
        member.left = member.removed = False
        member.hidden = 0 if self.history_open else self.newest
        member.until = member.until if member.banned else FOREVER
        self.learn_code(who)
        return True

    def remove(self, by: int, who: int) -> bool:
        member = self._judged(by, who)
        if member is None or member.left or member.banned:
            return False
        member.left = member.removed = True
        return True

    def ban(self, by: int, who: int, *, address: int) -> bool:
        member = self._judged(by, who)
        if member is None or member.banned:
            return False
        member.left = member.removed = member.banned = True
        self.shunned[who] = address
        return True

    def unban(self, by: int, who: int) -> bool:
        member = self._judged(by, who)
        if member is None:
            return False
        was, member.banned = member.banned, False
        if was:
            self.shunned.pop(who, None)
        return was

    def leave(self, who: int) -> bool:
        if not self.is_in(who):
            return False
        self.members[who].left = True
        return True

    def may_frame(self, who: int, token: str) -> bool:
        """Whether a socket of somebody in this room may be sent what says this."""
        secret, member = self.secrets.get(token), self.members.get(who)
        if secret is None or member is None or secret.is_dead:
            return False
        return secret.seq > member.hidden and secret.change <= member.until

    def may_be_told(self, who: int, token: str) -> bool:
        """Whether a notification may say this, also of what was deleted since it was sent."""
        secret, member = self.secrets.get(token), self.members.get(who)
        if secret is None or member is None or secret.author == who:
            return False
        return secret.seq > member.hidden and secret.change <= member.until

    def readable(self, who: int) -> set[str]:
        """Return the messages that the transcript of the room shows to somebody."""
        if not self.may_read(who):
            return set()
        hidden = self.members[who].hidden
        return {t for t, s in self.secrets.items() if s.seq > hidden and not s.is_dead}

    def may_fetch(self, who: int, file: Sent) -> bool:
        return self.may_read(who) and file.seq > self.members[who].hidden and not file.is_dead

    def findable(self, who: int) -> set[str]:
        """Return the messages that search finds for somebody: their own too, wherever they are."""
        own = {t for t, s in self.secrets.items() if s.author == who and not s.is_dead}
        return own | self.readable(who)

    def settings(self) -> dict[str, Any]:
        """As the form has them."""
        boxes = ("locked", "by_request", "history_open")
        return {box: "on" for box in boxes if getattr(self, box)}

    def _is_new(self, who: int) -> bool:
        return who not in self.members or self.members[who].removed

    def _judged(self, by: int, who: int) -> Member | None:
        return self.members.get(who) if by == self.owner and who != self.owner else None
