"""Compares what was sent, what was acknowledged and what was seen, in the manner of Jepsen's
total-queue checker. Pure: it judges a history, whoever made it.

The history is one of posts, joins and leaves only, no edits: a message's number and that of its
latest change are the same, and so numbers are to be contiguous in the log and in every view.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a room as a client got it. `client_id` is "" for joins and leaves."""

    seq: int
    changed: int
    kind: str
    author: str
    client_id: str
    body: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client set out to post, however often it had to send it; `order` is its author's."""

    room: str
    author: str
    client_id: str
    body: str
    order: int


@dataclass(frozen=True, slots=True)
class Acked:
    client_id: str
    seq: int


@dataclass(slots=True)
class View:
    """What one member saw: each message as it was applied, in that order.

    `misfits` are frames that did not continue where this member was, which the contract has
    nobody receive. `starts` are the places in `applied` where the server had it start again.
    """

    room: str
    member: str
    applied: list[Message] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    misfits: list[str] = field(default_factory=list)

    def runs(self) -> Iterator[Sequence[Message]]:
        ends = [*self.starts[1:], len(self.applied)]
        for start, end in zip(self.starts, ends, strict=True):
            yield self.applied[start:end]

    def current(self) -> Sequence[Message]:
        """What the member has now: all since it last started again."""
        return self.applied[self.starts[-1] :]


@dataclass(frozen=True, slots=True)
class History:
    """`logs`: each room's messages as a client that has nothing is given them at the end."""

    sent: Sequence[Sent]
    acks: Sequence[Acked]
    views: Sequence[View]
    logs: Mapping[str, Sequence[Message]]


@dataclass(slots=True)
class Verdict:
    """How many were sent and acknowledged, and one sentence for each thing that is wrong."""

    sent: int = 0
    acked: int = 0
    unresolved: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    inversions: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    diverged: list[str] = field(default_factory=list)

    FAULTS = ("unresolved", "lost", "duplicates", "inversions", "gaps", "unexpected", "diverged")

    def counts(self) -> dict[str, int]:
        return {name: len(getattr(self, name)) for name in self.FAULTS}

    def problems(self, *, each: int = 3) -> list[str]:
        """A few sentences of each kind."""
        return [f"{name}: {text}" for name in self.FAULTS for text in getattr(self, name)[:each]]


def transcript_hash(messages: Iterable[Message]) -> str:
    digest = hashlib.sha256()
    for message in messages:
        digest.update(repr(message).encode())
    return digest.hexdigest()


def check(history: History) -> Verdict:
    verdict = Verdict(sent=len(history.sent))
    sent = {post.client_id: post for post in history.sent}
    assert len(sent) == len(history.sent), "the sender itself used a client_id twice"
    seqs = _check_acks(history, sent, verdict)
    for room, log in history.logs.items():
        _check_log(room, log, sent, seqs, verdict)
    for view in history.views:
        _check_view(view, history.logs[view.room], verdict)
    _check_author_order(history, verdict)
    return verdict


def _check_acks(history: History, sent: Mapping[str, Sent], verdict: Verdict) -> dict[str, int]:
    """The number that each acknowledged post was given."""
    seqs: dict[str, int] = {}
    for ack in history.acks:
        if ack.client_id not in sent:
            verdict.unexpected.append(f"an ack of {ack.client_id}, which nobody sent")
        elif seqs.setdefault(ack.client_id, ack.seq) != ack.seq:
            verdict.duplicates.append(
                f"{ack.client_id} acked as {seqs[ack.client_id]} and as {ack.seq}"
            )
    verdict.acked = sum(1 for client_id in seqs if client_id in sent)
    verdict.unresolved += [f"{client_id} was never acked" for client_id in sent.keys() - seqs]
    return seqs


def _check_log(
    room: str,
    log: Sequence[Message],
    sent: Mapping[str, Sent],
    seqs: Mapping[str, int],
    verdict: Verdict,
) -> None:
    numbers = [message.seq for message in log]
    missing = set(range(1, max(numbers, default=0) + 1)) - set(numbers)
    verdict.gaps += [f"{room} has no number {number}" for number in sorted(missing)]
    places: dict[str, list[int]] = defaultdict(list)
    for message in log:
        if message.kind != "chat":
            continue
        places[message.client_id].append(message.seq)
        post = sent.get(message.client_id)
        if post is None:
            verdict.unexpected.append(f"{room} {message.seq} was sent by nobody")
        elif (post.room, post.author, post.body) != (room, message.author, message.body):
            verdict.unexpected.append(f"{room} {message.seq} is not as it was sent")
    for client_id, found in places.items():
        if len(found) > 1:
            verdict.duplicates.append(f"{client_id} is in {room} as {found}")
    for client_id, seq in seqs.items():
        if client_id in sent and sent[client_id].room == room and seq not in places[client_id]:
            verdict.lost.append(f"{client_id}, acked as {seq}, is not there in {room}")


def _check_view(view: View, log: Sequence[Message], verdict: Verdict) -> None:
    who = f"{view.member} in {view.room}"
    truth = {message.seq: message for message in log}
    verdict.gaps += [f"{who}: {misfit}" for misfit in view.misfits]
    for run in view.runs():
        before = run[0].changed - 1 if run else 0
        for message in run:
            if message.changed == before:
                verdict.duplicates.append(f"{who} got {message.changed} twice")
            elif message.changed < before:
                verdict.inversions.append(f"{who} got {message.changed} after {before}")
            elif message.changed > before + 1:
                verdict.gaps.append(f"{who} got {message.changed} after {before}")
            before = max(before, message.changed)
            if truth.get(message.seq) != message:
                verdict.unexpected.append(f"{who} saw {message.seq} otherwise than the log has it")
    here = view.current()
    unseen = truth.keys() - {message.seq for message in here}
    verdict.lost += [f"{who} never saw {seq}" for seq in sorted(unseen)]
    if transcript_hash(here) != transcript_hash(log):
        verdict.diverged.append(f"{who} ends with another transcript than the room's")


def _check_author_order(history: History, verdict: Verdict) -> None:
    """A client has one post under way: its own posts stand in the order it made them."""
    order = {post.client_id: post.order for post in history.sent}
    for room, log in history.logs.items():
        latest: dict[str, int] = {}
        for message in sorted(log, key=lambda message: message.seq):
            mine = order.get(message.client_id)
            if mine is None:
                continue
            if mine < latest.get(message.author, mine):
                verdict.inversions.append(f"{room} {message.seq} stands after a later post")
            latest[message.author] = max(mine, latest.get(message.author, mine))
