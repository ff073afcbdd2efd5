"""A whole log in one room, and the room's transcript held against it."""

import asyncio
import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rooms.replay import irc
from rooms.replay.script import Enter, Leave, Say, Script, Step, write
from rooms.replay.visitor import Frame, Visitor

_DIFF_LINES = 20


@dataclass(slots=True)
class Performance:
    """One log being played in one room of its own.

    `base_urls`: the visitors are spread over them, turn by turn. `speed`: 0 for as fast as it
    goes, else how many minutes of the log pass in one minute. `step_done` is called after each
    step. A step begins when the site has acknowledged the one before it: only so is the order of
    the log the order of the room.
    """

    lines: Sequence[irc.Line]
    base_urls: Sequence[str]
    speed: float = 0.0
    step_done: Callable[[], None] = lambda: None
    code: str | None = None
    visitors: dict[str, Visitor] = field(default_factory=dict)
    script: Script = field(init=False)
    _here: dict[str, None] = field(default_factory=dict)  # in the order in which they came

    def __post_init__(self) -> None:
        self.script = write(self.lines)

    async def play(self) -> None:
        """Raises VisitorError where the site does not let a visitor do what the log says."""
        minutes = irc.minutes(self.lines)
        start = asyncio.get_running_loop().time()
        for step in self.script.steps:
            if self.speed and step.line is not None:
                due = start + minutes[step.line] * 60 / self.speed
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            await self._take(step)
            self.step_done()

    async def compare(self) -> list[str]:
        """The transcript against the log, as the lines of a diff; none if they are equal.

        Whoever is still here reads it. Raises VisitorError.
        """
        looked_in = not self._here
        if looked_in:  # everyone has left: someone looks in again, which is one line more
            await self._take(Enter(next(iter(self.visitors)), line=None))
        messages = await self.visitors[next(iter(self._here))].transcript()
        numbers = [message["seq"] for message in messages]
        if numbers != list(range(1, len(numbers) + 1)):
            return [f"the numbers are not 1 to {len(numbers)}: {numbers}"]
        shown = [_shown(message) for message in messages]
        return _diff(self.expected(), shown[:-1] if looked_in else shown)

    def expected(self) -> list[str]:
        """Return the expected transcript, by the names that the site gave the visitors."""
        return [_line(step, self.visitors[step.nick].name) for step in self.script.steps]

    def renamed(self) -> dict[str, str]:
        """The nicks that the site did not take as names, and what they were called instead."""
        return {nick: v.name for nick, v in self.visitors.items() if v.name != nick}

    async def close(self) -> None:
        await asyncio.gather(*(visitor.close() for visitor in self.visitors.values()))

    async def _take(self, step: Step) -> None:
        match step:
            case Enter(nick):
                self.code = await self._visitor(nick).enter(self.code)
                self._here[nick] = None
            case Say(nick, body):
                await self._visitor(nick).say(body)
            case Leave(nick):
                await self._visitor(nick).leave()
                del self._here[nick]

    def _visitor(self, nick: str) -> Visitor:
        if nick not in self.visitors:
            base_url = self.base_urls[len(self.visitors) % len(self.base_urls)]
            self.visitors[nick] = Visitor(base_url=base_url, nick=nick)
        return self.visitors[nick]


def _line(step: Step, name: str) -> str:
    match step:
        case Enter():
            return f"--> {name}"
        case Say(body=body):
            return f"<{name}> {body}"
        case Leave():
            return f"<-- {name}"


def _shown(message: Frame) -> str:
    name = message["author"]["name"] if message["author"] else ""
    match message["kind"]:
        case "join":
            return f"--> {name}"
        case "leave":
            return f"<-- {name}"
        case "chat":
            return f"<{name}> {message['body']}"
        case kind:
            return f"[{kind}] {name} {message['body']}"


def _diff(expected: Sequence[str], shown: Sequence[str]) -> list[str]:
    differing: Iterable[str] = difflib.unified_diff(
        expected, shown, "the log", "the transcript", lineterm="", n=1
    )
    lines = list(differing)
    if len(lines) > _DIFF_LINES:
        lines[_DIFF_LINES:] = [f"… and {len(lines) - _DIFF_LINES} lines more"]
    return [ascii(line)[1:-1] if not line.isprintable() else line for line in lines]
