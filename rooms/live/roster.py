"""The roster of a room: its people, as one worker keeps the list and tells it."""

from collections.abc import Iterable, Mapping

from history.models import Message
from history.wire import WireMessage
from rooms import protocol
from rooms.live.crowds import is_coming
from rooms.models import Membership
from rooms.protocol import Listed, WirePerson

# People as they were before something happened, by id: None for those who were not there.
Before = Mapping[str, WirePerson | None]


class Roster:
    """The people who are here, and the role of everyone who has one; by public id."""

    def __init__(self) -> None:
        self.roster: dict[str, WirePerson] = {}
        self.roles: dict[str, str] = {}
        self._listed: Listed | None = None  # the roster, encoded; None once it has changed

    def _fold(self, messages: Iterable[WireMessage]) -> dict[str, WirePerson | None]:
        """Fold joins and leaves into the roster. Return what the people in them were before."""
        before: dict[str, WirePerson | None] = {}
        for message in messages:
            author = message["author"]
            if author is None or not is_coming(message):
                continue
            who = author["id"]
            before.setdefault(who, self.roster.get(who))
            if message["kind"] == Message.Kind.JOIN:
                role = self.roles.get(who, Membership.Role.MEMBER.value)
                self.roster[who] = {**author, "role": role}
            else:
                self.roster.pop(who, None)
        if before:
            self._listed = None
        return before

    def listed(self) -> Listed:
        """Return who is here, as sockets are welcomed with it. Encoded once until it changes."""
        if self._listed is None:
            self._listed = protocol.listed(list(self.roster.values()))
        return self._listed

    def members_since(self, before: Before) -> list[bytes]:
        """Return `members` frames for somebody who was told that these are the people."""
        gone = {who: was for who, was in before.items() if who not in self.roster}
        changed = {
            who: before.get(who) for who in self.roster if before.get(who) != self.roster[who]
        }
        return self._members({**gone, **changed})

    def _members(self, before: Before) -> list[bytes]:
        """Return frames with what has become of the people in `before`: what they were, or None."""
        now = {who: self.roster.get(who) for who in before}
        return protocol.members(
            joined=[person for who, person in now.items() if person and person != before[who]],
            left=[who for who, was in before.items() if was and now[who] is None],
            count=len(self.roster),
            known=[who for who, was in before.items() if was],
        )
