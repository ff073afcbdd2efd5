"""The recent end of a log in memory, so that most sockets that come back need no database."""

from collections.abc import Iterable

from history.log.read import RESUME_LIMIT
from history.wire import WireAuthor, WireMessage
from rooms.live.crowds import in_short
from rooms.protocol import WirePerson


class Recent:
    """All messages changed after `floor`, as they are now, by `changed` ascending."""

    def __init__(
        self,
        *,
        floor: int,
        messages: Iterable[WireMessage],
        pinned: Iterable[WireMessage] = (),
    ) -> None:
        self.floor = floor
        self._by_seq: dict[int, WireMessage] = {}
        self._pinned = {message["seq"]: message for message in pinned}
        self._people: dict[str, WireAuthor] = {}
        self._learn(self._pinned.values())
        self.add(messages)

    def add(self, messages: Iterable[WireMessage]) -> None:
        """Take in newer changes, ascending. A message that changed moves to the end.

        Each message has its author as of then. An author with a new name gets it in all messages.
        """
        by_seq, people = self._by_seq, self._people
        for message in messages:
            seq, author = message["seq"], message["author"]
            if author:
                known = people.setdefault(author["id"], author)
                if known is not author and known != author:
                    self._rename(author)
            if seq != message["changed"]:
                by_seq.pop(seq, None)
                self._changed(message)
            by_seq[seq] = message
        # Trimmed by halves: a trim for each message would cost each of them a little.
        if len(by_seq) > 2 * RESUME_LIMIT:
            for seq in list(by_seq)[: len(by_seq) - RESUME_LIMIT]:
                self.floor = by_seq.pop(seq)["changed"]
            self._people.clear()
            self._learn([*self._pinned.values(), *by_seq.values()])

    def follow(self, person: WirePerson) -> None:
        """Show a person in all messages as they are now."""
        author: WireAuthor = {"id": person["id"], "name": person["name"]}
        if person.get("registered"):
            author["registered"] = True
        if person.get("bot"):
            author["bot"] = True
        if self._people.get(author["id"], author) != author:
            self._rename(author)

    def _changed(self, message: WireMessage) -> None:
        """Take in what only a message that was there before can have: reactions, and a pin."""
        for who, name in message.get("names", {}).items():
            known = self._people.setdefault(who, {"id": who, "name": name})
            if known["name"] != name:
                self._rename({**known, "name": name})
        if message.get("pinned"):
            self._pinned[message["seq"]] = message
        else:
            self._pinned.pop(message["seq"], None)

    def _learn(self, messages: Iterable[WireMessage]) -> None:
        for message in messages:
            for who, name in message.get("names", {}).items():
                self._people.setdefault(who, {"id": who, "name": name})
            if author := message["author"]:
                self._people[author["id"]] = author

    def _rename(self, person: WireAuthor) -> None:
        self._people[person["id"]] = person
        for messages in (self._by_seq, self._pinned):
            for seq, message in messages.items():
                messages[seq] = renamed(message, person)

    def pinned(self) -> list[WireMessage]:
        """Return all pinned messages, however old, in the order in which they were pinned."""
        return list(self._pinned.values())

    def since(self, after: int, *, hidden_through: int = 0) -> list[WireMessage] | None:
        """Return what changed after a number; None if that reaches back farther than memory.

        Without the messages up to `hidden_through`.
        """
        if after < self.floor:
            return None
        missed: list[WireMessage] = []
        for message in reversed(self._by_seq.values()):
            if message["changed"] <= after:
                break
            if message["seq"] > hidden_through:
                missed.append(message)
        missed.reverse()
        return missed

    def newest(
        self, count: int, *, hidden_through: int = 0, short: bool = False
    ) -> tuple[list[WireMessage], bool] | None:
        """Return the newest messages by `seq`, and whether there are older ones. None if that is unsure.

        Messages up to `hidden_through` do not count. In `short` a long run of joins and leaves is one.
        """
        # Whatever has a seq above the floor changed above it too, and so is here.
        here = sorted(seq for seq in self._by_seq if seq > max(self.floor, hidden_through))
        beyond = self.floor > hidden_through  # there may be older ones that are not here
        if short:
            messages = in_short([self._by_seq[seq] for seq in here])
            if len(messages) < len(here):
                return list(messages[-count:]), len(messages) > count or beyond
        if beyond and (len(here) < count or (hidden_through and len(here) == count)):
            return None
        return [self._by_seq[seq] for seq in here[-count:]], len(here) > count or beyond


def renamed(message: WireMessage, person: WireAuthor) -> WireMessage:
    """Return the message with a person as they are now; itself if the person is not in it."""
    who = person["id"]
    if message["author"] and message["author"]["id"] == who:
        message = {**message, "author": person}
    if who in message.get("names", ()):
        message = {**message, "names": {**message["names"], who: person["name"]}}
    return message
