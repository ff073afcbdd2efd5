"""A log as a script: the steps of each person, in order. Pure.

A chat room knows people who enter, say something and leave, so a log is played as these three:

* A nick is a visitor. Someone who changes nick leaves, and a visitor of the new nick enters: a
  person has one name on this site, and a change of it would rewrite what was said before.
* Who says or does something without having joined has been there all along and enters before the
  log's first line; whom the log has seen leave enters again just before the line.
* The logs mention few quits: who joins and is here already has quit unseen and leaves first.
* `/me` and what the channel was set to are said as `* nick …`, the way clients show them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rooms.replay.irc import Acted, Changed, Joined, Left, Line, Renamed, Said


@dataclass(frozen=True, slots=True)
class Enter:
    """`line` is the number, from 0, of the line it plays; None if the log only implies it."""

    nick: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Say:
    nick: str
    body: str
    line: int


@dataclass(frozen=True, slots=True)
class Leave:
    nick: str
    line: int | None


Step = Enter | Say | Leave


@dataclass(frozen=True, slots=True)
class Script:
    """`unplayable`: the numbers, from 0, of lines that say nothing: no chat takes them."""

    steps: tuple[Step, ...]
    unplayable: tuple[int, ...]


def write(lines: Sequence[Line]) -> Script:
    """The steps that play a log: everyone they name is in the room when they act, and once."""
    stage = _Stage()
    there_all_along = list(dict.fromkeys(_unannounced(lines)))
    for nick in there_all_along:
        stage.enter(nick, line=None)
    for number, line in enumerate(lines):
        stage.play(line, number=number)
    return Script(tuple(stage.steps), tuple(stage.unplayable))


def _unannounced(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the nicks that are first heard of doing something that takes being there."""
    known: set[str] = set()
    for line in lines:
        arrives = line.to if isinstance(line, Renamed) else None
        if isinstance(line, Joined):
            arrives = line.nick
        elif line.nick not in known and _takes_being_there(line):
            yield line.nick
            known.add(line.nick)
        if arrives is not None:
            known.add(arrives)


def _takes_being_there(line: Line) -> bool:
    return not isinstance(line, Said) or bool(line.text.strip())


@dataclass(slots=True)
class _Stage:
    steps: list[Step] = field(default_factory=list)
    unplayable: list[int] = field(default_factory=list)
    here: set[str] = field(default_factory=set)

    def play(self, line: Line, *, number: int) -> None:
        match line:
            case Said(_, _, text) if not text.strip():
                self.unplayable.append(number)
            case Said(_, nick, text):
                self.say(nick, text, line=number)
            case Acted(_, nick, text):
                self.say(nick, f"* {nick} {text}" if text else f"* {nick}", line=number)
            case Changed(nick, text):
                self.say(nick, f"* {text}", line=number)
            case Joined(nick):
                self.enter(nick, line=number)
            case Left(nick):
                self.leave(nick, line=number)
            case Renamed(nick, to):
                self.leave(nick, line=number)
                self.enter(to, line=number)

    def enter(self, nick: str, *, line: int | None) -> None:
        if nick in self.here:
            self.leave(nick, line=None)
        self.here.add(nick)
        self.steps.append(Enter(nick, line))

    def say(self, nick: str, body: str, *, line: int) -> None:
        if nick not in self.here:
            self.enter(nick, line=None)
        self.steps.append(Say(nick, body, line))

    def leave(self, nick: str, *, line: int | None) -> None:
        if nick not in self.here:
            self.enter(nick, line=None)
        self.here.discard(nick)
        self.steps.append(Leave(nick, line))
