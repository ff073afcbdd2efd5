"""What one rendering knows and may spend.

Markdown invites inputs that are small to send and dear to read. Instead of finding each such input
every rule pays for what it does, in units of about half a microsecond. When the allowance is spent
the text is shown as it was typed, but for its links and mentions: that is what a page of stars
deserves.
"""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

# The dearest texts that a search found (benchmarks/markup.py) take 3.5 ms of a core, and as much
# again where links and mentions are looked for once more. Thirty lines with a link and three marks
# in each spend it all.
ALLOWANCE = 3000


class Mentioned(NamedTuple):
    """Somebody who is spoken to: a public id, and the name that stands after the `@`."""

    id: str
    name: str


class Mention(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


class TooMuch(Exception):
    """This text costs more to render than it is worth."""


class Work:
    """The allowance and the names of one rendering."""

    __slots__ = ("_left", "ids", "lengths")

    def __init__(self, mentions: Iterable[Mention] = ()) -> None:
        self._left = ALLOWANCE
        # By folded name. Longer names are tried first: "@Ada Lovelace" is not "@Ada".
        self.ids = {mention.name.casefold(): mention.id for mention in mentions if mention.name}
        self.lengths = sorted({len(mention.name) for mention in mentions}, reverse=True)

    def spend(self, units: int) -> None:
        """Pay for something. Raises TooMuch when the allowance does not reach."""
        self._left -= units
        if self._left < 0:
            raise TooMuch
