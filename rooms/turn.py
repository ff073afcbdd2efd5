"""One change to a room: locked, checked, written and published in the same way, whatever it is.

    with turn(room, by=ada) as t:
        member = t.about(bob)
        t.notice("mute", about=bob, what=600)
        member.mute(...)
        t.evict()

When the block ends without an exception, the numbers are taken, and all that was told is written,
in one transaction; after its commit every worker is told in one notification. Otherwise nothing
has happened. Who raises the epoch cannot forget to publish it, nor the other way round.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cached_property
from typing import Any

from history import database, notices
from history.log import authors, read, write
from history.log.edits import Edits
from history.log.entry import Change, Entry, Head
from history.log.write import Numbers
from history.models import Stream
from history.prepared import Statement
from rooms import access, audit, publish
from rooms.errors import RoomClosed
from rooms.models import Deed, Membership, Room, User
from rooms.refusals.orders import NotInThisRoom, NotYoursToJudge

Role = Membership.Role
REASON_MAX = 200
# As what somebody acts who is not in the room: for the site, or the site itself.
STAFF = "staff"
SYSTEM = "system"

# The streams that a Turn is under way at: a second one there would take the same numbers.
_under_way: ContextVar[frozenset[int]] = ContextVar("under_way", default=frozenset())


class Turn:
    """A change to a room whose log is locked.

    `by` acts, as `role`: owner, moderator or staff; without `by` the site itself, "system". Once it
    is over, `change` is what it has done to the log, if anything.
    """

    def __init__(self, head: Head) -> None:
        self.head = head
        self.by: User | None = None
        self.role: str = SYSTEM
        self.reason = ""
        self.change: Change | None = None
        self._numbers = Numbers(head)
        self._entries: list[tuple[int, Entry]] = []
        self._edits: Edits | None = None
        self._reissues = self._evicts = False

    @property
    def stream_id(self) -> int:
        return self.head.stream_id

    @property
    def now(self) -> datetime:
        """The database's time when the log was locked: that of all that is told here."""
        return self.head.now

    @property
    def epoch(self) -> int:
        """The epoch before this turn, also if it raises it."""
        return self.head.epoch

    @cached_property
    def room(self) -> Room:
        """The room as it is under the lock. Whoever has read it there may set it."""
        return Room.objects.select_related("owner").get(stream=self.stream_id)

    def about(self, user: User) -> Membership:
        """Return the membership of the person whom the turn is about.

        Raises NotMember, or Forbidden unless the person is below the one who acts.
        """
        found = Membership.objects.filter(room=self.room, user=user).select_related("user")
        member = found.first()
        if member is None:
            raise NotInThisRoom
        if self.role in {Role.OWNER, Role.MODERATOR}:
            own = Membership(room=self.room, role=self.role)
            if member.user_id == (self.by and self.by.pk) or not access.outranks(own, member):
                raise NotYoursToJudge(name=member.user)
        return member

    # What the log is told --------------------------------------------------------------------------

    def append(self, *entries: Entry) -> int:
        """Put entries into the log, in this order and after what was told before.

        Returns the number of the last one.
        """
        self._entries += [(self._numbers.take(), entry) for entry in entries]
        return self._numbers.last

    def notice(self, verb: str, *, about: User | None = None, what: Any = None) -> None:
        """Tell the room what is done, with the reason. rooms/actions/verbs.py has the sentences.

        `what` is a plain value: the row of the verb says what it is. In the room staff acts as the
        site, not as a person.
        """
        by = None if self.role == STAFF else self.by
        facts = notices.facts(verb, by=by, about=about, what=what, reason=self.reason)
        self.append(Entry.notice(by, facts))

    def edits(self, seqs: Collection[int]) -> Edits:
        """Return the messages with these numbers, to be changed. Only once in a turn."""
        assert self._edits is None
        self._edits = Edits(self._numbers, seqs)
        return self._edits

    def reissue(self, keys: Sequence[int]) -> None:
        """Show messages, by key and in their order, as they are now: each takes a new number.

        Of very many the workers are told the first. The rest is in the log, where they look when
        they check who is here, and once a second.
        """
        if keys:
            self._reissues = True
            authors.reissue(self._numbers.take(len(keys)), keys)

    def evict(self) -> None:
        """Take a new epoch: everybody is checked again, for whether they may be here and as what.

        What the turn tells is still shown to all who are here; whatever is told later is shown only
        to those who were checked.
        """
        self._evicts = True

    def record(self, verb: str, *, target: User | None = None, **details: Any) -> Deed:
        """Write the entry of the audit log."""
        return audit.record(
            verb,
            actor=self.by,
            role=self.role,
            room=self.room,
            target=target,
            reason=self.reason,
            **details,
        )

    # The end ---------------------------------------------------------------------------------------

    def rows(self) -> list[tuple[int, int, datetime, Entry]]:
        return [(self.stream_id, seq, self.now, entry) for seq, entry in self._entries]

    @property
    def is_touched(self) -> bool:
        return self._evicts or self._numbers.count > 0

    def taken(self) -> tuple[int, int, int]:
        return self.stream_id, self._numbers.count, int(self._evicts)

    def finish(self) -> None:
        """Find out what the turn has done to the log, when everything but the edits is written."""
        messages = [entry.wired(seq, self.now) for seq, entry in self._entries]
        if self._edits is not None:
            messages += self._edits.write()
        through = self._numbers.last
        if self._reissues:
            found = read.changed_since(self.stream_id, self.head.seq)
            messages, through = list(found.messages), found.through
        if self.is_touched:
            self.change = Change.of(
                stream_id=self.stream_id,
                after=self.head.seq,
                through=through,
                epoch=self.epoch,
                messages=sorted(messages, key=lambda message: message["changed"]),
                evicts_from=self.epoch + 1 if self._evicts else None,
            )


def lock_person(user: User) -> None:
    """Hold a person, read again, until the transaction ends: nobody else renames, bans or lets them in.

    People are locked before rooms.
    """
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))


@contextmanager
def turns(
    streams: write.Streams,
    *,
    person: User | None = None,
    only_free: bool = False,
    published: bool = True,
) -> Iterator[dict[int, Turn]]:
    """Lock several logs, in the order of their ids, and change them in one transaction.

    Yields a Turn each, by stream. `streams` are ids, or a query for them. Streams that do not exist
    are missing, and with `only_free` those that somebody else has locked. `person` is locked before them. Without `published` the caller
    tells the workers of each `change`. Raises RoomHeld when somebody else holds one of the streams
    for longer than it is waited for.
    """
    with database.atomic():
        if person is not None:
            lock_person(person)
        is_query = isinstance(streams, Statement)
        heads = write.lock(streams, only_free=only_free) if is_query or streams else {}
        if not _under_way.get().isdisjoint(heads):
            raise RuntimeError("a turn at this log is under way")
        found = {stream_id: Turn(head) for stream_id, head in heads.items()}
        token = _under_way.set(_under_way.get() | set(found))
        try:
            yield found
        finally:
            _under_way.reset(token)
        _write(found.values())
        if published:
            _publish([t for t in found.values() if t.change is not None])


@contextmanager
def turn(
    room: Room,
    *,
    by: User | None = None,
    at_least: Role = Role.MODERATOR,
    staff: bool = False,
    reason: str = "",
    person: User | None = None,
) -> Iterator[Turn]:
    """Lock the log of a room and let `by`, who is `at_least` a moderator or the owner, change it.

    `staff`: `by` acts for the site, whatever they are in the room. Without `by` the site itself
    acts: nobody is checked, and the room may be closed. `person` is locked before the room. Raises
    RoomClosed, NotMember, Removed, Forbidden or RoomHeld.
    """
    with turns([room.stream_id], person=person) as found:
        if room.stream_id not in found:
            raise Stream.DoesNotExist(room.stream_id)
        t = found[room.stream_id]
        t.reason = clean_reason(reason)
        if by is not None:
            if not t.room.is_open:
                raise RoomClosed
            t.by, t.role = by, STAFF
            if not staff:
                as_owner = at_least == Role.OWNER
                t.role = access.in_charge(user=by, room=t.room, as_owner=as_owner).role
        yield t


def clean_reason(text: str) -> str:
    """Return one line of a reason, without what cannot be kept or shown."""
    line = " ".join(text.split())
    return "".join(mark for mark in line if mark.isprintable())[:REASON_MAX]


def _write(found: Collection[Turn]) -> None:
    taken = [t.taken() for t in found if t.is_touched]
    if rows := [row for t in found for row in t.rows()]:
        write.insert(rows, taken)
    elif taken:
        write.advance(taken)
    for t in found:
        t.finish()


def _publish(found: Collection[Turn]) -> None:
    unread = {t.stream_id: t for t in found if "room" not in t.__dict__}
    for room in Room.objects.filter(stream__in=unread) if unread else ():
        unread[room.stream_id].room = room
    for t in found:
        assert t.change is not None
        publish.changed(code=t.room.code, change=t.change)
