"""Finding the people to notify: a sweep over rooms with news, apart from posting.

A post looks for nobody. The log has it all: a room's changes since the sweep was last there are a range
of an index, whatever happened to the worker that took the post.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from history.models import Mention, Message
from rooms import bell
from rooms.models import Membership, Push, PushedThrough, Room

logger = logging.getLogger(__name__)

Bell = Membership.Bell
# Somebody who has lost the connection for a moment is not notified yet.
AWAY = timedelta(seconds=10)
# Of a member with a socket it is asked after this time whether they have read, or are gone.
CONNECTED = timedelta(seconds=10)
# Messages older than this are nobody's news.
FRESH = timedelta(hours=1)
# For how long a notification may still be on a screen.
SHOWN = timedelta(days=1)
# Rooms looked at in one sweep, and messages of one room.
ROOMS, MESSAGES = 200, 500
# Of messages: what a notification says of them may be wrong by now.
CHANGED = Q(deleted_at__isnull=False) | Q(edited_at__isnull=False)


@dataclass(slots=True)
class _News:
    """What was said in a room since the last look: numbers of messages."""

    # The newest message, its author and its time; and the newest of anybody else.
    newest: int = 0
    author: int | None = None
    at: datetime | None = None
    newest_of_others: int = 0
    # By user, the newest message that is to them.
    to_me: dict[int, int] = field(default_factory=dict)

    def for_everybody_but(self, user: int) -> int:
        return self.newest if user != self.author else self.newest_of_others


def find(after: int = 0) -> int:
    """Put into the queue whoever is to be notified of what is new. Any number of workers may do it at once.

    Looks at up to ROOMS rooms, those with higher keys than `after`. Return what to go on after: so that of
    more rooms than that each has its turn.
    """
    found = rooms_with_news(after)
    for room_id in found:
        try:
            look(room_id)
        except Error:
            raise
        except Exception:  # of all the other rooms people are notified
            logger.exception("nobody could be found to notify in room %d", room_id)
    return found[-1] if len(found) == ROOMS else 0


def rooms_with_news(after: int = 0) -> Sequence[int]:
    """Return some of the open rooms that changed since the last look, and that somebody wants to be told of."""
    subscribers = Membership.objects.filter(
        Membership.INSIDE, user__push_subscriptions__isnull=False
    )
    told = Push.objects.filter(shown__isnull=False, told_at__gt=Now() - SHOWN)
    rows = Room.objects.filter(
        Q(pk__in=subscribers.order_by().values("room")) | Q(pk__in=told.values("membership__room")),
        Q(pushed__isnull=True) | Q(stream__head__gt=F("pushed__through")),
        pk__gt=after,
        closed_at__isnull=True,
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:ROOMS])


@transaction.atomic
def look(room_id: int) -> None:
    """Look at what changed in a room, once: the room's mark is locked until all of it is queued."""
    if not PushedThrough.objects.filter(pk=room_id).exists():
        PushedThrough.objects.bulk_create([PushedThrough(room_id=room_id)], ignore_conflicts=True)
    marks = PushedThrough.objects.select_for_update(skip_locked=True, of=("self",))
    mark: Any = marks.filter(pk=room_id).annotate(now=Now()).first()
    if mark is None:  # another worker is at it
        return
    room = Room.objects.select_related("stream").get(pk=room_id)
    fresh = Message.objects.filter(
        stream=room.stream_id,
        seq__gt=mark.through,
        seq__lte=room.stream.head,
        kind=Message.Kind.CHAT,
        deleted_at__isnull=True,
        at__gt=mark.now - FRESH,
    ).order_by("-seq")
    if said := list(fresh.only("seq", "author_id", "reply_to", "at")[:MESSAGES]):
        _queue(room, _news(room, said), mark.now)
    _replace(room, since=mark.through)
    PushedThrough.objects.filter(pk=room_id).update(through=room.stream.head)


def replies(stream_id: int, messages: Collection[Message]) -> dict[int, int | None]:
    """Return who is answered, by the number of the answer."""
    answered = {m.reply_to for m in messages if m.reply_to is not None}
    rows = Message.objects.filter(stream=stream_id, seq__in=answered) if answered else ()
    authors = {row.seq: row.author_id for row in rows}
    return {m.seq: authors[m.reply_to] for m in messages if m.reply_to in authors}


def _news(room: Room, messages: Sequence[Message]) -> _News:
    news = _News()
    for message in sorted(messages, key=lambda m: m.seq, reverse=True):
        if not news.newest:
            news.newest, news.author, news.at = message.seq, message.author_id, message.at
        elif message.author_id != news.author:
            news.newest_of_others = message.seq
            break
    to_whom: dict[int, int | None] = replies(room.stream_id, messages)
    pairs = [(user, seq) for seq, user in to_whom.items() if user is not None]
    pairs += Mention.objects.filter(message__in=messages).values_list("user_id", "seq")
    for user, seq in pairs:
        news.to_me[user] = max(seq, news.to_me.get(user, 0))
    return news


def _queue(room: Room, news: _News, now: datetime) -> None:
    """Queue a room for everybody who is to be notified of what is new."""
    wanted = _wanted(room, news, now)
    if not wanted:
        return
    found = Push.objects.filter(membership__in={membership for _, membership in wanted})
    known = {(push.subscription_id, push.membership_id): push for push in found}
    fresh, calls = [], []
    again: dict[tuple[datetime, bool], list[int]] = defaultdict(list)
    for (subscription, membership), (at, to_me) in wanted.items():
        push = known.get((subscription, membership))
        if push is None:
            fresh.append(
                Push(subscription_id=subscription, membership_id=membership, due_at=at, to_me=to_me)
            )
        elif push.due_at is None:
            again[at, to_me].append(push.pk)
        elif to_me and not push.to_me:
            calls.append(push.pk)
    Push.objects.bulk_create(fresh, ignore_conflicts=True)
    for (at, to_me), keys in again.items():
        Push.objects.filter(pk__in=keys, due_at__isnull=True).update(due_at=at, to_me=to_me)
    # When they are due is the queue's: one of them may be on its way.
    Push.objects.filter(pk__in=calls, due_at__isnull=False).update(to_me=True)


def _wanted(room: Room, news: _News, now: datetime) -> dict[tuple[int, int], tuple[datetime, bool]]:
    """Return when to notify whom, and whether of something that is to them: by subscription and membership."""
    # In a busy room nearly everybody is due already.
    queued = Push.objects.filter(
        membership=OuterRef("pk"),
        subscription=OuterRef("user__push_subscriptions"),
        due_at__isnull=False,
    )
    members = Membership.objects.filter(
        ~Exists(queued) | Q(user__in=news.to_me),
        Membership.INSIDE,
        room=room,
        removed_at__isnull=True,
        read_through__lt=news.newest,
        hidden_through__lt=news.newest,
        user__is_active=True,
        user__push_subscriptions__created_at__lt=news.at,
    ).exclude(bell=Bell.NOTHING)
    rows = members.values_list(
        "pk", "user_id", "bell", "read_through", "hidden_through", "present", "away_since",
        "user__push_subscriptions",
    )  # fmt: skip
    usual = Bell.NOTHING
    wanted = {}
    for pk, user, position, read, hidden, present, away_since, subscription in rows:
        if not position:
            usual = bell.usual(room) if usual == Bell.NOTHING else usual
        seen = max(read, hidden)
        to_me = news.to_me.get(user, 0) > seen
        if (
            not bell.rings(Bell(position) if position else usual, to_me=to_me)
            or news.for_everybody_but(user) <= seen
        ):
            continue
        at = now
        if present:
            at = now + CONNECTED if away_since is None else max(now, away_since + AWAY)
        wanted[subscription, pk] = at, to_me
    return wanted


def _replace(room: Room, *, since: int) -> None:
    """Queue the room where a notification shows what is deleted or edited since, or forbidden by now."""
    shown = Push.objects.filter(
        membership__room=room,
        shown__isnull=False,
        due_at__isnull=True,
        told_at__gt=Now() - SHOWN,
    )
    changed = Message.objects.filter(
        CHANGED, stream=room.stream_id, seq=OuterRef("shown"), changed_seq__gt=since
    )
    sent_away = Q(membership__removed_at__isnull=False) | Q(membership__banned_at__isnull=False)
    keys = shown.filter(Exists(changed) | sent_away)
    Push.objects.filter(pk__in=list(keys.values_list("pk", flat=True)), due_at__isnull=True).update(
        due_at=Now()
    )
