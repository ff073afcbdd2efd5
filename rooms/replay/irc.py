"""Logs of an IRC channel, line by line. Pure.

The format is that of the #ubuntu logs of 2004 to 2016:

    [12:18] <ada> said
    [12:18]  * ada acted                       (later years)
    === ada acted                              (earlier years)
    === ada [~ada@host]  has joined #ubuntu
    === ada [~ada@host]  has left #ubuntu ["reason"]
    === ada is now known as countess
    === mode/#ubuntu [+b *!*@host]  by ada

Lines that begin with `===` carry no time: they happened between their neighbours.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_CLOCK = 12 * 60  # some years wrote a twelve-hour clock, so only the time of half a day is known


class NotALog(ValueError):
    """A line that this format does not have; the message names the line."""


@dataclass(frozen=True, slots=True)
class Said:
    """`minute` of the day; `text` as it was typed, outer spaces and all."""

    minute: int
    nick: str
    text: str


@dataclass(frozen=True, slots=True)
class Acted:
    """A message written with `/me`. `minute` is None where the year's format has none."""

    minute: int | None
    nick: str
    text: str


@dataclass(frozen=True, slots=True)
class Joined:
    nick: str
    host: str
    channel: str


@dataclass(frozen=True, slots=True)
class Left:
    """`how` is "left #channel" or "quit"; `reason` with its brackets, or ""."""

    nick: str
    host: str
    how: str
    reason: str


@dataclass(frozen=True, slots=True)
class Renamed:
    nick: str
    to: str


@dataclass(frozen=True, slots=True)
class Changed:
    """The channel's mode or topic was set; `text` is the whole line but its `=== `."""

    nick: str
    text: str


Line = Said | Acted | Joined | Left | Renamed | Changed

_SAID = re.compile(r"\[(\d\d):(\d\d)\] <([^<>\s]+) ?>(?: (.*))?")
_ACTED_THEN = re.compile(r"\[(\d\d):(\d\d)\]  \* (\S+)(?: (.*))?")
_JOINED = re.compile(r"=== (\S+)\s+\[(\S*)\]  has joined (#\S+)")
_LEFT = re.compile(r"=== (\S+)\s+\[(\S*)\]  has (left #\S+|quit(?: #\S+)?)(?: (\[.*\]))?")
_RENAMED = re.compile(r"=== (\S+) is now known as (\S+)")
_MODE = re.compile(r"=== (mode/#\S+ \[.*\]\s+by (\S+))")
_TOPIC = re.compile(r"=== (\.\.\[topic/#[^:\]]+:([^\]\s]+)\].*)")
_ACTED = re.compile(r"=== (\S+)(?: (.*))?")


def parse(text: str) -> list[Line]:
    """Every line of a log, in order. Only an empty last line is passed over.

    Raises NotALog.
    """
    # Not splitlines(): people typed form feeds and other things it would break a line at.
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return [parse_line(line, number=number) for number, line in enumerate(lines, 1)]


def parse_line(line: str, *, number: int = 1) -> Line:
    """One line without its line end. Raises NotALog."""
    if said := _SAID.fullmatch(line):
        hour, minute, nick, text = said.groups(default="")
        return Said(int(hour) * 60 + int(minute), nick, text)
    if acted := _ACTED_THEN.fullmatch(line):
        hour, minute, nick, text = acted.groups(default="")
        return Acted(int(hour) * 60 + int(minute), nick, text)
    if joined := _JOINED.fullmatch(line):
        return Joined(*joined.groups())
    if left := _LEFT.fullmatch(line):
        return Left(*left.groups(default=""))
    if renamed := _RENAMED.fullmatch(line):
        return Renamed(*renamed.groups())
    if changed := _MODE.fullmatch(line) or _TOPIC.fullmatch(line):
        return Changed(nick=changed[2], text=changed[1])
    if acted := _ACTED.fullmatch(line):
        nick, text = acted.groups(default="")
        return Acted(None, nick, text)
    raise NotALog(f"line {number} is not one of a channel log: {line[:80]!r}")


def render(line: Line) -> str:
    """The line as a log has it: `parse_line(render(line)) == line`."""
    match line:
        case Said(minute, nick, text):
            return f"{_stamp(minute)} <{nick}>" + (f" {text}" if text else "")
        case Acted(minute, nick, text):
            mark = "===" if minute is None else f"{_stamp(minute)}  *"
            return f"{mark} {nick}" + (f" {text}" if text else "")
        case Joined(nick, host, channel):
            return f"=== {nick} [{host}]  has joined {channel}"
        case Left(nick, host, how, reason):
            return f"=== {nick} [{host}]  has {how}" + (f" {reason}" if reason else "")
        case Renamed(nick, to):
            return f"=== {nick} is now known as {to}"
        case Changed(_, text):
            return f"=== {text}"


def _stamp(minute: int) -> str:
    return f"[{minute // 60:02}:{minute % 60:02}]"


def minutes(lines: Iterable[Line]) -> list[float]:
    """When each line happened, in minutes after the log's first: never falling.

    The lines of one minute are spread over it, those without a time among them.
    """
    now, last = 0, None
    whole: list[int] = []
    for line in lines:
        minute = line.minute if isinstance(line, Said | Acted) else None
        if minute is not None:
            now += (minute - last) % _CLOCK if last is not None else 0
            last = minute
        whole.append(now)
    spread: list[float] = []
    for minute in sorted(set(whole)):
        count = whole.count(minute)
        spread.extend(minute + place / count for place in range(count))
    return spread
