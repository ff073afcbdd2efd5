"""Crowds in short: a long run of joins and leaves as one message, for clients that ask for that."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from history.models import Message
from history.wire import WireAuthor, WireMessage

# Joins and leaves that follow on one another; more of them are told as one.
RUN = 10
# People who are named of a run: the latest of those who came, or of those who went.
NAMED = 3

_COMINGS = {Message.Kind.JOIN.value, Message.Kind.LEAVE.value}


class WireRun(WireMessage):
    """The first join or leave of a run, with what stands for the others."""

    through: int  # the `seq` of the last
    joined: int
    left: int
    people: list[WireAuthor]


class Told(NamedTuple):
    """Frames, and the same for clients that take crowds in short."""

    frames: Sequence[bytes]
    short: Sequence[bytes]


def is_coming(message: WireMessage) -> bool:
    """Return True for a join or a leave that was not changed since."""
    return message["kind"] in _COMINGS and message["seq"] == message["changed"]


def in_short(messages: Sequence[WireMessage]) -> Sequence[WireMessage]:
    """Return messages with each long run of joins and leaves as one; the same list if there is none."""
    if len(messages) <= RUN:
        return messages
    told: list[WireMessage] = []
    for comes, run in groupby(messages, key=is_coming):
        some = list(run)
        told += [_as_one(some)] if comes and len(some) > RUN else some
    return told if len(told) < len(messages) else messages


def _as_one(run: Sequence[WireMessage]) -> WireRun:
    came = [message["author"] for message in run if message["kind"] == Message.Kind.JOIN]
    went = [message["author"] for message in run if message["kind"] == Message.Kind.LEAVE]
    last = run[-1]
    people = {author["id"]: author for author in came or went if author is not None}
    return {
        **run[0],
        "changed": last["changed"],
        "at": last["at"],
        "through": last["seq"],
        "joined": len(came),
        "left": len(went),
        "people": list(people.values())[-NAMED:],
    }
