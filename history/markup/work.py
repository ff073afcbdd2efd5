"""Bound the cost of one rendering.

Markdown invites inputs that are small to send and expensive to parse. Nobody has to find all of them:
every rule pays for what it does, in units of about half a microsecond. When the allowance is spent, the
text is shown as it was typed, with only its links and mentions.
"""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

# The most expensive texts that a search found (benchmarks/markup.py) take 3.5 ms of a core, and as much
# again where links and mentions are then made alone. Thirty lines with a link and three marks each spend
# the whole allowance.
ALLOWANCE = 3000


class Mentioned(NamedTuple):
    """A member who is mentioned: the public id, and the name that stands after the `@`."""

    id: str
    name: str


class Mention(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


class TooMuch(Exception):
    """The allowance of a rendering is spent."""


class Work:
    """The allowance of one rendering, and the names that it knows."""

    __slots__ = ("_left", "ids", "lengths")

    def __init__(self, mentions: Iterable[Mention] = ()) -> None:
        self._left = ALLOWANCE
        # Ids by folded name. Longer names are tried first: "@Ada Lovelace" is not "@Ada".
        self.ids = {mention.name.casefold(): mention.id for mention in mentions if mention.name}
        self.lengths = sorted({len(mention.name) for mention in mentions}, reverse=True)

    def spend(self, units: int) -> None:
        """Spend some of the allowance. Raises TooMuch if it does not suffice."""
        self._left -= units
        if self._left < 0:
            raise TooMuch
