"""The recent end of a log in memory, so that most sockets that come back need no database."""

from collections.abc import Iterable

from history.log import RESUME_LIMIT
from history.wire import WireAuthor, WireMessage


class Tail:
    """All messages changed after `floor`, as they are now, by `changed` ascending."""

    def __init__(self, *, floor: int, messages: Iterable[WireMessage]) -> None:
        self.floor = floor
        self._by_seq: dict[int, WireMessage] = {}
        self._names: dict[str, str] = {}
        self.add(messages)

    def add(self, messages: Iterable[WireMessage]) -> None:
        """Newer changes, ascending. A message that changed moves to the end.

        Each has its author's name as of then: somebody with a new one has it everywhere.
        """
        by_seq, names = self._by_seq, self._names
        for message in messages:
            seq, author = message["seq"], message["author"]
            if author and names.setdefault(author["id"], author["name"]) != author["name"]:
                self._rename(author)
            if seq != message["changed"]:
                by_seq.pop(seq, None)
            by_seq[seq] = message
        # Trimmed by halves: a trim for each message would cost each of them a little.
        if len(by_seq) > 2 * RESUME_LIMIT:
            for seq in list(by_seq)[: len(by_seq) - RESUME_LIMIT]:
                self.floor = by_seq.pop(seq)["changed"]
            authors = (message["author"] for message in by_seq.values())
            self._names = {author["id"]: author["name"] for author in authors if author}

    def _rename(self, author: WireAuthor) -> None:
        self._names[author["id"]] = author["name"]
        for seq, message in self._by_seq.items():
            if message["author"] and message["author"]["id"] == author["id"]:
                self._by_seq[seq] = {**message, "author": author}

    def since(self, after: int, *, hidden_through: int = 0) -> list[WireMessage] | None:
        """What changed after a number; None if that reaches back beyond the tail.

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
        self, count: int, *, hidden_through: int = 0
    ) -> tuple[list[WireMessage], bool] | None:
        """The newest messages by `seq`, and whether there are older ones. None if unsure.

        Those up to `hidden_through` do not count.
        """
        # Whatever has a seq above the floor changed above it too, and so is here.
        here = sorted(seq for seq in self._by_seq if seq > max(self.floor, hidden_through))
        beyond = self.floor > hidden_through  # there may be older ones that are not here
        if beyond and (len(here) < count or (hidden_through and len(here) == count)):
            return None
        return [self._by_seq[seq] for seq in here[-count:]], len(here) > count or beyond
