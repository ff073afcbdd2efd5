"""Whether a notification is sent, and of which message: asked again just before it is.

Between the moment somebody was found and this one they may have read it elsewhere, been removed, turned
the bell or signed out; and what was said may be deleted.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import Error
from django.db.models.functions import Now

from history.models import Mention, Message
from rooms import access, bell, hides, presence
from rooms.models import Membership, Push, Room
from rooms.pushing import due, words
from rooms.pushing.due import AWAY, CONNECTED, FRESH, SHOWN

logger = logging.getLogger(__name__)

# How long somebody with an open socket may leave a message unread, and still be notified of it when
# the socket turns out to be dead.
DOUBT = timedelta(minutes=2)
# Messages of a room that are looked at, and the largest count that is told.
LOOKED_AT, MOST = 400, 99


@dataclass(frozen=True, slots=True)
class Send:
    """A notification to send."""

    push: Push
    payload: bytes
    to_me: bool
    # Up to which change of the room it tells the subscription, and which message it shows.
    through: int
    shown: int | None
    # When the message was sent; unset for what only replaces another notification.
    said_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing yet: ask again after a while."""

    push: Push
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Drop:
    """Nothing to send."""

    push: Push


Decision = Send | Wait | Drop


def decide(pushes: Sequence[Push]) -> list[Decision]:
    """Return what becomes of each of these: a handful of queries for all of them."""
    if not pushes:
        return []
    by_room: dict[int, list[Push]] = defaultdict(list)
    for push in pushes:
        by_room[push.membership.room_id].append(push)
    signed_in = access.identify({push.subscription.sign_in.session_key for push in pushes})
    decided: list[Decision] = []
    for some in by_room.values():
        facts = _Facts(some, signed_in)
        for push in some:
            try:
                decided.append(_decide(push, facts))
            except Error:
                raise
            except Exception:  # all the others are told
                logger.exception(
                    "a notification of room %d could not be written", push.membership.room_id
                )
                decided.append(Drop(push))
    return decided


class _Facts:
    """All that is known of one room, for some pushes of it."""

    def __init__(self, pushes: Sequence[Push], signed_in: dict[str, int]) -> None:
        self._pushes = pushes
        self._signed_in = signed_in
        self.room = pushes[0].membership.room
        self.users = {push.subscription.user_id for push in pushes}
        # Before all that follows: what changes meanwhile has a higher number, whether it is seen or not.
        head: Any = Room.objects.values_list("stream__head", Now()).get(pk=self.room.pk)
        self.head: int = head[0]
        self.now: datetime = head[1]
        self.connected = set(
            presence.live_connections()
            .filter(room=self.room, user__in=self.users)
            .values_list("user_id", flat=True)
        )
        least = min(_seen(push.membership) for push in pushes)
        rows = Message.objects.filter(
            stream=self.room.stream_id,
            seq__gt=least,
            kind=Message.Kind.CHAT,
            deleted_at__isnull=True,
            at__gt=Now() - FRESH,
        ).order_by("-seq")
        # Newest first.
        self.messages = list(rows.only("seq", "author_id", "reply_to", "at")[:LOOKED_AT])
        self.to_whom: dict[int, set[int]] = defaultdict(set)
        for seq, author in due.replies(self.room.stream_id, self.messages).items():
            if author is not None:
                self.to_whom[seq].add(author)
        called = Mention.objects.filter(message__in=self.messages, user__in=self.users)
        for seq, user in called.values_list("seq", "user_id"):
            self.to_whom[seq].add(user)
        self._hidden = hides.by_each(self.users)
        self._texts: dict[int, Message] = {}

    @cached_property
    def usual(self) -> Membership.Bell:
        return bell.usual(self.room)

    @cached_property
    def _changed(self) -> dict[int, Message]:
        """The messages that notifications show, of those that were edited or deleted."""
        shown = {push.shown for push in self._pushes if push.shown is not None}
        rows = Message.objects.filter(due.CHANGED, stream=self.room.stream_id, seq__in=shown)
        needed = rows.only("seq", "changed_seq", "deleted_at", "author_id", "at")
        return {message.seq: message for message in needed}

    def changed(self, push: Push) -> Message | None:
        """Return the message that a notification shows, if it was edited or deleted since that was written.

        Told by numbers: a change may have a time from before the text was read, and be committed after.
        """
        message = self._changed.get(push.shown or 0)
        return message if message and message.changed_seq > push.told_through else None

    def is_signed_in(self, push: Push) -> bool:
        key = push.subscription.sign_in.session_key
        return self._signed_in.get(key) == push.subscription.user_id

    def unread(self, push: Push) -> list[Message]:
        """Return what a person is to be notified of and has not read: newest first."""
        member, user = push.membership, push.subscription.user_id
        position = Membership.Bell(member.bell) if member.bell else self.usual
        seen, since = _seen(member), push.subscription.created_at
        unheard = {user, *self.hidden_by(user)}
        return [
            message
            for message in self.messages
            if message.seq > seen
            and message.author_id not in unheard
            and message.at > since
            and bell.rings(position, to_me=self.is_to(message, user))
        ]

    def hidden_by(self, user: int) -> Collection[int]:
        return self._hidden.get(user, ())

    def is_to(self, message: Message, user: int) -> bool:
        return user in self.to_whom.get(message.seq, ())

    def text(self, message: Message) -> Message:
        """Return a message with its author and text, as it is now."""
        if message.pk not in self._texts:
            self._texts[message.pk] = Message.objects.select_related("author").get(pk=message.pk)
        return self._texts[message.pk]


def _decide(push: Push, facts: _Facts) -> Decision:
    member, user = push.membership, push.subscription.user
    at = push.told_at
    is_shown = push.shown is not None and at is not None and at > facts.now - SHOWN
    if not facts.is_signed_in(push) or not user.is_active or member.user_id != user.pk:
        return Drop(push)
    if not access.may_read(member):
        return (
            _replacing(push, facts, words.gone(push, is_member=False)) if is_shown else Drop(push)
        )
    if member.left_at is not None or not facts.room.is_open:
        return Drop(push)
    unread = facts.unread(push)
    new = [message for message in unread if message.seq > push.told_through]
    if new and (wait := _wait(member, facts, new[0])):
        return Wait(push, wait)
    if new and user.pk not in facts.connected:
        to_me = [message for message in new if facts.is_to(message, user.pk)]
        chosen = to_me[0] if to_me else new[0]
        return Send(
            push,
            _messages(push, facts, unread, chosen),
            to_me=bool(to_me),
            through=facts.head,
            shown=chosen.seq,
            said_at=chosen.at,
        )
    if is_shown and (changed := facts.changed(push)):
        if not unread and not (changed.is_deleted or changed.author_id in facts.hidden_by(user.pk)):
            unread = [changed]  # read elsewhere, or old: shown as it is now
        if not unread:
            return _replacing(push, facts, words.gone(push, is_member=True))
        payload = _messages(push, facts, unread, unread[0])
        return _replacing(push, facts, payload, shown=unread[0].seq)
    return Drop(push)


def _wait(member: Membership, facts: _Facts, newest: Message) -> timedelta | None:
    """Return how long to wait for somebody who may be there; None for not at all."""
    if member.user_id in facts.connected:
        return CONNECTED if newest.at > facts.now - DOUBT else None
    if member.present and member.away_since is not None:
        left = member.away_since + AWAY - facts.now
        return left if left > timedelta() else None
    return None


def _seen(member: Membership) -> int:
    """Return the number up to which there is nothing to tell a member."""
    return max(member.read_through, member.hidden_through)


def _messages(push: Push, facts: _Facts, unread: Sequence[Message], shown: Message) -> bytes:
    """Return the notification of what is unread, of which one message is shown."""
    user = push.subscription.user
    return words.messages(
        push,
        facts.text(shown),
        count=min(len(unread), MOST),
        to_me=facts.is_to(shown, user.pk),
        any_to_me=any(facts.is_to(message, user.pk) for message in unread),
        is_new=shown.seq > push.told_through,
    )


def _replacing(push: Push, facts: _Facts, payload: bytes, *, shown: int | None = None) -> Send:
    """Return what takes the place of another notification, without being heard."""
    return Send(push, payload, to_me=False, through=facts.head, shown=shown, said_at=None)
